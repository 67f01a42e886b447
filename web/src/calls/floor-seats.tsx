import { App, Button, Dropdown } from "antd";
import { useReason, useSecond, useSkillNames } from "@/phone/hooks";
import type { FloorView, ForceTo, SeatLine, Supervision } from "@/phone/protocol";
import { may, usePhone } from "@/phone/store";
import { usePhoneCommand } from "@/phone/use-command";
import { clock, SEAT_STATE, SUPERVISION } from "@/phone/words";
import { DenseTable, type Column } from "@/ui/dense-table";
import { Empty } from "@/ui/states";
import { lingers, seatsInOrder } from "./floor-model";
import { lengthText } from "./words";

const FORCE: Record<ForceTo, string> = { ready: "强制示闲", busy: "强制示忙", signed_out: "强制签出" };

interface Acts {
  onSay: (to: { user: string; name: string }) => void;
}

/** 监听, 密语, 强插 while somebody speaks; 强签出 and 通知 always. */
function SeatActs({ line, onSay }: { line: SeatLine } & Acts) {
  const { seat } = usePhone();
  const send = usePhoneCommand();
  const { modal } = App.useApp();
  const talks = line.call !== null && (line.state === "talking" || line.state === "dialling");
  const ready = may(seat, "supervise");
  const why = ready ? (talks ? undefined : "对方不在通话中") : "请先签入本席并示忙，方可监听";
  const force = (to: ForceTo) =>
    void modal.confirm({
      title: `${FORCE[to]} ${line.name}？`,
      content: to === "signed_out" ? "对方正在进行的通话不会中断，结束后签出。操作记入审计日志。" : "操作记入审计日志。",
      okText: FORCE[to],
      cancelText: "取消",
      onOk: () => send({ type: "force", user: line.user, to }).then(() => undefined),
    });
  if (line.user === seat?.user) return <span className="muted">本席</span>;
  return (
    <div className="fl-acts">
      {(["listen", "whisper", "barge"] as Supervision[]).map((mode) => (
        <Button key={mode} size="small" disabled={!talks || !ready} title={why} onClick={() => void send({ type: "supervise", user: line.user, mode })}>
          {SUPERVISION[mode]}
        </Button>
      ))}
      <Button size="small" onClick={() => onSay(line)}>
        通知
      </Button>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: (Object.keys(FORCE) as ForceTo[]).map((key) => ({ key, label: FORCE[key], danger: key === "signed_out" })),
          onClick: ({ key }) => force(key as ForceTo),
        }}
      >
        <Button size="small">强制</Button>
      </Dropdown>
    </div>
  );
}

/** One row per seat: state with its length, what is spoken, the day so far, what the leader can do. */
export function Seats({ floor, state, onSay }: { floor: FloorView; state: string | null } & Acts) {
  const now = useSecond();
  const reason = useReason();
  const skill = useSkillNames();
  const rows = seatsInOrder(floor.seats).filter((s) => (state === null ? s.state !== "signed_out" : s.state === state));
  const columns: Column<SeatLine>[] = [
    { key: "name", title: "座席", width: 84, render: (s) => <b>{s.name}</b> },
    {
      key: "state",
      title: "状态",
      width: 132,
      render: (s) => (
        <span className="fl-state">
          <i className={`ph-dot ph-${s.state}`} />
          {SEAT_STATE[s.state]}
          <span className={lingers(s, now) ? "num bad" : "num muted"}>{clock(now - s.since)}</span>
        </span>
      ),
    },
    { key: "more", title: "原因、号码", width: 118, render: (s) => (s.reason ? reason(s.reason) : (s.number ?? "")) },
    { key: "skills", title: "技能", render: (s) => <span className="muted">{s.skills.map(skill).join("、")}</span> },
    { key: "answered", title: "接听", width: 50, align: "right", render: (s) => s.answered },
    { key: "talk", title: "通话时长", width: 86, align: "right", render: (s) => lengthText(s.talk_ms) },
    { key: "media", title: "话机", width: 48, align: "center", render: (s) => (s.media ? <span className="muted">正常</span> : <span className="bad">断开</span>) },
    { key: "acts", title: "操作", width: 262, render: (s) => <SeatActs line={s} onSay={onSay} /> },
  ];
  return <DenseTable rows={rows} columns={columns} rowKey={(s) => s.user} label="座席" empty={<Empty title={state === null ? "没有签入的座席" : "没有该状态的座席"} />} />;
}
