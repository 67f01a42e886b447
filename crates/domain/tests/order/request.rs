//! R1–R5, X1–X4, K10–K12, W31, W38: applications and who decides them.

use domain::{
    authority::Role,
    clock::{ClockKind, ClockOutcome},
    evidence::EvidenceLine,
    order::{
        Command, DemandType, OrderState, allowed,
        decide::{escalate_overdue, is_held},
    },
    request::{RequestKind, RequestState},
    task::TaskState,
};
use kernel::{OrgId, RequestId, Unit};

use crate::world::{Story, World, actor, co, dispatch_to, person, ts};

fn give_back(s: &Story, suggested: Option<OrgId>) -> Command {
    Command::ReturnApply {
        task: s.lead().id,
        reason_code: "not_duty".to_owned(),
        reason: "不属于我单位职责范围".to_owned(),
        basis: Some("三定规定第三条".to_owned()),
        suggested_org: suggested,
        disputed: Some(EvidenceLine::Basis),
    }
}

fn decide(request: RequestId, approve: bool) -> Command {
    Command::Decide { request, approve, opinion: Some("已审核".to_owned()), designate: false }
}

fn return_approved(s: &mut Story) {
    let org = s.lead().org;
    let cmd = give_back(s, None);
    s.as_unit(org, Role::UnitAdmin, cmd);
    let request = s.pending();
    s.as_center(Role::Dispatcher, decide(request, true));
}

#[test]
fn r1_k10_applying_for_return_pauses_nothing() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    let bare = Command::ReturnApply {
        task: s.lead().id,
        reason_code: String::new(),
        reason: "不".to_owned(),
        basis: None,
        suggested_org: Some(o.bureau),
        disputed: None,
    };
    let refusal = s.try_with(&s.unit(o.bureau, Role::UnitAdmin), None, &bare).unwrap_err();
    let fields: Vec<_> = refusal.fields.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["reason_code", "reason", "basis", "suggested_org", "disputed"]);
    let cmd = give_back(&s, Some(o.housing));
    assert_eq!(s.no(&s.unit(o.bureau, Role::Handler), cmd.clone()), "forbidden");
    s.as_unit(o.bureau, Role::UnitAdmin, cmd);
    s.assert_task(o.bureau, TaskState::ReturnPending);
    for kind in [ClockKind::Accept, ClockKind::Order, ClockKind::Task, ClockKind::ReturnDecide] {
        assert!(s.clock(kind).is_open(), "{kind}");
    }
    assert_eq!(s.clock(ClockKind::ReturnDecide).due_at, ts("2025-09-22T14:30"));
}

#[test]
fn acceptance_05_an_approved_return_keeps_the_promise_and_gives_the_next_lead_full_time() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    let promise = s.case.order.due_at.unwrap();
    let cmd = give_back(&s, Some(o.housing));
    s.as_unit(o.bureau, Role::UnitAdmin, cmd);
    s.w.days(1);
    let request = s.pending();
    s.as_center(Role::Dispatcher, decide(request, true));
    assert_eq!(s.state(), OrderState::PendingDispatch);
    s.assert_task(o.bureau, TaskState::Returned);
    assert_eq!((s.case.order.return_n, s.case.order.suggested_org), (1, Some(o.housing)));
    assert_eq!(s.clock(ClockKind::Task).outcome, ClockOutcome::Void);
    assert_eq!(s.clock(ClockKind::Accept).outcome, ClockOutcome::Void);
    assert_eq!(s.clock(ClockKind::ReturnDecide).outcome, ClockOutcome::Late);
    assert!(s.clock(ClockKind::Order).is_open());
    s.as_center(Role::Dispatcher, dispatch_to(o.housing));
    assert_eq!(s.case.order.due_at, Some(promise));
    assert_eq!(s.clocks(ClockKind::Order).len(), 1);
    assert_eq!(s.lead().due_at.unwrap().date(), ts("2025-10-20T12:00").date());
}

