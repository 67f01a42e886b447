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
pub use media::Repaired;
pub use media::prompts::{PromptError, Unusable, convert as convert_prompt};
pub use sip::{Stats, Transport};
