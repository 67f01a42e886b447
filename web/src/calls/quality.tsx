// 质检: calls drawn by risk with the reason why, the sheet beside the player, results and appeals.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Modal } from "antd";
import { useState, type ReactNode } from "react";
import { useSearchParams } from "react-router";
import { messageOf } from "@/api/client";
import { usePages } from "@/api/hooks";
import { useCan } from "@/app/session";
import { RowsFoot } from "@/admin/room";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { DenseTable, type Column } from "@/ui/dense-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { useSelection } from "@/ui/use-selection";
import { quality } from "./calls";
import { DaySpanPicker, lastDays, momentsOf } from "./day-span";
import { Player } from "./player";
import "./quality.css";
import { ScoreForm } from "./score-form";
import { ScoreView } from "./score-view";
import { SheetEditor } from "./sheet-editor";
import type { SampleLine, ScoreLine } from "./types";
import { lengthText } from "./words";

const reasonsText = (s: SampleLine) => s.reasons.map((r) => (r.detail ? `${r.cn}（${r.detail}）` : r.cn)).join("、");

const SAMPLE_COLUMNS: Column<SampleLine>[] = [
  { key: "at", title: "通话时间", width: 98, render: (s) => <span className="num">{shortTime(s.call.started_at)}</span> },
  { key: "agent", title: "话务员", width: 76, render: (s) => s.call.agent?.name },
  { key: "talk", title: "时长", width: 78, align: "right", render: (s) => lengthText(s.call.talk_ms) },
  { key: "why", title: "抽检原因", render: (s) => <span title={reasonsText(s)}>{reasonsText(s)}</span> },
];

const SCORE_COLUMNS: Column<ScoreLine>[] = [
  { key: "at", title: "评分时间", width: 98, render: (s) => <span className="num">{shortTime(s.scored_at)}</span> },
  { key: "agent", title: "话务员", width: 76, render: (s) => s.agent.name },
  { key: "total", title: "得分", width: 56, align: "right", render: (s) => <b className={s.passed ? undefined : "bad"}>{s.total}</b> },
  { key: "state", title: "状态", width: 90, render: (s) => s.state_cn },
  { key: "by", title: "评分人", width: 76, render: (s) => s.scored_by.name },
  { key: "sheet", title: "评分表", render: (s) => <span className="muted">{s.sheet_name}</span> },
];

function DrawDialog({ close, done }: { close: () => void; done: () => void }) {
  const { message } = App.useApp();
  const [span, setSpan] = useState(() => lastDays(1));
  const draw = useMutation({
    mutationFn: () => {
      const { from, to } = momentsOf(span);
      return quality.draw(from, to);
    },
    onSuccess: (r) => {
      message.success(`共 ${r.considered} 通，抽出 ${r.sampled} 通`);
      done();
    },
    onError: (e) => void message.error(messageOf(e)),
  });
  return (
    <Modal open title="抽取质检样本" onCancel={close} onOk={() => draw.mutate()} okText="抽取" cancelText="取消" confirmLoading={draw.isPending} width={420}>
      <p className="muted" style={{ marginBottom: 10 }}>不满意评价、超长通话、多次转接、投诉等风险通话优先，其余按话务员均衡随机抽取。每通都注明抽中的原因。</p>
      <DaySpanPicker value={span} onChange={setSpan} />
    </Modal>
  );
}

