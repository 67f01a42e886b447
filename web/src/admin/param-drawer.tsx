// One parameter: editor, what it would do, who changed it when and why, the way back.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Input } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { keys } from "@/api/hooks";
import { useSettled } from "@/order/commands/effect";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { params as calls } from "./calls";
import { ParamEditor } from "./param-editors";
import { checkValue, descriptionText, sameValue, valueText } from "./param-value";
import { sourceWord } from "./param-words";
import type { ParamVersion, ParamView } from "./types";

const MIN_REASON = 4;

function Effect({ param, value }: { param: ParamView; value: unknown }) {
  const settled = useSettled(JSON.stringify(value));
  const query = useQuery({
    queryKey: ["admin", "param-effect", param.key, settled],
    queryFn: ({ signal }) => calls.preview(param.key, JSON.parse(settled) as unknown, signal),
    retry: false,
    staleTime: 60_000,
  });
  if (query.error) return <div className="note note-red">{messageOf(query.error)}</div>;
  if (!query.data) return <div className="par-effect muted">正在测算影响…</div>;
  const { sentences, examples } = query.data;
  return (
    <section className="par-effect" aria-label="影响" aria-live="polite">
      {sentences.map((s) => (
        <div key={s}>{s}</div>
      ))}
      {examples.length > 0 && (
        <table>
          <thead>
            <tr>
              <th>举例</th>
              <th>现在</th>
              <th>改后</th>
            </tr>
          </thead>
          <tbody>
            {examples.map((e) => (
              <tr key={e.case}>
                <td>{e.case}</td>
                <td>{e.before}</td>
                <td>
                  <b>{e.after}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {sentences.length === 0 && examples.length === 0 && <span className="muted">保存后即时生效。</span>}
    </section>
  );
}

function History({ param, changed }: { param: ParamView; changed: () => void }) {
  const { message } = App.useApp();
  const query = useQuery({ queryKey: ["admin", "param-history", param.key, param.version], queryFn: () => calls.history(param.key) });
  const [back, setBack] = useState<ParamVersion>();
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const rollback = async (version: ParamVersion) => {
    setBusy(true);
    try {
      await calls.rollback(param.key, version.version, reason.trim());
      message.success(`已退回到“${valueText(param, version.value)}”`);
      setBack(undefined);
      setReason("");
      changed();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Loaded query={query}>
      {(all) =>
        all.length === 0 ? (
          <p className="muted">从未修改，一直为默认值。</p>
        ) : (
          <ol className="par-history">
            {all.map((v) => {
              const current = v.version === param.version;
              return (
                <li key={v.version}>
                  <span className="num muted">#{v.version}</span>
                  <b>{valueText(param, v.value)}</b>
                  {current ? (
                    <span className="tag tag-green">现行</span>
                  ) : (
                    <button type="button" className="link" onClick={() => setBack(back === v ? undefined : v)}>
                      退回到此
                    </button>
                  )}
                  <div className="muted">
                    {dateTime(v.effective_from)}　{v.by_name ?? "系统"}　{v.reason}
                  </div>
                  {back === v && (
                    <div className="adm-bar" style={{ flexWrap: "nowrap" }}>
                      <Input value={reason} onChange={(e) => setReason(e.target.value)} placeholder="退回的理由" maxLength={200} autoFocus />
                      <Button type="primary" loading={busy} disabled={reason.trim().length < MIN_REASON} onClick={() => void rollback(v)}>
                        退回
                      </Button>
                    </div>
                  )}
                </li>
              );
            })}
          </ol>
        )
      }
    </Loaded>
  );
}

function Facts({ param }: { param: ParamView }) {
  return (
    <>
      <p>{descriptionText(param)}</p>
      <dl className="adm-kv" style={{ margin: "8px 0 16px" }}>
        <dt>参数</dt>
        <dd className="mono">{param.key}</dd>
        <dt>现值</dt>
        <dd>
          <b>{valueText(param, param.value)}</b>
          {param.effective_from !== null && (
            <span className="muted">
              　{dateTime(param.effective_from)} {param.by_name ?? ""} 修改
            </span>
          )}
        </dd>
        <dt>默认值</dt>
        <dd>
          {valueText(param, param.default)}　<span className="muted">{sourceWord(param.source)}</span>
        </dd>
      </dl>
    </>
  );
}

/** The value being edited and what stands in the way of saving it. */
function useChange(param: ParamView, done: () => void) {
  const { message } = App.useApp();
  const [value, setValue] = useState<unknown>(param.value);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const wrong = checkValue(param, value);
  const same = sameValue(value, param.value);
  const save = async () => {
    setBusy(true);
    setRefusal(undefined);
    try {
      await calls.save(param.key, value, reason.trim());
      message.success("参数已保存，即时生效");
      done();
    } catch (error) {
      setRefusal(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const blocked = wrong ?? (same ? "值没有变化" : reason.trim().length < MIN_REASON ? `请写明修改理由，不少于${MIN_REASON}个字` : undefined);
  return { value, setValue, reason, setReason, busy, refusal, wrong, same, blocked, save };
}

function Edit({ param, change }: { param: ParamView; change: ReturnType<typeof useChange> }) {
  const { value, setValue, wrong, same, reason, setReason, refusal } = change;
  return (
    <>
      <h4 className="muted par-head">新值</h4>
      <ParamEditor param={param} value={value} onChange={setValue} />
      {wrong && <div className="bad par-head">{wrong}</div>}
      <div style={{ margin: "12px 0" }}>{!same && !wrong && <Effect param={param} value={value} />}</div>
      {!same && (
        <>
          <h4 className="muted par-head">修改理由</h4>
          <Input.TextArea value={reason} onChange={(e) => setReason(e.target.value)} rows={2} maxLength={200} showCount placeholder="记入修改历史和审计日志" />
        </>
      )}
      {refusal && (
        <div className="note note-red" role="alert" style={{ marginTop: 12 }}>
          {refusal}
        </div>
      )}
    </>
  );
}

export function ParamDrawer({ param, close }: { param: ParamView; close: () => void }) {
  const client = useQueryClient();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ["admin", "params"] });
    void client.invalidateQueries({ queryKey: keys.reference });
  };
  const change = useChange(param, () => {
    refresh();
    close();
  });
  const foot = (
    <div className="adm-drawer-foot" style={{ alignItems: "center" }}>
      <Button type="primary" loading={change.busy} disabled={change.blocked !== undefined} onClick={() => void change.save()}>
        保存并生效
      </Button>
      <Button onClick={close}>{change.same ? "关闭" : "取消"}</Button>
      {!sameValue(change.value, param.default) && (
        <button type="button" className="link" onClick={() => change.setValue(param.default)}>
          填入默认值
        </button>
      )}
      {!change.same && change.blocked && <span className="muted">{change.blocked}</span>}
    </div>
  );
  return (
    <Drawer open title={param.name} onClose={close} size={560} mask={{ closable: change.same }} footer={foot}>
      <Facts param={param} />
      <Edit param={param} change={change} />
      <h4 style={{ margin: "24px 0 4px", fontWeight: 600 }}>修改历史</h4>
      <History param={param} changed={refresh} />
    </Drawer>
  );
}
