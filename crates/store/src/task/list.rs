//! The lists of the department console (承办单位).

use db::{Built, Dialect};
use domain::task::Task;
use kernel::{Cursor, OrderId, OrgId, Page, UserId};

use super::TaskRow;
use crate::{
    Store,
    error::Result,
    search::{OrderLine, Where, order_lines},
    text,
};

macro_rules! tabs {
    ($($(#[$m:meta])* $v:ident = $code:literal, $cn:literal, $condition:literal;)+) => {
        /// A tab of the console.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum TaskTab { $($(#[$m])* #[serde(rename = $code)] $v,)+ }
        impl TaskTab {
            /// In the order of the console.
            pub const ALL: &'static [TaskTab] = &[$(TaskTab::$v,)+];
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(TaskTab::$v => $code,)+ } }
            #[must_use]
            pub const fn cn(self) -> &'static str { match self { $(TaskTab::$v => $cn,)+ } }
            const fn condition(self) -> &'static str { match self { $(TaskTab::$v => $condition,)+ } }
        }
        impl std::str::FromStr for TaskTab {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, String> {
                match s { $($code => Ok(TaskTab::$v),)+ _ => Err(format!("unknown TaskTab: {s}")) }
            }
        }
    };
}

tabs! {
    Unsigned = "unsigned", "待签收", "t.is_open AND t.state = 'unsigned'";
    Todo = "todo", "待办", "t.is_open AND t.role <> 'co' AND t.state IN ('signed', 'assigned', 'working', 'sent_back')";
    Co = "co", "协办", "t.is_open AND t.role = 'co' AND t.state <> 'unsigned'";
    /// Leads with a round of supervision to answer.
    Supervised = "supervised", "督办/催办", "t.is_open AND t.supervise_due IS NOT NULL";
    /// Applied for or granted.
    Returned = "returned", "已退回", "t.state IN ('return_pending', 'returned')";
    Extending = "extending", "延期中",
        "t.is_open AND t.id IN (SELECT task_id FROM request WHERE state = 'pending' AND kind = 'extension')";
    UnitAudit = "unit_audit", "待复核", "t.is_open AND t.state = 'unit_audit'";
    /// Handed in counts as done on the unit's side.
    Done = "done", "已办结", "t.state IN ('submitted', 'accepted', 'co_done')";
    All = "all", "全部", "TRUE";
}

impl TaskTab {
    /// Short lists of work that presses: what is supervised on top, then by due time. The others by age, newest first.
    const fn is_pressing(self) -> bool {
        matches!(self, Self::Unsigned | Self::Todo | Self::Co | Self::Supervised | Self::Extending | Self::UnitAudit)
    }
}

/// Lifts supervised tasks above all others, milliseconds: more than any date is.
const PIN: i64 = 4_000_000_000_000_000;
/// As [`pressing`].
const PRESSING: &str = "COALESCE(t.supervise_due - 4000000000000000, t.due_at, 9223372036854775807)";

/// Place of a task in a pressing list.
fn pressing(t: &Task) -> i64 {
    t.supervise_due.map(|d| d.0 - PIN).or(t.due_at.map(|d| d.0)).unwrap_or(i64::MAX)
}

/// Whose tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Organisations whose tasks are shown; with none and no `handler` nothing is.
    pub orgs: Vec<OrgId>,
    /// Only those of one person.
    pub handler: Option<UserId>,
    /// Words in title, content and wish, or a case number.
    pub keyword: Option<String>,
}

/// A row: the task and the order it serves.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskLine {
    pub task: Task,
    pub order: OrderLine,
}

/// Number of tasks by tab.
pub type TaskCounts = Vec<(TaskTab, i64)>;

/// `false`: nothing can match.
fn restrict(w: &mut Where, f: &TaskFilter, dialect: Dialect) -> bool {
    if f.orgs.is_empty() && f.handler.is_none() {
        return false;
    }
    w.any_of("t.org", f.orgs.iter().copied());
    if let Some(user) = f.handler {
        w.on("t.handler = {}", user);
    }
    let Some(words) = f.keyword.as_deref().map(str::trim).filter(|k| !k.is_empty()) else { return true };
    if words.len() >= 6 && words.bytes().all(|b| b.is_ascii_digit()) {
        let (from, to) = (w.bind(words.to_owned()), w.bind(format!("{words:9<30}")));
        w.raw(format!("t.order_id IN (SELECT id FROM orders WHERE case_no BETWEEN {from} AND {to})"));
        return true;
    }
    let Some(query) = text::match_text(words, dialect) else { return false };
    let matches = text::listed(dialect);
    w.on(&format!("t.order_id IN (SELECT o.id FROM orders o WHERE {matches})"), query);
    true
}

fn statement(f: &TaskFilter, tab: TaskTab, after: Option<&Cursor>, limit: i64, dialect: Dialect) -> Option<Built> {
    let mut w = Where::default();
    if !restrict(&mut w, f, dialect) {
        return None;
    }
    w.raw(tab.condition());
    let (key, dir, than) = match tab.is_pressing() {
        true => (PRESSING, "ASC", ">"),
        false => ("t.dispatched_at", "DESC", "<"),
    };
    if let Some((at, id)) = after.and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("({key}, t.id) {than} ({at}, {id})"));
    }
    let limit = w.bind(limit);
    let columns: Vec<String> = super::columns().iter().map(|c| format!("t.{c}")).collect();
    let text = format!(
        "SELECT {} FROM task t WHERE {} ORDER BY {key} {dir}, t.id {dir} LIMIT {limit}",
        columns.join(", "),
        w.text()
    );
    Some(w.finish(&text))
}

/// A page of a tab; the cursor begins the following page.
pub async fn list(store: &Store, f: &TaskFilter, tab: TaskTab, page: &Page) -> Result<(Vec<TaskLine>, Option<Cursor>)> {
    let limit = usize::from(page.limit);
    let Some(built) = statement(f, tab, page.after.as_ref(), i64::from(page.limit) + 1, store.db.dialect()) else {
        return Ok((Vec::new(), None));
    };
    let rows: Vec<TaskRow> = store.db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    let tasks: Vec<Task> = rows.into_iter().take(limit).map(Task::try_from).collect::<Result<_>>()?;
    let next = tasks.last().filter(|_| more).map(|t| match tab.is_pressing() {
        true => Cursor::int(pressing(t), t.id),
        false => Cursor::int(t.dispatched_at.0, t.id),
    });
    let mut ids: Vec<OrderId> = tasks.iter().map(|t| t.order_id).collect();
    ids.sort();
    ids.dedup();
    let lines = order_lines(&store.db, &store.vault, &ids).await?;
    let find = |id| lines.iter().find(|l: &&OrderLine| l.order.id == id).cloned();
    let joined = tasks.into_iter().filter_map(|task| find(task.order_id).map(|order| TaskLine { task, order }));
    Ok((joined.collect(), next))
}

/// The number of tasks in every tab but the last, up to [`crate::search::COUNT_CAP`] each.
pub async fn count(store: &Store, f: &TaskFilter) -> Result<TaskCounts> {
    let mut counts = Vec::new();
    for tab in TaskTab::ALL.iter().filter(|t| !matches!(t, TaskTab::All)) {
        let mut w = Where::default();
        let n = if restrict(&mut w, f, store.db.dialect()) {
            w.raw(tab.condition());
            let built = w.finish_count("task t");
            store.db.scalar(&built.sql, &built.args()).await?
        } else {
            0
        };
        counts.push((*tab, n));
    }
    Ok(counts)
}
