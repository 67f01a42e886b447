//! Recordings: length, sides, pause, whispering, crash, refusal.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use media::{Codec, MediaCommand, MediaEvent, PromptLibrary, wav};
use sha2::{Digest, Sha256};

use crate::rig::{Rig, SPOKEN, call, goertzel, leg, recording, rms};

/// Both sides of a recording as linear sound.
fn sides(path: &Path) -> [Vec<f64>; 2] {
    let bytes = fs::read(path).expect("the file");
    let info = wav::read_header(&bytes).expect("a header");
    assert_eq!(info.data as usize, bytes.len() - wav::HEADER, "the header is true");
    let side =
        |n: usize| bytes[wav::HEADER..].chunks(2).map(|p| f64::from(Codec::Pcma.decode(p[n])) / 32_768.0).collect();
    [side(0), side(1)]
}

fn start(rig: &Rig, file: &str, right: &[u128]) -> Instant {
    start_as(rig, 1, file, right)
}

fn start_as(rig: &Rig, n: u128, file: &str, right: &[u128]) -> Instant {
    rig.media.send(MediaCommand::Record {
        recording: recording(n),
        call: call(1),
        file: file.into(),
        left: leg(1),
        right: right.iter().map(|n| leg(*n)).collect(),
    });
    Instant::now()
}

fn recorded(rig: &Rig) -> (u64, u64, String) {
    rig.event(|e| match e {
        MediaEvent::Recorded { bytes, ms, sha256, recording: r } if r == recording(1) => Some((bytes, ms, sha256)),
        MediaEvent::NotRecorded { reason, .. } => panic!("{reason}"),
        _ => None,
    })
}

fn digest(path: &Path) -> String {
    kernel::hex_encode(&Sha256::digest(fs::read(path).expect("the file")))
}

#[test]
fn each_party_is_on_its_side_for_as_long_as_it_was_recorded() {
    let rig = Rig::start();
    let citizen = rig.phone(1, 500, Codec::Pcma);
    let _agent = rig.phone(2, 900, Codec::Pcmu);
    let _department = rig.phone(3, 1300, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)]);
    citizen.hears(&[900, 1300], &[500, 900, 1300]);
    let began = start(&rig, "2026/11/27/one.wav", &[2, 3]);
    citizen.listen(150);
    let took = began.elapsed().as_millis() as u64;
    rig.media.send(MediaCommand::RecordStop { recording: recording(1) });
    let (bytes, ms, sha256) = recorded(&rig);
    let path = rig.folder.join("2026/11/27/one.wav");
    assert_eq!(bytes, fs::metadata(&path).expect("the file").len());
    assert_eq!(sha256, digest(&path));
    assert!(ms.abs_diff(took) <= 40, "{ms} ms recorded, {took} ms passed");
    let [left, right] = sides(&path);
    assert_eq!(left.len() as u64 * 1000 / 8000, ms);
    // From the second frame to the last but one: what was on its way at the ends is not there.
    let (left, right) = (&left[480..left.len() - 480], &right[480..right.len() - 480]);
    for (side, tones, strange) in [(left, vec![500], vec![900, 1300]), (right, vec![900, 1300], vec![500])] {
        for hz in tones {
            let level = goertzel(side, hz);
            assert!((SPOKEN * 0.97..SPOKEN * 1.03).contains(&level), "{hz} Hz at {level}: nothing is missing or torn");
        }
        for hz in strange {
            assert!(goertzel(side, hz) < SPOKEN * 0.01, "{hz} Hz is on the wrong side");
        }
    }
}

