// 历次版本 of one rule: what it said, who changed it when and why.
import { useQuery } from "@tanstack/react-query";
import { Drawer } from "antd";
import { Link } from "react-router";
import { catalogue } from "@/api/calls";
import type { RuleView } from "@/api/types";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import "@/order/panel.css";

function Version({ rule: r }: { rule: RuleView }) {
  return (
    <article className="card">
      <header>
        <b>第 {r.revision} 版</b>
        <span className={r.standing === "current" ? "tag tag-green" : r.standing === "coming" ? "tag tag-blue" : "tag"}>{r.standing_cn}</span>
        <span className="card-end muted num">
          {dateTime(r.valid_from)} 起{r.valid_to ? `，至 ${dateTime(r.valid_to)}` : "，长期有效"}
        </span>
      </header>
      <dl className="facts" style={{ ["--facts" as string]: 1 }}>
        <div><dt>适用区域</dt><dd>{r.region_cn}</dd></div>
        <div><dt>主办</dt><dd>{r.lead.name}</dd></div>
        {r.co.length > 0 && <div><dt>协办</dt><dd>{r.co.map((o) => o.name).join("、")}</dd></div>}
        <div><dt>法定依据</dt><dd>{r.legal_basis}</dd></div>
        <div>
          <dt>来由</dt>
          <dd>
            {r.made_by_name ? `${r.made_by_name}　${dateTime(r.made_at)}　${r.reason}` : "系统初始目录"}
            {r.ruling && <Link to={`/orders/${r.ruling}`}>　会商工单</Link>}
          </dd>
        </div>
        {r.end_reason && <div><dt>失效</dt><dd>{r.ended_by_name ?? "系统"}　{r.end_reason}</dd></div>}
      </dl>
    </article>
  );
}

export function RuleHistory({ item, close }: { item: RuleView; close: () => void }) {
  const query = useQuery({ queryKey: ["catalogue", "history", item.series], queryFn: () => catalogue.history(item.id) });
  return (
    <Drawer open title={`历次版本：${item.category_path}`} onClose={close} size={560}>
      <Loaded query={query}>{(all) => all.map((r) => <Version key={r.id} rule={r} />)}</Loaded>
    </Drawer>
  );
}
