//! 防刷评: what looks like stuffing. A flag excludes nobody; a person does, with a reason.

use std::collections::{BTreeMap, HashMap};

use kernel::{AnswerId, PointId, Ts};

coded! {
    /// 异常标记.
    Flag {
        Burst = "burst", "短时集中";
        SameAddress = "same_address", "同一网络集中";
        SameDevice = "same_device", "同一设备多次";
        SameText = "same_text", "文字雷同";
        Quick = "quick", "作答过快";
    }
}

/// What is known of an answer besides its content; keys are blind indexes and mean nothing outside their series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerFacts {
    pub id: AnswerId,
    pub point: Option<PointId>,
    pub at: Ts,
    pub device: String,
    pub address: String,
    /// Of the written words, when there are enough of them to be compared.
    pub text: Option<String>,
    /// From the first page to the last, and the questions passed; `None` of a tap.
    pub took_s: Option<u32>,
    pub asked: u32,
}

/// From how many on something is remarkable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Answers about one department or window within so many minutes.
    pub burst_n: usize,
    pub burst_min: i64,
    /// Answers from one address on one day.
    pub same_address: usize,
    /// Answers from one device on one day.
    pub same_device: usize,
    /// Answers with the same words.
    pub same_text: usize,
    /// Seconds a question at least takes.
    pub quick_s: u32,
}

/// The flags of each answer that has any.
#[must_use]
pub fn flags(facts: &[AnswerFacts], limits: &Limits) -> BTreeMap<AnswerId, Vec<Flag>> {
    let mut out: BTreeMap<AnswerId, Vec<Flag>> = BTreeMap::new();
    let mut mark = |fact: &AnswerFacts, flag: Flag| {
        let own = out.entry(fact.id).or_default();
        if !own.contains(&flag) {
            own.push(flag);
        }
    };
    for fact in facts {
        if fact.took_s.is_some_and(|s| s < limits.quick_s.saturating_mul(fact.asked)) {
            mark(fact, Flag::Quick);
        }
    }
    bursts(facts, limits, &mut mark);
    let day = |f: &AnswerFacts| f.at.date().to_string();
    crowds(facts, limits.same_address, |f| Some((f.address.clone(), day(f))), Flag::SameAddress, &mut mark);
    crowds(facts, limits.same_device, |f| Some((f.device.clone(), day(f))), Flag::SameDevice, &mut mark);
    crowds(facts, limits.same_text, |f| f.text.clone().map(|t| (t, String::new())), Flag::SameText, &mut mark);
    for own in out.values_mut() {
        own.sort();
    }
    out
}

/// Every answer of a stretch of `burst_min` minutes that holds `burst_n` of one point.
fn bursts(facts: &[AnswerFacts], limits: &Limits, mark: &mut impl FnMut(&AnswerFacts, Flag)) {
    let mut points: BTreeMap<Option<PointId>, Vec<&AnswerFacts>> = BTreeMap::new();
    for fact in facts {
        points.entry(fact.point).or_default().push(fact);
    }
    let stretch = limits.burst_min * 60_000;
    for mut own in points.into_values() {
        own.sort_by_key(|f| (f.at, f.id));
        let (mut from, mut marked) = (0, 0);
        for to in 0..own.len() {
            while own[to].at.0 - own[from].at.0 > stretch {
                from += 1;
            }
            if to + 1 - from >= limits.burst_n {
                // What an earlier stretch has marked is not marked again.
                for fact in &own[from.max(marked)..=to] {
                    mark(fact, Flag::Burst);
                }
                marked = to + 1;
            }
        }
    }
}

fn crowds(
    facts: &[AnswerFacts],
    least: usize,
    key: impl Fn(&AnswerFacts) -> Option<(String, String)>,
    flag: Flag,
    mark: &mut impl FnMut(&AnswerFacts, Flag),
) {
    let mut groups: HashMap<(String, String), Vec<&AnswerFacts>> = HashMap::new();
    for fact in facts {
        if let Some(key) = key(fact).filter(|(value, _)| !value.is_empty()) {
            groups.entry(key).or_default().push(fact);
        }
    }
    for group in groups.into_values().filter(|g| g.len() >= least) {
        for fact in group {
            mark(fact, flag);
        }
    }
}
