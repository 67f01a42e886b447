//! Everything the platform remembers: the schema and every SQL statement, one file per noun, for SQLite and
//! PostgreSQL with one text. No rules, no authority, no HTTP.
//!
//! Reads take anything that turns into [`Via`] (`&Db` or `&mut Tx`); changes take `&mut Tx` and never commit. "Not
//! found" is `None`; a lost compare-and-set is `false` or [`StoreError::Stale`]. Personal data passes through
//! [`Vault`], so that no statement ever carries it in clear.

pub mod announcement;
pub mod api_key;
pub mod appointment;
pub mod appraisal;
pub mod attachment;
pub mod audit;
pub mod binding;
pub mod blob;
pub mod bulk;
pub mod calendar;
pub mod call;
pub mod call_duty;
pub mod call_remark;
pub mod call_window;
pub mod callback;
pub mod caller_mark;
mod canon;
pub mod case;
pub mod catalogue;
pub mod category;
pub mod census;
pub mod clock;
pub mod contact;
pub mod counter;
pub mod dictionary;
pub mod directory;
pub mod draft;
pub mod due;
pub mod duplicate;
mod error;
pub mod exchange;
pub mod export_log;
pub mod flow_log;
pub mod follow;
pub mod grant;
pub mod idempotency;
pub mod import;
pub mod inbox;
pub mod job;
pub mod joint;
pub mod knowledge;
pub mod lease;
pub mod link;
pub mod login_lock;
pub mod mailbox;
pub mod monitor;
pub mod notification;
pub mod open;
pub mod open_clock;
pub mod order;
pub mod org;
pub mod outbox;
pub mod paper;
pub mod paper_template;
pub mod param;
pub mod partner;
pub mod portal;
pub mod precedent;
pub mod publication;
pub mod quality;
pub mod recording;
pub mod region;
pub mod request;
pub mod reveal_log;
pub mod role_grant;
mod row;
pub mod saved_filter;
pub mod search;
pub mod seat_phone;
pub mod seat_span;
pub mod session;
pub mod sign_in;
pub mod sms;
pub mod snapshot;
pub mod social;
pub mod staff;
pub mod stats;
pub mod supervision;
pub mod survey;
pub mod task;
pub mod text;
pub mod user_skill;
mod vault;
mod via;
pub mod webhook;

#[cfg(test)]
mod tests;

pub use error::{Result, StoreError};
pub use vault::Vault;
pub use via::Via;

use db::{Db, Migration, Sql};

/// The citizen's side; an outer desk behind a gateway has these tables too.
pub const PORTAL: Migration = Migration::new(7, "portal", include_str!("migrations/0007_portal.sql"));

/// The isolation gateway's books, at both ends.
pub const EXCHANGE: Migration = Migration::new(9, "exchange", include_str!("migrations/0009_exchange.sql"));

/// 群众评议, and a kind of publication more: an outer desk shows those too.
pub const SURVEYS: Migration = Migration::new(17, "surveys", include_str!("migrations/0017_surveys.sql"));

/// The small database of an outer desk.
pub const OUTER: &[Migration] = &[PORTAL, EXCHANGE, SURVEYS];

