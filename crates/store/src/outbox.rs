//! The outbox (发件箱): what happened, for readers that come later: the event stream of the desk, exchange, SMS.
//!
//! `seq` grows, but on PostgreSQL a transaction that took its number earlier may commit later. A reader that follows
//! the box therefore asks again for a short tail ([`since`] with `tail_from`) and drops the numbers it has seen.

use db::{Json, Sql, Tx};
use kernel::Ts;
use serde_json::Value;

use crate::{
    error::Result,
    row::{boxes, insert_rows},
    via::Via,
};

const COLUMNS: &[&str] = &["topic", "audience_kind", "audience_id", "payload", "at"];
const SINCE: Sql = Sql::same(
    "SELECT seq, topic, audience_kind, audience_id, payload, at FROM outbox WHERE seq > $1 ORDER BY seq LIMIT $2",
);
const TAIL: Sql = Sql::same(
    "SELECT seq, topic, audience_kind, audience_id, payload, at FROM outbox WHERE seq <= $1 AND at >= $2 ORDER BY seq",
);
const LAST: Sql = Sql::same("SELECT COALESCE(MAX(seq), 0) FROM outbox");
const PURGE: Sql = Sql::same("DELETE FROM outbox WHERE at < $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("outbox.since", SINCE), ("outbox.tail", TAIL), ("outbox.last", LAST), ("outbox.purge", PURGE)]
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    All,
    Org(kernel::OrgId),
    User(kernel::UserId),
    /// Everyone of a role at the centre.
    Role(domain::authority::Role),
    /// Whoever may see the order.
    Order(kernel::OrderId),
}

impl Audience {
    fn parts(&self) -> (&'static str, String) {
        match self {
            Audience::All => ("all", String::new()),
            Audience::Org(id) => ("org", id.to_string()),
            Audience::User(id) => ("user", id.to_string()),
            Audience::Role(role) => ("role", role.code().to_owned()),
            Audience::Order(id) => ("order", id.to_string()),
        }
    }

    fn read(seq: i64, kind: &str, id: &str) -> Result<Self> {
        let at = crate::row::At { table: "outbox", row: &seq };
        Ok(match kind {
            "org" => Audience::Org(at.code("audience_id", id)?),
            "user" => Audience::User(at.code("audience_id", id)?),
            "role" => Audience::Role(at.code("audience_id", id)?),
            "order" => Audience::Order(at.code("audience_id", id)?),
            _ => Audience::All,
        })
    }
}

/// Something that happened. The payload is free of personal data.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `order.dispatched`, `notice`, `light.changed`…
    pub topic: String,
    pub audience: Audience,
    pub payload: Value,
    pub at: Ts,
}

/// An event with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbered {
    pub seq: i64,
    pub event: Event,
}

/// Adds events in one statement.
pub async fn push(tx: &mut Tx, events: &[Event]) -> Result<()> {
    let rows = events.iter().map(|e| {
        let (kind, id) = e.audience.parts();
        boxes![e.topic.clone(), kind, id, Json(e.payload.clone()), e.at]
    });
    insert_rows(tx, "outbox", COLUMNS, rows.collect(), "").await?;
    Ok(())
}

type Row = (i64, String, String, String, Json<Value>, Ts);

/// Events after number `seq`, oldest first; before them those up to `seq` that are no older than `tail_from`, where a
/// late commit may have appeared.
pub async fn since<'a>(via: impl Into<Via<'a>>, seq: i64, tail_from: Option<Ts>, limit: u32) -> Result<Vec<Numbered>> {
    let mut via = via.into();
    let mut rows: Vec<Row> = match tail_from {
        Some(from) => via.all(&TAIL, &[&seq, &from]).await?,
        None => Vec::new(),
    };
    rows.extend(via.all::<Row>(&SINCE, &[&seq, &i64::from(limit)]).await?);
    rows.into_iter()
        .map(|(seq, topic, kind, id, payload, at)| {
            let audience = Audience::read(seq, &kind, &id)?;
            Ok(Numbered { seq, event: Event { topic, audience, payload: payload.0, at } })
        })
        .collect()
}

/// The newest number; 0 for an empty box.
pub async fn last_seq<'a>(via: impl Into<Via<'a>>) -> Result<i64> {
    Ok(via.into().scalar(&LAST, &[]).await?)
}

/// Removes events older than `before`; returns how many.
pub async fn purge(tx: &mut Tx, before: Ts) -> Result<u64> {
    Ok(tx.run(&PURGE, &[&before]).await?)
}
