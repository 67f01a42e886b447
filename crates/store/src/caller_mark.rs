//! Marked callers (来电名单): 黑名单 and 关爱名单, in force only after a second person agreed, and for a time.

use db::{Sql, Tx};
use kernel::{CallId, Cursor, Page, Ts, UserId, Uuid};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{At, args, boxes, insert, wire_code},
    search::Where,
    vault::Vault,
    via::Via,
};

const TABLE: &str = "caller_mark";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "id", "kind", "number_enc", "number_idx", "reason", "call_id", "state", "valid_to", "proposed_by", "proposed_at",
    "version",
];
const LOAD: Sql = Sql::same("SELECT * FROM caller_mark WHERE id = $1");
const DECIDE: Sql = Sql::same(
    "UPDATE caller_mark SET state = $2, decided_by = $3, decided_at = $4, opinion = $5, version = version + 1
     WHERE id = $1 AND state = 'pending'",
);
const END: Sql = Sql::same(
    "UPDATE caller_mark SET state = 'ended', ended_by = $2, ended_at = $3, end_reason = $4, version = version + 1
     WHERE id = $1 AND state IN ('pending', 'active')",
);
const EXPIRE: Sql = Sql::same(
    "UPDATE caller_mark SET state = 'ended', ended_at = $1, end_reason = '到期自动解除', version = version + 1
     WHERE state IN ('pending', 'active') AND valid_to <= $1",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("caller_mark.load", LOAD),
        ("caller_mark.decide", DECIDE),
        ("caller_mark.end", END),
        ("caller_mark.expire", EXPIRE),
    ]
}

/// What a caller is marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkKind {
    /// 黑名单: calls are refused.
    Black,
    /// 关爱名单: goes before others, and the agent is told why.
    Care,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkState {
    /// Waits for a second person.
    Pending,
    Active,
    Refused,
    Ended,
}

/// A marked caller.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    pub id: Uuid,
    pub kind: MarkKind,
    pub number: String,
    pub reason: String,
    /// The call that shows why.
    pub call: Option<CallId>,
    pub state: MarkState,
    /// Exclusive.
    pub valid_to: Ts,
    pub proposed_by: UserId,
    pub proposed_at: Ts,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Ts>,
    pub opinion: Option<String>,
    pub ended_by: Option<UserId>,
    pub ended_at: Option<Ts>,
    pub end_reason: Option<String>,
}

#[derive(FromRow)]
struct MarkRow {
    id: Uuid,
    kind: String,
    number_enc: Vec<u8>,
    reason: String,
    call_id: Option<CallId>,
    state: String,
    valid_to: Ts,
    proposed_by: UserId,
    proposed_at: Ts,
    decided_by: Option<UserId>,
    decided_at: Option<Ts>,
    opinion: Option<String>,
    ended_by: Option<UserId>,
    ended_at: Option<Ts>,
    end_reason: Option<String>,
}

impl MarkRow {
    fn open(self, vault: &Vault) -> Result<Mark> {
        let at = At { table: TABLE, row: &self.id };
        Ok(Mark {
            kind: at.wire("kind", &self.kind)?,
            state: at.wire("state", &self.state)?,
            number: vault.open(TABLE, self.id, "number_enc", &self.number_enc)?,
            id: self.id,
            reason: self.reason,
            call: self.call_id,
            valid_to: self.valid_to,
            proposed_by: self.proposed_by,
            proposed_at: self.proposed_at,
            decided_by: self.decided_by,
            decided_at: self.decided_at,
            opinion: self.opinion,
            ended_by: self.ended_by,
            ended_at: self.ended_at,
            end_reason: self.end_reason,
        })
    }
}

/// Proposes a mark; `false` when the number has one of this kind already.
pub async fn insert_mark(tx: &mut Tx, vault: &Vault, m: &Mark) -> Result<bool> {
    let row = boxes![
        m.id,
        wire_code(&m.kind),
        vault.seal(TABLE, m.id, "number_enc", &m.number),
        vault.phone_idx(&m.number),
        m.reason.clone(),
        m.call,
        wire_code(&m.state),
        m.valid_to,
        m.proposed_by,
        m.proposed_at,
        1i64
    ];
    Ok(tx.run(insert(TABLE, COLUMNS, 1, "ON CONFLICT DO NOTHING"), &args(&row)).await? == 1)
}

/// One mark.
pub async fn load_mark<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: Uuid) -> Result<Option<Mark>> {
    via.into().one::<MarkRow>(&LOAD, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// Agrees to a proposal or refuses it; `false` when it was decided before.
pub async fn decide_mark(
    tx: &mut Tx,
    id: Uuid,
    to: MarkState,
    by: UserId,
    at: Ts,
    opinion: Option<String>,
) -> Result<bool> {
    Ok(tx.run(&DECIDE, &[&id, &wire_code(&to), &by, &at, &opinion]).await? == 1)
}

/// Takes a mark off; `false` when it is off already.
pub async fn end_mark(tx: &mut Tx, id: Uuid, by: UserId, at: Ts, reason: &str) -> Result<bool> {
    Ok(tx.run(&END, &[&id, &by, &at, &reason]).await? == 1)
}

/// Takes off what has run out; returns how many.
pub async fn expire_marks(tx: &mut Tx, now: Ts) -> Result<u64> {
    Ok(tx.run(&EXPIRE, &[&now]).await?)
}

/// The marks of a number in force now.
pub async fn marks_of<'a>(via: impl Into<Via<'a>>, vault: &Vault, number: &str, now: Ts) -> Result<Vec<Mark>> {
    let mut w = Where::default();
    w.any_of("number_idx", vault.phone_idx_all(number));
    w.raw("state = 'active'");
    w.on("valid_to > {}", now);
    let text = format!("SELECT * FROM caller_mark WHERE {} ORDER BY kind", w.text());
    let built = w.finish(&text);
    via.into().all::<MarkRow>(&built.sql, &built.args()).await?.into_iter().map(|r| r.open(vault)).collect()
}

/// Marks that fit, newest first.
pub async fn list_marks<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    kind: Option<MarkKind>,
    state: Option<MarkState>,
    page: &Page,
) -> Result<(Vec<Mark>, Option<Cursor>)> {
    let mut w = Where::default();
    if let Some(kind) = kind {
        w.on("kind = {}", wire_code(&kind));
    }
    if let Some(state) = state {
        w.on("state = {}", wire_code(&state));
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(proposed_at, id) < ({at}, {id})"));
    }
    let conditions = w.text();
    let most = w.bind(i64::from(page.limit) + 1);
    let text = format!("SELECT * FROM caller_mark WHERE {conditions} ORDER BY proposed_at DESC, id DESC LIMIT {most}");
    let built = w.finish(&text);
    let rows = via.into().all::<MarkRow>(&built.sql, &built.args()).await?;
    let mut marks: Vec<Mark> = rows.into_iter().map(|r| r.open(vault)).collect::<Result<_>>()?;
    let more = marks.len() > usize::from(page.limit);
    marks.truncate(usize::from(page.limit));
    let next = marks.last().filter(|_| more).map(|m| Cursor::int(m.proposed_at.0, m.id));
    Ok((marks, next))
}
