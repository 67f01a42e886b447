//! The pages, a file a subject.

pub mod act;
pub mod contest;
pub mod home;
pub mod knowledge;
pub mod mailbox;
pub mod notice;
pub mod proof;
pub mod report;
pub mod sign_in;
pub mod survey;
pub mod track;
