// 附件 as a list of cards: pictures with a look, everything else with its kind.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Image, Popconfirm } from "antd";
import { messageOf } from "@/api/client";
import { bytesText } from "@/api/download";
import type { Id } from "@/api/types";
import { dateTime } from "@/ui/time";
import { attachments, type Attachment } from "./files";
import "./papers.css";

const ending = (name: string) => (/\.([a-z0-9]+)$/i.exec(name)?.[1] ?? "").toUpperCase();

function Face({ order, a }: { order: Id; a: Attachment }) {
  if (!a.may_open) return <div className="pp-face pp-locked">不可查看</div>;
  if (a.class !== "picture") return <div className={`pp-face pp-kind pp-kind-${a.class}`}>{ending(a.name)}</div>;
  return (
    <Image
      rootClassName="pp-face"
      src={attachments.url(order, a.id, "thumb")}
      preview={{ src: attachments.url(order, a.id, "view") }}
      alt={a.name}
      width={88}
      height={66}
      style={{ objectFit: "cover" }}
    />
  );
}

function Card({ order, a }: { order: Id; a: Attachment }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const withdraw = useMutation({
    mutationFn: () => attachments.withdraw(order, a.id),
    onSuccess: () => void client.invalidateQueries({ queryKey: attachments.key(order) }),
    onError: (error) => void message.error(messageOf(error)),
  });
  return (
    <li className="pp-card" aria-label={a.name}>
      <Face order={order} a={a} />
      <div className="pp-about">
        <div className="pp-name" title={a.name}>
          {a.name}
        </div>
        <div className="muted pp-line">
          <span className="num">{bytesText(a.size)}</span>
          <span>
            {a.by_name}
            {a.by_org && `（${a.by_org.name}）`}
          </span>
          <span className="num">{dateTime(a.at)}</span>
        </div>
        <div className="pp-line">
          {a.from_citizen && <span className="tag tag-blue">网上提交</span>}
          {a.scan === "clean" && <span className="tag tag-green">{a.scan_cn}</span>}
          {a.used_cn && <span className="tag" title={dateTime(a.used_at)}>{`已随“${a.used_cn}”提交`}</span>}
          {a.class === "audio" && a.may_open && <audio className="pp-audio" controls preload="none" src={attachments.url(order, a.id, "view")} />}
        </div>
      </div>
      <div className="pp-acts">
        {a.may_open && (
          <a className="link" href={attachments.url(order, a.id, "original")} download={a.name}>
            下载
          </a>
        )}
        {a.may_withdraw && (
          <Popconfirm title="撤回这个附件？" okText="撤回" cancelText="取消" onConfirm={() => withdraw.mutate()}>
            <button type="button" className="link">
              撤回
            </button>
          </Popconfirm>
        )}
      </div>
    </li>
  );
}

export function FileList({ order, items }: { order: Id; items: readonly Attachment[] }) {
  return (
    <Image.PreviewGroup>
      <ul className="pp-list">
        {items.map((a) => (
          <Card key={a.id} order={order} a={a} />
        ))}
      </ul>
    </Image.PreviewGroup>
  );
}
