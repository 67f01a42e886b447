//! 内网: what came in is done through the same use cases as at any desk; what goes out is what citizens may see.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use app::App;
use app::citizen::code::Policy;
use app::citizen::survey::{SurveyIn, survey_in, survey_out};
use app::citizen::{File, act_in, catalogue, file_in, keep_photo_in, matter_view, order_keys, send_code_in};
use app::knowledge::article_out;
use citizen::{Act, Form, MatterKey, PhotoNew};
use db::Tx;
use futures::future::BoxFuture;
use kernel::{OrderId, Ts, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::exchange::Refused;

use crate::batch::{Keys, Record, Side};
use crate::ferry::{Apply, Ferry, Memory, Round};
use crate::files::Folders;
use crate::{Error, Result};

/// Documents told in one round.
const PAPERS: i64 = 200;
/// Orders told in one round.
const ORDERS: i64 = 200;
/// Looked at again: a transaction may commit after a later one was seen.
const OVERLAP_MS: i64 = 60_000;
/// Orders last touched earlier are not told any more, days.
const VIEWS_D: i64 = 400;
/// A form counts as received when it was filed, at most so many days ago.
const LATE_D: i64 = 30;
/// Refused records looked through for those to be tried again.
const AGAIN: i64 = 500;

/// A form filed at the outer desk.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Filed {
    pub form: Form,
    pub src_no: String,
    pub query_code: String,
    pub photos: Vec<PhotoNew>,
    /// The number was proved by a code; not so while the link was down.
    pub phone_proved: bool,
}

/// An act of a citizen's.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Acted {
    pub key: MatterKey,
    pub once: String,
    pub act: Act,
    pub photos: Vec<PhotoNew>,
}

/// A code the outer desk made, to be sent to a number only the core may know.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to")]
pub(crate) enum CodeFor {
    Phone { phone: String, code: String },
    Order { id: Uuid, code: String },
    Person { id_no: String, name: String, code: String },
}

/// A view with everything it may be found by.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ViewOut {
    pub key: String,
    pub body: Value,
    pub indexes: Vec<String>,
}

/// The core's end.
pub struct Inner {
    pub app: Arc<App>,
    pub keys: Keys,
    pub folders: Folders,
    memory: Memory,
    /// What was last told of the forms.
    told: Mutex<String>,
    /// The last order told, where more of that moment may follow.
    after: Mutex<Option<(Ts, OrderId)>>,
    /// Articles and surveys as last told, by key.
    views: Mutex<HashMap<String, String>>,
}

impl Inner {
    /// From now on every new query code can be looked up at the outer desk.
    #[must_use]
    pub fn new(app: Arc<App>, keys: Keys, folders: Folders) -> Self {
        let index = keys.clone();
        app.index_codes(Box::new(move |code| index.index("code", code)));
        Self {
            app,
            keys,
            folders,
            memory: Memory::default(),
            told: Mutex::default(),
            after: Mutex::default(),
            views: Mutex::default(),
        }
    }

