//! 演示数据: the fictional city 云溪市, its people, and some hundred orders of the last weeks, each brought to where it
//! stands by the steps people would have taken.

mod acts;
mod base;
mod calls;
mod cast;
mod knowledge;
mod play;
mod public;
mod rows;
mod script;
mod surveys;

use std::collections::BTreeSet;

use kernel::{Secret, Ts};
use store::param::ParamValue;

use self::play::Play;
use self::rows::{ORDERS, OrderRow, read};
use crate::audit::Entry;
use crate::ctx::{App, snapshot};
use crate::{Error, Result, password};

/// What was loaded.
#[derive(Clone, Debug)]
pub struct DemoLoaded {
    /// Shared by all users of the demonstration; told once.
    pub password: String,
    pub users: usize,
    pub orders: usize,
    pub calls: usize,
    /// Steps of the stories that the rules refused; none, unless the seed and the rules have grown apart.
    pub refused: Vec<String>,
}

/// Loads the demonstration, at most `limit` orders of it; `None` when business data is there already. `progress` hears
/// how many of how many orders have come to where they stand.
///
/// # Errors
/// When the database fails. Before [`crate::seed::first_start`] there is nothing to load into.
pub async fn demo_load(
    app: &App,
    limit: Option<usize>,
    progress: &(dyn Fn(usize, usize) + Send + Sync),
) -> Result<Option<DemoLoaded>> {
    let world = app.refresh().await?;
    let started = !store::open_clock::every_order(&app.store.db, None, 1).await?.is_empty();
    if started || world.directory.orgs().nth(1).is_some() {
        return Ok(None);
    }
    let now = app.now();
    let shared = password::one_time(&*app.mint);
    let hash = password::hash(app.mint.clone(), Secret::new(shared.clone())).await?;
    let mut tx = app.store.db.begin().await?;
    let (cast, orgs) = base::load(&mut tx, app, &world, &hash, now).await?;
    seal(&mut tx, app, "demo.load_city", serde_json::json!({ "users": cast.len(), "orgs": orgs.len() })).await?;
    tx.commit().await?;
    let world = app.refresh().await?;

    let rows = chosen(read::<OrderRow>("orders.csv", ORDERS)?, limit);
    let mut play = Play::new(app, &world, &cast, &orgs, now);
    let mut tx = app.store.db.begin().await?;
    play.play(&mut tx, &rows, progress).await?;
    keep_visible(&mut tx, now).await?;
    public::load(&mut tx, app, &world, now).await?;
    knowledge::load(&mut tx, app, &world, &cast, &orgs, now).await?;
    surveys::load(&mut tx, app, &world, &cast, &orgs, now).await?;
    seal(&mut tx, app, "demo.load_orders", serde_json::json!({ "orders": rows.len() })).await?;
    let called_in = play.called_in();
    let refused = play.refused;
    tx.commit().await?;
    app.refresh().await?;
    // The city alone, without its past, has no calls either.
    let calls = if rows.is_empty() { 0 } else { calls::load(app, &cast, &called_in, now).await? };
    app.bus.poke();
    for line in &refused {
        tracing::warn!(line, "a step of the demonstration was refused");
    }
    Ok(Some(DemoLoaded { password: shared, users: cast.len(), orders: rows.len(), calls, refused }))
}

async fn seal(tx: &mut db::Tx, app: &App, action: &str, detail: serde_json::Value) -> Result<()> {
    for name in snapshot::ALL {
        store::counter::next_in(tx, name).await?;
    }
    let entry = Entry::new("admin", action, "system", "").with(detail);
    crate::audit::record(tx, app, &app.system("demo"), entry).await
}

/// Closed orders stay closed while people look around; archived ones were archived under the shipped value.
async fn keep_visible(tx: &mut db::Tx, now: Ts) -> Result<()> {
    let value = ParamValue {
        id: 0,
        key: "archive.quiet_d".to_owned(),
        value: serde_json::json!(90),
        effective_from: now,
        by: None,
        reason: "演示环境：延长归档静默期，便于查看已办结工单".to_owned(),
        recorded_at: now,
    };
    store::param::insert_param(tx, &value).await.map_err(Error::from)?;
    Ok(())
}

/// All rows, or about `limit` of them spread evenly over time, with the orders they refer to.
fn chosen(rows: Vec<OrderRow>, limit: Option<usize>) -> Vec<OrderRow> {
    let limit = limit.unwrap_or(rows.len()).min(rows.len());
    // First and last are among them; a sixth of the room is left for orders that bring others along.
    let alone: Vec<usize> =
        (0..rows.len()).filter(|i| rows[*i].merged_into.is_none() && rows[*i].repeat_of.is_none()).collect();
    let even = (limit - limit / 6).min(alone.len());
    let spread = (0..even).map(|i| alone[i * (alone.len() - 1) / (even - 1).max(1)]);
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for i in spread.chain(0..rows.len()) {
        let wanted = [rows[i].merged_into, rows[i].repeat_of].into_iter().flatten();
        let with: BTreeSet<usize> =
            wanted.filter_map(|seq| rows.iter().position(|r| r.seq == seq)).chain([i]).collect();
        let more = with.difference(&taken).count();
        if taken.len() + more <= limit {
            taken.extend(with);
        }
    }
    let mut rows: Vec<Option<OrderRow>> = rows.into_iter().map(Some).collect();
    taken.into_iter().filter_map(|i| rows[i].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_orders_is_spread_over_time_and_complete_in_itself() {
        let all = read::<OrderRow>("orders.csv", ORDERS).unwrap();
        let (first, last) = (all[0].seq, all[all.len() - 1].seq);
        let some = chosen(all.clone(), Some(60));
        assert_eq!(some.len(), 60);
        assert_eq!(some[0].seq, first);
        assert!(some[59].seq > last - 12);
        let has = |seq: Option<u32>| seq.is_none_or(|s| some.iter().any(|r| r.seq == s));
        assert!(some.iter().all(|r| has(r.merged_into) && has(r.repeat_of)));
        assert_eq!(chosen(all.clone(), None).len(), all.len());
        assert!(chosen(all, Some(0)).is_empty());
    }
}
