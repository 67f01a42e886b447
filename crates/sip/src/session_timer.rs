//! Session timers (RFC 4028): a call whose refresh does not come is over, even when no BYE ever arrives. Plain values;
//! time is the monotonic time since any fixed moment, given by the caller.

use std::time::Duration;

/// Smallest interval RFC 4028 allows anybody to ask for, seconds.
const FLOOR_S: u32 = 90;

/// What we want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Interval we ask for, seconds.
    pub interval_s: u32,
    /// Smallest interval we accept, seconds; at least 90 by the standard, less only in tests.
    pub min_s: u32,
}

impl Default for Wish {
    fn default() -> Self {
        Self { interval_s: 1800, min_s: FLOOR_S }
    }
}

/// Who has to refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresher {
    Us,
    Them,
}

/// Session-Expires as written on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionExpires {
    pub interval_s: u32,
    /// `refresher=uac` or `uas`, if written.
    pub refresher: Option<Role>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Uac,
    Uas,
}

impl SessionExpires {
    /// `1800;refresher=uas`.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split(';').map(str::trim);
        let interval_s = parts.next()?.parse().ok()?;
        let refresher = parts.find_map(|p| match p.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("refresher") => match value.trim() {
                v if v.eq_ignore_ascii_case("uac") => Some(Role::Uac),
                v if v.eq_ignore_ascii_case("uas") => Some(Role::Uas),
                _ => None,
            },
            _ => None,
        });
        Some(Self { interval_s, refresher })
    }

    #[must_use]
    pub fn text(self) -> String {
        match self.refresher {
            Some(Role::Uac) => format!("{};refresher=uac", self.interval_s),
            Some(Role::Uas) => format!("{};refresher=uas", self.interval_s),
            None => self.interval_s.to_string(),
        }
    }
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// `Supported: timer`.
    pub supports: bool,
    pub expires: Option<SessionExpires>,
    /// `Min-SE`, seconds.
    pub min_s: Option<u32>,
}

/// What the answerer decides about a request (RFC 4028 §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// 422 with this Min-SE.
    TooSmall(u32),
    Agreed {
        expires: SessionExpires,
        /// The asker refreshes, so the answer needs `Require: timer`.
        require: bool,
        refresher: Refresher,
    },
}

/// Answers a request that sets up or refreshes a session.
#[must_use]
pub fn decide(asked: Asked, wish: Wish) -> Decided {
    let least = wish.min_s.max(asked.min_s.unwrap_or(0));
    let interval_s = match asked.expires {
        // Who does not know timers did not write the value: a proxy did, and 422 would mean nothing to him.
        Some(e) if e.interval_s < wish.min_s && asked.supports => return Decided::TooSmall(wish.min_s),
        Some(e) => e.interval_s.max(least),
        None => wish.interval_s.max(least),
    };
    let role = match asked.expires.and_then(|e| e.refresher) {
        Some(role) if asked.supports => role,
        // The asker knows timers and leaves it open: let him show that he is alive.
        None if asked.supports => Role::Uac,
        _ => Role::Uas,
    };
    Decided::Agreed {
        expires: SessionExpires { interval_s, refresher: Some(role) },
        require: role == Role::Uac,
        refresher: if role == Role::Uac { Refresher::Them } else { Refresher::Us },
    }
}

/// What the answer to our own request means; `None` when the other side does not use timers.
#[must_use]
pub fn accepted(answer: Option<SessionExpires>) -> Option<(u32, Refresher)> {
    let expires = answer?;
    let refresher = if expires.refresher == Some(Role::Uas) { Refresher::Them } else { Refresher::Us };
    Some((expires.interval_s, refresher))
}

/// A running timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionTimer {
    pub interval_s: u32,
    pub refresher: Refresher,
    since: Duration,
}

/// What is to be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    Nothing,
    Refresh,
    /// No refresh came: BYE.
    Expired,
}

impl SessionTimer {
    #[must_use]
    pub const fn start(interval_s: u32, refresher: Refresher, now: Duration) -> Self {
        Self { interval_s, refresher, since: now }
    }

    /// A refresh succeeded.
    pub const fn refreshed(&mut self, now: Duration) {
        self.since = now;
    }

