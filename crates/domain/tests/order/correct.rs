//! B6 更正: what was recorded is put right by a later record; nothing is rewritten, and the order follows what was said.

use domain::{
    appraisal::{Basis, share, taken_out},
    authority::Role,
    callback::{CITIZEN, CallbackOutcome, Contacted, RatedItem, Rating, Solved},
    clock::{ClockKind, ClockOutcome},
    contact::{ContactResult, ContactWay},
    correction::{CorrectedField, CorrectedItem, CorrectionGround, objection},
    env::By,
    indicator::OrderSums,
    order::decide::escalate_overdue,
    order::{Command, DemandType, OrderState, allowed},
    request::{ContestGround, Request, RequestKind, RequestState},
};
use kernel::{CallbackId, RequestId, Ts};

use crate::world::{Story, World, person, rated, user_of};

fn decide(request: RequestId, approve: bool) -> Command {
    Command::Decide { request, approve, opinion: Some("已听录音".to_owned()), designate: false }
}

fn correct(callback: Option<CallbackId>, items: &[(CorrectedField, &str)]) -> Command {
    let item = |(field, should): &(CorrectedField, &str)| CorrectedItem { field: *field, should: (*should).to_owned() };
    Command::Correct {
        callback,
        contact: None,
        items: items.iter().map(item).collect(),
        ground: CorrectionGround::Misheard,
        reason: "诉求人来电称记录与所述不符".to_owned(),
        call: None,
    }
}

fn answer(s: &Story) -> Option<CallbackId> {
    s.case.answers().last().map(|c| c.id)
}

fn waiting(s: &Story, kind: RequestKind) -> &Request {
    s.case.pending_requests().find(|r| r.kind == kind).unwrap()
}

fn figures(s: &Story) -> OrderSums {
    let b = Basis { from: Ts(0), until: Ts(i64::MAX), now: s.w.env().now, respond_ms: 24 * 3_600_000 };
    share(&s.case, |_| true, &b)
}

/// Asked for at the callback desk, agreed to by the team leader.
fn put_right(s: &mut Story, cmd: Command) {
    s.as_center(Role::Callback, cmd);
    let id = waiting(s, RequestKind::Correction).id;
    s.as_center(Role::TeamLeader, decide(id, true));
}

const HAPPY: &[(CorrectedField, &str)] = &[(CorrectedField::Result, "sat"), (CorrectedField::Solved, "solved")];
const UNHAPPY: &[(CorrectedField, &str)] = &[(CorrectedField::Result, "dissat"), (CorrectedField::Solved, "unsolved")];

#[test]
fn b6_a_wrong_dissatisfaction_is_put_right_the_redo_falls_away_and_the_order_ends() {
    let mut s = Story::of(DemandType::Complaint).replied(World::new().o.bureau);
    s.as_center(Role::Callback, Command::Callback(rated(Rating::Dissat, Solved::Unsolved)));
    let redo = waiting(&s, RequestKind::Redo).id;
    s.as_center(Role::Callback, correct(answer(&s), HAPPY));
    assert_eq!(s.no(&s.center(Role::Agent), correct(answer(&s), HAPPY)), "pending", "one at a time");
    let asked = waiting(&s, RequestKind::Correction);
    assert_eq!(asked.awaiting, Some(Role::TeamLeader));
    assert!(asked.due_at.is_some() && asked.escalate_at.is_some());
    assert_eq!(asked.corrections[0].was.as_deref(), Some("dissat"));
    let (id, before) = (asked.id, figures(&s));
    s.as_center(Role::TeamLeader, decide(id, true));
    assert_eq!(s.case.request(redo).unwrap().state, RequestState::Cancelled);
    assert_eq!((s.state(), s.case.order.rating), (OrderState::Closed, Some(Rating::Sat)));
    assert_eq!(s.clock(ClockKind::Callback).outcome, ClockOutcome::OnTime);
    s.assert_at_rest();
    // Both records stand; the later one counts, at the time of the conversation.
    let [old, new] = &s.case.callbacks[..] else { panic!("two records") };
    assert_eq!(
        (old.rating, new.rating, new.outcome),
        (Some(Rating::Dissat), Some(Rating::Sat), CallbackOutcome::Satisfied)
    );
    assert_eq!((new.corrects, new.at, new.by), (Some(old.id), old.at, old.by));
    let after = figures(&s);
    assert_eq!((before.result_rated, before.result_sat, before.unsolved), (1, 0, 1));
    assert_eq!((after.result_rated, after.result_sat, after.unsolved, after.solved), (1, 1, 0, 1));
    assert_eq!((after.attempted, after.reached), (1, 1), "one conversation");
}

