//! Messages (短信, 邮件), number or address and text sealed.

mod desk;
mod inbound;
mod log;
mod mail;

use db::{Sql, Tx};
pub use domain::message::{Medium, SmsState};
use kernel::{NoticeId, OrderId, Ts, UserId, Uuid};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{At, boxes, insert_rows},
    vault::Vault,
    via::Via,
};

pub use desk::{
    Gateway, Line, TemplateText, current_texts, gateway, gateways, insert_gateway, insert_text, line, set_line,
    texts_of,
};
pub use inbound::{
    Inbound, InboundQuery, inbound_of_order, insert_inbound, is_stopped, latest_to, list_inbound, set_outcome, set_stop,
};
pub use log::{Counts, SmsEvent, SmsQuery, counts, events_of, list, log_event};
pub use mail::{
    MailServer, StaffMail, insert_mail_server, mail_servers, put_staff_mail, remove_staff_mail, staff_mail, staff_mails,
};

const TABLE: &str = "sms";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "id", "template", "version", "phone_enc", "phone_idx", "text_enc", "same_key", "order_id", "state", "tries",
    "next_at", "error", "created_at", "sent_at", "done_at", "medium", "subject_enc", "user_id",
];
const QUEUED: Sql = Sql::same("SELECT * FROM sms WHERE state = 'queued' ORDER BY created_at, id LIMIT $1");
const OF_ORDER: Sql = Sql::same("SELECT * FROM sms WHERE order_id = $1 ORDER BY created_at, id");
const ONE: Sql = Sql::same("SELECT * FROM sms WHERE id = $1");
const RELEASE: Sql = Sql::same("UPDATE sms SET state = 'queued', next_at = $1 WHERE state = 'held'");
const DUE: Sql = Sql::same(
    "SELECT * FROM sms WHERE state IN ('queued','sending') AND next_at <= $1 AND medium = $3 ORDER BY next_at, id LIMIT $2",
);
// Two processes may see the same row as due; only the first finds it so when it writes.
const CLAIM: Sql = Sql::same(
    "UPDATE sms SET state = 'sending', next_at = $2 WHERE id = $1 AND state IN ('queued','sending') AND next_at <= $3",
);
const SETTLE: Sql = Sql::same(
    "UPDATE sms SET state = $2, tries = $3, next_at = $4, error = $5, sent_at = $6, done_at = $7
     WHERE id = $1 AND state IN ('queued','sending')",
);
const REROUTE: Sql = Sql::same(
    "UPDATE sms SET medium = $2, phone_enc = $3, phone_idx = $4, text_enc = $5, same_key = $6, state = 'queued', tries = 0,
        next_at = $7, error = $8 WHERE id = $1 AND state IN ('queued','sending')",
);
const REPORTED: Sql =
    Sql::same("UPDATE sms SET state = $2, error = $3, done_at = $4 WHERE id = $1 AND state IN ('sending','sent')");
const SAME: Sql = Sql::same(
    "SELECT COUNT(*) FROM sms WHERE same_key = $1 AND id <> $2 AND created_at >= $3
     AND state IN ('sending','sent','delivered')",
);
const PART: Sql = Sql::same(
    "INSERT INTO sms_part (ref, sms_id, good, error, at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (ref) DO UPDATE SET sms_id = COALESCE(excluded.sms_id, sms_part.sms_id),
        good = COALESCE(excluded.good, sms_part.good), error = COALESCE(excluded.error, sms_part.error)",
);
const PART_OWNER: Sql = Sql::same("SELECT sms_id FROM sms_part WHERE ref = $1");
const PARTS: Sql = Sql::same("SELECT good, error FROM sms_part WHERE sms_id = $1 ORDER BY ref");
const FORGET_PARTS: Sql = Sql::same("DELETE FROM sms_part WHERE sms_id = $1");
const PURGE_PARTS: Sql = Sql::same("DELETE FROM sms_part WHERE at < $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    let mut all = vec![
        ("sms.queued", QUEUED),
        ("sms.of_order", OF_ORDER),
        ("sms.one", ONE),
        ("sms.release", RELEASE),
        ("sms.due", DUE),
        ("sms.claim", CLAIM),
        ("sms.settle", SETTLE),
        ("sms.reroute", REROUTE),
        ("sms.reported", REPORTED),
        ("sms.same", SAME),
        ("sms.part", PART),
        ("sms.part_owner", PART_OWNER),
        ("sms.parts", PARTS),
        ("sms.forget_parts", FORGET_PARTS),
        ("sms.purge_parts", PURGE_PARTS),
    ];
    all.extend(log::statements());
    all.extend(inbound::statements());
    all.extend(desk::statements());
    all.extend(mail::statements());
    all
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    pub id: NoticeId,
    /// `T01`…`T34`.
    pub template: String,
    /// Of the template's text; 0 is the shipped one.
    pub version: i64,
    pub medium: Medium,
    /// Number or address.
    pub to: String,
    /// Of a mail.
    pub subject: Option<String>,
    pub text: String,
    pub order: Option<OrderId>,
    /// Whom of the staff it is for; `None`: a citizen.
    pub user: Option<UserId>,
    pub state: SmsState,
    /// Failures that count.
    pub tries: i64,
    /// Not before; while it is being sent, until when its sender has it.
    pub next_at: Ts,
    pub error: Option<String>,
    pub created_at: Ts,
    pub sent_at: Option<Ts>,
    pub done_at: Option<Ts>,
    /// Sent even though the same was sent before: somebody asked for it.
    pub again: bool,
}

