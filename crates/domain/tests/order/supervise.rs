//! SV1–SV8: supervision rounds, the ladder, leaders' instructions and what is laid before them.

use domain::{
    authority::Role,
    clock::{ClockKind, ClockOutcome},
    env::By,
    order::{
        Command, DemandType, EvaluateForm, OrderState, SuperviseForm, allowed,
        decide::{archive_due, supervise_ladder},
    },
    request::{RequestKind, RequestState},
    supervision::{SuperviseLevel, SuperviseState, SuperviseTrigger, SuperviseVerdict, Supervision, VerifyWay},
};
use kernel::SupervisionId;

use crate::world::{Story, World, dispatch_to, person, ts};

fn issue(level: SuperviseLevel) -> Command {
    Command::SuperviseIssue(SuperviseForm {
        level,
        trigger: SuperviseTrigger::S4,
        opinion: "请说明迟迟未办理的原因，并限期整改".to_owned(),
        due_at: None,
        cc: Vec::new(),
    })
}

fn reply(supervision: SupervisionId) -> Command {
    Command::SuperviseReply { supervision, reply: "已安排专人到场，预计两日内完成整改。".to_owned() }
}

fn judge(supervision: SupervisionId, verdict: SuperviseVerdict, score: i32) -> Command {
    let form = EvaluateForm { verdict, score, comment: "已电话核实".to_owned(), way: VerifyWay::Phone };
    Command::SuperviseEvaluate { supervision, form }
}

fn last(s: &Story) -> &Supervision {
    s.case.supervisions.last().unwrap()
}

/// Two colleagues of the same role are two people.
fn second_supervisor(s: &Story) -> By {
    person(s.w.o.center, &[Role::Supervisor, Role::Qc])
}

fn climb(s: &mut Story) -> bool {
    match supervise_ladder(&s.case, &s.w.env()) {
        Some(d) => {
            s.take(d);
            true
        }
        None => false,
    }
}

#[test]
fn sv1_a_round_lies_on_the_leads_desk_with_its_own_working_day_clock() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let promise = s.case.order.due_at;
    s.as_center(Role::Dispatcher, issue(SuperviseLevel::Urge));
    let round = last(&s).clone();
    assert_eq!((round.round, round.state, round.org), (1, SuperviseState::Issued, Some(o.bureau)));
    assert_eq!(s.clock(ClockKind::Supervise).due_at.date(), ts("2025-09-25T12:00").date(), "three working days");
    assert_eq!(s.lead().supervise_due, Some(s.clock(ClockKind::Supervise).due_at), "pinned to the lead's list");
    assert_eq!(s.case.order.due_at, promise, "the promise to the citizen is untouched");
    assert_eq!((s.case.order.urge_n, s.case.order.supervise_n), (1, 0));
    assert!(s.told("T22"));
    s.as_unit(o.bureau, Role::Handler, reply(round.id));
    assert_eq!(s.clock(ClockKind::Supervise).outcome, ClockOutcome::OnTime);
    assert_eq!((last(&s).state, s.lead().supervise_due), (SuperviseState::Replied, None));
}

#[test]
fn sv1_an_opinion_is_required_and_the_same_level_is_not_asked_twice() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let bare = SuperviseForm {
        level: SuperviseLevel::Normal,
        trigger: SuperviseTrigger::S1,
        opinion: " ".to_owned(),
        due_at: Some(ts("2025-09-01T09:00")),
        cc: Vec::new(),
    };
    let refusal = s.try_with(&s.center(Role::Supervisor), None, &Command::SuperviseIssue(bare)).unwrap_err();
    let fields: Vec<_> = refusal.fields.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(fields, ["opinion", "due_at"]);
    s.as_center(Role::Supervisor, issue(SuperviseLevel::Normal));
    assert_eq!(s.no(&s.center(Role::Supervisor), issue(SuperviseLevel::Urge)), "level", "milder than what waits");
    assert_eq!(s.no(&s.center(Role::Auditor), issue(SuperviseLevel::Listed)), "level", "not for a business section");
    assert_eq!(s.no(&s.unit(o.bureau, Role::UnitLeader), issue(SuperviseLevel::Urge)), "forbidden");
    let none = Story::of(DemandType::Complaint).submitted();
    assert_eq!(none.no(&none.center(Role::Supervisor), issue(SuperviseLevel::Urge)), "state", "nobody holds it yet");
}

