//! 平台对接: partners, the matters between them and us, and every message.

mod message;
mod share;

use db::{FromRow, Json, Sql, Tx};
use domain::partner::{ExtState, LinkState, PartnerKind, Progress};
use kernel::{OrderId, Ts, UserId, Uuid};

pub use message::{
    Heard, MessageLine, Number, Outgoing, Say, Settled, Untaken, call_back, due_messages, forget_bodies, heard,
    heard_before, messages_of, number, queued, recent_messages, say, say_again, settle_message, untaken,
};

pub use share::{
    Proposal, Share, add_proposal, add_share, decide_proposal, end_share, latest_proposal, list_proposals, list_shares,
    load_proposal, open_proposals, origin_of, restart_share, taken_proposal, told_share,
};

use crate::{error::Result, row::At, vault::Vault, via::Via};

const TABLE: &str = "partner";
const ADD: Sql = Sql::same(
    "INSERT INTO partner (id, code, name, kind, sends, receives, url, their_key, our_key, our_key_enc, created_at,
        created_by, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1) ON CONFLICT DO NOTHING",
);
const SAVE: Sql = Sql::same(
    "UPDATE partner SET name = $3, sends = $4, receives = $5, url = $6, their_key = $7, version = version + 1
     WHERE id = $1 AND version = $2 AND stopped_at IS NULL",
);
const STOP: Sql = Sql::same("UPDATE partner SET stopped_at = $2 WHERE id = $1 AND stopped_at IS NULL");
const LIST: Sql = Sql::same("SELECT * FROM partner ORDER BY stopped_at IS NOT NULL, created_at, id LIMIT 200");
const LOAD: Sql = Sql::same("SELECT * FROM partner WHERE id = $1");
const BY_CODE: Sql = Sql::same("SELECT * FROM partner WHERE code = $1 AND stopped_at IS NULL");
const OUT: Sql = Sql::same("UPDATE partner SET out_at = $2, out_error = $3 WHERE id = $1");
const IN: Sql = Sql::same("UPDATE partner SET in_at = $2, in_error = $3 WHERE id = $1");
const LINK_ADD: Sql = Sql::same(
    "INSERT INTO partner_link (id, partner_id, order_id, direction, their_no, state, reason, told, seen, said, due_at, warned,
        inform, by_id, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, $10, FALSE, $11, $12, $13, $13)",
);
const LINK_SAVE: Sql = Sql::same(
    "UPDATE partner_link SET their_no = $2, state = $3, reason = $4, reply_enc = $5, told = $6, seen = $7,
        updated_at = $8, ext_state = $9, ext_until = $10, said = $11, progress = $12 WHERE id = $1",
);
const LINK: Sql = Sql::same("SELECT * FROM partner_link WHERE id = $1");
const LINK_FOR_CHANGE: Sql =
    Sql::split("SELECT * FROM partner_link WHERE id = $1", "SELECT * FROM partner_link WHERE id = $1 FOR UPDATE");
const LINKS_OF: Sql = Sql::same("SELECT * FROM partner_link WHERE order_id = $1 ORDER BY created_at, id");
const ANSWERED: Sql = Sql::same(
    "SELECT l.* FROM partner_link l JOIN orders o ON o.id = l.order_id LEFT JOIN orders r ON r.id = o.merged_into
     WHERE l.direction = 'in' AND l.state IN ('waiting','accepted','replied')
        AND o.version + COALESCE(r.version, 0) <> l.told
     ORDER BY l.updated_at, l.id LIMIT $1",
);
const LATE: Sql = Sql::same(
    "SELECT * FROM partner_link WHERE direction = 'out' AND state = 'waiting' AND due_at <= $1 AND NOT warned
     ORDER BY due_at, id LIMIT 100",
);
const WARNED: Sql = Sql::same("UPDATE partner_link SET warned = TRUE WHERE id = $1");
const THREATS: Sql = Sql::same(
    "SELECT o.id FROM orders o WHERE o.flag_threat AND o.registered_at >= $1
        AND NOT EXISTS (SELECT 1 FROM partner_link l WHERE l.order_id = o.id AND l.partner_id = $2)
     ORDER BY o.registered_at LIMIT 20",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    let own = vec![
        ("partner.add", ADD),
        ("partner.save", SAVE),
        ("partner.stop", STOP),
        ("partner.list", LIST),
        ("partner.load", LOAD),
        ("partner.by_code", BY_CODE),
        ("partner.out", OUT),
        ("partner.in", IN),
        ("partner_link.add", LINK_ADD),
        ("partner_link.save", LINK_SAVE),
        ("partner_link.load", LINK),
        ("partner_link.load_for_change", LINK_FOR_CHANGE),
        ("partner_link.of_order", LINKS_OF),
        ("partner_link.answered", ANSWERED),
        ("partner_link.late", LATE),
        ("partner_link.warned", WARNED),
        ("partner.threats", THREATS),
    ];
    own.into_iter().chain(message::statements()).chain(share::statements()).collect()
}

