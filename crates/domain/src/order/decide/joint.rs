//! 并案 (§5.6 M3): many citizens, one event, one lead task. Every order keeps its number, its promise, its reply and its
//! callback; the work is done once, on the leading order, and the others follow it step by step through the same table.

use kernel::{OrderId, Refusal, Ts};

use super::{
    check::{Check, accused},
    dispatch::{copy_to_county, release_lead},
    gate::Scene,
    merge::{add_link, target},
    reply, sla,
    triage::await_dispatch,
    work::{Say, Work},
};
use crate::{
    case::Case,
    clock::{ClockKind, Term},
    decision::{Decision, GrantKind},
    env::{By, Env},
    order::{
        Confidentiality, DemandType, LinkKind, Order,
        OrderState::{self, CenterAudit, Dispatched, Handling, PendingDispatch, Tracking},
    },
    task::{TaskRole, TaskState},
};

/// As many orders follow one at most: they are written in one transaction with each of its steps.
pub const MOST: usize = 200;

/// Steps that an order which follows another cannot take by itself.
const NOT_ALONE: &[&str] =
    &["submit", "dispatch", "consult", "claim", "reject", "transfer_out", "split", "merge", "join", "direct_reply"];
/// Steps that would leave those behind which follow.
const NOT_LEADING: &[&str] =
    &["reject", "transfer_out", "split", "merge", "to_petition", "withdraw", "terminate", "join", "direct_reply"];

/// How many orders follow this one.
#[must_use]
pub fn followers(case: &Case) -> usize {
    let own = |l: &&crate::link::Link| l.kind == LinkKind::Joint && l.ended_at.is_none();
    if case.order.joint_lead.is_some() { 0 } else { case.links.iter().filter(own).count() }
}

/// The order leads others.
#[must_use]
pub fn leads(case: &Case) -> bool {
    followers(case) > 0
}

/// What being part of an event bars.
pub(super) fn barred(s: &Scene, action: &str) -> Result<(), Refusal> {
    if s.case.order.joint_lead.is_some() && NOT_ALONE.contains(&action) {
        return Err(Refusal::state("joint", "该工单已并案，随主单办理；需要单独办理的，请先移出并案"));
    }
    if leads(s.case) && NOT_LEADING.contains(&action) {
        return Err(Refusal::state("joint_lead", "该工单是并案主单，其他工单随其办理；请先将其他工单移出并案"));
    }
    Ok(())
}

/// Whether `case` may follow `lead`.
fn may_join(case: &Case, lead: &Case, env: &Env) -> Result<(), Refusal> {
    let (a, b) = (&case.order, &lead.order);
    let no = |code: &'static str, text: String| Err(Refusal::conflict(code, text));
    if a.id == b.id {
        return no("joint_self", "不能与工单自身并案，请选择另一件工单".to_owned());
    }
    if b.joint_lead.is_some() {
        return no("joint_depth", format!("工单{}已随其他主单办理，请选择该事件的主单", b.case_no));
    }
    if !matches!(b.state, PendingDispatch | OrderState::Consulting | Dispatched | Handling) {
        return no("joint_state", format!("工单{}为“{}”，不能作为并案主单；请改用“关联”", b.case_no, b.state.cn()));
    }
    if followers(lead) >= MOST {
        return no("joint_most", format!("一个事件最多并案{MOST}件，请另立主单"));
    }
    if (a.demand_type == DemandType::Report) != (b.demand_type == DemandType::Report) {
        return no("joint_report", "举报与其他诉求不能并案，请改用“关联”".to_owned());
    }
    if a.confidentiality != Confidentiality::None || b.confidentiality != Confidentiality::None {
        return no("joint_confidential", "要求保密的工单不能并案，请改用“关联”".to_owned());
    }
    if case.lead_task().is_some_and(|t| matches!(t.state, TaskState::UnitAudit | TaskState::ReturnPending)) {
        return no("joint_audit", "承办单位已提交审核或申请退回，请待其结束后再并案".to_owned());
    }
    not_accused(a, lead, env)
}

/// Nobody works on a matter against themselves, however many others come with it.
fn not_accused(order: &Order, lead: &Case, env: &Env) -> Result<(), Refusal> {
    match lead.order.lead_org {
        Some(org) if accused(order, org, env) => {
            let name = env.directory.org_name(org);
            let text = format!("工单{}反映的是“{name}”，不能随该单位主办的主单办理，请移出并案", order.case_no);
            Err(Refusal::conflict("joint_accused", text))
        }
        _ => Ok(()),
    }
}