#[test]
fn b6_a_wrong_satisfaction_is_put_right_and_the_team_leader_orders_a_further_round() {
    let mut s = Story::of(DemandType::Complaint).closed(World::new().o.bureau);
    let clocks = s.case.clocks.clone();
    let cmd = correct(answer(&s), UNHAPPY);
    put_right(&mut s, cmd);
    assert_eq!((s.state(), s.case.clocks.clone()), (OrderState::Closed, clocks), "no clock moves by itself");
    let redo = waiting(&s, RequestKind::Redo);
    assert_eq!(redo.applied_by, user_of(&s.center(Role::Callback)), "asked for by whoever asked for the correction");
    let redo = redo.id;
    s.as_center(Role::TeamLeader, decide(redo, true));
    assert_eq!((s.state(), s.case.order.round), (OrderState::Handling, 2));
    // An earlier answer put right later changes the record and nothing else.
    let (round, clocks) = (s.case.order.clone(), s.case.clocks.clone());
    let cmd = correct(answer(&s), &[(CorrectedField::Result, "basic")]);
    put_right(&mut s, cmd);
    assert_eq!((s.case.order.state, s.case.order.rating, s.case.clocks.clone()), (round.state, round.rating, clocks));
    assert_eq!((s.case.callbacks.len(), s.case.answers().count()), (3, 1), "each version is kept");
    assert_eq!(s.case.callbacks[2].corrects, Some(s.case.callbacks[0].id));
}

#[test]
fn b6_a_refused_correction_changes_nothing_and_says_why() {
    let mut s = Story::of(DemandType::Complaint).closed(World::new().o.bureau);
    s.as_center(Role::Callback, correct(answer(&s), UNHAPPY));
    let id = waiting(&s, RequestKind::Correction).id;
    let silent = Command::Decide { request: id, approve: false, opinion: None, designate: false };
    assert_eq!(s.no(&s.center(Role::TeamLeader), silent), "opinion");
    s.as_center(Role::TeamLeader, decide(id, false));
    assert_eq!((s.state(), s.case.order.rating, s.case.callbacks.len()), (OrderState::Closed, Some(Rating::Sat), 1));
}

#[test]
fn b6_who_wrote_the_record_does_not_judge_it_and_silence_climbs() {
    let o = World::new().o;
    let both = person(o.center, &[Role::Callback, Role::TeamLeader]);
    let mut s = Story::of(DemandType::Complaint).replied(o.bureau);
    s.ok(&both, Command::Callback(rated(Rating::Sat, Solved::Solved)));
    s.as_center(Role::Agent, correct(answer(&s), UNHAPPY));
    let id = waiting(&s, RequestKind::Correction).id;
    assert_eq!(s.no(&both, decide(id, true)), "own_record");
    assert_eq!(s.no(&s.center(Role::Callback), decide(id, true)), "forbidden");
    s.w.days(5);
    let d = escalate_overdue(&s.case, &s.w.env()).unwrap();
    s.take(d);
    assert_eq!(s.case.request(id).unwrap().awaiting, Some(Role::Supervisor));
    s.as_center(Role::Supervisor, decide(id, true));
    assert_eq!(s.case.order.rating, Some(Rating::Dissat));
}

