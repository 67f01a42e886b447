// One editor per kind of value. Combined values are edited part by part, after the shape of their default.
import { Button, Checkbox, Input, InputNumber, Radio, Select, Space, Switch, TimePicker } from "antd";
import dayjs from "dayjs";
import type { Span } from "@/api/types";
import { choicesOf, isSpan, type Pair, type Window } from "./param-value";
import { PART_CHOICES, PART_WORD, UNIT_OPTIONS, VALUE_WORD } from "./param-words";
import type { ParamView } from "./types";

interface EditorProps<V> {
  value: V;
  onChange: (value: V) => void;
}

export function SpanEditor({ value, onChange, min = 0, max = 3650 }: EditorProps<Span> & { min?: number; max?: number }) {
  return (
    <Space.Compact>
      <InputNumber value={value.qty} min={min} max={max} precision={0} onChange={(qty) => onChange({ ...value, qty: qty as number })} style={{ width: 90 }} aria-label="数量" />
      <Select value={value.unit} onChange={(unit) => onChange({ ...value, unit })} options={UNIT_OPTIONS} style={{ width: 120 }} aria-label="单位" />
    </Space.Compact>
  );
}

const clock = (text: string) => dayjs(text, "HH:mm", true).isValid() ? dayjs(text, "HH:mm") : null;
function Time({ value, onChange, label }: { value: string; onChange: (v: string) => void; label: string }) {
  return <TimePicker value={clock(value)} onChange={(t) => onChange(t ? t.format("HH:mm") : "")} format="HH:mm" minuteStep={5} needConfirm={false} allowClear={false} aria-label={label} style={{ width: 92 }} />;
}

function WindowEditor({ value, onChange }: EditorProps<Window>) {
  return (
    <Space>
      <Time value={value.from} onChange={(from) => onChange({ ...value, from })} label="开始" />
      至
      <Time value={value.to} onChange={(to) => onChange({ ...value, to })} label="结束" />
    </Space>
  );
}

function Lines<T>({ items, onChange, fresh, line }: { items: readonly T[]; onChange: (items: T[]) => void; fresh: () => T; line: (item: T, set: (v: T) => void) => React.ReactNode }) {
  return (
    <div className="par-lines">
      {items.map((item, i) => (
        <div key={i}>
          {line(item, (v) => onChange(items.map((old, j) => (j === i ? v : old))))}
          <button type="button" className="link" disabled={items.length === 1} onClick={() => onChange(items.filter((_, j) => j !== i))}>
            删除
          </button>
        </div>
      ))}
      <div>
        <Button size="small" onClick={() => onChange([...items, fresh()])}>
          增加一项
        </Button>
      </div>
    </div>
  );
}

function PairsEditor({ value, onChange }: EditorProps<Pair[]>) {
  return (
    <Lines
      items={value}
      onChange={onChange}
      fresh={(): Pair => [value.at(-1)?.[1] ?? "09:00", ""]}
      line={([from, to], set) => (
        <>
          <Time value={from} onChange={(v) => set([v, to])} label="开始" />
          至
          <Time value={to} onChange={(v) => set([from, v])} label="结束" />
        </>
      )}
    />
  );
}

function ListEditor({ param, value, onChange }: EditorProps<string[]> & { param: ParamView }) {
  const choices = choicesOf(param);
  if (choices.length > 0) return <Checkbox.Group value={value} onChange={(v) => onChange(v as string[])} options={choices} style={{ display: "grid", gridTemplateColumns: "1fr 1fr 1fr", gap: 6 }} />;
  return <Select mode="tags" value={value} onChange={onChange} open={false} suffixIcon={null} tokenSeparators={[" ", ",", "，", "、"]} placeholder="输入后回车" style={{ width: "100%" }} aria-label="各项" />;
}