    fn ferry(&self) -> Ferry<'_> {
        Ferry {
            side: Side::Inner,
            keys: &self.keys,
            folders: &self.folders,
            store: &self.app.store,
            mint: &*self.app.mint,
            apply: self,
            memory: &self.memory,
            now: self.app.now(),
        }
    }

    /// One round.
    ///
    /// # Errors
    /// When the database or a folder cannot be used; nothing is lost by that.
    pub async fn round(&self) -> Result<Round> {
        let round = self.ferry().round().await?;
        if round.applied > 0 {
            self.app.bus.poke();
        }
        Ok(round)
    }

    /// Forgets what nobody can need any more; now and then.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn purge(&self) -> Result<()> {
        self.ferry().purge().await
    }

    /// `attempt` 1 is made when the rules refused the first: a form is then filed without its class.
    async fn take(&self, tx: &mut Tx, record: &Record, attempt: u32) -> Result<()> {
        let body = record.body.clone();
        match record.kind.as_str() {
            "file" => self.file(tx, serde_json::from_value(body)?, record.at, attempt).await,
            "act" => self.act(tx, serde_json::from_value(body)?).await,
            "code" => self.code(tx, serde_json::from_value(body)?, record.at).await,
            "wechat" => {
                let piece = serde_json::from_value(body)?;
                Ok(app::social::wechat::keep_in(tx, &self.app, &piece, self.app.now()).await?)
            }
            "answer" => self.answer(tx, &serde_json::from_value(body)?, record.at).await,
            other => {
                tracing::warn!(kind = other, "a record of an unknown kind was left out");
                Ok(())
            }
        }
    }

    async fn file(&self, tx: &mut Tx, mut filed: Filed, at: Ts, attempt: u32) -> Result<()> {
        let app = &*self.app;
        let ctx = app.system("exchange");
        if attempt > 0 {
            // The class may have been closed since the form was offered; the matter must not wait for that.
            filed.form.category = String::new();
        }
        let file = File {
            form: &filed.form,
            src_no: &filed.src_no,
            query_code: Some(&filed.query_code),
            received_at: Some(Ts(at.0.clamp(ctx.now.plus_days(-LATE_D).0, ctx.now.0))),
            phone_proved: filed.phone_proved,
        };
        let made = file_in(tx, app, &ctx, &app.world(), &file).await?;
        if made.query_code.is_empty() {
            return Ok(());
        }
        self.photos(tx, made.id, &made.case_no, &filed.photos).await
    }

    /// Photos are looked at again: what the outer side let pass is not believed.
    async fn photos(&self, tx: &mut Tx, id: OrderId, case_no: &str, photos: &[PhotoNew]) -> Result<()> {
        let app = &*self.app;
        let limits = catalogue(app).await?.limits;
        for (n, photo) in photos.iter().enumerate() {
            let clean = citizen::clean(&photo.name, &photo.bytes, limits.photo_bytes);
            match clean {
                Ok(clean) if n < limits.photos => keep_photo_in(tx, app, app.now(), id, &clean).await?,
                _ => {
                    let reason = "照片未通过业务系统一端的检查，没有收下".to_owned();
                    let refused = Refused {
                        id: app.mint.uuid(app.now()),
                        kind: "photo".to_owned(),
                        case_no: Some(case_no.to_owned()),
                        reason,
                        at: app.now(),
                        again: false,
                    };
                    store::exchange::refuse(tx, &app.store.vault, &refused, &photo.name).await?;
                }
            }
        }
        Ok(())
    }

    async fn act(&self, tx: &mut Tx, acted: Acted) -> Result<()> {
        let app = &*self.app;
        let MatterKey::Own(id) = acted.key else { return Ok(()) };
        let ctx = app.system("exchange");
        act_in(tx, app, &ctx, &app.world(), OrderId(id), &acted.once, &acted.act).await?;
        let case_no = store::order::load_order(&mut *tx, &app.store.vault, OrderId(id)).await?.map(|o| o.case_no);
        self.photos(tx, OrderId(id), case_no.as_deref().unwrap_or_default(), &acted.photos).await
    }

    /// A code that is no longer good when it gets here is not sent.
    async fn code(&self, tx: &mut Tx, code: CodeFor, made_at: Ts) -> Result<()> {
        let app = &*self.app;
        let now = app.now();
        if now > made_at.plus_minutes(Policy::shipped().valid_min) {
            return Ok(());
        }
        let (phone, code) = match code {
            CodeFor::Phone { phone, code } => (Some(phone), code),
            CodeFor::Order { id, code } => (app::citizen::phone_of_order(tx, app, OrderId(id)).await?, code),
            CodeFor::Person { id_no, name, code } => (app::citizen::phone_of_person(app, &id_no, &name).await?, code),
        };
        Ok(send_code_in(tx, app, now, phone, &code).await?)
    }

    /// An answer of a survey counts as given when it was given.
    async fn answer(&self, tx: &mut Tx, came: &SurveyIn, at: Ts) -> Result<()> {
        let app = &*self.app;
        let at = Ts(at.0.clamp(app.now().plus_days(-LATE_D).0, app.now().0));
        if survey_in(tx, app, came, at).await? == store::survey::Kept::PhoneTaken {
            tracing::info!("a second answer of one number was left out");
        }
        Ok(())
    }

    async fn refuse(&self, tx: &mut Tx, record: &Record, reason: &str) -> Result<()> {
        let app = &*self.app;
        let key = record.body.get("key").and_then(|k| serde_json::from_value::<MatterKey>(k.clone()).ok());
        let order = match key {
            Some(MatterKey::Own(id)) => {
                store::order::load_order(&mut *tx, &app.store.vault, OrderId(id)).await?.map(|o| o.case_no)
            }
            _ => None,
        };
        let refused = Refused {
            id: record.id,
            kind: record.kind.clone(),
            case_no: order,
            reason: reason.to_owned(),
            at: app.now(),
            again: false,
        };
        tracing::error!(kind = record.kind, reason, "a record of the exchange was set aside");
        store::exchange::refuse(tx, &app.store.vault, &refused, &record.body.to_string()).await?;
        Ok(app::exchange::tell_in(tx, app, "网闸交换有内容未能办理，请在“网闸交换”页查看").await?)
    }

    /// What a person wants tried again.
    async fn try_again(&self) -> Result<()> {
        let store = &self.app.store;
        for refused in store::exchange::refused(&store.db, AGAIN).await?.into_iter().filter(|r| r.again) {
            let Some(body) = store::exchange::refused_body(&store.db, &store.vault, refused.id).await? else {
                continue;
            };
            let Refused { id, kind, at, .. } = refused.clone();
            let record = Record { id, kind, body: serde_json::from_str(&body)?, at };
            let done = db::with_retry!(store.db, async |tx| {
                self.take(tx, &record, 0).await?;
                store::exchange::refused_done(tx, id, None, self.app.now()).await?;
                Ok::<(), Error>(())
            });
            if let Err(e) = done {
                let refused = Refused { reason: e.reason(), ..refused };
                db::with_retry!(store.db, async |tx| {
                    Ok::<(), Error>(store::exchange::refuse(tx, &store.vault, &refused, &body).await?)
                })?;
            }
        }
        Ok(())
    }

    async fn tell(&self, kind: &str, body: &impl Serialize) -> Result<()> {
        let now = self.app.now();
        let (id, text) = (self.app.mint.uuid(now), serde_json::to_string(body)?);
        db::with_retry!(self.app.store.db, async |tx| {
            Ok::<(), Error>(store::exchange::push(tx, &self.app.store.vault, id, kind, &text, now).await?)
        })
    }

    async fn find_out(&self) -> Result<()> {
        self.try_again().await?;
        self.tell_catalogue().await?;
        self.tell_sign_in().await?;
        self.tell_wechat().await?;
        self.tell_publications().await?;
        self.tell_articles().await?;
        self.tell_surveys().await?;
        self.tell_papers().await?;
        self.tell_orders().await?;
        self.tell_paper_files().await
    }

    /// What the forms offer, when it changed; at least once after a start, should the other side have lost it.
    async fn tell_catalogue(&self) -> Result<()> {
        let offered = catalogue(&self.app).await?;
        let text = serde_json::to_string(&offered)?;
        if *self.told.lock().expect("no one panics holding it") == text {
            return Ok(());
        }
        self.tell("catalogue", &offered).await?;
        *self.told.lock().expect("no one panics holding it") = text;
        Ok(())
    }

    /// How citizens sign in, when it changed.
    async fn tell_sign_in(&self) -> Result<()> {
        let settings = app::citizen::sign_in::sign_in_out(&self.app).await?;
        let body = serde_json::to_value(&settings)?;
        let digest = self.app.store.vault.digest_hex(body.to_string().as_bytes());
        if self.views.lock().expect("no one panics holding it").get("sign_in") == Some(&digest) {
            return Ok(());
        }
        self.tell("sign_in", &settings).await?;
        self.views.lock().expect("no one panics holding it").insert("sign_in".to_owned(), digest);
        Ok(())
    }

    /// What the callback of WeChat needs, when it changed.
    async fn tell_wechat(&self) -> Result<()> {
        let door = app::social::wechat::door(&self.app).await?;
        let body = serde_json::to_value(&door)?;
        let digest = self.app.store.vault.digest_hex(body.to_string().as_bytes());
        if self.views.lock().expect("no one panics holding it").get("wechat") == Some(&digest) {
            return Ok(());
        }
        self.tell("wechat", &door).await?;
        self.views.lock().expect("no one panics holding it").insert("wechat".to_owned(), digest);
        Ok(())
    }

    async fn tell_publications(&self) -> Result<()> {
        let db = &self.app.store.db;
        let since = store::exchange::state(db, "publications").await?;
        let changed = store::publication::changed_since(db, Ts(since)).await?;
        for row in &changed {
            self.tell("publication", row).await?;
        }
        if let Some(last) = changed.last() {
            self.mark("publications", last.updated_at.0 + 1).await?;
        }
        Ok(())
    }

    /// Articles everybody may read, and those that are no longer among them.
    async fn tell_articles(&self) -> Result<()> {
        let since = store::exchange::state(&self.app.store.db, "articles").await?;
        let changed = store::knowledge::changed_since(&self.app.store.db, Ts(since)).await?;
        for (id, _) in &changed {
            self.tell_new("article", &id.to_string(), &article_out(&self.app, *id).await?).await?;
        }
        let last = changed.last().map_or(0, |(_, at)| at.0);
        if last - OVERLAP_MS > since { self.mark("articles", last - OVERLAP_MS).await } else { Ok(()) }
    }

    /// Surveys that are or were published, each with those it rates.
    async fn tell_surveys(&self) -> Result<()> {
        let (since, now) = (store::exchange::state(&self.app.store.db, "surveys").await?, self.app.now());
        let changed = store::survey::changed_codes(&self.app.store.db, Ts(since)).await?;
        for code in &changed {
            if let Some(out) = survey_out(&self.app, code).await? {
                self.tell_new("survey", code, &out).await?;
            }
        }
        if changed.is_empty() { Ok(()) } else { self.mark("surveys", now.0 - OVERLAP_MS).await }
    }

    /// Tells a view unless it is the one last told: what changed within the last minute is looked at again.
    async fn tell_new(&self, kind: &str, key: &str, body: &impl Serialize) -> Result<()> {
        let body = serde_json::to_value(body)?;
        let (key, digest) = (format!("{kind}/{key}"), self.app.store.vault.digest_hex(body.to_string().as_bytes()));
        if self.views.lock().expect("no one panics holding it").get(&key) == Some(&digest) {
            return Ok(());
        }
        self.tell(kind, &ViewOut { key: key.clone(), body, indexes: Vec::new() }).await?;
        self.views.lock().expect("no one panics holding it").insert(key, digest);
        Ok(())
    }

    /// What the public page may show of documents issued or withdrawn.
    async fn tell_papers(&self) -> Result<()> {
        let db = &self.app.store.db;
        let since = store::exchange::state(db, "papers").await?;
        let changed = store::paper::changed_papers(db, Ts(since), PAPERS).await?;
        let world = self.app.fresh_world().await?;
        for paper in &changed {
            let key = app::paper::proof_key(&paper.code);
            let body = serde_json::to_value(app::paper::proof(&world, paper))?;
            self.tell("view", &ViewOut { key, body, indexes: Vec::new() }).await?;
        }
        match changed.last() {
            Some(last) => self.mark("papers", last.updated_at.0 + 1).await,
            None => Ok(()),
        }
    }

    async fn mark(&self, name: &str, value: i64) -> Result<()> {
        db::with_retry!(self.app.store.db, async |tx| {
            Ok::<(), Error>(store::exchange::set_state(tx, name, value).await?)
        })
    }

    /// Views of the orders that changed; each version once.
    async fn tell_orders(&self) -> Result<()> {
        let db = &self.app.store.db;
        let mark = store::exchange::state(db, "orders").await?.max(self.app.now().plus_days(-VIEWS_D).0);
        let after = *self.after.lock().expect("no one panics holding it");
        let (since, last) = after.filter(|(at, _)| at.0 >= mark).unwrap_or((Ts(mark), OrderId(Uuid::nil())));
        let changed = store::exchange::changed_orders(db, since, last, ORDERS).await?;
        let world = self.app.fresh_world().await?;
        for order in changed.iter().filter(|o| o.told < o.version) {
            self.tell_order(&world, order.id, order.version).await?;
        }
        let Some(end) = changed.last() else {
            return Ok(());
        };
        let full = i64::try_from(changed.len()).unwrap_or(0) == ORDERS;
        // A full list goes on behind its last order; once it has run out, the last minute is looked at again.
        let next = if full { end.updated_at.0 } else { (end.updated_at.0 - OVERLAP_MS).max(mark) };
        *self.after.lock().expect("no one panics holding it") = full.then_some((end.updated_at, end.id));
        if next > mark { self.mark("orders", next).await } else { Ok(()) }
    }

    async fn tell_order(&self, world: &app::World, id: OrderId, version: i64) -> Result<()> {
        let Some(own) = matter_view(&self.app, world, id, false).await? else { return Ok(()) };
        let key = format!("own/{id}");
        let mut indexes = store::exchange::index_of(&self.app.store.db, &key).await?;
        for (domain, value) in order_keys(&self.app, id).await? {
            indexes.push(self.keys.index(domain, &value));
        }
        self.tell("view", &ViewOut { key, body: serde_json::to_value(&own)?, indexes }).await?;
        for follow in store::follow::list_of_order(&self.app.store.db, id).await? {
            let Some(seen) = matter_view(&self.app, world, id, true).await? else { continue };
            let key = format!("follow/{}", follow.id);
            let indexes = store::exchange::index_of(&self.app.store.db, &key).await?;
            self.tell("view", &ViewOut { key, body: serde_json::to_value(&seen)?, indexes }).await?;
        }
        db::with_retry!(self.app.store.db, async |tx| {
            self.owe_papers(tx, id, &own).await?;
            Ok::<(), Error>(store::exchange::told(tx, id, version).await?)
        })
    }
}

impl Apply for Inner {
    fn apply<'a>(&'a self, tx: &'a mut Tx, record: &'a Record, attempt: u32) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.take(tx, record, attempt))
    }

    fn set_aside<'a>(&'a self, tx: &'a mut Tx, record: &'a Record, reason: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.refuse(tx, record, reason))
    }

    fn gather(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.find_out())
    }

    fn forgotten<'a>(&'a self, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            store::exchange::forget_told(tx).await?;
            store::exchange::forget_indexes(tx, crate::paper::TOLD).await?;
            for name in ["orders", "papers", "publications", "articles", "surveys"] {
                store::exchange::set_state(tx, name, 0).await?;
            }
            self.told.lock().expect("no one panics holding it").clear();
            self.views.lock().expect("no one panics holding it").clear();
            *self.after.lock().expect("no one panics holding it") = None;
            Ok(())
        })
    }

    fn alarm(&self, missing: i64) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let text = format!("网闸交换缺少外网第{missing}批数据，已请求重发；如持续缺失请检查网闸");
            db::with_retry!(self.app.store.db, async |tx| {
                Ok::<(), Error>(app::exchange::tell_in(tx, &self.app, &text).await?)
            })
        })
    }
}
