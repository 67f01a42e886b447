// 来源情况 on the order's page.
import { asked, GROUP } from "@/api/origin";
import type { OrderView } from "@/api/types";
import { dateTime } from "@/ui/time";

/** Pairs of name and value, those that are known. */
export function originFacts(order: OrderView): { label: string; value: React.ReactNode }[] {
  const o = order.origin ?? {};
  const { at, number } = asked(order.channel);
  const people = o.head_count ?? 0;
  const who = (o.representatives ?? []).map((r) => [r.name, r.phone].filter(Boolean).join(" ")).join("、");
  const facts = [
    { label: at?.label ?? "收到时间", value: o.at && dateTime(o.at) },
    { label: number?.label ?? "来件编号", value: o.number },
    { label: "来访地点", value: o.place },
    {
      label: "来访人数",
      value: people > 0 && (
        <>
          {people} 人{people >= GROUP && <span className="tag tag-amber" style={{ marginLeft: 6 }}>集体访</span>}
        </>
      ),
    },
    { label: "来访代表", value: who },
  ];
  return facts.filter((f) => f.value);
}
