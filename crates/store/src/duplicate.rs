//! Candidates for the duplicate check (判重): orders worth comparing, found by index; the rule scores them.

use db::{Built, Dialect, Sql};
use domain::order::Order;
use kernel::{OrderId, Ts};

use crate::{
    Store,
    error::Result,
    order::load_orders,
    search::{Where, code_range},
    text,
};

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![]
}

/// What is known of the new matter; empty values find nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Telling words of the text; orders that have all of the first [`WORDS`] tokens are candidates.
    pub tokens: Vec<String>,
    /// The order itself, when it exists already.
    pub not: Option<OrderId>,
}

/// Tokens that must all occur.
pub const WORDS: usize = 4;

fn statement(store: &Store, p: &Probe, since: Ts, limit: i64) -> Option<Built> {
    let mut w = Where::default();
    let (since, limit) = (w.bind(since), w.bind(limit));
    let mut parts: Vec<String> = Vec::new();
    let mut part = |condition: String| {
        let n = parts.len();
        parts.push(format!(
            "SELECT * FROM (SELECT o.id, o.registered_at FROM orders o WHERE {condition} AND o.registered_at >= {since}
             ORDER BY o.registered_at DESC LIMIT {limit}) c{n}"
        ));
    };
    let phones: Vec<Vec<u8>> = p.phones.iter().flat_map(|t| store.vault.phone_idx_all(t)).collect();
    if !phones.is_empty() {
        let list = w.list(phones);
        part(format!("o.phone_idx IN ({list})"));
        part(format!("o.contact_phone_idx IN ({list})"));
    }
    if let Some(id_no) = p.id_no.as_deref().filter(|t| !t.trim().is_empty()) {
        part(format!("o.id_idx IN ({})", w.list(store.vault.id_idx_all(id_no))));
    }
    if let Some(address) = p.address.as_deref().filter(|t| !t.trim().is_empty()) {
        part(format!("o.address_idx IN ({})", w.list(store.vault.address_idx_all(address))));
    }
    if let Some(category) = p.category.clone().filter(|c| !c.is_empty()) {
        let (from, to) = code_range(&p.region);
        let (category, from, to) = (w.bind(category), w.bind(from), w.bind(to));
        part(format!("o.category = {category} AND o.region BETWEEN {from} AND {to}"));
    }
    let words = &p.tokens[..p.tokens.len().min(WORDS)];
    if let Some(query) = text::all_of(words, store.db.dialect()) {
        let query = w.bind(query);
        // Numbers rise with time: the newest matches, cut off in the index itself.
        part(match store.db.dialect() {
            Dialect::Lite => format!(
                "o.no IN (SELECT rowid FROM order_text WHERE order_text MATCH {query} ORDER BY rowid DESC LIMIT {limit})"
            ),
            Dialect::Pg => text::listed(Dialect::Pg).replace("{}", &query),
        });
    }
    if parts.is_empty() {
        return None;
    }
    let not = p.not.map(|id| format!("WHERE id <> {}", w.bind(id))).unwrap_or_default();
    let text = format!(
        "SELECT id FROM ({}) found {not} ORDER BY registered_at DESC, id DESC LIMIT {limit}",
        parts.join(" UNION ")
    );
    Some(w.finish(&text))
}

/// Orders since a moment that share a person, a place or telling words with the probe: at most `limit` by each of
/// these and in all, newest first.
pub async fn candidates(store: &Store, probe: &Probe, since: Ts, limit: u32) -> Result<Vec<Order>> {
    let Some(built) = statement(store, probe, since, i64::from(limit)) else { return Ok(Vec::new()) };
    let ids = store.db.all::<(OrderId,)>(&built.sql, &built.args()).await?;
    let ids: Vec<OrderId> = ids.into_iter().map(|(id,)| id).collect();
    load_orders(&store.db, &store.vault, &ids).await
}
