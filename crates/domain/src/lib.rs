//! The rules of the 12345 platform: pure decisions over plain values. No IO, no clock, no randomness.

#[macro_use]
mod code;

pub mod appraisal;
pub mod attachment;
pub mod authority;
pub mod bounce;
pub mod callback;
pub mod case;
pub mod catalogue;
pub mod clock;
pub mod contact;
pub mod correction;
pub mod decision;
pub mod directory;
pub mod duplicate;
pub mod env;
pub mod evidence;
pub mod flow;
pub mod inbox;
pub mod indicator;
pub mod knowledge;
pub mod light;
pub mod link;
pub mod mailbox;
pub mod message;
pub mod monitor;
pub mod order;
pub mod paper;
pub mod param;
pub mod partner;
pub mod quality;
pub mod recalc;
pub mod received;
pub mod replay;
pub mod reply_gate;
pub mod request;
pub mod routing;
pub mod signin;
pub mod social;
pub mod supervision;
pub mod survey;
pub mod task;
pub mod task_table;
