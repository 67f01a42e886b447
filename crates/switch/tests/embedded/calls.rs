use kernel::{LegId, Uuid};
use voice::switch::{Cause, Command, Edge, Endpoint, Event, Rejection, Sound};

use crate::desk::{CALL, Desk, RECORDING, loudness, tone, tone_level};
use crate::sipp::{called, called_with, caller, caller_with, free_port};

fn record(left: LegId, right: Vec<LegId>) -> Command {
    Command::Record { recording: RECORDING, call: CALL, file: "2026/a.wav".into(), left, right }
}

fn originate(leg: LegId) -> Command {
    let to = Endpoint::Number("13900000000".into());
    Command::Originate { leg, call: CALL, to, caller: "12345".into(), ring_s: 20 }
}

/// The caller's sound arrives; what we play arrives at the caller, whose echo brings it back; so do digits.
#[tokio::test(flavor = "multi_thread")]
async fn sound_goes_both_ways() {
    let mut desk = Desk::start(5060, |_| {}).await;
    let sipp = caller("uac_ended_by_us", desk.port, &["-rtp_echo"]);
    let leg = desk.take().await;
    desk.send(record(leg, Vec::new()));
    desk.send(Command::Play { leg, no: 1, sounds: vec![Sound::Tone { hz: 440, ms: 2000 }], repeat: false });
    assert_eq!(desk.next().await, Event::Played { leg, no: 1, whole: true });
    desk.send(Command::Digits { leg, digits: "1#".into() });
    assert_eq!(desk.next().await, Event::Digit { leg, digit: '1' });
    assert_eq!(desk.next().await, Event::Digit { leg, digit: '#' });
    desk.send(Command::RecordStop { recording: RECORDING });
    let (left, right) = desk.recorded("2026/a.wav").await;
    assert!(loudness(&left) > 0.05, "the echo of our tone: {}", loudness(&left));
    assert!(loudness(&right) < 0.001, "nobody is on the right");
    desk.send(Command::Hangup { leg });
    assert_eq!(desk.ended(leg).await, Cause::Local);
    sipp.passes().await;
    desk.comes_to_rest().await;
}

