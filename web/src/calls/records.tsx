// 通话记录: every call, whole, with what happened in it and its sound.
import { Button, Checkbox, Input, Select } from "antd";
import { useMemo, useState } from "react";
import { usePages, useDictionary } from "@/api/hooks";
import { useCan } from "@/app/session";
import { DeskFrame } from "@/ui/desk";
import { DenseTable, type Column } from "@/ui/dense-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { useSelection } from "@/ui/use-selection";
import { RowsFoot } from "@/admin/room";
import { records } from "./calls";
import { DaySpanPicker, lastDays, momentsOf, type DaySpan } from "./day-span";
import { CallDetail } from "./record-detail";
import type { CallLine } from "./types";
import { DIRECTIONS, lengthText, outcomeTone, OUTCOMES } from "./words";

export const CALL_COLUMNS: Column<CallLine>[] = [
  { key: "at", title: "时间", width: 98, render: (c) => <span className="num">{shortTime(c.started_at)}</span> },
  { key: "number", title: "号码", width: 104, render: (c) => <span className="num">{c.number_masked || "未显示"}</span> },
  { key: "direction", title: "类型", width: 48, render: (c) => c.direction_cn },
  { key: "outcome", title: "结果", width: 84, render: (c) => <span className={outcomeTone(c.outcome)}>{c.outcome_cn}</span> },
  { key: "wait", title: "等待", width: 76, align: "right", render: (c) => lengthText(c.wait_ms) },
  { key: "talk", title: "通话", width: 78, align: "right", render: (c) => lengthText(c.talk_ms) },
  { key: "agent", title: "话务员", width: 72, render: (c) => c.agent?.name ?? <span className="muted">—</span> },
  { key: "rating", title: "评价", width: 86, render: (c) => (c.rating_cn ? <span className={(c.rating ?? 5) <= 2 ? "bad" : undefined}>{c.rating_cn}</span> : <span className="muted">{c.rating_asked ? "未评" : "—"}</span>) },
  { key: "order", title: "工单", render: (c) => <span className="num">{c.order?.case_no ?? ""}</span> },
];

interface Asked {
  span: DaySpan;
  direction: string | undefined;
  outcome: string[];
  skill: string | undefined;
  number: string;
  rating: string[];
  mine: boolean;
}

const RATINGS = [
  { value: "5", label: "非常满意" },
  { value: "4", label: "满意" },
  { value: "3", label: "基本满意" },
  { value: "2", label: "不满意" },
  { value: "1", label: "非常不满意" },
];

function Filters({ asked, set, all }: { asked: Asked; set: (change: Partial<Asked>) => void; all: boolean }) {
  const skills = useDictionary("skill");
  const [number, setNumber] = useState(asked.number);
  return (
    <div className="calls-filters" role="search">
      <DaySpanPicker value={asked.span} onChange={(span) => set({ span })} />
      <Select allowClear placeholder="类型" value={asked.direction} options={DIRECTIONS} onChange={(direction) => set({ direction })} style={{ width: 80 }} aria-label="类型" />
      <Select mode="multiple" allowClear maxTagCount={1} placeholder="结果" value={asked.outcome} options={OUTCOMES} onChange={(outcome) => set({ outcome })} style={{ width: 140 }} aria-label="结果" />
      <Select allowClear placeholder="技能" value={asked.skill} options={skills.map((s) => ({ value: s.code, label: s.name }))} onChange={(skill) => set({ skill })} style={{ width: 110 }} aria-label="技能" />
      <Select mode="multiple" allowClear maxTagCount={1} placeholder="评价" value={asked.rating} options={RATINGS} onChange={(rating) => set({ rating })} style={{ width: 120 }} aria-label="评价" />
      <Input.Search value={number} onChange={(e) => setNumber(e.target.value)} onSearch={(v) => set({ number: v.trim() })} placeholder="完整号码" allowClear style={{ width: 150 }} aria-label="号码" />
      {all && (
        <Checkbox checked={asked.mine} onChange={(e) => set({ mine: e.target.checked })}>
          仅本人
        </Checkbox>
      )}
    </div>
  );
}

export default function RecordsPage() {
  const can = useCan();
  const fresh = (): Asked => ({ span: lastDays(7), direction: undefined, outcome: [], skill: undefined, number: "", rating: [], mine: false });
  const [asked, setAsked] = useState<Asked>(fresh);
  const query = useMemo(
    () => ({
      from: momentsOf(asked.span).from,
      // This list includes its last moment.
      to: momentsOf(asked.span).to - 1,
      direction: asked.direction,
      outcome: asked.outcome,
      skill: asked.skill,
      number: asked.number,
      rating: asked.rating,
      agent: asked.mine ? "me" : undefined,
    }),
    [asked],
  );
  const pages = usePages(["calls", query], records.list, query);
  const selection = useSelection(pages.rows, (c) => c.id);
  const list = pages.isPending ? (
    <Loading />
  ) : pages.error && pages.rows.length === 0 ? (
    <Failed error={pages.error} retry={() => void pages.refetch()} />
  ) : (
    <DenseTable
      rows={pages.rows}
      columns={CALL_COLUMNS}
      rowKey={(c) => c.id}
      selected={selection.id}
      onSelect={(c) => selection.select(c.id)}
      label="通话记录"
      globalKeys
      stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
      empty={
        <Empty title="没有符合条件的通话" hint="可放宽日期范围或减少条件。">
          <Button onClick={() => setAsked(fresh())}>清除条件</Button>
        </Empty>
      }
      footer={<RowsFoot pages={pages} unit="通" />}
    />
  );
  return (
    <div className="calls-desk">
      <Filters asked={asked} set={(change) => setAsked((old) => ({ ...old, ...change }))} all={can("call.monitor")} />
      <DeskFrame list={list} detail={<CallDetail id={selection.id} />} />
    </div>
  );
}
