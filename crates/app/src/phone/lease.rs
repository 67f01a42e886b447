//! Which process has the floor.

use kernel::Ts;

use crate::Result;
use crate::ctx::App;

const NAME: &str = "phone";
/// How long a silent owner keeps the floor, ms.
pub(super) const LEASE_MS: i64 = 15_000;
/// How often it is prolonged, ms.
pub(super) const RENEW_MS: u64 = 4_000;

/// Takes or keeps the lease; `false` when another process has it.
pub(super) async fn take(app: &App) -> Result<bool> {
    let now = app.now();
    let (holder, until) = (&app.settings.process, now.plus_millis(LEASE_MS));
    let taken: Result<bool> =
        db::with_retry!(app.store.db, async |tx| { Ok(store::lease::take(tx, NAME, holder, until, now).await?) });
    taken
}

/// Takes the lease for a process that stands by. Tells until when the owner before was surely alive; `None` when another
/// process still has the floor.
pub(super) async fn succeed(app: &App) -> Result<Option<Heir>> {
    let before = store::lease::look(&app.store.db, NAME).await?;
    if let Some((holder, _)) = before.as_ref().filter(|(holder, _)| is_dead(app, holder)) {
        release_of(app, holder).await?;
    }
    let heir = Heir { alive_until: before.map(|(_, until)| until.plus_millis(-LEASE_MS)) };
    Ok(take(app).await?.then_some(heir))
}

/// What the new owner knows of the one before.
pub(super) struct Heir {
    pub alive_until: Option<Ts>,
}

/// Processes that share a SQLite file are on one machine, where it is known who lives: after a crash the next start need
/// not wait for the lease to run out. Names of processes begin with their number.
fn is_dead(app: &App, holder: &str) -> bool {
    let number = holder.split('-').next().filter(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    let proc = std::path::Path::new("/proc");
    app.store.db.dialect() == db::Dialect::Lite
        && proc.join("self").exists()
        && number.is_some_and(|number| !proc.join(number).exists())
}

/// Gives it back, so that the next owner need not wait.
pub(super) async fn release(app: &App) -> Result<()> {
    release_of(app, &app.settings.process).await
}

async fn release_of(app: &App, holder: &str) -> Result<()> {
    let done: Result<()> =
        db::with_retry!(app.store.db, async |tx| { Ok(store::lease::release(tx, NAME, holder).await?) });
    done
}
