//! The mailbox of one process: each mail is kept, then marked as read; whatever breaks in between is done again and kept once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::inbox::{self, Arrived, ArrivedFile, Bounced, MailboxFound, MailboxProbe, UNTAKEN};
use domain::inbox::{Adapter, Record};
use domain::message::FetchSettings;
use futures::future::BoxFuture;
use gateway::imap::{LARGEST, Letter, Lying, Mailbox, read};
use kernel::{Date, Uuid};

const EVERY: Duration = Duration::from_secs(10);
/// How long a silent process keeps the mailbox, milliseconds. One that takes longer over a mail may find another at work on it too; it
/// is kept once all the same.
const LEASE_MS: i64 = 30_000;
/// Times that one mail fails before it is left to people and the next is read.
const TRIES: u32 = 3;

pub async fn run_forever(app: Arc<App>) {
    let (mut open, mut stuck) = (None, Stuck::default());
    loop {
        if let Err(why) = round(&app, &mut open, &mut stuck).await {
            open = None;
            if let Err(e) = inbox::line(&app, Adapter::Mail, false, Some(&why)).await {
                tracing::error!(error = %e, "the state of the mailbox could not be noted");
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

struct Open {
    settings: FetchSettings,
    authority: String,
    mailbox: Mailbox,
}

/// Mails that failed though all else works, by `validity/uid`. Several may lie side by side, so each is counted by itself.
#[derive(Default)]
struct Stuck {
    times: BTreeMap<String, u32>,
    told: BTreeSet<String>,
}

impl Stuck {
    /// One more failure over a mail; `true` when it has been tried often enough.
    fn again(&mut self, at: &str) -> bool {
        let times = self.times.entry(at.to_owned()).or_default();
        *times += 1;
        *times >= TRIES
    }

    /// People know of it: only then those behind it may go on.
    fn tell(&mut self, at: &str) {
        self.times.remove(at);
        self.told.insert(at.to_owned());
    }

    fn is_told(&self, at: &str) -> bool {
        self.told.contains(at)
    }

    /// Forgets what is not read again.
    fn keep_after(&mut self, after: u32, validity: u32) {
        let ahead = |at: &str| place(at, validity).is_some_and(|uid| uid > after);
        self.times.retain(|at, _| ahead(at));
        self.told.retain(|at| ahead(at));
    }
}

/// Why one mail was not taken in.
enum Failed {
    /// The server does not give it.
    There(String),
    /// We cannot read or keep it, though all else can be kept.
    Here(String),
    /// All mails wait.
    General(String),
}

impl From<app::Error> for Failed {
    fn from(e: app::Error) -> Self {
        if inbox::is_general(&e) {
            return Self::General(broken(e));
        }
        match e.refusal() {
            Some(why) => Self::Here(why.message.clone()),
            None => {
                tracing::error!(error = %e, "a mail could not be taken in");
                Self::Here("平台不能保存这封邮件，原因见运行日志".to_owned())
            }
        }
    }
}

fn broken(e: app::Error) -> String {
    tracing::error!(error = %e, "mail could not be taken in");
    match e.refusal() {
        Some(why) => why.message.clone(),
        None => "平台暂时不能保存来信，邮件留在邮箱中等待".to_owned(),
    }
}

async fn round(app: &Arc<App>, open: &mut Option<Open>, stuck: &mut Stuck) -> Result<(), String> {
    let all = app::sms::mail::settings(app).await.map_err(broken)?;
    let (settings, authority) = (all.fetch, all.authority);
    if open.as_ref().is_some_and(|o| o.settings != settings || o.authority != authority) {
        *open = None;
    }
    if !settings.on || !holds(app).await? {
        *open = None;
        return Ok(());
    }
    let Some(since) = settings.since_day() else { return Err("起始日期无效".to_owned()) };
    let folder = settings.folder.trim().to_owned();
    // Whoever kept the last mail may have died before marking it: opened anew, the mailbox is read from that one on.
    let (mailbox, back) = match open {
        Some(o) => {
            o.mailbox.refresh().await?;
            (&mut o.mailbox, 0)
        }
        None => {
            let mailbox = Mailbox::open(&settings, &authority).await?;
            (&mut open.insert(Open { settings, authority, mailbox }).mailbox, 1)
        }
    };
    take_news(app, mailbox, &folder, (since, back), stuck).await?;
    // The mailbox works; what could not be taken in stays on the lamp until a person has seen to it.
    let untaken = inbox::untaken(app, Adapter::Mail).await.map_err(broken)?;
    let missing = (untaken > 0).then(|| format!("{untaken}封邮件未能收取，已列入渠道来信，请到邮箱中查看"));
    inbox::line(app, Adapter::Mail, true, missing.as_deref()).await.map_err(broken)
}

async fn holds(app: &App) -> Result<bool, String> {
    inbox::hold(app, Adapter::Mail, app.now().plus_millis(LEASE_MS)).await.map_err(broken)
}

async fn take_news(
    app: &App,
    mailbox: &mut Mailbox,
    folder: &str,
    (since, back): (Date, u32),
    stuck: &mut Stuck,
) -> Result<(), String> {
    // Numbers of another validity say nothing: everything since the first day is looked at again, and kept once.
    let position = inbox::position(app, Adapter::Mail).await.map_err(broken)?;
    let after = position.and_then(|p| place(&p, mailbox.validity())).unwrap_or(0).saturating_sub(back);
    stuck.keep_after(after, mailbox.validity());
    for uid in mailbox.news(after, since).await? {
        if !holds(app).await? {
            return Ok(());
        }
        let position = format!("{}/{uid}", mailbox.validity());
        if stuck.is_told(&position) {
            continue;
        }
        match take_one(app, mailbox, folder, (uid, &position)).await {
            Ok(true) => mailbox.seen(uid).await?,
            Ok(false) => {}
            Err(Failed::General(why)) => return Err(why),
            Err(failed) => {
                if stuck.again(&position) {
                    leave(app, folder, &position, &failed).await.map_err(broken)?;
                    stuck.tell(&position);
                }
                let (Failed::There(why) | Failed::Here(why) | Failed::General(why)) = failed;
                return Err(why);
            }
        }
    }
    Ok(())
}

/// Takes in one mail; `false` when somebody has removed it.
async fn take_one(
    app: &App,
    mailbox: &mut Mailbox,
    folder: &str,
    (uid, position): (u32, &str),
) -> Result<bool, Failed> {
    match mailbox.fetch(uid).await {
        Ok(Some(lying)) => take(app, folder, position, lying).await.map(|()| true),
        // Somebody has removed it, or the server has nothing to say of it.
        empty => match nothing(mailbox, uid, empty).await {
            None => Ok(false),
            Some(why) => Err(Failed::There(why)),
        },
    }
}

/// Why there is no mail though there is one; `None` when there is none.
async fn nothing(mailbox: &mut Mailbox, uid: u32, got: Result<Option<Lying>, String>) -> Option<String> {
    match got {
        Err(why) => Some(why),
        Ok(_) => match mailbox.lies(uid).await {
            Ok(false) => None,
            Ok(true) => Some("邮箱没有给出这封邮件".to_owned()),
            Err(why) => Some(why),
        },
    }
}

/// Stands for a mail that cannot be taken in: people are told where it lies, those behind it go on. That this can be kept proves the
/// fault to be the mail's own; as long as it cannot, all wait.
async fn leave(app: &App, folder: &str, position: &str, failed: &Failed) -> app::Result<()> {
    let place = format!("{folder}/{position}");
    let (subject, what, why) = match failed {
        Failed::There(why) => ("无法读取的邮件", "读取", why),
        Failed::Here(why) | Failed::General(why) => ("来信未能收取", "收取", why),
    };
    let record = Record {
        subject: subject.to_owned(),
        remarks: vec![format!(
            "邮箱文件夹{folder}中的一封邮件（{position}）{what}{TRIES}次未成功（{why}），原件仍在邮箱中，请到邮箱中查看"
        )],
        ..Record::default()
    };
    let piece = Arrived { external_id: format!("{UNTAKEN}{place}"), place, record, ..Arrived::default() };
    inbox::accept(app, Adapter::Mail, piece, position).await.map(drop)
}

/// Keeps one mail, or what it reports of one of ours.
async fn take(app: &App, folder: &str, position: &str, lying: Lying) -> Result<(), Failed> {
    let Lying { bytes, too_large } = lying;
    // Large mails take their time, and whatever the bytes do to the reader must not end the reading of all others.
    let letter = tokio::task::spawn_blocking(move || read(&bytes)).await.map_err(|e| {
        tracing::error!(error = %e, "a mail could not be read");
        Failed::Here("邮件内容无法解析".to_owned())
    })?;
    if let Some(bounce) = &letter.bounce {
        let messages = ours(bounce.about.iter().chain(&letter.answers));
        let report = Bounced { messages, why: bounce.why.clone() };
        if inbox::bounced(app, Adapter::Mail, &report, position).await? {
            return Ok(());
        }
    }
    let piece = arrived(format!("{folder}/{position}"), letter, too_large);
    inbox::accept(app, Adapter::Mail, piece, position).await?;
    Ok(())
}

/// The last number of `validity/uid`, when it is of this validity.
fn place(position: &str, validity: u32) -> Option<u32> {
    let (of, uid) = position.split_once('/')?;
    (of.parse() == Ok(validity)).then(|| uid.parse().ok())?
}

fn arrived(place: String, letter: Letter, too_large: bool) -> Arrived {
    let mut record = Record {
        sender: letter.sender.clone(),
        name: letter.name.clone(),
        subject: letter.subject.clone(),
        reference: letter.message_id.clone(),
        ..Record::default()
    }
    .with_text(&letter.text);
    if !letter.readable {
        record.remarks.push("邮件无法解析，请到邮箱中查看".to_owned());
    }
    if too_large {
        record.remarks.push(format!("邮件超过{}MB，正文和附件请到邮箱中查看", LARGEST >> 20));
    }
    Arrived {
        external_id: letter.key.clone(),
        place,
        record,
        written_at: letter.written_at,
        answers: ours(&letter.answers),
        about: None,
        automatic: letter.automatic,
        files: letter.parts.into_iter().map(|p| ArrivedFile { name: p.name, bytes: p.bytes }).collect(),
    }
}

/// Message-IDs that may be ours: our own begin with the key of the message.
fn ours<'a>(ids: impl IntoIterator<Item = &'a String>) -> Vec<Uuid> {
    ids.into_iter().filter_map(|id| id.split('@').next()?.parse().ok()).collect()
}

/// Looks into a mailbox for the administrator.
pub struct Probe;

impl MailboxProbe for Probe {
    fn probe<'a>(
        &'a self,
        settings: &'a FetchSettings,
        authority: &'a str,
    ) -> BoxFuture<'a, Result<MailboxFound, String>> {
        Box::pin(async move {
            let since = settings.since_day().ok_or("起始日期无效")?;
            let mut mailbox = Mailbox::open(settings, authority).await?;
            let found = mailbox.news(0, since).await?.len();
            Ok(MailboxFound { total: mailbox.total(), since: u32::try_from(found).unwrap_or(u32::MAX) })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_passed_only_when_people_know_of_it() {
        let mut stuck = Stuck::default();
        let tries: Vec<bool> = (0..4).map(|_| stuck.again("7/2")).collect();
        assert_eq!(tries, [false, false, true, true], "telling failed: it is told the next time");
        assert!(!stuck.is_told("7/2"));
        stuck.tell("7/2");
        assert!(!stuck.again("7/3"), "its neighbour is counted by itself");
        assert!(stuck.is_told("7/2"), "and does not make it forgotten");
        stuck.keep_after(2, 7);
        assert!(!stuck.is_told("7/2") && stuck.times.contains_key("7/3"));
        stuck.keep_after(0, 8);
        assert!(stuck.times.is_empty(), "numbers of another validity");
    }

    #[test]
    fn a_place_of_another_validity_is_none() {
        assert_eq!(place("7/12", 7), Some(12));
        assert_eq!(place("6/12", 7), None);
        assert_eq!(place("nonsense", 7), None);
    }
}
