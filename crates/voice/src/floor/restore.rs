//! Stop and restart: what was open is closed with its cause, nobody is forgotten, nothing is counted twice.

use kernel::{CallTaskId, Ts, UserId};
use serde_json::json;

use super::step::Step;
use super::{OpenCall, Output, Restored};
use crate::journal::{CallDuty, CallEvent, CallRecord, DutyKind, Fact, Outcome, RecordingStatus};
use crate::protocol::Direction;
use crate::switch::Cause;

impl Step<'_> {
    /// What a process that is gone left open.
    pub fn restore(&mut self, left: Restored) {
        self.f.today = left.today;
        for (user, number, at) in left.dialled {
            self.f.dialled.note(user, &number, at);
        }
        let alive = left.alive_until.unwrap_or(self.now).min(self.now);
        for call in left.calls {
            self.close_left(call, alive);
        }
        for mut span in left.seats {
            span.to = Some(alive.max(span.from));
            self.facts.push(Fact::Seat(span));
        }
        for mut recording in left.recordings {
            let repaired = left.repaired.iter().find(|repaired| repaired.file == recording.file);
            recording.ended_at.get_or_insert(alive.max(recording.started_at));
            for (from, to) in &mut recording.pauses {
                to.get_or_insert(alive.max(*from));
            }
            match repaired {
                Some(repaired) => {
                    recording.status = RecordingStatus::Repaired;
                    recording.bytes = i64::try_from(repaired.bytes).ok();
                    recording.ms = i64::try_from(repaired.ms).ok();
                    recording.sha256 = Some(repaired.sha256.clone());
                }
                None => {
                    recording.status = RecordingStatus::Failed;
                    recording.reason = Some("系统重启后未找到录音文件".to_owned());
                }
            }
            self.facts.push(Fact::Recording(recording));
        }
    }

    fn close_left(&mut self, left: OpenCall, alive: Ts) {
        let OpenCall { mut record, legs, next_seq } = left;
        let end = alive.max(record.started_at);
        let owed = owes_callback(&record);
        if record.outcome == Outcome::Open {
            record.outcome = match (record.direction, record.answered_at) {
                (_, Some(_)) => Outcome::Answered,
                (Direction::In, None) => Outcome::Failed,
                _ => Outcome::NotReached,
            };
        }
        if record.answered_at.is_some() {
            record.talk_ended_at.get_or_insert(end);
        }
        record.ended_at = Some(end);
        record.cause = Some(Cause::Restart);
        record.ended_by.get_or_insert_with(|| "system".to_owned());
        let (id, outcome, task) = (record.id, record.outcome, record.task);
        let (number, skill) = (record.number.clone(), record.skill.clone());
        let reached = record.answered_at.is_some();
        self.facts.push(Fact::Call(Box::new(record)));
        for mut leg in legs.into_iter().filter(|leg| leg.ended_at.is_none()) {
            leg.ended_at = Some(alive.max(leg.started_at));
            leg.cause = Some(Cause::Restart);
            self.facts.push(Fact::Leg(leg));
        }
        let data = json!({ "outcome": outcome, "cause": Cause::Restart, "by": "system" });
        self.facts.push(Fact::Event(CallEvent {
            call: id,
            seq: next_seq,
            at: end,
            kind: "ended".to_owned(),
            user: None,
            data,
        }));
        if owed {
            let key = CallTaskId::mint(self.mint, self.now);
            let due_at = self.now.plus_minutes(i64::from(self.f.settings.missed_callback_min));
            self.f.today.missed_open += 1;
            self.facts.push(Fact::Duty(CallDuty {
                id: key,
                kind: DutyKind::Missed,
                call: id,
                number,
                skill,
                created_at: self.now,
                due_at,
                recording: None,
            }));
        }
        if let Some(task) = task.filter(|_| !reached) {
            self.facts.push(Fact::DutyTried { task, call: id, reached, at: end });
        }
    }

    /// Ends everything now.
    pub fn stop(&mut self) {
        self.f.draining = true;
        let open: Vec<_> = self.f.calls.values().filter(|call| !call.over()).map(super::call::Call::id).collect();
        for id in open {
            self.end_call(id, Cause::Restart, "system");
        }
        self.sign_everybody_out();
    }

    fn sign_everybody_out(&mut self) {
        let users: Vec<UserId> = self.f.seats.values().filter(|s| s.session.is_some()).map(|s| s.person.user).collect();
        for user in users {
            self.leave_work(user);
        }
    }

    /// After [`super::Input::Drain`] or [`super::Input::Stop`]: the last call and the last recording are over.
    pub fn check_drained(&mut self) {
        let open = self.f.calls.values().any(|call| !call.over()) || !self.f.recordings.is_empty();
        if !self.f.draining || self.f.drained || open {
            return;
        }
        self.f.drained = true;
        self.sign_everybody_out();
        self.tells.push(Output::Drained);
    }
}

/// A citizen who was waiting, or in the middle of a conversation, and was not told good-bye.
fn owes_callback(record: &CallRecord) -> bool {
    record.direction == Direction::In
        && matches!(record.outcome, Outcome::Open | Outcome::Answered)
        && record.ended_by.is_none()
        && !record.number.is_empty()
}
