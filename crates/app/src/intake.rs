//! 受理: what the agent is shown while the form is being filled in.

use domain::authority::{Permission, Reach, ScopeFilter, Sealed};
use domain::clock::{Clock, ClockKind, Owner, Term};
use domain::duplicate::{self, Facts, Verdict};
use domain::evidence::tally;
use domain::order::origin::to_the_end;
use domain::order::{Confidentiality, Order, OrderState};
use domain::routing;
use kernel::{OrderId, Page, Phone, Refusal, Ts};
use store::duplicate::{Probe, Word};
use store::search::{OrderFilter, Sort};
use uuid::Uuid;

use crate::ctx::{App, Ctx};
use crate::order::{line, lines};
use crate::present::deadline;
use crate::task::open_tasks;
use crate::view::{
    CallerCounts, CallerView, DeadlineForm, DeadlinePreview, DuplicateForm, DuplicateReason, DuplicateVerdict,
    DuplicateView, LoadView, OrderLine, PromiseView, RuleOnCardView, SuggestForm, SuggestionView,
};
use crate::{Result, World};

/// Orders of a caller's history that are looked at.
const HISTORY: u16 = 50;
/// Orders compared with a new matter.
const CANDIDATES: u32 = 100;
/// Likely duplicates shown.
const SHOWN: usize = 8;
/// Proposals for the lead.
const PROPOSALS: usize = 3;

/// The deadlines an order would get if it were dispatched now or at the moment given.
pub async fn deadline_preview(app: &App, ctx: &Ctx, form: &DeadlineForm) -> Result<DeadlinePreview> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let at = form.dispatched_at.unwrap_or(ctx.now);
    let limit = form.limit_at.map(to_the_end).filter(|l| *l > at);
    Ok(preview(app, &world, form, limit, at))
}

fn preview(app: &App, world: &World, form: &DeadlineForm, limit: Option<Ts>, at: Ts) -> DeadlinePreview {
    let (kind, urgency) = (form.demand_type, form.urgency);
    let env = world.env(at, &*app.mint);
    let (base, overlay) = world.params.sla_key(kind, urgency);
    let mut handle = Term::param(base, at, &env);
    if let Some(key) = overlay {
        handle = handle.min(Term::param(key, at, &env));
    }
    let handle = handle.capped(limit, &env);
    let accept = Term::param(world.params.accept_key(urgency), at, &env);
    let owner = Owner { order: OrderId(Uuid::nil()), task: None, round: 1 };
    let clock = |kind, term| deadline(&Clock::start(kind, owner, term, &env));
    DeadlinePreview { accept: clock(ClockKind::Accept, accept), handle: clock(ClockKind::Order, handle) }
}

/// Whoever talks to citizens or sorts their matters needs to see what they said before, whoever wrote it down.
fn may_look_back(ctx: &Ctx) -> Result<()> {
    let allowed =
        [Permission::OrderRegister, Permission::CallHandle, Permission::OrderDispatch, Permission::OrderMerge];
    if allowed.iter().any(|p| ctx.require(*p).is_ok()) { Ok(()) } else { ctx.require(Permission::OrderRegister) }
}

/// Every order but the sealed; rows are masked.
fn everywhere(ctx: &Ctx) -> Result<ScopeFilter> {
    Ok(ScopeFilter { user: ctx.actor()?.user, reach: Reach::All, sealed: Sealed::Hidden })
}

/// 来电历史 of a number.
pub async fn caller_history(app: &App, ctx: &Ctx, phone: &str) -> Result<CallerView> {
    ctx.require_ready()?;
    may_look_back(ctx)?;
    let phone = Phone::parse(phone).map_err(|e| e.at("phone"))?;
    let world = app.fresh_world().await?;
    let filter = OrderFilter { phone: Some(phone.normalised().to_owned()), ..OrderFilter::default() };
    let scope = everywhere(ctx)?;
    let page = Page::first(HISTORY);
    let found = store::search::orders(&app.store, &filter, &scope, Sort::default(), &page, ctx.now).await?;
    let orders: Vec<&Order> = found.lines.iter().map(|l| &l.order).collect();
    let promise = orders.iter().filter(|o| o.state.is_active()).find_map(|o| {
        let due_at = o.due_at?;
        Some(PromiseView { case_no: o.case_no.clone(), due_at })
    });
    Ok(CallerView {
        masked_phone: phone.masked(),
        counts: counts(&orders),
        last_promise: promise,
        orders: lines(&found.lines, &world, ctx.now),
    })
}

fn counts(orders: &[&Order]) -> CallerCounts {
    use domain::callback::Rating::{Dissat, VeryDissat};
    let count = |test: &dyn Fn(&Order) -> bool| i64::try_from(orders.iter().filter(|o| test(o)).count()).unwrap_or(0);
    CallerCounts {
        open: count(&|o| o.state.is_active()),
        closed: count(&|o| o.state.is_ended()),
        total: count(&|_| true),
        dissatisfied: count(&|o| matches!(o.rating, Some(Dissat | VeryDissat))),
    }
}

