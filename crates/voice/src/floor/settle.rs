//! Puts the switch right: what each party hears, who hears whom, who is recorded. All of it follows from the call; only
//! differences are sent.

use kernel::{CallId, LegId, UserId};
use serde_json::json;

use super::call::{Call, Party, Role, Running, Sound, Stage};
use super::spoken::ring_back;
use super::step::Step;
use super::timer::Timer;
use crate::journal::{Fact, RecordingRecord, RecordingStatus};
use crate::protocol::{RecordingState, Supervision};
use crate::switch::{self, Command, Edge};

/// The switch owes the end of a recording for at most so long, seconds.
const RECORDED_S: u32 = 60;

impl Step<'_> {
    pub fn settle(&mut self, id: CallId) {
        self.settle_sounds(id);
        self.settle_edges(id);
        self.settle_recording(id);
    }

    fn deaf(&self, party: &Party) -> bool {
        party.browser && party.user.and_then(|user| self.f.seats.get(&user)).is_none_or(super::seat::Seat::deaf)
    }

    /// Whether anybody speaks with the citizen.
    fn accompanied(&self, call: &Call) -> bool {
        let speaks = |p: &&Party| p.role != Role::Citizen && p.up && p.talks() && !self.deaf(p);
        call.parties.iter().any(|party| speaks(&party))
    }

    fn wanted(&self, call: &Call, party: &Party) -> Sound {
        let prompt = matches!(party.sound, Sound::Prompt(_));
        match (call.stage, party.role) {
            (Stage::Talk, Role::Citizen) if call.held || !self.accompanied(call) => Sound::Music,
            (Stage::Talk, Role::Citizen) if prompt && call.number_said == Some(party.sound) => party.sound,
            (Stage::Talk, Role::Citizen) => Sound::Nothing,
            (Stage::Waiting | Stage::Moving, Role::Citizen) if !prompt => Sound::Music,
            (_, Role::Citizen) => party.sound,
            (Stage::Dialling, Role::Main) => {
                let rings = call.citizen().is_some_and(|citizen| !citizen.up && !citizen.early);
                if rings { Sound::RingBack } else { Sound::Nothing }
            }
            (Stage::Talk, Role::Main) if call.held && party.user == call.owner => {
                let rings = call.others().any(|other| !other.up && !other.early);
                let alone = !call.others().any(|other| other.up);
                if rings && alone { Sound::RingBack } else { Sound::Nothing }
            }
            _ => Sound::Nothing,
        }
    }

    fn settle_sounds(&mut self, id: CallId) {
        let now = self.now;
        let Some(call) = self.f.calls.get(&id) else { return };
        let talk = matches!(call.stage, Stage::Talk | Stage::Moving);
        let changes: Vec<(LegId, Sound, Sound)> = call
            .parties
            .iter()
            .filter(|party| party.up)
            .map(|party| (party.leg, party.sound, self.wanted(call, party)))
            .filter(|(_, before, after)| before != after)
            .collect();
        for (leg, _, after) in changes {
            let after = if after == Sound::Music || after == Sound::RingBack {
                self.f.play = self.f.play.wrapping_add(1);
                let (no, ring) = (self.f.play, after == Sound::RingBack);
                let sounds = if ring { ring_back() } else { vec![switch::Sound::Music] };
                self.act(Command::Play { leg, no, sounds, repeat: true });
                after
            } else {
                self.act(Command::Quiet { leg });
                Sound::Nothing
            };
            if let Some(party) = self.f.calls.get_mut(&id).and_then(|call| call.by_leg(leg)) {
                party.sound = after;
            }
        }
        let Some(call) = self.f.calls.get_mut(&id) else { return };
        let music = talk && call.citizen().is_some_and(|citizen| citizen.sound == Sound::Music);
        if music {
            call.music_since.get_or_insert(now);
        } else if let Some(since) = call.music_since.take() {
            call.record.hold_ms += now.millis_since(since).max(0);
        }
    }

    /// Who hears whom.
    fn edges(&self, call: &Call) -> Vec<Edge> {
        if !matches!(call.stage, Stage::Talk | Stage::Dialling) {
            return Vec::new();
        }
        let group: Vec<&Party> = call
            .parties
            .iter()
            .filter(|p| (p.up || p.early) && p.talks() && !self.deaf(p))
            .filter(|p| !(call.held && p.role == Role::Citizen))
            .collect();
        let muted = |party: &Party| party.user.and_then(|user| self.f.seats.get(&user)).is_some_and(|seat| seat.muted);
        let mut edges = Vec::new();
        for from in group.iter().filter(|from| !muted(from)) {
            let hearers = group.iter().filter(|to| to.up && to.leg != from.leg);
            edges.extend(hearers.map(|to| Edge { from: from.leg, to: to.leg }));
        }
        for silent in call.parties.iter().filter(|p| p.up && !p.talks() && !self.deaf(p)) {
            edges.extend(group.iter().filter(|p| !muted(p)).map(|p| Edge { from: p.leg, to: silent.leg }));
            let agent = group.iter().find(|p| p.user.is_some() && p.user == silent.watching && p.up);
            if let Some(agent) = agent.filter(|_| silent.role == Role::Watch(Supervision::Whisper) && !muted(silent)) {
                edges.push(Edge { from: silent.leg, to: agent.leg });
            }
        }
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn settle_edges(&mut self, id: CallId) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let edges = self.edges(call);
        if edges == call.edges {
            return;
        }
        if let Some(call) = self.f.calls.get_mut(&id) {
            call.edges.clone_from(&edges);
        }
        self.act(Command::Hear { call: id, edges });
    }

    fn settle_recording(&mut self, id: CallId) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let citizen = call.citizen().filter(|citizen| citizen.up).map(|citizen| citizen.leg);
        let right: Vec<LegId> = call.parties.iter().filter(|p| p.up && p.recorded()).map(|p| p.leg).collect();
        let wanted = match call.stage {
            Stage::Talk => citizen.is_some() && self.f.settings.record && !right.is_empty(),
            Stage::Message { recording } => recording,
            _ => false,
        };
        match (&call.running, wanted, citizen) {
            (None, true, Some(left)) => self.record(id, left, right),
            (Some(running), true, _) if running.right != right => {
                let recording = running.recording;
                if let Some(running) = self.f.calls.get_mut(&id).and_then(|call| call.running.as_mut()) {
                    running.right.clone_from(&right);
                }
                self.act(Command::RecordSides { recording, right });
            }
            (Some(_), false, _) => self.stop_recording(id),
            _ => {}
        }
    }

    fn record(&mut self, id: CallId, left: LegId, right: Vec<LegId>) {
        let (recording, file) = self.new_recording();
        let record = RecordingRecord {
            id: recording,
            call: id,
            file: file.clone(),
            status: RecordingStatus::Open,
            message: false,
            started_at: self.now,
            ended_at: None,
            bytes: None,
            ms: None,
            sha256: None,
            pauses: Vec::new(),
            reason: None,
        };
        if let Some(call) = self.f.calls.get_mut(&id) {
            call.running = Some(Running { recording, right: right.clone(), state: RecordingState::On });
            call.record.recorded = true;
        }
        self.facts.push(Fact::Recording(record.clone()));
        self.f.recordings.insert(recording, record);
        self.act(Command::Record { recording, call: id, file, left, right });
    }

    fn stop_recording(&mut self, id: CallId) {
        let now = self.now;
        let Some(running) = self.f.calls.get_mut(&id).and_then(|call| call.running.take()) else { return };
        let recording = running.recording;
        self.act(Command::RecordStop { recording });
        if let Some(record) = self.f.recordings.get_mut(&recording) {
            record.ended_at = Some(now);
            let at = self.after_s(RECORDED_S);
            self.f.timers.arm(Timer::Recording(recording), at);
        }
    }

    /// 暂停录音.
    pub fn record_pause(&mut self, user: UserId, id: CallId, on: bool) {
        let now = self.now;
        let wanted = if on { RecordingState::Paused } else { RecordingState::On };
        let running = self.call(id).and_then(|call| call.running.as_mut()).filter(|running| running.state != wanted);
        let Some(running) = running else { return };
        running.state = wanted;
        let recording = running.recording;
        if let Some(record) = self.f.recordings.get_mut(&recording) {
            match record.pauses.last_mut() {
                Some((_, open @ None)) => *open = Some(now),
                _ => record.pauses.push((now, None)),
            }
            let record = record.clone();
            self.facts.push(Fact::Recording(record));
        }
        self.act(Command::RecordPause { recording, on });
        self.event(id, if on { "recording_paused" } else { "recording_resumed" }, Some(user), json!({}));
    }

    /// The switch closed a recording.
    pub fn recorded(&mut self, recording: kernel::RecordingId, bytes: u64, ms: u64, sha256: String) {
        self.close_recording(recording, |record| {
            record.status = RecordingStatus::Closed;
            record.bytes = i64::try_from(bytes).ok();
            record.ms = i64::try_from(ms).ok();
            record.sha256 = Some(sha256);
        });
    }

    /// The disk refused, or the switch never told.
    pub fn not_recorded(&mut self, recording: kernel::RecordingId, reason: &str) {
        self.close_recording(recording, |record| {
            record.status = RecordingStatus::Failed;
            record.reason = Some(reason.to_owned());
        });
    }

    fn close_recording(&mut self, recording: kernel::RecordingId, close: impl FnOnce(&mut RecordingRecord)) {
        self.f.timers.cancel(Timer::Recording(recording));
        let Some(mut record) = self.f.recordings.remove(&recording) else { return };
        let end = *record.ended_at.get_or_insert(self.now);
        if let Some((_, open @ None)) = record.pauses.last_mut() {
            *open = Some(end);
        }
        close(&mut record);
        let (id, failed) = (record.call, record.status == RecordingStatus::Failed);
        self.facts.push(Fact::Recording(record));
        let Some(call) = self.call(id) else { return };
        let running = call.running.as_mut().filter(|running| running.recording == recording);
        if let Some(running) = running {
            running.state = RecordingState::Failed;
        }
        if failed {
            self.event(id, "not_recorded", None, json!({}));
        }
    }
}
