//! Short messages to citizens and leaders (短信), number and text sealed.

use db::{Sql, Tx};
use kernel::{NoticeId, OrderId, Ts};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{At, boxes, insert_rows},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "sms";
const COLUMNS: &[&str] =
    &["id", "template", "phone_enc", "text_enc", "order_id", "state", "tries", "error", "created_at", "sent_at"];
const QUEUED: Sql = Sql::same("SELECT * FROM sms WHERE state = 'queued' ORDER BY created_at, id LIMIT $1");
const OF_ORDER: Sql = Sql::same("SELECT * FROM sms WHERE order_id = $1 ORDER BY created_at, id");
const RELEASE: Sql = Sql::same("UPDATE sms SET state = 'queued' WHERE state = 'held'");
const SENT: Sql = Sql::same(
    "UPDATE sms SET state = 'sent', sent_at = $2, tries = tries + 1, error = NULL WHERE id = $1 AND state = 'queued'",
);
const FAILED: Sql = Sql::same(
    "UPDATE sms SET tries = tries + 1, error = $2, state = CASE WHEN tries + 1 >= $3 THEN 'failed' ELSE 'queued' END
     WHERE id = $1 AND state = 'queued'",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("sms.queued", QUEUED),
        ("sms.of_order", OF_ORDER),
        ("sms.release", RELEASE),
        ("sms.sent", SENT),
        ("sms.failed", FAILED),
    ]
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmsState {
    /// Waits for the hours in which citizens may be written to.
    Held,
    Queued,
    Sent,
    Failed,
}

impl SmsState {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            SmsState::Held => "held",
            SmsState::Queued => "queued",
            SmsState::Sent => "sent",
            SmsState::Failed => "failed",
        }
    }
}

impl std::str::FromStr for SmsState {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        [Self::Held, Self::Queued, Self::Sent, Self::Failed]
            .into_iter()
            .find(|v| v.code() == s)
            .ok_or_else(|| format!("unknown SmsState: {s}"))
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    pub id: NoticeId,
    /// `T01`…`T34`.
    pub template: String,
    pub phone: String,
    pub text: String,
    pub order: Option<OrderId>,
    pub state: SmsState,
    pub tries: i64,
    pub error: Option<String>,
    pub created_at: Ts,
    pub sent_at: Option<Ts>,
}

#[derive(FromRow)]
struct SmsRow {
    id: NoticeId,
    template: String,
    phone_enc: Vec<u8>,
    text_enc: Vec<u8>,
    order_id: Option<OrderId>,
    state: String,
    tries: i64,
    error: Option<String>,
    created_at: Ts,
    sent_at: Option<Ts>,
}

impl SmsRow {
    fn open(self, vault: &Vault) -> Result<Sms> {
        Ok(Sms {
            phone: vault.open(TABLE, self.id, "phone_enc", &self.phone_enc)?,
            text: vault.open(TABLE, self.id, "text_enc", &self.text_enc)?,
            state: At { table: TABLE, row: &self.id }.code("state", &self.state)?,
            id: self.id,
            template: self.template,
            order: self.order_id,
            tries: self.tries,
            error: self.error,
            created_at: self.created_at,
            sent_at: self.sent_at,
        })
    }
}

/// Adds messages in one statement.
pub async fn insert_sms(tx: &mut Tx, vault: &Vault, messages: &[Sms]) -> Result<()> {
    let rows = messages.iter().map(|m| {
        boxes![
            m.id,
            m.template.clone(),
            vault.seal(TABLE, m.id, "phone_enc", &m.phone),
            vault.seal(TABLE, m.id, "text_enc", &m.text),
            m.order,
            m.state.code(),
            m.tries,
            m.error.clone(),
            m.created_at,
            m.sent_at
        ]
    });
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), "").await?;
    Ok(())
}

/// Messages to send, oldest first.
pub async fn list_queued<'a>(via: impl Into<Via<'a>>, vault: &Vault, limit: u32) -> Result<Vec<Sms>> {
    let rows = via.into().all::<SmsRow>(&QUEUED, &[&i64::from(limit)]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// The messages about an order.
pub async fn list_of_order<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Vec<Sms>> {
    let rows = via.into().all::<SmsRow>(&OF_ORDER, &[&order]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// The carrier took it. `false` when it was no longer queued.
pub async fn mark_sent(tx: &mut Tx, id: NoticeId, now: Ts) -> Result<bool> {
    Ok(tx.run(&SENT, &[&id, &now]).await? == 1)
}

/// The carrier refused it: stays queued until `max_tries` are used up, then fails.
pub async fn mark_failed(tx: &mut Tx, id: NoticeId, error: &str, max_tries: i64) -> Result<bool> {
    Ok(tx.run(&FAILED, &[&id, &error, &max_tries]).await? == 1)
}

/// The hour has come: everything held may go. Returns how many.
pub async fn release_held(tx: &mut Tx) -> Result<u64> {
    Ok(tx.run(&RELEASE, &[]).await?)
}
