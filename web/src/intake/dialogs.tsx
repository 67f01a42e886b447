import { Button, Form, Modal } from "antd";
import { useState } from "react";
import type { RejectReason } from "@/api/codes";
import type { Command, Id } from "@/api/types";
import { focusFirstField } from "@/ui/focus";
import { directReply, reject } from "@/order/commands/closing";
import type { AnySpec, CommandContext } from "@/order/commands/spec";

/** There is no order yet: the forms below ask nothing of it. */
const NO_ORDER = { order: { id: "" } } as CommandContext;

export interface FollowUpProps {
  /** Which way the matter ends at the desk; null closes the dialog. */
  way: "direct_reply" | "reject" | null;
  close: () => void;
  /** An answer taken from the knowledge base. */
  answer: string;
  go: (next: Command) => Promise<void>;
}

interface Values {
  reply?: string;
  reason?: RejectReason;
  explanation?: string;
  linked_order?: Id;
}

/** 直办 and 不予受理 ask for their text before the order is registered, so that both happen with one press. */
export function FollowUp({ way, close, answer, go }: FollowUpProps) {
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const spec: AnySpec = way === "reject" ? reject : directReply;
  const { Fields } = spec;
  return (
    <Modal open={way !== null} onCancel={close} title={spec.title} footer={null} width={560} destroyOnHidden afterOpenChange={(open) => open && focusFirstField(".ant-modal")}>
      <Form
        form={form}
        layout="vertical"
        preserve={false}
        initialValues={way === "direct_reply" ? { reply: answer } : {}}
        className="command"
        onFinish={(v) => {
          setBusy(true);
          void go(spec.body(v, NO_ORDER)).finally(() => setBusy(false));
        }}
      >
        <div>{Fields && <Fields ctx={NO_ORDER} />}</div>
        <div className="command-foot">
          <Button type="primary" htmlType="submit" loading={busy} danger={way === "reject"}>
            登记并{way === "reject" ? "不予受理" : "答复办结"}
          </Button>
          <Button onClick={close}>返回修改</Button>
        </div>
      </Form>
    </Modal>
  );
}
