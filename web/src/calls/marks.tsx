// 来电名单: care notes that the agent sees on ring, and numbers that are kept from blocking the line. One proposes, another decides.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Radio } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { messageOf } from "@/api/client";
import { usePages } from "@/api/hooks";
import { useCan } from "@/app/session";
import { FormDrawer, RowsFoot } from "@/admin/room";
import { DenseTable, type Column } from "@/ui/dense-table";
import { TabStrip } from "@/ui/desk";
import { MomentPicker } from "@/ui/moment-picker";
import { Empty, Failed, Loading } from "@/ui/states";
import { dateTime, shortTime } from "@/ui/time";
import { marks } from "./calls";
import type { MarkLine } from "./types";

interface Values {
  kind: "black" | "care";
  number: string;
  reason: string;
  valid_to: number;
}

function Propose({ kind, close, saved }: { kind: "black" | "care"; close: () => void; saved: () => void }) {
  return (
    <FormDrawer<Values>
      title="登记来电名单"
      initial={{ kind }}
      confirm="提交审批"
      done="已提交，由另一人审批后生效"
      close={close}
      send={async (v) => {
        await marks.propose({ ...v, number: v.number.replace(/[\s-]/g, "") });
        saved();
      }}
      note="限制来电只用于多次恶意骚扰、长时间占线的号码，须有期限和事实依据；被限制的人仍可通过网络、来信等渠道反映诉求。"
    >
      {(form) => (
        <>
          <Form.Item name="kind" label="名单">
            <Radio.Group options={[{ value: "care", label: "关爱名单" }, { value: "black", label: "黑名单" }]} />
          </Form.Item>
          <Form.Item name="number" label="号码" rules={[{ required: true, message: "请填写号码" }, { pattern: /^[\d\s-]{5,20}$/, message: "号码只能含数字" }]}>
            <Input autoFocus maxLength={20} inputMode="tel" />
          </Form.Item>
          <Form.Item name="reason" label={form.getFieldValue("kind") === "black" ? "事实和依据" : "关爱说明（来电时话务员可见）"} rules={[{ required: true, whitespace: true, min: 4, message: "请写明，不少于4个字" }]}>
            <Input.TextArea rows={3} maxLength={200} showCount />
          </Form.Item>
          <Form.Item name="valid_to" label="有效期至" rules={[{ required: true, message: "请选择期限" }]} extra="到期自动解除，最长期限由参数“来电名单最长期限”规定">
            <MomentPicker only="future" />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

/** Approval, refusal or an early end: each with its words. */
function Opinion({ line, what, close, saved }: { line: MarkLine; what: "approve" | "refuse" | "end"; close: () => void; saved: () => void }) {
  const { message } = App.useApp();
  const [text, setText] = useState("");
  const title = { approve: "同意列入", refuse: "不同意列入", end: "移出名单" }[what];
  const send = useMutation({
    mutationFn: () => (what === "end" ? marks.end(line.id, text.trim()) : marks.decide(line.id, what === "approve", text.trim())),
    onSuccess: saved,
    onError: (e) => void message.error(messageOf(e)),
  });
  return (
    <Modal open title={`${title}：${line.number_masked}`} onCancel={close} onOk={() => send.mutate()} okText={title} cancelText="取消" confirmLoading={send.isPending} okButtonProps={{ disabled: what !== "approve" && text.trim().length < 4 }} width={420}>
      <Input.TextArea value={text} onChange={(e) => setText(e.target.value)} rows={3} maxLength={200} autoFocus placeholder={what === "approve" ? "审批意见（可不填）" : "理由（不少于4个字）"} />
    </Modal>
  );
}

export default function MarksPage() {
  const can = useCan();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const kind = params.get("kind") === "black" ? "black" : "care";
  const [open, setOpen] = useState<{ line: MarkLine; what: "approve" | "refuse" | "end" } | "new" | null>(null);
  const query = { kind };
  const pages = usePages(["caller-marks", query], marks.list, query);
  const saved = () => {
    setOpen(null);
    void client.invalidateQueries({ queryKey: ["caller-marks"] });
  };
  const columns: Column<MarkLine>[] = [
    { key: "number", title: "号码", width: 116, render: (m) => <span className="num">{m.number_masked}</span> },
    { key: "state", title: "状态", width: 84, render: (m) => <span className={m.state === "pending" ? "tag tag-amber" : "tag"}>{m.state_cn}</span> },
    { key: "reason", title: kind === "black" ? "事实和依据" : "关爱说明", render: (m) => <span title={m.reason}>{m.reason}</span> },
    { key: "until", title: "有效期至", width: 116, render: (m) => <span className="num">{shortTime(m.valid_to)}</span> },
    { key: "by", title: "登记人", width: 76, render: (m) => m.proposed_by_name },
    { key: "at", title: "登记时间", width: 132, render: (m) => <span className="num">{dateTime(m.proposed_at)}</span> },
    { key: "decided", title: "审批人", width: 76, render: (m) => m.decided_by_name },
    {
      key: "acts",
      title: "操作",
      width: 130,
      render: (m) => (
        <span style={{ display: "flex", gap: 12 }}>
          {m.state === "pending" && m.may_decide && (
            <>
              <button type="button" className="link" onClick={() => setOpen({ line: m, what: "approve" })}>
                同意
              </button>
              <button type="button" className="link" onClick={() => setOpen({ line: m, what: "refuse" })}>
                不同意
              </button>
            </>
          )}
          {m.state === "active" && can("call.mark_decide") && (
            <button type="button" className="link" onClick={() => setOpen({ line: m, what: "end" })}>
              移出
            </button>
          )}
        </span>
      ),
    },
  ];
  return (
    <div className="calls-page">
      <section className="panel desk-list">
        <div className="desk-bar">
          <TabStrip label="名单" tabs={[{ code: "care", name: "关爱名单" }, { code: "black", name: "黑名单" }]} current={kind} onPick={(k) => setParams(k === "care" ? {} : { kind: k }, { replace: true })} />
          {can("call.mark") && (
            <Button size="small" type="primary" style={{ marginLeft: "auto" }} onClick={() => setOpen("new")}>
              登记
            </Button>
          )}
        </div>
        <div className="desk-rows">
          {pages.isPending ? (
            <Loading />
          ) : pages.error && pages.rows.length === 0 ? (
            <Failed error={pages.error} retry={() => void pages.refetch()} />
          ) : (
            <DenseTable rows={pages.rows} columns={columns} rowKey={(m) => m.id} label="来电名单" empty={<Empty title="名单为空" />} footer={<RowsFoot pages={pages} unit="个" />} />
          )}
        </div>
      </section>
      {open === "new" ? <Propose kind={kind} close={() => setOpen(null)} saved={saved} /> : open && <Opinion line={open.line} what={open.what} close={() => setOpen(null)} saved={saved} />}
    </div>
  );
}
