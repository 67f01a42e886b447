//! The monitor's board (监察看板) and its list, within a scope.

use db::Sql;
use domain::{authority::ScopeFilter, monitor::Card};
use kernel::{Cursor, OrderId, OrgId, Page, Ts};
use sqlx::FromRow;

use super::CardRow;
use crate::{
    Store,
    error::Result,
    search::{OrderLine, Where, check, order_lines},
    via::Via,
};

/// Of the day before: new cards by level, and what is undone in each state.
const DIGEST: Sql = Sql::same(
    "SELECT org, COUNT(*) FILTER (WHERE raised_at >= $1 AND raised_at < $2 AND level = 'warning') AS warning,
            COUNT(*) FILTER (WHERE raised_at >= $1 AND raised_at < $2 AND level = 'yellow') AS yellow,
            COUNT(*) FILTER (WHERE raised_at >= $1 AND raised_at < $2 AND level = 'red') AS red,
            COUNT(*) FILTER (WHERE state = 'open') AS open,
            COUNT(*) FILTER (WHERE state = 'explained') AS explained,
            COUNT(*) FILTER (WHERE state = 'appealed') AS appealed
     FROM monitor_card WHERE state IN ('open', 'explained', 'appealed') OR (raised_at >= $1 AND raised_at < $2)
     GROUP BY org ORDER BY org",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("monitor.digest", DIGEST)]
}

/// Which cards; `None` and empty lists do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardFilter {
    pub levels: Vec<&'static str>,
    pub states: Vec<&'static str>,
    pub rule: Option<String>,
    pub orgs: Vec<OrgId>,
    pub since: Option<Ts>,
    /// Beginning of the case number.
    pub case_no: Option<String>,
}

/// A row: the card, how many people were told of it, and its order.
#[derive(Clone, Debug, PartialEq)]
pub struct CardLine {
    pub card: Card,
    pub told: i32,
    pub order: OrderLine,
}

const FROM: &str = "monitor_card m JOIN orders o ON o.id = m.order_id";

/// `false`: nothing can match.
fn restrict(w: &mut Where, f: &CardFilter, scope: &ScopeFilter) -> bool {
    w.any_of("m.level", f.levels.iter().copied());
    w.any_of("m.state", f.states.iter().copied());
    w.any_of("m.org", f.orgs.iter().copied());
    if let Some(rule) = f.rule.clone() {
        w.on("m.rule = {}", rule);
    }
    if let Some(since) = f.since {
        w.on("m.raised_at >= {}", since);
    }
    if let Some(no) = f.case_no.as_deref().filter(|t| !t.is_empty()) {
        let (from, to) = (w.bind(no.to_owned()), w.bind(format!("{no:9<30}")));
        w.raw(format!("o.case_no BETWEEN {from} AND {to}"));
    }
    check(w, scope)
}

#[derive(FromRow)]
struct Row {
    #[sqlx(flatten)]
    card: CardRow,
    told: i32,
}

/// A page, newest first; the cursor begins the following page.
pub async fn list(
    store: &Store,
    f: &CardFilter,
    scope: &ScopeFilter,
    page: &Page,
) -> Result<(Vec<CardLine>, Option<Cursor>)> {
    let mut w = Where::default();
    if !restrict(&mut w, f, scope) {
        return Ok((Vec::new(), None));
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(m.raised_at, m.id) < ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let mut lines = rows(store, w, limit + 1).await?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    let next = lines.last().filter(|_| more).map(|l| Cursor::int(l.card.raised_at.0, l.card.id));
    Ok((lines, next))
}

/// The cards of one order, newest first. The caller has asked whether the order may be seen.
pub async fn list_of_order(store: &Store, order: OrderId) -> Result<Vec<CardLine>> {
    let mut w = Where::default();
    w.on("m.order_id = {}", order);
    rows(store, w, 200).await
}

async fn rows(store: &Store, mut w: Where, limit: usize) -> Result<Vec<CardLine>> {
    let limit = w.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let columns: Vec<String> = super::columns().iter().map(|c| format!("m.{c}")).collect();
    let text = format!(
        "SELECT {}, m.told FROM {FROM} WHERE {} ORDER BY m.raised_at DESC, m.id DESC LIMIT {limit}",
        columns.join(", "),
        w.text()
    );
    let built = w.finish(&text);
    let found: Vec<Row> = store.db.all(&built.sql, &built.args()).await?;
    let cards: Vec<(Card, i32)> =
        found.into_iter().map(|r| Ok((Card::try_from(r.card)?, r.told))).collect::<Result<_>>()?;
    let mut ids: Vec<OrderId> = cards.iter().map(|(c, _)| c.order_id).collect();
    ids.sort();
    ids.dedup();
    let orders = order_lines(&store.db, &store.vault, &ids).await?;
    let find = |id| orders.iter().find(|l: &&OrderLine| l.order.id == id).cloned();
    let line = |(card, told): (Card, i32)| find(card.order_id).map(|order| CardLine { card, told, order });
    Ok(cards.into_iter().filter_map(line).collect())
}

/// Cards of one rule, level, state and unit.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Tally {
    pub rule: String,
    pub rule_name: String,
    pub level: String,
    pub state: String,
    pub org: OrgId,
    pub n: i64,
}

/// All cards under the conditions, counted.
pub type Board = Vec<Tally>;

/// The counts behind the board.
pub async fn board<'a>(via: impl Into<Via<'a>>, f: &CardFilter, scope: &ScopeFilter) -> Result<Board> {
    let mut w = Where::default();
    if !restrict(&mut w, f, scope) {
        return Ok(Vec::new());
    }
    let text = format!(
        "SELECT m.rule, MAX(m.rule_name) AS rule_name, m.level, m.state, m.org, COUNT(*) AS n FROM {FROM} WHERE {}
         GROUP BY m.rule, m.level, m.state, m.org",
        w.text()
    );
    let built = w.finish(&text);
    Ok(via.into().all(&built.sql, &built.args()).await?)
}

/// One unit's day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct DigestLine {
    pub org: OrgId,
    pub warning: i64,
    pub yellow: i64,
    pub red: i64,
    pub open: i64,
    pub explained: i64,
    pub appealed: i64,
}

/// New cards of a day and what is undone, by unit.
pub async fn digest<'a>(via: impl Into<Via<'a>>, from: Ts, until: Ts) -> Result<Vec<DigestLine>> {
    Ok(via.into().all(&DIGEST, &[&from, &until]).await?)
}
