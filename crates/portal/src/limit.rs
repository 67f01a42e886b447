//! 访问频率: so many requests of an address in a minute, by class. In memory, for this process.

use std::collections::HashMap;
use std::sync::Mutex;

use kernel::Ts;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    Read,
    Write,
}

const WINDOW_MS: i64 = 60_000;
/// Addresses remembered; beyond, the idle ones are forgotten.
const KEPT: usize = 50_000;

/// Requests of the present minute by address.
#[derive(Debug)]
pub struct Limit {
    reads: u32,
    writes: u32,
    seen: Mutex<HashMap<(String, Class), (Ts, u32)>>,
}

impl Limit {
    #[must_use]
    pub fn new(reads: u32, writes: u32) -> Self {
        Self { reads, writes, seen: Mutex::new(HashMap::new()) }
    }

    /// Counts a request; `false` when the address has had its share of this minute.
    pub fn admits(&self, ip: &str, class: Class, now: Ts) -> bool {
        let most = match class {
            Class::Read => self.reads,
            Class::Write => self.writes,
        };
        let mut seen = self.seen.lock().expect("no one panics holding it");
        if seen.len() >= KEPT {
            seen.retain(|_, (since, _)| now.0 - since.0 < WINDOW_MS);
        }
        let entry = seen.entry((ip.to_owned(), class)).or_insert((now, 0));
        if now.0 - entry.0.0 >= WINDOW_MS {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(1);
        entry.1 <= most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_its_share_of_every_minute() {
        let limit = Limit::new(10, 2);
        let now = Ts(0);
        assert!(limit.admits("a", Class::Write, now) && limit.admits("a", Class::Write, now));
        assert!(!limit.admits("a", Class::Write, now));
        assert!(limit.admits("a", Class::Read, now) && limit.admits("b", Class::Write, now));
        assert!(limit.admits("a", Class::Write, now.plus_minutes(1)));
    }
}
