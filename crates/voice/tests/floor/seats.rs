//! Signing in, states, tabs, lost lines, supervisors' orders.

use crate::support::{World, leg, settings, user};
use voice::floor::{Input, Output, seat_leg};
use voice::journal::Outcome;
use voice::protocol::{ForceTo, SeatCommand, SeatFrame, SeatState, Supervision};
use voice::settings::Settings;
use voice::switch::{Cause, Command, Event, Source};

fn reason(world: &World, agent: kernel::UserId) -> Option<&str> {
    world.view(agent).reason.as_deref()
}

#[test]
fn working_time_is_written_without_gaps_and_overlaps() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.pass(10);
    let id = world.conversation(1, agent);
    world.pass(20);
    world.gone(1);
    world.pass(5);
    world.ask(agent, SeatCommand::Busy { reason: "lunch".to_owned() });
    world.pass(30);
    world.ask(agent, SeatCommand::SignOut);
    let spans: Vec<(SeatState, i64)> = world
        .journal
        .spans
        .values()
        .map(|span| (span.state, span.to.unwrap().millis_since(span.from) / 1000))
        .collect();
    use SeatState::{Busy, Ready, Talking, WrapUp};
    assert_eq!(spans, [(Ready, 10), (Talking, 20), (WrapUp, 5), (Busy, 30)], "ringing took no time");
    assert!(world.record(id).ended_at.is_some());
}

#[test]
fn another_tab_takes_the_softphone() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let mut other = world.person(1, &[("general", 1)]);
    other.tab = "second".to_owned();
    world.handle(Input::Arrived(other));
    let refused = world.page_at(agent, "second", SeatCommand::Ready);
    assert!(matches!(refused, Some(SeatFrame::Refused { code, .. }) if code == "not_owner"));
    world.page_at(agent, "second", SeatCommand::Hello { tab: "second".to_owned() });
    let replaced = Output::Tell { user: agent, tab: "tab1".to_owned(), frame: SeatFrame::Replaced };
    assert!(world.out.contains(&replaced));
    assert_eq!((world.state(agent), reason(&world, agent)), (SeatState::Busy, Some("media_lost")));
    world.switch(Event::WebUp { leg: seat_leg(agent) });
    assert_eq!(world.state(agent), SeatState::Ready, "ready as before once the new page has media");
    world.handle(Input::Left { user: agent, tab: "tab1".to_owned() });
    assert_eq!(world.state(agent), SeatState::Ready, "the old tab's end concerns nobody");
}

#[test]
fn a_reload_does_not_drop_the_citizen() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.handle(Input::Left { user: agent, tab: "tab1".to_owned() });
    assert!(world.both_hear(id, leg(1), seat_leg(agent)), "as long as media flow nobody is disturbed");
    world.switch(Event::WebDown { leg: seat_leg(agent) });
    assert!(world.hears_music(leg(1)));
    world.pass(10);
    world.arrive(world.person(1, &[("general", 1)]));
    assert!(world.both_hear(id, leg(1), seat_leg(agent)), "back within the time");
    assert_eq!(world.view(agent).calls[0].call, id);
    world.pass(60);
    assert_eq!(world.state(agent), SeatState::Talking);
    assert_eq!(world.record(id).hold_ms, 10_000);
}

#[test]
fn an_agent_who_does_not_come_back_loses_the_call_to_the_queue() {
    let mut world = World::new(settings());
    let (agent, other) = (world.agent(1), world.agent(2));
    let id = world.conversation(1, agent);
    world.ask(other, SeatCommand::Busy { reason: "rest".to_owned() });
    let waiting = world.call_in(2);
    world.handle(Input::Left { user: agent, tab: "tab1".to_owned() });
    world.switch(Event::WebDown { leg: seat_leg(agent) });
    world.pass(30);
    assert_eq!(world.hears_prompts(1), ["agent.lost", "queue.wait"]);
    let span_open = world.journal.spans.values().any(|span| span.user == agent && span.to.is_none());
    assert!(!span_open, "signed out");
    world.ask(other, SeatCommand::Ready);
    assert_eq!(world.view(other).calls[0].call, id, "at the front");
    world.ask(other, SeatCommand::Answer { call: id });
    assert_eq!(world.record(waiting).outcome, Outcome::Open);
    assert_eq!(world.record(id).agent, Some(agent));
    assert_eq!(world.record(id).last_agent, Some(other));
    world.stop();
    world.check_end();
}

