//! 访问频率: so many requests of an address in a minute, reading and writing apart.

use kernel::Ts;
use wire::rate::Rate;

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    Read,
    Write,
}

/// Requests of the present minute by address.
#[derive(Debug)]
pub struct Limit {
    most: [u32; 2],
    seen: [Rate; 2],
}

impl Limit {
    #[must_use]
    pub fn new(reads: u32, writes: u32) -> Self {
        Self { most: [reads, writes], seen: [Rate::default(), Rate::default()] }
    }

    /// Counts a request; `false` when the address has had its share of this minute.
    pub fn admits(&self, ip: &str, class: Class, now: Ts) -> bool {
        let at = match class {
            Class::Read => 0,
            Class::Write => 1,
        };
        self.seen[at].admits(ip, self.most[at], now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_and_writing_are_counted_apart() {
        let limit = Limit::new(10, 1);
        let now = Ts(0);
        assert!(limit.admits("a", Class::Write, now) && !limit.admits("a", Class::Write, now));
        assert!(limit.admits("a", Class::Read, now) && limit.admits("b", Class::Write, now));
    }
}