#[test]
fn acceptance_05_a_designated_order_is_not_returned_again() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    let cmd = give_back(&s, None);
    s.as_unit(o.bureau, Role::UnitAdmin, cmd);
    s.w.days(3);
    let request = s.pending();
    let refuse =
        Command::Decide { request, approve: false, opinion: Some("属你单位职责".to_owned()), designate: true };
    s.as_center(Role::Dispatcher, refuse);
    s.assert_task(o.bureau, TaskState::Signed);
    assert_eq!(s.state(), OrderState::Handling);
    assert_eq!(s.clock(ClockKind::Accept).outcome, ClockOutcome::OnTime);
    assert!(s.case.order.flags.designated);
    let again = give_back(&s, None);
    assert_eq!(s.no(&s.unit(o.bureau, Role::UnitAdmin), again), "designated");
    assert!(s.codes().ends_with(&["R3", "K12", "W12"]));
}

#[test]
fn r1_is_bound_to_its_window_and_its_number() {
    let o = World::new().o;
    let s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    s.w.set("2025-09-23T23:00");
    assert!(s.try_with(&s.unit(o.bureau, Role::UnitAdmin), None, &give_back(&s, None)).is_ok());
    s.w.set("2025-09-24T00:01");
    assert_eq!(s.no(&s.unit(o.bureau, Role::UnitAdmin), give_back(&s, None)), "return_window");

    let mut s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    return_approved(&mut s);
    s.as_center(Role::Dispatcher, dispatch_to(o.housing));
    let cmd = give_back(&s, None);
    s.as_unit(o.housing, Role::UnitAdmin, cmd);
    let request = s.pending();
    s.as_center(Role::Dispatcher, decide(request, true));
    assert_eq!(s.case.request(request).unwrap().awaiting, Some(Role::TeamLeader), "the second return takes two words");
    s.as_center(Role::TeamLeader, decide(request, true));
    assert_eq!((s.state(), s.case.order.return_n), (OrderState::Consulting, 2));
    let end = Command::ConsultConclude {
        lead: o.county_dept,
        co: Vec::new(),
        conclusion: "由区城管局主办".to_owned(),
        rule: None,
    };
    s.as_center(Role::TeamLeader, end);
    s.as_center(Role::Dispatcher, dispatch_to(o.county_dept));
    assert_eq!(s.no(&s.unit(o.county_dept, Role::UnitAdmin), give_back(&s, None)), "designated");
}

#[test]
fn r5_an_undecided_return_goes_to_the_team_leader_once() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    let cmd = give_back(&s, None);
    s.as_unit(o.bureau, Role::UnitAdmin, cmd);
    s.w.set("2025-09-23T18:00");
    assert!(escalate_overdue(&s.case, &s.w.env()).is_none());
    s.w.set("2025-09-24T09:00");
    let d = escalate_overdue(&s.case, &s.w.env()).unwrap();
    s.take(d);
    assert_eq!(s.log.last().unwrap().code, "R5");
    assert!(escalate_overdue(&s.case, &s.w.env()).is_none());
    let request = s.pending();
    assert_eq!(s.no(&s.center(Role::Dispatcher), decide(request, true)), "forbidden");
    s.as_center(Role::TeamLeader, decide(request, true));
    assert_eq!(s.state(), OrderState::PendingDispatch);
}

fn extend(s: &Story, days: i64) -> Command {
    Command::ExtensionApply {
        task: s.lead().id,
        reason_code: "appraisal".to_owned(),
        reason: "需要委托检测鉴定".to_owned(),
        basis: None,
        days,
    }
}

fn extended(s: &mut Story, org: OrgId, days: i64) {
    let cmd = extend(s, days);
    s.as_unit(org, Role::Handler, cmd);
    let request = s.pending();
    s.as_unit(org, Role::UnitLeader, decide(request, true));
    s.as_center(Role::Supervisor, decide(request, true));
}

