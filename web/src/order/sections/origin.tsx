// 来源情况 on the order's page.
import { asked, GROUP, linkFault } from "@/api/origin";
import type { OrderView } from "@/api/types";
import { MaskedPeople } from "@/ui/masked-field";
import { date, dateTime } from "@/ui/time";

const DAY_MS = 86_400_000;
/** 23:59:59.999 in Beijing, as milliseconds into the day of UTC. */
const END_OF_DAY = 16 * 3_600_000 - 1;

/** A page outside: it learns nothing of ours, and has no hold on this one. */
function Elsewhere({ href }: { href: string }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className="link op-link-out" title={href}>
      {href}
    </a>
  );
}

/** A day to its end; a moment where another platform named one. */
function limitText(ms: number): string {
  return ms % DAY_MS === END_OF_DAY ? `${date(ms)} 24:00` : dateTime(ms);
}

/** Pairs of name and value, those that are known. */
export function originFacts(order: OrderView): { label: string; value: React.ReactNode }[] {
  const o = order.origin ?? {};
  const { at, number, source } = asked(order.channel);
  const people = o.head_count ?? 0;
  const who = o.representatives ?? [];
  const { revealable, pii_basic } = order.masks;
  const facts = [
    { label: at?.label ?? "收到时间", value: o.at && dateTime(o.at) },
    { label: source?.label ?? "来源单位", value: o.source },
    { label: number?.label ?? (order.channel === "10" ? "报道出处" : "来件编号"), value: o.number },
    { label: "上级限办", value: o.limit_at && limitText(o.limit_at) },
    { label: "报道标题", value: o.title },
    { label: "报道链接", value: o.link && !linkFault(o.link) && <Elsewhere href={o.link} /> },
    { label: "来访地点", value: o.place },
    {
      label: "来访人数",
      value: people > 0 && (
        <>
          {people} 人{people >= GROUP && <span className="tag tag-amber" style={{ marginLeft: 6 }}>集体访</span>}
        </>
      ),
    },
    { label: "来访代表", value: who.length > 0 && <MaskedPeople masked={who} revealable={revealable === true && pii_basic !== false} /> },
  ];
  return facts.filter((f) => f.value);
}
