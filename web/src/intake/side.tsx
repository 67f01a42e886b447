// Beside the form, while the caller is still speaking: who this is, whether it is known, by when and by whom it will be done.
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { Form, type FormInstance } from "antd";
import type { ReactNode } from "react";
import { intake, type DuplicateAsk } from "@/api/calls";
import { asked } from "@/api/origin";
import type { DispatchSuggestion, DuplicateHit, Id, OrderLine } from "@/api/types";
import { SuggestionCard, useSuggestions } from "@/order/suggestion";
import { DeadlineExplain, spanText } from "@/ui/deadline-explain";
import { Lamp } from "@/ui/lamp";
import { messageOf } from "@/api/client";
import { longTime, shortTime } from "@/ui/time";
import { useSettled } from "@/order/commands/effect";
import { callerDigits, type IntakeValues } from "./model";

function Box({ title, more, className = "", children }: { title: ReactNode; more?: ReactNode; className?: string; children: ReactNode }) {
  return (
    <section className={`panel side-box ${className}`}>
      <div className="panel-head">
        {title}
        <span className="panel-more">{more}</span>
      </div>
      <div className="side-body">{children}</div>
    </section>
  );
}

const Quiet = ({ children }: { children: ReactNode }) => <div className="muted side-quiet">{children}</div>;

export interface SideProps {
  form: FormInstance<IntakeValues>;
  onOpen: (id: Id) => void;
  onPrevious: (id: Id) => void;
}

function HistoryLine({ order: o, onOpen, onPrevious }: { order: OrderLine; onOpen: (id: Id) => void; onPrevious: (id: Id) => void }) {
  return (
    <li>
      <div className="side-line">
        <Lamp light={o.light} due={o.due_at} warn={o.warn_at} remaining={o.remaining_cn} compact />
        <button type="button" className="link side-title" title={o.title} onClick={() => onOpen(o.id)}>
          {o.title}
        </button>
      </div>
      <div className="side-line muted">
        <span className="num">{shortTime(o.registered_at)}</span>
        <span className="clip">
          {o.state_cn} · {o.demand_type_cn}
          {o.lead_org && ` · ${o.lead_org.name}`}
        </span>
        <button type="button" className="link side-end" onClick={() => onPrevious(o.id)}>
          设为旧工单
        </button>
      </div>
    </li>
  );
}

/** 来电历史. */
export function History({ form, onOpen, onPrevious }: SideProps) {
  const typed = Form.useWatch("phone", form);
  const digits = useSettled(callerDigits(typed), 250);
  const query = useQuery({
    queryKey: ["caller", digits],
    queryFn: ({ signal }) => intake.caller(digits ?? "", signal),
    enabled: digits !== null,
    retry: false,
  });
  const known = query.data;
  const counts = known && [
    { cn: "在办", n: known.counts.open },
    { cn: "办结", n: known.counts.closed },
    ...(known.counts.dissatisfied > 0 ? [{ cn: "不满意", n: known.counts.dissatisfied }] : []),
  ];
  return (
    <Box
      title="历史诉求"
      more={counts?.map((c) => (
        <span key={c.cn} className="side-count">
          {c.cn} <b>{c.n}</b>
        </span>
      ))}
      className="side-history"
    >
      {!digits ? (
        <Quiet>输入来电号码后显示该号码的历史诉求。</Quiet>
      ) : query.error ? (
        <Quiet>{messageOf(query.error)}</Quiet>
      ) : !known ? (
        <Quiet>正在查询…</Quiet>
      ) : known.orders.length === 0 ? (
        <Quiet>首次来电，没有历史诉求。</Quiet>
      ) : (
        <>
          {known.last_promise && (
            <div className="note note-amber">
              已承诺：<span className="num">{known.last_promise.case_no}</span> 于 {longTime(known.last_promise.due_at)} 前答复
            </div>
          )}
          <ul className="side-list">
            {known.orders.map((o) => (
              <HistoryLine key={o.id} order={o} onOpen={onOpen} onPrevious={onPrevious} />
            ))}
          </ul>
        </>
      )}
    </Box>
  );
}

function duplicateAsk(v: IntakeValues | undefined): DuplicateAsk | null {
  const content = v?.content?.trim() ?? "";
  if (!v || content.length < 5) return null;
  const ask: DuplicateAsk = { content };
  if (callerDigits(v.phone)) ask.phone = v.phone.replace(/\D/g, "");
  for (const k of ["category", "region", "address", "title"] as const) if (v[k]) ask[k] = v[k];
  return ask;
}

const duplicatesQuery = (text: string) =>
  queryOptions({
    queryKey: ["duplicates", text],
    queryFn: ({ signal }) => intake.duplicates(JSON.parse(text) as DuplicateAsk, signal),
    staleTime: 30_000,
    retry: false,
  });

/** The same question, asked for the form as it is when registering: the check must have happened, however fast somebody types. */
export function useDuplicateCheck() {
  const client = useQueryClient();
  return (v: IntakeValues): Promise<DuplicateHit[]> => {
    const ask = duplicateAsk(v);
    return ask ? client.fetchQuery(duplicatesQuery(JSON.stringify(ask))) : Promise.resolve([]);
  };
}

