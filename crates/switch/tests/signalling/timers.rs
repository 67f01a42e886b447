use sip::{Cause, Event};

use crate::bench::{Bench, caller, config};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_refresh_does_not_come_is_ended() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_session_expires", bench.port, &[]);
    let leg = bench.take().await;
    assert_eq!(bench.ended(leg).await, (Cause::TooLong, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn we_refresh_by_update() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_session_update", bench.port, &[]);
    let leg = bench.take().await;
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn we_refresh_by_reinvite_where_update_is_unknown() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_session_reinvite", bench.port, &[]);
    let leg = bench.take().await;
    assert_eq!(bench.ended(leg).await, (Cause::Remote, None));
    sipp.passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_small_an_interval_is_refused() {
    let bench = Bench::start(config(5060)).await;
    caller("uac_session_small", bench.port, &[]).passes().await;
    bench.comes_to_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn glare_is_answered_491_and_changes_nothing() {
    let mut bench = Bench::start(config(5060)).await;
    let sipp = caller("uac_glare", bench.port, &[]);
    let leg = bench.take().await;
    match bench.next().await {
        Event::Ended { leg: ended, cause: Cause::Remote, .. } => assert_eq!(ended, leg),
        other => panic!("{other:?}"),
    }
    sipp.passes().await;
    bench.comes_to_rest().await;
}
