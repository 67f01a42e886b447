//! 网上公开: notices and guides written by the centre, and answers released by a person, redacted, with the citizen's
//! consent.

use citizen::{Publication, PublicationKind, PublicationPage};
use domain::authority::Permission;
use domain::order::{Channel, Order};
use kernel::{OrderId, Refusal, Ts, Uuid, redact_text};
use serde::{Deserialize, Serialize};
use store::Store;
use store::publication::Publication as Row;

use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::{Error, Result, audit};

/// On one page.
const PAGE: i64 = 10;
const LISTED: i64 = 200;
const CANDIDATES: i64 = 50;

fn shown(row: Row) -> Option<Publication> {
    Some(Publication {
        id: row.id.to_string(),
        kind: PublicationKind::from_code(&row.kind)?,
        title: row.title,
        question: row.question,
        body: row.body,
        about: row.about,
        by: row.by_name,
        at: row.published_at?,
    })
}

/// What everybody may read. `page` from 0.
pub async fn published_page(store: &Store, kind: PublicationKind, page: u32) -> Result<PublicationPage> {
    let offset = i64::from(page.min(1000)) * PAGE;
    let mut rows = store::publication::list_published(&store.db, kind.code(), PAGE + 1, offset).await?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(0);
    rows.truncate(usize::try_from(PAGE).unwrap_or(0));
    Ok(PublicationPage { items: rows.into_iter().filter_map(shown).collect(), more })
}

/// One text, if it is public.
pub async fn published(store: &Store, id: &str) -> Result<Option<Publication>> {
    let Ok(id) = id.parse::<Uuid>() else { return Ok(None) };
    let row = store::publication::load_publication(&store.db, id).await?;
    Ok(row.filter(|r| r.state == "published").and_then(shown))
}

/// A text as its keepers see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicationLine {
    /// Absent for an answer that nobody has decided upon.
    pub id: Option<Uuid>,
    /// `notice`, `guide`, `reply`.
    pub kind: String,
    pub kind_cn: String,
    /// `candidate`, `draft`, `published`, `withdrawn`.
    pub state: String,
    pub state_cn: String,
    pub order_id: Option<OrderId>,
    pub title: String,
    pub question: String,
    pub body: String,
    pub about: String,
    pub by: String,
    pub published_at: Option<Ts>,
    pub updated_at: Ts,
    pub updated_by: Option<String>,
    pub version: i64,
}

/// Everything there is to publish and has been.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicationList {
    pub items: Vec<PublicationLine>,
    /// Answers whose citizens agreed, redacted, waiting for a person's eye.
    pub candidates: Vec<PublicationLine>,
}

/// What the keeper hands in.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicationForm {
    /// Absent for a new text.
    pub id: Option<Uuid>,
    pub kind: String,
    /// `draft`, `published` or `withdrawn`.
    pub state: String,
    pub order_id: Option<OrderId>,
    pub title: String,
    #[serde(default)]
    pub question: String,
    pub body: String,
    /// As shown when editing began; 0 for a new text.
    pub version: i64,
}

fn state_cn(state: &str) -> &'static str {
    match state {
        "candidate" => "待审核",
        "published" => "已公开",
        "withdrawn" => "已撤下",
        _ => "草稿",
    }
}

fn line(row: Row, world: &World) -> PublicationLine {
    PublicationLine {
        id: Some(row.id),
        kind_cn: PublicationKind::from_code(&row.kind).map_or("", PublicationKind::cn).to_owned(),
        kind: row.kind,
        state_cn: state_cn(&row.state).to_owned(),
        state: row.state,
        order_id: row.order_id,
        title: row.title,
        question: row.question,
        body: row.body,
        about: row.about,
        by: row.by_name,
        published_at: row.published_at,
        updated_at: row.updated_at,
        updated_by: row.updated_by.map(|u| world.user_name(u)),
        version: row.version,
    }
}

/// 网上公开 as its keepers see it.
pub async fn publication_list(app: &App, ctx: &Ctx) -> Result<PublicationList> {
    ctx.require_ready()?;
    ctx.require(Permission::Publish)?;
    let world = app.fresh_world().await?;
    let rows = store::publication::list_all(&app.store.db, LISTED).await?;
    let since = ctx.now.plus_days(-world.params.int("portal.reply_days"));
    let orders = store::publication::candidates(&app.store.db, &app.store.vault, since, CANDIDATES).await?;
    Ok(PublicationList {
        items: rows.into_iter().map(|r| line(r, &world)).collect(),
        candidates: orders.iter().map(|o| candidate(o, &world)).collect(),
    })
}

/// An answered matter with numbers and names taken out, for a person to look over.
fn candidate(order: &Order, world: &World) -> PublicationLine {
    let without_name = |text: &str| {
        let text = redact_text(text);
        match order.requester.name.as_deref().filter(|n| n.chars().count() >= 2) {
            Some(name) => text.replace(name, "诉求人"),
            None => text,
        }
    };
    PublicationLine {
        id: None,
        kind: kind_of(order).code().to_owned(),
        kind_cn: kind_of(order).cn().to_owned(),
        state: "candidate".to_owned(),
        state_cn: state_cn("candidate").to_owned(),
        order_id: Some(order.id),
        title: without_name(&order.title),
        question: without_name(&order.content),
        body: without_name(order.reply.as_deref().unwrap_or_default()),
        about: about(order, world),
        by: answered_by(order, world),
        published_at: None,
        updated_at: order.reply_at.unwrap_or(order.updated_at),
        updated_by: None,
        version: 0,
    }
}

