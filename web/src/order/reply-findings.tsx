import { checkReply } from "./reply-check";

/** Findings of the reply check under a text field. */
export function ReplyFindings({ text }: { text: string }) {
  const found = checkReply(text);
  if (found.length === 0) return null;
  return (
    <ul className="checks" aria-live="polite">
      {found.map((f) => (
        <li key={f.rule} className={f.grave ? "bad" : "warn"}>
          {f.rule}（{f.found}）：{f.remedy}
        </li>
      ))}
    </ul>
  );
}
