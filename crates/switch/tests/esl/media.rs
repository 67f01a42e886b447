use kernel::{CallId, LegId, RecordingId, Uuid};
use voice::switch::{Cause, Command, Edge, Event, Sound};

use crate::freeswitch::{Peer, Session, leg};

const CALL: CallId = CallId(Uuid::from_u128(7));
const RECORDING: RecordingId = RecordingId(Uuid::from_u128(8));
const PROMPTS: &str = "/var/lib/freeswitch/prompts";
const RECORDINGS: &str = "/var/lib/freeswitch/recordings";

fn hear(edges: &[(LegId, LegId)]) -> Command {
    Command::Hear { call: CALL, edges: edges.iter().map(|(from, to)| Edge { from: *from, to: *to }).collect() }
}

async fn three(peer: &mut Peer, fs: &mut Session) -> (LegId, LegId, LegId) {
    for n in 1..=3 {
        peer.incoming(fs, leg(n)).await;
    }
    (leg(1), leg(2), leg(3))
}

#[tokio::test]
async fn sounds_are_played_replaced_stopped_and_told() {
    let (mut peer, mut fs) = Peer::connected().await;
    let a = leg(1);
    peer.incoming(&mut fs, a).await;
    let prompt = |name: &str| Sound::Prompt(name.into());
    peer.send(Command::Play { leg: a, no: 1, sounds: vec![prompt("greeting"), prompt("wait")], repeat: false });
    let list = format!("file_string://{PROMPTS}/greeting.wav!{PROMPTS}/wait.wav");
    let first = fs.expects_run(a, "playback", &list).await;
    fs.tells("CHANNEL_EXECUTE_COMPLETE", a, &[("Application", "playback"), ("Application-UUID", &first)]).await;
    assert_eq!(peer.next().await, Event::Played { leg: a, no: 1, whole: true });
    peer.send(Command::Play { leg: a, no: 2, sounds: vec![Sound::Music], repeat: true });
    let music = fs.expects_run(a, "endless_playback", "local_stream://moh").await;
    peer.send(Command::Play { leg: a, no: 3, sounds: vec![Sound::Tone { hz: 1000, ms: 300 }], repeat: false });
    fs.expects(&format!("uuid_break {a} all")).await;
    assert_eq!(peer.next().await, Event::Played { leg: a, no: 2, whole: false });
    let tone = fs.expects_run(a, "playback", "tone_stream://%(300,0,1000)").await;
    // The broken run's end comes late and is not the tone's.
    fs.tells("CHANNEL_EXECUTE_COMPLETE", a, &[("Application-UUID", &music)]).await;
    peer.send(Command::Quiet { leg: a });
    fs.expects(&format!("uuid_break {a} all")).await;
    assert_eq!(peer.next().await, Event::Played { leg: a, no: 3, whole: false });
    fs.tells("CHANNEL_EXECUTE_COMPLETE", a, &[("Application-UUID", &tone)]).await;
    peer.send(Command::Play { leg: a, no: 4, sounds: vec![prompt("bye")], repeat: false });
    fs.expects_run(a, "playback", &format!("{PROMPTS}/bye.wav")).await;
    fs.hangs_up(a, "NORMAL_CLEARING", &[]).await;
    assert_eq!(peer.next().await, Event::Played { leg: a, no: 4, whole: false });
    assert_eq!(peer.ended(a).await, (Cause::Remote, None));
}

#[tokio::test]
async fn two_are_bridged_held_and_bridged_again() {
    let (mut peer, mut fs) = Peer::connected().await;
    let (a, b, _) = three(&mut peer, &mut fs).await;
    peer.send(hear(&[(a, b), (b, a)]));
    fs.expects(&format!("uuid_bridge {a} {b}")).await;
    peer.send(hear(&[(b, a), (a, b)]));
    peer.send(hear(&[]));
    fs.expects(&format!("uuid_park {a}")).await;
    fs.expects(&format!("uuid_park {b}")).await;
    peer.send(hear(&[(a, b), (b, a)]));
    fs.expects(&format!("uuid_bridge {a} {b}")).await;
}

#[tokio::test]
async fn a_supervisor_listens_whispers_and_joins() {
    let (mut peer, mut fs) = Peer::connected().await;
    let (a, b, s) = three(&mut peer, &mut fs).await;
    let talk = [(a, b), (b, a)];
    peer.send(hear(&talk));
    fs.expects(&format!("uuid_bridge {a} {b}")).await;
    let listen = [&talk[..], &[(a, s), (b, s)]].concat();
    peer.send(hear(&listen));
    fs.expects(&format!("uuid_setvar {s} eavesdrop_whisper_aleg false")).await;
    fs.expects_run(s, "eavesdrop", &a.to_string()).await;
    let whisper = [&listen[..], &[(s, b)]].concat();
    peer.send(hear(&whisper));
    fs.expects(&format!("uuid_setvar {s} eavesdrop_whisper_aleg true")).await;
    fs.expects(&format!("uuid_park {s}")).await;
    fs.expects_run(s, "eavesdrop", &b.to_string()).await;
    let all = [&whisper[..], &[(s, a)]].concat();
    peer.send(hear(&all));
    for one in [a, b, s] {
        fs.expects(&format!("uuid_transfer {one} conference:hotline-{CALL}@default inline")).await;
    }
    peer.send(hear(&talk));
    fs.expects(&format!("uuid_park {s}")).await;
    fs.expects(&format!("uuid_bridge {a} {b}")).await;
}

