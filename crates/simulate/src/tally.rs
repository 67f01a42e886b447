//! What has happened so far, by what: so that rare things can be made to happen often enough, and be shown.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// How often a rare thing is brought about on purpose before chance alone decides.
const ENOUGH: u64 = 3;

/// Counters that many hands write.
#[derive(Default)]
pub struct Tally {
    counts: Mutex<BTreeMap<(&'static str, String), u64>>,
    wrong: Mutex<Vec<String>>,
}

impl Tally {
    pub fn count(&self, group: &'static str, what: &str) {
        self.add(group, what, 1);
    }

    pub fn add(&self, group: &'static str, what: &str, n: u64) {
        let mut counts = self.counts.lock().expect("no one panics counting");
        *counts.entry((group, what.to_owned())).or_default() += n;
    }

    pub fn of(&self, group: &'static str, what: &str) -> u64 {
        let counts = self.counts.lock().expect("no one panics counting");
        counts.get(&(group, what.to_owned())).copied().unwrap_or(0)
    }

    /// It has not happened often enough to leave it to chance.
    pub fn rare(&self, group: &'static str, what: &str) -> bool {
        self.of(group, what) < ENOUGH
    }

    /// Everything of a group, by name.
    pub fn group(&self, group: &'static str) -> BTreeMap<String, u64> {
        let counts = self.counts.lock().expect("no one panics counting");
        counts.iter().filter(|((g, _), _)| *g == group).map(|((_, what), n)| (what.clone(), *n)).collect()
    }

    /// Something the rules should not have done.
    pub fn wrong(&self, what: String) {
        let mut wrong = self.wrong.lock().expect("no one panics counting");
        if wrong.len() < 200 {
            wrong.push(what);
        }
    }

    pub fn wrongs(&self) -> Vec<String> {
        self.wrong.lock().expect("no one panics counting").clone()
    }
}
