//! What is played to a line: sequences, replacing, music, files, and back to the conversation.

use std::fs;

use media::{Codec, MediaCommand, MediaEvent, PromptLibrary, wav};
use voice::switch::Sound;

use crate::rig::{Rig, SPOKEN, goertzel, last_sound, leg, rms, tone};

const TONES: [u32; 4] = [500, 900, 1300, 1900];

/// So many milliseconds of a tone as a prompt.
fn prompt(hz: u32, ms: u32) -> Vec<u8> {
    (0..ms * 8).map(|n| Codec::Pcma.encode(tone(hz, n))).collect()
}

fn library() -> PromptLibrary {
    PromptLibrary::default()
        .with("one", prompt(1300, 500))
        .with("two", prompt(1900, 500))
        .with("music", prompt(1300, 400))
}

fn play(rig: &Rig, no: u32, sounds: Vec<Sound>, repeat: bool) {
    rig.media.send(MediaCommand::Play { leg: leg(1), no, sounds, repeat });
}

fn played(rig: &Rig) -> (u32, bool) {
    rig.event(|e| match e {
        MediaEvent::Played { no, whole, leg: l } if l == leg(1) => Some((no, whole)),
        _ => None,
    })
}

#[test]
fn a_sequence_is_heard_in_order_and_its_end_is_told() {
    let rig = Rig::with(library(), 0);
    let a = rig.phone(1, 500, Codec::Pcmu);
    let b = rig.phone(2, 900, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1)]);
    a.hears(&[900], &TONES);
    let sounds = vec![Sound::Prompt("one".into()), Sound::Silence { ms: 100 }, Sound::Prompt("two".into())];
    play(&rig, 7, sounds, false);
    // Meanwhile the other is not heard; the other hears on.
    a.hears(&[1300], &TONES);
    a.hears(&[1900], &TONES);
    b.hears(&[500], &TONES);
    assert_eq!(played(&rig), (7, true));
    a.hears(&[900], &TONES);
    let heard = a.heard();
    for pair in heard.windows(2) {
        assert_eq!(pair[1].seq.wrapping_sub(pair[0].seq), 1, "one stream from talk to prompt to talk");
    }
    let all = last_sound(&heard, Codec::Pcmu, heard.len()).expect("sound");
    for hz in [1300, 1900] {
        let lasted = goertzel(&all, hz) / SPOKEN * all.len() as f64 / 8.0;
        assert!((490.0..510.0).contains(&lasted), "{hz} Hz for {lasted} ms");
    }
}

#[test]
fn music_repeats_until_it_is_stopped() {
    let rig = Rig::with(library(), 0);
    let a = rig.phone(1, 500, Codec::Pcma);
    play(&rig, 1, vec![Sound::Music], true);
    a.hears(&[1300], &TONES);
    a.clear();
    a.listen(75);
    let sound = last_sound(&a.heard(), Codec::Pcma, 70).expect("sound");
    assert!(goertzel(&sound, 1300) > SPOKEN * 0.98, "without a hole where it begins anew");
    rig.media.send(MediaCommand::Quiet { leg: leg(1) });
    assert_eq!(played(&rig), (1, false));
    a.hears(&[], &TONES);
}

#[test]
fn a_new_play_replaces_the_old_and_both_ends_are_told() {
    let rig = Rig::with(library(), 0);
    let a = rig.phone(1, 500, Codec::Pcma);
    play(&rig, 1, vec![Sound::Music], true);
    a.hears(&[1300], &TONES);
    play(&rig, 2, vec![Sound::Tone { hz: 900, ms: 400 }], false);
    assert_eq!(played(&rig), (1, false));
    assert_eq!(played(&rig), (2, true));
    let heard = a.heard();
    let sound = last_sound(&heard, Codec::Pcma, 20).expect("sound");
    assert!(goertzel(&sound, 900) > 0.15 && goertzel(&sound, 1300) < 0.02);
}

#[test]
fn prompts_that_do_not_exist_are_passed_over() {
    let rig = Rig::with(library(), 0);
    let a = rig.phone(1, 500, Codec::Pcma);
    let sounds = ["absent", "one", "also.absent"].map(|n| Sound::Prompt(n.into())).to_vec();
    play(&rig, 3, sounds, false);
    a.hears(&[1300], &TONES);
    assert_eq!(played(&rig), (3, true));
}

#[test]
fn a_file_below_the_recordings_is_played_with_both_its_sides() {
    let rig = Rig::with(library(), 0);
    let a = rig.phone(1, 500, Codec::Pcma);
    let stereo: Vec<u8> = prompt(1300, 500).into_iter().zip(prompt(1900, 500)).flat_map(|(l, r)| [l, r]).collect();
    let file = [&wav::header(stereo.len() as u32)[..], &stereo].concat();
    fs::create_dir_all(rig.folder.join("2026")).expect("a folder");
    fs::write(rig.folder.join("2026/message.wav"), file).expect("a file");
    play(&rig, 4, vec![Sound::File("2026/message.wav".into()), Sound::File("2026/absent.wav".into())], false);
    a.wait("both sides", |heard| {
        last_sound(heard, Codec::Pcma, 10)
            .is_some_and(|s| [1300, 1900].iter().all(|hz| (SPOKEN * 0.45..SPOKEN * 0.55).contains(&goertzel(&s, *hz))))
    });
    assert_eq!(played(&rig), (4, true));
}

#[test]
fn prompts_may_be_replaced_while_running() {
    let rig = Rig::with(library(), 0);
    let a = rig.phone(1, 500, Codec::Pcma);
    rig.media.replace_prompts(library().with("one", prompt(1900, 500)));
    play(&rig, 1, vec![Sound::Prompt("one".into())], false);
    a.hears(&[1900], &TONES);
}

#[test]
fn the_shipped_greeting_and_music_are_heard() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    for (no, sounds) in [(1, vec![Sound::Prompt("greeting".into())]), (2, vec![Sound::Music])] {
        play(&rig, no, sounds, false);
        a.wait("a voice", |heard| last_sound(heard, Codec::Pcma, 25).is_some_and(|s| rms(&s) > 0.02));
        play(&rig, 9, vec![], false);
        assert_eq!(played(&rig), (no, false));
        assert_eq!(played(&rig), (9, true));
    }
}
