// 变更预览: the same orders under the catalogue as it is and as it would be.
import { useQuery } from "@tanstack/react-query";
import { catalogue } from "@/api/calls";
import { messageOf } from "@/api/client";
import type { Body } from "@/api/types";
import { Link } from "react-router";

const nobody = "目录未规定";

export function CatalogueEffect({ ask }: { ask: Body<"catalogue_preview"> }) {
  const query = useQuery({
    queryKey: ["catalogue", "preview", ask],
    queryFn: ({ signal }) => catalogue.preview(ask, signal),
    retry: false,
    staleTime: 60_000,
  });
  if (query.error) return <div className="note note-red">{messageOf(query.error)}</div>;
  if (!query.data) return <div className="par-effect muted">正在用近30天的工单测算…</div>;
  const e = query.data;
  return (
    <section className="par-effect" aria-label="变更预览" aria-live="polite">
      <div>
        近 {e.days} 天派出的同类工单 <b>{e.looked_at}</b> 件{e.capped && "以上"}，按新目录有 <b className={e.moved > 0 ? "warn" : ""}>{e.moved}</b> 件会派给其他单位。
      </div>
      {e.moved === 0 && <div className="muted">{e.looked_at === 0 ? "这段时间没有派出过此类工单。" : "派单去向不变。"}</div>}
      {e.shifts.length > 0 && (
        <table aria-label="去向变化">
          <thead>
            <tr>
              <th>原派</th>
              <th>改派</th>
              <th>件数</th>
              <th>其中实际已由新单位办理</th>
            </tr>
          </thead>
          <tbody>
            {e.shifts.map((s) => (
              <tr key={`${s.from?.id ?? ""}-${s.to?.id ?? ""}`}>
                <td>{s.from?.name ?? nobody}</td>
                <td><b>{s.to?.name ?? nobody}</b></td>
                <td className="num">{s.n}</td>
                <td>
                  <span className="num">{s.already}</span>
                  <span className="muted" style={{ marginLeft: 8 }}>
                    如{" "}
                    {s.orders.slice(0, 2).map((o) => (
                      <Link key={o.id} to={`/orders/${o.id}`} title={o.title} style={{ marginRight: 6 }}>
                        {o.case_no}
                      </Link>
                    ))}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