/// A platform orders go to and come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    pub id: Uuid,
    /// As it calls itself in messages.
    pub code: String,
    pub name: String,
    pub kind: PartnerKind,
    /// We send there.
    pub sends: bool,
    /// It sends to us.
    pub receives: bool,
    pub url: String,
    /// Its public key, hexadecimal; empty until it told us.
    pub their_key: String,
    /// Our public key for it.
    pub our_key: String,
    /// Our private key for it.
    pub our_secret: String,
    pub created_at: Ts,
    pub created_by: UserId,
    pub stopped_at: Option<Ts>,
    pub version: i64,
    pub out_at: Option<Ts>,
    pub out_error: Option<String>,
    pub in_at: Option<Ts>,
    pub in_error: Option<String>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    code: String,
    name: String,
    kind: String,
    sends: bool,
    receives: bool,
    url: String,
    their_key: String,
    our_key: String,
    our_key_enc: Vec<u8>,
    created_at: Ts,
    created_by: UserId,
    stopped_at: Option<Ts>,
    version: i64,
    out_at: Option<Ts>,
    out_error: Option<String>,
    in_at: Option<Ts>,
    in_error: Option<String>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Partner> {
        let at = At { table: TABLE, row: &self.id };
        Ok(Partner {
            kind: at.code("kind", &self.kind)?,
            our_secret: vault.open(TABLE, self.id, "our_key_enc", &self.our_key_enc)?,
            id: self.id,
            code: self.code,
            name: self.name,
            sends: self.sends,
            receives: self.receives,
            url: self.url,
            their_key: self.their_key,
            our_key: self.our_key,
            created_at: self.created_at,
            created_by: self.created_by,
            stopped_at: self.stopped_at,
            version: self.version,
            out_at: self.out_at,
            out_error: self.out_error,
            in_at: self.in_at,
            in_error: self.in_error,
        })
    }
}

/// `false` when a partner with this code is there.
pub async fn add_partner(tx: &mut Tx, vault: &Vault, p: &Partner) -> Result<bool> {
    let sealed = vault.seal(TABLE, p.id, "our_key_enc", &p.our_secret);
    let binds: [&dyn db::Bind; 12] = [
        &p.id,
        &p.code,
        &p.name,
        &p.kind.code(),
        &p.sends,
        &p.receives,
        &p.url,
        &p.their_key,
        &p.our_key,
        &sealed,
        &p.created_at,
        &p.created_by,
    ];
    Ok(tx.run(&ADD, &binds).await? == 1)
}

/// Writes what may be changed, if the version is still the one read.
pub async fn save_partner(tx: &mut Tx, p: &Partner) -> Result<bool> {
    let binds: [&dyn db::Bind; 7] = [&p.id, &p.version, &p.name, &p.sends, &p.receives, &p.url, &p.their_key];
    Ok(tx.run(&SAVE, &binds).await? == 1)
}

/// `false` when it was stopped before.
pub async fn stop_partner(tx: &mut Tx, id: Uuid, now: Ts) -> Result<bool> {
    Ok(tx.run(&STOP, &[&id, &now]).await? == 1)
}