    /// Half the interval (RFC 4028 §7.2).
    const fn refresh_at(&self) -> Duration {
        self.since.saturating_add(Duration::from_millis(self.interval_s as u64 * 500))
    }

    /// A little before the end: the smaller of 32 s and a third of the interval (RFC 4028 §10).
    const fn expires_at(&self) -> Duration {
        let interval = self.interval_s as u64 * 1000;
        let early = if interval / 3 < 32_000 { interval / 3 } else { 32_000 };
        self.since.saturating_add(Duration::from_millis(interval - early))
    }

    #[must_use]
    pub fn due(&self, now: Duration) -> Due {
        if now >= self.expires_at() {
            Due::Expired
        } else if self.refresher == Refresher::Us && now >= self.refresh_at() {
            Due::Refresh
        } else {
            Due::Nothing
        }
    }

    /// When to look again. `refreshing`: our refresh is on its way, only the end matters.
    #[must_use]
    pub fn wake(&self, refreshing: bool) -> Duration {
        match self.refresher {
            Refresher::Us if !refreshing => self.refresh_at(),
            _ => self.expires_at(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WISH: Wish = Wish { interval_s: 1800, min_s: 90 };

    fn asked(text: &str, supports: bool) -> Asked {
        Asked { supports, expires: SessionExpires::parse(text), min_s: None }
    }

    fn agreed(asked: Asked) -> (u32, Refresher, bool) {
        match decide(asked, WISH) {
            Decided::Agreed { expires, require, refresher } => (expires.interval_s, refresher, require),
            Decided::TooSmall(s) => panic!("422 with {s}"),
        }
    }

    #[test]
    fn the_table_of_section_9() {
        assert_eq!(agreed(asked("600;refresher=uac", true)), (600, Refresher::Them, true));
        assert_eq!(agreed(asked("600;refresher=uas", true)), (600, Refresher::Us, false));
        assert_eq!(agreed(asked("600", true)), (600, Refresher::Them, true));
        assert_eq!(agreed(asked("600", false)), (600, Refresher::Us, false));
        assert_eq!(agreed(asked("", false)), (1800, Refresher::Us, false));
        assert_eq!(agreed(asked("", true)), (1800, Refresher::Them, true));
    }

    #[test]
    fn too_small_an_interval_is_refused_only_to_those_who_understand() {
        assert_eq!(decide(asked("60", true), WISH), Decided::TooSmall(90));
        assert_eq!(agreed(asked("60", false)), (90, Refresher::Us, false));
    }

    #[test]
    fn a_proxys_minimum_is_kept() {
        let asked = Asked { supports: true, expires: None, min_s: Some(3600) };
        assert_eq!(agreed(asked).0, 3600);
    }

    #[test]
    fn the_answer_to_our_request() {
        assert_eq!(accepted(SessionExpires::parse("900;refresher=uas")), Some((900, Refresher::Them)));
        assert_eq!(accepted(SessionExpires::parse("900 ; Refresher=UAC")), Some((900, Refresher::Us)));
        assert_eq!(accepted(SessionExpires::parse("900")), Some((900, Refresher::Us)));
        assert_eq!(accepted(None), None);
        assert_eq!(SessionExpires::parse("soon"), None);
        assert_eq!(SessionExpires::parse("900;refresher=uas").unwrap().text(), "900;refresher=uas");
    }

    #[test]
    fn we_refresh_at_half_and_end_a_little_early() {
        let at = Duration::from_secs;
        let mut ours = SessionTimer::start(1800, Refresher::Us, at(100));
        assert_eq!(ours.wake(false), at(1000));
        assert_eq!((ours.due(at(999)), ours.due(at(1000))), (Due::Nothing, Due::Refresh));
        assert_eq!(ours.wake(true), at(1868));
        assert_eq!(ours.due(at(1868)), Due::Expired);
        ours.refreshed(at(1000));
        assert_eq!(ours.due(at(1868)), Due::Nothing);
        let theirs = SessionTimer::start(90, Refresher::Them, at(0));
        assert_eq!(theirs.wake(false), at(60));
        assert_eq!((theirs.due(at(59)), theirs.due(at(60))), (Due::Nothing, Due::Expired));
    }
}
