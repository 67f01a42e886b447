//! 系统管理.

pub mod api_key;
pub mod audit;
pub mod calendar;
pub mod category;
pub mod dict;
pub mod exchange;
pub mod grant;
pub mod mail;
pub mod mailbox;
pub mod org;
pub mod param;
pub mod sms;
pub mod user;
pub mod webhook;
pub mod wechat;
pub mod weibo;
