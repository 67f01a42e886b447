//! 变更推送: where to, how far, and what came of each delivery.

use db::{FromRow, Sql, Tx};
use kernel::{OrderId, Ts, UserId, Uuid};

use crate::{error::Result, vault::Vault, via::Via};

const INSERT: Sql = Sql::same(
    "INSERT INTO webhook (id, name, url, secret_enc, created_at, created_by, cursor_at, cursor_id, tries, next_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $5)",
);
const LIST: Sql = Sql::same(
    "SELECT id, name, url, secret_enc, created_at, created_by, stopped_at, cursor_at, cursor_id, tries, next_at
     FROM webhook ORDER BY created_at DESC, id DESC LIMIT 200",
);
const DUE: Sql = Sql::same(
    "SELECT id, name, url, secret_enc, created_at, created_by, stopped_at, cursor_at, cursor_id, tries, next_at
     FROM webhook WHERE stopped_at IS NULL AND next_at <= $1 ORDER BY next_at, id LIMIT 50",
);
const MOVE: Sql = Sql::same(
    "UPDATE webhook SET cursor_at = $2, cursor_id = $3, tries = $4, next_at = $5 WHERE id = $1 AND stopped_at IS NULL",
);
const STOP: Sql = Sql::same("UPDATE webhook SET stopped_at = $2 WHERE id = $1 AND stopped_at IS NULL");
const LOG: Sql = Sql::same(
    "INSERT INTO webhook_delivery (webhook_id, at, attempt, changes, status, error, took_ms)
     VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
const DELIVERIES: Sql = Sql::same(
    "SELECT at, attempt, changes, status, error, took_ms FROM webhook_delivery
     WHERE webhook_id = $1 ORDER BY no DESC LIMIT $2",
);
const PURGE: Sql = Sql::same("DELETE FROM webhook_delivery WHERE at < $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("webhook.insert", INSERT),
        ("webhook.list", LIST),
        ("webhook.due", DUE),
        ("webhook.move", MOVE),
        ("webhook.stop", STOP),
        ("webhook.log", LOG),
        ("webhook.deliveries", DELIVERIES),
        ("webhook.purge", PURGE),
    ]
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub id: Uuid,
    pub name: String,
    pub url: String,
    /// Signs what is sent.
    pub secret: String,
    pub created_at: Ts,
    pub created_by: UserId,
    pub stopped_at: Option<Ts>,
    /// Place in the change feed up to which everything was delivered.
    pub cursor: (Ts, OrderId),
    /// Failures in a row.
    pub tries: i64,
    pub next_at: Ts,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    url: String,
    secret_enc: Vec<u8>,
    created_at: Ts,
    created_by: UserId,
    stopped_at: Option<Ts>,
    cursor_at: Ts,
    cursor_id: OrderId,
    tries: i64,
    next_at: Ts,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Webhook> {
        Ok(Webhook {
            secret: vault.open("webhook", self.id, "secret_enc", &self.secret_enc)?,
            id: self.id,
            name: self.name,
            url: self.url,
            created_at: self.created_at,
            created_by: self.created_by,
            stopped_at: self.stopped_at,
            cursor: (self.cursor_at, self.cursor_id),
            tries: self.tries,
            next_at: self.next_at,
        })
    }
}

pub async fn insert_hook(tx: &mut Tx, vault: &Vault, hook: &Webhook) -> Result<()> {
    let Webhook { id, name, url, created_at, created_by, cursor, .. } = hook;
    let sealed = vault.seal("webhook", hook.id, "secret_enc", &hook.secret);
    tx.run(&INSERT, &[id, name, url, &sealed, created_at, created_by, &cursor.0, &cursor.1]).await?;
    Ok(())
}

/// Newest first, stopped ones included.
pub async fn list_hooks<'a>(via: impl Into<Via<'a>>, vault: &Vault) -> Result<Vec<Webhook>> {
    let rows: Vec<Row> = via.into().all(&LIST, &[]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Those whose time has come.
pub async fn due_hooks<'a>(via: impl Into<Via<'a>>, vault: &Vault, now: Ts) -> Result<Vec<Webhook>> {
    let rows: Vec<Row> = via.into().all(&DUE, &[&now]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Notes how far and when again.
pub async fn move_hook(tx: &mut Tx, id: Uuid, cursor: (Ts, OrderId), tries: i64, next_at: Ts) -> Result<()> {
    tx.run(&MOVE, &[&id, &cursor.0, &cursor.1, &tries, &next_at]).await?;
    Ok(())
}

/// `false` when it was stopped before.
pub async fn stop_hook(tx: &mut Tx, id: Uuid, now: Ts) -> Result<bool> {
    Ok(tx.run(&STOP, &[&id, &now]).await? == 1)
}

/// What came of one delivery.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Delivery {
    pub at: Ts,
    pub attempt: i64,
    pub changes: i64,
    /// HTTP status; none when nobody answered.
    pub status: Option<i64>,
    pub error: Option<String>,
    pub took_ms: i64,
}

pub async fn log_delivery(tx: &mut Tx, hook: Uuid, d: &Delivery) -> Result<()> {
    tx.run(&LOG, &[&hook, &d.at, &d.attempt, &d.changes, &d.status, &d.error, &d.took_ms]).await?;
    Ok(())
}

/// Latest first.
pub async fn deliveries<'a>(via: impl Into<Via<'a>>, hook: Uuid, limit: i64) -> Result<Vec<Delivery>> {
    Ok(via.into().all(&DELIVERIES, &[&hook, &limit]).await?)
}

/// Forgets deliveries before a moment.
pub async fn purge(tx: &mut Tx, before: Ts) -> Result<u64> {
    Ok(tx.run(&PURGE, &[&before]).await?)
}
