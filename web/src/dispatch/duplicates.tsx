import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Segmented } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { intake } from "@/api/calls";
import { messageOf } from "@/api/client";
import type { DuplicateHit, OrderLine, OrderView } from "@/api/types";
import { joinTo } from "@/joint/event";
import { Lamp } from "@/ui/lamp";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";

/** 并案 behind a hit: another citizen told of the same event. */
function JoinHere({ order, lead }: { order: OrderView; lead: OrderLine }) {
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const may = order.allowed.some((a) => a.action === "join" && a.enabled);
  if (!may || lead.joint_lead !== null || !["pending_dispatch", "consulting", "dispatched", "handling"].includes(lead.state)) return null;
  const ask = () =>
    modal.confirm({
      title: "并案",
      content: `本单随 ${lead.case_no} 一并办理，编号、承诺期限、答复和回访各自保留。`,
      okText: "并案",
      cancelText: "取消",
      onOk: async () => {
        try {
          await joinTo(lead.id, order, "判重发现为同一事件");
          message.success("并案：已完成");
          await client.invalidateQueries();
        } catch (error) {
          message.error(messageOf(error));
        }
      },
    });
  return (
    <button type="button" className="link" onClick={ask}>
      并案到此单
    </button>
  );
}

function Hit({ hit, order }: { hit: DuplicateHit; order: OrderView }) {
  const o = hit.order;
  return (
    <article className="card">
      <header>
        <span className={hit.block ? "tag tag-red" : "tag tag-amber"}>{Math.round(hit.score)} 分</span>
        <Link to={`/orders/${o.id}`} className="num">
          {o.case_no}
        </Link>
        <span className="card-end">
          {o.state_cn}　<Lamp light={o.light} due={o.due_at} warn={o.warn_at} remaining={o.remaining_cn} compact />
        </span>
      </header>
      <div>{o.title}</div>
      <div className="muted">
        {o.region_path}　{dateTime(o.registered_at)}　{o.lead_org?.name ?? "未派单"}
      </div>
      <div className="muted">
        {hit.reasons.map((r) => `${r.cn} ${r.points}分`).join("，")}
        {hit.verdict === "place" && <>　<JoinHere order={order} lead={o} /></>}
      </div>
    </article>
  );
}

/** 判重: other orders that may be the same matter, by person and by place. */
export function DuplicateList({ order }: { order: OrderView }) {
  const [by, setBy] = useState<"person" | "place">("place");
  const query = useQuery({
    queryKey: ["duplicates", "of", order.id, order.version],
    queryFn: () =>
      intake.duplicates({
        category: order.category,
        region: order.region,
        title: order.title,
        content: order.content,
        ...(order.address && { address: order.address }),
      }),
  });
  return (
    <Loaded query={query}>
      {(all) => {
        const others = all.filter((h) => h.order.id !== order.id);
        const count = (v: string) => others.filter((h) => h.verdict === v).length;
        const shown = others.filter((h) => h.verdict === by);
        return (
          <>
            <Segmented
              aria-label="相似的依据"
              value={by}
              onChange={setBy}
              options={[
                { value: "place", label: `同一地点（${count("place")}）` },
                { value: "person", label: `同一诉求人（${count("person")}）` },
              ]}
              style={{ marginBottom: 8 }}
            />
            {shown.length === 0 ? <Empty title="未发现相似工单" /> : shown.map((h) => <Hit key={h.order.id} hit={h} order={order} />)}
          </>
        );
      }}
    </Loaded>
  );
}
