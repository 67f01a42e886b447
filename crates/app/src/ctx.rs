//! The running application and the context of one request.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, RwLock};
use std::time::{Duration, Instant};

use domain::authority::{Actor, Permission, require};
use domain::duplicate::Lexicon;
use domain::env::By;
use domain::social::{WechatSettings, WeiboSettings};
use kernel::{Calendar, Clock, Mint, Refusal, SessionId, Ts};
use store::Store;
use store::blob::{Blobs, DiskBlobs};

use crate::call::{Calls, Told};
use crate::events::Bus;
use crate::inbox::MailboxProbe;
use crate::phone::Phone;
use crate::social::reach;
use crate::social::weibo::WeiboProbe;
use crate::world::{DictItem, Region, Regions, World};
use crate::{Error, Result};

/// How the installation is called; from the command line or the environment.
#[derive(Clone, Debug)]
pub struct Settings {
    /// 城市名称, e.g. `云城市`.
    pub city: String,
    /// First six digits of the city's region code: they begin every case number.
    pub region6: String,
    /// Address of the public query page, printed in messages.
    pub public_url: String,
    /// Folder of the recordings; the files of the database's rows are relative to it.
    pub recordings: PathBuf,
    /// Where the bytes of attachments and documents lie, sealed.
    pub files: Arc<dyn Blobs>,
    /// Folder of the office's own fonts for documents; those of the distribution when it has none.
    pub fonts: PathBuf,
    /// Name of this process, unique among those that share the database: holder of leases.
    pub process: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            city: "云溪市".to_owned(),
            region6: "990100".to_owned(),
            public_url: "12345.example.cn".to_owned(),
            recordings: PathBuf::from("data/recordings"),
            files: Arc::new(DiskBlobs::new(PathBuf::from("data/files"))),
            fonts: PathBuf::from("data/fonts"),
            process: "hotline".to_owned(),
        }
    }
}

/// How long a request may run on a snapshot before it asks whether another process changed something.
const STALE_AFTER: Duration = Duration::from_millis(500);

/// Turns a query code into what an outer desk finds it by.
pub type CodeIndex = Box<dyn Fn(&str) -> String + Send + Sync>;

/// Matters from which it is learnt what words are common.
const LEXICON_ORDERS: u32 = 20_000;
/// How long that is good for, milliseconds.
const LEXICON_MS: i64 = 3_600_000;

/// Names of the counters that say which snapshot is current. The writer raises them in the transaction of the change.
pub mod snapshot {
    pub const DIRECTORY: &str = "snapshot.directory";
    pub const PARAM: &str = "snapshot.param";
    pub const CALENDAR: &str = "snapshot.calendar";
    pub const REFERENCE: &str = "snapshot.reference";
    /// Announcements and prompts of the call centre.
    pub const VOICE: &str = "snapshot.voice";
    /// Texts of message templates, the mail server, who of the staff wants mail.
    pub const MESSAGE: &str = "snapshot.message";
    pub const ALL: &[&str] = &[DIRECTORY, PARAM, CALENDAR, REFERENCE, VOICE, MESSAGE];
}