#[test]
fn b6_words_of_the_demand_are_put_right_while_the_unit_works_and_additions_stay() {
    let mut s = Story::of(DemandType::Complaint).working(World::new().o.bureau);
    let was = s.case.order.content.clone();
    let clocks = s.case.clocks.clone();
    let right = [(CorrectedField::Content, "小区东门工地夜间施工。"), (CorrectedField::Address, "解放路11号")];
    s.as_center(Role::Callback, correct(None, &right));
    let more = "凌晨两点仍在施工".to_owned();
    s.as_center(
        Role::Agent,
        Command::Amend { reason: "来电补充".to_owned(), form: None, supplement: Some(more), limit_at: None },
    );
    s.notices.clear();
    let asked = waiting(&s, RequestKind::Correction);
    assert_eq!(asked.corrections[0].was.as_deref(), Some(was.as_str()));
    let id = asked.id;
    assert!(s.log.iter().all(|e| !e.fields.to_string().contains("解放路")), "no words in the log");
    s.as_center(Role::TeamLeader, decide(id, true));
    let o = &s.case.order;
    assert!(o.content.starts_with("小区东门工地夜间施工。") && o.content.contains("凌晨两点"), "{}", o.content);
    assert_eq!(o.address.as_deref(), Some("解放路11号"));
    assert_eq!(s.case.clocks, clocks);
    assert!(s.told("T20"), "the unit works on other ground now");
    // What has been changed meanwhile is not overwritten.
    s.as_center(Role::Callback, correct(None, &[(CorrectedField::Address, "解放路12号")]));
    let id = waiting(&s, RequestKind::Correction).id;
    s.case.order.address = Some("解放路13号".to_owned());
    assert_eq!(s.no(&s.center(Role::TeamLeader), decide(id, true)), "record_moved");
}

#[test]
fn b6_items_must_be_of_the_record_known_and_different() {
    let s = Story::of(DemandType::Complaint).closed(World::new().o.bureau);
    let (by, told) = (s.center(Role::Callback), answer(&s));
    for bad in [
        correct(told, &[]),
        correct(told, &[(CorrectedField::Result, "splendid")]),
        correct(told, &[(CorrectedField::Result, "sat")]),
        correct(told, &[(CorrectedField::Address, "解放路11号")]),
        correct(None, &[(CorrectedField::Result, "dissat")]),
        correct(None, &[(CorrectedField::Content, "短")]),
        correct(told, &[(CorrectedField::Result, "dissat"), (CorrectedField::Result, "basic")]),
    ] {
        assert_eq!(s.no(&by, bad.clone()), "items", "{bad:?}");
    }
    let nobody = correct(Some(CallbackId(kernel::Uuid::nil())), UNHAPPY);
    assert_eq!(s.no(&by, nobody), "not_found");
    assert_eq!(s.no(&s.unit(s.w.o.bureau, Role::UnitAdmin), correct(told, UNHAPPY)), "forbidden");
}

#[test]
fn b6_an_agreed_contest_holds_for_the_answer_put_right_and_a_refused_one_may_be_tried_again() {
    let o = World::new().o;
    for agreed in [true, false] {
        let mut s = Story::of(DemandType::Complaint).replied(o.bureau);
        let form = domain::order::CallbackForm { contacted: Some(Contacted::No), ..rated(Rating::Sat, Solved::Solved) };
        s.as_center(Role::Callback, Command::Callback(form));
        let contest = |s: &Story| Command::Contest {
            callback: answer(s).unwrap(),
            items: vec![RatedItem::Contacted],
            ground: ContestGround::C3,
            reason: "已于当日上门并电话联系诉求人，有通话录音。".to_owned(),
        };
        s.as_unit(o.bureau, Role::UnitAdmin, contest(&s));
        let id = waiting(&s, RequestKind::Contest).id;
        s.as_unit(o.bureau, Role::UnitLeader, decide(id, true));
        s.as_center(Role::Supervisor, decide(id, agreed));
        s.w.hours(1);
        let cmd = correct(answer(&s), &[(CorrectedField::Process, "basic")]);
        put_right(&mut s, cmd);
        let now = s.case.answers().last().unwrap();
        assert_eq!(taken_out(&s.case, now).is_empty(), !agreed);
        let admin = s.unit(o.bureau, Role::UnitAdmin);
        if agreed {
            assert_eq!(s.no(&admin, contest(&s)), "contested");
        } else {
            s.ok(&admin, contest(&s));
        }
    }
}

fn contact_is(s: &Story, should: &str) -> Command {
    let contact = s.case.contacts_in_force().last().map(|c| c.id);
    let Command::Correct { items, ground, reason, call, .. } =
        correct(None, &[(CorrectedField::ContactResult, should)])
    else {
        panic!("a correction")
    };
    Command::Correct { callback: None, contact, items, ground, reason, call }
}

