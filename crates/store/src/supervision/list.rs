//! 督办台账: rounds over all orders, within a scope.

use domain::{authority::ScopeFilter, supervision::Supervision};
use kernel::{Cursor, OrderId, OrgId, Page, Ts, UserId};

use super::SupervisionRow;
use crate::{
    Store,
    error::Result,
    search::{OrderLine, Where, check, order_lines},
};

macro_rules! tabs {
    ($($(#[$m:meta])* $v:ident = $code:literal, $cn:literal, $condition:literal;)+) => {
        /// A tab of the ledger.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum SupervisionTab { $($(#[$m])* #[serde(rename = $code)] $v,)+ }
        impl SupervisionTab {
            /// In the order of the page.
            pub const ALL: &'static [SupervisionTab] = &[$(SupervisionTab::$v,)+];
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(SupervisionTab::$v => $code,)+ } }
            #[must_use]
            pub const fn cn(self) -> &'static str { match self { $(SupervisionTab::$v => $cn,)+ } }
            const fn condition(self) -> &'static str { match self { $(SupervisionTab::$v => $condition,)+ } }
        }
        impl std::str::FromStr for SupervisionTab {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, String> {
                match s { $($code => Ok(SupervisionTab::$v),)+ _ => Err(format!("unknown SupervisionTab: {s}")) }
            }
        }
    };
}

tabs! {
    /// Not answered yet, overdue or not.
    Waiting = "waiting", "待反馈", "s.state IN ('issued', 'signed')";
    Overdue = "overdue", "逾期未反馈", "s.state IN ('issued', 'signed') AND s.due_at < {}";
    Replied = "replied", "待评价", "s.state = 'replied'";
    /// Evaluated as not carried out, no sharper round followed.
    Failed = "failed", "未落实", "s.state = 'evaluated'";
    Ended = "ended", "已结束", "s.state IN ('closed', 'revoked')";
    All = "all", "全部", "TRUE";
}

impl SupervisionTab {
    /// What presses stands by its date, the past by its age.
    const fn is_pressing(self) -> bool {
        matches!(self, Self::Waiting | Self::Overdue)
    }
}

/// Which rounds; `None` and empty lists do not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SupervisionFilter {
    pub levels: Vec<&'static str>,
    /// Of these units.
    pub orgs: Vec<OrgId>,
    /// Issued by this person.
    pub initiator: Option<UserId>,
    /// The lead's handler.
    pub handler: Option<UserId>,
    /// Beginning of the case number.
    pub case_no: Option<String>,
}

/// A row: the round and its order.
#[derive(Clone, Debug, PartialEq)]
pub struct SupervisionLine {
    pub round: Supervision,
    pub order: OrderLine,
}

const FROM: &str = "supervision s JOIN orders o ON o.id = s.order_id";

/// `false`: nothing can match.
fn restrict(w: &mut Where, f: &SupervisionFilter, tab: SupervisionTab, scope: &ScopeFilter, now: Ts) -> bool {
    if tab.condition().contains("{}") {
        w.on(tab.condition(), now)
    } else {
        w.raw(tab.condition())
    }
    w.any_of("s.level", f.levels.iter().copied());
    w.any_of("s.org", f.orgs.iter().copied());
    if let Some(user) = f.initiator {
        w.on("s.initiator = {}", user);
    }
    if let Some(user) = f.handler {
        w.on("s.task_id IN (SELECT id FROM task WHERE handler = {})", user);
    }
    if let Some(no) = f.case_no.as_deref().filter(|t| !t.is_empty()) {
        let (from, to) = (w.bind(no.to_owned()), w.bind(format!("{no:9<30}")));
        w.raw(format!("o.case_no BETWEEN {from} AND {to}"));
    }
    check(w, scope)
}

/// A page of a tab; the cursor begins the following page.
pub async fn list(
    store: &Store,
    f: &SupervisionFilter,
    tab: SupervisionTab,
    scope: &ScopeFilter,
    page: &Page,
    now: Ts,
) -> Result<(Vec<SupervisionLine>, Option<Cursor>)> {
    let mut w = Where::default();
    if !restrict(&mut w, f, tab, scope, now) {
        return Ok((Vec::new(), None));
    }
    let (key, dir, than) = match tab.is_pressing() {
        true => ("COALESCE(s.due_at, 9223372036854775807)", "ASC", ">"),
        false => ("s.issued_at", "DESC", "<"),
    };
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("({key}, s.id) {than} ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let more = w.bind(i64::from(page.limit) + 1);
    let columns: Vec<String> = super::columns().iter().map(|c| format!("s.{c}")).collect();
    let text = format!(
        "SELECT {} FROM {FROM} WHERE {} ORDER BY {key} {dir}, s.id {dir} LIMIT {more}",
        columns.join(", "),
        w.text()
    );
    let built = w.finish(&text);
    let rows: Vec<SupervisionRow> = store.db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    let rounds: Vec<Supervision> = rows.into_iter().take(limit).map(Supervision::try_from).collect::<Result<_>>()?;
    let next = rounds.last().filter(|_| more).map(|s| match tab.is_pressing() {
        true => Cursor::int(s.due_at.map_or(i64::MAX, |d| d.0), s.id),
        false => Cursor::int(s.issued_at.0, s.id),
    });
    let mut ids: Vec<OrderId> = rounds.iter().map(|s| s.order_id).collect();
    ids.sort();
    ids.dedup();
    let lines = order_lines(&store.db, &store.vault, &ids).await?;
    let find = |id| lines.iter().find(|l: &&OrderLine| l.order.id == id).cloned();
    let joined =
        rounds.into_iter().filter_map(|round| find(round.order_id).map(|order| SupervisionLine { round, order }));
    Ok((joined.collect(), next))
}

/// The number of rounds in every tab but the last, up to [`crate::search::COUNT_CAP`] each.
pub async fn count(
    store: &Store,
    f: &SupervisionFilter,
    scope: &ScopeFilter,
    now: Ts,
) -> Result<Vec<(SupervisionTab, i64)>> {
    let mut counts = Vec::new();
    for tab in SupervisionTab::ALL.iter().filter(|t| !matches!(t, SupervisionTab::All)) {
        let mut w = Where::default();
        let n = if restrict(&mut w, f, *tab, scope, now) {
            let built = w.finish_count(FROM);
            store.db.scalar(&built.sql, &built.args()).await?
        } else {
            0
        };
        counts.push((*tab, n));
    }
    Ok(counts)
}
