//! W21–W24, W27, W28, K08, K09: the centre's audit and the reply.

use domain::{
    authority::Role,
    clock::{ClockKind, ClockOutcome},
    env::By,
    order::{Command, Defect, DemandType, OrderState, RegisterForm, decide::track_due},
    task::TaskState,
};

use crate::world::{Story, World, form, handling, person, ts};

fn accept() -> Command {
    Command::CenterAccept { opinion: None, reply: None }
}

#[test]
fn w21a_k08_on_time_is_judged_by_when_the_unit_handed_in() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).in_audit(o.bureau);
    // The centre takes until long after the due moment.
    s.w.set("2025-10-20T10:00");
    s.as_center(Role::Auditor, accept());
    assert_eq!(s.state(), OrderState::PendingReply);
    s.assert_task(o.bureau, TaskState::Accepted);
    assert_eq!(s.clock(ClockKind::Order).outcome, ClockOutcome::OnTime);
    assert_eq!(s.clock(ClockKind::Task).outcome, ClockOutcome::OnTime);
    assert_eq!(s.clock(ClockKind::UnifiedReply).due_at.date(), ts("2025-10-21T12:00").date());
    assert_eq!(s.case.order.reply.as_deref(), Some(handling().public_reply.as_str()));
}

#[test]
fn w21a_a_late_answer_is_late_however_fast_the_audit() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    s.w.set("2025-10-20T10:00");
    s.hand_in();
    s.as_center(Role::Auditor, accept());
    assert_eq!(s.clock(ClockKind::Order).outcome, ClockOutcome::Late);
}

#[test]
fn w21b_without_unified_reply_the_order_goes_to_callback_at_once() {
    let w = World::with_param("unified_reply", serde_json::json!(false));
    let bureau = w.o.bureau;
    let s = Story::from(w, &form(DemandType::Help)).accepted(bureau);
    assert_eq!(s.state(), OrderState::PendingCallback);
    assert!(s.clock(ClockKind::Callback).is_open() && s.codes().contains(&"W21b"));
    let w = World::with_param("unified_reply", serde_json::json!(false));
    let s = Story::from(w, &form(DemandType::Consult)).accepted(bureau);
    assert_eq!(s.state(), OrderState::Closed, "a consultation is not called back unless asked for");
    s.assert_at_rest();
}

#[test]
fn w22_k09_sending_back_lets_the_clocks_run_on() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).in_audit(o.bureau);
    let (promise, task) = (s.case.order.due_at, s.lead().id);
    s.as_center(Role::Auditor, Command::CenterSendBack { defect: Defect::D1, opinion: "未答复第二项".to_owned() });
    assert_eq!(s.state(), OrderState::Handling);
    s.assert_task(o.bureau, TaskState::SentBack);
    assert_eq!((s.case.order.send_back_n, s.lead().defect), (1, Some(Defect::D1)));
    assert_eq!(s.case.order.due_at, promise);
    assert!(s.clock(ClockKind::Order).is_open() && s.told("T11"));
    s.w.set("2025-10-20T10:00");
    s.as_unit(o.bureau, Role::Handler, Command::Start { task });
    s.hand_in();
    s.as_center(Role::Auditor, accept());
    assert_eq!(s.clock(ClockKind::Order).outcome, ClockOutcome::Late, "judged by the accepted version");
}

#[test]
fn w23a_the_unified_reply_starts_the_callback_clock() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).accepted(o.bureau);
    let text =
        |channel: &str| Command::UnifiedReply { channel: channel.to_owned(), reply: "已为您办结。".to_owned() };
    assert_eq!(s.no(&s.center(Role::ReplyAgent), text("")), "channel");
    assert_eq!(s.no(&person(o.bureau, &[Role::ReplyAgent]), text("sms")), "forbidden");
    s.as_center(Role::ReplyAgent, text("sms"));
    assert_eq!(s.state(), OrderState::PendingCallback);
    assert_eq!(s.clock(ClockKind::UnifiedReply).outcome, ClockOutcome::OnTime);
    assert_eq!(s.clock(ClockKind::Callback).due_at.date(), ts("2025-09-24T12:00").date());
    assert!(s.told("T12"));
}

