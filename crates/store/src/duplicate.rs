//! Candidates for the duplicate check (判重): orders worth comparing, found by index; the rule scores them.

use db::{Built, Dialect, Sql};
use domain::duplicate::Lexicon;
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
    /// Telling words of the text, at most [`WORDS`] of them: orders that hold the weightiest share of them are candidates.
    pub words: Vec<Word>,
    /// The order itself, when it exists already.
    pub not: Option<OrderId>,
}

/// A word to look for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Word {
    pub text: String,
    pub weight: f64,
    /// Share of the recent orders that hold it, 0 to 1.
    pub share: f64,
}

impl Word {
    /// The telling words of a text.
    #[must_use]
    pub fn telling(lexicon: &Lexicon, text: &str) -> Vec<Self> {
        let told = lexicon.telling(text, WORDS).into_iter();
        told.map(|(text, weight)| Self { share: lexicon.share(&text), text, weight }).collect()
    }
}

/// Words looked for: each costs one look into the text index.
const WORDS: usize = 12;
/// SQLite: newest orders taken of each word. Its index lists the newest first, so more are not even read.
const OF_EACH: i64 = 200;
/// PostgreSQL: its index lists all orders of a word in no order, so the rarest words are listed, this many orders of them
/// in all …
const LISTED: f64 = 5_000.0;
/// … and of the others the rarest few are looked for in this many of the newest orders, one after the other; a little
/// more, so that the text of the statement changes seldom. Either takes 5 to 10 ms.
const NEWEST: i64 = 8_000;
const WALKED: usize = 4;
const STEP: i64 = 2_000;

/// `orders`: how many there are about, where the engine needs to know.
fn statement(store: &Store, p: &Probe, since: Ts, limit: i64, orders: i64) -> Option<Built> {
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
    let looks = match store.db.dialect() {
        Dialect::Lite => looks_lite(&mut w, &p.words),
        Dialect::Pg => looks_pg(&mut w, &p.words, orders),
    };
    if !looks.is_empty() {
        // Those that hold the weightiest share of the words.
        let looks = looks.join(" UNION ALL ");
        part(
            1,
            format!(
                "o.no IN (SELECT no FROM ({looks}) looked GROUP BY no ORDER BY SUM(weight) DESC, no DESC LIMIT {limit})"
            ),
        );
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

/// Numbers rise with time: of each word the newest matches, cut off in the index itself.
fn looks_lite(w: &mut Where, words: &[Word]) -> Vec<String> {
    let each = w.bind(OF_EACH);
    let look = |(n, word): (usize, &Word)| {
        let query = w.bind(text::all_of(std::slice::from_ref(&word.text), Dialect::Lite)?);
        let (weight, held) = (w.bind(word.weight), text::listed_numbers(Dialect::Lite).replace("{}", &query));
        Some(format!(
            "SELECT w{n}.rowid AS no, CAST({weight} AS DOUBLE PRECISION) AS weight
             FROM ({held} ORDER BY rowid DESC LIMIT {each}) w{n}"
        ))
    };
    words.iter().take(WORDS).enumerate().filter_map(look).collect()
}

/// Every order of the rare words, by the index; the newest orders for the others, in one walk.
fn looks_pg(w: &mut Where, words: &[Word], orders: i64) -> Vec<String> {
    let mut words: Vec<&Word> = words.iter().take(WORDS).collect();
    words.sort_by(|a, b| a.share.total_cmp(&b.share));
    let mut left = LISTED;
    let rare = words.iter().take_while(|word| {
        left -= word.share * orders as f64;
        left >= 0.0
    });
    let (rare, common) = words.split_at(rare.count());
    // Behind SELECT the text of a query is read once, not once a row.
    let holds =
        |w: &mut Where, query: String| format!("words @@ (SELECT CAST(CAST({} AS TEXT) AS TSQUERY))", w.bind(query));
    let one = |w: &mut Where, word: &Word| {
        let held = holds(w, text::all_of(std::slice::from_ref(&word.text), Dialect::Pg)?);
        Some((held, format!("CAST({} AS DOUBLE PRECISION)", w.bind(word.weight))))
    };
    let mut looks = Vec::new();
    for word in rare {
        let Some((held, weight)) = one(w, word) else { continue };
        looks.push(format!("SELECT rowid AS no, {weight} AS weight FROM order_text WHERE {held}"));
    }
    let texts: Vec<String> = common.iter().take(WALKED).map(|word| word.text.clone()).collect();
    if let Some(any) = text::any_of_pg(&texts) {
        let any = holds(w, any);
        let sum: Vec<String> = common
            .iter()
            .filter_map(|word| one(w, word))
            .map(|(held, weight)| format!("CASE WHEN {held} THEN {weight} ELSE 0 END"))
            .collect();
        // A number in the text, since behind a mark the planner would take it for a third of the table; COALESCE, since
        // the index would list every order that holds a common word.
        let from = ((orders - NEWEST) / STEP * STEP).max(0);
        let sum = sum.join(" + ");
        looks.push(format!(
            "SELECT rowid AS no, {sum} AS weight FROM order_text WHERE rowid > {from} AND COALESCE({any}, FALSE)"
        ));
    }
    looks
}

/// Orders since a moment that share a person, telling words, a place or a class with the probe: at most `limit` by each
/// of these and in all; the surest ground first, then the newest.
pub async fn candidates(store: &Store, probe: &Probe, since: Ts, limit: u32) -> Result<Vec<Order>> {
    let orders = match store.db.dialect() {
        Dialect::Pg if !probe.words.is_empty() => store.db.scalar(&text::LAST_NO, &[]).await?,
        _ => 0,
    };
    let Some(built) = statement(store, probe, since, i64::from(limit), orders) else { return Ok(Vec::new()) };
    let ids = store.db.all::<(OrderId,)>(&built.sql, &built.args()).await?;
    let ids: Vec<OrderId> = ids.into_iter().map(|(id,)| id).collect();
    load_orders(&store.db, &store.vault, &ids).await
}
