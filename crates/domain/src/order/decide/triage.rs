//! Before dispatch: amend, answer at once, refuse, hand over, submit, claim.

use kernel::{FieldError, OrgId, Refusal, Ts};

use super::{
    approval,
    check::{Check, known_org},
    form::validate_form,
    partner::granted,
    register::apply_form,
    request::{Apply, apply},
    sla,
    work::{Say, Work},
};
use crate::{
    authority::Role,
    clock::ClockKind,
    decision::{GrantKind, Recipient},
    order::{
        Command, DemandType, HandleResult, Order, OrderState, Origin, RegisterForm, RejectReason, TransferTarget,
        Urgency, origin::to_the_end,
    },
    request::RequestKind,
};

pub(super) fn run(w: &mut Work, cmd: &Command) -> Result<(), Refusal> {
    match cmd {
        Command::Amend { reason, form, supplement, limit_at } => {
            amend(w, Amendment { reason, form: form.as_deref(), supplement: supplement.as_deref(), limit: *limit_at })
        }
        Command::DirectReply { reply, kb_id } => direct_reply(w, reply, kb_id.as_deref()),
        Command::Reject { reason, explanation, redirect_target, linked_order } => {
            let target = redirect_target.as_deref().map(str::trim).filter(|t| !t.is_empty());
            reject_command(w, Rejection { reason: *reason, explanation, target, linked: *linked_order })
        }
        Command::TransferOut { target, receipt, reason } => transfer_out(w, *target, receipt, reason.as_deref()),
        Command::Submit { urgency, suggested_org } => submit(w, *urgency, *suggested_org),
        Command::Claim => {
            w.case.order.claimed_by = w.by.user();
            w.case.order.claimed_until = Some(w.now().plus_minutes(w.env.params.int("claim.minutes")));
            Ok(())
        }
        _ => {
            w.case.order.claimed_by = None;
            w.case.order.claimed_until = None;
            Ok(())
        }
    }
}

/// What is put right or added.
struct Amendment<'a> {
    reason: &'a str,
    form: Option<&'a RegisterForm>,
    supplement: Option<&'a str>,
    /// 上级同意延期至.
    limit: Option<Ts>,
}

/// W03. Before dispatch the facts may be put right; afterwards words can only be added, so that nobody works on ground
/// that moves.
fn amend(w: &mut Work, a: Amendment) -> Result<(), Refusal> {
    let Amendment { reason, form, supplement, limit } = a;
    let open = matches!(w.state(), OrderState::Registered | OrderState::PendingDispatch | OrderState::Consulting);
    let limit = limit.map(to_the_end);
    let supplement = supplement.map(str::trim).filter(|t| !t.is_empty());
    Check::new()
        .text("reason", "修改原因", reason, 2, 500)
        .when(form.is_some() && !open, "form", "工单已派单，不能再修改登记内容", "请改用“补充情况”追加说明")
        .when(form.is_none() && supplement.is_none(), "supplement", "请填写补充情况", "写明诉求人新反映的情况")
        .maybe("supplement", "补充情况", supplement, 1000)
        .result(limit.map_or(Ok(()), |until| superior_extends(w, until, open)))
        .done()?;
    let mut changed = Vec::new();
    if let Some(form) = form {
        // The duplicate question was answered at registration.
        let form = RegisterForm { duplicates_checked: true, ..form.clone() };
        let mut errors = validate_form(&form, w.env);
        // A limit that has passed since it was written down is no mistake of whoever puts something else right.
        let limit = Origin::of(&form).limit_at;
        let stands = limit == w.case.order.origin.limit_at;
        errors.retain(|e| !stands || e.field != "origin.limit_at");
        if !errors.is_empty() {
            return Err(Refusal::fields(errors));
        }
        let before = w.case.order.clone();
        apply_form(&mut w.case.order, &form, w.env);
        changed = differing(&before, &w.case.order);
        if !stands {
            sla::put_right(w);
        }
    }
    if let Some(text) = supplement {
        let stamp = w.now().format_cn();
        w.case.order.content.push_str(&format!("\n【补充 {stamp}】{text}"));
        changed.push("supplement");
    }
    w.note("W03", "amend", None, Say::opinion(reason.trim()).with(serde_json::json!({ "changed": changed })));
    w.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", "诉求内容有补充".to_owned())]);
    if let Some(until) = limit {
        let by = w.case.order.origin.source.clone().unwrap_or_else(|| "上级交办单位".to_owned());
        let say = Say::maybe(supplement).with(serde_json::json!({ "superior": by, "until": until }));
        granted(w, until, &by, say);
    }
    Ok(())
}

