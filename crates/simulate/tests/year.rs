//! A small city lives a whole year on each engine: every rule fires, every invariant holds, nothing is lost.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops with the reason")]

use std::sync::Arc;

use app::{App, Settings};
use db::Db;
use kernel::{Clock, ManualClock, Secret, SeqMint, SoftwareProvider};
use simulate::Plan;
use store::{Store, Vault};
use testkit::both_engines;

both_engines! {
    async fn a_small_city_lives_a_whole_year(db: Db) {
        let plan = Plan { tick_minutes: 660, abreast: 1, ..Plan::new(400, 12, 7) };
        let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&Secret::new([7; 32]))));
        store.migrate().await.unwrap();
        let clock = Arc::new(ManualClock::new(plan.from));
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            recordings: folder.path().join("recordings"),
            files: folder.path().join("files"),
            ..Settings::default()
        };
        let time = Arc::clone(&clock) as Arc<dyn Clock>;
        let app = App::open(store, settings, time, Arc::new(SeqMint::seeded(7))).await.unwrap();
        let report = simulate::run(&app, &clock, plan, &|line| eprintln!("{line}")).await.unwrap();
        assert!(report.faults().is_empty() && report.missing().is_empty(), "{report}");
        assert!(report.registered() >= 400);
    }
}
