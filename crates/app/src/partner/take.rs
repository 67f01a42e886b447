//! 接收: what a partner says is believed when signed, done once, and refused with the field and what to do.

use db::Tx;
use domain::authority::Role;
use domain::directory::Directory;
use domain::order::decide::note_partner;
use domain::order::{Command, OrderState};
use domain::partner::share::{CodeMap, Topic};
use domain::partner::wo::{Jq, Matter, Place, Private, Sender, SharedFile, Spoken, Wo};
use domain::partner::{LinkState, MessageType, Progress};
use kernel::{OrderId, OrgId, Refusal, Ts};
use serde::de::DeserializeOwned;
use store::partner::{Heard, Link, Partner};

use super::answer::note_of;
use super::envelope::open;
use super::say::{own_code, tell};
use super::{Envelope, Said, files, proposal, word};
use crate::ctx::{App, Ctx};
use crate::order::{command_in, register_in};
use crate::world::World;
use crate::write::{Extra, apply};
use crate::{Error, Result};

/// As many characters of the content are looked at for a class.
const TELLING: usize = 60;
/// What was said at most, characters: it is shown to people.
const LONGEST: usize = 500;

/// Why a message is not taken.
struct No {
    code: i64,
    msg: String,
}

fn no(code: i64, msg: impl Into<String>) -> No {
    No { code, msg: msg.into() }
}

/// Takes a message. Every answer is one of the codes of §9.1; what goes wrong with us is 5000, and said again later.
pub async fn take(app: &App, ip: &str, trace: &str, text: &str) -> Said {
    let envelope: Envelope = match serde_json::from_str(text) {
        Ok(envelope) => envelope,
        Err(e) => return Said { code: 4001, msg: format!("信封不是正确的 JSON：{e}"), msg_id: String::new() },
    };
    let ctx = Ctx { ip: ip.to_owned(), ..app.system(trace) };
    // On the heap: what a message may set in motion is more than a stack should hold.
    let (code, msg) = match Box::pin(answer(app, &ctx, &envelope)).await {
        Ok(Ok(())) => (0, String::new()),
        Ok(Err(no)) => (no.code, no.msg),
        Err(e) => {
            tracing::error!(error = %e, "a partner's message could not be taken");
            (5000, "暂时无法接收，请稍后重发".to_owned())
        }
    };
    Said { code, msg, msg_id: envelope.msg_id }
}

async fn answer(app: &App, ctx: &Ctx, e: &Envelope) -> Result<Result<(), No>> {
    let vault = &app.store.vault;
    let partner = store::partner::partner_by_code(&app.store.db, vault, &e.from).await?;
    let Some(partner) = partner.filter(|p| !p.their_key.is_empty()) else {
        return Ok(Err(no(
            4005,
            format!("from：未登记的平台“{}”，请联系对方安全管理员登记代码和公钥", short(&e.from)),
        )));
    };
    if let Some(fault) = e.fault(&partner.their_key, ctx.now) {
        note(app, &partner, ctx.now, Some(fault)).await?;
        return Ok(Err(no(4002, fault)));
    }
    if e.to != own_code(app) {
        return Ok(Err(no(4005, format!("to：本平台代码是 {}", own_code(app)))));
    }
    if !(8..=64).contains(&e.msg_id.len()) || !e.msg_id.is_ascii() {
        return Ok(Err(no(4001, "msg_id：应为8至64个字母、数字或符号，重发时不变")));
    }
    if let Some(before) = store::partner::heard_before(&app.store.db, partner.id, &e.msg_id).await? {
        return Ok(Err(before.map_or_else(|| no(4003, "已接收过"), |(code, msg)| no(code, msg))));
    }
    let done = act(app, ctx, &partner, e).await;
    let refused = match &done {
        Ok(Err(no)) => Some((no.code, no.msg.chars().take(LONGEST).collect::<String>())),
        Ok(Ok(())) => None,
        Err(_) => return done,
    };
    if let Some((code, msg)) = &refused {
        db::with_retry!(app.store.db, async |tx| {
            let heard = Heard { refused: Some((*code, msg.as_str())), ..heard_of(&partner, e) };
            store::partner::heard(tx, vault, heard, ctx.now).await?;
            Ok::<(), Error>(())
        })?;
    }
    note(app, &partner, ctx.now, refused.as_ref().map(|(_, msg)| msg.as_str())).await?;
    done
}

