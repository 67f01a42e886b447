//! 同步 outwards: what was chosen for a partner goes there by itself whenever it changes.

use std::collections::BTreeSet;

use db::Tx;
use domain::authority::Permission;
use domain::knowledge::{Article, Revision};
use domain::partner::share::{Shared, SharedArticle, Topic, code_lines, org_lines};
use kernel::crypto::sm3::sm3;
use kernel::{Refusal, Ts, Uuid, hex_encode};
use serde::{Deserialize, Serialize};
use store::partner::{Number, Partner, Say, Share};

use super::admin::{PartnerList, in_use, partner_list};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::knowledge::code_of;
use crate::world::World;
use crate::{Error, Result};

/// Articles told in one round.
const MOST: usize = 50;

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerShares {
    /// What is published there from now on; what is left out is not any more.
    pub topics: BTreeSet<Topic>,
}

/// What may be published to a partner, and what is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareLine {
    pub topic: Topic,
    pub topic_cn: String,
    pub chosen: bool,
    pub told_at: Option<Ts>,
    /// What was published and not taken there; `None` when there is nothing such.
    pub untaken: Option<ShareUntaken>,
}

/// What the other side did not take.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareUntaken {
    pub count: usize,
    /// Why, of the latest.
    pub reason: Option<String>,
    pub at: Ts,
}

pub(super) async fn lines(app: &App, partner: &Partner, shares: &[Share]) -> Result<Vec<ShareLine>> {
    let untaken = store::partner::untaken(&app.store.db, partner.id).await?;
    let fit = Topic::ALL.iter().filter(|t| t.goes_to(partner.kind));
    let line = |t: &Topic| {
        let share = shares.iter().find(|s| s.partner_id == partner.id && s.topic == *t);
        let mut left = untaken.iter().filter(|u| share.is_some() && u.kind == t.message().code());
        let latest = left.next();
        let count = 1 + left.count();
        ShareLine {
            topic: *t,
            topic_cn: t.cn().to_owned(),
            chosen: share.is_some(),
            told_at: share.and_then(|s| s.told_at),
            untaken: latest.map(|u| ShareUntaken { count, reason: u.error.clone(), at: u.at }),
        }
    };
    Ok(fit.map(line).collect())
}

/// 重新发送: what a partner did not take of a topic is told anew, as it is now.
pub async fn partner_share_again(app: &App, ctx: &Ctx, id: Uuid, topic: Topic) -> Result<PartnerList> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminPolicy)?;
    db::with_retry!(app.store.db, async |tx| {
        let partner = in_use(tx, app, id).await?;
        if store::partner::say_again(tx, id, topic.message().code(), ctx.now).await? == 0 {
            let text = format!("没有对方未接收的{}，请刷新", topic.cn());
            return Err(Refusal::state("nothing", text).into());
        }
        store::partner::restart_share(tx, id, topic).await?;
        let detail = serde_json::json!({ "partner": partner.code, "topic": topic });
        audit::record(tx, app, ctx, Entry::new("admin", "partner.share_again", "partner", id).with(detail)).await
    })?;
    app.bus.poke();
    partner_list(app, ctx).await
}

/// Chooses what is published to a partner.
pub async fn partner_share(app: &App, ctx: &Ctx, id: Uuid, form: &PartnerShares) -> Result<PartnerList> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminPolicy)?;
    db::with_retry!(app.store.db, async |tx| {
        let partner = in_use(tx, app, id).await?;
        if let Some(wrong) = form.topics.iter().find(|t| !t.goes_to(partner.kind)) {
            let text = format!("{}不向{}发布", wrong.cn(), partner.kind.cn());
            return Err(Refusal::invalid("topics", text).into());
        }
        for topic in Topic::ALL {
            match form.topics.contains(topic) {
                true => store::partner::add_share(tx, id, *topic, ctx.now).await?,
                false => store::partner::end_share(tx, id, *topic).await?,
            };
        }
        let detail = serde_json::json!({ "partner": partner.code, "topics": form.topics });
        audit::record(tx, app, ctx, Entry::new("admin", "partner.share", "partner", id).with(detail)).await
    })?;
    app.bus.poke();
    partner_list(app, ctx).await
}

/// Puts into the outbox what changed since it was last told.
pub async fn tell_shares(app: &App) -> Result<()> {
    let shares = store::partner::list_shares(&app.store.db).await?;
    if shares.is_empty() {
        return Ok(());
    }
    let world = app.fresh_world().await?;
    for share in shares {
        let partner = store::partner::load_partner(&app.store.db, &app.store.vault, share.partner_id).await?;
        let ready = |p: &Partner| p.stopped_at.is_none() && !p.their_key.is_empty() && share.topic.goes_to(p.kind);
        let Some(partner) = partner.filter(ready) else { continue };
        match share.topic {
            Topic::Dict => {
                let map = store::category::code_map(&app.store.db).await?;
                tell_list(app, &partner, &share, code_lines(&world.directory, &map)).await?;
            }
            Topic::Org => tell_list(app, &partner, &share, org_lines(&world.directory)).await?,
            Topic::Kb => tell_articles(app, &world, &partner, &share).await?,
        }
    }
    Ok(())
}

