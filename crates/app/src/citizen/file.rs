//! 网上提交: a form becomes a matter, once.

use citizen::{Choice, Draft, Form, Receipt, Submitted, check};
use db::Tx;
use domain::authority::Role;
use domain::decision::Recipient;
use domain::mailbox::Mailbox;
use domain::order::{Command, DemandType, RegisterForm};
use kernel::{OrderId, Refusal, Ts, mask_phone, query_code};
use store::audit::Outcome;
use store::follow::Follow;

use super::code::Purpose;
use super::{catalogue, draft_of, form, no_draft, similar};
use crate::ctx::{App, Ctx};
use crate::order::{QUERY_CODE, command_in, register_coded};
use crate::view::Registered;
use crate::world::World;
use crate::write::{Letter, Mail, recipients};
use crate::{Error, Result, audit};

/// A proved number counts so long for the form it was proved for, minutes.
const PROVED_MIN: i64 = 60;

/// Files the draft, or asks what to do about the citizen's own earlier matters.
pub(super) async fn submit(app: &App, ctx: &Ctx, key: &str, otp: &str, choice: Choice) -> Result<Submitted> {
    let world = app.fresh_world().await?;
    let mut draft = draft_of(&app.store, key).await?.ok_or_else(no_draft)?;
    if let Some(receipt) = draft.receipt {
        return Ok(Submitted::Filed(receipt));
    }
    let offered = catalogue::catalogue(app).await?;
    let errors = check(&draft.form, &offered, ctx.now.date());
    if !errors.is_empty() {
        return Err(Refusal::fields(errors).into());
    }
    prove(app, ctx, &world, key, &mut draft, otp).await?;
    if choice == Choice::Open {
        let own = similar::own(app, &world, &draft.form).await?;
        if !own.is_empty() {
            return Ok(Submitted::Ask(own));
        }
    }
    let receipt = match &choice {
        Choice::Follow(handle) => follow(app, ctx, key, handle).await?,
        Choice::New | Choice::Open => new(app, ctx, &world, key).await?,
    };
    app.bus.poke();
    Ok(Submitted::Filed(receipt))
}

/// The number in the form is the citizen's: its code was entered, now or a moment ago.
async fn prove(app: &App, ctx: &Ctx, world: &World, key: &str, draft: &mut Draft, otp: &str) -> Result<()> {
    let Some(phone) = form::phone(&draft.form) else { return Ok(()) };
    if is_proved(draft, &phone, ctx.now) {
        return Ok(());
    }
    app.codes(&world.params, ctx.now).spend(&phone, Purpose::File, "", otp).await?;
    draft.verified = Some((phone, ctx.now.plus_minutes(PROVED_MIN)));
    super::draft_save(&app.store, ctx.now, key, draft).await
}

/// The number was proved for this draft and still counts.
pub(super) fn is_proved(draft: &Draft, phone: &str, now: Ts) -> bool {
    draft.verified.as_ref().is_some_and(|(number, until)| number == phone && now < *until)
}

/// The draft, for this transaction alone: a second press of the button waits here and then finds the receipt.
async fn held(tx: &mut Tx, app: &App, key: &str, now: Ts) -> Result<Draft> {
    if !store::portal::draft_hold(tx, &app.store.vault, key, now).await? {
        return Err(no_draft());
    }
    let text = store::portal::draft_load(&mut *tx, &app.store.vault, key).await?.ok_or_else(no_draft)?;
    Ok(serde_json::from_str(&text)?)
}

async fn keep(tx: &mut Tx, app: &App, key: &str, draft: &Draft, now: Ts) -> Result<()> {
    let body = serde_json::to_string(draft)?;
    Ok(store::portal::draft_save(tx, &app.store.vault, key, &body, now).await?)
}

async fn new(app: &App, ctx: &Ctx, world: &World, key: &str) -> Result<Receipt> {
    let src_no = app.store.vault.blind_hex("portal_form", key);
    db::with_retry!(app.store.db, async |tx| {
        let mut draft = held(tx, app, key, ctx.now).await?;
        if let Some(receipt) = draft.receipt {
            return Ok(receipt);
        }
        let file = File { form: &draft.form, src_no: &src_no, query_code: None, received_at: None, phone_proved: true };
        let made = file_in(tx, app, ctx, world, &file).await?;
        store::portal::photos_file(tx, &app.store.vault, key, made.id).await?;
        let receipt = Receipt {
            case_no: Some(made.case_no),
            query_code: made.query_code,
            sent_to: form::phone(&draft.form).map(|p| mask_phone(&p)),
            at: ctx.now,
            following: false,
        };
        draft.receipt = Some(receipt.clone());
        // What was typed has become the order; only the receipt is kept for a repetition.
        draft.form = Form::default();
        keep(tx, app, key, &draft, ctx.now).await?;
        Ok::<Receipt, Error>(receipt)
    })
}

