//! 异常评价: patterns in what citizens are said to have answered that a person should look at. Nothing follows from one
//! by itself; each tells the answers it was made of.

use std::collections::BTreeMap;

use kernel::{CallbackId, OrderId, OrgId, Ts, UserId};

use crate::callback::{CallbackMode, Rating};

coded! {
    /// 异常情形.
    AnomalyRule {
        Burst = "burst", "短时集中登记";
        HandlerBurst = "handler_burst", "同一经办人评价集中";
        NoCall = "no_call", "无通话记录";
        SameWords = "same_words", "意见文字雷同";
        OneNumber = "one_number", "同一号码多次评价";
        AllPerfect = "all_perfect", "满意率突升至100%";
    }
}

/// One answer of a citizen, with what is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Rated {
    pub id: CallbackId,
    pub order: OrderId,
    /// 主办单位 and the handler of its task.
    pub org: Option<OrgId>,
    pub handler: Option<UserId>,
    /// Who wrote it down; the citizen themselves for ratings by message.
    pub by: UserId,
    pub by_staff: bool,
    pub mode: CallbackMode,
    pub rating: Option<Rating>,
    pub opinion: Option<String>,
    pub at: Ts,
    /// Equal for equal numbers.
    pub number: Option<Vec<u8>>,
    /// The platform knows of a conversation with the citizen shortly before.
    pub called: bool,
}

/// When a pattern counts.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// `eval.burst_s`, milliseconds.
    pub burst_ms: i64,
    /// `eval.anomaly_n`.
    pub least: usize,
    /// `eval.min_n`: ratings needed before a sudden 100 % means anything.
    pub min_n: usize,
    /// Conversations run over this platform at all; otherwise none can be missing.
    pub has_calls: bool,
}

/// A pattern with the answers it consists of, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Anomaly {
    pub rule: AnomalyRule,
    pub org: Option<OrgId>,
    /// The person concerned: who wrote the answers down, or whose work they are about.
    pub person: Option<UserId>,
    pub answers: Vec<CallbackId>,
    /// From the first to the last answer, milliseconds.
    pub span_ms: i64,
    /// Of `all_perfect`: satisfied before, in hundredths of a per cent.
    pub before: Option<i64>,
}

/// Shortest opinion whose repetition says anything, characters.
const WORDS_LEAST: usize = 6;
/// 满意率突升: below this before (hundredths of a per cent).
const SUDDEN_BELOW: i64 = 9_000;

/// The patterns in the answers of a period (oldest first). `before`: answers of the period of equal length before it.
#[must_use]
pub fn anomalies(told: &[Rated], before: &[Rated], limits: &Limits) -> Vec<Anomaly> {
    let mut found = bursts(told, AnomalyRule::Burst, |r| r.by_staff.then_some(r.by), limits);
    found.extend(bursts(told, AnomalyRule::HandlerBurst, |r| r.handler, limits));
    found.extend(uncalled(told, limits));
    found.extend(same_words(told, limits));
    found.extend(one_number(told, limits));
    found.extend(perfect(told, before, limits));
    found
}

fn pattern(rule: AnomalyRule, of: &[&Rated], person: Option<UserId>) -> Anomaly {
    let org = of.first().and_then(|r| r.org).filter(|org| of.iter().all(|r| r.org == Some(*org)));
    let span_ms = of.last().map_or(0, |last| last.at.millis_since(of[0].at));
    Anomaly { rule, org, person, answers: of.iter().map(|r| r.id).collect(), span_ms, before: None }
}

/// Runs of answers about one person that follow one another faster than anybody can ask.
fn bursts(
    told: &[Rated],
    rule: AnomalyRule,
    whose: impl Fn(&Rated) -> Option<UserId>,
    limits: &Limits,
) -> Vec<Anomaly> {
    let mut by: BTreeMap<UserId, Vec<&Rated>> = BTreeMap::new();
    for r in told {
        if let Some(person) = whose(r) {
            by.entry(person).or_default().push(r);
        }
    }
    let mut found = Vec::new();
    for (person, list) in by {
        for run in list.chunk_by(|a, b| b.at.millis_since(a.at) < limits.burst_ms) {
            if run.len() >= limits.least {
                found.push(pattern(rule, run, Some(person)));
            }
        }
    }
    found
}

