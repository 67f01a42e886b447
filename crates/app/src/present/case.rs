//! The whole order for one viewer.

use domain::authority::{Actor, Masks, OrderFacts, mask_origin, mask_requester, masks, may_reveal};
use domain::case::Case;
use domain::clock::{Clock, ClockKind};
use domain::correction::{CorrectedField, Correction};
use domain::light::{Light, light, light_at};
use domain::order::decide::contest_of;
use domain::order::{Allowed, Order, OrderState};
use domain::request::{Request, RequestKind, RequestState};
use kernel::{Ts, mask_address};
use store::search::Stage;

use super::flow::reason_cn;
use super::{
    LineFacts, basis_cn, bounce_view, order_line, remaining_cn, sentences, span_cn, supervision_view, task_view,
};
use crate::view::{
    AllowedView, CallbackView, ClockView, ContactView, CorrectionView, DecisionView, ElsewhereView, LinkView,
    LinkedOrder, MasksView, OrderLine, OrderView, RequestView, StepView,
};
use crate::world::World;

/// What the page is made from.
pub struct Seen<'a> {
    pub case: &'a Case,
    pub facts: &'a OrderFacts,
    pub viewer: &'a Actor,
    pub world: &'a World,
    pub now: Ts,
    /// The orders at the other end of the links.
    pub linked: &'a [Order],
    pub steps: Vec<StepView>,
    pub allowed: Vec<Allowed>,
    pub elsewhere: Option<ElsewhereView>,
}

/// Public status words (§5.9).
pub fn public_status(state: OrderState) -> &'static str {
    use OrderState::*;
    match state {
        Draft => "暂存",
        Registered => "已登记",
        PendingDispatch | Consulting | Dispatched => "待受理",
        Handling | CenterAudit | Tracking => "办理中",
        PendingReply => "已答复",
        PendingCallback => "待评价",
        Closed | Archived | DirectClosed => "已办结",
        Rejected | Terminated => "不予受理",
        Merged | TransferredOut => "已转办",
        Withdrawn => "已撤回",
    }
}

/// The page.
pub fn order_view(seen: Seen) -> OrderView {
    let Seen { case, facts, viewer, world, now, linked, steps, allowed, elsewhere } = seen;
    let order = &case.order;
    let hidden = masks(viewer, facts);
    let internal = !hidden.internal_opinion;
    OrderView {
        line: own_line(case, world, now),
        content: order.content.clone(),
        wish: order.wish.clone(),
        tags: order.tags.clone(),
        address: address(order, hidden),
        lng: order.lng.filter(|_| !hidden.identity),
        lat: order.lat.filter(|_| !hidden.identity),
        occurred_at: order.occurred_at,
        requester: mask_requester(&order.requester, hidden),
        masks: masks_view(hidden, may_reveal(viewer, facts).is_ok()),
        anonymous: order.anonymous,
        publishable: order.publishable,
        no_reply_wanted: order.no_reply_wanted,
        callback_wanted: order.callback_wanted,
        callback_preferred_at: order.callback_preferred_at,
        respondent: order.respondent.clone(),
        accused_org: order.accused_org.map(|id| world.org(id)),
        affected_count: order.affected_count,
        origin: mask_origin(&order.origin, hidden),
        call_id: order.call_id.clone().filter(|_| !hidden.recording),
        previous_order: order.previous_order,
        suggested_org: order.suggested_org.map(|id| world.org(id)),
        registered_by_name: order.registered_by.map(|id| world.user_name(id)),
        registered_org: world.org(order.registered_org),
        reply: order.reply.clone(),
        reply_at: order.reply_at,
        reply_channel: order.reply_channel.clone(),
        result: order.result,
        reject_reason: order.reject_reason,
        redirect_target: order.redirect_target.clone(),
        contacted: order.contacted,
        solved: order.solved,
        rating: order.rating,
        exempt: order.exempt.clone(),
        merged_into: order.merged_into,
        parent: order.parent,
        event: order.event,
        joint_n: i64::try_from(domain::order::decide::joint::followers(case)).unwrap_or(i64::MAX),
        public_status: public_status(order.state).to_owned(),
        bounce: bounce_view(case, world, now),
        closed_at: order.closed_at,
        archived_at: order.archived_at,
        updated_at: order.updated_at,
        tasks: case.tasks.iter().map(|t| task_view(t, internal, world, now)).collect(),
        clocks: case.clocks.iter().map(|c| clock_view(c, now)).collect(),
        requests: case.requests.iter().map(|r| request_view(r, case, hidden, world, now)).collect(),
        contacts: contacts(case, internal, world),
        callbacks: callbacks(case, world),
        links: links(case, linked),
        supervisions: case.supervisions.iter().map(|s| supervision_view(s, internal, world, now)).collect(),
        steps,
        allowed: allowed.into_iter().map(allowed_view).collect(),
        elsewhere,
    }
}

