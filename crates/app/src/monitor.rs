//! 电子监察: the board, the cards, and what unit and monitor say about each. No use case here touches an order.

use std::collections::BTreeMap;

use db::Tx;
use domain::authority::{Actor, Permission, Role, Scope, scope_filter};
use domain::decision::Recipient;
use domain::env::{By, Env};
use domain::monitor::{Card, CardLevel, CardState, MonitorNotice, Rule, appeal, explain, issue, rule_on};
use kernel::{CardId, OrderId, OrgId, Page, Refusal, Ts, UserId};
use store::monitor::{CardFilter, Tally};

use crate::ctx::{App, Ctx};
use crate::order;
use crate::present::{card_view, rule_line};
use crate::view::{
    BoardView, CardLine, CardQuery, CardView, LevelCounts, Listing, OrgTally, PleaForm, RuleTally, RulingForm,
};
use crate::world::World;
use crate::write::{Letter, Mail, recipients};
use crate::{Error, Result, audit};

/// Units shown on the board.
const TOP: usize = 10;

fn no_card() -> Error {
    Refusal::not_found("监察牌").into()
}

/// Units see their own cards and those below them; `None`: whoever sees everything sees all.
fn own_orgs(actor: &Actor, world: &World) -> Option<Vec<OrgId>> {
    (actor.scope != Scope::All).then(|| [vec![actor.org], world.directory.subtree(actor.org)].concat())
}

fn within(mine: Option<&[OrgId]>, org: OrgId) -> bool {
    mine.is_none_or(|orgs| orgs.contains(&org))
}

fn codes<T: std::str::FromStr>(
    field: &str,
    text: Option<&str>,
    code: impl Fn(T) -> &'static str,
) -> Result<Vec<&'static str>> {
    let parts = text.unwrap_or_default().split(',').map(str::trim).filter(|t| !t.is_empty());
    parts
        .map(|t| t.parse::<T>().map(&code).map_err(|_| Refusal::invalid(field, format!("没有“{t}”这一项")).into()))
        .collect()
}

fn filter(q: &CardQuery, actor: &Actor, world: &World, now: Ts) -> Result<CardFilter> {
    let mine = own_orgs(actor, world);
    let orgs = match q.org.as_deref().filter(|t| !t.is_empty()) {
        None => mine.unwrap_or_default(),
        Some(text) => {
            let org: OrgId = text.parse().map_err(|_| Refusal::invalid("org", "单位无效，请从列表中选择"))?;
            let asked = world.directory.subtree(org);
            let both: Vec<OrgId> = asked.into_iter().filter(|o| within(mine.as_deref(), *o)).collect();
            // Nothing in common: without a restriction it would be an answer to another question.
            if both.is_empty() {
                return Err(Refusal::not_found("单位").into());
            }
            both
        }
    };
    Ok(CardFilter {
        levels: codes("level", q.level.as_deref(), CardLevel::code)?,
        states: codes("state", q.state.as_deref(), CardState::code)?,
        rule: q.rule.clone().filter(|t| !t.is_empty()),
        orgs,
        since: q.days.map(|d| Ts::start_of(now.date()).plus_days(-i64::from(d.min(3650)))),
        case_no: q.case_no.as_deref().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()),
    })
}

/// Every monitor there is now: who may judge an appeal depends on who else could.
async fn monitors(app: &App, ctx: &Ctx) -> Result<Vec<UserId>> {
    Ok(store::appointment::users_of_role(&app.store.db, Role::ESupervisor, None, ctx.now).await?)
}

/// A page of cards, newest first.
pub async fn card_list(app: &App, ctx: &Ctx, query: &CardQuery) -> Result<Listing<CardLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::MonitorRead)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let filter = filter(query, actor, &world, ctx.now)?;
    let scope = scope_filter(actor, &world.directory);
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (rows, next) = store::monitor::list(&app.store, &filter, &scope, &page).await?;
    let all = monitors(app, ctx).await?;
    let env = world.env(ctx.now, &*app.mint);
    let items = rows.iter().map(|row| CardLine {
        card: card_view(&row.card, row.told, actor, &all, &world, &env),
        order: order::line(&row.order, &world, ctx.now),
    });
    Ok(Listing::page(items.collect(), next.map(|cursor| cursor.encode())))
}

/// The cards of one order that the person may see.
pub async fn card_of_order(app: &App, ctx: &Ctx, id: OrderId) -> Result<Vec<CardView>> {
    ctx.require_ready()?;
    ctx.require(Permission::MonitorRead)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    order::require_seen(app, ctx, &world, id).await?;
    let mine = own_orgs(actor, &world);
    let env = world.env(ctx.now, &*app.mint);
    let rows = store::monitor::list_of_order(&app.store, id).await?;
    let all = monitors(app, ctx).await?;
    let seen = rows.iter().filter(|r| within(mine.as_deref(), r.card.org));
    Ok(seen.map(|r| card_view(&r.card, r.told, actor, &all, &world, &env)).collect())
}