#[test]
fn a_page_that_is_away_while_both_speak_cuts_nobody_off() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.handle(Input::Left { user: agent, tab: "tab1".to_owned() });
    world.pass(200);
    assert!(world.both_hear(id, leg(1), seat_leg(agent)));
    world.gone(1);
    world.pass(31);
    assert_eq!(world.record(id).outcome, Outcome::Answered);
    assert!(world.journal.spans.values().all(|span| span.to.is_some()), "afterwards the seat is signed out");
}

#[test]
fn a_lost_line_takes_the_ringing_call_back() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.call_in(1);
    world.switch(Event::WebDown { leg: seat_leg(agent) });
    assert_eq!((world.state(agent), reason(&world, agent)), (SeatState::Busy, Some("media_lost")));
    assert_eq!(world.try_ask(agent, SeatCommand::Ready), Err("no_media".to_owned()));
    world.switch(Event::WebUp { leg: seat_leg(agent) });
    assert_eq!(world.view(agent).calls[0].call, id, "rings again by itself");
    world.switch(Event::WebFailed { leg: seat_leg(agent), reason: "ICE".to_owned() });
    assert!(
        world.said.iter().any(|(_, frame)| matches!(frame, SeatFrame::Refused { code, .. } if code == "media_failed"))
    );
}

#[test]
fn a_desk_phone_is_lifted_and_hung_up() {
    let mut world = World::new(settings());
    let mut person = world.person(1, &[("general", 1)]);
    person.phone = Some("8001".to_owned());
    world.arrive(person);
    let agent = user(1);
    world.ask(agent, SeatCommand::SignIn { skills: None });
    let id = world.call_in(1);
    let (phone, to) = world.called();
    assert_eq!(to, "Phone(\"8001\")");
    assert_eq!(world.try_ask(agent, SeatCommand::Answer { call: id }), Err("desk_phone".to_owned()));
    world.switch(Event::Answered { leg: phone });
    assert!(world.both_hear(id, leg(1), phone));
    world.switch(Event::Ended { leg: phone, cause: Cause::Remote, code: None });
    assert_eq!((world.state(agent), world.hears_prompts(1)[0].as_str()), (SeatState::WrapUp, "rating.ask"));
    world.ask(agent, SeatCommand::Ready);
    let second = world.call_in(2);
    let (phone, _) = world.called();
    world.switch(Event::Ended { leg: phone, cause: Cause::NoAnswer, code: Some(480) });
    assert_eq!(reason(&world, agent), Some("no_answer"));
    assert!(world.events(second).contains(&"no_answer"));
    world.switch(Event::Phone { extension: "8001".to_owned(), registered: false });
    assert_eq!(world.try_ask(agent, SeatCommand::Ready), Err("no_media".to_owned()));
    world.stop();
    world.check_end();
}

