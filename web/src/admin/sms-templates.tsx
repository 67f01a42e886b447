// 短信模板: the words of each message, tried out before they are saved, every version kept.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Input, type GetRef } from "antd";
import { useRef, useState } from "react";
import { messageOf } from "@/api/client";
import { useSettled } from "@/order/commands/effect";
import "@/messages/messages.css";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { sms } from "./calls";
import { Room } from "./room";
import type { TemplateLine } from "./types";

const KEY = ["admin", "sms", "templates"];

function Preview({ id, text }: { id: string; text: string }) {
  const settled = useSettled(text);
  const query = useQuery({ queryKey: [...KEY, id, "preview", settled], queryFn: () => sms.preview(id, { text: settled }), staleTime: 60_000, retry: false });
  if (query.error) return <div className="note note-red">{messageOf(query.error)}</div>;
  if (!query.data) return <p className="muted">正在生成样例…</p>;
  const { sample, counted, fault, remedy } = query.data;
  if (fault)
    return (
      <div className="note note-red" role="alert">
        {fault}。{remedy}
      </div>
    );
  return (
    <>
      <p className="sms-sample">{sample}</p>
      <p className="muted">
        样例 {counted.chars} 字，按 <b className={counted.parts > 1 ? "warn" : ""}>{counted.parts} 条</b>计费。实际长度随内容变化。
      </p>
    </>
  );
}

function History({ id, use }: { id: string; use: (text: string) => void }) {
  const query = useQuery({ queryKey: [...KEY, id, "history"], queryFn: () => sms.history(id) });
  return (
    <Loaded query={query}>
      {(versions) => (
        <ol className="par-history" style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {versions.map((v) => (
            <li key={v.version}>
              <b className="num">{v.version === 0 ? "原" : v.version}</b>
              <span className="muted">
                {v.at === null ? "系统自带" : `${dateTime(v.at)} ${v.by_name ?? ""}，${v.reason}`}
              </span>
              <button type="button" className="link" onClick={() => use(v.text)}>
                取用
              </button>
              <div>{v.text}</div>
            </li>
          ))}
        </ol>
      )}
    </Loaded>
  );
}

function Editor({ line, close }: { line: TemplateLine; close: () => void }) {
  const { message } = App.useApp();
  const client = useQueryClient();
  const [text, setText] = useState(line.text);
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const area = useRef<GetRef<typeof Input.TextArea>>(null);
  const put = (name: string) => {
    const typed = area.current?.resizableTextArea?.textArea;
    const at = typed?.selectionStart ?? text.length;
    setText(`${text.slice(0, at)}{${name}}${text.slice(typed?.selectionEnd ?? at)}`);
    area.current?.focus();
  };
  const save = async () => {
    setBusy(true);
    try {
      await sms.setTemplate(line.id, { text, reason });
      await client.invalidateQueries({ queryKey: KEY });
      message.success("已保存，从下一条短信起生效");
      close();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Drawer
      open
      title={`${line.id} ${line.title}`}
      onClose={close}
      size={560}
      mask={{ closable: false }}
      footer={
        <div className="adm-drawer-foot">
          <Input value={reason} onChange={(e) => setReason(e.target.value)} placeholder="修改原因，至少4个字" aria-label="修改原因" maxLength={500} />
          <Button type="primary" loading={busy} disabled={text.trim() === line.text || reason.trim().length < 4} onClick={() => void save()}>
            保存
          </Button>
          <Button onClick={close}>取消</Button>
        </div>
      }
    >
      <p className="muted">发给：{line.to_cn}。签名自动加在开头。</p>
      <Input.TextArea ref={area} autoSize={{ minRows: 3, maxRows: 8 }} value={text} onChange={(e) => setText(e.target.value)} aria-label="模板内容" />
      <div className="sms-places" style={{ marginTop: 8 }}>
        {line.placeholders.map((p) => (
          <Button key={p.name} size="small" onClick={() => put(p.name)} title={`{${p.name}}`}>
            {p.meaning}
          </Button>
        ))}
        {line.placeholders.length === 0 && <span className="muted">本模板没有变量</span>}
      </div>
      <Preview id={line.id} text={text} />
      <h4 style={{ margin: "16px 0 6px" }} className="muted">
        历史版本
      </h4>
      <History id={line.id} use={setText} />
    </Drawer>
  );
}

function Lines({ lines, open }: { lines: readonly TemplateLine[]; open: (t: TemplateLine) => void }) {
  return (
    <table className="adm-table">
      <thead>
        <tr>
          <th style={{ width: 52 }}>编号</th>
          <th style={{ width: 130 }}>名称</th>
          <th style={{ width: 150 }}>发给</th>
          <th>内容</th>
          <th style={{ width: 56 }}>条数</th>
          <th style={{ width: 84 }}>版本</th>
          <th style={{ width: 66 }} />
        </tr>
      </thead>
      <tbody>
        {lines.map((t) => (
          <tr key={t.id}>
            <td className="mono">{t.id}</td>
            <td>
              {t.title} {t.off && <span className="tag" title="参数“可选短信模板”中已停发">停发</span>}
            </td>
            <td className="muted">{t.to_cn}</td>
            <td className="prose">{t.text}</td>
            <td className={t.counted.parts > 1 ? "num warn" : "num"}>{t.counted.parts}</td>
            <td>{t.version === 0 ? <span className="muted">自带</span> : <span className="tag tag-blue">第 {t.version} 版</span>}</td>
            <td>
              <Button size="small" onClick={() => open(t)}>
                修改
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function SmsTemplatesRoom() {
  const list = useQuery({ queryKey: KEY, queryFn: sms.templates });
  const [open, setOpen] = useState<TemplateLine>();
  return (
    <Room title="短信模板" hint="花括号内为变量，只能使用本模板已有的变量；发给工作人员的为站内消息">
      <section className="panel adm-fill adm-scroll" style={{ overflow: "auto" }}>
        <Loaded query={list}>{(lines) => <Lines lines={lines} open={setOpen} />}</Loaded>
      </section>
      {open && <Editor key={open.id} line={open} close={() => setOpen(undefined)} />}
    </Room>
  );
}