/// A whole list, when it says something else than the one told last.
async fn tell_list<T: Serialize>(app: &App, partner: &Partner, share: &Share, items: Vec<T>) -> Result<()> {
    let digest = hex_encode(&sm3(&serde_json::to_vec(&items)?));
    if items.is_empty() || digest == share.digest {
        return Ok(());
    }
    let (now, n) = (app.now(), items.len());
    // Later is larger, whatever was told before and forgotten since.
    let ver = now.0.max(share.ver + 1);
    let body = serde_json::to_string(&Shared { ver, updated_at: now.iso(), items })?;
    let after = Share { ver, digest, told_at: Some(now), ..share.clone() };
    db::with_retry!(app.store.db, async |tx| {
        if store::partner::told_share(tx, share, &after).await? {
            // What was not taken before is overtaken.
            store::partner::say_again(tx, partner.id, share.topic.message().code(), now).await?;
            let msg_id = app.mint.uuid(now).to_string();
            put(tx, app, partner, share.topic, &msg_id, &body, &format!("{}，{n}项", share.topic.cn())).await?;
        }
        Ok::<(), Error>(())
    })
}

async fn put(
    tx: &mut Tx,
    app: &App,
    partner: &Partner,
    topic: Topic,
    msg_id: &str,
    body: &str,
    note: &str,
) -> Result<()> {
    let kind = topic.message().code();
    let say = Say { partner: partner.id, link: None, msg_id, kind, body, note: Some(note) };
    Ok(store::partner::say(tx, &app.store.vault, say, app.now()).await?)
}

/// Articles that changed: those in force and public as they stand, those that were told and are no more as withdrawn.
async fn tell_articles(app: &App, world: &World, partner: &Partner, share: &Share) -> Result<()> {
    let now = app.now();
    // A change may become visible after a later one: the last minute is looked at again, and nothing is told twice.
    let young = share.cursor_at > now.plus_minutes(-2);
    let since = if young { share.cursor_at.plus_minutes(-1) } else { share.cursor_at.plus_millis(1) };
    let changed = store::knowledge::changed_since(&app.store.db, since).await?;
    let cut = changed.get(MOST - 1).map(|(_, at)| *at);
    let fresh: Vec<_> = changed.into_iter().take_while(|(_, at)| cut.is_none_or(|c| *at <= c)).collect();
    let Some((_, last)) = fresh.last().copied() else { return Ok(()) };
    let after = Share { cursor_at: last, told_at: Some(now), ver: share.ver + 1, ..share.clone() };
    db::with_retry!(app.store.db, async |tx| {
        if last > share.cursor_at && !store::partner::told_share(tx, share, &after).await? {
            return Ok(());
        }
        for (id, _) in &fresh {
            let Some(article) = store::knowledge::load_article(&mut *tx, *id).await? else { continue };
            tell_article(tx, app, world, partner, &article).await?;
        }
        Ok::<(), Error>(())
    })
}

/// One name for each thing told of an article, so that it is told once; `time` counts how often it was given up as not taken.
fn name(partner: &Partner, article: &Article, op: &str, no: i32, time: u32) -> String {
    let again = if time == 0 { String::new() } else { format!("/{time}") };
    hex_encode(&sm3(format!("{}/{}/{op}/{no}{again}", partner.id, article.id).as_bytes()))
}

/// The name under which a thing is to be told now, if it is.
async fn name_now(tx: &mut Tx, partner: &Partner, article: &Article, op: &str, no: i32) -> Result<Option<String>> {
    for time in 0.. {
        let name = name(partner, article, op, no, time);
        match store::partner::number(&mut *tx, partner.id, &name).await? {
            Number::Unused => return Ok(Some(name)),
            Number::Used => break,
            Number::Again => {}
        }
    }
    Ok(None)
}

async fn tell_article(tx: &mut Tx, app: &App, world: &World, partner: &Partner, article: &Article) -> Result<()> {
    let public = article.current().filter(|r| r.text.public);
    let (op, revision) = match (public, article.revisions.last()) {
        (Some(r), _) => ("put", r),
        (None, Some(last)) => ("del", last),
        (None, None) => return Ok(()),
    };
    let mut known = false;
    for r in &article.revisions {
        let put = name(partner, article, "put", r.no, 0);
        known |= store::partner::number(&mut *tx, partner.id, &put).await? != Number::Unused;
    }
    if op == "del" && !known {
        return Ok(());
    }
    let Some(msg_id) = name_now(tx, partner, article, op, revision.no).await? else { return Ok(()) };
    let body = serde_json::to_string(&shared(app, world, article, op, revision))?;
    put(tx, app, partner, Topic::Kb, &msg_id, &body, &revision.text.title).await
}

/// What others may know of it: never the words for our own staff.
fn shared(app: &App, world: &World, article: &Article, op: &str, r: &Revision) -> SharedArticle {
    let head = SharedArticle {
        src_no: code_of(article.no),
        ver: article.version,
        op: op.to_owned(),
        title: r.text.title.clone(),
        updated_at: app.now().iso(),
        ..SharedArticle::default()
    };
    if op == "del" {
        return head;
    }
    SharedArticle {
        body: r.text.body.clone(),
        category_code: r.text.category.clone(),
        category_name: world.directory.category(&r.text.category).map(|c| c.name.clone()).unwrap_or_default(),
        keywords: r.text.keywords.clone(),
        basis: r.text.basis.clone(),
        valid_from: Some(r.text.valid_from.iso()),
        valid_to: r.text.valid_to.map(Ts::iso),
        ..head
    }
}