pub(super) fn heard_of<'a>(partner: &Partner, e: &'a Envelope) -> Heard<'a> {
    Heard { partner: partner.id, link: None, msg_id: &e.msg_id, kind: &e.kind, note: None, refused: None }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(20).collect()
}

async fn note(app: &App, partner: &Partner, now: Ts, error: Option<&str>) -> Result<()> {
    db::with_retry!(app.store.db, async |tx| {
        Ok::<(), Error>(store::partner::note_in(tx, partner.id, now, error).await?)
    })
}

async fn act(app: &App, ctx: &Ctx, partner: &Partner, e: &Envelope) -> Result<Result<(), No>> {
    let Ok(kind) = e.kind.parse::<MessageType>() else {
        let known: Vec<&str> = MessageType::ALL.iter().map(|k| k.code()).collect();
        return Ok(Err(no(4001, format!("type：不支持“{}”，可用 {}", short(&e.kind), known.join("、")))));
    };
    let done = match kind {
        MessageType::WoCreate | MessageType::JqCreate => match matter(partner, e, kind) {
            Ok(matter) => create(app, ctx, partner, e, &matter).await,
            Err(no) => return Ok(Err(no)),
        },
        MessageType::WoFile => match file(partner, e).await? {
            Ok((shared, name, bytes)) => files::keep(app, ctx, partner, e, &shared, (&name, bytes)).await,
            Err(no) => return Ok(Err(no)),
        },
        _ if let Some(topic) = Topic::of(kind) => proposal::hear(app, ctx, partner, e, topic).await,
        _ if kind.is_word() => match spoken(partner, e) {
            Ok((spoken, text)) => word::hear(app, ctx, partner, e, kind, &spoken, &text).await,
            Err(no) => return Ok(Err(no)),
        },
        _ => match read::<Wo>(&e.body) {
            Ok(wo) => answered(app, ctx, partner, e, kind, &wo).await,
            Err(no) => return Ok(Err(no)),
        },
    };
    match done {
        Ok(()) => Ok(Ok(())),
        // The scanner will be back: the file comes again.
        Err(Error::Refused(r)) if crate::attachment::is_passing(&r) => Err(Error::broken(r.message)),
        Err(Error::Refused(r)) => Ok(Err(worded(&r))),
        Err(e) => Err(e),
    }
}

/// A refusal of the rules as a partner reads it: field, what is wrong, what to do.
fn worded(r: &Refusal) -> No {
    if r.fields.is_empty() {
        return no(4004, r.message.clone());
    }
    let line = |f: &kernel::FieldError| match &f.remedy {
        Some(remedy) => format!("{}：{}，{remedy}", f.field, f.message),
        None => format!("{}：{}", f.field, f.message),
    };
    no(4001, r.fields.iter().map(line).collect::<Vec<_>>().join("；"))
}

fn read<T: DeserializeOwned>(body: &str) -> Result<T, No> {
    serde_json::from_str(body).map_err(|e| no(4001, format!("body：内容不符合格式（{e}），请对照接口说明")))
}

fn private(partner: &Partner, sealed: &str) -> Result<Private, No> {
    let remedy = "private_enc：无法解密，应为用本平台公钥按 SM2（C1C3C2）加密后的 base64";
    open(partner, sealed).ok_or_else(|| no(4001, remedy))
}