#[test]
fn x1_x2_x3_x4_an_extension_moves_promise_task_and_co_handlers_together() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).submitted();
    let plan = Command::Dispatch { lead: o.bureau, co: vec![co(o.power)], advice: None, due_at: None, urgency: None };
    s.as_center(Role::Dispatcher, plan);
    let task = s.lead().id;
    s.sign_and_start(task);
    let by = s.unit(o.bureau, Role::Handler);
    assert_eq!(s.no(&by, extend(&s, 0)), "days");
    assert_eq!(s.no(&by, extend(&s, 16)), "days");
    let cmd = extend(&s, 5);
    s.ok(&by, cmd);
    assert!(s.clock(ClockKind::Order).is_open() && s.clock(ClockKind::ExtDecide).is_open());
    assert_eq!(s.no(&by, extend(&s, 5)), "pending");
    let request = s.pending();
    assert_eq!(s.no(&s.center(Role::Supervisor), decide(request, true)), "forbidden");
    s.as_unit(o.bureau, Role::UnitLeader, decide(request, true));
    assert_eq!(s.case.order.due_at.unwrap().date(), ts("2025-10-17T12:00").date(), "not before the second word");
    s.as_center(Role::Supervisor, decide(request, true));
    let promise = s.clock(ClockKind::Order);
    assert_eq!(promise.due_at.date(), ts("2025-10-24T12:00").date());
    assert_eq!(
        (promise.arithmetic.len(), promise.arithmetic[1].qty, promise.arithmetic[1].unit),
        (2, 5, Unit::WorkDay)
    );
    assert_eq!(s.lead().due_at, s.case.order.due_at);
    assert_eq!(s.task_of(o.power).due_at.unwrap().date(), ts("2025-10-23T12:00").date());
    assert_eq!(s.case.order.ext_n, 1);
    assert!(s.told("T21") && s.codes().contains(&"X2") && s.codes().contains(&"X3"));
    assert_eq!(s.clock(ClockKind::ExtDecide).outcome, ClockOutcome::OnTime);
}

#[test]
fn acceptance_06_an_extension_is_asked_once_and_only_before_the_due_moment() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    extended(&mut s, o.bureau, 2);
    assert_eq!(s.no(&s.unit(o.bureau, Role::Handler), extend(&s, 2)), "ext_max");
    let s = Story::of(DemandType::Help).working(o.bureau);
    s.w.set("2025-09-29T08:00");
    assert_eq!(s.no(&s.unit(o.bureau, Role::Handler), extend(&s, 2)), "overdue");
}

#[test]
fn x3_a_refused_extension_leaves_the_due_moment_but_the_wait_is_not_held_against_the_unit() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    let due = s.case.order.due_at;
    let cmd = extend(&s, 2);
    s.as_unit(o.bureau, Role::Handler, cmd.clone());
    assert!(is_held(&s.case, s.clock(ClockKind::Task), &s.w.env()));
    let request = s.pending();
    s.as_unit(o.bureau, Role::UnitLeader, decide(request, false));
    assert_eq!(s.case.order.due_at, due);
    assert!(!is_held(&s.case, s.clock(ClockKind::Task), &s.w.env()));

    s.as_unit(o.bureau, Role::Handler, cmd);
    s.w.set("2025-09-30T10:00");
    let request = s.pending();
    s.as_unit(o.bureau, Role::UnitLeader, decide(request, false));
    assert_eq!(s.case.order.due_at, Some(ts("2025-09-30T10:00")));
    assert_eq!(s.lead().due_at, s.case.order.due_at);
}

#[test]
fn nobody_decides_the_own_application_or_twice() {
    let o = World::new().o;
    let both = person(o.bureau, &[Role::Handler, Role::UnitLeader]);
    let mut s = Story::of(DemandType::Help).dispatched(o.bureau);
    let task = s.lead().id;
    s.ok(&both, Command::Sign { task });
    s.ok(&both, Command::Start { task });
    let cmd = extend(&s, 2);
    s.ok(&both, cmd);
    let request = s.pending();
    assert_eq!(s.no(&both, decide(request, true)), "own_request");
    let button = allowed(&s.case, &both, &s.w.env()).into_iter().find(|a| a.action == "decide").unwrap();
    assert!(!button.enabled && button.reason.unwrap().contains("本人"));
    let mut recused = actor(o.bureau, &[Role::UnitLeader]);
    recused.recused_orgs = vec![o.bureau];
    assert_eq!(s.no(&domain::env::By::Person(recused), decide(request, true)), "forbidden");
}

#[test]
fn requests_are_void_when_the_order_ends() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    let cmd = extend(&s, 2);
    s.as_unit(o.bureau, Role::Handler, cmd);
    s.as_center(Role::Agent, Command::Withdraw { reason: "诉求人已自行解决".to_owned() });
    assert_eq!(s.case.requests[0].state, RequestState::Cancelled);
    assert_eq!(s.clock(ClockKind::ExtDecide).outcome, ClockOutcome::Void);
    s.assert_at_rest();
}

