//! From the first ring until an agent answers, or nobody does.

use std::collections::BTreeMap;

use crate::support::{CITIZEN, World, leg, settings, user};
use kernel::LegId;
use serde_json::json;
use voice::floor::{Caller, Input, Output, seat_leg};
use voice::journal::{DutyKind, Outcome};
use voice::protocol::{SeatCommand, SeatState, Target};
use voice::settings::{Menu, QueueSettings, Settings};
use voice::switch::{Cause, Command, Event, Rejection, Source};

fn rejected(world: &World) -> Option<Rejection> {
    world.out.iter().find_map(|output| match output {
        Output::Switch(Command::Reject { why, .. }) => Some(*why),
        _ => None,
    })
}

fn queue(change: impl FnOnce(&mut QueueSettings)) -> Settings {
    let mut settings = settings();
    change(settings.queues.get_mut("general").expect("there is one"));
    settings
}

#[test]
fn a_call_is_looked_up_greeted_queued_and_answered() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.ring_in(1, "+86 138 0000 0001");
    assert!(world.out.contains(&Output::WhoIs { call: id, number: CITIZEN.to_owned(), incoming: true }));
    world.handle(Input::Known { call: id, caller: Caller { card: json!({"orders": 2}), ..Caller::default() } });
    assert!(world.out.contains(&Output::Switch(Command::Answer { leg: leg(1) })));
    world.switch(Event::Answered { leg: leg(1) });
    assert_eq!(world.hears_prompts(1), ["greeting"]);
    world.played(leg(1));
    assert_eq!(world.state(agent), SeatState::Ringing, "the free seat rings at once");
    assert_eq!(world.view(agent).calls[0].card, Some(json!({"orders": 2})));
    world.pass(3);
    world.ask(agent, SeatCommand::Answer { call: id });
    assert!(world.both_hear(id, leg(1), seat_leg(agent)));
    assert_eq!(world.right_side(), [seat_leg(agent)]);
    assert!(world.playing.is_empty(), "the prompt is cut");
    world.pass(60);
    world.gone(1);
    assert_eq!(world.state(agent), SeatState::WrapUp);
    let record = world.record(id);
    assert_eq!(
        (record.outcome, record.agent, record.ended_by.as_deref()),
        (Outcome::Answered, Some(agent), Some("citizen"))
    );
    assert_eq!(record.talk_ended_at.unwrap().millis_since(record.answered_at.unwrap()), 60_000);
    assert_eq!(world.events(id), ["incoming", "greeting", "queued", "offered", "answered", "left", "left", "ended"]);
    world.stop();
    world.check_end();
}

#[test]
fn the_caller_is_told_the_agents_number_once() {
    let mut world = World::new(Settings { say_number: true, ..settings() });
    let (agent, other) = (world.agent(1), world.agent(2));
    world.ask(other, SeatCommand::Busy { reason: "rest".to_owned() });
    let id = world.conversation(1, agent);
    assert_eq!(world.hears_prompts(1), ["digit.8", "digit.0", "digit.1", "agent.number"]);
    assert!(world.both_hear(id, leg(1), seat_leg(agent)), "the agent hears the caller meanwhile");
    world.ask(agent, SeatCommand::Hold { call: id });
    assert!(world.hears_music(leg(1)));
    world.ask(agent, SeatCommand::Resume { call: id });
    assert!(world.playing.is_empty(), "what was cut off is not begun again");
    world.ask(other, SeatCommand::Ready);
    world.ask(agent, SeatCommand::Transfer { call: id, to: Some(Target::Agent(other)) });
    world.ask(other, SeatCommand::Answer { call: id });
    assert!(world.playing.is_empty(), "nor for whoever takes over");
    world.gone(1);
    world.ask(agent, SeatCommand::Busy { reason: "rest".to_owned() });
    world.ask(other, SeatCommand::WrapUp { call: id, code: None, note: None, finish: true });
    let second = world.conversation(2, other);
    world.played(leg(2));
    assert!(world.playing.is_empty() && world.both_hear(second, leg(2), seat_leg(other)));
    world.stop();
    world.check_end();
}

