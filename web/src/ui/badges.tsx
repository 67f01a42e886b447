import type { OrderLine } from "@/api/types";
import { REQUEST_KIND } from "@/api/codes";

/** Marks that some lists show in a column of their own. */
type Kind = "urgency" | "return_n";
interface Badge {
  kind?: Kind;
  text: string;
  tone: "red" | "amber" | "blue";
  why: string;
}

/** The marks that change how an order must be treated, most pressing first. */
export function badgesOf(o: Pick<OrderLine, "flags" | "confidentiality" | "supervise_n" | "urge_n" | "round" | "pending" | "urgency" | "return_n">): Badge[] {
  const list: Badge[] = [];
  const add = (on: boolean | undefined, text: string, tone: Badge["tone"], why: string, kind?: Kind) => {
    if (on) list.push({ text, tone, why, ...(kind && { kind }) });
  };
  add(o.urgency === "u1", "特急", "red", "特急：涉及生命财产安全", "urgency");
  add(o.urgency === "u2", "紧急", "amber", "紧急", "urgency");
  add(o.flags.threat, "扬言", "red", "诉求人有扬言行为，注意稳控");
  add(o.flags.major, "重大", "red", "重大紧急事项");
  add(o.flags.leader_directed, "批示", "red", "领导批示件");
  add(o.supervise_n > 0, "督办", "red", `已督办 ${o.supervise_n} 次`);
  add(o.confidentiality !== "none", "保密", "amber", o.confidentiality === "sealed" ? "密封件，仅专人可见诉求人" : "诉求人要求保密");
  add(o.return_n > 0, `退${o.return_n}`, "amber", `已退回 ${o.return_n} 次`, "return_n");
  add(o.urge_n > 0, "催", "amber", `已催办 ${o.urge_n} 次`);
  add(o.round > 1, "重办", "amber", `第 ${o.round} 轮办理`);
  add(o.flags.designated, "指定", "blue", "已指定承办，不得再退回");
  add(o.flags.repeat, "重复", "blue", "重复诉求");
  add(o.flags.litigation, "涉诉", "blue", "涉法涉诉");
  add(o.flags.foreign, "涉外", "blue", "涉外事项");
  for (const kind of o.pending) add(true, `${REQUEST_KIND[kind]}待批`, "amber", `有${REQUEST_KIND[kind]}申请等待审批`);
  return list;
}

export function Badges({ order, limit = 2, except }: { order: Parameters<typeof badgesOf>[0]; limit?: number; except?: readonly Kind[] }) {
  const list = badgesOf(order).filter((b) => !b.kind || !except?.includes(b.kind));
  return (
    <>
      {list.slice(0, limit).map((b) => (
        <span key={b.text} className={`tag tag-${b.tone}`} title={b.why} style={{ marginRight: 4 }}>
          {b.text}
        </span>
      ))}
      {list.length > limit && (
        <span className="tag" title={list.slice(limit).map((b) => b.text).join("、")} style={{ marginRight: 4 }}>
          +{list.length - limit}
        </span>
      )}
    </>
  );
}
