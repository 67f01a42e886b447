//! Who hears whom: the part of [`State`] that turns a call's edges into bridges, listeners and conferences.

use std::collections::BTreeSet;

use kernel::{CallId, LegId};
use voice::switch::Edge;

use super::plan::Shape;
use super::state::{Call, Outcome, Send, State, Tag};
use super::wire;

impl State {
    pub(super) fn hear(&mut self, call: CallId, edges: &[Edge], out: &mut Outcome) {
        let known: Vec<Edge> = edges
            .iter()
            .filter(|e| self.legs.contains_key(&e.from) && self.legs.contains_key(&e.to))
            .copied()
            .collect();
        let shape = Shape::of(&known);
        let before = self.calls.remove(&call).unwrap_or_default();
        let wanted: BTreeSet<(LegId, LegId)> = known.iter().map(|e| (e.from, e.to)).collect();
        self.connect(call, &before.shape, &shape, out);
        if shape != Shape::Apart {
            self.calls.insert(call, Call { shape, edges: wanted });
            self.relate(call, &before.edges, out);
        }
    }

    /// From one shape to another. Who is in none any more is parked.
    fn connect(&mut self, call: CallId, before: &Shape, after: &Shape, out: &mut Outcome) {
        if before == after {
            return;
        }
        for leg in before.legs().difference(&after.legs()) {
            self.on_leg(*leg, out, |leg| format!("uuid_park {leg}"));
        }
        let name = conference(call);
        if !matches!(after, Shape::Conference(_)) {
            for leg in before.legs() {
                if let Some(held) = self.legs.get_mut(&leg) {
                    held.member = None;
                }
            }
        }
        match after {
            Shape::Apart => {}
            Shape::Pair(a, b) => self.bridge(before, (*a, *b), out),
            Shape::Heard { pair, ear, whisper } => {
                self.bridge(before, *pair, out);
                let target = whisper.unwrap_or(pair.0);
                let aloud = whisper.is_some();
                self.on_leg(*ear, out, |ear| format!("uuid_setvar {ear} eavesdrop_whisper_aleg {aloud}"));
                let run = self.run();
                if before.legs().contains(ear) {
                    self.on_leg(*ear, out, |ear| format!("uuid_park {ear}"));
                }
                let argument = target.to_string();
                out.send.push(Send::Execute { leg: *ear, application: "eavesdrop", argument, run });
            }
            Shape::Conference(legs) => {
                let present = if let Shape::Conference(present) = before { present.clone() } else { BTreeSet::new() };
                for leg in legs.difference(&present) {
                    self.on_leg(*leg, out, |leg| format!("uuid_transfer {leg} conference:{name}@default inline"));
                }
            }
        }
    }

    /// Bridges a pair, unless it is bridged already and only a listener came or went.
    fn bridge(&self, before: &Shape, pair: (LegId, LegId), out: &mut Outcome) {
        let already = match before {
            Shape::Pair(a, b) => (*a, *b) == pair,
            Shape::Heard { pair: bridged, .. } => *bridged == pair,
            _ => false,
        };
        if !already {
            self.on_leg(pair.0, out, |leg| format!("uuid_bridge {leg} {}", pair.1));
        }
    }

    /// Who of a conference must not hear whom; only what changed, and only between members that have arrived.
    fn relate(&self, call: CallId, before: &BTreeSet<(LegId, LegId)>, out: &mut Outcome) {
        let Some(Call { shape: Shape::Conference(legs), edges }) = self.calls.get(&call) else { return };
        let member = |leg: &LegId| self.legs.get(leg).and_then(|l| l.member);
        for from in legs {
            for to in legs.iter().filter(|to| *to != from) {
                let (Some(ear), Some(mouth)) = (member(to), member(from)) else { continue };
                let (was, is) = (before.contains(&(*from, *to)), edges.contains(&(*from, *to)));
                if was != is {
                    let how = if is { "clear" } else { "nohear" };
                    let line = format!("conference {} relate {ear} {mouth} {how}", conference(call));
                    out.send.push(Send::Api(line, Tag::Nothing));
                }
            }
        }
    }

    pub(super) fn conference_of(&self, leg: LegId) -> Option<String> {
        self.calls
            .iter()
            .find(|(_, c)| matches!(&c.shape, Shape::Conference(legs) if legs.contains(&leg)))
            .map(|(call, _)| conference(*call))
    }

    pub(super) fn conference(&mut self, leg: LegId, event: &wire::Event, out: &mut Outcome) {
        match event.get("Action") {
            Some("add-member") => {
                let call = self.calls.iter().find(|(_, c)| c.shape.legs().contains(&leg)).map(|(id, _)| *id);
                let named = call.map(conference);
                if let (Some(call), Some(held)) = (call, self.legs.get_mut(&leg))
                    && event.get("Conference-Name") == named.as_deref()
                {
                    held.member = event.get("Member-ID").and_then(|v| v.parse().ok());
                    self.relate_newcomer(call, leg, out);
                }
            }
            Some("del-member") => {
                if let Some(held) = self.legs.get_mut(&leg) {
                    held.member = None;
                }
            }
            Some("play-file-member-done") => self.played(leg, |_| true, out),
            _ => {}
        }
    }

    /// In a conference everybody hears everybody; for who has just arrived, what should not be is taken away.
    fn relate_newcomer(&self, call: CallId, leg: LegId, out: &mut Outcome) {
        let Some(Call { shape: Shape::Conference(legs), edges }) = self.calls.get(&call) else { return };
        let member = |leg: LegId| self.legs.get(&leg).and_then(|l| l.member);
        for other in legs.iter().copied().filter(|o| *o != leg) {
            for (from, to) in [(leg, other), (other, leg)] {
                if let (Some(ear), Some(mouth)) = (member(to), member(from))
                    && !edges.contains(&(from, to))
                {
                    let line = format!("conference {} relate {ear} {mouth} nohear", conference(call));
                    out.send.push(Send::Api(line, Tag::Nothing));
                }
            }
        }
    }
}

fn conference(call: CallId) -> String {
    format!("hotline-{call}")
}