#[test]
fn a_slow_look_up_does_not_keep_the_caller() {
    let mut world = World::new(settings());
    let id = world.ring_in(1, CITIZEN);
    world.pass(1);
    assert!(!world.out.contains(&Output::Switch(Command::Answer { leg: leg(1) })));
    world.pass(1);
    assert!(world.out.contains(&Output::Switch(Command::Answer { leg: leg(1) })));
    world.handle(Input::Known { call: id, caller: Caller { blocked: true, ..Caller::default() } });
    assert!(world.out.contains(&Output::Switch(Command::Hangup { leg: leg(1) })), "the late word still counts");
    assert_eq!(world.record(id).outcome, Outcome::Blocked);
}

#[test]
fn who_is_on_the_black_list_is_refused_before_the_answer() {
    let mut world = World::new(settings());
    let id = world.ring_in(1, CITIZEN);
    world.handle(Input::Known { call: id, caller: Caller { blocked: true, ..Caller::default() } });
    assert_eq!(rejected(&world), Some(Rejection::Forbidden));
    world.switch(Event::Ended { leg: leg(1), cause: Cause::Refused, code: Some(403) });
    world.stop();
    world.check_end();
    assert_eq!((world.record(id).outcome, world.journal.duties.len()), (Outcome::Blocked, 0));
}

#[test]
fn overload_is_refused_with_retry_after_and_recorded() {
    let mut world = World::new(Settings { max_calls: 2, max_calls_per_s: 10, ..settings() });
    let calls: Vec<_> = (1..=3).map(|n| world.ring_in(n, CITIZEN)).collect();
    assert_eq!(rejected(&world), Some(Rejection::Overloaded { retry_after_s: 5 }));
    assert_eq!(world.record(calls[2]).outcome, Outcome::Overflowed);
    let mut world = World::new(Settings { max_calls: 100, max_calls_per_s: 2, ..settings() });
    for n in 1..=3 {
        world.ring_in(n, CITIZEN);
    }
    assert!(rejected(&world).is_some(), "too many in one second");
    world.pass(2);
    world.ring_in(4, CITIZEN);
    assert_eq!(rejected(&world), None, "a second later there is room");
}

#[test]
fn who_hangs_up_in_the_greeting_asked_for_nobody() {
    let mut world = World::new(settings());
    let id = world.ring_in(1, CITIZEN);
    world.handle(Input::Known { call: id, caller: Caller::default() });
    world.switch(Event::Answered { leg: leg(1) });
    world.gone(1);
    assert_eq!((world.record(id).outcome, world.record(id).queued_at), (Outcome::MenuOnly, None));
    assert!(world.journal.duties.is_empty());
}

#[test]
fn longest_idle_of_the_best_level_is_first() {
    let mut world = World::new(settings());
    for (n, level) in [(1, 2), (2, 1), (3, 1)] {
        world.arrive(world.person(n, &[("general", level)]));
        world.ask(user(n), SeatCommand::SignIn { skills: None });
        world.pass(10);
    }
    let ringing = |world: &World| (1..=3).filter(|n| world.state(user(*n)) == SeatState::Ringing).collect::<Vec<_>>();
    world.call_in(1);
    assert_eq!(ringing(&world), [2], "level one, idle longest");
    world.call_in(2);
    assert_eq!(ringing(&world), [2, 3]);
    world.call_in(3);
    assert_eq!(ringing(&world), [1, 2, 3], "the second level when the first is taken");
}

#[test]
fn nobody_answers_so_the_seat_is_busy_and_the_caller_keeps_the_place() {
    let mut world = World::new(settings());
    let (slow, id) = (world.agent(1), world.call_in(1));
    let queued = world.record(id).queued_at;
    let later = world.call_in(2);
    world.pass(16);
    assert_eq!((world.state(slow), world.view(slow).reason.as_deref()), (SeatState::Busy, Some("no_answer")));
    let helper = world.agent(2);
    assert_eq!(world.view(helper).calls[0].call, id, "the first caller is still first");
    world.ask(helper, SeatCommand::Answer { call: id });
    assert_eq!(world.record(id).queued_at, queued);
    assert!(world.events(id).contains(&"no_answer"));
    world.ask(slow, SeatCommand::Ready);
    assert_eq!(world.view(slow).calls[0].call, later);
    world.ask(slow, SeatCommand::Reject { call: later });
    assert_eq!((world.state(slow), world.view(slow).reason.as_deref()), (SeatState::Busy, Some("rejected")));
    world.stop();
    world.check_end();
}

