//! SDP offer and answer (RFC 3264, RFC 8866) for one audio stream of G.711 and RFC 4733 digits. Everything else that is
//! offered is refused by port 0; lines that are not understood are passed over. Input is never trusted: any bytes give a
//! [`Description`] or an error.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

/// Static payload types of RFC 3551.
const PCMU: u8 = 0;
const PCMA: u8 = 8;
/// The dynamic type we offer for digits; carriers and phones use it by custom.
const DIGITS: u8 = 101;
/// More lines of either kind are no telephone call.
const MAX_STREAMS: usize = 16;
const MAX_FORMATS: usize = 64;

/// The sound code on the line, 8 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Pcma,
    Pcmu,
}

impl Codec {
    const fn payload(self) -> u8 {
        match self {
            Self::Pcma => PCMA,
            Self::Pcmu => PCMU,
        }
    }

    const fn rtpmap(self) -> &'static str {
        match self {
            Self::Pcma => "PCMA/8000",
            Self::Pcmu => "PCMU/8000",
        }
    }
}

/// Which way media flow, as the writer of the SDP sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    fn parse(line: &str) -> Option<Self> {
        Some(match line {
            "sendrecv" => Self::SendRecv,
            "sendonly" => Self::SendOnly,
            "recvonly" => Self::RecvOnly,
            "inactive" => Self::Inactive,
            _ => return None,
        })
    }

    const fn text(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// The answer of somebody who wants everything he may have (RFC 3264 §6.1).
    const fn reversed(self) -> Self {
        match self {
            Self::SendOnly => Self::RecvOnly,
            Self::RecvOnly => Self::SendOnly,
            same => same,
        }
    }

    const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}

/// Where and how the other side wants its media: what the media engine needs of a negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remote {
    pub address: SocketAddr,
    pub codec: Codec,
    pub dtmf_pt: Option<u8>,
    /// The other side sends; false while it holds us with `inactive` or only listens.
    pub sends: bool,
    /// The other side listens; false while it holds us.
    pub receives: bool,
}

/// Our end of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Local {
    /// Of the `o=` line; the same for the whole call.
    pub session: u32,
    /// Grows with every description that differs from the one before.
    pub version: u32,
    pub address: IpAddr,
    pub port: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    #[error("the body is no session description")]
    NotSdp,
    #[error("no audio stream over plain RTP is offered")]
    NoAudio,
    #[error("neither PCMA nor PCMU is offered")]
    NoCodec,
    #[error("the stream has no unicast address")]
    NoAddress,
}

/// One `m=` line with its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stream {
    kind: String,
    port: u16,
    protocol: String,
    formats: Vec<String>,
    address: Option<IpAddr>,
    direction: Option<Direction>,
    dtmf_pt: Option<u8>,
}

/// What a body said, as far as a telephone call is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    address: Option<IpAddr>,
    direction: Option<Direction>,
    streams: Vec<Stream>,
}

impl Description {
    /// # Errors
    /// When the bytes are no SDP or describe an absurd number of streams.
    pub fn parse(body: &[u8]) -> Result<Self, SdpError> {
        let text = String::from_utf8_lossy(body);
        let mut lines = text.lines().map(str::trim_end).filter(|l| !l.is_empty());
        if lines.next().is_none_or(|l| !l.starts_with("v=")) {
            return Err(SdpError::NotSdp);
        }
        let mut description = Self { address: None, direction: None, streams: Vec::new() };
        for line in lines {
            description.take(line)?;
        }
        Ok(description)
    }

    fn take(&mut self, line: &str) -> Result<(), SdpError> {
        if let Some(rest) = line.strip_prefix("m=") {
            if self.streams.len() == MAX_STREAMS {
                return Err(SdpError::NotSdp);
            }
            self.streams.push(stream(rest).ok_or(SdpError::NotSdp)?);
        } else if let Some(rest) = line.strip_prefix("c=") {
            let address = connection(rest);
            match self.streams.last_mut() {
                Some(stream) => stream.address = address,
                None => self.address = address,
            }
        } else if let Some(rest) = line.strip_prefix("a=") {
            if let Some(direction) = Direction::parse(rest) {
                match self.streams.last_mut() {
                    Some(stream) => stream.direction = Some(direction),
                    None => self.direction = Some(direction),
                }
            } else if let Some(stream) = self.streams.last_mut() {
                attribute(stream, rest);
            }
        }
        Ok(())
    }

