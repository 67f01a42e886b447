//! How a query goes in; see the module text of `search`.

use db::{Built, Db, Dialect, Sql};
use domain::authority::{Reach, ScopeFilter};
use kernel::{Cursor, Ts};

use super::{
    COUNT_CAP, NEVER, OrderFilter, Sort, SortBy,
    branches::{self, MAX_BRANCHES},
    build::Where,
    filter::{conditions, ranges},
    line::STEP,
    read_urgency, scope,
};
use crate::{error::Result, text, vault::Vault};

/// Holders with no more orders than this are read whole.
const FEW: i64 = 20_000;
/// Orders of a state are met along that state when there are no more than this.
const RARE_STATE: i64 = 5_000;
/// Holders with no more orders than this go by their grants even where the dissatisfied are asked for.
const SMALL_HOLDER: i64 = 2_000;

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
pub(super) fn key(by: SortBy) -> String {
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
pub(super) fn keyset(w: &mut Where, sort: Sort, after: Option<&Cursor>) {
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
    let Asked { filter, scope, sort, after, now, .. } = *asked;
    if scope.reach == Reach::Nothing {
        return Ok(None);
    }
    let by_date = sort.by == SortBy::RegisteredAt;
    // By date each column of the phone is a branch of its own, and no condition of all.
    let phone = filter.phone_asked().filter(|_| by_date);
    let others = phone.map(|_| OrderFilter { phone: None, ..filter.clone() });
    let filter = others.as_ref().unwrap_or(filter);
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
    let by_grant = phone.is_none() && !open && goes_by_grant(db, filter, scope, &way).await?;
    if by_grant && by_date && holders.len() <= MAX_BRANCHES {
        let edge = branches::edge(db, &filter.states, sort).await?;
        return Ok(Some(branches::by_grant(w, asked, &holders, edge)));
    }
    keyset(&mut w, sort, after);
    restrict(db, &mut w, scope, &Restriction { open, by_grant, listed: filter.lists_orders(&way) }).await?;
    Ok(Some(match phone {
        Some(phone) => branches::by_phone(w, asked, &vault.phone_idx_all(phone)),
        None if filter.keyword.is_some() && way == text::Way::Listed => gathered(w, asked),
        None => ordered(w, asked),
    }))
}

/// Read along the order of the list, until the page is full.
fn ordered(mut w: Where, asked: &Asked<'_>) -> Built {
    let limit = w.bind(limit_of(asked.limit));
    let text = format!("SELECT o.id FROM orders o WHERE {} ORDER BY {} LIMIT {limit}", w.text(), order_by(asked.sort));
    w.finish(&text)
}

/// All that fit, then sorted: few have the words, and reading along the list would pass very many others.
/// The inner limit keeps the planners from seeing through.
fn gathered(mut w: Where, asked: &Asked<'_>) -> Built {
    let (sort, limit) = (asked.sort, w.bind(limit_of(asked.limit)));
    let dir = if sort.desc { "DESC" } else { "ASC" };
    let (keys, by) = match sort.by {
        SortBy::Urgency => ("o.urgency AS k, o.registered_at AS k2".to_owned(), format!("k {dir}, k2 {dir}")),
        by => (format!("{} AS k", key(by)), format!("k {dir}")),
    };
    let text = format!(
        "SELECT id FROM (SELECT o.id AS id, {keys} FROM orders o WHERE {} LIMIT {NEVER} OFFSET 0) found
          ORDER BY {by}, id {dir} LIMIT {limit}",
        w.text()
    );
    w.finish(&text)
}

pub(super) fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// What decides how the scope is put.
struct Restriction {
    open: bool,
    by_grant: bool,
    /// A condition lists its orders, so that no list is walked along.
    listed: bool,
}

async fn restrict(db: &Db, w: &mut Where, scope: &ScopeFilter, how: &Restriction) -> Result<()> {
    if how.open {
        scope::open(w, scope);
    } else if how.by_grant && held_at_most(db, scope, FEW).await? {
        scope::listed(w, scope);
    } else if how.listed || db.dialect() == Dialect::Lite {
        scope::check(w, scope);
    } else {
        scope::probe(w, scope);
    }
    Ok(())
}

/// The grants of the holders are the way in: nothing in the question is narrower.
async fn goes_by_grant(db: &Db, filter: &OrderFilter, scope: &ScopeFilter, way: &text::Way) -> Result<bool> {
    if !matches!(scope.reach, Reach::Own | Reach::Orgs(_)) || filter.is_selective(way) {
        return Ok(false);
    }
    if filter.dissatisfied_only() {
        return held_at_most(db, scope, SMALL_HOLDER).await;
    }
    if !filter.categories.is_empty() {
        let mut w = Where::default();
        ranges(&mut w, "o.category", &filter.categories);
        return Ok(!at_most(db, w, "orders o", FEW).await?);
    }
    if !filter.states.is_empty() {
        let mut w = Where::default();
        w.any_of("o.state", filter.states.iter().map(|v| v.code()));
        return Ok(!at_most(db, w, "orders o", RARE_STATE).await?);
    }
    Ok(true)
}

/// Whether the holders of a scope have so few orders in all.
async fn held_at_most(db: &Db, scope: &ScopeFilter, n: i64) -> Result<bool> {
    let mut w = Where::default();
    w.any_of("holder", scope::holders(scope));
    at_most(db, w, "order_grant", n).await
}

/// Whether no more rows than that fit; nothing beyond is read.
async fn at_most(db: &Db, w: Where, table: &str, n: i64) -> Result<bool> {
    let text = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE {} LIMIT {}) few", w.text(), n + 1);
    let built = w.finish(&text);
    Ok(db.scalar::<i64>(&built.sql, &built.args()).await? <= n)
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
    // A count meets very many: PostgreSQL joins them with all the grants at once.
    if by_grant && db.dialect() == Dialect::Pg {
        scope::listed(&mut w, scope);
    } else {
        restrict(db, &mut w, scope, &Restriction { open, by_grant, listed: filter.lists_orders(&way) }).await?;
    }
    let text =
        format!("SELECT COUNT(*) FROM (SELECT 1 FROM orders o WHERE {} LIMIT {}) capped", w.text(), COUNT_CAP + 1);
    Ok(Some(w.finish(&text)))
}
