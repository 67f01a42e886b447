//! 回访 and 二次办理 (§5.7, W25, W26).

use std::collections::BTreeSet;

use kernel::{OrgId, Refusal, Ts};

use super::{
    approval,
    check::{Check, may_handle},
    dispatch::new_lead,
    guard::redo_left,
    reply::close,
    request::{Apply, apply},
    work::{Say, Work},
};
use crate::{
    authority::Role,
    callback::{CITIZEN, Callback, CallbackMode, CallbackOutcome, Rating, Solved},
    case::Case,
    clock::ClockKind,
    decision::Recipient,
    order::{CallbackForm, OrderState},
    request::RequestKind,
    task::TaskRole,
};

/// W25: one attempt. Its outcome decides what becomes of the order; its ratings are never changed afterwards.
pub(super) fn callback(w: &mut Work, form: &CallbackForm) -> Result<(), Refusal> {
    check(form, asks_only_satisfaction(w, form))?;
    let at_once = w.state() != OrderState::PendingCallback;
    let outcome = outcome(w, form)?;
    let record = Callback {
        id: w.env.id(),
        order_id: w.case.order.id,
        round: w.case.order.round,
        mode: form.mode,
        reached: form.reached,
        unreached_reason: form.unreached_reason.clone(),
        contacted: form.contacted,
        solved: form.solved,
        process_rating: form.process_rating,
        rating: form.rating,
        dissatisfy_reasons: form.dissatisfy_reasons.clone(),
        opinion: form.opinion.clone(),
        outcome,
        by: w.by.user().unwrap_or(CITIZEN),
        at: w.now(),
        corrects: None,
        corrected_at: None,
    };
    w.case.callbacks.push(record);
    if form.reached {
        let o = &mut w.case.order;
        o.contacted = form.contacted.or(o.contacted);
        o.solved = form.solved.or(o.solved);
        o.rating = form.rating.or(o.rating);
    }
    let fields = serde_json::json!({
        "mode": form.mode, "outcome": outcome, "solved": form.solved, "rating": form.rating,
        "dissatisfy_reasons": form.dissatisfy_reasons,
    });
    let say = Say::nothing().with(fields);
    if at_once { rated_at_once(w, outcome, say) } else { follow(w, form, outcome, say) }
}

/// 即时评价 (T02): answered and ended without a callback, and not yet rated in this round.
pub fn rates_at_once(case: &Case) -> bool {
    let o = &case.order;
    let ended = matches!(o.state, OrderState::Closed | OrderState::DirectClosed);
    ended && o.rating.is_none() && !case.callbacks.iter().any(|c| c.round == o.round)
}

/// The order stays ended; an unhappy citizen is called.
fn rated_at_once(w: &mut Work, outcome: CallbackOutcome, say: Say) -> Result<(), Refusal> {
    w.note("W25", "callback", None, say);
    if outcome == CallbackOutcome::RedoProposed {
        let msg = [("biz", "工单".to_owned()), ("msg", "诉求人对答复评价不满意，请电话核实".to_owned())];
        w.tell("T20", Recipient::CenterRole { role: Role::Callback }, &msg);
    }
    Ok(())
}

/// A citizen's message says how satisfied they are and no more; whether the matter is solved stays unknown.
fn asks_only_satisfaction(w: &Work, form: &CallbackForm) -> bool {
    form.mode == CallbackMode::Sms && w.by.user().is_none()
}

