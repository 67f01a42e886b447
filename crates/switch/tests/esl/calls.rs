use kernel::{CallId, Uuid};
use voice::switch::{Cause, Command, Endpoint, Event, Rejection, Source};

use crate::freeswitch::{Peer, Session, leg};

const CALL: CallId = CallId(Uuid::from_u128(7));

#[tokio::test]
async fn a_call_comes_in_is_rung_answered_and_ended_by_us() {
    let (mut peer, mut fs) = Peer::connected().await;
    let a = leg(1);
    fs.park(a).await;
    fs.expects(&format!("uuid_setvar_multi {a} park_after_bridge=true;hangup_after_bridge=false")).await;
    let source = Source::Trunk("external".into());
    assert_eq!(peer.next().await, Event::Incoming { leg: a, source, from: "13800000000".into(), to: "12345".into() });
    peer.send(Command::Ring { leg: a });
    fs.expects(&format!("uuid_ring_ready {a}")).await;
    peer.send(Command::Answer { leg: a });
    fs.expects(&format!("uuid_setvar {a} media_timeout 30000")).await;
    fs.expects(&format!("uuid_answer {a}")).await;
    fs.tells("CHANNEL_ANSWER", a, &[]).await;
    fs.expects(&format!("sched_hangup +14400 {a} ALLOTTED_TIMEOUT")).await;
    assert_eq!(peer.next().await, Event::Answered { leg: a });
    // FreeSWITCH parks it again after each thing it does; that is no new call.
    fs.park(a).await;
    fs.tells("DTMF", a, &[("DTMF-Digit", "#"), ("DTMF-Duration", "2000")]).await;
    assert_eq!(peer.next().await, Event::Digit { leg: a, digit: '#' });
    peer.send(Command::Digits { leg: a, digits: "12 *\n#".into() });
    fs.expects(&format!("uuid_send_dtmf {a} 12*#")).await;
    peer.send(Command::Hangup { leg: a });
    fs.expects(&format!("uuid_kill {a} NORMAL_CLEARING")).await;
    fs.hangs_up(a, "NORMAL_CLEARING", &[]).await;
    assert_eq!(peer.ended(a).await, (Cause::Local, None));
    fs.hangs_up(a, "NORMAL_CLEARING", &[]).await;
    peer.send(Command::Hangup { leg: a });
    fs.park(leg(2)).await;
    fs.expects(&format!("uuid_setvar_multi {} park_after_bridge=true;hangup_after_bridge=false", leg(2))).await;
    assert!(matches!(peer.next().await, Event::Incoming { .. }), "nothing more of the first");
}

#[tokio::test]
async fn a_phone_is_known_by_its_authorisation() {
    let (mut peer, mut fs) = Peer::connected().await;
    let more = [
        ("Call-Direction", "inbound"),
        ("variable_sip_authorized", "true"),
        ("variable_sip_auth_username", "8001"),
        ("Caller-Caller-ID-Number", "8001"),
        ("Caller-Destination-Number", "8002"),
    ];
    fs.tells("CHANNEL_PARK", leg(1), &more).await;
    fs.read().await;
    assert!(matches!(peer.next().await, Event::Incoming { source: Source::Phone(p), .. } if p == "8001"));
}

#[tokio::test]
async fn refusals_are_causes() {
    let (mut peer, mut fs) = Peer::connected().await;
    for (n, why, cause) in [
        (1, Rejection::Busy, "USER_BUSY"),
        (2, Rejection::Forbidden, "CALL_REJECTED"),
        (3, Rejection::NotFound, "UNALLOCATED_NUMBER"),
        (4, Rejection::Overloaded { retry_after_s: 5 }, "SWITCH_CONGESTION"),
    ] {
        fs.park(leg(n)).await;
        fs.read().await;
        fs.write("Content-Type: api/response\nContent-Length: 4\n\n+OK\n").await;
        assert!(matches!(peer.next().await, Event::Incoming { .. }));
        peer.send(Command::Reject { leg: leg(n), why });
        fs.expects(&format!("uuid_kill {} {cause}", leg(n))).await;
        fs.hangs_up(leg(n), cause, &[]).await;
        assert_eq!(peer.ended(leg(n)).await.0, Cause::Local);
    }
}

async fn dial(peer: &Peer, fs: &mut Session, n: u128, to: Endpoint, string: &str) {
    let out = leg(n);
    peer.send(Command::Originate { leg: out, call: CALL, to, caller: "12345".into(), ring_s: 20 });
    let line = format!(
        "originate {{origination_uuid={out},origination_caller_id_number=12345,origination_caller_id_name=12345,\
         originate_timeout=20,hotline_call={CALL},park_after_bridge=true,hangup_after_bridge=false,\
         media_timeout=30000}}{string} &park()"
    );
    fs.expects_job(&line, out).await;
}

