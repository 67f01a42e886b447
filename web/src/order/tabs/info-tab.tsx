// 诉求信息: who asks for what, where; personal data hidden until a reason is given.
import type { ReactNode } from "react";
import { CONFIDENTIALITY, REJECT_REASON, REQUESTER_KIND, SEX, TRANSFER_TARGET } from "@/api/codes";
import { useDictionary } from "@/api/hooks";
import type { OrderView, Requester } from "@/api/types";
import { CitizensFiles } from "@/papers/citizens-files";
import { DialButton } from "@/phone/dial";
import { MaskedField } from "@/ui/masked-field";
import { originFacts } from "../sections/origin";
import { dateTime } from "@/ui/time";
import { CorrectedMark } from "../corrections";
import { maskOf } from "../order-facts";
import { OrderRef } from "./order-ref";

export function Fact({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  const blank = children === null || children === undefined || children === "" || children === false;
  return (
    <div className={wide ? "wide" : undefined}>
      <dt>{label}</dt>
      <dd>{blank ? <span className="muted">—</span> : children}</dd>
    </div>
  );
}

const yes = (value: boolean | null | undefined, words: [string, string] = ["是", "否"]) =>
  value === null || value === undefined ? "未询问" : value ? words[0] : words[1];

function Person({ order }: { order: OrderView }) {
  const r = order.requester;
  const identity = maskOf(order, "identity");
  const basic = identity.hidden ? identity : maskOf(order, "pii_basic");
  const id = identity.hidden ? identity : maskOf(order, "pii_id");
  const idTypes = useDictionary("id_type");
  const cell = (field: keyof Requester, mask: typeof basic, group: "pii.basic" | "pii.id") =>
    mask.hidden ? (
      <MaskedField field={field} masked={r[field]} group={identity.hidden ? "identity" : group} revealable={mask.revealable} />
    ) : (
      (r[field] ?? "")
    );
  return (
    <section className="panel">
      <div className="panel-head">
        诉求人
        {order.confidentiality !== "none" && (
          <span className="panel-more tag tag-amber" title="身份只对班长、督办员、纪检专员开放">
            {CONFIDENTIALITY[order.confidentiality]}
          </span>
        )}
      </div>
      {order.anonymous ? (
        <p className="panel-body muted">匿名反映，未留身份；结果凭查询码查询。</p>
      ) : (
        <dl className="facts panel-body" style={{ "--facts": 1 } as React.CSSProperties}>
          <Fact label="姓名">{cell("name", basic, "pii.basic")}</Fact>
          <Fact label="性别">{r.sex && r.sex !== "unknown" ? SEX[r.sex] : ""}</Fact>
          <Fact label="类型">{r.kind ? REQUESTER_KIND[r.kind] : ""}</Fact>
          {r.company_name && <Fact label="企业名称">{r.company_name}</Fact>}
          <Fact label="来电号码">
            {cell("phone", basic, "pii.basic")} <DialButton order={order.id} />
          </Fact>
          {(r.contact_phone || basic.hidden) && <Fact label="联系电话">{cell("contact_phone", basic, "pii.basic")}</Fact>}
          {r.email && <Fact label="邮箱">{cell("email", basic, "pii.basic")}</Fact>}
          <Fact label="证件">
            {r.id_no ? (
              <>
                {idTypes.find((t) => t.code === r.id_type)?.name} {cell("id_no", id, "pii.id")}
              </>
            ) : (
              ""
            )}
          </Fact>
          <Fact label="住址">{cell("address", basic, "pii.basic")}</Fact>
        </dl>
      )}
      {identity.hidden && !order.anonymous && <p className="panel-foot muted">诉求人要求保密。需联系诉求人的，请由 12345 转接。</p>}
    </section>
  );
}

function Wishes({ order }: { order: OrderView }) {
  return (
    <section className="panel">
      <div className="panel-head">意愿</div>
      <dl className="facts panel-body" style={{ "--facts": 1 } as React.CSSProperties}>
        <Fact label="要求回复">{order.no_reply_wanted ? "不需要回复" : "需要"}</Fact>
        <Fact label="接受回访">
          {yes(order.callback_wanted, ["接受", "不接受"])}
          {order.callback_preferred_at ? `，预约 ${dateTime(order.callback_preferred_at)}` : ""}
        </Fact>
        <Fact label="同意公开">{yes(order.publishable, ["同意", "不同意"])}</Fact>
        <Fact label="公众可见">{order.public_status}</Fact>
      </dl>
    </section>
  );
}

function Matter({ order }: { order: OrderView }) {
  return (
    <section className="panel">
      <div className="panel-head">诉求内容</div>
      <div className="panel-body">
        <p className="prose">{order.content}</p>
        <CorrectedMark order={order} field="content" />
        {order.wish && (
          <p className="prose op-info-wish">
            <b>诉求目的</b>　{order.wish}
          </p>
        )}
        <CorrectedMark order={order} field="wish" />
      </div>
      <dl className="facts panel-body op-info-facts">
        <Fact label="问题分类">{order.category_path}</Fact>
        <Fact label="诉求类型">{order.demand_type_cn}</Fact>
        <Fact label="事发地区">{order.region_path}</Fact>
        <Fact label="事发地址">
          {order.address && (
            <>
              {order.address}
              <CorrectedMark order={order} field="address" />
            </>
          )}
        </Fact>
        <Fact label="事发时间">{order.occurred_at ? dateTime(order.occurred_at) : ""}</Fact>
        <Fact label="坐标">{order.lng !== null && order.lat !== null ? <span className="num">{`${order.lng.toFixed(6)}, ${order.lat.toFixed(6)}`}</span> : ""}</Fact>
        <Fact label="被反映方">
          {order.respondent && (
            <>
              {order.respondent}
              <CorrectedMark order={order} field="respondent" />
            </>
          )}
        </Fact>
        <Fact label="涉事单位">{order.accused_org?.name}</Fact>
        <Fact label="涉及人数">
          {order.affected_count > 0 ? `${order.affected_count} 人` : ""}
          {order.affected_count >= 5 && <span className="tag tag-amber op-info-tag">群体</span>}
        </Fact>
        <Fact label="标签">
          {order.tags.map((t) => (
            <span key={t} className="tag op-info-tag">
              {t}
            </span>
          ))}
        </Fact>
      </dl>
    </section>
  );
}

function Intake({ order }: { order: OrderView }) {
  return (
    <section className="panel">
      <div className="panel-head">受理</div>
      <dl className="facts panel-body">
        <Fact label="受理方式">{order.channel_cn}</Fact>
        {originFacts(order).map((f) => (
          <Fact key={f.label} label={f.label}>
            {f.value}
          </Fact>
        ))}
        <Fact label="登记时间">{dateTime(order.registered_at)}</Fact>
        <Fact label="登记人">{[order.registered_by_name, order.registered_org?.name].filter(Boolean).join("，")}</Fact>
        <Fact label="建议承办">{order.suggested_org?.name}</Fact>
        {order.call_id && <Fact label="通话编号">{<span className="mono">{order.call_id}</span>}</Fact>}
        {order.previous_order && (
          <Fact label="旧工单">
            <OrderRef id={order.previous_order} />
          </Fact>
        )}
        {order.reject_reason && (
          <Fact label="不予受理" wide>
            {order.reject_reason} {REJECT_REASON[order.reject_reason]}
          </Fact>
        )}
        {order.redirect_target && (
          <Fact label="引导去向" wide>
            {(TRANSFER_TARGET as Record<string, string>)[order.redirect_target] ?? order.redirect_target}
          </Fact>
        )}
      </dl>
    </section>
  );
}

export function InfoTab({ order }: { order: OrderView }) {
  return (
    <div className="op-info">
      <div className="op-info-main">
        <Matter order={order} />
        <CitizensFiles id={order.id} />
        <Intake order={order} />
      </div>
      <div className="op-info-side">
        <Person order={order} />
        <Wishes order={order} />
      </div>
    </div>
  );
}
