//! FreeSWITCH as the switch, through its inbound event socket (ESL), for centres beyond one machine. Calls must arrive at
//! `park` (see `docs/freeswitch.md`); every leg is a channel of the same UUID. What FreeSWITCH does differently: a seat needs a SIP
//! phone, since browsers talk to our own media engine only; recordings are what its `uuid_record` writes, the left party on
//! the left and all he hears on the right.

mod driver;
mod plan;
mod sounds;
mod state;
mod topology;
pub mod wire;

pub use driver::{Esl, Patience};
