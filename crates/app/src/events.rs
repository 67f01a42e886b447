//! 实时事件: tails the outbox once per process and hands each open page what it may see.
//!
//! On PostgreSQL numbers are given out before the commit, so a smaller number may appear after a larger one: the tail
//! of the last seconds is read again each time, and what was seen is left out.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use domain::authority::{Actor, OrderFacts, ScopeFilter, scope_filter};
use futures::stream::{BoxStream, StreamExt};
use kernel::{OrderId, SessionId};
use serde_json::{Value, json};
use store::outbox::{Audience, Numbered};
use tokio::sync::{Notify, broadcast, watch};

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::EventView;

/// How often the outbox is asked without a poke: another process may have written.
const POLL: Duration = Duration::from_millis(500);
/// How far back a commit may hide.
const TAIL_MS: i64 = 5_000;
/// Events per read.
const BATCH: u32 = 500;
/// A page that was away longer gets the present state by reloading, not by replay.
const REPLAY: u32 = 1_000;

/// What happened, with what is needed to decide who may know.
#[derive(Clone, Debug)]
struct Told {
    event: Numbered,
    /// Of the order the event is about.
    facts: Option<Arc<OrderFacts>>,
}

/// Wakes readers and ends their streams.
#[derive(Debug)]
pub struct Bus {
    told: broadcast::Sender<Told>,
    poked: Notify,
    closed: watch::Sender<bool>,
    pumping: AtomicBool,
}

impl Default for Bus {
    fn default() -> Self {
        Self::new()
    }
}

impl Bus {
    pub fn new() -> Self {
        Self {
            told: broadcast::Sender::new(4_096),
            poked: Notify::new(),
            closed: watch::Sender::new(false),
            pumping: AtomicBool::new(false),
        }
    }

    /// Something was committed: look now.
    pub fn poke(&self) {
        self.poked.notify_one();
    }

    /// Ends every stream; for the shutdown.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }
}

/// Starts the reader of this process with the first page that wants events.
fn start_pump(app: &Arc<App>) {
    if !app.bus.pumping.swap(true, Ordering::SeqCst) {
        tokio::spawn(pump(Arc::downgrade(app)));
    }
}

async fn pump(app: Weak<App>) {
    let mut seen: VecDeque<i64> = VecDeque::new();
    let mut last: Option<i64> = None;
    loop {
        let Some(app) = app.upgrade() else { return };
        if *app.bus.closed.borrow() {
            return;
        }
        match read_on(&app, &mut last, &mut seen).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(e) => tracing::warn!(error = %e, "the outbox could not be read; trying again"),
        }
        let _ = tokio::time::timeout(POLL, app.bus.poked.notified()).await;
    }
}

/// Reads what is new and tells it; `true` when there may be more at once.
async fn read_on(app: &App, last: &mut Option<i64>, seen: &mut VecDeque<i64>) -> Result<bool> {
    let db = &app.store.db;
    let Some(from) = *last else {
        *last = Some(store::outbox::last_seq(db).await?);
        return Ok(false);
    };
    let tail = app.now().plus_millis(-TAIL_MS);
    let mut events = store::outbox::since(db, from, Some(tail), BATCH).await?;
    let full = events.len() >= BATCH as usize;
    events.retain(|e| !seen.contains(&e.seq));
    for e in &events {
        seen.push_back(e.seq);
        *last = Some(from.max(last.unwrap_or(from)).max(e.seq));
    }
    while seen.len() > 20_000 {
        seen.pop_front();
    }
    if app.bus.told.receiver_count() > 0 {
        for told in with_facts(app, events).await? {
            // Nobody listening is no failure.
            let _ = app.bus.told.send(told);
        }
    }
    Ok(full)
}

/// Looks up, once per order, who may see it.
async fn with_facts(app: &App, events: Vec<Numbered>) -> Result<Vec<Told>> {
    let mut known: HashMap<OrderId, Option<Arc<OrderFacts>>> = HashMap::new();
    let mut out = Vec::with_capacity(events.len());
    for event in events {
        let facts = match event.event.audience {
            Audience::Order(id) => match known.get(&id) {
                Some(facts) => facts.clone(),
                None => {
                    let facts = facts_of(app, id).await?.map(Arc::new);
                    known.insert(id, facts.clone());
                    facts
                }
            },
            _ => None,
        };
        out.push(Told { event, facts });
    }
    Ok(out)
}

