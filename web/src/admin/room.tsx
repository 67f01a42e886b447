// The frame of a room, and the drawer in which everything is edited.
import { App, Button, Drawer, Form, type FormInstance } from "antd";
import { useState, type ReactNode } from "react";
import { placeProblems } from "@/order/commands/errors";

export function Room({ title, hint, actions, children }: { title: string; hint?: ReactNode; actions?: ReactNode; children: ReactNode }) {
  return (
    <div className="adm-room">
      <header className="adm-head">
        <h1>{title}</h1>
        {hint && <span className="muted">{hint}</span>}
        <div className="adm-acts">{actions}</div>
      </header>
      <div className="adm-main">{children}</div>
    </div>
  );
}

interface More {
  rows: readonly unknown[];
  total: number | null;
  capped: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** 已显示 50 条，共 160 条 · 加载更多 */
export function RowsFoot({ pages, unit }: { pages: More; unit: string }) {
  return (
    <>
      <span>
        已显示 <b>{pages.rows.length}</b> {unit}
        {pages.total !== null && `，共 ${pages.total}${pages.capped ? "+" : ""} ${unit}`}
      </span>
      {pages.hasNextPage && (
        <Button size="small" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          加载更多
        </Button>
      )}
    </>
  );
}

export interface FormDrawerProps<V extends object> {
  title: string;
  initial: Partial<V>;
  /** Sends; what it throws is put beside the fields. */
  send: (values: V) => Promise<unknown>;
  done: string;
  close: () => void;
  confirm?: string;
  width?: number;
  note?: ReactNode;
  children: (form: FormInstance<V>) => ReactNode;
}

/** A form in a drawer. Mounted while open; what is typed survives a refusal. */
export function FormDrawer<V extends object>({ title, initial, send, done, close, confirm = "保存", width = 440, note, children }: FormDrawerProps<V>) {
  const [form] = Form.useForm<V>();
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const submit = async (values: V) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      await send(values);
      if (done) message.success(done);
      close();
    } catch (error) {
      setRefusal(placeProblems(form as FormInstance, error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Drawer
      open
      title={title}
      onClose={close}
      size={width}
      mask={{ closable: false }}
      footer={
        <div className="adm-drawer-foot">
          <Button type="primary" loading={busy} onClick={() => form.submit()}>
            {confirm}
          </Button>
          <Button onClick={close}>取消</Button>
        </div>
      }
    >
      {note && <div className="note adm-note">{note}</div>}
      <Form<V>
        form={form}
        layout="vertical"
        initialValues={initial as V}
        onFinish={(v) => void submit(v)}
        disabled={busy}
      >
        {children(form)}
      </Form>
      {refusal && (
        <div className="note note-red" role="alert">
          {refusal}
        </div>
      )}
    </Drawer>
  );
}
