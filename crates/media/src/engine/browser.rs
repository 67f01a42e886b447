//! Browser legs in the engine: offers, what arrives on their socket, what their lines have to say.

use std::io;
use std::time::Instant;

use kernel::LegId;

use super::inbound::{Content, Inbound};
use super::leg::{Leg, Line};
use super::{BURST, Engine};
use crate::api::MediaEvent;
use crate::browser::Happening;
use crate::web::WebLine;

/// Longest datagram of a browser.
const WEB_MTU: usize = 2048;

impl Engine {
    pub(super) fn web_offer(&mut self, id: LegId, sdp: &str, now: Instant) {
        let Some(hub) = &mut self.hub else {
            self.tell(MediaEvent::WebFailed { leg: id, reason: "未启用浏览器媒体".to_owned() });
            return;
        };
        let known = self.legs.find(id);
        let renewed = known.and_then(|i| match &mut self.legs[i].line {
            Line::Web(line) => line.renegotiate(sdp),
            Line::Rtp(_) => None,
        });
        let answer = match renewed {
            Some(answer) => answer,
            None => match hub.accept(sdp, now) {
                Ok((line, answer)) => {
                    self.web_open(id, line, now);
                    Ok(answer)
                }
                Err(reason) => Err(reason),
            },
        };
        match answer {
            Ok(sdp) => {
                if let Some(i) = self.legs.find(id)
                    && let (Some(hub), Line::Web(line)) = (&mut self.hub, &mut self.legs[i].line)
                {
                    hub.enter(i, line);
                    self.dirty.push(i);
                }
                self.tell(MediaEvent::WebAnswer { leg: id, sdp });
            }
            Err(reason) => self.tell(MediaEvent::WebFailed { leg: id, reason }),
        }
    }

    /// A leg's first page, or the page that takes the place of one that was reloaded: what the leg hears and who hears it
    /// stays.
    fn web_open(&mut self, id: LegId, line: WebLine, now: Instant) {
        match self.legs.find(id) {
            Some(i) if !self.legs[i].is_sip() => {
                let fresh = match Leg::new(id, Line::Web(Box::new(line)), now) {
                    Ok(leg) => leg,
                    Err(error) => return tracing::error!(%error, "no randomness for a leg"),
                };
                let leg = &mut self.legs[i];
                let old = std::mem::replace(&mut leg.line, fresh.line);
                leg.sender = fresh.sender;
                leg.begin_stream();
                if let Line::Web(mut old) = old {
                    let was_up = old.is_up();
                    self.web_gone(i, &mut old);
                    if was_up {
                        self.tell(MediaEvent::WebDown { leg: id });
                    }
                }
            }
            _ => {
                self.close(id, now);
                let i = self.legs.vacant();
                match Leg::new(id, Line::Web(Box::new(line)), now) {
                    Ok(leg) => self.settle(i, leg, now),
                    Err(error) => tracing::error!(%error, "no randomness for a leg"),
                }
            }
        }
    }

    pub(super) fn web_gone(&mut self, i: usize, line: &mut WebLine) {
        if let Some(hub) = &mut self.hub {
            hub.leave(i, line);
        }
    }

    pub(super) fn read_browsers(&mut self) {
        let mut buffer = [0u8; WEB_MTU];
        for _ in 0..BURST {
            let Some(hub) = &mut self.hub else { return };
            let (n, from) = match hub.socket().recv_from(&mut buffer) {
                Ok(got) => got,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => continue,
            };
            let Some(i) = hub.leg_of(&buffer[..n], from) else { continue };
            let Some(leg) = self.legs.get_mut(i) else { continue };
            if let Line::Web(line) = &mut leg.line
                && line.receive(&buffer[..n], from, Instant::now())
            {
                hub.learn(i, from, line);
                self.dirty.push(i);
                // Each datagram is worked off before the next, so that none waits inside the line.
                self.drive_browsers();
            }
        }
        self.unread.push(super::WEB);
    }

    /// Lines whose time has come are driven too.
    pub(super) fn drive_due_browsers(&mut self, now: Instant) {
        if self.hub.is_none() {
            return;
        }
        for i in 0..self.legs.places() {
            if let Some(Line::Web(line)) = self.legs.get_mut(i).map(|leg| &mut leg.line)
                && line.due(now)
            {
                self.dirty.push(i);
            }
        }
        self.drive_browsers();
    }

    /// Lets every line that has something to say say it; what one says may give another something to send.
    pub(super) fn drive_browsers(&mut self) {
        while let Some(i) = self.dirty.pop() {
            let now = Instant::now();
            while let Some(happening) = self.next_happening(i, now) {
                self.happened(i, happening, now);
            }
        }
    }

    fn next_happening(&mut self, i: usize, now: Instant) -> Option<Happening> {
        let hub = self.hub.as_mut()?;
        match &mut self.legs.get_mut(i)?.line {
            Line::Web(line) => line.drive(hub.socket(), now),
            Line::Rtp(_) => None,
        }
    }

    fn happened(&mut self, i: usize, happening: Happening, now: Instant) {
        let id = self.legs[i].id;
        match happening {
            Happening::Up => self.tell(MediaEvent::WebUp { leg: id }),
            Happening::Down => self.tell(MediaEvent::WebDown { leg: id }),
            Happening::Report { fraction, rtt_ms } => {
                let peer = &mut self.legs[i].peer;
                peer.fraction = peer.fraction.max(fraction);
                peer.rtt_ms = rtt_ms.or(peer.rtt_ms);
            }
            Happening::Packet(packet) => {
                let content =
                    packet.codec.map_or(if packet.event { Content::Event } else { Content::Other }, Content::Sound);
                let inbound = Inbound {
                    ssrc: packet.ssrc,
                    seq: packet.seq,
                    timestamp: packet.timestamp,
                    marker: packet.marker,
                    content,
                    payload: &packet.payload,
                };
                let leg = &mut self.legs[i];
                leg.heard = now;
                if packet.begins {
                    leg.begin_stream();
                }
                self.arrived(i, inbound, now);
            }
        }
    }
}
