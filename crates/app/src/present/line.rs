//! One row of a list, masked for everybody.

use domain::authority::{Masks, mask_requester};
use domain::light::{Light, light_at};
use domain::order::{Order, OrderState};
use domain::reply_gate::Hit;
use domain::request::RequestKind;
use domain::task::{Task, TaskState};
use kernel::{Calendar, Ts, UserId};
use store::search::Stage;

use crate::view::{ClaimView, GateView, HitView, OrderLine, StageView, TaskView, UserRef};
use crate::world::World;

/// What a row shows beside the order itself.
#[derive(Clone, Debug, Default)]
pub struct LineFacts {
    pub handler: Option<UserId>,
    pub pending: Vec<RequestKind>,
    pub repeat_n: i64,
    pub stage: Option<Stage>,
}

/// The lamp of the promise: it burns while the handling clock runs.
pub fn light_of(order: &Order, now: Ts) -> Light {
    use OrderState::{CenterAudit, Consulting, Dispatched, Handling, PendingDispatch, Registered, Tracking};
    match order.state {
        Registered | PendingDispatch | Consulting | Dispatched | Handling | CenterAudit | Tracking => {
            light_at(order.due_at, order.warn_at, now)
        }
        _ => Light::Off,
    }
}

/// `剩2个工作日`, `剩3小时20分`, `逾期1天3小时`.
pub fn remaining_cn(calendar: &Calendar, due: Ts, now: Ts) -> String {
    const HOUR: i64 = 3_600_000;
    let left = due.millis_since(now);
    if left < 0 {
        let (days, hours) = (-left / (24 * HOUR), -left % (24 * HOUR) / HOUR);
        let minutes = (-left % HOUR / 60_000).max(1);
        return match (days, hours) {
            (0, 0) => format!("逾期{minutes}分钟"),
            (0, h) => format!("逾期{h}小时"),
            (d, 0) => format!("逾期{d}天"),
            (d, h) => format!("逾期{d}天{h}小时"),
        };
    }
    let days = calendar.working_days_between(now.date(), due.date());
    if days >= 1 && left >= 24 * HOUR {
        return format!("剩{days}个工作日");
    }
    let (hours, minutes) = (left / HOUR, left % HOUR / 60_000);
    match (hours, minutes) {
        (0, m) => format!("剩{m}分钟"),
        (h, 0) => format!("剩{h}小时"),
        (h, m) if h < 6 => format!("剩{h}小时{m}分"),
        (h, _) => format!("剩{h}小时"),
    }
}

/// The row of an order as of `now`.
pub fn order_line(order: &Order, facts: &LineFacts, world: &World, now: Ts) -> OrderLine {
    let light = light_of(order, now);
    let masked = mask_requester(&order.requester, Masks::for_list(order.confidentiality));
    let claimed = order.claimed_by.filter(|_| order.claimed_until.is_none_or(|until| now < until));
    let mailbox = order.mailbox.and_then(|id| world.mailbox(id));
    let running = matches!(light, Light::Green | Light::Yellow | Light::Red);
    OrderLine {
        id: order.id,
        case_no: order.case_no.clone(),
        version: order.version,
        state: order.state,
        state_cn: order.state.cn().to_owned(),
        light,
        light_cn: light.cn().to_owned(),
        remaining_cn: order
            .due_at
            .filter(|_| running)
            .map(|due| remaining_cn(&world.calendar, due, now))
            .unwrap_or_default(),
        due_at: order.due_at,
        warn_at: order.warn_at,
        channel: order.channel,
        channel_cn: mailbox.map_or(order.channel.cn(), |m| m.name.as_str()).to_owned(),
        mailbox: order.mailbox,
        demand_type: order.demand_type,
        demand_type_cn: order.demand_type.cn().to_owned(),
        category: order.category.clone(),
        category_path: world.category_path(&order.category),
        title: order.title.clone(),
        region: order.region.clone(),
        region_path: world.regions.path_cn(&order.region),
        urgency: order.urgency,
        urgency_cn: order.urgency.cn().to_owned(),
        requester_masked: masked.name.or_else(|| order.anonymous.then(|| "匿名".to_owned())),
        phone_masked: masked.contact_phone.or(masked.phone),
        lead_org: order.lead_org.map(|id| world.org(id)),
        handler_name: facts.handler.map(|id| world.user_name(id)),
        registered_at: order.registered_at,
        dispatched_at: order.dispatched_at,
        return_n: order.return_n,
        ext_n: order.ext_n,
        urge_n: order.urge_n,
        send_back_n: order.send_back_n,
        supervise_n: order.supervise_n,
        round: order.round,
        repeat_n: facts.repeat_n,
        claimed_by: claimed.map(|id| ClaimView { id, name: world.user_name(id), until: order.claimed_until }),
        confidentiality: order.confidentiality,
        flags: order.flags,
        pending: facts.pending.clone(),
        joint_lead: order.joint_lead,
        stage: facts.stage.filter(|_| !running).map(|stage| stage_view(stage, world, now)),
    }
}

