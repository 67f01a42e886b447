//! The fictional city: divisions, organisations, people with their roles, and who answers for what.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use db::Tx;
use domain::authority::{Actor, Role};
use domain::directory::{CatalogueRule, Category, Org};
use domain::mailbox::Mailbox;
use kernel::{AppointmentId, OrgId, Ts, UserId};
use store::appointment::Appointment;
use store::region::Region;
use store::staff::Staff;

use super::cast::Cast;
use super::rows::{CATALOGUE, CatalogueRow, ORGS, OrgRow, REGIONS, RegionRow, USERS, UserRow, code, filled, read};
use crate::ctx::App;
use crate::world::World;
use crate::{Error, Result};

/// The city was at work before the first of its orders.
const SINCE_DAYS: i64 = 200;
/// The row that describes the centre, which the first start has made already.
const CENTER: &str = "YX-12345";

/// Writes the city and tells who plays in it, and which organisation bears which code.
pub async fn load(
    tx: &mut Tx,
    app: &App,
    world: &World,
    hash: &str,
    now: Ts,
) -> Result<(Cast, HashMap<String, OrgId>)> {
    let since = now.plus_days(-SINCE_DAYS);
    let regions = read::<RegionRow>("regions.csv", REGIONS)?.into_iter();
    let regions = regions.map(|r| Region { code: r.code12, name: r.name, parent: filled(&r.parent), level: r.level });
    store::region::put_regions(tx, &regions.collect::<Vec<_>>()).await?;
    let orgs = organisations(tx, app, world, since).await?;
    let cast = people(tx, app, &orgs, hash, since, now).await?;
    catalogue(tx, world, &orgs, since).await?;
    mailboxes(tx, app, &cast, since).await?;
    Ok((cast, orgs))
}

/// 领导信箱 of the first leaders, as the city's portal names them.
async fn mailboxes(tx: &mut Tx, app: &App, cast: &Cast, since: Ts) -> Result<()> {
    let boxes = [("市长信箱", "市长，主持市政府全面工作"), ("副市长信箱", "分管城乡建设、交通运输、生态环境")];
    for (ord, ((name, about), leader)) in (1..).zip(boxes.into_iter().zip(cast.all(Role::Leader))) {
        let mailbox = Mailbox {
            id: app.mint.uuid(since),
            name: name.to_owned(),
            leader: leader.user,
            about: about.to_owned(),
            open: true,
            ord: ord * 10,
            version: 1,
        };
        store::mailbox::insert(tx, &mailbox, leader.user, since).await?;
    }
    Ok(())
}

async fn organisations(tx: &mut Tx, app: &App, world: &World, since: Ts) -> Result<HashMap<String, OrgId>> {
    let rows = read::<OrgRow>("orgs.csv", ORGS)?;
    let center = world.directory.center().ok_or_else(|| Error::broken("the first start makes the centre"))?;
    let ids: HashMap<String, OrgId> = rows
        .iter()
        .map(|r| (r.code.clone(), if r.code == CENTER { center.id } else { OrgId::mint(&*app.mint, since) }))
        .collect();
    let mut fresh = Vec::new();
    for row in &rows {
        let org = org(row, &ids)?;
        if row.code == CENTER {
            let org = Org { code: center.code.clone(), version: center.version, ..org };
            if !store::org::save_org(tx, &org).await? {
                return Err(kernel::Refusal::stale().into());
            }
        } else {
            fresh.push(org);
        }
    }
    store::org::insert_orgs(tx, &fresh).await?;
    Ok(ids)
}

fn org(row: &OrgRow, ids: &HashMap<String, OrgId>) -> Result<Org> {
    Ok(Org {
        id: known(ids, &row.code)?,
        code: row.code.clone(),
        name: row.name.clone(),
        short: row.short.clone(),
        parent: maybe(ids, &row.parent_code)?,
        superior: maybe(ids, &row.superior_code)?,
        level: code("level", &row.level)?,
        kind: code("kind", &row.kind)?,
        group: row.group.clone(),
        region: row.region_code.clone(),
        phone: filled(&row.phone),
        active: true,
        merged_into: None,
        version: 1,
    })
}

fn known(ids: &HashMap<String, OrgId>, code: &str) -> Result<OrgId> {
    ids.get(code).copied().ok_or_else(|| Error::broken(format_args!("seed/demo: no organisation {code}")))
}

fn maybe(ids: &HashMap<String, OrgId>, code: &str) -> Result<Option<OrgId>> {
    if code.is_empty() { Ok(None) } else { known(ids, code).map(Some) }
}

async fn people(tx: &mut Tx, app: &App, orgs: &HashMap<String, OrgId>, hash: &str, since: Ts, now: Ts) -> Result<Cast> {
    let (mut staff, mut appointments, mut cast) = (Vec::new(), Vec::new(), Cast::default());
    for row in read::<UserRow>("users.csv", USERS)? {
        let roles: Result<BTreeSet<Role>> = row.roles.split(';').map(|r| code("role", r)).collect();
        let held = Appointment {
            id: AppointmentId::mint(&*app.mint, since),
            user: UserId::mint(&*app.mint, since),
            org: known(orgs, &row.org_code)?,
            position: row.position.clone(),
            roles: roles?,
            scope: code("scope", &row.scope)?,
            valid_from: since,
            valid_to: None,
            is_duty: row.is_duty == "1",
            version: 1,
        };
        cast.add(Actor {
            user: held.user,
            appointment: held.id,
            name: row.name.clone(),
            org: held.org,
            roles: held.roles.clone(),
            scope: held.scope,
            on_behalf_of: None,
            recused_orgs: Vec::new(),
        });
        staff.push(person(&row, held.user, hash, since, now));
        appointments.push(held);
    }
    store::staff::insert_staff(tx, &app.store.vault, &staff).await?;
    store::appointment::insert_appointments(tx, &appointments).await?;
    Ok(cast)
}

fn person(row: &UserRow, id: UserId, hash: &str, since: Ts, now: Ts) -> Staff {
    Staff {
        id,
        login: row.login.clone(),
        name: row.name.clone(),
        phone: filled(&row.phone),
        password_hash: hash.to_owned(),
        must_change: false,
        password_changed_at: now,
        password_history: Vec::new(),
        disabled: false,
        failed_n: 0,
        locked_until: None,
        last_login_at: None,
        last_login_ip: None,
        created_at: since,
        version: 1,
    }
}

async fn catalogue(tx: &mut Tx, world: &World, orgs: &HashMap<String, OrgId>, since: Ts) -> Result<()> {
    let rows = read::<CatalogueRow>("catalogue.csv", CATALOGUE)?;
    let mut duties: BTreeMap<String, Category> = BTreeMap::new();
    let mut rules = Vec::with_capacity(rows.len());
    for row in rows {
        if row.dept_duty_only == "1"
            && let Some(category) = world.directory.category(&row.category_code)
        {
            duties.insert(row.category_code.clone(), Category { dept_duty_only: true, ..category.clone() });
        }
        let co: Result<Vec<OrgId>> =
            row.co_org_codes.split(';').filter(|c| !c.is_empty()).map(|c| known(orgs, c)).collect();
        rules.push(CatalogueRule {
            id: 0,
            category: row.category_code,
            region: row.region_code,
            lead: known(orgs, &row.lead_org_code)?,
            co: co?,
            legal_basis: row.legal_basis,
            valid_from: since,
            valid_to: None,
        });
    }
    store::category::put_categories(tx, &duties.into_values().collect::<Vec<_>>()).await?;
    Ok(store::catalogue::insert_rules(tx, &rules).await?)
}