/// A caller with a known sound, a called party that echoes: each side of the recording has it, at its true level.
#[tokio::test(flavor = "multi_thread")]
async fn two_parties_hear_each_other_and_each_is_recorded_on_its_side() {
    let port = free_port();
    let far = called_with("uas_answer", port, &["-rtp_echo"]);
    let mut desk = Desk::start(port, |_| {}).await;
    let sipp = caller_with("uac_rtp", desk.port, &[], tone);
    let near = desk.take().await;
    let out = LegId(Uuid::from_u128(2));
    desk.send(originate(out));
    assert_eq!(desk.next().await, Event::Ringing { leg: out });
    assert_eq!(desk.next().await, Event::Answered { leg: out });
    let edges = vec![Edge { from: near, to: out }, Edge { from: out, to: near }];
    desk.send(Command::Hear { call: CALL, edges });
    desk.send(record(near, vec![out]));
    assert_eq!(desk.ended(near).await, Cause::Remote);
    desk.send(Command::RecordStop { recording: RECORDING });
    let (left, right) = desk.recorded("2026/a.wav").await;
    for (side, samples) in [("caller", &left), ("called", &right)] {
        let level = loudness(samples);
        assert!((level - tone_level()).abs() < tone_level() * 0.02, "{side}: {level} instead of {}", tone_level());
    }
    desk.send(Command::Hangup { leg: out });
    assert_eq!(desk.ended(out).await, Cause::Local);
    sipp.passes().await;
    far.passes().await;
    desk.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_falls_silent_is_ended() {
    let mut desk = Desk::start(5060, |config| config.silence_s = 5).await;
    let sipp = caller("uac_ended_by_us", desk.port, &[]);
    let leg = desk.take().await;
    assert_eq!(desk.ended(leg).await, Cause::Silent);
    sipp.logged("BYE sip:").await;
    sipp.passes().await;
    desk.comes_to_rest().await;
}

/// While the carrier holds with `inactive` nobody sends, and that is no fault.
#[tokio::test(flavor = "multi_thread")]
async fn a_held_line_may_be_silent() {
    let mut desk = Desk::start(5060, |config| config.silence_s = 5).await;
    let sipp = caller("uac_held_long", desk.port, &[]);
    let leg = desk.take().await;
    assert_eq!(desk.ended(leg).await, Cause::Remote);
    sipp.passes().await;
    desk.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_their_codes() {
    let mut desk = Desk::start(5060, |_| {}).await;
    for (scenario, why) in [
        ("uac_refused_486", Rejection::Busy),
        ("uac_refused_403", Rejection::Forbidden),
        ("uac_refused_503", Rejection::Overloaded { retry_after_s: 7 }),
    ] {
        let sipp = caller(scenario, desk.port, &[]);
        let Event::Incoming { leg, .. } = desk.next().await else { panic!("no call") };
        desk.send(Command::Reject { leg, why });
        assert_eq!(desk.ended(leg).await, Cause::Local);
        sipp.passes().await;
    }
    desk.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_calls_out_is_told() {
    for (scenario, cause) in [("uas_busy", Cause::Busy), ("uas_unavailable", Cause::Network)] {
        let port = free_port();
        let far = called(scenario, port);
        let mut desk = Desk::start(port, |_| {}).await;
        let leg = LegId(Uuid::from_u128(9));
        desk.send(originate(leg));
        if cause == Cause::Busy {
            assert_eq!(desk.next().await, Event::Ringing { leg });
        }
        assert_eq!(desk.ended(leg).await, cause);
        far.passes().await;
        desk.comes_to_rest().await;
    }
}

/// Early media are heard before the answer, and one port serves both.
#[tokio::test(flavor = "multi_thread")]
async fn early_media_then_the_answer() {
    let port = free_port();
    let far = called("uas_early", port);
    let mut desk = Desk::start(port, |_| {}).await;
    let leg = LegId(Uuid::from_u128(9));
    desk.send(originate(leg));
    assert_eq!(desk.next().await, Event::EarlyMedia { leg });
    assert_eq!(desk.next().await, Event::Answered { leg });
    desk.send(Command::Hangup { leg });
    assert_eq!(desk.ended(leg).await, Cause::Local);
    far.passes().await;
    desk.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_media_port_a_call_is_refused_and_not_lost() {
    let mut desk = Desk::start(5060, |config| config.media.rtp_ports = (31_102, 31_105)).await;
    let legs: Vec<LegId> = (1..=3).map(|n| LegId(Uuid::from_u128(n))).collect();
    // Two pairs of ports; a carrier that does not answer holds them.
    for leg in &legs {
        desk.send(originate(*leg));
    }
    assert_eq!(desk.ended(legs[2]).await, Cause::Network);
    let sipp = caller("uac_refused_503", desk.port, &[]);
    let Event::Incoming { leg, .. } = desk.next().await else { panic!("no call") };
    desk.send(Command::Answer { leg });
    assert_eq!(desk.ended(leg).await, Cause::Local);
    sipp.passes().await;
    desk.switch.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_calls_and_closes_recordings() {
    let mut desk = Desk::start(5060, |_| {}).await;
    let sipp = caller("uac_ended_by_us", desk.port, &["-rtp_echo"]);
    let leg = desk.take().await;
    desk.send(record(leg, Vec::new()));
    desk.send(Command::Play { leg, no: 1, sounds: vec![Sound::Tone { hz: 440, ms: 700 }], repeat: false });
    assert_eq!(desk.next().await, Event::Played { leg, no: 1, whole: true });
    desk.switch.stop().await;
    assert_eq!(desk.ended(leg).await, Cause::Restart);
    desk.recorded("2026/a.wav").await;
    sipp.passes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_in_use_is_told_with_the_remedy() {
    let desk = Desk::start(5060, |_| {}).await;
    let mut config = switch::SwitchConfig::demo();
    config.sip.udp = Some(std::net::SocketAddr::new(crate::sipp::HOME, desk.port));
    config.media.web = None;
    config.recordings = desk.folder.path().join("other");
    let refused = switch::Embedded::start(
        &config,
        std::sync::Arc::new(kernel::SystemClock),
        std::sync::Arc::new(kernel::SystemMint),
        std::sync::Arc::new(|_| {}),
    )
    .await;
    let told = refused.err().unwrap().to_string();
    assert!(told.contains(&desk.port.to_string()) && told.contains("请检查"), "{told}");
    desk.comes_to_rest().await;
}
