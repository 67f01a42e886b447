// 流转记录: every step, who and when, what it changed; sealed by a chain of hashes.
import { Checkbox } from "antd";
import { useMemo, useState } from "react";
import { useFlow } from "@/api/hooks";
import type { FlowEntry, OrderView } from "@/api/types";
import { Empty, Loaded } from "@/ui/states";
import { at, dateTime } from "@/ui/time";
import { countKinds, dueChange, FLOW_KIND, kindOf, moveText, shortHash, together, whoText, type FlowKind } from "../flow-entry";
import { orgOf } from "../order-facts";

/** What several entries of one act say, each thing once. */
function once<T>(all: readonly T[], key: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [key(one), one])).values()];
}

function Entry({ act, org }: { act: [FlowEntry, ...FlowEntry[]]; org: string | null }) {
  const entry = act[0];
  const due = act.map(dueChange).find((d) => d !== null);
  const move = moveText(entry);
  const kind = kindOf(entry);
  const fields = once(act.flatMap((e) => e.fields_cn), (f) => f.label + f.value);
  const opinions = once(act.filter((e) => e.reason_cn || e.opinion), (e) => `${e.reason_cn} ${e.opinion}`);
  return (
    <li className={`op-flow-entry op-flow-${kind}`}>
      <time className="op-flow-at num" title={dateTime(entry.at)}>
        {at(entry.at).format("MM-DD")}
        <b>{at(entry.at).format("HH:mm")}</b>
      </time>
      <i className="op-flow-dot" aria-hidden />
      <div className="op-flow-body">
        <div className="op-flow-line">
          <b className="op-flow-act">{entry.action_cn}</b>
          {move && <span className="op-flow-move">{move}</span>}
          {org && org !== entry.org_name && <span className="muted">{org}</span>}
          <span className="op-flow-who">{whoText(entry)}</span>
        </div>
        {opinions.map((e) => (
          <p key={e.seq} className="prose op-flow-opinion">
            {e.reason_cn && <span className="tag">{e.reason_cn}</span>}
            {e.opinion}
          </p>
        ))}
        {fields.length > 0 && (
          <dl className="op-flow-fields">
            {fields.map((f) => (
              <div key={f.label + f.value}>
                <dt>{f.label}</dt>
                <dd>{f.value}</dd>
              </div>
            ))}
          </dl>
        )}
        {due && <div className={due.by > 0 ? "op-flow-due warn" : "op-flow-due"}>{due.text}</div>}
      </div>
      <span className="op-flow-hash mono">
        {[...act]
          .sort((a, b) => a.seq - b.seq)
          .map((e) => (
            <span key={e.seq} title={`第 ${e.seq} 条，${e.code}\n链上摘要 ${e.hash}`}>
              #{e.seq} {shortHash(e.hash)}
            </span>
          ))}
      </span>
    </li>
  );
}

/** Acts, with the year before the first of each. */
function years(acts: readonly FlowEntry[][]): ([FlowEntry, ...FlowEntry[]] | number)[] {
  const out: ([FlowEntry, ...FlowEntry[]] | number)[] = [];
  let shown: number | undefined;
  for (const [first, ...rest] of acts) {
    if (!first) continue;
    const year = at(first.at).year();
    if (year !== shown) out.push((shown = year));
    out.push([first, ...rest]);
  }
  return out;
}

function Timeline({ order, entries }: { order: OrderView; entries: readonly FlowEntry[] }) {
  const [kind, setKind] = useState<FlowKind | "all">("all");
  const [dueOnly, setDueOnly] = useState(false);
  const [oldest, setOldest] = useState(false);
  const counts = useMemo(() => countKinds(entries), [entries]);
  const shown = useMemo(() => {
    const rows = entries.filter((e) => (kind === "all" || kindOf(e) === kind) && (!dueOnly || dueChange(e) !== null));
    return rows.sort((a, b) => (oldest ? a.seq - b.seq : b.seq - a.seq));
  }, [entries, kind, dueOnly, oldest]);
  return (
    <section className="panel">
      <div className="panel-head op-flow-head">
        {([["all", entries.length], ...counts] as [FlowKind | "all", number][]).map(([k, n]) => (
          <button key={k} type="button" className={k === kind ? "op-flow-filter on" : "op-flow-filter"} aria-pressed={k === kind} onClick={() => setKind(k)}>
            {k === "all" ? "全部" : FLOW_KIND[k]} <span>{n}</span>
          </button>
        ))}
        <Checkbox checked={dueOnly} onChange={(e) => setDueOnly(e.target.checked)}>
          只看期限变化
        </Checkbox>
        <button type="button" className="link panel-more" onClick={() => setOldest(!oldest)}>
          {oldest ? "改为最近在前" : "改为最早在前"}
        </button>
      </div>
      {shown.length === 0 ? (
        <Empty title="没有符合的记录" />
      ) : (
        <ol className="op-flow">
          {years(together(shown)).map((e) =>
            typeof e === "number" ? (
              <li key={e} className="op-flow-year num">
                {e}年
              </li>
            ) : (
              <Entry key={e[0].seq} act={e} org={orgOf(order, e.find((x) => x.task_id !== null)?.task_id ?? null)} />
            ),
          )}
        </ol>
      )}
      <p className="panel-foot muted">每条记录的摘要由上一条与本条内容共同算出，事后改动任何一条，其后的摘要都对不上。</p>
    </section>
  );
}

export function FlowTab({ order }: { order: OrderView }) {
  const flow = useFlow(order.id);
  return <Loaded query={flow}>{(entries) => <Timeline order={order} entries={entries} />}</Loaded>;
}
