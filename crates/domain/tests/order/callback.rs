//! W25, W26, B1–B5: what the citizen says, and the second round.

use domain::{
    appraisal::{Basis, share},
    authority::Role,
    callback::{CallbackMode, CallbackOutcome, Contacted, RatedItem, Rating, Solved},
    clock::{ClockKind, ClockOutcome},
    env::By,
    indicator::OrderSums,
    order::{CallbackForm, Command, DemandType, OrderState},
    request::{ContestGround, RequestKind, RequestState},
};
use kernel::{RequestId, Ts};

use crate::world::{Story, World, missed, person, rated, ts};

fn decide(request: RequestId, approve: bool) -> Command {
    Command::Decide { request, approve, opinion: Some("已核实".to_owned()), designate: false }
}

fn unhappy() -> CallbackForm {
    rated(Rating::Dissat, Solved::Unsolved)
}

fn at_callback() -> Story {
    Story::of(DemandType::Complaint).replied(World::new().o.bureau)
}

#[test]
fn w25_b1_satisfied_or_solved_closes_the_order() {
    for form in [rated(Rating::Basic, Solved::Unsolved), rated(Rating::Dissat, Solved::Solved)] {
        let mut s = at_callback();
        s.as_center(Role::Callback, Command::Callback(form.clone()));
        assert_eq!(s.state(), OrderState::Closed);
        assert_eq!(s.case.order.rating, form.rating);
        assert_eq!(s.case.callbacks[0].outcome, CallbackOutcome::Satisfied);
        assert_eq!(s.clock(ClockKind::Callback).outcome, ClockOutcome::OnTime);
        s.assert_at_rest();
    }
}

#[test]
fn w25_answers_must_be_complete() {
    let s = at_callback();
    let by = s.center(Role::Callback);
    let no = |change: fn(&mut CallbackForm)| {
        let mut form = unhappy();
        change(&mut form);
        s.no(&by, Command::Callback(form))
    };
    assert_eq!(no(|f| f.contacted = None), "contacted");
    assert_eq!(no(|f| f.solved = None), "solved");
    assert_eq!(no(|f| f.rating = None), "rating");
    assert_eq!(no(|f| f.dissatisfy_reasons.clear()), "dissatisfy_reasons");
    assert_eq!(no(|f| (f.reached, f.unreached_reason) = (false, None)), "unreached_reason");
    assert_eq!(no(|f| (f.unreasonable, f.opinion) = (true, None)), "opinion");
}

#[test]
fn w25_the_callback_desk_must_not_belong_to_a_handling_organisation() {
    let o = World::new().o;
    let s = Story::of(DemandType::Complaint).replied(o.outsourced);
    let by = person(o.outsourced, &[Role::Callback]);
    assert_eq!(s.no(&by, Command::Callback(rated(Rating::Sat, Solved::Solved))), "own_org");
    assert!(s.try_with(&s.center(Role::Callback), None, &Command::Callback(missed())).is_ok());
    let s = at_callback();
    assert!(s.try_with(&by, None, &Command::Callback(missed())).is_ok(), "a contractor may call for others");
}

#[test]
fn acceptance_08_dissatisfied_goes_a_second_round_and_both_ratings_are_kept() {
    let mut s = at_callback();
    let bureau = s.w.o.bureau;
    s.as_center(Role::Callback, Command::Callback(unhappy()));
    assert_eq!(s.state(), OrderState::PendingCallback);
    assert_eq!(s.case.requests[0].kind, RequestKind::Redo);
    assert_eq!(s.no(&s.center(Role::Callback), Command::Callback(missed())), "pending");
    let request = s.pending();
    s.as_center(Role::TeamLeader, decide(request, true));
    assert_eq!((s.state(), s.case.order.round), (OrderState::Handling, 2));
    assert_eq!((s.lead().org, s.lead().round), (bureau, 2));
    assert_eq!(s.clock(ClockKind::Redo).due_at.date(), ts("2025-09-28T12:00").date());
    assert_eq!(s.clock(ClockKind::Redo).basis, "sla.redo.long");
    assert_eq!(s.clock(ClockKind::Accept).due_at, ts("2025-09-22T14:30"));
    assert_eq!(s.case.order.due_at, Some(s.clock(ClockKind::Redo).due_at));
    assert!(s.told("T14") && s.told("T15"));
    let task = s.lead().id;
    s.sign_and_start(task);
    s.hand_in();
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    s.reply();
    s.as_center(Role::Callback, Command::Callback(rated(Rating::Sat, Solved::Solved)));
    assert_eq!(s.state(), OrderState::Closed);
    let ratings: Vec<_> = s.case.callbacks.iter().map(|c| (c.round, c.rating)).collect();
    assert_eq!(ratings, [(1, Some(Rating::Dissat)), (2, Some(Rating::Sat))]);
}

