//! A small city: twelve organisations, a person for every role, and a story that keeps one order's log.

use std::{cell::Cell, collections::BTreeSet};

use domain::{
    authority::{Actor, Role, Scope},
    callback::{CallbackMode, Contacted, Rating, Solved},
    case::Case,
    clock::{Clock, ClockKind},
    contact::{ContactResult, ContactWay},
    decision::{Decision, Notice},
    directory::{Category, Directory, Org, OrgKind, OrgLevel},
    env::{By, Env},
    flow::FlowEntry,
    order::{
        CallbackForm, Channel, CoHandler, Command, DemandType, HandleResult, HandlingForm, Numbers, OrderState,
        RegisterForm, Requester, decide, register,
    },
    param::Params,
    replay::replay,
    request::RequestState,
    task::{Task, TaskState},
};
use kernel::{AppointmentId, Calendar, OrgId, Refusal, RequestId, SeqMint, TaskId, Ts, UserId};
use uuid::Uuid;

pub const PHONE: &str = "13800138000";
pub const REGION: &str = "370102001000";
pub const CATEGORY: &str = "010100";
/// A department's own duty, never for towns.
pub const DUTY: &str = "020100";

#[derive(Clone, Copy, Debug)]
pub struct Orgs {
    pub gov: OrgId,
    pub center: OrgId,
    pub outsourced: OrgId,
    pub bureau: OrgId,
    /// Below the bureau.
    pub brigade: OrgId,
    pub housing: OrgId,
    pub power: OrgId,
    pub county: OrgId,
    pub county_dept: OrgId,
    pub town: OrgId,
    pub village: OrgId,
    pub petition: OrgId,
    pub closed: OrgId,
}

pub struct World {
    pub calendar: Calendar,
    pub params: Params,
    pub directory: Directory,
    pub mint: SeqMint,
    pub now: Cell<Ts>,
    pub o: Orgs,
    serial: Cell<u32>,
}

fn org_id(n: u128) -> OrgId {
    OrgId(Uuid::from_u128(0xA000 + n))
}

fn org(id: OrgId, name: &str, parent: Option<OrgId>, level: OrgLevel, kind: OrgKind, region: &str) -> Org {
    Org {
        id,
        code: name.to_owned(),
        name: name.to_owned(),
        short: name.to_owned(),
        parent,
        superior: parent,
        level,
        kind,
        group: "市直".to_owned(),
        region: region.to_owned(),
        phone: None,
        active: true,
        merged_into: None,
        version: 0,
    }
}

fn category(code: &str, name: &str, level: i32, active: bool, duty: bool) -> Category {
    let parent = (level > 1).then(|| format!("{}0000", &code[..2]));
    Category {
        code: code.to_owned(),
        name: name.to_owned(),
        parent,
        level,
        keywords: String::new(),
        active,
        dept_duty_only: duty,
    }
}

fn directory(o: &Orgs) -> Directory {
    use OrgKind::{Center, Department, Enterprise, Government, Outsourced, PetitionOffice};
    use OrgLevel::{City, County, Town, Village};
    const CITY: &str = "370100000000";
    let mut closed = org(o.closed, "原市政局", Some(o.gov), City, Department, CITY);
    closed.active = false;
    closed.merged_into = Some(o.bureau);
    let orgs = vec![
        org(o.gov, "市政府", None, City, Government, CITY),
        org(o.center, "12345热线中心", Some(o.gov), City, Center, CITY),
        org(o.outsourced, "话务外包公司", None, City, Outsourced, CITY),
        org(o.bureau, "市城管局", Some(o.gov), City, Department, CITY),
        org(o.brigade, "城管执法支队", Some(o.bureau), City, Department, CITY),
        org(o.housing, "市住建局", Some(o.gov), City, Department, CITY),
        org(o.power, "供电公司", None, City, Enterprise, CITY),
        org(o.county, "历下区政府", Some(o.gov), County, Government, "370102000000"),
        org(o.county_dept, "区城管局", Some(o.county), County, Department, "370102000000"),
        org(o.town, "解放路街道", Some(o.county), Town, Government, REGION),
        org(o.village, "青后社区", Some(o.town), Village, Government, "370102001001"),
        org(o.petition, "市信访局", Some(o.gov), City, PetitionOffice, CITY),
        closed,
    ];
    let categories = vec![
        category("010000", "城市管理", 1, true, false),
        category(CATEGORY, "噪声扰民", 2, true, false),
        category("010200", "停用分类", 2, false, false),
        category("020000", "市场监管", 1, true, false),
        category(DUTY, "食品安全执法", 2, true, true),
    ];
    Directory::new(orgs, categories, Vec::new())
}

