//! A small town for the tests: a centre, two departments, a sub-district and the people who work there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::{App, Ctx, Settings};
use db::Db;
use domain::authority::{Actor, Role, Scope};
use domain::directory::{CatalogueRule, Category, Org, OrgKind, OrgLevel};
use domain::env::By;
use domain::order::{Channel, DemandType, RegisterForm, Requester, RequesterKind, Urgency};
use kernel::{AppointmentId, Clock, ManualClock, Mint, OrgId, Secret, SeqMint, SoftwareProvider, Ts, UserId};
use store::appointment::Appointment;
use store::staff::Staff;
use store::{Store, Vault};

pub struct Town {
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub orgs: BTreeMap<&'static str, OrgId>,
    pub people: BTreeMap<&'static str, Actor>,
    /// Where recordings would be.
    pub folder: tempfile::TempDir,
}

/// Tuesday, before noon.
pub fn morning() -> Ts {
    Ts::parse_iso("2026-11-24T09:30:00+08:00").unwrap()
}

const ORGS: &[(&str, OrgKind, OrgLevel, Option<&str>, &str)] = &[
    ("gov", OrgKind::Government, OrgLevel::City, None, "990100000000"),
    ("center", OrgKind::Center, OrgLevel::City, Some("gov"), "990100000000"),
    ("housing", OrgKind::Department, OrgLevel::City, Some("gov"), "990100000000"),
    ("water", OrgKind::Enterprise, OrgLevel::City, Some("gov"), "990100000000"),
    ("district", OrgKind::Government, OrgLevel::County, Some("gov"), "990101000000"),
];

const PEOPLE: &[(&str, &str, &[Role], Scope)] = &[
    ("agent", "center", &[Role::Agent], Scope::Own),
    ("agent2", "center", &[Role::Agent], Scope::Own),
    ("leader", "center", &[Role::TeamLeader], Scope::All),
    ("leader2", "center", &[Role::TeamLeader], Scope::All),
    ("qc", "center", &[Role::Qc], Scope::All),
    ("stat", "center", &[Role::Stat], Scope::All),
    ("dispatcher", "center", &[Role::Dispatcher], Scope::All),
    ("auditor", "center", &[Role::Auditor], Scope::All),
    ("reply", "center", &[Role::ReplyAgent], Scope::All),
    ("callback", "center", &[Role::Callback], Scope::All),
    ("supervisor", "center", &[Role::Supervisor], Scope::All),
    ("monitor", "gov", &[Role::ESupervisor], Scope::All),
    ("monitor2", "gov", &[Role::ESupervisor], Scope::All),
    ("archivist", "center", &[Role::PetArchivist], Scope::All),
    ("discipline", "center", &[Role::Discipline], Scope::All),
    ("housing_admin", "housing", &[Role::UnitAdmin], Scope::OrgSubtree),
    ("housing_handler", "housing", &[Role::Handler], Scope::Own),
    ("expert", "water", &[Role::ExpertSeat, Role::Handler], Scope::Own),
    ("housing_boss", "housing", &[Role::UnitLeader], Scope::OrgSubtree),
    ("water_admin", "water", &[Role::UnitAdmin, Role::Handler], Scope::OrgSubtree),
    ("water_boss", "water", &[Role::UnitLeader], Scope::OrgSubtree),
    ("kb_auditor", "center", &[Role::KbAuditor], Scope::All),
    ("sysadmin", "center", &[Role::Sysadmin], Scope::Own),
    ("mayor", "gov", &[Role::Leader], Scope::All),
    ("county", "district", &[Role::Leader], Scope::OrgSubtree),
];

pub fn vault() -> Vault {
    Vault::new(SoftwareProvider::from_master(&Secret::new([7; 32])))
}

impl Town {
    pub async fn build(db: Db) -> Town {
        let store = Store::new(db, vault());
        store.migrate().await.unwrap();
        let clock = Arc::new(ManualClock::new(morning()));
        let mint = Arc::new(SeqMint::new());
        let orgs = orgs(&*mint);
        let people = people(&*mint, &orgs);
        settle(&store, &orgs, &people).await;
        let folder = tempfile::tempdir().unwrap();
        let app = open(store, Arc::clone(&clock) as Arc<dyn Clock>, mint, "one", folder.path()).await;
        Town { app, clock, orgs, people, folder }
    }

    /// A second process on the same database.
    pub async fn other(&self, db: Db) -> Arc<App> {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        open(Store::new(db, vault()), clock, Arc::new(SeqMint::seeded(9)), "two", self.folder.path()).await
    }

    pub fn ctx(&self, who: &str) -> Ctx {
        ctx_of(&self.app, By::Person(self.people[who].clone()))
    }

    pub fn pass(&self, hours: i64) {
        self.clock.set(self.clock.now().plus_hours(hours));
    }

    pub fn org(&self, name: &str) -> OrgId {
        self.orgs[name]
    }

    pub fn user(&self, who: &str) -> UserId {
        self.people[who].user
    }
}

pub fn ctx_of(app: &App, by: By) -> Ctx {
    Ctx {
        by,
        session: None,
        trace_id: "test".to_owned(),
        ip: "10.0.0.1".to_owned(),
        agent: "test".to_owned(),
        now: app.now(),
        must_change: false,
        idempotency: None,
    }
}

