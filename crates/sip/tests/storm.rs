//! Damaged session descriptions: the check of the fuzz target `sdp`, everywhere.

#[path = "../../../fuzz/checks/sdp.rs"]
mod check;
#[path = "../../../fuzz/storm.rs"]
mod storm;

const CARRIER: &[u8] = b"v=0\r\no=- 1 1 IN IP4 203.0.113.5\r\ns=-\r\nc=IN IP4 203.0.113.5\r\nt=0 0\r\n\
    m=audio 40000 RTP/AVP 18 0 8 97\r\na=rtpmap:18 G729/8000\r\na=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\n\
    a=ptime:20\r\na=sendonly\r\nm=video 40002 RTP/AVP 34\r\na=rtpmap:34 H263/90000\r\n";
const PHONE: &[u8] =
    b"v=0\no=x 9 9 IN IP6 ::1\ns= \nc=IN IP6 2001:db8::1\nt=0 0\na=inactive\nm=audio 5004 RTP/AVP 0 101\n\
    c=IN IP4 198.51.100.4/127\na=rtpmap:101 telephone-event/8000\nm=image 0 udptl t38\n";

#[test]
fn a_damaged_description_is_refused_or_answered() {
    storm::storm(&[CARRIER, PHONE], 20_000, check::check);
}
