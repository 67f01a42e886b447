//! The citizen's side as plain values: what may be asked of the hotline, what is told, and the one door between the
//! portal and whoever answers it ([`Desk`]). The core answers in its own process; behind an isolation gateway an outer
//! desk answers from what was exchanged. Neither is known here.

mod check;
mod desk;
mod form;
mod knowledge;
mod matter;
mod photo;
mod proof;
mod publication;
mod sign_in;
mod survey;
mod wechat;

pub use check::{check, check_part, draft_title, is_place_bound};
pub use desk::{Acted, Answer, Caller, CodeAsk, CodeSent, Desk, Fault, Found, Query, Submitted, Wait};
pub use form::{Catalogue, Choice, Draft, Form, Group, Item, Known, Limits, PhotoLine, PhotoNew, Receipt, Section};
pub use knowledge::{KnowledgeItem, KnowledgePage};
pub use matter::{
    Act, Can, Due, Extension, Holder, Matter, MatterKey, Note, Objection, Paper, PaperFile, Record, RecordKind, Reply,
    Said, Step, StepState,
};
pub use photo::{BadPhoto, clean};
pub use proof::Proof;
pub use publication::{GAP_MS, Lamp, LampState, Publication, PublicationKind, PublicationPage};
pub use sign_in::{Person, SignInBegun, SignInLeft, SignInOffer, SignInReturned};
pub use survey::{Ask, AskForm, SurveyDoor, SurveyFilled, SurveyLine, SurveyPlace, SurveySent, SurveyStep, Turn};
pub use wechat::{WechatDoor, WechatPiece, WechatWhat, wechat_words};