#[test]
fn whispering_is_not_recorded_and_sides_may_change() {
    let rig = Rig::start();
    let citizen = rig.phone(1, 500, Codec::Pcma);
    let agent = rig.phone(2, 900, Codec::Pcma);
    let _supervisor = rig.phone(3, 1300, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1), (1, 3), (2, 3), (3, 2)]);
    agent.hears(&[500, 1300], &[500, 900, 1300]);
    start(&rig, "whisper.wav", &[2]);
    citizen.listen(60);
    // The supervisor barges in and belongs to the conversation from now on; the agent has left.
    rig.hear(&[(1, 3), (3, 1)]);
    rig.media.send(MediaCommand::RecordSides { recording: recording(1), right: vec![leg(3)] });
    citizen.listen(60);
    rig.media.send(MediaCommand::RecordStop { recording: recording(1) });
    recorded(&rig);
    let [_, right] = sides(&rig.folder.join("whisper.wav"));
    let (before, after) = (&right[800..8000], &right[right.len() - 7200..right.len() - 800]);
    assert!(goertzel(before, 900) > SPOKEN * 0.95 && goertzel(before, 1300) < SPOKEN * 0.01);
    assert!(goertzel(after, 1300) > SPOKEN * 0.95 && goertzel(after, 900) < SPOKEN * 0.01);
}

#[test]
fn a_pause_is_silence_and_keeps_the_time() {
    let rig = Rig::start();
    let citizen = rig.phone(1, 500, Codec::Pcma);
    citizen.listen(10);
    let began = start(&rig, "pause.wav", &[]);
    citizen.listen(50);
    let from = began.elapsed();
    rig.media.send(MediaCommand::RecordPause { recording: recording(1), on: true });
    citizen.listen(100);
    let to = began.elapsed();
    rig.media.send(MediaCommand::RecordPause { recording: recording(1), on: false });
    citizen.listen(50);
    rig.media.send(MediaCommand::RecordStop { recording: recording(1) });
    let (_, ms, _) = recorded(&rig);
    let [left, _] = sides(&rig.folder.join("pause.wav"));
    let at = |d: Duration| d.as_millis() as usize * 8;
    let margin = 480;
    assert!(goertzel(&left[margin..at(from) - margin], 500) > SPOKEN * 0.9);
    assert!(rms(&left[at(from) + margin..at(to) - margin]) < 0.001, "nothing of the pause is kept");
    assert!(goertzel(&left[at(to) + margin..left.len() - margin], 500) > SPOKEN * 0.9);
    assert!(ms >= 3900, "{ms}");
}

#[test]
fn a_citizen_who_hangs_up_leaves_a_recording_that_goes_on() {
    let rig = Rig::start();
    let citizen = rig.phone(1, 500, Codec::Pcma);
    let agent = rig.phone(2, 900, Codec::Pcma);
    citizen.listen(5);
    start(&rig, "left.wav", &[2]);
    citizen.listen(50);
    rig.media.send(MediaCommand::Close { leg: leg(1) });
    agent.listen(50);
    // Stopping the platform closes what is open.
    rig.media.stop();
    let (_, ms, sha256) = recorded(&rig);
    let path = rig.folder.join("left.wav");
    assert_eq!(sha256, digest(&path));
    let [left, right] = sides(&path);
    assert!(ms >= 1900, "{ms}");
    assert!(goertzel(&left[800..7200], 500) > SPOKEN * 0.9 && rms(&left[left.len() - 6400..]) < 0.001);
    assert!(goertzel(&right[right.len() - 6400..right.len() - 480], 900) > SPOKEN * 0.95);
}

/// Writes a recording as a killed process leaves it: the note is there, the header says nothing, the end is torn.
fn crashed(folder: &Path, n: u128, file: &str, bytes: &[u8]) {
    fs::create_dir_all(folder.join(".open")).expect("a folder");
    fs::write(folder.join(".open").join(recording(n).to_string()), file).expect("a note");
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("a file");
}

