//! 文书模板: versions an administrator has put in place of the built-in ones. The bytes are in [`crate::blob`].

use db::{FromRow, Sql, Tx};
use domain::paper::PaperKind;
use kernel::{TemplateId, Ts, UserId};

use crate::{
    error::{Result, StoreError},
    row::At,
    via::Via,
};

const INSERT: Sql = Sql::same(
    "INSERT INTO paper_template (id, kind, version, file_name, note, digest, size, in_force, by_user, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE, $8, $9)",
);
const LIST: Sql = Sql::same("SELECT * FROM paper_template ORDER BY kind, version DESC");
const LOAD: Sql = Sql::same("SELECT * FROM paper_template WHERE id = $1");
const CURRENT: Sql = Sql::same("SELECT * FROM paper_template WHERE kind = $1 AND in_force");
const LAST: Sql = Sql::same("SELECT MAX(version) FROM paper_template WHERE kind = $1");
const RETIRE: Sql = Sql::same("UPDATE paper_template SET in_force = FALSE WHERE kind = $1 AND in_force");
const ENFORCE: Sql = Sql::same("UPDATE paper_template SET in_force = TRUE WHERE id = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("paper_template.insert", INSERT),
        ("paper_template.list", LIST),
        ("paper_template.load", LOAD),
        ("paper_template.current", CURRENT),
        ("paper_template.last", LAST),
        ("paper_template.retire", RETIRE),
        ("paper_template.enforce", ENFORCE),
    ]
}

/// One version of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: TemplateId,
    pub kind: PaperKind,
    /// From 1 within the kind.
    pub version: i64,
    pub file_name: String,
    /// 修改说明.
    pub note: String,
    /// SM3 of the file, its name in the file store.
    pub digest: String,
    /// Bytes.
    pub size: i64,
    pub in_force: bool,
    pub by_user: UserId,
    pub at: Ts,
}

#[derive(FromRow)]
struct TemplateRow {
    id: TemplateId,
    kind: String,
    version: i64,
    file_name: String,
    note: String,
    digest: String,
    size: i64,
    in_force: bool,
    by_user: UserId,
    at: Ts,
}

impl TryFrom<TemplateRow> for Template {
    type Error = StoreError;

    fn try_from(r: TemplateRow) -> Result<Self, StoreError> {
        Ok(Self {
            kind: At { table: "paper_template", row: &r.id }.code("kind", &r.kind)?,
            id: r.id,
            version: r.version,
            file_name: r.file_name,
            note: r.note,
            digest: r.digest,
            size: r.size,
            in_force: r.in_force,
            by_user: r.by_user,
            at: r.at,
        })
    }
}

/// Puts a new version in force; its number is the next of its kind.
pub async fn add_template(tx: &mut Tx, t: &Template) -> Result<i64> {
    retire_templates(tx, t.kind).await?;
    let last: Option<(Option<i64>,)> = tx.one(&LAST, &[&t.kind.code()]).await?;
    let version = last.and_then(|(n,)| n).unwrap_or_default() + 1;
    let kind = t.kind.code();
    let binds: [&dyn db::Bind; 9] =
        [&t.id, &kind, &version, &t.file_name, &t.note, &t.digest, &t.size, &t.by_user, &t.at];
    tx.run(&INSERT, &binds).await?;
    Ok(version)
}

/// Every version, the newest of each kind first.
pub async fn templates<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Template>> {
    let rows: Vec<TemplateRow> = via.into().all(&LIST, &[]).await?;
    rows.into_iter().map(Template::try_from).collect()
}

pub async fn load_template<'a>(via: impl Into<Via<'a>>, id: TemplateId) -> Result<Option<Template>> {
    let row: Option<TemplateRow> = via.into().one(&LOAD, &[&id]).await?;
    row.map(Template::try_from).transpose()
}

/// The version in force; `None`: the built-in one.
pub async fn current_template<'a>(via: impl Into<Via<'a>>, kind: PaperKind) -> Result<Option<Template>> {
    let row: Option<TemplateRow> = via.into().one(&CURRENT, &[&kind.code()]).await?;
    row.map(Template::try_from).transpose()
}

/// Back to the built-in template.
pub async fn retire_templates(tx: &mut Tx, kind: PaperKind) -> Result<()> {
    tx.run(&RETIRE, &[&kind.code()]).await?;
    Ok(())
}

/// An earlier version is in force again.
pub async fn enforce_template(tx: &mut Tx, t: &Template) -> Result<()> {
    retire_templates(tx, t.kind).await?;
    tx.run(&ENFORCE, &[&t.id]).await?;
    Ok(())
}
