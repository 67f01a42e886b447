import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { orders } from "@/api/calls";
import { messageOf } from "@/api/client";
import { LIGHT } from "@/api/codes";
import type { Command, EffectPreview, OrderView } from "@/api/types";
import { longTime } from "@/ui/time";
import "./effect.css";

const WAIT_MS = 400;

/** The value once it has stood still. */
export function useSettled<T>(value: T, wait = WAIT_MS): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

function Change({ before, after }: { before: number | null; after: number | null }) {
  if (before === after) return <div>办理期限不变：{longTime(after)}</div>;
  return (
    <div className="effect-due">
      办理期限　<s>{before === null ? "未计时" : longTime(before)}</s> → <b>{after === null ? "不再计时" : longTime(after)}</b>
    </div>
  );
}

function Body({ effect }: { effect: EffectPreview }) {
  return (
    <>
      <Change before={effect.due_before} after={effect.due_after} />
      {effect.lights.map((l, i) => (
        <div key={i} className="muted">
          {l.kind_cn}
          ：{l.before && l.before !== l.after && `${LIGHT[l.before]} → `}
          {l.after_cn}，{longTime(l.due_after)} 到期
        </div>
      ))}
      {effect.sentences.length > 0 && (
        <ul className="effect-why">
          {effect.sentences.map((s, i) => (
            <li key={i}>{s}</li>
          ))}
        </ul>
      )}
    </>
  );
}

/** 操作影响: what the command would do to the clocks, worked out by the server while the form is being filled. */
export function Effect({ order, body }: { order: OrderView; body: Command | undefined }) {
  const text = useSettled(body === undefined ? "" : JSON.stringify(body));
  const query = useQuery({
    queryKey: ["preview", order.id, order.version, text],
    queryFn: ({ signal }) => orders.preview(order.id, JSON.parse(text) as Command, signal),
    enabled: text !== "",
    retry: false,
  });
  if (text === "") return <div className="effect muted">填写完整后，这里显示对办理期限的影响。</div>;
  return (
    <section className="effect" aria-live="polite" aria-label="操作影响">
      {query.data ? <Body effect={query.data} /> : query.error ? <span className="bad">{messageOf(query.error)}</span> : <span className="muted">正在测算期限…</span>}
    </section>
  );
}
