import { Button, Form, Input, Modal, Select } from "antd";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { orders } from "@/api/calls";
import { messageOf } from "@/api/client";
import type { Answer, Id, OrderView, Requester } from "@/api/types";
import { useCan } from "@/app/session";

/** How long plain personal data stays on the screen. */
const SHOWN_MS = 60_000;
const REASONS = ["联系诉求人核实情况", "回访诉求人", "核对诉求人身份", "上门办理", "其他"];

type Plain = Answer<"order_reveal">;

interface Revealed {
  plain: Plain | null;
  ask: (fields: string[]) => void;
  may: boolean;
}
const Context = createContext<Revealed>({ plain: null, ask: () => undefined, may: false });

function Dialog({ order, fields, close, done }: { order: Id; fields: string[] | null; close: () => void; done: (r: Plain) => void }) {
  const [form] = Form.useForm<{ kind: string; text?: string }>();
  const [refusal, setRefusal] = useState<string>();
  const [busy, setBusy] = useState(false);
  const kind = Form.useWatch("kind", form);
  const submit = async ({ kind, text }: { kind: string; text?: string }) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      done(await orders.reveal(order, fields ?? [], text ? `${kind}：${text}` : kind));
    } catch (error) {
      setRefusal(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal title="查看诉求人完整信息" open={fields !== null} onCancel={close} footer={null} width={400} destroyOnHidden>
      <p className="note note-amber" style={{ marginBottom: 12 }}>
        查看人、时间、理由将记入审计日志。显示 1 分钟后自动恢复隐藏，请勿截屏、转发。
      </p>
      <Form form={form} layout="vertical" preserve={false} onFinish={(v) => void submit(v)}>
        <Form.Item name="kind" label="查看理由" rules={[{ required: true, message: "请选择查看理由" }]}>
          <Select autoFocus options={REASONS.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item name="text" label="补充说明" rules={kind === "其他" ? [{ required: true, whitespace: true, min: 4, message: "请写明理由，不少于4个字" }] : []}>
          <Input maxLength={100} />
        </Form.Item>
        {refusal && (
          <div className="note note-red" role="alert" style={{ marginBottom: 12 }}>
            {refusal}
          </div>
        )}
        <Button type="primary" htmlType="submit" loading={busy} block>
          查看
        </Button>
      </Form>
    </Modal>
  );
}

/** Lets masked fields of one order be revealed together, for a reason, for a minute. */
export function RevealScope({ order, children }: { order: Id; children: ReactNode }) {
  const [fields, setFields] = useState<string[] | null>(null);
  const [shown, setShown] = useState<{ order: Id; plain: Plain } | null>(null);
  const may = useCan()("reveal");
  useEffect(() => {
    if (!shown) return;
    const timer = setTimeout(() => setShown(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  const plain = shown?.order === order ? shown.plain : null;
  return (
    <Context value={{ plain, ask: setFields, may }}>
      {children}
      <Dialog
        order={order}
        fields={fields}
        close={() => setFields(null)}
        done={(r) => {
          setShown({ order, plain: { ...plain, ...r } });
          setFields(null);
        }}
      />
    </Context>
  );
}

export interface MaskedFieldProps {
  /** Field of the requester this shows. */
  field: keyof Requester;
  masked: string | null | undefined;
  /** Permission group that uncovers it. */
  group: "pii.basic" | "pii.id" | "identity";
  revealable?: boolean;
}

/** 脱敏字段: hidden until a reason is given. */
export function MaskedField({ field, masked, group, revealable = true }: MaskedFieldProps) {
  const { plain, ask, may } = useContext(Context);
  const value = plain?.[field];
  if (value) return <span className="mono">{value}</span>;
  if (!masked) return <span className="muted">—</span>;
  return (
    <>
      <span className="num">{masked}</span>
      {may && revealable && (
        <button type="button" className="link" style={{ marginLeft: 6 }} onClick={() => ask([group])}>
          查看
        </button>
      )}
    </>
  );
}

type People = NonNullable<NonNullable<OrderView["origin"]>["representatives"]>;

/** 来访代表: names and numbers, hidden until a reason is given. */
export function MaskedPeople({ masked, revealable }: { masked: People; revealable: boolean }) {
  const { plain, ask, may } = useContext(Context);
  const shown = plain?.representatives.length ? plain.representatives : null;
  const text = (shown ?? masked).map((r) => [r.name, r.phone].filter(Boolean).join(" ")).join("、");
  return (
    <>
      <span className={shown ? "mono" : "num"}>{text}</span>
      {!shown && may && revealable && (
        <button type="button" className="link" style={{ marginLeft: 6 }} onClick={() => ask(["pii.basic"])}>
          查看
        </button>
      )}
    </>
  );
}
