// 平台协同: the order offered to another platform, or come from one; how far it is there, and every message.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Popconfirm, Select } from "antd";
import { Fragment, useState } from "react";
import { messageOf } from "@/api/client";
import type { OrderView } from "@/api/types";
import { FormDrawer } from "@/admin/room";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { partners } from "@/partner/calls";
import type { PartnerLink, PartnerOffer, PartnerSend } from "@/partner/calls";

const TONE: Record<string, string> = { waiting: "tag tag-amber", accepted: "tag tag-green", replied: "tag tag-green", closed: "tag", returned: "tag tag-red", failed: "tag tag-red" };

function Messages({ link }: { link: PartnerLink }) {
  return (
    <ul className="partner-messages" aria-label={`与${link.partner}的消息`}>
      {link.messages.map((m) => (
        <li key={`${m.at}-${m.kind_cn}-${m.out}`}>
          <span className="num">{dateTime(m.at)}</span> {m.out ? "发出" : "收到"}“{m.kind_cn}”：<span className={m.error ? "bad" : ""}>{m.state_cn}</span>
          {m.error && <span className="bad">（{m.error}）</span>}
          {m.tries > 1 && <span className="muted">，共 {m.tries} 次</span>}
        </li>
      ))}
    </ul>
  );
}

function Links({ links, cancel }: { links: readonly PartnerLink[]; cancel: (link: PartnerLink) => void }) {
  return (
    <table className="op-grid">
      <thead>
        <tr>
          <th style={{ width: 132 }}>时间</th>
          <th style={{ width: 56 }}>方向</th>
          <th style={{ width: 200 }}>平台</th>
          <th style={{ width: 170 }}>对方编号</th>
          <th style={{ width: 110 }}>状态</th>
          <th>原因与答复</th>
          <th style={{ width: 76 }} />
        </tr>
      </thead>
      <tbody>
        {links.map((l) => (
          <Fragment key={l.id}>
            <tr>
              <td className="num">{dateTime(l.created_at)}</td>
              <td>{l.out ? "转出" : "转来"}</td>
              <td>
                {l.partner}
                <div className="muted">{l.kind_cn}</div>
              </td>
              <td className="num">{l.their_no ?? "—"}</td>
              <td>
                <span className={TONE[l.state] ?? "tag"}>{l.state_cn}</span>
                {l.due_at !== null && <div className={l.late ? "bad" : "muted"}>{l.late ? "超时未受理" : `${dateTime(l.due_at)}前`}</div>}
              </td>
              <td className="prose">
                {l.reason}
                {l.by_name && <span className="muted">（{l.by_name}）</span>}
                {l.reply && <div>答复：{l.reply}</div>}
              </td>
              <td>
                {l.may_cancel && (
                  <Popconfirm title="撤回转出？" description="由本平台继续办理。" onConfirm={() => cancel(l)}>
                    <Button size="small">撤回</Button>
                  </Popconfirm>
                )}
              </td>
            </tr>
            {l.messages.length > 0 && (
              <tr>
                <td colSpan={7}>
                  <Messages link={l} />
                </td>
              </tr>
            )}
          </Fragment>
        ))}
      </tbody>
    </table>
  );
}

export default function PartnersTab({ order }: { order: OrderView }) {
  const key = ["order", order.id, "partners"];
  const query = useQuery({ queryKey: key, queryFn: () => partners.ofOrder(order.id), refetchInterval: 10_000 });
  const client = useQueryClient();
  const { message } = App.useApp();
  const [offers, setOffers] = useState<readonly PartnerOffer[]>();
  const again = () => client.invalidateQueries({ queryKey: ["order", order.id] });
  const cancel = useMutation({
    mutationFn: (link: PartnerLink) => partners.cancel(order.id, link.id),
    onSuccess: () => message.success("已撤回，由本平台办理"),
    onError: (error) => message.error(messageOf(error)),
    onSettled: again,
  });
  return (
    <section className="panel">
      <div className="panel-head">
        平台协同
        {query.data && query.data.offers.length > 0 && (
          <span className="panel-more">
            <Button size="small" type="primary" onClick={() => setOffers(query.data.offers)}>
              转其他平台/110
            </Button>
          </span>
        )}
      </div>
      <Loaded query={query}>
        {(v) => (v.links.length === 0 ? <Empty title="没有与其他平台的往来" hint="待派单前可以转上级、兄弟城市平台或110；对方受理前仍由本平台负责。" /> : <Links links={v.links} cancel={(l) => cancel.mutate(l)} />)}
      </Loaded>
      {offers && (
        <FormDrawer<PartnerSend>
          title="转其他平台"
          confirm="转出"
          done="已转出，等待对方受理"
          initial={offers.length === 1 ? { partner: offers[0]?.id } : {}}
          send={async (form) => {
            await partners.send(order.id, form);
            await again();
          }}
          close={() => setOffers(undefined)}
          note="对方受理前，工单仍在本平台，不能派单；对方受理后转为“已转出”，退回的由本平台办理。危及人身安全的请同时电话联系110。"
        >
          {() => (
            <>
              <Form.Item name="partner" label="转往" rules={[{ required: true, message: "请选择平台" }]}>
                <Select options={offers.map((o) => ({ value: o.id, label: `${o.name}（${o.kind_cn}）` }))} />
              </Form.Item>
              <Form.Item name="reason" label="转出原因" extra="对方能看到" rules={[{ required: true, whitespace: true, min: 4, message: "请写明转出原因，至少4个字" }]}>
                <Input.TextArea rows={4} maxLength={500} showCount />
              </Form.Item>
            </>
          )}
        </FormDrawer>
      )}
    </section>
  );
}
