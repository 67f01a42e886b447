//! Saved filters (常用筛选).

use db::{Json, Sql, Tx};
use kernel::{FilterId, Ts, UserId};
use serde_json::Value;

use crate::{error::Result, via::Via};

const SAVE: Sql = Sql::same(
    "INSERT INTO saved_filter (id, user_id, name, body, created_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (user_id, name) DO UPDATE SET body = excluded.body RETURNING id",
);
const LIST: Sql = Sql::same("SELECT id, name, body, created_at FROM saved_filter WHERE user_id = $1 ORDER BY name");
const DELETE: Sql = Sql::same("DELETE FROM saved_filter WHERE id = $1 AND user_id = $2");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("saved_filter.save", SAVE), ("saved_filter.list", LIST), ("saved_filter.delete", DELETE)]
}

/// A named query of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedFilter {
    pub id: FilterId,
    pub name: String,
    pub body: Value,
    pub created_at: Ts,
}

/// Keeps a filter; one with the same name is replaced and keeps its key, which is returned.
pub async fn save_filter(tx: &mut Tx, user: UserId, filter: &SavedFilter) -> Result<FilterId> {
    let body = Json(filter.body.clone());
    Ok(tx.scalar(&SAVE, &[&filter.id, &user, &filter.name, &body, &filter.created_at]).await?)
}

/// A person's filters by name.
pub async fn list_filters<'a>(via: impl Into<Via<'a>>, user: UserId) -> Result<Vec<SavedFilter>> {
    let rows = via.into().all::<(FilterId, String, Json<Value>, Ts)>(&LIST, &[&user]).await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, body, created_at)| SavedFilter { id, name, body: body.0, created_at })
        .collect())
}

/// Forgets a filter.
pub async fn delete_filter(tx: &mut Tx, user: UserId, id: FilterId) -> Result<bool> {
    Ok(tx.run(&DELETE, &[&id, &user]).await? == 1)
}
