//! What citizens write back, and who wants to be left alone.

use db::{Sql, Tx};
use domain::message::InboundOutcome;
use kernel::{OrderId, Ts, Uuid};
use sqlx::FromRow;

use super::{Sms, SmsRow};
use crate::{error::Result, row::At, vault::Vault, via::Via};

const TABLE: &str = "sms_inbound";
const INSERT: Sql = Sql::same(
    "INSERT INTO sms_inbound (id, ref, phone_enc, phone_idx, text_enc, at, order_id, outcome, note)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (ref) DO NOTHING",
);
const OUTCOME: Sql = Sql::same("UPDATE sms_inbound SET order_id = $2, outcome = $3, note = $4 WHERE id = $1");
const OF_ORDER: Sql = Sql::same(
    "SELECT id, phone_enc, text_enc, at, order_id, outcome, note FROM sms_inbound WHERE order_id = $1 ORDER BY at, id",
);
const LIST: Sql = Sql::same(
    "SELECT id, phone_enc, text_enc, at, order_id, outcome, note FROM sms_inbound
     WHERE ($1 = '' OR outcome = $1) AND (at < $2 OR (at = $2 AND id < $3)) ORDER BY at DESC, id DESC LIMIT $4",
);
const LATEST: Sql = Sql::same(
    "SELECT * FROM sms WHERE phone_idx = $1 AND order_id IS NOT NULL AND created_at >= $2
     AND state IN ('sending','sent','delivered') ORDER BY created_at DESC, id DESC LIMIT 50",
);
const STOP: Sql = Sql::same("INSERT INTO sms_stop (phone_idx, at) VALUES ($1, $2) ON CONFLICT (phone_idx) DO NOTHING");
const RESUME: Sql = Sql::same("DELETE FROM sms_stop WHERE phone_idx = $1");
const STOPPED: Sql = Sql::same("SELECT COUNT(*) FROM sms_stop WHERE phone_idx = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("sms_inbound.insert", INSERT),
        ("sms_inbound.outcome", OUTCOME),
        ("sms_inbound.of_order", OF_ORDER),
        ("sms_inbound.list", LIST),
        ("sms_inbound.latest", LATEST),
        ("sms_stop.insert", STOP),
        ("sms_stop.delete", RESUME),
        ("sms_stop.is", STOPPED),
    ]
}

/// A message from a citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    pub id: Uuid,
    pub phone: String,
    pub text: String,
    pub at: Ts,
    pub order: Option<OrderId>,
    pub outcome: InboundOutcome,
    pub note: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    phone_enc: Vec<u8>,
    text_enc: Vec<u8>,
    at: Ts,
    order_id: Option<OrderId>,
    outcome: String,
    note: Option<String>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Inbound> {
        Ok(Inbound {
            phone: vault.open(TABLE, self.id, "phone_enc", &self.phone_enc)?,
            text: vault.open(TABLE, self.id, "text_enc", &self.text_enc)?,
            outcome: At { table: TABLE, row: &self.id }.code("outcome", &self.outcome)?,
            id: self.id,
            at: self.at,
            order: self.order_id,
            note: self.note,
        })
    }
}

/// Stores one; `false` when it came before under the same number of the carrier's.
pub async fn insert_inbound(tx: &mut Tx, vault: &Vault, m: &Inbound, reference: Option<&str>) -> Result<bool> {
    let phone = vault.seal(TABLE, m.id, "phone_enc", &m.phone);
    let text = vault.seal(TABLE, m.id, "text_enc", &m.text);
    let (idx, reference) = (vault.phone_idx(&m.phone), reference.map(str::to_owned));
    let args: [&dyn db::Bind; 9] =
        [&m.id, &reference, &phone, &idx, &text, &m.at, &m.order, &m.outcome.code(), &m.note];
    Ok(tx.run(&INSERT, &args).await? == 1)
}

/// What became of it, as the message now says.
pub async fn set_outcome(tx: &mut Tx, m: &Inbound) -> Result<()> {
    tx.run(&OUTCOME, &[&m.id, &m.order, &m.outcome.code(), &m.note]).await?;
    Ok(())
}

pub async fn inbound_of_order<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Vec<Inbound>> {
    let rows: Vec<Row> = via.into().all(&OF_ORDER, &[&order]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Which are listed, newest first.
#[derive(Clone, Debug)]
pub struct InboundQuery {
    /// Empty: all.
    pub outcome: String,
    pub before: (Ts, Uuid),
    pub limit: i64,
}

pub async fn list_inbound<'a>(via: impl Into<Via<'a>>, vault: &Vault, q: &InboundQuery) -> Result<Vec<Inbound>> {
    let rows: Vec<Row> = via.into().all(&LIST, &[&q.outcome, &q.before.0, &q.before.1, &q.limit]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Messages about orders that went to a number since a moment, newest first.
pub async fn latest_to<'a>(via: impl Into<Via<'a>>, vault: &Vault, phone: &str, since: Ts) -> Result<Vec<Sms>> {
    let mut via = via.into();
    let mut found = Vec::new();
    for idx in vault.phone_idx_all(phone) {
        let rows: Vec<SmsRow> = via.all(&LATEST, &[&idx, &since]).await?;
        for row in rows {
            found.push(row.open(vault)?);
        }
    }
    found.sort_by_key(|m| std::cmp::Reverse((m.created_at, m.id)));
    Ok(found)
}

/// Puts a number on the list of those who want no invitations, or takes it off.
pub async fn set_stop(tx: &mut Tx, vault: &Vault, phone: &str, stop: bool, now: Ts) -> Result<()> {
    if stop {
        tx.run(&STOP, &[&vault.phone_idx(phone), &now]).await?;
        return Ok(());
    }
    for idx in vault.phone_idx_all(phone) {
        tx.run(&RESUME, &[&idx]).await?;
    }
    Ok(())
}

pub async fn is_stopped<'a>(via: impl Into<Via<'a>>, vault: &Vault, phone: &str) -> Result<bool> {
    let mut via = via.into();
    for idx in vault.phone_idx_all(phone) {
        if via.scalar::<i64>(&STOPPED, &[&idx]).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
