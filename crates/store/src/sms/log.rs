//! The log of messages: what happened to each, and lists of them.

use db::{FromRow, Sql, Tx};
use domain::message::Medium;
use kernel::{NoticeId, Ts, UserId};

use super::{Sms, SmsRow, opened};
use crate::{error::Result, vault::Vault, via::Via};

const EVENT: Sql = Sql::same("INSERT INTO sms_event (sms_id, at, what, note, by_id) VALUES ($1, $2, $3, $4, $5)");
const EVENTS: Sql = Sql::same("SELECT at, what, note, by_id FROM sms_event WHERE sms_id = $1 ORDER BY no LIMIT 200");
// An empty filter is the empty text; the number is either its index or nothing.
const LIST: Sql = Sql::same(
    "SELECT * FROM sms WHERE ($1 = '' OR state = $1) AND ($2 = '' OR template = $2) AND created_at >= $3
     AND (created_at < $4 OR (created_at = $4 AND id < $5)) AND ($7 = '' OR medium = $7) AND ($8 OR user_id IS NULL)
     ORDER BY created_at DESC, id DESC LIMIT $6",
);
const LIST_PHONE: Sql = Sql::same(
    "SELECT * FROM sms WHERE phone_idx = $9 AND ($1 = '' OR state = $1) AND ($2 = '' OR template = $2)
     AND created_at >= $3 AND (created_at < $4 OR (created_at = $4 AND id < $5)) AND ($7 = '' OR medium = $7)
     AND ($8 OR user_id IS NULL) ORDER BY created_at DESC, id DESC LIMIT $6",
);
const COUNTS: Sql =
    Sql::same("SELECT state, COUNT(*) FROM sms WHERE created_at >= $1 AND medium = $2 GROUP BY state ORDER BY state");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("sms.event", EVENT),
        ("sms.events", EVENTS),
        ("sms.list", LIST),
        ("sms.list_phone", LIST_PHONE),
        ("sms.counts", COUNTS),
    ]
}

/// Something that happened to a message.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SmsEvent {
    pub at: Ts,
    /// `sent`, `retry`, `wait`, `failed`, `expired`, `delivered`, `undelivered`, `resend`.
    pub what: String,
    pub note: Option<String>,
    pub by_id: Option<UserId>,
}

pub async fn log_event(
    tx: &mut Tx,
    sms: NoticeId,
    at: Ts,
    what: &str,
    note: Option<&str>,
    by: Option<UserId>,
) -> Result<()> {
    tx.run(&EVENT, &[&sms, &at, &what, &note.map(str::to_owned), &by]).await?;
    Ok(())
}

/// In the order they happened.
pub async fn events_of<'a>(via: impl Into<Via<'a>>, sms: NoticeId) -> Result<Vec<SmsEvent>> {
    Ok(via.into().all(&EVENTS, &[&sms]).await?)
}

/// Which messages are listed.
#[derive(Clone, Debug)]
pub struct SmsQuery {
    pub state: String,
    pub template: String,
    /// Empty: all.
    pub medium: String,
    /// Those for the staff too.
    pub staff: bool,
    pub phone: Option<String>,
    pub since: Ts,
    /// Below this place; the newest first.
    pub before: (Ts, NoticeId),
    pub limit: i64,
}

pub async fn list<'a>(via: impl Into<Via<'a>>, vault: &Vault, q: &SmsQuery) -> Result<Vec<Sms>> {
    let (at, id) = q.before;
    let mut via = via.into();
    let rows: Vec<SmsRow> = match &q.phone {
        None => {
            let args: [&dyn db::Bind; 8] = [&q.state, &q.template, &q.since, &at, &id, &q.limit, &q.medium, &q.staff];
            via.all(&LIST, &args).await?
        }
        Some(phone) => {
            let idx = vault.phone_idx(phone);
            let args: [&dyn db::Bind; 9] =
                [&q.state, &q.template, &q.since, &at, &id, &q.limit, &q.medium, &q.staff, &idx];
            via.all(&LIST_PHONE, &args).await?
        }
    };
    opened(rows, vault)
}

/// Messages by state since a moment.
pub type Counts = Vec<(String, i64)>;

pub async fn counts<'a>(via: impl Into<Via<'a>>, medium: Medium, since: Ts) -> Result<Counts> {
    Ok(via.into().all(&COUNTS, &[&since, &medium.code()]).await?)
}
