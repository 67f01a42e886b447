//! Telephone switches behind `voice::switch::Switch`: the embedded one, made of `sip` and `media`, and FreeSWITCH through
//! its event socket. Both tell the same events for the same commands.

mod config;

pub use config::{
    AccountSection, ConfigError, EngineKind, FreeswitchSection, LimitsSection, MediaSection, PhoneSection, SipSection,
    SwitchConfig, TlsSection, TransportKind, TrunkSection,
};
