//! Browser legs: WebRTC without IO of its own (str0m), ICE-lite, all browsers on one socket.

mod line;
mod stun;

pub use line::WebLine;

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::net::UdpSocket;
use str0m::change::SdpOffer;
use str0m::crypto::{self, CryptoProvider};
use str0m::format::{Codec, FormatParams};
use str0m::media::Frequency;
use str0m::{Candidate, RtcConfig};

use crate::api::WebConfig;

/// Payload type under which telephone-event is offered; the browser's own number is what counts then.
const EVENT_PT: u8 = 101;
/// Reports about the line are exchanged and looked at so often: an agent's lamp is to tell of trouble while it lasts.
const REPORTS: Duration = Duration::from_secs(2);
/// Addresses of one line that are remembered: more than a browser has.
const SOURCES: usize = 8;
/// Bytes. All browsers send to one socket: what a system gives by itself holds ten milliseconds of two hundred voices.
const RECEIVE_BUFFER: usize = 4 << 20;

/// The socket of all browsers and the way from a packet to its line.
pub struct Hub {
    socket: UdpSocket,
    config: RtcConfig,
    /// Where browsers reach the socket.
    candidates: Vec<SocketAddr>,
    by_source: HashMap<SocketAddr, usize>,
    by_ufrag: HashMap<String, usize>,
}

impl Hub {
    /// Binds the socket and makes the certificate of this run.
    pub fn start(config: &WebConfig) -> io::Result<Self> {
        let socket = UdpSocket::bind(config.bind)?;
        widen(&socket)?;
        let port = socket.local_addr()?.port();
        let candidates: Vec<SocketAddr> = config.announce.iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        if candidates.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "浏览器媒体没有可公布的地址"));
        }
        let provider: Arc<CryptoProvider> = Arc::new(crypto::from_feature_flags());
        let certificate = provider.dtls_provider.generate_certificate();
        let certificate = certificate.ok_or_else(|| io::Error::other("浏览器媒体的证书无法生成"))?;
        Ok(Self {
            socket,
            config: line_config(provider).set_dtls_cert(certificate),
            candidates,
            by_source: HashMap::new(),
            by_ufrag: HashMap::new(),
        })
    }

    pub fn socket(&mut self) -> &mut UdpSocket {
        &mut self.socket
    }

    /// A new line from a browser's offer, and the answer. The reason of a refusal is for the agent.
    pub fn accept(&mut self, sdp: &str, now: Instant) -> Result<(WebLine, String), String> {
        let offer = SdpOffer::from_sdp_string(sdp).map_err(|e| format!("浏览器的媒体描述无法解析：{e}"))?;
        let mut rtc = self.config.clone().build(now);
        for address in &self.candidates {
            let candidate = Candidate::host(*address, "udp").map_err(|e| format!("媒体地址不可用：{e}"))?;
            rtc.add_local_candidate(candidate);
        }
        let answer = rtc.sdp_api().accept_offer(offer).map_err(|e| format!("浏览器媒体协商失败：{e}"))?;
        let line = WebLine::new(rtc, sdp, self.candidates[0], now)?;
        Ok((line, answer.to_sdp_string()))
    }

    /// From now on packets for the line find it at this place. Again after each negotiation: ICE may have restarted.
    pub fn enter(&mut self, place: usize, line: &mut WebLine) {
        let ufrag = line.ufrag();
        self.by_ufrag.insert(ufrag.clone(), place);
        if let Some(old) = line.entered.replace(ufrag.clone())
            && old != ufrag
        {
            self.by_ufrag.remove(&old);
        }
    }

    pub fn leave(&mut self, place: usize, line: &mut WebLine) {
        if let Some(ufrag) = line.entered.take() {
            self.by_ufrag.remove(&ufrag);
        }
        for source in line.sources.drain(..) {
            // Another line may have come to that address since.
            if self.by_source.get(&source) == Some(&place) {
                self.by_source.remove(&source);
            }
        }
    }

    /// The place of the line a datagram is for.
    pub fn leg_of(&self, bytes: &[u8], from: SocketAddr) -> Option<usize> {
        if stun::is_stun(bytes) {
            self.by_ufrag.get(stun::ufrag(bytes)?).copied()
        } else {
            self.by_source.get(&from).copied()
        }
    }

    /// The line took a packet from this address.
    pub fn learn(&mut self, place: usize, from: SocketAddr, line: &mut WebLine) {
        if line.sources.contains(&from) && self.by_source.get(&from) == Some(&place) {
            return;
        }
        if line.sources.len() == SOURCES {
            let oldest = line.sources.remove(0);
            self.by_source.remove(&oldest);
        }
        line.sources.push(from);
        self.by_source.insert(from, place);
    }
}

/// Asks for a wide receive buffer; a system that gives less is told of, since voices are lost there first.
fn widen(socket: &UdpSocket) -> io::Result<()> {
    let socket = socket2::SockRef::from(socket);
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    let given = socket.recv_buffer_size()?;
    if given < RECEIVE_BUFFER {
        tracing::warn!(
            given,
            wanted = RECEIVE_BUFFER,
            "the receive buffer for browsers is small; raise net.core.rmem_max"
        );
    }
    Ok(())
}

fn line_config(provider: Arc<CryptoProvider>) -> RtcConfig {
    let mut config = RtcConfig::new()
        .set_crypto_provider(provider)
        .set_rtp_mode(true)
        .set_ice_lite(true)
        .set_stats_interval(Some(REPORTS))
        .set_rtcp_report_interval_audio(REPORTS)
        .clear_codecs()
        .enable_pcma(true, false)
        .enable_pcmu(true, false);
    config.codec_config().add_config(
        EVENT_PT.into(),
        None,
        Codec::Tele,
        Frequency::EIGHT_KHZ,
        Some(1),
        FormatParams::default(),
    );
    config
}