impl Sms {
    /// A new one, waiting for its turn.
    #[must_use]
    pub fn new(id: NoticeId, template: &str, to: &str, text: String, now: Ts) -> Self {
        Self {
            id,
            template: template.to_owned(),
            version: 0,
            medium: Medium::Sms,
            to: to.to_owned(),
            subject: None,
            text,
            order: None,
            user: None,
            state: SmsState::Queued,
            tries: 0,
            next_at: now,
            error: None,
            created_at: now,
            sent_at: None,
            done_at: None,
            again: false,
        }
    }

    /// What must be equal for two messages to be the same; codes and messages about no order never are.
    fn same_key(&self, vault: &Vault) -> Option<String> {
        let order = self.order.filter(|_| !self.again)?;
        Some(vault.blind_hex("sms_same", &format!("{order}\n{}\n{}\n{}", self.template, self.to, self.text)))
    }
}

#[derive(FromRow)]
pub(crate) struct SmsRow {
    id: NoticeId,
    template: String,
    version: i64,
    phone_enc: Vec<u8>,
    text_enc: Vec<u8>,
    same_key: Option<String>,
    order_id: Option<OrderId>,
    state: String,
    tries: i64,
    next_at: Ts,
    error: Option<String>,
    created_at: Ts,
    sent_at: Option<Ts>,
    done_at: Option<Ts>,
    medium: String,
    subject_enc: Option<Vec<u8>>,
    user_id: Option<UserId>,
}

impl SmsRow {
    pub(crate) fn open(self, vault: &Vault) -> Result<Sms> {
        Ok(Sms {
            to: vault.open(TABLE, self.id, "phone_enc", &self.phone_enc)?,
            subject: vault.open_opt(TABLE, self.id, "subject_enc", self.subject_enc.as_deref())?,
            medium: At { table: TABLE, row: &self.id }.code("medium", &self.medium)?,
            user: self.user_id,
            text: vault.open(TABLE, self.id, "text_enc", &self.text_enc)?,
            state: At { table: TABLE, row: &self.id }.code("state", &self.state)?,
            id: self.id,
            template: self.template,
            version: self.version,
            again: self.same_key.is_none() && self.order_id.is_some(),
            order: self.order_id,
            tries: self.tries,
            next_at: self.next_at,
            error: self.error,
            created_at: self.created_at,
            sent_at: self.sent_at,
            done_at: self.done_at,
        })
    }
}

/// Adds messages in one statement.
pub async fn insert_sms(tx: &mut Tx, vault: &Vault, messages: &[Sms]) -> Result<()> {
    let rows = messages.iter().map(|m| {
        boxes![
            m.id,
            m.template.clone(),
            m.version,
            vault.seal(TABLE, m.id, "phone_enc", &m.to),
            (m.medium == Medium::Sms).then(|| vault.phone_idx(&m.to)),
            vault.seal(TABLE, m.id, "text_enc", &m.text),
            m.same_key(vault),
            m.order,
            m.state.code(),
            m.tries,
            m.next_at,
            m.error.clone(),
            m.created_at,
            m.sent_at,
            m.done_at,
            m.medium.code(),
            vault.seal_opt(TABLE, m.id, "subject_enc", m.subject.as_deref()),
            m.user
        ]
    });
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), "").await?;
    Ok(())
}

fn opened(rows: Vec<SmsRow>, vault: &Vault) -> Result<Vec<Sms>> {
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Messages to send, oldest first.
pub async fn list_queued<'a>(via: impl Into<Via<'a>>, vault: &Vault, limit: u32) -> Result<Vec<Sms>> {
    opened(via.into().all(&QUEUED, &[&i64::from(limit)]).await?, vault)
}

