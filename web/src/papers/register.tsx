// 文书台账: every number given out, the withdrawn ones with their reason, and many documents in one download.
import { App, Button, Checkbox, Input, Modal, Select } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { get, messageOf } from "@/api/client";
import { download, saveFile } from "@/api/download";
import { usePages } from "@/api/hooks";
import type { Answer, Id } from "@/api/types";
import { useCan, useSession } from "@/app/session";
import { PageFoot } from "@/ui/order-table";
import { Empty, Failed, Loading, NoPermission } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { documents, KIND_CN, type PaperKind } from "./documents";
import "./papers.css";

type Register = Answer<"paper_register">;
type Line = Register["items"][number];

const MOST = 200;
const STATES = [
  { value: "", label: "全部状态" },
  { value: "valid", label: "有效" },
  { value: "withdrawn", label: "已作废" },
];
const KINDS = [{ value: "", label: "全部种类" }, ...Object.entries(KIND_CN).map(([value, label]) => ({ value, label }))];

function Row({ line, picked, pick }: { line: Line; picked: boolean; pick: ((on: boolean) => void) | null }) {
  return (
    <tr className={line.state === "withdrawn" ? "pd-gone" : undefined} aria-label={line.number}>
      {pick && (
        <td className="pr-pick">
          <Checkbox aria-label={`选择 ${line.number}`} checked={picked} disabled={!line.may_open} onChange={(e) => pick(e.target.checked)} />
        </td>
      )}
      <td className="pd-number">{line.number}</td>
      <td>{line.kind_cn}</td>
      <td>
        <Link className="num" to={`/orders/${line.order_id}?tab=papers`}>
          {line.case_no}
        </Link>
      </td>
      <td>{line.org.name}</td>
      <td>{line.issued_by}</td>
      <td className="num">{dateTime(line.issued_at)}</td>
      <td>
        <span className={`tag ${line.state === "valid" ? "tag-green" : "tag-red"}`}>{line.state_cn}</span> <span className="muted">{line.withdrawn_reason}</span>
      </td>
      <td className="pd-links">
        {line.may_open && (
          <a className="link" href={documents.file(line.order_id, line.id, "pdf", true)} target="_blank" rel="noreferrer">
            查看
          </a>
        )}
      </td>
    </tr>
  );
}

function Batch({ ids, close }: { ids: readonly Id[]; close: () => void }) {
  const { csrf } = useSession();
  const { message } = App.useApp();
  const [purpose, setPurpose] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const file = await download("/papers/batch", { method: "POST", body: { ids, purpose }, csrf });
      saveFile(file.blob, file.name ?? "文书.zip");
      close();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={`批量下载 ${ids.length} 份文书`}
      okText="下载"
      okButtonProps={{ disabled: purpose.trim().length < 4, loading: busy }}
      cancelText="取消"
      onOk={() => void run()}
      onCancel={close}
    >
      <p className="muted">打包为一个压缩文件，含每份文书的 PDF 和 DOCX、文书清单和校验值。下载及用途记入审计日志。</p>
      <Input aria-label="下载用途" maxLength={100} value={purpose} onChange={(e) => setPurpose(e.target.value)} placeholder="下载用途，至少4个字，例如“月度归档”" />
    </Modal>
  );
}

export default function PaperRegister() {
  const can = useCan();
  return can("paper") ? <Ledger batch={can("export")} /> : <NoPermission what="文书台账" />;
}

function Ledger({ batch }: { batch: boolean }) {
  const [kind, setKind] = useState<PaperKind | "">("");
  const [state, setState] = useState("");
  const [text, setText] = useState("");
  const [picked, setPicked] = useState<ReadonlySet<Id>>(new Set());
  const [taking, setTaking] = useState(false);
  const query = { kind, state, text };
  const pages = usePages<Register>(["papers", query], (q) => get<Register>("/papers", q), query);
  const open = pages.rows.filter((l) => l.may_open).slice(0, MOST);
  const all = open.length > 0 && open.every((l) => picked.has(l.id));
  const pick = (id: Id, on: boolean) => {
    const next = new Set(picked);
    if (on) next.add(id);
    else next.delete(id);
    setPicked(next);
  };
  return (
    <section className="panel pr">
      <div className="desk-bar">
        <h1>文书台账</h1>
        <Select aria-label="文书种类" value={kind} onChange={setKind} options={KINDS as { value: PaperKind | ""; label: string }[]} style={{ width: 130 }} />
        <Select aria-label="文书状态" value={state} onChange={setState} options={STATES} style={{ width: 110 }} />
        <Input.Search aria-label="搜索文书" placeholder="文书编号或工单编号" allowClear onSearch={(t) => setText(t.trim())} style={{ width: 240 }} />
        {batch && (
          <Button type="primary" className="pr-batch" disabled={picked.size === 0 || picked.size > MOST} onClick={() => setTaking(true)}>
            批量下载{picked.size > 0 && `（${picked.size}）`}
          </Button>
        )}
      </div>
      <div className="pr-rows">
        {pages.isPending ? (
          <Loading />
        ) : pages.error && pages.rows.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.rows.length === 0 ? (
          <Empty title="没有符合条件的文书" hint="文书在工单页的“文书”页签中出具，出具后自动登记在此。" />
        ) : (
          <table className="pd-table">
            <thead>
              <tr>
                {batch && (
                  <th className="pr-pick">
                    <Checkbox aria-label="全选" checked={all} onChange={(e) => setPicked(new Set(e.target.checked ? open.map((l) => l.id) : []))} />
                  </th>
                )}
                <th>文书编号</th>
                <th>种类</th>
                <th>工单</th>
                <th>出具单位</th>
                <th>经办人</th>
                <th>出具时间</th>
                <th>状态</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {pages.rows.map((l) => (
                <Row key={l.id} line={l} picked={picked.has(l.id)} pick={batch ? (on) => pick(l.id, on) : null} />
              ))}
            </tbody>
          </table>
        )}
      </div>
      {pages.rows.length > 0 && (
        <div className="pr-foot">
          <PageFoot pages={pages} />
        </div>
      )}
      {taking && <Batch ids={[...picked]} close={() => setTaking(false)} />}
    </section>
  );
}
