// Evidence beside a command's form: what is added here goes with the step.
import { useQuery } from "@tanstack/react-query";
import type { Id } from "@/api/types";
import { FileList } from "./file-list";
import { attachments, PURPOSE, type Purpose } from "./files";
import { Uploader } from "./uploader";

export function Evidence({ order, purpose, note = "附件，随本次提交" }: { order: Id; purpose: Purpose; note?: string }) {
  const query = useQuery({ queryKey: attachments.key(order), queryFn: () => attachments.list(order) });
  const ready = (query.data ?? []).filter((a) => a.purpose === purpose && a.used_at === null);
  return (
    <section className="pp-evidence" aria-label={PURPOSE[purpose]}>
      <div className="pp-evidence-head">{PURPOSE[purpose]}（{note}）</div>
      <Uploader order={order} purpose={purpose} />
      {ready.length > 0 && <FileList order={order} items={ready} />}
    </section>
  );
}
