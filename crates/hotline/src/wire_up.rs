//! From the command line to a running application.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use app::{App, Settings};
use kernel::{Clock, Mint, SoftwareProvider, SystemClock, SystemMint};
use store::{Store, Vault};

use crate::cli::Data;
use crate::key;

/// Opens database and key, brings the schema up to date, loads the snapshots.
///
/// # Errors
/// When the database cannot be reached, the key cannot be read, or the schema was changed by hand.
pub async fn open(data: &Data) -> Result<Arc<App>> {
    open_with(data, data.data.join("recordings")).await
}

/// As [`open`], with recordings where the switch's configuration says.
///
/// # Errors
/// As [`open`].
pub async fn open_with(data: &Data, recordings: PathBuf) -> Result<Arc<App>> {
    open_at(data, recordings, Arc::new(SystemClock), Arc::new(SystemMint)).await
}

/// As [`open_with`], in a time and with chances of the caller's.
///
/// # Errors
/// As [`open`].
pub async fn open_at(data: &Data, recordings: PathBuf, clock: Arc<dyn Clock>, mint: Arc<dyn Mint>) -> Result<Arc<App>> {
    std::fs::create_dir_all(&data.data).with_context(|| format!("无法建立数据目录 {}", data.data.display()))?;
    let url = data.database_url();
    let master = key::load_or_create(&data.key_path())?;
    let db = db::Db::open(&url, db::OpenOptions::default())
        .await
        .with_context(|| format!("无法打开数据库 {}", without_password(&url)))?;
    let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&master)));
    store.migrate().await.context("数据库升级失败")?;
    let process = format!("{}-{}", std::process::id(), mint.uuid(clock.now()).simple());
    Ok(App::open(
        store,
        Settings {
            city: data.place.city.clone(),
            region6: data.place.region.clone(),
            public_url: data.place.public_url.clone(),
            process,
            recordings,
            files: data.files.open(&data.data).await?,
            fonts: data.data.join("fonts"),
        },
        clock,
        mint,
    )
    .await?)
}

/// The address without the password in it, for messages.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => format!("{}://***@{}", &url[..scheme], &url[at + 1..]),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_stay_out_of_messages() {
        assert_eq!(without_password("postgres://u:p@db/hotline"), "postgres://***@db/hotline");
        assert_eq!(without_password("sqlite://data/hotline.db"), "sqlite://data/hotline.db");
    }
}
