// 任务与导入: what the machine does by itself, and what was brought in from outside.
import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Empty, Loaded } from "@/ui/states";
import { dateTime, length } from "@/ui/time";
import { jobs as calls } from "./calls";
import { Room } from "./room";
import type { ImportLine, JobLine } from "./types";
import { IMPORT_STATE, JOB_KIND, JOB_STATE } from "./words";

const EVERY = 15_000;
const BAD = new Set(["failed", "dead", "rejected"]);
const tone = (state: string) => (BAD.has(state) ? "tag tag-red" : state === "running" ? "tag tag-blue" : state === "done" || state === "succeeded" ? "tag tag-green" : "tag");

function Jobs({ jobs }: { jobs: readonly JobLine[] }) {
  if (jobs.length === 0) return <Empty title="没有等待的任务" hint="任务完成后即从队列移除。" />;
  return (
    <table className="adm-table">
      <thead>
        <tr>
          <th style={{ width: 120 }}>状态</th>
          <th style={{ width: 160 }}>任务</th>
          <th style={{ width: 140 }}>执行时间</th>
          <th style={{ width: 72 }}>次数</th>
          <th>最近一次错误</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((j) => (
          <tr key={j.id}>
            <td>
              <span className={tone(j.state)}>{JOB_STATE[j.state] ?? j.state}</span>
            </td>
            <td title={j.kind}>{JOB_KIND[j.kind] ?? j.kind}</td>
            <td className="num">{dateTime(j.run_at)}</td>
            <td className="num">{j.attempt}</td>
            <td className={j.last_error ? "bad" : ""}>{j.last_error}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Imports({ imports }: { imports: readonly ImportLine[] }) {
  if (imports.length === 0) return <Empty title="没有导入记录" />;
  return (
    <table className="adm-table">
      <thead>
        <tr>
          <th style={{ width: 120 }}>状态</th>
          <th>来源</th>
          <th style={{ width: 100 }}>成功</th>
          <th style={{ width: 100 }}>失败</th>
          <th style={{ width: 140 }}>开始</th>
          <th style={{ width: 120 }}>用时</th>
        </tr>
      </thead>
      <tbody>
        {imports.map((i) => (
          <tr key={i.id}>
            <td>
              <span className={tone(i.state)}>{IMPORT_STATE[i.state] ?? i.state}</span>
            </td>
            <td>{i.source}</td>
            <td className="num">{i.rows_ok} 行</td>
            <td className={i.rows_bad > 0 ? "num bad" : "num"}>{i.rows_bad} 行</td>
            <td className="num">{dateTime(i.started_at)}</td>
            <td className="num">{i.finished_at === null ? "进行中" : length(i.finished_at - i.started_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function JobsRoom() {
  const jobs = useQuery({ queryKey: ["admin", "jobs"], queryFn: calls.list, refetchInterval: EVERY });
  const imports = useQuery({ queryKey: ["admin", "imports"], queryFn: calls.imports, refetchInterval: EVERY });
  const failed = (jobs.data ?? []).filter((j) => BAD.has(j.state)).length;
  const refresh = () => {
    void jobs.refetch();
    void imports.refetch();
  };
  return (
    <Room title="任务与导入" hint="每15秒自动刷新；失败的任务按递增间隔重试，仍失败的停下等待处理" actions={<Button loading={jobs.isFetching} onClick={refresh}>刷新</Button>}>
      <section className="panel" style={{ display: "flex", flexDirection: "column", flex: "2 1 0", minHeight: 0 }}>
        <div className="panel-head">
          后台任务
          {failed > 0 && <span className="tag tag-red">{failed} 个失败</span>}
        </div>
        <div className="adm-scroll">
          <Loaded query={jobs}>{(list) => <Jobs jobs={list} />}</Loaded>
        </div>
      </section>
      <section className="panel" style={{ display: "flex", flexDirection: "column", flex: "1 1 0", minHeight: 0 }}>
        <div className="panel-head">
          导入 <span className="muted panel-more">未导入的行和原因在结果文件中（来源文件名加 .result.csv）</span>
        </div>
        <div className="adm-scroll">
          <Loaded query={imports}>{(list) => <Imports imports={list} />}</Loaded>
        </div>
      </section>
    </Room>
  );
}
