// 文书模板: the built-in ones can be replaced by an office's own, made in Word or WPS from them.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Drawer, Input, Upload } from "antd";
import { useState } from "react";
import { BASE, get, messageOf, post, queryText } from "@/api/client";
import { bytesText } from "@/api/download";
import type { Answer } from "@/api/types";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { Room } from "./room";

type Kinds = Answer<"paper_template_list">;
type Kind = Kinds[number];
type Checked = Answer<"template_add">;

const KEY = ["admin", "paper-templates"] as const;
const file = (kind: string, id: string | null, format: "docx" | "pdf") => `${BASE}/admin/paper-templates/file${queryText({ kind, id, format })}`;
const send = (kind: string, upload: File, note: string, check: boolean) =>
  post<Checked>("/admin/paper-templates", undefined, {
    // A mere check keeps no note, and an empty one would not be sent.
    query: { kind, name: upload.name, note: check ? "检查" : note, check },
    raw: new Blob([upload], { type: "application/octet-stream" }),
  });

function Links({ kind, id }: { kind: string; id: string | null }) {
  return (
    <>
      <a className="link" href={file(kind, id, "pdf")} target="_blank" rel="noreferrer">
        示例
      </a>
      <a className="link" href={file(kind, id, "docx")} download>
        下载
      </a>
    </>
  );
}

/** A file is checked as soon as it is chosen; it is in force only when somebody says what was changed. */
function Replace({ kind, close, done }: { kind: Kind; close: () => void; done: () => void }) {
  const { message } = App.useApp();
  const [upload, setUpload] = useState<File>();
  const [checked, setChecked] = useState<Checked>();
  const [refused, setRefused] = useState<string>();
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefused(undefined);
    try {
      await work();
    } catch (error) {
      setRefused(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const look = (chosen: File) =>
    run(async () => {
      setUpload(chosen);
      setChecked(undefined);
      setChecked(await send(kind.kind, chosen, "", true));
    });
  const keep = () =>
    run(async () => {
      if (!upload) return;
      const kept = await send(kind.kind, upload, note, false);
      message.success(`${kind.kind_cn}模板第${kept.version}版已启用，下一份文书起生效`);
      done();
      close();
    });
  return (
    <Drawer
      open
      title={`更换${kind.kind_cn}模板`}
      size={560}
      onClose={close}
      footer={
        <div className="adm-drawer-foot">
          <Button type="primary" loading={busy} disabled={!checked || note.trim().length < 2} onClick={() => void keep()}>
            启用
          </Button>
          <Button onClick={close}>取消</Button>
        </div>
      }
    >
      <ol className="pt-steps">
        <li>
          下载现有模板（
          <Links kind={kind.kind} id={kind.versions.find((v) => v.in_force)?.id ?? null} />
          ），用 Word 或 WPS 修改版式和文字，占位符 <code>{"{{名称}}"}</code> 保持原样。
        </li>
        <li>
          <Upload
            accept=".docx"
            showUploadList={false}
            beforeUpload={(chosen) => {
              void look(chosen);
              return false;
            }}
          >
            <Button loading={busy && !checked}>选择修改后的文件</Button>
          </Upload>
          {upload && <span className="muted pt-file">{upload.name}</span>}
        </li>
        <li>
          <Input.TextArea aria-label="修改说明" rows={2} maxLength={200} value={note} onChange={(e) => setNote(e.target.value)} placeholder="修改说明，例如：按新版公文格式调整发文机关标志" />
        </li>
      </ol>
      {refused && (
        <div className="note note-red" role="alert">
          {refused}
        </div>
      )}
      {checked && (
        <div className="note note-green" role="status">
          检查通过，使用了 {checked.used.length} 个占位符。
          {checked.left_out.length > 0 && ` 以下内容只出现在 DOCX 中，PDF 不显示：${checked.left_out.join("、")}。`}
        </div>
      )}
      <h3 className="pt-head">可用占位符</h3>
      <table className="pt-slots">
        <tbody>
          {kind.slots.map((s) => (
            <tr key={s.name}>
              <td className="mono nowrap">{`{{${s.name}}}`}</td>
              <td>{s.means}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Drawer>
  );
}

function Version({ kind, v, choose }: { kind: Kind; v: Kind["versions"][number]; choose: () => void }) {
  return (
    <li>
      <span className={`tag ${v.in_force ? "tag-green" : ""}`}>第{v.version}版</span>
      <span className="pt-note" title={v.note}>
        {v.note}
      </span>
      <span className="muted">
        {v.by_name} {dateTime(v.at)} · {bytesText(v.size)}
      </span>
      <span className="pt-acts">
        <Links kind={kind.kind} id={v.id} />
        {!v.in_force && (
          <button type="button" className="link" onClick={choose}>
            启用
          </button>
        )}
      </span>
    </li>
  );
}

function Card({ kind, replace, choose }: { kind: Kind; replace: () => void; choose: (id: string | null) => void }) {
  return (
    <section className="panel pt-card" aria-label={kind.kind_cn}>
      <div className="panel-head">
        {kind.kind_cn}
        <span className="muted pt-form">{kind.letter ? "函件，信函格式" : "表单"}</span>
        <Button size="small" onClick={replace}>
          更换模板
        </Button>
      </div>
      <ul className="pt-versions">
        {kind.versions.map((v) => (
          <Version key={v.id} kind={kind} v={v} choose={() => choose(v.id)} />
        ))}
        <li>
          <span className={`tag ${kind.built_in ? "tag-green" : ""}`}>内置</span>
          <span className="pt-note">随平台提供，按 GB/T 9704—2012 版式</span>
          <span className="muted" />
          <span className="pt-acts">
            <Links kind={kind.kind} id={null} />
            {!kind.built_in && (
              <button type="button" className="link" onClick={() => choose(null)}>
                启用
              </button>
            )}
          </span>
        </li>
      </ul>
    </section>
  );
}

export default function PaperTemplates() {
  const client = useQueryClient();
  const { message } = App.useApp();
  const query = useQuery({ queryKey: KEY, queryFn: () => get<Kinds>("/admin/paper-templates") });
  const [changing, setChanging] = useState<Kind>();
  const again = () => void client.invalidateQueries({ queryKey: KEY });
  const choose = async (kind: Kind, id: string | null) => {
    try {
      client.setQueryData(KEY, await post<Kinds>("/admin/paper-templates/choice", { kind: kind.kind, id }));
      message.success(`${kind.kind_cn}模板已切换，下一份文书起生效`);
    } catch (error) {
      message.error(messageOf(error));
    }
  };
  return (
    <Room title="文书模板" hint="绿色为正在使用的版本；已出具的文书不受更换影响">
      <Loaded query={query}>
        {(kinds) => (
          <div className="pt-grid">
            {kinds.map((k) => (
              <Card key={k.kind} kind={k} replace={() => setChanging(k)} choose={(id) => void choose(k, id)} />
            ))}
          </div>
        )}
      </Loaded>
      {changing && <Replace kind={changing} close={() => setChanging(undefined)} done={again} />}
    </Room>
  );
}
