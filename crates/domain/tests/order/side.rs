//! W13, W29, W30, W36, W37, W39, W40, K16 and pauses: beside the main road.

use domain::{
    authority::Role,
    clock::{ClockKind, ClockOutcome, PauseReason},
    env::By,
    light::Light,
    order::{
        Command, DemandType, OrderState, Urgency, allowed,
        decide::{archive_due, remind_sign},
    },
    task::TaskState,
};

use crate::world::{Story, World, actor, dispatch_to, person, ts};

#[test]
fn w13_an_unsigned_task_is_reminded_of_at_half_and_at_full_time() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).dispatched(o.bureau);
    assert!(remind_sign(&s.case, 0, &s.w.env()).is_none());
    s.w.set("2025-09-23T08:00");
    let d = remind_sign(&s.case, 0, &s.w.env()).unwrap();
    s.take(d);
    assert!(s.told("T08"));
    assert!(remind_sign(&s.case, 1, &s.w.env()).is_none());
    s.w.set("2025-09-24T00:00");
    assert_eq!(remind_sign(&s.case, 1, &s.w.env()).unwrap().notices.len(), 2);
    let task = s.lead().id;
    s.as_unit(o.bureau, Role::UnitAdmin, Command::Sign { task });
    assert!(remind_sign(&s.case, 0, &s.w.env()).is_none());
}

#[test]
fn w29_an_order_handed_to_the_petition_office_ends_here() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let cmd =
        Command::ToPetition { petition_no: "XF2025001".to_owned(), reason: "诉求人要求走信访".to_owned() };
    s.ok(&person(o.petition, &[Role::PetRouter]), cmd);
    assert_eq!(s.state(), OrderState::TransferredOut);
    s.assert_task(o.bureau, TaskState::Voided);
    s.assert_at_rest();
}

#[test]
fn w30_k16_withdrawal_voids_everything_but_reports_stay() {
    let o = World::new().o;
    let withdraw = || Command::Withdraw { reason: "已自行协商".to_owned() };
    let mut s = Story::of(DemandType::Complaint).in_audit(o.bureau);
    s.ok(&By::System, withdraw());
    assert_eq!(s.state(), OrderState::Withdrawn);
    s.assert_task(o.bureau, TaskState::Voided);
    assert_eq!(s.clock(ClockKind::Order).outcome, ClockOutcome::Void);
    assert!(s.told("T17") && s.codes().contains(&"K16"));
    s.assert_at_rest();
    let s = Story::of(DemandType::Report);
    assert_eq!(s.no(&s.center(Role::Agent), withdraw()), "report");
    let button = allowed(&s.case, &s.center(Role::Agent), &s.w.env()).into_iter().find(|a| a.action == "withdraw");
    assert!(button.is_some_and(|b| !b.enabled && b.reason.is_some()));
}

fn reopen(redo: bool) -> Command {
    Command::Reopen { reason: "出现新情况".to_owned(), redo }
}

#[test]
fn w36a_a_reopened_order_is_dispatched_anew_in_the_next_round() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).closed(o.bureau);
    s.w.days(30);
    s.as_center(Role::TeamLeader, reopen(false));
    assert_eq!((s.state(), s.case.order.round), (OrderState::PendingDispatch, 2));
    assert_eq!((s.case.order.closed_at, s.case.order.due_at), (None, None));
    s.as_center(Role::Dispatcher, dispatch_to(o.housing));
    assert_eq!(s.clock(ClockKind::Order).round, 2);
    assert_eq!(s.clock(ClockKind::Task).basis, "sla.handle.help");
}

#[test]
fn w36b_reopening_for_redo_goes_straight_to_the_lead() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).closed(o.bureau);
    s.as_center(Role::TeamLeader, reopen(true));
    assert_eq!((s.state(), s.lead().org), (OrderState::Handling, o.bureau));
    assert_eq!(s.clock(ClockKind::Redo).basis, "sla.redo.short");
    assert!(s.codes().contains(&"W36b"));
    let mut s = Story::of(DemandType::Consult);
    s.as_center(Role::Agent, Command::DirectReply { reply: "请看办事指南".to_owned(), kb_id: None });
    assert_eq!(s.no(&s.center(Role::TeamLeader), reopen(true)), "no_lead");
}

#[test]
fn w36_after_the_window_only_a_new_order_helps() {
    let mut s = Story::of(DemandType::Help).closed(World::new().o.bureau);
    s.w.days(90);
    assert!(s.try_with(&s.center(Role::TeamLeader), None, &reopen(false)).is_ok());
    s.w.days(1);
    assert_eq!(s.no(&s.center(Role::TeamLeader), reopen(false)), "reopen_window");
    s.as_center(Role::PetArchivist, Command::Archive);
    assert_eq!(s.no(&s.center(Role::TeamLeader), reopen(false)), "state");
}

