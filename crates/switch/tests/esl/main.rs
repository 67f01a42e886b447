//! The FreeSWITCH driver against a peer that speaks the event socket's own bytes.

#![expect(clippy::unwrap_used, reason = "a test panics where the product answers")]

mod calls;
mod freeswitch;
mod links;
mod media;
mod session;
mod storm;
