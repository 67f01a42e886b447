//! 外网: a desk that answers the portal from what came out, and keeps what citizens hand in until it has gone in. It holds
//! no credential of the core: its own small database, and the keys of the exchange.

mod port;

use std::sync::{Arc, RwLock};

use app::citizen::code::{Codes, Policy, Purpose};
use app::citizen::signed_value;
use app::knowledge::ArticleOut;
use citizen::{
    Acted, Answer, Caller, Catalogue, Choice, CodeAsk, CodeSent, Draft, Fault, Form, Found, LampState, Matter,
    MatterKey, Person, PhotoNew, Proof, Query, Receipt, check,
};
use db::Tx;
use futures::future::BoxFuture;
use kernel::{Clock, Mint, Phone, Refusal, Ts, mask_phone, normalise, query_code, query_code_valid};
use serde::Serialize;
use store::Store;
use store::portal::Of;

use crate::batch::{Keys, Record, Side};
use crate::ferry::{Apply, Ferry, Memory, Round, lamp};
use crate::files::Folders;
use crate::inner::{CodeFor, Filed, ViewOut};
use crate::{Error, Result};

const CATALOGUE: &str = "catalogue";
/// A proved number counts so long for the form it was proved for, minutes.
const PROVED_MIN: i64 = 60;
/// Drafts and spent codes are forgotten, days.
const DRAFTS_D: i64 = 30;

/// The outer end: the same database serves the portal's desk and the ferry.
pub struct Outer {
    pub desk: Arc<OuterDesk>,
    pub folders: Folders,
    memory: Memory,
}

/// Answers the portal.
pub struct OuterDesk {
    pub store: Store,
    pub keys: Keys,
    pub clock: Arc<dyn Clock>,
    pub mint: Arc<dyn Mint>,
    /// Speaks with the identity provider.
    pub(crate) oidc: app::citizen::OidcClient,
    /// What the forms offer, as last read; every page needs it.
    offered: RwLock<Option<Arc<Catalogue>>>,
    /// The public articles, as last read.
    articles: RwLock<Option<Arc<Vec<ArticleOut>>>>,
}

impl Outer {
    #[must_use]
    pub fn new(desk: Arc<OuterDesk>, folders: Folders) -> Self {
        Self { desk, folders, memory: Memory::default() }
    }

    fn ferry(&self) -> Ferry<'_> {
        Ferry {
            side: Side::Outer,
            keys: &self.desk.keys,
            folders: &self.folders,
            store: &self.desk.store,
            mint: &*self.desk.mint,
            apply: self,
            memory: &self.memory,
            now: self.desk.clock.now(),
        }
    }

    /// One round.
    ///
    /// # Errors
    /// When the database or a folder cannot be used; nothing is lost by that.
    pub async fn round(&self) -> Result<Round> {
        let round = self.ferry().round().await?;
        if round.applied > 0 {
            self.desk.forget();
        }
        Ok(round)
    }

    /// Forgets what nobody can need any more, drafts and codes too; now and then.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn purge(&self) -> Result<()> {
        self.ferry().purge().await?;
        let before = self.desk.clock.now().plus_days(-DRAFTS_D);
        db::with_retry!(self.desk.store.db, async |tx| {
            Ok::<(), Error>(store::portal::purge(tx, before, before).await?)
        })
    }

    async fn take(&self, tx: &mut Tx, record: &Record) -> Result<()> {
        let at = self.desk.clock.now();
        let vault = &self.desk.store.vault;
        match record.kind.as_str() {
            "catalogue" => store::exchange::put_view(tx, vault, CATALOGUE, &record.body.to_string(), at).await?,
            "publication" => {
                let row: store::publication::Publication = serde_json::from_value(record.body.clone())?;
                store::publication::replace_publication(tx, &row).await?;
            }
            "sign_in" => {
                store::exchange::put_view(tx, vault, crate::sign_in::VIEW, &record.body.to_string(), at).await?
            }
            "wechat" => store::exchange::put_view(tx, vault, crate::wechat::VIEW, &record.body.to_string(), at).await?,
            crate::paper::KIND => self.desk.keep_paper(tx, serde_json::from_value(record.body.clone())?).await?,
            "view" | "article" | "survey" => {
                let view: ViewOut = serde_json::from_value(record.body.clone())?;
                store::exchange::put_view(tx, vault, &view.key, &view.body.to_string(), at).await?;
                for idx in &view.indexes {
                    store::exchange::put_index(tx, idx, &view.key).await?;
                }
            }
            other => tracing::warn!(kind = other, "a record of an unknown kind was left out"),
        }
        Ok(())
    }
}

