//! The audit log (审计日志): eight append-only hash chains, so that writers rarely wait for one another. For the record
//! that is hashed see `canon.rs`. The head of each chain is kept in `audit_head` and moves in the same transaction.

use std::sync::LazyLock;

use db::{BoxBind, Sql, Tx};
use kernel::{OrgId, Page, SessionId, Ts, UserId};
use serde_json::{Value, json};
use sqlx::FromRow;

use crate::{
    canon,
    error::Result,
    flow_log::Verdict,
    row::{At, args, boxes, insert_rows, select},
    vault::Vault,
    via::Via,
};

/// Number of chains.
pub const CHAINS: i32 = 8;

const TABLE: &str = "audit_log";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "chain", "seq", "at", "kind", "action", "outcome", "actor", "actor_name", "actor_org", "session_id", "ip", "agent",
    "trace_id", "object_kind", "object_id", "reason", "detail", "prev_hash", "hash",
];

const HEAD: Sql = Sql::split(
    "SELECT seq, hash FROM audit_head WHERE chain = $1",
    "SELECT seq, hash FROM audit_head WHERE chain = $1 FOR UPDATE",
);
const MOVE_HEAD: Sql = Sql::same("UPDATE audit_head SET seq = $2, hash = $3 WHERE chain = $1");
const READ_HEAD: Sql = Sql::same("SELECT seq, hash FROM audit_head WHERE chain = $1");
static CHAIN: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3")));

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("audit.head", HEAD),
        ("audit.move_head", MOVE_HEAD),
        ("audit.read_head", READ_HEAD),
        ("audit.chain", CHAIN.clone()),
    ]
}

/// How the act ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done.
    Ok,
    /// Refused by a rule or for want of authority.
    Refused,
    /// Failed for a technical reason.
    Failed,
}

impl Outcome {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
        }
    }
}

impl std::str::FromStr for Outcome {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "ok" => Ok(Outcome::Ok),
            "refused" => Ok(Outcome::Refused),
            "failed" => Ok(Outcome::Failed),
            _ => Err(format!("unknown Outcome: {s}")),
        }
    }
}

/// What somebody did. Free of personal data and of secrets: `detail` names fields and codes, never values of citizens.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    pub at: Ts,
    /// Class of act: `login`, `order`, `admin`, `export`, `reveal`, `query`…
    pub kind: String,
    /// Use case: `order_dispatch`, `session_login`…
    pub action: String,
    pub outcome: Outcome,
    pub actor: Option<UserId>,
    pub actor_name: String,
    pub actor_org: Option<OrgId>,
    pub session: Option<SessionId>,
    pub ip: String,
    pub agent: String,
    pub trace_id: String,
    /// `order`, `user`, `param`…
    pub object_kind: String,
    /// Key or number of the object; empty when there is none.
    pub object_id: String,
    pub reason: Option<String>,
    pub detail: Value,
}

impl AuditEntry {
    /// A successful act of the system itself, to be filled in with `..`.
    #[must_use]
    pub fn system(at: Ts, kind: &str, action: &str) -> Self {
        Self {
            at,
            kind: kind.to_owned(),
            action: action.to_owned(),
            outcome: Outcome::Ok,
            actor: None,
            actor_name: "系统".to_owned(),
            actor_org: None,
            session: None,
            ip: String::new(),
            agent: String::new(),
            trace_id: String::new(),
            object_kind: String::new(),
            object_id: String::new(),
            reason: None,
            detail: Value::Null,
        }
    }

    /// The acts of one person follow one another in one chain.
    fn chain(&self) -> i32 {
        let last = self.actor.map_or(0, |u| u.uuid().as_bytes()[15]);
        i32::from(last) % CHAINS
    }
}

/// A written record.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLine {
    pub chain: i32,
    pub seq: i64,
    pub hash: String,
    pub entry: AuditEntry,
}

fn record(e: &AuditEntry, chain: i32, seq: i64, detail: &str, prev_hash: &str) -> Vec<Value> {
    vec![
        json!("audit/1"),
        json!(chain),
        json!(seq),
        json!(e.at),
        json!(e.kind),
        json!(e.action),
        json!(e.outcome.code()),
        json!(e.actor),
        json!(e.actor_name),
        json!(e.actor_org),
        json!(e.session),
        json!(e.ip),
        json!(e.agent),
        json!(e.trace_id),
        json!(e.object_kind),
        json!(e.object_id),
        json!(e.reason),
        json!(detail),
        json!(prev_hash),
    ]
}

