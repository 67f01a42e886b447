// 异常时段: spans that count on neither side of a rate, with who took them out and why.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Modal } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { useCan } from "@/app/session";
import { MomentPicker } from "@/ui/moment-picker";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { floorReports } from "./calls";
import type { WindowLine } from "./types";

function New({ saved }: { saved: () => void }) {
  const { message } = App.useApp();
  const [from, setFrom] = useState<number | null>(null);
  const [to, setTo] = useState<number | null>(null);
  const [reason, setReason] = useState("");
  const add = useMutation({
    mutationFn: () => floorReports.exclude(from ?? 0, to ?? 0, reason.trim()),
    onSuccess: () => {
      setFrom(null);
      setTo(null);
      setReason("");
      saved();
    },
    onError: (e) => void message.error(messageOf(e)),
  });
  const ready = from !== null && to !== null && to > from && reason.trim().length >= 4;
  return (
    <div className="rp-new">
      <MomentPicker value={from} onChange={setFrom} only="past" placeholder="开始时间" />
      <MomentPicker value={to} onChange={setTo} only="past" placeholder="结束时间" />
      <Input value={reason} onChange={(e) => setReason(e.target.value)} maxLength={100} placeholder="原因，如：系统故障、突发事件话务超限" aria-label="剔除原因" />
      <Button type="primary" disabled={!ready} loading={add.isPending} onClick={() => add.mutate()}>
        剔除
      </Button>
    </div>
  );
}

function Row({ line, may, changed }: { line: WindowLine; may: boolean; changed: () => void }) {
  const { message, modal } = App.useApp();
  const revoke = () => {
    let reason = "";
    void modal.confirm({
      title: "恢复计入该时段？",
      content: <Input placeholder="恢复原因（不少于4个字）" maxLength={100} onChange={(e) => (reason = e.target.value)} />,
      okText: "恢复计入",
      cancelText: "取消",
      onOk: () =>
        floorReports.revoke(line.id, reason.trim()).then(changed, (e: unknown) => {
          message.error(messageOf(e));
          throw e;
        }),
    });
  };
  return (
    <tr>
      <td className="num nowrap">
        {dateTime(line.from)} — {dateTime(line.to)}
      </td>
      <td>{line.reason}</td>
      <td className="nowrap">{line.by_name}</td>
      <td className="nowrap">
        {line.revoked_at !== null ? (
          <span className="muted">已恢复</span>
        ) : may ? (
          <button type="button" className="link" onClick={revoke}>
            恢复计入
          </button>
        ) : (
          "已剔除"
        )}
      </td>
    </tr>
  );
}

export function Excluded({ close }: { close: () => void }) {
  const client = useQueryClient();
  const may = useCan()("call.exclude");
  const query = useQuery({ queryKey: ["call-windows"], queryFn: floorReports.windows });
  const changed = () => {
    void client.invalidateQueries({ queryKey: ["call-windows"] });
    void client.invalidateQueries({ queryKey: ["floor-report"] });
  };
  return (
    <Modal open title="异常时段" onCancel={close} footer={null} width={760}>
      <p className="muted" style={{ marginBottom: 10 }}>突发事件、系统故障、话务量超出承载能力的时段，经批准后从分子分母中同时剔除；剔除和恢复均留痕，报表下方注明。</p>
      {may && <New saved={changed} />}
      <Loaded query={query}>
        {(lines) =>
          lines.length === 0 ? (
            <Empty title="没有剔除的时段" />
          ) : (
            <table className="calls-legs">
              <tbody>
                {lines.map((l) => (
                  <Row key={l.id} line={l} may={may} changed={changed} />
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Modal>
  );
}
