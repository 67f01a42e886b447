//! Calls, duties, seats' times, recordings and marks, told on both engines.

use db::Db;
use kernel::{CallId, CallTaskId, LegId, Page, RecordingId, SessionId, Ts};
use serde_json::json;
use testkit::{TestDb, block, both_engines};
use uuid::Uuid;
use voice::journal::{
    CallDuty, CallEvent, CallRecord, DutyKind, LegRecord, Outcome, RecordingRecord, RecordingStatus, SeatSpan,
};
use voice::protocol::{Direction, PartyKind, SeatState};
use voice::switch::Cause;

use super::{NOW, open, user};
use crate::{
    Store,
    call::{self, CallFilter, CallReach, Tally, TallyBy, Window},
    call_duty::{self, DutyFilter, DutyState},
    caller_mark::{self, Mark, MarkKind, MarkState},
    recording, seat_span,
};

fn call_id(n: u128) -> CallId {
    CallId(Uuid::from_u128(0x0e00 + n))
}

/// An answered incoming call: asked for a person after 5 s, answered `wait` seconds later, spoke for a minute.
fn answered(n: u128, agent: u128, wait: i64) -> CallRecord {
    let at = NOW.plus_minutes(i64::try_from(n).unwrap());
    let queued = at.plus_millis(5_000);
    let picked = queued.plus_millis(wait * 1000);
    CallRecord {
        id: call_id(n),
        direction: Direction::In,
        outcome: Outcome::Answered,
        number: "13812345678".to_owned(),
        line: "12345".to_owned(),
        trunk: Some("t1".to_owned()),
        skill: Some("public".to_owned()),
        priority: 0,
        started_at: at,
        queued_at: Some(queued),
        offered_at: Some(queued),
        answered_at: Some(picked),
        talk_ended_at: Some(picked.plus_millis(60_000)),
        ended_at: Some(picked.plus_millis(65_000)),
        hold_ms: 0,
        agent: Some(user(agent)),
        last_agent: Some(user(agent)),
        cause: Some(Cause::Remote),
        ended_by: Some("citizen".to_owned()),
        rating: Some(5),
        rating_asked: true,
        wrap_up: None,
        note: Some("住址在三单元".to_owned()),
        order: None,
        task: None,
        joint: None,
        transfers: 0,
        recorded: true,
    }
}

/// Gave up after so many seconds of waiting.
fn abandoned(n: u128, waited: i64) -> CallRecord {
    let c = answered(n, 1, 0);
    CallRecord {
        outcome: Outcome::Abandoned,
        answered_at: None,
        talk_ended_at: None,
        ended_at: c.queued_at.map(|q| q.plus_millis(waited * 1000)),
        agent: None,
        last_agent: None,
        rating: None,
        rating_asked: false,
        recorded: false,
        number: format!("139000000{n:02}"),
        cause: Some(Cause::Cancelled),
        ..c
    }
}

fn outgoing(n: u128, agent: u128, reached: bool) -> CallRecord {
    let c = answered(n, agent, 0);
    CallRecord {
        direction: Direction::Out,
        queued_at: None,
        offered_at: None,
        outcome: if reached { Outcome::Answered } else { Outcome::NotReached },
        answered_at: c.answered_at.filter(|_| reached),
        talk_ended_at: c.talk_ended_at.filter(|_| reached),
        rating: None,
        rating_asked: false,
        ..c
    }
}

async fn put(store: &Store, calls: &[CallRecord]) {
    let mut tx = store.db.begin().await.unwrap();
    call::put_calls(&mut tx, &store.vault, calls).await.unwrap();
    tx.commit().await.unwrap();
}

fn duty(n: u128, c: &CallRecord) -> CallDuty {
    let at = c.ended_at.unwrap();
    CallDuty {
        id: CallTaskId(Uuid::from_u128(0x0f00 + n)),
        kind: DutyKind::Missed,
        call: c.id,
        number: c.number.clone(),
        skill: c.skill.clone(),
        created_at: at,
        due_at: at.plus_minutes(30),
        recording: None,
    }
}

async fn put_duty(store: &Store, d: &CallDuty) {
    let mut tx = store.db.begin().await.unwrap();
    call_duty::put_duty(&mut tx, &store.vault, d).await.unwrap();
    tx.commit().await.unwrap();
}