fn stage_view(stage: Stage, world: &World, now: Ts) -> StageView {
    StageView {
        kind: stage.kind,
        kind_cn: stage.kind.cn().to_owned(),
        light: light_at(stage.due_at, stage.warn_at, now),
        remaining_cn: remaining_cn(&world.calendar, stage.due_at, now),
        due_at: stage.due_at,
        warn_at: stage.warn_at,
    }
}

/// A finding of the reply gate in words.
pub fn hit_view(h: &Hit) -> HitView {
    HitView {
        rule: h.rule,
        rule_cn: h.rule.cn().to_owned(),
        severity: h.severity,
        severity_cn: h.severity.cn().to_owned(),
        field: h.field,
        field_cn: h.field.cn().to_owned(),
        start: h.start,
        end: h.end,
        found: h.found.clone(),
        remedy: h.remedy.clone(),
    }
}

/// A task; internal texts only for those who may read them.
pub fn task_view(task: &Task, internal: bool, world: &World, now: Ts) -> TaskView {
    let inner = |text: &Option<String>| text.clone().filter(|_| internal);
    let waiting = !task.state.is_terminal() && task.state != TaskState::Submitted;
    TaskView {
        id: task.id,
        org: world.org(task.org),
        role: task.role,
        role_cn: task.role.cn().to_owned(),
        round: task.round,
        state: task.state,
        state_cn: task.state.cn().to_owned(),
        light: if waiting { light_at(task.due_at, task.warn_at, now) } else { Light::Off },
        remaining_cn: task
            .due_at
            .filter(|_| waiting)
            .map(|due| remaining_cn(&world.calendar, due, now))
            .unwrap_or_default(),
        handler: task.handler.map(|id| UserRef { id, name: world.user_name(id) }),
        advice: inner(&task.advice),
        dispatched_at: task.dispatched_at,
        signed_at: task.signed_at,
        submitted_at: task.submitted_at,
        ended_at: task.ended_at,
        due_at: task.due_at,
        supervise_due: task.supervise_due,
        claim_true: task.claim_true.filter(|_| internal),
        beyond_duty: task.beyond_duty.filter(|_| internal),
        result: task.result,
        unsolved_reason: inner(&task.unsolved_reason),
        handling_note: inner(&task.handling_note),
        public_reply: task.public_reply.clone(),
        legal_basis: task.legal_basis.clone(),
        gate: task.gate.as_ref().filter(|_| internal).map(|g| GateView {
            hits: g.hits.iter().map(hit_view).collect(),
            reason: g.reason.clone(),
            at: g.at,
        }),
        unit_opinion: inner(&task.unit_opinion),
        evidence: task.evidence.as_ref().filter(|_| internal).map(|e| super::evidence_view(e, task.org, world)),
        defect: task.defect,
        send_back_n: task.send_back_n,
        parent: task.parent,
        version: task.version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remaining_time_is_told_in_the_unit_that_matters() {
        let calendar = Calendar::shipped();
        let now = Ts::parse_iso("2026-11-24T10:00:00+08:00").unwrap();
        let tell = |minutes: i64| remaining_cn(&calendar, now.plus_minutes(minutes), now);
        assert_eq!(tell(2 * 24 * 60), "剩2个工作日");
        assert_eq!(tell(200), "剩3小时20分");
        assert_eq!(tell(15), "剩15分钟");
        assert_eq!(tell(600), "剩10小时");
        assert_eq!(tell(-27 * 60), "逾期1天3小时");
        assert_eq!(tell(-30), "逾期30分钟");
    }
}
