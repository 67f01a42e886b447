//! Appointments (任职): in which organisation, with which roles and scope a person acts.

use std::collections::{BTreeMap, BTreeSet};

use db::{Sql, Tx};
use domain::authority::{Role, Scope};
use kernel::{AppointmentId, OrgId, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{At, boxes, insert_rows},
    via::Via,
};

const TABLE: &str = "appointment";
const COLUMNS: &[&str] = &["id", "user_id", "org", "position", "scope", "valid_from", "valid_to", "is_duty", "version"];
const SAVE: Sql = Sql::same(
    "UPDATE appointment SET org = $3, position = $4, scope = $5, valid_from = $6, valid_to = $7, is_duty = $8,
        version = version + 1 WHERE id = $1 AND version = $2",
);
const LOAD: Sql = Sql::same("SELECT * FROM appointment WHERE id = $1");
const OF_USER: Sql = Sql::same("SELECT * FROM appointment WHERE user_id = $1 ORDER BY valid_from, id");
const OF_ORG: Sql = Sql::same("SELECT * FROM appointment WHERE org = $1 ORDER BY valid_from, id");
const ALL: Sql = Sql::same("SELECT * FROM appointment ORDER BY user_id, valid_from, id");
const ROLES: Sql = Sql::same("SELECT appointment, role FROM appointment_role WHERE appointment = $1");
const ROLES_OF_USER: Sql = Sql::same(
    "SELECT r.appointment, r.role FROM appointment_role r JOIN appointment a ON a.id = r.appointment WHERE a.user_id = $1",
);
const ROLES_OF_ORG: Sql = Sql::same(
    "SELECT r.appointment, r.role FROM appointment_role r JOIN appointment a ON a.id = r.appointment WHERE a.org = $1",
);
const ROLES_OF_ALL: Sql = Sql::same("SELECT appointment, role FROM appointment_role");
const DELETE_ROLES: Sql = Sql::same("DELETE FROM appointment_role WHERE appointment = $1");
const HOLDERS: &str = "SELECT DISTINCT a.user_id FROM appointment a
     JOIN appointment_role r ON r.appointment = a.id JOIN staff s ON s.id = a.user_id
     WHERE r.role = $1 AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2) AND NOT s.disabled
       AND (CAST($3 AS UUID) IS NULL OR a.org = $3) ORDER BY a.user_id";
const HOLDERS_OF_ROLE: Sql = Sql::split(
    "SELECT DISTINCT a.user_id FROM appointment a
     JOIN appointment_role r ON r.appointment = a.id JOIN staff s ON s.id = a.user_id
     WHERE r.role = $1 AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2) AND NOT s.disabled
       AND ($3 IS NULL OR a.org = $3) ORDER BY a.user_id",
    HOLDERS,
);
const ON_DUTY: Sql = Sql::same(
    "SELECT DISTINCT a.user_id FROM appointment a JOIN staff s ON s.id = a.user_id
     WHERE a.org = $1 AND a.is_duty AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2)
       AND NOT s.disabled ORDER BY a.user_id",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("appointment.save", SAVE),
        ("appointment.load", LOAD),
        ("appointment.of_user", OF_USER),
        ("appointment.of_org", OF_ORG),
        ("appointment.all", ALL),
        ("appointment.roles", ROLES),
        ("appointment.roles_of_user", ROLES_OF_USER),
        ("appointment.roles_of_org", ROLES_OF_ORG),
        ("appointment.roles_of_all", ROLES_OF_ALL),
        ("appointment.delete_roles", DELETE_ROLES),
        ("appointment.holders_of_role", HOLDERS_OF_ROLE),
        ("appointment.on_duty", ON_DUTY),
    ]
}

/// One appointment, valid from `valid_from` to before `valid_to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    pub id: AppointmentId,
    pub user: UserId,
    pub org: OrgId,
    /// 职务, free text.
    pub position: String,
    pub roles: BTreeSet<Role>,
    pub scope: Scope,
    pub valid_from: Ts,
    pub valid_to: Option<Ts>,
    /// 值班: receives what comes for the organisation.
    pub is_duty: bool,
    pub version: i64,
}

impl Appointment {
    /// In force at a moment.
    #[must_use]
    pub fn is_valid(&self, at: Ts) -> bool {
        self.valid_from <= at && self.valid_to.is_none_or(|to| at < to)
    }
}

#[derive(FromRow)]
struct AppointmentRow {
    id: AppointmentId,
    user_id: UserId,
    org: OrgId,
    position: String,
    scope: String,
    valid_from: Ts,
    valid_to: Option<Ts>,
    is_duty: bool,
    version: i64,
}

