// 平台协同 in one line at the head of an order: where the matter is, who has it there and until when; while an offer waits it says why
// nothing can be decided here, and offers to take it back.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Popconfirm } from "antd";
import { Link } from "react-router";
import { messageOf } from "@/api/client";
import type { OrderView } from "@/api/types";
import { dateTime } from "@/ui/time";
import { partners } from "./calls";
import "./partner.css";

export function Elsewhere({ order }: { order: OrderView }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const at = order.elsewhere;
  const cancel = useMutation({
    mutationFn: (link: string) => partners.cancel(order.id, link),
    onSuccess: () => message.success("已撤回，由本平台办理"),
    onError: (error) => message.error(messageOf(error)),
    onSettled: () => client.invalidateQueries({ queryKey: ["order", order.id] }),
  });
  if (!at) return null;
  const more = <Link to={`/orders/${order.id}?tab=partners`}>查看协同</Link>;
  if (!at.waiting) {
    return (
      <div className="note note-blue partner-elsewhere" role="status">
        <span>
          {at.out ? "已转" : "来自"}
          {at.partner}，{at.state_cn}
          {at.held && `；${at.held}`}
        </span>
        <span className="partner-elsewhere-acts">{more}</span>
      </div>
    );
  }
  return (
    <div className={`note ${at.late ? "note-red" : "note-amber"} partner-elsewhere`} role="status">
      <span>
        已转{at.partner}，等待对方受理
        {at.answer_by !== null && (at.late ? `，已超过应受理时间${dateTime(at.answer_by)}，请电话联系对方` : `（应于${dateTime(at.answer_by)}前受理）`)}
        。受理前不能派单、答复、不予受理；由本平台办理的请撤回。
      </span>
      <span className="partner-elsewhere-acts">
        {more}
        {at.may_cancel && (
          <Popconfirm title="撤回转出？" description="由本平台继续办理，并告知对方。" okText="撤回" cancelText="取消" onConfirm={() => cancel.mutate(at.link)}>
            <Button size="small" danger loading={cancel.isPending}>
              撤回
            </Button>
          </Popconfirm>
        )}
      </span>
    </div>
  );
}