/// Tag of a matter that was handed in while no code could be sent: its number is asked back before anything is told there.
const UNPROVED: &str = "号码未验证";

/// A form to be filed.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    pub form: &'a Form,
    /// Names the form for ever.
    pub src_no: &'a str,
    /// An outer desk has given the code out already.
    pub query_code: Option<&'a str>,
    /// When the citizen handed it in, where that was earlier.
    pub received_at: Option<Ts>,
    /// The number was proved by a code, where there is one.
    pub phone_proved: bool,
}

/// Registers the form inside a transaction of the caller. A form filed before answers with its matter and an empty code.
pub async fn file_in(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, file: &File<'_>) -> Result<Registered> {
    let mut register = form::register_form(file.form, file.src_no, world);
    register.received_at = file.received_at;
    if !file.phone_proved {
        register.tags.push(UNPROVED.to_owned());
    }
    let made = register_coded(tx, app, ctx, world, &register, file.query_code).await?;
    if made.query_code.is_empty() {
        return Ok(made);
    }
    let detail = serde_json::json!({ "case_no": made.case_no, "consent": world.params.text("portal.consent") });
    audit::record(tx, app, ctx, audit::Entry::new("citizen", "citizen.file", "order", made.id).with(detail)).await?;
    if let Some(mailbox) = register.mailbox.and_then(|id| world.mailbox(id)) {
        tell_leader(tx, app, ctx, mailbox, &made).await?;
    }
    send_on(tx, app, ctx, world, &register, made).await
}

/// 写给我的信: the leader sees it and is told, and may leave it to those whose work it is.
async fn tell_leader(tx: &mut Tx, app: &App, ctx: &Ctx, mailbox: &Mailbox, made: &Registered) -> Result<()> {
    store::mailbox::copy_letter(tx, made.id, mailbox.leader).await?;
    let body = format!("{}收到来信{}，已转12345办理，可查看进展或作出批示", mailbox.name, made.case_no);
    let order = Some((made.id, made.case_no.as_str()));
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, &[mailbox.leader], Letter { kind: "T20", title: "写给我的信", body: &body, order });
    mail.send(tx, app).await
}

/// What becomes at once of a matter nobody at the centre has seen.
pub(crate) async fn send_on(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    register: &RegisterForm,
    made: Registered,
) -> Result<Registered> {
    // What can only be answered by a unit goes to the dispatcher at once; questions, opinions and thanks are for the
    // centre to answer itself.
    let kind = register.demand_type.unwrap_or(DemandType::Other);
    if matches!(kind, DemandType::Help | DemandType::Complaint | DemandType::Report) {
        let submit = Command::Submit { urgency: None, suggested_org: None };
        let case = command_in(tx, app, ctx, world, made.id, None, &submit).await?;
        return Ok(Registered { version: case.order.version, state: case.order.state, ..made });
    }
    tell_center(tx, app, ctx, world, &made).await?;
    Ok(made)
}

async fn tell_center(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, made: &Registered) -> Result<()> {
    let users = recipients(tx, ctx, world, &Recipient::CenterRole { role: Role::TeamLeader }).await?;
    let body = format!("网上诉求{}等待答复或派单", made.case_no);
    let mut mail = Mail::default();
    let order = Some((made.id, made.case_no.as_str()));
    mail.notify(app, ctx.now, &users, Letter { kind: "T20", title: "网上诉求", body: &body, order });
    mail.send(tx, app).await
}

/// Follows another's matter instead of filing: its own code, and a message when there is an answer.
async fn follow(app: &App, ctx: &Ctx, key: &str, handle: &str) -> Result<Receipt> {
    let order_id: OrderId = similar::opened(app, handle)?;
    db::with_retry!(app.store.db, async |tx| {
        let mut draft = held(tx, app, key, ctx.now).await?;
        if let Some(receipt) = draft.receipt {
            return Ok(receipt);
        }
        let phone = form::phone(&draft.form);
        let code = query_code(&*app.mint);
        let follow = Follow { id: app.mint.uuid(ctx.now), order_id };
        let hash = app.store.vault.blind_hex(QUERY_CODE, &code);
        store::follow::insert_follow(tx, &app.store.vault, follow, &hash, phone.as_deref(), ctx.now).await?;
        if let Some(idx) = app.code_index(&code) {
            store::exchange::put_index(tx, &idx, &format!("follow/{}", follow.id)).await?;
        }
        let entry = audit::Entry::new("citizen", "citizen.follow", "order", order_id);
        audit::record(tx, app, ctx, audit::Entry { outcome: Outcome::Ok, ..entry }).await?;
        let receipt = Receipt {
            case_no: None,
            query_code: code,
            sent_to: phone.map(|p| mask_phone(&p)),
            at: ctx.now,
            following: true,
        };
        draft = Draft { form: Form::default(), verified: draft.verified, receipt: Some(receipt.clone()) };
        keep(tx, app, key, &draft, ctx.now).await?;
        Ok::<Receipt, Error>(receipt)
    })
}