fn add(counts: &mut LevelCounts, level: &str, n: i64) {
    match level {
        "red" => counts.red += n,
        "yellow" => counts.yellow += n,
        _ => counts.warning += n,
    }
}

fn sum<'a>(rows: impl Iterator<Item = &'a Tally>) -> LevelCounts {
    let mut counts = LevelCounts::default();
    rows.for_each(|t| add(&mut counts, &t.level, t.n));
    counts
}

/// The board under the conditions of the list.
pub async fn board_view(app: &App, ctx: &Ctx, query: &CardQuery) -> Result<BoardView> {
    ctx.require_ready()?;
    ctx.require(Permission::MonitorRead)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let filter = filter(query, actor, &world, ctx.now)?;
    let scope = scope_filter(actor, &world.directory);
    let rows = store::monitor::board(&app.store.db, &filter, &scope).await?;
    let today = CardFilter { since: Some(Ts::start_of(ctx.now.date())), ..filter };
    let today = store::monitor::board(&app.store.db, &today, &scope).await?;
    let in_state = |state: CardState| rows.iter().filter(|t| t.state == state.code()).map(|t| t.n).sum();
    let stands = |t: &&Tally| t.state != CardState::Revoked.code();
    let rules = stored_rules(&world);
    Ok(BoardView {
        counts: sum(rows.iter().filter(stands)),
        today: sum(today.iter().filter(stands)),
        open: in_state(CardState::Open),
        explained: in_state(CardState::Explained),
        appealed: in_state(CardState::Appealed),
        revoked: in_state(CardState::Revoked),
        rules: by_rule(&rows)?,
        orgs: by_org(&rows, &world),
        catalogue: rules.iter().map(rule_line).collect(),
    })
}

/// Every rule of the parameter, the inactive ones too.
fn stored_rules(world: &World) -> Vec<Rule> {
    let all = world.params.get("monitor.rules").and_then(|v| v.as_array()).cloned().unwrap_or_default();
    all.into_iter().filter_map(|v| serde_json::from_value(v).ok()).collect()
}

fn by_rule(rows: &[Tally]) -> Result<Vec<RuleTally>> {
    let mut found: BTreeMap<(&str, &str), RuleTally> = BTreeMap::new();
    for t in rows {
        let level = t.level.parse().map_err(Error::broken)?;
        let one = found.entry((&t.rule, &t.level)).or_insert_with(|| RuleTally {
            rule: t.rule.clone(),
            name: t.rule_name.clone(),
            level,
            n: 0,
            revoked: 0,
        });
        one.n += t.n;
        one.revoked += if t.state == CardState::Revoked.code() { t.n } else { 0 };
    }
    let mut rules: Vec<RuleTally> = found.into_values().collect();
    rules.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.rule.cmp(&b.rule)));
    Ok(rules)
}

fn by_org(rows: &[Tally], world: &World) -> Vec<OrgTally> {
    let mut found: BTreeMap<OrgId, LevelCounts> = BTreeMap::new();
    for t in rows.iter().filter(|t| t.state != CardState::Revoked.code()) {
        add(found.entry(t.org).or_default(), &t.level, t.n);
    }
    let mut orgs: Vec<OrgTally> =
        found.into_iter().map(|(org, counts)| OrgTally { org: world.org(org), counts }).collect();
    let weight = |c: &LevelCounts| (c.red, c.yellow, c.warning);
    orgs.sort_by(|a, b| weight(&b.counts).cmp(&weight(&a.counts)).then_with(|| a.org.name.cmp(&b.org.name)));
    orgs.truncate(TOP);
    orgs
}

/// 监察通知 of a monitor about an order in sight.
pub async fn card_issue(app: &App, ctx: &Ctx, form: &MonitorNotice) -> Result<CardView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let case = order::require_seen(app, ctx, &world, form.order).await?;
    let env = world.env(ctx.now, &*app.mint);
    let card = issue(&case, form, &ctx.by, &env)?;
    let told: Result<usize> = db::with_retry!(app.store.db, async |tx| {
        store::monitor::insert_card(tx, &card).await?;
        let told = tell(tx, app, ctx, &world, &card, &case.order.case_no).await?;
        record(tx, app, ctx, "monitor.issue", &card).await?;
        Ok(told)
    });
    app.bus.poke();
    let all = monitors(app, ctx).await?;
    Ok(card_view(&card, i32::try_from(told?).unwrap_or(i32::MAX), ctx.actor()?, &all, &world, &env))
}

