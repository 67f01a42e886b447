//! W08–W12, K01, K02, K13, K14: to whom it goes, and the clocks that start.

use domain::{
    authority::Role,
    clock::{ClockKind, ClockOutcome},
    decision::GrantKind,
    order::{Command, Confidentiality, DemandType, OrderState, Urgency},
    task::{TaskRole, TaskState},
};

use crate::world::{DUTY, Story, World, actor, co, dispatch_to, form, person, ts};

fn due_at(lead: kernel::OrgId, due: &str) -> Command {
    Command::Dispatch { lead, co: Vec::new(), advice: None, due_at: Some(ts(due)), urgency: None }
}

#[test]
fn w10_dispatch_starts_accept_order_and_task_clocks_and_stops_the_dispatch_clock() {
    let w = World::new();
    let bureau = w.o.bureau;
    let s = Story::of(DemandType::Complaint).dispatched(bureau);
    assert_eq!(s.state(), OrderState::Dispatched);
    s.assert_task(bureau, TaskState::Unsigned);
    assert_eq!(s.clock(ClockKind::Dispatch).outcome, ClockOutcome::OnTime);
    assert_eq!(s.clock(ClockKind::Accept).due_at.date(), ts("2025-09-23T12:00").date());
    // 15 working days over the holiday of 1 to 8 October, with 28 September and 11 October worked.
    assert_eq!(s.clock(ClockKind::Order).due_at.date(), ts("2025-10-17T12:00").date());
    assert_eq!(s.clock(ClockKind::Task).due_at, s.clock(ClockKind::Order).due_at);
    assert_eq!(s.case.order.due_at, Some(s.clock(ClockKind::Order).due_at));
    assert_eq!(s.lead().due_at, s.case.order.due_at);
    assert_eq!(s.clock(ClockKind::Order).basis, "sla.handle.complaint");
    assert!(s.told("T05") && s.told("T06"));
    assert!(s.grants.iter().any(|g| g.org == bureau && g.kind == GrantKind::Lead));
    assert_eq!(s.codes(), ["W02", "W07", "W10", "K01"]);
}

#[test]
fn w10_the_earliest_of_type_urgency_and_named_date_is_the_due_moment() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Report);
    s.as_center(Role::Agent, Command::Submit { urgency: Some(Urgency::U2), suggested_org: None });
    s.as_center(Role::Dispatcher, dispatch_to(o.bureau));
    assert_eq!(s.clock(ClockKind::Order).due_at, ts("2025-09-23T09:30"));
    assert_eq!(s.clock(ClockKind::Accept).due_at, ts("2025-09-22T10:00"));

    let mut s = Story::of(DemandType::Complaint).submitted();
    s.as_center(Role::Dispatcher, due_at(o.bureau, "2025-09-25T18:00"));
    assert_eq!(s.clock(ClockKind::Order).due_at, ts("2025-09-25T18:00"));
    assert_eq!(s.clock(ClockKind::Order).basis, "due.dispatcher");

    let mut s = Story::of(DemandType::Consult).submitted();
    assert_eq!(s.no(&s.center(Role::Dispatcher), due_at(o.bureau, "2025-09-21T18:00")), "due_at");
    s.as_center(Role::Dispatcher, due_at(o.bureau, "2025-12-31T18:00"));
    assert_eq!(s.clock(ClockKind::Order).due_at.date(), ts("2025-09-28T12:00").date());
}

#[test]
fn w10_an_inactive_organisation_is_refused_and_its_heir_named() {
    let s = Story::of(DemandType::Help).submitted();
    let refusal = s.try_with(&s.center(Role::Dispatcher), None, &dispatch_to(s.w.o.closed)).unwrap_err();
    assert_eq!(refusal.fields[0].field, "lead");
    assert!(refusal.fields[0].remedy.as_deref().unwrap().contains("市城管局"));
}

#[test]
fn acceptance_10_a_report_never_goes_to_the_accused_or_below_it() {
    let w = World::new();
    let o = w.o;
    let mut f = form(DemandType::Report);
    f.accused_org = Some(o.bureau);
    let s = Story::from(w, &f).submitted();
    let by = s.center(Role::Dispatcher);
    assert_eq!(s.no(&by, dispatch_to(o.bureau)), "lead");
    assert_eq!(s.no(&by, dispatch_to(o.brigade)), "lead");
    let with_co =
        Command::Dispatch { lead: o.housing, co: vec![co(o.brigade)], advice: None, due_at: None, urgency: None };
    assert_eq!(s.no(&by, with_co), "co[0].org");
    assert!(s.try_with(&by, None, &dispatch_to(o.housing)).is_ok());

    let mut f = form(DemandType::Report);
    f.accused_org = Some(o.county_dept);
    let mut s = Story::from(World::new(), &f).submitted();
    s.as_center(Role::Dispatcher, dispatch_to(o.town));
    assert!(s.grants.iter().any(|g| g.org == o.county && g.kind == GrantKind::Copy));
    let mut f = form(DemandType::Complaint);
    f.accused_org = Some(o.bureau);
    let s = Story::from(World::new(), &f).submitted();
    assert!(s.try_with(&by, None, &dispatch_to(o.bureau)).is_ok(), "an open complaint goes to whom it concerns");
    f.confidentiality = Some(Confidentiality::KeepSecret);
    let s = Story::from(World::new(), &f).submitted();
    assert_eq!(s.no(&by, dispatch_to(o.bureau)), "lead");
}

