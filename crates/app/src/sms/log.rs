//! 短信记录: the list for the office, the messages of an order, sending again. Numbers are masked and codes veiled; whoever
//! runs the system sees no texts.

use domain::authority::{Masks, Permission, masks, permits};
use domain::message::{InboundOutcome, Medium, SmsState};
use kernel::{Cursor, FieldError, NoticeId, OrderId, Page, Phone, Refusal, Ts, Uuid};
use serde::{Deserialize, Serialize};
use store::sms::{Inbound, InboundQuery, Sms, SmsQuery};

use super::desk::StateCount;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::order::seen_case;
use crate::view::Listing;
use crate::world::World;
use crate::{Error, Result};

/// Days looked back unless asked otherwise.
const DAYS: i64 = 30;
/// Who works with citizens' messages at the centre.
const DESK: &[Permission] = &[Permission::OrderRegister, Permission::OrderUnifiedReply, Permission::OrderCallback];
const VEIL: &str = "●●●●●●";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct SmsListQuery {
    /// `held`, `queued`, `sending`, `sent`, `delivered`, `failed`, `expired`.
    pub state: Option<String>,
    /// `T01`…
    pub template: Option<String>,
    /// `sms`, `mail`.
    pub medium: Option<String>,
    /// The whole number.
    pub phone: Option<String>,
    /// Days looked back.
    pub days: Option<i64>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct InboundListQuery {
    /// `rated`, `added`, `told`, `stopped`, `resumed`, `unknown`.
    pub outcome: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// A message that went out, or is to.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SmsLine {
    pub id: Uuid,
    pub template: String,
    pub template_cn: String,
    /// 0 is the shipped text.
    pub version: i64,
    /// `sms`, `mail`.
    pub medium: String,
    pub medium_cn: String,
    /// Number or address, masked.
    pub to: String,
    /// 收件人 of the staff; `null`: a citizen.
    pub user_name: Option<String>,
    /// Of a mail.
    pub subject: Option<String>,
    /// Codes veiled; `null` for whoever sees no business data.
    pub text: Option<String>,
    /// Messages it is charged as.
    pub parts: usize,
    pub order_id: Option<OrderId>,
    pub case_no: Option<String>,
    pub state: String,
    pub state_cn: String,
    pub tries: i64,
    pub error: Option<String>,
    pub created_at: Ts,
    pub sent_at: Option<Ts>,
    pub done_at: Option<Ts>,
    /// May be sent again by the caller.
    pub resend: bool,
}

/// Something that happened to a message.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SmsStep {
    pub at: Ts,
    pub what_cn: String,
    pub note: Option<String>,
    pub by_name: Option<String>,
}

/// A message from a citizen.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboundLine {
    pub id: Uuid,
    /// Masked.
    pub phone: String,
    pub text: String,
    pub at: Ts,
    pub outcome: String,
    pub outcome_cn: String,
    pub note: Option<String>,
    pub order_id: Option<OrderId>,
    pub case_no: Option<String>,
}

/// 工单的短信: out and in.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderMessages {
    pub sent: Vec<SmsLine>,
    pub received: Vec<InboundLine>,
}

fn holds(ctx: &Ctx, any: &[Permission]) -> bool {
    ctx.actor().is_ok_and(|a| any.iter().any(|p| permits(&a.roles, *p)))
}

/// Whether the texts are shown; refuses who has no business with messages.
fn admitted(ctx: &Ctx) -> Result<bool> {
    ctx.require_ready()?;
    if holds(ctx, DESK) {
        return Ok(true);
    }
    ctx.require(Permission::AdminParam)?;
    Ok(false)
}

pub(crate) fn counted(counts: &[(String, i64)]) -> Vec<StateCount> {
    let of = |state: &SmsState| counts.iter().find(|(code, _)| code == state.code()).map_or(0, |(_, n)| *n);
    let count = |s: &SmsState| StateCount { state: s.code().to_owned(), state_cn: s.cn().to_owned(), count: of(s) };
    SmsState::ALL.iter().map(count).collect()
}

