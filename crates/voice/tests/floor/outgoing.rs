//! 外呼.

use std::collections::BTreeMap;

use crate::support::{CITIZEN, World, settings};
use kernel::{CallTaskId, Uuid};
use voice::floor::{Output, seat_leg};
use voice::journal::Outcome;
use voice::protocol::{SeatCallState, SeatCommand, SeatState, Target};
use voice::settings::{Dialling, Settings};
use voice::switch::{Cause, Event};

fn dial(number: &str) -> SeatCommand {
    SeatCommand::Dial { number: number.to_owned(), order: None, task: None }
}

fn limits(dialling: Dialling) -> World {
    World::new(Settings { dialling, ..settings() })
}

#[test]
fn the_agent_hears_ring_back_then_the_network_then_the_citizen() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.ask(agent, SeatCommand::Busy { reason: "callbacks".to_owned() });
    let task = Some(CallTaskId(Uuid::from_bytes([3; 16])));
    world.ask(agent, SeatCommand::Dial { number: "138-0000-0001".to_owned(), order: None, task });
    let (citizen, _) = world.called();
    let id = world.view(agent).calls[0].call;
    assert!(world.out.contains(&Output::WhoIs { call: id, number: CITIZEN.to_owned(), incoming: false }));
    assert_eq!((world.state(agent), world.view(agent).calls[0].state), (SeatState::Dialling, SeatCallState::Dialling));
    assert!(world.playing.contains_key(&seat_leg(agent)), "ring-back");
    world.switch(Event::EarlyMedia { leg: citizen });
    assert!(!world.playing.contains_key(&seat_leg(agent)) && world.hears(id, seat_leg(agent), citizen));
    world.pass(8);
    world.switch(Event::Answered { leg: citizen });
    assert!(world.both_hear(id, seat_leg(agent), citizen));
    assert_eq!((world.recording.len(), world.journal.tried.clone()), (1, vec![true]));
    world.pass(30);
    world.ask(agent, SeatCommand::Hangup { call: id });
    assert_eq!(world.record(id).outcome, Outcome::Answered);
    assert!(world.record(id).ended_at.is_some(), "no rating unless the agent asks for it");
    world.pass(60);
    assert_eq!(world.view(agent).reason.as_deref(), Some("callbacks"), "busy as before");
    world.stop();
    world.check_end();
}

#[test]
fn not_reached_has_its_cause_and_counts_as_an_attempt() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let task = Some(CallTaskId(Uuid::from_bytes([3; 16])));
    for (cause, code) in [(Cause::Busy, 486), (Cause::NoAnswer, 480), (Cause::NoSuchNumber, 404)] {
        world.ask(agent, SeatCommand::Dial { number: CITIZEN.to_owned(), order: None, task });
        let (citizen, _) = world.called();
        let id = world.view(agent).calls[0].call;
        world.switch(Event::Ended { leg: citizen, cause, code: Some(code) });
        assert_eq!((world.record(id).outcome, world.record(id).cause), (Outcome::NotReached, Some(cause)));
        assert_eq!(world.journal.legs[&citizen].code, Some(code));
        assert_eq!(world.state(agent), SeatState::Ready);
    }
    assert_eq!(world.journal.tried, [false; 3]);
    world.ask(agent, dial(CITIZEN));
    world.pass(70);
    assert_eq!(world.state(agent), SeatState::Ready, "a switch that tells nothing does not keep the seat");
    world.stop();
    world.check_end();
}

#[test]
fn rating_may_be_asked_for_on_outgoing_calls() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.ask(agent, dial(CITIZEN));
    let (citizen, _) = world.called();
    world.switch(Event::Answered { leg: citizen });
    let id = world.view(agent).calls[0].call;
    world.ask(agent, SeatCommand::Rate { call: id });
    assert_eq!(world.state(agent), SeatState::WrapUp);
    world.switch(Event::Digit { leg: citizen, digit: '5' });
    assert_eq!(world.record(id).rating, Some(5));
}

