//! An installation as it is after its first start, with the three administrators at work.

use std::sync::Arc;

use app::seed::{FirstStart, first_start};
use app::{App, Ctx, Settings};
use db::Db;
use domain::authority::Actor;
use domain::env::By;
use kernel::{Clock, ManualClock, SeqMint, Ts};
use store::Store;

use crate::town::{ctx_of, morning, vault};

pub struct Office {
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub first: FirstStart,
    /// Where recordings would be.
    folder: tempfile::TempDir,
}

impl Office {
    pub async fn open(db: Db) -> Office {
        Self::open_at(db, morning()).await
    }

    pub async fn open_at(db: Db, now: Ts) -> Office {
        let clock = Arc::new(ManualClock::new(now));
        let store = Store::new(db, vault());
        store.migrate().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let app = process(store, Arc::clone(&clock) as Arc<dyn Clock>, 1, folder.path()).await;
        let first = first_start(&app).await.unwrap();
        Office { app, clock, first, folder }
    }

    /// A second process on the same database.
    pub async fn other(&self, db: Db) -> Arc<App> {
        process(Store::new(db, vault()), Arc::clone(&self.clock) as Arc<dyn Clock>, 2, self.folder.path()).await
    }

    /// Somebody in the first appointment, as if signed in with the password changed.
    pub async fn ctx(&self, login: &str) -> Ctx {
        let (db, vault) = (&self.app.store.db, &self.app.store.vault);
        let staff = store::staff::find_by_login(db, vault, login).await.unwrap().expect(login);
        let held = store::appointment::list_of_user(db, staff.id).await.unwrap().remove(0);
        ctx_of(
            &self.app,
            By::Person(Actor {
                user: staff.id,
                appointment: held.id,
                name: staff.name,
                org: held.org,
                roles: held.roles,
                scope: held.scope,
                on_behalf_of: None,
                recused_orgs: Vec::new(),
            }),
        )
    }
}

async fn process(store: Store, clock: Arc<dyn Clock>, seed: u64, recordings: &std::path::Path) -> Arc<App> {
    let settings = Settings { recordings: recordings.to_owned(), ..Settings::default() };
    App::open(store, settings, clock, Arc::new(SeqMint::seeded(seed))).await.unwrap()
}

/// Code and message of a refusal.
pub fn refused<T>(result: Result<T, app::Error>) -> (String, String) {
    let error = result.err().expect("it is refused");
    let refusal = error.refusal().unwrap_or_else(|| panic!("{error}"));
    (refusal.code.clone().into_owned(), refusal.message.clone())
}