/** A part of a combined value, by its own shape. */
function PartEditor({ part, value, onChange }: EditorProps<unknown> & { part: string }) {
  if (isSpan(value)) return <SpanEditor value={value} onChange={onChange} />;
  if (typeof value === "number" || value === null) return <InputNumber value={value} min={0} onChange={onChange} style={{ width: 110 }} aria-label={PART_WORD[part] ?? part} />;
  if (typeof value === "boolean") return <Switch checked={value} onChange={onChange} />;
  if (typeof value === "string") {
    const choices = PART_CHOICES[part];
    if (choices) return <Select value={value} onChange={onChange} options={choices.map((c) => ({ value: c, label: VALUE_WORD[c] ?? c }))} style={{ width: 120 }} aria-label={PART_WORD[part] ?? part} />;
    return <Input value={value} onChange={(e) => onChange(e.target.value)} style={{ width: 160 }} />;
  }
  if (Array.isArray(value)) {
    const model: unknown = value.at(-1);
    return <Lines items={value as unknown[]} onChange={onChange} fresh={() => structuredClone(model)} line={(item, set) => <PartEditor part={part} value={item} onChange={set} />} />;
  }
  const entries = Object.entries(value as Record<string, unknown>);
  const set = (name: string, v: unknown) => onChange({ ...(value as object), [name]: v });
  // Inside a line the parts stand side by side, else below each other.
  return entries.length <= 2 ? (
    <Space>
      {entries.map(([name, v]) => (
        <Space key={name} size={4}>
          <span className="muted">{PART_WORD[name] ?? name}</span>
          <PartEditor part={name} value={v} onChange={(next) => set(name, next)} />
        </Space>
      ))}
    </Space>
  ) : (
    <div className="par-object">
      {entries.map(([name, v]) => [
        <span key={`${name}-label`}>{PART_WORD[name] ?? name}</span>,
        <span key={name}>
          <PartEditor part={name} value={v} onChange={(next) => set(name, next)} />
        </span>,
      ])}
    </div>
  );
}

export function ParamEditor({ param, value, onChange }: EditorProps<unknown> & { param: ParamView }) {
  const bounds = { ...(param.min !== null && { min: param.min }), ...(param.max !== null && { max: param.max }) };
  const choices = choicesOf(param);
  switch (param.kind) {
    case "span":
      return <SpanEditor value={isSpan(value) ? value : { qty: 1, unit: "work_day" }} onChange={onChange} {...bounds} />;
    case "int":
    case "number":
      if (choices.length > 0) return <Radio.Group value={String(value)} onChange={(e) => onChange(Number(e.target.value))} options={choices.map((c) => ({ value: c.value, label: `${c.value}　${c.label}` }))} />;
      return (
        <Space>
          <InputNumber value={value as number} {...bounds} precision={param.kind === "int" ? 0 : 2} step={param.kind === "int" ? 1 : 0.05} onChange={onChange} style={{ width: 120 }} aria-label={param.name} />
          <span>{param.unit}</span>
          {param.min !== null && param.max !== null && (
            <span className="muted">
              {param.min} 至 {param.max}
            </span>
          )}
        </Space>
      );
    case "flag":
      return (
        <Space>
          <Switch checked={value === true} onChange={onChange} aria-label={param.name} />
          {value === true ? "开" : "关"}
        </Space>
      );
    case "choice":
      return <Radio.Group value={value} onChange={(e) => onChange(e.target.value)} options={choices} />;
    case "text":
      return <Input value={String(value ?? "")} onChange={(e) => onChange(e.target.value)} maxLength={param.max ?? 200} showCount style={{ maxWidth: 320 }} />;
    case "list":
      return <ListEditor param={param} value={Array.isArray(value) ? (value as string[]) : []} onChange={onChange} />;
    case "window":
      return <WindowEditor value={value as Window} onChange={onChange} />;
    case "windows":
      return <PairsEditor value={value as Pair[]} onChange={onChange} />;
    case "object":
      return <PartEditor part={param.key} value={value} onChange={onChange} />;
  }
}
