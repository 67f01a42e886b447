// 质检结果: what was found, and the agent's right to appeal.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Modal, Radio } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { Empty, Failed, Loading } from "@/ui/states";
import { dateTime, longTime } from "@/ui/time";
import { quality } from "./calls";
import { Player } from "./player";
import type { ScoreView as Score } from "./types";
import { lengthText } from "./words";

function Marks({ score }: { score: Score }) {
  return (
    <table className="calls-legs">
      <thead>
        <tr>
          <th style={{ width: 190 }}>项目</th>
          <th style={{ width: 90 }}>得分</th>
          <th>说明</th>
        </tr>
      </thead>
      <tbody>
        {score.sheet.items.map((i) => {
          const mark = score.marks.find((m) => m.code === i.code);
          if (!mark) return null;
          return (
            <tr key={i.code}>
              <td>{i.name}</td>
              <td className="num nowrap">
                {i.fatal ? mark.hit ? <b className="bad">触发否决</b> : <span className="muted">无</span> : <><b className={mark.points < i.weight ? "warn" : undefined}>{mark.points}</b> / {i.weight}</>}
              </td>
              <td>{mark.note}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Appeal({ score, close, saved }: { score: Score; close: () => void; saved: () => void }) {
  const { message } = App.useApp();
  const [reason, setReason] = useState("");
  const send = useMutation({ mutationFn: () => quality.appeal(score.id, reason.trim()), onSuccess: saved, onError: (e) => void message.error(messageOf(e)) });
  return (
    <Modal open title="对评分提出申诉" onCancel={close} onOk={() => send.mutate()} okText="提交申诉" cancelText="取消" confirmLoading={send.isPending} okButtonProps={{ disabled: reason.trim().length < 10 }} width={460}>
      <Input.TextArea value={reason} onChange={(e) => setReason(e.target.value)} rows={4} maxLength={500} showCount autoFocus placeholder="写明对哪一项有异议、事实和依据（不少于10个字）" />
      <p className="muted" style={{ marginTop: 8 }}>每次评分只能申诉一次，由评分人以外的质检主管复核。</p>
    </Modal>
  );
}

function Decide({ score, close, saved }: { score: Score; close: () => void; saved: () => void }) {
  const { message } = App.useApp();
  const [uphold, setUphold] = useState<boolean | null>(null);
  const [total, setTotal] = useState<number | null>(score.total);
  const [opinion, setOpinion] = useState("");
  const send = useMutation({
    mutationFn: () => quality.decide(score.id, uphold === true, uphold === true ? null : total, opinion.trim()),
    onSuccess: saved,
    onError: (e) => void message.error(messageOf(e)),
  });
  const complete = uphold !== null && opinion.trim().length >= 4 && (uphold || total !== null);
  return (
    <Modal open title="复核申诉" onCancel={close} onOk={() => send.mutate()} okText="确认复核" cancelText="取消" confirmLoading={send.isPending} okButtonProps={{ disabled: !complete }} width={460}>
      <p className="note" style={{ marginBottom: 12 }}>{score.appeal?.reason}</p>
      <Radio.Group value={uphold} onChange={(e) => setUphold(e.target.value as boolean)} options={[{ value: true, label: "维持原评分" }, { value: false, label: "申诉成立，改分" }]} />
      {uphold === false && (
        <p style={{ margin: "10px 0" }}>
          改为 <InputNumber min={0} max={100} precision={0} value={total} onChange={setTotal} aria-label="改后得分" /> 分（原 {score.total} 分）
        </p>
      )}
      <Input.TextArea value={opinion} onChange={(e) => setOpinion(e.target.value)} rows={3} maxLength={500} placeholder="复核意见（不少于4个字）" aria-label="复核意见" style={{ marginTop: 10 }} />
    </Modal>
  );
}

export function ScoreView({ id }: { id: string | null }) {
  const client = useQueryClient();
  const [open, setOpen] = useState<"appeal" | "decide" | null>(null);
  const query = useQuery({ queryKey: ["quality", "score", id], queryFn: () => quality.one(id ?? ""), enabled: id !== null });
  if (id === null) return <Empty title="请选择一条评分" />;
  const score = query.data;
  if (!score) return query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  const close = () => setOpen(null);
  const saved = () => {
    close();
    void client.invalidateQueries({ queryKey: ["quality"] });
  };
  return (
    <article className="calls-detail">
      <header>
        <b className={score.passed ? undefined : "bad"}>{score.total} 分</b>
        <span className={score.passed ? "tag tag-green" : "tag tag-red"}>{score.fatal ? "一票否决" : score.passed ? "合格" : "不合格"}</span>
        <span className="tag">{score.state_cn}</span>
        <span className="muted">
          {score.agent.name}　{dateTime(score.call.started_at)}　{lengthText(score.call.talk_ms)}
        </span>
        <div className="calls-detail-acts">
          {score.may_appeal && (
            <Button size="small" onClick={() => setOpen("appeal")}>
              申诉
            </Button>
          )}
          {score.may_decide && (
            <Button size="small" type="primary" onClick={() => setOpen("decide")}>
              复核申诉
            </Button>
          )}
        </div>
      </header>
      <div className="calls-detail-body">
        {score.appeal && (
          <section className="note note-amber">
            <b>申诉</b> {dateTime(score.appeal.at)}：{score.appeal.reason}
            {score.appeal.decided_at !== null && (
              <p>
                <b>复核</b> {dateTime(score.appeal.decided_at)} {score.appeal.decided_by_name}：{score.appeal.opinion}
                {score.appeal.before !== null && score.appeal.after !== score.appeal.before && `（${score.appeal.before} → ${score.appeal.after} 分）`}
              </p>
            )}
          </section>
        )}
        {score.may_appeal && <p className="muted">如有异议，可在 {longTime(score.appeal_until)} 前申诉。</p>}
        {score.call.recordings.map((r) => (
          <Player key={r.id} recording={r} />
        ))}
        <Marks score={score} />
        {score.reasons.length > 0 && <p className="muted">抽检原因：{score.reasons.map((r) => `${r.cn}（${r.detail}）`).join("、")}</p>}
        {score.comment && <p className="note">总评：{score.comment}</p>}
        <p className="muted">
          {score.scored_by.name} 评于 {dateTime(score.scored_at)}，评分表“{score.sheet.name}”
        </p>
      </div>
      {open === "appeal" && <Appeal score={score} close={close} saved={saved} />}
      {open === "decide" && <Decide score={score} close={close} saved={saved} />}
    </article>
  );
}
