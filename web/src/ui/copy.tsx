import { App, Button } from "antd";
import { useState } from "react";

/** Copies text; falls back to a selection where the clipboard API is closed (plain-HTTP intranets). */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (window.isSecureContext && navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Permission refused: the old way below still works.
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

export function CopyButton({ text, label = "复制" }: { text: string; label?: string }) {
  const { message } = App.useApp();
  const [done, setDone] = useState(false);
  const copy = async () => {
    if (await copyText(text)) {
      setDone(true);
      setTimeout(() => setDone(false), 2000);
    } else {
      message.warning("浏览器不允许复制，请手工选择文字");
    }
  };
  return (
    <Button size="small" onClick={() => void copy()}>
      {done ? "已复制" : label}
    </Button>
  );
}
