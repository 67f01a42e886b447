//! Years of orders of the demo city, made directly: who calls, about what, where, how far it has come.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use app::{App, World};
use domain::authority::Role;
use domain::callback::{Rating, Solved};
use domain::case::Case;
use domain::clock::{Clock, ClockKind, Owner, Term};
use domain::decision::{Grant, GrantKind};
use domain::env::Env;
use domain::order::{
    Channel, Confidentiality, DemandType, Flags, Order, OrderState, Requester, RequesterKind, Urgency,
};
use domain::task::{Task, TaskRole, TaskState};
use kernel::{OrgId, SystemMint, Ts, UserId};
use store::Vault;

use super::words::{DETAILS, Dice, ESTATES, ROADS, WISHES, name, phone};

/// How far back the oldest order lies.
pub const DAYS: i64 = 3 * 365;
const DAY: i64 = 86_400_000;

/// Makes orders, oldest first.
pub struct Maker {
    world: Arc<World>,
    vault: Vault,
    dice: Dice,
    now: Ts,
    region6: String,
    center: OrgId,
    agents: Vec<(UserId, OrgId)>,
    handlers: HashMap<OrgId, Vec<UserId>>,
    departments: Vec<OrgId>,
    /// Code and name, busiest first.
    places: Vec<(String, String)>,
    categories: Vec<Matter>,
    routes: HashMap<(usize, usize), OrgId>,
}

struct Matter {
    code: String,
    name: String,
    keywords: Vec<String>,
}

impl Maker {
    /// # Errors
    /// When the city has no people or no categories: it must be seeded first.
    pub async fn new(app: &App, seed: u64) -> Result<Self> {
        let (db, world) = (&app.store.db, app.world());
        let appointments = store::appointment::list_all(db).await?;
        let agents: Vec<_> =
            appointments.iter().filter(|a| a.roles.contains(&Role::Agent)).map(|a| (a.user, a.org)).collect();
        let mut handlers: HashMap<OrgId, Vec<UserId>> = HashMap::new();
        for a in appointments.iter().filter(|a| a.roles.contains(&Role::Handler)) {
            handlers.entry(a.org).or_default().push(a.user);
        }
        let mut departments: Vec<OrgId> = handlers.keys().copied().collect();
        departments.sort();
        let home = app.settings.region6.get(..4).unwrap_or_default().to_owned();
        let regions = store::region::list_regions(db).await?.into_iter().filter(|r| r.code.starts_with(&home));
        let places: Vec<_> = regions.filter(|r| !r.code.ends_with("000")).map(|r| (r.code, r.name)).collect();
        let level3 = world.directory.categories().filter(|c| c.level == 3 && c.active);
        let categories: Vec<_> = level3
            .map(|c| Matter {
                code: c.code.clone(),
                name: c.name.clone(),
                keywords: c.keywords.split_whitespace().map(str::to_owned).collect(),
            })
            .collect();
        let center = world.directory.center().context("the city has a centre")?.id;
        anyhow::ensure!(
            !agents.is_empty() && !places.is_empty() && !categories.is_empty(),
            "the demo city is not loaded"
        );
        let mut maker = Self {
            vault: app.store.vault.clone(),
            dice: Dice::new(seed),
            now: app.now(),
            region6: app.settings.region6.clone(),
            center,
            agents,
            handlers,
            departments,
            places,
            categories,
            routes: HashMap::new(),
            world,
        };
        maker.shuffle();
        Ok(maker)
    }

    /// Which places and matters are the busy ones is chance, not the order of their codes.
    fn shuffle(&mut self) {
        for at in (1..self.places.len()).rev() {
            let other = self.dice.below(at + 1);
            self.places.swap(at, other);
        }
        for at in (1..self.categories.len()).rev() {
            let other = self.dice.below(at + 1);
            self.categories.swap(at, other);
        }
    }

    /// The orders with the serials `from..to` of `all`.
    pub fn batch(&mut self, from: usize, to: usize, all: usize) -> Vec<(Case, Vec<Grant>)> {
        (from..to).map(|serial| self.case(serial, all)).collect()
    }