pub fn ts(text: &str) -> Ts {
    Ts::parse_iso(&format!("{text}:00+08:00")).unwrap()
}

impl World {
    pub fn new() -> Self {
        let ids: Vec<OrgId> = (1..=13).map(org_id).collect();
        let o = Orgs {
            gov: ids[0],
            center: ids[1],
            outsourced: ids[2],
            bureau: ids[3],
            brigade: ids[4],
            housing: ids[5],
            power: ids[6],
            county: ids[7],
            county_dept: ids[8],
            town: ids[9],
            village: ids[10],
            petition: ids[11],
            closed: ids[12],
        };
        Self {
            calendar: Calendar::shipped(),
            params: Params::defaults(),
            directory: directory(&o),
            mint: SeqMint::new(),
            // A Monday morning, a week before the National Day holiday.
            now: Cell::new(ts("2025-09-22T09:30")),
            o,
            serial: Cell::new(0),
        }
    }

    pub fn with_param(key: &str, value: serde_json::Value) -> Self {
        let params = Params::with([(key.to_owned(), value)]);
        assert!(params.ignored().is_empty(), "{key}");
        Self { params, ..Self::new() }
    }

    pub fn env(&self) -> Env<'_> {
        Env {
            now: self.now.get(),
            calendar: &self.calendar,
            params: &self.params,
            directory: &self.directory,
            mint: &self.mint,
            earlier: &[],
            precedents: &[],
        }
    }

    pub fn set(&self, at: &str) {
        self.now.set(ts(at));
    }

    pub fn hours(&self, n: i64) {
        self.now.set(self.now.get().plus_hours(n));
    }

    pub fn days(&self, n: i64) {
        self.now.set(self.now.get().plus_days(n));
    }

    pub fn numbers(&self) -> Numbers {
        let n = self.serial.get() + 1;
        self.serial.set(n);
        Numbers { case_no: format!("37010120250922010{n:05}"), query_code_hash: format!("hash{n}") }
    }
}

/// The person who holds `roles` in `org`; the same call gives the same person.
pub fn person(org: OrgId, roles: &[Role]) -> By {
    By::Person(actor(org, roles))
}

pub fn actor(org: OrgId, roles: &[Role]) -> Actor {
    let set: BTreeSet<Role> = roles.iter().copied().collect();
    let bits = set.iter().fold(0u128, |acc, r| acc | (1 << (*r as u32)));
    let user = UserId(Uuid::from_u128(org.0.as_u128() << 64 | bits));
    Actor {
        user,
        appointment: AppointmentId(user.0),
        name: format!("{}员", roles.first().map_or("某", |r| r.cn())),
        org,
        roles: set,
        scope: Scope::Org,
        on_behalf_of: None,
        recused_orgs: Vec::new(),
    }
}

pub fn user_of(by: &By) -> UserId {
    by.user().unwrap()
}

/// A complete registration form of one type.
pub fn form(kind: DemandType) -> RegisterForm {
    RegisterForm {
        channel: Some(Channel::Phone),
        demand_type: Some(kind),
        category: CATEGORY.to_owned(),
        content: "小区门口工地夜间施工，噪声很大，影响休息。".to_owned(),
        region: REGION.to_owned(),
        address: Some("解放路1号".to_owned()),
        requester: Requester { name: Some("张三".to_owned()), phone: Some(PHONE.to_owned()), ..Requester::default() },
        duplicates_checked: true,
        ..RegisterForm::default()
    }
}

