//! The floor as its users meet it: scripted stories, then anything at all.

mod anything;
mod conversation;
mod incoming;
mod outgoing;
mod restart;
mod seats;
mod support;