/// Those in use first.
pub async fn list_partners<'a>(via: impl Into<Via<'a>>, vault: &Vault) -> Result<Vec<Partner>> {
    let rows: Vec<Row> = via.into().all(&LIST, &[]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

pub async fn load_partner<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: Uuid) -> Result<Option<Partner>> {
    via.into().one::<Row>(&LOAD, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// The one in use with this code.
pub async fn partner_by_code<'a>(via: impl Into<Via<'a>>, vault: &Vault, code: &str) -> Result<Option<Partner>> {
    via.into().one::<Row>(&BY_CODE, &[&code]).await?.map(|r| r.open(vault)).transpose()
}

/// What came of the last call to it.
pub async fn note_out(tx: &mut Tx, id: Uuid, now: Ts, error: Option<&str>) -> Result<()> {
    tx.run(&OUT, &[&id, &now, &error.map(str::to_owned)]).await?;
    Ok(())
}

/// What came of its last call to us.
pub async fn note_in(tx: &mut Tx, id: Uuid, now: Ts, error: Option<&str>) -> Result<()> {
    tx.run(&IN, &[&id, &now, &error.map(str::to_owned)]).await?;
    Ok(())
}

/// One matter between a partner and us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: Uuid,
    pub partner_id: Uuid,
    pub order_id: OrderId,
    /// We sent it; else it came from there.
    pub out: bool,
    /// Number of the matter there.
    pub their_no: Option<String>,
    pub state: LinkState,
    /// Why it was sent, or given back.
    pub reason: Option<String>,
    /// What they answered.
    pub reply: Option<String>,
    /// Version of our order last told; with that of the order it was merged into.
    pub told: i64,
    /// Answers given so far: the version of the next is one more.
    pub said: i64,
    /// Version of theirs last heard.
    pub seen: i64,
    /// Until when they should have taken it.
    pub due_at: Option<Ts>,
    pub warned: bool,
    /// Told for information: the order stays ours.
    pub inform: bool,
    /// 延期 asked for by whoever handles it.
    pub ext: Option<ExtState>,
    pub ext_until: Option<Ts>,
    /// 办理进展 as last told or heard.
    pub progress: Progress,
    pub by: Option<UserId>,
    pub created_at: Ts,
    pub updated_at: Ts,
}

#[derive(FromRow)]
struct LinkRow {
    id: Uuid,
    partner_id: Uuid,
    order_id: OrderId,
    direction: String,
    their_no: Option<String>,
    state: String,
    reason: Option<String>,
    reply_enc: Option<Vec<u8>>,
    told: i64,
    seen: i64,
    said: i64,
    due_at: Option<Ts>,
    warned: bool,
    inform: bool,
    ext_state: Option<String>,
    ext_until: Option<Ts>,
    progress: Option<Json<Progress>>,
    by_id: Option<UserId>,
    created_at: Ts,
    updated_at: Ts,
}

const LINKS: &str = "partner_link";

impl LinkRow {
    fn open(self, vault: &Vault) -> Result<Link> {
        let at = At { table: LINKS, row: &self.id };
        Ok(Link {
            state: at.code("state", &self.state)?,
            reply: vault.open_opt(LINKS, self.id, "reply_enc", self.reply_enc.as_deref())?,
            id: self.id,
            partner_id: self.partner_id,
            order_id: self.order_id,
            out: self.direction == "out",
            their_no: self.their_no,
            reason: self.reason,
            told: self.told,
            seen: self.seen,
            said: self.said,
            due_at: self.due_at,
            warned: self.warned,
            inform: self.inform,
            ext: self.ext_state.map(|s| at.code("ext_state", &s)).transpose()?,
            ext_until: self.ext_until,
            progress: self.progress.map(|p| p.0).unwrap_or_default(),
            by: self.by_id,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

const fn direction(out: bool) -> &'static str {
    if out { "out" } else { "in" }
}

pub async fn add_link(tx: &mut Tx, l: &Link) -> Result<()> {
    let binds: [&dyn db::Bind; 13] = [
        &l.id,
        &l.partner_id,
        &l.order_id,
        &direction(l.out),
        &l.their_no,
        &l.state.code(),
        &l.reason,
        &l.told,
        &l.seen,
        &l.due_at,
        &l.inform,
        &l.by,
        &l.created_at,
    ];
    tx.run(&LINK_ADD, &binds).await?;
    Ok(())
}

pub async fn save_link(tx: &mut Tx, vault: &Vault, l: &Link) -> Result<()> {
    let reply = vault.seal_opt(LINKS, l.id, "reply_enc", l.reply.as_deref());
    let progress = Json(l.progress.clone());
    let binds: [&dyn db::Bind; 12] = [
        &l.id,
        &l.their_no,
        &l.state.code(),
        &l.reason,
        &reply,
        &l.told,
        &l.seen,
        &l.updated_at,
        &l.ext.map(|e| e.code().to_owned()),
        &l.ext_until,
        &l.said,
        &progress,
    ];
    tx.run(&LINK_SAVE, &binds).await?;
    Ok(())
}

pub async fn load_link<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: Uuid) -> Result<Option<Link>> {
    via.into().one::<LinkRow>(&LINK, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// One matter, keeping other writers away until the transaction ends.
pub async fn load_link_for_change(tx: &mut Tx, vault: &Vault, id: Uuid) -> Result<Option<Link>> {
    tx.one::<LinkRow>(&LINK_FOR_CHANGE, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// An order's matters with other platforms, oldest first.
pub async fn links_of<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Vec<Link>> {
    let rows: Vec<LinkRow> = via.into().all(&LINKS_OF, &[&order]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Matters that came from elsewhere whose orders changed since it was told.
pub async fn links_to_answer<'a>(via: impl Into<Via<'a>>, vault: &Vault, limit: i64) -> Result<Vec<Link>> {
    let rows: Vec<LinkRow> = via.into().all(&ANSWERED, &[&limit]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Matters nobody took in time, of which nobody was told yet.
pub async fn late_links<'a>(via: impl Into<Via<'a>>, vault: &Vault, now: Ts) -> Result<Vec<Link>> {
    let rows: Vec<LinkRow> = via.into().all(&LATE, &[&now]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

pub async fn mark_warned(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.run(&WARNED, &[&id]).await?;
    Ok(())
}

/// Recent orders with a threat in them that a partner was not told of.
pub async fn untold_threats<'a>(via: impl Into<Via<'a>>, partner: Uuid, since: Ts) -> Result<Vec<OrderId>> {
    let rows: Vec<(OrderId,)> = via.into().all(&THREATS, &[&since, &partner]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
