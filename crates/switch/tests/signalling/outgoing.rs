use std::net::SocketAddr;

use kernel::{LegId, Secret};
use sip::{Cause, Command, Event, Target, TlsListen, Transport};

use crate::bench::{Bench, HOME, RTP, account, called, config, free_port, line};

async fn answered(bench: &mut Bench, leg: LegId) {
    loop {
        match bench.next().await {
            Event::Ringing { .. } | Event::Media { .. } | Event::EarlyMedia { .. } => {}
            Event::Answered { leg: answered } => return assert_eq!(answered, leg),
            other => panic!("{other:?} instead of the answer"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_out_is_answered_and_ended_by_us() {
    let port = free_port();
    let carrier = called("uas_answer", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    assert_eq!(bench.next().await, Event::Ringing { leg });
    assert!(matches!(bench.next().await, Event::Media { leg: of, .. } if of == leg));
    assert_eq!(bench.next().await, Event::Answered { leg });
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_called_party_hangs_up() {
    let port = free_port();
    let carrier = called("uas_hangs_up", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    answered(&mut bench, leg).await;
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn busy_is_told() {
    let port = free_port();
    let carrier = called("uas_busy", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    assert_eq!(bench.next().await, Event::Ringing { leg });
    assert_eq!(bench.ended(leg).await, (Cause::Busy, Some(486)));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ringing_too_long_is_no_answer() {
    let port = free_port();
    let carrier = called("uas_no_answer", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = LegId(kernel::Uuid::from_u128(1));
    let to = Target::Number("13900000000".into());
    bench.sip.send(Command::Originate { leg, to, caller: "12345".into(), ring_s: 2, rtp_port: RTP });
    assert_eq!(bench.next().await, Event::Ringing { leg });
    assert_eq!(bench.ended(leg).await, (Cause::NoAnswer, None));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn early_media_come_before_the_answer() {
    let port = free_port();
    let carrier = called("uas_early", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    assert!(matches!(bench.next().await, Event::Media { .. }));
    assert_eq!(bench.next().await, Event::EarlyMedia { leg });
    assert_eq!(bench.next().await, Event::Answered { leg });
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_crosses_our_cancel_is_ended_with_bye() {
    let port = free_port();
    let carrier = called("uas_cancel_race", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    assert_eq!(bench.next().await, Event::Ringing { leg });
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_hang_up_at_once() {
    let port = free_port();
    let carrier = called("uas_bye_race", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    answered(&mut bench, leg).await;
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_carrier_asks_for_a_password() {
    let port = free_port();
    let carrier = called("uas_auth", port);
    let mut config = config(port);
    config.trunks[0].outbound = Some(account("line1", "secret"));
    let mut bench = Bench::start(config).await;
    let leg = bench.call(1);
    answered(&mut bench, leg).await;
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_longer_session_interval_is_granted() {
    let port = free_port();
    let carrier = called("uas_small", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    answered(&mut bench, leg).await;
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_trunk_is_tried_when_one_is_out_of_order() {
    let (broken, good) = (free_port(), free_port());
    let (first, second) = (called("uas_unavailable", broken), called("uas_answer", good));
    let mut config = config(broken);
    config.trunks.push(line("second", good));
    let mut bench = Bench::start(config).await;
    let leg = bench.call(1);
    answered(&mut bench, leg).await;
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    first.passes().await;
    second.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_trunk_left_is_told_as_network() {
    let port = free_port();
    let carrier = called("uas_unavailable", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    assert_eq!(bench.ended(leg).await, (Cause::Network, Some(503)));
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_dialled_never_reaches_the_wire() {
    let mut config = config(5060);
    config.trunks[0].dials = false;
    let mut bench = Bench::start(config).await;
    let leg = bench.call(1);
    assert_eq!(bench.ended(leg).await, (Cause::Refused, None));
    let dial = |to| Command::Originate { leg, to, caller: "12345".into(), ring_s: 5, rtp_port: RTP };
    bench.sip.send(dial(Target::Number("1\r\nX-Evil: 1".into())));
    assert_eq!(bench.ended(leg).await, (Cause::NoSuchNumber, None));
    bench.sip.send(dial(Target::Phone("8001".into())));
    assert_eq!(bench.ended(leg).await, (Cause::NoAnswer, None));
    bench.comes_to_rest().await;
}

/// Two of our own stacks, the certificate checked against the authority.
#[tokio::test(flavor = "multi_thread")]
async fn tls_carries_calls() {
    let (certificate, key) = (include_bytes!("tls/cert.pem").to_vec(), include_bytes!("tls/key.pem").to_vec());
    let mut there = config(5060);
    there.udp = None;
    let bind = SocketAddr::new(HOME, free_port());
    there.tls = Some(TlsListen { bind, certificate: certificate.clone(), key: Secret::new(key) });
    let mut there = Bench::start(there).await;
    let mut here = config(bind.port());
    here.trunks[0].transport = Transport::Tls;
    here.authorities = Some(certificate);
    let mut here = Bench::start(here).await;
    let out = here.call(1);
    let into = there.incoming().await;
    there.sip.send(Command::Ring { leg: into });
    there.sip.send(Command::Answer { leg: into, rtp_port: RTP });
    answered(&mut here, out).await;
    assert!(matches!(there.next().await, Event::Media { .. }));
    assert_eq!(there.next().await, Event::Answered { leg: into });
    here.sip.send(Command::Hangup { leg: out, cause: Cause::Local });
    assert_eq!(here.ended(out).await, (Cause::Local, None));
    assert_eq!(there.ended(into).await, (Cause::Remote, None));
    here.comes_to_rest().await;
    there.comes_to_rest().await;
}

/// A desk phone is another of our stacks: it registers as a trunk does.
#[tokio::test(flavor = "multi_thread")]
async fn a_registered_desk_phone_is_called() {
    let mut centre = config(5060);
    centre.trunks.clear();
    let mut centre = Bench::start(centre).await;
    let mut phone = config(centre.port);
    phone.trunks[0].outbound = Some(account("8001", "secret"));
    phone.trunks[0].register_s = Some(600);
    let mut phone = Bench::start(phone).await;
    assert_eq!(centre.next().await, Event::Phone { extension: "8001".into(), registered: true });
    assert!(matches!(phone.next().await, Event::Trunk { up: true, .. }));
    let leg = LegId(kernel::Uuid::from_u128(1));
    let to = Target::Phone("8001".into());
    centre.sip.send(Command::Originate { leg, to, caller: "12345".into(), ring_s: 20, rtp_port: RTP });
    let at_phone = phone.take().await;
    answered(&mut centre, leg).await;
    phone.sip.send(Command::Hangup { leg: at_phone, cause: Cause::Local });
    assert_eq!(phone.ended(at_phone).await, (Cause::Local, None));
    assert_eq!(centre.ended(leg).await, (Cause::Remote, None));
    phone.comes_to_rest().await;
    assert_eq!(centre.next().await, Event::Phone { extension: "8001".into(), registered: false });
    centre.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_every_call() {
    let port = free_port();
    let carrier = called("uas_answer", port);
    let mut bench = Bench::start(config(port)).await;
    let leg = bench.call(1);
    answered(&mut bench, leg).await;
    bench.sip.stop().await;
    assert_eq!(bench.ended(leg).await, (Cause::Stopping, None));
    carrier.passes().await;
    let refused = bench.call(2);
    assert_eq!(bench.ended(refused).await, (Cause::Refused, None));
}
