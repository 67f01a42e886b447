// 通知中心: every notice, by kind, unread first to be seen.
import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { notices } from "@/api/calls";
import { keys, usePages } from "@/api/hooks";
import type { NoticeView } from "@/api/types";
import { Empty, Failed, Loading } from "@/ui/states";
import { at, serverNow } from "@/ui/time";
import { dayTitle, groupByDay, kindWord } from "./by-day";
import "./page.css";

function Row({ notice, read }: { notice: NoticeView; read: (n: NoticeView) => void }) {
  const navigate = useNavigate();
  const open = () => {
    if (!notice.read_at) read(notice);
    if (notice.order_id) void navigate(`/orders/${notice.order_id}`);
  };
  return (
    <li className={notice.read_at ? "ntc" : "ntc ntc-unread"}>
      <time className="num muted">{at(notice.at).format("HH:mm")}</time>
      <span className="tag">{kindWord(notice.kind)}</span>
      <div className="ntc-text">
        {notice.order_id ? (
          <Link
            to={`/orders/${notice.order_id}`}
            onClick={(e) => {
              e.preventDefault();
              open();
            }}
          >
            {notice.title}
          </Link>
        ) : (
          <b>{notice.title}</b>
        )}
        <div className="muted">{notice.body}</div>
      </div>
      {notice.read_at ? (
        <span className="muted">已读</span>
      ) : (
        <button type="button" className="link" onClick={() => read(notice)}>
          标为已读
        </button>
      )}
    </li>
  );
}

export default function NoticePage() {
  const client = useQueryClient();
  const [unreadOnly, setUnreadOnly] = useState(false);
  const query = { unread: unreadOnly || undefined };
  const pages = usePages([...keys.notices, "all", query], notices.list, query);
  const refresh = () => client.invalidateQueries({ queryKey: keys.notices });
  const read = (n: NoticeView) => void notices.read([n.id]).then(refresh);
  const unread = pages.data?.pages[0]?.unread ?? 0;
  const now = serverNow();
  return (
    <div className="ntcs">
      <header className="ntcs-head">
        <h1>通知中心</h1>
        <span className="muted">{unread > 0 ? `${unread} 条未读` : "全部已读"}</span>
        <span className="ntcs-acts">
          <Checkbox checked={unreadOnly} onChange={(e) => setUnreadOnly(e.target.checked)}>
            只看未读
          </Checkbox>
          <Button disabled={unread === 0} onClick={() => void notices.read("all").then(refresh)}>
            全部标为已读
          </Button>
        </span>
      </header>
      {pages.isPending ? (
        <Loading />
      ) : pages.error && pages.rows.length === 0 ? (
        <Failed error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.rows.length === 0 ? (
        <section className="panel">
          <Empty title={unreadOnly ? "没有未读通知" : "没有通知"} hint="新派工单、即将到期、逾期、督办、审批结果会通知到这里。" />
        </section>
      ) : (
        <>
          {groupByDay(pages.rows).map(([day, rows]) => (
            <section key={day} className="panel">
              <div className="panel-head">
                {dayTitle(day, now)} <span className="muted">{rows.length} 条</span>
              </div>
              <ul>
                {rows.map((n) => (
                  <Row key={n.id} notice={n} read={read} />
                ))}
              </ul>
            </section>
          ))}
          {pages.hasNextPage && (
            <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              加载更早的通知
            </Button>
          )}
        </>
      )}
    </div>
  );
}
