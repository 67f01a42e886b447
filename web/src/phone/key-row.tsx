// The keys as buttons, with their choices and shortcuts.
import {
  AudioMutedOutlined,
  AudioOutlined,
  CoffeeOutlined,
  CommentOutlined,
  LoginOutlined,
  LogoutOutlined,
  NumberOutlined,
  PauseCircleOutlined,
  PhoneFilled,
  PlayCircleOutlined,
  PhoneOutlined,
  SmileOutlined,
  StarOutlined,
  StopOutlined,
  SwapOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import { Popconfirm, Popover } from "antd";
import { useState, type ComponentProps, type ReactNode } from "react";
import { useDictionary } from "@/api/hooks";
import { useHotkeys } from "@/ui/hotkeys";
import { JOINT, keysOf, type KeyId, type PhoneKey } from "./keys";
import { DialPad, Keypad } from "./keypad";
import type { Target } from "./protocol";
import { askToNotify } from "./ring";
import { callAtHand, may, type PhoneState } from "./store";
import { TargetPicker } from "./target";
import { usePhoneCommand } from "./use-command";

function icon(key: PhoneKey): ReactNode {
  switch (key.id) {
    case "sign":
      return key.label === "签入" ? <LoginOutlined /> : <LogoutOutlined />;
    case "pause":
      return key.label === "示闲" ? <SmileOutlined /> : <CoffeeOutlined />;
    case "answer":
      return <PhoneFilled />;
    case "mute":
      return key.on ? <AudioMutedOutlined /> : <AudioOutlined />;
    case "hold":
      return key.on ? <PlayCircleOutlined /> : <PauseCircleOutlined />;
    case "consult":
      return <CommentOutlined />;
    case "conference":
      return <TeamOutlined />;
    case "transfer":
      return <SwapOutlined />;
    case "dial":
      return <PhoneOutlined />;
    case "keypad":
      return <NumberOutlined />;
    case "record":
      return <StopOutlined />;
    case "rate":
      return <StarOutlined />;
    case "hangup":
      return <PhoneFilled rotate={135} />;
  }
}

/** Takes what a popover hands to its trigger. */
function KeyButton({ k, ...rest }: { k: PhoneKey } & ComponentProps<"button">) {
  return (
    <button
      {...rest}
      type="button"
      className={`ph-key${k.tone && k.enabled ? ` ph-key-${k.tone}` : ""}${k.on ? " ph-key-on" : ""}`}
      disabled={!k.enabled}
      aria-pressed={k.on}
      aria-label={k.label}
      title={`${k.label}（${k.hotkey}）`}
    >
      <kbd aria-hidden>{k.hotkey.slice(-1)}</kbd>
      {icon(k)}
      <span>{k.label}</span>
    </button>
  );
}

function BusyReasons({ pick }: { pick: (reason: string) => void }) {
  const reasons = useDictionary("busy_reason");
  return (
    <ul className="ph-menu" aria-label="示忙原因">
      {reasons.map((r) => (
        <li key={r.code}>
          <button type="button" onClick={() => pick(r.code)}>
            {r.name}
          </button>
        </li>
      ))}
      {reasons.length === 0 && <li className="muted">没有可选的示忙原因</li>}
    </ul>
  );
}

/** What a key asks before it acts. */
function Choice({ k, state, done }: { k: PhoneKey; state: PhoneState; done: () => void }) {
  const send = usePhoneCommand();
  const call = callAtHand(state.seat)?.call ?? "";
  const then = (sent: Promise<boolean>) => void sent.then((ok) => ok && done());
  if (k.asks === "busy") return <BusyReasons pick={(reason) => then(send({ type: "busy", reason }))} />;
  if (k.asks === "target-consult") return <TargetPicker queues={false} confirm="咨询" onPick={(to: Target) => then(send({ type: "consult", call, to }))} />;
  if (k.asks === "target-transfer") return <TargetPicker queues confirm="转接" onPick={(to: Target) => then(send({ type: "transfer", call, to }))} />;
  if (k.asks === "number") return <DialPad onDial={(number) => then(send({ type: "dial", number, order: null, task: null }))} />;
  return <Keypad onDigit={(digits) => void send({ type: "digits", call, digits })} />;
}

/** 联动: one key calls the service and joins all three. Asked once more: nobody calls the police by accident. */
function Joint({ state }: { state: PhoneState }) {
  const send = usePhoneCommand();
  const call = callAtHand(state.seat)?.call;
  const enabled = call !== undefined && may(state.seat, "joint");
  return (
    <div className="ph-joint" role="group" aria-label="紧急联动">
      {JOINT.map(({ code, name }) => (
        <Popconfirm
          key={code}
          title={`接通 ${code} ${name}？`}
          description="接通后群众、话务员与对方三方通话，全程录音并留联动记录。"
          okText={`接通 ${code}`}
          okButtonProps={{ danger: true }}
          cancelText="取消"
          disabled={!enabled}
          placement="bottomRight"
          onConfirm={() => void send({ type: "joint", call: call ?? "", service: code })}
        >
          <button type="button" disabled={!enabled} title={`一键联动 ${code} ${name}`}>
            {code}
          </button>
        </Popconfirm>
      ))}
    </div>
  );
}

export function Keys({ state }: { state: PhoneState }) {
  const send = usePhoneCommand();
  const [asking, setAsking] = useState<KeyId | null>(null);
  const [busy, setBusy] = useState(false);
  // From a mirror all commands go through the owner; a lost line takes none.
  const reachable = state.link === "open";
  const keys = keysOf(reachable ? state.seat : null);
  const press = (k: PhoneKey) => {
    if (!k.enabled || busy) return;
    if (!k.command) return setAsking(k.id);
    if (k.id === "sign") askToNotify();
    setBusy(true);
    void send(k.command).finally(() => setBusy(false));
  };
  useHotkeys(Object.fromEntries(keys.map((k) => [k.hotkey, () => press(k)])), { always: true });
  return (
    <div className="ph-keys" role="toolbar" aria-label="话务操作">
      {keys.map((k) =>
        k.command ? (
          <KeyButton key={k.id} k={k} onClick={() => press(k)} />
        ) : (
          <Popover
            key={k.id}
            trigger="click"
            placement="bottom"
            open={asking === k.id && k.enabled}
            onOpenChange={(open) => setAsking(open ? k.id : null)}
            destroyOnHidden
            content={<Choice k={k} state={state} done={() => setAsking(null)} />}
          >
            <KeyButton k={k} />
          </Popover>
        ),
      )}
      <Joint state={reachable ? state : { ...state, seat: null }} />
    </div>
  );
}
