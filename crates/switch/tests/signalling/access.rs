use sip::{Cause, Command, Event, Source};

use crate::bench::{Bench, account, called, caller, config, free_port};

/// Nobody is trusted by address.
fn strict() -> sip::SipConfig {
    let mut config = config(5060);
    config.trunks[0].allow = vec!["192.0.2.0/24".parse().unwrap()];
    config
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_refused() {
    let bench = Bench::start(strict()).await;
    caller("uac_refused_403", bench.port, &[]).passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_phone_proves_its_password() {
    let mut bench = Bench::start(strict()).await;
    let sipp = caller("uac_digest", bench.port, &["-au", "8001", "-ap", "secret"]);
    let leg = match bench.next().await {
        Event::Incoming { leg, source, from, .. } => {
            assert_eq!((source, from.as_str()), (Source::Phone("8001".into()), "8001"));
            leg
        }
        other => panic!("{other:?}"),
    };
    bench.sip.send(Command::Answer { leg, rtp_port: 40_000 });
    assert!(matches!(bench.next().await, Event::Media { .. }));
    assert_eq!(bench.next().await, Event::Answered { leg });
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_may_prove_a_password_instead_of_an_address() {
    let mut config = strict();
    config.trunks[0].inbound = Some(account("8001", "secret"));
    config.phones.clear();
    let mut bench = Bench::start(config).await;
    let sipp = caller("uac_digest", bench.port, &["-au", "8001", "-ap", "secret"]);
    let Event::Incoming { leg, source, .. } = bench.next().await else { panic!("no call") };
    assert_eq!(source, Source::Trunk("line".into()));
    bench.sip.send(Command::Answer { leg, rtp_port: 40_000 });
    assert!(matches!(bench.next().await, Event::Media { .. }));
    assert_eq!(bench.next().await, Event::Answered { leg });
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_does_not_pass() {
    let bench = Bench::start(strict()).await;
    caller("uac_digest_wrong", bench.port, &["-au", "8001", "-ap", "wrong"]).passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_rate_calls_get_503_and_when_to_come_back() {
    let mut config = config(5060);
    (config.limits.calls_per_s, config.limits.burst) = (0, 1);
    let mut bench = Bench::start(config).await;
    let first = caller("uac_call", bench.port, &[]);
    let leg = bench.take().await;
    caller("uac_refused_503", bench.port, &[]).passes().await;
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    first.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_number_of_calls_too() {
    let mut config = config(5060);
    config.limits.calls = 1;
    let mut bench = Bench::start(config).await;
    let first = caller("uac_call", bench.port, &[]);
    let leg = bench.take().await;
    caller("uac_refused_503", bench.port, &[]).passes().await;
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    first.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_was_taken_can_be_refused_with_any_code() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_refused_486", bench.port, &[]);
    let leg = bench.incoming().await;
    bench.sip.send(Command::Ring { leg });
    bench.sip.send(Command::Reject { leg, code: 486, retry_after_s: None });
    assert_eq!(bench.ended(leg).await, (Cause::Local, Some(486)));
    sipp.passes().await;
    let sipp = caller("uac_refused_503", bench.port, &[]);
    let leg = bench.incoming().await;
    bench.sip.send(Command::Reject { leg, code: 503, retry_after_s: Some(7) });
    assert_eq!(bench.ended(leg).await, (Cause::Local, Some(503)));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_cannot_do_is_said_by_its_code() {
    let bench = Bench::start(config(5060)).await;
    caller("uac_refused_488", bench.port, &[]).passes().await;
    caller("uac_refused_420", bench.port, &[]).passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_phone_registers_and_leaves() {
    let mut bench = Bench::start(strict()).await;
    let sipp = caller("uac_register", bench.port, &["-au", "8001", "-ap", "secret"]);
    assert_eq!(bench.next().await, Event::Phone { extension: "8001".into(), registered: true });
    assert_eq!(bench.next().await, Event::Phone { extension: "8001".into(), registered: false });
    sipp.passes().await;
    caller("uac_register_brief", bench.port, &["-au", "8001", "-ap", "secret"]).passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_registers_and_probes() {
    let port = free_port();
    let mut config = config(port);
    config.trunks[0].outbound = Some(account("line1", "secret"));
    config.trunks[0].register_s = Some(600);
    let carrier = called("uas_register", port);
    let mut bench = Bench::start(config).await;
    assert_eq!(bench.next().await, Event::Trunk { trunk: "line".into(), up: true, reason: String::new() });
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trunk_that_is_refused_is_told_with_the_reason() {
    let port = free_port();
    let mut config = config(port);
    config.trunks[0].outbound = Some(account("line1", "secret"));
    config.trunks[0].register_s = Some(600);
    let carrier = called("uas_register_refused", port);
    let mut bench = Bench::start(config).await;
    let told = Event::Trunk { trunk: "line".into(), up: false, reason: "403 REGISTER".into() };
    assert_eq!(bench.next().await, told);
    carrier.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_carrier_is_noticed_and_its_return_too() {
    let port = free_port();
    let mut config = config(port);
    config.trunks[0].probe_s = 1;
    let mut bench = Bench::start(config).await;
    let told = Event::Trunk { trunk: "line".into(), up: false, reason: "OPTIONS unanswered".into() };
    assert_eq!(bench.next().await, told);
    let carrier = called("uas_options", port);
    assert_eq!(bench.next().await, Event::Trunk { trunk: "line".into(), up: true, reason: String::new() });
    carrier.passes().await;
    bench.comes_to_rest().await;
}
