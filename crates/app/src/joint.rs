//! 并案: one event, one lead task, every citizen answered.

use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use domain::authority::{OrderFacts, Permission, scope_filter};
use domain::case::Case;
use domain::duplicate;
use domain::order::decide::joint::{follow, leads};
use domain::order::{Command, Confidentiality, DemandType, Order, OrderState, allowed};
use kernel::{Clock as _, OrderId, Page, Refusal};
use store::duplicate::{Probe, Word};
use store::search::order_lines;

use crate::ctx::{App, Ctx};
use crate::intake::facts_of;
use crate::order::{line, may_see, order_command, require_seen};
use crate::view::{
    BatchReply, BatchReplyResult, JointLine, JointMember, JointQuery, JointSuggestion, JointView, Listing,
};
use crate::world::World;
use crate::write::{Extra, apply};
use crate::{Result, order};

/// Orders looked at for events that nobody has put together yet.
const LOOKED_AT: u32 = 60;
const CANDIDATES: u32 = 60;
/// Most orders answered with one press.
const REPLIES_MOST: usize = 200;

/// Every order that follows `lead` takes the step the leading one has taken, in the same transaction.
pub(crate) async fn follow_all(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, lead: &Case) -> Result<()> {
    if !leads(lead) {
        return Ok(());
    }
    for id in store::joint::followers(&mut *tx, lead.order.id).await? {
        let Some(case) = store::case::load_case_for_change(tx, &app.store.vault, id).await? else { continue };
        let decision = {
            let env = world.env(ctx.now, &*app.mint);
            follow(&case, lead, &ctx.by, &env)?
        };
        if let Some(decision) = decision {
            let extra = Extra { action: Some("follow"), ..Extra::default() };
            Box::pin(apply(tx, app, ctx, world, Some(&case), decision, &extra)).await?;
        }
    }
    Ok(())
}

/// A page of events within the caller's data scope.
pub async fn event_list(app: &App, ctx: &Ctx, query: &JointQuery) -> Result<Listing<JointLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let world = app.fresh_world().await?;
    let scope = scope_filter(ctx.actor()?, &world.directory);
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (rows, next) = store::joint::list(&app.store, query.open, &scope, &page).await?;
    let items = rows.iter().map(|r| JointLine {
        lead: line(&r.lead, &world, ctx.now),
        total: r.followers + 1,
        to_reply: r.to_reply,
        over: r.over,
    });
    Ok(Listing::page(items.collect(), next.map(|cursor| cursor.encode())))
}

/// One event, by its leading order or any that follows it: those the person may see.
pub async fn event_view(app: &App, ctx: &Ctx, id: OrderId) -> Result<JointView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let asked = require_seen(app, ctx, &world, id).await?;
    let lead_id = asked.order.joint_lead.unwrap_or(id);
    let lead = if lead_id == id { asked } else { require_seen(app, ctx, &world, lead_id).await? };
    let mut ids = vec![lead_id];
    ids.extend(store::joint::followers(&app.store.db, lead_id).await?);
    let lines = order_lines(&app.store.db, &app.store.vault, &ids).await?;
    let mut members = Vec::new();
    let mut hidden = 0;
    for one in ids {
        let Some(case) = store::case::load_case(&app.store.db, &app.store.vault, one).await? else { continue };
        let granted = store::grant::granted_orgs(&app.store.db, one).await?;
        let Some(row) = lines.iter().find(|l| l.order.id == one) else { continue };
        if may_see(ctx, &world, &OrderFacts::of(&case, &granted)).is_err() {
            hidden += 1;
            continue;
        }
        let env = world.env(ctx.now, &*app.mint);
        let buttons = allowed(&case, &ctx.by, &env);
        let open = |action: &str| buttons.iter().any(|b| b.action == action && b.enabled);
        members.push(JointMember {
            order: line(row, &world, ctx.now),
            leading: one == lead_id,
            reply: case.order.reply.clone(),
            reply_at: case.order.reply_at,
            rating: case.order.rating,
            solved: case.order.solved,
            may_reply: open("unified_reply"),
            may_leave: open("leave"),
        });
    }
    let may_join = ctx.require(Permission::OrderJoin).is_ok() && takes_more(&lead.order);
    Ok(JointView { lead: lead_id, reply: lead.order.reply.clone(), may_join, hidden, members })
}

/// The work is not handed in yet, so another order can still come to it.
fn takes_more(lead: &Order) -> bool {
    use OrderState::{Consulting, Dispatched, Handling, PendingDispatch};
    matches!(lead.state, PendingDispatch | Consulting | Dispatched | Handling)
}

/// 批量回复: each citizen their own text, each order a step of its own. What one order refuses does not hold up the rest.
pub async fn event_reply(app: &App, ctx: &Ctx, id: OrderId, form: &BatchReply) -> Result<Vec<BatchReplyResult>> {
    ctx.require_ready()?;
    ctx.require(Permission::OrderUnifiedReply)?;
    let world = app.fresh_world().await?;
    let lead = require_seen(app, ctx, &world, id).await?.order;
    let lead = lead.joint_lead.unwrap_or(lead.id);
    if form.items.is_empty() || form.items.len() > REPLIES_MOST {
        return Err(Refusal::invalid("items", format!("请选择1至{REPLIES_MOST}件工单一并回复")).into());
    }
    let ours: BTreeSet<OrderId> =
        store::joint::followers(&app.store.db, lead).await?.into_iter().chain([lead]).collect();
    if form.items.iter().any(|i| !ours.contains(&i.order)) {
        return Err(Refusal::invalid("items", "所选工单不都属于该事件，请刷新页面后重试").into());
    }
    // One key stands for one command; here every order compares its own version.
    let ctx = Ctx { idempotency: None, ..ctx.clone() };
    let mut results = Vec::with_capacity(form.items.len());
    for item in &form.items {
        let cmd = Command::UnifiedReply { channel: form.channel.clone(), reply: item.reply.clone() };
        let refused = match order_command(app, &ctx, item.order, item.version, cmd).await {
            Ok(_) => None,
            Err(e) => {
                let words = e.refusal().map(told);
                Some(words.ok_or(e)?)
            }
        };
        results.push(BatchReplyResult { order: item.order, refused });
    }
    Ok(results)
}

