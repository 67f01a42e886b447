import { DatePicker, type TimeRangePickerProps } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import { at, serverNow } from "@/ui/time";

export interface DaySpan {
  /** First and last day, `YYYY-MM-DD` in Beijing. */
  from: string;
  to: string;
}

/** The days as moments: from the first midnight to the end of the last day. */
export function momentsOf({ from, to }: DaySpan): { from: number; to: number } {
  return { from: Date.parse(`${from}T00:00:00+08:00`), to: Date.parse(`${to}T00:00:00+08:00`) + 86_400_000 };
}

export function lastDays(n: number, now: number = serverNow()): DaySpan {
  return { from: at(now - (n - 1) * 86_400_000).format("YYYY-MM-DD"), to: at(now).format("YYYY-MM-DD") };
}

const presets: NonNullable<TimeRangePickerProps["presets"]> = [
  { label: "今天", value: () => [dayjs(), dayjs()] },
  { label: "昨天", value: () => [dayjs().subtract(1, "day"), dayjs().subtract(1, "day")] },
  { label: "近7天", value: () => [dayjs().subtract(6, "day"), dayjs()] },
  { label: "本月", value: () => [dayjs().startOf("month"), dayjs()] },
  { label: "上月", value: () => [dayjs().subtract(1, "month").startOf("month"), dayjs().subtract(1, "month").endOf("month")] },
];

/** Whole days in Beijing time. */
export function DaySpanPicker({ value, onChange }: { value: DaySpan; onChange: (span: DaySpan) => void }) {
  const set = (span: [Dayjs | null, Dayjs | null] | null) => {
    if (span?.[0] && span[1]) onChange({ from: span[0].format("YYYY-MM-DD"), to: span[1].format("YYYY-MM-DD") });
  };
  return <DatePicker.RangePicker value={[dayjs(value.from), dayjs(value.to)]} onChange={set} presets={presets} allowClear={false} style={{ width: 226 }} aria-label="日期范围" />;
}
