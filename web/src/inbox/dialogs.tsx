// The two ways out beside registering: words for the order it answers, and 不予登记 with the reason.
import { App, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { inbox, type DiscardForm, type ItemView } from "./calls";
import { REASONS } from "./words";

interface Props {
  item: ItemView;
  close: () => void;
  done: () => void;
}

const MOST = 1000;

export function AddToOrder({ item, close, done }: Props) {
  const { message } = App.useApp();
  const [text, setText] = useState([...item.own_words].slice(0, MOST).join(""));
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const send = async () => {
    setBusy(true);
    setRefusal(undefined);
    try {
      const added = await inbox.add(item.id, text);
      message.success(`已补充到工单 ${added.case_no}`);
      done();
    } catch (error) {
      setRefusal(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open width={620} title={`补充到工单 ${item.about?.case_no ?? ""}`} okText="补充" cancelText="取消" okButtonProps={{ disabled: text.trim() === "", loading: busy }} onOk={() => void send()} onCancel={close}>
      <p className="muted">{item.about?.title}。承办单位会收到提醒{item.files > 0 ? "，附件一并转入工单" : ""}。</p>
      <Input.TextArea className="ib-words" aria-label="补充情况" autoFocus rows={8} maxLength={MOST} showCount value={text} onChange={(e) => setText(e.target.value)} />
      {refusal && (
        <div className="note note-red" role="alert" style={{ marginTop: 20 }}>
          {refusal}
        </div>
      )}
    </Modal>
  );
}

export function Discard({ item, close, done }: Props) {
  const { message } = App.useApp();
  const [reason, setReason] = useState<DiscardForm["reason"]>();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const short = reason === "other" && [...note.trim()].length < 4;
  const send = async () => {
    if (!reason) return;
    setBusy(true);
    setRefusal(undefined);
    try {
      await inbox.discard(item.id, { reason, note });
      message.success("已标记为不予登记，可在“不予登记”中恢复");
      done();
    } catch (error) {
      setRefusal(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open width={520} title="不予登记" okText="不予登记" cancelText="取消" okButtonProps={{ danger: true, disabled: !reason || short, loading: busy }} onOk={() => void send()} onCancel={close}>
      <Radio.Group className="ib-reasons" value={reason} onChange={(e) => setReason(e.target.value as DiscardForm["reason"])} options={REASONS.map((r) => ({ ...r }))} aria-label="原因" />
      <Input.TextArea aria-label="说明" rows={3} maxLength={200} showCount value={note} onChange={(e) => setNote(e.target.value)} placeholder={reason === "other" ? "请写明原因，不少于4个字" : "说明（可不填）"} />
      <p className="muted ib-after">来信和附件按保存期限保留备查，原因记入日志；不会给来信人发送邮件。</p>
      {refusal && (
        <div className="note note-red" role="alert">
          {refusal}
        </div>
      )}
    </Modal>
  );
}