    /// The first audio stream we can take, with its place among the streams.
    fn usable(&self) -> Result<(usize, Remote), SdpError> {
        let mut why = SdpError::NoAudio;
        for (place, stream) in self.streams.iter().enumerate() {
            if stream.kind != "audio" || stream.port == 0 || !stream.protocol.eq_ignore_ascii_case("RTP/AVP") {
                continue;
            }
            match self.remote(stream) {
                Ok(remote) => return Ok((place, remote)),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    fn remote(&self, stream: &Stream) -> Result<Remote, SdpError> {
        let offers = |payload: u8| stream.formats.iter().any(|f| f.parse() == Ok(payload));
        // A-law whenever offered: it is the law of the Chinese network and of our browser legs, so it is only passed on.
        let codec = if offers(PCMA) {
            Codec::Pcma
        } else if offers(PCMU) {
            Codec::Pcmu
        } else {
            return Err(SdpError::NoCodec);
        };
        let address = stream.address.or(self.address).filter(|a| !a.is_multicast()).ok_or(SdpError::NoAddress)?;
        let direction = stream.direction.or(self.direction).unwrap_or(Direction::SendRecv);
        Ok(Remote {
            address: SocketAddr::new(address, stream.port),
            codec,
            dtmf_pt: stream.dtmf_pt.filter(|pt| offers(*pt)),
            sends: direction.sends(),
            // The old way of holding: address 0.0.0.0 (RFC 3264 §8.4).
            receives: direction.receives() && !address.is_unspecified(),
        })
    }

    /// Our answer to this offer, and what was agreed.
    ///
    /// # Errors
    /// When nothing in the offer can be taken; the call is then refused with 488.
    pub fn answer(&self, local: &Local) -> Result<(String, Remote), SdpError> {
        let (place, remote) = self.usable()?;
        let direction = self.streams[place].direction.or(self.direction).unwrap_or(Direction::SendRecv).reversed();
        let mut text = head(local);
        for (at, stream) in self.streams.iter().enumerate() {
            if at == place {
                audio(&mut text, local.port, &[remote.codec], remote.dtmf_pt, direction);
            } else {
                let _ = write!(text, "m={} 0 {} {}\r\n", stream.kind, stream.protocol, stream.formats.join(" "));
            }
        }
        Ok((text, remote))
    }

    /// What the other side's answer to our offer agreed to.
    ///
    /// # Errors
    /// When the answer refuses the stream or names nothing we offered.
    pub fn agreed(&self) -> Result<Remote, SdpError> {
        self.usable().map(|(_, remote)| remote)
    }
}

/// Our offer: both laws, digits, 20 ms.
#[must_use]
pub fn offer(local: &Local) -> String {
    let mut text = head(local);
    audio(&mut text, local.port, &[Codec::Pcma, Codec::Pcmu], Some(DIGITS), Direction::SendRecv);
    text
}

fn head(local: &Local) -> String {
    let family = if local.address.is_ipv4() { "IP4" } else { "IP6" };
    format!(
        "v=0\r\no=hotline {} {} IN {family} {}\r\ns=-\r\nc=IN {family} {}\r\nt=0 0\r\n",
        local.session, local.version, local.address, local.address
    )
}

fn audio(text: &mut String, port: u16, codecs: &[Codec], dtmf_pt: Option<u8>, direction: Direction) {
    let _ = write!(text, "m=audio {port} RTP/AVP");
    for codec in codecs {
        let _ = write!(text, " {}", codec.payload());
    }
    if let Some(pt) = dtmf_pt {
        let _ = write!(text, " {pt}");
    }
    text.push_str("\r\n");
    for codec in codecs {
        let _ = write!(text, "a=rtpmap:{} {}\r\n", codec.payload(), codec.rtpmap());
    }
    if let Some(pt) = dtmf_pt {
        let _ = write!(text, "a=rtpmap:{pt} telephone-event/8000\r\na=fmtp:{pt} 0-15\r\n");
    }
    let _ = write!(text, "a=ptime:20\r\na={}\r\n", direction.text());
}

/// `audio 49170 RTP/AVP 8 0 101`; `audio 49170/2 …` offers two ports, of which the first is ours.
fn stream(rest: &str) -> Option<Stream> {
    let mut words = rest.split_ascii_whitespace();
    let kind = words.next()?.to_owned();
    let port = words.next()?.split('/').next()?.parse().ok()?;
    let protocol = words.next()?.to_owned();
    let formats: Vec<String> = words.take(MAX_FORMATS).map(str::to_owned).collect();
    if formats.is_empty() {
        return None;
    }
    Some(Stream { kind, port, protocol, formats, address: None, direction: None, dtmf_pt: None })
}

/// `IN IP4 192.0.2.1`, with `/ttl` when multicast. A host name is no address for us.
fn connection(rest: &str) -> Option<IpAddr> {
    let mut words = rest.split_ascii_whitespace();
    if words.next()? != "IN" || !matches!(words.next()?, "IP4" | "IP6") {
        return None;
    }
    words.next()?.split('/').next()?.parse().ok()
}

fn attribute(stream: &mut Stream, rest: &str) {
    let Some((payload, name)) = rest.strip_prefix("rtpmap:").and_then(|r| r.split_once(' ')) else { return };
    if name.trim().to_ascii_lowercase().starts_with("telephone-event/8000") && stream.dtmf_pt.is_none() {
        stream.dtmf_pt = payload.trim().parse().ok().filter(|pt: &u8| *pt < 128);
    }
}

#[cfg(test)]
#[path = "sdp_test.rs"]
mod tests;
