//! Login sessions (会话).

use db::{Sql, Tx};
use kernel::{AppointmentId, SessionId, Ts, UserId};
use sqlx::FromRow;

use crate::{error::Result, via::Via};

const INSERT: Sql = Sql::same(
    "INSERT INTO session (id, token_hash, user_id, appointment, csrf, created_at, last_seen, expires_at, ip, agent, via)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);
const FIND: Sql = Sql::same("SELECT * FROM session WHERE token_hash = $1 AND expires_at > $2");
const OF_USER: Sql = Sql::same("SELECT * FROM session WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at, id");
const LIST: Sql = Sql::same("SELECT * FROM session WHERE expires_at > $1 ORDER BY created_at, id");
const TOUCH: Sql = Sql::same("UPDATE session SET last_seen = $2, expires_at = $3 WHERE id = $1");
const SWITCH: Sql = Sql::same("UPDATE session SET appointment = $2 WHERE id = $1");
const DELETE: Sql = Sql::same("DELETE FROM session WHERE id = $1");
const DELETE_OF_USER: Sql = Sql::same("DELETE FROM session WHERE user_id = $1");
const PURGE: Sql = Sql::same("DELETE FROM session WHERE expires_at <= $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("session.insert", INSERT),
        ("session.find", FIND),
        ("session.of_user", OF_USER),
        ("session.list", LIST),
        ("session.touch", TOUCH),
        ("session.switch", SWITCH),
        ("session.delete", DELETE),
        ("session.delete_of_user", DELETE_OF_USER),
        ("session.purge", PURGE),
    ]
}

/// A signed-in browser. Only the hash of its token is known here.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Session {
    pub id: SessionId,
    pub token_hash: String,
    pub user_id: UserId,
    /// The appointment the person acts in; none before one was chosen.
    pub appointment: Option<AppointmentId>,
    pub csrf: String,
    pub created_at: Ts,
    pub last_seen: Ts,
    /// The earlier of idle and absolute limit.
    pub expires_at: Ts,
    pub ip: String,
    pub agent: String,
    /// `password`, or `sign_in`: an identity provider vouched for the person.
    pub via: String,
}

/// Begins a session.
pub async fn insert_session(tx: &mut Tx, s: &Session) -> Result<()> {
    let binds: [&dyn db::Bind; 11] = [
        &s.id,
        &s.token_hash,
        &s.user_id,
        &s.appointment,
        &s.csrf,
        &s.created_at,
        &s.last_seen,
        &s.expires_at,
        &s.ip,
        &s.agent,
        &s.via,
    ];
    tx.run(&INSERT, &binds).await?;
    Ok(())
}

/// The living session with this token hash.
pub async fn find_session<'a>(via: impl Into<Via<'a>>, token_hash: &str, now: Ts) -> Result<Option<Session>> {
    Ok(via.into().one(&FIND, &[&token_hash, &now]).await?)
}

/// The living sessions of a person, or of everybody.
pub async fn list_sessions<'a>(via: impl Into<Via<'a>>, user: Option<UserId>, now: Ts) -> Result<Vec<Session>> {
    Ok(match user {
        Some(user) => via.into().all(&OF_USER, &[&user, &now]).await?,
        None => via.into().all(&LIST, &[&now]).await?,
    })
}

/// Notes activity. Callers do so at most once a minute or so.
pub async fn touch_session(tx: &mut Tx, id: SessionId, now: Ts, expires_at: Ts) -> Result<bool> {
    Ok(tx.run(&TOUCH, &[&id, &now, &expires_at]).await? == 1)
}

/// Changes the appointment the person acts in.
pub async fn switch_appointment(tx: &mut Tx, id: SessionId, appointment: AppointmentId) -> Result<bool> {
    Ok(tx.run(&SWITCH, &[&id, &Some(appointment)]).await? == 1)
}

/// Ends one session.
pub async fn delete_session(tx: &mut Tx, id: SessionId) -> Result<bool> {
    Ok(tx.run(&DELETE, &[&id]).await? == 1)
}

/// Ends every session of a person; returns how many.
pub async fn delete_sessions_of(tx: &mut Tx, user: UserId) -> Result<u64> {
    Ok(tx.run(&DELETE_OF_USER, &[&user]).await?)
}

/// Removes sessions that have run out; returns how many.
pub async fn purge(tx: &mut Tx, now: Ts) -> Result<u64> {
    Ok(tx.run(&PURGE, &[&now]).await?)
}
