//! Categories of matters (问题分类).

use db::{Sql, Tx};
use domain::directory::Category;
use domain::partner::share::CodeMap;
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{boxes, insert_rows},
    via::Via,
};

const COLUMNS: &[&str] = &["code", "name", "parent", "level", "keywords", "active", "dept_duty_only"];
const LIST: Sql =
    Sql::same("SELECT code, name, parent, level, keywords, active, dept_duty_only FROM category ORDER BY code");

const MAP: Sql = Sql::same("SELECT old_code, new_code FROM category_map");
const MAP_PUT: Sql = Sql::same(
    "INSERT INTO category_map (old_code, new_code) VALUES ($1, $2)
     ON CONFLICT (old_code) DO UPDATE SET new_code = excluded.new_code",
);
const MAP_END: Sql = Sql::same("DELETE FROM category_map WHERE new_code = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("category.list", LIST), ("category.map", MAP), ("category.map_put", MAP_PUT), ("category.map_end", MAP_END)]
}

/// Codes that another stands for now, by old code.
pub async fn code_map<'a>(via: impl Into<Via<'a>>) -> Result<CodeMap> {
    Ok(via.into().all::<(String, String)>(&MAP, &[]).await?.into_iter().collect())
}

/// `new` stands for `old` from now on.
pub async fn map_code(tx: &mut Tx, old: &str, new: &str) -> Result<()> {
    tx.run(&MAP_PUT, &[&old, &new]).await?;
    Ok(())
}

/// What `new` stood for is forgotten.
pub async fn unmap_code(tx: &mut Tx, new: &str) -> Result<()> {
    tx.run(&MAP_END, &[&new]).await?;
    Ok(())
}

#[derive(FromRow)]
struct CategoryRow {
    code: String,
    name: String,
    parent: Option<String>,
    level: i32,
    keywords: String,
    active: bool,
    dept_duty_only: bool,
}

/// Every category, inactive ones included, by code.
pub async fn list_categories<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Category>> {
    let rows = via.into().all::<CategoryRow>(&LIST, &[]).await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let CategoryRow { code, name, parent, level, keywords, active, dept_duty_only } = r;
            Category { code, name, parent, level, keywords, active, dept_duty_only }
        })
        .collect())
}

/// Adds categories or replaces those with the same code.
pub async fn put_categories(tx: &mut Tx, categories: &[Category]) -> Result<()> {
    let rows = categories.iter().map(|c| {
        boxes![
            c.code.clone(),
            c.name.clone(),
            c.parent.clone(),
            c.level,
            c.keywords.clone(),
            c.active,
            c.dept_duty_only
        ]
    });
    let tail =
        "ON CONFLICT (code) DO UPDATE SET name = excluded.name, parent = excluded.parent, level = excluded.level,
        keywords = excluded.keywords, active = excluded.active, dept_duty_only = excluded.dept_duty_only";
    insert_rows(tx, "category", COLUMNS, rows.collect(), tail).await?;
    Ok(())
}