/// Appends records to the chain of the first one's actor, in three statements however many they are. Call it last in
/// a transaction: on PostgreSQL the chain stays locked until the commit.
pub async fn append(tx: &mut Tx, vault: &Vault, entries: &[AuditEntry]) -> Result<()> {
    let Some(first) = entries.first() else { return Ok(()) };
    let chain = first.chain();
    let (mut seq, mut head): (i64, String) = tx
        .one(&HEAD, &[&chain])
        .await?
        .ok_or_else(|| crate::StoreError::corrupt("audit_head", "chain", chain, "缺少链头"))?;
    let mut rows = Vec::with_capacity(entries.len());
    for e in entries {
        seq += 1;
        let detail = canon::canonical(&e.detail);
        let hash = canon::link(vault, &head, record(e, chain, seq, &detail, &head));
        rows.push(bind(e, chain, seq, detail, std::mem::replace(&mut head, hash.clone()), hash));
    }
    insert_rows(tx, TABLE, COLUMNS, rows, "").await?;
    tx.later(&MOVE_HEAD, &[&chain, &seq, &head]).await?;
    Ok(())
}

fn bind(e: &AuditEntry, chain: i32, seq: i64, detail: String, prev_hash: String, hash: String) -> Vec<BoxBind> {
    boxes![
        chain,
        seq,
        e.at,
        e.kind.clone(),
        e.action.clone(),
        e.outcome.code(),
        e.actor,
        e.actor_name.clone(),
        e.actor_org,
        e.session,
        e.ip.clone(),
        e.agent.clone(),
        e.trace_id.clone(),
        e.object_kind.clone(),
        e.object_id.clone(),
        e.reason.clone(),
        detail,
        prev_hash,
        hash,
    ]
}

#[derive(FromRow)]
struct AuditRow {
    chain: i32,
    seq: i64,
    at: Ts,
    kind: String,
    action: String,
    outcome: String,
    actor: Option<UserId>,
    actor_name: String,
    actor_org: Option<OrgId>,
    session_id: Option<SessionId>,
    ip: String,
    agent: String,
    trace_id: String,
    object_kind: String,
    object_id: String,
    reason: Option<String>,
    detail: String,
    prev_hash: String,
    hash: String,
}

impl AuditRow {
    fn line(self) -> Result<AuditLine> {
        let row = format!("{}#{}", self.chain, self.seq);
        let at = At { table: TABLE, row: &row };
        let entry = AuditEntry {
            outcome: at.code("outcome", &self.outcome)?,
            detail: at.json("detail", &self.detail)?,
            at: self.at,
            kind: self.kind,
            action: self.action,
            actor: self.actor,
            actor_name: self.actor_name,
            actor_org: self.actor_org,
            session: self.session_id,
            ip: self.ip,
            agent: self.agent,
            trace_id: self.trace_id,
            object_kind: self.object_kind,
            object_id: self.object_id,
            reason: self.reason,
        };
        Ok(AuditLine { chain: self.chain, seq: self.seq, hash: self.hash, entry })
    }
}

/// Conditions on the audit log; absent ones do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub from: Option<Ts>,
    /// Exclusive.
    pub until: Option<Ts>,
    pub actor: Option<UserId>,
    pub kind: Option<String>,
    pub action: Option<String>,
    pub outcome: Option<Outcome>,
    pub object_id: Option<String>,
}

