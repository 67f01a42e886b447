//! 一件工单的来龙去脉: what fate an order was dealt, and what the people around it still mean to do.

use app::World;
use domain::authority::{Actor, Role};
use domain::case::Case;
use domain::env::By;
use domain::order::Command;
use domain::task::Task;
use kernel::{ClockId, OrderId, OrgId, RequestId, Ts, UserId};

use crate::city::City;
use crate::fate::{Fate, Twist};
use crate::tally::Tally;
use crate::words::Dice;

/// An order as the simulator follows it.
pub struct Live {
    pub id: OrderId,
    pub fate: &'static Fate,
    /// What has yet to happen to it.
    pub twists: Vec<Twist>,
    pub dice: Dice,
    /// 特急, 紧急: nobody waits for office hours.
    pub urgent: bool,
    /// Who took it in; `None` when it came over the web.
    pub agent: Option<Actor>,
    /// An earlier order of the same person.
    pub mate: Option<OrderId>,
    /// Other orders about, for links and for mistakes.
    pub peers: Peers,
    /// The unit is not at work on it before this.
    pub hold: Option<Ts>,
    /// Due moments as last seen.
    pub dues: Vec<(ClockId, Ts)>,
    /// The request somebody has looked at already, and until when it is put off.
    pub asked: Option<RequestId>,
    pub asleep: Option<Ts>,
    /// Refused several times in a row: something is wrong.
    pub stuck: u32,
}

/// Other orders, each good for one kind of link or mistake.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peers {
    /// Of another person.
    pub any: Option<OrderId>,
    pub ended: Option<OrderId>,
    pub merged: Option<OrderId>,
    pub report: Option<OrderId>,
    pub secret: Option<OrderId>,
    /// Registered after this one.
    pub later: Option<OrderId>,
}

impl Live {
    pub fn has(&self, twist: Twist) -> bool {
        self.twists.contains(&twist)
    }

    /// The twist happens now, once.
    pub fn take(&mut self, twist: Twist) -> bool {
        let at = self.twists.iter().position(|t| *t == twist);
        at.map(|at| self.twists.remove(at)).is_some()
    }
}

/// What somebody does next.
pub enum Turn {
    Do(By, Command),
    /// The citizen acts over the web.
    Citizen(citizen::Act),
    /// Nothing before then.
    Wait(Ts),
    /// The story is told; the clocks and jobs of the platform do the rest.
    End,
}

/// An order at a moment, with everything its people can look at.
pub struct Scene<'a> {
    pub case: &'a Case,
    pub live: &'a mut Live,
    pub city: &'a City,
    pub world: &'a World,
    pub tally: &'a Tally,
    pub now: Ts,
}

impl Scene<'_> {
    /// Somebody with the role, any.
    pub fn any(&mut self, role: Role) -> Actor {
        let n = self.live.dice.below(1000);
        self.city.any(role, n, &[])
    }

    pub fn any_but(&mut self, role: Role, not: &[UserId]) -> Actor {
        let n = self.live.dice.below(1000);
        self.city.any(role, n, not)
    }

    pub fn does(&mut self, role: Role, cmd: Command) -> Turn {
        Turn::Do(By::Person(self.any(role)), cmd)
    }

    /// Somebody of the organisation, or of the nearest above that has such a person.
    pub fn of(&self, role: Role, org: OrgId, not: &[UserId]) -> Option<Actor> {
        self.city.of_org(role, org, &self.world.directory, not)
    }

    pub fn unit(&self, role: Role, org: OrgId, cmd: Command) -> Turn {
        match self.of(role, org, &[]) {
            Some(actor) => Turn::Do(By::Person(actor), cmd),
            None => Turn::End,
        }
    }

    /// Whoever the task was given to.
    pub fn handler(&self, task: &Task) -> Option<Actor> {
        task.handler.and_then(|u| self.city.user(u))
    }

    /// Whoever took the order in, or a team leader for what came over the web.
    pub fn desk(&mut self) -> Actor {
        match self.live.agent.clone() {
            Some(agent) => agent,
            None => self.any(Role::TeamLeader),
        }
    }

    pub fn wait_minutes(&self, minutes: i64) -> Turn {
        Turn::Wait(self.now.plus_minutes(minutes))
    }

    /// So many working days from now, at the hour it is.
    pub fn working_days(&self, from: Ts, days: i64) -> Ts {
        self.world.calendar.add(from, days, kernel::Unit::WorkDay, self.world.params.cutoff()).due
    }
}
