//! 同步: what is published to which partner, and what partners published to us.

use db::{FromRow, Json, Sql, Tx};
use domain::partner::share::{ProposalState, Topic};
use kernel::{ArticleId, Ts, UserId, Uuid};
use serde_json::Value;

use crate::{error::Result, row::At, via::Via};

const SHARES: Sql = Sql::same("SELECT * FROM partner_share ORDER BY partner_id, topic");
const SHARE_ADD: Sql = Sql::same(
    "INSERT INTO partner_share (partner_id, topic, ver, digest, cursor_at, told_at, chosen_at)
     VALUES ($1, $2, 0, '', 0, NULL, $3) ON CONFLICT DO NOTHING",
);
const SHARE_END: Sql = Sql::same("DELETE FROM partner_share WHERE partner_id = $1 AND topic = $2");
const SHARE_TOLD: Sql = Sql::same(
    "UPDATE partner_share SET ver = $3, digest = $4, cursor_at = $5, told_at = $6
     WHERE partner_id = $1 AND topic = $2 AND ver = $7 AND cursor_at = $8",
);
const SHARE_AGAIN: Sql =
    Sql::same("UPDATE partner_share SET digest = '', cursor_at = 0 WHERE partner_id = $1 AND topic = $2");
const ADD: Sql = Sql::same(
    "INSERT INTO partner_proposal (id, partner_id, topic, subject, ver, body, state, at, opinion, article_id, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
);
const OVERTAKE: Sql = Sql::same(
    "UPDATE partner_proposal SET state = 'overtaken', decided_at = $4
     WHERE partner_id = $1 AND topic = $2 AND subject = $3 AND state = 'open'",
);
const LATEST: Sql = Sql::same(
    "SELECT COALESCE(MAX(ver), 0) FROM partner_proposal WHERE partner_id = $1 AND topic = $2 AND subject = $3",
);
const LOAD: Sql = Sql::same("SELECT * FROM partner_proposal WHERE id = $1");
const OPEN: Sql =
    Sql::same("SELECT * FROM partner_proposal WHERE topic = $1 AND state = 'open' ORDER BY at DESC, id LIMIT 200");
const DONE: Sql = Sql::same(
    "SELECT * FROM partner_proposal WHERE topic = $1 AND state <> 'open' ORDER BY decided_at DESC, id LIMIT 50",
);
const TAKEN: Sql = Sql::same(
    "SELECT * FROM partner_proposal WHERE partner_id = $1 AND topic = $2 AND subject = $3 AND state = 'taken'
     ORDER BY ver DESC LIMIT 1",
);
const OPEN_N: Sql =
    Sql::same("SELECT COUNT(*) FROM partner_proposal WHERE partner_id = $1 AND topic = $2 AND state = 'open'");
const DECIDE: Sql = Sql::same(
    "UPDATE partner_proposal SET state = $2, decided_at = $3, decided_by = $4, opinion = $5, article_id = $6
     WHERE id = $1 AND state = 'open'",
);
const ORIGIN: Sql =
    Sql::same("SELECT * FROM partner_proposal WHERE article_id = $1 AND state = 'taken' ORDER BY ver DESC LIMIT 1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("partner_share.list", SHARES),
        ("partner_share.add", SHARE_ADD),
        ("partner_share.end", SHARE_END),
        ("partner_share.told", SHARE_TOLD),
        ("partner_share.again", SHARE_AGAIN),
        ("partner_proposal.add", ADD),
        ("partner_proposal.overtake", OVERTAKE),
        ("partner_proposal.latest", LATEST),
        ("partner_proposal.load", LOAD),
        ("partner_proposal.open", OPEN),
        ("partner_proposal.done", DONE),
        ("partner_proposal.taken", TAKEN),
        ("partner_proposal.open_n", OPEN_N),
        ("partner_proposal.decide", DECIDE),
        ("partner_proposal.origin", ORIGIN),
    ]
}

/// One topic published to one partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub partner_id: Uuid,
    pub topic: Topic,
    /// Last told; 0 before the first.
    pub ver: i64,
    /// Of what was last told.
    pub digest: String,
    /// Of articles: up to which change they were told.
    pub cursor_at: Ts,
    pub told_at: Option<Ts>,
    pub chosen_at: Ts,
}

#[derive(FromRow)]
struct ShareRow {
    partner_id: Uuid,
    topic: String,
    ver: i64,
    digest: String,
    cursor_at: Ts,
    told_at: Option<Ts>,
    chosen_at: Ts,
}

/// Everything that is published to anybody.
pub async fn list_shares<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Share>> {
    let rows: Vec<ShareRow> = via.into().all(&SHARES, &[]).await?;
    let open = |r: ShareRow| {
        let topic = At { table: "partner_share", row: &r.partner_id }.code("topic", &r.topic)?;
        Ok(Share {
            partner_id: r.partner_id,
            topic,
            ver: r.ver,
            digest: r.digest,
            cursor_at: r.cursor_at,
            told_at: r.told_at,
            chosen_at: r.chosen_at,
        })
    };
    rows.into_iter().map(open).collect()
}

/// Chooses a topic for a partner; `false` when it was chosen before.
pub async fn add_share(tx: &mut Tx, partner: Uuid, topic: Topic, now: Ts) -> Result<bool> {
    Ok(tx.run(&SHARE_ADD, &[&partner, &topic.code(), &now]).await? == 1)
}

