//! Similar orders that were brought to an end: the precedents of a dispatch (派单依据卡).

use db::Sql;
use domain::{directory::region_prefix, evidence::Precedent};
use kernel::{OrderId, OrgId, Ts};
use sqlx::FromRow;

use crate::{error::Result, search::code_range, via::Via};

/// Of one category in one area, confidential ones left out, the latest first.
const SIMILAR: Sql = Sql::same(
    "SELECT o.id, o.case_no, o.lead_org, o.closed_at,
            EXISTS (SELECT 1 FROM clock c WHERE c.order_id = o.id AND c.kind = 'order' AND c.outcome = 'ontime') AS on_time
     FROM orders o
     WHERE o.category = $1 AND o.registered_at >= $2 AND o.region BETWEEN $3 AND $4 AND o.id <> $5
       AND o.state IN ('closed', 'archived') AND o.lead_org IS NOT NULL AND o.closed_at IS NOT NULL
       AND o.confidentiality = 'none' AND o.demand_type <> 'report'
     ORDER BY o.registered_at DESC, o.id DESC LIMIT $6",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("precedent.similar", SIMILAR)]
}

#[derive(FromRow)]
struct PrecedentRow {
    id: OrderId,
    case_no: String,
    lead_org: OrgId,
    closed_at: Ts,
    on_time: bool,
}

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct Like<'a> {
    pub category: &'a str,
    /// 12-digit region code: the county of the place is looked through.
    pub region: &'a str,
    pub since: Ts,
    /// The order itself, once it exists.
    pub not: Option<OrderId>,
}

/// Finished orders of the same category in the same county, the latest first.
pub async fn similar<'a>(via: impl Into<Via<'a>>, like: Like<'_>, limit: u32) -> Result<Vec<Precedent>> {
    let (from, to) = code_range(region_prefix(like.region.get(..6).unwrap_or(like.region)));
    let not = like.not.unwrap_or(OrderId(uuid::Uuid::nil()));
    let binds: [&dyn db::Bind; 6] = [&like.category, &like.since, &from, &to, &not, &i64::from(limit)];
    let rows = via.into().all::<PrecedentRow>(&SIMILAR, &binds).await?;
    let precedent = |r: PrecedentRow| Precedent {
        order: r.id,
        case_no: r.case_no,
        org: r.lead_org,
        closed_at: r.closed_at,
        on_time: r.on_time,
    };
    Ok(rows.into_iter().map(precedent).collect())
}
