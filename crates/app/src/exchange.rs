//! 网闸交换 as the administrator sees it: how it stands, and what could not be done.

use citizen::{Lamp, LampState};
use db::Tx;
use domain::authority::{Permission, Role};
use domain::decision::Recipient;
use kernel::{Refusal, Ts, Uuid};
use serde::Serialize;

use crate::Result;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::write::{Letter, Mail, recipients};

/// Refused records shown.
const SHOWN: i64 = 200;

/// How the exchange stands.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExchangeView {
    /// An exchange is set up in this process.
    pub enabled: bool,
    /// `fresh`, `stale`, `gap`, or `direct` when the portal runs in this process.
    pub state: String,
    pub state_cn: String,
    /// When the outer side was last heard.
    pub last_at: Option<Ts>,
    /// Things the outer side has not confirmed.
    pub waiting: i64,
    /// Last number sent, last confirmed, last received.
    pub sent: i64,
    pub confirmed: i64,
    pub received: i64,
    /// Number that is missing, and since when.
    pub missing: Option<i64>,
    pub missing_since: Option<Ts>,
    /// Files refused as altered or foreign, and files seen before.
    pub bad_files: i64,
    pub repeated_files: i64,
    pub refused: Vec<RefusedLine>,
}

/// Something that came in and could not be done. Its content is not shown here: whoever runs machines sees no matters.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefusedLine {
    pub id: Uuid,
    /// `file`, `act`, `code`, `photo`, `answer`.
    pub kind: String,
    pub kind_cn: String,
    pub case_no: Option<String>,
    pub reason: String,
    pub at: Ts,
    /// Will be tried again in a moment.
    pub again: bool,
    /// May be tried again.
    pub can_retry: bool,
}

fn kind_cn(kind: &str) -> &'static str {
    match kind {
        "file" => "网上诉求",
        "act" => "补充、撤回、评价或申请重办",
        "code" => "短信验证码",
        "photo" => "照片",
        "answer" => "评议答卷",
        "wechat" => "微信消息",
        _ => "其他",
    }
}

fn state_cn(state: LampState) -> (&'static str, &'static str) {
    match state {
        LampState::Direct => ("direct", "未启用"),
        LampState::Fresh => ("fresh", "正常"),
        LampState::Stale => ("stale", "中断"),
        LampState::Gap => ("gap", "批次缺失"),
    }
}

/// How the exchange stands.
pub async fn exchange_view(app: &App, ctx: &Ctx) -> Result<ExchangeView> {
    ctx.require_ready()?;
    ctx.require(Permission::JobRead)?;
    let books = store::exchange::books(&app.store.db).await?;
    let waiting = store::exchange::left(&app.store.db, books.acked).await?;
    let some = |at: i64| (at != 0).then_some(Ts(at));
    let enabled = app.exchanges();
    let lamp = if enabled {
        Lamp::of(ctx.now, some(books.last_in), some(books.gap_since), waiting)
    } else {
        Lamp { state: LampState::Direct, last: some(books.last_in), waiting }
    };
    let (state, word) = state_cn(lamp.state);
    let line = |r: store::exchange::Refused| RefusedLine {
        id: r.id,
        kind_cn: kind_cn(&r.kind).to_owned(),
        can_retry: r.kind != "photo",
        kind: r.kind,
        case_no: r.case_no,
        reason: r.reason,
        at: r.at,
        again: r.again,
    };
    let refused = store::exchange::refused(&app.store.db, SHOWN).await?;
    Ok(ExchangeView {
        enabled,
        state: state.to_owned(),
        state_cn: word.to_owned(),
        last_at: lamp.last,
        waiting,
        sent: books.sent,
        confirmed: books.acked,
        received: books.applied,
        missing: (books.gap_since != 0).then_some(books.applied + 1),
        missing_since: some(books.gap_since),
        bad_files: books.bad,
        repeated_files: books.replayed,
        refused: refused.into_iter().map(line).collect(),
    })
}

/// Has a refused record tried again with the next round.
pub async fn refused_retry(app: &App, ctx: &Ctx, id: Uuid) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::JobRun)?;
    db::with_retry!(app.store.db, async |tx| {
        if !store::exchange::refused_again(tx, id).await? {
            return Err(Refusal::not_found("待处理内容").into());
        }
        audit::record(tx, app, ctx, Entry::new("admin", "exchange.retry", "exchange", id)).await
    })
}

/// It has been dealt with otherwise.
pub async fn refused_settle(app: &App, ctx: &Ctx, id: Uuid) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::JobRun)?;
    let by = ctx.actor()?.user;
    db::with_retry!(app.store.db, async |tx| {
        if !store::exchange::refused_done(tx, id, Some(by), ctx.now).await? {
            return Err(Refusal::not_found("待处理内容").into());
        }
        audit::record(tx, app, ctx, Entry::new("admin", "exchange.settle", "exchange", id)).await
    })
}

/// Kind, moment and content of everything refused, for the operator at the server's own screen; that it was read is on
/// record.
pub async fn refused_contents(app: &App) -> Result<Vec<(RefusedLine, String)>> {
    let ctx = app.system("operator");
    let view = exchange_view(app, &ctx).await?;
    let mut all = Vec::new();
    for line in view.refused {
        let body = store::exchange::refused_body(&app.store.db, &app.store.vault, line.id).await?;
        all.push((line, body.unwrap_or_default()));
    }
    db::with_retry!(app.store.db, async |tx| {
        let entry = Entry::new("admin", "exchange.read", "exchange", "").with(serde_json::json!({ "n": all.len() }));
        audit::record(tx, app, &ctx, entry).await
    })?;
    Ok(all)
}

/// Tells those who run the machines.
pub async fn tell_in(tx: &mut Tx, app: &App, body: &str) -> Result<()> {
    let (ctx, world) = (app.system("exchange"), app.world());
    let users = recipients(tx, &ctx, &world, &Recipient::CenterRole { role: Role::Sysadmin }).await?;
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, &users, Letter { kind: "exchange", title: "网闸交换", body, order: None });
    mail.send(tx, app).await
}
