//! Messages of 平台对接: what waits to be said, what was heard, and what came of each.

use db::{FromRow, Sql, Tx};
use kernel::{Ts, Uuid};

use crate::{error::Result, vault::Vault, via::Via};

const SAY: Sql = Sql::same(
    "INSERT INTO partner_message (partner_id, link_id, direction, msg_id, kind, body_enc, note_enc, state, tries, next_at,
        at)
     VALUES ($1, $2, 'out', $3, $4, $5, $6, 'queued', 0, $7, $7)",
);
const HEARD: Sql = Sql::same(
    "INSERT INTO partner_message (partner_id, link_id, direction, msg_id, kind, note_enc, state, code, error, tries,
        next_at, at, done_at)
     VALUES ($1, $2, 'in', $3, $4, $5, $6, $7, $8, 1, $9, $9, $9) ON CONFLICT DO NOTHING",
);
const HEARD_BEFORE: Sql = Sql::same(
    "SELECT state, code, error FROM partner_message WHERE partner_id = $1 AND direction = 'in' AND msg_id = $2",
);
const DUE: Sql = Sql::same(
    "SELECT m.no, m.partner_id, m.link_id, m.msg_id, m.kind, m.body_enc, m.tries FROM partner_message m
     WHERE m.state = 'queued' AND m.next_at <= $1
        AND NOT EXISTS (SELECT 1 FROM partner_message e
            WHERE e.partner_id = m.partner_id AND e.state = 'queued' AND e.no < m.no
                AND (e.link_id IS NULL) = (m.link_id IS NULL))
     ORDER BY m.no LIMIT 50",
);
const SETTLE: Sql = Sql::same(
    "UPDATE partner_message SET state = $2, code = $3, error = $4, tries = tries + 1, next_at = $5, done_at = $6
     WHERE no = $1",
);
const MESSAGES_OF: Sql = Sql::same(
    "SELECT direction, msg_id, kind, note_enc, state, error, tries, at FROM partner_message
     WHERE link_id = $1 ORDER BY no",
);
const RECENT: Sql = Sql::same(
    "SELECT direction, msg_id, kind, note_enc, state, error, tries, at FROM partner_message
     WHERE partner_id = $1 ORDER BY no DESC LIMIT $2",
);
const QUEUED: Sql =
    Sql::same("SELECT COUNT(*), MIN(at) FROM partner_message WHERE partner_id = $1 AND state = 'queued'");
const SAID: Sql =
    Sql::same("SELECT again_at FROM partner_message WHERE partner_id = $1 AND direction = 'out' AND msg_id = $2");
const UNTAKEN: Sql = Sql::same(
    "SELECT kind, error, at FROM partner_message
     WHERE partner_id = $1 AND direction = 'out' AND state = 'refused' AND link_id IS NULL AND again_at IS NULL
     ORDER BY no DESC LIMIT 1000",
);
const AGAIN: Sql = Sql::same(
    "UPDATE partner_message SET again_at = $3
     WHERE partner_id = $1 AND kind = $2 AND direction = 'out' AND state = 'refused' AND link_id IS NULL AND again_at IS NULL",
);
const CALL_BACK: Sql = Sql::same(
    "UPDATE partner_message SET state = 'cancelled', error = $2, done_at = $3
     WHERE link_id = $1 AND direction = 'out' AND state = 'queued' AND tries = 0",
);
const FORGET: Sql = Sql::same("UPDATE partner_message SET body_enc = NULL WHERE done_at < $1 AND body_enc IS NOT NULL");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("partner_message.say", SAY),
        ("partner_message.heard", HEARD),
        ("partner_message.heard_before", HEARD_BEFORE),
        ("partner_message.due", DUE),
        ("partner_message.settle", SETTLE),
        ("partner_message.of_link", MESSAGES_OF),
        ("partner_message.recent", RECENT),
        ("partner_message.queued", QUEUED),
        ("partner_message.forget", FORGET),
        ("partner_message.said", SAID),
        ("partner_message.untaken", UNTAKEN),
        ("partner_message.again", AGAIN),
        ("partner_message.call_back", CALL_BACK),
    ]
}

