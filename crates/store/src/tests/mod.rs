//! The story of the store, told on both engines.

mod calls;
mod cases;
mod chains;
mod people;
mod plans;
mod queries;
mod schema;
mod work;

use std::sync::Arc;

use db::{Db, Tx};
use domain::{
    authority::{Reach, ScopeFilter, Sealed},
    case::Case,
    clock::{Clock, ClockKind, ClockOutcome},
    flow::FlowEntry,
    light::Light,
    order::{Channel, Confidentiality, DemandType, Flags, Order, OrderState, Requester, Urgency},
    task::{Task, TaskRole, TaskState},
};
use kernel::{Date, Mint, OrderId, OrgId, Secret, SeqMint, SoftwareProvider, Ts, Unit, UserId};
use uuid::Uuid;

use crate::{Store, Vault, flow_log};

/// 2026-11-24 10:00, Beijing.
const NOW: Ts = Ts(1_795_485_600_000);

fn vault() -> Vault {
    Vault::new(SoftwareProvider::from_master(&Secret::new([7; 32])))
}

async fn open(db: Db) -> Store {
    let store = Store::new(db, vault());
    store.migrate().await.unwrap();
    store
}

fn org(n: u128) -> OrgId {
    OrgId(Uuid::from_u128(0x0a00 + n))
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(0x0b00 + n))
}

/// Everything there is to see.
fn everything() -> ScopeFilter {
    ScopeFilter { user: user(99), reach: Reach::All, sealed: Sealed::Hidden }
}

fn of_orgs(orgs: &[u128]) -> ScopeFilter {
    ScopeFilter { reach: Reach::Orgs(orgs.iter().map(|n| org(*n)).collect()), ..everything() }
}

/// Makes cases that differ in what the tests ask for.
struct Maker {
    mint: Arc<SeqMint>,
    n: u32,
}

impl Maker {
    fn new() -> Self {
        Self { mint: Arc::new(SeqMint::new()), n: 0 }
    }

    fn id<T: From<Uuid>>(&self) -> T {
        self.mint.uuid(NOW).into()
    }

    /// A registered order, one minute younger than the one before.
    fn order(&mut self) -> Order {
        self.n += 1;
        let at = NOW.plus_minutes(i64::from(self.n));
        Order {
            id: self.id(),
            case_no: kernel::case_no("990100", Date::constant(2026, 11, 24), "01", self.n),
            query_code_hash: format!("q{}", self.n),
            state: OrderState::Registered,
            round: 1,
            version: 1,
            channel: Channel::Phone,
            demand_type: DemandType::Complaint,
            category: "010203".to_owned(),
            urgency: Urgency::U3,
            title: format!("第{}号路灯不亮", self.n),
            content: "晚上路灯不亮，行人摔倒，希望尽快维修。A3区也一样".to_owned(),
            wish: Some("尽快修好".to_owned()),
            tags: vec!["市政".to_owned(), "夜间".to_owned()],
            region: "990102003000".to_owned(),
            address: Some("中华北路 12 号".to_owned()),
            lng: Some(106.713_478),
            lat: Some(26.578_343),
            occurred_at: Some(NOW),
            requester: requester(),
            anonymous: false,
            confidentiality: Confidentiality::None,
            publishable: Some(true),
            no_reply_wanted: false,
            callback_wanted: true,
            callback_preferred_at: Some(NOW),
            respondent: Some("某市政公司".to_owned()),
            accused_org: Some(org(8)),
            affected_count: 3,
            origin: domain::order::Origin {
                at: Some(NOW),
                place: Some("市信访接待中心".to_owned()),
                head_count: Some(6),
                representatives: vec![domain::order::Representative {
                    name: "李大强".to_owned(),
                    phone: Some("13900001111".to_owned()),
                }],
                ..Default::default()
            },
            flags: Flags { major: true, simple: true, ..Flags::default() },
            call_id: Some("c-1".to_owned()),
            previous_order: None,
            src_sys: None,
            src_no: None,
            suggested_org: Some(org(2)),
            lead_org: None,
            registered_by: Some(user(1)),
            registered_org: org(1),
            claimed_by: None,
            claimed_until: None,
            registered_at: at,
            dispatched_at: None,
            due_at: Some(at.plus_hours(48)),
            warn_at: Some(at.plus_hours(24)),
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
            return_n: 0,
            ext_n: 0,
            urge_n: 0,
            send_back_n: 0,
            supervise_n: 0,
            flow_seq: 0,
            flow_hash: String::new(),
        }
    }

