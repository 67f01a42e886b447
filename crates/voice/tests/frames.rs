//! Samples of every frame between softphone and platform, written as TypeScript into the desk, where its compiler holds them against
//! the desk's own types.
use std::fmt::Debug;
use std::path::Path;
use std::str::FromStr;

use kernel::{CallId, CallTaskId, LegId, OrderId, Ts, UserId};
use serde_json::json;
use voice::protocol::*;

const HINT: &str =
    "frames changed: run `HOTLINE_BLESS=1 cargo test -p voice --test frames`, then mend web/src/phone/protocol.ts";

fn key<K: FromStr<Err: Debug>>(n: u32) -> K {
    format!("00000000-0000-7000-8000-{n:012}").parse().expect("a written UUID")
}
fn call() -> CallId {
    key(1)
}
fn user() -> UserId {
    key(2)
}
fn leg() -> LegId {
    key(3)
}
fn order() -> OrderId {
    key(4)
}
fn task() -> CallTaskId {
    key(5)
}

/// Every command once, both ways where a field may be absent. The `match` fails to compile when one is added.
fn commands() -> Vec<SeatCommand> {
    use SeatCommand as C;
    let call = call();
    let all = vec![
        C::Hello { tab: "t1".into() },
        C::Offer { sdp: "v=0".into() },
        C::SignIn { skills: Some(vec!["public".into()]) },
        C::SignIn { skills: None },
        C::SignOut,
        C::Ready,
        C::Busy { reason: "rest".into() },
        C::WrapUp { call, code: Some("done".into()), note: None, finish: true },
        C::WrapUp { call, code: None, note: Some("备注".into()), finish: false },
        C::Answer { call },
        C::Reject { call },
        C::Mute { on: true },
        C::Hold { call },
        C::Resume { call },
        C::Consult { call, to: Target::Agent(user()) },
        C::Consult { call, to: Target::Number("053285912345".into()) },
        C::ConsultEnd { call },
        C::Transfer { call, to: Some(Target::Skill("public".into())) },
        C::Transfer { call, to: None },
        C::Conference { call },
        C::Drop { call, leg: leg() },
        C::Dial { number: "13800001234".into(), order: Some(order()), task: None },
        C::Dial { number: String::new(), order: None, task: Some(task()) },
        C::Joint { call, service: "110".into() },
        C::Hangup { call },
        C::Rate { call },
        C::Digits { call, digits: "12#".into() },
        C::RecordPause { call, on: true },
        C::Bind { call, order: order() },
        C::Supervise { user: user(), mode: Supervision::Whisper },
        C::SuperviseEnd,
        C::Force { user: user(), to: ForceTo::SignedOut },
        C::Say { user: None, text: "请注意".into() },
        C::Say { user: Some(user()), text: "请注意".into() },
        C::Watch { on: true },
        C::Colleagues,
        C::Ping,
    ];
    for command in &all {
        match command {
            C::Hello { .. }
            | C::Offer { .. }
            | C::SignIn { .. }
            | C::SignOut
            | C::Ready
            | C::Busy { .. }
            | C::WrapUp { .. } => {}
            C::Answer { .. }
            | C::Reject { .. }
            | C::Mute { .. }
            | C::Hold { .. }
            | C::Resume { .. }
            | C::Consult { .. } => {}
            C::ConsultEnd { .. }
            | C::Transfer { .. }
            | C::Conference { .. }
            | C::Drop { .. }
            | C::Dial { .. }
            | C::Joint { .. } => {}
            C::Hangup { .. }
            | C::Rate { .. }
            | C::Digits { .. }
            | C::RecordPause { .. }
            | C::Bind { .. }
            | C::Supervise { .. } => {}
            C::SuperviseEnd | C::Force { .. } | C::Say { .. } | C::Watch { .. } | C::Colleagues | C::Ping => {}
        }
    }
    all
}

fn seat_call() -> SeatCall {
    let party = PartyView {
        leg: leg(),
        kind: PartyKind::Citizen,
        name: "138****1234".into(),
        ringing: false,
        held: true,
        since: Ts(1),
    };
    SeatCall {
        call: call(),
        direction: Direction::In,
        state: SeatCallState::Talking,
        number: "13800001234".into(),
        card: Some(json!({})),
        called: "12345".into(),
        skill: Some("public".into()),
        waited_ms: 4_000,
        since: Ts(1),
        answered_at: Some(Ts(2)),
        order: None,
        parties: vec![party],
        recording: RecordingState::On,
        task: None,
    }
}

fn seat() -> SeatView {
    let bare = SeatCall {
        card: None,
        skill: None,
        answered_at: None,
        order: Some(order()),
        task: Some(task()),
        ..seat_call()
    };
    SeatView {
        user: user(),
        name: "李娜".into(),
        state: SeatState::Talking,
        reason: None,
        since: Ts(1),
        until: None,
        skills: vec!["public".into()],
        granted: vec!["public".into()],
        phone: None,
        media: true,
        muted: false,
        quality: Some(LineQuality { loss_permille: 3, jitter_ms: 12, rtt_ms: None }),
        calls: vec![seat_call(), bare],
        supervising: None,
        waiting: 2,
        allowed: vec!["hold".into()],
        now: Ts(9),
    }
}

