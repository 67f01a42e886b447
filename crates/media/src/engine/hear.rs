//! Who hears whom: from declared edges to relays and mixing, without a gap for those who change from one to the other.

use std::time::Instant;

use kernel::{CallId, LegId};
use voice::switch::Edge;

use super::Engine;
use super::leg::{Ear, Hold, Kind};
use crate::jitter::Jitter;
use crate::sender::FRAME;

/// Turns of 20 ms that a listener new to the mixer waits at most.
const PATIENCE: u8 = 6;

impl Engine {
    pub(super) fn hear(&mut self, call: CallId, edges: Vec<Edge>, now: Instant) {
        let old = if edges.is_empty() { self.calls.remove(&call) } else { self.calls.insert(call, edges.clone()) };
        let old = old.unwrap_or_default();
        for edge in &old {
            if let Some(sources) = self.hearing.get_mut(&edge.to) {
                sources.retain(|(of, _)| *of != call);
                if sources.is_empty() {
                    self.hearing.remove(&edge.to);
                }
            }
        }
        for edge in &edges {
            self.hearing.entry(edge.to).or_default().push((call, edge.from));
        }
        let mut listeners: Vec<LegId> = old.iter().chain(&edges).map(|e| e.to).collect();
        listeners.sort_unstable();
        listeners.dedup();
        for i in listeners.into_iter().filter_map(|id| self.legs.find(id)).collect::<Vec<_>>() {
            self.rewire(i, now);
        }
    }

    /// Open legs with an edge from this one.
    pub(super) fn listeners_of(&self, id: LegId) -> Vec<usize> {
        let mut listeners: Vec<usize> =
            self.calls.values().flatten().filter(|e| e.from == id).filter_map(|e| self.legs.find(e.to)).collect();
        listeners.sort_unstable();
        listeners.dedup();
        listeners
    }

    pub(super) fn forget_edges(&mut self, id: LegId) {
        self.calls.retain(|_, edges| {
            edges.retain(|e| e.from != id && e.to != id);
            !edges.is_empty()
        });
        self.hearing.remove(&id);
        self.hearing.retain(|_, sources| {
            sources.retain(|(_, from)| *from != id);
            !sources.is_empty()
        });
    }

    /// Brings what a leg hears in line with the edges and with what is played to it.
    pub(super) fn rewire(&mut self, i: usize, now: Instant) {
        let id = self.legs[i].id;
        let mut hears: Vec<usize> =
            self.hearing.get(&id).into_iter().flatten().filter_map(|(_, from)| self.legs.find(*from)).collect();
        hears.sort_unstable();
        hears.dedup();
        let ear = match (&self.legs[i].player, hears.as_slice()) {
            (Some(_), _) => Ear::Play,
            (None, []) => Ear::Nothing,
            (None, [one]) => Ear::Relay(*one),
            (None, _) => Ear::Mix,
        };
        let old_ear = self.legs[i].ear;
        if old_ear == ear && (ear != Ear::Mix || self.legs[i].hears == hears) {
            self.legs[i].hears = hears;
            return;
        }
        let old_hears = std::mem::replace(&mut self.legs[i].hears, hears.clone());
        self.legs[i].ear = ear;
        self.legs[i].hold = None;
        match ear {
            Ear::Mix => {
                hears.iter().for_each(|s| self.mix(*s));
                if let Ear::Relay(s) = old_ear {
                    self.hold(i, s);
                }
            }
            Ear::Relay(s) => {
                if old_ear == Ear::Mix && old_hears.contains(&s) {
                    self.catch_up(i, s, now);
                }
                self.legs[s].relay_to.push(i);
            }
            Ear::Nothing | Ear::Play => {}
        }
        match old_ear {
            Ear::Mix => old_hears.iter().for_each(|s| self.unmix(*s)),
            Ear::Relay(s) => {
                let list = &mut self.legs[s].relay_to;
                if let Some(at) = list.iter().position(|l| *l == i) {
                    list.swap_remove(at);
                }
            }
            Ear::Nothing | Ear::Play => {}
        }
    }

    fn mix(&mut self, source: usize) {
        let leg = &mut self.legs[source];
        leg.mixed += 1;
        leg.jitter.get_or_insert_with(|| Box::new(Jitter::default()));
    }

    fn unmix(&mut self, source: usize) {
        let leg = &mut self.legs[source];
        leg.mixed -= 1;
        if leg.mixed == 0 {
            leg.jitter = None;
            leg.fresh = false;
        }
    }

    /// The listener has heard the source up to what arrived last.
    fn hold(&mut self, listener: usize, source: usize) {
        if self.legs[listener].hears.contains(&source)
            && let Some(until) = self.legs[source].spoken
        {
            self.legs[listener].hold = Some(Hold { source, until, patience: PATIENCE });
        }
    }

    /// What waits in the source's buffer is said to a listener that leaves the mixer, before packets come directly.
    fn catch_up(&mut self, listener: usize, source: usize, now: Instant) {
        let mut codes = [0u8; FRAME];
        let mut ahead = 0;
        let codec = self.legs[listener].codec();
        while self.legs[listener].receives()
            && let Some(jitter) = &self.legs[source].jitter
            && let Some(frame) = jitter.peek(ahead)
        {
            for (code, sample) in codes.iter_mut().zip(frame) {
                *code = codec.encode(sample);
            }
            let leg = &mut self.legs[listener];
            let stamp = leg.sender.next(FRAME as u32, now);
            if leg.send(stamp, Kind::Sound, &codes, now) {
                self.dirty.push(listener);
            }
            ahead += FRAME;
        }
    }
}
