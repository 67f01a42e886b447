//! What agent, citizen and third parties do with one another.

use crate::support::{CITIZEN, World, leg, settings, user};
use kernel::{OrderId, Uuid};
use voice::floor::{Input, Output, seat_leg};
use voice::journal::{DutyKind, Outcome, RecordingStatus};
use voice::protocol::{
    PartyKind, RecordingState, SeatCallState, SeatCommand, SeatFrame, SeatState, Supervision, Target,
};
use voice::settings::Settings;
use voice::switch::{Cause, Command, Event};

fn number(text: &str) -> Target {
    Target::Number(text.to_owned())
}

#[test]
fn hold_is_music_without_any_renegotiation_and_is_counted() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::Hold { call: id });
    assert!(world.hears_music(leg(1)));
    assert!(world.edges[&id].is_empty());
    world.pass(12);
    world.ask(agent, SeatCommand::Resume { call: id });
    assert!(world.both_hear(id, leg(1), seat_leg(agent)) && !world.hears_music(leg(1)));
    world.ask(agent, SeatCommand::Mute { on: true });
    assert!(world.hears(id, seat_leg(agent), leg(1)) && !world.hears(id, leg(1), seat_leg(agent)));
    world.ask(agent, SeatCommand::Mute { on: false });
    world.gone(1);
    assert_eq!(world.record(id).hold_ms, 12_000);
}

#[test]
fn consult_a_number_then_three_way_then_drop() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::Consult { call: id, to: number("010-12345678") });
    let (third, to) = world.called();
    assert_eq!(to, "Number(\"01012345678\")");
    assert!(world.hears_music(leg(1)) && world.playing.contains_key(&seat_leg(agent)), "music there, ring-back here");
    assert_eq!(world.view(agent).calls[0].state, SeatCallState::Consulting);
    assert_eq!(world.try_ask(agent, SeatCommand::Transfer { call: id, to: None }), Err("third_ringing".to_owned()));
    world.switch(Event::Answered { leg: third });
    assert!(world.both_hear(id, seat_leg(agent), third) && !world.hears(id, leg(1), third));
    world.ask(agent, SeatCommand::Conference { call: id });
    for (a, b) in [(leg(1), third), (leg(1), seat_leg(agent)), (seat_leg(agent), third)] {
        assert!(world.both_hear(id, a, b));
    }
    assert_eq!(world.right_side().len(), 2, "the department is on the agents' side of the recording");
    let parties = &world.view(agent).calls[0].parties;
    let department = parties.iter().find(|party| party.kind == PartyKind::Department).unwrap().leg;
    world.ask(agent, SeatCommand::Drop { call: id, leg: department });
    assert_eq!(world.view(agent).calls[0].state, SeatCallState::Talking);
    assert_eq!(world.right_side(), [seat_leg(agent)]);
    world.stop();
    world.check_end();
}

#[test]
fn a_consultation_that_fails_leaves_the_citizen_on_hold_until_taken_back() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::Consult { call: id, to: number("13900000009") });
    let (third, _) = world.called();
    world.switch(Event::Ended { leg: third, cause: Cause::Busy, code: Some(486) });
    assert_eq!(world.view(agent).calls[0].state, SeatCallState::Held);
    assert!(!world.playing.contains_key(&seat_leg(agent)), "no ring-back any more");
    world.ask(agent, SeatCommand::Resume { call: id });
    world.ask(agent, SeatCommand::Consult { call: id, to: number("13900000009") });
    world.ask(agent, SeatCommand::ConsultEnd { call: id });
    assert!(world.both_hear(id, leg(1), seat_leg(agent)));
}

#[test]
fn attended_transfer_to_an_agent_moves_the_citizen() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    let expert = world.agent(2);
    world.ask(agent, SeatCommand::Consult { call: id, to: Target::Agent(expert) });
    assert_eq!(world.state(expert), SeatState::Ringing);
    world.ask(expert, SeatCommand::Answer { call: id });
    assert!(world.both_hear(id, seat_leg(agent), seat_leg(expert)));
    world.pass(10);
    world.ask(agent, SeatCommand::Transfer { call: id, to: None });
    assert!(world.both_hear(id, leg(1), seat_leg(expert)));
    assert_eq!((world.state(agent), world.state(expert)), (SeatState::WrapUp, SeatState::Talking));
    assert_eq!(world.right_side(), [seat_leg(expert)]);
    world.pass(5);
    world.ask(expert, SeatCommand::Hangup { call: id });
    let record = world.record(id);
    assert_eq!((record.agent, record.last_agent, record.transfers), (Some(agent), Some(expert), 1));
    assert!(record.rating_asked);
    world.stop();
    world.check_end();
}