/// Records that fit, newest first. The cursor to go on from is [`audit_cursor`] of the last line.
pub async fn list_audit<'a>(via: impl Into<Via<'a>>, filter: &AuditFilter, page: &Page) -> Result<Vec<AuditLine>> {
    let mut w = db::Filter::new();
    let f = filter.clone();
    if let Some(v) = f.from {
        w.push("at >= ", db::boxed(v));
    }
    if let Some(v) = f.until {
        w.push("at < ", db::boxed(v));
    }
    if let Some(v) = f.actor {
        w.push("actor = ", db::boxed(v));
    }
    if let Some(v) = f.kind {
        w.push("kind = ", db::boxed(v));
    }
    if let Some(v) = f.action {
        w.push("action = ", db::boxed(v));
    }
    if let Some(v) = f.outcome {
        w.push("outcome = ", db::boxed(v.code()));
    }
    if let Some(v) = f.object_id {
        w.push("object_id = ", db::boxed(v));
    }
    if let Some((at, chain, seq)) = page.after.as_ref().and_then(read_cursor) {
        w.push_all("(at, chain, seq) < ({}, {}, {})", boxes![at, chain, seq]);
    }
    let head = format!("SELECT {} FROM {TABLE}", COLUMNS.join(", "));
    let built = w.finish(&head, "ORDER BY at DESC, chain DESC, seq DESC LIMIT {}", boxes![i64::from(page.limit)]);
    via.into().all::<AuditRow>(&built.sql, &built.args()).await?.into_iter().map(AuditRow::line).collect()
}

/// The cursor after a line of [`list_audit`].
#[must_use]
pub fn audit_cursor(line: &AuditLine) -> kernel::Cursor {
    let key = (u128::from(line.chain.unsigned_abs()) << 64) | u128::from(line.seq.unsigned_abs());
    kernel::Cursor::int(line.entry.at.0, uuid::Uuid::from_u128(key))
}

fn read_cursor(cursor: &kernel::Cursor) -> Option<(i64, i32, i64)> {
    let key = cursor.id.as_u128();
    Some((cursor.as_int()?, i32::try_from(key >> 64).ok()?, i64::try_from(key & u128::from(u64::MAX)).ok()?))
}

/// Checks one chain from its first record to its head, a thousand records at a time.
pub async fn verify_chain<'a>(via: impl Into<Via<'a>>, vault: &Vault, chain: i32) -> Result<Verdict> {
    let mut via = via.into();
    // The head first: what is appended while we read lies beyond it.
    let head: (i64, String) = via.one(&READ_HEAD, &[&chain]).await?.unwrap_or_default();
    let mut at = (0i64, String::new());
    while at.0 < head.0 {
        let rows: Vec<AuditRow> = via.all(&CHAIN, &[&chain, &at.0, &1000i64.min(head.0 - at.0)]).await?;
        if rows.is_empty() {
            return Ok(Verdict::Broken { seq: at.0 + 1, reason: "末尾记录缺失".to_owned() });
        }
        for row in rows {
            if let Some(broken) = check(vault, &at, &row) {
                return Ok(broken);
            }
            at = (row.seq, row.hash);
        }
    }
    if at != head {
        return Ok(Verdict::Broken { seq: at.0, reason: "末尾记录与链头不符".to_owned() });
    }
    Ok(Verdict::Intact { records: at.0 })
}

fn check(vault: &Vault, at: &(i64, String), row: &AuditRow) -> Option<Verdict> {
    let broken = |reason: String| Some(Verdict::Broken { seq: row.seq, reason });
    if row.seq != at.0 + 1 {
        return broken(format!("缺少第 {} 条记录", at.0 + 1));
    }
    let Ok(outcome) = row.outcome.parse() else { return broken("结果代码无效".to_owned()) };
    let entry = AuditEntry {
        at: row.at,
        kind: row.kind.clone(),
        action: row.action.clone(),
        outcome,
        actor: row.actor,
        actor_name: row.actor_name.clone(),
        actor_org: row.actor_org,
        session: row.session_id,
        ip: row.ip.clone(),
        agent: row.agent.clone(),
        trace_id: row.trace_id.clone(),
        object_kind: row.object_kind.clone(),
        object_id: row.object_id.clone(),
        reason: row.reason.clone(),
        detail: Value::Null,
    };
    let hash = canon::link(vault, &at.1, record(&entry, row.chain, row.seq, &row.detail, &row.prev_hash));
    if row.prev_hash != at.1 || hash != row.hash {
        return broken("内容与校验值不符".to_owned());
    }
    None
}

/// Number and hash of the newest record of a chain, for anchoring it elsewhere.
pub async fn head<'a>(via: impl Into<Via<'a>>, chain: i32) -> Result<(i64, String)> {
    let binds = boxes![chain];
    Ok(via.into().one(&READ_HEAD, &args(&binds)).await?.unwrap_or_default())
}
