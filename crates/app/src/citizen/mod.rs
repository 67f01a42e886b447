//! 群众端 use cases: the core's answers to the portal. The portal sees none of this crate: it holds a
//! [`citizen::Desk`], and [`CoreDesk`] is one.

mod act;
mod catalogue;
pub mod code;
mod contest;
mod file;
mod find;
mod followers;
mod form;
mod outer;
mod paper;
mod publish;
pub mod sign_in;
mod similar;
pub mod survey;
mod view;

use std::sync::Arc;

use citizen::{
    Acted, Answer, Caller, Catalogue, Choice, CodeAsk, CodeSent, Desk, Draft, Fault, Form, Found, KnowledgeItem,
    KnowledgePage, Known, Lamp, LampState, Matter, MatterKey, PaperFile, Person, PhotoLine, PhotoNew, Proof,
    Publication, PublicationKind, PublicationPage, Query, SignInBegun, SignInLeft, SignInOffer, SignInReturned,
    Submitted, SurveyFilled, SurveyLine, SurveySent, SurveyStep, Wait, WechatDoor, WechatPiece,
};
use kernel::{AttachmentId, Uuid};
use store::portal::Of;

pub use act::{act_in, check_act};
pub use catalogue::catalogue;
pub(crate) use file::send_on;
pub use file::{File, file_in};
pub use followers::{outbox, tell_followers};
/// Speaks with identity providers.
pub use oidc::Client as OidcClient;
pub use outer::{keep_photo_in, order_keys, phone_of_order, phone_of_person, send_code_in, signed_value};
pub use paper::{Enclosed, enclosed, paper_file};
pub(crate) use publish::answer_of;
pub use publish::{
    PublicationForm, PublicationLine, PublicationList, publication_list, publication_save, published, published_page,
};
pub use view::matter_view;

use crate::ctx::{App, Ctx};
use crate::{Error, Result};

/// The core answers in its own process.
#[derive(Clone, Debug)]
pub struct CoreDesk {
    pub app: Arc<App>,
}

/// What a use case answers, as the portal understands it.
fn told<T>(done: Result<T>) -> Answer<T> {
    done.map_err(|e| match e.refusal() {
        Some(refusal) => Fault::Refused(refusal.clone()),
        None => Fault::Broken(e.to_string()),
    })
}

impl CoreDesk {
    fn ctx(&self, from: &Caller) -> Ctx {
        Ctx { ip: from.ip.clone(), agent: from.agent.clone(), ..self.app.system(&from.trace) }
    }
}

/// The draft of a key.
pub(crate) async fn draft_of(store: &store::Store, key: &str) -> Result<Option<Draft>> {
    let text = store::portal::draft_load(&store.db, &store.vault, key).await?;
    Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
}

pub(crate) fn no_draft() -> Error {
    kernel::Refusal::gone("填写的内容已过期，请返回首页重新填写").into()
}

/// A photo's key from the text the portal holds.
pub fn photo_id(text: &str) -> Result<AttachmentId> {
    text.parse().map_err(|_| kernel::Refusal::not_found("照片").into())
}

/// Keeps a photo with a draft; at most as many as the form takes.
pub async fn photo_add(
    app: &store::Store,
    mint: &dyn kernel::Mint,
    now: kernel::Ts,
    key: &str,
    photo: PhotoNew,
    most: usize,
) -> Result<PhotoLine> {
    let line = store::portal::PhotoLine {
        id: AttachmentId::mint(mint, now),
        name: photo.name,
        mime: photo.mime,
        size: i64::try_from(photo.bytes.len()).map_err(Error::broken)?,
        digest: app.vault.digest_hex(&photo.bytes),
        at: now,
    };
    let there = store::portal::photos(&app.db, &app.vault, Of::Draft(key)).await?;
    if let Some(same) = there.iter().find(|p| p.digest == line.digest) {
        return Ok(shown(same));
    }
    if there.len() >= most {
        return Err(kernel::Refusal::invalid("photos", format!("最多上传{most}张照片")).into());
    }
    db::with_retry!(app.db, async |tx| {
        Ok::<(), Error>(store::portal::photo_add(tx, &app.vault, Of::Draft(key), &line, &photo.bytes).await?)
    })?;
    Ok(shown(&line))
}

