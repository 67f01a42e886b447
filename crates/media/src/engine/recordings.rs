//! Recordings as the media thread sees them: who is on which side, when a second is handed to the disk.

use std::time::Instant;

use kernel::{LegId, RecordingId};

use super::{Engine, PHASES};
use crate::api::MediaEvent;
use crate::record::{BLOCK, Block, DiskOrder, Recording, Side, Tap};

impl Engine {
    pub(super) fn record(&mut self, id: RecordingId, file: String, left: LegId, right: Vec<LegId>, now: Instant) {
        if self.recording_of.contains_key(&id) {
            tracing::warn!(recording = %id, "a recording was started twice");
            return;
        }
        self.disk.send(DiskOrder::Open { recording: id, file });
        let at = self.recordings.iter().position(Option::is_none).unwrap_or(self.recordings.len());
        if at == self.recordings.len() {
            self.recordings.push(None);
        }
        self.recordings[at] = Some(Recording::new(id, left, right, now));
        self.recording_of.insert(id, at);
        self.tap_recording(at);
    }

    pub(super) fn record_sides(&mut self, id: RecordingId, right: Vec<LegId>) {
        let Some(at) = self.recording_of.get(&id).copied() else { return };
        if let Some(recording) = &mut self.recordings[at] {
            recording.right = right;
        }
        self.tap_recording(at);
    }

    pub(super) fn record_pause(&mut self, id: RecordingId, on: bool) {
        if let Some(at) = self.recording_of.get(&id)
            && let Some(recording) = &mut self.recordings[*at]
        {
            recording.paused = on;
        }
    }

    pub(super) fn record_stop(&mut self, id: RecordingId, now: Instant) {
        let Some(recording) = self.take_recording(id) else { return };
        for (block, samples) in recording.finish(now, &self.disk) {
            self.disk.send(DiskOrder::Block { recording: id, block, samples });
        }
        self.disk.send(DiskOrder::Close { recording: id });
    }

    /// The disk refused it, and has said so.
    pub(super) fn forget_recording(&mut self, id: RecordingId) {
        self.take_recording(id);
    }

    fn take_recording(&mut self, id: RecordingId) -> Option<Recording> {
        let at = self.recording_of.remove(&id)?;
        self.untap(at);
        self.recordings[at].take()
    }

    /// A leg that left is on no side any more; it does not come back by opening again.
    pub(super) fn forget_sides(&mut self, id: LegId) {
        for recording in self.recordings.iter_mut().flatten() {
            recording.right.retain(|leg| *leg != id);
        }
    }

    /// Hands over seconds that are complete.
    pub(super) fn write_due(&mut self, phase: usize, now: Instant) {
        for at in (phase..self.recordings.len()).step_by(PHASES) {
            if let Some(recording) = &mut self.recordings[at]
                && let Some(block) = recording.due(now, &self.disk)
            {
                let id = recording.id;
                self.hand_over(id, block);
            }
        }
    }

    fn hand_over(&mut self, recording: RecordingId, block: Box<Block>) {
        if !self.disk.send(DiskOrder::Block { recording, block, samples: BLOCK }) {
            self.forget_recording(recording);
            // What was written until now is repaired and told of at the next start.
            self.disk.send(DiskOrder::Abandon { recording });
            self.tell(MediaEvent::NotRecorded { recording, reason: "磁盘写入过慢，录音已中止".to_owned() });
        }
    }

    /// Gives a new leg its places in the recordings that name it.
    pub(super) fn tap_leg(&mut self, i: usize) {
        let id = self.legs[i].id;
        for at in 0..self.recordings.len() {
            let Some(recording) = &self.recordings[at] else { continue };
            let sides = [(recording.left == id, Side::Left), (recording.right.contains(&id), Side::Right)];
            let taps = sides.iter().filter(|(named, _)| *named).map(|(_, side)| Tap::new(at, *side));
            self.legs[i].taps.extend(taps);
        }
    }

    fn tap_recording(&mut self, at: usize) {
        let Some(recording) = &self.recordings[at] else { return };
        let wanted: Vec<(LegId, Side)> = std::iter::once((recording.left, Side::Left))
            .chain(recording.right.iter().map(|leg| (*leg, Side::Right)))
            .collect();
        for i in 0..self.legs.places() {
            let Some(leg) = self.legs.get_mut(i) else { continue };
            let id = leg.id;
            // A tap that stays keeps its place in time.
            leg.taps.retain(|tap| tap.recording != at || wanted.contains(&(id, tap.side)));
            for (_, side) in wanted.iter().filter(|(wanted, _)| *wanted == id) {
                if !leg.taps.iter().any(|tap| tap.recording == at && tap.side == *side) {
                    leg.taps.push(Tap::new(at, *side));
                }
            }
        }
    }

    fn untap(&mut self, at: usize) {
        for i in 0..self.legs.places() {
            if let Some(leg) = self.legs.get_mut(i) {
                leg.taps.retain(|tap| tap.recording != at);
            }
        }
    }
}
