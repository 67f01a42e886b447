//! Imports (导入): a run over one file, and what became of each of its lines.

use db::{Sql, Tx};
use kernel::{Cursor, ImportId, OrderId, Page, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::{Result, StoreError},
    row::{At, boxes, insert_new},
    via::Via,
};

const INSERT_RUN: Sql = Sql::same(
    "INSERT INTO import_run (id, src_sys, file_name, file_hash, user_id, state, started_at, finished_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const SAVE_RUN: Sql = Sql::same("UPDATE import_run SET state = $2, finished_at = $3 WHERE id = $1");
const LOAD_RUN: Sql = Sql::same("SELECT * FROM import_run WHERE id = $1");
const LIST_RUNS: Sql =
    Sql::same("SELECT * FROM import_run WHERE (started_at, id) < ($1, $2) ORDER BY started_at DESC, id DESC LIMIT $3");
const LIST_ROWS: Sql = Sql::same(
    "SELECT line, src_no, state, reason, order_id FROM import_row WHERE run = $1 AND state = $2 AND line > $3
     ORDER BY line LIMIT $4",
);
const COUNT: Sql = Sql::same(
    "SELECT COUNT(*) FILTER (WHERE state = 'ok'), COUNT(*) FILTER (WHERE state = 'duplicate'),
            COUNT(*) FILTER (WHERE state = 'rejected'), COALESCE(MAX(line), 0) FROM import_row WHERE run = $1",
);
const ROW_COLUMNS: &[&str] = &["run", "line", "src_no", "state", "reason", "order_id"];

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("import.insert_run", INSERT_RUN),
        ("import.save_run", SAVE_RUN),
        ("import.load_run", LOAD_RUN),
        ("import.list_runs", LIST_RUNS),
        ("import.list_rows", LIST_ROWS),
        ("import.count", COUNT),
    ]
}

macro_rules! states {
    ($(#[$m:meta])* $name:ident { $($(#[$vm:meta])* $v:ident = $code:literal;)+ }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vm])* $v,)+ }
        impl $name {
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $($name::$v => $code,)+ } }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, String> {
                match s { $($code => Ok($name::$v),)+ _ => Err(format!("unknown {}: {s}", stringify!($name))) }
            }
        }
    };
}

states! {
    /// Where a run stands.
    RunState { Running = "running"; Done = "done"; Failed = "failed"; }
}
states! {
    /// What became of a line.
    RowState {
        Ok = "ok";
        /// An order with this source number exists already.
        Duplicate = "duplicate";
        Rejected = "rejected";
    }
}

/// One run over a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRun {
    pub id: ImportId,
    pub src_sys: String,
    pub file_name: String,
    pub file_hash: String,
    pub user: Option<UserId>,
    pub state: RunState,
    pub started_at: Ts,
    pub finished_at: Option<Ts>,
}

/// One line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// From 1, the heading not counted.
    pub line: i64,
    pub src_no: String,
    pub state: RowState,
    /// Why it was rejected, in Chinese, naming the field.
    pub reason: Option<String>,
    pub order: Option<OrderId>,
}

#[derive(FromRow)]
struct RunRow {
    id: ImportId,
    src_sys: String,
    file_name: String,
    file_hash: String,
    user_id: Option<UserId>,
    state: String,
    started_at: Ts,
    finished_at: Option<Ts>,
}

impl TryFrom<RunRow> for ImportRun {
    type Error = StoreError;
    fn try_from(r: RunRow) -> Result<Self> {
        let state = At { table: "import_run", row: &r.id }.code("state", &r.state)?;
        let RunRow { id, src_sys, file_name, file_hash, user_id: user, started_at, finished_at, .. } = r;
        Ok(ImportRun { id, src_sys, file_name, file_hash, user, state, started_at, finished_at })
    }
}

/// Begins a run.
pub async fn insert_run(tx: &mut Tx, r: &ImportRun) -> Result<()> {
    let state = r.state.code();
    let binds: [&dyn db::Bind; 8] =
        [&r.id, &r.src_sys, &r.file_name, &r.file_hash, &r.user, &state, &r.started_at, &r.finished_at];
    tx.run(&INSERT_RUN, &binds).await?;
    Ok(())
}

/// Ends a run.
pub async fn finish_run(tx: &mut Tx, id: ImportId, state: RunState, at: Ts) -> Result<bool> {
    Ok(tx.run(&SAVE_RUN, &[&id, &state.code(), &Some(at)]).await? == 1)
}

/// One run.
pub async fn load_run<'a>(via: impl Into<Via<'a>>, id: ImportId) -> Result<Option<ImportRun>> {
    via.into().one::<RunRow>(&LOAD_RUN, &[&id]).await?.map(ImportRun::try_from).transpose()
}

/// Runs, newest first.
pub async fn list_runs<'a>(via: impl Into<Via<'a>>, page: &Page) -> Result<Vec<ImportRun>> {
    let start = Cursor::int(i64::MAX, uuid::Uuid::max());
    let after = page.after.as_ref().unwrap_or(&start);
    let at = after.as_int().unwrap_or(i64::MAX);
    let rows = via.into().all::<RunRow>(&LIST_RUNS, &[&at, &after.id, &i64::from(page.limit)]).await?;
    rows.into_iter().map(ImportRun::try_from).collect()
}

/// Records lines in as few statements as possible. A line recorded before stays as it was: a run can be resumed.
pub async fn insert_rows_of(tx: &mut Tx, run: ImportId, rows: &[ImportRow]) -> Result<u64> {
    let binds = rows.iter().map(|r| boxes![run, r.line, r.src_no.clone(), r.state.code(), r.reason.clone(), r.order]);
    Ok(insert_new(tx, "import_row", ROW_COLUMNS, binds.collect(), "ON CONFLICT (run, line) DO NOTHING").await?)
}

/// Lines of one state after `after_line`, in order.
pub async fn list_rows<'a>(
    via: impl Into<Via<'a>>,
    run: ImportId,
    state: RowState,
    after_line: i64,
    limit: u32,
) -> Result<Vec<ImportRow>> {
    type Row = (i64, String, String, Option<String>, Option<OrderId>);
    let rows: Vec<Row> = via.into().all(&LIST_ROWS, &[&run, &state.code(), &after_line, &i64::from(limit)]).await?;
    rows.into_iter()
        .map(|(line, src_no, state, reason, order)| {
            let state = At { table: "import_row", row: &line }.code("state", &state)?;
            Ok(ImportRow { line, src_no, state, reason, order })
        })
        .collect()
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    pub ok: i64,
    pub duplicate: i64,
    pub rejected: i64,
    /// The last line recorded.
    pub last_line: i64,
}

/// The counts of a run.
pub async fn count_rows<'a>(via: impl Into<Via<'a>>, run: ImportId) -> Result<ImportCounts> {
    let (ok, duplicate, rejected, last_line) = via.into().one(&COUNT, &[&run]).await?.unwrap_or_default();
    Ok(ImportCounts { ok, duplicate, rejected, last_line })
}
