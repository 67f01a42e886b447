//! Who cannot or will not wait leaves a message (留言) or books a callback (预约回拨).

use kernel::{CallId, CallTaskId, RecordingId};
use serde_json::json;

use super::call::{Call, Running, Stage};
use super::spoken::{beep, prompt};
use super::step::Step;
use super::timer::CallTimer;
use crate::journal::{CallDuty, DutyKind, Fact, Outcome, RecordingRecord, RecordingStatus};
use crate::protocol::RecordingState;
use crate::switch::{Cause, Command, Sound};

/// Seconds to press a key after the choices were said.
pub(super) const WAIT_S: u32 = 10;

const MESSAGE: char = '1';
const CALLBACK: char = '2';
const WAIT: char = '0';

impl Step<'_> {
    fn may_leave_message(&self) -> bool {
        self.f.settings.message_s > 0
    }

    fn may_book(&self, id: CallId) -> bool {
        let known = self.f.calls.get(&id).is_some_and(|call| !call.record.number.is_empty());
        self.f.settings.offer_callback && known
    }

    /// The choices there are, as prompts; empty when there is none.
    pub fn choices(&self, id: CallId, may_wait: bool) -> Vec<Sound> {
        let mut sounds = Vec::new();
        if self.may_leave_message() {
            sounds.push(prompt("offer.message"));
        }
        if self.may_book(id) {
            sounds.push(prompt("offer.callback"));
        }
        if may_wait && !sounds.is_empty() {
            sounds.push(prompt("offer.wait"));
        }
        sounds
    }

    /// The caller cannot wait: `why` is said first.
    pub fn cannot_wait(&mut self, id: CallId, why: &str) {
        self.event(id, "cannot_wait", None, json!({ "why": why }));
        let choices = self.choices(id, false);
        if choices.is_empty() {
            return self.turned_away(id);
        }
        if let Some(call) = self.call(id) {
            call.stage = Stage::Choosing;
        }
        self.say(id, std::iter::once(prompt(why)).chain(choices).collect());
    }

    fn turned_away(&mut self, id: CallId) {
        self.came_out(id, Outcome::Overflowed);
        self.duty(id, DutyKind::Missed, None);
        self.leave_with(id, "callback.later");
    }

    pub fn chose_nothing(&mut self, id: CallId) {
        self.turned_away(id);
    }

    pub fn choose(&mut self, id: CallId, digit: char) {
        match digit {
            MESSAGE if self.may_leave_message() => self.begin_message(id),
            CALLBACK if self.may_book(id) => self.book(id),
            WAIT => {
                if let Some(call) = self.call(id).filter(|call| call.stage == Stage::Waiting) {
                    call.choices = false;
                    self.announce(id);
                }
            }
            _ => {}
        }
    }

    fn book(&mut self, id: CallId) {
        self.leave_queue(id);
        self.came_out(id, Outcome::CallbackBooked);
        self.event(id, "callback_booked", None, json!({}));
        self.duty(id, DutyKind::Booked, None);
        self.leave_with(id, "callback.booked");
    }

    fn begin_message(&mut self, id: CallId) {
        self.leave_queue(id);
        self.disarm(id, CallTimer::Key);
        if let Some(call) = self.call(id) {
            call.stage = Stage::Message { recording: false };
        }
        self.event(id, "message", None, json!({}));
        self.say(id, vec![prompt("message.begin"), beep()]);
    }

    /// After the beep. The duty is written with the first word: whatever happens, the message is heard by somebody.
    pub fn record_message(&mut self, id: CallId) {
        let Some(leg) = self.f.calls.get(&id).and_then(Call::citizen).map(|citizen| citizen.leg) else { return };
        let (recording, file) = self.new_recording();
        let record = RecordingRecord {
            id: recording,
            call: id,
            file: file.clone(),
            status: RecordingStatus::Open,
            message: true,
            started_at: self.now,
            ended_at: None,
            bytes: None,
            ms: None,
            sha256: None,
            pauses: Vec::new(),
            reason: None,
        };
        if let Some(call) = self.call(id) {
            call.stage = Stage::Message { recording: true };
            call.running = Some(Running { recording, right: Vec::new(), state: RecordingState::On });
            call.record.recorded = true;
        }
        self.came_out(id, Outcome::Message);
        self.facts.push(Fact::Recording(record.clone()));
        self.f.recordings.insert(recording, record);
        self.duty(id, DutyKind::Message, Some(recording));
        self.act(Command::Record { recording, call: id, file, left: leg, right: Vec::new() });
        let limit_s = self.settings().message_s;
        self.arm(id, CallTimer::Message, limit_s);
    }

    pub fn message_done(&mut self, id: CallId) {
        self.disarm(id, CallTimer::Message);
        self.event(id, "message_left", None, json!({}));
        self.leave_with(id, "message.saved");
    }

    /// How the call came out; what is decided stays, so a call that was answered once is 接通 whatever came later.
    pub fn came_out(&mut self, id: CallId, outcome: Outcome) {
        if let Some(call) = self.call(id).filter(|call| call.record.outcome == Outcome::Open) {
            call.record.outcome = outcome;
        }
    }

    /// 回拨任务. A withheld number cannot be called back.
    pub fn duty(&mut self, id: CallId, kind: DutyKind, recording: Option<RecordingId>) {
        let key = CallTaskId::mint(self.mint, self.now);
        let (now, minutes) = (self.now, i64::from(self.f.settings.missed_callback_min));
        let Some(call) = self.call(id) else { return };
        if call.duty || (call.record.number.is_empty() && kind != DutyKind::Message) {
            return;
        }
        call.duty = true;
        let (number, skill) = (call.record.number.clone(), call.record.skill.clone());
        // Who books keeps the place: the list is worked off by what is due first, and theirs counts from when they asked.
        let since = call.record.queued_at.filter(|_| kind == DutyKind::Booked).unwrap_or(now);
        let due = since.plus_minutes(minutes).max(now);
        let duty = CallDuty { id: key, kind, call: id, number, skill, created_at: now, due_at: due, recording };
        self.facts.push(Fact::Duty(duty));
        self.f.today.missed_open += 1;
        self.event(id, "duty", None, json!({ "kind": kind }));
    }

    /// The citizen went while it could still have been a message or a place in the queue.
    pub fn gave_up(&mut self, id: CallId) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let incoming = call.record.direction == crate::protocol::Direction::In;
        let since = match call.stage {
            Stage::Waiting | Stage::Moving if call.record.answered_at.is_some() => call.waiting_since,
            Stage::Waiting | Stage::Choosing | Stage::Message { recording: false } => call.record.queued_at,
            _ => None,
        };
        let Some(since) = since.filter(|_| incoming) else { return };
        let answered = call.record.answered_at.is_some();
        let short = self.now.millis_since(since) < i64::from(self.f.settings.short_abandon_s) * 1000;
        if !answered {
            if short {
                self.f.today.short_abandoned += 1;
            } else {
                self.f.today.abandoned += 1;
            }
            self.came_out(id, Outcome::Abandoned);
        }
        if !short {
            self.duty(id, DutyKind::Missed, None);
        }
    }

    /// Whoever is cut off by us, waiting or in the middle of a conversation, is called back.
    pub fn cut_off(&mut self, id: CallId, cause: Cause) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let incoming = call.record.direction == crate::protocol::Direction::In;
        let owed = matches!(call.record.outcome, Outcome::Open | Outcome::Answered)
            && !matches!(call.stage, Stage::Rating { .. } | Stage::Leaving | Stage::Over);
        let ours = match cause {
            Cause::Restart | Cause::NoMedia => true,
            Cause::TooLong => call.before_agent(),
            _ => return,
        };
        if incoming && owed && ours {
            self.duty(id, DutyKind::Missed, None);
        }
        if incoming {
            self.came_out(id, Outcome::Failed);
        }
    }
}