/// Written down as told by telephone, but nobody spoke with the citizen. Gathered by who wrote them.
fn uncalled(told: &[Rated], limits: &Limits) -> Vec<Anomaly> {
    let mut by: BTreeMap<UserId, Vec<&Rated>> = BTreeMap::new();
    for r in told.iter().filter(|r| limits.has_calls && r.by_staff && r.mode == CallbackMode::Phone && !r.called) {
        by.entry(r.by).or_default().push(r);
    }
    by.into_iter().map(|(person, list)| pattern(AnomalyRule::NoCall, &list, Some(person))).collect()
}

fn same_words(told: &[Rated], limits: &Limits) -> Vec<Anomaly> {
    let mut by: BTreeMap<String, Vec<&Rated>> = BTreeMap::new();
    for r in told {
        let text: String = r.opinion.iter().flat_map(|t| t.chars()).filter(|c| c.is_alphanumeric()).collect();
        if text.chars().count() >= WORDS_LEAST {
            by.entry(text).or_default().push(r);
        }
    }
    let many = by.into_values().filter(|list| orders(list) >= limits.least);
    many.map(|list| pattern(AnomalyRule::SameWords, &list, None)).collect()
}

fn orders(list: &[&Rated]) -> usize {
    list.iter().map(|r| r.order).collect::<std::collections::BTreeSet<_>>().len()
}

/// Many matters of one unit rated from one number.
fn one_number(told: &[Rated], limits: &Limits) -> Vec<Anomaly> {
    let mut by: BTreeMap<(&[u8], Option<OrgId>), Vec<&Rated>> = BTreeMap::new();
    for r in told {
        if let Some(number) = r.number.as_deref() {
            by.entry((number, r.org)).or_default().push(r);
        }
    }
    let many = by.into_values().filter(|list| orders(list) >= limits.least);
    many.map(|list| pattern(AnomalyRule::OneNumber, &list, None)).collect()
}

/// Nobody dissatisfied any more, where it was usual before.
fn perfect(told: &[Rated], before: &[Rated], limits: &Limits) -> Vec<Anomaly> {
    let mut found = Vec::new();
    for (org, list) in rated_by_org(told) {
        if list.len() < limits.min_n || !list.iter().all(|r| is_glad(r)) {
            continue;
        }
        let earlier = rated_by_org(before).remove(&org).unwrap_or_default();
        if earlier.len() < limits.min_n {
            continue;
        }
        let glad = earlier.iter().filter(|r| is_glad(r)).count() as i64;
        let share = glad * 10_000 / earlier.len() as i64;
        if share < SUDDEN_BELOW {
            found.push(Anomaly { before: Some(share), ..pattern(AnomalyRule::AllPerfect, &list, None) });
        }
    }
    found
}

fn rated_by_org(told: &[Rated]) -> BTreeMap<OrgId, Vec<&Rated>> {
    let mut by: BTreeMap<OrgId, Vec<&Rated>> = BTreeMap::new();
    for r in told.iter().filter(|r| r.rating.is_some_and(|x| x != Rating::None)) {
        if let Some(org) = r.org {
            by.entry(org).or_default().push(r);
        }
    }
    by
}

