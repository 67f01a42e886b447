//! 咨询、转接、三方、联动.

use kernel::{CallId, LegId, UserId};
use serde_json::json;

use super::call::{Role, Stage};
use super::incoming::normal;
use super::spoken::prompt;
use super::step::{NewParty, Step};
use super::timer::CallTimer;
use crate::protocol::{PartyKind, SeatState, Target};
use crate::switch::Cause;

impl Step<'_> {
    /// Somebody outside, by the name under which the directory has the number.
    fn department(&self, number: &str, role: Role) -> NewParty {
        let name = self.f.settings.departments.get(number).cloned().unwrap_or_else(|| number.to_owned());
        NewParty { role, kind: PartyKind::Department, user: None, name, number: Some(number.to_owned()) }
    }

    pub fn consult(&mut self, user: UserId, id: CallId, to: &Target) {
        if let Some(call) = self.call(id) {
            call.held = true;
        }
        match to {
            Target::Agent(other) => {
                self.event(id, "consulted", Some(user), json!({ "to": "agent", "agent": other }));
                self.ring_seat(id, *other, Role::Consult);
            }
            Target::Number(number) => {
                let number = normal(number);
                self.event(id, "consulted", Some(user), json!({ "to": "number" }));
                let new = self.department(&number, Role::Consult);
                self.originate(id, &number, new);
                self.arm_dial(id);
            }
            Target::Skill(_) => {}
        }
    }

    fn ring_seat(&mut self, id: CallId, user: UserId, role: Role) {
        self.set_state(user, SeatState::Ringing, None);
        self.join_seat(id, user, role, None);
        self.arm_ring(id, user);
    }

    /// The switch tells when nobody answers; should it fail to, the floor gives up by itself a little later.
    pub fn arm_dial(&mut self, id: CallId) {
        let seconds = self.settings().dial_s.saturating_add(5);
        self.arm(id, CallTimer::Ring, seconds);
    }

    /// Back to the citizen.
    pub fn consult_end(&mut self, user: UserId, id: CallId) {
        let keys = self.other_keys(id);
        self.disarm(id, CallTimer::Ring);
        for key in keys {
            self.depart(id, key, (Cause::Local, None), true);
        }
        self.hold(id, false, user);
    }

    fn other_keys(&self, id: CallId) -> Vec<LegId> {
        self.f.calls.get(&id).map(|call| call.others().map(|party| party.id).collect()).unwrap_or_default()
    }

    pub fn conference(&mut self, user: UserId, id: CallId) {
        if let Some(call) = self.call(id) {
            call.held = false;
        }
        self.event(id, "conference", Some(user), json!({}));
    }

    pub fn drop_party(&mut self, id: CallId, key: LegId) {
        let rang = self.f.calls.get(&id).and_then(|call| call.by_id(key)).is_some_and(|party| !party.up);
        if rang {
            self.disarm(id, CallTimer::Ring);
        }
        self.depart(id, key, (Cause::Local, None), true);
    }

    /// 联动: agent and citizen go on speaking while the service rings.
    pub fn joint(&mut self, user: UserId, id: CallId, service: &str, number: &str) {
        if let Some(call) = self.call(id) {
            call.held = false;
            call.record.joint = Some(service.to_owned());
        }
        self.event(id, "joint", Some(user), json!({ "service": service }));
        let new = NewParty {
            role: Role::Join,
            kind: PartyKind::Service,
            user: None,
            name: service.to_owned(),
            number: Some(number.to_owned()),
        };
        self.originate(id, number, new);
        self.arm_dial(id);
    }

    /// 转接 to whom the agent consulted: the agent leaves, the others go on.
    pub fn transfer_attended(&mut self, user: UserId, id: CallId) {
        self.event(id, "transferred", Some(user), json!({ "how": "attended" }));
        self.owner_leaves(user, id);
        self.hand_over(id);
    }

    fn owner_leaves(&mut self, user: UserId, id: CallId) {
        if let Some(call) = self.call(id) {
            call.record.transfers += 1;
        }
        if let Some(key) = self.f.calls.get(&id).and_then(|call| call.seat(user)).map(|party| party.id) {
            self.depart(id, key, (Cause::Local, None), true);
        }
    }

    /// Whoever is left with the citizen goes on: an agent becomes the owner.
    pub fn hand_over(&mut self, id: CallId) {
        let now = self.now;
        let Some(call) = self.call(id) else { return };
        call.held = false;
        let next = call.parties.iter_mut().find(|p| p.kind == PartyKind::Agent && p.up && !p.watches());
        let Some(user) = next.and_then(|party| {
            party.role = Role::Main;
            party.user
        }) else {
            return;
        };
        call.owner = Some(user);
        call.talk_since = Some(now);
        call.record.last_agent = Some(user);
        call.record.talk_ended_at = None;
        self.event(id, "taken_over", Some(user), json!({}));
        self.seat(user);
    }

    /// 转接 without asking first.
    pub fn transfer_blind(&mut self, user: UserId, id: CallId, to: &Target) {
        let kind = match to {
            Target::Agent(_) => "agent",
            Target::Number(_) => "number",
            Target::Skill(_) => "skill",
        };
        self.event(id, "transferred", Some(user), json!({ "how": "blind", "to": kind }));
        // Whoever joins later than the agent leaves must not find the call without anybody.
        let now = self.now;
        if let Some(call) = self.call(id) {
            call.stage = Stage::Moving;
            call.waiting_since = Some(now);
            call.held = false;
        }
        self.owner_leaves(user, id);
        match to {
            Target::Agent(other) => {
                self.ring_seat(id, *other, Role::Main);
                self.say(id, vec![prompt("transfer.wait")]);
            }
            Target::Number(number) => {
                let number = normal(number);
                let new = self.department(&number, Role::Main);
                self.originate(id, &number, new);
                self.arm_dial(id);
                self.say(id, vec![prompt("transfer.wait")]);
            }
            Target::Skill(skill) => {
                if let Some(call) = self.call(id) {
                    call.record.skill = Some(skill.clone());
                    call.spread = false;
                }
                self.enqueue(id, vec![prompt("transfer.wait")]);
            }
        }
    }
}
