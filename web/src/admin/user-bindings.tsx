// The identities of an account at the identity provider: seen and untied by the security administrator.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useState } from "react";
import { useSession } from "@/app/session";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { users as calls } from "./calls";
import { FormDrawer } from "./room";
import type { BindingView, UnbindForm, UserView } from "./types";

const key = (user: string) => ["admin", "bindings", user];

function UnbindDrawer({ user, binding, close }: { user: UserView; binding: BindingView; close: () => void }) {
  const client = useQueryClient();
  return (
    <FormDrawer<UnbindForm>
      title={`解除绑定：${user.name}`}
      initial={{ reason: "" }}
      send={async (form) => client.setQueryData(key(user.id), await calls.unbind(user.id, binding.id, form))}
      done="已解除绑定，本人已退出登录"
      confirm="解除绑定"
      close={close}
      note="解除后本人立即退出登录。下一个以对应登录名或手机号码登录的认证身份将与本账号绑定，请先核实其归属。"
    >
      {() => (
        <Form.Item name="reason" label="解除原因" rules={[{ required: true, whitespace: true, min: 4, message: "请写明解除原因，至少4个字" }]}>
          <Input.TextArea maxLength={500} rows={3} autoFocus placeholder="例如：认证平台重建了本人的账号，已电话核实" />
        </Form.Item>
      )}
    </FormDrawer>
  );
}

function Line({ user, binding: b, untie }: { user: UserView; binding: BindingView; untie: () => void }) {
  const self = useSession().user.id === user.id;
  const over = b.ended_at !== null;
  return (
    <li className="panel" style={{ padding: "8px 12px", opacity: over ? 0.7 : 1 }}>
      <div className="adm-bar" style={{ justifyContent: "space-between" }}>
        <span className="mono" style={{ overflowWrap: "anywhere" }}>{b.subject}</span>
        {over ? (
          <span className="tag">已解除</span>
        ) : (
          <Button size="small" danger disabled={self} title={self ? "不能解除本人的绑定" : undefined} onClick={untie}>
            解除绑定
          </Button>
        )}
      </div>
      <dl className="adm-kv" style={{ marginTop: 4 }}>
        <dt>认证平台</dt>
        <dd>
          <span className="mono" style={{ overflowWrap: "anywhere" }}>{b.issuer}</span>
          {!b.current && !over && <span className="muted">　（现未启用）</span>}
        </dd>
        <dt>绑定时间</dt>
        <dd className="num">{dateTime(b.bound_at)}</dd>
        <dt>最近使用</dt>
        <dd className="num">{dateTime(b.used_at)}</dd>
        {b.ended_at !== null && (
          <>
            <dt>解除</dt>
            <dd>
              <span className="num">{dateTime(b.ended_at)}</span>　{b.ended_by_name}：{b.end_reason}
            </dd>
          </>
        )}
      </dl>
    </li>
  );
}

export function UserBindings({ user }: { user: UserView }) {
  const query = useQuery({ queryKey: key(user.id), queryFn: () => calls.bindings(user.id) });
  const [untying, setUntying] = useState<BindingView>();
  return (
    <section aria-label="统一身份认证" style={{ marginTop: 16 }}>
      <div className="adm-bar" style={{ marginBottom: 8 }}>
        <b>统一身份认证</b>
      </div>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <p className="muted">尚未绑定。首次经认证平台登录时，认证身份与本账号绑定。</p>
          ) : (
            <ul style={{ display: "grid", gap: 8 }}>
              {all.map((b) => (
                <Line key={b.id} user={user} binding={b} untie={() => setUntying(b)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {untying && <UnbindDrawer user={user} binding={untying} close={() => setUntying(undefined)} />}
    </section>
  );
}