    /// When the order with this serial came in: more per day in later years, by day more than by night.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a moment within three years")]
    fn registered_at(&self, serial: usize, all: usize) -> Ts {
        let days = (serial as f64 / all as f64).powf(0.85) * DAYS as f64;
        let (day, within) = (days.floor(), days.fract());
        // A tenth before eight, two tenths after eighteen, the rest in between.
        let hour = match within {
            w if w < 0.1 => w * 80.0,
            w if w < 0.8 => 8.0 + (w - 0.1) / 0.7 * 10.0,
            w => 18.0 + (w - 0.8) / 0.2 * 6.0,
        };
        self.now.plus_millis(((day - DAYS as f64) * DAY as f64 + hour * 3_600_000.0) as i64 - 60_000)
    }

    fn state(&mut self, age_days: i64) -> OrderState {
        use OrderState as S;
        let aside = [(30, S::Rejected), (20, S::TransferredOut), (20, S::Merged), (5, S::Withdrawn)];
        let own: &[(usize, S)] = match age_days {
            0 => &[
                (100, S::Registered),
                (150, S::PendingDispatch),
                (250, S::Dispatched),
                (200, S::Handling),
                (220, S::DirectClosed),
            ],
            1..=6 => &[
                (20, S::PendingDispatch),
                (10, S::Consulting),
                (40, S::Dispatched),
                (380, S::Handling),
                (50, S::CenterAudit),
                (30, S::PendingReply),
                (70, S::PendingCallback),
                (120, S::Closed),
                (220, S::DirectClosed),
            ],
            7..=29 => &[
                (120, S::Handling),
                (20, S::CenterAudit),
                (10, S::PendingReply),
                (30, S::PendingCallback),
                (10, S::Tracking),
                (530, S::Closed),
                (220, S::DirectClosed),
            ],
            30..=179 => &[(3, S::Handling), (5, S::Tracking), (720, S::Closed), (220, S::DirectClosed)],
            _ => &[(900, S::Archived), (20, S::Closed), (3, S::Terminated)],
        };
        self.dice.weighted(&[own, &aside].concat())
    }

    fn case(&mut self, serial: usize, all: usize) -> (Case, Vec<Grant>) {
        let at = self.registered_at(serial, all);
        let world = Arc::clone(&self.world);
        let env = world.env(at, &SystemMint);
        let state = self.state(self.now.millis_since(at) / DAY);
        let mut order = self.order(serial, state, &env);
        let (mut tasks, mut clocks) = (Vec::new(), Vec::new());
        if was_dispatched(state) {
            let lead = self.lead(&order);
            let minutes = i64::try_from(5 + self.dice.below(600)).unwrap_or(60);
            self.dispatch(&mut order, lead, at.plus_minutes(minutes).min(self.now), &env);
            tasks.push(self.task(&order, lead, TaskRole::Lead, &env));
            if self.dice.chance(120) {
                let co = *self.dice.pick(&self.departments);
                tasks.push(self.task(&order, co, TaskRole::Co, &env));
            }
        }
        if store::order::OPEN_STATES.contains(&state) {
            open_clocks(&mut order, &mut tasks, &mut clocks, &env);
        } else {
            self.close(&mut order);
        }
        let grants = vec![Grant { org: self.center, kind: GrantKind::Registered }];
        let case = Case {
            order,
            tasks,
            clocks,
            requests: Vec::new(),
            contacts: Vec::new(),
            callbacks: Vec::new(),
            links: Vec::new(),
            supervisions: Vec::new(),
        };
        (case, grants)
    }