fn shown(line: &store::portal::PhotoLine) -> PhotoLine {
    PhotoLine { id: line.id.to_string(), name: line.name.clone(), size: usize::try_from(line.size).unwrap_or(0) }
}

/// Removes a photo from a draft.
pub async fn photo_drop(store: &store::Store, key: &str, id: &str) -> Result<()> {
    let id = photo_id(id)?;
    db::with_retry!(store.db, async |tx| {
        store::portal::photo_drop(tx, &store.vault, key, id).await?;
        Ok::<(), Error>(())
    })
}

/// A photo of a draft.
pub async fn photo_load(store: &store::Store, key: &str, id: &str) -> Result<PhotoNew> {
    let found = store::portal::photo(&store.db, &store.vault, Of::Draft(key), photo_id(id)?).await?;
    let (mime, name, bytes) = found.ok_or_else(|| Error::from(kernel::Refusal::not_found("照片")))?;
    Ok(PhotoNew { name, mime, bytes })
}

/// Keeps a draft.
pub async fn draft_save(store: &store::Store, now: kernel::Ts, key: &str, draft: &Draft) -> Result<()> {
    let body = serde_json::to_string(draft)?;
    db::with_retry!(store.db, async |tx| {
        Ok::<(), Error>(store::portal::draft_save(tx, &store.vault, key, &body, now).await?)
    })
}

