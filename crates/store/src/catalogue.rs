//! The dispatch catalogue (派单目录): rules are ended, never changed. Versions of one rule share a series.

use db::{Json, Sql, Tx};
use domain::{
    authority::ScopeFilter,
    catalogue::{Change, Past},
    directory::{CatalogueRule, category_prefix},
};
use kernel::{OrderId, OrgId, Ts, UserId};
use sqlx::FromRow;

use crate::{
    Store,
    error::Result,
    row::{boxes, insert_rows},
    search::{Where, check, code_range},
    via::Via,
};

const COLUMNS: &[&str] = &["category", "region", "lead_org", "co", "legal_basis", "valid_from", "valid_to"];
const LIST: Sql = Sql::same("SELECT * FROM catalogue_rule ORDER BY id");
const INSERT: Sql = Sql::same(
    "INSERT INTO catalogue_rule (category, region, lead_org, co, legal_basis, valid_from, valid_to, series, revision,
                                 reason, made_by, made_at, ruling)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
);
const END: Sql = Sql::same(
    "UPDATE catalogue_rule SET valid_to = $2, ended_by = $3, end_reason = $4
     WHERE id = $1 AND (valid_to IS NULL OR valid_to > $2)",
);
const FIND: Sql = Sql::same("SELECT * FROM catalogue_rule WHERE id = $1");
const HISTORY: Sql =
    Sql::same("SELECT * FROM catalogue_rule WHERE id = $1 OR series = $1 ORDER BY revision DESC, id DESC");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("catalogue.list", LIST),
        ("catalogue.insert", INSERT),
        ("catalogue.end", END),
        ("catalogue.find", FIND),
        ("catalogue.history", HISTORY),
    ]
}

#[derive(FromRow)]
struct RuleRow {
    id: i64,
    category: String,
    region: String,
    lead_org: OrgId,
    co: Json<Vec<OrgId>>,
    legal_basis: String,
    valid_from: Ts,
    valid_to: Option<Ts>,
    series: Option<i64>,
    revision: i32,
    reason: String,
    made_by: Option<UserId>,
    made_at: Option<Ts>,
    ruling: Option<OrderId>,
    ended_by: Option<UserId>,
    end_reason: Option<String>,
}

/// A rule with who made it and why.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleRecord {
    pub rule: CatalogueRule,
    /// The first version's id.
    pub series: i64,
    /// 版次, from 1.
    pub revision: i32,
    pub reason: String,
    /// `None` for rules that came with the installation.
    pub made_by: Option<UserId>,
    pub made_at: Option<Ts>,
    /// The order whose consultation ruled so.
    pub ruling: Option<OrderId>,
    pub ended_by: Option<UserId>,
    pub end_reason: Option<String>,
}

impl From<RuleRow> for RuleRecord {
    fn from(r: RuleRow) -> Self {
        let RuleRow { id, category, region, lead_org: lead, co, legal_basis, valid_from, valid_to, .. } = r;
        Self {
            rule: CatalogueRule { id, category, region, lead, co: co.0, legal_basis, valid_from, valid_to },
            series: r.series.unwrap_or(id),
            revision: r.revision,
            reason: r.reason,
            made_by: r.made_by,
            made_at: r.made_at,
            ruling: r.ruling,
            ended_by: r.ended_by,
            end_reason: r.end_reason,
        }
    }
}

/// Every rule, ended ones included.
pub async fn list_rules<'a>(via: impl Into<Via<'a>>) -> Result<Vec<CatalogueRule>> {
    let rows = via.into().all::<RuleRow>(&LIST, &[]).await?;
    Ok(rows.into_iter().map(|r| RuleRecord::from(r).rule).collect())
}

/// Whether a rule is in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    Current,
    Coming,
    Ended,
    All,
}

/// Which rules; `None` does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFilter {
    /// Rules of this category, of those below it, and of those above it, which hold for it too.
    pub category: Option<String>,
    /// Beginning of the region code; rules for the whole city always fit.
    pub region: Option<String>,
    /// Named as lead or co-handler.
    pub org: Option<OrgId>,
    pub standing: Standing,
}

/// Rules that fit, by category, area and beginning; at most `limit`.
pub async fn list_records(store: &Store, f: &RuleFilter, now: Ts, limit: u32) -> Result<Vec<RuleRecord>> {
    let mut w = Where::default();
    if let Some(code) = &f.category {
        let (from, to) = code_range(category_prefix(code));
        let above: Vec<String> =
            [2, 4].iter().filter_map(|n| code.get(..*n)).map(|head| format!("{head:0<6}")).collect();
        let (from, to, above) = (w.bind(from), w.bind(to), w.list(above));
        w.raw(format!("(category BETWEEN {from} AND {to} OR category IN ({above}))"));
    }
    if let Some(prefix) = &f.region {
        let (from, to) = code_range(prefix);
        let (from, to) = (w.bind(from), w.bind(to));
        w.raw(format!("(region = '' OR region BETWEEN {from} AND {to})"));
    }
    if let Some(org) = f.org {
        w.on("lead_org = {}", org);
    }
    match f.standing {
        Standing::Current => w.on("valid_from <= {} AND (valid_to IS NULL OR valid_to > {})", now),
        Standing::Coming => w.on("valid_from > {} AND (valid_to IS NULL OR valid_to > valid_from)", now),
        Standing::Ended => w.on("valid_to <= {}", now),
        Standing::All => {}
    }
    let conditions = w.text();
    let limit = w.bind(i64::from(limit));
    let built = w.finish(&format!(
        "SELECT * FROM catalogue_rule WHERE {conditions} ORDER BY category, region, valid_from DESC, id DESC LIMIT {limit}"
    ));
    let rows: Vec<RuleRow> = store.db.all(&built.sql, &built.args()).await?;
    Ok(rows.into_iter().map(RuleRecord::from).collect())
}