/// Tells the unit's administrators and leaders of a new card, and the monitors of a red one. Returns how many people.
pub(crate) async fn tell(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    card: &Card,
    case_no: &str,
) -> Result<usize> {
    let org = card.org;
    let mut to = vec![Recipient::OrgDuty { org }, Recipient::OrgRole { org, role: Role::UnitLeader }];
    to.extend([Role::UnitAdmin].map(|role| Recipient::OrgRole { org, role }));
    let mut users: Vec<UserId> = Vec::new();
    for recipient in &to {
        users.extend(recipients(tx, ctx, world, recipient).await?);
    }
    if card.level == CardLevel::Red {
        users.extend(store::appointment::users_of_role(&mut *tx, Role::ESupervisor, None, ctx.now).await?);
    }
    users.sort();
    users.dedup();
    users.retain(|u| Some(*u) != ctx.by.user());
    let title = format!("电子监察{}", card.level.cn());
    let body = format!("工单{case_no}：{}，请于{}前说明情况。", card.rule_name, card.explain_due.format_cn());
    let mut mail = Mail::default();
    let letter = Letter { kind: "monitor", title: &title, body: &body, order: Some((card.order_id, case_no)) };
    mail.notify(app, ctx.now, &users, letter);
    mail.send(tx, app).await?;
    store::monitor::set_told(tx, card.id, users.len()).await?;
    Ok(users.len())
}

pub(crate) async fn record(tx: &mut Tx, app: &App, ctx: &Ctx, action: &str, card: &Card) -> Result<()> {
    let detail = serde_json::json!({
        "rule": card.rule, "level": card.level, "state": card.state, "order": card.order_id, "org": card.org,
    });
    audit::record(tx, app, ctx, audit::Entry::new("monitor", action, "card", card.id).with(detail)).await
}

/// The unit explains.
pub async fn card_explain(app: &App, ctx: &Ctx, id: CardId, form: &PleaForm) -> Result<CardView> {
    change(app, ctx, id, "monitor.explain", |card, by, env| explain(card, &form.text, by, env)).await
}

/// The unit appeals.
pub async fn card_appeal(app: &App, ctx: &Ctx, id: CardId, form: &PleaForm) -> Result<CardView> {
    change(app, ctx, id, "monitor.appeal", |card, by, env| appeal(card, &form.text, by, env)).await
}

/// A monitor rules.
pub async fn card_decide(app: &App, ctx: &Ctx, id: CardId, form: &RulingForm) -> Result<CardView> {
    let all = monitors(app, ctx).await?;
    let rule = |card: &Card, by: &By, env: &Env| rule_on(card, form.uphold, &form.opinion, &all, by, env);
    change(app, ctx, id, "monitor.decide", rule).await
}

async fn change(
    app: &App,
    ctx: &Ctx,
    id: CardId,
    action: &str,
    rule: impl Fn(&Card, &By, &Env) -> Result<Card, Refusal> + Send + Sync,
) -> Result<CardView> {
    ctx.require_ready()?;
    ctx.require(Permission::MonitorRead)?;
    let world = app.fresh_world().await?;
    let env = world.env(ctx.now, &*app.mint);
    let mine = own_orgs(ctx.actor()?, &world);
    let known = store::monitor::load_card(&app.store.db, id).await?.ok_or_else(no_card)?;
    if !within(mine.as_deref(), known.org) {
        return Err(no_card());
    }
    let case = order::require_seen(app, ctx, &world, known.order_id).await.map_err(|_| no_card())?;
    let done: Result<Card> = db::with_retry!(app.store.db, async |tx| {
        let before = store::monitor::load_card(&mut *tx, id).await?.ok_or_else(no_card)?;
        let mut after = rule(&before, &ctx.by, &env)?;
        store::monitor::save_card(tx, &before, &mut after).await?;
        answer(tx, app, ctx, &world, &after, &case.order.case_no).await?;
        record(tx, app, ctx, action, &after).await?;
        Ok(after)
    });
    let card = done?;
    app.bus.poke();
    let rows = store::monitor::list_of_order(&app.store, card.order_id).await?;
    let told = rows.iter().find(|r| r.card.id == id).map_or(0, |r| r.told);
    let all = monitors(app, ctx).await?;
    Ok(card_view(&card, told, ctx.actor()?, &all, &world, &env))
}

/// What was said is told to the other side.
async fn answer(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, card: &Card, case_no: &str) -> Result<()> {
    let to_unit = matches!(card.state, CardState::Upheld | CardState::Confirmed | CardState::Revoked);
    let users = if to_unit {
        recipients(tx, ctx, world, &Recipient::OrgRole { org: card.org, role: Role::UnitLeader }).await?
    } else {
        store::appointment::users_of_role(&mut *tx, Role::ESupervisor, None, ctx.now).await?
    };
    let users: Vec<UserId> = users.into_iter().filter(|u| Some(*u) != ctx.by.user()).collect();
    let body = format!("“{}”{}", card.rule_name, card.state.cn());
    let mut mail = Mail::default();
    let letter = Letter { kind: "monitor", title: "电子监察", body: &body, order: Some((card.order_id, case_no)) };
    mail.notify(app, ctx.now, &users, letter);
    mail.send(tx, app).await
}