impl Apply for Outer {
    fn apply<'a>(&'a self, tx: &'a mut Tx, record: &'a Record, _attempt: u32) -> BoxFuture<'a, Result<()>> {
        Box::pin(self.take(tx, record))
    }

    fn set_aside<'a>(&'a self, _: &'a mut Tx, record: &'a Record, reason: &'a str) -> BoxFuture<'a, Result<()>> {
        tracing::error!(kind = record.kind, reason, "a view cannot be read; the next version brings it again");
        Box::pin(async { Ok(()) })
    }

    fn gather(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// Forms and acts are told when they happen and kept some days: nothing to find out anew.
    fn forgotten<'a>(&'a self, _: &'a mut Tx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    /// The lamp on every page shows it.
    fn alarm(&self, _missing: i64) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}

fn told<T>(done: Result<T>) -> Answer<T> {
    done.map_err(|e| match e {
        Error::App(e) => match e.refusal() {
            Some(refusal) => Fault::Refused(refusal.clone()),
            None => Fault::Broken(e.to_string()),
        },
        other => Fault::Broken(other.to_string()),
    })
}

fn refuse(refusal: Refusal) -> Error {
    Error::App(refusal.into())
}

fn digits(text: &str) -> String {
    normalise(text).chars().filter(char::is_ascii_digit).collect()
}

fn phone_of(form: &Form) -> Option<String> {
    let typed = (!form.anonymous).then_some(form.phone.as_str())?;
    Phone::parse(typed).ok().map(|p| p.normalised().to_owned())
}

impl OuterDesk {
    #[must_use]
    pub fn new(store: Store, keys: Keys, clock: Arc<dyn Clock>, mint: Arc<dyn Mint>) -> Self {
        let oidc = app::citizen::OidcClient::default();
        Self { store, keys, clock, mint, oidc, offered: RwLock::default(), articles: RwLock::default() }
    }

    /// Something came in: what was read before may be old.
    fn forget(&self) {
        *self.offered.write().expect("no one panics holding it") = None;
        *self.articles.write().expect("no one panics holding it") = None;
    }