/// The order's own row, with the lamp of its clock: paused and stopped clocks show as such.
fn own_line(case: &Case, world: &World, now: Ts) -> OrderLine {
    let order = &case.order;
    let line_facts = LineFacts {
        handler: case.lead_task().and_then(|t| t.handler),
        pending: case.pending_requests().map(|r| r.kind).collect(),
        repeat_n: i64::try_from(case.links.iter().filter(|l| l.ended_at.is_none()).count()).unwrap_or(i64::MAX),
        stage: stage(case),
    };
    let mut line = order_line(order, &line_facts, world, now);
    if let Some(clock) = case.clocks.iter().rev().find(|c| c.kind == ClockKind::Order) {
        line.light = light(clock, now);
        line.light_cn = line.light.cn().to_owned();
    }
    line
}

fn stage(case: &Case) -> Option<Stage> {
    let at_centre = [ClockKind::Dispatch, ClockKind::UnifiedReply, ClockKind::Callback];
    let open = case.clocks.iter().filter(|c| c.is_open() && c.paused_at.is_none() && at_centre.contains(&c.kind));
    let next = open.min_by_key(|c| c.due_at)?;
    Some(Stage { kind: next.kind, due_at: next.due_at, warn_at: next.warn_at })
}

/// Where it happened is part of the matter; where identity is secret it could give the person away.
fn address(order: &Order, hidden: Masks) -> Option<String> {
    order.address.as_deref().map(|a| if hidden.identity { mask_address(a) } else { a.to_owned() })
}

fn masks_view(m: Masks, revealable: bool) -> MasksView {
    MasksView {
        pii_basic: m.pii_basic,
        pii_id: m.pii_id,
        identity: m.identity,
        internal_opinion: m.internal_opinion,
        recording: m.recording,
        revealable,
    }
}

fn allowed_view(a: Allowed) -> AllowedView {
    AllowedView {
        action: a.action.to_owned(),
        label: a.label.to_owned(),
        enabled: a.enabled,
        reason: a.reason,
        task: a.task,
        request: a.request,
        supervision: a.supervision,
    }
}

/// A clock with its sum.
pub fn clock_view(clock: &Clock, now: Ts) -> ClockView {
    ClockView {
        id: clock.id,
        task_id: clock.task_id,
        kind: clock.kind,
        kind_cn: clock.kind.cn().to_owned(),
        round: clock.round,
        start_at: clock.start_at,
        due_at: clock.due_at,
        warn_at: clock.warn_at,
        stop_at: clock.stop_at,
        outcome: clock.outcome,
        outcome_cn: clock.outcome.cn().to_owned(),
        light: light(clock, now),
        basis: clock.basis.clone(),
        basis_cn: basis_cn(&clock.basis),
        span: clock.span(),
        sentences: sentences(&clock.arithmetic),
        paused_at: clock.paused_at,
        pause_reason: clock.pause_reason,
    }
}