async fn open(
    store: Store,
    clock: Arc<dyn Clock>,
    mint: Arc<SeqMint>,
    process: &str,
    recordings: &std::path::Path,
) -> Arc<App> {
    let (process, recordings) = (process.to_owned(), recordings.to_owned());
    let files = recordings.join("files");
    let files = Arc::new(store::blob::DiskBlobs::new(files));
    let settings = Settings { process, recordings, files, ..Settings::default() };
    App::open(store, settings, clock, mint).await.unwrap()
}

fn orgs(mint: &dyn Mint) -> BTreeMap<&'static str, OrgId> {
    ORGS.iter().map(|(name, ..)| (*name, OrgId(mint.uuid(morning())))).collect()
}

fn people(mint: &dyn Mint, orgs: &BTreeMap<&'static str, OrgId>) -> BTreeMap<&'static str, Actor> {
    let actor = |(login, org, roles, scope): &(&'static str, &str, &[Role], Scope)| {
        let actor = Actor {
            user: UserId(mint.uuid(morning())),
            appointment: AppointmentId(mint.uuid(morning())),
            name: format!("姓{login}"),
            org: orgs[org],
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            scope: *scope,
            on_behalf_of: None,
            recused_orgs: Vec::new(),
        };
        (*login, actor)
    };
    PEOPLE.iter().map(actor).collect()
}

fn category(code: &str, name: &str, parent: Option<&str>, level: i32) -> Category {
    Category {
        code: code.to_owned(),
        name: name.to_owned(),
        parent: parent.map(str::to_owned),
        level,
        keywords: String::new(),
        active: true,
        dept_duty_only: false,
    }
}

async fn settle(store: &Store, orgs: &BTreeMap<&'static str, OrgId>, people: &BTreeMap<&'static str, Actor>) {
    let org = |(name, kind, level, parent, region): &(&str, OrgKind, OrgLevel, Option<&str>, &str)| Org {
        id: orgs[name],
        code: (*name).to_uppercase(),
        name: format!("{name}单位"),
        short: (*name).to_owned(),
        parent: parent.map(|p| orgs[p]),
        superior: None,
        level: *level,
        kind: *kind,
        group: "市直".to_owned(),
        region: (*region).to_owned(),
        phone: None,
        active: true,
        merged_into: None,
        version: 1,
    };
    let staff = |(login, a): (&&'static str, &Actor)| Staff {
        id: a.user,
        login: (*login).to_owned(),
        name: a.name.clone(),
        phone: None,
        password_hash: String::new(),
        must_change: false,
        password_changed_at: morning(),
        password_history: Vec::new(),
        disabled: false,
        failed_n: 0,
        locked_until: None,
        last_login_at: None,
        last_login_ip: None,
        created_at: morning(),
        version: 1,
    };
    let appointment = |a: &Actor| Appointment {
        id: a.appointment,
        user: a.user,
        org: a.org,
        position: "工作人员".to_owned(),
        roles: a.roles.clone(),
        scope: a.scope,
        valid_from: morning().plus_days(-30),
        valid_to: None,
        is_duty: a.has(Role::UnitAdmin),
        version: 1,
    };
    let rule = CatalogueRule {
        id: 0,
        category: "020300".to_owned(),
        region: String::new(),
        lead: orgs["housing"],
        co: vec![orgs["water"]],
        legal_basis: "城市照明管理规定".to_owned(),
        valid_from: morning().plus_days(-30),
        valid_to: None,
    };
    let mut tx = store.db.begin().await.unwrap();
    store::org::insert_orgs(&mut tx, &ORGS.iter().map(org).collect::<Vec<_>>()).await.unwrap();
    let categories = [category("020000", "城乡建设", None, 1), category("020300", "路灯照明", Some("020000"), 2)];
    store::category::put_categories(&mut tx, &categories).await.unwrap();
    store::catalogue::insert_rules(&mut tx, &[rule]).await.unwrap();
    store::staff::insert_staff(&mut tx, &store.vault, &people.iter().map(staff).collect::<Vec<_>>()).await.unwrap();
    store::appointment::insert_appointments(&mut tx, &people.values().map(appointment).collect::<Vec<_>>())
        .await
        .unwrap();
    store::calendar::put_days(&mut tx, &kernel::Calendar::shipped_overrides()).await.unwrap();
    store::region::put_regions(&mut tx, &regions()).await.unwrap();
    tx.commit().await.unwrap();
}

fn regions() -> Vec<store::region::Region> {
    let row = |code: &str, name: &str, parent: Option<&str>, level: &str| store::region::Region {
        code: code.to_owned(),
        name: name.to_owned(),
        parent: parent.map(str::to_owned),
        level: level.to_owned(),
    };
    vec![
        row("990100000000", "云溪市", None, "city"),
        row("990101000000", "澄湖区", Some("990100000000"), "county"),
        row("990101001000", "鼓角街道", Some("990101000000"), "town"),
    ]
}

/// A complaint about a street lamp.
pub fn complaint(phone: &str) -> RegisterForm {
    RegisterForm {
        channel: Some(Channel::Phone),
        demand_type: Some(DemandType::Complaint),
        category: "020300".to_owned(),
        urgency: Some(Urgency::U3),
        title: "鼓角街道路灯不亮".to_owned(),
        content: "鼓角街道泉水路路灯已经三天不亮，晚上出行不便，请尽快维修。".to_owned(),
        region: "990101001000".to_owned(),
        address: Some("澄湖区鼓角街道泉水路12号".to_owned()),
        requester: Requester {
            name: Some("王晓明".to_owned()),
            phone: Some(phone.to_owned()),
            kind: Some(RequesterKind::Person),
            ..Requester::default()
        },
        duplicates_checked: true,
        ..RegisterForm::default()
    }
}
