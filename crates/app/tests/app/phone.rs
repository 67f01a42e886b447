//! The floor in a running platform: facts before deeds, one owner, nothing forgotten by a crash.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::App;
use app::phone::{Connection, Frame, Orders, Phase, Starter, Switchboard, UNAVAILABLE, connect, run};
use app::view::{SkillLevel, SkillsForm};
use db::Db;
use kernel::{LegId, Uuid};
use store::dictionary::DictionaryItem;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use voice::floor::seat_leg;
use voice::journal::{CallRecord, Outcome};
use voice::protocol::{PageFrame, SeatCommand, SeatFrame, SeatState, SeatView};
use voice::switch::{Cause, Command, Event, PlayNo, Sink, Source, Switch};

use crate::town::Town;

/// Only a failure waits this long.
const PATIENCE: Duration = Duration::from_secs(30);
const CITIZEN: &str = "13800001234";

/// A switch that does what the test says.
#[derive(Clone)]
struct Board {
    sink: Arc<Mutex<Option<Sink>>>,
    sent: mpsc::UnboundedSender<Command>,
}

impl Switch for Board {
    fn send(&self, command: Command) {
        // The test may have seen enough.
        let _ = self.sent.send(command);
    }
}

/// A process with a floor, as the binary would start it.
struct Process {
    app: Arc<App>,
    board: Board,
    commands: mpsc::UnboundedReceiver<Command>,
    orders: watch::Sender<Orders>,
    phase: watch::Receiver<Phase>,
    running: JoinHandle<()>,
}

impl Process {
    fn start(app: &Arc<App>) -> Self {
        let (sent, commands) = mpsc::unbounded_channel();
        let board = Board { sink: Arc::default(), sent };
        let (orders, obeyed) = watch::channel(Orders::Work);
        let (told, phase) = watch::channel(Phase::StandingBy);
        let running = tokio::spawn(run(Arc::clone(app), starter(board.clone()), obeyed, told));
        Self { app: Arc::clone(app), board, commands, orders, phase, running }
    }

    async fn reaches(&mut self, wanted: Phase) {
        let reached = self.phase.wait_for(|phase| *phase == wanted);
        tokio::time::timeout(PATIENCE, reached).await.expect("in time").expect("it runs");
    }

    fn tell(&self, event: Event) {
        let sink = self.board.sink.lock().unwrap().clone().expect("the switch was started");
        sink(event);
    }

