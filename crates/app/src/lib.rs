//! Use cases: authorise, load, decide, apply, show. The rules are in `domain`, the statements in `store`; here they
//! meet, in one transaction, with the audit record beside them.

pub mod admin;
pub mod appraisal;
pub mod approval;
pub mod attachment;
mod audit;
pub mod call;
pub mod catalogue;
pub mod citizen;
mod ctx;
pub mod demo;
pub mod draft;
mod error;
pub mod events;
pub mod exchange;
pub mod export;
pub mod filter;
pub mod home;
mod idempotency;
pub mod import;
pub mod intake;
pub mod jobs;
pub mod joint;
pub mod knowledge;
pub mod login;
pub mod message;
pub mod monitor;
pub mod notification;
pub mod open;
pub mod order;
mod password;
pub mod phone;
mod present;
pub mod queue;
pub mod reconcile;
pub mod reference;
pub mod seed;
pub mod supervision;
pub mod task;
pub mod verify;
pub mod view;
mod world;
mod write;

pub use ctx::{App, CodeIndex, Ctx, Idempotency, Settings, snapshot};
pub use error::{Error, Result};
pub use world::World;