    fn case(&mut self) -> Case {
        self.case_with(|_| {})
    }

    fn case_with(&mut self, change: impl FnOnce(&mut Order)) -> Case {
        let mut order = self.order();
        change(&mut order);
        let clock = self.clock(&order, ClockKind::Dispatch);
        Case {
            clocks: vec![clock],
            order,
            tasks: vec![],
            requests: vec![],
            contacts: vec![],
            callbacks: vec![],
            links: vec![],
            supervisions: vec![],
        }
    }

    fn clock(&self, order: &Order, kind: ClockKind) -> Clock {
        Clock {
            id: self.id(),
            order_id: order.id,
            task_id: None,
            kind,
            round: order.round,
            unit: Unit::WorkDay,
            qty: 2,
            start_at: order.registered_at,
            due_at: order.registered_at.plus_hours(48),
            warn_at: order.registered_at.plus_hours(24),
            paused_at: None,
            pause_reason: None,
            paused_total: 0,
            stop_at: None,
            outcome: ClockOutcome::Open,
            basis: "sla.dispatch".to_owned(),
            arithmetic: vec![],
            light: Light::Green,
            version: 1,
        }
    }

    fn task(&self, order: &Order, role: TaskRole, to: OrgId) -> Task {
        Task {
            id: self.id(),
            order_id: order.id,
            org: to,
            role,
            round: order.round,
            state: TaskState::Unsigned,
            version: 1,
            parent: None,
            handler: None,
            advice: Some("请按期办理".to_owned()),
            dispatched_by: Some(user(2)),
            dispatched_at: order.registered_at,
            signed_at: None,
            submitted_at: None,
            ended_at: None,
            due_at: order.due_at,
            warn_at: order.warn_at,
            supervise_due: None,
            claim_true: Some(true),
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
}

fn requester() -> Requester {
    Requester {
        name: Some("张小明".to_owned()),
        sex: Some(domain::order::Sex::Male),
        phone: Some("13812345678".to_owned()),
        contact_phone: Some("0851-86543210".to_owned()),
        email: Some("zhangxiaoming@example.com".to_owned()),
        id_type: Some("01".to_owned()),
        id_no: Some("11010519491231002X".to_owned()),
        address: Some("云岩区中华北路 1 号 2 单元".to_owned()),
        kind: Some(domain::order::RequesterKind::Person),
        company_name: None,
    }
}

fn entry(order: &Order, code: &str, action: &str) -> FlowEntry {
    FlowEntry {
        order_id: order.id,
        task_id: None,
        code: code.to_owned(),
        action: action.to_owned(),
        from: "-".to_owned(),
        to: order.state.code().to_owned(),
        actor: Some(user(1)),
        actor_name: "话务员甲".to_owned(),
        actor_role: Some(domain::authority::Role::Agent),
        actor_org: Some(org(1)),
        on_behalf_of: None,
        at: order.updated_at,
        opinion: Some("情况属实".to_owned()),
        reason_code: None,
        fields: serde_json::json!({"渠道": "01", "n": 1.1, "a": [1, null]}),
        due_before: None,
        due_after: order.due_at,
    }
}

/// Registers a case as the writer does.
async fn register(tx: &mut Tx, vault: &Vault, case: &mut Case) {
    let first = entry(&case.order, "W02", "register");
    flow_log::append_flow(tx, vault, &mut case.order, &[first]).await.unwrap();
    crate::case::insert_case(tx, vault, case, &[]).await.unwrap();
}

async fn insert(store: &Store, mut case: Case) -> Case {
    let mut tx = store.db.begin().await.unwrap();
    register(&mut tx, &store.vault, &mut case).await;
    tx.commit().await.unwrap();
    case
}

async fn save(store: &Store, before: &Case, after: &mut Case) -> crate::Result<()> {
    let mut tx = store.db.begin().await.unwrap();
    crate::case::save_case(&mut tx, &store.vault, before, after, &[]).await?;
    Ok(tx.commit().await?)
}

async fn load(store: &Store, id: OrderId) -> Case {
    crate::case::load_case(&store.db, &store.vault, id).await.unwrap().unwrap()
}