async fn file(partner: &Partner, e: &Envelope) -> Result<Result<(SharedFile, String, Vec<u8>), No>> {
    let shared: SharedFile = match read(&e.body) {
        Ok(shared) => shared,
        Err(no) => return Ok(Err(no)),
    };
    let name = match private(partner, &shared.private_enc) {
        Ok(private) => private.content,
        Err(no) => return Ok(Err(no)),
    };
    let remedy = "file_enc：无法解密或与 file.sm3 不符，应为用本平台公钥按 SM2 加密后的 base64";
    Ok(files::opened(partner, &shared).await?.map(|bytes| (shared, name, bytes)).ok_or_else(|| no(4001, remedy)))
}

fn spoken(partner: &Partner, e: &Envelope) -> Result<(Spoken, String), No> {
    let spoken: Spoken = read(&e.body)?;
    let text = private(partner, &spoken.private_enc)?.content;
    Ok((spoken, text.trim().chars().take(LONGEST).collect()))
}

fn matter(partner: &Partner, e: &Envelope, kind: MessageType) -> Result<Matter, No> {
    if !partner.receives {
        return Err(no(4004, "type：本平台没有开通接收贵平台的工单，请联系本平台安全管理员"));
    }
    let matter = if kind == MessageType::JqCreate {
        let jq: Jq = read(&e.body)?;
        let private = private(partner, &jq.private_enc)?;
        Matter::of_jq(jq, &partner.code, private)
    } else {
        let wo: Wo = read(&e.body)?;
        let private = private(partner, &wo.private_enc)?;
        Matter { wo, private, inform: false }
    };
    let faults = matter.faults();
    if faults.is_empty() { Ok(matter) } else { Err(worded(&Refusal::fields(faults))) }
}

/// Class and area of ours for a matter: theirs where we have them, else by its words, else for the dispatcher to sort.
fn place(app: &App, world: &World, map: &CodeMap, matter: &Matter) -> Place {
    let region = world.regions.get(&matter.wo.region_code).filter(|r| r.code.starts_with(&app.settings.region6[..4]));
    let region = region.map_or_else(|| format!("{:0<12}", app.settings.region6), |r| r.code.clone());
    Place { category: class(&world.directory, map, matter), region }
}

fn class(directory: &Directory, map: &CodeMap, matter: &Matter) -> String {
    let wo = &matter.wo;
    let deep = |code: &str| directory.category(code).filter(|c| c.level >= 2);
    // A code that another stands for now is that one.
    let told = map.get(&wo.category_code).unwrap_or(&wo.category_code);
    if let Some(known) = deep(told) {
        return known.code.clone();
    }
    // What they call the class says more than the citizen's words.
    let content: String = matter.private.content.chars().take(TELLING).collect();
    let told = [wo.category_name.as_str(), wo.title.as_str(), content.as_str()];
    let found = told.iter().filter(|t| !t.trim().is_empty()).find_map(|t| {
        let hits = directory.category_search(t, 5);
        hits.into_iter().find(|h| deep(&h.code).is_some()).map(|h| h.code)
    });
    found.or_else(|| unsorted(directory)).unwrap_or_default()
}

/// The organisation of ours the sender would have it handled by.
fn suggested(directory: &Directory, wo: &Wo) -> Option<OrgId> {
    let code = wo.lead_org.as_ref().map(|o| o.code.trim()).filter(|c| !c.is_empty())?;
    directory.orgs().find(|o| o.active && o.code == code).map(|o| o.id)
}

/// 其他 at the end of the table; a table without one gives its last class.
fn unsorted(directory: &Directory) -> Option<String> {
    let deep: Vec<_> = directory.categories().filter(|c| c.level >= 2).collect();
    let other = deep.iter().rev().find(|c| c.name.contains("其他"));
    other.or(deep.last()).map(|c| c.code.clone())
}

