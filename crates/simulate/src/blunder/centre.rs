//! At the centre: audit, reply, callback, leaders, supervision.

use domain::authority::{Actor, Role};
use domain::clock::ClockKind;
use domain::order::{CallbackForm, Command, EvaluateForm, OrderState, SuperviseForm};
use domain::supervision::{SuperviseLevel, SuperviseState, SuperviseTrigger, SuperviseVerdict, VerifyWay};
use domain::task::TaskState;

use super::{Blunder, blunder};
use crate::actors::{contest_of, unhappy_form};
use crate::fate::{Kind, Twist};
use crate::live::Scene;

type Tried = Option<(Actor, Command)>;

pub const BLUNDERS: &[Blunder] = &[
    blunder("field:until", "阶段性办结承诺时间已过", |s| {
        audited(s)?;
        let (reason, measures) = ("需按计划实施".to_owned(), "加强巡查维护".to_owned());
        Some((s.any(Role::Auditor), Command::Track { reason, measures, until: s.now.plus_days(-1) }))
    }),
    blunder("field:channel", "保密举报用短信回复", |s| {
        let secret = s.live.fate.kind == Kind::SecretReport && s.case.order.state == OrderState::PendingReply;
        secret.then_some(())?;
        let reply = "您反映的事项已经查处。".to_owned();
        Some((s.any(Role::ReplyAgent), Command::UnifiedReply { channel: "sms".to_owned(), reply }))
    }),
    blunder("field:reply", "统一回复过短", |s| {
        (s.case.order.state == OrderState::PendingReply).then_some(())?;
        Some((s.any(Role::ReplyAgent), Command::UnifiedReply { channel: "phone".to_owned(), reply: "好".to_owned() }))
    }),
    blunder("attempts", "一次未接即结案", |s| {
        let missed = s.case.callbacks.iter().any(|c| c.round == s.case.order.round);
        (!missed).then_some(())?;
        let nobody =
            CallbackForm {
                reached: false, give_up: true, unreached_reason: Some("关机".to_owned()), ..unhappy_form()
            };
        callback(s, nobody)
    }),
    blunder("field:contacted", "回访漏填是否联系", |s| {
        callback(s, CallbackForm { contacted: None, ..unhappy_form() })
    }),
    blunder("field:dissatisfy_reasons", "不满意漏填原因", |s| {
        callback(s, CallbackForm { dissatisfy_reasons: Vec::new(), ..unhappy_form() })
    }),
    blunder("field:opinion", "认定不合理漏写核实情况", |s| {
        callback(s, CallbackForm { unreasonable: true, opinion: None, ..unhappy_form() })
    }),
    blunder("redo_max", "超过上限再次重办", |s| {
        let over = s.case.order.state == OrderState::Closed && s.case.order.round > 2;
        over.then_some(())?;
        Some((s.any(Role::Callback), Command::Redo { reason: "仍未解决".to_owned(), lead: None }))
    }),
    blunder("reopen_window", "办结过久重开", |s| {
        let closed = s.case.order.closed_at.filter(|_| s.case.order.state == OrderState::Closed)?;
        (s.now > closed.plus_days(91)).then_some(())?;
        Some((s.any(Role::TeamLeader), Command::Reopen { reason: "有新情况".to_owned(), redo: false }))
    }),
    blunder("exempt", "重复剔除", |s| {
        s.case.order.exempt.as_ref()?;
        let fits = matches!(s.case.order.state, OrderState::Closed | OrderState::Terminated);
        (fits && s.case.pending_requests().next().is_none()).then_some(())?;
        let org = s.case.tasks.last()?.org;
        let reason = "法律政策明确不支持".to_owned();
        Some((s.of(Role::UnitAdmin, org, &[])?, Command::Exempt { code: "E1".to_owned(), reason }))
    }),
    blunder("field:evidence", "评价申诉不附证据", |s| {
        let fresh = s.case.order.closed_at.is_some_and(|t| s.now < t.plus_days(1));
        (s.case.order.state == OrderState::Closed && fresh && s.case.requests.is_empty()).then_some(())?;
        let org = s.case.tasks.last()?.org;
        Some((s.of(Role::UnitAdmin, org, &[])?, contest_of(s)?))
    }),
    blunder("field:due_at", "批示放宽时限", |s| {
        let due = s.case.open_clocks(ClockKind::Order).next()?.due_at;
        let due_at = Some(due.plus_days(3).max(s.now.plus_days(1)));
        let text = "可再宽限几天。".to_owned();
        Some((s.any(Role::Leader), Command::Instruct { text, due_at, urgency: None }))
    }),
    blunder("field:level", "同级督办未反馈又督办", |s| {
        let open = s.case.supervisions.iter().find(|r| r.state.is_unanswered())?.level;
        (s.case.lead_task().is_some() && open <= SuperviseLevel::Normal).then_some(())?;
        supervise(s, open, Role::TeamLeader)
    }),
    blunder("supervision_state", "重复签收督办", |s| {
        let round = s.case.supervisions.iter().find(|r| r.state == SuperviseState::Signed)?;
        let cmd = Command::SuperviseSign { supervision: round.id };
        Some((s.of(Role::UnitAdmin, round.org?, &[])?, cmd))
    }),
    blunder("field:form.score", "未落实却评高分", |s| {
        let round = s.case.supervisions.iter().find(|r| r.state == SuperviseState::Replied)?.clone();
        let by = round.initiator.and_then(|u| s.city.user(u))?;
        let comment = "未落实".to_owned();
        let form = EvaluateForm { verdict: SuperviseVerdict::NotDone, score: 90, comment, way: VerifyWay::Phone };
        Some((by, Command::SuperviseEvaluate { supervision: round.id, form }))
    }),
    blunder("quiet", "静默期内归档", |s| archive(s, |s| s.now < quiet_until(s))),
    blunder("supervision", "督办未评价即归档", |s| {
        archive(s, |s| s.now > quiet_until(s) && s.case.supervisions.iter().any(|r| r.state.is_open()))
    }),
];

fn audited(s: &Scene) -> Option<()> {
    let submitted = s.case.lead_task().is_some_and(|t| t.state == TaskState::Submitted);
    (submitted && s.case.pending_requests().next().is_none()).then_some(())
}

fn callback(s: &mut Scene, form: CallbackForm) -> Tried {
    let open = s.case.order.state == OrderState::PendingCallback && s.case.pending_requests().next().is_none();
    open.then_some(())?;
    Some((s.any(Role::Callback), Command::Callback(form)))
}

fn supervise(s: &mut Scene, level: SuperviseLevel, role: Role) -> Tried {
    let opinion = "请说明原因并尽快整改到位。".to_owned();
    let form = SuperviseForm { level, trigger: SuperviseTrigger::S4, opinion, due_at: None, cc: Vec::new() };
    Some((s.any(role), Command::SuperviseIssue(form)))
}

fn quiet_until(s: &Scene) -> kernel::Ts {
    let from = s.case.order.closed_at.unwrap_or(s.now);
    from.plus_days(s.world.params.int("archive.quiet_d"))
}

/// The archivist of the petition office sees the orders its office was heard on.
fn archive(s: &mut Scene, when: fn(&Scene) -> bool) -> Tried {
    let heard = s.case.order.state == OrderState::Closed && s.live.fate.twists.contains(&Twist::Consult);
    let waiting = s.case.pending_requests().next().is_some();
    (heard && !waiting && when(s)).then_some(())?;
    Some((s.any(Role::PetArchivist), Command::Archive))
}