#[test]
fn priority_and_time_decide_who_is_next() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.ask(agent, SeatCommand::Busy { reason: "rest".to_owned() });
    let first = world.call_in(1);
    world.pass(30);
    let important = world.ring_in(2, "13900000002");
    world.handle(Input::Known { call: important, caller: Caller { priority: 1, ..Caller::default() } });
    world.switch(Event::Answered { leg: leg(2) });
    world.played(leg(2));
    world.ask(agent, SeatCommand::Ready);
    assert_eq!(world.view(agent).calls[0].call, important, "one more of priority is worth a minute");
    world.ask(agent, SeatCommand::Reject { call: important });
    world.gone(2);
    world.pass(40);
    world.call_in(3);
    world.ask(agent, SeatCommand::Ready);
    assert_eq!(world.view(agent).calls[0].call, first);
}

#[test]
fn the_emergency_key_goes_before_everybody() {
    let mut world = World::new(Settings { emergency_key: Some('9'), ..settings() });
    let agent = world.agent(1);
    world.ask(agent, SeatCommand::Busy { reason: "rest".to_owned() });
    world.call_in(1);
    world.pass(20);
    let urgent = world.call_in(2);
    world.digit(2, '9');
    assert_eq!(world.hears_prompts(2), ["queue.emergency"]);
    world.ask(agent, SeatCommand::Ready);
    assert_eq!(world.view(agent).calls[0].call, urgent);
    let early = world.ring_in(3, CITIZEN);
    world.handle(Input::Known { call: early, caller: Caller::default() });
    world.switch(Event::Answered { leg: leg(3) });
    world.digit(3, '9');
    assert!(world.record(early).queued_at.is_some(), "also in the middle of the greeting");
}

#[test]
fn a_shallow_menu_leads_to_a_skill() {
    let menu = Menu {
        prompts: vec!["menu".to_owned()],
        keys: BTreeMap::from([('2', "business".to_owned())]),
        wait_s: 5,
        tries: 2,
    };
    let mut world = World::new(Settings { menu: Some(menu), announcements: vec!["news".to_owned()], ..settings() });
    world.arrive(world.person(1, &[("general", 1), ("business", 1)]));
    world.ask(user(1), SeatCommand::SignIn { skills: None });
    world.ask(user(1), SeatCommand::Busy { reason: "rest".to_owned() });
    let chosen = world.ring_in(1, CITIZEN);
    world.handle(Input::Known { call: chosen, caller: Caller::default() });
    world.switch(Event::Answered { leg: leg(1) });
    assert_eq!(world.hears_prompts(1), ["greeting", "news"]);
    world.played(leg(1));
    world.digit(1, '2');
    assert_eq!(world.record(chosen).skill.as_deref(), Some("business"));
    let silent = world.call_in(2);
    world.digit(2, '7');
    assert_eq!(world.hears_prompts(2)[0], "menu.invalid");
    world.played(leg(2));
    world.pass(5);
    assert_eq!(world.record(silent).skill.as_deref(), Some("general"), "who chooses nothing gets a person, too");
}

#[test]
fn other_skills_help_after_a_while() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.arrive(world.person(2, &[("business", 1)]));
    world.ask(user(2), SeatCommand::SignIn { skills: None });
    world.ask(user(2), SeatCommand::Busy { reason: "rest".to_owned() });
    let menu = Menu {
        prompts: vec!["menu".to_owned()],
        keys: BTreeMap::from([('2', "business".to_owned())]),
        wait_s: 5,
        tries: 2,
    };
    world.handle(Input::Settings(std::sync::Arc::new(Settings { menu: Some(menu), ..settings() })));
    let id = world.call_in(1);
    world.digit(1, '2');
    world.pass(59);
    assert_eq!(world.state(agent), SeatState::Ready);
    world.pass(1);
    assert_eq!(world.view(agent).calls[0].call, id, "the overflow skill takes it");
}

