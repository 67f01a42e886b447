//! So many requests of somebody in a minute. In memory, for this process.

use std::collections::HashMap;
use std::sync::Mutex;

use kernel::Ts;

const WINDOW_MS: i64 = 60_000;
/// Callers remembered; beyond, the idle ones are forgotten.
const KEPT: usize = 50_000;

/// Requests of the present minute by caller.
#[derive(Debug, Default)]
pub struct Rate(Mutex<HashMap<String, (Ts, u32)>>);

impl Rate {
    /// Counts a request; `false` when the caller has had its share of this minute.
    pub fn admits(&self, caller: &str, most: u32, now: Ts) -> bool {
        let mut seen = self.0.lock().expect("no one panics holding it");
        if seen.len() >= KEPT {
            seen.retain(|_, (since, _)| now.0 - since.0 < WINDOW_MS);
        }
        let entry = seen.entry(caller.to_owned()).or_insert((now, 0));
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
    fn each_caller_has_its_share_of_every_minute() {
        let rate = Rate::default();
        let now = Ts(0);
        assert!(rate.admits("a", 2, now) && rate.admits("a", 2, now));
        assert!(!rate.admits("a", 2, now));
        assert!(rate.admits("b", 2, now));
        assert!(rate.admits("a", 2, now.plus_minutes(1)));
    }
}