#[test]
fn w23b_without_callback_the_reply_closes_the_order() {
    let s = Story::of(DemandType::Consult).replied(World::new().o.bureau);
    assert_eq!(s.state(), OrderState::Closed);
    assert!(s.codes().contains(&"W23b"));
    s.assert_at_rest();
}

#[test]
fn w23_a_confidential_report_is_answered_by_phone_only_and_not_called_back() {
    let mut s = Story::of(DemandType::Report).accepted(World::new().o.bureau);
    let by = s.center(Role::ReplyAgent);
    let text =
        |channel: &str| Command::UnifiedReply { channel: channel.to_owned(), reply: "已核查处理。".to_owned() };
    assert_eq!(s.no(&by, text("sms")), "channel");
    s.ok(&by, text("phone"));
    assert!(!s.told("T12"), "a report's result is not written into a message");
    assert_eq!(s.state(), OrderState::Closed);
}

#[test]
fn w24_anonymous_and_unwilling_citizens_are_neither_answered_nor_called() {
    let changes: [fn(&mut RegisterForm); 2] = [|f| f.anonymous = true, |f| f.no_reply_wanted = true];
    for change in changes {
        let mut f = form(DemandType::Help);
        change(&mut f);
        let s = Story::from(World::new(), &f).accepted(World::new().o.bureau);
        assert_eq!(s.state(), OrderState::Closed);
        assert!(s.codes().ends_with(&["W21a", "W24"]));
        assert!(s.case.order.reply.is_some(), "the result is there for who asks by code");
        s.assert_at_rest();
    }
    let s = Story::of(DemandType::Praise).accepted(World::new().o.bureau);
    assert_eq!(s.state(), OrderState::Closed);
}

fn track(until: &str) -> Command {
    Command::Track {
        reason: "需待汛期后施工".to_owned(), measures: "已列入十一月计划".to_owned(), until: ts(until)
    }
}

#[test]
fn w27_tracking_counts_the_handling_as_on_time_and_watches_the_promise() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    s.w.set("2025-10-20T10:00");
    s.hand_in();
    assert_eq!(s.no(&s.center(Role::Auditor), track("2025-10-01T10:00")), "until");
    s.as_center(Role::Auditor, track("2025-11-20T18:00"));
    assert_eq!(s.state(), OrderState::CenterAudit);
    let request = s.pending();
    s.as_center(Role::TeamLeader, Command::Decide { request, approve: true, opinion: None, designate: false });
    assert_eq!(s.state(), OrderState::Tracking);
    assert_eq!(s.clock(ClockKind::Order).outcome, ClockOutcome::OnTime);
    assert_eq!(s.clock(ClockKind::Tracking).due_at, ts("2025-11-20T18:00"));
    assert!(s.told("T16"));

    assert!(track_due(&s.case, &s.w.env()).is_err(), "not before the promised day");
    s.w.set("2025-11-20T18:00");
    let d = track_due(&s.case, &s.w.env()).unwrap();
    s.take(d);
    assert_eq!(s.state(), OrderState::Handling);
    assert_eq!((s.lead().org, s.lead().round), (o.bureau, 1));
    assert_eq!(s.clock(ClockKind::Redo).due_at.date(), ts("2025-11-25T12:00").date());
    assert!(s.clock(ClockKind::Order).is_open());
    let task = s.lead().id;
    s.sign_and_start(task);
    s.hand_in();
    s.as_center(Role::Auditor, accept());
    assert_eq!(s.clock(ClockKind::Redo).outcome, ClockOutcome::OnTime);
}

#[test]
fn w28_the_unit_may_take_tracked_work_up_early() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).in_audit(o.bureau);
    s.as_center(Role::TeamLeader, track("2025-11-20T18:00"));
    assert_eq!(s.state(), OrderState::Tracking);
    assert!(s.try_with(&By::System, None, &Command::TrackDue).is_err());
    s.as_unit(o.bureau, Role::UnitAdmin, Command::TrackDue);
    assert_eq!(s.state(), OrderState::Handling);
}
