import { CONFIDENTIALITY, REQUESTER_KIND, SEX } from "@/api/codes";
import type { OrderView } from "@/api/types";
import { MaskedField, RevealScope } from "@/ui/masked-field";
import { dateTime } from "@/ui/time";
import { originFacts } from "./origin";

function Fact({ label, children, wide = false }: { label: string; children: React.ReactNode; wide?: boolean }) {
  if (children === null || children === undefined || children === "" || children === false) return null;
  return (
    <div className={wide ? "wide" : undefined}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function RequesterFacts({ order }: { order: OrderView }) {
  const r = order.requester;
  const { masks } = order;
  const secret = order.confidentiality !== "none";
  const group = masks.identity ? "identity" : "pii.basic";
  // What is not hidden stands there in plain; there is nothing to reveal.
  const revealable = masks.revealable === true && masks.pii_basic !== false;
  if (order.anonymous) return <Fact label="诉求人">匿名</Fact>;
  return (
    <>
      <Fact label="诉求人">
        <MaskedField field="name" masked={r.name} group={group} revealable={revealable} />
        {r.sex && r.sex !== "unknown" && <span className="muted">　{SEX[r.sex]}</span>}
        {r.kind && r.kind !== "person" && <span className="muted">　{REQUESTER_KIND[r.kind]}</span>}
      </Fact>
      <Fact label="来电号码"><MaskedField field="phone" masked={r.phone} group={group} revealable={revealable} /></Fact>
      {r.contact_phone && <Fact label="联系电话"><MaskedField field="contact_phone" masked={r.contact_phone} group={group} revealable={revealable} /></Fact>}
      {r.email && <Fact label="邮箱"><MaskedField field="email" masked={r.email} group={group} revealable={revealable} /></Fact>}
      {r.id_no && <Fact label="证件号码"><MaskedField field="id_no" masked={r.id_no} group={masks.identity ? "identity" : "pii.id"} revealable={masks.revealable === true && masks.pii_id !== false} /></Fact>}
      <Fact label="企业名称">{r.company_name}</Fact>
      {secret && <Fact label="保密"><span className="tag tag-amber">{CONFIDENTIALITY[order.confidentiality]}</span></Fact>}
    </>
  );
}

/** 诉求信息: who says what, where and when, and what they wish. */
export function OrderFacts({ order, columns = 2 }: { order: OrderView; columns?: number }) {
  const wishes = [
    order.publishable === true ? "同意公开" : order.publishable === false ? "不同意公开" : "",
    order.no_reply_wanted ? "不需回复" : "",
    order.callback_wanted ? `需回访${order.callback_preferred_at ? `（预约 ${dateTime(order.callback_preferred_at)}）` : ""}` : "不回访",
  ].filter(Boolean);
  return (
    <RevealScope order={order.id}>
      <p className="prose order-content">{order.content}</p>
      <dl className="facts" style={{ ["--facts" as string]: columns }}>
        <Fact label="诉求目的" wide>{order.wish}</Fact>
        <Fact label="问题分类" wide>{order.category_path}</Fact>
        <Fact label="事发地址" wide>{[order.region_path, order.address].filter(Boolean).join(" ")}</Fact>
        <Fact label="事发时间">{order.occurred_at && dateTime(order.occurred_at)}</Fact>
        <Fact label="被反映方">{order.accused_org?.name ?? order.respondent}</Fact>
        <Fact label="涉及人数">{order.affected_count > 1 && `${order.affected_count} 人${order.affected_count >= 5 ? "（集体）" : ""}`}</Fact>
        <Fact label="标签">{order.tags.length > 0 && order.tags.map((t) => <span key={t} className="tag" style={{ marginRight: 4 }}>{t}</span>)}</Fact>
        {originFacts(order).map((f) => (
          <Fact key={f.label} label={f.label}>{f.value}</Fact>
        ))}
        <RequesterFacts order={order} />
        <Fact label="群众意愿">{wishes.join("，")}</Fact>
        <Fact label="受理">{order.channel_cn}　{dateTime(order.registered_at)}　{order.registered_by_name}</Fact>
      </dl>
    </RevealScope>
  );
}

/** As much as is needed to speak with the citizen: what it was about, who, where. */
export function OrderGist({ order }: { order: OrderView }) {
  return (
    <RevealScope order={order.id}>
      <p className="prose order-content clamp">{order.content}</p>
      <dl className="facts" style={{ ["--facts" as string]: 2 }}>
        <RequesterFacts order={order} />
        <Fact label="事发地址" wide>{[order.region_path, order.address].filter(Boolean).join(" ")}</Fact>
      </dl>
    </RevealScope>
  );
}
