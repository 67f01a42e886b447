//! 统一回复 (W23, W24) and what follows it.

use kernel::Refusal;

use super::{
    check::Check,
    work::{Say, Work},
};
use crate::{
    authority::Role,
    clock::{ClockKind, Term},
    decision::Recipient,
    env::Env,
    order::{Confidentiality, DemandType, Order},
};

/// Nobody to answer, or nobody who wants an answer: the result is published by query code only.
fn reply_due(o: &Order) -> bool {
    !o.anonymous && !o.no_reply_wanted && o.demand_type != DemandType::Praise
}

/// The order is to be called back: wanted, possible, and not left out by `callback.exclusions`.
fn callback_due(o: &Order, env: &Env) -> bool {
    let secret = o.demand_type == DemandType::Report && o.confidentiality != Confidentiality::None;
    let excluded = secret && env.params.list("callback.exclusions").contains(&"keep_secret");
    reply_due(o) && o.callback_wanted && o.demand_type != DemandType::Other && !excluded
}

/// The audited answer goes to the citizen: by the centre (`unified_reply`), or already given by the unit.
pub(super) fn after_audit(w: &mut Work, opinion: Option<&str>) -> Result<(), Refusal> {
    let (answer, ask) = (reply_due(&w.case.order), callback_due(&w.case.order, w.env));
    if answer && !w.env.params.flag("unified_reply") {
        w.step("W21b", Say::maybe(opinion))?;
        w.case.order.reply_at = Some(w.now());
        if ask {
            await_callback(w);
            return Ok(());
        }
        return close(w, "W25", Say::opinion("无需回访"));
    }
    w.step("W21a", Say::maybe(opinion))?;
    if !answer {
        return close(w, "W24", Say::nothing());
    }
    let term = Term::param("sla.unified_reply", w.now(), w.env);
    w.start_clock(ClockKind::UnifiedReply, None, term);
    let msg = [("biz", "工单".to_owned()), ("msg", "待统一回复".to_owned())];
    w.tell("T20", Recipient::CenterRole { role: Role::ReplyAgent }, &msg);
    Ok(())
}

/// W23.
pub(super) fn unified_reply(w: &mut Work, channel: &str, text: &str) -> Result<(), Refusal> {
    let o = &w.case.order;
    let phone_only = o.demand_type == DemandType::Report && o.confidentiality != Confidentiality::None;
    Check::new()
        .text("channel", "回复方式", channel, 1, 20)
        .text("reply", "回复内容", text, 5, 5000)
        .when(
            phone_only && !channel.trim().is_empty() && channel.trim() != "phone",
            "channel",
            "保密举报只能由授权人员电话回复",
            "请选择“电话”方式回复",
        )
        .done()?;
    let ask = callback_due(o, w.env);
    let say = Say::opinion(text.trim()).with(serde_json::json!({ "channel": channel.trim() }));
    let now = w.now();
    w.case.order.reply = Some(text.trim().to_owned());
    w.case.order.reply_at = Some(now);
    w.case.order.reply_channel = Some(channel.trim().to_owned());
    w.stop_clock(ClockKind::UnifiedReply, None, now);
    // A report's result is never put into a message.
    if !phone_only {
        let head: String = text.trim().chars().take(60).collect();
        w.tell_citizen("T12", &[("reply60", head)]);
    }
    if !ask {
        return close(w, "W23b", say);
    }
    w.step("W23a", say)?;
    await_callback(w);
    Ok(())
}

fn await_callback(w: &mut Work) {
    let term = Term::param("sla.callback", w.now(), w.env);
    w.start_clock(ClockKind::Callback, None, term);
}

/// The order is closed in good order by a row of the table.
pub(super) fn close(w: &mut Work, code: &str, say: Say) -> Result<(), Refusal> {
    w.step(code, say)?;
    w.end()
}