/// A matter becomes an order that waits for a dispatcher, once for its source number.
async fn create(app: &App, ctx: &Ctx, partner: &Partner, e: &Envelope, matter: &Matter) -> Result<()> {
    let world = app.fresh_world().await?;
    let vault = &app.store.vault;
    let map = store::category::code_map(&app.store.db).await?;
    let from = Sender { kind: partner.kind, code: &partner.code, name: &partner.name };
    let mut form = matter.form(&from, &place(app, &world, &map, matter), ctx.now);
    form.suggested_org = suggested(&world.directory, &matter.wo);
    db::with_retry!(app.store.db, async |tx| {
        let id = app.mint.uuid(ctx.now);
        let heard = Heard { link: Some(id), note: matter.wo.reason.as_deref(), ..heard_of(partner, e) };
        if !store::partner::heard(tx, vault, heard, ctx.now).await? {
            return Ok(());
        }
        let made = register_in(tx, app, ctx, &world, &form, false).await?;
        // A number that was there before answers without a code: the matter is here, under whatever message it came.
        let before = store::partner::links_of(&mut *tx, vault, made.id).await?;
        if let Some(link) = before.iter().find(|l| !l.out && l.partner_id == partner.id) {
            return Err(again(link).into());
        }
        let link = Link {
            id,
            partner_id: partner.id,
            order_id: made.id,
            out: false,
            their_no: Some(matter.wo.wo_no.clone()),
            state: LinkState::Waiting,
            reason: matter.wo.reason.clone(),
            reply: None,
            told: made.version,
            said: 0,
            seen: matter.wo.ver,
            due_at: None,
            warned: false,
            inform: matter.inform,
            ext: None,
            ext_until: None,
            progress: Progress::default(),
            by: None,
            created_at: ctx.now,
            updated_at: ctx.now,
        };
        store::partner::add_link(tx, &link).await?;
        let submit = Command::Submit { urgency: None, suggested_org: None };
        command_in(tx, app, ctx, &world, made.id, None, &submit).await?;
        Ok::<(), Error>(())
    })?;
    app.bus.poke();
    Ok(())
}

fn again(link: &Link) -> Refusal {
    let text = match link.state {
        LinkState::Returned => "src_no：该工单已退回，不能以同一编号再次推送；职责不明确的由首先接到的平台先行受理",
        _ => "src_no：该编号的工单已在本平台办理，请等待反馈",
    };
    Refusal::state("again", text)
}

/// What a partner says about a matter we sent.
async fn answered(app: &App, ctx: &Ctx, partner: &Partner, e: &Envelope, kind: MessageType, wo: &Wo) -> Result<()> {
    let world = app.fresh_world().await?;
    let vault = &app.store.vault;
    let full = private(partner, &wo.private_enc).map(|p| p.content).unwrap_or_default();
    db::with_retry!(app.store.db, async |tx| {
        let none = || {
            Error::from(
                kernel::FieldError::new("src_no", "没有由本平台推送的这件工单").with_remedy("填推送时的 src_no"),
            )
        };
        let id = store::order::find_by_case_no(&mut *tx, wo.src_no.trim()).await?.ok_or_else(none)?;
        let links = store::partner::links_of(&mut *tx, vault, id).await?;
        let link = links.iter().rev().find(|l| l.out && l.partner_id == partner.id).ok_or_else(none)?;
        let link = store::partner::load_link_for_change(tx, vault, link.id).await?.ok_or_else(none)?;
        if wo.ver <= link.seen {
            let text = format!("ver：{}不大于已收到的{}，较旧的反馈不再接收", wo.ver, link.seen);
            return Err(Refusal::state("old", text).into());
        }
        let note = note_of(kind, wo);
        let heard = Heard { link: Some(link.id), note: note.as_deref(), ..heard_of(partner, e) };
        if !store::partner::heard(tx, vault, heard, ctx.now).await? {
            return Ok(());
        }
        let before = link.state;
        let state = before.answered(kind)?;
        take_over(tx, app, ctx, &world, partner, &link, state, wo).await?;
        let progress = link.progress.after(kind, &Progress::of(wo));
        trace(tx, app, ctx, &world, partner, &link, kind, &progress).await?;
        let text = if full.is_empty() { wo.reply.clone() } else { Some(full.clone()) };
        let next = Link {
            their_no: Some(wo.wo_no.clone()).filter(|n| !n.is_empty()).or(link.their_no.clone()),
            reason: if kind == MessageType::WoReturn { wo.reason.clone() } else { link.reason.clone() },
            reply: text.filter(|t| !t.is_empty()).or(link.reply.clone()),
            seen: wo.ver,
            updated_at: ctx.now,
            state,
            progress,
            ..link
        };
        store::partner::save_link(tx, vault, &next).await?;
        // Who has it and how it was rated is read, not acted upon.
        let read_only = matches!(kind, MessageType::WoDispatch | MessageType::WoCallback) && state == before;
        if read_only { Ok(()) } else { tell_desk(tx, app, state, id).await }
    })?;
    app.bus.poke();
    Ok(())
}