async fn facts_of(app: &App, id: OrderId) -> Result<Option<OrderFacts>> {
    let Some(case) = store::case::load_case(&app.store.db, &app.store.vault, id).await? else { return Ok(None) };
    let granted = store::grant::granted_orgs(&app.store.db, id).await?;
    Ok(Some(OrderFacts::of(&case, &granted)))
}

/// One open page.
struct Page {
    app: Arc<App>,
    actor: Actor,
    scope: ScopeFilter,
    session: Option<SessionId>,
    live: broadcast::Receiver<Told>,
    closed: watch::Receiver<bool>,
    /// Still to be sent from the replay.
    replay: VecDeque<Told>,
    /// Numbers sent by the replay, which the live feed may repeat.
    sent: HashSet<i64>,
    last: i64,
    ended: bool,
}

/// Events for the signed-in person from now on, or after `last` when the page was here before.
pub async fn event_stream(app: &Arc<App>, ctx: &Ctx, last: Option<i64>) -> Result<BoxStream<'static, EventView>> {
    ctx.require_ready()?;
    let actor = ctx.actor()?.clone();
    let world = app.fresh_world().await?;
    start_pump(app);
    // Listening begins before the replay is read, so that nothing falls between.
    let live = app.bus.told.subscribe();
    let newest = store::outbox::last_seq(&app.store.db).await?;
    let mut page = Page {
        app: Arc::clone(app),
        scope: scope_filter(&actor, &world.directory),
        actor,
        session: ctx.session,
        live,
        closed: app.bus.closed.subscribe(),
        replay: VecDeque::new(),
        sent: HashSet::new(),
        last: newest,
        ended: false,
    };
    if let Some(last) = last.filter(|l| *l < newest) {
        page.catch_up(last).await?;
    }
    Ok(futures::stream::unfold(page, |mut page| async move { Some((page.next().await?, page)) }).boxed())
}

impl Page {
    async fn catch_up(&mut self, from: i64) -> Result<()> {
        let events = store::outbox::since(&self.app.store.db, from, None, REPLAY).await?;
        for told in with_facts(&self.app, events).await? {
            self.sent.insert(told.event.seq);
            self.last = self.last.max(told.event.seq);
            self.replay.push_back(told);
        }
        Ok(())
    }

    async fn next(&mut self) -> Option<EventView> {
        while !self.ended {
            let told = match self.replay.pop_front() {
                Some(told) => told,
                None => self.hear().await?,
            };
            if self.concerns(&told) {
                let view = view(&told.event);
                self.ended = self.ends_session(&told.event);
                return Some(view);
            }
        }
        None
    }

    async fn hear(&mut self) -> Option<Told> {
        loop {
            let heard = {
                let (live, closed) = (&mut self.live, &mut self.closed);
                tokio::select! {
                    _ = closed.wait_for(|closed| *closed) => return None,
                    heard = live.recv() => heard,
                }
            };
            match heard {
                Ok(told) if self.sent.contains(&told.event.seq) => {}
                Ok(told) => {
                    self.last = self.last.max(told.event.seq);
                    return Some(told);
                }
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    self.catch_up(self.last).await.ok()?;
                    if let Some(told) = self.replay.pop_front() {
                        return Some(told);
                    }
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    fn concerns(&self, told: &Told) -> bool {
        match &told.event.event.audience {
            Audience::All => true,
            Audience::User(user) => *user == self.actor.user,
            Audience::Org(org) => *org == self.actor.org,
            Audience::Role(role) => self.actor.has(*role),
            Audience::Order(_) => told.facts.as_deref().is_some_and(|f| self.scope.matches(f)),
        }
    }

    /// The person signed in elsewhere, or out here.
    fn ends_session(&self, event: &Numbered) -> bool {
        if event.event.topic != "session" {
            return false;
        }
        let own = json!(self.session);
        let payload = &event.event.payload;
        payload.get("keep").is_some_and(|keep| *keep != own) || payload.get("end").is_some_and(|end| *end == own)
    }
}

fn view(event: &Numbered) -> EventView {
    let mut data = event.event.payload.clone();
    if let Value::Object(map) = &mut data {
        map.insert("at".to_owned(), json!(event.event.at));
    }
    EventView { seq: event.seq, event: event.event.topic.clone(), data }
}