/// 判重: orders that may be the same matter, with the reasons. Confidential ones are never hinted at.
pub async fn duplicate_check(app: &App, ctx: &Ctx, form: &DuplicateForm) -> Result<Vec<DuplicateView>> {
    ctx.require_ready()?;
    may_look_back(ctx)?;
    let world = app.fresh_world().await?;
    let since = ctx.now.plus_days(-world.params.int("dup.window_d"));
    let lexicon = app.lexicon().await?;
    let new = facts_of_form(form);
    let candidates = store::duplicate::candidates(&app.store, &probe(form, &new, &lexicon), since, CANDIDATES).await?;
    let open = |o: &Order| o.confidentiality == Confidentiality::None && o.state != OrderState::Draft;
    let compared = candidates.iter().filter(|o| open(o)).map(|o| (o.id, facts_of(o)));
    let mut ranked = duplicate::rank(&new, compared, &world.params, &lexicon);
    ranked.truncate(SHOWN);
    let ids: Vec<OrderId> = ranked.iter().map(|(id, _)| *id).collect();
    let rows = store::search::order_lines(&app.store.db, &app.store.vault, &ids).await?;
    let shown = ranked.into_iter().filter_map(|(id, scored)| {
        let row = rows.iter().find(|r| r.order.id == id)?;
        Some(duplicate_view(line(row, &world, ctx.now), &scored, &world))
    });
    Ok(shown.collect())
}

fn duplicate_view(order: OrderLine, scored: &duplicate::Scored, world: &World) -> DuplicateView {
    let person = scored.reasons.iter().any(|r| matches!(r.code.as_str(), "id_no" | "phone" | "name_address"));
    let reason =
        |r: &duplicate::Reason| DuplicateReason { code: r.code.clone(), cn: r.cn.clone(), points: i64::from(r.points) };
    DuplicateView {
        order,
        score: i64::from(scored.score),
        reasons: scored.reasons.iter().map(reason).collect(),
        verdict: if person { DuplicateVerdict::Person } else { DuplicateVerdict::Place },
        block: scored.verdict(&world.params) == Verdict::Block,
    }
}

fn probe(form: &DuplicateForm, new: &Facts, lexicon: &duplicate::Lexicon) -> Probe {
    let filled = |t: &Option<String>| t.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    Probe {
        phones: filled(&form.phone).into_iter().collect(),
        id_no: filled(&form.id_no),
        address: filled(&form.address),
        category: filled(&form.category),
        region: domain::directory::region_prefix(form.region.as_deref().unwrap_or_default()).to_owned(),
        words: Word::telling(lexicon, &new.text),
        not: None,
    }
}

fn facts_of_form(form: &DuplicateForm) -> Facts {
    let requester = domain::order::Requester {
        name: form.name.clone(),
        phone: form.phone.clone(),
        id_no: form.id_no.clone(),
        ..domain::order::Requester::default()
    };
    Facts {
        respondent: form.respondent.clone(),
        category: form.category.clone().unwrap_or_default(),
        address: form.address.clone(),
        at: form.lng.zip(form.lat),
        text: format!("{}\n{}", form.title.as_deref().unwrap_or_default(), form.content.as_deref().unwrap_or_default()),
        ..Facts::of_requester(&requester)
    }
}

/// What of an order is compared.
pub(crate) fn facts_of(order: &Order) -> Facts {
    Facts {
        accused_org: order.accused_org,
        respondent: order.respondent.clone(),
        category: order.category.clone(),
        address: order.address.clone(),
        at: order.lng.zip(order.lat),
        text: format!("{}\n{}", order.title, order.content),
        ..Facts::of_requester(&order.requester)
    }
}

fn rule_of(id: i64, world: &World) -> Option<RuleOnCardView> {
    let r = world.directory.catalogue().iter().find(|r| r.id == id)?;
    Some(RuleOnCardView {
        id,
        category_path: world.category_path(&r.category),
        region_cn: crate::catalogue::area_cn(&r.region, world),
        lead: world.org(r.lead),
        legal_basis: r.legal_basis.clone(),
        valid_from: r.valid_from,
        valid_to: r.valid_to,
    })
}

/// 派单建议 with each unit's present load.
pub async fn dispatch_suggest(app: &App, ctx: &Ctx, form: &SuggestForm) -> Result<Vec<SuggestionView>> {
    ctx.require_ready()?;
    let known = [Permission::OrderDispatch, Permission::OrderSubmit, Permission::CatalogueRead];
    if known.iter().all(|p| ctx.require(*p).is_err()) {
        return Err(Refusal::forbidden("您没有查看派单建议的权限").into());
    }
    let world = app.fresh_world().await?;
    let mut out = Vec::new();
    let found = routing::suggest(&form.category, &form.region, &world.directory, ctx.now);
    let precedents = crate::order::precedents(app, ctx, &form.category, &form.region, None).await?;
    let finished = tally(&precedents);
    for s in found.into_iter().take(PROPOSALS) {
        let open = open_tasks(app, Some(s.lead), None).await?;
        out.push(SuggestionView {
            lead: world.org(s.lead),
            co: s.co.iter().map(|id| world.org(*id)).collect(),
            basis: s.basis,
            why: s.why,
            rule: s.rule.and_then(|id| rule_of(id, &world)),
            finished: finished.iter().find(|f| f.org == s.lead).map_or(0, |f| f.n),
            finished_of: finished.iter().map(|f| f.n).sum(),
            load: LoadView { open },
        });
    }
    Ok(out)
}
