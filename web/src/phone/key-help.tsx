import { Kbd } from "@/ui/kbd";
import { keysOf } from "./keys";

const SAID: Partial<Record<string, string>> = { sign: "签入、签出", pause: "示忙、示闲", hold: "保持、接回", hangup: "挂断、拒接", record: "暂停、恢复录音" };

/** All shortcuts of the phone. */
export function KeyHelp() {
  return (
    <ul className="ph-help" aria-label="快捷键">
      {keysOf(null).map((k) => (
        <li key={k.id}>
          <Kbd>{k.hotkey}</Kbd> {SAID[k.id] ?? k.label}
        </li>
      ))}
    </ul>
  );
}
