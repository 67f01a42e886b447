//! Data dictionaries (数据字典): items have versions in time, so that old orders keep their words.

use std::collections::HashSet;

use db::{Json, Sql, Tx};
use kernel::Ts;
use serde_json::Value;
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{boxes, insert_rows},
    via::Via,
};

const COLUMNS: &[&str] = &["dict", "code", "valid_from", "valid_to", "label", "parent", "sort", "extra"];
const LIST_ALL: Sql = Sql::same("SELECT * FROM dictionary_item ORDER BY dict, sort, code, valid_from");
const CODES: Sql = Sql::same("SELECT DISTINCT dict, code FROM dictionary_item");
const LIST: Sql = Sql::same(
    "SELECT * FROM dictionary_item WHERE dict = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)
     ORDER BY sort, code",
);
const LIST_VALID: Sql = Sql::same(
    "SELECT * FROM dictionary_item WHERE valid_from <= $1 AND (valid_to IS NULL OR valid_to > $1)
     ORDER BY dict, sort, code",
);
const END: Sql = Sql::same(
    "UPDATE dictionary_item SET valid_to = $3 WHERE dict = $1 AND code = $2 AND valid_from < $3
       AND (valid_to IS NULL OR valid_to > $3)",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("dictionary.list_all", LIST_ALL),
        ("dictionary.codes", CODES),
        ("dictionary.list", LIST),
        ("dictionary.list_valid", LIST_VALID),
        ("dictionary.end", END),
    ]
}

/// One version of an item; in force from `valid_from` to before `valid_to`.
#[derive(Clone, Debug, PartialEq)]
pub struct DictionaryItem {
    pub dict: String,
    pub code: String,
    pub label: String,
    pub parent: Option<String>,
    pub sort: i64,
    pub extra: Value,
    pub valid_from: Ts,
    pub valid_to: Option<Ts>,
}

#[derive(FromRow)]
struct ItemRow {
    dict: String,
    code: String,
    label: String,
    parent: Option<String>,
    sort: i64,
    extra: Json<Value>,
    valid_from: Ts,
    valid_to: Option<Ts>,
}

impl From<ItemRow> for DictionaryItem {
    fn from(r: ItemRow) -> Self {
        let ItemRow { dict, code, label, parent, sort, extra, valid_from, valid_to } = r;
        DictionaryItem { dict, code, label, parent, sort, extra: extra.0, valid_from, valid_to }
    }
}

/// Every version of every item.
pub async fn list_all<'a>(via: impl Into<Via<'a>>) -> Result<Vec<DictionaryItem>> {
    Ok(via.into().all::<ItemRow>(&LIST_ALL, &[]).await?.into_iter().map(DictionaryItem::from).collect())
}

/// The items of a dictionary in force at a moment.
pub async fn list_items<'a>(via: impl Into<Via<'a>>, dict: &str, at: Ts) -> Result<Vec<DictionaryItem>> {
    Ok(via.into().all::<ItemRow>(&LIST, &[&dict, &at]).await?.into_iter().map(DictionaryItem::from).collect())
}

/// The items of all dictionaries in force at a moment, in their order.
pub async fn list_valid<'a>(via: impl Into<Via<'a>>, at: Ts) -> Result<Vec<DictionaryItem>> {
    Ok(via.into().all::<ItemRow>(&LIST_VALID, &[&at]).await?.into_iter().map(DictionaryItem::from).collect())
}

/// Adds versions; the one in force before ends where the new one begins (see [`end_item`]). A version with the same
/// beginning is replaced.
pub async fn put_items(tx: &mut Tx, items: &[DictionaryItem]) -> Result<()> {
    let rows = items.iter().map(|i| {
        boxes![
            i.dict.clone(),
            i.code.clone(),
            i.valid_from,
            i.valid_to,
            i.label.clone(),
            i.parent.clone(),
            i.sort,
            Json(i.extra.clone())
        ]
    });
    let tail = "ON CONFLICT (dict, code, valid_from) DO UPDATE SET label = excluded.label, parent = excluded.parent,
        sort = excluded.sort, extra = excluded.extra, valid_to = excluded.valid_to";
    insert_rows(tx, "dictionary_item", COLUMNS, rows.collect(), tail).await?;
    Ok(())
}

/// Adds items whose dictionary has no such code, ever; says how many those were.
pub async fn add_missing(tx: &mut Tx, items: &[DictionaryItem]) -> Result<usize> {
    let known: HashSet<(String, String)> = tx.all::<(String, String)>(&CODES, &[]).await?.into_iter().collect();
    let missing = |i: &&DictionaryItem| !known.contains(&(i.dict.clone(), i.code.clone()));
    let missing: Vec<DictionaryItem> = items.iter().filter(missing).cloned().collect();
    if !missing.is_empty() {
        put_items(tx, &missing).await?;
    }
    Ok(missing.len())
}

/// Ends what is in force; `false` when nothing was.
pub async fn end_item(tx: &mut Tx, dict: &str, code: &str, at: Ts) -> Result<bool> {
    Ok(tx.run(&END, &[&dict, &code, &at]).await? > 0)
}
