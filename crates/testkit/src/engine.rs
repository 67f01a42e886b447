//! Fresh databases of both engines, and the macro that runs one story on each.

use std::ops::Deref;
use std::time::Duration;

use db::{Db, Group, OpenOptions};
use tempfile::TempDir;

use crate::pg;

/// An empty database that disappears with this value. Derefs to [`Db`].
pub struct TestDb {
    db: Db,
    url: String,
    home: Home,
}

enum Home {
    Lite { _dir: TempDir },
    Pg { name: String },
}

impl TestDb {
    /// A fresh SQLite file.
    pub async fn sqlite() -> TestDb {
        let dir = tempfile::tempdir().expect("temporary directory");
        let url = format!("sqlite://{}", dir.path().join("test.db").display());
        TestDb { db: open(&url).await, url, home: Home::Lite { _dir: dir } }
    }

    /// A fresh database on the test server. Sorted by code point like SQLite, whatever the server's locale.
    pub async fn postgres() -> TestDb {
        let server = tokio::task::spawn_blocking(pg::server).await.expect("the test server is there");
        let name = pg::random_name();
        server
            .admin(format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"))
            .await;
        let url = server.url_of(&name);
        TestDb { db: open(&url).await, url, home: Home::Pg { name } }
    }

    /// The handle.
    pub fn db(&self) -> Db {
        self.db.clone()
    }

    /// Address, for a second connection to the same database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        self.db.dialect().into()
    }

    /// A second, independent handle, as another process would have.
    pub async fn reopen(&self) -> Db {
        open(&self.url).await
    }

    /// The same database with other bounds of a group commit.
    pub async fn grouping(mut self, group: Group) -> TestDb {
        self.db.close().await;
        self.db = open_with(&self.url, group).await;
        self
    }
}

impl Deref for TestDb {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let Home::Pg { name } = &self.home else { return };
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // On a thread of its own: drop is not async and may run inside a runtime.
        let work = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
            runtime.block_on(pg::server().admin(sql));
        });
        if work.join().is_err() && !std::thread::panicking() {
            panic!("the test database {name} could not be dropped");
        }
    }
}

async fn open(url: &str) -> Db {
    open_with(url, Group::default()).await
}

async fn open_with(url: &str, group: Group) -> Db {
    let opts =
        OpenOptions { connections: 4, acquire_timeout: Duration::from_secs(60), group, ..OpenOptions::default() };
    Db::open(url, opts).await.unwrap_or_else(|e| panic!("{e}"))
}

/// One fresh database per engine.
pub async fn engines() -> Vec<TestDb> {
    vec![TestDb::sqlite().await, TestDb::postgres().await]
}

/// Runs an async test body on a runtime like the product's.
pub fn block<T>(story: impl Future<Output = T>) -> T {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("runtime").block_on(story)
}

/// Turns each `async fn story(db: Db) { … }` into two tests, `story::sqlite` and `story::postgres`.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: $ty:ty) $body:block)+) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn story($db: $ty) $body

            #[test]
            fn sqlite() {
                $crate::block(async {
                    let test = $crate::TestDb::sqlite().await;
                    story(test.db()).await;
                });
            }

            #[test]
            fn postgres() {
                $crate::block(async {
                    let test = $crate::TestDb::postgres().await;
                    story(test.db()).await;
                });
            }
        }
    )+};
}
