//! Who hears whom: relay, transcoding, mixing by edges, and changing between them.

use media::{Codec, MediaCommand};

use crate::rig::{Heard, Phone, Rig, SPOKEN, call, counted, leg};

const TONES: [u32; 4] = [500, 900, 1300, 1900];

fn three(rig: &Rig) -> [Phone; 3] {
    [rig.phone(1, 500, Codec::Pcma), rig.phone(2, 900, Codec::Pcma), rig.phone(3, 1300, Codec::Pcma)]
}

/// One stream: no number and no moment is missing or comes twice.
fn assert_unbroken(heard: &[Heard]) {
    for pair in heard.windows(2) {
        assert_eq!(pair[1].ssrc, pair[0].ssrc);
        assert_eq!(pair[1].seq.wrapping_sub(pair[0].seq), 1, "{} after {}", pair[1].seq, pair[0].seq);
        assert_eq!(pair[1].timestamp.wrapping_sub(pair[0].timestamp), 160);
    }
}

#[test]
fn two_parties_hear_each_other_packet_by_packet() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    let b = rig.phone(2, 900, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1)]);
    a.hears(&[900], &TONES);
    b.hears(&[500], &TONES);
    a.clear();
    a.listen(50);
    assert_unbroken(&a.heard());
}

#[test]
fn the_two_codecs_understand_each_other() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    let u = rig.phone(2, 900, Codec::Pcmu);
    rig.hear(&[(1, 2), (2, 1)]);
    a.hears(&[900], &TONES);
    u.hears(&[500], &TONES);
    assert!(u.heard().iter().all(|h| h.payload_type == 0));
}

#[test]
fn each_of_three_hears_the_other_two_whatever_their_codec() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    let b = rig.phone(2, 900, Codec::Pcmu);
    let c = rig.phone(3, 1300, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)]);
    a.hears(&[900, 1300], &TONES);
    b.hears(&[500, 1300], &TONES);
    c.hears(&[500, 900], &TONES);
}

#[test]
fn listening_whispering_and_barging_in_are_edges() {
    let rig = Rig::start();
    let [citizen, agent, supervisor] = three(&rig);
    // Listening: the supervisor hears both and is heard by nobody.
    rig.hear(&[(1, 2), (2, 1), (1, 3), (2, 3)]);
    supervisor.hears(&[500, 900], &TONES);
    citizen.hears(&[900], &TONES);
    agent.hears(&[500], &TONES);
    // Whispering: only the agent hears the supervisor.
    rig.hear(&[(1, 2), (2, 1), (1, 3), (2, 3), (3, 2)]);
    agent.hears(&[500, 1300], &TONES);
    citizen.hears(&[900], &TONES);
    // Barging in: everybody hears everybody.
    rig.hear(&[(1, 2), (2, 1), (1, 3), (2, 3), (3, 2), (3, 1)]);
    citizen.hears(&[900, 1300], &TONES);
    // The agent is muted.
    rig.hear(&[(1, 2), (1, 3), (3, 2), (3, 1)]);
    citizen.hears(&[1300], &TONES);
    supervisor.hears(&[500], &TONES);
    agent.hears(&[500, 1300], &TONES);
    // Nobody hears anybody: lines stay alive with silence.
    rig.hear(&[]);
    for phone in [&citizen, &agent, &supervisor] {
        phone.hears(&[], &TONES);
    }
}

#[test]
fn loud_voices_are_clamped_and_do_not_wrap() {
    let rig = Rig::start();
    let phones: Vec<Phone> = (1..=6).map(|n| rig.phone(n, 500, Codec::Pcma)).collect();
    let pairs: Vec<(u128, u128)> = (2..=6).map(|n| (n, 1)).collect();
    rig.hear(&pairs);
    // Five times 0.28 at the peak is more than full scale; wrapped sound would have its strongest tone elsewhere.
    phones[0].wait("a loud tone", |heard| {
        crate::rig::last_sound(heard, Codec::Pcma, 10)
            .is_some_and(|s| crate::rig::goertzel(&s, 500) > SPOKEN * 2.5 && crate::rig::goertzel(&s, 900) < SPOKEN)
    });
}

/// The frames of a counting telephone as they come out at another; frames of silence are left out.
fn numbers(heard: &[Heard]) -> Vec<u32> {
    heard
        .iter()
        .filter_map(|h| {
            let level = i32::from(Codec::Pcma.decode(h.payload[80]));
            (0..8).find(|n| (level - i32::from(counted(*n))).abs() < 400)
        })
        .collect()
}

#[test]
fn joining_and_leaving_a_conference_loses_and_repeats_nothing() {
    let rig = Rig::start();
    let a = rig.phone(1, 0, Codec::Pcma);
    let b = rig.phone(2, 0, Codec::Pcma);
    let _silent = rig.phone(3, 0, Codec::Pcma);
    a.count();
    let pair = [(1, 2), (2, 1)];
    let all = [(1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2)];
    rig.hear(&pair);
    b.listen(20);
    // A machine that starves a telephone for longer than the mixer's buffer makes a gap of its own, but hardly five times running.
    let mut heard = Vec::new();
    let whole = (0..5).any(|_| {
        b.clear();
        for _ in 0..3 {
            rig.hear(&all);
            b.listen(40);
            rig.hear(&pair);
            b.listen(40);
        }
        let packets = b.heard();
        assert_unbroken(&packets);
        heard = numbers(&packets);
        heard.len() == packets.len() && heard.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 8)
    });
    assert!(whole, "frames of the counting telephone are missing or come twice: {heard:?}");
}

#[test]
fn edges_of_two_calls_add_up_and_edges_may_come_before_the_leg() {
    let rig = Rig::start();
    rig.hear(&[(1, 3)]);
    let second = vec![voice::switch::Edge { from: leg(2), to: leg(3) }];
    rig.media.send(MediaCommand::Hear { call: call(2), edges: second });
    let [_a, _b, c] = three(&rig);
    c.hears(&[500, 900], &TONES);
    rig.media.send(MediaCommand::Close { leg: leg(1) });
    c.hears(&[900], &TONES);
    rig.media.send(MediaCommand::Detach { leg: leg(3) });
    c.hears(&[], &TONES);
}
