//! Grants of roles (角色授权): asked for by one person, decided by another.

use std::collections::BTreeSet;

use db::{Json, Sql, Tx};
use domain::authority::Role;
use kernel::{AppointmentId, Ts, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{
    error::{Result, StoreError},
    row::At,
    via::Via,
};

const INSERT: Sql = Sql::same(
    "INSERT INTO role_grant (id, appointment, roles, state, requested_by, requested_at, decided_by, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const LOAD: Sql =
    Sql::split("SELECT * FROM role_grant WHERE id = $1", "SELECT * FROM role_grant WHERE id = $1 FOR UPDATE");
const DECIDE: Sql =
    Sql::same("UPDATE role_grant SET state = $2, decided_by = $3, decided_at = $4 WHERE id = $1 AND state = 'pending'");
const LIST: Sql =
    Sql::same("SELECT * FROM role_grant ORDER BY state = 'pending' DESC, requested_at DESC, id DESC LIMIT $1");
const PENDING: Sql = Sql::same("SELECT id FROM role_grant WHERE appointment = $1 AND state = 'pending'");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("role_grant.insert", INSERT),
        ("role_grant.load", LOAD),
        ("role_grant.decide", DECIDE),
        ("role_grant.list", LIST),
        ("role_grant.pending", PENDING),
    ]
}

/// Where a grant stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    Pending,
    Approved,
    Refused,
}

impl GrantState {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

impl std::str::FromStr for GrantState {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "pending" => Ok(Self::Pending),
            "approved" => Ok(Self::Approved),
            "refused" => Ok(Self::Refused),
            _ => Err(format!("unknown GrantState: {s}")),
        }
    }
}

/// One grant: the roles the appointment shall have, all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    pub id: Uuid,
    pub appointment: AppointmentId,
    pub roles: BTreeSet<Role>,
    pub state: GrantState,
    pub requested_by: UserId,
    pub requested_at: Ts,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Ts>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    appointment: AppointmentId,
    roles: Json<BTreeSet<Role>>,
    state: String,
    requested_by: UserId,
    requested_at: Ts,
    decided_by: Option<UserId>,
    decided_at: Option<Ts>,
}

impl TryFrom<Row> for RoleGrant {
    type Error = StoreError;
    fn try_from(r: Row) -> Result<Self> {
        Ok(Self {
            state: At { table: "role_grant", row: &r.id }.code("state", &r.state)?,
            id: r.id,
            appointment: r.appointment,
            roles: r.roles.0,
            requested_by: r.requested_by,
            requested_at: r.requested_at,
            decided_by: r.decided_by,
            decided_at: r.decided_at,
        })
    }
}

/// Adds a grant; a second one waiting for the same appointment is a unique violation.
pub async fn insert_role_grant(tx: &mut Tx, g: &RoleGrant) -> Result<()> {
    let (roles, state) = (Json(g.roles.clone()), g.state.code());
    let binds: [&dyn db::Bind; 8] =
        [&g.id, &g.appointment, &roles, &state, &g.requested_by, &g.requested_at, &g.decided_by, &g.decided_at];
    tx.run(&INSERT, &binds).await?;
    Ok(())
}

/// One grant, keeping other deciders away until the transaction ends.
pub async fn load_role_grant_for_change(tx: &mut Tx, id: Uuid) -> Result<Option<RoleGrant>> {
    tx.one::<Row>(&LOAD, &[&id]).await?.map(RoleGrant::try_from).transpose()
}

/// Decides a waiting grant; `false` when it was decided before.
pub async fn decide_role_grant(tx: &mut Tx, id: Uuid, state: GrantState, by: UserId, at: Ts) -> Result<bool> {
    Ok(tx.run(&DECIDE, &[&id, &state.code(), &Some(by), &Some(at)]).await? == 1)
}

/// Grants: those that wait first, then the newest.
pub async fn list_role_grants<'a>(via: impl Into<Via<'a>>, limit: u32) -> Result<Vec<RoleGrant>> {
    let rows = via.into().all::<Row>(&LIST, &[&i64::from(limit)]).await?;
    rows.into_iter().map(RoleGrant::try_from).collect()
}

/// A grant of the appointment waits for its decision.
pub async fn has_pending<'a>(via: impl Into<Via<'a>>, appointment: AppointmentId) -> Result<bool> {
    Ok(via.into().one::<(Uuid,)>(&PENDING, &[&appointment]).await?.is_some())
}
