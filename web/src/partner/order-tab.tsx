// 平台协同: the order offered to another platform, or come from one; how far it is there, what is said about it, and every message.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Popconfirm, Select } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { OrderView } from "@/api/types";
import { FormDrawer } from "@/admin/room";
import { MomentPicker } from "@/ui/moment-picker";
import { FileList } from "@/papers/file-list";
import { attachments } from "@/papers/files";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { partners } from "@/partner/calls";
import type { PartnerLink, PartnerOffer, PartnerSend, PartnerWord, PartnerWordView } from "@/partner/calls";
import "./partner.css";

const TONE: Record<string, string> = { waiting: "tag tag-amber", accepted: "tag tag-green", replied: "tag tag-green", closed: "tag", returned: "tag tag-red", failed: "tag tag-red", cancelled: "tag" };
/** What stands beside each word's form. */
const NOTE: Record<string, string> = {
  urge: "对方收到后登记为催办，由承办单位反馈。",
  supervise: "对方收到后下发一般督办，由承办单位签收反馈。",
  amend: "补充的内容记入对方工单，本平台工单不改。",
  extend_apply: "转出方同意前，仍按原时限办理。",
  extend_grant: "同意后对方工单的办理期限随之延长。",
  extend_refuse: "不同意的，承办方按原时限办理。",
};

