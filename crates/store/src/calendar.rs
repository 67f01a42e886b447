//! Days that differ from the plain week (工作日历).

use std::collections::BTreeMap;

use db::{Sql, Tx};
use kernel::{Date, DayOverride};

use crate::{
    error::{Result, StoreError},
    row::{boxes, insert_rows},
    via::Via,
};

const LIST: Sql = Sql::same("SELECT day, kind, note FROM calendar_day ORDER BY day");
const DELETE: Sql = Sql::same("DELETE FROM calendar_day WHERE day = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("calendar.list", LIST), ("calendar.delete", DELETE)]
}

/// All overrides, for [`kernel::Calendar::new`].
pub async fn load_overrides<'a>(via: impl Into<Via<'a>>) -> Result<BTreeMap<Date, DayOverride>> {
    let rows = via.into().all::<(String, String, String)>(&LIST, &[]).await?;
    rows.into_iter()
        .map(|(day, kind, note)| {
            let date: Date = day.parse().map_err(|e| StoreError::corrupt("calendar_day", "day", &day, e))?;
            let kind = kind.parse().map_err(|e| StoreError::corrupt("calendar_day", "kind", &day, e))?;
            Ok((date, DayOverride { kind, note }))
        })
        .collect()
}

/// Adds or replaces overrides.
pub async fn put_days(tx: &mut Tx, days: &BTreeMap<Date, DayOverride>) -> Result<()> {
    let rows = days.iter().map(|(date, d)| boxes![date.to_string(), d.kind.as_str(), d.note.clone()]);
    let tail = "ON CONFLICT (day) DO UPDATE SET kind = excluded.kind, note = excluded.note";
    insert_rows(tx, "calendar_day", &["day", "kind", "note"], rows.collect(), tail).await?;
    Ok(())
}

/// Takes an override away; `false` when there was none.
pub async fn delete_day(tx: &mut Tx, date: Date) -> Result<bool> {
    Ok(tx.run(&DELETE, &[&date.to_string()]).await? == 1)
}
