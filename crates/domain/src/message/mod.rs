//! 短信: where a message stands, when it is tried again, what a reply means, how a text is cut, which words a template may hold.

mod fetch;
mod mail;
mod reply;
mod settings;
mod template;
mod told;

pub use fetch::FetchSettings;
pub use mail::{MailChoice, MailSecurity, MailSettings, Medium, Reach, reach};
pub use reply::{Reply, read_reply};
pub(crate) use settings::fault;
pub use settings::{GatewayKind, GatewaySettings, HttpSettings, SmppSettings};
pub use template::{Counted, check_text, count, placeholders};
pub use told::{Told, told};

coded! {
    /// Where a message stands.
    SmsState {
        Held = "held", "待时段";
        Queued = "queued", "待发送";
        Sending = "sending", "发送中";
        Sent = "sent", "已发出";
        Delivered = "delivered", "已送达";
        Failed = "failed", "失败";
        Expired = "expired", "已过期";
    }
}

impl SmsState {
    /// Nothing more will happen to it by itself.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed | Self::Expired)
    }
}

coded! {
    /// What became of a citizen's message.
    InboundOutcome {
        Rated = "rated", "已计入评价";
        Added = "added", "已并入诉求";
        Told = "told", "已转人工";
        Stopped = "stopped", "已退订";
        Resumed = "resumed", "恢复接收";
        Unknown = "unknown", "未找到诉求";
    }
}

/// Life of a code, milliseconds: sent later it would only mislead.
pub const CODE_MS: i64 = 5 * 60_000;
/// The first pause after a failure, milliseconds; it is four times as long after each further one.
const PAUSE_MS: i64 = 30_000;
const LONGEST_MS: i64 = 3_600_000;

/// Pause after the failure that was number `tries`, milliseconds.
#[must_use]
pub fn pause_ms(tries: i64) -> i64 {
    let power = u32::try_from((tries - 1).clamp(0, 10)).unwrap_or(0);
    PAUSE_MS.saturating_mul(4_i64.pow(power)).min(LONGEST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        assert_eq!([1, 2, 3, 4, 5, 99].map(|n| pause_ms(n) / 1000), [30, 120, 480, 1920, 3600, 3600]);
        assert_eq!(pause_ms(0), 30_000);
    }
}