#[test]
fn listing_needs_a_second_supervisor_and_a_leader_needs_nobody() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    s.as_center(Role::Supervisor, issue(SuperviseLevel::Listed));
    assert!(s.case.supervisions.is_empty(), "asked for, not issued");
    let request = s.pending();
    let yes = Command::Decide { request, approve: true, opinion: None, designate: false };
    assert_eq!(s.no(&s.center(Role::Supervisor), yes.clone()), "own_request");
    let second = second_supervisor(&s);
    s.ok(&second, yes);
    assert_eq!(last(&s).level, SuperviseLevel::Listed);
    assert_eq!(last(&s).initiator, s.center(Role::Supervisor).user(), "the round is whose who asked for it");
    s.ok(&person(o.gov, &[Role::Leader]), issue(SuperviseLevel::Interview));
    let levels: Vec<_> = s.case.supervisions.iter().map(|r| (r.level, r.state)).collect();
    assert_eq!(
        levels,
        [(SuperviseLevel::Listed, SuperviseState::Closed), (SuperviseLevel::Interview, SuperviseState::Issued)],
        "the sharper round takes the place of the unanswered one"
    );
}

#[test]
fn sv4_only_the_initiator_evaluates_and_what_was_not_done_is_raised() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    s.as_center(Role::Auditor, issue(SuperviseLevel::Urge));
    let id = last(&s).id;
    assert_eq!(s.no(&s.center(Role::Auditor), judge(id, SuperviseVerdict::Done, 90)), "supervision_state");
    s.as_unit(o.bureau, Role::UnitAdmin, Command::SuperviseSign { supervision: id });
    assert_eq!(s.no(&s.unit(o.housing, Role::UnitAdmin), reply(id)), "forbidden", "another unit");
    s.as_unit(o.bureau, Role::UnitLeader, reply(id));
    assert_eq!(s.no(&s.center(Role::Supervisor), judge(id, SuperviseVerdict::Done, 90)), "forbidden");
    assert_eq!(s.no(&s.center(Role::Auditor), judge(id, SuperviseVerdict::NotDone, 80)), "form.score");
    s.as_center(Role::Auditor, judge(id, SuperviseVerdict::NotDone, 40));
    assert_eq!((last(&s).state, last(&s).level.next()), (SuperviseState::Evaluated, Some(SuperviseLevel::Normal)));
    s.as_center(Role::Auditor, issue(SuperviseLevel::Normal));
    let states: Vec<_> = s.case.supervisions.iter().map(|r| r.state).collect();
    assert_eq!(states, [SuperviseState::Closed, SuperviseState::Issued]);
    assert_eq!(s.case.supervisions[0].evaluation.as_ref().unwrap().score, 40, "the judgement stays on record");
}

#[test]
fn sv6_a_round_follows_the_order_to_its_new_lead_with_its_full_time() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    s.as_center(Role::Supervisor, issue(SuperviseLevel::Normal));
    s.w.set("2025-09-24T10:00");
    let cmd = Command::Reassign { lead: o.housing, reason: "职责调整".to_owned() };
    s.as_center(Role::TeamLeader, cmd);
    let clocks: Vec<_> = s.clocks(ClockKind::Supervise).iter().map(|c| c.outcome).collect();
    assert_eq!(clocks, [ClockOutcome::Void, ClockOutcome::Open]);
    assert_eq!((last(&s).org, last(&s).due_at), (Some(o.housing), Some(s.clock(ClockKind::Supervise).due_at)));
    assert_eq!(s.lead().supervise_due, last(&s).due_at);
    let id = last(&s).id;
    assert_eq!(s.no(&s.unit(o.bureau, Role::UnitAdmin), reply(id)), "forbidden", "no longer theirs");
    s.as_unit(o.housing, Role::UnitAdmin, reply(id));
}

