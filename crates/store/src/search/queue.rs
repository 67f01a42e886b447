//! Work pools (工作池): the queues of the centre, as conditions and as counts.

use domain::authority::ScopeFilter;
use kernel::Ts;
use sqlx::FromRow;

use super::{build::Where, filter::LAMP, scope};
use crate::{error::Result, via::Via};

macro_rules! queues {
    ($($(#[$m:meta])* $v:ident = $code:literal, $cn:literal, $condition:literal;)+) => {
        /// A pool of open orders that wait for the same kind of step. An order may be in several.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum Queue { $($(#[$m])* #[serde(rename = $code)] $v,)+ }
        impl Queue {
            /// In the order of the dispatcher's console.
            pub const ALL: &'static [Queue] = &[$(Queue::$v,)+];
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(Queue::$v => $code,)+ } }
            #[must_use]
            pub const fn cn(self) -> &'static str { match self { $(Queue::$v => $cn,)+ } }
            /// On `orders o`.
            pub(crate) const fn condition(self) -> &'static str { match self { $(Queue::$v => $condition,)+ } }
        }
        impl std::str::FromStr for Queue {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, String> {
                match s { $($code => Ok(Queue::$v),)+ _ => Err(format!("unknown Queue: {s}")) }
            }
        }
    };
}

queues! {
    Supplement = "supplement", "待补充", "o.is_open AND o.state = 'registered'";
    Dispatch = "dispatch", "待派遣", "o.is_open AND o.state = 'pending_dispatch'";
    Consult = "consult", "会商", "o.is_open AND o.state = 'consulting'";
    ReturnAudit = "return_audit", "退回待审",
        "o.is_open AND o.id IN (SELECT order_id FROM request WHERE state = 'pending' AND kind = 'return')";
    ExtensionAudit = "extension_audit", "延期待审",
        "o.is_open AND o.id IN (SELECT order_id FROM request WHERE state = 'pending' AND kind = 'extension')";
    Unsigned = "unsigned", "已派未签", "o.is_open AND o.state = 'dispatched'";
    Handling = "handling", "处置中", "o.is_open AND o.state = 'handling'";
    CenterAudit = "center_audit", "待办结审核", "o.is_open AND o.state = 'center_audit'";
    Reply = "reply", "待统一回复", "o.is_open AND o.state = 'pending_reply'";
    Callback = "callback", "待回访", "o.is_open AND o.state = 'pending_callback'";
    Tracking = "tracking", "跟踪", "o.is_open AND o.state = 'tracking'";
    /// Complex by its urgency class, or returned twice already.
    Hard = "hard", "疑难", "o.is_open AND (o.urgency = 'u4' OR o.return_n >= 2)";
}

/// How many orders a pool holds, and how many of them burn red and yellow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueCount {
    pub queue: Queue,
    pub total: i64,
    pub red: i64,
    pub yellow: i64,
}

#[derive(FromRow)]
struct Group {
    state: String,
    hard: bool,
    sending_back: bool,
    extending: bool,
    total: i64,
    red: i64,
    yellow: i64,
}

impl Group {
    fn is_in(&self, queue: Queue) -> bool {
        let state = match queue {
            Queue::ReturnAudit => return self.sending_back,
            Queue::ExtensionAudit => return self.extending,
            Queue::Hard => return self.hard,
            Queue::Supplement => "registered",
            Queue::Dispatch => "pending_dispatch",
            Queue::Consult => "consulting",
            Queue::Unsigned => "dispatched",
            Queue::Handling => "handling",
            Queue::CenterAudit => "center_audit",
            Queue::Reply => "pending_reply",
            Queue::Callback => "pending_callback",
            Queue::Tracking => "tracking",
        };
        self.state == state
    }
}

/// Lamps of orders that wait at the centre with no promise running: to be dispatched, answered, called back. They are
/// counted apart from the totals, and only those that burn are looked at.
async fn waiting(via: &mut Via<'_>, scope: &ScopeFilter, now: Ts) -> Result<Vec<Group>> {
    let mut w = Where::default();
    w.raw("o.is_open");
    if !scope::open(&mut w, scope) {
        return Ok(Vec::new());
    }
    let conditions = w.text();
    let at = w.bind(now);
    let text = format!(
        "SELECT v.state, v.hard, {no} AS sending_back, {no} AS extending, COUNT(*) FILTER (WHERE {no}) AS total,
                COUNT(*) FILTER (WHERE v.due_at < {at}) AS red, COUNT(*) FILTER (WHERE v.due_at >= {at}) AS yellow
         FROM (SELECT o.id, o.state, (o.urgency = 'u4' OR o.return_n >= 2) AS hard, MIN(c.due_at) AS due_at
               FROM clock c JOIN orders o ON o.id = c.order_id
               WHERE c.outcome = 'open' AND c.paused_at IS NULL AND c.warn_at <= {at} AND {conditions}
                 AND ((c.kind = 'dispatch' AND o.state IN ('pending_dispatch', 'consulting') AND o.due_at IS NULL)
                   OR (c.kind = 'unified_reply' AND o.state = 'pending_reply')
                   OR (c.kind = 'callback' AND o.state = 'pending_callback'))
               GROUP BY o.id, o.state, o.urgency, o.return_n) v
         GROUP BY v.state, v.hard",
        no = "(1 = 0)",
    );
    let built = w.finish(&text);
    Ok(via.all(&built.sql, &built.args()).await?)
}

/// Every pool as this person sees it, from one grouped pass over the open orders.
pub async fn queues<'a>(via: impl Into<Via<'a>>, scope: &ScopeFilter, now: Ts) -> Result<Vec<QueueCount>> {
    let mut w = Where::default();
    w.raw("o.is_open");
    if !scope::open(&mut w, scope) {
        return Ok(Queue::ALL.iter().map(|q| QueueCount { queue: *q, total: 0, red: 0, yellow: 0 }).collect());
    }
    let conditions = w.text();
    let at = w.bind(now);
    let text = format!(
        "SELECT v.state, v.hard, v.sending_back, v.extending, COUNT(*) AS total,
                COUNT(*) FILTER (WHERE v.lamp AND v.due_at < {at}) AS red,
                COUNT(*) FILTER (WHERE v.lamp AND v.due_at >= {at} AND v.warn_at <= {at}) AS yellow
         FROM (SELECT o.state, o.due_at, o.warn_at, ({LAMP}) AS lamp,
                      (o.urgency = 'u4' OR o.return_n >= 2) AS hard,
                      (o.id IN (SELECT order_id FROM request WHERE state = 'pending' AND kind = 'return')) AS sending_back,
                      (o.id IN (SELECT order_id FROM request WHERE state = 'pending' AND kind = 'extension')) AS extending
               FROM orders o WHERE {conditions}) v
         GROUP BY v.state, v.hard, v.sending_back, v.extending"
    );
    let built = w.finish(&text);
    let mut via = via.into();
    let mut groups: Vec<Group> = via.all(&built.sql, &built.args()).await?;
    groups.extend(waiting(&mut via, scope, now).await?);
    let sum = |queue: Queue, of: fn(&Group) -> i64| groups.iter().filter(|g| g.is_in(queue)).map(of).sum();
    Ok(Queue::ALL
        .iter()
        .map(|q| QueueCount {
            queue: *q,
            total: sum(*q, |g| g.total),
            red: sum(*q, |g| g.red),
            yellow: sum(*q, |g| g.yellow),
        })
        .collect())
}
