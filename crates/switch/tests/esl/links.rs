use std::time::Duration;

use switch::esl::Patience;
use voice::switch::{Cause, Command, Endpoint, Event, Switch};

use crate::freeswitch::{Peer, leg};

fn quick() -> Patience {
    Patience { first_wait: Duration::from_millis(50), ..Patience::default() }
}

fn down(event: &Event, part: &str) -> bool {
    matches!(event, Event::Trunk { trunk, up: false, reason } if trunk == "freeswitch" && reason.contains(part))
}

#[tokio::test]
async fn a_refused_password_is_told_and_tried_again() {
    let mut peer = Peer::start(quick()).await;
    let mut session = peer.raw().await;
    session.write("Content-Type: auth/request\n\n").await;
    assert_eq!(session.read().await, "auth secret");
    session.write("Content-Type: command/reply\nReply-Text: -ERR invalid\n\n").await;
    let told = peer.next().await;
    assert!(down(&told, "-ERR invalid"), "{told:?}");
    peer.accept().await;
    assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
}

#[tokio::test]
async fn another_protocol_is_noticed() {
    let mut peer = Peer::start(quick()).await;
    peer.raw().await.write("SSH-2.0-OpenSSH_9.2\r\n\n\n").await;
    let told = peer.next().await;
    assert!(down(&told, "not an event socket"), "{told:?}");
}

/// Phones register with FreeSWITCH, not with us: those that were there before the link are asked for.
#[tokio::test]
async fn registered_phones_are_asked_for_with_every_link() {
    let mut peer = Peer::start(quick()).await;
    let list = |extensions: &[&str]| {
        let row = |e: &&str| {
            format!("{e},10.0.0.1,tok,sofia/internal/sip:{e}@10.0.0.9:5060,1700000000,10.0.0.9,5060,udp,fs,\n")
        };
        let rows: String = extensions.iter().map(row).collect();
        format!(
            "reg_user,realm,token,url,expires,network_ip,network_port,network_proto,hostname,metadata\n{rows}\n{} total.\n",
            extensions.len()
        )
    };
    let phone = |extension: &str, registered| Event::Phone { extension: extension.to_owned(), registered };
    let fs = peer.accept_with(&list(&["8001", "8002"])).await;
    assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
    assert_eq!([peer.next().await, peer.next().await], [phone("8001", true), phone("8002", true)]);
    drop(fs);
    assert!(matches!(peer.next().await, Event::Trunk { up: false, .. }));
    let _fs = peer.accept_with(&list(&["8002", "8003"])).await;
    assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
    assert_eq!([peer.next().await, peer.next().await], [phone("8001", false), phone("8003", true)]);
    assert!(peer.silent());
}

/// Calls outlive a lost link; what ended meanwhile is told, what was asked meanwhile is done.
#[tokio::test]
async fn a_lost_link_is_made_again_and_the_calls_are_found() {
    let mut peer = Peer::start(quick()).await;
    let mut fs = peer.accept().await;
    assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
    let (a, b) = (leg(1), leg(2));
    peer.incoming(&mut fs, a).await;
    peer.incoming(&mut fs, b).await;
    drop(fs);
    assert!(matches!(peer.next().await, Event::Trunk { up: false, .. }));
    peer.send(Command::Hangup { leg: a });
    let to = Endpoint::Number("10086".into());
    let call = kernel::CallId(kernel::Uuid::from_u128(1));
    peer.send(Command::Originate { leg: leg(3), call, to, caller: "12345".into(), ring_s: 5 });
    assert_eq!(peer.ended(leg(3)).await, (Cause::Network, None), "nobody is called later");
    let mut fs = peer.accept().await;
    assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
    let list = format!("uuid,direction,created\n{a},inbound,2026-11-27\n\n1 total.\n");
    fs.expects_answered("show channels", &list).await;
    assert_eq!(peer.ended(b).await, (Cause::Network, None));
    fs.expects(&format!("uuid_kill {a} NORMAL_CLEARING")).await;
    fs.hangs_up(a, "NORMAL_CLEARING", &[]).await;
    assert_eq!(peer.ended(a).await, (Cause::Local, None));
}

#[tokio::test]
async fn calls_are_given_up_when_the_link_stays_away() {
    let patience = Patience { grace: Duration::from_millis(150), ..quick() };
    let mut peer = Peer::start(patience).await;
    let mut fs = peer.accept().await;
    assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
    peer.incoming(&mut fs, leg(1)).await;
    drop(fs);
    assert!(matches!(peer.next().await, Event::Trunk { up: false, .. }));
    // The next connections are never greeted.
    let _mute = peer.raw().await;
    let patience_of_greeting = peer.ended(leg(1));
    assert_eq!(patience_of_greeting.await, (Cause::Network, None));
}

#[tokio::test]
async fn silence_is_a_dead_link() {
    let mut peer = Peer::start(Patience { silence: Duration::from_millis(200), ..quick() }).await;
    let _fs = peer.accept().await;
    assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
    let told = peer.next().await;
    assert!(down(&told, "silence"), "{told:?}");
}

#[tokio::test]
async fn a_stop_ends_the_calls_first() {
    let (mut peer, mut fs) = Peer::connected().await;
    peer.incoming(&mut fs, leg(1)).await;
    let switch = std::sync::Arc::new(std::mem::replace(&mut peer.switch, idle()));
    let stopping = tokio::spawn({
        let switch = switch.clone();
        async move { switch.stop().await }
    });
    fs.expects(&format!("uuid_kill {} SYSTEM_SHUTDOWN", leg(1))).await;
    fs.hangs_up(leg(1), "SYSTEM_SHUTDOWN", &[]).await;
    assert_eq!(peer.ended(leg(1)).await, (Cause::Restart, None));
    tokio::time::timeout(Duration::from_secs(5), stopping).await.unwrap().unwrap();
    switch.send(Command::Hangup { leg: leg(1) });
}

/// A driver that connects to nobody.
fn idle() -> switch::esl::Esl {
    let mut config = switch::SwitchConfig::default();
    config.freeswitch.address = "127.0.0.1:1".parse().unwrap();
    switch::esl::Esl::start(&config, Patience::default(), std::sync::Arc::new(|_| {})).unwrap()
}
