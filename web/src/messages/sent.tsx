// 发送记录: what went out or is to, by message and by mail, with what became of it.
import { Button, Input, Select } from "antd";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { usePages } from "@/api/hooks";
import { RowsFoot } from "@/admin/room";
import { DenseTable, type Column } from "@/ui/dense-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { messages, type SmsLine } from "./calls";
import { Resend, SmsDetail } from "./sms-detail";
import { DAYS, MEDIA, STATE_TONE, STATES } from "./words";
import "./messages.css";

const AT: Column<SmsLine> = { key: "at", title: "时间", width: 98, render: (m) => <span className="num">{shortTime(m.created_at)}</span> };
const STATE: Column<SmsLine> = { key: "state", title: "状态", width: 72, render: (m) => <span className={STATE_TONE[m.state] ?? "tag"}>{m.state_cn}</span> };
const TO: Column<SmsLine> = {
  key: "to",
  title: "收件",
  width: 136,
  render: (m) => (
    <span className="num" title={m.to}>
      {m.to}
    </span>
  ),
};
const MEDIUM: Column<SmsLine> = { key: "medium", title: "方式", width: 52, render: (m) => m.medium_cn };
const TEMPLATE: Column<SmsLine> = { key: "template", title: "模板", width: 118, render: (m) => <span title={m.template_cn}>{m.template_cn}</span> };
const ERROR: Column<SmsLine> = { key: "error", title: "原因", width: 220, render: (m) => <span className={m.state === "failed" ? "bad" : "muted"} title={m.error ?? ""}>{m.error ?? ""}</span> };
const ACT: Column<SmsLine> = { key: "act", title: "", width: 66, render: (m) => <Resend line={m} /> };
const DESK: Column<SmsLine>[] = [
  AT,
  STATE,
  MEDIUM,
  TO,
  TEMPLATE,
  { key: "text", title: "内容", render: (m) => <span title={m.text ?? ""}>{m.subject ?? m.text}</span> },
  { key: "order", title: "工单", width: 172, render: (m) => (m.case_no ? <Link className="num" to={`/orders/${m.order_id}?tab=messages`}>{m.case_no}</Link> : <span className="muted">—</span>) },
  ERROR,
  ACT,
];
const OFFICE: Column<SmsLine>[] = [
  AT,
  STATE,
  MEDIUM,
  TO,
  { key: "user", title: "工作人员", width: 92, render: (m) => m.user_name ?? <span className="muted">—</span> },
  TEMPLATE,
  { key: "parts", title: "条数", width: 52, align: "right", render: (m) => <span className="num">{m.parts}</span> },
  { key: "tries", title: "失败次数", width: 72, align: "right", render: (m) => <span className="num">{m.tries || ""}</span> },
  { key: "done", title: "送达/结束", width: 98, render: (m) => <span className="num">{m.done_at === null ? "" : shortTime(m.done_at)}</span> },
  { key: "error", title: "原因", render: ERROR.render },
  ACT,
];

interface Asked {
  state: string | undefined;
  medium: string | undefined;
  phone: string;
  days: number;
}

export function Sent({ office = false }: { office?: boolean }) {
  const fresh: Asked = { state: undefined, medium: undefined, phone: "", days: 30 };
  const [asked, setAsked] = useState(fresh);
  const [phone, setPhone] = useState("");
  const [open, setOpen] = useState<SmsLine>();
  const query = useMemo(() => ({ ...asked, limit: 50 }), [asked]);
  const pages = usePages(["messages", "sent", query], messages.sent, query);
  const set = (change: Partial<Asked>) => setAsked((old) => ({ ...old, ...change }));
  const bar = (
    <div className="sms-bar" role="search">
      <Select value={asked.days} options={DAYS} onChange={(days) => set({ days })} style={{ width: 92 }} aria-label="时间范围" />
      <Select allowClear placeholder="全部状态" value={asked.state} options={STATES} onChange={(state) => set({ state })} style={{ width: 110 }} aria-label="状态" />
      <Select allowClear placeholder="全部方式" value={asked.medium} options={MEDIA} onChange={(medium) => set({ medium })} style={{ width: 116 }} aria-label="方式" />
      <Input.Search value={phone} onChange={(e) => setPhone(e.target.value)} onSearch={(v) => set({ phone: v.trim() })} placeholder="完整手机号码" allowClear style={{ width: 170 }} aria-label="号码" />
    </div>
  );
  const list = pages.isPending ? (
    <Loading />
  ) : pages.error && pages.rows.length === 0 ? (
    <Failed error={pages.error} retry={() => void pages.refetch()} />
  ) : (
    <DenseTable
      rows={pages.rows}
      columns={office ? OFFICE : DESK}
      rowKey={(m) => m.id}
      selected={open?.id ?? null}
      onSelect={setOpen}
      label="短信发送记录"
      stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
      empty={
        <Empty title="没有符合条件的短信" hint="可放宽时间范围或减少条件。">
          <Button
            onClick={() => {
              setAsked(fresh);
              setPhone("");
            }}
          >
            清除条件
          </Button>
        </Empty>
      }
      footer={<RowsFoot pages={pages} unit="条" />}
    />
  );
  return (
    <section className="panel sms-list">
      {bar}
      <div className="sms-rows">{list}</div>
      {open && <SmsDetail line={pages.rows.find((m) => m.id === open.id) ?? open} close={() => setOpen(undefined)} />}
    </section>
  );
}
