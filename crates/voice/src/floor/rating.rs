//! 满意度评价 by keys, once a call.

use kernel::CallId;
use serde_json::json;

use super::call::{Call, Stage};
use super::spoken::prompt;
use super::step::Step;
use super::timer::CallTimer;
use crate::switch::Cause;

/// Seconds to press a key after the question.
pub(super) const WAIT_S: u32 = 8;
/// Wrong keys before the caller is let go.
const TRIES: u8 = 3;

impl Step<'_> {
    pub fn may_rate(&self, call: &Call) -> bool {
        let settings = &self.f.settings;
        settings.rating && !settings.rating_keys.is_empty() && !call.record.rating_asked && call.citizen_up()
    }

    /// The conversation is over and the citizen still there: rating when it may be asked for, else good-bye.
    pub fn finish_talk(&mut self, id: CallId, by: &str, ask: bool) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let rate = ask && self.may_rate(call);
        if let Some(call) = self.call(id) {
            call.record.ended_by = Some(by.to_owned());
            call.held = false;
            if rate {
                call.stage = Stage::Rating { wrong: 0 };
                call.record.rating_asked = true;
            }
        }
        if !rate {
            return self.end_call(id, Cause::Local, by);
        }
        self.clear_others(id, Cause::Local);
        self.disarm(id, CallTimer::Ring);
        self.event(id, "rating", None, json!({}));
        self.say(id, vec![prompt("rating.ask")]);
    }

    pub fn rate_key(&mut self, id: CallId, digit: char) {
        let rating = self.settings().rating_keys.get(&digit).copied();
        let Some(call) = self.call(id) else { return };
        if let Some(rating) = rating {
            call.record.rating = Some(rating);
            let agent = call.record.last_agent;
            self.event(id, "rated", agent, json!({ "rating": rating }));
            return self.leave_with(id, "rating.thanks");
        }
        let Stage::Rating { wrong } = &mut call.stage else { return };
        *wrong = wrong.saturating_add(1);
        if *wrong >= TRIES {
            return self.leave_with(id, "goodbye");
        }
        self.disarm(id, CallTimer::Key);
        self.say(id, vec![prompt("rating.invalid"), prompt("rating.ask")]);
    }
}
