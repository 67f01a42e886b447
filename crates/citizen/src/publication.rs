//! 公告, 办事指南 and 公开答复: what everybody may read.

use kernel::Ts;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicationKind {
    /// 公告.
    Notice,
    /// 常见问题与办事指南.
    Guide,
    /// 公开答复: with the citizen's consent, redacted, released by a person.
    Reply,
    /// 媒体监督: what became of a matter the press reported.
    Media,
}

impl PublicationKind {
    pub const ALL: [Self; 4] = [Self::Notice, Self::Guide, Self::Reply, Self::Media];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Guide => "guide",
            Self::Reply => "reply",
            Self::Media => "media",
        }
    }

    #[must_use]
    pub const fn cn(self) -> &'static str {
        match self {
            Self::Notice => "公告",
            Self::Guide => "常见问题",
            Self::Reply => "公开答复",
            Self::Media => "媒体监督",
        }
    }

    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.code() == code)
    }
}

/// One published text. For a reply, `body` is the answer and `question` the matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    pub id: String,
    pub kind: PublicationKind,
    pub title: String,
    pub question: String,
    pub body: String,
    /// Area and kind of the matter, `鼓角街道 · 求助`; empty otherwise.
    pub about: String,
    /// Who answered or announced.
    pub by: String,
    pub at: Ts,
}

/// A page of them, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicationPage {
    pub items: Vec<Publication>,
    /// There is a page after this one.
    pub more: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LampState {
    /// Portal and core are one process.
    Direct,
    /// The last exchange is recent.
    Fresh,
    /// Nothing was exchanged for too long: filing works on, progress is old.
    Stale,
    /// A batch is missing.
    Gap,
}

/// 最近一次交换.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lamp {
    pub state: LampState,
    pub last: Option<Ts>,
    /// Things waiting to go in.
    pub waiting: i64,
}

/// A gap that lasts longer is an alarm, milliseconds: files may overtake one another for a while.
pub const GAP_MS: i64 = 30_000;
/// Without a sign of life for this long the other side counts as out of reach, milliseconds.
pub const STALE_MS: i64 = 120_000;

impl Lamp {
    /// From what one end knows: when the other was last heard, and since when a batch is missing.
    #[must_use]
    pub fn of(now: Ts, last: Option<Ts>, gap_since: Option<Ts>, waiting: i64) -> Self {
        let state = if gap_since.is_some_and(|since| now.0 - since.0 > GAP_MS) {
            LampState::Gap
        } else if last.is_none_or(|last| now.0 - last.0 > STALE_MS) {
            LampState::Stale
        } else {
            LampState::Fresh
        };
        Self { state, last, waiting }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lamp_tells_silence_and_gaps_apart() {
        let now = Ts(1_000_000);
        let state = |last: Option<i64>, gap: Option<i64>| {
            Lamp::of(now, last.map(|ago| Ts(now.0 - ago)), gap.map(|ago| Ts(now.0 - ago)), 0).state
        };
        assert_eq!(state(None, None), LampState::Stale, "never heard");
        assert_eq!(state(Some(STALE_MS), None), LampState::Fresh);
        assert_eq!(state(Some(STALE_MS + 1), None), LampState::Stale);
        assert_eq!(state(Some(0), Some(GAP_MS)), LampState::Fresh, "files may overtake one another");
        assert_eq!(state(Some(0), Some(GAP_MS + 1)), LampState::Gap);
    }
}
