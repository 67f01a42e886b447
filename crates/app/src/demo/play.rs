//! Plays the stories: every step in order of time, each through the same rules and the same writer as at a desk.

use std::collections::{HashMap, HashSet};

use db::Tx;
use domain::authority::Role;
use domain::case::Case;
use domain::clock::ClockOutcome;
use domain::decision::{Decision, Recipient};
use domain::env::By;
use domain::light::Light;
use domain::order::decide::{is_held, remind_sign};
use domain::order::{Channel, Command, Origin, RegisterForm, Requester, RequesterKind, decide};
use domain::task::{TaskRole, TaskState};
use kernel::{CallId, OrderId, OrgId, TaskId, Ts};
use store::clock::LightDue;

use super::acts::Scene;
use super::cast::Cast;
use super::rows::{OrderRow, code, filled};
use super::script::{Act, Setting, Step, story};
use crate::ctx::{App, Ctx};
use crate::order::register_in;
use crate::world::World;
use crate::write::{Extra, apply};
use crate::{Error, Result};

/// Staff are told of what happened in these last hours; before, everything has long been read.
const TOLD_HOURS: i64 = 30;

pub struct Play<'a> {
    pub app: &'a App,
    pub world: &'a World,
    pub cast: &'a Cast,
    pub orgs: &'a HashMap<String, OrgId>,
    pub now: Ts,
    cases: HashMap<u32, Case>,
    by_id: HashMap<OrderId, u32>,
    events: HashMap<String, OrderId>,
    reminded: HashMap<TaskId, u32>,
    stopped: HashSet<u32>,
    /// Steps the rules did not allow: a story that does not fit the rules, to be mended in the seed.
    pub refused: Vec<String>,
}

impl<'a> Play<'a> {
    pub fn new(app: &'a App, world: &'a World, cast: &'a Cast, orgs: &'a HashMap<String, OrgId>, now: Ts) -> Self {
        Self {
            app,
            world,
            cast,
            orgs,
            now,
            cases: HashMap::new(),
            by_id: HashMap::new(),
            events: HashMap::new(),
            reminded: HashMap::new(),
            stopped: HashSet::new(),
            refused: Vec::new(),
        }
    }