fn told(refusal: &Refusal) -> String {
    refusal.fields.first().map_or_else(|| refusal.message.clone(), |f| f.message.clone())
}

/// 建议并案: orders waiting for dispatch that look like one event told by several people.
pub async fn event_suggest(app: &App, ctx: &Ctx) -> Result<Vec<JointSuggestion>> {
    ctx.require_ready()?;
    ctx.require(Permission::OrderJoin)?;
    let world = app.fresh_world().await?;
    let waiting = crate::view::OrderQuery {
        state: Some("pending_dispatch".to_owned()),
        sort: Some("registered_at".to_owned()),
        dir: Some("desc".to_owned()),
        limit: Some(LOOKED_AT),
        ..crate::view::OrderQuery::default()
    };
    let ids: Vec<OrderId> = order::order_list(app, ctx, &waiting).await?.items.iter().map(|l| l.id).collect();
    let orders = store::order::load_orders(&app.store.db, &app.store.vault, &ids).await?;
    let mut groups = Groups::default();
    for o in orders.iter().filter(|o| alone(o)) {
        for (other, why) in alike(app, &world, o).await? {
            groups.tie(o.id, other, why);
        }
    }
    let mut out = Vec::new();
    for (ids, why) in groups.all() {
        let rows = order_lines(&app.store.db, &app.store.vault, &ids).await?;
        let mut seen: Vec<_> = Vec::new();
        for row in rows {
            let case = require_seen(app, ctx, &world, row.order.id).await;
            if case.is_ok_and(|c| alone(&c.order) || leads(&c)) {
                seen.push(line(&row, &world, ctx.now));
            }
        }
        seen.sort_by_key(|l| (l.state == OrderState::PendingDispatch, l.registered_at));
        if seen.len() > 1 {
            out.push(JointSuggestion { orders: seen, reasons: why.into_iter().collect() });
        }
    }
    out.sort_by_key(|s| std::cmp::Reverse(s.orders.len()));
    Ok(out)
}

/// Neither follows another nor is kept from others.
fn alone(o: &Order) -> bool {
    o.joint_lead.is_none() && o.confidentiality == Confidentiality::None && o.demand_type != DemandType::Report
}

/// Other people's orders that are likely about the same event, each with why.
async fn alike(app: &App, world: &World, o: &Order) -> Result<Vec<(OrderId, Vec<String>)>> {
    let since = app.clock.now().plus_days(-world.params.int("dup.window_d"));
    let lexicon = app.lexicon().await?;
    let facts = facts_of(o);
    let probe = Probe {
        address: o.address.clone(),
        category: Some(o.category.clone()),
        region: domain::directory::region_prefix(&o.region).to_owned(),
        words: Word::telling(&lexicon, &facts.text),
        not: Some(o.id),
        ..Probe::default()
    };
    let found = store::duplicate::candidates(&app.store, &probe, since, CANDIDATES).await?;
    let fits = |c: &&Order| c.id != o.id && takes_more(c) && alone(c);
    let compared = found.iter().filter(fits).map(|c| (c.id, facts_of(c)));
    let ranked = duplicate::rank(&facts, compared, &world.params, &lexicon);
    let person = |code: &str| matches!(code, "id_no" | "phone" | "name_address");
    let others = ranked.into_iter().filter(|(_, s)| !s.reasons.iter().any(|r| person(&r.code)));
    Ok(others.map(|(id, s)| (id, s.reasons.into_iter().map(|r| r.cn).collect())).collect())
}

/// Orders tied to one another, directly or through others.
#[derive(Default)]
struct Groups {
    of: BTreeMap<OrderId, usize>,
    members: Vec<(BTreeSet<OrderId>, BTreeSet<String>)>,
}

impl Groups {
    fn place(&mut self, id: OrderId) -> usize {
        *self.of.entry(id).or_insert_with(|| {
            self.members.push((BTreeSet::from([id]), BTreeSet::new()));
            self.members.len() - 1
        })
    }

    fn tie(&mut self, a: OrderId, b: OrderId, why: Vec<String>) {
        let (a, b) = (self.place(a), self.place(b));
        self.members[a].1.extend(why);
        if a == b {
            return;
        }
        let (ids, reasons) = std::mem::take(&mut self.members[b]);
        for id in &ids {
            self.of.insert(*id, a);
        }
        self.members[a].0.extend(ids);
        self.members[a].1.extend(reasons);
    }

    fn all(self) -> impl Iterator<Item = (Vec<OrderId>, BTreeSet<String>)> {
        self.members.into_iter().filter(|(ids, _)| ids.len() > 1).map(|(ids, why)| (ids.into_iter().collect(), why))
    }
}
