//! Candidates for the duplicate check (判重): orders worth comparing, found by index; the rule scores them.

use db::{Built, Sql};
use domain::order::Order;
use kernel::{OrderId, Ts};

use crate::{
    Store,
    error::Result,
    order::load_orders,
    search::{Where, code_range},
    text,
};

const RECENT: Sql = Sql::same("SELECT title, content FROM orders WHERE state <> 'draft' ORDER BY no DESC LIMIT $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("duplicate.recent", RECENT)]
}

/// Titles and contents of the newest orders: from them it is learnt which words are common.
pub async fn recent_texts(db: &db::Db, limit: u32) -> Result<Vec<(String, String)>> {
    Ok(db.all(&RECENT, &[&i64::from(limit)]).await?)
}

/// What is known of the new matter; empty values find nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Probe {
    /// Caller's and contact number.
    pub phones: Vec<String>,
    pub id_no: Option<String>,
    /// 事发地址, as written.
    pub address: Option<String>,
    /// Exact category code, searched for within `region`.
    pub category: Option<String>,
    /// Region code prefix.
    pub region: String,
    /// Telling words of the text with their weights, at most [`WORDS`] of them: orders that hold the weightiest share of
    /// them are candidates.
    pub words: Vec<(String, f64)>,
    /// The order itself, when it exists already.
    pub not: Option<OrderId>,
}

/// Words looked for: each costs one look into the text index.
pub const WORDS: usize = 12;
/// Newest orders taken of each word: a word that more orders hold is not telling.
const OF_EACH: i64 = 200;

fn statement(store: &Store, p: &Probe, since: Ts, limit: i64) -> Option<Built> {
    let mut w = Where::default();
    let (since, limit) = (w.bind(since), w.bind(limit));
    let mut parts: Vec<String> = Vec::new();
    // Who shares a person or telling words comes before who merely shares a class of matter.
    let mut part = |rank: u8, condition: String| {
        let n = parts.len();
        parts.push(format!(
            "SELECT id, registered_at, {rank} AS rank FROM (
                SELECT o.id, o.registered_at FROM orders o WHERE {condition} AND o.registered_at >= {since}
                ORDER BY o.registered_at DESC LIMIT {limit}) c{n}"
        ));
    };
    let phones: Vec<Vec<u8>> = p.phones.iter().flat_map(|t| store.vault.phone_idx_all(t)).collect();
    if !phones.is_empty() {
        let list = w.list(phones);
        part(0, format!("o.phone_idx IN ({list})"));
        part(0, format!("o.contact_phone_idx IN ({list})"));
    }
    if let Some(id_no) = p.id_no.as_deref().filter(|t| !t.trim().is_empty()) {
        part(0, format!("o.id_idx IN ({})", w.list(store.vault.id_idx_all(id_no))));
    }
    if let Some(address) = p.address.as_deref().filter(|t| !t.trim().is_empty()) {
        part(1, format!("o.address_idx IN ({})", w.list(store.vault.address_idx_all(address))));
    }
    if let Some(category) = p.category.clone().filter(|c| !c.is_empty()) {
        let (from, to) = code_range(&p.region);
        let (category, from, to) = (w.bind(category), w.bind(from), w.bind(to));
        part(2, format!("o.category = {category} AND o.region BETWEEN {from} AND {to}"));
    }
    if let Some(found) = by_words(store, &mut w, p, &limit) {
        part(1, found);
    }
    if parts.is_empty() {
        return None;
    }
    let not = p.not.map(|id| format!("WHERE id <> {}", w.bind(id))).unwrap_or_default();
    let text = format!(
        "SELECT id FROM ({}) found {not}
         GROUP BY id ORDER BY MIN(rank), MAX(registered_at) DESC, id DESC LIMIT {limit}",
        parts.join(" UNION ALL ")
    );
    Some(w.finish(&text))
}

/// Orders that hold the weightiest share of the words. Numbers rise with time: of each word the newest matches, cut off
/// in the index itself.
fn by_words(store: &Store, w: &mut Where, p: &Probe, limit: &str) -> Option<String> {
    let dialect = store.db.dialect();
    let each = w.bind(OF_EACH);
    let mut looks = Vec::new();
    for (n, (word, weight)) in p.words.iter().take(WORDS).enumerate() {
        let Some(query) = text::all_of(std::slice::from_ref(word), dialect) else { continue };
        let (query, weight) = (w.bind(query), w.bind(*weight));
        let held = text::listed_numbers(dialect).replace("{}", &query);
        looks.push(format!(
            "SELECT w{n}.rowid AS no, CAST({weight} AS DOUBLE PRECISION) AS weight
             FROM ({held} ORDER BY rowid DESC LIMIT {each}) w{n}"
        ));
    }
    if looks.is_empty() {
        return None;
    }
    Some(format!(
        "o.no IN (SELECT no FROM ({}) looked GROUP BY no ORDER BY SUM(weight) DESC, no DESC LIMIT {limit})",
        looks.join(" UNION ALL ")
    ))
}

/// Orders since a moment that share a person, telling words, a place or a class with the probe: at most `limit` by each
/// of these and in all; the surest ground first, then the newest.
pub async fn candidates(store: &Store, probe: &Probe, since: Ts, limit: u32) -> Result<Vec<Order>> {
    let Some(built) = statement(store, probe, since, i64::from(limit)) else { return Ok(Vec::new()) };
    let ids = store.db.all::<(OrderId,)>(&built.sql, &built.args()).await?;
    let ids: Vec<OrderId> = ids.into_iter().map(|(id,)| id).collect();
    load_orders(&store.db, &store.vault, &ids).await
}