    /// The next command that is wanted; others are passed over.
    async fn does<T>(&mut self, wanted: impl Fn(&Command) -> Option<T>) -> T {
        let found = async {
            loop {
                let command = self.commands.recv().await.expect("the floor is there");
                if let Some(found) = wanted(&command) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the switch is told in time")
    }

    async fn plays(&mut self, on: LegId) -> PlayNo {
        self.does(|command| match command {
            Command::Play { leg, no, repeat: false, .. } if *leg == on => Some(*no),
            _ => None,
        })
        .await
    }

    async fn record(&self) -> CallRecord {
        let calls = store::call::open_calls(&self.app.store.db, &self.app.store.vault).await.unwrap();
        calls.into_iter().next().expect("the call is written before the switch is told")
    }

    /// As a power cut would.
    fn crash(self) {
        self.running.abort();
    }

    async fn stop(self) {
        self.orders.send_replace(Orders::Stop);
        tokio::time::timeout(PATIENCE, self.running).await.expect("in time").expect("no panic");
    }
}

fn starter(board: Board) -> Starter {
    Box::new(move |sink| {
        *board.sink.lock().unwrap() = Some(sink);
        let switch: Arc<dyn Switch> = Arc::new(board.clone());
        Box::pin(async move {
            Ok(Switchboard { switch, repaired: Vec::new(), stop: Box::new(|| Box::pin(std::future::ready(()))) })
        })
    })
}

/// An agent's page.
struct Page {
    connection: Connection,
    frames: mpsc::Receiver<Frame>,
    no: u32,
}

impl Page {
    async fn open(town: &Town, process: &Process, who: &str) -> Self {
        let (connection, frames) = connect(&process.app, &town.ctx(who), "tab").await.unwrap();
        let mut page = Self { connection: connection.expect("the floor is here"), frames, no: 0 };
        page.ask(town, who, SeatCommand::Hello { tab: "tab".to_owned() }).await;
        page
    }

    async fn ask(&mut self, town: &Town, who: &str, command: SeatCommand) {
        self.no += 1;
        self.connection.command(&town.ctx(who), PageFrame { no: self.no, command }).await;
    }

    async fn next(&mut self) -> Option<Frame> {
        tokio::time::timeout(PATIENCE, self.frames.recv()).await.expect("a frame in time")
    }

    async fn sees(&mut self, state: SeatState) -> SeatView {
        loop {
            match self.next().await.expect("the page is open") {
                Frame::Say(frame) => match *frame {
                    SeatFrame::Seat { seat } if seat.state == state => return *seat,
                    SeatFrame::Refused { code, message, .. } => panic!("{code}: {message}"),
                    _ => {}
                },
                Frame::Close(code) => panic!("closed with {code}"),
            }
        }
    }
}

async fn skilled(town: &Town) {
    let item = DictionaryItem {
        dict: "skill".to_owned(),
        code: "public".to_owned(),
        label: "公众咨询".to_owned(),
        parent: None,
        sort: 1,
        extra: serde_json::json!({}),
        valid_from: kernel::Ts(0),
        valid_to: None,
    };
    let mut tx = town.app.store.db.begin().await.unwrap();
    store::dictionary::put_items(&mut tx, &[item]).await.unwrap();
    tx.commit().await.unwrap();
    town.app.refresh().await.unwrap();
    let form = SkillsForm { skills: vec![SkillLevel { skill: "public".to_owned(), level: 1 }] };
    app::call::admin::skill_set(&town.app, &town.ctx("leader"), town.user("agent"), &form).await.unwrap();
}

fn line() -> LegId {
    LegId(Uuid::from_bytes([0xCA; 16]))
}

/// A call from the first ring to the conversation.
async fn conversation(town: &Town, process: &mut Process) -> Page {
    let mut page = Page::open(town, process, "agent").await;
    process.tell(Event::WebUp { leg: seat_leg(town.user("agent")) });
    page.ask(town, "agent", SeatCommand::SignIn { skills: None }).await;
    page.sees(SeatState::Ready).await;
    let source = Source::Trunk("carrier".to_owned());
    process.tell(Event::Incoming { leg: line(), source, from: CITIZEN.to_owned(), to: "12345".to_owned() });
    process.does(|command| matches!(command, Command::Answer { leg } if *leg == line()).then_some(())).await;
    assert_eq!(process.record().await.number, CITIZEN);
    process.tell(Event::Answered { leg: line() });
    let greeting = process.plays(line()).await;
    process.tell(Event::Played { leg: line(), no: greeting, whole: true });
    let ringing = page.sees(SeatState::Ringing).await;
    page.ask(town, "agent", SeatCommand::Answer { call: ringing.calls[0].call }).await;
    process.does(|command| matches!(command, Command::Hear { edges, .. } if edges.len() == 2).then_some(())).await;
    page
}

testkit::both_engines! {
    async fn what_is_done_was_written_before(db: Db) {
        let town = Town::build(db).await;
        skilled(&town).await;
        let mut process = Process::start(&town.app);
        process.reaches(Phase::Working).await;
        let mut page = conversation(&town, &mut process).await;
        let record = process.record().await;
        assert_eq!((record.outcome, record.agent), (Outcome::Answered, Some(town.user("agent"))));
        let recording = process.does(|c| if let Command::Record { recording, .. } = c { Some(*recording) } else { None }).await;
        process.tell(Event::Ended { leg: line(), cause: Cause::Remote, code: None });
        let wrap = page.sees(SeatState::WrapUp).await;
        assert_eq!(wrap.calls[0].call, record.id);
        process.does(|c| matches!(c, Command::RecordStop { .. }).then_some(())).await;
        process.tell(Event::Recorded { recording, bytes: 9, ms: 1, sha256: "00".to_owned() });
        process.stop().await;
        let ended = store::call::load_call(&town.app.store.db, &town.app.store.vault, record.id).await.unwrap().unwrap();
        assert!(ended.ended_at.is_some());
        assert!(store::seat_span::open_spans(&town.app.store.db).await.unwrap().is_empty(), "signed out at the stop");
        assert!(store::recording::open_recordings(&town.app.store.db).await.unwrap().is_empty());
        let rest = std::iter::from_fn(|| page.frames.try_recv().ok()).last();
        assert_eq!(rest, Some(Frame::Close(UNAVAILABLE)), "the page is told");
    }

    async fn after_a_crash_the_next_owner_closes_what_was_open(db: Db) {
        let town = Town::build(db).await;
        skilled(&town).await;
        let mut process = Process::start(&town.app);
        process.reaches(Phase::Working).await;
        let page = conversation(&town, &mut process).await;
        let record = process.record().await;
        process.crash();
        drop(page);
        let mut process = Process::start(&town.app);
        process.reaches(Phase::Working).await;
        let db = &town.app.store.db;
        let closed = store::call::load_call(db, &town.app.store.vault, record.id).await.unwrap().unwrap();
        assert_eq!((closed.outcome, closed.cause), (Outcome::Answered, Some(Cause::Restart)));
        assert!(closed.ended_at.is_some());
        assert!(store::seat_span::open_spans(db).await.unwrap().is_empty());
        let duty = store::call_duty::open_duty(db, &town.app.store.vault, CITIZEN).await.unwrap();
        assert!(duty.is_some(), "who was cut off is called back");
        let today = app::call::today(&town.app).await.unwrap();
        assert_eq!((today.offered, today.answered), (1, 1), "nothing counts twice");
        process.stop().await;
    }

    async fn whoever_lacks_the_permission_has_no_telephone(db: Db) {
        let town = Town::build(db).await;
        let refused = connect(&town.app, &town.ctx("housing_handler"), "tab").await;
        assert!(refused.is_err());
        let (connection, mut frames) = connect(&town.app, &town.ctx("agent"), "tab").await.unwrap();
        assert!(connection.is_none());
        let told = frames.recv().await;
        let Some(Frame::Say(frame)) = told else { panic!("{told:?}") };
        assert!(matches!(*frame, SeatFrame::Unavailable { code, .. } if code == "off"), "no floor was started");
    }
}

async fn one_owner(one: Db, two: Db) {
    let town = Town::build(one).await;
    let other = town.other(two).await;
    let mut first = Process::start(&town.app);
    first.reaches(Phase::Working).await;
    let mut second = Process::start(&other);
    let (connection, mut frames) = loop {
        let (connection, mut frames) = connect(&other, &town.ctx("agent"), "tab").await.unwrap();
        let told = frames.recv().await;
        let elsewhere = |frame: &SeatFrame| matches!(frame, SeatFrame::Unavailable { code, .. } if code == "elsewhere");
        if matches!(&told, Some(Frame::Say(frame)) if elsewhere(frame)) {
            break (connection, frames);
        }
        tokio::task::yield_now().await;
    };
    assert!(connection.is_none() && !other.phone.is_here() && town.app.phone.is_here());
    assert_eq!(frames.recv().await, Some(Frame::Close(UNAVAILABLE)), "told and closed");
    first.stop().await;
    second.reaches(Phase::Working).await;
    assert!(other.phone.is_here() && !town.app.phone.is_here());
    second.stop().await;
}

#[test]
fn two_processes_have_one_floor_on_postgresql() {
    testkit::block(async {
        let test = testkit::TestDb::postgres().await;
        one_owner(test.db(), test.reopen().await).await;
    });
}

#[test]
fn two_processes_have_one_floor_on_sqlite() {
    testkit::block(async {
        let test = testkit::TestDb::sqlite().await;
        one_owner(test.db(), test.db()).await;
    });
}