type RoleRow = (AppointmentId, String);

fn join(rows: Vec<AppointmentRow>, roles: Vec<RoleRow>) -> Result<Vec<Appointment>> {
    let mut by: BTreeMap<AppointmentId, BTreeSet<Role>> = BTreeMap::new();
    for (id, role) in roles {
        let role = At { table: "appointment_role", row: &id }.code("role", &role)?;
        by.entry(id).or_default().insert(role);
    }
    rows.into_iter()
        .map(|r| {
            let scope = At { table: TABLE, row: &r.id }.code("scope", &r.scope)?;
            let roles = by.remove(&r.id).unwrap_or_default();
            let AppointmentRow { id, user_id: user, org, position, valid_from, valid_to, is_duty, version, .. } = r;
            Ok(Appointment { id, user, org, position, roles, scope, valid_from, valid_to, is_duty, version })
        })
        .collect()
}

async fn insert_roles(tx: &mut Tx, appointments: &[Appointment]) -> Result<()> {
    let rows = appointments.iter().flat_map(|a| a.roles.iter().map(|r| boxes![a.id, r.code()]));
    insert_rows(tx, "appointment_role", &["appointment", "role"], rows.collect(), "").await?;
    Ok(())
}

/// Adds appointments with their roles.
pub async fn insert_appointments(tx: &mut Tx, appointments: &[Appointment]) -> Result<()> {
    let rows = appointments.iter().map(|a| {
        boxes![a.id, a.user, a.org, a.position.clone(), a.scope.code(), a.valid_from, a.valid_to, a.is_duty, a.version]
    });
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), "").await?;
    insert_roles(tx, appointments).await
}

/// Writes an appointment and its roles if the version is still `a.version`, and makes it one more.
pub async fn save_appointment(tx: &mut Tx, a: &Appointment) -> Result<bool> {
    let scope = a.scope.code();
    let binds: [&dyn db::Bind; 8] =
        [&a.id, &a.version, &a.org, &a.position, &scope, &a.valid_from, &a.valid_to, &a.is_duty];
    if tx.run(&SAVE, &binds).await? == 0 {
        return Ok(false);
    }
    tx.run(&DELETE_ROLES, &[&a.id]).await?;
    insert_roles(tx, std::slice::from_ref(a)).await?;
    Ok(true)
}

/// One appointment.
pub async fn load_appointment<'a>(via: impl Into<Via<'a>>, id: AppointmentId) -> Result<Option<Appointment>> {
    let mut via = via.into();
    let rows = via.all(&LOAD, &[&id]).await?;
    let roles = via.all(&ROLES, &[&id]).await?;
    Ok(join(rows, roles)?.pop())
}

/// The appointments of a person, past and future ones included.
pub async fn list_of_user<'a>(via: impl Into<Via<'a>>, user: UserId) -> Result<Vec<Appointment>> {
    let mut via = via.into();
    let rows = via.all(&OF_USER, &[&user]).await?;
    let roles = via.all(&ROLES_OF_USER, &[&user]).await?;
    join(rows, roles)
}

/// The appointments in an organisation, past and future ones included.
pub async fn list_of_org<'a>(via: impl Into<Via<'a>>, org: OrgId) -> Result<Vec<Appointment>> {
    let mut via = via.into();
    let rows = via.all(&OF_ORG, &[&org]).await?;
    let roles = via.all(&ROLES_OF_ORG, &[&org]).await?;
    join(rows, roles)
}

/// Every appointment.
pub async fn list_all<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Appointment>> {
    let mut via = via.into();
    let rows = via.all(&ALL, &[]).await?;
    let roles = via.all(&ROLES_OF_ALL, &[]).await?;
    join(rows, roles)
}

/// People who hold a role now, in one organisation or in any.
pub async fn users_of_role<'a>(
    via: impl Into<Via<'a>>,
    role: Role,
    org: Option<OrgId>,
    now: Ts,
) -> Result<Vec<UserId>> {
    let rows = via.into().all::<(UserId,)>(&HOLDERS_OF_ROLE, &[&role.code(), &now, &org]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// People on duty for an organisation now (值班/收文).
pub async fn users_on_duty<'a>(via: impl Into<Via<'a>>, org: OrgId, now: Ts) -> Result<Vec<UserId>> {
    Ok(via.into().all::<(UserId,)>(&ON_DUTY, &[&org, &now]).await?.into_iter().map(|(id,)| id).collect())
}
