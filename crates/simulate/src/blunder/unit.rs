//! In the units.

use domain::authority::{Actor, Role};
use domain::clock::PauseReason;
use domain::contact::{ContactResult, ContactWay};
use domain::order::{CoHandler, Command, Confidentiality, HandleResult, OrderState};
use domain::task::{Task, TaskRole, TaskState};

use super::{Blunder, blunder};
use crate::actors::{extension_of, return_of};
use crate::live::Scene;
use crate::matter;

type Tried = Option<(Actor, Command)>;

pub const BLUNDERS: &[Blunder] = &[
    blunder("signed", "派单员撤回已签收的工单", |s| {
        lead(s, &[TaskState::Signed, TaskState::Assigned, TaskState::Working])?;
        Some((s.any(Role::Dispatcher), Command::Recall { reason: "派错了".to_owned() }))
    }),
    blunder("field:disputed", "退回未指明依据卡哪项有误", |s| {
        let task = returnable(s)?;
        task.evidence.as_ref()?;
        let cmd = return_of(s, &task, false);
        admin(s, &task, cmd)
    }),
    blunder("field:basis", "退回未写依据", |s| {
        let task = returnable(s)?;
        let Command::ReturnApply { reason_code, reason, suggested_org, disputed, .. } = return_of(s, &task, true)
        else {
            return None;
        };
        let cmd = Command::ReturnApply { task: task.id, reason_code, reason, basis: None, suggested_org, disputed };
        admin(s, &task, cmd)
    }),
    blunder("designated", "退回指定承办的工单", |s| {
        let task = lead(s, &[TaskState::Unsigned, TaskState::Signed, TaskState::Assigned])?;
        s.case.order.flags.designated.then_some(())?;
        let cmd = return_of(s, &task, true);
        admin(s, &task, cmd)
    }),
    blunder("return_window", "逾窗口期退回", |s| {
        let task = lead(s, &[TaskState::Unsigned, TaskState::Signed, TaskState::Assigned])?;
        let late = s.now > s.working_days(task.dispatched_at, 1) && !s.case.order.flags.designated;
        (late && s.case.order.return_n < 2).then_some(())?;
        let cmd = return_of(s, &task, true);
        admin(s, &task, cmd)
    }),
    blunder("task_role", "协办单位退回工单", |s| {
        let open = |t: &&Task| t.role == TaskRole::Co && t.state == TaskState::Signed;
        let task = s.case.active_tasks().find(open)?.clone();
        let cmd = return_of(s, &task, true);
        admin(s, &task, cmd)
    }),
    blunder("anonymous", "联系匿名诉求人", |s| {
        let task = lead(s, &[TaskState::Working])?;
        s.case.order.anonymous.then_some(())?;
        let (way, result) = (ContactWay::Phone, ContactResult::Reached);
        let cmd = Command::Contact { task: task.id, at: s.now, way, result, note: None };
        Some((s.handler(&task)?, cmd))
    }),
    blunder("no_contact", "未联系诉求人即反馈", |s| {
        let task = lead(s, &[TaskState::Working])?;
        let o = &s.case.order;
        let open = !o.anonymous && !o.no_reply_wanted && o.confidentiality == Confidentiality::None;
        let alone = s.case.active_tasks().count() == 1;
        (open && alone && !s.case.contacts.iter().any(|c| c.task_id == task.id)).then_some(())?;
        submit(s, &task)
    }),
    blunder("co_open", "协办未反馈即反馈", |s| waiting(s, TaskRole::Co)),
    blunder("child_open", "下派未反馈即反馈", |s| waiting(s, TaskRole::Child)),
    blunder("field:days", "延期过长", |s| {
        let task = extendable(s)?;
        (s.case.order.ext_n == 0 && task.due_at.is_some_and(|due| s.now < due)).then_some(())?;
        Some((s.handler(&task)?, extension_of(&task, 999)))
    }),
    blunder("overdue", "逾期后申请延期", |s| {
        let task = extendable(s)?;
        (s.case.order.ext_n == 0 && task.due_at.is_some_and(|due| s.now > due)).then_some(())?;
        Some((s.handler(&task)?, extension_of(&task, 1)))
    }),
    blunder("ext_max", "再次延期", |s| {
        let task = extendable(s)?;
        (s.case.order.ext_n >= 1).then_some(())?;
        Some((s.handler(&task)?, extension_of(&task, 1)))
    }),
    blunder("field:co.org", "自行添加外单位协办", |s| {
        let task = lead(s, &[TaskState::Working])?;
        let outside = |org: &&kernel::OrgId| {
            !s.world.directory.is_within(**org, task.org)
                && s.city.fits(**org, &s.case.order.category, &s.world.directory)
        };
        let org = *s.city.units.iter().find(outside)?;
        let person = s.of(Role::UnitAdmin, task.org, &[])?;
        // Who also dispatches for the centre may call in anybody.
        (!person.has(Role::Dispatcher)).then_some(())?;
        Some((person, Command::AddCo { co: CoHandler { org, question: None }, due_at: None }))
    }),
    blunder("not_paused", "恢复未暂停的时限", |s| {
        lead(s, &[TaskState::Working])?;
        (!s.case.clocks.iter().any(|c| c.is_open() && c.paused_at.is_some())).then_some(())?;
        Some((s.any(Role::Supervisor), Command::Resume { note: None }))
    }),
    blunder("paused", "重复暂停时限", |s| {
        lead(s, &[TaskState::Working])?;
        let mut own = s.case.clocks.iter().filter(|c| c.is_open() && c.kind.is_handling());
        own.all(|c| c.paused_at.is_some()).then_some(())?;
        let note = "再次暂停".to_owned();
        Some((s.any(Role::Supervisor), Command::Pause { reason: PauseReason::Appraisal, note }))
    }),
    blunder("field:form.unsolved_reason", "未解决不写原因", |s| {
        let task = ready(s)?;
        let (handler, Command::SubmitUnit { task, mut form }) = submit(s, &task)? else { return None };
        form.result = HandleResult::Partial;
        form.unsolved_reason = None;
        Some((handler, Command::SubmitUnit { task, form }))
    }),
    blunder("field:opinion", "单位退回不写意见", |s| {
        let task = lead(s, &[TaskState::UnitAudit])?;
        let cmd = Command::UnitSendBack { task: task.id, opinion: String::new() };
        Some((s.of(Role::UnitLeader, task.org, &[])?, cmd))
    }),
];

