//! What a crash or a stop leaves behind.

use crate::support::{CITIZEN, START, World, leg, settings, user};
use kernel::{CallTaskId, OrderId, SessionId, Uuid};
use voice::floor::{Input, OpenCall, Repaired, Restored};
use voice::journal::{DutyKind, Outcome, RecordingStatus, SeatSpan};
use voice::protocol::{SeatCommand, SeatState, Today};
use voice::switch::Cause;

/// What the journal of a world holds open, as the database would tell it after a crash.
fn left_by(world: &World) -> Restored {
    let open = |id| world.journal.legs.values().filter(move |leg| leg.call == id && leg.ended_at.is_none());
    Restored {
        calls: world
            .journal
            .calls
            .values()
            .filter(|call| call.ended_at.is_none())
            .map(|call| OpenCall {
                record: call.clone(),
                legs: open(call.id).cloned().collect(),
                next_seq: i32::try_from(world.journal.events[&call.id].len()).expect("few events") + 1,
            })
            .collect(),
        seats: world.journal.spans.values().filter(|span| span.to.is_none()).cloned().collect(),
        recordings: world.journal.recordings.values().filter(|r| r.status == RecordingStatus::Open).cloned().collect(),
        ..Restored::default()
    }
}

/// The next process, with the journal of the one before.
fn restarted(before: World, change: impl FnOnce(&mut Restored)) -> World {
    let mut left = left_by(&before);
    change(&mut left);
    let mut after = World::new(settings());
    after.now = before.now.plus_millis(20_000);
    after.journal = before.journal;
    after.restore(left);
    after
}

#[test]
fn after_a_crash_everybody_is_accounted_for() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let talking = world.conversation(1, agent);
    let waiting = world.call_in(2);
    let greeting = world.ring_in(3, "13900000003");
    let rated = {
        let other = world.agent(2);
        world.ask(other, SeatCommand::Answer { call: waiting });
        world.ask(other, SeatCommand::Hangup { call: waiting });
        waiting
    };
    let waiting = world.call_in(4);
    let message = {
        let id = world.call_in(5);
        world.pass(60);
        world.digit(5, '1');
        world.played(leg(5));
        id
    };
    let recordings: Vec<String> = left_by(&world).recordings.iter().map(|recording| recording.file.clone()).collect();
    assert_eq!(recordings.len(), 2);
    let alive_until = world.now.plus_millis(3_000);
    let world = restarted(world, |left| {
        left.alive_until = Some(alive_until);
        left.today = Today { offered: 5, answered: 2, ..Today::default() };
        left.repaired = vec![Repaired { file: recordings[0].clone(), bytes: 5000, ms: 300, sha256: "ab".to_owned() }];
    });
    world.check_end();
    let outcome = |id| world.record(id).outcome;
    assert_eq!(
        (outcome(talking), outcome(waiting), outcome(greeting)),
        (Outcome::Answered, Outcome::Failed, Outcome::Failed)
    );
    assert_eq!((outcome(rated), outcome(message)), (Outcome::Answered, Outcome::Message));
    let record = world.record(talking);
    assert_eq!((record.cause, record.ended_at), (Some(Cause::Restart), Some(alive_until)));
    assert_eq!(record.talk_ended_at, Some(alive_until), "the time the platform was down is no talk time");
    let owed: Vec<_> = world.journal.duties.iter().map(|duty| (duty.call, duty.kind)).collect();
    let missed = |id| (id, DutyKind::Missed);
    assert_eq!(owed, [(message, DutyKind::Message), missed(talking), missed(greeting), missed(waiting)]);
    let status: Vec<_> = world.journal.recordings.values().map(|recording| recording.status).collect();
    assert!(status.contains(&RecordingStatus::Repaired) && status.contains(&RecordingStatus::Failed));
}

#[test]
fn figures_go_on_where_they_were() {
    let mut world = World::new(settings());
    world.restore(Restored {
        today: Today { offered: 7, answered: 5, missed_open: 2, ..Today::default() },
        ..Restored::default()
    });
    let agent = world.agent(1);
    world.conversation(1, agent);
    let boss = world.supervisor();
    world.ask(boss, SeatCommand::Watch { on: true });
    let today = world.floor_view.as_ref().unwrap().today;
    assert_eq!((today.offered, today.answered, today.missed_open), (8, 6, 2));
    world.handle(Input::Duties { open: 9 });
    world.pass(1);
    assert_eq!(world.floor_view.as_ref().unwrap().today.missed_open, 9);
}

#[test]
fn an_outgoing_call_cut_by_a_crash_is_an_attempt() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let task = Some(CallTaskId(Uuid::from_bytes([3; 16])));
    let order = Some(OrderId(Uuid::from_bytes([4; 16])));
    world.ask(agent, SeatCommand::Dial { number: CITIZEN.to_owned(), order, task });
    let id = world.view(agent).calls[0].call;
    let world = restarted(world, |_| {});
    assert_eq!((world.record(id).outcome, world.journal.tried.clone()), (Outcome::NotReached, vec![false]));
    assert!(world.journal.duties.is_empty(), "nobody called us");
}

#[test]
fn the_limits_of_outgoing_calls_survive() {
    let mut world = World::new(settings());
    let dialled = (0..10).map(|_| (user(2), CITIZEN.to_owned(), START)).collect();
    world.restore(Restored { dialled, ..Restored::default() });
    let agent = world.agent(1);
    let dial = SeatCommand::Dial { number: CITIZEN.to_owned(), order: None, task: None };
    assert_eq!(world.try_ask(agent, dial), Err("number_limit".to_owned()));
}

#[test]
fn a_span_never_ends_before_it_began() {
    let mut world = World::new(settings());
    let span = SeatSpan {
        session: SessionId(Uuid::from_bytes([1; 16])),
        user: user(1),
        state: SeatState::Ready,
        reason: None,
        from: START,
        to: None,
    };
    world.restore(Restored { seats: vec![span], alive_until: Some(START.plus_millis(-5_000)), ..Restored::default() });
    assert_eq!(world.journal.spans.values().next().unwrap().to, Some(START));
}

#[test]
fn a_stop_closes_everything_with_its_cause() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let (talking, waiting) = (world.conversation(1, agent), world.call_in(2));
    world.handle(Input::Stop);
    assert_eq!(world.drained, 0, "the recording is still being closed");
    world.close_recordings();
    assert_eq!(world.drained, 1);
    for id in [talking, waiting] {
        assert_eq!(world.record(id).cause, Some(Cause::Restart));
        assert!(world.journal.duties.iter().any(|duty| duty.call == id));
    }
    assert_eq!(world.state(agent), SeatState::SignedOut);
    world.check_end();
}
