import { useQueryClient } from "@tanstack/react-query";
import { Popover } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { notices } from "@/api/calls";
import { keys, useNotices } from "@/api/hooks";
import type { NoticeView } from "@/api/types";
import { Empty, Loaded } from "@/ui/states";
import { ago } from "@/ui/time";
import "./bell.css";

function Item({ notice, open }: { notice: NoticeView; open: (n: NoticeView) => void }) {
  return (
    <li>
      <button type="button" className={notice.read_at ? "bell-item" : "bell-item bell-unread"} onClick={() => open(notice)}>
        <span className="bell-title">
          {notice.title}
          {!notice.read_at && <span className="sr-only">（未读）</span>}
        </span>
        <time>{ago(notice.at)}</time>
        <span className="bell-text">{notice.body}</span>
      </button>
    </li>
  );
}

function List({ close }: { close: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const query = useNotices();
  const refresh = () => client.invalidateQueries({ queryKey: keys.notices });
  const open = (n: NoticeView) => {
    if (!n.read_at) void notices.read([n.id]).then(refresh);
    if (n.order_id) {
      close();
      void navigate(`/orders/${n.order_id}`);
    }
  };
  return (
    <div className="bell-panel">
      <div className="panel-head">
        消息提醒
        <button
          type="button"
          className="link panel-more"
          disabled={!query.data?.unread}
          onClick={() => void notices.read("all").then(refresh)}
        >
          全部标为已读
        </button>
      </div>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="没有消息" hint="新派工单、即将到期、督办等提醒会显示在这里。" />
          ) : (
            <ul className="bell-list">
              {page.items.map((n) => (
                <Item key={n.id} notice={n} open={open} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Link to="/notifications" className="bell-all" onClick={close}>
        查看全部通知
      </Link>
    </div>
  );
}

/** 消息铃: unread count, latest messages. */
export function Bell() {
  const [open, setOpen] = useState(false);
  const unread = useNotices().data?.unread ?? 0;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger="click"
      placement="bottomRight"
      arrow={false}
      styles={{ container: { padding: 0 } }}
      content={<List close={() => setOpen(false)} />}
    >
      <button type="button" className="bell" aria-label={unread > 0 ? `消息，${unread} 条未读` : "消息"}>
        <svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" strokeWidth="1.8" aria-hidden>
          <path d="M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 2h-15zM10 21h4" strokeLinejoin="round" strokeLinecap="round" />
        </svg>
        {unread > 0 && <span className="nav-count nav-count-red">{unread > 99 ? "99+" : unread}</span>}
      </button>
    </Popover>
  );
}
