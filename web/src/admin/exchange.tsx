// 网闸交换: whether the portal outside is heard, what waits, what is missing, what could not be done.
import { useQuery } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { Empty, Loaded } from "@/ui/states";
import { dateTime, length } from "@/ui/time";
import { exchange as calls } from "./calls";
import { Room } from "./room";
import type { ExchangeView, RefusedLine } from "./types";

const EVERY = 5_000;
const TONE: Record<string, string> = { fresh: "tag tag-green", stale: "tag tag-red", gap: "tag tag-red", direct: "tag" };
const WHAT: Record<string, string> = {
  fresh: "与外网群众网站的交换正常。",
  stale: "超过2分钟没有收到外网的消息。群众仍可提交诉求，恢复后自动送达；请检查网闸、外网主机和两端密钥指纹。",
  gap: "有批次没有送到，后面的批次在等它。系统已自动要求重发；如持续缺失，请检查网闸是否拦截或丢弃文件。",
  direct: "群众网站与业务系统在同一程序中运行，没有经过网闸。",
};

function Standing({ view }: { view: ExchangeView }) {
  const facts: [string, string][] = [
    ["最近一次收到", view.last_at === null ? "尚无" : dateTime(view.last_at)],
    ["等待对方确认", `${view.waiting} 条`],
    ["已发出批次", `${view.sent}，对方已收到 ${view.confirmed}`],
    ["已收下批次", `${view.received}`],
    ["拒收的文件", `${view.bad_files} 个`],
    ["重复的文件", `${view.repeated_files} 个`],
  ];
  return (
    <div style={{ padding: "12px 16px" }}>
      <p style={{ margin: "0 0 12px" }}>{WHAT[view.state]}</p>
      {view.missing !== null && (
        <p className="note note-red" role="alert">
          缺第 {view.missing} 批{view.missing_since !== null && `，自 ${dateTime(view.missing_since)} 起，已 ${length(Date.now() - view.missing_since)}`}
        </p>
      )}
      <dl className="adm-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Refused({ lines, act }: { lines: readonly RefusedLine[]; act: (line: RefusedLine, what: "retry" | "settle") => void }) {
  if (lines.length === 0) return <Empty title="没有未能办理的内容" hint="外网送来而规则不允许的内容会列在这里，不影响其他内容。" />;
  return (
    <table className="adm-table">
      <thead>
        <tr>
          <th style={{ width: 140 }}>时间</th>
          <th style={{ width: 210 }}>内容</th>
          <th style={{ width: 210 }}>工单编号</th>
          <th>原因</th>
          <th style={{ width: 190 }} />
        </tr>
      </thead>
      <tbody>
        {lines.map((l) => (
          <tr key={l.id}>
            <td className="num">{dateTime(l.at)}</td>
            <td>{l.kind_cn}</td>
            <td className="num">{l.case_no ?? "—"}</td>
            <td className="bad">{l.reason}</td>
            <td>
              {l.can_retry && (
                <Button size="small" disabled={l.again} onClick={() => act(l, "retry")}>
                  {l.again ? "正在重试" : "重新办理"}
                </Button>
              )}
              <Popconfirm title="确认已另行处理？" description="例如已电话联系诉求人或人工登记。" onConfirm={() => act(l, "settle")}>
                <Button size="small" type="link">
                  已另行处理
                </Button>
              </Popconfirm>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function ExchangeRoom() {
  const view = useQuery({ queryKey: ["admin", "exchange"], queryFn: calls.view, refetchInterval: EVERY });
  const { message } = App.useApp();
  const act = async (line: RefusedLine, what: "retry" | "settle") => {
    try {
      await calls[what](line.id);
      message.success(what === "retry" ? "将在几秒内重新办理" : "已标记为另行处理");
      await view.refetch();
    } catch (error) {
      message.error(error instanceof Error ? error.message : "操作失败，请重试");
    }
  };
  const state = view.data;
  return (
    <Room title="网闸交换" hint="每5秒自动刷新" actions={<Button loading={view.isFetching} onClick={() => void view.refetch()}>刷新</Button>}>
      <section className="panel">
        <div className="panel-head">
          交换状态
          {state && <span className={TONE[state.state] ?? "tag"}>{state.state_cn}</span>}
        </div>
        <Loaded query={view}>{(v) => <Standing view={v} />}</Loaded>
      </section>
      <section className="panel" style={{ display: "flex", flexDirection: "column", flex: "1 1 0", minHeight: 0 }}>
        <div className="panel-head">
          未能办理的内容
          {state && state.refused.length > 0 && <span className="tag tag-red">{state.refused.length} 条</span>}
        </div>
        <div className="adm-scroll">
          <Loaded query={view}>{(v) => <Refused lines={v.refused} act={(l, w) => void act(l, w)} />}</Loaded>
        </div>
      </section>
    </Room>
  );
}