#[test]
fn w10_a_departments_own_duty_is_not_sent_to_towns() {
    let o = World::new().o;
    let mut f = form(DemandType::Complaint);
    f.category = DUTY.to_owned();
    let s = Story::from(World::new(), &f).submitted();
    let by = s.center(Role::Dispatcher);
    assert_eq!(s.no(&by, dispatch_to(o.town)), "lead");
    assert_eq!(s.no(&by, dispatch_to(o.village)), "lead");
    assert!(s.try_with(&by, None, &dispatch_to(o.bureau)).is_ok());
}

#[test]
fn w10_a_towns_order_is_copied_to_the_county() {
    let o = World::new().o;
    let s = Story::of(DemandType::Help).dispatched(o.town);
    assert!(s.grants.iter().any(|g| g.org == o.county && g.kind == GrantKind::Copy));
    let s = Story::of(DemandType::Help).dispatched(o.bureau);
    assert!(!s.grants.iter().any(|g| g.kind == GrantKind::Copy));
}

#[test]
fn w10_nobody_dispatches_against_the_own_organisation_or_one_recused_from() {
    let w = World::new();
    let o = w.o;
    let mut f = form(DemandType::Complaint);
    f.accused_org = Some(o.center);
    let s = Story::from(w, &f).submitted();
    assert_eq!(s.no(&s.center(Role::Dispatcher), dispatch_to(o.bureau)), "own_org");
    let mut recused = actor(o.center, &[Role::Dispatcher]);
    recused.recused_orgs = vec![o.bureau];
    let s = Story::of(DemandType::Complaint).submitted();
    let by = domain::env::By::Person(recused);
    assert_eq!(s.no(&by, dispatch_to(o.brigade)), "lead");
    assert!(s.try_with(&by, None, &dispatch_to(o.housing)).is_ok());
    let mut f = form(DemandType::Complaint);
    f.accused_org = Some(o.bureau);
    let s = Story::from(World::new(), &f).submitted();
    assert_eq!(s.no(&by, dispatch_to(o.housing)), "forbidden");
}

#[test]
fn w10_only_dispatchers_of_the_centre_dispatch() {
    let s = Story::of(DemandType::Help).submitted();
    let o = s.w.o;
    assert_eq!(s.no(&s.center(Role::Agent), dispatch_to(o.bureau)), "forbidden");
    assert_eq!(s.no(&person(o.bureau, &[Role::Dispatcher]), dispatch_to(o.housing)), "forbidden");
    assert_eq!(s.no(&person(o.outsourced, &[Role::Dispatcher]), dispatch_to(o.housing)), "forbidden");
}

#[test]
fn w08_w09_a_consultation_designates_the_lead_which_then_cannot_return_it() {
    let mut s = Story::of(DemandType::Help).submitted();
    let o = s.w.o;
    let ask = Command::Consult { participants: vec![o.bureau, o.housing], question: "由谁主办？".to_owned() };
    s.as_center(Role::Dispatcher, ask);
    assert_eq!(s.state(), OrderState::Consulting);
    assert!(s.clock(ClockKind::Dispatch).is_open() && s.told("T20"));
    let conclude =
        Command::ConsultConclude {
            lead: o.housing, co: Vec::new(), conclusion: "由住建局主办".to_owned(), rule: None
        };
    assert_eq!(s.no(&s.center(Role::Dispatcher), conclude.clone()), "forbidden");
    s.as_center(Role::TeamLeader, conclude);
    assert_eq!(s.case.order.suggested_org, Some(o.housing));
    assert!(s.case.order.flags.designated);
    s.as_center(Role::Dispatcher, dispatch_to(o.housing));
    let task = s.lead().id;
    let back = Command::ReturnApply {
        task,
        reason_code: "not_duty".to_owned(),
        reason: "不属于我局职责".to_owned(),
        basis: Some("三定规定第三条".to_owned()),
        suggested_org: None,
        disputed: Some(domain::evidence::EvidenceLine::Basis),
    };
    assert_eq!(s.no(&s.unit(o.housing, Role::UnitAdmin), back), "designated");
}

