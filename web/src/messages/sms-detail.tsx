// One message: what it said, what happened to it, and once more.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Popconfirm } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { messageOf } from "@/api/client";
import { Loaded } from "@/ui/states";
import { at, dateTime } from "@/ui/time";
import { messages, type SmsLine } from "./calls";
import { STATE_TONE } from "./words";

/** What the receiver is called, by medium. */
const TO: Record<string, string> = { mail: "邮箱", wechat: "微信", weibo: "微博" };

/** 重发, of what failed or ran out. */
export function Resend({ line, done }: { line: SmsLine; done?: () => void }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  if (!line.resend) return null;
  const send = async () => {
    setBusy(true);
    try {
      await messages.resend(line.id);
      message.success("已重新排入发送");
      await client.invalidateQueries({ queryKey: ["messages"] });
      done?.();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Popconfirm title={`重发这条${line.medium_cn}？`} description="内容不变，另发一条。" onConfirm={() => void send()}>
      <Button size="small" loading={busy}>
        重发
      </Button>
    </Popconfirm>
  );
}

export function SmsDetail({ line, close }: { line: SmsLine; close: () => void }) {
  const steps = useQuery({ queryKey: ["messages", "steps", line.id, line.state], queryFn: () => messages.steps(line.id) });
  return (
    <Drawer open title={line.template_cn} onClose={close} size={460} footer={line.resend ? <Resend line={line} done={close} /> : null}>
      <dl className="adm-kv">
        <dt>状态</dt>
        <dd>
          <span className={STATE_TONE[line.state] ?? "tag"}>{line.state_cn}</span>
        </dd>
        <dt>{TO[line.medium] ?? "号码"}</dt>
        <dd className="num">
          {line.to}
          {line.user_name && <span className="muted">　{line.user_name}</span>}
        </dd>
        <dt>模板</dt>
        <dd>
          {/^T\d/.test(line.template) ? line.template : "—"} {line.version > 0 && <span className="muted">第 {line.version} 版</span>}
        </dd>
        {line.medium === "sms" && (
          <>
            <dt>计费条数</dt>
            <dd className="num">{line.parts}</dd>
          </>
        )}
        {line.subject && (
          <>
            <dt>标题</dt>
            <dd>{line.subject}</dd>
          </>
        )}
        {line.case_no && (
          <>
            <dt>工单</dt>
            <dd>
              <Link to={`/orders/${line.order_id}?tab=messages`}>{line.case_no}</Link>
            </dd>
          </>
        )}
        <dt>生成时间</dt>
        <dd className="num">{dateTime(line.created_at)}</dd>
        {line.error && (
          <>
            <dt>原因</dt>
            <dd className="bad">{line.error}</dd>
          </>
        )}
        <dt>内容</dt>
        <dd className="prose sms-text">{line.text ?? <span className="muted">系统管理员不查看内容</span>}</dd>
      </dl>
      <h4 style={{ margin: "16px 0 6px" }} className="muted">
        经过
      </h4>
      <Loaded query={steps}>
        {(list) => (
          <ol className="sms-steps">
            {list.map((s, n) => (
              <li key={`${s.at}-${n}`}>
                <span className="num muted">{at(s.at).format("MM-DD HH:mm:ss")}</span>
                <span>
                  {s.what_cn}
                  {s.note && <span className="muted">：{s.note}</span>}
                  {s.by_name && <span className="muted">（{s.by_name}）</span>}
                </span>
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Drawer>
  );
}
