//! The process that has the floor: inputs in, facts written, the switch told, pages told.

use std::sync::Arc;
use std::time::Duration;

use kernel::{CallId, OrderId, UserId};
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use voice::floor::{Caller, Floor, Input, Output, Person, Restored};
use voice::journal::Fact;
use voice::protocol::{SeatCommand, SeatFrame};
use voice::settings::Settings;
use voice::switch::{Event, Switch};

use super::connection::Frame;
use super::journal::Backlog;
use super::pages::Pages;
use super::{Line, lease};
use crate::call::{self, Told};
use crate::ctx::App;

/// Inputs worked off together: what they want written is one transaction.
const BATCH: usize = 256;
/// How often parameters of other processes and the number of open duties are looked up.
const LOOK: Duration = Duration::from_secs(5);
/// Recordings are closed and written within this time at a stop.
const LAST_WORDS: Duration = Duration::from_secs(8);
/// After this long without the word of the database nobody else can have the floor either; the log says so once.
const MUTE: Duration = Duration::from_secs(20);

/// What the owner is told.
#[derive(Debug)]
pub(super) enum In {
    Switch(Event),
    Open {
        person: Person,
        no: u64,
        out: mpsc::Sender<Frame>,
    },
    Close {
        user: UserId,
        tab: String,
        no: u64,
    },
    Page {
        user: UserId,
        tab: String,
        no: u32,
        command: SeatCommand,
    },
    Known {
        call: CallId,
        caller: Caller,
    },
    /// What is known of a person changed; `None` when they may not use a telephone any more.
    Person {
        user: UserId,
        person: Option<Person>,
    },
    /// A call was bound to an order at a form.
    Bound {
        call: CallId,
        order: OrderId,
    },
    Settings(Arc<Settings>),
    Duties(u32),
    /// Another process has the floor.
    Lost,
    Drain,
    Stop,
}

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// After [`In::Drain`] or [`In::Stop`], with everything written.
    Drained,
    /// Another process has the floor: nothing more may be written here.
    Lost,
}

pub(super) struct Owner {
    app: Arc<App>,
    floor: Floor,
    switch: Arc<dyn Switch>,
    line: Line,
    pages: Pages,
    backlog: Backlog,
    settings: Arc<Settings>,
    drained: bool,
    end_by: Option<Instant>,
}

impl Owner {
    pub fn new(app: &Arc<App>, switch: Arc<dyn Switch>, line: Line, settings: Arc<Settings>) -> Self {
        Self {
            app: Arc::clone(app),
            floor: Floor::new(Arc::clone(&settings)),
            switch,
            line,
            pages: Pages::default(),
            backlog: Backlog::default(),
            settings,
            drained: false,
            end_by: None,
        }
    }

    /// Closes what the owner before left open. Nothing else happens before it is written.
    pub async fn restore(&mut self, left: Restored) {
        let now = self.app.now();
        let outputs = self.floor.handle(now, &*self.app.mint, Input::Restore(Box::new(left)));
        self.act(outputs).await;
    }

    /// Works until stopped or dispossessed.
    pub async fn run(&mut self, mut inputs: mpsc::UnboundedReceiver<In>) -> End {
        let watchers = [tokio::spawn(keep_lease(Arc::clone(&self.app), self.line.clone())), self.watch_changes()];
        let end = self.work(&mut inputs).await;
        watchers.iter().for_each(tokio::task::JoinHandle::abort);
        end
    }

