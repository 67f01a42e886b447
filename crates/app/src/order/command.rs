//! Every change of an existing order: load, decide, apply.

use db::Tx;
use domain::attachment::Purpose;
use domain::authority::OrderFacts;
use domain::case::Case;
use domain::clock::Clock;
use domain::decision::Decision;
use domain::env::{By, Env};
use domain::evidence::Precedent;
use domain::light::light;
use domain::order::decide::review_form;
use domain::order::{Command, Confidentiality, decide};
use domain::reply_gate::{Earlier, review_text};
use domain::request::{Request, RequestKind, RequestState};
use kernel::{CallId, FieldError, OrderId, Refusal, TaskId, Ts};
use store::attachment::Attachment;

use super::{may_see, read, seen_case, seen_case_for_change};
use crate::attachment::is_fresh;
use crate::ctx::{App, Ctx};
use crate::present::{basis_cn, effect_cn, hit_view};
use crate::view::{HitView, LightChange, OrderView, PreviewView, ReplyCheckForm};
use crate::world::World;
use crate::write::{Extra, apply};
use crate::{Error, Result, idempotency};

/// Carries a command out if the order still has `version`, and answers with the order as it then is.
pub async fn order_command(app: &App, ctx: &Ctx, id: OrderId, version: i64, cmd: Command) -> Result<OrderView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if idempotency::begin::<bool>(tx, app, ctx).await?.is_some() {
            return Ok(());
        }
        command_in(tx, app, ctx, &world, id, Some(version), &cmd).await?;
        idempotency::finish(tx, app, ctx, 200, &true).await
    });
    done?;
    app.bus.poke();
    // Whoever may give the command may see what became of it, even when the order then leaves their sight.
    read::view_unchecked(app, ctx, &world, id).await
}

/// Carries a command out inside a transaction of the caller. `version` is compared when given.
pub async fn command_in(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: OrderId,
    version: Option<i64>,
    cmd: &Command,
) -> Result<Case> {
    let case = seen_case_for_change(tx, app, ctx, world, id).await?;
    if version.is_some_and(|v| v != case.order.version) {
        return Err(Refusal::stale().into());
    }
    require_not_offered(tx, app, ctx, id, cmd).await?;
    let peer = match peer_of(&case, cmd) {
        Some(other) => Some(seen_peer(tx, app, ctx, world, other).await?),
        None => None,
    };
    match cmd {
        Command::Contest { .. } => require_evidence(tx, app, &case, Purpose::Appraisal).await?,
        Command::Correct { call: Some(call), .. } => require_conversation(tx, app, &case, *call).await?,
        // What citizens write themselves over the web is their statement; staff bring one.
        Command::Correct { call: None, .. } if ctx.by.user().is_some() => {
            require_evidence(tx, app, &case, Purpose::Correction).await?
        }
        _ => {}
    }
    let earlier = earlier_of(app, ctx, &case, cmd).await?;
    let precedents = precedents_of(app, ctx, &case, cmd).await?;
    let env = Env { earlier: &earlier, precedents: &precedents, ..world.env(ctx.now, &*app.mint) };
    let decision = decide(&case, peer.as_ref(), cmd, &ctx.by, &env)?;
    carry_out(tx, app, ctx, world, &case, peer.as_ref(), decision, Some(cmd.action())).await
}

/// Nobody decides about a matter here that another platform is being asked to take.
async fn require_not_offered(tx: &mut Tx, app: &App, ctx: &Ctx, id: OrderId, cmd: &Command) -> Result<()> {
    if ctx.by.user().is_none() || !domain::partner::held_back(cmd.action()) {
        return Ok(());
    }
    let links = store::partner::links_of(&mut *tx, &app.store.vault, id).await?;
    if links.iter().any(|l| l.out && !l.inform && l.state.holds()) {
        return Err(Refusal::state("offered", domain::partner::OFFERED).into());
    }
    Ok(())
}

/// What a citizen sent about an order is added by the agent who read it, whoever registered that order: to one out of their sight as
/// an answer by message is, by the platform. Sealed ones are closed to them.
pub(crate) async fn amend_for_citizen(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: OrderId,
    cmd: &Command,
) -> Result<Case> {
    let case = store::case::load_case_for_change(tx, &app.store.vault, id).await?;
    let case = case.ok_or_else(|| Refusal::not_found("工单"))?;
    if case.order.confidentiality == Confidentiality::Sealed {
        return Err(Refusal::not_found("工单").into());
    }
    let granted = store::grant::granted_orgs(&mut *tx, id).await?;
    let seen = may_see(ctx, world, &OrderFacts::of(&case, &granted)).is_ok();
    let platform = Ctx { by: By::System, ..ctx.clone() };
    let by = if seen { ctx } else { &platform };
    let decision = decide(&case, None, cmd, &by.by, &world.env(ctx.now, &*app.mint))?;
    carry_out(tx, app, by, world, &case, None, decision, Some(cmd.action())).await
}