#[test]
fn recordings_left_open_by_a_crash_are_made_true_at_the_next_start() {
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path();
    let sound = Codec::Pcma.encode(9000);
    let torn = [&wav::header(0)[..], &[sound; 16_001]].concat();
    crashed(folder, 1, "2026/11/26/torn.wav", &torn);
    crashed(folder, 2, "2026/11/27/headless.wav", &wav::header(0)[..20]);
    fs::write(folder.join(".open").join(recording(3).to_string()), "2026/never-made.wav").expect("a note");
    let rig = Rig::over(folder.to_owned(), PromptLibrary::default(), 0);
    let repaired = &rig.repaired;
    assert_eq!(
        repaired.iter().map(|r| (r.recording, r.bytes, r.ms)).collect::<Vec<_>>(),
        [(recording(1), 58 + 16_000, 1000), (recording(2), 58, 0)]
    );
    let path = folder.join("2026/11/26/torn.wav");
    assert_eq!(repaired[0].sha256, digest(&path));
    assert_eq!(sides(&path)[0].len(), 8000);
    assert_eq!(fs::read_dir(folder.join(".open")).expect("a folder").count(), 0);
    drop(rig);
    assert_eq!(Rig::over(folder.to_owned(), PromptLibrary::default(), 0).repaired, []);
}

/// A process of its own records and is killed; the next start makes the file true and tells how long it is.
#[test]
fn a_killed_process_leaves_a_recording_that_is_made_true() {
    const CHILD: &str = "MEDIA_TEST_RECORD_INTO";
    if let Some(folder) = std::env::var_os(CHILD) {
        let rig = Rig::over(folder.into(), PromptLibrary::default(), 0);
        let citizen = rig.phone(1, 500, Codec::Pcma);
        start(&rig, "2026/killed.wav", &[]);
        loop {
            citizen.listen(100);
        }
    }
    let temporary = tempfile::tempdir().expect("a folder");
    let folder = temporary.path().to_owned();
    let path = folder.join("2026/killed.wav");
    let mut child = std::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "recording::a_killed_process_leaves_a_recording_that_is_made_true"])
        .env(CHILD, &folder)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("a child");
    // Another line's packets are the clock of the waiting.
    let rig = Rig::start();
    let clock = rig.phone(9, 0, Codec::Pcma);
    let until = Instant::now() + Duration::from_secs(20);
    while fs::metadata(&path).map_or(0, |m| m.len()) < 32_058 {
        assert!(Instant::now() < until, "two seconds are written");
        clock.listen(5);
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert_eq!(wav::read_header(&fs::read(&path).expect("the file")).expect("a header").data, 0, "left open");
    drop((clock, rig));
    let again = Rig::over(folder, PromptLibrary::default(), 0);
    assert_eq!(again.repaired.len(), 1);
    let repaired = &again.repaired[0];
    assert_eq!((repaired.recording, repaired.file.as_str()), (recording(1), "2026/killed.wav"));
    assert!(repaired.ms >= 2000 && repaired.bytes == fs::metadata(&path).expect("the file").len());
    assert_eq!(repaired.sha256, digest(&path));
    assert!(goertzel(&sides(&path)[0][4000..], 500) > SPOKEN * 0.9);
}

#[test]
fn what_cannot_be_recorded_is_told_and_the_call_goes_on() {
    let rig = Rig::start();
    let citizen = rig.phone(1, 500, Codec::Pcma);
    let agent = rig.phone(2, 900, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1)]);
    fs::write(rig.folder.join("taken.wav"), b"evidence").expect("a file");
    for (n, file, expected) in [
        (1, "taken.wav", "录音文件已存在，未覆盖"),
        (2, "../outside.wav", "录音文件名不合法"),
        (3, "taken.wav/below.wav", "录音文件已存在"),
    ] {
        start_as(&rig, n, file, &[2]);
        let reason = rig.event(|e| match e {
            MediaEvent::NotRecorded { reason, recording: r } if r == recording(n) => Some(reason),
            _ => None,
        });
        assert!(reason.starts_with(expected), "{file}: {reason}");
    }
    assert_eq!(fs::read(rig.folder.join("taken.wav")).expect("a file"), b"evidence");
    citizen.hears(&[900], &[500, 900]);
    agent.hears(&[500], &[500, 900]);
    assert_eq!(fs::read_dir(rig.folder.join(".open")).expect("a folder").count(), 0);
}
