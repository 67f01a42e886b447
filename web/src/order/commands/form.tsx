import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Form } from "antd";
import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { orders } from "@/api/calls";
import { ApiError, OnceKey } from "@/api/client";
import { keys, useOrderChanged } from "@/api/hooks";
import type { Command, OrderView } from "@/api/types";
import { useCan, useSession } from "@/app/session";
import { draftBox } from "@/intake/draft-box";
import { Evidence } from "@/papers/evidence";
import { repliedTo } from "@/papers/files";
import { Effect } from "./effect";
import { placeProblems } from "./errors";
import type { AnySpec, CommandContext } from "./spec";

export interface CommandFormProps {
  spec: AnySpec;
  ctx: CommandContext;
  /** After success, with the order as it is now. */
  onDone?: (order: OrderView) => void;
  onCancel?: () => void;
  /** Further buttons beside the confirming one. */
  extra?: ReactNode;
  /** Something else must be settled first (a checklist); says what. */
  blocked?: string | undefined;
}

/** Sends a command: same press, same key; stale versions say so. */
export function useCommand(order: OrderView) {
  const changed = useOrderChanged();
  const once = useRef(new OnceKey());
  return async (body: Command): Promise<OrderView> => {
    const answer = await orders.command(order.id, order.version, body, once.current.for([order.version, body]));
    once.current.done();
    changed(answer);
    return answer;
  };
}

/** The command the form stands for now; undefined while it is incomplete. */
function bodyOf(spec: AnySpec, values: object | undefined, ctx: CommandContext, complete: boolean): Command | undefined {
  if (!complete || !values) return undefined;
  try {
    return spec.body(values, ctx);
  } catch {
    return undefined;
  }
}

function useDraft(spec: AnySpec, ctx: CommandContext, apply: (values: object) => void) {
  const user = useSession().user.id;
  const key = spec.draft?.(ctx);
  const [restored, setRestored] = useState(false);
  const put = useRef(apply);
  useEffect(() => {
    if (!key) return;
    let open = true;
    void draftBox.load<object>(user, key).then((draft) => {
      if (!open || !draft?.body) return;
      put.current(draft.body);
      setRestored(true);
    });
    return () => {
      open = false;
    };
  }, [user, key]);
  return {
    restored,
    keep: (values: object) => key && draftBox.save(user, key, values),
    drop: () => key && void draftBox.clear(user, key),
  };
}

/** A command's form, inside a drawer or on a desk. */
export function CommandForm({ spec, ctx, onDone, onCancel, extra, blocked }: CommandFormProps) {
  const [form] = Form.useForm<object>();
  const { message } = App.useApp();
  const client = useQueryClient();
  const can = useCan();
  const send = useCommand(ctx.order);
  const [refusal, setRefusal] = useState<{ text: string; stale: boolean }>();
  const [busy, setBusy] = useState(false);
  const [complete, setComplete] = useState(spec.Fields === undefined);
  const initial = useMemo(() => spec.initial?.(ctx) ?? {}, [spec, ctx.order.id, ctx.task?.id, ctx.request?.id]);
  const values = Form.useWatch((v: object) => v, form);
  const draft = useDraft(spec, ctx, (v) => form.setFieldsValue(v));

  useEffect(() => {
    if (!spec.previews || !spec.Fields) return;
    let open = true;
    form.validateFields({ validateOnly: true }).then(
      () => open && setComplete(true),
      () => open && setComplete(false),
    );
    return () => {
      open = false;
    };
  }, [form, spec, values]);

  const submit = async (filled: object) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      const order = await send(spec.body(filled, ctx));
      draft.drop();
      message.success(`${spec.title}：已完成`);
      onDone?.(order);
    } catch (error) {
      const text = placeProblems(form, error);
      if (text) setRefusal({ text, stale: error instanceof ApiError && error.stale });
    } finally {
      setBusy(false);
    }
  };
  const reread = () => {
    setRefusal(undefined);
    void client.invalidateQueries({ queryKey: keys.order(ctx.order.id) });
  };

  const { Fields } = spec;
  const hint = spec.hint?.(ctx);
  const goes = repliedTo(ctx.order);
  return (
    <Form
      form={form}
      layout={spec.sideways ? "horizontal" : "vertical"}
      {...(spec.sideways && { labelCol: { flex: "158px" }, wrapperCol: { flex: 1 }, colon: false })}
      className="command"
      initialValues={initial}
      onFinish={(v) => void submit(v)}
      onKeyDown={(e) => {
        if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && blocked === undefined) form.submit();
      }}
      onValuesChange={(_, all) => draft.keep(all as object)}
      scrollToFirstError={{ block: "center", focus: true }}
      disabled={busy}
      name={`command-${spec.action}`}
    >
      {hint && <div className="note">{hint}</div>}
      {draft.restored && <div className="note note-blue">已恢复上次未提交的内容。</div>}
      {Fields && <div><Fields ctx={ctx} /></div>}
      {spec.evidence && can("attach") && <Evidence order={ctx.order.id} purpose={spec.evidence} />}
      {spec.answers && can("attach") && goes !== null && <Evidence order={ctx.order.id} purpose="reply" note={goes} />}
      {spec.previews && <Effect order={ctx.order} body={bodyOf(spec, values, ctx, complete)} />}
      {refusal && (
        <div className="note note-red" role="alert">
          {refusal.text}{" "}
          {refusal.stale && (
            <button type="button" className="link" onClick={reread}>
              刷新工单（已填内容保留）
            </button>
          )}
        </div>
      )}
      <div className="command-foot">
        <Button type="primary" htmlType="submit" loading={busy} danger={spec.danger ?? false} disabled={blocked !== undefined} title={blocked}>
          {spec.confirm}
        </Button>
        {onCancel && <Button onClick={onCancel}>取消</Button>}
        {blocked && <span className="muted">{blocked}</span>}
        {extra}
      </div>
    </Form>
  );
}