/// The recording that proves a correction is of a conversation about this order.
async fn require_conversation(tx: &mut Tx, app: &App, case: &Case, call: CallId) -> Result<()> {
    let bound = store::call::calls_of_order(&mut *tx, &app.store.vault, case.order.id).await?;
    let registered_in = case.order.call_id.as_deref() == Some(call.to_string().as_str());
    if registered_in || bound.iter().any(|c| c.id == call) {
        return Ok(());
    }
    let strange =
        FieldError::new("call", "所选通话与该工单无关").with_remedy("请选择已关联本工单的通话，或上传其他证据");
    Err(Refusal::fields(vec![strange]).into())
}

/// A record is contested with papers, not with words alone.
async fn require_evidence(tx: &mut Tx, app: &App, case: &Case, purpose: Purpose) -> Result<()> {
    let there = store::attachment::attachments(&mut *tx, &app.store.vault, case.order.id).await?;
    let flow = store::flow_log::flow_of(&mut *tx, case.order.id).await?;
    let fresh = |a: &Attachment| a.purpose == purpose && is_fresh(a, &flow);
    if there.iter().any(fresh) {
        return Ok(());
    }
    let (what, remedy) = match purpose {
        Purpose::Correction => ("请选择通话录音或上传更正证据", "例如诉求人的书面说明、截图、通话录音"),
        _ => ("请上传申诉证据", "例如通话录音、现场照片、办结凭证"),
    };
    let missing = FieldError::new("evidence", what).with_remedy(remedy);
    Err(Refusal::fields(vec![missing]).into())
}

/// Similar orders that were brought to an end, when one is about to be sent out: its evidence card names them.
async fn precedents_of(app: &App, ctx: &Ctx, case: &Case, cmd: &Command) -> Result<Vec<Precedent>> {
    if !matches!(cmd, Command::Dispatch { .. } | Command::Reassign { .. }) {
        return Ok(Vec::new());
    }
    let order = &case.order;
    precedents(app, ctx, &order.category, &order.region, Some(order.id)).await
}

/// Finished orders of a category in a county, the latest first.
pub(crate) async fn precedents(
    app: &App,
    ctx: &Ctx,
    category: &str,
    region: &str,
    not: Option<OrderId>,
) -> Result<Vec<Precedent>> {
    /// Days back, and orders looked at.
    const DAYS: i64 = 365;
    const MOST: u32 = 50;
    let like = store::precedent::Like { category, region, since: ctx.now.plus_days(-DAYS), not };
    Ok(store::precedent::similar(&app.store.db, like, MOST).await?)
}

/// The unit's answers of the last while, when one is handed in: a text that was used before is seen.
async fn earlier_of(app: &App, ctx: &Ctx, case: &Case, cmd: &Command) -> Result<Vec<Earlier>> {
    let Command::SubmitUnit { task, .. } = cmd else { return Ok(Vec::new()) };
    earlier_answers(app, ctx, case, *task).await
}

async fn earlier_answers(app: &App, ctx: &Ctx, case: &Case, task: TaskId) -> Result<Vec<Earlier>> {
    /// Days back, and answers looked at.
    const DAYS: i64 = 90;
    const MOST: u32 = 200;
    let Some(org) = case.task(task).map(|t| t.org) else { return Ok(Vec::new()) };
    let since = ctx.now.plus_days(-DAYS);
    Ok(store::task::earlier_answers(&app.store.db, org, case.order.id, since, MOST).await?)
}

/// 答复质量检查: what the reply gate would find in an answer, while it is being written.
pub async fn reply_check(app: &App, ctx: &Ctx, id: OrderId, form: &ReplyCheckForm) -> Result<Vec<HitView>> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (case, _) = seen_case(app, ctx, &world, id).await?;
    let (Some(task), Some(filled)) = (form.task, &form.form) else {
        let hits = review_text(&case.order, form.text.as_deref().unwrap_or_default(), ctx.now);
        return Ok(hits.iter().map(hit_view).collect());
    };
    let task = case.task(task).ok_or_else(|| Refusal::not_found("任务"))?.id;
    let earlier = earlier_answers(app, ctx, &case, task).await?;
    let env = Env { earlier: &earlier, ..world.env(ctx.now, &*app.mint) };
    Ok(review_form(&case, task, filled, &env).iter().map(hit_view).collect())
}

async fn seen_peer(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, id: OrderId) -> Result<Case> {
    let peer = seen_case_for_change(tx, app, ctx, world, id).await;
    peer.map_err(|e| match e {
        Error::Refused(_) => Error::Refused(Refusal::invalid("other", "未找到所选的另一件工单，或您没有查看权限")),
        other => other,
    })
}