#[test]
fn waiting_callers_hear_position_and_expected_wait() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.ask(agent, SeatCommand::Busy { reason: "rest".to_owned() });
    for n in 1..=3 {
        world.call_in(n);
        assert_eq!(world.hears_prompts(n), ["queue.wait"]);
        world.played(leg(n));
        assert!(world.hears_music(leg(n)));
    }
    world.pass(20);
    assert_eq!(world.hears_prompts(1), ["queue.next"]);
    let third = world.hears_prompts(3);
    assert_eq!(third[..3], ["queue.before", "digit.2", "queue.after"]);
    assert_eq!(third[3..], ["queue.minutes_before", "digit.6", "queue.minutes_after"], "two calls of three minutes");
    world.played(leg(3));
    assert!(world.hears_music(leg(3)), "music again after the announcement");
}

#[test]
fn who_waits_long_may_leave_a_message() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.ask(agent, SeatCommand::Busy { reason: "rest".to_owned() });
    let id = world.call_in(1);
    world.digit(1, '1');
    assert_eq!(world.record(id).outcome, Outcome::Open, "keys are open only once they were offered");
    world.pass(60);
    assert_eq!(world.hears_prompts(1), ["offer.message", "offer.callback", "offer.wait"]);
    world.digit(1, '1');
    assert_eq!(world.hears_prompts(1), ["message.begin", "Tone { hz: 1000, ms: 400 }"]);
    world.played(leg(1));
    assert_eq!(world.recording.len(), 1);
    world.pass(20);
    world.digit(1, '#');
    assert_eq!(world.hears_prompts(1), ["message.saved"]);
    assert!(world.recording.is_empty());
    world.played(leg(1));
    assert_eq!(world.record(id).outcome, Outcome::Message);
    let duty = &world.journal.duties[0];
    assert_eq!((duty.kind, duty.recording.is_some(), duty.number.as_str()), (DutyKind::Message, true, CITIZEN));
    world.stop();
    world.check_end();
}

#[test]
fn a_message_is_as_long_as_allowed_and_survives_a_hang_up() {
    let mut world = World::new(settings());
    let ids: Vec<_> = (1..=2).map(|n| world.call_in(n)).collect();
    assert_eq!(world.hears_prompts(1), ["queue.nobody", "offer.message", "offer.callback"], "nobody works");
    for n in 1..=2 {
        world.digit(n, '1');
        world.played(leg(n));
    }
    world.pass(10);
    world.gone(2);
    world.pass(110);
    assert_eq!(world.hears_prompts(1), ["message.saved"], "two minutes are over");
    world.stop();
    world.check_end();
    assert!(ids.iter().all(|id| world.record(*id).outcome == Outcome::Message));
}

#[test]
fn a_booked_callback_keeps_the_number_and_becomes_a_duty() {
    let mut world = World::new(queue(|queue| queue.full_at = 1));
    let agent = world.agent(1);
    world.ask(agent, SeatCommand::Busy { reason: "rest".to_owned() });
    world.call_in(1);
    let id = world.call_in(2);
    assert_eq!(world.hears_prompts(2)[0], "queue.full");
    world.played(leg(2));
    world.digit(2, '2');
    world.played(leg(2));
    assert_eq!(world.record(id).outcome, Outcome::CallbackBooked);
    assert_eq!(world.journal.duties[0].kind, DutyKind::Booked);
    let anonymous = world.ring_in(3, "anonymous");
    world.handle(Input::Known { call: anonymous, caller: Caller::default() });
    world.switch(Event::Answered { leg: leg(3) });
    world.played(leg(3));
    assert_eq!(world.hears_prompts(3), ["queue.full", "offer.message"], "a withheld number cannot be called back");
}

/// The list of callbacks is worked off by what is due first.
#[test]
fn who_books_after_waiting_keeps_the_place() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.ask(agent, SeatCommand::Busy { reason: "rest".to_owned() });
    let first = world.call_in(1);
    world.pass(70);
    let second = world.call_in(2);
    world.pass(70);
    for n in [2, 1] {
        world.digit(n, '2');
        world.pass(1);
    }
    let due = |id| world.journal.duties.iter().find(|duty| duty.call == id).map(|duty| duty.due_at).unwrap();
    assert!(due(first) < due(second), "who came first is called first");
    assert_eq!(due(first).millis_since(world.record(first).queued_at.unwrap()), 30 * 60_000);
}