pub(super) fn masked(phone: &str) -> String {
    Phone::parse(phone).map_or_else(|_| "●●●●".to_owned(), |p| p.masked())
}

/// Query codes and one-time codes are the citizen's own.
fn veiled(text: &str) -> String {
    let mut out = text.to_owned();
    for word in ["查询码", "验证码"] {
        let Some(at) = out.find(word).map(|at| at + word.len()) else { continue };
        let code = out[at..].bytes().take_while(u8::is_ascii_alphanumeric).count();
        if code > 0 {
            out.replace_range(at..at + code, VEIL);
        }
    }
    out
}

fn title(template: &str, medium: Medium) -> String {
    let known = crate::message::template(template).map(|t| t.title.clone());
    known.unwrap_or_else(|| match template {
        "TEST" => format!("测试{}", medium.cn()),
        "MAIL" => "邮件提醒开启".to_owned(),
        _ => medium.cn().to_owned(),
    })
}

fn may_resend(sms: &Sms) -> bool {
    // A code sent again would be another code.
    matches!(sms.state, SmsState::Failed | SmsState::Expired) && sms.template != "T34"
}

fn sms_line(world: &World, sms: &Sms, case_no: Option<String>, texts: bool, resend: bool) -> SmsLine {
    SmsLine {
        id: sms.id.0,
        template: sms.template.clone(),
        template_cn: title(&sms.template, sms.medium),
        version: sms.version,
        medium: sms.medium.code().to_owned(),
        medium_cn: sms.medium.cn().to_owned(),
        to: match sms.medium {
            Medium::Sms => masked(&sms.to),
            Medium::Mail => kernel::mask_mail(&sms.to),
            Medium::Wechat | Medium::Weibo => domain::social::mask_account(&sms.to),
        },
        user_name: sms.user.map(|user| world.user_name(user)),
        subject: sms.subject.clone().filter(|_| texts),
        text: texts.then(|| veiled(&sms.text)),
        parts: if sms.medium == Medium::Sms { domain::message::count(&sms.text).parts } else { 1 },
        order_id: sms.order.filter(|_| texts),
        case_no: case_no.filter(|_| texts),
        state: sms.state.code().to_owned(),
        state_cn: sms.state.cn().to_owned(),
        tries: sms.tries,
        error: sms.error.clone(),
        created_at: sms.created_at,
        sent_at: sms.sent_at,
        done_at: sms.done_at,
        resend: resend && may_resend(sms),
    }
}

fn inbound_line(m: &Inbound, case_no: Option<String>) -> InboundLine {
    InboundLine {
        id: m.id,
        phone: masked(&m.phone),
        text: m.text.clone(),
        at: m.at,
        outcome: m.outcome.code().to_owned(),
        outcome_cn: m.outcome.cn().to_owned(),
        note: m.note.clone(),
        order_id: m.order,
        case_no,
    }
}

/// The case number of an order, when the person may see the order.
async fn number(app: &App, ctx: &Ctx, world: &World, order: Option<OrderId>) -> Result<Option<Option<String>>> {
    let Some(id) = order else { return Ok(Some(None)) };
    match seen_case(app, ctx, world, id).await {
        Ok((case, _)) => Ok(Some(Some(case.order.case_no.to_string()))),
        Err(Error::Refused(_)) => Ok(None),
        Err(e) => Err(e),
    }
}

fn wrong(field: &str, message: &str) -> Error {
    FieldError::new(field, message.to_owned()).with_remedy("请重新选择".to_owned()).into()
}