/// 并案: the order's own work stops, and it goes where the leading one stands.
pub(super) fn join(w: &mut Work, peer: Option<&Case>, lead: OrderId, reason: &str) -> Result<(), Refusal> {
    Check::new().text("reason", "并案理由", reason, 2, 500).done()?;
    let peer = target(peer, lead)?;
    may_join(&w.case, peer, w.env)?;
    let reason = reason.trim();
    if w.state() == OrderState::Registered {
        w.step("W07", Say::opinion("并案"))?;
        await_dispatch(w);
    }
    if let Some(task) = w.case.lead_task().map(|t| t.id) {
        let say = Say::opinion(format!("并案：{reason}"));
        w.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", "已并案办理，停止单独办理".to_owned())]);
        w.step("W11", say.clone())?;
        w.task_step(task, "K13", say.clone())?;
        release_lead(w, task, &say)?;
    }
    w.void_clock(ClockKind::Dispatch);
    let event = peer.order.event.or(w.case.order.event).unwrap_or_else(|| w.env.id());
    let own = w.case.order.id;
    w.case.order.joint_lead = Some(lead);
    w.case.order.event = Some(event);
    w.note("W34", "join", None, Say::opinion(reason).with(serde_json::json!({ "lead_no": peer.order.case_no })));
    add_link(w, lead, LinkKind::Joint, Some(reason));
    follow_steps(w, peer)?;
    let mut leading = Work::new(peer.clone(), w.by, w.env, w.role);
    leading.case.order.event = Some(event);
    let say = Say::opinion(reason).with(serde_json::json!({ "joined_no": w.case.order.case_no }));
    leading.note("W34", "join_in", None, say);
    add_link(&mut leading, own, LinkKind::Joint, Some(reason));
    leading.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", "有工单并案，请一并办理".to_owned())]);
    w.others.push(leading.finish());
    Ok(())
}

/// 移出并案: what has not been answered yet waits for dispatch again; its promise runs on.
pub(super) fn leave(w: &mut Work, peer: Option<&Case>, reason: &str) -> Result<(), Refusal> {
    Check::new().text("reason", "移出理由", reason, 2, 500).done()?;
    let lead = w.case.order.joint_lead.ok_or_else(|| Refusal::state("not_joint", "工单没有并案"))?;
    let peer = target(peer, lead)?;
    let (own, now, reason) = (w.case.order.id, w.now(), reason.trim());
    let fields = serde_json::json!({ "lead_no": peer.order.case_no });
    w.note("W34", "leave", None, Say::opinion(reason).with(fields));
    w.case.order.joint_lead = None;
    w.case.order.event = None;
    end_links(w, lead, now);
    back_to_dispatch(w, reason)?;
    let mut leading = Work::new(peer.clone(), w.by, w.env, w.role);
    end_links(&mut leading, own, now);
    if followers(&leading.case) == 0 {
        leading.case.order.event = None;
    }
    let say = Say::opinion(reason).with(serde_json::json!({ "joined_no": w.case.order.case_no }));
    leading.note("W34", "leave_out", None, say);
    w.others.push(leading.finish());
    Ok(())
}

fn end_links(w: &mut Work, other: OrderId, now: Ts) {
    let live = |l: &&mut crate::link::Link| l.kind == LinkKind::Joint && l.other == other && l.ended_at.is_none();
    for link in w.case.links.iter_mut().filter(live) {
        link.ended_at = Some(now);
    }
}

/// From wherever it followed to: to the dispatchers, with a time of their own.
fn back_to_dispatch(w: &mut Work, reason: &str) -> Result<(), Refusal> {
    match w.state() {
        PendingDispatch => {}
        Dispatched | Handling => w.step("W11", Say::opinion(reason))?,
        CenterAudit => {
            w.step("W22", Say::opinion(reason))?;
            w.step("W11", Say::opinion(reason))?;
        }
        Tracking => {
            w.step("W28", Say::opinion(reason))?;
            w.step("W11", Say::opinion(reason))?;
            let now = w.now();
            w.stop_clock(ClockKind::Tracking, None, now);
            w.case.order.tracking_until = None;
        }
        // Answered or ended already: nothing of its own work is left to do.
        _ => return Ok(()),
    }
    w.case.order.lead_org = None;
    await_dispatch(w);
    Ok(())
}

/// The step of the leading order, taken by one that follows it. `None` when it stands there already, or is past
/// following: answered, ended, or with work of its own.
///
/// # Errors
/// When the new leading unit is the one the order complains of.
pub fn follow(case: &Case, lead: &Case, by: &By, env: &Env) -> Result<Option<Decision>, Refusal> {
    if case.order.joint_lead != Some(lead.order.id) || case.lead_task().is_some() {
        return Ok(None);
    }
    let mut w = Work::new(case.clone(), by, env, None);
    follow_steps(&mut w, lead)?;
    Ok((w.case != *case).then(|| w.finish()))
}

fn follow_steps(w: &mut Work, lead: &Case) -> Result<(), Refusal> {
    if !matches!(w.state(), PendingDispatch | Dispatched | Handling | CenterAudit | Tracking) {
        return Ok(());
    }
    not_accused(&w.case.order, lead, w.env)?;
    // At most four steps lead anywhere; what cannot be reached is left where it is.
    for _ in 0..4 {
        let Some(code) = next_step(w.state(), lead.order.state) else { break };
        take(w, code, lead)?;
    }
    let (org, ours) = (lead.order.lead_org, w.state() != PendingDispatch);
    if ours && w.case.order.lead_org != org {
        w.case.order.lead_org = org;
        share_sight(w, lead);
    }
    if w.state() == CenterAudit && is_answered(lead) {
        answer(w, lead)?;
    }
    Ok(())
}