#[test]
fn foreign_charged_and_odd_numbers_are_forbidden() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    for number in ["0085212345678", "+85212345678", "16812345", "", "12", "1380000000123456"] {
        assert_eq!(world.try_ask(agent, dial(number)), Err("number_refused".to_owned()), "{number}");
    }
    world.ask(agent, dial("+8613800000001"));
    let mut narrow = limits(Dialling { allowed: vec!["0851".to_owned()], ..Dialling::default() });
    let agent = narrow.agent(1);
    assert_eq!(narrow.try_ask(agent, dial(CITIZEN)), Err("number_refused".to_owned()));
    narrow.ask(agent, dial("0851-8765432"));
}

#[test]
fn limits_by_seat_and_by_number_also_bind_consultations() {
    let mut world = limits(Dialling { per_seat_hour: 2, per_number_day: 3, ..Dialling::default() });
    let (first, second) = (world.agent(1), world.agent(2));
    for _ in 0..2 {
        world.ask(first, dial(CITIZEN));
        let id = world.view(first).calls[0].call;
        world.ask(first, SeatCommand::Hangup { call: id });
    }
    assert_eq!(world.try_ask(first, dial("13900000009")), Err("seat_limit".to_owned()));
    world.ask(second, SeatCommand::Busy { reason: "x".to_owned() });
    let id = world.conversation(1, first);
    let consult = |number: &str| SeatCommand::Consult { call: id, to: Target::Number(number.to_owned()) };
    assert_eq!(world.try_ask(first, consult("13900000009")), Err("seat_limit".to_owned()));
    world.pass(3600);
    world.ask(first, consult(CITIZEN));
    assert_eq!(world.try_ask(second, dial(CITIZEN)), Err("number_limit".to_owned()));
    world.ask(second, dial("13900000009"));
}

/// Every agent needs the water company on the day the main bursts.
#[test]
fn a_department_is_called_as_often_as_needed_and_by_its_name() {
    let name = "市供水集团".to_owned();
    let departments = BTreeMap::from([("01012345678".to_owned(), name.clone())]);
    let dialling = Dialling { per_number_day: 1, ..Dialling::default() };
    let mut world = World::new(Settings { dialling, departments, ..settings() });
    let agent = world.agent(1);
    for round in 1..=3 {
        let id = world.conversation(round, agent);
        let to = Target::Number("010-12345678".to_owned());
        world.ask(agent, SeatCommand::Consult { call: id, to });
        let (third, _) = world.called();
        world.switch(Event::Answered { leg: third });
        let parties = &world.view(agent).calls[0].parties;
        assert!(parties.iter().any(|party| party.name == name), "{parties:?}");
        world.ask(agent, SeatCommand::Conference { call: id });
        world.ask(agent, SeatCommand::Hangup { call: id });
        world.gone(round);
        world.ask(agent, SeatCommand::WrapUp { call: id, code: None, note: None, finish: true });
    }
    world.ask(agent, SeatCommand::Busy { reason: "x".to_owned() });
    world.ask(agent, dial(CITIZEN));
    let id = world.view(agent).calls[0].call;
    world.ask(agent, SeatCommand::Hangup { call: id });
    assert_eq!(world.try_ask(agent, dial(CITIZEN)), Err("number_limit".to_owned()), "citizens are left in peace");
    world.stop();
    world.check_end();
}

#[test]
fn who_hangs_up_while_it_rings_reached_nobody() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.ask(agent, dial(CITIZEN));
    let (citizen, _) = world.called();
    let id = world.view(agent).calls[0].call;
    world.ask(agent, SeatCommand::Hangup { call: id });
    assert!(!world.alive.contains(&citizen));
    assert_eq!((world.record(id).outcome, world.state(agent)), (Outcome::NotReached, SeatState::Ready));
    world.switch(Event::Answered { leg: citizen });
    assert_eq!(world.state(agent), SeatState::Ready, "a late answer changes nothing");
}
