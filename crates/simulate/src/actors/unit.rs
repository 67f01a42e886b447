//! 承办单位: signing, assigning, contact, helpers, the answer — in time or not.

use domain::authority::Role;
use domain::clock::{ClockKind, PauseReason};
use domain::contact::{ContactResult, ContactWay};
use domain::env::By;
use domain::evidence::EvidenceLine;
use domain::order::{CoHandler, Command, Confidentiality, HandleResult};
use domain::task::{Task, TaskRole, TaskState};
use kernel::{OrgId, Ts};

use super::dispatch::other;
use crate::fate::Twist;
use crate::live::{Scene, Turn};
use crate::matter;

pub fn turn(s: &mut Scene) -> Turn {
    let helpers: Vec<Task> = s.case.active_tasks().filter(|t| t.role != TaskRole::Lead).cloned().collect();
    for task in &helpers {
        if let Some(turn) = helper(s, task) {
            return turn;
        }
    }
    let Some(lead) = s.case.lead_task().cloned() else { return Turn::End };
    match lead.state {
        TaskState::Unsigned => unsigned(s, &lead),
        TaskState::Signed | TaskState::Assigned => signed(s, &lead),
        TaskState::Working => working(s, &lead),
        TaskState::UnitAudit => approve(s, &lead),
        TaskState::SentBack => by_handler(s, &lead, Command::Start { task: lead.id }),
        _ => s.wait_minutes(120),
    }
}

/// A co-handler or a unit below takes one step, if it means to.
fn helper(s: &mut Scene, task: &Task) -> Option<Turn> {
    let id = task.id;
    let late = s.live.has(Twist::CoLate) && task.role == TaskRole::Co;
    if late && task.due_at.is_none_or(|due| s.now < due.plus_hours(13)) {
        return None;
    }
    Some(match task.state {
        TaskState::Unsigned => s.unit(Role::UnitAdmin, task.org, Command::Sign { task: id }),
        TaskState::Signed => assign(s, task),
        TaskState::Assigned => by_handler(s, task, Command::Start { task: id }),
        TaskState::Working if task.role == TaskRole::Co => {
            let unable = s.live.dice.chance(100).then(|| "涉及产权纠纷，本单位无法处置".to_owned());
            let reply = "经核查，已按职责配合主办单位处理，并将加强后续巡查。".to_owned();
            by_handler(s, task, Command::CoReply { task: id, reply, unable_reason: unable })
        }
        TaskState::Working => submit(s, task, HandleResult::Solved),
        TaskState::UnitAudit => approve(s, task),
        _ => return None,
    })
}

fn by_handler(s: &mut Scene, task: &Task, cmd: Command) -> Turn {
    match s.handler(task) {
        Some(actor) => Turn::Do(By::Person(actor), cmd),
        None => assign(s, task),
    }
}

fn assign(s: &mut Scene, task: &Task) -> Turn {
    let n = s.live.dice.below(100);
    let Some(handler) = s.city.handler(task.org, n) else { return Turn::End };
    let advice = Some("请尽快核实办理".to_owned());
    let cmd = Command::Assign { task: task.id, handler: Some(handler.user), org: None, advice };
    s.unit(Role::UnitAdmin, task.org, cmd)
}

fn unsigned(s: &mut Scene, lead: &Task) -> Turn {
    if s.live.take(Twist::Recall) {
        return s.does(Role::Dispatcher, Command::Recall { reason: "派单有误，重新派单".to_owned() });
    }
    if let Some(turn) = give_back(s, lead) {
        return turn;
    }
    let due = s.case.open_clocks(ClockKind::Accept).find(|c| c.task_id == Some(lead.id)).map_or(s.now, |c| c.due_at);
    if s.live.take(Twist::SignLate) {
        return Turn::Wait(due.plus_hours(13));
    }
    if s.live.take(Twist::SignLost) {
        return Turn::Wait(s.working_days(due, 1).plus_hours(15));
    }
    s.unit(Role::UnitAdmin, lead.org, Command::Sign { task: lead.id })
}

/// 申请退回, while it may be.
fn give_back(s: &mut Scene, lead: &Task) -> Option<Turn> {
    if !s.live.has(Twist::Return) {
        return None;
    }
    let until = s.working_days(lead.dispatched_at, 1);
    if s.case.order.flags.designated || s.now > until {
        return None;
    }
    s.live.take(Twist::Return);
    let cmd = return_apply(s, lead, true);
    Some(s.unit(Role::UnitAdmin, lead.org, cmd))
}

