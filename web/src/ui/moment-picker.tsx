import { DatePicker } from "antd";
import type { Millis } from "@/api/types";
import { fromPicker, serverNow, toPicker } from "./time";

export interface MomentPickerProps {
  value?: Millis | null;
  onChange?: (value: Millis | null) => void;
  placeholder?: string;
  /** Only past or only future days. */
  only?: "past" | "future";
  id?: string;
}

/** A moment to the minute, in Beijing time. */
export function MomentPicker({ value, onChange, placeholder = "选择时间", only, id }: MomentPickerProps) {
  const today = toPicker(serverNow());
  return (
    <DatePicker
      {...(id && { id })}
      value={toPicker(value)}
      onChange={(v) => onChange?.(fromPicker(v))}
      showTime={{ format: "HH:mm" }}
      format={["YYYY-MM-DD HH:mm", "YYYYMMDD HHmm", "YYYY-MM-DD"]}
      disabledDate={(d) => (only === "past" ? d.isAfter(today, "day") : only === "future" ? d.isBefore(today, "day") : false)}
      placeholder={placeholder}
      style={{ width: "100%" }}
    />
  );
}