impl Desk for CoreDesk {
    fn catalogue(&self) -> Wait<'_, Arc<Catalogue>> {
        Box::pin(async { told(catalogue(&self.app).await.map(Arc::new)) })
    }

    fn draft<'a>(&'a self, key: &'a str) -> Wait<'a, Option<Draft>> {
        Box::pin(async move { told(draft_of(&self.app.store, key).await) })
    }

    fn draft_save<'a>(&'a self, key: &'a str, draft: &'a Draft) -> Wait<'a, ()> {
        Box::pin(async move { told(draft_save(&self.app.store, self.app.now(), key, draft).await) })
    }

    fn photo_add<'a>(&'a self, key: &'a str, photo: PhotoNew) -> Wait<'a, PhotoLine> {
        Box::pin(async move {
            let most = catalogue::limits(&self.app.world().params).photos;
            told(photo_add(&self.app.store, &*self.app.mint, self.app.now(), key, photo, most).await)
        })
    }

    fn photo_drop<'a>(&'a self, key: &'a str, id: &'a str) -> Wait<'a, ()> {
        Box::pin(async move { told(photo_drop(&self.app.store, key, id).await) })
    }

    fn photo<'a>(&'a self, key: &'a str, id: &'a str) -> Wait<'a, PhotoNew> {
        Box::pin(async move { told(photo_load(&self.app.store, key, id).await) })
    }

    fn code_send<'a>(&'a self, ask: CodeAsk, from: &'a Caller) -> Wait<'a, CodeSent> {
        Box::pin(async move { told(code::code_send(&self.app, &self.ctx(from), ask).await) })
    }

    fn similar<'a>(&'a self, form: &'a Form) -> Wait<'a, Vec<Known>> {
        Box::pin(async move { told(similar::similar(&self.app, form).await) })
    }

    fn submit<'a>(&'a self, key: &'a str, otp: &'a str, choice: Choice, from: &'a Caller) -> Wait<'a, Submitted> {
        Box::pin(async move { told(file::submit(&self.app, &self.ctx(from), key, otp, choice).await) })
    }

    fn find<'a>(&'a self, query: Query, from: &'a Caller) -> Wait<'a, Vec<Found>> {
        Box::pin(async move { told(find::find(&self.app, &self.ctx(from), query).await) })
    }

    fn matter(&self, key: MatterKey) -> Wait<'_, Matter> {
        Box::pin(async move { told(view::matter(&self.app, key).await) })
    }

    fn paper(&self, key: MatterKey, id: Uuid) -> Wait<'_, PaperFile> {
        Box::pin(async move { told(paper::paper(&self.app, key, id).await) })
    }

    fn act<'a>(&'a self, key: MatterKey, once: &'a str, act: citizen::Act, from: &'a Caller) -> Wait<'a, Acted> {
        Box::pin(async move { told(act::act(&self.app, &self.ctx(from), key, once, act, from.person.as_ref()).await) })
    }

    fn publications(&self, kind: PublicationKind, page: u32) -> Wait<'_, PublicationPage> {
        Box::pin(async move { told(published_page(&self.app.store, kind, page).await) })
    }

    fn publication<'a>(&'a self, id: &'a str) -> Wait<'a, Option<Publication>> {
        Box::pin(async move { told(publish::published(&self.app.store, id).await) })
    }

    fn knowledge<'a>(&'a self, q: &'a str, head: &'a str, page: u32) -> Wait<'a, KnowledgePage> {
        Box::pin(async move { told(crate::knowledge::public_articles(&self.app, q, head, page).await) })
    }

    fn article<'a>(&'a self, id: &'a str) -> Wait<'a, Option<KnowledgeItem>> {
        Box::pin(async move { told(crate::knowledge::public_article(&self.app, id).await) })
    }

    fn surveys(&self) -> Wait<'_, Vec<SurveyLine>> {
        Box::pin(async { told(survey::surveys(&self.app, self.app.now()).await) })
    }

    fn survey<'a>(&'a self, code: &'a str, filled: &'a SurveyFilled) -> Wait<'a, Option<SurveyStep>> {
        Box::pin(async move { told(survey::step(&self.app, self.app.now(), code, filled).await) })
    }

    fn survey_send<'a>(&'a self, sent: SurveySent, otp: &'a str, from: &'a Caller) -> Wait<'a, ()> {
        Box::pin(async move { told(survey::send(&self.app, &self.ctx(from), &sent, otp, from.person.as_ref()).await) })
    }

    fn proof<'a>(&'a self, number: &'a str, code: &'a str) -> Wait<'a, Option<Proof>> {
        Box::pin(async move { told(crate::paper::proof_by_code(&self.app, number, code).await) })
    }

    fn sign_in(&self) -> Wait<'_, Option<SignInOffer>> {
        Box::pin(async { told(sign_in::core_offer(&self.app).await) })
    }

    fn sign_in_begin(&self, anew: bool) -> Wait<'_, SignInBegun> {
        Box::pin(async move { told(sign_in::core_begin(&self.app, anew).await) })
    }

    fn sign_in_finish<'a>(&'a self, ticket: &'a str, returned: SignInReturned, from: &'a Caller) -> Wait<'a, Person> {
        Box::pin(async move { told(sign_in::core_finish(&self.app, &self.ctx(from), ticket, returned).await) })
    }

    fn sign_in_leave(&self) -> Wait<'_, Option<SignInLeft>> {
        Box::pin(async { told(sign_in::core_leave(&self.app).await) })
    }

    fn wechat_door(&self) -> Wait<'_, Option<WechatDoor>> {
        Box::pin(async { told(crate::social::wechat::door(&self.app).await) })
    }

    fn wechat_take<'a>(&'a self, piece: &'a WechatPiece) -> Wait<'a, Option<String>> {
        Box::pin(async move { told(crate::social::wechat::take(&self.app, piece).await) })
    }

    fn lamp(&self) -> Wait<'_, Lamp> {
        Box::pin(async { Ok(Lamp { state: LampState::Direct, last: None, waiting: 0 }) })
    }
}