#[test]
fn sv8_the_end_of_the_order_ends_what_was_not_answered() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    s.as_center(Role::Supervisor, issue(SuperviseLevel::Urge));
    s.hand_in();
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    s.reply();
    s.as_center(
        Role::Callback,
        Command::Callback(crate::world::rated(domain::callback::Rating::Sat, domain::callback::Solved::Solved)),
    );
    s.assert_at_rest();
    assert_eq!((last(&s).state, last(&s).end_reason.as_deref()), (SuperviseState::Closed, Some("工单已结束")));
}

#[test]
fn w37_an_answered_round_is_evaluated_before_the_file_is_archived() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    s.as_center(Role::Supervisor, issue(SuperviseLevel::Urge));
    let id = last(&s).id;
    s.as_unit(o.bureau, Role::UnitAdmin, reply(id));
    s.hand_in();
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    s.reply();
    let sat = crate::world::rated(domain::callback::Rating::Sat, domain::callback::Solved::Solved);
    s.as_center(Role::Callback, Command::Callback(sat));
    s.w.days(8);
    assert_eq!(archive_due(&s.case, &s.w.env()).unwrap_err().code, "supervision");
    s.as_center(Role::Supervisor, judge(id, SuperviseVerdict::Mostly, 75));
    assert!(archive_due(&s.case, &s.w.env()).is_ok());
}

/// Acceptance test 23: supervision history with evaluation, and the ladder of escalation.
#[test]
fn acceptance_23_history_evaluation_and_the_ladder_that_climbs_each_rung_once() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    assert!(!climb(&mut s), "in time");
    let due = s.lead().due_at.unwrap();
    s.w.now.set(due.plus_millis(1));
    assert!(climb(&mut s) && !climb(&mut s), "red: urged once");
    assert_eq!((last(&s).level, last(&s).trigger), (SuperviseLevel::Urge, SuperviseTrigger::S1));
    assert_eq!(last(&s).initiator, None);
    // Two working days after the due day, which was the Sunday worked for the holiday: Monday and Tuesday.
    s.w.set("2025-09-30T23:00");
    assert!(!climb(&mut s));
    s.w.set("2025-10-01T08:00");
    assert!(climb(&mut s) && !climb(&mut s));
    assert_eq!(last(&s).level, SuperviseLevel::Normal);
    let id = last(&s).id;
    s.as_unit(o.bureau, Role::UnitAdmin, reply(id));
    s.as_center(Role::Supervisor, judge(id, SuperviseVerdict::NotDone, 30));
    s.w.set("2025-10-12T08:00");
    assert!(climb(&mut s) && !climb(&mut s), "five working days: listed without anybody's consent");
    let history: Vec<_> = s.case.supervisions.iter().map(|r| (r.round, r.level, r.state)).collect();
    assert_eq!(
        history,
        [
            (1, SuperviseLevel::Urge, SuperviseState::Closed),
            (2, SuperviseLevel::Normal, SuperviseState::Closed),
            (3, SuperviseLevel::Listed, SuperviseState::Issued),
        ]
    );
    assert_eq!(s.case.supervisions[1].evaluation.as_ref().map(|e| e.verdict), Some(SuperviseVerdict::NotDone));
    assert_eq!((s.case.order.urge_n, s.case.order.supervise_n), (1, 2));
    s.w.days(60);
    assert!(!climb(&mut s), "there is no rung above");
}

