//! Telephone switches behind `voice::switch::Switch`: the embedded one, made of `sip` and `media`, and FreeSWITCH through
//! its event socket. Both tell the same events for the same commands.

mod config;
mod embedded;
pub mod esl;

pub use config::{
    AccountSection, ConfigError, EngineKind, FreeswitchSection, LimitsSection, MediaSection, PhoneSection, SipSection,
    SwitchConfig, TlsSection, TransportKind, TrunkSection,
};
pub use embedded::{Embedded, StartError, Started};
/// What callers of [`Embedded`] meet of the crates below it.
pub use media::{Repaired, prompts::Unusable};
pub use sip::{Stats, Transport};
