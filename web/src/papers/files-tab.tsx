// 附件 of an order: what everybody has added, by purpose, and the way to add more.
import { useQuery } from "@tanstack/react-query";
import { Segmented } from "antd";
import { useState } from "react";
import type { OrderView } from "@/api/types";
import { useCan, useSession } from "@/app/session";
import { Empty, Loaded } from "@/ui/states";
import { FileList } from "./file-list";
import { attachments, grouped, PURPOSE, purposesOf, repliedTo, type Purpose } from "./files";
import { Uploader } from "./uploader";
import "./papers.css";

function Add({ order }: { order: OrderView }) {
  const purposes = purposesOf(useSession().appointment.roles.map((r) => r.code), repliedTo(order) !== null);
  const [purpose, setPurpose] = useState<Purpose>(purposes[0] ?? "other");
  return (
    <section className="panel">
      <div className="panel-head">
        上传附件
        <Segmented<Purpose> size="small" value={purpose} onChange={setPurpose} options={purposes.map((p) => ({ value: p, label: PURPOSE[p] }))} />
      </div>
      <div className="panel-body">
        {purpose === "reply" && <div className="note">{repliedTo(order)}。</div>}
        <Uploader order={order.id} purpose={purpose} pasted />
      </div>
    </section>
  );
}

export function FilesTab({ order }: { order: OrderView }) {
  const can = useCan();
  const query = useQuery({ queryKey: attachments.key(order.id), queryFn: () => attachments.list(order.id) });
  return (
    <div className="op-stack">
      {can("attach") && order.state !== "archived" && <Add order={order} />}
      <Loaded query={query}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="没有附件" hint="诉求人提交的照片、话务员和承办单位上传的材料都在这里；随办理步骤提交后不能撤回。" />
          ) : (
            grouped(items).map((g) => (
              <section key={g.purpose} className="panel">
                <div className="panel-head">
                  {PURPOSE[g.purpose]}
                  <span className="op-tab-count">{g.items.length}</span>
                </div>
                <FileList order={order.id} items={g.items} />
              </section>
            ))
          )
        }
      </Loaded>
    </div>
  );
}