    /// Plays every row; `progress` hears how many orders have come to where they stand.
    pub async fn play(
        &mut self,
        tx: &mut Tx,
        rows: &[OrderRow],
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> Result<()> {
        let set = Setting { now: self.now, calendar: &self.world.calendar, params: &self.world.params };
        let mut steps: Vec<(Ts, usize, Act, bool)> = Vec::new();
        for (i, row) in rows.iter().enumerate() {
            let told = story(row, set);
            let last = told.len() - 1;
            steps.extend(told.into_iter().enumerate().map(|(n, Step { at, act, .. })| (at, i, act, n == last)));
        }
        steps.sort_by_key(|(at, i, ..)| (*at, *i));
        let mut done = 0;
        for (at, i, act, last) in steps {
            self.step(tx, &rows[i], at, act).await?;
            done += usize::from(last);
            if last {
                progress(done, rows.len());
            }
        }
        let mut open: Vec<u32> = self.cases.keys().copied().collect();
        open.sort_unstable();
        for seq in open {
            self.meanwhile(tx, seq, self.now).await?;
        }
        Ok(())
    }

    async fn step(&mut self, tx: &mut Tx, row: &OrderRow, at: Ts, act: Act) -> Result<()> {
        if act == Act::Register {
            return self.register(tx, row, at).await;
        }
        if self.stopped.contains(&row.seq) || !self.cases.contains_key(&row.seq) {
            return Ok(());
        }
        self.meanwhile(tx, row.seq, at).await?;
        let case = self.case(row.seq)?;
        let given = self.scene(row, &case, at).commands(act)?;
        for (n, (by, cmd)) in given.into_iter().enumerate() {
            let at = at.plus_millis(i64::try_from(n).unwrap_or(0));
            self.give(tx, row.seq, &by, &cmd, at).await?;
        }
        Ok(())
    }

    fn case(&self, seq: u32) -> Result<Case> {
        self.cases
            .get(&seq)
            .cloned()
            .ok_or_else(|| Error::broken(format_args!("seed/demo: order {seq} is not there yet")))
    }

    fn id_of(&self, seq: Option<u32>) -> Option<OrderId> {
        self.cases.get(&seq?).map(|c| c.order.id)
    }

    fn scene<'s>(&'s self, row: &'s OrderRow, case: &'s Case, at: Ts) -> Scene<'s> {
        let event = self.events.get(&row.cluster).copied().filter(|id| *id != case.order.id);
        Scene {
            row,
            case,
            cast: self.cast,
            world: self.world,
            now: at,
            today: self.now,
            lead: self.orgs.get(&row.lead_org_code).copied(),
            repeat: self.id_of(row.repeat_of),
            into: self.id_of(row.merged_into),
            event,
        }
    }

    fn ctx(&self, by: &By, at: Ts) -> Ctx {
        Ctx { by: by.clone(), now: at, ..self.app.system("demo") }
    }

    /// The orders that name the call they were registered in.
    pub fn called_in(&self) -> Vec<super::calls::CalledIn> {
        let of = |case: &Case| {
            let order = &case.order;
            Some(super::calls::CalledIn {
                order: order.id,
                call: order.call_id.as_deref()?.parse().ok()?,
                number: order.requester.phone.clone()?,
                agent: order.registered_by?,
                registered_at: order.registered_at,
            })
        };
        let mut all: Vec<_> = self.cases.values().filter_map(of).collect();
        all.sort_by_key(|c| (c.registered_at, c.order));
        all
    }

    // ---- steps ----

    async fn register(&mut self, tx: &mut Tx, row: &OrderRow, at: Ts) -> Result<()> {
        let agent = self.cast.any(Role::Agent, row.seq.wrapping_mul(5)).cloned();
        let agent = agent.ok_or_else(|| Error::broken("seed/demo: there is no agent"))?;
        let mut form = self.form(row)?;
        if form.channel == Some(Channel::Phone) && at >= self.now.plus_days(-super::calls::DAYS) {
            form.call_id = Some(CallId::mint(&*self.app.mint, at.plus_minutes(-4)).to_string());
        }
        if form.channel == Some(Channel::Mail) {
            // Of three letters two were written to a leader.
            let boxes = &self.world.mailboxes;
            let n = usize::try_from(row.seq).unwrap_or_default() % 3;
            form.mailbox = boxes.get(n).map(|m| m.id);
        }
        let ctx = self.ctx(&By::Person(agent), at);
        let made = match register_in(tx, self.app, &ctx, self.world, &form, true).await {
            Err(Error::Refused(r)) => {
                self.refused.push(format!("{} {:?}: {r}", row.seq, Act::Register));
                return Ok(());
            }
            other => other?,
        };
        let case = store::case::load_case(&mut *tx, &self.app.store.vault, made.id).await?;
        let case = case.ok_or_else(|| Error::broken("a registered order is there"))?;
        if !row.cluster.is_empty() {
            self.events.entry(row.cluster.clone()).or_insert(made.id);
        }
        self.by_id.insert(made.id, row.seq);
        self.cases.insert(row.seq, case);
        Ok(())
    }

    fn form(&self, row: &OrderRow) -> Result<RegisterForm> {
        let anonymous = row.anonymous == "1";
        let mut form = RegisterForm {
            channel: Some(code("channel", &row.channel)?),
            demand_type: Some(code("demand_type", &row.demand_type)?),
            category: row.category_code.clone(),
            urgency: Some(code("urgency", &row.urgency)?),
            title: row.title.clone(),
            content: row.content.clone(),
            wish: filled(&row.wish),
            region: row.region_code12.clone(),
            address: filled(&row.address),
            requester: Requester {
                name: filled(&row.requester_name),
                sex: Some(code("sex", &row.sex)?),
                phone: filled(&row.phone),
                kind: Some(RequesterKind::Person),
                ..Requester::default()
            },
            anonymous,
            confidentiality: Some(code("confidentiality", &row.confidentiality)?),
            publishable: Some(row.confidentiality == "none" && !row.seq.is_multiple_of(4)),
            callback_wanted: Some(!row.rating.is_empty() || row.target_state == "pending_callback"),
            previous_order: self.id_of(row.repeat_of),
            suggested_org: self.orgs.get(&row.lead_org_code).copied(),
            duplicates_checked: true,
            origin: origin(row),
            ..RegisterForm::default()
        };
        // Only what is over is known to need no callback.
        if !matches!(row.target_state.as_str(), "closed" | "archived") {
            form.callback_wanted = form.callback_wanted.filter(|wanted| *wanted);
        }
        let at_once = matches!(row.target_state.as_str(), "direct_closed" | "archived" | "closed")
            && row.lead_org_code.is_empty();
        form.flags.simple = at_once && !matches!(row.demand_type.as_str(), "consult" | "suggestion" | "praise");
        form.flags.threat = row.content.contains("扬言");
        Ok(form)
    }

    async fn give(&mut self, tx: &mut Tx, seq: u32, by: &By, cmd: &Command, at: Ts) -> Result<()> {
        let case = self.case(seq)?;
        let peer = self.peer(&case, cmd);
        let env = self.world.env(at, &*self.app.mint);
        match decide(&case, peer.as_ref(), cmd, by, &env) {
            Ok(decision) => self.carry_out(tx, &case, peer.as_ref(), decision, by, cmd.action(), at).await,
            Err(refusal) => {
                self.refused.push(format!("{seq} {} at {at}: {refusal}", cmd.action()));
                self.stopped.insert(seq);
                Ok(())
            }
        }
    }

    fn peer(&self, case: &Case, cmd: &Command) -> Option<Case> {
        let other = match cmd {
            Command::Merge { into, .. } => *into,
            Command::Link { other, .. } => *other,
            Command::Decide { request, .. } => case.request(*request)?.target?,
            _ => return None,
        };
        self.cases.get(self.by_id.get(&other)?).cloned()
    }

    #[expect(clippy::too_many_arguments, reason = "one decision with all it is about")]
    async fn carry_out(
        &mut self,
        tx: &mut Tx,
        case: &Case,
        peer: Option<&Case>,
        mut decision: Decision,
        by: &By,
        action: &'static str,
        at: Ts,
    ) -> Result<()> {
        let others = std::mem::take(&mut decision.others);
        let mut changes = vec![(Some(case), decision)];
        changes.extend(others.into_iter().map(|other| (peer.filter(|p| p.order.id == other.case.order.id), other)));
        let ctx = self.ctx(by, at);
        for (before, mut decision) in changes {
            // Nobody outside is written to about a city that does not exist.
            decision.notices.retain(|n| n.recipient != Recipient::Citizen);
            let quiet = at < self.now.plus_hours(-TOLD_HOURS);
            let extra = Extra { quiet, action: Some(action), ..Extra::default() };
            let after = apply(tx, self.app, &ctx, self.world, before, decision, &extra).await?;
            if let Some(seq) = self.by_id.get(&after.order.id) {
                self.cases.insert(*seq, after);
            }
        }
        Ok(())
    }

    // ---- what time does by itself ----

    /// Reminders and lamps of an order up to a moment, each recorded at its own time.
    async fn meanwhile(&mut self, tx: &mut Tx, seq: u32, until: Ts) -> Result<()> {
        self.remind(tx, seq, until).await?;
        let mut case = self.case(seq)?;
        let held: Vec<bool> = {
            let env = self.world.env(until, &*self.app.mint);
            case.clocks.iter().map(|c| is_held(&case, c, &env)).collect()
        };
        for (i, held) in held.into_iter().enumerate() {
            for (from, to, at) in lamps(&case, i, held, until) {
                let due = light_due(&case, i, from);
                store::clock::record_light(tx, &due, to, at).await?;
                case.clocks[i].light = to;
            }
        }
        self.cases.insert(seq, case);
        Ok(())
    }

    async fn remind(&mut self, tx: &mut Tx, seq: u32, until: Ts) -> Result<()> {
        let case = self.case(seq)?;
        let waits = |t: &&domain::task::Task| t.role == TaskRole::Lead && t.state == TaskState::Unsigned;
        let Some(task) = case.active_tasks().find(waits).map(|t| t.id) else { return Ok(()) };
        let clock = case.clocks.iter().find(|c| {
            c.task_id == Some(task) && c.outcome == ClockOutcome::Open && c.kind == domain::clock::ClockKind::Accept
        });
        let Some((start, due)) = clock.map(|c| (c.start_at, c.due_at)) else { return Ok(()) };
        for share in [50, 100] {
            let at = start.plus_millis(due.millis_since(start) / 100 * share + 90_000);
            let so_far = self.reminded.get(&task).copied().unwrap_or(0);
            if at >= until {
                break;
            }
            let case = self.case(seq)?;
            let env = self.world.env(at, &*self.app.mint);
            let Some(decision) = remind_sign(&case, so_far, &env) else { continue };
            self.reminded.insert(task, so_far + 1);
            self.carry_out(tx, &case, None, decision, &By::System, "remind_sign", at).await?;
        }
        Ok(())
    }
}