/// A page of messages, newest first. At the desk only those about orders within the scope; texts are not for who runs the system.
pub async fn sms_list(app: &App, ctx: &Ctx, query: &SmsListQuery) -> Result<Listing<SmsLine>> {
    let texts = admitted(ctx)?;
    let world = app.fresh_world().await?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let state = query.state.clone().unwrap_or_default();
    if !state.is_empty() && state.parse::<SmsState>().is_err() {
        return Err(wrong("state", "短信状态无效"));
    }
    let medium = query.medium.clone().unwrap_or_default();
    if !medium.is_empty() && medium.parse::<Medium>().is_err() {
        return Err(wrong("medium", "发送方式无效"));
    }
    let phone = query.phone.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let phone = phone.map(|t| Phone::parse(t).map(|p| p.normalised().to_owned())).transpose()?;
    let days = query.days.unwrap_or(DAYS).clamp(1, 3650);
    let q = SmsQuery {
        state,
        template: query.template.clone().unwrap_or_default(),
        medium,
        // The desk works with citizens; what colleagues are told is theirs.
        staff: !texts,
        phone,
        since: ctx.now.plus_days(-days),
        before: place(&page, ctx.now),
        limit: i64::from(page.limit),
    };
    let rows = store::sms::list(&app.store.db, &app.store.vault, &q).await?;
    let more = rows.len() >= usize::from(page.limit);
    let next = rows.last().filter(|_| more).map(|m| Cursor::int(m.created_at.0, m.id).encode());
    let mut items = Vec::with_capacity(rows.len());
    for sms in &rows {
        if !texts {
            items.push(sms_line(&world, sms, None, false, true));
        } else if let Some(case_no) = number(app, ctx, &world, sms.order).await? {
            items.push(sms_line(&world, sms, case_no, true, true));
        }
    }
    Ok(Listing::page(items, next))
}

fn place(page: &Page, now: Ts) -> (Ts, NoticeId) {
    let start = (now.plus_days(1), NoticeId(Uuid::max()));
    page.after.as_ref().and_then(|c| Some((Ts(c.as_int()?), NoticeId(c.id)))).unwrap_or(start)
}

/// A page of what citizens wrote, newest first.
pub async fn inbound_list(app: &App, ctx: &Ctx, query: &InboundListQuery) -> Result<Listing<InboundLine>> {
    ctx.require_ready()?;
    if !holds(ctx, DESK) {
        ctx.require(Permission::OrderRegister)?;
    }
    let world = app.fresh_world().await?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let outcome = query.outcome.clone().unwrap_or_default();
    if !outcome.is_empty() && outcome.parse::<InboundOutcome>().is_err() {
        return Err(wrong("outcome", "处理结果无效"));
    }
    let (at, id) = place(&page, ctx.now);
    let q = InboundQuery { outcome, before: (at, id.0), limit: i64::from(page.limit) };
    let rows = store::sms::list_inbound(&app.store.db, &app.store.vault, &q).await?;
    let more = rows.len() >= usize::from(page.limit);
    let next = rows.last().filter(|_| more).map(|m| Cursor::int(m.at.0, m.id).encode());
    let mut items = Vec::with_capacity(rows.len());
    for m in &rows {
        if let Some(case_no) = number(app, ctx, &world, m.order).await? {
            items.push(inbound_line(m, case_no));
        }
    }
    Ok(Listing::page(items, next))
}

/// The messages of an order, for whoever sees the order and its citizen's number at least masked.
pub async fn order_messages(app: &App, ctx: &Ctx, order: OrderId) -> Result<OrderMessages> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (_, facts) = seen_case(app, ctx, &world, order).await?;
    // A secret citizen's messages would name them.
    let Masks { identity, .. } = masks(ctx.actor()?, &facts);
    if identity {
        return Ok(OrderMessages { sent: Vec::new(), received: Vec::new() });
    }
    let resend = holds(ctx, DESK);
    let sent = store::sms::list_of_order(&app.store.db, &app.store.vault, order).await?;
    let received = store::sms::inbound_of_order(&app.store.db, &app.store.vault, order).await?;
    Ok(OrderMessages {
        sent: sent.iter().map(|m| sms_line(&world, m, None, true, resend)).collect(),
        received: received.iter().map(|m| inbound_line(m, None)).collect(),
    })
}

