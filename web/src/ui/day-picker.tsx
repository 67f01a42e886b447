import { DatePicker } from "antd";
import type { Millis } from "@/api/types";
import { endOfDay, serverNow, toPicker } from "./time";

/** A day up to whose end there is time: today or later, in Beijing. The value is the day's last moment. */
export function DayPicker({ value, onChange, placeholder = "选择日期", id }: { value?: Millis | null; onChange?: (value: Millis | null) => void; placeholder?: string; id?: string }) {
  const today = toPicker(serverNow());
  return (
    <DatePicker
      {...(id && { id })}
      value={toPicker(value)}
      onChange={(v) => onChange?.(endOfDay(v))}
      format={["YYYY-MM-DD", "YYYYMMDD"]}
      disabledDate={(d) => d.isBefore(today, "day")}
      placeholder={placeholder}
      style={{ width: "100%" }}
    />
  );
}