#[test]
fn w26_the_team_leader_may_change_the_lead_and_from_round_three_needs_a_second_word() {
    let mut s = at_callback();
    let o = s.w.o;
    let redo = |lead| Command::Redo { reason: "办理不到位".to_owned(), lead };
    assert_eq!(s.no(&s.center(Role::TeamLeader), redo(Some(o.closed))), "lead");
    s.as_center(Role::TeamLeader, redo(Some(o.housing)));
    assert_eq!((s.state(), s.lead().org), (OrderState::Handling, o.housing));
    let task = s.lead().id;
    s.sign_and_start(task);
    s.hand_in();
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    s.reply();
    s.as_center(Role::TeamLeader, redo(None));
    assert_eq!(s.state(), OrderState::PendingCallback);
    let request = s.case.request(s.pending()).unwrap();
    assert_eq!((request.step, request.awaiting), (2, Some(Role::Supervisor)));
    let request = request.id;
    s.as_center(Role::Supervisor, decide(request, true));
    assert_eq!((s.state(), s.case.order.round), (OrderState::Handling, 3));
}

#[test]
fn w26_after_the_last_round_the_rating_stands_and_supervision_is_told() {
    let w = World::with_param("redo.max", serde_json::json!(1));
    let bureau = w.o.bureau;
    let mut s = Story::from(w, &crate::world::form(DemandType::Complaint)).replied(bureau);
    let redo = || Command::Redo { reason: "办理不到位".to_owned(), lead: None };
    s.as_center(Role::TeamLeader, redo());
    let task = s.lead().id;
    s.sign_and_start(task);
    s.hand_in();
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    s.reply();
    assert_eq!(s.no(&s.center(Role::TeamLeader), redo()), "redo_max");
    s.as_center(Role::Callback, Command::Callback(unhappy()));
    assert_eq!((s.state(), s.case.order.rating), (OrderState::Closed, Some(Rating::Dissat)));
    assert!(s.notices.iter().any(|n| n.vars.get("msg").is_some_and(|m| m.contains("请督办"))));
}

#[test]
fn b3_an_unreasonable_demand_is_closed_only_by_the_team_leader() {
    let mut s = at_callback();
    let form = CallbackForm { unreasonable: true, ..unhappy() };
    s.as_center(Role::Callback, Command::Callback(form));
    assert_eq!(s.state(), OrderState::PendingCallback);
    assert_eq!(s.case.requests[0].kind, RequestKind::Unreasonable);
    let request = s.pending();
    assert_eq!(s.no(&s.center(Role::Callback), decide(request, true)), "forbidden");
    s.as_center(Role::TeamLeader, decide(request, true));
    assert_eq!(s.state(), OrderState::Closed);
    assert!(s.case.order.flags.unreasonable);
    assert_eq!(s.case.order.rating, Some(Rating::Dissat), "the rating is never edited");
    s.assert_at_rest();
}

#[test]
fn b4_giving_up_needs_attempts_on_several_days_and_times_of_day() {
    let mut s = at_callback();
    let by = s.center(Role::Callback);
    let give_up = || Command::Callback(CallbackForm { give_up: true, ..missed() });
    assert_eq!(s.no(&by, give_up()), "attempts");
    s.ok(&by, Command::Callback(missed()));
    s.ok(&by, Command::Callback(missed()));
    assert_eq!(s.state(), OrderState::PendingCallback);
    assert_eq!(s.no(&by, give_up()), "attempts");
    s.w.set("2025-09-23T10:00");
    assert_eq!(s.no(&by, give_up()), "attempts");
    s.w.set("2025-09-23T15:00");
    s.ok(&by, give_up());
    assert_eq!((s.state(), s.case.order.rating), (OrderState::Closed, None));
    assert_eq!(s.case.callbacks.last().unwrap().outcome, CallbackOutcome::Unreachable);
}

#[test]
fn b5_a_bad_rating_by_message_goes_to_the_phone_desk() {
    let mut s = at_callback();
    s.ok(&By::System, Command::Callback(CallbackForm { mode: CallbackMode::Sms, ..unhappy() }));
    assert_eq!(s.state(), OrderState::PendingCallback);
    assert!(s.case.requests.is_empty());
    s.as_center(Role::Callback, Command::Callback(unhappy()));
    assert_eq!(s.case.requests.len(), 1);
}

#[test]
fn a_refused_redo_leaves_the_order_with_the_callback_desk() {
    let mut s = at_callback();
    s.as_center(Role::Callback, Command::Callback(unhappy()));
    let request = s.pending();
    let silent = Command::Decide { request, approve: false, opinion: None, designate: false };
    assert_eq!(s.no(&s.center(Role::TeamLeader), silent), "opinion");
    s.as_center(Role::TeamLeader, decide(request, false));
    assert_eq!(s.case.requests[0].state, RequestState::Rejected);
    assert_eq!(s.state(), OrderState::PendingCallback);
    s.as_center(Role::Callback, Command::Callback(rated(Rating::Sat, Solved::Solved)));
    assert_eq!(s.state(), OrderState::Closed);
}

fn contest(s: &Story, items: &[RatedItem]) -> Command {
    Command::Contest {
        callback: s.case.callbacks.last().unwrap().id,
        items: items.to_vec(),
        ground: ContestGround::C3,
        reason: "已于当日上门并电话联系诉求人，有通话录音。".to_owned(),
    }
}

