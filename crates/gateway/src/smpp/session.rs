//! One connection, from the bind to its end.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use domain::message::SmppSettings;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt as _, SinkExt as _, StreamExt as _};
use rusmpp::pdus::{DeliverSmResp, SubmitSm};
use rusmpp::{Command, CommandStatus, Pdu};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{Job, Link, words};
use crate::receipt::Receipt;
use crate::udh::Joint;
use crate::{Arrival, Incoming, Outcome};

/// A part that is not answered within this time ends the connection.
const PATIENCE: Duration = Duration::from_secs(30);
/// A message of which not all parts came within this time is told as far as it came.
const GATHER: Duration = Duration::from_secs(20);
/// Pause when the carrier says that it has no time, and how often a part asks again.
const BUSY: Duration = Duration::from_secs(1);
const ASKED: u32 = 20;

/// A message under way.
struct Open {
    done: oneshot::Sender<Outcome>,
    left: usize,
    refs: BTreeMap<usize, String>,
    wrong: Option<Outcome>,
}

/// A part on its way or waiting.
struct Part {
    of: u64,
    no: usize,
    pdu: SubmitSm,
    asked: u32,
}

/// Parts of a citizen's long message, by their number, with the deliveries to be acknowledged.
struct Gathered {
    since: Instant,
    all: u8,
    texts: BTreeMap<u8, String>,
    sequences: Vec<u32>,
}

type Acks = FuturesUnordered<BoxFuture<'static, (Vec<u32>, bool)>>;

struct Session<'a> {
    link: Link,
    settings: &'a SmppSettings,
    arrivals: &'a mpsc::Sender<Arrival>,
    sequence: u32,
    messages: u64,
    open: HashMap<u64, Open>,
    waiting: VecDeque<Part>,
    sent: HashMap<u32, (Part, Instant)>,
    gathered: HashMap<(String, u16), Gathered>,
    acks: Acks,
    pace: Interval,
    /// Our check of the line that was not answered yet.
    checking: bool,
}

/// Speaks until the line breaks, and says why; `None` when nobody has anything more to send.
pub async fn talk(
    link: Link,
    settings: &SmppSettings,
    jobs: &mut mpsc::Receiver<Job>,
    arrivals: &mpsc::Sender<Arrival>,
) -> Option<String> {
    let mut pace = interval(Duration::from_secs(1) / settings.per_second.max(1));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut s = Session {
        link,
        settings,
        arrivals,
        sequence: 1,
        messages: 0,
        open: HashMap::new(),
        waiting: VecDeque::new(),
        sent: HashMap::new(),
        gathered: HashMap::new(),
        acks: FuturesUnordered::new(),
        pace,
        checking: false,
    };
    match s.run(jobs).await {
        Ok(()) => {
            // The carrier may already be gone.
            let _ = s.send(Pdu::Unbind).await;
            None
        }
        Err(why) => Some(why),
    }
}

