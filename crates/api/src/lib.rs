//! The staff API: thin handlers over the use cases, and the OpenAPI 3.1 document made from them.

mod admin;
mod appraisal;
mod approval;
mod attachment;
mod call;
mod catalogue;
mod desk;
mod document;
mod events;
mod fault;
mod inbox;
mod intake;
mod joint;
mod knowledge;
mod monitor;
mod open;
mod order;
mod paper;
mod partner;
mod phone;
mod publish;
mod reference;
mod router;
mod session;
mod sign_in;
mod signed;
mod sms;
mod state;
mod supervision;
mod survey;
mod task;

pub use fault::Fault;
pub use router::{document, router};
pub use state::Desk;
