//! The year: arrivals and turns in order of time, the platform's own jobs advanced with the clock.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use app::reconcile::Round;
use app::view::ParamForm;
use app::{App, Ctx};
use domain::authority::Role;
use domain::case::Case;
use domain::env::By;
use domain::order::Command;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use kernel::{ManualClock, OrderId, OrgId, Refusal, Ts};

use crate::arrive::{self, Deal, Known};
use crate::city::City;
use crate::live::Live;
use crate::tally::Tally;
use crate::turn::Outcome;
use crate::words::Dice;
use crate::{Plan, check, monitor};

/// Steps of this many simulated minutes are taken side by side.
const ABREAST_MINUTES: i64 = 20;
/// A round that did this much of one thing has more to do.
const FULL: usize = 500;
/// Days for which a unit's last answer is good for being copied.
const REMEMBERED: i64 = 40;
/// Part of the year, in per mille, in which units answer the citizens themselves (`unified_reply` off).
const UNITS_ANSWER: (i64, i64) = (420, 470);

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Month,
    UnitsAnswer(bool),
    Monitors,
    Arrival(usize),
    Turn(usize),
}

/// The running simulation.
pub struct Sim {
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub city: City,
    pub tally: Tally,
    pub plan: Plan,
    /// The last public answer of each unit.
    answers: Mutex<HashMap<OrgId, Answer>>,
}

/// An answer as handed in.
struct Answer {
    order: OrderId,
    at: Ts,
    text: String,
}

/// What is known when the year is over.
pub struct Year {
    pub registered: usize,
    /// Orders whose story was still going on.
    pub unfinished: usize,
    pub commands: u64,
    pub refused: u64,
    pub rounds: u64,
    pub done: Round,
    pub seconds: f64,
    pub days: i64,
}

impl Sim {
    pub fn new(app: Arc<App>, clock: Arc<ManualClock>, city: City, plan: Plan) -> Self {
        Self { app, clock, city, tally: Tally::default(), plan, answers: Mutex::default() }
    }

    pub fn ctx(&self, by: &By, now: Ts) -> Ctx {
        Ctx { by: by.clone(), now, ..self.app.system("simulate") }
    }

    /// What a person does at the desk: the use case behind the API's door. `Err` is a refusal.
    pub async fn command(&self, case: &Case, by: &By, cmd: Command, now: Ts) -> Result<Result<(), Refusal>> {
        self.command_at(case.order.id, case.order.version, by, cmd, now).await
    }

    pub async fn command_at(
        &self,
        id: OrderId,
        version: i64,
        by: &By,
        cmd: Command,
        now: Ts,
    ) -> Result<Result<(), Refusal>> {
        let ctx = self.ctx(by, now);
        match app::order::order_command(&self.app, &ctx, id, version, cmd).await {
            Ok(_) => Ok(Ok(())),
            Err(app::Error::Refused(refusal)) => Ok(Err(refusal)),
            Err(e) => Err(e.into()),
        }
    }

    /// What a citizen does over the web, after having proved who they are.
    pub async fn citizen(&self, id: OrderId, act: citizen::Act, now: Ts) -> Result<Result<(), Refusal>> {
        let (app, ctx, world) = (&*self.app, self.ctx(&By::System, now), self.app.world());
        let once = now.0.to_string();
        let done: app::Result<_> = db::with_retry!(app.store.db, async |tx| {
            app::citizen::act_in(tx, app, &ctx, &world, id, &once, &act).await
        });
        match done {
            Ok(_) => Ok(Ok(())),
            Err(app::Error::Refused(refusal)) => Ok(Err(refusal)),
            Err(e) => Err(e.into()),
        }
    }

    pub async fn case(&self, id: OrderId) -> Result<Case> {
        let found = store::case::load_case(&self.app.store.db, &self.app.store.vault, id).await?;
        found.context("a registered order is there")
    }

    /// What the unit answered lately about another order.
    pub fn earlier(&self, org: OrgId, not: OrderId, now: Ts) -> Option<String> {
        let answers = self.answers.lock().expect("no one panics holding the answers");
        let fits = |a: &&Answer| a.order != not && a.at > now.plus_days(-REMEMBERED);
        answers.get(&org).filter(fits).map(|a| a.text.clone())
    }

    pub fn answered(&self, org: OrgId, order: OrderId, text: String, at: Ts) {
        self.answers.lock().expect("no one panics holding the answers").insert(org, Answer { order, at, text });
    }

