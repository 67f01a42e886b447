//! 网上公开 of the demonstration: notices, guides, and some of the answers citizens allowed to be shown.

use domain::order::Channel;
use kernel::{Ts, redact_text};
use store::publication::Publication;

use crate::citizen::answer_of;
use crate::ctx::App;
use crate::world::World;
use crate::{Error, Result};

const NOTICES: &str = include_str!("../../seed/demo/notices.csv");
/// Answers shown; the rest waits for a person's eye.
const ANSWERS: usize = 12;
/// Answers looked through.
const ANSWERED: i64 = 500;
/// Every third stays undecided.
const UNDECIDED: usize = 3;

/// Writes them.
pub async fn load(tx: &mut db::Tx, app: &App, world: &World, now: Ts) -> Result<()> {
    let by = world.directory.center().map_or_else(String::new, |c| c.name.clone());
    let mut reader = csv::Reader::from_reader(NOTICES.as_bytes());
    for row in reader.records() {
        let row = row.map_err(|e| Error::broken(format_args!("seed/demo/notices.csv: {e}")))?;
        let days: i64 = row[1].parse().map_err(|e| Error::broken(format_args!("seed/demo/notices.csv: {e}")))?;
        let at = now.plus_days(-days);
        let text = Publication {
            id: app.mint.uuid(at),
            kind: row[0].to_owned(),
            state: "published".to_owned(),
            order_id: None,
            title: row[2].to_owned(),
            question: String::new(),
            body: row[3].to_owned(),
            about: String::new(),
            by_name: by.clone(),
            published_at: Some(at),
            updated_at: at,
            updated_by: None,
            version: 0,
        };
        store::publication::save_publication(tx, &text).await?;
    }
    let answered = store::publication::candidates(&mut *tx, &app.store.vault, Ts(0), ANSWERED).await?;
    let (reported, told): (Vec<_>, Vec<_>) = answered.iter().partition(|o| o.channel == Channel::Media);
    // What the press reported is answered in public, but for the latest.
    for order in reported.into_iter().skip(1) {
        store::publication::save_publication(tx, &answer_of(app, world, order, redact_text)).await?;
    }
    for (i, order) in told.into_iter().take(ANSWERS).enumerate() {
        if i % UNDECIDED != UNDECIDED - 1 {
            store::publication::save_publication(tx, &answer_of(app, world, order, redact_text)).await?;
        }
    }
    Ok(())
}