fn check(form: &CallbackForm, brief: bool) -> Result<(), Refusal> {
    let blank = |t: Option<&str>| t.is_none_or(|t| t.trim().is_empty());
    let unhappy = matches!(form.rating, Some(Rating::Dissat | Rating::VeryDissat));
    Check::new()
        .when(
            !form.reached && blank(form.unreached_reason.as_deref()),
            "unreached_reason",
            "请选择未接通原因",
            "例如：无人接听、关机、拒接",
        )
        .when(
            form.reached && form.contacted.is_none(),
            "contacted",
            "请选择承办单位是否联系过诉求人",
            "询问后选择是、否或记不清",
        )
        .when(
            form.reached && form.solved.is_none() && !brief,
            "solved",
            "请选择诉求是否解决",
            "询问后选择已解决、部分解决或未解决",
        )
        .when(form.reached && form.rating.is_none(), "rating", "请选择满意度", "诉求人不愿评价的，选择“未评价”")
        .when(
            form.reached && unhappy && form.dissatisfy_reasons.is_empty(),
            "dissatisfy_reasons",
            "请选择不满意的原因",
            "可多选：未联系、未解决、推诿、态度、超期、结果不认可、其他",
        )
        .when(
            form.unreasonable && blank(form.opinion.as_deref()),
            "opinion",
            "认定诉求不合理须写明核实情况",
            "请写明核实依据和已作的解释",
        )
        .maybe("opinion", "回访意见", form.opinion.as_deref(), 1000)
        .done()
}

/// B1–B4.
fn outcome(w: &Work, form: &CallbackForm) -> Result<CallbackOutcome, Refusal> {
    if !form.reached {
        return unreached(w, form);
    }
    let happy = form.rating.is_some_and(Rating::is_satisfied);
    if happy || form.solved == Some(Solved::Solved) {
        return Ok(CallbackOutcome::Satisfied);
    }
    Ok(if form.unreasonable { CallbackOutcome::Unreasonable } else { CallbackOutcome::RedoProposed })
}

/// B4 needs attempts enough, on days and at times of day enough (`callback.attempts`, `.days`, `.slots`).
fn unreached(w: &Work, form: &CallbackForm) -> Result<CallbackOutcome, Refusal> {
    if !form.give_up {
        return Ok(CallbackOutcome::Attempted);
    }
    let round = w.case.order.round;
    let missed = || w.case.callbacks.iter().filter(move |c| c.round == round && !c.reached);
    let (tried, least) = (missed().count() as i64 + 1, w.env.params.int("callback.attempts"));
    let windows = w.env.params.windows("callback.hours");
    let slot = |at: Ts| {
        let minute = (at.civil().hour() as u16) * 60 + at.civil().minute() as u16;
        windows.iter().filter(|(from, _)| *from <= minute).count()
    };
    let times: Vec<Ts> = missed().map(|c| c.at).chain([w.now()]).collect();
    let days: BTreeSet<_> = times.iter().map(|t| t.date()).collect();
    let slots: BTreeSet<_> = times.iter().map(|t| slot(*t)).collect();
    let (days_least, slots_least) = (w.env.params.int("callback.days"), w.env.params.int("callback.slots"));
    if tried < least || (days.len() as i64) < days_least || (slots.len() as i64) < slots_least {
        let text = format!(
            "无法联系结案须至少回访{least}次，分布在{days_least}天、{slots_least}个时段，现为第{tried}次，请另择时间再拨"
        );
        return Err(Refusal::state("attempts", text));
    }
    Ok(CallbackOutcome::Unreachable)
}

fn follow(w: &mut Work, form: &CallbackForm, outcome: CallbackOutcome, say: Say) -> Result<(), Refusal> {
    match outcome {
        CallbackOutcome::Attempted => {
            w.note("W25", "callback_attempt", None, say);
            Ok(())
        }
        CallbackOutcome::Satisfied | CallbackOutcome::Unreachable => finish(w, say),
        CallbackOutcome::Unreasonable if w.by.user().is_none() => {
            Err(Refusal::forbidden("诉求不合理须由回访员提出、班长认定"))
        }
        CallbackOutcome::Unreasonable => {
            w.note("W25", "callback", None, say);
            apply(
                w,
                Apply {
                    code: "B3",
                    reason_code: "B3".to_owned(),
                    reason: form.opinion.clone().unwrap_or_default(),
                    ..Apply::new(RequestKind::Unreasonable)
                },
            )
            .map(drop)
        }
        CallbackOutcome::RedoProposed => dissatisfied(w, form, say),
    }
}

pub(super) fn finish(w: &mut Work, say: Say) -> Result<(), Refusal> {
    let now = w.now();
    w.stop_clock(ClockKind::Callback, None, now);
    close(w, "W25", say)
}