#[test]
fn w11_k13_recall_keeps_the_promise_running_and_gives_the_next_lead_full_time() {
    let mut s = Story::of(DemandType::Complaint).dispatched(World::new().o.bureau);
    let o = s.w.o;
    let promise = s.case.order.due_at;
    s.w.days(2);
    s.as_center(Role::Dispatcher, Command::Recall { reason: "派单有误".to_owned() });
    assert_eq!(s.state(), OrderState::PendingDispatch);
    s.assert_task(o.bureau, TaskState::Recalled);
    assert_eq!(s.clock(ClockKind::Accept).outcome, ClockOutcome::Void);
    assert_eq!(s.clock(ClockKind::Task).outcome, ClockOutcome::Void);
    assert!(s.clock(ClockKind::Order).is_open() && s.clock(ClockKind::Dispatch).is_open());
    assert_eq!(s.case.order.lead_org, None);
    s.as_center(Role::Dispatcher, dispatch_to(o.housing));
    assert_eq!(s.clocks(ClockKind::Order).len(), 1);
    assert_eq!(s.case.order.due_at, promise);
    assert!(s.lead().due_at > promise);
}

#[test]
fn w11_after_signing_only_the_team_leader_recalls() {
    let mut s = Story::of(DemandType::Help).working(World::new().o.bureau);
    let recall = || Command::Recall { reason: "派单有误".to_owned() };
    assert_eq!(s.no(&s.center(Role::Dispatcher), recall()), "signed");
    s.as_center(Role::TeamLeader, recall());
    assert_eq!(s.state(), OrderState::PendingDispatch);
}

#[test]
fn w12_k02_signing_stops_the_accept_clock_late_or_on_time() {
    let bureau = World::new().o.bureau;
    let mut s = Story::of(DemandType::Help).dispatched(bureau);
    let task = s.lead().id;
    s.as_unit(bureau, Role::UnitAdmin, Command::Sign { task });
    assert_eq!(s.state(), OrderState::Handling);
    s.assert_task(bureau, TaskState::Signed);
    assert_eq!(s.clock(ClockKind::Accept).outcome, ClockOutcome::OnTime);
    assert!(s.codes().ends_with(&["K02", "W12"]));

    let mut s = Story::of(DemandType::Help).dispatched(bureau);
    s.w.days(3);
    let task = s.lead().id;
    s.as_unit(bureau, Role::Handler, Command::Sign { task });
    assert_eq!(s.clock(ClockKind::Accept).outcome, ClockOutcome::Late);
    assert_eq!(s.clock(ClockKind::Accept).light, domain::light::Light::DoneLate);
}

#[test]
fn w12_other_organisations_do_not_sign_but_those_above_the_unit_may() {
    let o = World::new().o;
    let s = Story::of(DemandType::Help).dispatched(o.brigade);
    let task = s.lead().id;
    assert_eq!(s.no(&s.unit(o.housing, Role::UnitAdmin), Command::Sign { task }), "forbidden");
    assert_eq!(s.no(&s.unit(o.bureau, Role::Handler), Command::Sign { task }), "forbidden");
    assert!(s.try_with(&s.unit(o.bureau, Role::UnitAdmin), None, &Command::Sign { task }).is_ok());
}

#[test]
fn w12_handling_time_may_count_from_the_signature_and_then_only_moves_later() {
    let w = World::with_param("sla.handle.start", serde_json::json!("signed"));
    let bureau = w.o.bureau;
    let mut s = Story::from(w, &form(DemandType::Help)).dispatched(bureau);
    let before = s.case.order.due_at.unwrap();
    s.w.days(1);
    let task = s.lead().id;
    s.as_unit(bureau, Role::UnitAdmin, Command::Sign { task });
    let after = s.case.order.due_at.unwrap();
    assert_eq!((before.date(), after.date()), (ts("2025-09-28T12:00").date(), ts("2025-09-29T12:00").date()));
    assert_eq!(s.lead().due_at, Some(after));
    assert_eq!(s.clock(ClockKind::Order).arithmetic.len(), 2);
}

#[test]
fn k14_reassigning_replaces_the_lead_and_keeps_the_co_handlers() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).submitted();
    let plan = Command::Dispatch { lead: o.bureau, co: vec![co(o.power)], advice: None, due_at: None, urgency: None };
    s.as_center(Role::Dispatcher, plan);
    let old = s.lead().id;
    s.as_unit(o.bureau, Role::UnitAdmin, Command::Sign { task: old });
    s.as_unit(
        o.bureau,
        Role::UnitAdmin,
        Command::Assign { task: old, handler: None, org: Some(o.brigade), advice: None },
    );
    let promise = s.case.order.due_at;
    s.w.days(1);
    let go = |lead| Command::Reassign { lead, reason: "职责调整".to_owned() };
    assert_eq!(s.no(&s.center(Role::Dispatcher), go(o.bureau)), "lead");
    s.as_center(Role::Dispatcher, go(o.housing));
    s.assert_task(o.bureau, TaskState::Superseded);
    s.assert_task(o.brigade, TaskState::Voided);
    assert_eq!(s.lead().org, o.housing);
    assert_eq!(s.task_of(o.power).parent, Some(s.lead().id));
    assert_eq!((s.state(), s.case.order.due_at), (OrderState::Handling, promise));
    let (task, role) = (s.lead().id, TaskRole::Lead);
    assert_eq!(s.case.tasks.iter().filter(|t| t.role == role && !t.state.is_terminal()).count(), 1);
    s.sign_and_start(task);
    assert_eq!(s.state(), OrderState::Handling);
}
