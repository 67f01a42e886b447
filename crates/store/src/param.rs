//! Parameters (参数配置): every value ever set, with its reason; the newest in force counts.

use db::{Sql, Tx};
use domain::param::Params;
use kernel::{Ts, UserId};
use serde_json::Value;
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{At, to_json},
    via::Via,
};

const INSERT: Sql = Sql::same(
    "INSERT INTO param (key, value, effective_from, by_user, reason, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
     RETURNING id",
);
const CURRENT: Sql = Sql::same(
    "SELECT id, key, value, effective_from, by_user, reason, recorded_at FROM (
        SELECT p.*, ROW_NUMBER() OVER (PARTITION BY key ORDER BY effective_from DESC, id DESC) AS newest
        FROM param p WHERE effective_from <= $1) ranked WHERE newest = 1 ORDER BY key",
);
const HISTORY: Sql = Sql::same(
    "SELECT id, key, value, effective_from, by_user, reason, recorded_at FROM param WHERE key = $1 ORDER BY id DESC",
);
const NEXT_CHANGE: Sql = Sql::same("SELECT MIN(effective_from) FROM param WHERE effective_from > $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("param.insert", INSERT),
        ("param.current", CURRENT),
        ("param.history", HISTORY),
        ("param.next_change", NEXT_CHANGE),
    ]
}

/// One value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamValue {
    pub id: i64,
    pub key: String,
    pub value: Value,
    pub effective_from: Ts,
    pub by: Option<UserId>,
    pub reason: String,
    pub recorded_at: Ts,
}

#[derive(FromRow)]
struct ParamRow {
    id: i64,
    key: String,
    value: String,
    effective_from: Ts,
    by_user: Option<UserId>,
    reason: String,
    recorded_at: Ts,
}

fn read(rows: Vec<ParamRow>) -> Result<Vec<ParamValue>> {
    rows.into_iter()
        .map(|r| {
            let value = At { table: "param", row: &r.id }.json("value", &r.value)?;
            let ParamRow { id, key, effective_from, by_user: by, reason, recorded_at, .. } = r;
            Ok(ParamValue { id, key, value, effective_from, by, reason, recorded_at })
        })
        .collect()
}

/// Sets a value from a moment on; its `id` is ignored and the new one returned. Rolling back is setting the old value.
pub async fn insert_param(tx: &mut Tx, p: &ParamValue) -> Result<i64> {
    let value = to_json(&p.value);
    Ok(tx.scalar(&INSERT, &[&p.key, &value, &p.effective_from, &p.by, &p.reason, &p.recorded_at]).await?)
}

/// The parameters in force at a moment: defaults with what is stored laid over them.
pub async fn load_params<'a>(via: impl Into<Via<'a>>, at: Ts) -> Result<Params> {
    Ok(Params::with(list_current(via, at).await?.into_iter().map(|p| (p.key, p.value))))
}

/// The values in force at a moment, by key.
pub async fn list_current<'a>(via: impl Into<Via<'a>>, at: Ts) -> Result<Vec<ParamValue>> {
    read(via.into().all(&CURRENT, &[&at]).await?)
}

/// Every value of a key, newest first.
pub async fn list_history<'a>(via: impl Into<Via<'a>>, key: &str) -> Result<Vec<ParamValue>> {
    read(via.into().all(&HISTORY, &[&key]).await?)
}

/// When a planned value comes into force next: a snapshot taken now is good until then.
pub async fn next_change<'a>(via: impl Into<Via<'a>>, after: Ts) -> Result<Option<Ts>> {
    Ok(via.into().scalar(&NEXT_CHANGE, &[&after]).await?)
}