/// The partner took the matter: it is theirs from now on (W06), and its number is the receipt.
#[expect(clippy::too_many_arguments, reason = "one answer with all it is about")]
async fn take_over(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    partner: &Partner,
    link: &Link,
    state: LinkState,
    wo: &Wo,
) -> Result<()> {
    let taken = matches!(state, LinkState::Accepted | LinkState::Replied | LinkState::Closed);
    let before = matches!(link.state, LinkState::Waiting | LinkState::Failed | LinkState::Cancelled);
    if !(taken && before) || link.inform {
        return Ok(());
    }
    let order = store::order::load_order(&mut *tx, &app.store.vault, link.order_id).await?;
    let open = order.is_some_and(|o| matches!(o.state, OrderState::Registered | OrderState::PendingDispatch));
    if !open {
        return Err(Refusal::state("taken", "该工单已由本平台办理，贵平台不必再办").into());
    }
    let receipt = if wo.wo_no.is_empty() { "对方已受理".to_owned() } else { wo.wo_no.chars().take(64).collect() };
    let reason = link.reason.clone().filter(|r| !r.is_empty());
    let out = Command::TransferOut { target: partner.kind.target(), receipt, reason };
    command_in(tx, app, ctx, world, link.order_id, None, &out).await.map(drop)
}

/// What is told of the matter stands in its record too, so that everybody who reads that knows; the citizen's page follows it.
#[expect(clippy::too_many_arguments, reason = "one answer with all it is about")]
async fn trace(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    partner: &Partner,
    link: &Link,
    kind: MessageType,
    progress: &Progress,
) -> Result<()> {
    let (action, held) = match kind {
        MessageType::WoDispatch => ("partner_dispatch", progress.held_cn()),
        MessageType::WoReply => ("partner_reply", None),
        MessageType::WoCallback => ("partner_callback", progress.callback_cn()),
        MessageType::WoClose => ("partner_close", None),
        _ => return Ok(()),
    };
    let Some(case) = store::case::load_case_for_change(tx, &app.store.vault, link.order_id).await? else {
        return Ok(());
    };
    let fields = serde_json::json!({ "partner": partner.name, "held": held });
    let decision = note_partner(&case, action, fields, &world.env(ctx.now, &*app.mint));
    let extra = Extra { action: Some(action), ..Extra::default() };
    apply(tx, app, ctx, world, Some(&case), decision, &extra).await.map(drop)
}

async fn tell_desk(tx: &mut Tx, app: &App, state: LinkState, order: OrderId) -> Result<()> {
    match state {
        LinkState::Returned => {
            tell(tx, app, Role::Dispatcher, order, "对方退回了转出的工单，请查看理由后由本平台办理").await
        }
        LinkState::Replied | LinkState::Closed => {
            tell(tx, app, Role::ReplyAgent, order, "对方已反馈办理结果，请查看并告知诉求人").await
        }
        _ => Ok(()),
    }
}