    async fn set(&self, key: &str, value: serde_json::Value, now: Ts) -> Result<()> {
        let by = By::Person(self.city.any(Role::Sysadmin, 0, &[]));
        let form = ParamForm { value, reason: "按年度工作安排调整".to_owned() };
        app::admin::param::param_set(&self.app, &self.ctx(&by, now), key, form).await?;
        Ok(())
    }
}

/// Everything due, in order.
#[derive(Default)]
struct Queue {
    heap: BinaryHeap<Reverse<(Ts, u64, Event)>>,
    serial: u64,
}

impl Queue {
    fn push(&mut self, at: Ts, event: Event) {
        self.serial += 1;
        self.heap.push(Reverse((at, self.serial, event)));
    }

    fn next(&self) -> Option<(Ts, Event)> {
        self.heap.peek().map(|Reverse((at, _, event))| (*at, *event))
    }

    fn pop(&mut self) -> Option<(Ts, Event)> {
        self.heap.pop().map(|Reverse((at, _, event))| (at, event))
    }
}

/// The year as it goes on.
pub struct Course<'a> {
    sim: &'a Sim,
    queue: Queue,
    deals: Vec<Deal>,
    live: HashMap<usize, Live>,
    fresh: usize,
    known: Known,
    ticked: Ts,
    year: Year,
    /// Faults the progress has told of.
    told: usize,
    begun: Instant,
}

impl<'a> Course<'a> {
    pub fn new(sim: &'a Sim) -> Self {
        let (plan, mut queue) = (&sim.plan, Queue::default());
        let (start, days) = (plan.from, plan.days());
        let mut dice = Dice::new(plan.seed);
        let deals = arrive::deal(plan.orders, &mut dice);
        for (n, at) in crate::arrivals::moments(plan.orders, start, days, &mut dice).into_iter().enumerate() {
            queue.push(at, Event::Arrival(n));
        }
        for day in 0..days {
            let at = start.plus_days(day);
            queue.push(at.plus_hours(10), Event::Monitors);
            if at.plus_days(1).date().month() != at.date().month() {
                queue.push(at.plus_days(1).plus_minutes(-1), Event::Month);
            }
        }
        let part = |share: i64| start.plus_hours(days * 24 * share / 1000);
        queue.push(part(UNITS_ANSWER.0), Event::UnitsAnswer(true));
        queue.push(part(UNITS_ANSWER.1), Event::UnitsAnswer(false));
        let year = Year {
            registered: 0,
            unfinished: 0,
            commands: 0,
            refused: 0,
            rounds: 0,
            done: Round::default(),
            seconds: 0.0,
            days,
        };
        let fresh = deals.len();
        let begun = Instant::now();
        Self {
            sim,
            queue,
            deals,
            live: HashMap::new(),
            fresh,
            known: Known::default(),
            ticked: start,
            year,
            told: 0,
            begun,
        }
    }

    /// To the end of the plan.
    pub async fn run(mut self, progress: &(dyn Fn(&str) + Send + Sync)) -> Result<Year> {
        let end = self.sim.plan.from.plus_days(self.sim.plan.days());
        self.sim.set("archive.quiet_d", serde_json::json!(30), self.sim.plan.from).await?;
        while let Some((at, event)) = self.queue.next().filter(|(at, _)| *at < end) {
            let tick = self.ticked.plus_minutes(self.sim.plan.tick_minutes);
            if at >= tick {
                self.tick(tick).await?;
                continue;
            }
            match event {
                Event::Arrival(_) | Event::Turn(_) => self.abreast(at, tick).await?,
                _ => {
                    self.queue.pop();
                    self.sim.clock.set(at);
                    self.alone(at, event, progress).await?;
                }
            }
        }
        self.tick(end).await?;
        self.year.unfinished = self.live.len();
        self.year.seconds = self.begun.elapsed().as_secs_f64();
        Ok(self.year)
    }

    async fn alone(&mut self, at: Ts, event: Event, progress: &(dyn Fn(&str) + Send + Sync)) -> Result<()> {
        match event {
            Event::Monitors => monitor::day(self.sim, at).await?,
            Event::UnitsAnswer(begins) => {
                self.sim.set("unified_reply", serde_json::json!(!begins), at).await?;
            }
            _ => {
                for (what, n) in check::broken(self.sim).await? {
                    self.sim.tally.wrong(format!("{} {what}：{n}", at.date()));
                }
                let seconds = self.begun.elapsed().as_secs_f64();
                progress(&format!(
                    "{} 登记 {} 件，在办 {} 件，{} 次操作，用时 {seconds:.0} 秒",
                    at.date(),
                    self.year.registered,
                    self.live.len(),
                    self.year.commands
                ));
                for fault in self.sim.tally.wrongs().into_iter().skip(self.told) {
                    progress(&format!("异常：{fault}"));
                    self.told += 1;
                }
            }
        }
        Ok(())
    }