/// A superior's word, by paper or telephone, that there is more time.
fn superior_extends(w: &Work, until: Ts, open: bool) -> Result<(), FieldError> {
    let bad = |message: &str, remedy: &str| Err(FieldError::new("limit_at", message).with_remedy(remedy));
    let o = &w.case.order;
    match o.origin.limit_at.into_iter().chain(o.merged_limit_at).min() {
        _ if open => bad("工单尚未派单，不必登记上级延期", "请直接修改登记内容中的上级限办日期"),
        None => bad("该工单没有上级限办日期", "只有登记了上级限办日期的工单可以登记上级同意的延期"),
        Some(old) if until <= old => bad("上级同意的新时限须晚于原上级限办日期", "请核对上级同意延期的来文"),
        Some(_) if until <= w.now() => bad("上级同意的新时限已过", "请核对上级同意延期的来文"),
        Some(_) => Ok(()),
    }
}

/// Names of the facts that differ; their values may be personal and stay out of the log.
fn differing(a: &Order, b: &Order) -> Vec<&'static str> {
    [
        ("channel", a.channel != b.channel),
        ("demand_type", a.demand_type != b.demand_type),
        ("category", a.category != b.category),
        ("urgency", a.urgency != b.urgency),
        ("title", a.title != b.title),
        ("content", a.content != b.content),
        ("wish", a.wish != b.wish),
        ("tags", a.tags != b.tags),
        ("region", a.region != b.region),
        ("address", a.address != b.address),
        ("location", a.lng != b.lng || a.lat != b.lat),
        ("occurred_at", a.occurred_at != b.occurred_at),
        ("requester", a.requester != b.requester),
        ("anonymous", a.anonymous != b.anonymous),
        ("confidentiality", a.confidentiality != b.confidentiality),
        ("reply_wishes", a.no_reply_wanted != b.no_reply_wanted || a.callback_wanted != b.callback_wanted),
        ("respondent", a.respondent != b.respondent || a.accused_org != b.accused_org),
        ("affected_count", a.affected_count != b.affected_count),
        ("origin", a.origin != b.origin),
        ("flags", a.flags != b.flags),
    ]
    .into_iter()
    .filter_map(|(name, differs)| differs.then_some(name))
    .collect()
}

/// W04.
fn direct_reply(w: &mut Work, reply: &str, kb_id: Option<&str>) -> Result<(), Refusal> {
    let kb = kb_id.map(str::trim).filter(|t| !t.is_empty());
    let least = if kb.is_some() { 0 } else { 2 };
    Check::new().text("reply", "答复内容", reply, least, 5000).done()?;
    let text = reply.trim();
    let fields = serde_json::json!({ "kb_id": kb });
    w.step("W04", Say::opinion(text).with(fields))?;
    let now = w.now();
    let o = &mut w.case.order;
    o.reply = (!text.is_empty()).then(|| text.to_owned());
    o.reply_at = Some(now);
    o.result = Some(HandleResult::Solved);
    if o.demand_type == DemandType::Praise
        && let Some(org) = o.accused_org.or(o.suggested_org)
    {
        w.grant(org, GrantKind::Copy);
    }
    w.end()?;
    w.tell_citizen("T02", &[]);
    Ok(())
}

