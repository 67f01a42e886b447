import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { intake } from "@/api/calls";
import type { DuplicateHit, OrderView } from "@/api/types";
import { Lamp } from "@/ui/lamp";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";

function Hit({ hit }: { hit: DuplicateHit }) {
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
      <div className="muted">{hit.reasons.map((r) => `${r.cn} ${r.points}分`).join("，")}</div>
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
            {shown.length === 0 ? <Empty title="未发现相似工单" /> : shown.map((h) => <Hit key={h.order.id} hit={h} />)}
          </>
        );
      }}
    </Loaded>
  );
}