    fn order(&mut self, serial: usize, state: OrderState, env: &Env) -> Order {
        let at = env.now;
        let (place, matter) = (self.dice.skewed(self.places.len()), self.dice.skewed(self.categories.len()));
        let (title, content, wish, address) = self.text(place, matter);
        let (registered_by, registered_org) = self.agents[self.dice.skewed(self.agents.len())];
        let channel = self.dice.weighted(&[
            (750, Channel::Phone),
            (80, Channel::Wechat),
            (60, Channel::Web),
            (50, Channel::App),
            (30, Channel::Superior),
            (30, Channel::Letter),
        ]);
        let demand_type = self.dice.weighted(&[
            (380, DemandType::Consult),
            (250, DemandType::Help),
            (270, DemandType::Complaint),
            (30, DemandType::Report),
            (40, DemandType::Suggestion),
            (20, DemandType::Praise),
            (10, DemandType::Other),
        ]);
        let anonymous = self.dice.chance(50);
        let number = serial + 1;
        Order {
            id: env.id(),
            case_no: format!("{}{}{}{number:07}", self.region6, at.date().to_string().replace('-', ""), channel.code()),
            query_code_hash: self.vault.digest_hex(&number.to_le_bytes()),
            state,
            round: if self.dice.chance(30) { 2 } else { 1 },
            version: 1,
            channel,
            demand_type,
            category: self.categories[matter].code.clone(),
            urgency: self.dice.weighted(&[(5, Urgency::U1), (45, Urgency::U2), (930, Urgency::U3), (20, Urgency::U4)]),
            title,
            content,
            wish: Some(wish),
            tags: Vec::new(),
            region: self.places[place].0.clone(),
            address: Some(address),
            lng: None,
            lat: None,
            occurred_at: None,
            requester: if anonymous { Requester::default() } else { self.requester(serial) },
            anonymous,
            confidentiality: self.dice.weighted(&[
                (960, Confidentiality::None),
                (38, Confidentiality::KeepSecret),
                (2, Confidentiality::Sealed),
            ]),
            publishable: None,
            no_reply_wanted: false,
            callback_wanted: true,
            callback_preferred_at: None,
            respondent: None,
            accused_org: None,
            affected_count: 1,
            origin: Default::default(),
            flags: Flags { repeat: self.dice.chance(80), ..Flags::default() },
            call_id: None,
            previous_order: None,
            src_sys: None,
            src_no: None,
            suggested_org: None,
            lead_org: None,
            registered_by: Some(registered_by),
            registered_org,
            claimed_by: None,
            claimed_until: None,
            registered_at: at,
            dispatched_at: None,
            due_at: None,
            warn_at: None,
            tracking_until: None,
            closed_at: None,
            archived_at: None,
            updated_at: at,
            reply: None,
            reply_at: None,
            reply_channel: None,
            result: None,
            reject_reason: None,
            redirect_target: None,
            contacted: None,
            solved: None,
            rating: None,
            exempt: None,
            merged_into: None,
            merged_limit_at: None,
            parent: None,
            event: None,
            joint_lead: None,
            mailbox: None,
            return_n: i32::from(self.dice.chance(60)),
            ext_n: i32::from(self.dice.chance(40)),
            urge_n: i32::from(self.dice.chance(50)),
            send_back_n: i32::from(self.dice.chance(20)),
            supervise_n: 0,
            flow_seq: 0,
            flow_hash: String::new(),
        }
    }

    /// Half of the calls come from people who call again and again, some of them very often.
    fn requester(&mut self, serial: usize) -> Requester {
        let person = if self.dice.chance(500) { self.dice.skewed(200_000) } else { 1_000_000 + serial } as u64;
        Requester {
            name: Some(name(person)),
            phone: Some(phone(person)),
            kind: Some(RequesterKind::Person),
            ..Requester::default()
        }
    }

    fn text(&mut self, place: usize, matter: usize) -> (String, String, String, String) {
        let dice = &mut self.dice;
        let (road, estate, number) = (dice.pick(ROADS), dice.pick(ESTATES), dice.below(300) + 1);
        let address = format!("{}{road}{number}号{estate}{}号楼", self.places[place].1, dice.below(30) + 1);
        let about = &self.categories[matter];
        let word = if about.keywords.is_empty() { &about.name } else { dice.pick(&about.keywords) };
        let (first, second) = (dice.pick(DETAILS), dice.pick(DETAILS));
        let wish = (*dice.pick(WISHES)).to_owned();
        let title = format!("{estate}{}", about.name);
        let content = format!("市民来电反映{address}{}，{word}，{first}，{second}。{wish}。", about.name);
        (title, content, wish, address)
    }

    fn lead(&mut self, order: &Order) -> OrgId {
        let matter = self.categories.iter().position(|c| c.code == order.category).unwrap_or_default();
        let place = self.places.iter().position(|p| p.0 == order.region).unwrap_or_default();
        if let Some(known) = self.routes.get(&(matter, place)) {
            return *known;
        }
        let rules = self.world.directory.catalogue_for(&order.category, &order.region, self.now);
        let lead = rules.first().map(|r| r.lead);
        let lead = lead.unwrap_or_else(|| self.departments[self.dice.skewed(self.departments.len())]);
        self.routes.insert((matter, place), lead);
        lead
    }

    fn dispatch(&self, order: &mut Order, lead: OrgId, at: Ts, env: &Env) {
        let term = Term::param(&format!("sla.handle.{}", order.demand_type.code()), at, env);
        order.lead_org = Some(lead);
        order.dispatched_at = Some(at);
        order.due_at = Some(term.due);
        order.warn_at = Some(term.due.plus_days(-1).max(at));
        order.updated_at = at;
    }

