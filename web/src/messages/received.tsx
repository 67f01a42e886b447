// 群众回复: what citizens wrote back, and what became of it.
import { Select } from "antd";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import { usePages } from "@/api/hooks";
import { RowsFoot } from "@/admin/room";
import { DenseTable, type Column } from "@/ui/dense-table";
import { Empty, Failed, Loading } from "@/ui/states";
import { shortTime } from "@/ui/time";
import { messages, type InboundLine } from "./calls";
import { OUTCOME_TONE, OUTCOMES } from "./words";
import "./messages.css";

const COLUMNS: Column<InboundLine>[] = [
  { key: "at", title: "时间", width: 98, render: (m) => <span className="num">{shortTime(m.at)}</span> },
  { key: "phone", title: "号码", width: 104, render: (m) => <span className="num">{m.phone}</span> },
  { key: "text", title: "内容", render: (m) => <span title={m.text}>{m.text}</span> },
  { key: "outcome", title: "处理", width: 96, render: (m) => <span className={OUTCOME_TONE[m.outcome] ?? "tag"}>{m.outcome_cn}</span> },
  { key: "note", title: "说明", width: 240, render: (m) => <span className="muted" title={m.note ?? ""}>{m.note}</span> },
  { key: "order", title: "工单", width: 172, render: (m) => (m.case_no ? <Link className="num" to={`/orders/${m.order_id}?tab=messages`}>{m.case_no}</Link> : <span className="muted">—</span>) },
];

export function Received() {
  const [outcome, setOutcome] = useState<string>();
  const query = useMemo(() => ({ outcome, limit: 50 }), [outcome]);
  const pages = usePages(["messages", "received", query], messages.received, query);
  const list = pages.isPending ? (
    <Loading />
  ) : pages.error && pages.rows.length === 0 ? (
    <Failed error={pages.error} retry={() => void pages.refetch()} />
  ) : (
    <DenseTable
      rows={pages.rows}
      columns={COLUMNS}
      rowKey={(m) => m.id}
      label="群众回复"
      stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
      empty={<Empty title="没有收到短信" hint="群众回复评价短信后自动计入评价；其他内容并入诉求或转到这里。" />}
      footer={<RowsFoot pages={pages} unit="条" />}
    />
  );
  return (
    <section className="panel sms-list">
      <div className="sms-bar" role="search">
        <Select allowClear placeholder="全部处理结果" value={outcome} options={OUTCOMES} onChange={setOutcome} style={{ width: 140 }} aria-label="处理结果" />
        <span className="muted">“未找到诉求”的短信请联系来信人，必要时登记为新诉求。</span>
      </div>
      <div className="sms-rows">{list}</div>
    </section>
  );
}