pub fn return_apply(s: &mut Scene, lead: &Task, complete: bool) -> Command {
    let line = EvidenceLine::ALL.iter().find(|l| lead.evidence.as_ref().is_some_and(|card| card.has(**l)));
    Command::ReturnApply {
        task: lead.id,
        reason_code: "01".to_owned(),
        reason: "该事项不属于本单位职责，应由行业主管部门办理。".to_owned(),
        basis: Some("本单位“三定”规定及权责清单第3项".to_owned()),
        suggested_org: Some(other(s, lead.org)),
        disputed: line.copied().filter(|_| complete),
    }
}

fn signed(s: &mut Scene, lead: &Task) -> Turn {
    if let Some(turn) = give_back(s, lead) {
        return turn;
    }
    if s.live.take(Twist::RecallSigned) {
        return s.does(Role::TeamLeader, Command::Recall { reason: "派单有误，收回重派".to_owned() });
    }
    if let Some(turn) = reassign(s, lead) {
        return turn;
    }
    match lead.state {
        TaskState::Signed => assign(s, lead),
        _ => by_handler(s, lead, Command::Start { task: lead.id }),
    }
}

/// Another unit; of a supervised order only once a round waits for its answer.
fn reassign(s: &mut Scene, lead: &Task) -> Option<Turn> {
    let waits = s.case.supervisions.iter().any(|r| r.state.is_unanswered());
    if s.live.has(Twist::Urge) || (s.live.has(Twist::Silent) && !waits) || !s.live.take(Twist::Reassign) {
        return None;
    }
    let org = other(s, lead.org);
    let role = if s.live.dice.chance(500) { Role::Dispatcher } else { Role::TeamLeader };
    Some(s.does(role, Command::Reassign { lead: org, reason: "原承办单位不具备办理条件，改派主管单位".to_owned() }))
}

fn working(s: &mut Scene, lead: &Task) -> Turn {
    if let Some(turn) = interrupted(s, lead).or_else(|| reassign(s, lead)).or_else(|| more_hands(s, lead)) {
        return turn;
    }
    if s.case.clocks.iter().any(|c| c.is_open() && c.paused_at.is_some()) {
        return s.does(Role::Supervisor, Command::Resume { note: Some("鉴定结论已出具".to_owned()) });
    }
    if let Some(turn) = contact(s, lead) {
        return turn;
    }
    if let Some(until) = hold(s, lead) {
        return Turn::Wait(until.min(s.now.plus_hours(10)));
    }
    if s.live.has(Twist::CoLate) && s.case.active_tasks().any(|t| t.role == TaskRole::Co) {
        return s.wait_minutes(300);
    }
    let waits = |t: &&Task| t.role != TaskRole::Lead && t.due_at.is_none_or(|due| s.now <= due);
    let child_waits = |t: &&Task| t.state != TaskState::Submitted;
    if s.case.active_tasks().filter(waits).any(|t| child_waits(&t)) {
        return s.wait_minutes(300);
    }
    let result = if s.live.has(Twist::Explained) {
        HandleResult::UnsolvedExplained
    } else if s.live.has(Twist::Partial) {
        HandleResult::Partial
    } else {
        HandleResult::Solved
    };
    submit(s, lead, result)
}

/// What stops the work, for a while or for good.
fn interrupted(s: &mut Scene, lead: &Task) -> Option<Turn> {
    let supervised = s.case.supervisions.iter().any(|r| r.state.is_unanswered());
    let ready = !s.live.has(Twist::Urge) && (supervised || !s.live.has(Twist::Silent));
    if ready && s.live.take(Twist::Withdraw) {
        let desk = s.desk();
        return Some(Turn::Do(By::Person(desk), Command::Withdraw { reason: "诉求人来电表示不再反映".to_owned() }));
    }
    if s.live.take(Twist::WithdrawSelf) {
        let reason = "问题已经自行解决".to_owned();
        return Some(Turn::Citizen(citizen::Act::Withdraw { reason, otp: String::new() }));
    }
    if ready && s.live.take(Twist::Terminate) {
        let ground = "诉求人拒不配合".to_owned();
        let explanation = "三次预约现场核查，诉求人均拒绝到场并拒绝提供材料，建议终止办理。".to_owned();
        return Some(by_handler(s, lead, Command::Terminate { ground, explanation }));
    }
    if s.live.take(Twist::Supplement) {
        let supplement = Some("诉求人补充：问题仍在持续，希望到现场查看。".to_owned());
        let desk = s.desk();
        let cmd =
            Command::Amend { reason: "诉求人再次来电补充".to_owned(), form: None, supplement, limit_at: None };
        return Some(Turn::Do(By::Person(desk), cmd));
    }
    if s.live.take(Twist::Pause) {
        let note = "需等待检测鉴定结论，期间暂停计时。".to_owned();
        return Some(s.does(Role::Supervisor, Command::Pause { reason: PauseReason::Appraisal, note }));
    }
    if s.live.has(Twist::Extend) && lead.due_at.is_some_and(|due| s.now < due) {
        s.live.take(Twist::Extend);
        return Some(by_handler(s, lead, extension(lead, 3)));
    }
    None
}