#[test]
fn w31_termination_is_applied_for_by_the_lead_and_granted_by_the_centre() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    let cmd =
        Command::Terminate { ground: "拒不配合".to_owned(), explanation: "诉求人拒绝提供情况".to_owned() };
    assert_eq!(s.no(&s.unit(o.housing, Role::UnitAdmin), cmd.clone()), "forbidden");
    s.as_unit(o.bureau, Role::UnitAdmin, cmd);
    assert_eq!(s.state(), OrderState::Handling);
    let request = s.pending();
    s.as_center(Role::TeamLeader, decide(request, true));
    assert_eq!(s.state(), OrderState::Terminated);
    assert!(s.told("T03"));
    s.assert_task(o.bureau, TaskState::Voided);
    s.assert_at_rest();
}

#[test]
fn w38_exemption_passes_unit_leader_and_supervisor_and_touches_no_clock() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).closed(o.bureau);
    let cmd = |code: &str| Command::Exempt { code: code.to_owned(), reason: "诉求不合理，已解释".to_owned() };
    let admin = s.unit(o.bureau, Role::UnitAdmin);
    assert_eq!(s.no(&admin, cmd("E9")), "code");
    s.ok(&admin, cmd("E1"));
    assert_eq!(s.case.requests[0].kind, RequestKind::Exempt);
    let request = s.pending();
    s.as_unit(o.bureau, Role::UnitLeader, decide(request, true));
    let clocks = s.case.clocks.clone();
    s.as_center(Role::Supervisor, decide(request, true));
    assert_eq!(s.case.order.exempt.as_deref(), Some("E1"));
    assert_eq!(s.case.clocks, clocks);
    assert_eq!(s.no(&admin, cmd("E2")), "exempt");
}

#[test]
fn a_return_names_a_line_that_stands_on_the_card() {
    let o = World::new().o;
    let s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    let by = s.unit(o.bureau, Role::UnitAdmin);
    let card = s.lead().evidence.clone().unwrap();
    assert_eq!((card.rule, card.county, card.follows), (None, Some(o.county), false));
    for (line, fits) in [
        (EvidenceLine::Area, true),
        (EvidenceLine::Matter, true),
        (EvidenceLine::Rule, false),
        (EvidenceLine::Precedent, false),
    ] {
        let Command::ReturnApply { task, reason_code, reason, basis, suggested_org, .. } = give_back(&s, None) else {
            unreachable!()
        };
        let cmd = Command::ReturnApply { task, reason_code, reason, basis, suggested_org, disputed: Some(line) };
        assert_eq!(s.try_with(&by, None, &cmd).is_ok(), fits, "{line}");
    }
}

#[test]
fn whatever_nobody_decides_climbs_tier_by_tier_with_a_time_of_its_own() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let cmd = extend(&s, 5);
    s.as_unit(o.bureau, Role::Handler, cmd);
    let request = s.pending();
    let asked = s.case.request(request).unwrap().clone();
    assert_eq!((asked.awaiting, asked.due_at), (Some(Role::UnitLeader), Some(s.clock(ClockKind::ExtDecide).due_at)));
    assert!(escalate_overdue(&s.case, &s.w.env()).is_none());
    s.w.days(2);
    let d = escalate_overdue(&s.case, &s.w.env()).unwrap();
    s.take(d);
    let raised = s.case.request(request).unwrap().clone();
    assert_eq!((raised.awaiting, raised.step, raised.escalated_n), (Some(Role::Supervisor), 2, 1));
    assert!(raised.due_at > asked.due_at && escalate_overdue(&s.case, &s.w.env()).is_none());
    assert_eq!(s.no(&s.unit(o.bureau, Role::UnitLeader), decide(request, true)), "forbidden");
    // At the top nobody takes the decision away: the leaders are told, once.
    s.w.days(2);
    let d = escalate_overdue(&s.case, &s.w.env()).unwrap();
    s.take(d);
    let top = s.case.request(request).unwrap();
    assert_eq!((top.awaiting, top.escalated_n, top.escalate_at), (Some(Role::Supervisor), 2, None));
    s.w.days(30);
    assert!(escalate_overdue(&s.case, &s.w.env()).is_none());
    s.as_center(Role::Supervisor, decide(request, true));
    assert_eq!(s.case.order.ext_n, 1);
}