    fn task(&mut self, order: &Order, org: OrgId, role: TaskRole, env: &Env) -> Task {
        use TaskState as T;
        let at = order.dispatched_at.unwrap_or(order.registered_at);
        let state = match order.state {
            OrderState::Dispatched => T::Unsigned,
            OrderState::Handling => self.dice.weighted(&[(3, T::Signed), (5, T::Working), (2, T::UnitAudit)]),
            OrderState::CenterAudit => T::Submitted,
            OrderState::Terminated | OrderState::Withdrawn => T::Voided,
            _ if role == TaskRole::Co => T::CoDone,
            _ => T::Accepted,
        };
        let people = self.handlers.get(&org);
        let handler = people.filter(|p| state != T::Unsigned && !p.is_empty()).map(|p| p[self.dice.below(p.len())]);
        Task {
            id: env.id(),
            order_id: order.id,
            org,
            role,
            round: order.round,
            state,
            version: 1,
            parent: None,
            handler,
            advice: None,
            dispatched_by: None,
            dispatched_at: at,
            signed_at: (state != T::Unsigned).then(|| at.plus_hours(2)),
            submitted_at: state.is_terminal().then(|| at.plus_days(3)),
            ended_at: state.is_terminal().then(|| at.plus_days(4)),
            due_at: order.due_at,
            warn_at: order.warn_at,
            supervise_due: None,
            claim_true: None,
            beyond_duty: None,
            result: None,
            unsolved_reason: None,
            handling_note: None,
            public_reply: None,
            legal_basis: None,
            gate: None,
            unit_opinion: None,
            evidence: None,
            defect: None,
            send_back_n: 0,
        }
    }

    fn close(&mut self, order: &mut Order) {
        let hours = i64::try_from(self.dice.below(24 * 14)).unwrap_or(24);
        let at = order.registered_at.plus_hours(hours).min(self.now);
        order.closed_at = Some(at);
        order.updated_at = at;
        if order.state == OrderState::Archived {
            order.archived_at = Some(at.plus_days(90).min(self.now));
        }
        if order.lead_org.is_some() {
            order.reply = Some("经核实，已安排人员到现场处理完毕，并已电话告知诉求人处理结果。".to_owned());
            order.reply_at = Some(at);
            order.rating = Some(self.dice.weighted(&[
                (250, Rating::VerySat),
                (450, Rating::Sat),
                (150, Rating::Basic),
                (90, Rating::Dissat),
                (60, Rating::VeryDissat),
            ]));
            order.solved =
                Some(self.dice.weighted(&[(750, Solved::Solved), (120, Solved::Partial), (130, Solved::Unsolved)]));
        }
    }
}

const fn was_dispatched(state: OrderState) -> bool {
    use OrderState as S;
    matches!(
        state,
        S::Dispatched
            | S::Handling
            | S::CenterAudit
            | S::PendingReply
            | S::PendingCallback
            | S::Tracking
            | S::Closed
            | S::Archived
    )
}

/// The clocks that run while an order waits: the promise, and the one of whoever must move next.
fn open_clocks(order: &mut Order, tasks: &mut [Task], clocks: &mut Vec<Clock>, env: &Env) {
    let owner = |task| Owner { order: order.id, task, round: order.round };
    let sla = format!("sla.handle.{}", order.demand_type.code());
    match order.dispatched_at {
        None => {
            clocks.push(Clock::start(ClockKind::Dispatch, owner(None), Term::param("sla.accept", env.now, env), env))
        }
        Some(at) => {
            clocks.push(Clock::start(ClockKind::Order, owner(None), Term::param(&sla, at, env), env));
            for task in tasks.iter_mut().filter(|t| !t.state.is_terminal()) {
                let (kind, key) = if task.state == TaskState::Unsigned {
                    (ClockKind::Accept, "sla.accept")
                } else {
                    (ClockKind::Task, sla.as_str())
                };
                let clock = Clock::start(kind, owner(Some(task.id)), Term::param(key, at, env), env);
                (task.due_at, task.warn_at) = (Some(clock.due_at), Some(clock.warn_at));
                clocks.push(clock);
            }
        }
    }
    if let Some(first) = clocks.first() {
        (order.due_at, order.warn_at) = (Some(first.due_at), Some(first.warn_at));
    }
}