fn is_answered(lead: &Case) -> bool {
    use OrderState::{Archived, Closed, PendingCallback, PendingReply};
    matches!(lead.order.state, PendingReply | PendingCallback | Closed | Archived)
}

/// The next step of the table on the way from `at` to where the leading order stands.
fn next_step(at: OrderState, lead: OrderState) -> Option<&'static str> {
    use OrderState::{Archived, Closed, Consulting, PendingCallback, PendingReply};
    // How far along the leading order is: to be dispatched, sent out, at work, handed in.
    let want = match lead {
        PendingDispatch | Consulting => 0,
        Dispatched => 1,
        Handling => 2,
        CenterAudit | PendingReply | PendingCallback | Closed | Archived => 3,
        Tracking => 4,
        _ => return None,
    };
    Some(match (at, want) {
        (PendingDispatch, 1..) => "W10",
        (Dispatched, 2..) => "W12",
        (Handling, 3..) => "W19",
        (CenterAudit, 4) => "W27",
        (Dispatched | Handling, 0) => "W11",
        (CenterAudit, 0..=2) => "W22",
        (Tracking, 0..=3) => "W28",
        _ => return None,
    })
}

fn take(w: &mut Work, code: &str, lead: &Case) -> Result<(), Refusal> {
    let say = Say::opinion(format!("随并案主单{}", lead.order.case_no));
    w.step(code, say)?;
    match code {
        "W10" => sent_out(w, lead),
        "W11" => w.case.order.lead_org = None,
        "W27" => tracked(w, lead),
        "W28" => {
            let now = w.now();
            w.stop_clock(ClockKind::Tracking, None, now);
            w.case.order.tracking_until = None;
            w.case.order.due_at = None;
            promise(w, true);
        }
        _ => {}
    }
    Ok(())
}

/// The leading unit reads the order, with whoever reads the leading one by right of the unit's place.
fn share_sight(w: &mut Work, lead: &Case) {
    let Some(org) = lead.order.lead_org else { return };
    w.grant(org, GrantKind::Lead);
    copy_to_county(w, org);
    let below: Vec<_> = lead.active_tasks().filter(|t| t.role != TaskRole::Lead).map(|t| (t.org, t.role)).collect();
    for (org, role) in below {
        w.grant(org, if role == TaskRole::Co { GrantKind::Co } else { GrantKind::Child });
    }
}

/// The promise to this citizen starts, by the kind of their own demand, unless one is running.
fn promise(w: &mut Work, redo: bool) {
    if w.case.open_clocks(ClockKind::Order).next().is_none() {
        let own = sla::handling(&w.case.order, redo, w.env);
        let term = sla::promise(&w.case.order, redo, own, w.env);
        w.start_clock(ClockKind::Order, None, term);
    }
}

fn sent_out(w: &mut Work, lead: &Case) {
    let now = w.now();
    w.stop_clock(ClockKind::Dispatch, None, now);
    w.case.order.dispatched_at = Some(now);
    w.case.order.lead_org = lead.order.lead_org;
    promise(w, false);
    share_sight(w, lead);
    let org = lead.order.lead_org.map(|o| w.env.directory.org_name(o).to_owned()).unwrap_or_default();
    let due = w.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at.format_cn()).unwrap_or_default();
    w.tell_citizen("T06", &[("org", org), ("due", due)]);
}

/// When the answer that counts left the leading unit.
fn handed_in(lead: &Case, now: Ts) -> Ts {
    let last = lead.tasks.iter().rev().find(|t| t.role == TaskRole::Lead);
    last.and_then(|t| t.submitted_at).unwrap_or(now)
}

fn tracked(w: &mut Work, lead: &Case) {
    let now = w.now();
    let until = lead.order.tracking_until.unwrap_or(now);
    w.stop_clock(ClockKind::Order, None, handed_in(lead, now));
    w.case.order.reply = lead.order.reply.clone();
    w.case.order.result = lead.order.result;
    w.case.order.tracking_until = Some(until);
    w.start_clock(ClockKind::Tracking, None, Term::until(until, "due.tracking", now, w.env));
    w.tell_citizen("T16", &[("reason", "客观条件限制".to_owned()), ("date", until.format_cn())]);
}

/// The audited answer of the leading order is the draft of this citizen's own.
fn answer(w: &mut Work, lead: &Case) -> Result<(), Refusal> {
    let now = w.now();
    w.stop_clock(ClockKind::Order, None, handed_in(lead, now));
    w.case.order.reply = lead.order.reply.clone();
    w.case.order.result = lead.order.result;
    reply::after_audit(w, Some(&format!("随并案主单{}", lead.order.case_no)))
}
