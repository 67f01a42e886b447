//! 待我审批: requests of all kinds that wait for somebody's word, and those somebody has made.

use domain::{
    authority::{Role, ScopeFilter},
    request::{Request, RequestKind, RequestState},
};
use kernel::{Cursor, OrderId, OrgId, Page, Ts, UserId};

use super::RequestRow;
use crate::{
    Store,
    error::Result,
    search::{OrderLine, Where, check, order_lines},
};

/// Whose word is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Waiting for one of these roles, wherever it was applied for.
    pub roles: Vec<Role>,
    /// Waiting for the leader of one of these organisations.
    pub led: Vec<OrgId>,
    /// Instead: made by this person and not decided yet.
    pub applied_by: Option<UserId>,
    /// Never the own ones: nobody decides what they asked for themselves.
    pub not_by: Option<UserId>,
    pub kind: Option<RequestKind>,
}

/// A row: the request and its order.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestLine {
    pub request: Request,
    pub order: OrderLine,
}

const FROM: &str = "request r JOIN orders o ON o.id = r.order_id";
const KEY: &str = "COALESCE(r.due_at, 9223372036854775807)";

/// `false`: nothing can match.
fn restrict(w: &mut Where, f: &RequestFilter, scope: &ScopeFilter) -> bool {
    w.raw("r.state = 'pending'");
    if let Some(user) = f.applied_by {
        w.on("r.applied_by = {}", user);
    } else {
        let mut any = Vec::new();
        if !f.roles.is_empty() {
            any.push(format!("r.awaiting IN ({})", w.list(f.roles.iter().map(|r| r.code()))));
        }
        if !f.led.is_empty() {
            let orgs = w.list(f.led.iter().copied());
            any.push(format!("(r.awaiting = '{}' AND r.applied_org IN ({orgs}))", Role::UnitLeader.code()));
        }
        if any.is_empty() {
            return false;
        }
        w.raw(format!("({})", any.join(" OR ")));
    }
    if let Some(user) = f.not_by {
        w.on("r.applied_by <> {}", user);
    }
    if let Some(kind) = f.kind {
        w.on("r.kind = {}", kind.code());
    }
    check(w, scope)
}

/// A page, the most pressing first; the cursor begins the following page.
pub async fn list(
    store: &Store,
    f: &RequestFilter,
    scope: &ScopeFilter,
    page: &Page,
) -> Result<(Vec<RequestLine>, Option<Cursor>)> {
    let mut w = Where::default();
    if !restrict(&mut w, f, scope) {
        return Ok((Vec::new(), None));
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("({KEY}, r.id) > ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let more = w.bind(i64::from(page.limit) + 1);
    let columns: Vec<String> = super::columns().iter().map(|c| format!("r.{c}")).collect();
    let text =
        format!("SELECT {} FROM {FROM} WHERE {} ORDER BY {KEY}, r.id LIMIT {more}", columns.join(", "), w.text());
    let built = w.finish(&text);
    let rows: Vec<RequestRow> = store.db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    let requests: Vec<Request> = rows.into_iter().take(limit).map(|r| r.open(&store.vault)).collect::<Result<_>>()?;
    let next = requests.last().filter(|_| more).map(|r| Cursor::int(r.due_at.map_or(i64::MAX, |d| d.0), r.id));
    Ok((joined(store, requests).await?, next))
}

/// The requests with their orders.
async fn joined(store: &Store, requests: Vec<Request>) -> Result<Vec<RequestLine>> {
    let mut ids: Vec<OrderId> = requests.iter().map(|r| r.order_id).collect();
    ids.sort();
    ids.dedup();
    let lines = order_lines(&store.db, &store.vault, &ids).await?;
    let find = |id| lines.iter().find(|l: &&OrderLine| l.order.id == id).cloned();
    let line = |request: Request| find(request.order_id).map(|order| RequestLine { request, order });
    Ok(requests.into_iter().filter_map(line).collect())
}

/// What was asked of the assessment: 剔除 and 评价申诉, in whatever state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedFilter {
    /// Applied for within.
    pub from: Ts,
    pub until: Ts,
    pub kind: Option<RequestKind>,
    pub state: Option<RequestState>,
    /// Of these organisations; empty = of all.
    pub orgs: Vec<OrgId>,
}

/// A page, the newest first.
pub async fn list_judged(
    store: &Store,
    f: &JudgedFilter,
    scope: &ScopeFilter,
    page: &Page,
) -> Result<(Vec<RequestLine>, Option<Cursor>)> {
    let mut w = Where::default();
    w.raw("r.kind IN ('exempt', 'contest')");
    w.on("r.applied_at >= {}", f.from);
    w.on("r.applied_at < {}", f.until);
    if let Some(kind) = f.kind {
        w.on("r.kind = {}", kind.code());
    }
    if let Some(state) = f.state {
        w.on("r.state = {}", state.code());
    }
    w.any_of("r.applied_org", f.orgs.iter().copied());
    if !check(&mut w, scope) {
        return Ok((Vec::new(), None));
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(r.applied_at, r.id) < ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let most = w.bind(i64::from(page.limit) + 1);
    let columns: Vec<String> = super::columns().iter().map(|c| format!("r.{c}")).collect();
    let text = format!(
        "SELECT {} FROM {FROM} WHERE {} ORDER BY r.applied_at DESC, r.id DESC LIMIT {most}",
        columns.join(", "),
        w.text()
    );
    let built = w.finish(&text);
    let rows: Vec<RequestRow> = store.db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    let requests: Vec<Request> = rows.into_iter().take(limit).map(|r| r.open(&store.vault)).collect::<Result<_>>()?;
    let next = requests.last().filter(|_| more).map(|r| Cursor::int(r.applied_at.0, r.id));
    Ok((joined(store, requests).await?, next))
}

/// How many there are of each kind.
pub async fn count(store: &Store, f: &RequestFilter, scope: &ScopeFilter) -> Result<Vec<(RequestKind, i64)>> {
    let mut w = Where::default();
    if !restrict(&mut w, f, scope) {
        return Ok(Vec::new());
    }
    let text = format!("SELECT r.kind, COUNT(*) FROM {FROM} WHERE {} GROUP BY r.kind ORDER BY r.kind", w.text());
    let built = w.finish(&text);
    let rows: Vec<(String, i64)> = store.db.all(&built.sql, &built.args()).await?;
    rows.into_iter()
        .map(|(kind, n)| Ok((crate::row::At { table: "request", row: &"*" }.code("kind", &kind)?, n)))
        .collect()
}
