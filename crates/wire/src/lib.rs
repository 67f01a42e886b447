//! HTTP mechanics that know nothing of the hotline: problems, cookies, origins, versions, pages.
//!
//! Shared by the staff API and the citizen's portal, which must not depend on each other.

pub mod cookie;
pub mod etag;
pub mod file;
pub mod idempotency;
pub mod json;
pub mod origin;
pub mod page;
pub mod problem;
pub mod rate;
pub mod trace;

pub use json::Json;
pub use problem::{Answer, Problem};