pub fn handling() -> HandlingForm {
    HandlingForm {
        claim_true: Some(true),
        beyond_duty: false,
        result: HandleResult::Solved,
        unsolved_reason: None,
        handling_note: "已责令施工单位停止夜间施工。".to_owned(),
        public_reply: "经核查，已责令施工单位停止夜间施工。".to_owned(),
        legal_basis: None,
        override_reason: None,
    }
}

pub fn rated(rating: Rating, solved: Solved) -> CallbackForm {
    let unhappy = matches!(rating, Rating::Dissat | Rating::VeryDissat);
    CallbackForm {
        mode: CallbackMode::Phone,
        reached: true,
        unreached_reason: None,
        contacted: Some(Contacted::Yes),
        solved: Some(solved),
        process_rating: Some(rating),
        rating: Some(rating),
        dissatisfy_reasons: if unhappy { vec!["未解决".to_owned()] } else { Vec::new() },
        opinion: Some("诉求人认为问题仍未解决".to_owned()),
        unreasonable: false,
        give_up: false,
    }
}

pub fn missed() -> CallbackForm {
    CallbackForm {
        reached: false,
        unreached_reason: Some("无人接听".to_owned()),
        contacted: None,
        solved: None,
        process_rating: None,
        rating: None,
        dissatisfy_reasons: Vec::new(),
        ..rated(Rating::Sat, Solved::Solved)
    }
}

pub fn dispatch_to(lead: OrgId) -> Command {
    Command::Dispatch { lead, co: Vec::new(), advice: Some("请依法办理".to_owned()), due_at: None, urgency: None }
}

pub fn co(org: OrgId) -> CoHandler {
    CoHandler { org, question: Some("请提供现场情况".to_owned()) }
}

/// One order's life: the case as it is, its log, and everything that was to be sent.
pub struct Story {
    pub w: World,
    pub case: Case,
    pub log: Vec<FlowEntry>,
    pub notices: Vec<Notice>,
    pub grants: Vec<domain::decision::Grant>,
}

impl Story {
    pub fn of(kind: DemandType) -> Self {
        Self::from(World::new(), &form(kind))
    }

    pub fn from(w: World, form: &RegisterForm) -> Self {
        let by = person(w.o.center, &[Role::Agent]);
        let d = register(form, w.numbers(), &by, &w.env()).unwrap();
        Self { w, case: d.case, log: d.flow, notices: d.notices, grants: d.grants }
    }

    pub fn center(&self, role: Role) -> By {
        person(self.w.o.center, &[role])
    }

    pub fn unit(&self, org: OrgId, role: Role) -> By {
        person(org, &[role])
    }

    /// Decides without taking the decision over.
    pub fn try_with(&self, by: &By, peer: Option<&Case>, cmd: &Command) -> Result<Decision, Refusal> {
        decide(&self.case, peer, cmd, by, &self.w.env())
    }

    /// Takes a decision over and proves that the log tells the same story.
    pub fn take(&mut self, d: Decision) {
        self.case = d.case;
        self.log.extend(d.flow);
        self.notices.extend(d.notices);
        self.grants.extend(d.grants);
        let replayed = replay(&self.log).unwrap();
        assert_eq!(replayed.order, self.case.order.state);
        for task in &self.case.tasks {
            assert_eq!(replayed.tasks[&task.id], task.state);
        }
    }

    #[track_caller]
    pub fn ok(&mut self, by: &By, cmd: Command) {
        match self.try_with(by, None, &cmd) {
            Ok(d) => self.take(d),
            Err(r) => panic!("{} was refused: {r} {:?}", cmd.action(), r.fields),
        }
    }

    /// The code of the refusal; of a bad field its name.
    #[track_caller]
    pub fn no(&self, by: &By, cmd: Command) -> String {
        let refusal = match self.try_with(by, None, &cmd) {
            Ok(_) => panic!("{} was not refused", cmd.action()),
            Err(r) => r,
        };
        refusal.fields.first().map_or_else(|| refusal.code.to_string(), |f| f.field.clone())
    }

    pub fn as_center(&mut self, role: Role, cmd: Command) {
        let by = self.center(role);
        self.ok(&by, cmd);
    }