    /// The platform's own work up to a moment.
    async fn tick(&mut self, at: Ts) -> Result<()> {
        self.sim.clock.set(at);
        self.ticked = at;
        loop {
            let round = app::reconcile::run_once(&self.sim.app).await?;
            let round = round.context("nobody else holds the lease")?;
            self.year.rounds += 1;
            let most = add(&mut self.year.done, round);
            if most < FULL {
                break;
            }
        }
        while app::jobs::run_once(&self.sim.app).await? > 0 {}
        Ok(())
    }

    /// Everything due within some minutes, side by side: each order is in it once.
    async fn abreast(&mut self, from: Ts, tick: Ts) -> Result<()> {
        let until = from.plus_minutes(ABREAST_MINUTES).min(tick);
        let mut batch = Vec::new();
        let mut last = from;
        while let Some((at, event)) = self.queue.next().filter(|(at, _)| *at < until) {
            if !matches!(event, Event::Arrival(_) | Event::Turn(_)) {
                break;
            }
            self.queue.pop();
            last = at;
            match event {
                Event::Turn(n) => {
                    let mut live = self.live.remove(&n).context("a waiting order is followed")?;
                    live.peers = self.known.peers(live.id);
                    batch.push((n, at, Some(live)));
                }
                Event::Arrival(n) => batch.push((n, at, None)),
                _ => {}
            }
        }
        self.sim.clock.set(last);
        let (sim, deals, known) = (self.sim, &self.deals, &self.known);
        let done: Vec<(usize, Ts, Outcome)> = stream::iter(batch)
            .map(|(n, at, live)| async move {
                let outcome = match live {
                    Some(live) => sim.turn(live, at).await?,
                    None => sim.arrive(&deals[n], n, known, at).await?,
                };
                anyhow::Ok((n, at, outcome))
            })
            .buffered(sim.plan.abreast)
            .try_collect()
            .await?;
        for (n, at, outcome) in done {
            self.settle(n, at, outcome);
        }
        Ok(())
    }

    fn settle(&mut self, n: usize, at: Ts, outcome: Outcome) {
        self.year.commands += outcome.commands;
        self.year.refused += outcome.refused;
        self.year.registered += outcome.registered;
        for child in outcome.children {
            self.year.registered += 1;
            let key = self.fresh;
            self.fresh += 1;
            self.live.insert(key, child);
            self.queue.push(at.plus_minutes(15), Event::Turn(key));
        }
        self.known.note(&outcome.seen);
        if let Some((live, next)) = outcome.next {
            self.live.insert(n, live);
            self.queue.push(next.max(at.plus_minutes(1)), Event::Turn(n));
        }
    }
}

/// Adds a round's work up; tells how much it did of the thing it did most of.
fn add(sum: &mut Round, round: Round) -> usize {
    let pairs = [
        (&mut sum.lights, round.lights),
        (&mut sum.reminded, round.reminded),
        (&mut sum.escalated, round.escalated),
        (&mut sum.resumed, round.resumed),
        (&mut sum.archived, round.archived),
        (&mut sum.supervised, round.supervised),
        (&mut sum.cards, round.cards),
        (&mut sum.digested, round.digested),
        (&mut sum.released, round.released),
        (&mut sum.followers, round.followers),
        (&mut sum.knowledge, round.knowledge),
        (&mut sum.expired, round.expired),
        (&mut sum.unmarked, round.unmarked),
    ];
    let mut most = 0;
    for (to, n) in pairs {
        *to += n;
        most = most.max(n);
    }
    most
}

/// Refuses to simulate where somebody works.
pub async fn settle_city(app: &Arc<App>) -> Result<City> {
    app::seed::first_start(app).await?;
    let loaded = app::demo::demo_load(app, Some(0), &|_, _| {}).await?;
    ensure!(loaded.is_some(), "数据库中已有业务数据，请指定空的数据目录或数据库");
    app.refresh().await?;
    City::load(app).await
}
