//! 待登记 as it is shown: the list without names, a piece to whoever took it, its files.

use domain::attachment::FileClass;
use domain::authority::{OrderFacts, Permission, Role};
use domain::inbox::{Adapter, DiscardReason, ItemState, own_words};
use domain::order::Confidentiality;
use domain::social::mask_account;
use kernel::{Cursor, FieldError, OrderId, Page, Refusal, Ts, UserId, Uuid, mask_mail, mask_name, redact_text};
use serde::{Deserialize, Serialize};
use store::inbox::{Item, ItemFile, ItemQuery};

use crate::attachment::{Handed, cleaned, fetch};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::order::may_see;
use crate::view::{AttachmentQuery, Listing};
use crate::world::World;
use crate::{Error, Result};

/// Characters of the text shown in a list.
const GLANCE: usize = 60;

#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct InboxQuery {
    /// `waiting` when left out.
    pub state: Option<String>,
    pub adapter: Option<String>,
    /// Only what the caller has taken or settled.
    pub mine: Option<bool>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// How much waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InboxCounts {
    pub waiting: i64,
    /// Of them, taken by the caller.
    pub mine: i64,
}

/// A line of the list. The sender is masked; whoever takes the piece sees it whole.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemLine {
    pub id: Uuid,
    pub adapter: String,
    pub adapter_cn: String,
    /// Masked.
    pub sender: String,
    pub subject: String,
    pub glance: String,
    pub written_at: Option<Ts>,
    pub at: Ts,
    pub state: String,
    pub state_cn: String,
    pub reason_cn: Option<String>,
    pub note: Option<String>,
    pub files: i64,
    /// It answers a message about an order.
    pub is_answer: bool,
    pub claimed_by_name: Option<String>,
    /// Mine to work on now.
    pub mine: bool,
    pub order_id: Option<OrderId>,
    pub done_by_name: Option<String>,
    pub done_at: Option<Ts>,
    /// When sender, words and files were cleared, their time being over.
    pub blanked_at: Option<Ts>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileLine {
    pub no: i64,
    pub name: String,
    pub class: Option<FileClass>,
    /// Bytes.
    pub size: i64,
    /// Why it was not kept.
    pub refusal: Option<String>,
}

/// The order a piece answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AboutOrder {
    pub id: OrderId,
    pub case_no: String,
    pub title: String,
    pub state_cn: String,
    /// The caller may open it.
    pub may_open: bool,
}

/// A piece as whoever took it sees it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemView {
    #[serde(flatten)]
    pub line: ItemLine,
    /// Channel code of the order to be.
    pub channel: String,
    pub address: String,
    pub name: String,
    pub full_subject: String,
    pub text: String,
    /// Without what is quoted from earlier mails.
    pub own_words: String,
    pub remarks: Vec<String>,
    pub file_list: Vec<FileLine>,
    pub about: Option<AboutOrder>,
    pub claimed_until: Option<Ts>,
}

/// Whoever registers, works on what came in.
pub(super) fn require(ctx: &Ctx) -> Result<UserId> {
    ctx.require_ready()?;
    ctx.require(Permission::OrderRegister)?;
    Ok(ctx.actor()?.user)
}

fn line(world: &World, item: &Item, files: i64, user: UserId, now: Ts) -> ItemLine {
    let held = item.claim.filter(|c| c.until > now);
    let sender = mask_sender(item);
    ItemLine {
        id: item.id,
        adapter: item.adapter.code().to_owned(),
        adapter_cn: item.adapter.cn().to_owned(),
        sender: match item.record.name.trim() {
            "" => sender,
            name => format!("{}（{sender}）", mask_name(name)),
        },
        subject: redact_text(&item.record.subject),
        glance: glance(&item.record.text),
        written_at: item.written_at,
        at: item.at,
        state: item.state.code().to_owned(),
        state_cn: item.state.cn().to_owned(),
        reason_cn: item.reason.map(|r| r.cn().to_owned()),
        note: item.note.clone(),
        files,
        is_answer: item.about.is_some(),
        claimed_by_name: held.map(|c| world.user_name(c.by)),
        mine: held.is_some_and(|c| c.by == user),
        order_id: item.order,
        done_by_name: item.done_by.map(|u| world.user_name(u)),
        done_at: item.done_at,
        blanked_at: item.blanked_at,
    }
}

