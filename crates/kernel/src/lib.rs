//! What every other crate stands on: keys, time, the working-day calendar, personal data formats, text tokens,
//! cryptography and refusals. Pure: the clock and the operating system's randomness are read in `ts.rs` only.

mod calendar;
mod checkdigit;
pub mod crypto;
mod idcard;
mod ids;
mod mail;
mod mask;
mod page;
mod phone;
mod refusal;
mod region;
mod secret;
mod text;
mod ts;

pub use calendar::{
    AddedDay, Arithmetic, Calendar, Cutoff, DayKind, DayOverride, Due, RolledOver, SkipReason, SkippedDay, Unit,
    WorkHours,
};
pub use checkdigit::{case_no, case_no_valid, mod11_10, mod11_10_valid, query_code, query_code_valid};
pub use crypto::{CryptoError, Provider, SoftwareProvider, constant_time_eq, hex_decode, hex_encode};
pub use idcard::{IdCard, Sex};
pub use ids::*;
/// Civil calendar dates, as every signature here uses them.
pub use jiff::civil::{Date, DateTime};
pub use mail::{MailAddress, mask_mail};
pub use mask::{mask_address, mask_company, mask_id, mask_name, mask_phone, redact_text};
pub use page::{Cursor, Page, SortKey};
pub use phone::{Phone, PhoneKind};
pub use refusal::{FieldError, Refusal, RefusalKind};
pub use region::{RegionCode, RegionLevel};
pub use secret::Secret;
pub use text::{contains_folded, normalise, query_tokens, tokens};
pub use ts::{Clock, ManualClock, Mint, SeqMint, SystemClock, SystemMint, Ts};
pub use uuid::Uuid;
