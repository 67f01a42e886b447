//! The call centre (呼叫中心) as plain values: no sockets, no tasks, no clock inside. The caller brings time and identity;
//! queues, seats, menus and calls answer with what the switch is to do, what seats are to see and what is to be written.

pub mod dialling;
pub mod floor;
pub mod journal;
pub mod protocol;
pub mod settings;
pub mod switch;
