// The connection to the server: watched for everybody who is signed in, told calmly while it is away, and used at once when it is back.
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useEffect, useState, useSyncExternalStore } from "react";
import { useNavigate } from "react-router";
import { whenUnanswered } from "@/api/client";
import { IDLE_MS, link } from "@/api/link";
import { draftBox } from "@/intake/draft-box";
import { outbox, waits, type Entry } from "@/intake/outbox";
import { CopyButton } from "@/ui/copy";
import { useSession } from "./session";

export const useAway = (): number | null => useSyncExternalStore(link.watch, () => link.state.since);
export const useOutbox = (): readonly Entry[] => useSyncExternalStore(outbox.watch, () => outbox.all);

/** A matter sent later tells its number until the agent has read it. */
function useSentNotices() {
  const entries = useOutbox();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  useEffect(() => {
    for (const { item, outcome, refused } of entries) {
      // The form may have taken it back already.
      if (!outbox.all.some((e) => e.item.key === item.key)) continue;
      const title = item.values.title || item.values.content.slice(0, 20);
      if (outcome) {
        const { registered, failed } = outcome;
        notification.success({
          key: item.key,
          duration: 0,
          title: `已登记：${title}`,
          description: (
            <>
              <div>
                编号 <b className="mono">{registered.case_no}</b> <CopyButton text={registered.case_no} />
              </div>
              <div>
                查询码 <b className="mono">{registered.query_code}</b> <CopyButton text={registered.query_code} />
              </div>
              <div className="muted">{failed ? `后续操作未完成：${failed}。请打开工单继续处理。` : "断线期间登记，已自动送出。请将编号和查询码告知诉求人。"}</div>
            </>
          ),
          onClose: () => void outbox.take(item.key),
        });
      } else if (refused) {
        notification.error({
          key: item.key,
          duration: 0,
          title: `登记未通过：${title}`,
          description: `${refused.message}。点此修改后重新登记。`,
          onClick: () => void navigate("/intake"),
        });
      }
    }
  }, [entries]);
}

/** Since when the server is away; null while it answers. */
export function useConnection(): number | null {
  const client = useQueryClient();
  const user = useSession().user.id;
  const since = useAway();
  useSentNotices();
  useEffect(() => {
    whenUnanswered(link.doubt);
    window.addEventListener("online", link.again);
    window.addEventListener("offline", link.again);
    const idle = setInterval(() => document.visibilityState === "visible" && link.doubt(), IDLE_MS);
    return () => {
      clearInterval(idle);
      whenUnanswered(undefined);
      window.removeEventListener("online", link.again);
      window.removeEventListener("offline", link.again);
    };
  }, []);
  useEffect(() => {
    outbox.load(user);
    void outbox.run();
  }, [user]);
  useEffect(
    () =>
      link.watch(() => {
        if (link.away) return;
        void outbox.run();
        void draftBox.flush();
        void client.invalidateQueries();
      }),
    [client],
  );
  return since;
}

function Seconds({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span className="num">{Math.max(0, Math.round((now - since) / 1000))}</span>;
}

/** 连接中断 and 待发送. */
export function ConnectionBar({ since }: { since: number | null }) {
  const unsent = useOutbox().filter(waits).length;
  if (since === null && unsent === 0) return null;
  return (
    <div className="shell-link" role="status">
      {since !== null && (
        <span>
          <b>与服务器的连接中断，正在重连…</b>（已 <Seconds since={since} /> 秒）
        </span>
      )}
      {unsent > 0 && <b>待发送 {unsent} 件</b>}
      <span className="muted">{since !== null ? "可继续填写和登记，恢复后自动送出，不会重复登记。" : "正在送出断线期间的登记…"}</span>
    </div>
  );
}
