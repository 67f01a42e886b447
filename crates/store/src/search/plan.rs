//! How a query goes in; see the module text of `search`.

use db::{Built, Db, Sql};
use domain::authority::{Reach, ScopeFilter};
use kernel::{Cursor, Ts};

use super::{
    COUNT_CAP, NEVER, OrderFilter, Sort, SortBy,
    build::Where,
    filter::{conditions, ranges},
    line::STEP,
    read_urgency, scope,
};
use crate::{error::Result, text, vault::Vault};

/// Holders with no more orders than this are read whole.
const FEW: i64 = 20_000;
/// More branches than this cost more than they save.
const MAX_BRANCHES: usize = 100;

pub(super) const FEW_GRANTS_OF_ONE: Sql =
    Sql::same("SELECT COUNT(*) FROM (SELECT 1 FROM order_grant WHERE holder IN ($1) LIMIT 20001) few");

/// A list to read.
pub(super) struct Asked<'a> {
    pub filter: &'a OrderFilter,
    pub scope: &'a ScopeFilter,
    pub sort: Sort,
    pub after: Option<&'a Cursor>,
    pub limit: usize,
    pub now: Ts,
}

/// What a list is sorted by; the key decides between equals.
fn key(by: SortBy) -> String {
    match by {
        SortBy::RegisteredAt => "o.registered_at".to_owned(),
        SortBy::DueAt => format!("COALESCE(o.due_at, {NEVER})"),
        SortBy::StepDue => {
            let step = format!("SELECT MIN(c.due_at) FROM clock c WHERE c.order_id = o.id AND {STEP}");
            format!("COALESCE(({step}), o.due_at, {NEVER})")
        }
        SortBy::DispatchedAt => "o.dispatched_at".to_owned(),
        SortBy::UpdatedAt => "o.updated_at".to_owned(),
        SortBy::Urgency => "o.urgency, o.registered_at".to_owned(),
    }
}

/// Sort expressions, with the directions they share.
fn order_by(sort: Sort) -> String {
    let dir = if sort.desc { "DESC" } else { "ASC" };
    match sort.by {
        SortBy::Urgency => format!("o.urgency {dir}, o.registered_at {dir}, o.id {dir}"),
        by => format!("{} {dir}, o.id {dir}", key(by)),
    }
}

/// Rows behind the cursor. A cursor of another sorting restricts nothing.
fn keyset(w: &mut Where, sort: Sort, after: Option<&Cursor>) {
    let Some(cursor) = after else { return };
    let than = if sort.desc { "<" } else { ">" };
    if sort.by == SortBy::Urgency {
        if let Some((urgency, at)) = read_urgency(cursor) {
            let (u, t, id) = (w.bind(urgency), w.bind(at), w.bind(cursor.id));
            w.raw(format!("({}, o.id) {than} ({u}, {t}, {id})", key(sort.by)));
        }
        return;
    }
    if let Some(at) = cursor.as_int() {
        let (at, id) = (w.bind(at), w.bind(cursor.id));
        w.raw(format!("({}, o.id) {than} ({at}, {id})", key(sort.by)));
    }
}