#[test]
fn blind_transfer_that_nobody_takes_comes_back_to_the_front() {
    let mut world = World::new(settings());
    let (agent, expert) = (world.agent(1), world.agent(2));
    world.ask(expert, SeatCommand::Busy { reason: "meeting".to_owned() });
    let id = world.conversation(1, agent);
    let to = Some(Target::Agent(expert));
    assert_eq!(
        world.try_ask(agent, SeatCommand::Transfer { call: id, to: to.clone() }),
        Err("agent_not_ready".to_owned())
    );
    world.ask(expert, SeatCommand::Ready);
    let waiting = world.call_in(2);
    world.ask(expert, SeatCommand::Reject { call: waiting });
    world.ask(expert, SeatCommand::Ready);
    world.ask(expert, SeatCommand::Answer { call: waiting });
    let later = world.call_in(3);
    assert_eq!(world.try_ask(agent, SeatCommand::Transfer { call: id, to }), Err("agent_not_ready".to_owned()));
    world.ask(agent, SeatCommand::Transfer { call: id, to: Some(number("13900000009")) });
    assert_eq!(world.state(agent), SeatState::WrapUp);
    let (third, _) = world.called();
    assert_eq!(world.hears_prompts(1), ["transfer.wait"]);
    world.switch(Event::Ended { leg: third, cause: Cause::NoAnswer, code: Some(480) });
    assert_eq!(world.hears_prompts(1), ["transfer.failed", "queue.wait"]);
    world.ask(agent, SeatCommand::Ready);
    assert_eq!(world.view(agent).calls[0].call, id, "before the one who waited all the time");
    world.ask(agent, SeatCommand::Answer { call: id });
    assert_eq!(world.record(id).outcome, Outcome::Answered);
    assert_eq!(world.record(later).outcome, Outcome::Open);
    world.stop();
    world.check_end();
}

#[test]
fn a_department_that_takes_a_blind_transfer_goes_on_alone() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::Transfer { call: id, to: Some(number("13900000009")) });
    let (third, _) = world.called();
    world.switch(Event::Answered { leg: third });
    assert!(world.both_hear(id, leg(1), third));
    assert_eq!(world.right_side(), [third], "still recorded");
    world.switch(Event::Ended { leg: third, cause: Cause::Remote, code: None });
    assert_eq!(world.hears_prompts(1)[0], "rating.ask");
    world.stop();
    world.check_end();
}

#[test]
fn transfer_to_a_skill_keeps_the_original_time() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    let queued = world.record(id).queued_at;
    world.arrive(world.person(2, &[("business", 1)]));
    world.ask(user(2), SeatCommand::SignIn { skills: None });
    let nowhere = Some(Target::Skill("nowhere".to_owned()));
    assert_eq!(world.try_ask(agent, SeatCommand::Transfer { call: id, to: nowhere }), Err("no_skill".to_owned()));
    world.ask(agent, SeatCommand::Transfer { call: id, to: Some(Target::Skill("business".to_owned())) });
    world.ask(user(2), SeatCommand::Answer { call: id });
    let record = world.record(id);
    assert_eq!(
        (record.skill.as_deref(), record.queued_at, record.last_agent),
        (Some("business"), queued, Some(user(2)))
    );
    assert_eq!(world.recording.len(), 1, "a second recording for the second conversation");
    assert_eq!(world.journal.recordings.len(), 2);
}

#[test]
fn one_key_joins_the_police_while_agent_and_citizen_go_on() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    assert_eq!(
        world.try_ask(agent, SeatCommand::Joint { call: id, service: "911".to_owned() }),
        Err("no_service".to_owned())
    );
    world.ask(agent, SeatCommand::Joint { call: id, service: "110".to_owned() });
    let (police, to) = world.called();
    assert_eq!(to, "Number(\"110\")");
    assert!(world.both_hear(id, leg(1), seat_leg(agent)), "nobody is put on hold in an emergency");
    world.switch(Event::Answered { leg: police });
    assert!(world.both_hear(id, leg(1), police) && world.both_hear(id, seat_leg(agent), police));
    world.gone(1);
    assert_eq!(world.record(id).joint.as_deref(), Some("110"));
    assert!(world.events(id).contains(&"joint"));
    world.stop();
    world.check_end();
}

