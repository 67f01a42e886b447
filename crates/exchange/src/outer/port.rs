//! The citizen's port, as the outer desk answers at it.

use std::sync::Arc;

use app::citizen::sign_in;
use app::knowledge::search_out;
use citizen::{
    Acted, Caller, Catalogue, Choice, CodeAsk, CodeSent, Desk, Draft, Fault, Form, Found, KnowledgeItem, KnowledgePage,
    Known, Lamp, Matter, MatterKey, PaperFile, Person, PhotoLine, PhotoNew, Proof, Publication, PublicationKind,
    PublicationPage, Query, SignInBegun, SignInLeft, SignInOffer, SignInReturned, Submitted, SurveyFilled, SurveyLine,
    SurveySent, SurveyStep, Wait, WechatDoor, WechatPiece,
};
use kernel::{Refusal, Uuid};

use super::{OuterDesk, told};
use crate::Error;
use crate::ferry::lamp;

impl Desk for OuterDesk {
    fn catalogue(&self) -> Wait<'_, Arc<Catalogue>> {
        Box::pin(async { told(self.load_catalogue().await) })
    }

    fn draft<'a>(&'a self, key: &'a str) -> Wait<'a, Option<Draft>> {
        Box::pin(async move { told(self.load_draft(key).await) })
    }

    fn draft_save<'a>(&'a self, key: &'a str, draft: &'a Draft) -> Wait<'a, ()> {
        Box::pin(async move {
            told(app::citizen::draft_save(&self.store, self.clock.now(), key, draft).await.map_err(Error::App))
        })
    }

    fn photo_add<'a>(&'a self, key: &'a str, photo: PhotoNew) -> Wait<'a, PhotoLine> {
        Box::pin(async move {
            let most = self.catalogue().await?.limits.photos;
            let kept = app::citizen::photo_add(&self.store, &*self.mint, self.clock.now(), key, photo, most).await;
            told(kept.map_err(Error::App))
        })
    }

    fn photo_drop<'a>(&'a self, key: &'a str, id: &'a str) -> Wait<'a, ()> {
        Box::pin(async move { told(app::citizen::photo_drop(&self.store, key, id).await.map_err(Error::App)) })
    }

    fn photo<'a>(&'a self, key: &'a str, id: &'a str) -> Wait<'a, PhotoNew> {
        Box::pin(async move { told(app::citizen::photo_load(&self.store, key, id).await.map_err(Error::App)) })
    }

    fn code_send<'a>(&'a self, ask: CodeAsk, from: &'a Caller) -> Wait<'a, CodeSent> {
        Box::pin(async move { told(self.send(ask, from).await) })
    }

    /// Only the core knows of others' matters; nothing of them comes out.
    fn similar<'a>(&'a self, _form: &'a Form) -> Wait<'a, Vec<Known>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn submit<'a>(&'a self, key: &'a str, otp: &'a str, choice: Choice, _from: &'a Caller) -> Wait<'a, Submitted> {
        Box::pin(async move { told(self.file(key, otp, &choice).await.map(Submitted::Filed)) })
    }

    fn find<'a>(&'a self, query: Query, from: &'a Caller) -> Wait<'a, Vec<Found>> {
        Box::pin(async move { told(self.look(query, from).await) })
    }

    fn matter(&self, key: MatterKey) -> Wait<'_, Matter> {
        Box::pin(async move {
            let view = match key {
                MatterKey::Own(id) => format!("own/{id}"),
                MatterKey::Follow(id) => format!("follow/{id}"),
            };
            told(self.view(&view).await)?.ok_or_else(|| Fault::Refused(Refusal::not_found("诉求")))
        })
    }

    fn paper(&self, key: MatterKey, id: Uuid) -> Wait<'_, PaperFile> {
        Box::pin(async move { told(self.load_paper(key, id).await) })
    }

    fn act<'a>(&'a self, key: MatterKey, once: &'a str, act: citizen::Act, from: &'a Caller) -> Wait<'a, Acted> {
        Box::pin(async move { told(self.do_act(key, once, act, from).await) })
    }

    fn publications(&self, kind: PublicationKind, page: u32) -> Wait<'_, PublicationPage> {
        Box::pin(async move { told(app::citizen::published_page(&self.store, kind, page).await.map_err(Error::App)) })
    }

    fn publication<'a>(&'a self, id: &'a str) -> Wait<'a, Option<Publication>> {
        Box::pin(async move { told(app::citizen::published(&self.store, id).await.map_err(Error::App)) })
    }

    fn knowledge<'a>(&'a self, q: &'a str, head: &'a str, page: u32) -> Wait<'a, KnowledgePage> {
        Box::pin(async move {
            let all = told(self.load_articles().await)?;
            Ok(search_out(&all, q, head, page, self.clock.now()))
        })
    }

    fn article<'a>(&'a self, id: &'a str) -> Wait<'a, Option<KnowledgeItem>> {
        Box::pin(async move {
            let (all, now) = (told(self.load_articles().await)?, self.clock.now());
            Ok(all.iter().find(|a| a.id.to_string() == id && a.holds(now)).map(|a| a.item(&[])))
        })
    }

    fn surveys(&self) -> Wait<'_, Vec<SurveyLine>> {
        Box::pin(async { told(self.open_surveys().await) })
    }

    fn survey<'a>(&'a self, code: &'a str, filled: &'a SurveyFilled) -> Wait<'a, Option<SurveyStep>> {
        Box::pin(async move { told(self.survey_step(code, filled).await) })
    }

    fn survey_send<'a>(&'a self, sent: SurveySent, otp: &'a str, from: &'a Caller) -> Wait<'a, ()> {
        Box::pin(async move { told(self.take_answer(sent, otp, from).await) })
    }

    fn proof<'a>(&'a self, number: &'a str, code: &'a str) -> Wait<'a, Option<Proof>> {
        Box::pin(async move { told(self.load_proof(number, code).await) })
    }

    fn sign_in(&self) -> Wait<'_, Option<SignInOffer>> {
        Box::pin(async { Ok(sign_in::offer(told(self.sign_in_settings().await)?.as_ref())) })
    }

    fn sign_in_begin(&self, anew: bool) -> Wait<'_, SignInBegun> {
        Box::pin(async move {
            let settings = told(self.sign_in_settings().await)?;
            told(sign_in::begin(&self.oidc, settings, anew, &*self.mint, self.clock.now()).await.map_err(Error::App))
        })
    }

    fn sign_in_finish<'a>(&'a self, ticket: &'a str, returned: SignInReturned, _from: &'a Caller) -> Wait<'a, Person> {
        Box::pin(async move { told(self.signed_in(ticket, returned).await) })
    }

    fn sign_in_leave(&self) -> Wait<'_, Option<SignInLeft>> {
        Box::pin(async { Ok(sign_in::leave(&self.oidc, told(self.sign_in_settings().await)?).await) })
    }

    fn wechat_door(&self) -> Wait<'_, Option<WechatDoor>> {
        Box::pin(async { told(self.wechat_settings().await) })
    }

    fn wechat_take<'a>(&'a self, piece: &'a WechatPiece) -> Wait<'a, Option<String>> {
        Box::pin(async move { told(self.take_wechat(piece).await) })
    }

    fn lamp(&self) -> Wait<'_, Lamp> {
        Box::pin(async { told(lamp(&self.store, self.clock.now()).await) })
    }
}