#[test]
fn who_chooses_nothing_is_called_back() {
    let mut world = World::new(settings());
    let id = world.call_in(1);
    world.played(leg(1));
    world.pass(10);
    assert_eq!(world.hears_prompts(1), ["callback.later"]);
    world.played(leg(1));
    assert_eq!((world.record(id).outcome, world.journal.duties[0].kind), (Outcome::Overflowed, DutyKind::Missed));
    let mut bare = World::new(Settings { message_s: 0, offer_callback: false, ..settings() });
    bare.call_in(1);
    assert_eq!(bare.hears_prompts(1), ["callback.later"], "nothing to offer: told at once");
}

#[test]
fn missed_calls_become_duties_and_short_ones_do_not() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let supervisor = world.supervisor();
    world.ask(agent, SeatCommand::Busy { reason: "rest".to_owned() });
    let (short, long) = (world.call_in(1), world.call_in(2));
    world.pass(4);
    world.gone(1);
    world.pass(3);
    world.gone(2);
    assert_eq!((world.record(short).outcome, world.record(long).outcome), (Outcome::Abandoned, Outcome::Abandoned));
    assert_eq!(world.journal.duties.len(), 1);
    let duty = &world.journal.duties[0];
    assert_eq!((duty.call, duty.due_at.millis_since(world.now)), (long, 30 * 60_000));
    world.ask(supervisor, SeatCommand::Watch { on: true });
    let today = world.floor_view.as_ref().unwrap().today;
    assert_eq!((today.offered, today.abandoned, today.short_abandoned, today.missed_open), (2, 1, 1, 1));
}

#[test]
fn a_caller_who_gives_up_frees_the_ringing_seat() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.call_in(1);
    world.pass(6);
    world.gone(1);
    assert_eq!(world.state(agent), SeatState::Ready);
    assert_eq!(world.try_ask(agent, SeatCommand::Answer { call: id }), Err("not_ringing".to_owned()));
    assert_eq!(world.record(id).outcome, Outcome::Abandoned);
}

#[test]
fn figures_of_the_day_have_both_fifteen_second_denominators() {
    let mut world = World::new(settings());
    let (agent, supervisor) = (world.agent(1), world.supervisor());
    let fast = world.conversation(1, agent);
    world.pass(30);
    let slow = world.call_in(2);
    world.gone(1);
    world.pass(20);
    world.ask(agent, SeatCommand::Ready);
    world.ask(agent, SeatCommand::Answer { call: slow });
    world.pass(10);
    world.gone(2);
    world.ask(supervisor, SeatCommand::Watch { on: true });
    let today = world.floor_view.as_ref().unwrap().today;
    assert_eq!((today.offered, today.answered, today.answered_in_15), (2, 2, 1));
    assert_eq!((today.wait_ms, today.talk_ms), (20_000, 40_000));
    assert_eq!(world.record(fast).outcome, Outcome::Answered);
    let midnight = 14 * 3600;
    world.pass(midnight);
    let tomorrow = world.floor_view.as_ref().unwrap().today;
    assert_eq!((tomorrow.offered, tomorrow.talk_ms), (0, 0), "a new day counts anew");
}

#[test]
fn the_floor_view_comes_twice_a_second_at_most() {
    let mut world = World::new(settings());
    let supervisor = world.supervisor();
    world.ask(supervisor, SeatCommand::Watch { on: true });
    let before = world.floor_views;
    for n in 1..=20 {
        world.call_in(n);
    }
    assert_eq!(world.floor_views, before, "twenty calls within one moment are one view");
    world.pass(1);
    assert!((1..=2).contains(&(world.floor_views - before)));
    assert_eq!(world.floor_view.as_ref().unwrap().in_menu, 20);
}

#[test]
fn the_same_line_told_twice_is_one_call() {
    let mut world = World::new(settings());
    world.ring_in(1, CITIZEN);
    let source = Source::Trunk("carrier".to_owned());
    world.switch(Event::Incoming { leg: leg(1), source, from: CITIZEN.to_owned(), to: "12345".to_owned() });
    assert_eq!(world.journal.calls.len(), 1);
    world.switch(Event::Ended { leg: LegId(kernel::Uuid::nil()), cause: Cause::Remote, code: None });
}
