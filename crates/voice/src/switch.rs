//! What any telephone switch must do for us, and what it tells. The embedded switch and FreeSWITCH both speak this.
//!
//! Who hears whom is declared, not assembled: [`Command::Hear`] gives the whole set of a call's edges and replaces the
//! one before. Two parties in both directions is a conversation; no edge and [`Command::Play`] of music is hold; three
//! parties with all edges is 三方通话; supervisor hears all and only the agent hears the supervisor is 密语.

use kernel::{CallId, LegId, RecordingId};
use serde::{Deserialize, Serialize};

/// A switch. Commands never block and never fail at once: what came of one is told by an [`Event`].
pub trait Switch: Send + Sync {
    fn send(&self, command: Command);
}

/// Where the switch tells its events; called from its own threads, must not block.
pub type Sink = std::sync::Arc<dyn Fn(Event) + Send + Sync>;

/// Number of a [`Command::Play`] on a leg, so that an end that comes late is not taken for another's.
pub type PlayNo = u32;

/// What the switch is to do. A command about a leg that is gone is without effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// 180 to an incoming call.
    Ring {
        leg: LegId,
    },
    /// 200 to an incoming call.
    Answer {
        leg: LegId,
    },
    /// Refuses an incoming call that was not answered.
    Reject {
        leg: LegId,
        why: Rejection,
    },
    /// Calls somebody. `caller` is the number shown to the called party. `call` is for the switch's own log.
    Originate {
        leg: LegId,
        call: CallId,
        to: Endpoint,
        caller: String,
        ring_s: u32,
    },
    /// Ends a leg: BYE, CANCEL or a refusal, as its state demands. For a browser leg: takes it out of everything it
    /// hears and is heard by; its media stay up.
    Hangup {
        leg: LegId,
    },
    /// Sends RFC 4733 digits to a leg.
    Digits {
        leg: LegId,
        digits: String,
    },
    /// A browser's SDP offer for the leg of a seat; kept up for the shift. The same leg again renegotiates.
    WebOffer {
        leg: LegId,
        sdp: String,
    },
    /// Ends the media of a browser leg.
    WebClose {
        leg: LegId,
    },
    /// Plays sounds to a leg one after the other, replacing what is played; what the leg hears of others pauses meanwhile.
    Play {
        leg: LegId,
        no: PlayNo,
        sounds: Vec<Sound>,
        repeat: bool,
    },
    /// Stops playing.
    Quiet {
        leg: LegId,
    },
    /// Exactly these edges exist among the legs of the call from now on.
    Hear {
        call: CallId,
        edges: Vec<Edge>,
    },
    /// Starts a recording: stereo, A-law, 8 kHz. `file` is relative to the recordings' folder.
    Record {
        recording: RecordingId,
        call: CallId,
        file: String,
        left: LegId,
        right: Vec<LegId>,
    },
    /// Changes who is on the right side of a recording (agents, departments; never a whispering supervisor).
    RecordSides {
        recording: RecordingId,
        right: Vec<LegId>,
    },
    /// 暂停录音 for sensitive data: silence is written so that times stay true.
    RecordPause {
        recording: RecordingId,
        on: bool,
    },
    RecordStop {
        recording: RecordingId,
    },
}

/// One direction of hearing: `to` hears `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    pub from: LegId,
    pub to: LegId,
}

/// Whom to call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// A number of the public network, through a trunk.
    Number(String),
    /// A registered SIP desk phone.
    Phone(String),
}

/// Something to be heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    /// A prompt of the library by its name, e.g. `greeting`, `digit.3`.
    Prompt(String),
    /// A file below the recordings' folder, e.g. a message left.
    File(String),
    /// Hold music.
    Music,
    /// A tone: the "beep" before a message, ringing.
    Tone {
        hz: u16,
        ms: u32,
    },
    Silence {
        ms: u32,
    },
}

/// Why an incoming call is refused, with its SIP answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// 486.
    Busy,
    /// 403: blacklisted, not allowed.
    Forbidden,
    /// 404: no such number here.
    NotFound,
    /// 503 with Retry-After, seconds.
    Overloaded { retry_after_s: u32 },
}

/// How a leg ended or why it never came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The party hung up.
    Remote,
    /// We hung up.
    Local,
    /// The caller gave up before an answer (CANCEL).
    Cancelled,
    /// 486, 600.
    Busy,
    /// 603, 403.
    Declined,
    /// 480, 408, or the ringing time passed.
    NoAnswer,
    /// 404, 484, 410.
    NoSuchNumber,
    /// No codec in common, no usable SDP.
    NoMedia,
    /// No RTP for longer than allowed.
    Silent,
    /// Longer than the longest allowed call, or the session timer ran out.
    TooLong,
    /// The trunk could not be reached, 5xx.
    Network,
    /// A toll-fraud rule or the admission limit forbade it.
    Refused,
    /// The platform was stopped or restarted.
    Restart,
}

/// What the switch tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A call came in on a trunk or from a desk phone; `leg` is new. Nothing was answered yet. Numbers as received.
    Incoming {
        leg: LegId,
        source: Source,
        from: String,
        to: String,
    },
    /// The called party rings.
    Ringing {
        leg: LegId,
    },
    /// The network plays something before the answer.
    EarlyMedia {
        leg: LegId,
    },
    /// The called party answered, or our answer was acknowledged (ACK).
    Answered {
        leg: LegId,
    },
    /// The leg is over; told once for every leg that ever was, whatever the reason. `code` is the SIP answer, if one.
    Ended {
        leg: LegId,
        cause: Cause,
        code: Option<u16>,
    },
    Digit {
        leg: LegId,
        digit: char,
    },
    /// A [`Command::Play`] came to its end (`whole`) or was replaced or stopped.
    Played {
        leg: LegId,
        no: PlayNo,
        whole: bool,
    },
    /// Answer to [`Command::WebOffer`].
    WebAnswer {
        leg: LegId,
        sdp: String,
    },
    WebFailed {
        leg: LegId,
        reason: String,
    },
    /// Media of a browser leg flow.
    WebUp {
        leg: LegId,
    },
    /// Media of a browser leg stopped; the leg may come back by a new offer.
    WebDown {
        leg: LegId,
    },
    /// A recording was closed and its header is true. `ms` of sound; `sha256` in hex.
    Recorded {
        recording: RecordingId,
        bytes: u64,
        ms: u64,
        sha256: String,
    },
    /// The disk refused; the call goes on.
    NotRecorded {
        recording: RecordingId,
        reason: String,
    },
    /// Every few seconds for a leg with media. Loss in per mille of packets since the last report.
    Quality {
        leg: LegId,
        loss_permille: u16,
        jitter_ms: u16,
        rtt_ms: Option<u16>,
    },
    /// A desk phone (un)registered.
    Phone {
        extension: String,
        registered: bool,
    },
    /// A trunk became (un)usable.
    Trunk {
        trunk: String,
        up: bool,
        reason: String,
    },
}

/// Where an incoming call came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Trunk(String),
    Phone(String),
}