/// B2. When no further round is allowed the rating stands, and supervision takes over. Without a person who proposes
/// (a rating by message) the matter goes to the callback desk by phone.
fn dissatisfied(w: &mut Work, form: &CallbackForm, say: Say) -> Result<(), Refusal> {
    if !redo_left(&w.case, w.env) {
        finish(w, say)?;
        let msg = [("biz", "工单".to_owned()), ("msg", "二次办理已达上限仍不满意，请督办".to_owned())];
        w.tell("T20", Recipient::CenterRole { role: Role::Supervisor }, &msg);
        return Ok(());
    }
    w.note("W25", "callback", None, say);
    if w.by.user().is_none() {
        let msg = [("biz", "工单".to_owned()), ("msg", "诉求人评价不满意，请电话核实".to_owned())];
        w.tell("T20", Recipient::CenterRole { role: Role::Callback }, &msg);
        return Ok(());
    }
    apply(
        w,
        Apply {
            code: "W26",
            reason_code: "B2".to_owned(),
            reason: form.opinion.clone().unwrap_or_else(|| form.dissatisfy_reasons.join("、")),
            ..Apply::new(RequestKind::Redo)
        },
    )
    .map(drop)
}

/// W26 as a command: the callback desk proposes, the team leader orders.
pub(super) fn redo_command(w: &mut Work, reason: &str, lead: Option<OrgId>) -> Result<(), Refusal> {
    let mut check = Check::new().text("reason", "重办理由", reason, 2, 1000);
    if let Some(org) = lead {
        check = check.result(may_handle("lead", org, &w.case.order, w.env));
    }
    check.done()?;
    let steps = approval::steps_for(RequestKind::Redo, &w.case, None);
    if w.role == Some(Role::TeamLeader) && steps == [Role::TeamLeader] {
        return do_redo(w, "W26", reason.trim(), lead);
    }
    apply(
        w,
        Apply {
            code: "W26",
            reason_code: "redo".to_owned(),
            reason: reason.trim().to_owned(),
            suggested_org: lead,
            ..Apply::new(RequestKind::Redo)
        },
    )
    .map(drop)
}

/// A further round with a new lead task of the same organisation, unless another is named. `code` is W26 or W36b.
pub(super) fn do_redo(w: &mut Work, code: &str, reason: &str, lead: Option<OrgId>) -> Result<(), Refusal> {
    let last = w.case.tasks.iter().rev().find(|t| t.role == TaskRole::Lead).map(|t| t.org);
    // Of an order that followed another, whoever worked on that one.
    let org = lead
        .or(last)
        .or(w.case.order.lead_org)
        .ok_or_else(|| Refusal::state("no_lead", "该工单未曾派单，不能二次办理；如需办理请重开"))?;
    Check::new().result(may_handle("lead", org, &w.case.order, w.env)).done()?;
    let now = w.now();
    if w.state() == OrderState::PendingCallback {
        w.stop_clock(ClockKind::Callback, None, now);
    }
    w.step(code, Say::opinion(reason).with(serde_json::json!({ "lead": org, "round": w.case.order.round + 1 })))?;
    new_round(w);
    new_lead(w, org, Some(reason), true, None)?;
    let due = w.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at.format_cn()).unwrap_or_default();
    let name = w.env.directory.org_name(org).to_owned();
    w.tell("T14", Recipient::OrgDuty { org }, &[("due", due.clone())]);
    w.tell_citizen("T15", &[("org", name), ("due", due)]);
    Ok(())
}

/// Round and dates start anew; what was said and rated before stays on record.
pub(super) fn new_round(w: &mut Work) {
    let env = w.env;
    for clock in &mut w.case.clocks {
        clock.void(env);
    }
    w.cancel_requests(|kind, _| !matches!(kind, RequestKind::Exempt | RequestKind::Contest | RequestKind::Correction));
    let o = &mut w.case.order;
    o.round += 1;
    o.joint_lead = None;
    o.due_at = None;
    o.warn_at = None;
    o.closed_at = None;
}