#[test]
fn another_telephone_waits_for_the_end_of_the_shift() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let with = |world: &World, phone: Option<&str>| {
        let mut person = world.person(1, &[("general", 1)]);
        (person.tab, person.phone) = (String::new(), phone.map(str::to_owned));
        Input::Arrived(person)
    };
    let id = world.conversation(1, agent);
    world.switch(Event::Phone { extension: "8001".to_owned(), registered: true });
    world.handle(with(&world, Some("8001")));
    assert!(world.both_hear(id, leg(1), seat_leg(agent)), "nobody is cut off");
    assert_eq!(world.view(agent).phone, None);
    world.gone(1);
    world.ask(agent, SeatCommand::SignOut);
    assert_eq!((world.view(agent).phone.as_deref(), world.view(agent).media), (Some("8001"), true));
    assert_eq!(world.try_ask(agent, SeatCommand::Offer { sdp: "v=0".to_owned() }), Err("desk_phone".to_owned()));
    world.switch(Event::WebDown { leg: seat_leg(agent) });
    world.ask(agent, SeatCommand::SignIn { skills: None });
    world.call_in(2);
    let (phone, to) = world.called();
    assert_eq!(to, "Phone(\"8001\")");
    world.switch(Event::Ended { leg: phone, cause: Cause::Busy, code: Some(486) });
    world.handle(with(&world, None));
    assert_eq!(world.view(agent).phone.as_deref(), Some("8001"));
    world.ask(agent, SeatCommand::SignOut);
    assert_eq!(
        (world.view(agent).phone.clone(), world.view(agent).media),
        (None, false),
        "the page brings a voice now"
    );
    world.gone(2);
    world.stop();
    world.check_end();
}

#[test]
fn a_number_dialled_at_the_desk_phone_is_an_outgoing_call() {
    let mut world = World::new(settings());
    let mut person = world.person(1, &[]);
    person.phone = Some("8001".to_owned());
    world.arrive(person);
    world.ask(user(1), SeatCommand::SignIn { skills: None });
    let dial = |world: &mut World, n: u16, extension: &str, to: &str| {
        let (source, from) = (Source::Phone(extension.to_owned()), extension.to_owned());
        world.switch(Event::Incoming { leg: leg(n), source, from, to: to.to_owned() });
    };
    let refused =
        |world: &World| world.out.iter().any(|output| matches!(output, Output::Switch(Command::Reject { .. })));
    dial(&mut world, 1, "9999", "13900000009");
    assert!(refused(&world), "nobody's phone");
    dial(&mut world, 2, "8001", "0085212345678");
    assert!(refused(&world), "a forbidden number");
    dial(&mut world, 3, "8001", "13900000009");
    world.switch(Event::Answered { leg: leg(3) });
    let (citizen, to) = world.called();
    assert_eq!(to, "Number(\"13900000009\")");
    world.switch(Event::Answered { leg: citizen });
    let id = *world.journal.calls.keys().next().unwrap();
    assert!(world.both_hear(id, leg(3), citizen));
    world.stop();
    world.check_end();
}

#[test]
fn supervisors_sign_out_make_ready_and_make_busy() {
    let mut world = World::new(settings());
    let (agent, boss) = (world.agent(1), world.supervisor());
    let force = |to| SeatCommand::Force { user: user(1), to };
    assert_eq!(world.try_ask(agent, force(ForceTo::Ready)), Err("forbidden".to_owned()));
    world.ask(boss, force(ForceTo::Busy));
    assert_eq!(reason(&world, agent), Some("forced"));
    world.ask(boss, force(ForceTo::Ready));
    assert_eq!(world.state(agent), SeatState::Ready);
    let id = world.conversation(1, agent);
    world.ask(boss, force(ForceTo::SignedOut));
    assert!(world.both_hear(id, leg(1), seat_leg(agent)), "the citizen is not cut off");
    world.gone(1);
    assert_eq!(world.state(agent), SeatState::SignedOut);
    world.ask(agent, SeatCommand::SignIn { skills: None });
    let waiting = world.call_in(2);
    world.ask(boss, force(ForceTo::SignedOut));
    assert_eq!(world.hears_prompts(2), ["queue.nobody", "offer.message", "offer.callback"], "nobody else works");
    assert!(world.record(waiting).ended_at.is_none());
    assert_eq!(world.try_ask(boss, force(ForceTo::Ready)), Err("signed_out".to_owned()));
    world.stop();
    world.check_end();
}

