//! Duties to call back (回拨任务): one open duty a number, however often it called in vain.

use std::sync::LazyLock;

use db::{Sql, Tx};
use kernel::{CallId, CallTaskId, Cursor, Page, RecordingId, Ts, UserId};
use sqlx::FromRow;
use voice::journal::{CallDuty, DutyKind};

use crate::{
    call::mark_called_back,
    error::{Result, StoreError},
    row::{At, args, boxes, insert, select, wire_code},
    search::Where,
    vault::Vault,
    via::Via,
};

const TABLE: &str = "call_duty";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "id", "kind", "call_id", "number_enc", "number_idx", "skill", "created_at", "due_at", "recording_id", "state",
    "calls", "attempts", "last_try_at", "claimed_by", "claimed_at", "done_by", "done_at", "done_call", "reason",
    "version",
];

static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE id = $1")));
static LOAD_FOR_CHANGE: LazyLock<Sql> = LazyLock::new(|| {
    let text = select(COLUMNS, TABLE, "WHERE id = $1");
    Sql::built(text.clone(), format!("{text} FOR UPDATE"))
});
static OF_CALL: LazyLock<Sql> = LazyLock::new(|| {
    Sql::dynamic(select(COLUMNS, TABLE, "WHERE id IN (SELECT duty FROM call_duty_call WHERE call_id = $1)"))
});
const ATTACHED: Sql = Sql::same("SELECT duty FROM call_duty_call WHERE call_id = $1");
const ATTACH: Sql = Sql::same("INSERT INTO call_duty_call (call_id, duty) VALUES ($1, $2) ON CONFLICT DO NOTHING");
const ONE_MORE: Sql = Sql::same("UPDATE call_duty SET calls = calls + 1, version = version + 1 WHERE id = $1");
const WANTED: Sql = Sql::same(
    "UPDATE call_duty SET kind = $2, recording_id = COALESCE($3, recording_id),
        due_at = CASE WHEN $4 < due_at THEN $4 ELSE due_at END WHERE id = $1",
);
const TRY: Sql =
    Sql::same("INSERT INTO call_duty_try (duty, call_id, reached, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING");
const TRIED: Sql =
    Sql::same("UPDATE call_duty SET attempts = attempts + 1, last_try_at = $2, version = version + 1 WHERE id = $1");
const CALLER_OF: Sql = Sql::same("SELECT started_at, agent FROM call WHERE id = $1");
const REACHED: Sql = Sql::same(
    "UPDATE call_duty SET state = 'done', done_at = $2, done_by = $3, done_call = $4, version = version + 1
     WHERE id = $1 AND state = 'open'",
);
const CLAIM: Sql = Sql::same(
    "UPDATE call_duty SET claimed_by = $2, claimed_at = $3, version = version + 1
     WHERE id = $1 AND state = 'open' AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_at < $4)",
);
const RELEASE: Sql = Sql::same(
    "UPDATE call_duty SET claimed_by = NULL, claimed_at = NULL, version = version + 1
     WHERE id = $1 AND state = 'open'",
);
const FINISH: Sql = Sql::same(
    "UPDATE call_duty SET state = $2, reason = $3, done_by = $4, done_at = $5, done_call = $6, version = version + 1
     WHERE id = $1 AND state = 'open'",
);
const COUNT: Sql = Sql::same(
    "SELECT COUNT(*), COUNT(*) FILTER (WHERE claimed_by = $1), COUNT(*) FILTER (WHERE due_at < $2),
        COUNT(*) FILTER (WHERE due_at >= $2 AND due_at < $3)
     FROM call_duty WHERE state = 'open'",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("call_duty.load", LOAD.clone()),
        ("call_duty.load_for_change", LOAD_FOR_CHANGE.clone()),
        ("call_duty.of_call", OF_CALL.clone()),
        ("call_duty.attached", ATTACHED),
        ("call_duty.attach", ATTACH),
        ("call_duty.one_more", ONE_MORE),
        ("call_duty.wanted", WANTED),
        ("call_duty.try", TRY),
        ("call_duty.tried", TRIED),
        ("call_duty.caller_of", CALLER_OF),
        ("call_duty.reached", REACHED),
        ("call_duty.claim", CLAIM),
        ("call_duty.release", RELEASE),
        ("call_duty.finish", FINISH),
        ("call_duty.count", COUNT),
    ]
}

/// Where a duty stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyState {
    /// 待回拨.
    Open,
    /// 已回拨.
    Done,
    /// 已放弃, with a reason.
    GivenUp,
}

/// A duty with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    pub duty: CallDuty,
    pub state: DutyState,
    /// Calls of this number it answers for.
    pub calls: i32,
    pub attempts: i32,
    pub last_try_at: Option<Ts>,
    pub claimed_by: Option<UserId>,
    pub claimed_at: Option<Ts>,
    pub done_by: Option<UserId>,
    pub done_at: Option<Ts>,
    /// The call that fulfilled it.
    pub done_call: Option<CallId>,
    pub reason: Option<String>,
    pub version: i64,
}

