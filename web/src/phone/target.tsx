// Whom to consult or to transfer to: a department, a colleague, any number, for transfers also a queue.
import { Button, Input, Segmented } from "antd";
import { useState } from "react";
import { useDictionary } from "@/api/hooks";
import type { Colleague, Target } from "./protocol";
import { SEAT_STATE } from "./words";
import { useColleagues } from "./colleagues";
import { Departments } from "./departments";

type Way = "unit" | "number" | "agent" | "skill";

export interface TargetPickerProps {
  /** Queues are for transfers only. */
  queues: boolean;
  confirm: string;
  onPick: (to: Target) => void;
}

const NUMBER = /^\+?[\d*#]{3,20}$/;

function Colleagues({ confirm, onPick }: Omit<TargetPickerProps, "queues">) {
  const all = useColleagues();
  const [typed, setTyped] = useState("");
  const ready = (c: Colleague) => (c.state === "ready" ? 0 : 1);
  const shown = [...(all ?? [])].filter((c) => c.name.includes(typed.trim())).sort((a, b) => ready(a) - ready(b) || a.name.localeCompare(b.name, "zh"));
  return (
    <>
      <Input placeholder="姓名" value={typed} onChange={(e) => setTyped(e.target.value)} autoFocus allowClear />
      <ul className="ph-pick" aria-label="同事">
        {shown.map((c) => (
          <li key={c.user}>
            <i className={`ph-dot ph-${c.state}`} />
            <span className="clip">{c.name}</span>
            <span className="muted">{SEAT_STATE[c.state]}</span>
            <Button size="small" disabled={c.state !== "ready"} title={c.state === "ready" ? undefined : "对方当前不能接听"} onClick={() => onPick({ agent: c.user })}>
              {confirm}
            </Button>
          </li>
        ))}
      </ul>
      {shown.length === 0 && <p className="muted">{all === null ? "正在查询…" : all.length === 0 ? "没有其他签入的话务员" : "没有符合的话务员"}</p>}
    </>
  );
}

export function TargetPicker({ queues, confirm, onPick }: TargetPickerProps) {
  const skills = useDictionary("skill");
  const [way, setWay] = useState<Way>("unit");
  const [number, setNumber] = useState("");
  const clean = number.replace(/[\s-]/g, "");
  const ways = [
    { value: "unit" as const, label: "单位" },
    { value: "agent" as const, label: "话务员" },
    { value: "number" as const, label: "号码" },
    ...(queues ? [{ value: "skill" as const, label: "队列" }] : []),
  ];
  return (
    <div className="ph-target">
      <Segmented block options={ways} value={way} onChange={setWay} />
      {way === "unit" && <Departments confirm={confirm} onPick={(number) => onPick({ number })} />}
      {way === "number" && (
        <div className="ph-line">
          <Input
            value={number}
            autoFocus
            inputMode="tel"
            placeholder="电话号码或分机"
            onChange={(e) => setNumber(e.target.value)}
            onPressEnter={() => NUMBER.test(clean) && onPick({ number: clean })}
            aria-label="电话号码"
          />
          <Button type="primary" disabled={!NUMBER.test(clean)} onClick={() => onPick({ number: clean })}>
            {confirm}
          </Button>
        </div>
      )}
      {way === "agent" && <Colleagues confirm={confirm} onPick={onPick} />}
      {way === "skill" && (
        <ul className="ph-pick" aria-label="技能队列">
          {skills.map((s) => (
            <li key={s.code}>
              <span className="clip">{s.name}</span>
              <Button size="small" onClick={() => onPick({ skill: s.code })}>
                {confirm}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
