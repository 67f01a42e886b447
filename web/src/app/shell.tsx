import { useQueryClient } from "@tanstack/react-query";
import { App, Modal } from "antd";
import { lazy, Suspense } from "react";
import { NavLink, useNavigate } from "react-router";
import { session as calls } from "@/api/calls";
import { keys, useQueues } from "@/api/hooks";
import { useLive } from "@/api/live";
import type { QueueView } from "@/api/types";
import { link } from "@/api/link";
import { draftBox } from "@/intake/draft-box";
import { outbox, waits } from "@/intake/outbox";
import { Bell } from "@/notice/bell";
import { onCall, phone } from "@/phone/store";
import { Loading } from "@/ui/states";
import { ConnectionBar, useConnection } from "./connection";
import { useIdle } from "./idle";
import { desksOf, type Desk } from "./nav";
import { Pages } from "./routes";
import { signedOut, useCan, useSession } from "./session";
import "./shell.css";
import { UserMenu } from "./user-menu";

const ForcedPassword = lazy(() => import("./password"));
/** The softphone: a chunk of its own, for people who have one. */
const CallBar = lazy(() => import("@/phone/bar"));

function Count({ desk, queues }: { desk: Desk; queues: QueueView[] }) {
  const mine = queues.filter((q) => desk.queues.includes(q.code));
  const count = mine.reduce((n, q) => n + q.count, 0);
  const red = mine.reduce((n, q) => n + q.red, 0);
  if (count === 0) return null;
  return (
    <span className={red > 0 ? "nav-count nav-count-red" : "nav-count"} title={red > 0 ? `${count} 件，其中逾期 ${red} 件` : `${count} 件`}>
      {count > 999 ? "999+" : count}
    </span>
  );
}

/** Nobody leaves the desk and stays signed in at the phone. */
async function leaveSeat(): Promise<void> {
  const seat = phone.state.seat;
  if (seat && seat.state !== "signed_out") await phone.send({ type: "sign_out" }).catch(() => undefined);
}

function useSignOut() {
  const client = useQueryClient();
  const leave = (notice?: string | null) => {
    signedOut();
    // The page listens to its session: what was read for it goes, the session itself is told to be over.
    client.setQueryData(keys.left, notice ?? null);
    client.setQueryData(keys.session, null);
    client.getMutationCache().clear();
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== keys.session[0] && q.queryKey[0] !== keys.left[0] });
  };
  return {
    /** By choice: drafts go to the server and leave this workstation. */
    async signOut() {
      await leaveSeat();
      await draftBox.handIn();
      const closed = await calls.close().catch(() => undefined);
      leave(closed?.notice);
      // The identity provider signs out too and sends back.
      if (closed?.go) window.location.assign(closed.go);
    },
    /** By inactivity: what was typed stays on this workstation, sealed for its writer. */
    async timeOut() {
      await leaveSeat();
      await draftBox.flush();
      await calls.close().catch(() => undefined);
      leave();
    },
  };
}

function Header({ onSignOut }: { onSignOut: () => void }) {
  const session = useSession();
  const queues = useQueues().data ?? [];
  return (
    <header className="shell-head">
      <div className="shell-brand" title={`${session.city.name}政务服务便民热线`}>
        <b>{session.city.hotline}</b>
        <span>{session.city.name}</span>
      </div>
      <nav className="shell-nav" aria-label="工作台">
        {desksOf(session).map((desk) => (
          <NavLink key={desk.path} to={desk.path} end={!desk.deep}>
            {desk.name}
            <Count desk={desk} queues={queues} />
          </NavLink>
        ))}
      </nav>
      <div className="shell-side">
        <Bell />
        <UserMenu onSignOut={onSignOut} />
      </div>
    </header>
  );
}

function Frame({ onSignOut, onTimeOut }: { onSignOut: () => void; onTimeOut: () => void }) {
  const session = useSession();
  const { notification } = App.useApp();
  const navigate = useNavigate();
  const can = useCan();
  useIdle(session.idle_minutes, onTimeOut, onCall);
  useLive((event) => {
    if (!event.title) return;
    const key = `${event.order_id ?? ""}${event.title}`;
    notification.info({
      key,
      title: event.title,
      description: event.body ?? event.case_no,
      duration: 8,
      ...(event.order_id && {
        onClick: () => {
          notification.destroy(key);
          void navigate(`/orders/${event.order_id}`);
        },
      }),
    });
  });
  const away = useConnection();
  return (
    <div className={away === null ? "shell" : "shell shell-away"}>
      <Header onSignOut={onSignOut} />
      <ConnectionBar since={away} />
      {(can("call.handle") || can("call.monitor")) && (
        <Suspense fallback={<div className="shell-phone" />}>
          <CallBar />
        </Suspense>
      )}
      <main className="shell-body">
        <Pages />
      </main>
    </div>
  );
}

/** The frame around every page of a signed-in person. */
export function Shell() {
  const session = useSession();
  const { signOut, timeOut } = useSignOut();
  const [modal, context] = Modal.useModal();
  const onTimeOut = () => {
    void timeOut();
    void modal.info({
      title: "已自动退出登录",
      content: `超过 ${session.idle_minutes} 分钟未操作。登记草稿已保存，重新登录后可继续。`,
      okText: "知道了",
    });
  };
  const onSignOut = () => {
    const unsent = outbox.all.filter(waits).length;
    if (onCall()) void modal.warning({ title: "通话尚未结束", content: "请先结束通话，再退出登录。", okText: "知道了" });
    else if (link.away)
      void modal.warning({ title: "暂时不能退出登录", content: `与服务器的连接中断${unsent > 0 ? `，尚有 ${unsent} 件登记待发送` : ""}。离开座位请锁定电脑，连接恢复后再退出。`, okText: "知道了" });
    else if (unsent > 0) void modal.warning({ title: "尚有登记待发送", content: `${unsent} 件登记正在送出，请稍候再退出。`, okText: "知道了" });
    else void signOut();
  };
  if (session.must_change_password) {
    return (
      <Suspense fallback={<Loading />}>
        <ForcedPassword signOut={() => void signOut()} />
      </Suspense>
    );
  }
  return (
    <>
      {context}
      <Frame onSignOut={onSignOut} onTimeOut={onTimeOut} />
    </>
  );
}
