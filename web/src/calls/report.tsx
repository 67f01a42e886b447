// 话务报表: R01 话务量与接通, R14 话务员工作量. Every rate with what it was taken of.
import { useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { useState } from "react";
import { useCan } from "@/app/session";
import { ReportExport } from "@/ui/report-export";
import { Empty, Loaded } from "@/ui/states";
import { at, dateTime } from "@/ui/time";
import { floorReports } from "./calls";
import { Chart } from "./chart";
import { DaySpanPicker, lastDays, momentsOf, type DaySpan } from "./day-span";
import { Excluded } from "./excluded";
import "./report.css";
import { AgentTable, TrafficTable } from "./report-tables";
import type { FloorReport } from "./types";

type By = "hour" | "day" | "agent" | "skill";
const BY: { value: By; label: string }[] = [
  { value: "hour", label: "按小时" },
  { value: "day", label: "按日" },
  { value: "skill", label: "按技能" },
  { value: "agent", label: "按话务员" },
];

/** As short as stays clear: hours of one day without the day, days without the year. */
export function momentLabel(row: { key: string; label: string }, by: string, oneDay: boolean): string {
  const ms = Number(row.key);
  if (!Number.isFinite(ms)) return row.label;
  if (by === "hour") return at(ms).format(oneDay ? "H时" : "MM-DD H时");
  return by === "day" ? at(ms).format("MM-DD") : row.label;
}

/** The day's course as a picture; agents and skills have no course. */
function Course({ report }: { report: FloorReport }) {
  const rows = report.rows;
  if (rows.length < 2 || rows.every((r) => r.offered === 0)) return null;
  return (
    <section className="panel rp-chart">
      <Chart
        label="话务量与接通"
        names={rows.map((r) => momentLabel(r, report.by, report.to - report.from <= DAY_MS))}
        bars={[
          { name: "接通", colour: "#5b8fc9", values: rows.map((r) => r.answered) },
          { name: "放弃", colour: "#d98a87", values: rows.map((r) => r.abandoned - r.short_abandoned) },
          { name: "短放弃", colour: "#d5dbe1", values: rows.map((r) => r.short_abandoned) },
        ]}
        lines={[
          { name: "接通率", colour: "#1a7f37", values: rows.map((r) => r.conn_rate.value) },
          { name: `${report.thresholds[0] ?? 15}秒接通率（占接通）`, colour: "#9a6200", values: rows.map((r) => r.sl15.value) },
        ]}
        target={80}
      />
    </section>
  );
}

const DAY_MS = 86_400_000;
const PURPOSES = ["统计分析", "领导调阅", "绩效考核", "其他"];

function Notes({ report }: { report: FloorReport }) {
  const { seats, excluded } = report;
  return (
    <footer className="rp-notes muted">
      <p>
        接通率＝人工接听数÷人工请求数；{report.thresholds[0] ?? 15}秒接通率分两种口径：①占接通数（热线规范），②占请求数（服务水平）；放弃率的分子分母均不含等待不足规定秒数的短放弃；留言、预约回拨计入放弃。
        {seats.per_100k.value !== null && ` 每十万人座席数 ${seats.per_100k.value}（${seats.agents} 人，常住人口 ${seats.population}）。`}
      </p>
      {excluded.length > 0 && <p>已剔除异常时段：{excluded.map((w) => `${dateTime(w.from)}—${dateTime(w.to)} ${w.reason}`).join("；")}</p>}
    </footer>
  );
}

export default function ReportPage() {
  const can = useCan();
  const [span, setSpan] = useState<DaySpan>(() => lastDays(1));
  const [by, setBy] = useState<By>("hour");
  const [open, setOpen] = useState<"export" | "excluded" | null>(null);
  const { from, to } = momentsOf(span);
  const query = useQuery({ queryKey: ["floor-report", from, to, by], queryFn: () => floorReports.view(from, to, by), placeholderData: (old) => (old?.by === by ? old : undefined) });
  return (
    <div className="rp">
      <div className="calls-filters panel">
        <DaySpanPicker value={span} onChange={setSpan} />
        <Segmented options={BY} value={by} onChange={setBy} aria-label="统计方式" />
        <span style={{ marginLeft: "auto", display: "flex", gap: 8 }}>
          <Button onClick={() => setOpen("excluded")}>异常时段</Button>
          {can("export") && (
            <Button disabled={!query.data} onClick={() => setOpen("export")}>
              导出
            </Button>
          )}
        </span>
      </div>
      <Loaded query={query}>
        {(report) => (
          <div className={query.isPlaceholderData ? "rp-body dense-stale" : "rp-body"}>
            {report.rows.length === 0 ? (
              <Empty title="该时段没有话务" />
            ) : (
              <>
                {(by === "hour" || by === "day") && <Course report={report} />}
                <TrafficTable report={report} by={by} />
                {by === "agent" && <AgentTable rows={report.agents} />}
              </>
            )}
            <Notes report={report} />
          </div>
        )}
      </Loaded>
      {open === "export" && <ReportExport title="导出话务报表" name="话务报表" path="/floor/report/export" ask={{ ...momentsOf(span), by }} purposes={PURPOSES} close={() => setOpen(null)} />}
      {open === "excluded" && <Excluded close={() => setOpen(null)} />}
    </div>
  );
}