#[tokio::test]
async fn calls_out_ring_are_heard_early_and_answered() {
    let (mut peer, mut fs) = Peer::connected().await;
    let a = leg(1);
    dial(&peer, &mut fs, 1, Endpoint::Number("13900000000".into()), "sofia/gateway/carrier/13900000000").await;
    fs.tells("CHANNEL_PROGRESS", a, &[]).await;
    fs.tells("CHANNEL_PROGRESS_MEDIA", a, &[]).await;
    fs.tells("CHANNEL_PROGRESS", a, &[]).await;
    fs.tells("CHANNEL_ANSWER", a, &[]).await;
    assert_eq!(peer.next().await, Event::Ringing { leg: a });
    assert_eq!(peer.next().await, Event::EarlyMedia { leg: a });
    assert_eq!(peer.next().await, Event::Answered { leg: a });
    fs.expects(&format!("sched_hangup +14400 {a} ALLOTTED_TIMEOUT")).await;
    fs.tells_with("BACKGROUND_JOB", None, &[("Job-UUID", &a.to_string())], &format!("+OK {a}\n")).await;
    fs.tells("CHANNEL_PARK", a, &[("Call-Direction", "outbound")]).await;
    fs.hangs_up(a, "NORMAL_CLEARING", &[("variable_sip_term_status", "200")]).await;
    assert_eq!(peer.ended(a).await, (Cause::Remote, Some(200)));
    dial(&peer, &mut fs, 2, Endpoint::Phone("8001".into()), "user/8001").await;
}

#[tokio::test]
async fn what_becomes_of_calls_is_told_by_cause_and_code() {
    let (mut peer, mut fs) = Peer::connected().await;
    for (n, (name, cause)) in (1..).zip([
        ("USER_BUSY", Cause::Busy),
        ("NO_ANSWER", Cause::NoAnswer),
        ("CALL_REJECTED", Cause::Declined),
        ("UNALLOCATED_NUMBER", Cause::NoSuchNumber),
        ("INCOMPATIBLE_DESTINATION", Cause::NoMedia),
        ("MEDIA_TIMEOUT", Cause::Silent),
        ("ALLOTTED_TIMEOUT", Cause::TooLong),
        ("NETWORK_OUT_OF_ORDER", Cause::Network),
        ("SYSTEM_SHUTDOWN", Cause::Restart),
        ("ORIGINATOR_CANCEL", Cause::Cancelled),
    ]) {
        dial(&peer, &mut fs, n, Endpoint::Number("10086".into()), "sofia/gateway/carrier/10086").await;
        fs.hangs_up(leg(n), name, &[("variable_sip_invite_failure_status", "486")]).await;
        assert_eq!(peer.ended(leg(n)).await, (cause, Some(486)), "{name}");
        // The job's end says it again, to nobody.
        let job = leg(n).to_string();
        fs.tells_with("BACKGROUND_JOB", None, &[("Job-UUID", &job)], &format!("-ERR {name}\n")).await;
    }
    // Before there was a channel only the job tells.
    dial(&peer, &mut fs, 99, Endpoint::Number("10086".into()), "sofia/gateway/carrier/10086").await;
    let job = leg(99).to_string();
    fs.tells_with("BACKGROUND_JOB", None, &[("Job-UUID", &job)], "-ERR USER_NOT_REGISTERED\n").await;
    assert_eq!(peer.ended(leg(99)).await, (Cause::NoAnswer, None));
    assert!(peer.silent());
}

#[tokio::test]
async fn a_number_cannot_carry_dial_string_syntax() {
    let (mut peer, _fs) = Peer::connected().await;
    for number in ["1}sofia/external/9", "1|2", "1,2", "", "1 &bridge(x)"] {
        let to = Endpoint::Number(number.into());
        peer.send(Command::Originate { leg: leg(1), call: CALL, to, caller: "12345".into(), ring_s: 20 });
        assert_eq!(peer.ended(leg(1)).await, (Cause::NoSuchNumber, None), "{number}");
    }
}

#[tokio::test]
async fn registrations_and_gateways_are_told() {
    let (mut peer, mut fs) = Peer::connected().await;
    fs.tells_with("sofia::register", None, &[("from-user", "8001")], "").await;
    assert_eq!(peer.next().await, Event::Phone { extension: "8001".into(), registered: true });
    fs.tells_with("sofia::unregister", None, &[("from-user", "8001")], "").await;
    assert_eq!(peer.next().await, Event::Phone { extension: "8001".into(), registered: false });
    fs.tells_with("sofia::expire", None, &[("user", "8002")], "").await;
    assert_eq!(peer.next().await, Event::Phone { extension: "8002".into(), registered: false });
    for (state, up) in [("REGED", true), ("FAIL_WAIT", false), ("NOREG", true), ("DOWN", false)] {
        fs.tells_with("sofia::gateway_state", None, &[("Gateway", "carrier"), ("State", state)], "").await;
        let told = Event::Trunk { trunk: "carrier".into(), up, reason: state.into() };
        assert_eq!(peer.next().await, told);
    }
}
