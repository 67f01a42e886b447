//! What adapters bring.

use db::Tx;
use domain::inbox::{Adapter, ItemState, Record, case_numbers, written};
use kernel::{NoticeId, OrderId, Ts, Uuid};
use store::inbox::{Item, ItemFile, KeptFile};

use crate::attachment::{is_passing, take};
use crate::audit::{self, Entry};
use crate::ctx::App;
use crate::sms::send::undelivered;
use crate::world::World;
use crate::{Error, Result};

/// Most files of one piece that are kept.
const FILES: usize = 20;

/// A piece as its adapter read it.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// The same piece always has the same.
    pub external_id: String,
    pub place: String,
    pub record: Record,
    pub written_at: Option<Ts>,
    pub files: Vec<ArrivedFile>,
    /// Keys of our own messages that it answers, the nearest first.
    pub answers: Vec<Uuid>,
    /// The order it goes on with, where the source tells.
    pub about: Option<OrderId>,
    /// Written by a program: a bounce, an out-of-office note.
    pub automatic: bool,
}

#[derive(Clone, Debug)]
pub struct ArrivedFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Says nothing about the piece: the database, the scanner or the file store is away, and all pieces wait for it.
#[must_use]
pub fn is_general(why: &Error) -> bool {
    match why {
        Error::Away(_) => true,
        Error::Refused(why) => is_passing(why),
        _ => false,
    }
}

/// How keys of pieces begin that stand for one at the source that could not be taken in.
pub const UNTAKEN: &str = "unread:";

/// How many pieces wait that stand for one at the source that could not be taken in.
pub async fn untaken(app: &App, adapter: Adapter) -> Result<i64> {
    Ok(store::inbox::waiting_with_key(&app.store.db, adapter, UNTAKEN).await?)
}

/// Keeps a piece once and moves the adapter's position on, in one transaction; `false` when it was there already. What cannot be kept now
/// (no database, no scanner) is an error, and is brought again.
pub async fn accept(app: &App, adapter: Adapter, arrived: Arrived, position: &str) -> Result<bool> {
    let world = app.fresh_world().await?;
    let ctx = app.system("inbox");
    if store::inbox::is_known(&app.store.db, adapter, &arrived.external_id).await? {
        return moved_on(app, adapter, position, ctx.now).await.map(|()| false);
    }
    let id = app.mint.uuid(ctx.now);
    let mut record = arrived.record.written();
    if arrived.files.len() > FILES {
        record.remarks.push(format!("附件超过{FILES}个，其余请在原渠道查看"));
    }
    let files = keep(app, &world, id, arrived.files).await?;
    let about = match arrived.about {
        Some(order) => Some(order),
        None => about(app, &arrived.answers, &record.subject).await?,
    };
    let item = Item {
        id,
        adapter,
        external_id: arrived.external_id,
        place: arrived.place,
        record,
        written_at: arrived.written_at,
        at: ctx.now,
        state: ItemState::Waiting,
        reason: None,
        note: None,
        about,
        order: None,
        claim: None,
        done_by: None,
        done_at: None,
        blanked_at: None,
    };
    let new: Result<bool> = db::with_retry!(app.store.db, async |tx| {
        store::inbox::set_position(tx, adapter, position, ctx.now).await?;
        if !store::inbox::insert_item(tx, &app.store.vault, &item).await? {
            return Ok(false);
        }
        for file in &files {
            store::inbox::insert_file(tx, &app.store.vault, file).await?;
        }
        if arrived.automatic {
            set_aside(tx, &item, ctx.now).await?;
        }
        let detail = serde_json::json!({ "adapter": adapter, "files": files.len(), "automatic": arrived.automatic });
        audit::record(tx, app, &ctx, Entry::new("citizen", "inbox.accept", "inbox_item", id).with(detail)).await?;
        Ok(true)
    });
    app.bus.poke();
    new
}

/// Programs want no order; the piece stays and can be looked at.
async fn set_aside(tx: &mut Tx, item: &Item, now: Ts) -> Result<()> {
    let done = Item {
        state: ItemState::Discarded,
        reason: Some(domain::inbox::DiscardReason::Auto),
        done_at: Some(now),
        ..item.clone()
    };
    store::inbox::settle_item(tx, &done).await?;
    Ok(())
}

