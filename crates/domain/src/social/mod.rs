//! 社交渠道 (微信公众号, 微博): how each is reached, and what of a stream of messages is one matter.

mod talk;
mod wechat;
mod weibo;

pub use talk::{LONGEST_MS, MOST, ended};
pub use wechat::WechatSettings;
pub use weibo::{WeiboSettings, public_words};

/// An account's name: enough to tell two apart in a list, too little to find anybody.
#[must_use]
pub fn mask_account(account: &str) -> String {
    let mut shown: String = account.chars().take(4).collect();
    shown.push_str("****");
    shown
}