/// Applies a decision with all that it decides about other orders: the peer, and the parts of a split.
#[expect(clippy::too_many_arguments, reason = "one decision with all it is about")]
pub(crate) async fn carry_out(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    before: &Case,
    peer: Option<&Case>,
    mut decision: Decision,
    action: Option<&'static str>,
) -> Result<Case> {
    let others = std::mem::take(&mut decision.others);
    let extra = Extra { action, ..Extra::default() };
    let case = apply(tx, app, ctx, world, Some(before), decision, &extra).await?;
    for mut other in others {
        let known = peer.filter(|p| p.order.id == other.case.order.id);
        let mut extra = Extra { action, ..Extra::default() };
        if known.is_none() {
            let channel = other.case.order.channel.code();
            let (numbers, code) = super::register::numbers(tx, app, channel, ctx.now).await?;
            for notice in &mut other.notices {
                notice.vars.insert("no".to_owned(), numbers.case_no.clone());
            }
            other.case.order.case_no = numbers.case_no;
            other.case.order.query_code_hash = numbers.query_code_hash;
            extra = Extra { query_code: Some(code), ..Extra::default() };
        }
        apply(tx, app, ctx, world, known, other, &extra).await?;
    }
    Ok(case)
}

/// The other order a command is about.
fn peer_of(case: &Case, cmd: &Command) -> Option<OrderId> {
    match cmd {
        Command::Merge { into, .. } => Some(*into),
        Command::Link { other, .. } => Some(*other),
        Command::Join { lead, .. } => Some(*lead),
        Command::Leave { .. } => case.order.joint_lead,
        Command::Unmerge { .. } => case.order.merged_into,
        Command::Decide { request, .. } => {
            case.request(*request).filter(|r| r.kind == RequestKind::Merge).and_then(|r| r.target)
        }
        _ => None,
    }
}

/// What a command would do to every clock, without doing it.
pub async fn order_preview(app: &App, ctx: &Ctx, id: OrderId, cmd: Command) -> Result<PreviewView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (case, _) = seen_case(app, ctx, &world, id).await?;
    let peer = match peer_of(&case, &cmd) {
        Some(other) => Some(seen_case(app, ctx, &world, other).await?.0),
        None => None,
    };
    let env = world.env(ctx.now, &*app.mint);
    let decision = decide(&case, peer.as_ref(), &cmd, &ctx.by, &env)?;
    Ok(compare(&case, &decision, &world, ctx.now))
}

fn compare(before: &Case, decision: &Decision, world: &World, now: Ts) -> PreviewView {
    let after = &decision.case;
    let mut sentences = Vec::new();
    if before.order.state != after.order.state {
        sentences.push(format!("工单由“{}”变为“{}”", before.order.state.cn(), after.order.state.cn()));
    }
    let mut lights = Vec::new();
    for clock in &after.clocks {
        let old = before.clock(clock.id);
        if old == Some(clock) {
            continue;
        }
        sentences.extend(clock_sentence(old, clock));
        lights.push(LightChange {
            kind: clock.kind,
            kind_cn: clock.kind.cn().to_owned(),
            before: old.map(|c| light(c, now)),
            after: light(clock, now),
            after_cn: light(clock, now).cn().to_owned(),
            due_after: clock.due_at,
        });
    }
    let asked = after.requests.len() > before.requests.len();
    if let Some(request) = after.requests.last().filter(|_| asked) {
        let role = request.awaiting.map_or("", |r| r.cn());
        sentences.push(format!("“{}”申请将提交{role}审批，审批前时限照常计算", request.kind.cn()));
        sentences.push(effect_cn(request, after, world));
    }
    sentences.extend(cancelled(before, after));
    sentences.extend(unmoved(before, after));
    for ruling in &decision.rulings {
        let rule = ruling.change.rule.as_ref();
        let lead = rule.map_or("", |r| world.directory.org_name(r.lead));
        sentences.push(format!("派单目录新增一版规则：同类诉求今后由{lead}主办"));
    }
    if sentences.is_empty() {
        sentences.push("不影响任何时限".to_owned());
    }
    PreviewView { sentences, due_before: before.order.due_at, due_after: after.order.due_at, lights }
}

/// Waiting requests that the command makes pointless.
fn cancelled(before: &Case, after: &Case) -> Vec<String> {
    let gone = |r: &&Request| after.request(r.id).is_some_and(|a| a.state == RequestState::Cancelled);
    before.pending_requests().filter(gone).map(|r| format!("待审批的“{}”申请随之取消", r.kind.cn())).collect()
}

/// Running clocks that the command leaves alone, so that nobody has to wonder.
fn unmoved(before: &Case, after: &Case) -> Vec<String> {
    let same = |c: &&Clock| c.is_open() && after.clock(c.id) == Some(*c);
    let running = before.clocks.iter().filter(same);
    running.map(|c| format!("{}时限不变，仍于{}到期", c.kind.cn(), c.due_at.format_cn())).collect()
}

fn clock_sentence(old: Option<&Clock>, new: &Clock) -> Option<String> {
    let kind = new.kind.cn();
    match old {
        None => {
            let basis = basis_cn(&new.basis);
            Some(format!("启动{kind}时限（{basis}），至{}到期", new.due_at.format_cn()))
        }
        Some(old) if old.is_open() && !new.is_open() => Some(format!("{kind}时限停止计时：{}", new.outcome.cn())),
        Some(old) if old.paused_at.is_none() && new.paused_at.is_some() => Some(format!("{kind}时限暂停计时")),
        Some(old) if old.due_at != new.due_at => {
            Some(format!("{kind}时限由{}改为{}", old.due_at.format_cn(), new.due_at.format_cn()))
        }
        Some(_) => None,
    }
}
