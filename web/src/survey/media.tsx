// 媒体曝光: what the press reported, as matters like any other, with what was published of their outcome.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Link, useNavigate } from "react-router";
import { get } from "@/api/client";
import { useOrders } from "@/api/hooks";
import type { Answer } from "@/api/types";
import { useCan } from "@/app/session";
import { RowsFoot } from "@/admin/room";
import { Lamp } from "@/ui/lamp";
import { Empty, Failed, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";

/** 媒体, as a channel of the exchange standard. */
const MEDIA = "10";

/** Order → where its publication stands; nothing for who may not publish. */
function usePublished(enabled: boolean) {
  const list = useQuery({ queryKey: ["publications"], queryFn: () => get<Answer<"publications">>("/publications"), enabled }).data;
  return new Map([...(list?.candidates ?? []), ...(list?.items ?? [])].flatMap((l) => (l.order_id ? [[l.order_id, l] as const] : [])));
}

export function Media() {
  const can = useCan();
  const go = useNavigate();
  const pages = useOrders({ channel: MEDIA, sort: "registered_at", dir: "desc" });
  const published = usePublished(can("publish"));
  if (pages.isPending) return <Loading />;
  if (pages.error && pages.rows.length === 0) return <Failed error={pages.error} retry={() => void pages.refetch()} />;
  const register = can("order.register") && <Button type="primary" onClick={() => void go("/intake?channel=10")}>登记媒体曝光</Button>;
  if (pages.rows.length === 0) return <Empty title="没有媒体曝光的事项" hint="报纸、电视、网络媒体报道的问题登记后，与其他工单一样办理。">{register}</Empty>;
  return (
    <div className="sv-media">
      <div className="sv-result-head">{register}<span className="muted">办结后在“网上公开”核对并公开处理结果，公众网站“媒体监督”栏目可见。</span></div>
      <table className="adm-table" aria-label="媒体曝光">
        <thead>
          <tr>
            <th style={{ width: 190 }}>工单编号</th>
            <th>标题</th>
            <th style={{ width: 150 }}>主办单位</th>
            <th style={{ width: 90 }}>状态</th>
            <th style={{ width: 120 }}>时限</th>
            <th style={{ width: 110 }}>登记</th>
            <th style={{ width: 120 }}>公开</th>
          </tr>
        </thead>
        <tbody>
          {pages.rows.map((o) => {
            const p = published.get(o.id);
            return (
              <tr key={o.id}>
                <td className="num"><Link to={`/orders/${o.id}`}>{o.case_no}</Link></td>
                <td>{o.title}</td>
                <td>{o.lead_org?.name ?? ""}</td>
                <td>{o.state_cn}</td>
                <td>{o.due_at ? <Lamp light={o.light} due={o.due_at} remaining={o.remaining_cn} compact /> : ""}</td>
                <td className="num">{shortTime(o.registered_at)}</td>
                <td>{p ? p.state === "candidate" ? <Link to="/publish">待公开</Link> : <span className={p.state === "published" ? "tag tag-green" : "tag"}>{p.state_cn}</span> : <span className="muted">—</span>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className="muted sv-foot"><RowsFoot pages={pages} unit="件" /></p>
    </div>
  );
}
