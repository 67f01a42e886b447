import { Button, Modal } from "antd";
import { Link } from "react-router";
import { CopyButton } from "@/ui/copy";
import { longTime } from "@/ui/time";
import { Uploader } from "@/papers/uploader";
import type { Outcome } from "./outbox";

/** 登记完成: number and query code, large enough to read out. */
export function Done({ outcome, close }: { outcome: Outcome | null; close: () => void }) {
  if (!outcome) return null;
  const { registered, order, failed } = outcome;
  const spoken = `您的工单编号是 ${registered.case_no}，查询码是 ${registered.query_code}`;
  return (
    <Modal
      open
      width={560}
      title={failed ? "已登记，但后续操作未完成" : "登记完成"}
      onCancel={close}
      footer={[
        <Link key="see" to={`/orders/${registered.id}`} onClick={close} className="done-see">
          查看工单
        </Link>,
        <Button key="next" type="primary" onClick={close} autoFocus>
          继续登记
        </Button>,
      ]}
    >
      {failed !== undefined && (
        <div className="note note-red" role="alert" style={{ marginBottom: 12 }}>
          {failed}。请打开工单继续处理。
        </div>
      )}
      <dl className="done">
        <div>
          <dt>工单编号</dt>
          <dd className="done-number">{registered.case_no}</dd>
          <CopyButton text={registered.case_no} />
        </div>
        <div>
          <dt>查询码</dt>
          <dd className="done-code">{registered.query_code}</dd>
          <CopyButton text={registered.query_code} />
        </div>
      </dl>
      <p className="muted">查询码只显示这一次，请现在告知诉求人，凭编号和查询码可在网上查询办理进度。</p>
      <p className="done-say">
        <CopyButton text={spoken} label="复制告知语" />
        <span>{spoken}</span>
      </p>
      <Uploader order={registered.id} purpose="demand" pasted />
      {order && (
        <p>
          当前状态：<b>{order.state_cn}</b>
          {order.due_at && `，应于 ${longTime(order.due_at)} 前完成`}
        </p>
      )}
    </Modal>
  );
}
