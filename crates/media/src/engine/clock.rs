//! The 20 ms clock: prompts, mixing, digits, and silence for networks that hang up on lines without packets.

use std::time::{Duration, Instant};

use super::leg::{Ear, Kind};
use super::{Engine, PHASES};
use crate::g711::{ALAW_SILENCE, Codec};
use crate::player::{Codes, Turn};
use crate::sender::FRAME;

/// A relayed SIP leg that was sent nothing for so long is sent silence.
const FILL: Duration = Duration::from_millis(100);

impl Engine {
    /// One step of the clock: the turn of a quarter of the legs.
    pub(super) fn tick(&mut self, phase: usize, now: Instant) {
        let turn = (phase..self.legs.places()).step_by(PHASES);
        for i in turn.clone() {
            if let Some(leg) = self.legs.get_mut(i)
                && let Some(jitter) = &mut leg.jitter
            {
                leg.fresh = jitter.take(&mut leg.frame);
            }
        }
        for i in turn {
            if self.legs.get(i).is_some() {
                self.speak(i, now);
                self.watch(i, now);
            }
        }
        self.write_due(phase, now);
        self.drive_due_browsers(now);
    }

    /// What a leg is sent in its turn.
    fn speak(&mut self, i: usize, now: Instant) {
        if self.legs[i].digits_out.is_busy() && self.legs[i].receives() {
            self.send_digit(i, now);
            return;
        }
        let mut codes = [0; FRAME];
        if self.legs[i].ear == Ear::Play {
            if self.play_on(i, &mut codes) == Turn::Goes {
                self.send_codes(i, &mut codes, Codec::Pcma, now);
                return;
            }
            // What it hears of others is back in the same turn.
            self.end_play(i, true, now);
        }
        match self.legs[i].ear {
            Ear::Play => {}
            Ear::Mix => self.send_mix(i, &mut codes, now),
            Ear::Relay(_) if !self.legs[i].is_sip() || self.legs[i].sender.idle(now) < FILL => {}
            Ear::Nothing if !self.legs[i].is_sip() => {}
            Ear::Relay(_) | Ear::Nothing => {
                codes.fill(ALAW_SILENCE);
                self.send_codes(i, &mut codes, Codec::Pcma, now);
            }
        }
    }

    fn play_on(&mut self, i: usize, codes: &mut Codes) -> Turn {
        self.legs[i].player.as_mut().map_or(Turn::Over, |player| player.frame(codes))
    }

    fn send_mix(&mut self, i: usize, codes: &mut Codes, now: Instant) {
        if self.holds(i, now) {
            return;
        }
        let mut sum = [0i32; FRAME];
        for source in &self.legs[i].hears {
            let source = &self.legs[*source];
            if source.fresh {
                for (total, sample) in sum.iter_mut().zip(&source.frame) {
                    *total += i32::from(*sample);
                }
            }
        }
        let codec = self.legs[i].codec();
        for (code, total) in codes.iter_mut().zip(sum) {
            *code = codec.encode(total.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16);
        }
        self.send_codes(i, codes, codec, now);
    }

    /// Whether a listener new to the mixer waits still.
    fn holds(&mut self, i: usize, now: Instant) -> bool {
        let Some(mut hold) = self.legs[i].hold else { return false };
        let source = &self.legs[hold.source];
        let reached = source.fresh
            && source.jitter.as_ref().and_then(|j| j.position()).is_some_and(|next| {
                let frame = next.wrapping_sub(FRAME as u32);
                frame.wrapping_sub(hold.until) as i32 >= 0
            });
        if reached || hold.patience == 0 {
            self.legs[i].hold = None;
            return false;
        }
        hold.patience -= 1;
        let leg = &mut self.legs[i];
        leg.hold = Some(hold);
        leg.sender.hold(now);
        true
    }

    /// Sends 20 ms, rewritten in place when the leg speaks the other codec.
    pub(super) fn send_codes(&mut self, i: usize, codes: &mut Codes, from: Codec, now: Instant) {
        let leg = &mut self.legs[i];
        if !leg.receives() {
            return;
        }
        let codec = leg.codec();
        if codec != from {
            let original = *codes;
            codec.transcode(from, &original, codes);
        }
        let stamp = leg.sender.next(FRAME as u32, now);
        if leg.send(stamp, Kind::Sound, codes, now) {
            self.dirty.push(i);
        }
    }
}