pub(super) struct Rejection<'a> {
    pub reason: RejectReason,
    pub explanation: &'a str,
    pub target: Option<&'a str>,
    pub linked: Option<kernel::OrderId>,
}

/// W05: some grounds the agent states alone, the others the team leader confirms.
fn reject_command(w: &mut Work, r: Rejection) -> Result<(), Refusal> {
    use RejectReason::{N01, N02, N03, N06};
    Check::new()
        .text("explanation", "说明", r.explanation, 2, 1000)
        .when(
            matches!(r.reason, N02 | N03) && r.target.is_none(),
            "redirect_target",
            "请填写应通过的途径或受理机关",
            "例如：仲裁委员会、人民法院、信访局",
        )
        .when(r.reason == N01 && r.target.is_none(), "redirect_target", "请填写转接结果", "写明已转接的专线号码和结果")
        .when(
            r.reason == N06 && r.linked.is_none(),
            "linked_order",
            "请关联正在办理或已办结的工单",
            "从历史诉求中选择对应工单",
        )
        .done()?;
    let steps = approval::steps_for(RequestKind::Reject, &w.case, Some(r.reason.code()));
    if steps.is_empty() || w.role == Some(Role::TeamLeader) {
        return do_reject(w, &r);
    }
    apply(
        w,
        Apply {
            code: "W05",
            reason_code: r.reason.code().to_owned(),
            reason: r.explanation.trim().to_owned(),
            basis: r.target.map(str::to_owned),
            target: r.linked,
            ..Apply::new(RequestKind::Reject)
        },
    )
    .map(drop)
}

pub(super) fn do_reject(w: &mut Work, r: &Rejection) -> Result<(), Refusal> {
    let fields = serde_json::json!({ "redirect_target": r.target, "linked_order": r.linked });
    w.step("W05", Say::opinion(r.explanation.trim()).reason(r.reason.code()).with(fields))?;
    w.case.order.reject_reason = Some(r.reason);
    w.case.order.redirect_target = r.target.map(str::to_owned);
    w.end()?;
    let route = r.target.unwrap_or("相应途径").to_owned();
    w.tell_citizen("T03", &[("reason_short", r.reason.cn().to_owned()), ("route", route)]);
    Ok(())
}

/// W06.
fn transfer_out(w: &mut Work, target: TransferTarget, receipt: &str, reason: Option<&str>) -> Result<(), Refusal> {
    Check::new()
        .text("receipt", "回执号或转接结果", receipt, 1, 200)
        .maybe("reason", "转出原因", reason, 500)
        .done()?;
    let fields = serde_json::json!({ "target": target, "receipt": receipt.trim() });
    w.step("W06", Say::maybe(reason).reason(target.code()).with(fields))?;
    w.case.order.redirect_target = Some(target.cn().to_owned());
    w.end()?;
    w.tell_citizen("T04", &[("target", target.cn().to_owned()), ("contact", target.cn().to_owned())]);
    Ok(())
}

/// W07.
fn submit(w: &mut Work, urgency: Option<Urgency>, suggested: Option<OrgId>) -> Result<(), Refusal> {
    let known = suggested.map_or(Ok(()), |org| known_org("suggested_org", org, w.env));
    Check::new().result(known).done()?;
    w.step("W07", Say::nothing())?;
    let o = &mut w.case.order;
    o.urgency = urgency.unwrap_or(o.urgency);
    o.suggested_org = suggested.or(o.suggested_org);
    await_dispatch(w);
    Ok(())
}

/// The order waits for a dispatcher: the dispatch clock runs and the dispatchers are told.
pub(super) fn await_dispatch(w: &mut Work) {
    w.void_clock(ClockKind::Dispatch);
    let term = sla::dispatch(&w.case.order, w.env);
    w.start_clock(ClockKind::Dispatch, None, term);
    let recipient = Recipient::CenterRole { role: Role::Dispatcher };
    w.tell("T20", recipient, &[("biz", "待派工单".to_owned()), ("msg", "等待派单".to_owned())]);
}
