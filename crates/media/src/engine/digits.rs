//! Digits that we send: as events, or as tones to peers that know no events.

use std::time::Instant;

use super::Engine;
use super::leg::Kind;
use crate::dtmf::{self, Step};
use crate::g711::Codec;
use crate::sender::FRAME;
use crate::tone;

impl Engine {
    /// The next 20 ms of the digits that wait for a leg.
    pub(super) fn send_digit(&mut self, i: usize, now: Instant) {
        let leg = &mut self.legs[i];
        match leg.digits_out.step() {
            Some(Step::Event { payload, first, copies }) if leg.knows_events() => {
                if first {
                    leg.event_ts = leg.sender.begin_event(now);
                }
                let mut dirty = false;
                for copy in 0..copies {
                    let stamp = leg.sender.event(leg.event_ts, first && copy == 0);
                    dirty |= leg.send(stamp, Kind::Event, &payload, now);
                }
                leg.sender.pass(FRAME as u32, now);
                if dirty {
                    self.dirty.push(i);
                }
            }
            Some(Step::Event { payload, .. }) => {
                let done = u32::from(u16::from_be_bytes([payload[2], payload[3]]));
                let (low, high) = dtmf::frequencies(payload[0]);
                let mut codes = std::array::from_fn(|n| {
                    let at = done - FRAME as u32 + n as u32;
                    let length = u32::from(dtmf::TONE);
                    Codec::Pcma.encode(tone::sample(low, at, length) + tone::sample(high, at, length))
                });
                self.send_codes(i, &mut codes, Codec::Pcma, now);
            }
            Some(Step::Pause) | None => leg.sender.pass(FRAME as u32, now),
        }
    }
}