pub async fn end_share(tx: &mut Tx, partner: Uuid, topic: Topic) -> Result<bool> {
    Ok(tx.run(&SHARE_END, &[&partner, &topic.code()]).await? == 1)
}

/// Notes what was told, if nobody else did meanwhile.
pub async fn told_share(tx: &mut Tx, before: &Share, after: &Share) -> Result<bool> {
    let binds: [&dyn db::Bind; 8] = [
        &before.partner_id,
        &before.topic.code(),
        &after.ver,
        &after.digest,
        &after.cursor_at,
        &after.told_at,
        &before.ver,
        &before.cursor_at,
    ];
    Ok(tx.run(&SHARE_TOLD, &binds).await? == 1)
}

/// Begins a topic anew, as if nothing of it had been told; `false` when it is not chosen.
pub async fn restart_share(tx: &mut Tx, partner: Uuid, topic: Topic) -> Result<bool> {
    Ok(tx.run(&SHARE_AGAIN, &[&partner, &topic.code()]).await? == 1)
}

/// What a partner published.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub id: Uuid,
    pub partner_id: Uuid,
    pub topic: Topic,
    /// Of an article its number there; else empty.
    pub subject: String,
    pub ver: i64,
    pub body: Value,
    pub state: ProposalState,
    pub at: Ts,
    pub decided_at: Option<Ts>,
    pub decided_by: Option<UserId>,
    pub opinion: Option<String>,
    /// The article it became.
    pub article_id: Option<ArticleId>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    partner_id: Uuid,
    topic: String,
    subject: String,
    ver: i64,
    body: Json<Value>,
    state: String,
    at: Ts,
    decided_at: Option<Ts>,
    decided_by: Option<UserId>,
    opinion: Option<String>,
    article_id: Option<ArticleId>,
}

impl Row {
    fn open(self) -> Result<Proposal> {
        let at = At { table: "partner_proposal", row: &self.id };
        Ok(Proposal {
            topic: at.code("topic", &self.topic)?,
            state: at.code("state", &self.state)?,
            id: self.id,
            partner_id: self.partner_id,
            subject: self.subject,
            ver: self.ver,
            body: self.body.0,
            at: self.at,
            decided_at: self.decided_at,
            decided_by: self.decided_by,
            opinion: self.opinion,
            article_id: self.article_id,
        })
    }
}

/// `false` when this version is there already.
pub async fn add_proposal(tx: &mut Tx, p: &Proposal) -> Result<bool> {
    tx.run(&OVERTAKE, &[&p.partner_id, &p.topic.code(), &p.subject, &p.at]).await?;
    let body = Json(p.body.clone());
    let binds: [&dyn db::Bind; 11] = [
        &p.id,
        &p.partner_id,
        &p.topic.code(),
        &p.subject,
        &p.ver,
        &body,
        &p.state.code(),
        &p.at,
        &p.opinion,
        &p.article_id,
        &p.decided_at,
    ];
    Ok(tx.run(&ADD, &binds).await? == 1)
}

/// The latest version a partner told of a subject; 0 before the first.
pub async fn latest_proposal<'a>(via: impl Into<Via<'a>>, partner: Uuid, topic: Topic, subject: &str) -> Result<i64> {
    let row: Option<(i64,)> = via.into().one(&LATEST, &[&partner, &topic.code(), &subject]).await?;
    Ok(row.map_or(0, |(ver,)| ver))
}

/// How many of a partner's proposals of a topic wait.
pub async fn open_proposals<'a>(via: impl Into<Via<'a>>, partner: Uuid, topic: Topic) -> Result<i64> {
    Ok(via.into().scalar(&OPEN_N, &[&partner, &topic.code()]).await?)
}

pub async fn load_proposal<'a>(via: impl Into<Via<'a>>, id: Uuid) -> Result<Option<Proposal>> {
    via.into().one::<Row>(&LOAD, &[&id]).await?.map(Row::open).transpose()
}

/// Of a topic: what waits, or what was decided lately.
pub async fn list_proposals<'a>(via: impl Into<Via<'a>>, topic: Topic, open: bool) -> Result<Vec<Proposal>> {
    let sql = if open { &OPEN } else { &DONE };
    let rows: Vec<Row> = via.into().all(sql, &[&topic.code()]).await?;
    rows.into_iter().map(Row::open).collect()
}

/// The version of a subject that was taken last.
pub async fn taken_proposal<'a>(
    via: impl Into<Via<'a>>,
    partner: Uuid,
    topic: Topic,
    subject: &str,
) -> Result<Option<Proposal>> {
    via.into().one::<Row>(&TAKEN, &[&partner, &topic.code(), &subject]).await?.map(Row::open).transpose()
}

/// `false` when it waits no more.
pub async fn decide_proposal(tx: &mut Tx, p: &Proposal) -> Result<bool> {
    let binds: [&dyn db::Bind; 6] = [&p.id, &p.state.code(), &p.decided_at, &p.decided_by, &p.opinion, &p.article_id];
    Ok(tx.run(&DECIDE, &binds).await? == 1)
}

/// Where an article came from: the version of it taken last.
pub async fn origin_of<'a>(via: impl Into<Via<'a>>, article: ArticleId) -> Result<Option<Proposal>> {
    via.into().one::<Row>(&ORIGIN, &[&article]).await?.map(Row::open).transpose()
}