/// The lamps a running clock has shown until a moment, beyond the one recorded.
fn lamps(case: &Case, i: usize, held: bool, until: Ts) -> Vec<(Light, Light, Ts)> {
    let c = &case.clocks[i];
    let mut shown = Vec::new();
    if c.outcome != ClockOutcome::Open || c.paused_at.is_some() {
        return shown;
    }
    let mut light = c.light;
    let red = c.due_at.plus_millis(1);
    if light == Light::Green && c.warn_at < until && c.warn_at < red {
        shown.push((light, Light::Yellow, c.warn_at));
        light = Light::Yellow;
    }
    if matches!(light, Light::Green | Light::Yellow) && red < until && !held {
        shown.push((light, Light::Red, red));
    }
    shown
}

fn light_due(case: &Case, i: usize, recorded: Light) -> LightDue {
    let c = &case.clocks[i];
    let task = c.task_id.and_then(|id| case.task(id));
    LightDue {
        clock: c.id,
        order: case.order.id,
        case_no: case.order.case_no.clone(),
        task: c.task_id,
        org: task.map(|t| t.org),
        handler: task.and_then(|t| t.handler),
        kind: c.kind,
        start_at: c.start_at,
        due_at: c.due_at,
        warn_at: c.warn_at,
        light: recorded,
    }
}

/// Who printed it or handed it down stands before the matter itself: `《云溪晚报》报道：…`, `省级平台转办：…`.
fn origin(row: &OrderRow) -> Origin {
    let begins = row.content.split_once('：').map_or("", |(head, _)| head);
    let source = ["报道", "刊登", "转办"].iter().find_map(|verb| begins.strip_suffix(verb));
    let reported = row.channel == Channel::Media.code();
    Origin { source: source.map(str::to_owned), title: reported.then(|| row.title.clone()), ..Origin::default() }
}
