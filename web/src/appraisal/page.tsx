// 评价与考核: the figures, what units asked to be left out or contested, and answers that look wrong.
import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { appraisal } from "@/api/calls";
import { useCan } from "@/app/session";
import { DaySpanPicker, lastDays, momentsOf } from "@/calls/day-span";
import { TabStrip } from "@/ui/desk";
import { ReportExport } from "@/ui/report-export";
import { Loaded } from "@/ui/states";
import { Anomalies } from "./anomalies";
import "./appraisal.css";
import { Figures } from "./figures";
import { Judged } from "./judged";
import { Received, receivedNote } from "./received";

const TABS = [
  { code: "figures", name: "指标" },
  { code: "received", name: "受理情况" },
  { code: "judged", name: "剔除与申诉" },
  { code: "anomalies", name: "异常评价" },
] as const;

const PURPOSES = ["绩效考核", "统计分析", "领导调阅", "其他"];

export default function AppraisalPage() {
  const can = useCan();
  const [params, setParams] = useSearchParams();
  const tab = TABS.find((t) => t.code === params.get("tab"))?.code ?? "figures";
  const [span, setSpan] = useState(() => lastDays(30));
  const [group, setGroup] = useState("");
  const [exporting, setExporting] = useState(false);
  const { from, to } = momentsOf(span);
  const ask = { from, until: to, group };
  const query = useQuery({ queryKey: ["appraisal", ask], queryFn: () => appraisal.view(ask) });
  const received = useQuery({ queryKey: ["appraisal", "received", from, to], queryFn: () => appraisal.received({ from, until: to }), enabled: tab === "received" });
  const anomalies = useQuery({ queryKey: ["appraisal", "anomalies", from, to], queryFn: () => appraisal.anomalies({ from, until: to }), enabled: tab === "anomalies" });
  const groups = query.data?.groups ?? [];
  const report =
    tab === "figures"
      ? { title: "导出考核指标", name: "评价与考核指标", path: "/appraisal/export", ask: { ...ask, group: ask.group || null }, ready: !!query.data }
      : tab === "received"
        ? { title: "导出受理总体情况", name: "诉求受理总体情况表", path: "/appraisal/received/export", ask: { from, until: to }, ready: !!received.data }
        : null;
  return (
    <section className="panel ap">
      <header className="ap-bar">
        <h1>评价与考核</h1>
        <TabStrip
          label="评价与考核"
          current={tab}
          onPick={(code) => setParams(code === "figures" ? {} : { tab: code })}
          tabs={TABS.map((t) => ({ ...t, count: t.code === "anomalies" ? anomalies.data?.items.length || undefined : undefined }))}
        />
        <DaySpanPicker value={span} onChange={setSpan} />
        {tab === "figures" && (
          <Select aria-label="考核分组" value={group} onChange={setGroup} options={[{ value: "", label: "全部分组" }, ...groups.map((g) => ({ value: g, label: g }))]} style={{ width: 130 }} />
        )}
        {report && can("export") && (
          <Button style={{ marginLeft: "auto" }} disabled={!report.ready} onClick={() => setExporting(true)}>
            导出
          </Button>
        )}
      </header>
      {tab === "figures" && (
        <>
          <div className="ap-scroll">
            <Loaded query={query}>{(v) => <Figures view={v} whole={group === ""} />}</Loaded>
          </div>
          <footer className="ap-note muted">
            比率下方为分子/分母；单位含下级。办结、签收按到期日，响应按响应期限，派单按派出日，评价按回访日、知识按复审期限统计；批准剔除的不计入比率、仍计入派单，申诉成立的只去掉所申诉的评价项。
            {query.data && `应办结不足 ${query.data.min_n} 件的标为样本不足。`}不作排名。
          </footer>
        </>
      )}
      {tab === "received" && (
        <>
          <div className="ap-scroll">
            <Loaded query={received}>{(v) => <Received view={v} />}</Loaded>
          </div>
          <footer className="ap-note muted">{received.data && receivedNote(received.data)}</footer>
        </>
      )}
      {tab === "judged" && <Judged from={from} until={to} />}
      {tab === "anomalies" && <div className="ap-scroll"><Loaded query={anomalies}>{(v) => <Anomalies found={v} />}</Loaded></div>}
      {exporting && report && <ReportExport title={report.title} name={report.name} path={report.path} ask={report.ask} purposes={PURPOSES} close={() => setExporting(false)} />}
    </section>
  );
}
