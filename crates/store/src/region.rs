//! Administrative divisions (行政区划).

use db::{Sql, Tx};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{boxes, insert_rows},
    via::Via,
};

const COLUMNS: &[&str] = &["code", "name", "parent", "level"];
const LIST: Sql = Sql::same("SELECT code, name, parent, level FROM region ORDER BY code");
const CHILDREN: Sql = Sql::same("SELECT code, name, parent, level FROM region WHERE parent = $1 ORDER BY code");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("region.list", LIST), ("region.children", CHILDREN)]
}

/// A division: twelve-digit code, `level` one of `province`, `city`, `county`, `town`, `village`.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Region {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub level: String,
}

/// Every division by code.
pub async fn list_regions<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Region>> {
    Ok(via.into().all(&LIST, &[]).await?)
}

/// The divisions directly below one.
pub async fn list_children<'a>(via: impl Into<Via<'a>>, parent: &str) -> Result<Vec<Region>> {
    Ok(via.into().all(&CHILDREN, &[&parent]).await?)
}

/// Adds divisions or renames those with the same code.
pub async fn put_regions(tx: &mut Tx, regions: &[Region]) -> Result<()> {
    let rows = regions.iter().map(|r| boxes![r.code.clone(), r.name.clone(), r.parent.clone(), r.level.clone()]);
    let tail =
        "ON CONFLICT (code) DO UPDATE SET name = excluded.name, parent = excluded.parent, level = excluded.level";
    insert_rows(tx, "region", COLUMNS, rows.collect(), tail).await?;
    Ok(())
}
