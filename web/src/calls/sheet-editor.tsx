// 评分表: items with weights that sum to a hundred, and those of which one alone decides.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, InputNumber, Modal, Switch } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { quality } from "./calls";
import type { SheetItem, SheetView } from "./types";

export function SheetEditor({ sheet, close }: { sheet: SheetView | undefined; close: () => void }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const [name, setName] = useState(sheet?.name ?? "通用评分表");
  const [items, setItems] = useState<SheetItem[]>(sheet?.items ?? []);
  const sum = items.filter((i) => !i.fatal).reduce((n, i) => n + i.weight, 0);
  const set = (at: number, change: Partial<SheetItem>) => setItems((all) => all.map((i, n) => (n === at ? { ...i, ...change } : i)));
  const nextCode = () => `Q${String(Math.max(0, ...items.map((i) => Number(/\d+$/.exec(i.code)?.[0] ?? 0))) + 1).padStart(2, "0")}`;
  const save = useMutation({
    mutationFn: () => quality.saveSheet(name.trim(), items),
    onSuccess: () => {
      message.success("评分表已更新，此后的评分使用新表；已评的不变");
      void client.invalidateQueries({ queryKey: ["quality", "sheets"] });
      close();
    },
    onError: (e) => void message.error(messageOf(e)),
  });
  const fault = sum !== 100 ? `各项分值合计应为 100，现为 ${sum}` : items.some((i) => i.name.trim() === "") ? "项目名称不能为空" : name.trim() === "" ? "请填写表名" : undefined;
  return (
    <Modal open title="评分表" onCancel={close} onOk={() => save.mutate()} okText="保存为新版本" cancelText="取消" confirmLoading={save.isPending} okButtonProps={{ disabled: fault !== undefined }} width={760}>
      <Input value={name} onChange={(e) => setName(e.target.value)} maxLength={60} aria-label="表名" style={{ width: 260, marginBottom: 10 }} />
      <table className="sheet">
        <thead>
          <tr>
            <th style={{ width: 170 }}>项目</th>
            <th style={{ width: 76 }}>分值</th>
            <th style={{ width: 70 }}>一票否决</th>
            <th>评分要点</th>
            <th style={{ width: 44 }} />
          </tr>
        </thead>
        <tbody>
          {items.map((i, n) => (
            <tr key={i.code}>
              <td>
                <Input size="small" value={i.name} maxLength={40} onChange={(e) => set(n, { name: e.target.value })} aria-label="项目" />
              </td>
              <td>{i.fatal ? <span className="muted">—</span> : <InputNumber size="small" min={0} max={100} value={i.weight} onChange={(v) => set(n, { weight: v ?? 0 })} aria-label="分值" style={{ width: 64 }} />}</td>
              <td>
                <Switch size="small" checked={i.fatal} onChange={(fatal) => set(n, { fatal, weight: fatal ? 0 : i.weight })} aria-label="一票否决" />
              </td>
              <td>
                <Input size="small" value={i.hint} maxLength={120} onChange={(e) => set(n, { hint: e.target.value })} aria-label="评分要点" />
              </td>
              <td>
                <button type="button" className="link" onClick={() => setItems((all) => all.filter((_, at) => at !== n))}>
                  删除
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="sheet-foot">
        <Button size="small" onClick={() => setItems((all) => [...all, { code: nextCode(), name: "", weight: 0, fatal: false, hint: "" }])}>
          增加一项
        </Button>
        <span className={sum === 100 ? "muted" : "bad"}>合计 {sum} / 100</span>
        {fault && sum === 100 && <span className="bad">{fault}</span>}
      </p>
    </Modal>
  );
}