/// Each file through the rules for attachments. A file they refuse stays out with the reason; a scanner or a file store that is
/// away holds up all.
async fn keep(app: &App, world: &World, item: Uuid, files: Vec<ArrivedFile>) -> Result<Vec<ItemFile>> {
    let mut kept = Vec::new();
    for (no, file) in (0..).zip(files.into_iter().take(FILES)) {
        let size = i64::try_from(file.bytes.len()).map_err(Error::broken)?;
        let taken = match take(app, world, file.bytes, app.now()).await {
            Ok(t) => Ok(KeptFile {
                class: t.class,
                mime: t.content.mime().to_owned(),
                digest: t.digest,
                sha256: t.sha256,
                thumb: t.thumb,
                scan: t.scan,
            }),
            Err(Error::Refused(why)) if !is_passing(&why) => Err(why.message.clone()),
            Err(e) => return Err(e),
        };
        kept.push(ItemFile { item, no, name: written(&file.name), size, kept: taken });
    }
    Ok(kept)
}

/// The order that the nearest of our own messages was about; without one, the order whose number the subject names.
async fn about(app: &App, answers: &[Uuid], subject: &str) -> Result<Option<OrderId>> {
    for id in answers {
        let sent = store::sms::load(&app.store.db, &app.store.vault, NoticeId(*id)).await?;
        if let Some(order) = sent.and_then(|m| m.order) {
            return Ok(Some(order));
        }
    }
    for number in case_numbers(subject) {
        if let Some(order) = store::order::find_by_case_no(&app.store.db, &number).await? {
            return Ok(Some(order));
        }
    }
    Ok(None)
}

async fn moved_on(app: &App, adapter: Adapter, position: &str, now: Ts) -> Result<()> {
    db::with_retry!(app.store.db, async |tx| {
        Ok::<(), Error>(store::inbox::set_position(tx, adapter, position, now).await?)
    })
}

/// A report that one of our own mails did not arrive.
#[derive(Clone, Debug)]
pub struct Bounced {
    /// Keys of our messages that it may be about.
    pub messages: Vec<Uuid>,
    /// In words for the desk, without the address.
    pub why: String,
}

/// Marks the mail as failed and moves the adapter's position on, in one transaction; `false` when it is about none of ours, and so a
/// piece like any other.
pub async fn bounced(app: &App, adapter: Adapter, bounced: &Bounced, position: &str) -> Result<bool> {
    let world = app.fresh_world().await?;
    let ctx = app.system("inbox");
    let ours: Result<bool> = db::with_retry!(app.store.db, async |tx| {
        for id in &bounced.messages {
            if undelivered(tx, app, &ctx, &world, NoticeId(*id), &bounced.why).await? {
                store::inbox::set_position(tx, adapter, position, ctx.now).await?;
                return Ok(true);
            }
        }
        Ok(false)
    });
    app.bus.poke();
    ours
}

/// How far an adapter has read.
pub async fn position(app: &App, adapter: Adapter) -> Result<Option<String>> {
    Ok(store::inbox::position(&app.store.db, adapter).await?)
}

/// Takes or keeps an adapter's source for this process until a moment; one process reads it.
pub async fn hold(app: &App, adapter: Adapter, until: Ts) -> Result<bool> {
    let now = app.now();
    let name = format!("inbox.{}", adapter.code());
    db::with_retry!(app.store.db, async |tx| {
        Ok::<bool, Error>(store::lease::take(tx, &name, &app.settings.process, until, now).await?)
    })
}

/// How an adapter goes, for the lamp.
pub async fn line(app: &App, adapter: Adapter, good: bool, error: Option<&str>) -> Result<()> {
    let now = app.now();
    db::with_retry!(app.store.db, async |tx| {
        Ok::<(), Error>(store::inbox::set_line(tx, adapter, good, error, now).await?)
    })
}

/// The source's numbers of the pieces of an adapter that belong to an order, oldest first: answers belong to their thread.
pub async fn thread_of(app: &App, adapter: Adapter, order: OrderId) -> Result<Vec<String>> {
    let items = store::inbox::items_of_order(&app.store.db, &app.store.vault, order).await?;
    Ok(items.into_iter().filter(|i| i.adapter == adapter).filter_map(|i| i.record.reference).collect())
}
