//! What the call centre needs done by itself: marks that run out, and yesterday's calls drawn for quality.

use kernel::{JobId, Ts};
use store::job::NewJob;

use crate::ctx::App;
use crate::{Error, Result, call};

/// Job kind of [`draw_yesterday`].
const DRAW: &str = "quality.draw";

/// Takes off marks past their time.
pub(super) async fn unmark(app: &App) -> Result<usize> {
    let now = app.now();
    let ended: u64 = db::with_retry!(app.store.db, async |tx| {
        Ok::<u64, Error>(store::caller_mark::expire_marks(tx, now).await?)
    })?;
    Ok(usize::try_from(ended).unwrap_or(usize::MAX))
}

/// Plans the drawing of yesterday's calls, once a day however many processes ask.
pub(super) async fn plan(app: &App) -> Result<()> {
    let now = app.now();
    let day = now.date().to_string();
    let mark = format!("quality.draw.{day}");
    if store::counter::peek(&app.store.db, &mark).await? > 0 {
        return Ok(());
    }
    let job = NewJob {
        id: JobId::mint(&*app.mint, now),
        kind: DRAW.to_owned(),
        payload: serde_json::json!({ "until": Ts::start_of(now.date()) }),
        run_at: now,
        dedup: Some(day.clone()),
        created_at: now,
    };
    db::with_retry!(app.store.db, async |tx| {
        if store::counter::next_in(tx, &mark).await? == 1 {
            store::job::enqueue(tx, &job).await?;
        }
        Ok::<(), Error>(())
    })
}

/// Draws among the calls of the day before the job's.
pub async fn draw_yesterday(app: &App, payload: &serde_json::Value) -> Result<()> {
    let until = payload.get("until").and_then(serde_json::Value::as_i64).map(Ts);
    let until = until.ok_or_else(|| Error::broken("a drawing without its day"))?;
    call::quality::draw(app, &app.system("quality.draw"), until.plus_days(-1), until).await?;
    Ok(())
}
