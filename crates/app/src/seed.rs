//! 首次启动: reference data, the centre, and the three administrators. Does nothing where it was done before.

use std::collections::BTreeSet;

use db::Tx;
use domain::authority::{Role, Scope};
use domain::directory::{Category, Org, OrgKind, OrgLevel};
use domain::quality::SheetItem;
use kernel::{AppointmentId, Calendar, OrgId, Secret, Ts, UserId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::appointment::Appointment;
use store::dictionary::DictionaryItem;
use store::quality::Sheet;
use store::region::Region;
use store::staff::Staff;

use crate::audit::Entry;
use crate::ctx::{App, snapshot};
use crate::{Error, Result, password};

const DICTIONARIES: &str = include_str!("../seed/reference/dictionaries.csv");
const CATEGORIES: &str = include_str!("../seed/reference/categories.csv");
const REGIONS: &str = include_str!("../seed/reference/regions.csv");

/// Raised once, in the transaction of the first start: of two processes that start together one gives way.
const DONE: &str = "seed.first_start";

/// Code of the organisation that runs the hotline.
pub(crate) const CENTER: &str = "RX-12345";

/// 三员: login, name, role.
const ADMINS: [(&str, &str, Role); 3] = [
    ("admin", "系统管理员", Role::Sysadmin),
    ("secadmin", "安全管理员", Role::Secadmin),
    ("auditadmin", "审计管理员", Role::Auditadmin),
];

/// What the first start made.
#[derive(Clone, Debug, Default)]
pub struct FirstStart {
    /// Login and one-time password of the administrators; empty when they were there already.
    pub accounts: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct DictRow {
    dict_code: String,
    code: String,
    name: String,
    parent: String,
    sort: i64,
    ident: String,
}

#[derive(Deserialize)]
struct CategoryRow {
    code: String,
    name: String,
    parent: String,
    level: i32,
    keywords: String,
}

#[derive(Deserialize)]
struct RegionRow {
    code: String,
    name: String,
    level: String,
    parent: String,
}

/// Loads what every installation needs, once. The passwords in the answer are known to nobody else and must be changed
/// at the first login.
///
/// # Errors
/// When the database fails; nothing is stored then.
pub async fn first_start(app: &App) -> Result<FirstStart> {
    if app.world().versions.contains_key(snapshot::REFERENCE) {
        supplement(app).await?;
        return Ok(FirstStart::default());
    }
    let now = app.now();
    let mut people = Vec::new();
    let mut accounts = Vec::new();
    for (login, name, role) in ADMINS {
        let first = password::one_time(&*app.mint);
        let hash = password::hash(app.mint.clone(), Secret::new(first.clone())).await?;
        accounts.push((login.to_owned(), first));
        people.push((staff(app, login, name, hash, now), role));
    }
    let first: Result<bool> = db::with_retry!(app.store.db, async |tx| {
        if store::counter::next_in(tx, DONE).await? > 1 {
            return Ok(false);
        }
        reference(tx).await?;
        let center = center(app, now);
        store::org::insert_orgs(tx, std::slice::from_ref(&center)).await?;
        administrators(tx, app, center.id, &people, now).await?;
        store::quality::put_sheet(tx, &quality_sheet(app, now)).await?;
        for name in snapshot::ALL {
            store::counter::next_in(tx, name).await?;
        }
        let logins: Vec<&str> = ADMINS.iter().map(|(login, ..)| *login).collect();
        let entry = Entry::new("admin", "seed.first_start", "system", "");
        let entry = entry.with(serde_json::json!({ "accounts": logins }));
        crate::audit::record(tx, app, &app.system("first-start"), entry).await?;
        Ok(true)
    });
    let first = first?;
    app.refresh().await?;
    Ok(FirstStart { accounts: if first { accounts } else { Vec::new() } })
}

/// Words that a later version ships, for an installation of an earlier one. What its people have changed or ended stays so.
async fn supplement(app: &App) -> Result<()> {
    let shipped = dictionaries()?;
    let added: Result<usize> = db::with_retry!(app.store.db, async |tx| {
        let added = store::dictionary::add_missing(tx, &shipped).await?;
        if added > 0 {
            store::counter::next_in(tx, snapshot::REFERENCE).await?;
            let entry = Entry::new("admin", "seed.supplement", "system", "");
            let entry = entry.with(serde_json::json!({ "dictionary_items": added }));
            crate::audit::record(tx, app, &app.system("start"), entry).await?;
        }
        Ok(added)
    });
    if added? > 0 {
        app.refresh().await?;
    }
    Ok(())
}

/// 通用评分表, the one to begin with.
fn quality_sheet(app: &App, now: Ts) -> Sheet {
    let item = |code: &str, name: &str, weight: i32, fatal: bool, hint: &str| SheetItem {
        code: code.to_owned(),
        name: name.to_owned(),
        weight,
        fatal,
        hint: hint.to_owned(),
    };
    let items = vec![
        item("opening", "开头结束语", 10, false, "规范问候、报工号、致谢，不抢先挂机"),
        item("listening", "倾听与态度", 20, false, "耐心倾听，不打断、不推诿，语速适中"),
        item("elements", "要素完整", 20, false, "姓名、联系方式、时间、地点、起因、经过、诉求逐项核对"),
        item("answer", "答复准确", 20, false, "依据知识库口径答复，不随意承诺"),
        item("record", "记录规范", 15, false, "工单分类、地址、内容与通话一致"),
        item("handling", "流程正确", 15, false, "紧急事项即时联动，保密要求已询问，保持前说明"),
        item("rude", "辱骂或顶撞来电人", 0, true, "一票否决"),
        item("leak", "泄露他人个人信息", 0, true, "一票否决"),
        item("hangup", "无故挂断电话", 0, true, "一票否决"),
    ];
    let name = "通用评分表".to_owned();
    Sheet { id: app.mint.uuid(now), name, items, active: true, created_by: None, created_at: now }
}

/// Reads every row of a file that was shipped.
pub(crate) fn rows<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
    rows.map_err(|e| Error::broken(format_args!("seed/{name}: {e}")))
}

fn filled(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The words every installation begins with.
fn dictionaries() -> Result<Vec<DictionaryItem>> {
    let item = |r: DictRow| DictionaryItem {
        dict: r.dict_code,
        code: r.code,
        label: r.name,
        parent: filled(r.parent),
        sort: r.sort,
        extra: filled(r.ident).map_or_else(|| serde_json::json!({}), |ident| serde_json::json!({ "ident": ident })),
        // Orders imported from earlier years find their words too.
        valid_from: Ts(0),
        valid_to: None,
    };
    Ok(rows::<DictRow>("reference/dictionaries.csv", DICTIONARIES)?.into_iter().map(item).collect())
}

async fn reference(tx: &mut Tx) -> Result<()> {
    store::dictionary::put_items(tx, &dictionaries()?).await?;
    let categories = rows::<CategoryRow>("reference/categories.csv", CATEGORIES)?.into_iter().map(|r| Category {
        code: r.code,
        name: r.name,
        parent: filled(r.parent),
        level: r.level,
        keywords: r.keywords,
        active: true,
        dept_duty_only: false,
    });
    store::category::put_categories(tx, &categories.collect::<Vec<_>>()).await?;
    let regions = rows::<RegionRow>("reference/regions.csv", REGIONS)?.into_iter().map(|r| Region {
        code: r.code,
        name: r.name,
        parent: filled(r.parent),
        level: r.level,
    });
    store::region::put_regions(tx, &regions.collect::<Vec<_>>()).await?;
    Ok(store::calendar::put_days(tx, &Calendar::shipped_overrides()).await?)
}

fn center(app: &App, now: Ts) -> Org {
    Org {
        id: OrgId::mint(&*app.mint, now),
        code: CENTER.to_owned(),
        name: format!("{}12345政务服务便民热线中心", app.settings.city),
        short: "热线中心".to_owned(),
        parent: None,
        superior: None,
        level: OrgLevel::City,
        kind: OrgKind::Center,
        group: String::new(),
        region: format!("{:0<12}", app.settings.region6),
        phone: None,
        active: true,
        merged_into: None,
        version: 1,
    }
}

/// A person who must choose an own password first.
fn staff(app: &App, login: &str, name: &str, password_hash: String, now: Ts) -> Staff {
    Staff {
        id: UserId::mint(&*app.mint, now),
        login: login.to_owned(),
        name: name.to_owned(),
        phone: None,
        password_hash,
        must_change: true,
        password_changed_at: now,
        password_history: Vec::new(),
        disabled: false,
        failed_n: 0,
        locked_until: None,
        last_login_at: None,
        last_login_ip: None,
        created_at: now,
        version: 1,
    }
}

async fn administrators(tx: &mut Tx, app: &App, center: OrgId, people: &[(Staff, Role)], now: Ts) -> Result<()> {
    let staff: Vec<Staff> = people.iter().map(|(s, _)| s.clone()).collect();
    store::staff::insert_staff(tx, &app.store.vault, &staff).await?;
    let appointments = people.iter().map(|(s, role)| Appointment {
        id: AppointmentId::mint(&*app.mint, now),
        user: s.id,
        org: center,
        position: s.name.clone(),
        roles: BTreeSet::from([*role]),
        scope: Scope::Own,
        valid_from: now,
        valid_to: None,
        is_duty: false,
        version: 1,
    });
    store::appointment::insert_appointments(tx, &appointments.collect::<Vec<_>>()).await?;
    Ok(())
}