pub fn extension(lead: &Task, days: i64) -> Command {
    Command::ExtensionApply {
        task: lead.id,
        reason_code: "01".to_owned(),
        reason: "需委托专业机构检测鉴定，结论出具前无法答复，申请延长办理期限。".to_owned(),
        basis: Some("附现场勘查记录".to_owned()),
        days,
    }
}

/// Units below, for the lead or beside it.
fn more_hands(s: &mut Scene, lead: &Task) -> Option<Turn> {
    let below = |s: &Scene| -> Option<OrgId> {
        let found = s.city.below(lead.org, &s.case.order.category, &s.world.directory)?;
        Some(found).filter(|org| !s.case.has_task_of(*org))
    };
    if s.live.take(Twist::Child) {
        let org = below(s)?;
        let advice = Some("请现场核实并于期限内反馈".to_owned());
        let cmd = Command::Assign { task: lead.id, handler: None, org: Some(org), advice };
        return Some(s.unit(Role::UnitAdmin, lead.org, cmd));
    }
    if s.live.take(Twist::CoBelow) {
        let question = Some("请协助现场处置".to_owned());
        let co = |org| Command::AddCo { co: CoHandler { org, question }, due_at: None };
        return Some(match below(s) {
            Some(org) => s.unit(Role::UnitAdmin, lead.org, co(org)),
            None => {
                let org = other(s, lead.org);
                s.does(Role::Dispatcher, co(org))
            }
        });
    }
    None
}

fn contact(s: &mut Scene, lead: &Task) -> Option<Turn> {
    let o = &s.case.order;
    let exempt = o.anonymous || o.no_reply_wanted || o.confidentiality != Confidentiality::None;
    let reached = |c: &&domain::contact::Contact| c.task_id == lead.id && c.result == ContactResult::Reached;
    let tried = s.case.contacts.iter().filter(|c| c.task_id == lead.id).count();
    if exempt || s.case.contacts.iter().any(|c| reached(&c)) || tried >= 3 {
        return None;
    }
    let result = if s.live.dice.chance(120) { ContactResult::NoAnswer } else { ContactResult::Reached };
    let way = s.live.dice.weighted(&[(6, ContactWay::Phone), (3, ContactWay::Onsite), (1, ContactWay::Visit)]);
    let note = Some("核实细节并告知办理进度".to_owned());
    Some(by_handler(s, lead, Command::Contact { task: lead.id, at: s.now, way, result, note }))
}

/// Until when nothing happens: the unit is late, or a round must become late first.
fn hold(s: &mut Scene, lead: &Task) -> Option<Ts> {
    let due = lead.due_at.unwrap_or(s.now);
    if s.live.take(Twist::OverdueShort) {
        s.live.hold = Some(s.working_days(due, 1).plus_hours(12));
    }
    if s.live.take(Twist::OverdueLong) {
        s.live.hold = Some(s.working_days(due, 6).plus_hours(12));
    }
    let silent = s.live.has(Twist::Silent) && s.case.supervisions.iter().any(|r| r.state.is_unanswered());
    let quiet = silent.then(|| s.now.plus_hours(10));
    s.live.hold.filter(|t| s.now < *t).or(quiet)
}

fn submit(s: &mut Scene, task: &Task, result: HandleResult) -> Turn {
    let org = s.world.directory.org_name(task.org).to_owned();
    let mut form = matter::answer(s.case, &org, result, s.now, &mut s.live.dice);
    // Refused before: the gate found something that the unit stands by.
    if s.live.stuck > 0 {
        form.override_reason = Some("已逐项核实，同类问题采取同样措施".to_owned());
    }
    by_handler(s, task, Command::SubmitUnit { task: task.id, form })
}

fn approve(s: &mut Scene, task: &Task) -> Turn {
    if task.role == TaskRole::Lead && s.live.take(Twist::UnitBack) {
        let opinion = "答复未说明后续措施和时限，请补充后再报。".to_owned();
        return s.unit(Role::UnitLeader, task.org, Command::UnitSendBack { task: task.id, opinion });
    }
    let opinion = Some("情况属实，同意上报。".to_owned());
    s.unit(Role::UnitLeader, task.org, Command::UnitApprove { task: task.id, opinion })
}