/// Everything use cases share.
pub struct App {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub mint: Arc<dyn Mint>,
    pub settings: Settings,
    /// What documents are set in; read when first needed.
    pub fonts: Arc<press::Fonts>,
    /// Speaks with identity providers.
    pub oidc: oidc::Client,
    pub bus: Bus,
    /// What the floor of this process must know.
    pub calls: Calls,
    /// The way to the floor, when it is at this process.
    pub phone: Phone,
    world: RwLock<(Arc<World>, Instant)>,
    lexicon: RwLock<(Arc<Lexicon>, Option<Ts>)>,
    code_index: OnceLock<CodeIndex>,
    mailbox: OnceLock<Box<dyn MailboxProbe>>,
    weibo: OnceLock<Box<dyn WeiboProbe>>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("store", &self.store).field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl App {
    /// Loads the snapshots. The schema must be up to date.
    pub async fn open(
        store: Store,
        settings: Settings,
        clock: Arc<dyn Clock>,
        mint: Arc<dyn Mint>,
    ) -> Result<Arc<Self>> {
        let world = load_world(&store, &settings, clock.now()).await?;
        let world = RwLock::new((Arc::new(world), Instant::now()));
        let (calls, lexicon) = (Calls::default(), RwLock::default());
        let fonts = Arc::new(press::Fonts::new(Some(settings.fonts.clone())));
        Ok(Arc::new(Self {
            code_index: OnceLock::new(),
            mailbox: OnceLock::new(),
            weibo: OnceLock::new(),
            store,
            clock,
            mint,
            settings,
            fonts,
            oidc: oidc::Client::default(),
            bus: Bus::new(),
            calls,
            phone: Phone::default(),
            world,
            lexicon,
        }))
    }

    pub fn now(&self) -> Ts {
        self.clock.now()
    }

    /// Says how this process looks into a mailbox; the first word counts.
    pub fn look_into_mailboxes_with(&self, probe: Box<dyn MailboxProbe>) {
        let _ = self.mailbox.set(probe);
    }

    /// The way into a mailbox, when this process has one.
    pub(crate) fn mailbox(&self) -> Option<&dyn MailboxProbe> {
        self.mailbox.get().map(|p| &**p)
    }

    /// Says how this process asks Weibo about an account; the first word counts.
    pub fn ask_weibo_with(&self, probe: Box<dyn WeiboProbe>) {
        let _ = self.weibo.set(probe);
    }

    /// The way to ask Weibo, when this process has one.
    pub(crate) fn weibo(&self) -> Option<&dyn WeiboProbe> {
        self.weibo.get().map(|p| &**p)
    }

    /// The snapshot in force in this process.
    pub fn world(&self) -> Arc<World> {
        Arc::clone(&self.world.read().expect("no one panics holding the snapshot").0)
    }

    /// The snapshot in force, at most half a second behind other processes.
    pub async fn fresh_world(&self) -> Result<Arc<World>> {
        let (world, checked) = self.world.read().expect("no one panics holding the snapshot").clone();
        if checked.elapsed() < STALE_AFTER {
            return Ok(world);
        }
        self.refresh_if_changed().await
    }

    /// Asks the database whether anything changed, and loads it if so.
    pub async fn refresh_if_changed(&self) -> Result<Arc<World>> {
        let versions = store::snapshot::versions(&self.store.db).await?;
        let current = self.world();
        if current.versions == versions.into_iter().collect() {
            self.world.write().expect("no one panics holding the snapshot").1 = Instant::now();
            return Ok(current);
        }
        self.refresh().await
    }

    /// Loads the snapshots anew. Call it after committing a change to what they hold.
    pub async fn refresh(&self) -> Result<Arc<World>> {
        let world = Arc::new(load_world(&self.store, &self.settings, self.now()).await?);
        *self.world.write().expect("no one panics holding the snapshot") = (Arc::clone(&world), Instant::now());
        self.calls.tell(Told::Settings);
        Ok(world)
    }

    /// From now on the index of every new query code is kept, so that an outer desk can find the matter by it.
    pub fn index_codes(&self, index: CodeIndex) {
        // Only the first counts: one exchange a process.
        let _ = self.code_index.set(index);
    }

    /// An exchange with an outer desk is set up in this process.
    #[must_use]
    pub fn exchanges(&self) -> bool {
        self.code_index.get().is_some()
    }

    /// The index of a query code, where one is wanted.
    pub(crate) fn code_index(&self, code: &str) -> Option<String> {
        self.code_index.get().map(|index| index(code))
    }

    /// Which words are common among recent matters; at most an hour old. Learnt when first asked for.
    pub async fn lexicon(&self) -> Result<Arc<Lexicon>> {
        let (known, at) = self.lexicon.read().expect("no one panics holding the lexicon").clone();
        if at.is_some_and(|at| self.now().0 - at.0 < LEXICON_MS) {
            return Ok(known);
        }
        let now = self.now();
        // Whoever asks meanwhile gets the old one: learning takes a second, and what is common changes slowly.
        self.lexicon.write().expect("no one panics holding the lexicon").1 = Some(now);
        let texts = store::duplicate::recent_texts(&self.store.db, LEXICON_ORDERS).await?;
        let learnt = tokio::task::spawn_blocking(move || {
            let texts: Vec<String> = texts.into_iter().map(|(title, content)| format!("{title}\n{content}")).collect();
            Lexicon::of(texts.iter().map(String::as_str))
        });
        let learnt = Arc::new(learnt.await.map_err(crate::Error::broken)?);
        *self.lexicon.write().expect("no one panics holding the lexicon") = (Arc::clone(&learnt), Some(now));
        Ok(learnt)
    }

    /// Answers when the database does.
    pub async fn health(&self) -> Result<()> {
        store::counter::peek(&self.store.db, "health").await?;
        Ok(())
    }

    /// What an idempotency key is bound to: the route and the body.
    pub fn fingerprint(&self, route: &str, body: &[u8]) -> String {
        self.store.vault.digest_hex(&[route.as_bytes(), b"\n", body].concat())
    }

    /// The context of the system itself: timers, importers.
    pub fn system(&self, trace_id: &str) -> Ctx {
        Ctx {
            by: By::System,
            session: None,
            trace_id: trace_id.to_owned(),
            ip: String::new(),
            agent: String::new(),
            now: self.now(),
            must_change: false,
            idempotency: None,
        }
    }
}

async fn load_world(store: &Store, settings: &Settings, now: Ts) -> Result<World> {
    // Versions first: a change committed while loading is then seen as a change again.
    let versions = store::snapshot::versions(&store.db).await?.into_iter().collect();
    let directory = store::directory::load_directory(&store.db).await?;
    let params = store::param::load_params(&store.db, now).await?;
    for key in params.ignored() {
        tracing::warn!(key, "stored parameter is unknown or invalid and was left out");
    }
    let calendar = Calendar::new(store::calendar::load_overrides(&store.db).await?, params.work_hours());
    let regions = store::region::list_regions(&store.db).await?;
    let regions = regions.into_iter().map(|r| Region { code: r.code, name: r.name, parent: r.parent, level: r.level });
    let regions = Regions::new(regions.collect(), &settings.region6);
    let dictionaries = load_dictionaries(store, now).await?;
    let names = store::staff::list_names(&store.db, &store.vault).await?.into_iter().collect();
    let announcements = store::announcement::current_announcements(&store.db, now).await?;
    let texts = store::sms::current_texts(&store.db).await?;
    let texts = texts.into_iter().map(|t| (t.template, (t.no, t.text))).collect();
    let mails = store::sms::staff_mails(&store.db, &store.vault).await?;
    let mails = mails.into_iter().map(|m| (m.user, (m.address, m.choice))).collect();
    let server =
        store::sms::mail_servers(&store.db, &store.vault, 1).await?.pop().map(|m| m.settings).unwrap_or_default();
    let wechat_on = reach::current::<WechatSettings>(store).await?.on;
    let weibo = reach::current::<WeiboSettings>(store).await?;
    let mailboxes = store::mailbox::list(&store.db).await?;
    Ok(World {
        directory,
        params,
        calendar,
        regions,
        dictionaries,
        names,
        announcements,
        texts,
        mails,
        mail_on: server.on,
        mail_read: server.fetch.on,
        wechat_on,
        weibo_answers: weibo.on && weibo.answers,
        mailboxes,
        versions,
    })
}

/// The items in force, by dictionary.
async fn load_dictionaries(store: &Store, now: Ts) -> Result<BTreeMap<String, Vec<DictItem>>> {
    let mut all = store::dictionary::list_valid(&store.db, now).await?;
    all.sort_by(|a, b| (a.sort, &a.code).cmp(&(b.sort, &b.code)));
    let mut out: BTreeMap<String, Vec<DictItem>> = BTreeMap::new();
    for item in all {
        let line = DictItem { code: item.code, name: item.label, parent: item.parent };
        out.entry(item.dict).or_default().push(line);
    }
    Ok(out)
}

/// A key under which a command may be repeated without being done twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    pub key: String,
    /// [`App::fingerprint`] of route and body.
    pub fingerprint: String,
}

/// One request: who asks, from where, when.
#[derive(Clone, Debug)]
pub struct Ctx {
    pub by: By,
    pub session: Option<SessionId>,
    pub trace_id: String,
    pub ip: String,
    /// `User-Agent`, for the audit log.
    pub agent: String,
    /// The one "now" of the whole request.
    pub now: Ts,
    /// The password must be changed before anything else.
    pub must_change: bool,
    pub idempotency: Option<Idempotency>,
}

impl Ctx {
    /// The signed-in person; refuses when the system acts.
    pub fn actor(&self) -> Result<&Actor> {
        match &self.by {
            By::Person(actor) => Ok(actor),
            By::System => Err(Error::broken("a person is needed here")),
        }
    }

    /// Refuses who lacks the permission.
    pub fn require(&self, permission: Permission) -> Result<()> {
        Ok(require(&self.by, permission)?)
    }

    /// Refuses everything while the password must be changed.
    pub fn require_ready(&self) -> Result<()> {
        if self.must_change {
            let message = "首次登录或口令已重置、已过期，请先修改口令";
            return Err(Refusal::new(kernel::RefusalKind::Forbidden, "must_change_password", message).into());
        }
        Ok(())
    }
}