impl Session<'_> {
    async fn run(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Result<(), String> {
        let window = usize::try_from(self.settings.window.max(1)).unwrap_or(1);
        let mut check = interval(Duration::from_secs(u64::from(self.settings.enquire_s.max(1))));
        check.reset();
        let mut gather = interval(GATHER / 4);
        loop {
            let may_send = !self.waiting.is_empty() && self.sent.len() < window;
            tokio::select! {
                frame = self.link.next() => match frame {
                    Some(Ok(command)) => self.hear(command).await?,
                    Some(Err(e)) => return Err(super::garbled(&e)),
                    None => return Err("短信网关断开了连接".to_owned()),
                },
                job = jobs.recv(), if self.open.len() < window => match job {
                    Some(job) => self.take(job),
                    None => return Ok(()),
                },
                _ = self.pace.tick(), if may_send => self.submit().await?,
                Some((sequences, kept)) = self.acks.next() => self.acknowledge(&sequences, kept).await?,
                _ = gather.tick() => self.give_up_gathering(),
                _ = check.tick() => self.check().await?,
            }
        }
    }

    async fn put(&mut self, command: Command) -> Result<(), String> {
        self.link.send(command).await.map_err(|_| "短信网关断开了连接".to_owned())
    }

    /// Sends a request under a number of its own.
    async fn send(&mut self, pdu: impl Into<Pdu>) -> Result<u32, String> {
        // Numbers run from 1 to 0x7FFFFFFF.
        self.sequence = if self.sequence >= 0x7FFF_FFFF { 1 } else { self.sequence + 1 };
        let sequence = self.sequence;
        self.put(Command::new(CommandStatus::EsmeRok, sequence, pdu)).await?;
        Ok(sequence)
    }

    fn take(&mut self, job: Job) {
        self.messages += 1;
        let of = self.messages;
        let reference = u8::try_from(of % 256).unwrap_or(0);
        match words::submit(self.settings, &job.message.to, &job.message.text, reference) {
            Ok(parts) => {
                let left = parts.len();
                self.open.insert(of, Open { done: job.done, left, refs: BTreeMap::new(), wrong: None });
                self.waiting.extend(parts.into_iter().enumerate().map(|(no, pdu)| Part { of, no, pdu, asked: 0 }));
            }
            // Who no longer waits needs no answer.
            Err(why) => drop(job.done.send(Outcome::Refused(why))),
        }
    }

    async fn submit(&mut self) -> Result<(), String> {
        let Some(part) = self.waiting.pop_front() else { return Ok(()) };
        let sequence = self.send(part.pdu.clone()).await?;
        self.sent.insert(sequence, (part, Instant::now()));
        Ok(())
    }

    async fn check(&mut self) -> Result<(), String> {
        if self.checking {
            return Err("链路检测没有应答".to_owned());
        }
        if self.sent.values().any(|(_, at)| at.elapsed() > PATIENCE) {
            return Err("短信网关超过30秒没有应答".to_owned());
        }
        self.checking = true;
        self.send(Pdu::EnquireLink).await.map(drop)
    }

    async fn hear(&mut self, command: Command) -> Result<(), String> {
        let (sequence, status) = (command.sequence_number(), command.status());
        if self.sent.contains_key(&sequence) && is_answer(&command) {
            let reference = match command.pdu() {
                Some(Pdu::SubmitSmResp(r)) => r.message_id().as_str().to_owned(),
                _ => String::new(),
            };
            self.answered(sequence, status, reference);
            return Ok(());
        }
        match command.pdu() {
            Some(Pdu::EnquireLink) => {
                self.put(Command::new(CommandStatus::EsmeRok, sequence, Pdu::EnquireLinkResp)).await
            }
            Some(Pdu::EnquireLinkResp) => {
                self.checking = false;
                Ok(())
            }
            Some(Pdu::DeliverSm(d)) => {
                let delivered = words::read(d);
                self.delivered(sequence, delivered);
                Ok(())
            }
            Some(Pdu::Unbind) => {
                self.put(Command::new(CommandStatus::EsmeRok, sequence, Pdu::UnbindResp)).await?;
                Err("短信网关要求断开".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The carrier's word on a part.
    fn answered(&mut self, sequence: u32, status: CommandStatus, reference: String) {
        let Some((mut part, _)) = self.sent.remove(&sequence) else { return };
        if words::is_busy(status) && part.asked < ASKED {
            part.asked += 1;
            self.waiting.push_front(part);
            self.pace.reset_after(BUSY);
            return;
        }
        let Some(open) = self.open.get_mut(&part.of) else { return };
        open.left -= 1;
        if status == CommandStatus::EsmeRok {
            open.refs.insert(part.no, reference);
        } else {
            let why = words::status_cn(status);
            open.wrong = Some(match status {
                s if words::is_busy(s) => Outcome::Unreached(why),
                s if words::is_final(s) => Outcome::Refused(why),
                _ => Outcome::Failed(why),
            });
        }
        if open.left == 0
            && let Some(open) = self.open.remove(&part.of)
        {
            let taken = Outcome::Taken(open.refs.into_values().collect());
            // Who no longer waits needs no answer.
            drop(open.done.send(open.wrong.unwrap_or(taken)));
        }
    }

    fn delivered(&mut self, sequence: u32, delivered: Option<words::Delivered>) {
        match delivered {
            Some(words::Delivered::Receipt(receipt)) => self.report(sequence, &receipt),
            Some(words::Delivered::Text { phone, text, joint: None }) => self.reply(vec![sequence], phone, text),
            Some(words::Delivered::Text { phone, text, joint: Some(joint) }) => {
                self.gather(sequence, phone, text, joint);
            }
            // Nothing anybody could use: it must not come again.
            None => self.acks.push(async move { (vec![sequence], true) }.boxed()),
        }
    }

    fn report(&mut self, sequence: u32, receipt: &Receipt) {
        if receipt.open() {
            self.acks.push(async move { (vec![sequence], true) }.boxed());
            return;
        }
        let (reference, good, error) = (receipt.id.clone(), receipt.good(), receipt.why());
        self.arrive(vec![sequence], Incoming::Report { reference, good, error });
    }

    fn reply(&mut self, sequences: Vec<u32>, phone: String, text: String) {
        self.arrive(sequences, Incoming::Reply { phone, text, reference: None });
    }

    /// Hands it on; the carrier has its acknowledgement when it is kept.
    fn arrive(&mut self, sequences: Vec<u32>, what: Incoming) {
        let arrivals = self.arrivals.clone();
        let told = async move {
            let (kept, answer) = oneshot::channel();
            let sent = arrivals.send(Arrival { what, kept }).await.is_ok();
            (sequences, sent && answer.await.unwrap_or(false))
        };
        self.acks.push(told.boxed());
    }

    async fn acknowledge(&mut self, sequences: &[u32], kept: bool) -> Result<(), String> {
        // A temporary error makes the carrier deliver it again.
        let status = if kept { CommandStatus::EsmeRok } else { CommandStatus::EsmeRxTAppn };
        for sequence in sequences {
            self.put(Command::new(status, *sequence, DeliverSmResp::default())).await?;
        }
        Ok(())
    }

    fn gather(&mut self, sequence: u32, phone: String, text: String, joint: Joint) {
        let key = (phone, joint.reference);
        let fresh =
            || Gathered { since: Instant::now(), all: joint.all, texts: BTreeMap::new(), sequences: Vec::new() };
        let gathered = self.gathered.entry(key.clone()).or_insert_with(fresh);
        gathered.texts.insert(joint.no, text);
        gathered.sequences.push(sequence);
        if gathered.texts.len() >= usize::from(gathered.all) {
            self.tell_gathered(&key);
        }
    }

    fn tell_gathered(&mut self, key: &(String, u16)) {
        if let Some(g) = self.gathered.remove(key) {
            self.reply(g.sequences, key.0.clone(), g.texts.into_values().collect());
        }
    }

    fn give_up_gathering(&mut self) {
        let old = self.gathered.iter().filter(|(_, g)| g.since.elapsed() > GATHER).map(|(key, _)| key.clone());
        for key in old.collect::<Vec<_>>() {
            self.tell_gathered(&key);
        }
    }
}

/// An answer to something of ours: numbers of both sides may be equal.
fn is_answer(command: &Command) -> bool {
    u32::from(command.id()) & 0x8000_0000 != 0
}