/// The statement of a list; `None` when nothing can be seen.
pub(super) async fn list(db: &Db, vault: &Vault, asked: &Asked<'_>) -> Result<Option<Built>> {
    let Asked { filter, scope, sort, after, limit, now } = *asked;
    if scope.reach == Reach::Nothing {
        return Ok(None);
    }
    let mut w = Where::default();
    let way = text::way(db, filter.keyword.as_deref()).await?;
    conditions(&mut w, filter, vault, db.dialect(), &way, now);
    let assumed = matches!(sort.by, SortBy::DueAt | SortBy::StepDue | SortBy::Urgency) && filter.may_assume_open();
    let open = assumed || filter.open_only();
    if open {
        w.raw("o.is_open");
    }
    if sort.by == SortBy::DispatchedAt {
        w.raw("o.dispatched_at IS NOT NULL");
    }
    let holders = scope::holders(scope);
    let by_grant = !open && goes_by_grant(db, filter, scope, &way).await?;
    if by_grant && sort.by == SortBy::RegisteredAt && holders.len() <= MAX_BRANCHES {
        return Ok(Some(branches(w, asked, &holders)));
    }
    keyset(&mut w, sort, after);
    restrict(db, &mut w, scope, open, by_grant).await?;
    let limit = w.bind(limit_of(limit));
    let text = format!("SELECT o.id FROM orders o WHERE {} ORDER BY {} LIMIT {limit}", w.text(), order_by(sort));
    Ok(Some(w.finish(&text)))
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

async fn restrict(db: &Db, w: &mut Where, scope: &ScopeFilter, open: bool, by_grant: bool) -> Result<()> {
    if open {
        scope::open(w, scope);
    } else if by_grant && few(db, scope).await? {
        scope::listed(w, scope);
    } else {
        scope::check(w, scope);
    }
    Ok(())
}

/// The grants of the holders are the way in: nothing in the question is narrower.
async fn goes_by_grant(db: &Db, filter: &OrderFilter, scope: &ScopeFilter, way: &text::Way) -> Result<bool> {
    if !matches!(scope.reach, Reach::Own | Reach::Orgs(_)) || filter.is_selective(way) {
        return Ok(false);
    }
    if filter.categories.is_empty() {
        return Ok(true);
    }
    let mut w = Where::default();
    ranges(&mut w, "o.category", &filter.categories);
    let text = format!("SELECT COUNT(*) FROM (SELECT 1 FROM orders o WHERE {} LIMIT {}) few", w.text(), FEW + 1);
    let built = w.finish(&text);
    Ok(db.scalar::<i64>(&built.sql, &built.args()).await? > FEW)
}

/// Whether the holders of a scope have few orders in all.
async fn few(db: &Db, scope: &ScopeFilter) -> Result<bool> {
    let mut w = Where::default();
    let list = w.list(scope::holders(scope));
    let built = w.finish(&format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM order_grant WHERE holder IN ({list}) LIMIT {}) few",
        FEW + 1
    ));
    Ok(db.scalar::<i64>(&built.sql, &built.args()).await? <= FEW)
}

/// One ordered branch for each holder, read along the grants by date; the head of all branches is the page.
fn branches(mut w: Where, asked: &Asked<'_>, holders: &[uuid::Uuid]) -> Built {
    let (sort, period) = (asked.sort, asked.filter.registered);
    scope::secrecy(&mut w, asked.scope);
    let filters = w.text();
    let (dir, than) = if sort.desc { ("DESC", "<") } else { ("ASC", ">") };
    // The date is on the grant too: the branch must stop at its end instead of reading on.
    let mut along = String::new();
    if let Some(from) = period.from {
        along += &format!(" AND g.registered_at >= {}", w.bind(from));
    }
    if let Some(until) = period.until {
        along += &format!(" AND g.registered_at < {}", w.bind(until));
    }
    if let Some((at, id)) = asked.after.and_then(|c| Some((c.as_int()?, c.id))) {
        along += &format!(" AND (g.registered_at, g.order_id) {than} ({}, {})", w.bind(at), w.bind(id));
    }
    let limit = w.bind(limit_of(asked.limit));
    let parts: Vec<String> = holders
        .iter()
        .enumerate()
        .map(|(n, holder)| {
            let holder = w.bind(*holder);
            format!(
                "SELECT * FROM (SELECT DISTINCT g.registered_at AS k, g.order_id AS id
                   FROM order_grant g CROSS JOIN orders o
                  WHERE g.holder = {holder}{along} AND o.id = g.order_id AND {filters}
                  ORDER BY g.registered_at {dir}, g.order_id {dir} LIMIT {limit}) b{n}"
            )
        })
        .collect();
    let text = format!("SELECT id FROM ({}) u ORDER BY k {dir}, id {dir} LIMIT {limit}", parts.join(" UNION "));
    w.finish(&text)
}

/// The statement that counts, up to one over the cap; `None` when nothing can be seen.
pub(super) async fn count(
    db: &Db,
    vault: &Vault,
    filter: &OrderFilter,
    scope: &ScopeFilter,
    now: Ts,
) -> Result<Option<Built>> {
    if scope.reach == Reach::Nothing {
        return Ok(None);
    }
    let mut w = Where::default();
    let way = text::way(db, filter.keyword.as_deref()).await?;
    conditions(&mut w, filter, vault, db.dialect(), &way, now);
    let open = filter.open_only();
    if open {
        w.raw("o.is_open");
    }
    let by_grant = !open && goes_by_grant(db, filter, scope, &way).await?;
    restrict(db, &mut w, scope, open, by_grant).await?;
    let text =
        format!("SELECT COUNT(*) FROM (SELECT 1 FROM orders o WHERE {} LIMIT {}) capped", w.text(), COUNT_CAP + 1);
    Ok(Some(w.finish(&text)))
}
