// 评分表: beside the player, item by item.
import { useMutation, useQuery } from "@tanstack/react-query";
import { App, Button, Checkbox, Input, InputNumber, Slider } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { Loaded, Empty } from "@/ui/states";
import { quality } from "./calls";
import { fullMarks, marksOf, missingNotes, totalOf, type Hits, type Points } from "./score-model";
import type { CallLine, SheetItem, SheetView } from "./types";

function Item({ item, points, note, set, setNote }: { item: SheetItem; points: number; note: string; set: (n: number) => void; setNote: (t: string) => void }) {
  const off = points < item.weight;
  return (
    <li>
      <div className="sc-line">
        <span className="sc-name" title={item.hint}>
          {item.name}
        </span>
        <Slider min={0} max={item.weight} step={1} value={points} onChange={set} tooltip={{ open: false }} aria-label={item.name} />
        <InputNumber size="small" min={0} max={item.weight} precision={0} value={points} onChange={(v) => set(v ?? 0)} aria-label={`${item.name}得分`} style={{ width: 62 }} />
        <span className="muted num">/ {item.weight}</span>
      </div>
      {item.hint && <p className="muted sc-hint">{item.hint}</p>}
      {off && <Input size="small" value={note} onChange={(e) => setNote(e.target.value)} maxLength={200} placeholder="扣分说明（话务员可见）" aria-label={`${item.name}扣分说明`} status={note.trim() === "" ? "warning" : ""} />}
    </li>
  );
}

function Sheet({ sheet, call, done }: { sheet: SheetView; call: CallLine; done: () => void }) {
  const { message } = App.useApp();
  const start = fullMarks(sheet);
  const [points, setPoints] = useState<Points>(start.points);
  const [hits, setHits] = useState<Hits>(start.hits);
  const [notes, setNotes] = useState<Record<string, string>>({});
  const [comment, setComment] = useState("");
  const { total, fatal } = totalOf(sheet, points, hits);
  const missing = missingNotes(sheet, points, hits, notes);
  const save = useMutation({
    mutationFn: () => quality.score(call.id, sheet.id, marksOf(sheet, points, hits, notes), comment.trim() || null),
    onSuccess: () => {
      message.success("评分已提交，话务员可查看");
      done();
    },
    onError: (e) => void message.error(messageOf(e)),
  });
  const note = (code: string) => (text: string) => setNotes((n) => ({ ...n, [code]: text }));
  return (
    <div className="sc">
      <ul className="sc-items">
        {sheet.items
          .filter((i) => !i.fatal)
          .map((i) => (
            <Item key={i.code} item={i} points={points[i.code] ?? 0} note={notes[i.code] ?? ""} set={(n) => setPoints((p) => ({ ...p, [i.code]: n }))} setNote={note(i.code)} />
          ))}
      </ul>
      <h3>一票否决项</h3>
      <ul className="sc-fatal">
        {sheet.items
          .filter((i) => i.fatal)
          .map((i) => (
            <li key={i.code}>
              <Checkbox checked={hits[i.code] ?? false} onChange={(e) => setHits((h) => ({ ...h, [i.code]: e.target.checked }))}>
                <span className={hits[i.code] ? "bad" : undefined}>{i.name}</span>
                {i.hint && <span className="muted">　{i.hint}</span>}
              </Checkbox>
              {hits[i.code] && <Input size="small" value={notes[i.code] ?? ""} onChange={(e) => note(i.code)(e.target.value)} maxLength={200} placeholder="事实说明（必填）" aria-label={`${i.name}事实说明`} status={(notes[i.code] ?? "").trim() === "" ? "warning" : ""} />}
            </li>
          ))}
      </ul>
      <Input.TextArea value={comment} onChange={(e) => setComment(e.target.value)} rows={2} maxLength={500} placeholder="总评、改进建议" aria-label="总评" />
      <footer className="sc-foot">
        <span>
          得分 <b className={fatal || total < 60 ? "bad" : undefined}>{total}</b>
          {fatal && <span className="bad">　一票否决</span>}
        </span>
        <Button type="primary" loading={save.isPending} disabled={missing.length > 0} title={missing.length > 0 ? `请写明扣分说明：${missing.map((i) => i.name).join("、")}` : undefined} onClick={() => save.mutate()}>
          提交评分
        </Button>
        {missing.length > 0 && <span className="muted clip">尚缺说明：{missing.map((i) => i.name).join("、")}</span>}
      </footer>
    </div>
  );
}

export function ScoreForm({ call, done }: { call: CallLine; done: () => void }) {
  const query = useQuery({ queryKey: ["quality", "sheets"], queryFn: quality.sheets });
  return (
    <Loaded query={query}>
      {(sheets) => {
        const sheet = sheets[0];
        return sheet ? <Sheet key={call.id} sheet={sheet} call={call} done={done} /> : <Empty title="尚无评分表" hint="请由质检主管在“评分表”中设置。" />;
      }}
    </Loaded>
  );
}
