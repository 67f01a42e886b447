//! Reports to and about a leg, and the watch for lines that have gone silent.

use std::time::{Duration, Instant};

use super::Engine;
use super::leg::Line;
use crate::api::MediaEvent;
use crate::rtcp::{self, Block, LONGEST, Sent};
use crate::stats;

/// Between two reports (RFC 3550 §6.2 asks for five seconds at least).
pub(super) const INTERVAL: Duration = Duration::from_secs(5);

impl Engine {
    pub(super) fn watch(&mut self, i: usize, now: Instant) {
        let leg = &mut self.legs[i];
        if now >= leg.report_due {
            leg.report_due = now + INTERVAL;
            self.report(i, now);
        }
        let leg = &mut self.legs[i];
        if let (Some(limit), Line::Rtp(line)) = (self.silence, &leg.line)
            && line.remote.sends
            && !leg.silent
            && now.saturating_duration_since(leg.heard) >= limit
        {
            leg.silent = true;
            let event = MediaEvent::Silent { leg: leg.id };
            self.tell(event);
        }
    }

    fn report(&mut self, i: usize, now: Instant) {
        let epoch = self.epoch;
        let leg = &mut self.legs[i];
        let interval = leg.reception.interval();
        if let Line::Rtp(line) = &mut leg.line {
            let block = line.latch.ssrc().map(|ssrc| Block {
                ssrc,
                fraction: interval.fraction(),
                lost: leg.reception.lost().min(0x007F_FFFF) as u32,
                highest: leg.reception.highest(),
                jitter: leg.reception.jitter(),
                last_sr: leg.peer.last_sr.map_or(0, |(sr, _)| sr),
                delay: leg.peer.last_sr.map_or(0, |(_, at)| {
                    ((now.saturating_duration_since(at).as_micros() << 16) / 1_000_000).min(u128::from(u32::MAX)) as u32
                }),
            });
            let sent = (leg.sender.packets > 0).then(|| Sent {
                ntp: stats::ntp(epoch, now),
                timestamp: leg.sender.now_ts(),
                packets: leg.sender.packets,
                octets: leg.sender.octets,
            });
            if line.remote.address.port() != 0 && (sent.is_some() || block.is_some()) {
                let mut out = [0; LONGEST];
                let n = rtcp::build(line.ssrc, sent, block, &mut out);
                // Lost reports are made up for by the next.
                let _ = line.rtcp.send_to(&out[..n], line.rtcp_target());
            }
        }
        if interval.expected == 0 && leg.peer.rtt_ms.is_none() {
            return;
        }
        let theirs = (u16::from(leg.peer.fraction) * 125) / 32; // of 256 to of 1000
        let event = MediaEvent::Quality {
            leg: leg.id,
            loss_permille: interval.loss_permille().max(theirs),
            jitter_ms: leg.reception.jitter_ms().max(leg.peer.jitter_ms),
            rtt_ms: leg.peer.rtt_ms,
        };
        leg.peer.fraction = 0;
        self.tell(event);
    }
}
