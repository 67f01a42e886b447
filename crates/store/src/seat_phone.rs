//! 话机分机: who answers at a SIP desk phone instead of the browser.

use db::{Sql, Tx};
use kernel::UserId;

use crate::{error::Result, via::Via};

const OF_USER: Sql = Sql::same("SELECT extension FROM seat_phone WHERE user_id = $1");
const HOLDER: Sql = Sql::same("SELECT user_id FROM seat_phone WHERE extension = $1");
const ALL: Sql = Sql::same("SELECT user_id, extension FROM seat_phone ORDER BY extension");
const CLEAR: Sql = Sql::same("DELETE FROM seat_phone WHERE user_id = $1");
const PUT: Sql =
    Sql::same("INSERT INTO seat_phone (user_id, extension) VALUES ($1, $2) ON CONFLICT (extension) DO NOTHING");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("seat_phone.of_user", OF_USER),
        ("seat_phone.holder", HOLDER),
        ("seat_phone.all", ALL),
        ("seat_phone.clear", CLEAR),
        ("seat_phone.put", PUT),
    ]
}

/// The extension of a person's desk phone.
pub async fn phone_of<'a>(via: impl Into<Via<'a>>, user: UserId) -> Result<Option<String>> {
    let row: Option<(String,)> = via.into().one(&OF_USER, &[&user]).await?;
    Ok(row.map(|(extension,)| extension))
}

/// Whose desk phone an extension is.
pub async fn holder_of<'a>(via: impl Into<Via<'a>>, extension: &str) -> Result<Option<UserId>> {
    let row: Option<(UserId,)> = via.into().one(&HOLDER, &[&extension]).await?;
    Ok(row.map(|(user,)| user))
}

/// All desk phones.
pub async fn list_phones<'a>(via: impl Into<Via<'a>>) -> Result<Vec<(UserId, String)>> {
    Ok(via.into().all(&ALL, &[]).await?)
}

/// Replaces a person's desk phone; `false` when the extension is somebody else's.
pub async fn put_phone(tx: &mut Tx, user: UserId, extension: Option<&str>) -> Result<bool> {
    tx.run(&CLEAR, &[&user]).await?;
    match extension {
        Some(extension) => Ok(tx.run(&PUT, &[&user, &extension]).await? == 1),
        None => Ok(true),
    }
}