async fn tried(store: &Store, d: &CallDuty, by: &CallRecord, reached: bool) {
    let mut tx = store.db.begin().await.unwrap();
    call_duty::put_try(&mut tx, d.id, by.id, reached, by.ended_at.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
}

async fn load_duty(store: &Store, d: &CallDuty) -> call_duty::Duty {
    call_duty::load_duty(&store.db, &store.vault, d.id).await.unwrap().unwrap()
}

fn everything() -> Tally {
    Tally {
        over: Window { from: NOW.plus_days(-1), until: NOW.plus_days(1) },
        without: vec![],
        short_ms: 5_000,
        quick_ms: [15_000, 20_000],
        callback_ms: 30 * 60_000,
    }
}

both_engines! {
    async fn a_call_is_written_again_as_it_changes(db: Db) {
        let store = open(db).await;
        let whole = answered(1, 1, 3);
        let ringing = CallRecord { outcome: Outcome::Open, ended_at: None, answered_at: None, ..whole.clone() };
        put(&store, std::slice::from_ref(&ringing)).await;
        assert_eq!(call::open_calls(&store.db, &store.vault).await.unwrap(), [ringing]);
        put(&store, std::slice::from_ref(&whole)).await;
        assert_eq!(call::load_call(&store.db, &store.vault, whole.id).await.unwrap().unwrap(), whole);
        assert!(call::open_calls(&store.db, &store.vault).await.unwrap().is_empty());
        type Sealed = Option<Vec<u8>>;
        let raw: Vec<(Sealed, Sealed)> =
            store.db.all("SELECT number_enc, note_enc FROM call", &[]).await.unwrap();
        let plain = |sealed: &Option<Vec<u8>>, text: &str| {
            sealed.as_deref().unwrap().windows(text.len()).any(|w| w == text.as_bytes())
        };
        assert!(!plain(&raw[0].0, "13812345678") && !plain(&raw[0].1, "三单元"));
    }

    async fn an_order_bound_at_a_form_survives_the_floors_next_word(db: Db) {
        let store = open(db).await;
        let c = answered(1, 1, 3);
        put(&store, std::slice::from_ref(&c)).await;
        let order = kernel::OrderId(Uuid::from_u128(7));
        let mut tx = store.db.begin().await.unwrap();
        assert!(call::bind_order(&mut tx, c.id, order).await.unwrap());
        tx.commit().await.unwrap();
        put(&store, &[CallRecord { rating: Some(4), ..c.clone() }]).await;
        let kept = call::load_call(&store.db, &store.vault, c.id).await.unwrap().unwrap();
        assert_eq!((kept.order, kept.rating), (Some(order), Some(4)));
        assert_eq!(call::calls_of_order(&store.db, &store.vault, order).await.unwrap().len(), 1);
        assert_eq!(call::bound_to(&store.db, c.id).await.unwrap(), Some(Some(order)));
        assert_eq!(call::bound_to(&store.db, call_id(99)).await.unwrap(), None);
    }

    async fn legs_are_replaced_and_events_are_kept(db: Db) {
        let store = open(db).await;
        let leg = LegRecord {
            id: LegId(Uuid::from_u128(1)),
            call: call_id(1),
            kind: PartyKind::Citizen,
            user: None,
            number: Some("13812345678".to_owned()),
            started_at: NOW,
            answered_at: None,
            ended_at: None,
            cause: None,
            code: None,
        };
        let ended = LegRecord { ended_at: Some(NOW.plus_minutes(1)), cause: Some(Cause::Busy), code: Some(486), ..leg.clone() };
        let event = |seq: i32, kind: &str, data| CallEvent {
            call: call_id(1), seq, at: NOW, kind: kind.to_owned(), user: None, data,
        };
        for legs in [&leg, &ended] {
            let mut tx = store.db.begin().await.unwrap();
            call::put_legs(&mut tx, &store.vault, std::slice::from_ref(legs)).await.unwrap();
            let events = [event(1, "incoming", json!({ "trunk": "t1" })), event(2, "queued", json!(5))];
            call::put_events(&mut tx, &events).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(call::legs_of(&store.db, &store.vault, call_id(1)).await.unwrap(), [ended]);
        let events = call::events_of(&store.db, call_id(1)).await.unwrap();
        assert_eq!(events.len(), 2);
        assert_eq!((&events[0].data, &events[1].data), (&json!({ "trunk": "t1" }), &json!({ "value": 5 })));
        assert_eq!(call::next_seq(&store.db, call_id(1)).await.unwrap(), 3);
        assert_eq!(call::next_seq(&store.db, call_id(2)).await.unwrap(), 1);
    }

    async fn the_list_of_calls_pages_and_keeps_to_reach(db: Db) {
        let store = open(db).await;
        let mut all: Vec<CallRecord> = (1..=9).map(|n| answered(n, n % 3, 3)).collect();
        // Transferred from one to another: both had it.
        all[2].last_agent = Some(user(1));
        all[3].number = String::new();
        put(&store, &all).await;
        let ids = |calls: &[CallRecord]| calls.iter().map(|c| c.id).collect::<Vec<_>>();
        let list = |filter: CallFilter, reach: CallReach, page: Page| {
            let store = store.clone();
            async move { call::list_calls(&store, &filter, &reach, &page).await.unwrap() }
        };
        let first = list(CallFilter::default(), CallReach::All, Page::first(5)).await;
        assert_eq!(ids(&first.calls), (5..=9).rev().map(call_id).collect::<Vec<_>>());
        let rest = list(CallFilter::default(), CallReach::All, Page::after(5, first.next.unwrap())).await;
        assert_eq!(ids(&rest.calls), (1..=4).rev().map(call_id).collect::<Vec<_>>());
        assert_eq!(rest.next, None);
        let mine = list(CallFilter::default(), CallReach::Agents(vec![user(1)]), Page::first(20)).await;
        assert_eq!(ids(&mine.calls), [7, 4, 3, 1].map(call_id));
        let paged = list(CallFilter::default(), CallReach::Agents(vec![user(1)]), Page::first(3)).await;
        let last = list(CallFilter::default(), CallReach::Agents(vec![user(1)]), Page::after(3, paged.next.unwrap())).await;
        assert_eq!(ids(&last.calls), [call_id(1)]);
        let other = CallFilter { agents: vec![user(2)], ..CallFilter::default() };
        assert!(list(other.clone(), CallReach::Agents(vec![user(1)]), Page::first(20)).await.calls.is_empty());
        assert_eq!(list(other, CallReach::All, Page::first(20)).await.calls.len(), 3);
        let of_number = CallFilter { number: Some("138 1234 5678".to_owned()), ..CallFilter::default() };
        assert_eq!(list(of_number, CallReach::All, Page::first(20)).await.calls.len(), 8);
        let many = CallFilter { agents: vec![user(1), user(2)], ratings: vec![5], recorded: Some(true), ..CallFilter::default() };
        assert_eq!(list(many, CallReach::All, Page::first(20)).await.calls.len(), 7);
        let none = CallFilter { outcomes: vec![Outcome::Abandoned], directions: vec![Direction::In], ..CallFilter::default() };
        assert!(list(none, CallReach::All, Page::first(20)).await.calls.is_empty());
    }

    async fn sums_follow_the_rule_book(db: Db) {
        let store = open(db).await;
        let mut calls = vec![answered(1, 1, 3), answered(2, 1, 15), answered(3, 2, 16), answered(4, 2, 21)];
        calls.extend([abandoned(5, 4), abandoned(6, 5), abandoned(7, 40)]);
        calls.push(CallRecord { outcome: Outcome::MenuOnly, queued_at: None, ..abandoned(8, 1) });
        calls.push(CallRecord { outcome: Outcome::Blocked, queued_at: None, ..abandoned(9, 1) });
        calls.push(CallRecord { outcome: Outcome::Message, ..abandoned(10, 50) });
        calls.push(CallRecord { outcome: Outcome::Open, ended_at: None, ..abandoned(11, 1) });
        calls.extend([outgoing(12, 1, true), outgoing(13, 1, false)]);
        put(&store, &calls).await;
        let row = call::tally(&store.db, &everything(), TallyBy::Total).await.unwrap().remove(0);
        assert_eq!((row.offered, row.answered, row.short_abandoned, row.messages), (8, 4, 1, 1));
        assert_eq!((row.quick, row.quick2), (2, 3));
        assert_eq!((row.wait_ms, row.talk_ms, row.max_talk_ms), (55_000, 240_000, 60_000));
        assert_eq!((row.outbound, row.outbound_reached, row.outbound_talk_ms), (2, 1, 60_000));
        assert_eq!((row.missed, row.called_back, row.blocked), (3, 0, 1));
        assert_eq!((row.rating_asked, row.rated, row.satisfied), (4, 4, 4));
        let by_agent = call::tally(&store.db, &everything(), TallyBy::Agent).await.unwrap();
        assert_eq!(by_agent.iter().map(|r| (r.agent.unwrap(), r.answered, r.outbound)).collect::<Vec<_>>(), [(user(1), 2, 2), (user(2), 2, 0)]);
        let by_hour = call::tally(&store.db, &everything(), TallyBy::Hour).await.unwrap();
        assert_eq!(by_hour[0].bucket, Some((NOW.0 + 28_800_000) / 3_600_000));
        assert_eq!(by_hour.iter().map(|r| r.offered).sum::<i64>(), 8);
        let by_skill = call::tally(&store.db, &everything(), TallyBy::Skill).await.unwrap();
        assert_eq!(by_skill[0].skill.as_deref(), Some("public"));
        // The minutes in which the line was down count on neither side.
        let out = Window { from: NOW.plus_minutes(7), until: NOW.plus_minutes(8) };
        let less = Tally { without: vec![out], ..everything() };
        let row = call::tally(&store.db, &less, TallyBy::Total).await.unwrap().remove(0);
        assert_eq!((row.offered, row.answered, row.missed), (7, 4, 2));
    }

    async fn one_number_is_called_back_once(db: Db) {
        let store = open(db).await;
        let (first, second) = (abandoned(1, 30), CallRecord { number: "13900000001".to_owned(), ..abandoned(2, 40) });
        let back = outgoing(20, 3, true);
        put(&store, &[first.clone(), second.clone(), back.clone()]).await;
        let d = duty(1, &first);
        for fact in [&d, &duty(2, &second), &d, &duty(2, &second)] {
            put_duty(&store, fact).await;
        }
        let open_one = load_duty(&store, &d).await;
        assert_eq!((open_one.calls, open_one.state, open_one.duty.number.as_str()), (2, DutyState::Open, "13900000001"));
        assert!(call_duty::load_duty(&store.db, &store.vault, duty(2, &second).id).await.unwrap().is_none());
        assert_eq!(call_duty::duty_of_call(&store.db, &store.vault, second.id).await.unwrap().unwrap().duty.id, d.id);
        let in_vain = outgoing(19, 3, false);
        put(&store, std::slice::from_ref(&in_vain)).await;
        for _ in 0..2 {
            tried(&store, &d, &in_vain, false).await;
            tried(&store, &d, &back, true).await;
        }
        let done = load_duty(&store, &d).await;
        assert_eq!((done.attempts, done.state, done.done_by, done.done_call), (2, DutyState::Done, Some(user(3)), Some(back.id)));
        // Both missed calls were called back when the first attempt began, nineteen minutes on.
        let row = call::tally(&store.db, &everything(), TallyBy::Total).await.unwrap().remove(0);
        assert_eq!((row.missed, row.called_back), (2, 2));
        let strict = Tally { callback_ms: 17 * 60_000, ..everything() };
        assert_eq!(call::tally(&store.db, &strict, TallyBy::Total).await.unwrap()[0].called_back, 1);
        // The fact written again does not open it once more; another missed call does.
        put_duty(&store, &d).await;
        assert!(call_duty::open_duty(&store.db, &store.vault, "13900000001").await.unwrap().is_none());
        let again = CallRecord { number: "13900000001".to_owned(), ..abandoned(30, 40) };
        put_duty(&store, &duty(3, &again)).await;
        assert_eq!(call_duty::open_duty(&store.db, &store.vault, "13900000001").await.unwrap().unwrap().calls, 1);
    }

    async fn a_wish_to_be_called_back_outranks_a_missed_call(db: Db) {
        let store = open(db).await;
        let (first, second) = (abandoned(1, 30), CallRecord { number: "13900000001".to_owned(), ..abandoned(2, 40) });
        put_duty(&store, &duty(1, &first)).await;
        let recording = Some(RecordingId(Uuid::from_u128(5)));
        let sooner = first.ended_at.unwrap().plus_minutes(10);
        put_duty(&store, &CallDuty { kind: DutyKind::Message, recording, due_at: sooner, ..duty(2, &second) }).await;
        let d = load_duty(&store, &duty(1, &first)).await;
        assert_eq!((d.duty.kind, d.duty.recording, d.duty.due_at), (DutyKind::Message, recording, sooner));
    }

    async fn duties_are_claimed_by_one_and_listed_by_when_they_are_due(db: Db) {
        let store = open(db).await;
        let all: Vec<CallDuty> = (1..=5).rev().map(|n| duty(n, &abandoned(n, 30))).collect();
        for d in &all {
            put_duty(&store, d).await;
        }
        let claim = |n: usize, who: u128, at: Ts| {
            let (store, id) = (store.clone(), all[n].id);
            async move {
                let mut tx = store.db.begin().await.unwrap();
                let got = call_duty::claim_duty(&mut tx, id, user(who), at, at.plus_minutes(-20)).await.unwrap();
                tx.commit().await.unwrap();
                got
            }
        };
        assert!(claim(0, 1, NOW).await);
        assert!(!claim(0, 2, NOW.plus_minutes(10)).await, "somebody has it");
        assert!(claim(0, 2, NOW.plus_minutes(21)).await, "and lets it lie");
        let filter = DutyFilter { state: Some(DutyState::Open), ..DutyFilter::default() };
        let (first, next) = call_duty::list_duties(&store.db, &store.vault, &filter, &Page::first(3)).await.unwrap();
        let (rest, end) = call_duty::list_duties(&store.db, &store.vault, &filter, &Page::after(3, next.unwrap())).await.unwrap();
        let due: Vec<Ts> = first.iter().chain(&rest).map(|d| d.duty.due_at).collect();
        assert!(due.len() == 5 && due.is_sorted() && end.is_none());
        let mine = DutyFilter { claimed_by: Some(user(2)), ..filter };
        assert_eq!(call_duty::list_duties(&store.db, &store.vault, &mine, &Page::first(9)).await.unwrap().0.len(), 1);
        let late = first[1].duty.due_at.plus_millis(1);
        let counts = call_duty::count_duties(&store.db, user(2), late, late.plus_minutes(1)).await.unwrap();
        assert_eq!((counts.open, counts.mine, counts.red, counts.yellow), (5, 1, 2, 1));
        let mut tx = store.db.begin().await.unwrap();
        assert!(call_duty::finish_duty(&mut tx, all[0].id, DutyState::GivenUp, "号码已停机", Some(user(2)), NOW, None).await.unwrap());
        assert!(!call_duty::finish_duty(&mut tx, all[0].id, DutyState::Done, "再试", Some(user(2)), NOW, None).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn a_seats_day_adds_up_within_a_window(db: Db) {
        let store = open(db).await;
        let span = |from: i64, to: Option<i64>, state, reason: Option<&str>| SeatSpan {
            session: SessionId(Uuid::from_u128(1)),
            user: user(1),
            state,
            reason: reason.map(str::to_owned),
            from: NOW.plus_minutes(from),
            to: to.map(|t| NOW.plus_minutes(t)),
        };
        let spans = [
            span(-30, Some(10), SeatState::Ready, None),
            span(10, None, SeatState::Talking, None),
            span(20, Some(50), SeatState::Busy, Some("1")),
            span(50, Some(55), SeatState::SignedOut, None),
        ];
        let mut tx = store.db.begin().await.unwrap();
        seat_span::put_spans(&mut tx, &spans).await.unwrap();
        seat_span::put_spans(&mut tx, &[span(10, Some(20), SeatState::Talking, None)]).await.unwrap();
        seat_span::put_spans(&mut tx, &[span(60, None, SeatState::Ready, None)]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(seat_span::open_spans(&store.db).await.unwrap(), [span(60, None, SeatState::Ready, None)]);
        let sums = seat_span::span_sums(&store.db, NOW, NOW.plus_minutes(100), NOW.plus_minutes(70)).await.unwrap();
        let found: Vec<_> = sums.iter().map(|s| (s.state.as_str(), s.reason.as_deref(), s.ms / 60_000)).collect();
        assert_eq!(found, [("busy", Some("1"), 30), ("ready", None, 20), ("talking", None, 10)]);
    }

    async fn a_recording_outlives_its_file(db: Db) {
        let store = open(db).await;
        let r = RecordingRecord {
            id: RecordingId(Uuid::from_u128(1)),
            call: call_id(1),
            file: "2026/11/24/a.wav".to_owned(),
            status: RecordingStatus::Open,
            message: false,
            started_at: NOW,
            ended_at: None,
            bytes: None,
            ms: None,
            sha256: None,
            pauses: vec![(NOW, None)],
            reason: None,
        };
        let closed = RecordingRecord { status: RecordingStatus::Closed, ms: Some(5), pauses: vec![(NOW, Some(NOW))], ..r.clone() };
        let mut tx = store.db.begin().await.unwrap();
        recording::put_recordings(&mut tx, std::slice::from_ref(&r)).await.unwrap();
        assert_eq!(recording::open_recordings(&mut tx).await.unwrap(), [r]);
        recording::put_recordings(&mut tx, std::slice::from_ref(&closed)).await.unwrap();
        assert_eq!(recording::recordings_of(&mut tx, &[call_id(1)]).await.unwrap(), std::slice::from_ref(&closed));
        assert!(recording::past_recordings(&mut tx, NOW, 9).await.unwrap().is_empty());
        assert_eq!(recording::past_recordings(&mut tx, NOW.plus_millis(1), 9).await.unwrap().len(), 1);
        assert!(recording::expire_recording(&mut tx, closed.id).await.unwrap());
        // A late word of the floor does not bring the file back.
        recording::put_recordings(&mut tx, std::slice::from_ref(&closed)).await.unwrap();
        let kept = recording::load_recording(&mut tx, closed.id).await.unwrap().unwrap();
        assert_eq!(kept.status, RecordingStatus::Expired);
        tx.commit().await.unwrap();
    }

    async fn a_mark_needs_two_people_and_runs_out(db: Db) {
        let store = open(db).await;
        let mark = |n: u128| Mark {
            id: Uuid::from_u128(n),
            kind: MarkKind::Black,
            number: "13812345678".to_owned(),
            reason: "骚扰".to_owned(),
            call: None,
            state: MarkState::Pending,
            valid_to: NOW.plus_days(3),
            proposed_by: user(1),
            proposed_at: NOW,
            decided_by: None,
            decided_at: None,
            opinion: None,
            ended_by: None,
            ended_at: None,
            end_reason: None,
        };
        let mut tx = store.db.begin().await.unwrap();
        assert!(caller_mark::insert_mark(&mut tx, &store.vault, &mark(1)).await.unwrap());
        assert!(!caller_mark::insert_mark(&mut tx, &store.vault, &mark(2)).await.unwrap(), "the number has one");
        tx.commit().await.unwrap();
        let in_force = |now: Ts| {
            let store = store.clone();
            async move { caller_mark::marks_of(&store.db, &store.vault, "+86 138-1234-5678", now).await.unwrap().len() }
        };
        assert_eq!(in_force(NOW).await, 0);
        let mut tx = store.db.begin().await.unwrap();
        assert!(caller_mark::decide_mark(&mut tx, mark(1).id, MarkState::Active, user(2), NOW, None).await.unwrap());
        assert!(!caller_mark::decide_mark(&mut tx, mark(1).id, MarkState::Refused, user(2), NOW, None).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!((in_force(NOW).await, in_force(NOW.plus_days(3)).await), (1, 0));
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(caller_mark::expire_marks(&mut tx, NOW.plus_days(3)).await.unwrap(), 1);
        assert!(caller_mark::insert_mark(&mut tx, &store.vault, &mark(3)).await.unwrap());
        tx.commit().await.unwrap();
        let (all, _) = caller_mark::list_marks(&store.db, &store.vault, None, None, &Page::first(9)).await.unwrap();
        assert_eq!(all.iter().map(|m| m.state).collect::<Vec<_>>(), [MarkState::Pending, MarkState::Ended]);
    }
}

#[test]
fn lists_of_calls_go_in_by_an_index() {
    block(async {
        let test = TestDb::sqlite().await;
        let store = open(test.db()).await;
        let d = CallFilter::default;
        let questions = [
            (d(), CallReach::All),
            (CallFilter { from: Some(NOW), until: Some(NOW.plus_days(1)), ..d() }, CallReach::All),
            (CallFilter { number: Some("13812345678".to_owned()), ..d() }, CallReach::All),
            (CallFilter { outcomes: vec![Outcome::Abandoned], ..d() }, CallReach::All),
            (d(), CallReach::Agents(vec![user(1)])),
            (CallFilter { skills: vec!["public".to_owned()], ..d() }, CallReach::Agents(vec![user(1), user(2)])),
        ];
        for (filter, reach) in questions {
            let built = call::explainable(&store, &filter, &reach).unwrap();
            let text = format!("EXPLAIN QUERY PLAN {}", built.sql.text(db::Dialect::Lite));
            let plan: Vec<(i64, i64, i64, String)> = store.db.all(db::Sql::dynamic(text), &built.args()).await.unwrap();
            let lines: Vec<&str> = plan.iter().map(|(_, _, _, step)| step.as_str()).collect();
            assert!(!lines.contains(&"SCAN c"), "{filter:?}\n{}", lines.join("\n"));
        }
    });
}
