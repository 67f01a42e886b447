//! The dispatch catalogue (派单目录): rules are ended, never changed.

use db::{Json, Sql, Tx};
use domain::directory::CatalogueRule;
use kernel::{OrgId, Ts};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{boxes, insert_rows},
    via::Via,
};

const COLUMNS: &[&str] = &["category", "region", "lead_org", "co", "legal_basis", "valid_from", "valid_to"];
const LIST: Sql = Sql::same("SELECT * FROM catalogue_rule ORDER BY id");
const INSERT: Sql = Sql::same(
    "INSERT INTO catalogue_rule (category, region, lead_org, co, legal_basis, valid_from, valid_to)
     VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
);
const END: Sql =
    Sql::same("UPDATE catalogue_rule SET valid_to = $2 WHERE id = $1 AND (valid_to IS NULL OR valid_to > $2)");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("catalogue.list", LIST), ("catalogue.insert", INSERT), ("catalogue.end", END)]
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
}

/// Every rule, ended ones included.
pub async fn list_rules<'a>(via: impl Into<Via<'a>>) -> Result<Vec<CatalogueRule>> {
    let rows = via.into().all::<RuleRow>(&LIST, &[]).await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let RuleRow { id, category, region, lead_org: lead, co, legal_basis, valid_from, valid_to } = r;
            CatalogueRule { id, category, region, lead, co: co.0, legal_basis, valid_from, valid_to }
        })
        .collect())
}

/// Adds a rule; its `id` is ignored and the new one returned.
pub async fn insert_rule(tx: &mut Tx, r: &CatalogueRule) -> Result<i64> {
    let co = Json(r.co.clone());
    let binds: [&dyn db::Bind; 7] = [&r.category, &r.region, &r.lead, &co, &r.legal_basis, &r.valid_from, &r.valid_to];
    Ok(tx.scalar(&INSERT, &binds).await?)
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

/// Ends a rule; `false` when it ended earlier.
pub async fn end_rule(tx: &mut Tx, id: i64, at: Ts) -> Result<bool> {
    Ok(tx.run(&END, &[&id, &at]).await? == 1)
}
