//! W14–W20, K03–K07, K15: inside the unit.

use domain::{
    authority::Role,
    clock::{ClockKind, ClockOutcome},
    contact::{ContactResult, ContactWay},
    order::{Command, Confidentiality, DemandType, HandleResult, HandlingForm, OrderState, RegisterForm},
    task::{TaskRole, TaskState},
};
use kernel::{OrgId, TaskId};

use crate::world::{Story, World, co, form, handling, person, ts, user_of};

fn assign(task: TaskId, handler: Option<kernel::UserId>, org: Option<OrgId>) -> Command {
    Command::Assign { task, handler, org, advice: None }
}

fn with_co(lead: OrgId, helper: OrgId) -> Story {
    let mut s = Story::of(DemandType::Complaint).submitted();
    let plan = Command::Dispatch { lead, co: vec![co(helper)], advice: None, due_at: None, urgency: None };
    s.as_center(Role::Dispatcher, plan);
    s
}

#[test]
fn w14_k03_an_assigned_task_belongs_to_its_handler_alone() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).dispatched(o.bureau);
    let task = s.lead().id;
    s.as_unit(o.bureau, Role::UnitAdmin, Command::Sign { task });
    let chosen = person(o.bureau, &[Role::Handler, Role::Qc]);
    s.as_unit(o.bureau, Role::UnitAdmin, assign(task, Some(user_of(&chosen)), None));
    s.assert_task(o.bureau, TaskState::Assigned);
    assert!(s.told("T09"));
    assert_eq!(s.no(&s.unit(o.bureau, Role::Handler), Command::Start { task }), "forbidden");
    s.ok(&chosen, Command::Start { task });
    let other = s.unit(o.bureau, Role::Handler);
    s.as_unit(o.bureau, Role::UnitAdmin, assign(task, Some(user_of(&other)), None));
    s.assert_task(o.bureau, TaskState::Working);
    assert_eq!(s.lead().handler, Some(user_of(&other)));
    assert_eq!(s.log.last().unwrap().code, "W14");
}

#[test]
fn w14_a_child_task_is_due_with_its_parent_and_goes_only_downwards() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).dispatched(o.bureau);
    let task = s.lead().id;
    s.as_unit(o.bureau, Role::UnitAdmin, Command::Sign { task });
    let admin = s.unit(o.bureau, Role::UnitAdmin);
    assert_eq!(s.no(&admin, assign(task, None, None)), "handler");
    assert_eq!(s.no(&admin, assign(task, None, Some(o.housing))), "org");
    s.ok(&admin, assign(task, None, Some(o.brigade)));
    let child = s.task_of(o.brigade).clone();
    assert_eq!((child.role, child.parent, child.due_at), (TaskRole::Child, Some(task), s.lead().due_at));
    assert_eq!(s.no(&admin, assign(task, None, Some(o.brigade))), "org");
    s.as_unit(o.bureau, Role::Handler, Command::Start { task });
    s.contact(task);
    let submit = |task| Command::SubmitUnit { task, form: handling() };
    assert_eq!(s.no(&s.unit(o.bureau, Role::Handler), submit(task)), "child_open");
    s.sign_and_start(child.id);
    s.as_unit(o.brigade, Role::Handler, submit(child.id));
    s.as_unit(o.brigade, Role::UnitLeader, Command::UnitApprove { task: child.id, opinion: None });
    s.assert_task(o.brigade, TaskState::Submitted);
    assert_eq!(s.state(), OrderState::Handling, "only the lead's answer goes to the centre");
    s.as_unit(o.bureau, Role::Handler, submit(task));
    s.as_unit(o.bureau, Role::UnitLeader, Command::UnitApprove { task, opinion: None });
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    s.assert_task(o.brigade, TaskState::Accepted);
    assert!(s.case.clocks.iter().all(|c| !c.is_open() || c.kind == ClockKind::UnifiedReply));
}

#[test]
fn k04_who_starts_an_unassigned_task_becomes_its_handler() {
    let o = World::new().o;
    let s = Story::of(DemandType::Help).working(o.bureau);
    assert_eq!(s.lead().handler, s.unit(o.bureau, Role::Handler).user());
    s.assert_task(o.bureau, TaskState::Working);
}

#[test]
fn w15_a_contact_must_be_on_record_before_the_answer_leaves_the_unit() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    let task = s.lead().id;
    let by = s.unit(o.bureau, Role::Handler);
    let submit = || Command::SubmitUnit { task, form: handling() };
    assert_eq!(s.no(&by, submit()), "no_contact");
    let (way, result) = (ContactWay::Phone, ContactResult::NoAnswer);
    let at = ts("2025-09-22T18:00");
    assert_eq!(s.no(&by, Command::Contact { task, at, way, result, note: None }), "at");
    s.w.hours(1);
    s.contact(task);
    assert_eq!(s.log.last().unwrap().code, "W15");
    s.ok(&by, submit());

    let changes: [fn(&mut RegisterForm); 3] = [
        |f| f.anonymous = true,
        |f| f.no_reply_wanted = true,
        |f| f.confidentiality = Some(Confidentiality::KeepSecret),
    ];
    for change in changes {
        let mut f = form(DemandType::Help);
        change(&mut f);
        let s = Story::from(World::new(), &f).working(o.bureau);
        let submit = Command::SubmitUnit { task: s.lead().id, form: handling() };
        assert!(s.try_with(&by, None, &submit).is_ok());
    }
}

