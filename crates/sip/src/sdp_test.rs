use super::*;
use proptest::prelude::*;

fn local() -> Local {
    Local { session: 7, version: 1, address: "192.0.2.9".parse().unwrap(), port: 20_000 }
}

const CARRIER: &str = "v=0\r\no=- 1 1 IN IP4 203.0.113.5\r\ns=-\r\nc=IN IP4 203.0.113.5\r\nt=0 0\r\n\
    m=audio 40000 RTP/AVP 18 0 8 97\r\na=rtpmap:18 G729/8000\r\na=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\n\
    a=ptime:20\r\na=x-unknown:1\r\nm=video 40002 RTP/AVP 34\r\na=rtpmap:34 H263/90000\r\n";

fn with(direction: &str) -> Description {
    Description::parse(CARRIER.replace("a=ptime:20", &format!("a={direction}")).as_bytes()).unwrap()
}

#[test]
fn a_law_is_taken_digits_keep_their_number_and_other_streams_are_refused() {
    let (text, remote) = Description::parse(CARRIER.as_bytes()).unwrap().answer(&local()).unwrap();
    assert_eq!(remote.address, "203.0.113.5:40000".parse().unwrap());
    assert_eq!((remote.codec, remote.dtmf_pt), (Codec::Pcma, Some(97)));
    assert!(remote.sends && remote.receives);
    assert_eq!(
        text,
        "v=0\r\no=hotline 7 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n\
         m=audio 20000 RTP/AVP 8 97\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\n\
         a=ptime:20\r\na=sendrecv\r\nm=video 0 RTP/AVP 34\r\n"
    );
}

#[test]
fn mu_law_alone_is_taken() {
    let text = CARRIER.replace("18 0 8 97", "18 0");
    let (_, remote) = Description::parse(text.as_bytes()).unwrap().answer(&local()).unwrap();
    assert_eq!((remote.codec, remote.dtmf_pt), (Codec::Pcmu, None));
}

#[test]
fn holds_are_answered_by_their_mirror() {
    for (theirs, ours, sends, receives) in [
        ("sendonly", "recvonly", true, false),
        ("recvonly", "sendonly", false, true),
        ("inactive", "inactive", false, false),
        ("sendrecv", "sendrecv", true, true),
    ] {
        let (text, remote) = with(theirs).answer(&local()).unwrap();
        assert!(text.contains(&format!("a={ours}\r\n")), "{theirs} is answered {ours}: {text}");
        assert_eq!((remote.sends, remote.receives), (sends, receives), "{theirs}");
    }
}

#[test]
fn the_old_hold_by_address_zero_is_understood() {
    let text = CARRIER.replace("c=IN IP4 203.0.113.5", "c=IN IP4 0.0.0.0");
    let (_, remote) = Description::parse(text.as_bytes()).unwrap().answer(&local()).unwrap();
    assert!(!remote.receives);
}

#[test]
fn a_stream_address_goes_before_the_session_address() {
    let text = CARRIER.replace("a=ptime:20", "c=IN IP4 203.0.113.77");
    let remote = Description::parse(text.as_bytes()).unwrap().agreed().unwrap();
    assert_eq!(remote.address.ip(), "203.0.113.77".parse::<IpAddr>().unwrap());
}

#[test]
fn what_cannot_be_taken_says_why() {
    let refused = |from: &str, to: &str| Description::parse(CARRIER.replace(from, to).as_bytes()).unwrap().agreed();
    assert_eq!(refused("18 0 8 97", "18"), Err(SdpError::NoCodec));
    assert_eq!(refused("RTP/AVP 18", "RTP/SAVP 18"), Err(SdpError::NoAudio));
    assert_eq!(refused("audio 40000", "audio 0"), Err(SdpError::NoAudio));
    assert_eq!(refused("c=IN IP4 203.0.113.5", "c=IN IP4 239.1.1.1/127"), Err(SdpError::NoAddress));
    assert_eq!(refused("c=IN IP4 203.0.113.5", "c=IN IP4 media.example.com"), Err(SdpError::NoAddress));
    assert_eq!(Description::parse(b""), Err(SdpError::NotSdp));
    assert_eq!(Description::parse(b"m=audio 1 RTP/AVP 8"), Err(SdpError::NotSdp));
}

#[test]
fn our_offer_is_answered_by_ourselves() {
    let text = offer(&local());
    let (answer, remote) = Description::parse(text.as_bytes()).unwrap().answer(&local()).unwrap();
    assert_eq!(remote.dtmf_pt, Some(101));
    let back = Description::parse(answer.as_bytes()).unwrap().agreed().unwrap();
    assert_eq!(back.address, "192.0.2.9:20000".parse().unwrap());
}

#[test]
fn ipv6_is_written_and_read() {
    let local = Local { address: "2001:db8::9".parse().unwrap(), ..local() };
    let text = offer(&local);
    assert!(text.contains("c=IN IP6 2001:db8::9\r\n"));
    assert!(Description::parse(text.as_bytes()).unwrap().agreed().unwrap().address.is_ipv6());
}

proptest! {
    /// Bytes from anywhere never panic.
    #[test]
    fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(description) = Description::parse(&body) {
            let _ = description.answer(&local());
        }
    }

    /// An almost valid offer with one piece replaced never panics, and any answer names one stream for each offered.
    #[test]
    fn almost_valid(at in 0..CARRIER.len(), piece in "[ -~\r\n]{0,40}", cut in 0usize..30) {
        let end = (at + cut).min(CARRIER.len());
        let text = format!("{}{piece}{}", &CARRIER[..at], &CARRIER[end..]);
        if let Ok(description) = Description::parse(text.as_bytes())
            && let Ok((answer, _)) = description.answer(&local())
        {
            let streams = answer.lines().filter(|l| l.starts_with("m=")).count();
            prop_assert_eq!(streams, description.streams.len());
            prop_assert!(Description::parse(answer.as_bytes()).unwrap().agreed().is_ok());
        }
    }
}
