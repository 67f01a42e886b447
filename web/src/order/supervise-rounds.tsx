// 督办 rounds as cards on a time line, the latest on top; each card carries the buttons that are about it.
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import type { AllowedAction, OrderView, SupervisionView } from "@/api/types";
import { Lamp } from "@/ui/lamp";
import { Empty } from "@/ui/states";
import { at, dateTime } from "@/ui/time";
import "./supervise.css";

const CommandDrawer = lazy(() => import("./commands/drawer"));

const TONE: Record<SupervisionView["level"], string> = {
  urge: "tag tag-amber",
  normal: "tag tag-amber",
  listed: "tag tag-red",
  interview: "tag tag-red",
  joint: "tag tag-red",
};
const VERDICT_TONE = { done: "tag tag-green", mostly: "tag tag-blue", not_done: "tag tag-red" } as const;

function Word({ who, when, label, children }: { who: string; when: number | null; label: string; children: React.ReactNode }) {
  return (
    <div className="sv-word">
      <div className="sv-word-head">
        <b>{label}</b>
        <span>{who}</span>
        {when !== null && <span className="muted num">{dateTime(when)}</span>}
      </div>
      <div className="prose">{children}</div>
    </div>
  );
}

function Standing({ round }: { round: SupervisionView }) {
  const waiting = round.state === "issued" || round.state === "signed";
  if (waiting && round.due_at === null) return <span className="muted">待派单后送达主办单位</span>;
  if (waiting) return <Lamp light={round.light} due={round.due_at} remaining={round.remaining_cn} />;
  return <span className={round.state === "evaluated" ? "bad" : "muted"}>{round.state_cn}</span>;
}

function Round({ round, buttons, onPress }: { round: SupervisionView; buttons: readonly AllowedAction[]; onPress: (a: AllowedAction) => void }) {
  const e = round.evaluation;
  const from = round.automatic ? "系统按逾期阶梯自动发起" : `${round.initiator_name}${round.initiator_org ? `（${round.initiator_org.name}）` : ""}`;
  return (
    <li className={`sv-round sv-${round.state}`} aria-label={`第${round.round}轮督办`}>
      <time className="sv-at num" title={dateTime(round.issued_at)}>
        {at(round.issued_at).format("MM-DD")}
        <b>{at(round.issued_at).format("HH:mm")}</b>
      </time>
      <i className="sv-dot" aria-hidden />
      <article className="panel sv-card">
        <header className="sv-head">
          <b>第{round.round}轮</b>
          <span className={TONE[round.level]}>{round.level_cn}</span>
          {round.by_leader && <span className="tag tag-red">领导</span>}
          <span className="muted">{round.trigger_cn}</span>
          <span className="sv-standing">
            <Standing round={round} />
          </span>
        </header>
        <div className="sv-body">
          <Word label="督办意见" who={from} when={null}>
            {round.opinion}
          </Word>
          <div className="sv-facts muted">
            <span>承办 {round.org?.name ?? "待派单"}</span>
            {round.due_at !== null && <span>反馈期限 {dateTime(round.due_at)}</span>}
            {round.signed_at !== null && <span>签收 {round.signed_by?.name} {dateTime(round.signed_at)}</span>}
            {round.cc.length > 0 && <span>抄送 {round.cc.map((o) => o.name).join("、")}</span>}
          </div>
          {round.reply !== null && (
            <Word label="反馈" who={round.replied_by?.name ?? ""} when={round.replied_at}>
              {round.late && <span className="tag tag-red sv-late">逾期反馈</span>}
              {round.reply}
            </Word>
          )}
          {e && (
            <Word label="评价" who={e.by_name} when={e.at}>
              <span className={VERDICT_TONE[e.verdict]}>{e.verdict_cn}</span> <b className="num">{e.score} 分</b>　{e.way_cn}　{e.comment}
            </Word>
          )}
          {round.end_reason && <div className="muted">{round.state === "revoked" ? "撤销原因：" : "结束："}{round.end_reason}　{dateTime(round.ended_at)}</div>}
        </div>
        {buttons.length > 0 && (
          <footer className="sv-foot">
            {buttons.map((b, i) => (
              <Button
                key={b.action}
                size="small"
                type={i === 0 && b.action !== "supervise_revoke" ? "primary" : "default"}
                danger={b.action === "supervise_revoke"}
                disabled={!b.enabled}
                title={b.reason ?? undefined}
                onClick={() => onPress(b)}
              >
                {b.label}
              </Button>
            ))}
          </footer>
        )}
      </article>
    </li>
  );
}

/** What the card offers first: the answer before the signature, the judgement before the revocation. */
const FIRST = ["supervise_reply", "supervise_sign", "supervise_evaluate", "supervise_revoke"];

/** 督办历史: every round with what was asked, answered and judged. */
export function SuperviseRounds({ order }: { order: OrderView }) {
  const [pressed, setPressed] = useState<AllowedAction | null>(null);
  const issue = order.allowed.find((a) => a.action === "supervise_issue");
  const rounds = [...order.supervisions].sort((a, b) => b.round - a.round);
  const buttonsOf = (id: string) => order.allowed.filter((a) => a.supervision === id).sort((a, b) => FIRST.indexOf(a.action) - FIRST.indexOf(b.action));
  return (
    <div className="sv">
      <div className="sv-bar">
        <span className="muted">
          {rounds.length === 0 ? "尚未督办" : `共 ${rounds.length} 轮，其中催办 ${order.urge_n} 次、督办 ${order.supervise_n} 次`}
        </span>
        {issue && (
          <Button type="primary" size="small" disabled={!issue.enabled} title={issue.reason ?? undefined} onClick={() => setPressed(issue)}>
            发起督办
          </Button>
        )}
      </div>
      {rounds.length === 0 ? (
        <Empty title="没有督办记录" hint="督办会置顶在当前主办人的待办中，有单独的反馈期限；工单办理期限不受影响。" />
      ) : (
        <ol className="sv-line">
          {rounds.map((r) => (
            <Round key={r.id} round={r} buttons={buttonsOf(r.id)} onPress={setPressed} />
          ))}
        </ol>
      )}
      {pressed && (
        <Suspense fallback={null}>
          <CommandDrawer order={order} pressed={pressed} onClose={() => setPressed(null)} />
        </Suspense>
      )}
    </div>
  );
}