fn lead(s: &Scene, states: &[TaskState]) -> Option<Task> {
    s.case.lead_task().filter(|t| states.contains(&t.state)).cloned()
}

/// A lead that may still apply for return.
fn returnable(s: &Scene) -> Option<Task> {
    let task = lead(s, &[TaskState::Unsigned, TaskState::Signed, TaskState::Assigned])?;
    let open = !s.case.order.flags.designated && s.case.order.return_n < 2;
    (open && s.now < s.working_days(task.dispatched_at, 1)).then_some(task)
}

fn extendable(s: &Scene) -> Option<Task> {
    let pending = s.case.pending_requests().next().is_some();
    let at_work = s.case.order.state == OrderState::Handling && !pending;
    lead(s, &[TaskState::Working]).filter(|_| at_work)
}

/// Contact is made, nobody else is at work on it.
fn ready(s: &Scene) -> Option<Task> {
    let task = lead(s, &[TaskState::Working])?;
    let alone = s.case.active_tasks().count() == 1;
    (alone && s.case.contacts.iter().any(|c| c.task_id == task.id)).then_some(task)
}

fn admin(s: &Scene, task: &Task, cmd: Command) -> Tried {
    Some((s.of(Role::UnitAdmin, task.org, &[])?, cmd))
}

fn submit(s: &mut Scene, task: &Task) -> Tried {
    let org = s.world.directory.org_name(task.org).to_owned();
    let form = matter::answer(s.case, &org, HandleResult::Solved, s.now, &mut s.live.dice);
    Some((s.handler(task)?, Command::SubmitUnit { task: task.id, form }))
}

/// The lead hands in while somebody who works for it has time left.
fn waiting(s: &mut Scene, role: TaskRole) -> Tried {
    let task = lead(s, &[TaskState::Working])?;
    let late = |t: &Task| t.due_at.is_some_and(|due| s.now > due);
    let busy = |t: &Task, role| t.role == role && t.state != TaskState::Submitted && !late(t);
    let hit = s.case.active_tasks().any(|t| busy(t, role));
    // The question about co-handlers comes first.
    let first = role == TaskRole::Child && s.case.active_tasks().any(|t| busy(t, TaskRole::Co));
    (hit && !first).then_some(())?;
    submit(s, &task)
}
