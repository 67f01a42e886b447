//! Sheets: never changed, only followed by a newer one, so that old scores keep their items.

use db::{Json, Sql, Tx};
use domain::quality::SheetItem;
use kernel::{Ts, UserId, Uuid};
use sqlx::FromRow;

use crate::{error::Result, via::Via};

const RETIRE: Sql = Sql::same("UPDATE quality_sheet SET active = FALSE WHERE name = $1 AND active");
const INSERT: Sql = Sql::same(
    "INSERT INTO quality_sheet (id, name, items, active, created_by, created_at) VALUES ($1, $2, $3, TRUE, $4, $5)",
);
const LOAD: Sql = Sql::same("SELECT * FROM quality_sheet WHERE id = $1");
const LIST: Sql = Sql::same("SELECT * FROM quality_sheet ORDER BY active DESC, created_at DESC, id LIMIT 200");
const ACTIVE: Sql = Sql::same("SELECT * FROM quality_sheet WHERE active ORDER BY created_at DESC, id LIMIT 1");

pub(super) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("quality_sheet.retire", RETIRE),
        ("quality_sheet.insert", INSERT),
        ("quality_sheet.load", LOAD),
        ("quality_sheet.list", LIST),
        ("quality_sheet.active", ACTIVE),
    ]
}

/// A sheet as it is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub id: Uuid,
    pub name: String,
    pub items: Vec<SheetItem>,
    /// Newer scores use it.
    pub active: bool,
    /// `None` for the shipped one.
    pub created_by: Option<UserId>,
    pub created_at: Ts,
}

#[derive(FromRow)]
struct SheetRow {
    id: Uuid,
    name: String,
    items: Json<Vec<SheetItem>>,
    active: bool,
    created_by: Option<UserId>,
    created_at: Ts,
}

impl From<SheetRow> for Sheet {
    fn from(r: SheetRow) -> Self {
        let SheetRow { id, name, items, active, created_by, created_at } = r;
        Sheet { id, name, items: items.0, active, created_by, created_at }
    }
}

/// Adds a sheet; the one of the same name is retired.
pub async fn put_sheet(tx: &mut Tx, s: &Sheet) -> Result<()> {
    tx.run(&RETIRE, &[&s.name]).await?;
    tx.run(&INSERT, &[&s.id, &s.name, &Json(s.items.clone()), &s.created_by, &s.created_at]).await?;
    Ok(())
}

/// One sheet.
pub async fn load_sheet<'a>(via: impl Into<Via<'a>>, id: Uuid) -> Result<Option<Sheet>> {
    Ok(via.into().one::<SheetRow>(&LOAD, &[&id]).await?.map(Sheet::from))
}

/// Every sheet, those in use first.
pub async fn list_sheets<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Sheet>> {
    Ok(via.into().all::<SheetRow>(&LIST, &[]).await?.into_iter().map(Sheet::from).collect())
}

/// The newest sheet in use.
pub async fn active_sheet<'a>(via: impl Into<Via<'a>>) -> Result<Option<Sheet>> {
    Ok(via.into().one::<SheetRow>(&ACTIVE, &[]).await?.map(Sheet::from))
}