/** Candidates for the same matter, as the form stands now. */
export function useDuplicates(form: FormInstance<IntakeValues>) {
  const ask = Form.useWatch((v: IntakeValues) => duplicateAsk(v), form) ?? null;
  const text = useSettled(ask ? JSON.stringify(ask) : "", 500);
  return useQuery({ ...duplicatesQuery(text), enabled: text !== "", placeholderData: (old) => (text === "" ? undefined : old) });
}

function Duplicate({ hit, onOpen, onPrevious }: { hit: DuplicateHit; onOpen: (id: Id) => void; onPrevious: (id: Id) => void }) {
  const o = hit.order;
  return (
    <li>
      <div className="side-line">
        <span className={hit.block ? "tag tag-red" : "tag tag-amber"}>{hit.verdict === "person" ? "同人" : "同地"} {Math.round(hit.score)}分</span>
        <button type="button" className="link side-title" title={o.title} onClick={() => onOpen(o.id)}>
          {o.title}
        </button>
      </div>
      <div className="side-line muted">
        <span className="num">{shortTime(o.registered_at)}</span>
        <span className="nowrap">{o.state_cn}</span>
        <span className="clip" title={hit.reasons.map((r) => `${r.cn}（${r.points}分）`).join("；")}>
          {hit.reasons.map((r) => r.cn).join("、")}
        </span>
        <button type="button" className="link side-end" onClick={() => onPrevious(o.id)}>
          设为旧工单
        </button>
      </div>
    </li>
  );
}

/** 判重. */
export function Duplicates({ query, onOpen, onPrevious }: Omit<SideProps, "form"> & { query: ReturnType<typeof useDuplicates> }) {
  const hits = query.data;
  return (
    <Box title="判重" more={hits && hits.length > 0 ? <span className="side-count">疑似 <b className="bad">{hits.length}</b></span> : null} className="side-duplicates">
      {query.error ? (
        <Quiet>{messageOf(query.error)}</Quiet>
      ) : !hits ? (
        <Quiet>{query.isFetching ? "正在比对…" : "填写诉求内容后自动比对近期工单。"}</Quiet>
      ) : hits.length === 0 ? (
        <Quiet>未发现重复诉求。</Quiet>
      ) : (
        <ul className="side-list">
          {hits.map((h) => (
            <Duplicate key={h.order.id} hit={h} onOpen={onOpen} onPrevious={onPrevious} />
          ))}
        </ul>
      )}
    </Box>
  );
}

/** A superior's limit counts with the matter's own deadline. */
const limitOf = (v: IntakeValues) => (asked(v.channel).limit && v.origin?.limit_at ? { limit_at: v.origin.limit_at } : {});

/** 时限预告. */
export function Deadlines({ form }: { form: FormInstance<IntakeValues> }) {
  const ask = Form.useWatch(
    (v: IntakeValues) => (v.demand_type ? { demand_type: v.demand_type, urgency: v.urgency, ...(v.category && { category: v.category }), ...limitOf(v) } : null),
    form,
  );
  const text = useSettled(ask ? JSON.stringify(ask) : "", 200);
  const query = useQuery({
    queryKey: ["deadline", text],
    queryFn: ({ signal }) => intake.deadline(JSON.parse(text), signal),
    enabled: text !== "",
    staleTime: 60_000,
    retry: false,
  });
  const handle = query.data?.handle;
  const accept = query.data?.accept;
  return (
    <Box title="办理时限" more={handle && <span className="side-count">{spanText(handle.span)}</span>} className="side-deadline">
      {handle ? (
        <>
          <DeadlineExplain deadline={handle} brief />
          {accept && <div className="muted">承办单位签收：{longTime(accept.due_at)} 前（{spanText(accept.span)}）</div>}
        </>
      ) : (
        <Quiet>{query.error ? messageOf(query.error) : query.data ? "该类诉求即时办结，不计办理时限。" : "选择诉求类型后显示应办结的日期和算法。"}</Quiet>
      )}
    </Box>
  );
}

/** 派单建议. */
export function Proposals({ form }: { form: FormInstance<IntakeValues> }) {
  const ask = Form.useWatch((v: IntakeValues) => ({ category: v.category ?? "", region: v.region ?? "", content: v.content ?? "" }), form);
  const settled = JSON.parse(useSettled(JSON.stringify(ask ?? { category: "", region: "" }), 400)) as { category: string; region: string; content?: string };
  const chosen = Form.useWatch("suggested_org", form);
  const accused = Form.useWatch("accused_org", form);
  const query = useSuggestions(settled);
  const pick = (s: DispatchSuggestion) => form.setFieldValue("suggested_org", s.lead.id);
  return (
    <Box title="派单建议" className="side-proposals">
      {query.data && query.data.length > 0 ? (
        query.data.slice(0, 3).map((s, i) => (
          <SuggestionCard key={s.lead.id} suggestion={s} rank={i + 1} chosen={chosen === s.lead.id} onPick={pick} barred={accused ?? undefined} />
        ))
      ) : (
        <Quiet>{query.error ? messageOf(query.error) : query.data ? "派单目录没有对应条目，由派单员研判。" : "选定问题分类和所属区域后显示建议承办单位及依据。"}</Quiet>
      )}
    </Box>
  );
}