#[test]
fn b6_a_contact_that_never_was_counts_nowhere_and_the_unit_must_call() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let task = s.lead().id;
    s.contact(task);
    let (clocks, before) = (s.case.clocks.clone(), figures(&s));
    s.notices.clear();
    let cmd = contact_is(&s, "none");
    put_right(&mut s, cmd);
    let [old, new] = &s.case.contacts[..] else { panic!("two records") };
    assert_eq!((old.result, new.result), (ContactResult::Reached, ContactResult::None));
    assert_eq!((new.corrects, new.at, new.by), (Some(old.id), old.at, old.by));
    assert_eq!((s.case.contacts_in_force().count(), s.case.contacts_made().count()), (1, 0));
    assert_eq!(s.case.clocks, clocks, "what was stopped stays as it was");
    let after = figures(&s);
    assert_eq!((before.respond_ontime, after.respond_ontime, after.respond_due), (1, 0, before.respond_due));
    assert!(s.told("T20"), "the unit and the supervisors know");
    let handler = s.unit(o.bureau, Role::Handler);
    assert_eq!(s.no(&handler, Command::SubmitUnit { task, form: crate::world::handling() }), "no_contact");
    // Nobody writes down that he did not call.
    let (at, way) = (s.w.now.get(), ContactWay::Phone);
    assert_eq!(s.no(&handler, Command::Contact { task, at, way, result: ContactResult::None, note: None }), "result");
    s.w.hours(1);
    s.hand_in();
    assert_eq!(s.state(), OrderState::CenterAudit);
}

#[test]
fn b6_the_citizen_objects_once_to_each_record_but_not_to_the_own_words() {
    let mut s = Story::of(DemandType::Complaint).replied(World::new().o.bureau);
    s.as_center(Role::Callback, Command::Callback(rated(Rating::Sat, Solved::Solved)));
    assert_eq!(s.no(&By::System, correct(None, &[(CorrectedField::Content, "小区东门工地夜间施工。")])), "forbidden");
    let wrong = correct(answer(&s), UNHAPPY);
    s.ok(&By::System, wrong.clone());
    let asked = waiting(&s, RequestKind::Correction);
    assert_eq!((asked.applied_by, asked.awaiting), (CITIZEN, Some(Role::TeamLeader)));
    let id = asked.id;
    assert_eq!(s.no(&By::System, contact_is(&s, "none")), "pending", "one after the other");
    s.as_center(Role::TeamLeader, decide(id, false));
    assert_eq!(s.no(&By::System, wrong), "objected");
    let told = s.case.answers().last().unwrap();
    assert_eq!(objection(&s.case, Some(told), None).map(|r| r.id), Some(id));
    let contact = s.case.contacts_in_force().last().unwrap();
    assert_eq!(objection(&s.case, None, Some(contact)), None, "another record");
    s.ok(&By::System, contact_is(&s, "none"));
    let id = waiting(&s, RequestKind::Correction).id;
    s.as_center(Role::TeamLeader, decide(id, true));
    assert_eq!(s.no(&By::System, contact_is(&s, "reached")), "objected", "the record put right is the same one");
    // Staff may take it up again with what they have found.
    s.as_center(Role::Callback, contact_is(&s, "reached"));
}

#[test]
fn b6_an_own_rating_stands_and_a_filed_order_is_closed_to_corrections() {
    let mut s = Story::of(DemandType::Complaint).replied(World::new().o.bureau);
    s.ok(&By::System, Command::Callback(rated(Rating::Sat, Solved::Solved)));
    assert_eq!(s.no(&By::System, correct(answer(&s), UNHAPPY)), "own_rating");
    s.w.days(40);
    s.ok(&By::System, Command::Archive);
    let desk = s.center(Role::Callback);
    assert_eq!(s.no(&desk, correct(answer(&s), UNHAPPY)), "archived");
    let button = allowed(&s.case, &desk, &s.w.env()).into_iter().find(|a| a.action == "correct").unwrap();
    assert!(!button.enabled && button.reason.is_some_and(|r| r.contains("归档")), "the button says why");
}

#[test]
fn b6_whoever_wrote_a_contact_down_does_not_judge_it() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let task = s.lead().id;
    s.contact(task);
    let both = person(o.center, &[Role::Callback, Role::TeamLeader]);
    s.case.contacts[0].by = user_of(&both);
    s.as_center(Role::Agent, contact_is(&s, "no_answer"));
    let id = waiting(&s, RequestKind::Correction).id;
    assert_eq!(s.no(&both, decide(id, true)), "own_record");
    s.as_center(Role::TeamLeader, decide(id, true));
    let now = s.case.contacts_in_force().last().unwrap();
    assert_eq!((now.result, now.note.as_deref()), (ContactResult::NoAnswer, None));
}
