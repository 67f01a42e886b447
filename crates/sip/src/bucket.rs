//! How many calls may start (接入策略) and how often strangers may knock: token buckets as plain values. Time is the
//! monotonic time since any fixed moment, given by the caller.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// Holds up to `burst` tokens and gains `per_s` of them a second.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenBucket {
    per_s: f64,
    burst: f64,
    tokens: f64,
    at: Duration,
}

impl TokenBucket {
    /// A full bucket.
    #[must_use]
    pub fn new(per_s: u32, burst: u32, now: Duration) -> Self {
        Self { per_s: f64::from(per_s), burst: f64::from(burst), tokens: f64::from(burst), at: now }
    }

    /// Takes one token, or says after how long there will be one.
    ///
    /// # Errors
    /// The time to wait; an hour when the bucket never fills.
    pub fn take(&mut self, now: Duration) -> Result<(), Duration> {
        let gained = now.saturating_sub(self.at).as_secs_f64() * self.per_s;
        self.at = self.at.max(now);
        self.tokens = (self.tokens + gained).min(self.burst);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        let wait = (1.0 - self.tokens) / self.per_s;
        Err(Duration::from_secs_f64(if wait.is_finite() { wait.min(3600.0) } else { 3600.0 }))
    }

    fn full(&self, now: Duration) -> bool {
        self.tokens + now.saturating_sub(self.at).as_secs_f64() * self.per_s >= self.burst
    }
}

/// A bucket for each key, bounded: when there are too many, those that are full again are forgotten; when none is, new
/// keys are refused, for then we are under attack from many addresses.
#[derive(Debug)]
pub struct Buckets<K> {
    per_s: u32,
    burst: u32,
    most: usize,
    all: HashMap<K, TokenBucket>,
}

impl<K: Eq + Hash> Buckets<K> {
    #[must_use]
    pub fn new(per_s: u32, burst: u32, most: usize) -> Self {
        Self { per_s, burst, most, all: HashMap::new() }
    }

    pub fn take(&mut self, key: K, now: Duration) -> bool {
        if let Some(bucket) = self.all.get_mut(&key) {
            return bucket.take(now).is_ok();
        }
        if self.all.len() >= self.most {
            self.all.retain(|_, bucket| !bucket.full(now));
            if self.all.len() >= self.most {
                return false;
            }
        }
        let mut bucket = TokenBucket::new(self.per_s, self.burst, now);
        let taken = bucket.take(now).is_ok();
        self.all.insert(key, bucket);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let mut bucket = TokenBucket::new(10, 3, ms(0));
        assert_eq!((0..3).filter(|_| bucket.take(ms(0)).is_ok()).count(), 3);
        assert_eq!(bucket.take(ms(0)), Err(ms(100)));
        assert_eq!(bucket.take(ms(60)), Err(ms(40)));
        assert!(bucket.take(ms(100)).is_ok());
        assert!(bucket.take(ms(150)).is_err());
        let passed = (0..1000).filter(|n| bucket.take(ms(1000 + n)).is_ok()).count();
        assert!((12..=13).contains(&passed), "{passed} in a second: three saved and ten gained");
    }

    #[test]
    fn a_bucket_that_never_fills_says_an_hour() {
        let mut bucket = TokenBucket::new(0, 1, ms(0));
        assert!(bucket.take(ms(0)).is_ok());
        assert_eq!(bucket.take(ms(0)), Err(Duration::from_secs(3600)));
    }

    #[test]
    fn time_that_goes_back_gains_nothing() {
        let mut bucket = TokenBucket::new(1, 1, ms(5000));
        assert!(bucket.take(ms(5000)).is_ok());
        assert!(bucket.take(ms(0)).is_err());
        assert!(bucket.take(ms(5500)).is_err());
        assert!(bucket.take(ms(6000)).is_ok());
    }

    #[test]
    fn strangers_are_counted_apart_and_their_number_is_bounded() {
        let mut buckets = Buckets::new(1, 2, 2);
        assert!(buckets.take("a", ms(0)) && buckets.take("a", ms(0)) && !buckets.take("a", ms(0)));
        assert!(buckets.take("b", ms(0)));
        assert!(!buckets.take("c", ms(0)), "a third address while both are spent");
        assert!(buckets.take("c", ms(60_000)), "after a minute the others are forgotten");
    }
}