    #[track_caller]
    pub fn as_unit(&mut self, org: OrgId, role: Role, cmd: Command) {
        let by = self.unit(org, role);
        self.ok(&by, cmd);
    }

    pub fn state(&self) -> OrderState {
        self.case.order.state
    }

    pub fn lead(&self) -> &Task {
        self.case.lead_task().unwrap()
    }

    pub fn task_of(&self, org: OrgId) -> &Task {
        self.case.tasks.iter().rev().find(|t| t.org == org).unwrap()
    }

    pub fn clocks(&self, kind: ClockKind) -> Vec<&Clock> {
        self.case.clocks.iter().filter(|c| c.kind == kind).collect()
    }

    pub fn clock(&self, kind: ClockKind) -> &Clock {
        self.clocks(kind).last().copied().unwrap()
    }

    pub fn pending(&self) -> RequestId {
        self.case.pending_requests().next().unwrap().id
    }

    pub fn codes(&self) -> Vec<&str> {
        self.log.iter().map(|e| e.code.as_str()).collect()
    }

    pub fn told(&self, template: &str) -> bool {
        self.notices.iter().any(|n| n.template == template)
    }

    // ---- stretches of road ----

    pub fn submitted(mut self) -> Self {
        self.as_center(Role::Agent, Command::Submit { urgency: None, suggested_org: None });
        self
    }

    pub fn dispatched(self, lead: OrgId) -> Self {
        let mut s = self.submitted();
        s.as_center(Role::Dispatcher, dispatch_to(lead));
        s
    }

    pub fn sign_and_start(&mut self, task: TaskId) {
        let org = self.case.task(task).unwrap().org;
        self.as_unit(org, Role::UnitAdmin, Command::Sign { task });
        self.as_unit(org, Role::Handler, Command::Start { task });
    }

    pub fn working(self, lead: OrgId) -> Self {
        let mut s = self.dispatched(lead);
        let task = s.lead().id;
        s.sign_and_start(task);
        s
    }

    pub fn contact(&mut self, task: TaskId) {
        let org = self.case.task(task).unwrap().org;
        let at = self.w.now.get();
        let (way, result) = (ContactWay::Phone, ContactResult::Reached);
        self.as_unit(org, Role::Handler, Command::Contact { task, at, way, result, note: None });
    }

    pub fn hand_in(&mut self) {
        let (task, org) = (self.lead().id, self.lead().org);
        if !self.case.order.anonymous {
            self.contact(task);
        }
        self.as_unit(org, Role::Handler, Command::SubmitUnit { task, form: handling() });
        self.as_unit(org, Role::UnitLeader, Command::UnitApprove { task, opinion: None });
    }

    pub fn in_audit(self, lead: OrgId) -> Self {
        let mut s = self.working(lead);
        s.hand_in();
        s
    }

    pub fn accepted(self, lead: OrgId) -> Self {
        let mut s = self.in_audit(lead);
        s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
        s
    }

    pub fn replied(self, lead: OrgId) -> Self {
        let mut s = self.accepted(lead);
        s.reply();
        s
    }

    pub fn reply(&mut self) {
        let reply = "您反映的问题已办结。".to_owned();
        self.as_center(Role::ReplyAgent, Command::UnifiedReply { channel: "phone".to_owned(), reply });
    }

    pub fn closed(self, lead: OrgId) -> Self {
        let mut s = self.replied(lead);
        s.as_center(Role::Callback, Command::Callback(rated(Rating::Sat, Solved::Solved)));
        s
    }

    pub fn assert_at_rest(&self) {
        assert!(self.case.clocks.iter().all(|c| !c.is_open()), "a clock is still open");
        assert!(self.case.tasks.iter().all(|t| t.state.is_terminal()), "a task is still active");
        let waiting = self.case.requests.iter().any(|r| r.state == RequestState::Pending);
        assert!(!waiting, "a request still waits");
    }

    pub fn assert_task(&self, org: OrgId, state: TaskState) {
        assert_eq!(self.task_of(org).state, state);
    }
}
