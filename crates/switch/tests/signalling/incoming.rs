use sip::{Cause, Command, Event, Source};

use crate::bench::{Bench, caller, config, free_port};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_rung_answered_and_ended_by_the_caller() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_call", bench.port, &[]);
    let leg = match bench.next().await {
        Event::Incoming { leg, source, from, to } => {
            assert_eq!((source, from.as_str(), to.as_str()), (Source::Trunk("line".into()), "13800000000", "12345"));
            leg
        }
        other => panic!("{other:?}"),
    };
    bench.sip.send(Command::Ring { leg });
    bench.sip.send(Command::Answer { leg, rtp_port: 40_000 });
    match bench.next().await {
        Event::Media { leg: of, remote } => {
            assert_eq!((of, remote.address.ip().to_string().as_str()), (leg, "127.0.0.1"));
            assert_eq!((remote.codec, remote.dtmf_pt), (sip::sdp::Codec::Pcma, Some(101)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.next().await, Event::Answered { leg });
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn we_end_a_call() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_ended_by_us", bench.port, &[]);
    let leg = bench.take().await;
    bench.sip.send(Command::Hangup { leg, cause: Cause::Silent });
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Silent, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

/// RFC 3261 §15: no BYE before the ACK.
#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_right_after_the_answer_waits_for_the_ack() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_ended_by_us", bench.port, &[]);
    let leg = bench.incoming().await;
    bench.sip.send(Command::Answer { leg, rtp_port: 40_000 });
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert!(matches!(bench.next().await, Event::Media { .. }));
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_gives_up_while_it_rings() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_cancel", bench.port, &[]);
    let leg = bench.incoming().await;
    bench.sip.send(Command::Ring { leg });
    assert_eq!(bench.ended(leg).await, (Cause::Cancelled, None));
    bench.sip.send(Command::Answer { leg, rtp_port: 40_000 });
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hold_and_a_new_address_by_reinvite() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_hold", bench.port, &[]);
    let leg = bench.take().await;
    let Event::Media { remote: held, .. } = bench.next().await else { panic!("no hold") };
    assert!(held.sends && !held.receives);
    let Event::Media { remote: back, .. } = bench.next().await else { panic!("no return") };
    assert!(back.sends && back.receives);
    assert_eq!(back.address.ip().to_string(), "127.0.0.7");
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn update_refreshes_and_holds() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_update", bench.port, &[]);
    let leg = bench.take().await;
    let Event::Media { remote, .. } = bench.next().await else { panic!("no hold") };
    assert!(!remote.sends && !remote.receives);
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_offer_may_come_with_our_answer() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_delayed_offer", bench.port, &[]);
    let leg = bench.incoming().await;
    bench.sip.send(Command::Answer { leg, rtp_port: 40_000 });
    let Event::Media { remote, .. } = bench.next().await else { panic!("no media") };
    assert_eq!(remote.codec, sip::sdp::Codec::Pcma);
    assert_eq!(bench.next().await, Event::Answered { leg });
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_ack_is_ended() {
    let mut config = config(5060);
    config.timing.t1 = std::time::Duration::from_millis(50);
    let mut bench = Bench::start(config).await;
    let sipp = caller("uac_no_ack", bench.port, &[]);
    let leg = bench.incoming().await;
    bench.sip.send(Command::Answer { leg, rtp_port: 40_000 });
    assert!(matches!(bench.next().await, Event::Media { .. }));
    assert_eq!(bench.ended(leg).await, (Cause::Network, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_call_is_ended() {
    let mut config = config(5060);
    config.timing.longest_call = std::time::Duration::from_millis(400);
    let mut bench = Bench::start(config).await;
    let sipp = caller("uac_ended_by_us", bench.port, &[]);
    let leg = bench.take().await;
    assert_eq!(bench.ended(leg).await, (Cause::TooLong, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digit_by_info_is_told() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_info", bench.port, &[]);
    let leg = bench.take().await;
    assert_eq!(bench.next().await, Event::Digit { leg, digit: '5' });
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_request_is_answered_500() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_old_cseq", bench.port, &[]);
    let leg = bench.take().await;
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn options_are_answered() {
    let bench = Bench::start(config(5060)).await;
    caller("uac_options", bench.port, &[]).passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tcp_carries_calls() {
    let mut config = config(5060);
    config.udp = None;
    config.tcp = Some(std::net::SocketAddr::new(crate::bench::HOME, free_port()));
    let mut bench = Bench::start(config).await;
    let sipp = caller("uac_call", bench.port, &["-t", "t1"]);
    let leg = bench.take().await;
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

/// The re-INVITE of the scenario changes nothing but the Contact.
#[tokio::test(flavor = "multi_thread")]
async fn what_we_send_follows_the_caller() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_moves", bench.port, &[]);
    let leg = bench.take().await;
    // sipp asks again at once; our answer to that shows in its log of messages.
    sipp.logged("CSeq: 2 ACK").await;
    bench.sip.send(Command::Hangup { leg, cause: Cause::Local });
    assert_eq!(bench.ended(leg).await, (Cause::Local, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}
