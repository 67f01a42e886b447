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
      // Enter takes the day that was typed; it does not send the form around it.
      onKeyDown={(e) => {
        if (e.key === "Enter") e.preventDefault();
      }}
      placeholder={placeholder}
      style={{ width: "100%" }}
    />
  );
}