/// A request with its steps; what was written only for those who may read internal texts.
pub fn request_view(r: &Request, case: &Case, hidden: Masks, world: &World, now: Ts) -> RequestView {
    let internal = !hidden.internal_opinion;
    let waiting = r.state == RequestState::Pending;
    RequestView {
        id: r.id,
        task_id: r.task_id,
        kind: r.kind,
        kind_cn: r.kind.cn().to_owned(),
        state: r.state,
        state_cn: r.state.cn().to_owned(),
        reason_code: r.reason_code.clone(),
        reason_cn: request_reason_cn(r, world),
        reason: if internal { r.reason.clone() } else { String::new() },
        basis: basis_of(r).filter(|_| internal),
        suggested_org: r.suggested_org.map(|id| world.org(id)),
        days: r.days,
        callback: r.callback,
        contact: r.contact,
        items: r.items.clone(),
        items_cn: r.items.iter().map(|i| i.cn()).collect::<Vec<_>>().join("、"),
        corrections: r.corrections.iter().map(|c| correction_view(c, hidden)).collect(),
        call: r.call,
        target: r.target,
        applied_by_name: world.user_name(r.applied_by),
        applied_org: world.org(r.applied_org),
        applied_at: r.applied_at,
        step: r.step,
        awaiting: r.awaiting.map(|role| role.code().to_owned()),
        awaiting_cn: r.awaiting.map(|role| role.cn().to_owned()),
        decisions: r
            .decisions
            .iter()
            .map(|d| DecisionView {
                step: d.step,
                by_name: world.user_name(d.by),
                at: d.at,
                approve: d.approve,
                opinion: d.opinion.clone().filter(|_| internal),
            })
            .collect(),
        effect_cn: if r.state == RequestState::Pending { effect_cn(r, case, world) } else { String::new() },
        version: r.version,
        disputed: r.disputed,
        disputed_cn: r.disputed.map(|line| line.cn().to_owned()),
        due_at: r.due_at,
        light: if waiting { light_at(r.due_at, warn_of(r, world), now) } else { Light::Off },
        remaining_cn: r
            .due_at
            .filter(|_| waiting)
            .map(|due| remaining_cn(&world.calendar, due, now))
            .unwrap_or_default(),
        escalated_n: r.escalated_n,
    }
}

/// An address as little told as that of the order itself.
fn correction_view(c: &Correction, hidden: Masks) -> CorrectionView {
    let word = |value: &str| match c.field {
        CorrectedField::Address if hidden.identity => mask_address(value),
        field => field.word(value),
    };
    CorrectionView {
        field: c.field,
        field_cn: c.field.cn().to_owned(),
        was: c.was.as_deref().map(word),
        should: word(&c.should),
    }
}

/// Yellow when half of the time is used up.
fn warn_of(r: &Request, world: &World) -> Option<Ts> {
    let due = r.due_at?;
    let lead = world.params.warn_span(world.params.span("sla.request_decide"));
    Some(world.calendar.subtract_warn(due, lead.qty, lead.unit).max(r.applied_at))
}

/// What the request rests on; of a supervision its level, in words.
fn basis_of(r: &Request) -> Option<String> {
    let text = r.basis.clone()?;
    let level = || text.parse::<domain::supervision::SuperviseLevel>().map(|l| l.cn().to_owned()).ok();
    Some(if r.kind == RequestKind::Supervise { level().unwrap_or(text) } else { text })
}

/// Each kind of request has its own list of reasons; equal codes mean different things in them.
fn request_reason_cn(r: &Request, world: &World) -> String {
    reason_cn(r.kind.code(), &r.reason_code, world)
}