/// One version of a rule.
pub async fn find_rule<'a>(via: impl Into<Via<'a>>, id: i64) -> Result<Option<RuleRecord>> {
    Ok(via.into().one::<RuleRow>(&FIND, &[&id]).await?.map(RuleRecord::from))
}

/// Every version of a series, the newest first.
pub async fn history<'a>(via: impl Into<Via<'a>>, series: i64) -> Result<Vec<RuleRecord>> {
    Ok(via.into().all::<RuleRow>(&HISTORY, &[&series]).await?.into_iter().map(RuleRecord::from).collect())
}

/// Who changes the catalogue and why.
#[derive(Clone, Copy, Debug)]
pub struct Because<'a> {
    pub reason: &'a str,
    pub by: Option<UserId>,
    pub at: Ts,
    /// The order whose consultation ruled so.
    pub ruling: Option<OrderId>,
}

/// Carries a change out; gives the new rule's id when there is one. `None`: somebody else ended the rule before.
pub async fn carry_out(tx: &mut Tx, change: &Change, why: Because<'_>) -> Result<Option<i64>> {
    let mut place: (Option<i64>, i32) = (None, 1);
    if let Some(old) = change.ends {
        let Some(record) = find_rule(&mut *tx, old).await? else { return Ok(None) };
        if tx.run(&END, &[&old, &change.at, &why.by, &why.reason]).await? == 0 {
            return Ok(None);
        }
        place = (Some(record.series), record.revision + 1);
    }
    let Some(r) = &change.rule else { return Ok(change.ends) };
    let co = Json(r.co.clone());
    #[rustfmt::skip]
    let binds: [&dyn db::Bind; 13] = [
        &r.category, &r.region, &r.lead, &co, &r.legal_basis, &r.valid_from, &r.valid_to,
        &place.0, &place.1, &why.reason, &why.by, &why.at, &why.ruling,
    ];
    Ok(Some(tx.scalar(&INSERT, &binds).await?))
}

/// Adds many rules, for seeding.
pub async fn insert_rules(tx: &mut Tx, rules: &[CatalogueRule]) -> Result<()> {
    let rows = rules.iter().map(|r| {
        boxes![
            r.category.clone(),
            r.region.clone(),
            r.lead,
            Json(r.co.clone()),
            r.legal_basis.clone(),
            r.valid_from,
            r.valid_to
        ]
    });
    insert_rows(tx, "catalogue_rule", COLUMNS, rows.collect(), "").await?;
    Ok(())
}

#[derive(FromRow)]
struct PastRow {
    id: OrderId,
    category: String,
    region: String,
    lead_org: Option<OrgId>,
}

/// Orders sent out in a period that a change of rules for these categories and areas could concern, the latest first;
/// at most `limit`.
pub async fn dispatched(
    store: &Store,
    concerned: &[CatalogueRule],
    scope: &ScopeFilter,
    from: Ts,
    until: Ts,
    limit: u32,
) -> Result<Vec<Past>> {
    let mut w = Where::default();
    let (from, until) = (w.bind(from), w.bind(until));
    w.raw(format!("o.dispatched_at >= {from} AND o.dispatched_at < {until}"));
    let any: Vec<String> = concerned
        .iter()
        .map(|r| {
            let (a, b) = code_range(category_prefix(&r.category));
            let (c, d) = code_range(domain::directory::region_prefix(&r.region));
            let (a, b, c, d) = (w.bind(a), w.bind(b), w.bind(c), w.bind(d));
            format!("(o.category BETWEEN {a} AND {b} AND o.region BETWEEN {c} AND {d})")
        })
        .collect();
    if any.is_empty() || !check(&mut w, scope) {
        return Ok(Vec::new());
    }
    w.raw(format!("({})", any.join(" OR ")));
    let conditions = w.text();
    let limit = w.bind(i64::from(limit));
    let built = w.finish(&format!(
        "SELECT o.id, o.category, o.region, o.lead_org FROM orders o WHERE {conditions}
         ORDER BY o.dispatched_at DESC, o.id LIMIT {limit}"
    ));
    let rows: Vec<PastRow> = store.db.all(&built.sql, &built.args()).await?;
    let past = |r: PastRow| Past { order: r.id, category: r.category, region: r.region, lead: r.lead_org };
    Ok(rows.into_iter().map(past).collect())
}
