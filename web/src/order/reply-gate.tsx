// 答复质量关 on screen: the rules are the server's; here their hits are shown in the very text, while it is written.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { orders } from "@/api/calls";
import type { GateView, HandlingForm, HitView, OrderView, TaskView } from "@/api/types";
import { dateTime } from "@/ui/time";
import { useSettled } from "./commands/effect";
import { linesOf, piecesOf } from "./reply-marks";
import "./reply-gate.css";

const TONE: Record<HitView["severity"], string> = { grave: "bad", serious: "warn", hint: "muted" };

/** What the gate finds now; undefined while it has not looked yet. */
export function useReplyCheck(order: OrderView, ask: { task: string; form: HandlingForm } | { text: string }): HitView[] | undefined {
  const settled = useSettled(JSON.stringify(ask), 500);
  const body = JSON.parse(settled) as typeof ask;
  const text = "text" in body ? body.text : body.form.public_reply;
  return useQuery({
    queryKey: ["reply-check", order.id, order.version, settled],
    queryFn: ({ signal }) => orders.replyCheck(order.id, body, signal),
    enabled: text.trim() !== "",
    placeholderData: keepPreviousData,
    retry: false,
  }).data;
}

function Marked({ text, hits, field }: { text: string; hits: readonly HitView[]; field: HitView["field"] }) {
  const pieces = piecesOf(text, hits, field);
  if (pieces.every((p) => p.hits.length === 0)) return null;
  return (
    <p className="gate-text prose">
      {pieces.map((p, i) =>
        p.hits[0] ? (
          <mark key={i} className={`gate-mark gate-${p.hits[0].severity}`} title={p.hits.map((h) => `${h.rule_cn}：${h.remedy}`).join("\n")}>
            {p.text}
          </mark>
        ) : (
          p.text
        ),
      )}
    </p>
  );
}

function Lines({ hits }: { hits: readonly HitView[] }) {
  return (
    <ul className="gate-lines">
      {linesOf(hits).map((h) => (
        <li key={`${h.rule}-${h.found}`} className={TONE[h.severity]}>
          <b>{h.rule_cn}</b>
          {h.found && h.found.length <= 40 && <span>“{h.found}”</span>}
          <span>{h.remedy}</span>
          <small>{h.severity_cn}</small>
        </li>
      ))}
    </ul>
  );
}

/** The hits in the text being written, and in the demand when something of it went unanswered. */
export function ReplyHits({ hits, text, order }: { hits: readonly HitView[] | undefined; text: string; order: OrderView }) {
  if (!hits || text.trim() === "") return null;
  if (hits.length === 0) {
    return (
      <p className="gate-clean" role="status">
        质量检查未发现问题
      </p>
    );
  }
  return (
    <section className="gate" aria-live="polite" aria-label="答复质量检查">
      <Lines hits={hits} />
      <Marked text={text} hits={hits} field="public_reply" />
      {hits.some((h) => h.field === "content") && (
        <>
          <h4>诉求原文中未回应的部分</h4>
          <Marked text={order.content} hits={hits} field="content" />
        </>
      )}
    </section>
  );
}

/** The rules over a text without a form. */
export function TextCheck({ order, text }: { order: OrderView; text: string }) {
  return <ReplyHits hits={useReplyCheck(order, { text })} text={text} order={order} />;
}

/** For the auditor: what the gate found when the unit handed in, and why the unit let it go. */
export function GateNote({ gate, task, order }: { gate: GateView | null; task: TaskView; order: OrderView }) {
  if (!gate || gate.hits.length === 0) return null;
  return (
    <section className="gate" aria-label="单位提交时的质量检查">
      <h4>
        提交时质量检查 <span className="muted num">{dateTime(gate.at)}</span>
      </h4>
      {gate.reason && (
        <div className="note note-amber">
          单位保留理由：<b>{gate.reason}</b>
        </div>
      )}
      <Lines hits={gate.hits} />
      <Marked text={task.public_reply ?? ""} hits={gate.hits} field="public_reply" />
      {gate.hits.some((h) => h.field === "content") && <Marked text={order.content} hits={gate.hits} field="content" />}
    </section>
  );
}