/// What became of a matter the press reported stands by itself.
fn kind_of(order: &Order) -> PublicationKind {
    if order.channel == Channel::Media { PublicationKind::Media } else { PublicationKind::Reply }
}

/// The public form of an answer, its texts passed through `clean`.
pub(crate) fn answer_of(app: &App, world: &World, order: &Order, clean: impl Fn(&str) -> String) -> Row {
    let at = order.reply_at.unwrap_or(order.updated_at);
    Row {
        id: app.mint.uuid(at),
        kind: kind_of(order).code().to_owned(),
        state: "published".to_owned(),
        order_id: Some(order.id),
        title: clean(&order.title),
        question: clean(&order.content),
        body: clean(order.reply.as_deref().unwrap_or_default()),
        about: about(order, world),
        by_name: answered_by(order, world),
        published_at: Some(at),
        updated_at: at,
        updated_by: None,
        version: 0,
    }
}

fn about(order: &Order, world: &World) -> String {
    format!("{} · {}", world.regions.path_cn(&order.region), order.demand_type.cn())
}

fn answered_by(order: &Order, world: &World) -> String {
    let org = order.lead_org.map(|o| world.directory.org_name(o));
    org.or_else(|| world.directory.center().map(|c| c.name.as_str())).unwrap_or_default().to_owned()
}

/// Writes a text, publishes it or takes it down.
///
/// # Errors
/// Refuses text with numbers of persons in it, and answers whose citizens did not agree.
pub async fn publication_save(app: &App, ctx: &Ctx, form: PublicationForm) -> Result<PublicationLine> {
    ctx.require_ready()?;
    ctx.require(Permission::Publish)?;
    let world = app.fresh_world().await?;
    check(&form)?;
    let id = form.id.unwrap_or_else(|| app.mint.uuid(ctx.now));
    let done: Result<Row> = db::with_retry!(app.store.db, async |tx| {
        let before = store::publication::load_publication(&mut *tx, id).await?;
        let row = merged(tx, app, ctx, &world, id, before, &form).await?;
        store::publication::save_publication(tx, &row).await?;
        let detail = serde_json::json!({ "kind": row.kind, "state": row.state });
        let entry = audit::Entry::new("publish", "publication.save", "publication", id).with(detail);
        audit::record(tx, app, ctx, entry).await?;
        Ok(row)
    });
    let row = done?;
    Ok(line(Row { version: row.version + 1, ..row }, &world))
}

fn check(form: &PublicationForm) -> Result<()> {
    let mut errors = Vec::new();
    let mut wrong = |bad: bool, field: &str, message: &str, remedy: &str| {
        if bad {
            errors.push(kernel::FieldError::new(field, message).with_remedy(remedy));
        }
    };
    let n = |text: &str| text.trim().chars().count();
    wrong(PublicationKind::from_code(&form.kind).is_none(), "kind", "请选择类别", "公告、常见问题、公开答复或媒体监督");
    wrong(
        !matches!(form.state.as_str(), "draft" | "published" | "withdrawn"),
        "state",
        "状态不正确",
        "请刷新页面后重试",
    );
    wrong(!(2..=100).contains(&n(&form.title)), "title", "请填写标题", "2至100字");
    wrong(!(5..=20_000).contains(&n(&form.body)), "body", "请填写正文", "5至20000字");
    let personal = |text: &str| redact_text(text) != text && form.state == "published";
    for (field, text) in [("title", &form.title), ("question", &form.question), ("body", &form.body)] {
        // A notice may tell an office's own telephone number; an answer to a citizen may not hold any.
        wrong(
            matches!(form.kind.as_str(), "reply" | "media") && personal(text),
            field,
            "内容中有电话、证件或账号",
            "请删去个人信息后再公开",
        );
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::fields(errors).into()) }
}

async fn merged(
    tx: &mut db::Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: Uuid,
    before: Option<Row>,
    form: &PublicationForm,
) -> Result<Row> {
    if before.as_ref().map_or(0, |b| b.version) != form.version {
        return Err(Refusal::stale().into());
    }
    let order_id = before.as_ref().map_or(form.order_id, |b| b.order_id);
    let (kind, about, by_name) = match order_id {
        Some(order) => of_order(tx, app, world, order).await?,
        None => {
            (form.kind.clone(), String::new(), world.directory.center().map_or_else(String::new, |c| c.name.clone()))
        }
    };
    let published = form.state == "published";
    let published_at = before.as_ref().and_then(|b| b.published_at).or(published.then_some(ctx.now));
    Ok(Row {
        id,
        kind: before.map_or(kind, |b| b.kind),
        state: form.state.clone(),
        order_id,
        title: form.title.trim().to_owned(),
        question: form.question.trim().to_owned(),
        body: form.body.trim().to_owned(),
        about,
        by_name,
        published_at,
        updated_at: ctx.now,
        updated_by: ctx.by.user(),
        version: form.version,
    })
}

/// The citizen of the order agreed, or the press reported it; and nothing about it is confidential.
async fn of_order(tx: &mut db::Tx, app: &App, world: &World, id: OrderId) -> Result<(String, String, String)> {
    let order = store::order::load_order(&mut *tx, &app.store.vault, id).await?;
    let order = order.ok_or_else(|| Error::from(Refusal::not_found("工单")))?;
    let open = order.publishable == Some(true)
        && order.confidentiality == domain::order::Confidentiality::None
        && order.demand_type != domain::order::DemandType::Report;
    if !open {
        return Err(Refusal::state("not_publishable", "诉求人未同意公开，或属举报、保密事项，不能公开").into());
    }
    Ok((kind_of(&order).code().to_owned(), about(&order, world), answered_by(&order, world)))
}