/// A message on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub no: i64,
    pub partner_id: Uuid,
    pub link_id: Option<Uuid>,
    pub msg_id: String,
    pub kind: String,
    pub body: String,
    pub tries: i64,
}

const MESSAGES: &str = "partner_message";

/// What is put into the outbox.
#[derive(Clone, Copy, Debug)]
pub struct Say<'a> {
    pub partner: Uuid,
    /// None of what is about no order.
    pub link: Option<Uuid>,
    pub msg_id: &'a str,
    pub kind: &'a str,
    pub body: &'a str,
    /// The message in words, for people.
    pub note: Option<&'a str>,
}

pub async fn say(tx: &mut Tx, vault: &Vault, s: Say<'_>, now: Ts) -> Result<()> {
    let sealed = vault.seal(MESSAGES, s.msg_id, "body_enc", s.body);
    let note = vault.seal_opt(MESSAGES, s.msg_id, "note_enc", s.note);
    tx.run(&SAY, &[&s.partner, &s.link, &s.msg_id, &s.kind, &sealed, &note, &now]).await?;
    Ok(())
}

/// What became of a number in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    Unused,
    Used,
    /// Not taken there, and to be said anew under another number.
    Again,
}

pub async fn number<'a>(via: impl Into<Via<'a>>, partner: Uuid, msg_id: &str) -> Result<Number> {
    Ok(match via.into().one::<(Option<Ts>,)>(&SAID, &[&partner, &msg_id]).await? {
        None => Number::Unused,
        Some((None,)) => Number::Used,
        Some((Some(_),)) => Number::Again,
    })
}

/// What a partner did not take, of what is about no order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untaken {
    pub kind: String,
    pub error: Option<String>,
    pub at: Ts,
}

/// Latest first.
pub async fn untaken<'a>(via: impl Into<Via<'a>>, partner: Uuid) -> Result<Vec<Untaken>> {
    let rows: Vec<(String, Option<String>, Ts)> = via.into().all(&UNTAKEN, &[&partner]).await?;
    Ok(rows.into_iter().map(|(kind, error, at)| Untaken { kind, error, at }).collect())
}

/// Gives up the numbers of what was not taken: it is said anew, or something later is said in its place.
pub async fn say_again(tx: &mut Tx, partner: Uuid, kind: &str, now: Ts) -> Result<u64> {
    Ok(tx.run(&AGAIN, &[&partner, &kind, &now]).await?)
}

/// Takes back what waits to be said about a matter and was never tried; `false` when there is no such thing.
pub async fn call_back(tx: &mut Tx, link: Uuid, why: &str, now: Ts) -> Result<bool> {
    Ok(tx.run(&CALL_BACK, &[&link, &why, &now]).await? > 0)
}

/// What is to be sent now: the first of each partner, for they are told in order. What is about no order waits by itself, so that no
/// order stands behind a whole knowledge base.
pub async fn due_messages<'a>(via: impl Into<Via<'a>>, vault: &Vault, now: Ts) -> Result<Vec<Outgoing>> {
    type Line = (i64, Uuid, Option<Uuid>, String, String, Option<Vec<u8>>, i64);
    let rows: Vec<Line> = via.into().all(&DUE, &[&now]).await?;
    let open = |(no, partner_id, link_id, msg_id, kind, body, tries): Line| {
        let body = vault.open_opt(MESSAGES, &msg_id, "body_enc", body.as_deref())?.unwrap_or_default();
        Ok(Outgoing { no, partner_id, link_id, msg_id, kind, body, tries })
    };
    rows.into_iter().map(open).collect()
}

/// How a message ended, or when it is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// `queued`, `done`, `refused`, `cancelled`.
    pub state: &'static str,
    pub code: Option<i64>,
    pub error: Option<String>,
    pub next_at: Ts,
    pub done_at: Option<Ts>,
}

