//! Waiting for a person: places, announcements, and bringing callers and free seats together.

use kernel::{CallId, Ts, UserId};
use serde_json::json;

use super::call::{Role, Stage};
use super::queue::Queue;
use super::seat::{NO_ANSWER, REJECTED};
use super::spoken::{number, prompt};
use super::step::Step;
use super::timer::CallTimer;
use crate::protocol::{Direction, SeatState};
use crate::switch::{Cause, Sound};

/// Priority of who pressed the emergency key.
const EMERGENCY: i32 = 1_000_000;
/// Priority of who was served already and lost the agent.
const FRONT: i32 = 100_000;
/// A desk phone's ringing ends at the switch; this much later the floor takes the call back by itself, seconds.
const RING_GRACE_S: u32 = 3;

impl Step<'_> {
    pub fn queue(&mut self, skill: &str) -> &mut Queue {
        let settings = &self.f.settings;
        self.f
            .queues
            .entry(skill.to_owned())
            .or_insert_with(|| Queue::new(settings.queues.get(skill).cloned().unwrap_or_default()))
    }

    /// Nobody signed in would ever take a call of this queue.
    fn nobody(&mut self, skill: &str) -> bool {
        let overflow = self.queue(skill).settings.overflow.clone();
        let serves = |user: &UserId| {
            let seat = &self.f.seats[user];
            seat.session.is_some() && (seat.serves(skill) || overflow.iter().any(|other| seat.serves(other)))
        };
        !self.f.seats.keys().any(serves)
    }

    /// Into the queue of the call's skill, or to the choices when waiting is pointless. `lead` is said first.
    pub fn enqueue(&mut self, id: CallId, lead: Vec<Sound>) {
        let now = self.now;
        let Some(call) = self.call(id) else { return };
        let skill = call.record.skill.clone().unwrap_or_default();
        let (first, urgent) = (call.record.queued_at.is_none(), call.emergency || call.front);
        call.record.queued_at.get_or_insert(now);
        call.waiting_since = Some(now);
        call.stage = Stage::Waiting;
        call.held = false;
        call.choices = false;
        if first && call.record.direction == Direction::In {
            self.f.today.offered += 1;
        }
        self.event(id, "queued", None, json!({ "skill": skill, "again": !first }));
        let queue = self.queue(&skill);
        let full = usize::try_from(queue.settings.full_at).is_ok_and(|limit| limit > 0 && queue.len() >= limit);
        if self.nobody(&skill) {
            return self.cannot_wait(id, "queue.nobody");
        }
        if full && !urgent {
            return self.cannot_wait(id, "queue.full");
        }
        self.insert(id);
        let settings = self.queue(&skill).settings.clone();
        for (timer, seconds) in [(CallTimer::Announce, settings.announce_s), (CallTimer::Offer, settings.offer_after_s)]
        {
            if seconds > 0 {
                self.arm(id, timer, seconds);
            }
        }
        if !settings.overflow.is_empty() && !self.f.calls[&id].spread {
            self.arm(id, CallTimer::Overflow, settings.overflow_after_s);
        }
        let sounds = lead.into_iter().chain([prompt("queue.wait")]).collect();
        self.say(id, sounds);
    }

    /// Takes a place by the original time of asking.
    fn insert(&mut self, id: CallId) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let (Some(skill), Some(since)) = (call.record.skill.clone(), call.record.queued_at) else { return };
        let spread = call.spread || call.emergency;
        let base = call.standing + if call.emergency { EMERGENCY } else { 0 } + if call.front { FRONT } else { 0 };
        let queue = self.queue(&skill);
        let priority = base + queue.settings.priority;
        let place = queue.place(id, since, base);
        queue.insert(place);
        if spread {
            queue.spread(place);
        }
        if let Some(call) = self.call(id) {
            call.place = Some(place);
            call.record.priority = priority;
        }
        self.f.waiting_calls.push_back(id);
        self.f.queues_changed = true;
    }

    /// Gives the place up.
    pub fn take_out(&mut self, id: CallId) {
        let Some(call) = self.call(id) else { return };
        let (Some(place), Some(skill)) = (call.place.take(), call.record.skill.clone()) else { return };
        self.queue(&skill).remove(&place);
        self.f.queues_changed = true;
    }

    /// The place changes with the caller's priority.
    pub fn replace(&mut self, id: CallId) {
        if self.f.calls.get(&id).is_some_and(|call| call.place.is_some()) {
            self.take_out(id);
            self.insert(id);
        }
    }

    /// All places anew, after the queues' settings changed.
    pub fn rebuild_queues(&mut self) {
        let settings = self.settings();
        let mut waiting = Vec::new();
        for (skill, queue) in &mut self.f.queues {
            queue.settings = settings.queues.get(skill).cloned().unwrap_or_default();
            waiting.extend(queue.drain());
        }
        for id in waiting {
            self.insert(id);
        }
    }

    /// Out of the queue for good; a seat that rings is free again.
    pub fn leave_queue(&mut self, id: CallId) {
        self.take_out(id);
        for timer in [CallTimer::Announce, CallTimer::Overflow, CallTimer::Offer] {
            self.disarm(id, timer);
        }
        let Some(call) = self.f.calls.get(&id) else { return };
        let ringing = call.ringing_main().map(|party| party.id).filter(|_| call.stage == Stage::Waiting);
        if let Some(key) = ringing {
            self.disarm(id, CallTimer::Ring);
            self.depart(id, key, (Cause::Cancelled, None), true);
        }
    }

    /// How many are before the caller and how long it may take.
    pub fn announce(&mut self, id: CallId) {
        let Some(call) = self.f.calls.get(&id).filter(|call| call.stage == Stage::Waiting) else { return };
        let (Some(skill), place, choices) = (call.record.skill.clone(), call.place, call.choices) else { return };
        let every_s = self.queue(&skill).settings.announce_s;
        if every_s > 0 {
            self.arm(id, CallTimer::Announce, every_s);
        }
        let Some(before) = place.and_then(|place| self.queue(&skill).before(&place)) else { return };
        let mut sounds = vec![prompt("queue.next")];
        if let Some(n) = u32::try_from(before).ok().filter(|n| *n > 0) {
            sounds = vec![prompt("queue.before")];
            sounds.extend(number(n));
            sounds.push(prompt("queue.after"));
            sounds.extend(self.expected(&skill, n));
        }
        if choices {
            sounds.extend(self.choices(id, true));
        }
        self.say(id, sounds);
    }

    /// Expected wait: those before, each as long as calls of the skill take, shared by the seats at work.
    fn expected(&mut self, skill: &str, before: u32) -> Vec<Sound> {
        let seats = self.f.seats.values().filter(|seat| seat.session.is_some() && seat.serves(skill)).count();
        let seats = i64::try_from(seats).unwrap_or(i64::MAX).max(1);
        let ms = i64::from(before).saturating_mul(self.queue(skill).handling_ms) / seats;
        match u32::try_from((ms + 59_999) / 60_000) {
            Ok(minutes) if ms >= 60_000 => {
                let mut sounds = vec![prompt("queue.minutes_before")];
                sounds.extend(number(minutes));
                sounds.push(prompt("queue.minutes_after"));
                sounds
            }
            _ => vec![prompt("queue.minutes_short")],
        }
    }

    /// [`CallTimer::Offer`]: message or callback instead of waiting on.
    pub fn offer_choices(&mut self, id: CallId) {
        let sounds = self.choices(id, true);
        if sounds.is_empty() || self.stage(id) != Stage::Waiting {
            return;
        }
        if let Some(call) = self.call(id) {
            call.choices = true;
        }
        self.event(id, "choices", None, json!({}));
        self.say(id, sounds);
    }

    /// [`CallTimer::Overflow`].
    pub fn overflow(&mut self, id: CallId) {
        let Some(call) = self.call(id).filter(|call| call.stage == Stage::Waiting) else { return };
        call.spread = true;
        self.event(id, "overflow", None, json!({}));
        self.replace(id);
    }

    /// Brings new callers and newly free seats together. Before it there was no pair left over, so looking at the new
    /// ones is enough.
    pub fn pump(&mut self) {
        loop {
            if let Some(user) = self.f.ready_seats.pop() {
                if let Some(id) = self.best_call(user) {
                    self.offer(id, user);
                }
            } else if let Some(id) = self.f.waiting_calls.pop_front() {
                if let Some(user) = self.best_seat(id) {
                    self.offer(id, user);
                }
            } else {
                break;
            }
        }
    }

    fn best_call(&self, user: UserId) -> Option<CallId> {
        let seat = self.f.seats.get(&user).filter(|seat| seat.state == SeatState::Ready)?;
        let mut best: Option<(i64, bool, CallId)> = None;
        for (skill, queue) in &self.f.queues {
            let own = seat.serves(skill);
            if !own && !queue.settings.overflow.iter().any(|other| seat.serves(other)) {
                continue;
            }
            let Some((urgency, place)) = queue.first(own, self.now) else { continue };
            if best.is_none_or(|(most, mine, _)| (urgency, own) > (most, mine)) {
                best = Some((urgency, own, place.call()));
            }
        }
        best.map(|(_, _, id)| id)
    }

    /// The best level first, then who is idle longest.
    fn best_seat(&mut self, id: CallId) -> Option<UserId> {
        let call = self.f.calls.get(&id).filter(|call| call.place.is_some())?;
        let (skill, spread) = (call.record.skill.clone()?, call.spread || call.emergency);
        let first = |skill: &str| self.f.free.get(skill).and_then(|free| free.first()).copied();
        if let Some((_, _, user)) = first(&skill) {
            return Some(user);
        }
        let overflow = &self.f.queues.get(&skill)?.settings.overflow;
        let others: Vec<(u8, Ts, UserId)> =
            overflow.iter().filter(|_| spread).filter_map(|skill| first(skill)).collect();
        others.into_iter().min().map(|(_, _, user)| user)
    }

    /// 振铃.
    pub fn offer(&mut self, id: CallId, user: UserId) {
        let now = self.now;
        self.take_out(id);
        if let Some(call) = self.call(id) {
            call.record.offered_at.get_or_insert(now);
        }
        self.set_state(user, SeatState::Ringing, None);
        self.event(id, "offered", Some(user), json!({}));
        self.join_seat(id, user, Role::Main, None);
        self.arm_ring(id, user);
    }

    pub fn arm_ring(&mut self, id: CallId, user: UserId) {
        let phone = self.f.seats.get(&user).is_some_and(|seat| seat.person.phone.is_some());
        let ring_s = self.settings().ring_s + if phone { RING_GRACE_S } else { 0 };
        self.arm(id, CallTimer::Ring, ring_s);
    }

    /// The seat takes the call it rings with back into the queue and becomes busy.
    pub fn withdraw(&mut self, user: UserId, cause: Cause, reason: &str) {
        let Some(id) = self.f.seats.get(&user).filter(|s| s.state == SeatState::Ringing).and_then(|s| s.call) else {
            return;
        };
        let Some(party) = self.f.calls.get(&id).and_then(|call| call.seat(user)) else { return };
        let (key, role) = (party.id, party.role);
        self.not_taken(id, key, user, role, cause, reason, true);
    }

    /// A seat did not take a call. `reason` is what it becomes busy with.
    #[expect(clippy::too_many_arguments, reason = "one party's way out with all that is written about it")]
    pub fn not_taken(
        &mut self,
        id: CallId,
        key: kernel::LegId,
        user: UserId,
        role: Role,
        cause: Cause,
        reason: &str,
        hang: bool,
    ) {
        if let Some(seat) = self.seat(user) {
            seat.next = Some(reason.to_owned());
        }
        let kind = if reason == REJECTED { REJECTED } else { NO_ANSWER };
        self.event(id, kind, Some(user), json!({ "reason": reason }));
        self.disarm(id, CallTimer::Ring);
        self.depart(id, key, (cause, None), hang);
        if role == Role::Main {
            self.back(id);
        }
    }

    /// Nobody took the call: back to its place, or to the front when it came by a transfer.
    pub fn back(&mut self, id: CallId) {
        match self.stage(id) {
            Stage::Waiting => self.wait_on(id),
            Stage::Moving => self.requeue(id, "transfer.failed"),
            _ => {}
        }
    }

    /// Takes the place again; nobody waits for nobody.
    fn wait_on(&mut self, id: CallId) {
        let Some(skill) = self.f.calls.get(&id).and_then(|call| call.record.skill.clone()) else { return };
        if !self.nobody(&skill) {
            return self.insert(id);
        }
        self.leave_queue(id);
        self.cannot_wait(id, "queue.nobody");
    }

    /// Back to the front of its queue.
    pub fn requeue(&mut self, id: CallId, lead: &str) {
        let default = self.settings().default_skill.clone();
        let Some(call) = self.call(id) else { return };
        if call.record.direction != Direction::In {
            return self.finish_talk(id, "system", false);
        }
        call.front = true;
        call.record.skill.get_or_insert(default);
        self.enqueue(id, vec![prompt(lead)]);
    }

    /// The owner is gone from a conversation.
    pub fn orphaned(&mut self, id: CallId) {
        let Some(call) = self.f.calls.get(&id) else { return };
        if call.others().any(|party| party.up) {
            self.hand_over(id);
        } else {
            self.clear_others(id, Cause::Local);
            self.requeue(id, "agent.lost");
        }
    }

    /// [`CallTimer::Ring`]: whoever rings does not answer.
    pub fn rang_out(&mut self, id: CallId) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let ringing: Option<(kernel::LegId, Role, Option<UserId>)> = call
            .parties
            .iter()
            .find(|p| !p.up && p.role != Role::Citizen && !p.watches())
            .map(|p| (p.id, p.role, p.user));
        match ringing {
            _ if call.stage == Stage::Dialling => self.end_call(id, Cause::NoAnswer, "system"),
            Some((key, role, Some(user))) => self.not_taken(id, key, user, role, Cause::NoAnswer, NO_ANSWER, true),
            Some((key, role, None)) => {
                self.depart(id, key, (Cause::NoAnswer, None), true);
                if role == Role::Main {
                    self.back(id);
                }
            }
            None => {}
        }
    }
}