/// The next commands set these relations, in any order.
async fn relates(fs: &mut Session, name: &str, how: &str, pairs: &[&str]) {
    let mut wanted: Vec<String> = pairs.iter().map(|p| format!("api conference {name} relate {p} {how}")).collect();
    let mut got = Vec::new();
    for _ in pairs {
        got.push(fs.read().await);
        fs.write("Content-Type: api/response\nContent-Length: 4\n\n+OK\n").await;
    }
    wanted.sort();
    got.sort();
    assert_eq!(got, wanted);
}

#[tokio::test]
async fn a_conference_keeps_to_the_edges() {
    let (mut peer, mut fs) = Peer::connected().await;
    let (a, b, c) = three(&mut peer, &mut fs).await;
    let name = format!("hotline-{CALL}");
    // A relation that is neither a bridge nor a listener's.
    peer.send(hear(&[(a, c), (b, c)]));
    for one in [a, b, c] {
        fs.expects(&format!("uuid_transfer {one} conference:{name}@default inline")).await;
    }
    for (one, member) in [(a, "11"), (b, "12"), (c, "13")] {
        let more = [("Conference-Name", name.as_str()), ("Action", "add-member"), ("Member-ID", member)];
        fs.tells("conference::maintenance", one, &more).await;
    }
    relates(&mut fs, &name, "nohear", &["11 12", "12 11", "11 13", "12 13"]).await;
    peer.send(hear(&[(a, b), (b, a), (b, c), (c, b), (a, c), (c, a)]));
    relates(&mut fs, &name, "clear", &["11 12", "12 11", "11 13", "12 13"]).await;
    peer.send(Command::Play { leg: a, no: 5, sounds: vec![Sound::Silence { ms: 100 }], repeat: false });
    fs.expects(&format!("conference {name} play 'silence_stream://100' 11")).await;
    let more = [("Conference-Name", name.as_str()), ("Action", "play-file-member-done"), ("Member-ID", "11")];
    fs.tells("conference::maintenance", a, &more).await;
    assert_eq!(peer.next().await, Event::Played { leg: a, no: 5, whole: true });
}

#[tokio::test]
async fn a_recording_is_started_paused_closed_and_measured() {
    let (mut peer, mut fs) = Peer::connected().await;
    let a = leg(1);
    peer.incoming(&mut fs, a).await;
    let record = |file: &str| Command::Record {
        recording: RECORDING,
        call: CALL,
        file: file.into(),
        left: a,
        right: vec![leg(2)],
    };
    peer.send(record("2026/r.wav"));
    fs.expects(&format!("uuid_setvar {a} RECORD_STEREO true")).await;
    fs.expects(&format!("uuid_record {a} start {RECORDINGS}/2026/r.wav")).await;
    peer.send(Command::RecordPause { recording: RECORDING, on: true });
    fs.expects(&format!("uuid_record {a} mask {RECORDINGS}/2026/r.wav")).await;
    peer.send(Command::RecordPause { recording: RECORDING, on: false });
    fs.expects(&format!("uuid_record {a} unmask {RECORDINGS}/2026/r.wav")).await;
    peer.send(Command::RecordSides { recording: RECORDING, right: vec![leg(2), leg(3)] });
    peer.send(Command::RecordStop { recording: RECORDING });
    fs.expects(&format!("uuid_record {a} stop {RECORDINGS}/2026/r.wav")).await;
    std::fs::create_dir(peer.folder.path().join("2026")).unwrap();
    std::fs::write(peer.folder.path().join("2026/r.wav"), b"abc").unwrap();
    let path = format!("{RECORDINGS}/2026/r.wav");
    fs.tells("RECORD_STOP", a, &[("Record-File-Path", &path), ("variable_record_ms", "1500")]).await;
    // SHA-256 of "abc", FIPS 180-4.
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned();
    assert_eq!(peer.next().await, Event::Recorded { recording: RECORDING, bytes: 3, ms: 1500, sha256 });
    peer.send(record("2026/gone.wav"));
    fs.expects(&format!("uuid_setvar {a} RECORD_STEREO true")).await;
    fs.expects(&format!("uuid_record {a} start {RECORDINGS}/2026/gone.wav")).await;
    let path = format!("{RECORDINGS}/2026/gone.wav");
    fs.tells("RECORD_STOP", a, &[("Record-File-Path", &path)]).await;
    assert!(matches!(peer.next().await, Event::NotRecorded { reason, .. } if reason.contains("gone.wav")));
    peer.send(record("2026/no.wav"));
    fs.expects(&format!("uuid_setvar {a} RECORD_STEREO true")).await;
    let refusal = "-ERR Cannot record session!\n";
    fs.expects_answered(&format!("uuid_record {a} start {RECORDINGS}/2026/no.wav"), refusal).await;
    assert!(matches!(peer.next().await, Event::NotRecorded { reason, .. } if reason.contains("Cannot record")));
    for outside in ["../x.wav", "/etc/x.wav", "a b.wav"] {
        peer.send(record(outside));
        assert!(matches!(peer.next().await, Event::NotRecorded { .. }), "{outside}");
    }
}

#[tokio::test]
async fn browsers_are_told_to_use_a_phone() {
    let (mut peer, _fs) = Peer::connected().await;
    peer.send(Command::WebOffer { leg: leg(1), sdp: "v=0".into() });
    assert!(matches!(peer.next().await, Event::WebFailed { reason, .. } if reason.contains("话机")));
}
