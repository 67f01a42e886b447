// 群众评议: questionnaires, polls, ratings on the spot, and what the press reported.
import { Button } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import "@/admin/admin.css";
import { Room } from "@/admin/room";
import type { Id } from "@/api/types";
import { useCan } from "@/app/session";
import { TabStrip } from "@/ui/desk";
import { Empty, Loaded } from "@/ui/states";
import { date, shortTime } from "@/ui/time";
import { useSurveys, type SurveyRow } from "./api";
import { Detail, StateTag } from "./detail";
import { Editor } from "./editor";
import { Media } from "./media";
import { spanText } from "./model";
import "./survey.css";

function Rows({ rows, open }: { rows: readonly SurveyRow[]; open: (id: Id) => void }) {
  if (rows.length === 0) return <Empty title="还没有评议" hint="新建问卷、测评或窗口评价，发布后群众在公众网站或扫码参与。" />;
  return (
    <table className="adm-table" aria-label="评议">
      <thead>
        <tr>
          <th>标题</th>
          <th style={{ width: 120 }}>方式</th>
          <th style={{ width: 60 }}>版本</th>
          <th style={{ width: 80 }}>状态</th>
          <th style={{ width: 200 }}>时间</th>
          <th style={{ width: 110 }}>有效答卷</th>
          <th style={{ width: 70 }}>已剔除</th>
          <th style={{ width: 110 }}>更新</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((r) => (
          <tr key={r.id} className="sv-row" onClick={() => open(r.id)}>
            <td><button type="button" className="link" onClick={() => open(r.id)}>{r.title}</button></td>
            <td>{r.kind_cn}</td>
            <td className="num">第{r.no}版</td>
            <td><StateTag cn={r.state_cn} /></td>
            <td className="num">{spanText(r.opens_at ? date(r.opens_at) : null, r.closes_at ? date(r.closes_at) : null)}</td>
            <td className="num">{r.answers === null ? <span className="muted">—</span> : `${r.answers}${r.quota ? ` / ${r.quota}` : ""}`}</td>
            <td className="num">{r.excluded ? r.excluded : ""}</td>
            <td className="num muted">{shortTime(r.changed_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function SurveysPage() {
  const can = useCan();
  const list = useSurveys();
  const [params, setParams] = useSearchParams();
  const [writing, setWriting] = useState(false);
  const id = params.get("id");
  const tab = params.get("tab") === "media" && can("query") ? "media" : "surveys";
  const go = (next: Id | null) => setParams(next ? { id: next } : {});
  if (id) return <Detail id={id} go={go} />;
  const tabs = [{ code: "surveys", name: "问卷与评价", count: list.data?.length }, ...(can("query") ? [{ code: "media", name: "媒体曝光" }] : [])];
  return (
    <>
      <Room
        title="群众评议"
        hint="问卷调查、网络测评、窗口与审批效能即时评价、媒体监督"
        actions={can("survey.edit") && tab === "surveys" && <Button type="primary" onClick={() => setWriting(true)}>新建评议</Button>}
      >
        <div className="panel adm-fill sv-list">
          <TabStrip label="群众评议" current={tab} onPick={(next) => setParams(next === "media" ? { tab: "media" } : {})} tabs={tabs} />
          <div className="adm-scroll sv-scroll">{tab === "media" ? <Media /> : <Loaded query={list}>{(rows) => <Rows rows={rows} open={go} />}</Loaded>}</div>
        </div>
      </Room>
      {writing && <Editor survey={null} close={() => setWriting(false)} saved={(s) => { setWriting(false); go(s.row.id); }} />}
    </>
  );
}
