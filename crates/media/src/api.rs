//! What the media thread is told and what it tells.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::sync::Arc;

use kernel::{CallId, LegId, RecordingId};
use voice::switch::{Edge, PlayNo, Sound};

use crate::g711::Codec;
use crate::port::RtpPort;
use crate::prompts::PromptLibrary;

/// Where events are told; called from the media thread and the disk thread, must not block.
pub type MediaSink = Arc<dyn Fn(MediaEvent) + Send + Sync>;

/// How media are to run.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// Ports of SIP legs; each leg takes an even one and the next.
    pub rtp_ports: RangeInclusive<u16>,
    /// Address bound for them.
    pub rtp_ip: IpAddr,
    /// Browser media; needs the feature `webrtc`.
    pub web: Option<WebConfig>,
    /// Folder of recordings; file names of [`MediaCommand::Record`] and [`Sound::File`] are below it.
    pub recordings: PathBuf,
    pub prompts: PromptLibrary,
    /// Seconds without a packet from a SIP leg that should send, until [`MediaEvent::Silent`]; 0 never.
    pub silence_s: u32,
}

/// One UDP socket carries the media of all browsers.
#[derive(Clone, Debug)]
pub struct WebConfig {
    pub bind: SocketAddr,
    /// Addresses under which browsers reach that socket (ICE-lite host candidates).
    pub announce: Vec<IpAddr>,
}

/// The other end of a SIP leg, as the SDP tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpRemote {
    pub address: SocketAddr,
    /// What we send. Both codecs are understood whatever is said here.
    pub codec: Codec,
    /// Payload type of telephone-event; `None`: digits are sent as tones.
    pub dtmf_pt: Option<u8>,
    /// The peer sends (sendrecv, sendonly): its silence is watched.
    pub sends: bool,
    /// The peer receives (sendrecv, recvonly) and may be sent to now; false before the call is answered.
    pub receives: bool,
}

/// What is to be done. A command about a leg or recording that is gone is without effect.
#[derive(Debug)]
pub enum MediaCommand {
    RtpOpen {
        leg: LegId,
        port: RtpPort,
        remote: RtpRemote,
    },
    /// New SDP of the peer: re-INVITE, UPDATE, answer after early media.
    RtpUpdate {
        leg: LegId,
        remote: RtpRemote,
    },
    /// The SIP leg is over.
    Close {
        leg: LegId,
    },
    Digits {
        leg: LegId,
        digits: String,
    },
    /// A browser's offer; the same leg again renegotiates, or takes the place of a page that was reloaded.
    WebOffer {
        leg: LegId,
        sdp: String,
    },
    WebClose {
        leg: LegId,
    },
    /// Takes a leg out of everything it hears and is heard by; it stays up.
    Detach {
        leg: LegId,
    },
    /// Plays sounds one after another in the place of what the leg hears; replaces what is played.
    Play {
        leg: LegId,
        no: PlayNo,
        sounds: Vec<Sound>,
        repeat: bool,
    },
    Quiet {
        leg: LegId,
    },
    /// Exactly these edges exist for the call from now on. Legs may be named before they are opened.
    Hear {
        call: CallId,
        edges: Vec<Edge>,
    },
    Record {
        recording: RecordingId,
        call: CallId,
        file: String,
        left: LegId,
        right: Vec<LegId>,
    },
    RecordSides {
        recording: RecordingId,
        right: Vec<LegId>,
    },
    RecordPause {
        recording: RecordingId,
        on: bool,
    },
    RecordStop {
        recording: RecordingId,
    },
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaEvent {
    Digit {
        leg: LegId,
        digit: char,
    },
    /// The sounds came to their end (`whole`), or were replaced or stopped.
    Played {
        leg: LegId,
        no: PlayNo,
        whole: bool,
    },
    WebAnswer {
        leg: LegId,
        sdp: String,
    },
    WebFailed {
        leg: LegId,
        reason: String,
    },
    WebUp {
        leg: LegId,
    },
    WebDown {
        leg: LegId,
    },
    /// The file is closed and its header is true.
    Recorded {
        recording: RecordingId,
        bytes: u64,
        ms: u64,
        sha256: String,
    },
    NotRecorded {
        recording: RecordingId,
        reason: String,
    },
    /// Every five seconds: the worse of both directions since the last report.
    Quality {
        leg: LegId,
        loss_permille: u16,
        jitter_ms: u16,
        rtt_ms: Option<u16>,
    },
    /// A SIP leg that should send has sent nothing for so long; told once until it sends again.
    Silent {
        leg: LegId,
    },
}

/// A recording that a crash left open; its header has been made true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    pub recording: RecordingId,
    /// Below the recordings' folder.
    pub file: String,
    pub bytes: u64,
    pub ms: u64,
    pub sha256: String,
}