#[test]
fn rating_by_keys_once_after_the_agent_hangs_up() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::Hangup { call: id });
    assert_eq!(world.state(agent), SeatState::WrapUp, "the agent is free of the call");
    assert!(world.recording.is_empty(), "what is keyed is not recorded");
    assert_eq!(world.hears_prompts(1), ["rating.ask"]);
    world.digit(1, '9');
    assert_eq!(world.hears_prompts(1)[0], "rating.invalid");
    world.digit(1, '4');
    assert_eq!(world.hears_prompts(1), ["rating.thanks"]);
    world.digit(1, '5');
    world.played(leg(1));
    let record = world.record(id);
    assert_eq!((record.rating, record.rating_asked), (Some(4), true), "the first valid key counts");
    assert_eq!(record.ended_by.as_deref(), Some("agent"));
    world.stop();
    world.check_end();
}

#[test]
fn without_a_key_the_call_ends_by_itself() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::Rate { call: id });
    world.played(leg(1));
    world.pass(8);
    assert_eq!(world.hears_prompts(1), ["goodbye"]);
    world.played(leg(1));
    let record = world.record(id);
    assert_eq!((record.rating, record.ended_at.is_some(), record.cause), (None, true, Some(Cause::Local)));
    let mut quiet = World::new(Settings { rating: false, ..settings() });
    let agent = quiet.agent(1);
    let id = quiet.conversation(1, agent);
    assert_eq!(quiet.try_ask(agent, SeatCommand::Rate { call: id }), Err("no_rating".to_owned()));
    quiet.ask(agent, SeatCommand::Hangup { call: id });
    assert!(quiet.record(id).ended_at.is_some());
}

#[test]
fn wrap_up_has_a_time_limit_and_binds_code_note_and_order() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.gone(1);
    let until = world.view(agent).until.unwrap();
    assert_eq!(until.millis_since(world.now), 60_000);
    let code = Some("solved".to_owned());
    world.ask(agent, SeatCommand::WrapUp { call: id, code, note: None, finish: false });
    let order = OrderId(Uuid::from_bytes([7; 16]));
    world.ask(agent, SeatCommand::Bind { call: id, order });
    world.pass(60);
    assert_eq!(world.state(agent), SeatState::Ready);
    let record = world.record(id);
    assert_eq!((record.wrap_up.as_deref(), record.order), (Some("solved"), Some(order)));
    let again = SeatCommand::WrapUp { call: id, code: None, note: None, finish: true };
    assert_eq!(world.try_ask(agent, again), Err("no_call".to_owned()));
    let second = world.conversation(2, agent);
    world.handle(Input::Bound { call: second, order });
    world.ask(agent, SeatCommand::Busy { reason: "lunch".to_owned() });
    world.gone(2);
    let note = Some("说明".to_owned());
    world.ask(agent, SeatCommand::WrapUp { call: second, code: None, note, finish: true });
    assert_eq!((world.state(agent), world.view(agent).reason.as_deref()), (SeatState::Busy, Some("lunch")));
    assert_eq!((world.record(second).order, world.record(second).note.as_deref()), (Some(order), Some("说明")));
}

#[test]
fn sensitive_words_are_left_out_of_the_recording() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::RecordPause { call: id, on: true });
    assert_eq!(world.view(agent).calls[0].recording, RecordingState::Paused);
    world.pass(9);
    world.ask(agent, SeatCommand::RecordPause { call: id, on: false });
    world.pass(1);
    world.ask(agent, SeatCommand::RecordPause { call: id, on: true });
    world.gone(1);
    world.close_recordings();
    let recording = world.journal.recordings.values().next().unwrap();
    let lengths: Vec<i64> = recording.pauses.iter().map(|(from, to)| to.unwrap().millis_since(*from)).collect();
    assert_eq!((lengths, recording.status), (vec![9_000, 0], RecordingStatus::Closed));
    assert_eq!(recording.file, format!("2026/11/24/{}.wav", recording.id));
}