#[derive(FromRow)]
struct DutyRow {
    id: CallTaskId,
    kind: String,
    call_id: CallId,
    number_enc: Vec<u8>,
    skill: Option<String>,
    created_at: Ts,
    due_at: Ts,
    recording_id: Option<RecordingId>,
    state: String,
    calls: i32,
    attempts: i32,
    last_try_at: Option<Ts>,
    claimed_by: Option<UserId>,
    claimed_at: Option<Ts>,
    done_by: Option<UserId>,
    done_at: Option<Ts>,
    done_call: Option<CallId>,
    reason: Option<String>,
    version: i64,
}

impl DutyRow {
    fn open(self, vault: &Vault) -> Result<Duty> {
        let at = At { table: TABLE, row: &self.id };
        Ok(Duty {
            duty: CallDuty {
                kind: at.wire("kind", &self.kind)?,
                number: vault.open(TABLE, self.id, "number_enc", &self.number_enc)?,
                id: self.id,
                call: self.call_id,
                skill: self.skill,
                created_at: self.created_at,
                due_at: self.due_at,
                recording: self.recording_id,
            },
            state: at.wire("state", &self.state)?,
            calls: self.calls,
            attempts: self.attempts,
            last_try_at: self.last_try_at,
            claimed_by: self.claimed_by,
            claimed_at: self.claimed_at,
            done_by: self.done_by,
            done_at: self.done_at,
            done_call: self.done_call,
            reason: self.reason,
            version: self.version,
        })
    }
}

/// Adds a duty, or lets the open one of the same number answer for this call too. A call counts once, however often its
/// duty is written.
pub async fn put_duty(tx: &mut Tx, vault: &Vault, d: &CallDuty) -> Result<()> {
    if tx.scalar_opt::<CallTaskId>(&ATTACHED, &[&d.call]).await?.is_some() {
        return Ok(());
    }
    if let Some(open) = find_open(tx, vault, &d.number).await? {
        return join(tx, open, d).await;
    }
    let row = boxes![
        d.id,
        wire_code(&d.kind),
        d.call,
        vault.seal(TABLE, d.id, "number_enc", &d.number),
        vault.phone_idx(&d.number),
        d.skill.clone(),
        d.created_at,
        d.due_at,
        d.recording,
        wire_code(&DutyState::Open),
        1i32,
        0i32,
        None::<Ts>,
        None::<UserId>,
        None::<Ts>,
        None::<UserId>,
        None::<Ts>,
        None::<CallId>,
        None::<String>,
        1i64
    ];
    if tx.run(insert(TABLE, COLUMNS, 1, "ON CONFLICT DO NOTHING"), &args(&row)).await? == 1 {
        tx.run(&ATTACH, &[&d.call, &d.id]).await?;
        return Ok(());
    }
    // Another writer was quicker with the same number.
    match find_open(tx, vault, &d.number).await? {
        Some(open) => join(tx, open, d).await,
        None => Err(StoreError::stale(TABLE, d.id)),
    }
}

async fn join(tx: &mut Tx, open: CallTaskId, d: &CallDuty) -> Result<()> {
    tx.run(&ATTACH, &[&d.call, &open]).await?;
    tx.run(&ONE_MORE, &[&open]).await?;
    if d.kind != DutyKind::Missed {
        tx.run(&WANTED, &[&open, &wire_code(&d.kind), &d.recording, &d.due_at]).await?;
    }
    Ok(())
}

async fn find_open(tx: &mut Tx, vault: &Vault, number: &str) -> Result<Option<CallTaskId>> {
    let keys = vault.phone_idx_all(number);
    let text = format!(
        "SELECT id FROM call_duty WHERE state = 'open' AND number_idx IN ({})",
        db::placeholders(1, keys.len())
    );
    let binds: Vec<_> = keys.into_iter().map(db::boxed).collect();
    Ok(tx.scalar_opt(Sql::dynamic(text), &args(&binds)).await?)
}

/// The open duty of a number.
pub async fn open_duty<'a>(via: impl Into<Via<'a>>, vault: &Vault, number: &str) -> Result<Option<Duty>> {
    let keys = vault.phone_idx_all(number);
    let marks = db::placeholders(1, keys.len());
    let text = select(COLUMNS, TABLE, &format!("WHERE state = 'open' AND number_idx IN ({marks})"));
    let binds: Vec<_> = keys.into_iter().map(db::boxed).collect();
    via.into().one::<DutyRow>(&Sql::dynamic(text), &args(&binds)).await?.map(|r| r.open(vault)).transpose()
}