/// An address, or the name of an account; of whom nothing is kept, nothing.
fn mask_sender(item: &Item) -> String {
    let sender = &item.record.sender;
    if item.blanked_at.is_some() {
        return String::new();
    }
    match item.adapter {
        Adapter::Mail if sender.contains('@') => mask_mail(sender),
        Adapter::Mail => mask_name(sender),
        Adapter::Wechat => format!("微信用户 {}", mask_account(sender)),
        Adapter::Weibo => format!("微博用户 {}", mask_account(sender)),
    }
}

/// The beginning on one line, without numbers that tell who wrote.
fn glance(text: &str) -> String {
    let begin: String = own_words(text).split_whitespace().collect::<Vec<_>>().join(" ").chars().take(GLANCE).collect();
    redact_text(&begin)
}

/// A page of pieces: what waits oldest first, what is settled newest first.
pub async fn item_list(app: &App, ctx: &Ctx, query: &InboxQuery) -> Result<Listing<ItemLine>> {
    let user = require(ctx)?;
    let world = app.fresh_world().await?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let asked = asked(query, user, ctx.now)?;
    let waits = asked.state == ItemState::Waiting;
    let start = if waits { (Ts(0), Uuid::nil()) } else { (ctx.now.plus_days(1), Uuid::max()) };
    let from = page.after.as_ref().and_then(|c| Some((Ts(c.as_int()?), c.id))).unwrap_or(start);
    let items = store::inbox::list_items(&app.store.db, &app.store.vault, &asked, from, i64::from(page.limit)).await?;
    let more = items.len() >= usize::from(page.limit);
    let next = items.last().filter(|_| more).map(|(i, _)| Cursor::int(i.at.0, i.id).encode());
    let lines = items.iter().map(|(item, files)| line(&world, item, *files, user, ctx.now)).collect();
    Ok(Listing::page(lines, next))
}

fn asked(query: &InboxQuery, user: UserId, now: Ts) -> Result<ItemQuery> {
    let wrong = |field| Error::from(FieldError::new(field, "查询条件无效").with_remedy("请重新选择"));
    let state = query.state.as_deref().unwrap_or("waiting").parse().map_err(|_| wrong("state"))?;
    let adapter: Option<Adapter> =
        query.adapter.as_deref().map(str::parse).transpose().map_err(|_| wrong("adapter"))?;
    Ok(ItemQuery { state, adapter, of: query.mine.unwrap_or(false).then_some(user), now })
}

/// How much waits, for the tab.
pub async fn item_counts(app: &App, ctx: &Ctx) -> Result<InboxCounts> {
    let user = require(ctx)?;
    let waiting = store::inbox::backlog(&app.store.db).await?.into_iter().map(|(_, n, _)| n).sum();
    Ok(InboxCounts { waiting, mine: store::inbox::held(&app.store.db, user, ctx.now).await? })
}

/// One piece: for who has taken it, who settled it, and the leader of the shift; what was set aside by itself, for everybody.
pub async fn item_view(app: &App, ctx: &Ctx, id: Uuid) -> Result<ItemView> {
    let item = readable(app, ctx, id).await?;
    shown(app, ctx, &item, ctx.actor()?.user).await
}

async fn readable(app: &App, ctx: &Ctx, id: Uuid) -> Result<Item> {
    let user = require(ctx)?;
    let item = store::inbox::load_item(&app.store.db, &app.store.vault, id).await?;
    let item = item.ok_or_else(|| Refusal::not_found("来信"))?;
    if item.state == ItemState::Waiting {
        if item.claim.is_none_or(|c| c.by != user || c.until <= ctx.now) {
            return Err(Refusal::forbidden("请先领取这封来信，再查看全文").into());
        }
        return Ok(item);
    }
    let by_itself = item.done_by.is_none() && item.reason == Some(DiscardReason::Auto);
    if item.done_by != Some(user) && !by_itself && !ctx.actor()?.has(Role::TeamLeader) {
        return Err(Refusal::forbidden("已处理的来信由办理人本人和班长查看").into());
    }
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        audit::record(tx, app, ctx, Entry::new("order", "inbox.view", "inbox_item", id)).await
    });
    done?;
    Ok(item)
}

