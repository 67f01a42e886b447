// 文书 of an order: what can be issued, and the register of what was.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Modal, Select } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { Link } from "react-router";
import { bytesText } from "@/api/download";
import type { Id, OrderView } from "@/api/types";
import { useCan } from "@/app/session";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { chosen, documents, PURPOSE_OF, type Paper, type PaperOffer } from "./documents";
import "./papers.css";

function useDone(order: Id) {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: documents.key(order) });
}

function Offer({ order, offer }: { order: Id; offer: PaperOffer }) {
  const { message, modal } = App.useApp();
  const done = useDone(order);
  const [picked, setPicked] = useState<string>();
  const subject = chosen(offer, picked);
  const issue = useMutation({
    mutationFn: (replace: boolean) => documents.issue(order, { kind: offer.kind, subject: subject?.id ?? null, replace }),
    onSuccess: (made) => {
      done();
      void message.success(`已出具${made.kind_cn}：${made.number}`);
    },
    onError: (error) => void message.error(messageOf(error)),
  });
  const ask = () => {
    if (!subject?.number) return issue.mutate(false);
    modal.confirm({
      title: `重新出具${offer.kind_cn}？`,
      content: `${subject.number} 将作废并注明被新文书替代，编号不再使用。`,
      okText: "重新出具",
      cancelText: "取消",
      onOk: () => issue.mutateAsync(true).catch(() => undefined),
    });
  };
  const closed = offer.closed_cn !== null;
  return (
    <li className="pd-offer" aria-label={offer.kind_cn}>
      <div className="pd-what">
        <b>{offer.kind_cn}</b>
        <span className="muted">{closed ? offer.closed_cn : PURPOSE_OF[offer.kind]}</span>
      </div>
      {!closed && offer.subjects.length > 1 && (
        <Select
          size="small"
          className="pd-subject"
          aria-label={`${offer.kind_cn}针对的事项`}
          value={subject?.id}
          onChange={setPicked}
          options={offer.subjects.map((s) => ({ value: s.id, label: s.name }))}
        />
      )}
      {!closed && offer.subjects.length === 1 && <span className="pd-subject pd-one">{subject?.name}</span>}
      {!closed && (
        <span className="pd-acts">
          <a className="link" href={documents.preview(order, offer.kind, subject?.id ?? null)} target="_blank" rel="noreferrer">
            预览
          </a>
          <Button size="small" type={subject?.number ? "default" : "primary"} loading={issue.isPending} onClick={ask}>
            {subject?.number ? "重新出具" : "出具"}
          </Button>
        </span>
      )}
    </li>
  );
}

function Withdraw({ order, paper, close }: { order: Id; paper: Paper; close: () => void }) {
  const { message } = App.useApp();
  const done = useDone(order);
  const [reason, setReason] = useState("");
  const withdraw = useMutation({
    mutationFn: () => documents.withdraw(order, paper.id, reason),
    onSuccess: () => {
      done();
      close();
      void message.success("文书已作废，公众核验页同步显示");
    },
    onError: (error) => void message.error(messageOf(error)),
  });
  return (
    <Modal
      open
      title={`作废 ${paper.number}`}
      okText="作废"
      okButtonProps={{ danger: true, disabled: reason.trim().length < 4, loading: withdraw.isPending }}
      cancelText="取消"
      onOk={() => withdraw.mutate()}
      onCancel={close}
    >
      <p className="muted">作废后编号不再使用，持有文书的人核验时会看到“已作废”。</p>
      <Input.TextArea aria-label="作废原因" rows={3} maxLength={200} showCount value={reason} onChange={(e) => setReason(e.target.value)} placeholder="作废原因，至少4个字" />
    </Modal>
  );
}

function Row({ order, paper, withdraw }: { order: Id; paper: Paper; withdraw: () => void }) {
  return (
    <tr className={paper.state === "withdrawn" ? "pd-gone" : undefined} aria-label={paper.number}>
      <td>
        <div className="pd-number">{paper.number}</div>
        <div className="muted mono pd-code" title="验证码">
          {paper.code}
        </div>
      </td>
      <td>
        {paper.kind_cn}
        {paper.about && <div className="muted">{paper.about}</div>}
      </td>
      <td>
        {paper.org.name}
        <div className="muted">
          {paper.issued_by} <span className="num">{dateTime(paper.issued_at)}</span>
        </div>
      </td>
      <td>
        <span className={`tag ${paper.state === "valid" ? "tag-green" : "tag-red"}`}>{paper.state_cn}</span>
        {paper.withdrawn_reason && (
          <div className="muted">
            {paper.withdrawn_reason}（{paper.withdrawn_by} {dateTime(paper.withdrawn_at)}）
          </div>
        )}
      </td>
      <td className="pd-links">
        {paper.may_open ? (
          <>
            <a className="link" href={documents.file(order, paper.id, "pdf", true)} target="_blank" rel="noreferrer">
              查看
            </a>{" "}
            <a className="link" href={documents.file(order, paper.id, "pdf")} download title={bytesText(paper.pdf_size)}>
              PDF
            </a>{" "}
            <a className="link" href={documents.file(order, paper.id, "docx")} download title={bytesText(paper.docx_size)}>
              DOCX
            </a>
          </>
        ) : (
          <span className="muted" title={paper.closed_cn ?? undefined}>
            不可查看
          </span>
        )}
        {paper.may_withdraw && (
          <button type="button" className="link" onClick={withdraw}>
            作废
          </button>
        )}
      </td>
    </tr>
  );
}

function Register({ order, items }: { order: Id; items: readonly Paper[] }) {
  const [going, setGoing] = useState<Paper>();
  if (items.length === 0) return <Empty title="尚未出具文书" hint="文书出具后自动编号，带二维码，任何人可在热线网站核验真伪。" />;
  return (
    <>
      <table className="pd-table">
        <thead>
          <tr>
            <th>文书编号</th>
            <th>种类</th>
            <th>出具</th>
            <th>状态</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {items.map((p) => (
            <Row key={p.id} order={order} paper={p} withdraw={() => setGoing(p)} />
          ))}
        </tbody>
      </table>
      {going && <Withdraw order={order} paper={going} close={() => setGoing(undefined)} />}
    </>
  );
}

export function DocumentsTab({ order }: { order: OrderView }) {
  const can = useCan();
  const query = useQuery({ queryKey: [...documents.key(order.id), order.version], queryFn: () => documents.list(order.id) });
  return (
    <Loaded query={query}>
      {({ items, offers }) => (
        <div className="op-stack">
          <section className="panel">
            <div className="panel-head">
              已出具文书
              <span className="op-tab-count">{items.length}</span>
              {can("paper") && (
                <span className="pd-head">
                  <Link className="link" to="/papers">
                    文书台账
                  </Link>
                  <a className="link" href={documents.dossier(order.id)} download title="目录、文书、附件、流转记录和校验值打包为一个文件">
                    下载卷宗（一案一档）
                  </a>
                </span>
              )}
            </div>
            <Register order={order.id} items={items} />
          </section>
          {offers.length > 0 && (
            <section className="panel">
              <div className="panel-head">出具文书</div>
              <ul className="pd-offers">
                {offers.map((o) => (
                  <Offer key={o.kind} order={order.id} offer={o} />
                ))}
              </ul>
            </section>
          )}
        </div>
      )}
    </Loaded>
  );
}