/// What agreeing would do, in one sentence.
pub fn effect_cn(r: &Request, case: &Case, world: &World) -> String {
    let order_due = case.order.due_at.map(Ts::format_cn).unwrap_or_default();
    match r.kind {
        RequestKind::Return => {
            let next = r.suggested_org.map(|id| format!("，建议改派{}", world.directory.org_name(id)));
            format!("同意后该任务退回，工单回到待派单{}；对诉求人的承诺期限{order_due}不变", next.unwrap_or_default())
        }
        RequestKind::Extension => {
            let clock = case.clocks.iter().rev().find(|c| r.task_id.is_some() && c.task_id == r.task_id && c.is_open());
            let more = clock
                .map_or_else(String::new, |c| span_cn(domain::clock::Span { qty: r.days.unwrap_or(0), unit: c.unit }));
            format!("同意后办理期限在{order_due}的基础上延长{more}，并告知诉求人")
        }
        RequestKind::Exempt => {
            format!("同意后该工单按“{}”不计入考核，办理结果不变", world.word("exempt_reason", &r.reason_code))
        }
        RequestKind::Contest => {
            let items: Vec<&str> = r.items.iter().map(|i| i.cn()).collect();
            format!("同意后该次回访的“{}”不计入考核，诉求人的评价原样保留", items.join("、"))
        }
        RequestKind::Reopen => "同意后工单重新进入办理，启动新一轮时限".to_owned(),
        RequestKind::Redo => format!("同意后工单进入第{}轮办理，启动二次办理时限", case.order.round + 1),
        RequestKind::Merge => "同意后本工单并入目标工单，时限停止，结果一并答复".to_owned(),
        RequestKind::Track => {
            format!("同意后工单转为跟踪督办，承诺于{}前完成", r.until.map(Ts::format_cn).unwrap_or_default())
        }
        RequestKind::Terminate => "同意后工单终止办理，并向诉求人说明理由".to_owned(),
        RequestKind::Reject => "同意后工单不予受理，并告知诉求人法定途径".to_owned(),
        RequestKind::Unreasonable => "同意后认定诉求不合理，工单办结".to_owned(),
        RequestKind::Correction => {
            let fields: Vec<&str> = r.corrections.iter().map(|c| c.field.cn()).collect();
            let so = match (r.callback, r.contact) {
                (Some(_), _) => "，指标按更正后的评价计算",
                (_, Some(_)) => "，响应率按更正后的联系记录计算，并告知承办单位",
                _ => "，并告知承办单位",
            };
            format!("同意后更正“{}”，原记录保留可查{so}；已计时限不改", fields.join("、"))
        }
        RequestKind::Supervise => {
            let org = case.lead_task().map_or("主办单位", |t| world.directory.org_name(t.org));
            format!("同意后向{org}下发{}，启动督办反馈时限；工单办理时限不变", basis_of(r).unwrap_or_default())
        }
        RequestKind::ReportUp => "阅后记录批阅意见，不影响任何时限；需要限时办理的，请使用“领导批示”".to_owned(),
    }
}

fn contacts(case: &Case, internal: bool, world: &World) -> Vec<ContactView> {
    let view = |c: &domain::contact::Contact| ContactView {
        id: c.id,
        task_id: c.task_id,
        at: c.at,
        way: c.way,
        way_cn: c.way.cn().to_owned(),
        result: c.result,
        result_cn: c.result.cn().to_owned(),
        note: c.note.clone().filter(|_| internal),
        by_name: world.user_name(c.by),
        recorded_at: c.recorded_at,
        corrects: c.corrects,
        corrected_at: c.corrected_at,
        in_force: case.contacts_in_force().any(|f| f.id == c.id),
    };
    case.contacts.iter().map(view).collect()
}

fn callbacks(case: &Case, world: &World) -> Vec<CallbackView> {
    let view = |c: &domain::callback::Callback| CallbackView {
        id: c.id,
        round: c.round,
        mode: c.mode,
        mode_cn: c.mode.cn().to_owned(),
        reached: c.reached,
        unreached_reason: c.unreached_reason.clone(),
        contacted: c.contacted,
        solved: c.solved,
        process_rating: c.process_rating,
        rating: c.rating,
        dissatisfy_reasons: c.dissatisfy_reasons.clone(),
        opinion: c.opinion.clone(),
        outcome: c.outcome,
        outcome_cn: c.outcome.cn().to_owned(),
        taken_out: domain::appraisal::taken_out(case, c),
        contest: contest_of(case, c).map(|r| r.state),
        corrects: c.corrects,
        corrected_at: c.corrected_at,
        in_force: case.answers().any(|a| a.id == c.id),
        by_name: world.user_name(c.by),
        at: c.at,
    };
    case.callbacks.iter().map(view).collect()
}

/// Links whose other end the viewer may see.
fn links(case: &Case, linked: &[Order]) -> Vec<LinkView> {
    let live = case.links.iter().filter(|l| l.ended_at.is_none());
    live.filter_map(|l| {
        let far = if l.order_id == case.order.id { l.other } else { l.order_id };
        let other = linked.iter().find(|o| o.id == far)?;
        Some(LinkView {
            id: l.id,
            order: LinkedOrder {
                id: other.id,
                case_no: other.case_no.clone(),
                title: other.title.clone(),
                state: other.state,
                state_cn: other.state.cn().to_owned(),
                registered_at: other.registered_at,
            },
            kind: l.kind,
            kind_cn: l.kind.cn().to_owned(),
            reason: l.reason.clone(),
            at: l.at,
        })
    })
    .collect()
}