pub async fn settle_message(tx: &mut Tx, no: i64, s: &Settled) -> Result<()> {
    tx.run(&SETTLE, &[&no, &s.state, &s.code, &s.error, &s.next_at, &s.done_at]).await?;
    Ok(())
}

/// A message that came, and what was said to it.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    pub partner: Uuid,
    pub link: Option<Uuid>,
    pub msg_id: &'a str,
    pub kind: &'a str,
    /// The message in words, for people.
    pub note: Option<&'a str>,
    /// Code and words, when it was not taken.
    pub refused: Option<(i64, &'a str)>,
}

/// Notes a message; `false` when it had come before.
pub async fn heard(tx: &mut Tx, vault: &Vault, h: Heard<'_>, now: Ts) -> Result<bool> {
    let state = if h.refused.is_some() { "refused" } else { "done" };
    let (code, error) = (h.refused.map_or(0, |(c, _)| c), h.refused.map(|(_, e)| e.to_owned()));
    let note = vault.seal_opt(MESSAGES, h.msg_id, "note_enc", h.note);
    let binds: [&dyn db::Bind; 9] = [&h.partner, &h.link, &h.msg_id, &h.kind, &note, &state, &code, &error, &now];
    Ok(tx.run(&HEARD, &binds).await? == 1)
}

/// What was said to a message that came before: nothing when it was taken, else code and words.
pub async fn heard_before<'a>(
    via: impl Into<Via<'a>>,
    partner: Uuid,
    msg_id: &str,
) -> Result<Option<Option<(i64, String)>>> {
    let found: Option<(String, Option<i64>, Option<String>)> =
        via.into().one(&HEARD_BEFORE, &[&partner, &msg_id]).await?;
    Ok(found
        .map(|(state, code, error)| (state == "refused").then(|| (code.unwrap_or(4001), error.unwrap_or_default()))))
}

/// A message as it is shown: without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageLine {
    pub out: bool,
    pub kind: String,
    pub note: Option<String>,
    pub state: String,
    pub error: Option<String>,
    pub tries: i64,
    pub at: Ts,
}

#[derive(FromRow)]
struct MessageRow {
    direction: String,
    msg_id: String,
    kind: String,
    note_enc: Option<Vec<u8>>,
    state: String,
    error: Option<String>,
    tries: i64,
    at: Ts,
}

impl MessageRow {
    fn open(self, vault: &Vault) -> Result<MessageLine> {
        Ok(MessageLine {
            note: vault.open_opt(MESSAGES, &self.msg_id, "note_enc", self.note_enc.as_deref())?,
            out: self.direction == "out",
            kind: self.kind,
            state: self.state,
            error: self.error,
            tries: self.tries,
            at: self.at,
        })
    }
}

/// The messages of a matter, oldest first.
pub async fn messages_of<'a>(via: impl Into<Via<'a>>, vault: &Vault, link: Uuid) -> Result<Vec<MessageLine>> {
    let rows: Vec<MessageRow> = via.into().all(&MESSAGES_OF, &[&link]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// The latest messages with a partner.
pub async fn recent_messages<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    partner: Uuid,
    limit: i64,
) -> Result<Vec<MessageLine>> {
    let rows: Vec<MessageRow> = via.into().all(&RECENT, &[&partner, &limit]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// How many messages wait to be sent to a partner, and since when the oldest.
pub async fn queued<'a>(via: impl Into<Via<'a>>, partner: Uuid) -> Result<(i64, Option<Ts>)> {
    Ok(via.into().one::<(i64, Option<Ts>)>(&QUEUED, &[&partner]).await?.unwrap_or_default())
}

/// Forgets what messages said that ended before a moment; that they were sent stays known.
pub async fn forget_bodies(tx: &mut Tx, before: Ts) -> Result<u64> {
    Ok(tx.run(&FORGET, &[&before]).await?)
}