function Messages({ link }: { link: PartnerLink }) {
  return (
    <table className="op-grid" aria-label={`与${link.partner}的消息`}>
      <thead>
        <tr>
          <th style={{ width: 132 }}>时间</th>
          <th style={{ width: 52 }}>方向</th>
          <th style={{ width: 76 }}>消息</th>
          <th>内容</th>
          <th style={{ width: 250 }}>结果</th>
        </tr>
      </thead>
      <tbody>
        {link.messages.map((m, n) => (
          <tr key={n}>
            <td className="num">{dateTime(m.at)}</td>
            <td>{m.out ? "发出" : "收到"}</td>
            <td>{m.kind_cn}</td>
            <td className="prose">{m.note ?? <span className="muted">—</span>}</td>
            <td>
              <span className={m.state === "queued" && m.error ? "warn" : m.state === "refused" ? "bad" : "muted"}>{m.state_cn}</span>
              {m.error && <div className={m.state === "refused" ? "bad" : "muted"}>{m.error}</div>}
              {m.tries > 1 && <span className="muted">（已发 {m.tries} 次）</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** 办理期限 before and after. */
function extensionText(l: Pick<PartnerLink, "ext_from" | "ext_until">): string {
  return l.ext_from === null ? `延至 ${dateTime(l.ext_until)}` : `${dateTime(l.ext_from)} → ${dateTime(l.ext_until)}`;
}

/** 答复附件 that came with the answer. */
function ReplyFiles({ order }: { order: OrderView }) {
  const query = useQuery({ queryKey: attachments.key(order.id), queryFn: () => attachments.list(order.id) });
  const files = (query.data ?? []).filter((a) => a.purpose === "reply");
  if (files.length === 0) return null;
  return (
    <div className="partner-files" role="group" aria-label="答复附件">
      <FileList order={order.id} items={files} />
    </div>
  );
}

function Facts({ link: l, order }: { link: PartnerLink; order: OrderView }) {
  return (
    <dl className="partner-facts">
      <dt>对方编号</dt>
      <dd className="num">{l.their_no ?? <span className="muted">尚未告知</span>}</dd>
      <dt>{l.out ? "转出" : "转来"}</dt>
      <dd>
        <span className="num">{dateTime(l.created_at)}</span>
        {l.by_name && ` ${l.by_name}`}
        {l.inform && <span className="muted">（通报，诉求仍由转出方办理）</span>}
      </dd>
      {l.due_at !== null && l.out && (
        <>
          <dt>应受理</dt>
          <dd>
            <span className="num">{dateTime(l.due_at)}</span>前{l.late && <span className="bad">　已超时，请电话联系对方，或撤回后由本平台办理</span>}
          </dd>
        </>
      )}
      {l.reason && (
        <>
          <dt>{l.state === "returned" ? "退回理由" : l.state === "failed" ? "未送达" : "转出原因"}</dt>
          <dd className="prose">{l.reason}</dd>
        </>
      )}
      {l.lead !== null && (
        <>
          <dt>承办</dt>
          <dd className="partner-held">
            <span>{l.lead}（主办）</span>
            {l.co.length > 0 && <span>{l.co.join("、")}（协办）</span>}
            {l.since !== null && (
              <span>
                <span className="num">{dateTime(l.since)}</span> 派单
              </span>
            )}
            {l.held_until !== null && (
              <span>
                <b className="num">{dateTime(l.held_until)}</b> 前办结
              </span>
            )}
          </dd>
        </>
      )}
      {l.ext_cn !== null && l.ext_until !== null && (
        <>
          <dt>延期</dt>
          <dd>
            {extensionText(l)}，{l.ext_cn}
          </dd>
        </>
      )}
      {l.reply && (
        <>
          <dt>答复</dt>
          <dd>
            <div className="prose">{l.reply}</div>
            {l.out && <ReplyFiles order={order} />}
          </dd>
        </>
      )}
      {l.callback_cn !== null && (
        <>
          <dt>回访</dt>
          <dd>{l.callback_cn}</dd>
        </>
      )}
    </dl>
  );
}

function Card({ link: l, order, cancel, say }: { link: PartnerLink; order: OrderView; cancel: (link: PartnerLink) => void; say: (link: PartnerLink, word: PartnerWordView) => void }) {
  return (
    <section className="panel" aria-label={`${l.out ? "转出" : "转来"}：${l.partner}`}>
      <div className="panel-head">
        <span className={TONE[l.state] ?? "tag"}>{l.state_cn}</span>
        {l.out ? (l.inform ? "通报" : "转往") : "来自"}
        {l.partner}
        <span className="muted partner-kind">{l.kind_cn}</span>
        <span className="panel-more partner-acts">
          {l.words.map((w) => (
            <Button key={w.word} size="small" onClick={() => say(l, w)}>
              {w.label}
            </Button>
          ))}
          {l.may_cancel && (
            <Popconfirm title="撤回转出？" description="由本平台继续办理，并告知对方。" onConfirm={() => cancel(l)}>
              <Button size="small" danger>
                撤回转出
              </Button>
            </Popconfirm>
          )}
        </span>
      </div>
      <Facts link={l} order={order} />
      {l.messages.length > 0 && <Messages link={l} />}
    </section>
  );
}

/** Whom there it should be given to, of those the platform named. */
function Suggest({ offers }: { offers: readonly PartnerOffer[] }) {
  const partner = Form.useWatch<string | undefined>("partner");
  const orgs = offers.find((o) => o.id === partner)?.orgs ?? [];
  if (orgs.length === 0) return null;
  return (
    <Form.Item name="suggest" label="建议承办单位（可不选）" extra="供对方派单时参考，由对方决定">
      <Select allowClear showSearch optionFilterProp="label" options={orgs.map((o) => ({ value: o.code, label: o.name }))} />
    </Form.Item>
  );
}

function OfferForm({ offers, send, close }: { offers: readonly PartnerOffer[]; send: (form: PartnerSend) => Promise<unknown>; close: () => void }) {
  return (
    <FormDrawer<PartnerSend>
      title="转其他平台"
      confirm="转出"
      done="已转出，等待对方受理"
      initial={offers.length === 1 ? { partner: offers[0]?.id } : {}}
      send={send}
      close={close}
      note="对方受理前，工单仍在本平台，不能派单；对方受理后转为“已转出”，退回的由本平台办理。危及人身安全的请同时电话联系110。"
    >
      {() => (
        <>
          <Form.Item name="partner" label="转往" rules={[{ required: true, message: "请选择平台" }]}>
            <Select autoFocus={offers.length > 1} options={offers.map((o) => ({ value: o.id, label: `${o.name}（${o.kind_cn}）` }))} />
          </Form.Item>
          <Suggest offers={offers} />
          <Form.Item name="reason" label="转出原因" extra="对方能看到" rules={[{ required: true, whitespace: true, min: 4, message: "请写明转出原因，至少4个字" }]}>
            <Input.TextArea autoFocus={offers.length === 1} rows={4} maxLength={500} showCount />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function WordForm({ about, send, close }: { about: { link: PartnerLink; word: PartnerWordView }; send: (form: PartnerWord) => Promise<unknown>; close: () => void }) {
  const { link, word } = about;
  const until = link.ext_until !== null && word.word.startsWith("extend_") && word.word !== "extend_apply";
  return (
    <FormDrawer<PartnerWord>
      title={`${word.label}：${link.partner}`}
      confirm="发送"
      done="已放入发送队列"
      initial={word.word === "extend_grant" ? { text: "同意延期" } : {}}
      send={send}
      close={close}
      note={until ? `办理期限 ${extensionText(link)}。${NOTE[word.word]}` : NOTE[word.word]}
    >
      {() => (
        <>
          {word.word === "extend_apply" && (
            <Form.Item name="until" label="延期至" rules={[{ required: true, message: "请选择时间" }]}>
              <MomentPicker only="future" />
            </Form.Item>
          )}
          <Form.Item name="text" label={word.word.startsWith("extend_") ? "理由" : "内容"} extra="对方能看到" rules={[{ required: true, whitespace: true, min: 2, message: "请填写内容，至少2个字" }]}>
            <Input.TextArea autoFocus rows={4} maxLength={500} showCount />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

export default function PartnersTab({ order }: { order: OrderView }) {
  const key = ["order", order.id, "partners"];
  const query = useQuery({ queryKey: key, queryFn: () => partners.ofOrder(order.id), refetchInterval: 10_000 });
  const client = useQueryClient();
  const { message } = App.useApp();
  const [offers, setOffers] = useState<readonly PartnerOffer[]>();
  const [about, setAbout] = useState<{ link: PartnerLink; word: PartnerWordView }>();
  const again = () => client.invalidateQueries({ queryKey: ["order", order.id] });
  const cancel = useMutation({
    mutationFn: (link: PartnerLink) => partners.cancel(order.id, link.id),
    onSuccess: () => message.success("已撤回，由本平台办理"),
    onError: (error) => message.error(messageOf(error)),
    onSettled: again,
  });
  return (
    <Loaded query={query}>
      {(v) => {
        const start = v.offers.length > 0 && (
          <Button size="small" type="primary" onClick={() => setOffers(v.offers)}>
            转其他平台/110
          </Button>
        );
        return (
          <div className="op-stack">
            {v.links.length === 0 ? (
              <section className="panel">
                <div className="panel-head">平台协同</div>
                <Empty title="没有与其他平台的往来" hint="待派单前可以转上级、下级、兄弟城市平台、110、119、120、122或水电气热热线；对方受理前仍由本平台负责。">
                  {start}
                </Empty>
              </section>
            ) : (
              <>
                {start && <div className="partner-again">{start}</div>}
                {[...v.links].reverse().map((l) => (
                  <Card key={l.id} link={l} order={order} cancel={(link) => cancel.mutate(link)} say={(link, word) => setAbout({ link, word })} />
                ))}
              </>
            )}
            {offers && (
              <OfferForm
                offers={offers}
                send={async (form) => {
                  await partners.send(order.id, form);
                  await again();
                }}
                close={() => setOffers(undefined)}
              />
            )}
            {about && (
              <WordForm
                about={about}
                send={async (form) => {
                  await partners.say(order.id, about.link.id, { ...form, word: about.word.word });
                  await again();
                }}
                close={() => setAbout(undefined)}
              />
            )}
          </div>
        );
      }}
    </Loaded>
  );
}