/// The messages about an order.
pub async fn list_of_order<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Vec<Sms>> {
    opened(via.into().all(&OF_ORDER, &[&order]).await?, vault)
}

pub async fn load<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: NoticeId) -> Result<Option<Sms>> {
    via.into().one::<SmsRow>(&ONE, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// The hour has come: everything held may go. Returns how many.
pub async fn release_held(tx: &mut Tx, now: Ts) -> Result<u64> {
    Ok(tx.run(&RELEASE, &[&now]).await?)
}

/// Messages whose turn has come: waiting ones, and those whose sender was not heard of since.
pub async fn due<'a>(via: impl Into<Via<'a>>, vault: &Vault, medium: Medium, now: Ts, limit: i64) -> Result<Vec<Sms>> {
    opened(via.into().all(&DUE, &[&now, &limit, &medium.code()]).await?, vault)
}

/// Takes one until a moment; `false` when somebody else did.
pub async fn claim(tx: &mut Tx, id: NoticeId, until: Ts, now: Ts) -> Result<bool> {
    Ok(tx.run(&CLAIM, &[&id, &until, &now]).await? == 1)
}

/// Writes down what came of it, as the message now says; `false` when it is no longer under way.
pub async fn settle(tx: &mut Tx, m: &Sms) -> Result<bool> {
    let args: [&dyn db::Bind; 7] = [&m.id, &m.state.code(), &m.tries, &m.next_at, &m.error, &m.sent_at, &m.done_at];
    Ok(tx.run(&SETTLE, &args).await? == 1)
}

/// The carrier told what became of it; `false` when that was known.
/// The message goes another way: medium, receiver and text as it now says.
pub async fn reroute(tx: &mut Tx, vault: &Vault, m: &Sms) -> Result<bool> {
    let idx = (m.medium == Medium::Sms).then(|| vault.phone_idx(&m.to));
    let (to, text) = (vault.seal(TABLE, m.id, "phone_enc", &m.to), vault.seal(TABLE, m.id, "text_enc", &m.text));
    let args: [&dyn db::Bind; 8] =
        [&m.id, &m.medium.code(), &to, &idx, &text, &m.same_key(vault), &m.next_at, &m.error];
    Ok(tx.run(&REROUTE, &args).await? == 1)
}

pub async fn reported(tx: &mut Tx, id: NoticeId, state: SmsState, error: Option<&str>, now: Ts) -> Result<bool> {
    Ok(tx.run(&REPORTED, &[&id, &state.code(), &error.map(str::to_owned), &now]).await? == 1)
}

/// Whether the very same was sent, or is being sent, since a moment.
pub async fn same_sent<'a>(via: impl Into<Via<'a>>, vault: &Vault, m: &Sms, since: Ts) -> Result<bool> {
    let Some(key) = m.same_key(vault) else { return Ok(false) };
    Ok(via.into().scalar::<i64>(&SAME, &[&key, &m.id, &since]).await? > 0)
}

/// Whose part a number is, or what was reported of it; each may come first.
pub async fn put_part(
    tx: &mut Tx,
    reference: &str,
    sms: Option<NoticeId>,
    report: Option<(bool, Option<&str>)>,
    now: Ts,
) -> Result<()> {
    let (good, error) = (report.map(|r| r.0), report.and_then(|r| r.1).map(str::to_owned));
    tx.run(&PART, &[&reference, &sms, &good, &error, &now]).await?;
    Ok(())
}

/// The message a part belongs to, when that is known.
pub async fn part_owner(tx: &mut Tx, reference: &str) -> Result<Option<NoticeId>> {
    let row: Option<(Option<Uuid>,)> = tx.one(&PART_OWNER, &[&reference]).await?;
    Ok(row.and_then(|(id,)| id).map(NoticeId))
}

/// What was reported of each part: good, bad with reason, nothing yet.
pub async fn parts(tx: &mut Tx, sms: NoticeId) -> Result<Vec<(Option<bool>, Option<String>)>> {
    Ok(tx.all(&PARTS, &[&sms]).await?)
}

/// A further try has other parts.
pub async fn forget_parts(tx: &mut Tx, sms: NoticeId) -> Result<()> {
    tx.run(&FORGET_PARTS, &[&sms]).await?;
    Ok(())
}

/// Forgets numbers given before a moment.
pub async fn purge_parts(tx: &mut Tx, before: Ts) -> Result<u64> {
    Ok(tx.run(&PURGE_PARTS, &[&before]).await?)
}