/// The schema, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    Migration::new(1, "base", include_str!("migrations/0001_base.sql")),
    Migration::new(2, "access", include_str!("migrations/0002_access.sql")),
    Migration::new(3, "calls", include_str!("migrations/0003_calls.sql")),
    Migration::new(4, "supervision", include_str!("migrations/0004_supervision.sql")),
    Migration::new(5, "monitoring", include_str!("migrations/0005_monitoring.sql")),
    Migration::new(6, "reply_gate", include_str!("migrations/0006_reply_gate.sql")),
    PORTAL,
    Migration::new(8, "exchange", include_str!("migrations/0008_exchange.sql")),
    EXCHANGE,
    Migration::new(10, "lists", include_str!("migrations/0010_lists.sql")),
    Migration::new(11, "catalogue", include_str!("migrations/0011_catalogue.sql")),
    Migration::new(12, "papers", include_str!("migrations/0012_papers.sql")),
    Migration::new(13, "knowledge", include_str!("migrations/0013_knowledge.sql")),
    Migration::new(14, "seat_phone", include_str!("migrations/0014_seat_phone.sql")),
    Migration::new(15, "open", include_str!("migrations/0015_open.sql")),
    Migration::new(16, "documents", include_str!("migrations/0016_documents.sql")),
    SURVEYS,
    Migration::new(18, "messages", include_str!("migrations/0018_messages.sql")),
    Migration::new(19, "appraisal", include_str!("migrations/0019_appraisal.sql")),
    Migration::new(20, "mail", include_str!("migrations/0020_mail.sql")),
    Migration::new(21, "joint", include_str!("migrations/0021_joint.sql")),
    Migration::new(22, "records", include_str!("migrations/0022_records.sql")),
    Migration::new(23, "origin", include_str!("migrations/0023_origin.sql")),
    Migration::new(24, "query", include_str!("migrations/0024_query.sql")),
    Migration::new(25, "inbox", include_str!("migrations/0025_inbox.sql")),
    Migration::new(26, "sign_in", include_str!("migrations/0026_sign_in.sql")),
    Migration::new(27, "partner", include_str!("migrations/0027_partner.sql")),
    Migration::new(28, "social", include_str!("migrations/0028_social.sql")),
    Migration::new(29, "contact", include_str!("migrations/0029_contact.sql")),
    Migration::new(30, "channels", include_str!("migrations/0030_channels.sql")),
    Migration::new(31, "sync", include_str!("migrations/0031_sync.sql")),
    Migration::new(32, "binding", include_str!("migrations/0032_binding.sql")),
    Migration::new(34, "inbox_retention", include_str!("migrations/0034_inbox_retention.sql")),
    Migration::new(35, "letter", include_str!("migrations/0035_letter.sql")),
    Migration::new(36, "sync_again", include_str!("migrations/0036_sync_again.sql")),
    Migration::new(37, "merged_limit", include_str!("migrations/0037_merged_limit.sql")),
];

/// The database with the keys to its sealed columns. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub db: Db,
    pub vault: Vault,
}

impl Store {
    #[must_use]
    pub fn new(db: Db, vault: Vault) -> Self {
        Self { db, vault }
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<Vec<db::Applied>> {
        Ok(db::migrate(&self.db, MIGRATIONS).await?)
    }
}

/// Every fixed statement of this crate by name, for the test that prepares them all and for the split count.
#[must_use]
pub fn statements() -> Vec<(&'static str, Sql)> {
    let files = [
        announcement::statements(),
        api_key::statements(),
        appointment::statements(),
        appraisal::statements(),
        attachment::statements(),
        audit::statements(),
        bulk::statements(),
        calendar::statements(),
        call::statements(),
        call_duty::statements(),
        call_remark::statements(),
        call_window::statements(),
        callback::statements(),
        caller_mark::statements(),
        catalogue::statements(),
        category::statements(),
        census::statements(),
        clock::statements(),
        contact::statements(),
        counter::statements(),
        dictionary::statements(),
        draft::statements(),
        due::statements(),
        duplicate::statements(),
        exchange::statements(),
        export_log::statements(),
        flow_log::statements(),
        follow::statements(),
        grant::statements(),
        idempotency::statements(),
        import::statements(),
        job::statements(),
        mailbox::statements(),
        joint::statements(),
        knowledge::statements(),
        lease::statements(),
        link::statements(),
        login_lock::statements(),
        monitor::statements(),
        notification::statements(),
        open::statements(),
        open_clock::statements(),
        order::statements(),
        org::statements(),
        outbox::statements(),
        paper::statements(),
        paper_template::statements(),
        param::statements(),
        quality::statements(),
        recording::statements(),
        partner::statements(),
        portal::statements(),
        precedent::statements(),
        publication::statements(),
        region::statements(),
        request::statements(),
        reveal_log::statements(),
        role_grant::statements(),
        saved_filter::statements(),
        search::statements(),
        seat_span::statements(),
        seat_phone::statements(),
        session::statements(),
        inbox::statements(),
        binding::statements(),
        sign_in::statements(),
        sms::statements(),
        social::statements(),
        snapshot::statements(),
        staff::statements(),
        stats::statements(),
        supervision::statements(),
        survey::statements(),
        task::statements(),
        text::statements(),
        user_skill::statements(),
        webhook::statements(),
    ];
    files.into_iter().flatten().collect()
}