#[test]
fn a_full_disk_does_not_end_the_call() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    let recording = *world.recording.keys().next().unwrap();
    world.switch(Event::NotRecorded { recording, reason: "磁盘已满".to_owned() });
    assert_eq!(world.view(agent).calls[0].recording, RecordingState::Failed);
    assert!(world.both_hear(id, leg(1), seat_leg(agent)));
    let pause = SeatCommand::RecordPause { call: id, on: true };
    assert_eq!(world.try_ask(agent, pause), Err("not_recording".to_owned()));
    world.stop();
    world.check_end();
}

#[test]
fn a_switch_that_never_closes_a_recording_is_noted() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.conversation(1, agent);
    world.gone(1);
    world.pass(61);
    let recording = world.journal.recordings.values().next().unwrap();
    assert_eq!(recording.status, RecordingStatus::Failed);
}

#[test]
fn listening_whispering_and_barging_in() {
    let mut world = World::new(settings());
    let (agent, boss) = (world.agent(1), world.supervisor());
    let listen = SeatCommand::Supervise { user: agent, mode: Supervision::Listen };
    assert_eq!(world.try_ask(agent, listen.clone()), Err("forbidden".to_owned()));
    assert_eq!(world.try_ask(boss, listen.clone()), Err("not_talking".to_owned()));
    let id = world.conversation(1, agent);
    let (a, c, b) = (seat_leg(agent), leg(1), seat_leg(boss));
    world.ask(boss, listen);
    assert!(world.hears(id, b, a) && world.hears(id, b, c) && !world.hears(id, a, b) && !world.hears(id, c, b));
    assert_eq!(world.view(agent).calls[0].parties.len(), 2, "who listens is not shown");
    world.ask(boss, SeatCommand::Supervise { user: agent, mode: Supervision::Whisper });
    assert!(world.hears(id, a, b) && !world.hears(id, c, b));
    assert_eq!(world.right_side(), [a], "a whisper is not recorded");
    world.ask(boss, SeatCommand::Supervise { user: agent, mode: Supervision::Barge });
    assert!(world.both_hear(id, b, c) && world.both_hear(id, b, a));
    assert_eq!(world.right_side(), [a, b]);
    assert_eq!(world.view(agent).calls[0].parties.len(), 3);
    world.ask(boss, SeatCommand::SuperviseEnd);
    assert_eq!((world.state(boss), world.right_side()), (SeatState::SignedOut, vec![a]));
    world.ask(boss, SeatCommand::Supervise { user: agent, mode: Supervision::Listen });
    world.ask(agent, SeatCommand::Hold { call: id });
    assert!(world.hears(id, b, a) && !world.hears(id, b, c), "hears what the agent hears");
    world.gone(1);
    assert_eq!(world.state(boss), SeatState::SignedOut, "ends with the conversation");
    world.stop();
    world.check_end();
}

#[test]
fn digits_reach_the_network_only() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::Digits { call: id, digits: "12#".to_owned() });
    assert!(world.out.contains(&Output::Switch(Command::Digits { leg: leg(1), digits: "12#".to_owned() })));
    let bad = SeatCommand::Digits { call: id, digits: "x".to_owned() };
    assert_eq!(world.try_ask(agent, bad), Err("bad_digits".to_owned()));
}

#[test]
fn a_citizen_lost_in_mid_transfer_is_called_back() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.ask(agent, SeatCommand::Transfer { call: id, to: Some(number("13900000009")) });
    world.pass(10);
    world.gone(1);
    assert_eq!(world.record(id).outcome, Outcome::Answered, "it was answered once");
    let duty = &world.journal.duties[0];
    assert_eq!((duty.kind, duty.number.as_str()), (DutyKind::Missed, CITIZEN));
    world.stop();
    world.check_end();
}

#[test]
fn the_longest_call_is_ended() {
    let mut world = World::new(Settings { max_call_s: 600, ..settings() });
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.pass(600);
    assert_eq!(world.record(id).cause, Some(Cause::TooLong));
    assert!(world.journal.duties.is_empty(), "they spoke");
    assert!(!world.said.iter().any(|(_, frame)| matches!(frame, SeatFrame::Replaced)));
}
