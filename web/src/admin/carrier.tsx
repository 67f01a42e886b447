// What the rooms of the message gateway and of the mail server have in common: how the line is, a message to try it, the versions.
import { useQueryClient, type QueryKey, type UseQueryResult } from "@tanstack/react-query";
import { App, Button, Form, Input, type FormInstance } from "antd";
import { useState, type ReactNode } from "react";
import { messageOf } from "@/api/client";
import { placeProblems } from "@/order/commands/errors";
import { Loaded } from "@/ui/states";
import { dateTime, length } from "@/ui/time";
import { Room } from "./room";
import type { GatewayVersion, GatewayLine, StateCount } from "./types";

export const TONE: Record<string, string> = { up: "tag tag-green", down: "tag tag-red", unknown: "tag tag-amber", off: "tag" };

export function Standing({ line, today, what, off }: { line: GatewayLine; today: readonly StateCount[]; what: string; off: string }) {
  return (
    <div className="sms-line">
      <span className={TONE[line.state] ?? "tag"}>{line.state_cn}</span>
      <span>
        {what}
        {line.since !== null && <span className="muted">，已持续 {length(Date.now() - line.since)}</span>}
        {line.state === "off" && <span className="muted">：{off}</span>}
        {line.error && <span className="bad">：{line.error}</span>}
      </span>
      <dl aria-label="近24小时">
        {today.map((s) => (
          <div key={s.state}>
            <dt>{s.state_cn}</dt>
            <dd className={s.state === "failed" && s.count > 0 ? "num bad" : "num"}>{s.count}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

interface TryProps {
  off: boolean;
  /** What is asked for. */
  label: string;
  name: string;
  button: string;
  longest: number;
  send: (to: string) => Promise<unknown>;
}

export function Try({ off, label, name, button, longest, send }: TryProps) {
  const { message } = App.useApp();
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const go = async () => {
    setBusy(true);
    try {
      await send(to);
      message.success("已排入发送，结果见发送记录");
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Input value={to} onChange={(e) => setTo(e.target.value)} placeholder={label} style={{ width: longest > 20 ? 220 : 140 }} maxLength={longest} aria-label={name} />
      <Button disabled={off || to.trim() === ""} loading={busy} onClick={() => void go()}>
        {button}
      </Button>
    </>
  );
}

export function Versions({ versions }: { versions: readonly GatewayVersion[] }) {
  if (versions.length === 0) return null;
  return (
    <section className="panel">
      <div className="panel-head">修改记录</div>
      <table className="adm-table">
        <thead>
          <tr>
            <th style={{ width: 150 }}>时间</th>
            <th style={{ width: 110 }}>修改人</th>
            <th style={{ width: 110 }}>接入方式</th>
            <th>原因</th>
          </tr>
        </thead>
        <tbody>
          {versions.map((v) => (
            <tr key={v.at}>
              <td className="num">{dateTime(v.at)}</td>
              <td>{v.by_name}</td>
              <td>{v.kind_cn}</td>
              <td>{v.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface Account {
  line: GatewayLine;
  today: readonly StateCount[];
  versions: readonly GatewayVersion[];
}

interface AccountRoomProps<V extends Account> {
  title: string;
  hint: string;
  /** What is counted beside the state. */
  counted: string;
  /** What does not happen while it is off. */
  off: string;
  query: UseQueryResult<V>;
  what: (view: V) => string;
  children: (view: V) => ReactNode;
}

/** The room of one account in a social network: how its line goes, how it is reached, who has changed that. */
export function AccountRoom<V extends Account>({ title, hint, counted, off, query, what, children }: AccountRoomProps<V>) {
  return (
    <Room title={title} hint={hint}>
      <div className="adm-scroll" style={{ display: "grid", gap: 8 }}>
        <Loaded query={query}>
          {(v) => (
            <>
              <section className="panel">
                <div className="panel-head">
                  线路状态<span className="muted">{counted}</span>
                </div>
                <Standing line={v.line} today={v.today} what={what(v)} off={off} />
              </section>
              <section className="panel">
                <div className="panel-head">接入设置</div>
                {children(v)}
              </section>
              <Versions versions={v.versions} />
            </>
          )}
        </Loaded>
      </div>
    </Room>
  );
}

/**
 * Saves settings: the answer stands where the view is kept and in the form, without the reason; what is wrong stands at its field,
 * else as a whole. `save` tells whether it went well.
 */
export function useSaving<View extends { settings: object }>(form: FormInstance, key: QueryKey, told: string) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const save = async (send: () => Promise<View>): Promise<boolean> => {
    setBusy(true);
    setRefusal(undefined);
    try {
      const next = await send();
      client.setQueryData(key, next);
      // What the server found wrong the time before is right now.
      form.setFields(form.getFieldsError().map(({ name }) => ({ name, errors: [] })));
      form.setFieldsValue({ ...next.settings, reason: "" });
      message.success(told);
      return true;
    } catch (error) {
      setRefusal(placeProblems(form, error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refusal, save };
}

const seen = new WeakMap<object, string | undefined>();
/** Places what is wrong at its fields; only once an answer, for placing moves the focus. */
export function placed(form: FormInstance, error: Error): string | undefined {
  if (!seen.has(error)) seen.set(error, placeProblems(form, error));
  return seen.get(error);
}

/** The end of a settings form: why it is changed, and the button. */
export function SaveWithReason({ busy }: { busy: boolean }) {
  return (
    <>
      <Form.Item name="reason" label="修改原因" style={{ gridColumn: "span 9" }} rules={[{ required: true, whitespace: true, min: 4, message: "请写明修改原因，至少4个字" }]}>
        <Input maxLength={500} />
      </Form.Item>
      <Form.Item label=" " style={{ gridColumn: "span 3" }}>
        <Button type="primary" htmlType="submit" loading={busy} block>
          保存设置
        </Button>
      </Form.Item>
    </>
  );
}

/** What the server found wrong with the settings as a whole. */
export function Refusal({ text }: { text?: string }) {
  return text ? (
    <div className="note note-red" role="alert" style={{ margin: "0 16px 12px" }}>
      {text}
    </div>
  ) : null;
}
