//! W02 登记.

use db::Tx;
use domain::env::By;
use domain::message::Medium;
use domain::order::{Numbers, RegisterForm, register};
use kernel::{CallId, Ts, case_no, query_code};

use crate::ctx::{App, Ctx};
use crate::view::Registered;
use crate::world::World;
use crate::write::{Extra, apply};
use crate::{Result, call, idempotency};

/// Domain of the blind index of query codes.
pub(crate) const QUERY_CODE: &str = "query_code";

/// Registers a matter. A form with a source number that is already there answers with the order of that number.
pub async fn order_register(app: &App, ctx: &Ctx, form: RegisterForm) -> Result<Registered> {
    ctx.require_ready()?;
    // Interfaces and importers may set these; a person at the desk registers here and now.
    let form = match ctx.by {
        By::System => form,
        By::Person(_) => RegisterForm { received_at: None, src_sys: None, src_no: None, ..form },
    };
    let world = app.fresh_world().await?;
    let done: Result<(Registered, Option<CallId>)> = db::with_retry!(app.store.db, async |tx| {
        if let Some(before) = idempotency::begin(tx, app, ctx).await? {
            return Ok((before, None));
        }
        let made = register_in(tx, app, ctx, &world, &form, false).await?;
        let call = call::bind_registered(tx, app, ctx, form.call_id.as_deref(), made.id).await?;
        idempotency::finish(tx, app, ctx, 201, &made).await?;
        Ok((made, call))
    });
    let (made, call) = done?;
    app.bus.poke();
    if let Some(call) = call {
        app.calls.tell(call::Told::Bound { call, order: made.id });
    }
    Ok(made)
}

/// Registers inside a transaction of the caller. `quiet`: tell nobody.
pub async fn register_in(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    form: &RegisterForm,
    quiet: bool,
) -> Result<Registered> {
    register_with(tx, app, ctx, world, form, Extra { quiet, ..Extra::default() }).await
}

/// As [`register_in`], with a query code that was given out already.
pub(crate) async fn register_coded(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    form: &RegisterForm,
    code: Option<&str>,
) -> Result<Registered> {
    register_with(tx, app, ctx, world, form, Extra { query_code: code.map(str::to_owned), ..Extra::default() }).await
}

/// As [`register_in`], for whoever wrote by an account that answers go to.
pub(crate) async fn register_from(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    form: &RegisterForm,
    account: Option<(Medium, String)>,
) -> Result<Registered> {
    let made = register_with(tx, app, ctx, world, form, Extra { account: account.clone(), ..Extra::default() }).await?;
    if let Some((medium, account)) = &account {
        store::social::put_account(tx, &app.store.vault, made.id, (*medium, account), ctx.now).await?;
    }
    Ok(made)
}

async fn register_with(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    form: &RegisterForm,
    extra: Extra,
) -> Result<Registered> {
    if let (Some(sys), Some(no)) = (form.src_sys.as_deref(), form.src_no.as_deref())
        && let Some(id) = store::order::find_by_source(&mut *tx, sys, no).await?
        && let Some(order) = store::order::load_order(&mut *tx, &app.store.vault, id).await?
    {
        let (case_no, version, state) = (order.case_no, order.version, order.state);
        return Ok(Registered { id, case_no, query_code: String::new(), version, state });
    }
    let env = world.env(ctx.now, &*app.mint);
    // The rule is asked before a number is drawn, so that a refused form leaves no gap.
    let trial = Numbers { case_no: String::new(), query_code_hash: String::new() };
    register(form, trial, &ctx.by, &env)?;
    let day = form.received_at.unwrap_or(ctx.now);
    let (mut numbers, mut code) = numbers(tx, app, form.channel.map_or("99", |c| c.code()), day).await?;
    if let Some(given) = &extra.query_code {
        numbers.query_code_hash = app.store.vault.blind_hex(QUERY_CODE, given);
        code.clone_from(given);
    }
    let decision = register(form, numbers, &ctx.by, &env)?;
    let extra = Extra { query_code: Some(code.clone()), ..extra };
    let case = apply(tx, app, ctx, world, None, decision, &extra).await?;
    let order = case.order;
    Ok(Registered {
        id: order.id,
        case_no: order.case_no,
        query_code: code,
        version: order.version,
        state: order.state,
    })
}

/// A fresh case number of the day and channel, and a query code with its blind index.
pub(crate) async fn numbers(tx: &mut Tx, app: &App, channel: &str, day: Ts) -> Result<(Numbers, String)> {
    let date = day.date();
    let counter = format!("case_no.{date}.{channel}");
    let serial = store::counter::next_in(tx, &counter).await?;
    let serial = u32::try_from(serial).map_err(crate::Error::broken)?;
    let code = query_code(&*app.mint);
    let numbers = Numbers {
        case_no: case_no(&app.settings.region6, date, channel, serial),
        query_code_hash: app.store.vault.blind_hex(QUERY_CODE, &code),
    };
    Ok((numbers, code))
}