#[test]
fn w16_a_unit_calls_in_only_units_below_itself_and_the_centre_any() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let latest = ts("2025-10-16T23:59");
    let add = |org, due_at| Command::AddCo { co: co(org), due_at };
    let admin = s.unit(o.bureau, Role::UnitAdmin);
    assert_eq!(s.no(&admin, add(o.power, None)), "co.org");
    assert!(s.try_with(&admin, None, &add(o.brigade, None)).is_ok());
    let by = s.center(Role::Dispatcher);
    assert_eq!(s.no(&by, add(o.bureau, None)), "co.org");
    assert_eq!(s.no(&by, add(o.power, Some(ts("2025-10-17T12:00")))), "due_at");
    s.ok(&by, add(o.power, None));
    assert_eq!(s.task_of(o.power).due_at.unwrap().date(), latest.date());
    assert_eq!(s.no(&by, add(o.power, None)), "co.org");
}

#[test]
fn acceptance_07_the_lead_waits_for_the_co_handler_until_its_time_is_up() {
    let o = World::new().o;
    let mut s = with_co(o.bureau, o.power);
    let (lead, helper) = (s.lead().id, s.task_of(o.power).id);
    s.sign_and_start(lead);
    s.contact(lead);
    let by = s.unit(o.bureau, Role::Handler);
    let submit = || Command::SubmitUnit { task: lead, form: handling() };
    assert_eq!(s.no(&by, submit()), "co_open");
    s.sign_and_start(helper);
    assert_eq!(
        s.no(&s.unit(o.power, Role::Handler), Command::SubmitUnit { task: helper, form: handling() }),
        "task_role"
    );
    let late = {
        let mut other = with_co(o.bureau, o.power);
        let lead = other.lead().id;
        other.sign_and_start(lead);
        other.contact(lead);
        other.w.set("2025-10-17T00:30");
        other.try_with(&by, None, &Command::SubmitUnit { task: lead, form: handling() }).is_ok()
    };
    assert!(late, "after the co-handler's time the lead goes on alone");
    let reply = Command::CoReply { task: helper, reply: "现场未接临时用电".to_owned(), unable_reason: None };
    s.as_unit(o.power, Role::Handler, reply);
    s.assert_task(o.power, TaskState::CoDone);
    assert_eq!(s.clock(ClockKind::Co).outcome, ClockOutcome::OnTime);
    s.ok(&by, submit());
}

#[test]
fn w21_a_co_handler_that_never_answered_ends_late_with_the_order() {
    let o = World::new().o;
    let mut s = with_co(o.bureau, o.power);
    let lead = s.lead().id;
    s.sign_and_start(lead);
    s.w.set("2025-10-17T10:00");
    s.hand_in();
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    s.assert_task(o.power, TaskState::Voided);
    assert_eq!(s.clock(ClockKind::Co).outcome, ClockOutcome::Late);
}

#[test]
fn w18_k05_refusing_needs_reason_and_law() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    let task = s.lead().id;
    s.contact(task);
    let by = s.unit(o.bureau, Role::Handler);
    let submit = |form: HandlingForm| Command::SubmitUnit { task, form };
    let refusing = HandlingForm { result: HandleResult::UnsolvedExplained, ..handling() };
    assert_eq!(s.no(&by, submit(refusing.clone())), "form.unsolved_reason");
    let refusing = HandlingForm { unsolved_reason: Some("政策不支持".to_owned()), ..refusing };
    assert_eq!(s.no(&by, submit(refusing.clone())), "form.legal_basis");
    assert_eq!(s.no(&by, submit(HandlingForm { public_reply: String::new(), ..handling() })), "form.public_reply");
    let full = HandlingForm { legal_basis: Some("《噪声污染防治法》第四十三条".to_owned()), ..refusing };
    s.ok(&by, submit(full));
    s.assert_task(o.bureau, TaskState::UnitAudit);
    assert_eq!(s.lead().result, Some(HandleResult::UnsolvedExplained));
    assert!(s.told("T10"));
}

#[test]
fn w19_k07_unit_approval_hands_the_answer_to_the_centre() {
    let o = World::new().o;
    let s = Story::of(DemandType::Help).in_audit(o.bureau);
    assert_eq!(s.state(), OrderState::CenterAudit);
    s.assert_task(o.bureau, TaskState::Submitted);
    assert_eq!(s.lead().submitted_at, Some(s.w.now.get()));
    assert!(s.codes().ends_with(&["K05", "K07", "W19"]));
    assert!(s.clock(ClockKind::Order).is_open() && s.clock(ClockKind::Task).is_open());
}

#[test]
fn w20_k06_the_unit_leader_sends_back_to_the_handler() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    let task = s.lead().id;
    s.contact(task);
    s.as_unit(o.bureau, Role::Handler, Command::SubmitUnit { task, form: handling() });
    let back = Command::UnitSendBack { task, opinion: "请补充现场照片".to_owned() };
    assert_eq!(s.no(&s.unit(o.bureau, Role::Handler), back.clone()), "forbidden");
    s.as_unit(o.bureau, Role::UnitLeader, back);
    s.assert_task(o.bureau, TaskState::Working);
}
