import { Button, Input, Segmented } from "antd";
import { useState } from "react";
import { Departments } from "./departments";

const DIGITS = [..."123456789*0#"];

/** 按键: digits to menus of the other side. Typed or pressed. */
export function Keypad({ onDigit }: { onDigit: (digit: string) => void }) {
  const [sent, setSent] = useState("");
  const press = (digit: string) => {
    setSent((s) => s + digit);
    onDigit(digit);
  };
  return (
    <div
      className="ph-keypad"
      tabIndex={-1}
      ref={(e) => e?.focus()}
      onKeyDown={(e) => {
        if (DIGITS.includes(e.key)) {
          e.preventDefault();
          press(e.key);
        }
      }}
    >
      <output className="num">{sent || "　"}</output>
      <div>
        {DIGITS.map((d) => (
          <button key={d} type="button" onClick={() => press(d)}>
            {d}
          </button>
        ))}
      </div>
    </div>
  );
}

/** 外呼: to any number, or to a department. */
export function DialPad({ onDial }: { onDial: (number: string) => void }) {
  const [way, setWay] = useState<"number" | "unit">("number");
  const [number, setNumber] = useState("");
  const clean = number.replace(/[\s-]/g, "");
  const fit = /^\+?\d{3,20}$/.test(clean);
  const dial = () => fit && onDial(clean);
  return (
    <div className="ph-target">
      <Segmented
        block
        options={[
          { value: "number" as const, label: "号码" },
          { value: "unit" as const, label: "单位" },
        ]}
        value={way}
        onChange={setWay}
      />
      {way === "unit" ? (
        <Departments confirm="呼叫" onPick={onDial} />
      ) : (
        <>
          <div className="ph-line">
            <Input autoFocus inputMode="tel" value={number} onChange={(e) => setNumber(e.target.value)} onPressEnter={dial} placeholder="电话号码" aria-label="外呼号码" />
            <Button type="primary" disabled={!fit} onClick={dial}>
              呼叫
            </Button>
          </div>
          <p className="muted">回访、联系诉求人请在工单或待回拨任务上点“拨打”，通话会自动关联。</p>
        </>
      )}
    </div>
  );
}