pub(super) async fn shown(app: &App, ctx: &Ctx, item: &Item, user: UserId) -> Result<ItemView> {
    let world = app.fresh_world().await?;
    let files = store::inbox::files_of(&app.store.db, &app.store.vault, item.id).await?;
    let mut remarks = item.record.remarks.clone();
    let about = match item.about {
        Some(order) => about(app, ctx, &world, item, order, &mut remarks).await?,
        None => None,
    };
    let count = i64::try_from(files.len()).map_err(Error::broken)?;
    Ok(ItemView {
        line: line(&world, item, count, user, ctx.now),
        channel: item.adapter.channel().code().to_owned(),
        address: item.record.sender.clone(),
        name: item.record.name.clone(),
        full_subject: item.record.subject.clone(),
        text: item.record.text.clone(),
        own_words: own_words(&item.record.text),
        remarks,
        file_list: files.into_iter().map(file_line).collect(),
        about,
        claimed_until: item.claim.map(|c| c.until),
    })
}

fn file_line(f: ItemFile) -> FileLine {
    let class = f.kept.as_ref().ok().map(|k| k.class);
    FileLine { no: f.no, name: f.name, class, size: f.size, refusal: f.kept.err() }
}

/// The order it answers. Who reads what a citizen sent may know which matter it is about, whoever registered that, unless it is sealed.
async fn about(
    app: &App,
    ctx: &Ctx,
    world: &World,
    item: &Item,
    order: OrderId,
    remarks: &mut Vec<String>,
) -> Result<Option<AboutOrder>> {
    let Some(case) = store::case::load_case(&app.store.db, &app.store.vault, order).await? else { return Ok(None) };
    let granted = store::grant::granted_orgs(&app.store.db, order).await?;
    let may_open = may_see(ctx, world, &OrderFacts::of(&case, &granted)).is_ok();
    let order = case.order;
    if !may_open && order.confidentiality == Confidentiality::Sealed {
        return Ok(None);
    }
    let known = order.requester.email.as_deref().filter(|_| item.blanked_at.is_none());
    if known.is_some_and(|e| !e.eq_ignore_ascii_case(&item.record.sender)) {
        remarks.push("来信地址与原工单诉求人留的邮箱不一致，请核实身份".to_owned());
    }
    let state_cn = order.state.cn().to_owned();
    Ok(Some(AboutOrder { id: order.id, case_no: order.case_no, title: order.title, state_cn, may_open }))
}

/// The bytes of a file of a piece; whoever may read the piece. Looking and saving are audited.
pub async fn item_file(app: &App, ctx: &Ctx, id: Uuid, no: i64, query: &AttachmentQuery) -> Result<Handed> {
    let form = query.form.as_deref().unwrap_or("original");
    if !matches!(form, "original" | "view" | "thumb") {
        return Err(Refusal::invalid("form", "请选择原件、预览或缩略图").into());
    }
    if readable(app, ctx, id).await?.blanked_at.is_some() {
        return Err(Refusal::gone("这件来件的附件已按保存期限清除").into());
    }
    let files = store::inbox::files_of(&app.store.db, &app.store.vault, id).await?;
    let file = files.into_iter().find(|f| f.no == no).ok_or_else(|| Refusal::not_found("附件"))?;
    let kept = file.kept.map_err(|why| Refusal::gone(format!("这个附件未予保存：{why}")))?;
    if form == "thumb" {
        let small = kept.thumb.is_some();
        let bytes = fetch(app, kept.thumb.as_deref().unwrap_or(&kept.digest)).await?;
        let mime = if small { "image/jpeg".to_owned() } else { kept.mime };
        return Ok(Handed { name: file.name, mime, bytes });
    }
    let mut handed = Handed { name: file.name, mime: kept.mime, bytes: fetch(app, &kept.digest).await? };
    if form == "view" && kept.class == FileClass::Picture {
        handed = cleaned(handed);
    }
    let detail = serde_json::json!({ "file": no, "form": form });
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let entry = Entry::new("attachment", "inbox.file", "inbox_item", id).with(detail.clone());
        audit::record(tx, app, ctx, entry).await
    });
    done?;
    Ok(handed)
}
