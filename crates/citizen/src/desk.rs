//! The one door between the portal and whoever answers it.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{Refusal, Ts, Uuid};

use crate::form::{Catalogue, Choice, Draft, Form, Known, PhotoLine, PhotoNew, Receipt};
use crate::knowledge::{KnowledgeItem, KnowledgePage};
use crate::matter::{Act, Matter, MatterKey, PaperFile};
use crate::proof::Proof;
use crate::publication::{Lamp, Publication, PublicationKind, PublicationPage};
use crate::sign_in::{Person, SignInBegun, SignInLeft, SignInOffer, SignInReturned};
use crate::survey::{SurveyFilled, SurveyLine, SurveySent, SurveyStep};
use crate::wechat::{WechatDoor, WechatPiece};

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// For the citizen's eyes.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// For the log.
    #[error("{0}")]
    Broken(String),
}

pub type Answer<T> = Result<T, Fault>;
pub type Wait<'a, T> = BoxFuture<'a, Answer<T>>;

/// Where a request comes from: for locks and the audit record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    pub ip: String,
    pub agent: String,
    pub trace: String,
    /// Who is signed in at this browser: their own number needs no code.
    pub person: Option<Person>,
}

/// To whom a code shall be sent. The number is never told back but masked, and an unknown person is answered as a known
/// one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeAsk {
    /// To the number in the draft.
    Draft { key: String },
    /// To the number, if the matter is its.
    Number { case_no: String, phone: String },
    /// To the number on record, if ID number and name are of one person with a matter.
    Person { id_no: String, name: String },
    /// To the number on record of a matter already found.
    Matter { key: MatterKey },
    /// To a number that answers a verified survey.
    Survey { code: String, phone: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeSent {
    /// The number, masked, where the asker knew it anyway.
    pub to: Option<String>,
    pub until: Ts,
}

/// 查询 by one of the three allowed combinations (§3.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    Code {
        code: String,
    },
    Number {
        case_no: String,
        phone: String,
        otp: String,
    },
    Person {
        id_no: String,
        name: String,
        otp: String,
    },
    /// Everything of a person an identity provider vouches for.
    Signed {
        person: Person,
    },
}

/// A matter found, for the list when there are several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub key: MatterKey,
    pub case_no: String,
    pub title: String,
    pub status: String,
    pub received_at: Ts,
}

/// What became of a form sent in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    Filed(Receipt),
    /// The citizen's own earlier matters look the same: choose first.
    Ask(Vec<Known>),
}

/// What became of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// A sentence for the citizen.
    pub message: String,
}

/// Answers the portal. Keys of drafts are secrets of 32 hexadecimal digits that the citizen's browser holds.
pub trait Desk: Send + Sync {
    /// What the forms offer.
    fn catalogue(&self) -> Wait<'_, Arc<Catalogue>>;

    fn draft<'a>(&'a self, key: &'a str) -> Wait<'a, Option<Draft>>;
    fn draft_save<'a>(&'a self, key: &'a str, draft: &'a Draft) -> Wait<'a, ()>;
    /// Keeps a photo with a draft.
    fn photo_add<'a>(&'a self, key: &'a str, photo: PhotoNew) -> Wait<'a, PhotoLine>;
    fn photo_drop<'a>(&'a self, key: &'a str, id: &'a str) -> Wait<'a, ()>;
    /// A photo of the draft, to look at it again.
    fn photo<'a>(&'a self, key: &'a str, id: &'a str) -> Wait<'a, PhotoNew>;

    /// Sends a code by message.
    fn code_send<'a>(&'a self, ask: CodeAsk, from: &'a Caller) -> Wait<'a, CodeSent>;

    /// Matters of others that may be the same, free of personal data.
    fn similar<'a>(&'a self, form: &'a Form) -> Wait<'a, Vec<Known>>;
    /// Files the draft, once however often it is asked: a repetition answers with the first receipt.
    fn submit<'a>(&'a self, key: &'a str, otp: &'a str, choice: Choice, from: &'a Caller) -> Wait<'a, Submitted>;

    /// Finds matters; too many failures lock the address and the key.
    fn find<'a>(&'a self, query: Query, from: &'a Caller) -> Wait<'a, Vec<Found>>;
    fn matter(&self, key: MatterKey) -> Wait<'_, Matter>;
    /// 答复附件 the page of the matter names.
    fn paper(&self, key: MatterKey, id: Uuid) -> Wait<'_, PaperFile>;
    /// Does something with a matter, once for each `once`.
    fn act<'a>(&'a self, key: MatterKey, once: &'a str, act: Act, from: &'a Caller) -> Wait<'a, Acted>;

    /// `page` from 0.
    fn publications(&self, kind: PublicationKind, page: u32) -> Wait<'_, PublicationPage>;
    fn publication<'a>(&'a self, id: &'a str) -> Wait<'a, Option<Publication>>;

    /// 政策问答: `head` is a category of the first level or empty, `page` from 0.
    fn knowledge<'a>(&'a self, q: &'a str, head: &'a str, page: u32) -> Wait<'a, KnowledgePage>;
    fn article<'a>(&'a self, id: &'a str) -> Wait<'a, Option<KnowledgeItem>>;

    /// 群众评议 open to everybody, the latest first.
    fn surveys(&self) -> Wait<'_, Vec<SurveyLine>>;
    /// The page that follows what was filled in; `None` where nothing is at the address.
    fn survey<'a>(&'a self, code: &'a str, filled: &'a SurveyFilled) -> Wait<'a, Option<SurveyStep>>;
    /// Takes an answer, once for each `once`.
    fn survey_send<'a>(&'a self, sent: SurveySent, otp: &'a str, from: &'a Caller) -> Wait<'a, ()>;

    /// 文书核验: the document with this code, if `number` is its own or empty.
    fn proof<'a>(&'a self, number: &'a str, code: &'a str) -> Wait<'a, Option<Proof>>;

    /// 统一身份认证, where it is set up.
    fn sign_in(&self) -> Wait<'_, Option<SignInOffer>>;
    /// `anew`: whoever is signed in at the provider still must prove it again.
    fn sign_in_begin(&self, anew: bool) -> Wait<'_, SignInBegun>;
    /// Who came back from the provider; `ticket` is what the browser kept.
    fn sign_in_finish<'a>(&'a self, ticket: &'a str, returned: SignInReturned, from: &'a Caller) -> Wait<'a, Person>;

    /// What a citizen who said goodbye still has to do at the provider; `None` where there is no provider any more, or its own
    /// session is to stay.
    fn sign_in_leave(&self) -> Wait<'_, Option<SignInLeft>>;

    /// 微信公众号, where it is connected.
    fn wechat_door(&self) -> Wait<'_, Option<WechatDoor>>;
    /// Keeps a message once however often it comes; what is answered is safe. The words are for the person.
    fn wechat_take<'a>(&'a self, piece: &'a WechatPiece) -> Wait<'a, Option<String>>;

    fn lamp(&self) -> Wait<'_, Lamp>;
}