/// The message, if the person may know of it.
async fn seen(app: &App, ctx: &Ctx, id: NoticeId) -> Result<Sms> {
    let texts = admitted(ctx)?;
    let none = || Error::from(Refusal::not_found("短信"));
    let sms = store::sms::load(&app.store.db, &app.store.vault, id).await?.ok_or_else(none)?;
    if texts {
        if sms.user.is_some() {
            return Err(none());
        }
        let world = app.fresh_world().await?;
        number(app, ctx, &world, sms.order).await?.ok_or_else(none)?;
    }
    Ok(sms)
}

/// What happened to a message, in order.
pub async fn sms_steps(app: &App, ctx: &Ctx, id: NoticeId) -> Result<Vec<SmsStep>> {
    let sms = seen(app, ctx, id).await?;
    let world = app.fresh_world().await?;
    let events = store::sms::events_of(&app.store.db, sms.id).await?;
    let step = |e: store::sms::SmsEvent| SmsStep {
        at: e.at,
        what_cn: what_cn(&e.what).to_owned(),
        note: e.note,
        by_name: e.by_id.map(|id| world.user_name(id)),
    };
    let made = SmsStep { at: sms.created_at, what_cn: "生成".to_owned(), note: None, by_name: None };
    Ok(std::iter::once(made).chain(events.into_iter().map(step)).collect())
}

fn what_cn(what: &str) -> &'static str {
    match what {
        "sent" => "网关已接收",
        "retry" => "发送失败，稍后重试",
        "wait" => "网关不通，等待",
        "failed" => "发送失败，不再重试",
        "expired" => "未发送",
        "delivered" => "已送达",
        "undelivered" => "未送达",
        "resend" => "重发",
        "reroute" => "改由其他方式发送",
        _ => "记录",
    }
}

/// 重发: the same words once more, as a new message; the old one stays as it ended.
pub async fn sms_resend(app: &App, ctx: &Ctx, id: NoticeId) -> Result<Uuid> {
    let old = seen(app, ctx, id).await?;
    if !may_resend(&old) {
        return Err(Refusal::state("not_failed", "只有发送失败或已过期的短信可以重发").into());
    }
    let new = Sms {
        version: old.version,
        order: old.order,
        medium: old.medium,
        subject: old.subject.clone(),
        user: old.user,
        again: true,
        ..Sms::new(NoticeId::mint(&*app.mint, ctx.now), &old.template, &old.to, old.text.clone(), ctx.now)
    };
    let by = ctx.actor()?.user;
    db::with_retry!(app.store.db, async |tx| {
        store::sms::insert_sms(tx, &app.store.vault, std::slice::from_ref(&new)).await?;
        store::sms::log_event(tx, new.id, ctx.now, "resend", None, Some(by)).await?;
        store::sms::log_event(tx, old.id, ctx.now, "resend", Some("已另发一条"), Some(by)).await?;
        let detail = serde_json::json!({ "template": old.template, "of": old.id });
        audit::record(tx, app, ctx, Entry::new("sms", "sms.resend", "sms", new.id).with(detail)).await
    })?;
    Ok(new.id.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_veiled_and_nothing_else() {
        let text = "【云12345】您反映的“路灯”已登记，编号A1，查询码ABCD2345，可在x查询。";
        assert_eq!(veiled(text), "【云12345】您反映的“路灯”已登记，编号A1，查询码●●●●●●，可在x查询。");
        assert_eq!(veiled("验证码123456，5分钟内有效。"), "验证码●●●●●●，5分钟内有效。");
        assert_eq!(veiled("请凭查询码查看"), "请凭查询码查看");
    }
}
