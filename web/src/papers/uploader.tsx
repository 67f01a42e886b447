// Files onto an order: chosen, dropped or pasted, one after the other, each with its own fate on screen.
import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useCallback, useEffect, useRef, useState } from "react";
import { messageOf } from "@/api/client";
import { bytesText } from "@/api/download";
import type { Id } from "@/api/types";
import { ACCEPT, attachments, hopeless, KINDS_CN, PURPOSE, type Purpose } from "./files";
import "./papers.css";

interface Sending {
  n: number;
  name: string;
  size: number;
  state: "waiting" | "sending" | "failed";
  error?: string;
}

export interface UploaderProps {
  order: Id;
  purpose: Purpose;
  /** Takes what is pasted anywhere on the page. */
  pasted?: boolean;
}

/** Sends files one by one; what went through leaves the list, what failed stays with its reason. */
function useSending(order: Id, purpose: Purpose) {
  const client = useQueryClient();
  const [list, setList] = useState<Sending[]>([]);
  const line = useRef(Promise.resolve());
  const count = useRef(0);
  const set = useCallback((n: number, change: Partial<Sending>) => setList((l) => l.map((s) => (s.n === n ? { ...s, ...change } : s))), []);
  const send = useCallback(
    (files: readonly File[]) => {
      for (const file of files) {
        const n = ++count.current;
        const no = hopeless(file);
        setList((l) => [...l, { n, name: file.name, size: file.size, state: no ? "failed" : "waiting", ...(no && { error: no }) }]);
        if (no) continue;
        line.current = line.current.then(async () => {
          set(n, { state: "sending" });
          try {
            await attachments.add(order, purpose, file);
            setList((l) => l.filter((s) => s.n !== n));
            await client.invalidateQueries({ queryKey: attachments.key(order) });
          } catch (error) {
            set(n, { state: "failed", error: messageOf(error) });
          }
        });
      }
    },
    [client, order, purpose, set],
  );
  const drop = (n: number) => setList((l) => l.filter((s) => s.n !== n));
  return { list, send, drop };
}

/** Drop zone with its list of files under way. */
export function Uploader({ order, purpose, pasted = false }: UploaderProps) {
  const { list, send, drop } = useSending(order, purpose);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!pasted) return;
    const paste = (e: ClipboardEvent) => {
      const files = [...(e.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      e.preventDefault();
      send(files);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, [pasted, send]);
  return (
    <div className="pp-up">
      <div
        className={over ? "pp-drop pp-drop-over" : "pp-drop"}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(e) => {
          e.preventDefault();
          setOver(false);
          send([...e.dataTransfer.files]);
        }}
      >
        <Button size="small" onClick={() => input.current?.click()}>
          选择文件
        </Button>
        <span>
          或拖到此处{pasted && "、直接粘贴"}，作为<b>{PURPOSE[purpose]}</b>
        </span>
        <span className="muted pp-kinds" title={KINDS_CN}>
          图片、音频、文档
        </span>
        <input
          ref={input}
          type="file"
          multiple
          accept={ACCEPT}
          // `hidden` loses against the form library, which shows file inputs.
          style={{ display: "none" }}
          aria-label={`上传${PURPOSE[purpose]}`}
          onChange={(e) => {
            send([...(e.target.files ?? [])]);
            e.target.value = "";
          }}
        />
      </div>
      {list.length > 0 && (
        <ul className="pp-sending" aria-live="polite">
          {list.map((s) => (
            <li key={s.n} className={`pp-${s.state}`}>
              <span className="pp-name">{s.name}</span>
              <span className="muted num">{bytesText(s.size)}</span>
              {s.state === "failed" ? (
                <>
                  <span className="bad">{s.error}</span>
                  <button type="button" className="link" onClick={() => drop(s.n)}>
                    移除
                  </button>
                </>
              ) : (
                <span className="muted">{s.state === "sending" ? "正在上传…" : "等待上传"}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