/// The unit's figures of the order, whenever they fall.
fn figures(s: &Story) -> OrderSums {
    let b = Basis { from: Ts(0), until: Ts(i64::MAX), now: s.w.env().now, respond_ms: 24 * 3_600_000 };
    share(&s.case, |_| true, &b)
}

#[test]
fn b7_a_unit_contests_an_answer_once_and_only_what_was_said_leaves_the_figures() {
    let o = World::new().o;
    let mut s = at_callback();
    let admin = s.unit(o.bureau, Role::UnitAdmin);
    assert_eq!(s.no(&admin, contest_of_nothing()), "not_rated");
    let mut form = unhappy();
    form.contacted = Some(Contacted::No);
    form.process_rating = None;
    s.as_center(Role::Callback, Command::Callback(form));
    let before = figures(&s);
    assert_eq!((before.contact_told, before.contact_yes, before.result_rated, before.unsolved), (1, 0, 1, 1));
    assert_eq!(s.no(&admin, contest(&s, &[])), "items");
    assert_eq!(s.no(&admin, contest(&s, &[RatedItem::Process])), "items", "nothing was said of it");
    assert_eq!(s.no(&s.unit(o.housing, Role::UnitAdmin), contest(&s, &[RatedItem::Contacted])), "forbidden");
    let cmd = contest(&s, &[RatedItem::Contacted]);
    s.ok(&admin, cmd.clone());
    assert_eq!(s.no(&admin, cmd.clone()), "pending");
    let clocks = s.case.clocks.clone();
    // The second round goes on meanwhile and leaves the contest alone.
    let redo = s.case.requests.iter().find(|r| r.kind == RequestKind::Redo).unwrap().id;
    let asked = s.case.requests.iter().find(|r| r.kind == RequestKind::Contest).unwrap().id;
    s.as_unit(o.bureau, Role::UnitLeader, decide(asked, true));
    assert_eq!(s.case.clocks, clocks, "no clock moves");
    s.as_center(Role::TeamLeader, decide(redo, true));
    assert_eq!(s.case.request(asked).unwrap().awaiting, Some(Role::Supervisor));
    assert_eq!(figures(&s).contact_told, 1, "it counts until the centre has agreed");
    s.as_center(Role::Supervisor, decide(asked, true));
    let after = figures(&s);
    assert_eq!((after.contact_told, after.result_rated, after.unsolved, after.contested), (0, 1, 1, 1));
    assert_eq!(s.case.callbacks[0].contacted, Some(Contacted::No), "what the citizen said stays");
    assert_eq!(s.no(&admin, cmd), "contested");
}

fn contest_of_nothing() -> Command {
    Command::Contest {
        callback: kernel::CallbackId(kernel::Uuid::nil()),
        items: vec![RatedItem::Result],
        ground: ContestGround::C1,
        reason: "评价对象不是本单位，请予核实。".to_owned(),
    }
}

#[test]
fn b7_the_time_to_contest_runs_from_the_answer() {
    let o = World::new().o;
    let mut s = at_callback();
    s.as_center(Role::Callback, Command::Callback(rated(Rating::Basic, Solved::Unsolved)));
    s.w.days(30);
    assert_eq!(s.no(&s.unit(o.bureau, Role::UnitAdmin), contest(&s, &[RatedItem::Solved])), "contest_window");
}

/// A rating by message: nothing but the satisfaction was asked.
fn by_message(rating: Rating) -> Command {
    let reasons = if rating == Rating::Dissat { vec!["99".to_owned()] } else { Vec::new() };
    let form = rated(rating, Solved::Solved);
    Command::Callback(CallbackForm { mode: CallbackMode::Sms, solved: None, dissatisfy_reasons: reasons, ..form })
}

#[test]
fn a_rating_by_message_says_nothing_of_the_solution() {
    let mut s = at_callback();
    assert_eq!(s.no(&s.center(Role::Callback), by_message(Rating::Sat)), "solved", "a person asks for it");
    s.ok(&By::System, by_message(Rating::Sat));
    assert_eq!((s.state(), s.case.order.solved), (OrderState::Closed, None));
    let mut s = at_callback();
    s.ok(&By::System, by_message(Rating::Dissat));
    assert_eq!(s.state(), OrderState::PendingCallback, "an unhappy citizen is called");
}

#[test]
fn what_was_answered_at_once_is_rated_once_by_the_citizen_alone() {
    for (rating, called) in [(Rating::Sat, false), (Rating::Dissat, true)] {
        let mut s = Story::of(DemandType::Consult);
        let reply = Command::DirectReply { reply: "办理时间为工作日9时至17时。".to_owned(), kb_id: None };
        s.as_center(Role::Agent, reply);
        assert_eq!(s.state(), OrderState::DirectClosed);
        assert_eq!(s.no(&s.center(Role::Callback), by_message(rating)), "state");
        s.ok(&By::System, by_message(rating));
        assert_eq!((s.state(), s.case.order.rating), (OrderState::DirectClosed, Some(rating)));
        assert_eq!(s.told("T20"), called);
        assert_eq!(s.no(&By::System, by_message(Rating::Sat)), "state", "once");
    }
}
