//! Exports (导出): who took which rows away, for what purpose, masked or not.

use db::{Json, Sql, Tx};
use kernel::{Cursor, ExportId, OrgId, Page, Ts, UserId};
use serde_json::Value;
use sqlx::FromRow;

use crate::{
    error::{Result, StoreError},
    row::At,
    via::Via,
};

const INSERT: Sql = Sql::same(
    "INSERT INTO export_log (id, user_id, org, kind, purpose, masked, filter, row_count, state, approved_by, created_at,
        done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
);
const SAVE: Sql = Sql::same(
    "UPDATE export_log SET row_count = $3, state = $4, approved_by = $5, done_at = $6 WHERE id = $1 AND state = $2",
);
const LOAD: Sql = Sql::same("SELECT * FROM export_log WHERE id = $1");
const LIST: Sql =
    Sql::same("SELECT * FROM export_log WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3");
const LIST_OF: Sql = Sql::same(
    "SELECT * FROM export_log WHERE user_id = $4 AND (created_at, id) < ($1, $2)
     ORDER BY created_at DESC, id DESC LIMIT $3",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("export_log.insert", INSERT),
        ("export_log.save", SAVE),
        ("export_log.load", LOAD),
        ("export_log.list", LIST),
        ("export_log.list_of", LIST_OF),
    ]
}

/// Where an export stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportState {
    /// Too many rows to go without a second person's word.
    Waiting,
    Approved,
    Refused,
    Running,
    Done,
    Failed,
}

impl ExportState {
    const ALL: [Self; 6] = [Self::Waiting, Self::Approved, Self::Refused, Self::Running, Self::Done, Self::Failed];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for ExportState {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|v| v.code() == s).ok_or_else(|| format!("unknown ExportState: {s}"))
    }
}

/// One export.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    pub id: ExportId,
    pub user: UserId,
    pub org: OrgId,
    /// `orders`, `tasks`, `report:…`.
    pub kind: String,
    pub purpose: String,
    pub masked: bool,
    pub filter: Value,
    pub rows: i64,
    pub state: ExportState,
    pub approved_by: Option<UserId>,
    pub created_at: Ts,
    pub done_at: Option<Ts>,
}

#[derive(FromRow)]
struct ExportRow {
    id: ExportId,
    user_id: UserId,
    org: OrgId,
    kind: String,
    purpose: String,
    masked: bool,
    filter: Json<Value>,
    row_count: i64,
    state: String,
    approved_by: Option<UserId>,
    created_at: Ts,
    done_at: Option<Ts>,
}

impl TryFrom<ExportRow> for Export {
    type Error = StoreError;
    fn try_from(r: ExportRow) -> Result<Self> {
        Ok(Export {
            state: At { table: "export_log", row: &r.id }.code("state", &r.state)?,
            id: r.id,
            user: r.user_id,
            org: r.org,
            kind: r.kind,
            purpose: r.purpose,
            masked: r.masked,
            filter: r.filter.0,
            rows: r.row_count,
            approved_by: r.approved_by,
            created_at: r.created_at,
            done_at: r.done_at,
        })
    }
}

/// Records an export before it begins.
pub async fn insert_export(tx: &mut Tx, e: &Export) -> Result<()> {
    let (filter, state) = (Json(e.filter.clone()), e.state.code());
    let binds: [&dyn db::Bind; 12] = [
        &e.id,
        &e.user,
        &e.org,
        &e.kind,
        &e.purpose,
        &e.masked,
        &filter,
        &e.rows,
        &state,
        &e.approved_by,
        &e.created_at,
        &e.done_at,
    ];
    tx.run(&INSERT, &binds).await?;
    Ok(())
}

/// Writes rows, state, approver and end if the state is still `from`.
pub async fn save_export(tx: &mut Tx, from: ExportState, e: &Export) -> Result<bool> {
    let done = tx.run(&SAVE, &[&e.id, &from.code(), &e.rows, &e.state.code(), &e.approved_by, &e.done_at]).await?;
    Ok(done == 1)
}

/// One export.
pub async fn load_export<'a>(via: impl Into<Via<'a>>, id: ExportId) -> Result<Option<Export>> {
    via.into().one::<ExportRow>(&LOAD, &[&id]).await?.map(Export::try_from).transpose()
}

/// Exports, newest first, of one person or of all.
pub async fn list_exports<'a>(via: impl Into<Via<'a>>, user: Option<UserId>, page: &Page) -> Result<Vec<Export>> {
    let start = Cursor::int(i64::MAX, uuid::Uuid::max());
    let after = page.after.as_ref().unwrap_or(&start);
    let (at, limit) = (after.as_int().unwrap_or(i64::MAX), i64::from(page.limit));
    let mut via = via.into();
    let rows: Vec<ExportRow> = match user {
        Some(user) => via.all(&LIST_OF, &[&at, &after.id, &limit, &user]).await?,
        None => via.all(&LIST, &[&at, &after.id, &limit]).await?,
    };
    rows.into_iter().map(Export::try_from).collect()
}