fn is_glad(r: &Rated) -> bool {
    r.rating.is_some_and(Rating::is_satisfied)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { burst_ms: 20_000, least: 3, min_n: 4, has_calls: true };

    fn id(n: u128) -> uuid::Uuid {
        uuid::Uuid::from_u128(n)
    }

    /// Answer `n`, `at` seconds after midnight: asked by person 1 by telephone about the work of handler 2 in unit 3.
    fn told(n: u128, at: i64) -> Rated {
        Rated {
            id: id(n).into(),
            order: id(100 + n).into(),
            org: Some(id(3).into()),
            handler: Some(id(2).into()),
            by: id(1).into(),
            by_staff: true,
            mode: CallbackMode::Phone,
            rating: Some(Rating::Sat),
            opinion: None,
            at: Ts(at * 1000),
            number: Some(vec![n as u8]),
            called: true,
        }
    }

    fn rules(list: &[Rated], before: &[Rated]) -> Vec<AnomalyRule> {
        anomalies(list, before, &LIMITS).into_iter().map(|a| a.rule).collect()
    }

    #[test]
    fn answers_faster_than_anybody_can_ask_are_told_by_who_wrote_them_and_whose_work_they_are_about() {
        let quick = [told(1, 0), told(2, 8), told(3, 19)];
        let found = anomalies(&quick, &[], &LIMITS);
        assert_eq!(found.iter().map(|a| a.rule).collect::<Vec<_>>(), [AnomalyRule::Burst, AnomalyRule::HandlerBurst]);
        assert_eq!((found[0].answers.len(), found[0].span_ms, found[0].person), (3, 19_000, Some(id(1).into())));
        assert_eq!(rules(&[told(1, 0), told(2, 8), told(3, 40)], &[]), []);
        // Citizens who answer by themselves are nobody's burst, but the handler's work is still all of one moment.
        let own = quick.map(|r| Rated { by_staff: false, ..r });
        assert_eq!(rules(&own, &[]), [AnomalyRule::HandlerBurst]);
    }

    #[test]
    fn a_conversation_nobody_held_is_missed_only_where_conversations_are_known() {
        let silent = Rated { called: false, ..told(1, 0) };
        assert_eq!(rules(std::slice::from_ref(&silent), &[]), [AnomalyRule::NoCall]);
        let blind = Limits { has_calls: false, ..LIMITS };
        assert!(anomalies(std::slice::from_ref(&silent), &[], &blind).is_empty());
        assert_eq!(rules(&[Rated { mode: CallbackMode::Sms, ..silent }], &[]), []);
    }

    #[test]
    fn equal_words_and_equal_numbers_count_by_orders() {
        let words =
            |n, at| Rated { opinion: Some("群众表示满意，无其他意见。".to_owned()), ..told(n, at) };
        assert_eq!(rules(&[words(1, 0), words(2, 1_000), words(3, 2_000)], &[]), [AnomalyRule::SameWords]);
        let short = |n, at| Rated { opinion: Some("满意。".to_owned()), ..told(n, at) };
        assert_eq!(rules(&[short(1, 0), short(2, 1_000), short(3, 2_000)], &[]), []);
        let number = |n, at| Rated { number: Some(vec![9]), ..told(n, at) };
        assert_eq!(rules(&[number(1, 0), number(2, 1_000), number(3, 2_000)], &[]), [AnomalyRule::OneNumber]);
        let again = |n, at| Rated { order: id(7).into(), ..number(n, at) };
        assert_eq!(rules(&[again(1, 0), again(2, 1_000), again(3, 2_000)], &[]), []);
    }

    #[test]
    fn a_sudden_hundred_per_cent_needs_a_past_that_was_none() {
        let now: Vec<Rated> = (0..4).map(|n| told(n, n as i64 * 1_000)).collect();
        let bad = |n| Rated { rating: Some(Rating::Dissat), ..told(n, 0) };
        let before = [bad(10), told(11, 1_000), told(12, 2_000), told(13, 3_000)];
        let found = anomalies(&now, &before, &LIMITS);
        assert_eq!((found.len(), found[0].rule, found[0].before), (1, AnomalyRule::AllPerfect, Some(7_500)));
        assert_eq!(rules(&now, &now), []);
        assert_eq!(rules(&now[..3], &before), []);
    }
}