#[test]
fn messages_reach_one_or_all() {
    let mut world = World::new(settings());
    let (agent, boss) = (world.agent(1), world.supervisor());
    world.agent(2);
    world.ask(boss, SeatCommand::Say { user: None, text: " 请注意用语 ".to_owned() });
    let said = |world: &World| {
        world.said.iter().filter(|(_, f)| matches!(f, SeatFrame::Said { text, .. } if text == "请注意用语")).count()
    };
    assert_eq!(said(&world), 2);
    world.handle(Input::Left { user: agent, tab: "tab1".to_owned() });
    let one = SeatCommand::Say { user: Some(agent), text: "在吗".to_owned() };
    assert_eq!(world.try_ask(boss, one), Err("away".to_owned()));
}

#[test]
fn colleagues_are_those_signed_in() {
    let mut world = World::new(settings());
    let (agent, other) = (world.agent(1), world.agent(2));
    world.supervisor();
    world.ask(agent, SeatCommand::Colleagues);
    let seen = world.said.iter().find_map(|(to, frame)| match frame {
        SeatFrame::Colleagues { seats } if *to == agent => Some(seats.clone()),
        _ => None,
    });
    let seen: Vec<_> = seen.expect("an answer").iter().map(|seat| (seat.user, seat.state)).collect();
    assert_eq!(seen, [(other, SeatState::Ready)], "neither oneself nor who is not signed in");
}

#[test]
fn skills_are_a_subset_of_those_granted_and_change_at_once() {
    let mut world = World::new(settings());
    world.arrive(world.person(1, &[("general", 1), ("business", 2)]));
    let chosen = vec!["general".to_owned(), "secret".to_owned()];
    world.ask(user(1), SeatCommand::SignIn { skills: Some(chosen) });
    assert_eq!(world.view(user(1)).skills, ["general"]);
    let mut changed = world.person(1, &[("business", 2)]);
    changed.tab = String::new();
    world.handle(Input::Arrived(changed));
    assert!(world.view(user(1)).skills.is_empty());
    let id = world.call_in(1);
    assert_eq!(world.state(user(1)), SeatState::Ready, "the skill is not served any more");
    assert_eq!(world.hears_prompts(1)[0], "queue.nobody");
    assert!(world.record(id).ended_at.is_none());
}

#[test]
fn a_drain_ends_with_the_last_call() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    let id = world.conversation(1, agent);
    world.handle(Input::Drain);
    assert_eq!(world.drained, 0);
    let refused = world.ring_in(2, "13900000002");
    assert_eq!(world.record(refused).outcome, Outcome::Overflowed);
    world.gone(1);
    assert_eq!(world.drained, 0, "the recording is still being closed");
    world.close_recordings();
    assert_eq!(world.drained, 1);
    assert_eq!(world.state(agent), SeatState::SignedOut);
    assert!(world.record(id).ended_at.is_some());
    world.check_end();
    let mut idle = World::new(Settings::default());
    idle.handle(Input::Drain);
    assert_eq!(idle.drained, 1);
}

#[test]
fn supervising_is_not_for_those_in_a_call() {
    let mut world = World::new(settings());
    let agent = world.agent(1);
    world.arrive(world.person(91, &[("general", 1)]));
    let boss = user(91);
    world.ask(boss, SeatCommand::SignIn { skills: None });
    let id = world.conversation(1, agent);
    world.conversation(2, boss);
    let listen = SeatCommand::Supervise { user: agent, mode: Supervision::Listen };
    assert_eq!(world.try_ask(boss, listen.clone()), Err("in_call".to_owned()));
    world.gone(2);
    world.ask(boss, listen);
    assert_eq!(world.state(boss), SeatState::Supervising);
    world.call_in(3);
    assert_eq!(world.state(boss), SeatState::Supervising, "no call is offered meanwhile");
    world.ask(boss, SeatCommand::SuperviseEnd);
    assert_eq!(world.state(boss), SeatState::Ringing, "then the waiting one");
    assert!(world.record(id).ended_at.is_none());
}