fn idle_seat() -> SeatView {
    SeatView {
        state: SeatState::Supervising,
        phone: Some("8001".into()),
        reason: Some("rest".into()),
        until: Some(Ts(8)),
        quality: None,
        supervising: Some(Supervised { user: user(), name: "李娜".into(), mode: Supervision::Listen }),
        ..seat()
    }
}

fn floor() -> FloorView {
    let line = SeatLine {
        user: user(),
        name: "李娜".into(),
        state: SeatState::Busy,
        reason: Some("rest".into()),
        since: Ts(1),
        skills: vec!["public".into()],
        media: true,
        call: None,
        number: None,
        answered: 12,
        talk_ms: 60_000,
    };
    let talking = SeatLine { call: Some(call()), number: Some("138****1234".into()), reason: None, ..line.clone() };
    FloorView {
        now: Ts(9),
        queues: vec![QueueView {
            skill: "public".into(),
            waiting: 2,
            longest_ms: 9_000,
            ready: 1,
            talking: 3,
            busy: 1,
        }],
        seats: vec![line, talking],
        in_menu: 1,
        talking: 3,
        today: Today::default(),
        trunks: vec![TrunkView { name: "主用".into(), up: true, reason: String::new() }],
    }
}

/// Every frame of the platform once. The `match` fails to compile when one is added.
fn frames() -> Vec<SeatFrame> {
    use SeatFrame as F;
    let all = vec![
        F::Seat { seat: Box::new(seat()) },
        F::Seat { seat: Box::new(idle_seat()) },
        F::WebAnswer { sdp: "v=0".into() },
        F::Done { no: 7 },
        F::Refused { no: 8, code: "not_now".into(), message: "请先签入".into() },
        F::Said { from: "班长".into(), text: "请注意".into(), at: Ts(9) },
        F::Replaced,
        F::Colleagues {
            seats: vec![Colleague {
                user: user(),
                name: "李娜".into(),
                state: SeatState::Ready,
                skills: vec!["public".into()],
            }],
        },
        F::Unavailable { code: "off".into(), message: "本平台未启用话务".into() },
        F::Floor { floor: Box::new(floor()) },
        F::Pong,
    ];
    for frame in &all {
        match frame {
            F::Seat { .. }
            | F::WebAnswer { .. }
            | F::Done { .. }
            | F::Refused { .. }
            | F::Said { .. }
            | F::Replaced
            | F::Colleagues { .. }
            | F::Unavailable { .. }
            | F::Floor { .. }
            | F::Pong => {}
        }
    }
    all
}

/// `export const NAME = [ … ] as const satisfies readonly TYPE[];`
fn list<T: serde::Serialize>(name: &str, of: &str, items: &[T]) -> String {
    let lines: String =
        items.iter().map(|i| format!("  {},\n", serde_json::to_string(i).expect("frames are plain data"))).collect();
    format!("export const {name} = [\n{lines}] as const satisfies readonly {of}[];\n")
}

/// All members of an enumeration; fails to compile when one is missing.
macro_rules! all {
    ($of:ident: $($member:ident)+) => {{
        let _ = |x: $of| match x { $($of::$member)|+ => {} };
        [$($of::$member),+]
    }};
}

fn golden() -> String {
    let pages: Vec<PageFrame> =
        commands().into_iter().zip(1..).map(|(command, no)| PageFrame { no, command }).collect();
    [
        "// Made by `crates/voice/tests/frames.rs`; do not edit.".to_owned(),
        "import type { Direction, ForceTo, PageFrame, PartyKind, RecordingState, SeatCallState, SeatFrame, SeatState, Supervision } from \"./protocol\";\n".to_owned(),
        list("PAGE_FRAMES", "PageFrame", &pages),
        list("SEAT_FRAMES", "SeatFrame", &frames()),
        list("SEAT_STATES", "SeatState", &all!(SeatState: SignedOut Ready Busy Ringing Dialling Talking WrapUp Supervising)),
        list("DIRECTIONS", "Direction", &all!(Direction: In Out Inner)),
        list("CALL_STATES", "SeatCallState", &all!(SeatCallState: Ringing Dialling Talking Held Consulting Conference WrapUp)),
        list("RECORDING_STATES", "RecordingState", &all!(RecordingState: Off On Paused Failed)),
        list("PARTY_KINDS", "PartyKind", &all!(PartyKind: Citizen Agent Department Service Supervisor)),
        list("SUPERVISIONS", "Supervision", &all!(Supervision: Listen Whisper Barge)),
        list("FORCES", "ForceTo", &all!(ForceTo: SignedOut Ready Busy)),
    ]
    .join("\n")
}

#[test]
fn samples_of_the_desk_are_the_frames_of_today() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src/phone/protocol.golden.ts");
    let present = golden();
    if std::env::var_os("HOTLINE_BLESS").is_some() {
        std::fs::write(&path, &present).expect("the desk's sources are writable");
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), present, "{HINT}");
}

#[test]
fn what_the_desk_sends_is_understood() {
    for (command, no) in commands().into_iter().zip(1..) {
        let frame = PageFrame { no, command };
        let text = serde_json::to_string(&frame).expect("frames are plain data");
        assert_eq!(serde_json::from_str::<PageFrame>(&text).expect("a page's frame parses"), frame);
    }
}
