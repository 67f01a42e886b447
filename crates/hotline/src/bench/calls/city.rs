//! The call centre that is measured: as many agents as there are calls, and parameters under which a caller is put through at once.

use std::path::Path;

use anyhow::{Context, Result};
use app::App;
use kernel::{AppointmentId, UserId};
use serde_json::{Value, json};
use store::appointment::Appointment;
use store::param::ParamValue;
use store::staff::Staff;

use crate::{cli, wire_up};

/// The queue of callers who chose nothing.
const SKILL: &str = "public";
/// Whose name, roles and organisation the others have too.
const MODEL: &str = "agent01";

/// Login of an agent.
pub fn login(n: usize) -> String {
    format!("bench{n:03}")
}

/// Makes the city and its agents in a fresh data folder; their password. Nothing else runs on the data meanwhile.
///
/// # Errors
/// When the folder holds data already, or the database fails.
pub async fn prepare(data: &Path, database: Option<&str>, agents: usize) -> Result<String> {
    let data = cli::Data::at(data.to_owned(), database.map(str::to_owned));
    let app = wire_up::open(&data).await?;
    app::seed::first_start(&app).await?;
    let loaded = app::demo::demo_load(&app, Some(0), &|_, _| {}).await?;
    let password = loaded.context("演示数据未载入：数据库须为空")?.password;
    hire(&app, agents).await?;
    set(&app).await?;
    app.store.db.close().await;
    Ok(password)
}

async fn hire(app: &App, agents: usize) -> Result<()> {
    let (db, vault) = (&app.store.db, &app.store.vault);
    let model = store::staff::find_by_login(db, vault, MODEL).await?.context("the demo city has an agent")?;
    let held = store::appointment::list_of_user(db, model.id).await?;
    let held = held.into_iter().next().context("the agent has an appointment")?;
    let (mut people, mut appointments) = (Vec::new(), Vec::new());
    for n in 0..agents {
        let id = UserId::mint(&*app.mint, app.now());
        people.push(Staff { id, login: login(n), name: format!("测试{n:03}"), phone: None, ..model.clone() });
        let appointment = AppointmentId::mint(&*app.mint, app.now());
        appointments.push(Appointment { id: appointment, user: id, ..held.clone() });
    }
    let mut tx = db.begin().await?;
    store::staff::insert_staff(&mut tx, vault, &people).await?;
    store::appointment::insert_appointments(&mut tx, &appointments).await?;
    for person in &people {
        store::user_skill::put_skills(&mut tx, person.id, &[(SKILL.to_owned(), 1)]).await?;
    }
    Ok(tx.commit().await?)
}

/// No greeting, no wrap-up, no rating: what is timed is the platform, not its prompts. The limits of admission stand above the load.
async fn set(app: &App) -> Result<()> {
    let values: [(&str, Value); 6] = [
        ("call.max_calls_per_s", json!(200)),
        ("call.max_calls", json!(2000)),
        ("call.greeting", json!([])),
        ("call.emergency_key", json!("none")),
        ("call.wrap_up_s", json!(0)),
        ("call.rating", json!(false)),
    ];
    let now = app.now();
    let mut tx = app.store.db.begin().await?;
    for (key, value) in values {
        let key = key.to_owned();
        let reason = "性能测试".to_owned();
        store::param::insert_param(
            &mut tx,
            &ParamValue { id: 0, key, value, effective_from: now, by: None, reason, recorded_at: now },
        )
        .await?;
    }
    Ok(tx.commit().await?)
}