    async fn work(&mut self, inputs: &mut mpsc::UnboundedReceiver<In>) -> End {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let wait = self.wait();
            tokio::select! {
                _ = inputs.recv_many(&mut batch, BATCH) => {}
                () = tokio::time::sleep(wait) => {}
            }
            let mut outputs = Vec::new();
            for input in batch.drain(..) {
                if matches!(input, In::Lost) {
                    return End::Lost;
                }
                self.take(input, &mut outputs);
            }
            if self.floor.due().is_some_and(|due| due <= self.app.now()) {
                self.feed(Input::Tick, &mut outputs);
            }
            self.act(outputs).await;
            if self.drained && self.backlog.is_empty() {
                return End::Drained;
            }
            if self.end_by.is_some_and(|at| at <= Instant::now()) {
                tracing::error!("the floor stops with recordings or facts outstanding");
                return End::Drained;
            }
        }
    }

    /// Until the floor or the journal want attention.
    fn wait(&self) -> Duration {
        let floor = self.floor.due().map(|due| {
            let ms = due.millis_since(self.app.now()).max(0);
            Duration::from_millis(u64::try_from(ms).unwrap_or(0))
        });
        let journal = self.backlog.due().map(|due| due.saturating_duration_since(Instant::now()));
        let end = self.end_by.map(|at| at.saturating_duration_since(Instant::now()));
        [floor, journal, end].into_iter().flatten().min().unwrap_or(LOOK)
    }

    fn feed(&mut self, input: Input, outputs: &mut Vec<Output>) {
        outputs.extend(self.floor.handle(self.app.now(), &*self.app.mint, input));
    }

    fn take(&mut self, input: In, outputs: &mut Vec<Output>) {
        match input {
            In::Switch(event) => self.feed(Input::Switch(event), outputs),
            In::Open { person, no, out } => {
                self.pages.open(person.user, &person.tab, no, out);
                self.feed(Input::Arrived(person), outputs);
            }
            In::Close { user, tab, no } => {
                if self.pages.close(user, &tab, no) {
                    self.feed(Input::Left { user, tab }, outputs);
                }
            }
            In::Page { user, tab, no, command } => self.feed(Input::Page { user, tab, no, command }, outputs),
            In::Known { call, caller } => self.feed(Input::Known { call, caller }, outputs),
            In::Person { person: Some(person), .. } => {
                if self.pages.users().any(|user| user == person.user) {
                    self.feed(Input::Arrived(person), outputs);
                }
            }
            In::Person { user, person: None } => self.pages.dismiss(user),
            In::Settings(settings) => {
                if *settings != *self.settings {
                    self.settings = Arc::clone(&settings);
                    self.feed(Input::Settings(settings), outputs);
                }
            }
            In::Bound { call, order } => self.feed(Input::Bound { call, order }, outputs),
            In::Duties(open) => self.feed(Input::Duties { open }, outputs),
            In::Drain => self.feed(Input::Drain, outputs),
            In::Stop => {
                self.end_by = Some(Instant::now() + LAST_WORDS);
                self.feed(Input::Stop, outputs);
            }
            In::Lost => {}
        }
    }

    /// Writes first, then acts and tells in the order the floor gave.
    async fn act(&mut self, outputs: Vec<Output>) {
        let mut rest = Vec::with_capacity(outputs.len());
        let mut facts: Vec<Fact> = Vec::new();
        for output in outputs {
            match output {
                Output::Write(fact) => facts.push(fact),
                other => rest.push(other),
            }
        }
        self.backlog.push(facts);
        self.backlog.write(&self.app).await;
        for output in rest {
            match output {
                Output::Write(_) => {}
                Output::Switch(command) => self.switch.send(command),
                Output::Tell { user, tab, frame } => self.pages.tell(user, &tab, frame),
                Output::WhoIs { call, number, incoming } => self.look_up(call, number, incoming),
                Output::Drained => self.drained = true,
            }
        }
    }

    fn look_up(&self, call: CallId, number: String, incoming: bool) {
        let (app, line) = (Arc::clone(&self.app), self.line.clone());
        tokio::spawn(async move {
            match call::caller_card(&app, &number, incoming).await {
                Ok(caller) => {
                    line.send(In::Known { call, caller });
                }
                Err(e) => tracing::error!(error = %e, "a caller could not be looked up; the call goes on without"),
            }
        });
    }

    /// What use cases of this and other processes change.
    fn watch_changes(&self) -> tokio::task::JoinHandle<()> {
        let (app, line, told) = (Arc::clone(&self.app), self.line.clone(), self.app.calls.subscribe());
        tokio::spawn(watch_changes(app, line, told))
    }

    pub fn close_pages(&mut self, frame: &SeatFrame) {
        self.pages.close_all(frame);
    }
}

/// Prolongs the lease; tells the loop when another process has it.
async fn keep_lease(app: Arc<App>, line: Line) {
    let mut heard = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(lease::RENEW_MS)).await;
        match lease::take(&app).await {
            Ok(true) => heard = Instant::now(),
            Ok(false) => {
                line.send(In::Lost);
                return;
            }
            Err(e) if heard.elapsed() > MUTE => {
                heard = Instant::now();
                tracing::error!(error = %e, "the lease of the floor cannot be prolonged; calls go on");
            }
            Err(_) => {}
        }
    }
}

async fn watch_changes(app: Arc<App>, line: Line, mut told: broadcast::Receiver<Told>) {
    let mut timer = tokio::time::interval(LOOK);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let alive = tokio::select! {
            _ = timer.tick() => refresh(&app, &line, true).await,
            heard = told.recv() => match heard {
                Ok(Told::Bound { call, order }) => line.send(In::Bound { call, order }),
                Ok(Told::Settings) | Err(broadcast::error::RecvError::Lagged(_)) => refresh(&app, &line, false).await,
                Ok(Told::Seat { user }) => person_changed(&app, &line, user).await,
                Err(broadcast::error::RecvError::Closed) => false,
            },
        };
        if !alive {
            return;
        }
    }
}

/// Settings in force now; with `duties` how many citizens wait to be called back, too.
async fn refresh(app: &Arc<App>, line: &Line, duties: bool) -> bool {
    match app.fresh_world().await {
        Ok(world) => {
            if !line.send(In::Settings(Arc::new(call::phone_settings(&world, app.now())))) {
                return false;
            }
        }
        Err(e) => tracing::warn!(error = %e, "settings of the floor could not be read; those before stay"),
    }
    if duties && let Ok(today) = call::today(app).await {
        return line.send(In::Duties(today.missed_open));
    }
    true
}

async fn person_changed(app: &Arc<App>, line: &Line, user: UserId) -> bool {
    match call::person_of(app, user).await {
        Ok(person) => line.send(In::Person { user, person }),
        Err(e) => {
            tracing::warn!(error = %e, "somebody's skills could not be read; those before stay");
            true
        }
    }
}