#[test]
fn w37_archiving_waits_for_quiet_and_for_open_requests() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).closed(o.bureau);
    assert_eq!(archive_due(&s.case, &s.w.env()).unwrap_err().code, "quiet");
    let exempt = Command::Exempt { code: "E1".to_owned(), reason: "诉求不合理，已解释".to_owned() };
    s.as_unit(o.bureau, Role::UnitAdmin, exempt);
    s.w.days(7);
    assert_eq!(archive_due(&s.case, &s.w.env()).unwrap_err().code, "pending");
    let request = s.pending();
    let no = Command::Decide { request, approve: false, opinion: Some("不符合".to_owned()), designate: false };
    s.as_unit(o.bureau, Role::UnitLeader, no);
    let d = archive_due(&s.case, &s.w.env()).unwrap();
    s.take(d);
    assert_eq!((s.state(), s.case.order.archived_at), (OrderState::Archived, Some(s.w.now.get())));
}

fn instruct(due: Option<&str>, urgency: Option<Urgency>) -> Command {
    Command::Instruct { text: "请抓紧办理".to_owned(), due_at: due.map(ts), urgency }
}

#[test]
fn w39_a_leader_shortens_and_never_lengthens() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let leader = person(o.gov, &[Role::Leader]);
    assert_eq!(s.no(&leader, instruct(Some("2025-12-01T18:00"), None)), "due_at");
    s.ok(&leader, instruct(Some("2025-09-26T18:00"), None));
    assert!(s.case.order.flags.leader_directed && s.told("T19"));
    assert_eq!(s.case.order.due_at, Some(ts("2025-09-26T18:00")));
    assert_eq!(s.lead().due_at, s.case.order.due_at);
    assert_eq!(s.clock(ClockKind::Task).basis, "due.leader");
    s.ok(&leader, instruct(None, Some(Urgency::U1)));
    assert_eq!(s.case.order.due_at, Some(ts("2025-09-22T11:30")));
    assert_eq!(s.no(&leader, instruct(None, Some(Urgency::U3))), "urgency");
}

#[test]
fn w39_a_date_named_before_dispatch_binds_the_dispatch() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).submitted();
    s.ok(&person(o.gov, &[Role::Leader]), instruct(Some("2025-09-26T18:00"), None));
    s.as_center(Role::Dispatcher, dispatch_to(o.bureau));
    assert_eq!(s.case.order.due_at, Some(ts("2025-09-26T18:00")));
    assert_eq!(s.clock(ClockKind::Order).basis, "due.leader");
}

#[test]
fn w40_reporting_up_changes_nothing_but_the_log() {
    let mut s = Story::of(DemandType::Help).closed(World::new().o.bureau);
    let before = s.case.order.state;
    s.as_center(Role::Supervisor, Command::ReportUp { text: "近期同类诉求较多".to_owned() });
    assert_eq!(s.log.last().unwrap().code, "W40");
    assert_eq!(s.state(), before);
}

#[test]
fn paused_clocks_run_on_by_the_working_days_that_went_by() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    let due = s.case.order.due_at.unwrap();
    s.as_center(Role::Supervisor, Command::Pause { reason: PauseReason::Appraisal, note: "等待检测报告".to_owned() });
    assert_eq!(s.clock(ClockKind::Task).light, Light::Paused);
    assert_eq!(
        s.no(&s.center(Role::Supervisor), Command::Pause { reason: PauseReason::Appraisal, note: "再次".to_owned() }),
        "paused"
    );
    s.w.set("2025-09-24T16:00");
    s.as_center(Role::Supervisor, Command::Resume { note: None });
    assert_eq!(s.case.order.due_at.unwrap().date(), ts("2025-09-30T12:00").date());
    assert_eq!(due.date(), ts("2025-09-28T12:00").date());
    assert!(s.clock(ClockKind::Order).paused_total > 0);
    assert_eq!(s.clock(ClockKind::Order).arithmetic.len(), 2);
    assert_eq!(s.no(&s.center(Role::Supervisor), Command::Resume { note: None }), "not_paused");
}

#[test]
fn a_delegate_acts_for_the_handler_and_the_log_says_so() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    let task = s.lead().id;
    let mut delegate = actor(o.bureau, &[Role::Handler, Role::Qc]);
    delegate.on_behalf_of = s.lead().handler;
    s.w.hours(1);
    let by = By::Person(delegate);
    let (way, result) = (domain::contact::ContactWay::Phone, domain::contact::ContactResult::Reached);
    s.ok(&by, Command::Contact { task, at: ts("2025-09-22T10:00"), way, result, note: None });
    assert_eq!(s.log.last().unwrap().on_behalf_of, s.lead().handler);
}