/// One attempt to fulfil a duty by a call. The missed callers were called back when the attempt began.
pub async fn put_try(tx: &mut Tx, duty: CallTaskId, call: CallId, reached: bool, at: Ts) -> Result<()> {
    if tx.run(&TRY, &[&duty, &call, &reached, &at]).await? == 0 {
        return Ok(());
    }
    let caller: Option<(Ts, Option<UserId>)> = tx.one(&CALLER_OF, &[&call]).await?;
    let (began, by) = caller.unwrap_or((at, None));
    tx.run(&TRIED, &[&duty, &at]).await?;
    mark_called_back(tx, duty, began).await?;
    if reached {
        tx.run(&REACHED, &[&duty, &at, &by, &call]).await?;
    }
    Ok(())
}

/// Ends an open duty; `false` when it was ended before.
pub async fn finish_duty(
    tx: &mut Tx,
    id: CallTaskId,
    to: DutyState,
    reason: &str,
    by: Option<UserId>,
    at: Ts,
    call: Option<CallId>,
) -> Result<bool> {
    Ok(tx.run(&FINISH, &[&id, &wire_code(&to), &reason, &by, &at, &call]).await? == 1)
}

/// Takes a duty; `false` when somebody else has it since `stale` or later, or it is ended.
pub async fn claim_duty(tx: &mut Tx, id: CallTaskId, by: UserId, at: Ts, stale: Ts) -> Result<bool> {
    Ok(tx.run(&CLAIM, &[&id, &by, &at, &stale]).await? == 1)
}

/// Gives a duty back.
pub async fn release_duty(tx: &mut Tx, id: CallTaskId) -> Result<bool> {
    Ok(tx.run(&RELEASE, &[&id]).await? == 1)
}

/// One duty.
pub async fn load_duty<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: CallTaskId) -> Result<Option<Duty>> {
    via.into().one::<DutyRow>(&LOAD, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// One duty, kept from other writers until the end of the transaction.
pub async fn load_duty_for_change(tx: &mut Tx, vault: &Vault, id: CallTaskId) -> Result<Option<Duty>> {
    tx.one::<DutyRow>(&*LOAD_FOR_CHANGE, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// The duty that answers for a call.
pub async fn duty_of_call<'a>(via: impl Into<Via<'a>>, vault: &Vault, call: CallId) -> Result<Option<Duty>> {
    via.into().one::<DutyRow>(&OF_CALL, &[&call]).await?.map(|r| r.open(vault)).transpose()
}

/// Conditions on duties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DutyFilter {
    pub state: Option<DutyState>,
    pub kind: Option<DutyKind>,
    pub claimed_by: Option<UserId>,
}

/// Duties that fit: open ones by when they are due, others newest first.
pub async fn list_duties<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    filter: &DutyFilter,
    page: &Page,
) -> Result<(Vec<Duty>, Option<Cursor>)> {
    let by_due = filter.state == Some(DutyState::Open);
    let mut w = Where::default();
    if let Some(state) = filter.state {
        w.on("state = {}", wire_code(&state));
    }
    if let Some(kind) = filter.kind {
        w.on("kind = {}", wire_code(&kind));
    }
    if let Some(user) = filter.claimed_by {
        w.on("claimed_by = {}", user);
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(if by_due { format!("(due_at, id) > ({at}, {id})") } else { format!("(created_at, id) < ({at}, {id})") });
    }
    let conditions = w.text();
    let most = w.bind(i64::from(page.limit) + 1);
    let order = if by_due { "due_at, id" } else { "created_at DESC, id DESC" };
    let built = w.finish(&select(COLUMNS, TABLE, &format!("WHERE {conditions} ORDER BY {order} LIMIT {most}")));
    let rows = via.into().all::<DutyRow>(&built.sql, &built.args()).await?;
    let mut duties: Vec<Duty> = rows.into_iter().map(|r| r.open(vault)).collect::<Result<_>>()?;
    let more = duties.len() > usize::from(page.limit);
    duties.truncate(usize::from(page.limit));
    let key = |d: &Duty| if by_due { d.duty.due_at } else { d.duty.created_at };
    let next = duties.last().filter(|_| more).map(|d| Cursor::int(key(d).0, d.duty.id));
    Ok((duties, next))
}

/// Open duties: all, those of one person, overdue ones, and those due before `soon`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DutyCounts {
    pub open: i64,
    pub mine: i64,
    pub red: i64,
    pub yellow: i64,
}

/// How the duties stand.
pub async fn count_duties<'a>(via: impl Into<Via<'a>>, user: UserId, now: Ts, soon: Ts) -> Result<DutyCounts> {
    let (open, mine, red, yellow) = via.into().one(&COUNT, &[&user, &now, &soon]).await?.unwrap_or_default();
    Ok(DutyCounts { open, mine, red, yellow })
}
