// What agreeing to 剔除, 评价申诉 or 更正 does to the unit's rates, with numerators and denominators.
import { useQuery } from "@tanstack/react-query";
import { appraisal } from "@/api/calls";
import type { Id, Rate, RequestView } from "@/api/types";
import { Loaded } from "@/ui/states";
import { date } from "@/ui/time";
import "./appraisal.css";

const shown = (r: Rate) => (r.value === null ? "—" : `${r.value.toFixed(2)}%`);

export function AppraisalEffect({ order, request }: { order: Id; request: RequestView }) {
  const corrects = request.kind === "correction" && request.callback !== null;
  const judged = request.kind === "exempt" || request.kind === "contest" || corrects;
  const query = useQuery({
    queryKey: ["order", order, "effect", request.id, request.state],
    queryFn: () => appraisal.effect(order, request.id),
    enabled: judged && request.state !== "rejected" && request.state !== "cancelled",
  });
  if (!judged || request.state === "rejected" || request.state === "cancelled") return null;
  return (
    <div className="ap-effect">
      <Loaded query={query}>
        {(e) =>
          e.changes.length === 0 ? (
            <p className="muted">对该单位的考核指标没有影响。</p>
          ) : (
            <table className="ap-grid" aria-label="对考核指标的影响">
              <caption>
                {request.state === "approved" ? "已使" : "同意后"}
                {e.org.name} {date(e.from)} 至 {date(e.until - 1)} 的指标变为
              </caption>
              <thead>
                <tr><th>指标</th><th>{corrects ? "更正前" : "计入本件"}</th><th>{corrects ? "更正后" : "不计本件"}</th></tr>
              </thead>
              <tbody>
                {e.changes.map((c) => (
                  <tr key={c.name}>
                    <td>{c.name}</td>
                    <td className="num">{shown(c.before)} <small className="muted">{c.before.num}/{c.before.den}</small></td>
                    <td className="num"><b>{shown(c.after)}</b> <small className="muted">{c.after.num}/{c.after.den}</small></td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </div>
  );
}
