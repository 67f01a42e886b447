// 提示音: what callers hear. Every prompt that ships can be replaced by a recording of one's own, and new ones can be added for announcements.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Upload } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { setup } from "@/calls/calls";
import { lengthText } from "@/calls/words";
import type { PromptView } from "@/calls/types";
import { Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { PROMPT_NAME, PROMPTS } from "./prompt-words";
import { Room } from "./room";

function UploadButton({ name, label, done }: { name: string; label: string; done: () => void }) {
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  const send = async (file: File) => {
    setBusy(true);
    try {
      const made = await setup.upload(name, new Blob([file], { type: "audio/wav" }));
      message.success(`已上传，时长 ${lengthText(made.ms)}，下一通来电起生效`);
      done();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Upload
      accept=".wav,audio/wav"
      showUploadList={false}
      beforeUpload={(file) => {
        void send(file);
        return false;
      }}
    >
      <Button size="small" loading={busy} disabled={!PROMPT_NAME.test(name)}>
        {label}
      </Button>
    </Upload>
  );
}

function Row({ name, title, text, own, done }: { name: string; title: string; text: string; own: PromptView | undefined; done: () => void }) {
  return (
    <tr>
      <td className="nowrap">
        <b>{title}</b>
        <div className="muted mono">{name}</div>
      </td>
      <td>{text}</td>
      <td className="nowrap">
        {own ? (
          <>
            <span className="tag tag-blue">自行录制</span> {lengthText(own.ms)}
            <div className="muted">
              {own.by_name} {dateTime(own.uploaded_at)}
            </div>
          </>
        ) : (
          <span className="muted">系统自带</span>
        )}
      </td>
      <td>
        <UploadButton name={name} label={own ? "重新上传" : "上传替换"} done={done} />
      </td>
    </tr>
  );
}

function New({ done }: { done: () => void }) {
  const [name, setName] = useState("");
  const wrong = name !== "" && !PROMPT_NAME.test(name);
  return (
    <span className="adm-bar">
      {wrong && <span className="bad">只能用小写字母、数字、点、下划线、连字符</span>}
      <Input value={name} onChange={(e) => setName(e.target.value.trim())} placeholder="新语音名称，如 notice.water" maxLength={60} style={{ width: 210 }} status={wrong ? "error" : ""} aria-label="新语音名称" />
      <UploadButton
        name={name}
        label="上传新语音"
        done={() => {
          setName("");
          done();
        }}
      />
    </span>
  );
}

export default function PromptsRoom() {
  const client = useQueryClient();
  const query = useQuery({ queryKey: ["admin", "prompts"], queryFn: setup.prompts });
  const done = () => void client.invalidateQueries({ queryKey: ["admin", "prompts"] });
  return (
    <Room title="提示音" hint="WAV 文件，单声道，不低于 8 千赫，普通话；上传后自动转换" actions={<New done={done} />}>
      <Loaded query={query}>
        {(all) => {
          const own = new Map(all.map((p) => [p.name, p]));
          const added = all.filter((p) => !PROMPTS.some((w) => w.name === p.name));
          return (
            <section className="panel adm-fill adm-scroll">
              <table className="adm-table">
                <thead>
                  <tr>
                    <th style={{ width: 150 }}>语音</th>
                    <th>内容</th>
                    <th style={{ width: 190 }}>来源</th>
                    <th style={{ width: 100 }}>操作</th>
                  </tr>
                </thead>
                <tbody>
                  {added.map((p) => (
                    <Row key={p.name} name={p.name} title="本中心语音" text="" own={p} done={done} />
                  ))}
                  {PROMPTS.map((w) => (
                    <Row key={w.name} {...w} own={own.get(w.name)} done={done} />
                  ))}
                </tbody>
              </table>
            </section>
          );
        }}
      </Loaded>
    </Room>
  );
}