/** The drawn calls that wait for a score, and the one at hand. */
function useSamples() {
  const client = useQueryClient();
  const query = { state: "open" };
  const pages = usePages(["quality", "samples", query], quality.samples, query);
  const selection = useSelection(pages.rows, (s) => s.call.id);
  const sample = selection.row;
  const done = () => {
    selection.next();
    void client.invalidateQueries({ queryKey: ["quality"] });
  };
  if (pages.isPending) return { list: <Loading />, detail: null };
  if (pages.error && pages.rows.length === 0) return { list: <Failed error={pages.error} retry={() => void pages.refetch()} />, detail: null };
  return {
    list: (
      <DenseTable
        rows={pages.rows}
        columns={SAMPLE_COLUMNS}
        rowKey={(s) => s.call.id}
        selected={selection.id}
        onSelect={(s) => selection.select(s.call.id)}
        label="质检样本"
        globalKeys
        empty={<Empty title="没有待评的样本" hint="点击“抽取样本”，按风险和比例抽取一段时间的通话。" />}
        footer={<RowsFoot pages={pages} unit="通" />}
      />
    ),
    detail: sample ? (
      <article className="calls-detail">
        <header>
          <b>{sample.call.agent?.name}</b>
          <span className="muted num">
            {shortTime(sample.call.started_at)}　{lengthText(sample.call.talk_ms)}　{sample.call.number_masked}
          </span>
          {sample.call.rating_cn && <span className="tag">{sample.call.rating_cn}</span>}
        </header>
        <div className="calls-detail-body">
          <p className="note note-amber">抽检原因：{reasonsText(sample)}</p>
          {sample.call.recordings.map((r) => (
            <Player key={r.id} recording={r} />
          ))}
          <ScoreForm call={sample.call} done={done} />
        </div>
      </article>
    ) : (
      <Empty title="请选择一通样本" />
    ),
  };
}

/** Results, and the one at hand. */
function useScores(mine: boolean) {
  const [params] = useSearchParams();
  const query = { agent: mine ? "me" : undefined, state: params.get("state") ?? undefined };
  const pages = usePages(["quality", "scores", query], quality.scores, query);
  const selection = useSelection(pages.rows, (s) => s.id);
  if (pages.isPending) return { list: <Loading />, detail: null };
  if (pages.error && pages.rows.length === 0) return { list: <Failed error={pages.error} retry={() => void pages.refetch()} />, detail: null };
  return {
    list: (
      <DenseTable
        rows={pages.rows}
        columns={SCORE_COLUMNS}
        rowKey={(s) => s.id}
        selected={selection.id}
        onSelect={(s) => selection.select(s.id)}
        label="质检结果"
        globalKeys
        empty={<Empty title="没有质检结果" hint={mine ? "您的通话被评分后，结果会出现在这里，如有异议可申诉。" : undefined} />}
        footer={<RowsFoot pages={pages} unit="条" />}
      />
    ),
    detail: <ScoreView id={selection.id} />,
  };
}

function SamplesBody({ bar }: { bar: ReactNode }) {
  return <DeskFrame bar={bar} wide {...useSamples()} />;
}
function ScoresBody({ bar, mine }: { bar: ReactNode; mine: boolean }) {
  return <DeskFrame bar={bar} wide {...useScores(mine)} />;
}

export default function QualityPage() {
  const can = useCan();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const [open, setOpen] = useState<"draw" | "sheet" | null>(null);
  const scorer = can("call.score");
  const sheets = useQuery({ queryKey: ["quality", "sheets"], queryFn: quality.sheets, enabled: open === "sheet" });
  const all = scorer || can("call.appeal") || can("call.monitor");
  const tab = scorer ? (params.get("tab") ?? "samples") : "scores";
  const tabs = [...(scorer ? [{ code: "samples", name: "待评样本" }] : []), { code: "scores", name: all ? "质检结果" : "我的质检结果" }];
  const bar = (
    <>
      <TabStrip label="质检" tabs={tabs} current={tab} onPick={(t) => setParams(t === "samples" ? {} : { tab: t }, { replace: true })} />
      <span style={{ marginLeft: "auto", display: "flex", gap: 8 }}>
        {scorer && tab === "samples" && (
          <Button size="small" onClick={() => setOpen("draw")}>
            抽取样本
          </Button>
        )}
        {can("call.sheet") && (
          <Button size="small" onClick={() => setOpen("sheet")}>
            评分表
          </Button>
        )}
      </span>
    </>
  );
  return (
    <>
      {tab === "samples" ? <SamplesBody bar={bar} /> : <ScoresBody bar={bar} mine={!all} />}
      {open === "draw" && (
        <DrawDialog
          close={() => setOpen(null)}
          done={() => {
            setOpen(null);
            void client.invalidateQueries({ queryKey: ["quality"] });
          }}
        />
      )}
      {open === "sheet" && sheets.data && <SheetEditor sheet={sheets.data[0]} close={() => setOpen(null)} />}
    </>
  );
}