#[test]
fn the_ladder_takes_the_highest_rung_after_a_pause_and_leaves_handed_in_work_alone() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Help).working(o.bureau);
    s.w.set("2025-10-20T08:00");
    assert!(climb(&mut s) && !climb(&mut s));
    assert_eq!((s.case.supervisions.len(), last(&s).level), (1, SuperviseLevel::Listed));
    let mut handed = Story::of(DemandType::Help).in_audit(o.bureau);
    handed.w.set("2025-10-20T08:00");
    assert!(!climb(&mut handed), "the centre has it");
    let late = serde_json::json!([{ "after": { "qty": 90, "unit": "work_day" }, "level": "urge" }]);
    let off = World::with_param("supervision.ladder", late);
    let mut quiet = Story::from(off, &crate::world::form(DemandType::Help)).working(o.bureau);
    quiet.w.set("2025-10-20T08:00");
    assert!(!climb(&mut quiet), "no rung is reached yet");
}

#[test]
fn w39_an_instruction_is_a_round_that_waits_for_the_dispatch_when_nobody_holds_the_order() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).submitted();
    let leader = person(o.gov, &[Role::Leader]);
    let text = "请市城管局三日内解决".to_owned();
    s.ok(&leader, Command::Instruct { text, due_at: Some(ts("2025-09-24T18:00")), urgency: None });
    assert_eq!((last(&s).trigger, last(&s).org), (SuperviseTrigger::S11, None));
    s.as_center(Role::Dispatcher, dispatch_to(o.bureau));
    assert_eq!((last(&s).org, last(&s).due_at), (Some(o.bureau), Some(ts("2025-09-24T18:00"))));
    let id = last(&s).id;
    s.as_unit(o.bureau, Role::UnitAdmin, reply(id));
    // A supervisor may judge for the leader.
    s.as_center(Role::Supervisor, judge(id, SuperviseVerdict::Done, 95));
    assert_eq!(last(&s).state, SuperviseState::Closed);
}

#[test]
fn w40_what_lies_before_a_leader_is_read_or_answered_by_an_instruction() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    let up = || Command::ReportUp { text: "涉及面广，请领导阅示".to_owned() };
    s.as_center(Role::Supervisor, up());
    assert_eq!(s.no(&s.center(Role::TeamLeader), up()), "pending");
    let leader = person(o.gov, &[Role::Leader]);
    let request = s.pending();
    s.ok(&leader, Command::Decide { request, approve: true, opinion: Some("已阅".to_owned()), designate: false });
    assert_eq!(s.case.request(request).unwrap().state, RequestState::Approved);
    s.as_center(Role::Supervisor, up());
    s.ok(&leader, Command::Instruct { text: "请抓紧办理".to_owned(), due_at: None, urgency: None });
    let reported = s.case.requests.iter().filter(|r| r.kind == RequestKind::ReportUp);
    assert!(reported.clone().count() == 2 && reported.clone().all(|r| r.state == RequestState::Approved));
    assert!(last(&s).by_leader);
}

#[test]
fn buttons_of_a_round_are_shown_to_whom_they_belong() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).working(o.bureau);
    s.as_center(Role::Supervisor, issue(SuperviseLevel::Normal));
    let id = last(&s).id;
    let buttons = |s: &Story, by: &By| -> Vec<&'static str> {
        let all = allowed(&s.case, by, &s.w.env());
        all.iter().filter(|b| b.supervision == Some(id)).map(|b| b.action).collect()
    };
    assert_eq!(buttons(&s, &s.unit(o.bureau, Role::Handler)), ["supervise_sign", "supervise_reply"]);
    assert_eq!(buttons(&s, &s.unit(o.housing, Role::Handler)), [""; 0]);
    assert_eq!(buttons(&s, &s.center(Role::Supervisor)), ["supervise_revoke"]);
    assert_eq!(buttons(&s, &s.center(Role::Auditor)), [""; 0], "not theirs to judge");
    s.as_unit(o.bureau, Role::Handler, reply(id));
    assert_eq!(buttons(&s, &s.center(Role::Supervisor)), ["supervise_evaluate", "supervise_revoke"]);
    s.as_center(Role::Supervisor, Command::SuperviseRevoke { supervision: id, reason: "误发".to_owned() });
    assert_eq!((s.state(), last(&s).state), (OrderState::Handling, SuperviseState::Revoked));
    assert_eq!(buttons(&s, &s.center(Role::Supervisor)), [""; 0]);
}