    pub(crate) fn codes(&self) -> Codes<'_> {
        Codes { store: &self.store, mint: &*self.mint, policy: Policy::shipped(), now: self.clock.now() }
    }

    pub(crate) async fn push(&self, tx: &mut Tx, kind: &str, body: &impl Serialize) -> Result<()> {
        let now = self.clock.now();
        let text = serde_json::to_string(body)?;
        Ok(store::exchange::push(tx, &self.store.vault, self.mint.uuid(now), kind, &text, now).await?)
    }

    async fn load_catalogue(&self) -> Result<Arc<Catalogue>> {
        if let Some(offered) = self.offered.read().expect("no one panics holding it").clone() {
            return Ok(offered);
        }
        let text = store::exchange::view(&self.store.db, &self.store.vault, CATALOGUE).await?;
        let text = text.ok_or_else(|| {
            refuse(Refusal::state("not_ready", "网站刚刚启用，正在等待业务系统的数据，请稍后再试或直接拨打12345。"))
        })?;
        let offered: Arc<Catalogue> = Arc::new(serde_json::from_str(&text)?);
        *self.offered.write().expect("no one panics holding it") = Some(Arc::clone(&offered));
        Ok(offered)
    }

    async fn load_articles(&self) -> Result<Arc<Vec<ArticleOut>>> {
        if let Some(articles) = self.articles.read().expect("no one panics holding it").clone() {
            return Ok(articles);
        }
        let mut all = Vec::new();
        for (_, text) in store::exchange::views(&self.store.db, &self.store.vault, "article").await? {
            // Nothing stands for an article that is no longer public.
            all.extend(serde_json::from_str::<Option<ArticleOut>>(&text)?);
        }
        let all = Arc::new(all);
        *self.articles.write().expect("no one panics holding it") = Some(Arc::clone(&all));
        Ok(all)
    }

    async fn load_draft(&self, key: &str) -> Result<Option<Draft>> {
        let text = store::portal::draft_load(&self.store.db, &self.store.vault, key).await?;
        Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
    }

    async fn load_proof(&self, number: &str, code: &str) -> Result<Option<Proof>> {
        let Some(code) = app::paper::read_code(code) else { return Ok(None) };
        let text = store::exchange::view(&self.store.db, &self.store.vault, &app::paper::proof_key(&code)).await?;
        let proof: Option<Proof> = text.map(|t| serde_json::from_str(&t)).transpose()?;
        Ok(proof.filter(|p| app::paper::same_number(number, &p.number)))
    }

    pub(crate) async fn view(&self, key: &str) -> Result<Option<Matter>> {
        let text = store::exchange::view(&self.store.db, &self.store.vault, key).await?;
        Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
    }

    async fn file(&self, key: &str, otp: &str, choice: &Choice) -> Result<Receipt> {
        let mut draft = self.load_draft(key).await?.ok_or_else(|| refuse(gone()))?;
        if let Some(receipt) = draft.receipt {
            return Ok(receipt);
        }
        if matches!(choice, Choice::Follow(_)) {
            return Err(refuse(Refusal::invalid("choice", "该诉求暂时不能关注，请选择继续提交")));
        }
        let now = self.clock.now();
        let errors = check(&draft.form, &*self.load_catalogue().await?, now.date());
        if !errors.is_empty() {
            return Err(refuse(Refusal::fields(errors)));
        }
        if let Some(phone) = phone_of(&draft.form)
            && !draft.verified.as_ref().is_some_and(|(n, until)| *n == phone && now < *until)
            && !(otp.trim().is_empty() && self.cut_off().await?)
        {
            self.codes().spend(&phone, Purpose::File, "", otp).await?;
            draft.verified = Some((phone, now.plus_minutes(PROVED_MIN)));
            app::citizen::draft_save(&self.store, now, key, &draft).await?;
        }
        db::with_retry!(self.store.db, async |tx| { self.file_in(tx, key, now).await })
    }

    /// No code can reach anybody now: a form is taken without, and the centre asks back.
    pub(crate) async fn cut_off(&self) -> Result<bool> {
        Ok(!matches!(lamp(&self.store, self.clock.now()).await?.state, LampState::Fresh | LampState::Direct))
    }

    /// Receipt, record and draft are one transaction: what was acknowledged will go in, and once.
    async fn file_in(&self, tx: &mut Tx, key: &str, now: Ts) -> Result<Receipt> {
        let vault = &self.store.vault;
        if !store::portal::draft_hold(tx, vault, key, now).await? {
            return Err(refuse(gone()));
        }
        let text = store::portal::draft_load(&mut *tx, vault, key).await?.unwrap_or_default();
        let mut draft: Draft = serde_json::from_str(&text)?;
        if let Some(receipt) = draft.receipt {
            return Ok(receipt);
        }
        let code = query_code(&*self.mint);
        let photos = self.photos_in(tx, key).await?;
        let src_no = vault.blind_hex("portal_form", key);
        let proved = |phone: String| draft.verified.as_ref().is_some_and(|(n, until)| *n == phone && now < *until);
        let phone_proved = phone_of(&draft.form).is_none_or(proved);
        let filed = Filed { form: draft.form.clone(), src_no, query_code: code.clone(), photos, phone_proved };
        self.push(tx, "file", &filed).await?;
        let receipt = Receipt {
            case_no: None,
            query_code: code,
            sent_to: phone_of(&draft.form).map(|p| mask_phone(&p)),
            at: now,
            following: false,
        };
        draft.receipt = Some(receipt.clone());
        draft.form = Form::default();
        store::portal::draft_save(tx, vault, key, &serde_json::to_string(&draft)?, now).await?;
        Ok(receipt)
    }

    async fn photos_in(&self, tx: &mut Tx, key: &str) -> Result<Vec<PhotoNew>> {
        let vault = &self.store.vault;
        let mut photos = Vec::new();
        for line in store::portal::photos(&mut *tx, vault, Of::Draft(key)).await? {
            if let Some((mime, name, bytes)) = store::portal::photo(&mut *tx, vault, Of::Draft(key), line.id).await? {
                photos.push(PhotoNew { name, mime, bytes });
            }
        }
        Ok(photos)
    }

    /// Makes a code and has it sent by the core. The answer is the same whether anybody gets one.
    async fn send(&self, ask: CodeAsk, from: &Caller) -> Result<CodeSent> {
        let codes = self.codes();
        codes.bound_address(&from.ip).await?;
        let until = self.clock.now().plus_minutes(codes.policy.valid_min);
        let parsed = |text: &str| Phone::parse(text).map_err(|e| refuse(e.at("phone").into()));
        let (subject, to): (String, Option<(String, bool)>) = match &ask {
            CodeAsk::Draft { key } => {
                let draft = self.load_draft(key).await?.ok_or_else(|| refuse(gone()))?;
                (String::new(), Some((parsed(&draft.form.phone)?.normalised().to_owned(), true)))
            }
            CodeAsk::Number { case_no, phone } => {
                let (no, phone) = (digits(case_no), parsed(phone)?.normalised().to_owned());
                let known = !self.keys_of("number", &format!("{no}/{phone}")).await?.is_empty();
                (format!("no:{no}"), known.then_some((phone, false)))
            }
            CodeAsk::Person { id_no, name } => (person(id_no), {
                let known = !self.keys_of("person", &person_value(id_no, name)).await?.is_empty();
                known.then(|| (person(id_no), false))
            }),
            CodeAsk::Matter { key } => match key {
                MatterKey::Own(id) => (id.to_string(), Some((id.to_string(), true))),
                MatterKey::Follow(_) => return Err(refuse(Refusal::forbidden("关注的诉求不能撤回"))),
            },
            CodeAsk::Survey { code, phone } => {
                let (phone, series) = self.code_for_survey(code, phone).await?;
                (series, Some((phone, true)))
            }
        };
        let Some((place, tell)) = to else { return Ok(CodeSent { to: None, until }) };
        let purpose = match &ask {
            CodeAsk::Draft { .. } => Purpose::File,
            CodeAsk::Number { .. } | CodeAsk::Person { .. } => Purpose::Track,
            CodeAsk::Matter { .. } => Purpose::Withdraw,
            CodeAsk::Survey { .. } => Purpose::Survey,
        };
        let code = match codes.make(&place, purpose, &subject).await {
            Err(app::Error::Refused(_)) if !tell => return Ok(CodeSent { to: None, until }),
            other => other?,
        };
        let shown = matches!(ask, CodeAsk::Draft { .. } | CodeAsk::Survey { .. }).then(|| mask_phone(&place));
        let body = match ask {
            CodeAsk::Draft { .. } | CodeAsk::Number { .. } | CodeAsk::Survey { .. } => {
                CodeFor::Phone { phone: place, code }
            }
            CodeAsk::Person { id_no, name } => CodeFor::Person { id_no, name, code },
            CodeAsk::Matter { key: MatterKey::Own(id) | MatterKey::Follow(id) } => CodeFor::Order { id, code },
        };
        db::with_retry!(self.store.db, async |tx| { self.push(tx, "code", &body).await })?;
        Ok(CodeSent { to: shown, until })
    }

    async fn keys_of(&self, domain: &str, value: &str) -> Result<Vec<String>> {
        Ok(store::exchange::by_index(&self.store.db, &self.keys.index(domain, value)).await?)
    }

    async fn look(&self, query: Query, from: &Caller) -> Result<Vec<Found>> {
        let codes = self.codes();
        let key = match &query {
            Query::Code { code } => format!("code:{}", digits(code)),
            Query::Number { case_no, .. } => format!("no:{}", digits(case_no)),
            Query::Person { id_no, .. } => person(id_no),
            Query::Signed { person } => format!("signed:{}", person.phone),
        };
        codes.unlocked(&from.ip, &key).await?;
        let keys = match &query {
            Query::Code { code } if query_code_valid(&digits(code)) => self.keys_of("code", &digits(code)).await?,
            Query::Code { .. } => Vec::new(),
            Query::Number { case_no, phone, otp } => {
                let phone = Phone::parse(phone).map_err(|e| refuse(e.at("phone").into()))?.normalised().to_owned();
                codes.spend(&phone, Purpose::Track, &key, otp).await?;
                self.keys_of("number", &format!("{}/{phone}", digits(case_no))).await?
            }
            Query::Person { id_no, name, otp } => {
                codes.spend(&person(id_no), Purpose::Track, &key, otp).await?;
                self.keys_of("person", &person_value(id_no, name)).await?
            }
            Query::Signed { person } => self.keys_of_signed(person).await?,
        };
        let mut found = Vec::new();
        for view_key in keys {
            if let (Some(key), Some(m)) = (matter_key(&view_key), self.view(&view_key).await?) {
                let Matter { case_no, title, status, received_at, .. } = m;
                found.push(Found { key, case_no, title, status, received_at });
            }
        }
        if found.is_empty() {
            let locked = codes.failed(&from.ip, &key).await?;
            let nothing = "没有找到匹配的诉求，请核对后重试；刚提交的诉求几分钟后才能查到";
            let none = Refusal::new(kernel::RefusalKind::NotFound, "no_match", nothing);
            return Err(locked.map_or_else(|| refuse(none), Error::App));
        }
        Ok(found)
    }

    /// Everything a proved person handed in.
    async fn keys_of_signed(&self, person: &Person) -> Result<Vec<String>> {
        let mut keys = self.keys_of("signed", &signed_value(&person.phone, &person.name)).await?;
        if let Some(id_no) = &person.id_no {
            keys.extend(self.keys_of("person", &person_value(id_no, &person.name)).await?);
        }
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    async fn is_of(&self, id: kernel::Uuid, person: Option<&Person>) -> Result<bool> {
        let Some(person) = person else { return Ok(false) };
        Ok(self.keys_of_signed(person).await?.contains(&format!("own/{id}")))
    }

    async fn do_act(&self, key: MatterKey, once: &str, act: citizen::Act, from: &Caller) -> Result<Acted> {
        let MatterKey::Own(id) = key else {
            return Err(refuse(Refusal::forbidden("您关注的是他人的诉求，只能查看进度")));
        };
        app::citizen::check_act(&act)?;
        let now = self.clock.now();
        let done = format!("act/{once}");
        // Once for each record: the view that says so comes back only with the next round.
        let objected =
            if let citizen::Act::Contest { record, .. } = &act { Some(format!("contest/{id}/{record}")) } else { None };
        if store::exchange::view(&self.store.db, &self.store.vault, &done).await?.is_none() {
            if let citizen::Act::Withdraw { otp, .. } = &act
                && !self.is_of(id, from.person.as_ref()).await?
            {
                self.codes().spend(&id.to_string(), Purpose::Withdraw, &id.to_string(), otp).await?;
            }
            if let Some(key) = &objected
                && store::exchange::view(&self.store.db, &self.store.vault, key).await?.is_some()
            {
                return Err(refuse(Refusal::state("objected", "您对这条记录已经提出过异议，处理结果见该记录")));
            }
            db::with_retry!(self.store.db, async |tx| {
                // Pressed twice at once: the second one finds it done.
                if !store::exchange::first_view(tx, &self.store.vault, &done, "{}", now).await? {
                    return Ok(());
                }
                if let Some(key) = &objected {
                    store::exchange::put_view(tx, &self.store.vault, key, "{}", now).await?;
                }
                let photos = self.photos_in(tx, once).await?;
                let body = serde_json::json!({ "key": key, "once": once, "act": act, "photos": photos });
                self.push(tx, "act", &body).await
            })?;
        }
        Ok(Acted { message: "已收到，几分钟后可在进度中看到。".to_owned() })
    }
}

fn gone() -> Refusal {
    Refusal::gone("填写的内容已过期，请返回首页重新填写")
}

/// As a person is named in locks and codes; no number of a telephone.
fn person(id_no: &str) -> String {
    format!("id:{}", normalise(id_no).to_uppercase())
}

fn person_value(id_no: &str, name: &str) -> String {
    let name: String = normalise(name).chars().filter(|c| !c.is_whitespace()).collect();
    format!("{}/{name}", normalise(id_no).to_uppercase())
}

fn matter_key(view: &str) -> Option<MatterKey> {
    let (kind, id) = view.split_once('/')?;
    let id = id.parse().ok()?;
    match kind {
        "own" => Some(MatterKey::Own(id)),
        "follow" => Some(MatterKey::Follow(id)),
        _ => None,
    }
}
