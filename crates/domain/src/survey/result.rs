//! Results: counts, shares and means with their intervals, altogether and by department or window. A group too small to
//! be told apart from its people is not shown, nor what would give it away by subtraction.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::answer::Answers;
use super::stats::{self, Interval};
use super::{AnswerForm, Question};

/// An answer as it is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply<K> {
    /// The department or window it is about.
    pub group: Option<K>,
    /// Choices and points; texts are counted elsewhere.
    pub picks: Answers,
    /// Keys of the questions answered in words.
    pub texts: Vec<String>,
    pub excluded: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionResult {
    pub code: String,
    pub text: String,
    pub n: i64,
    /// Per cent of those who answered the question, with Wilson's 95 % interval.
    pub share: Option<Interval>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionResult {
    pub id: String,
    pub text: String,
    pub form_cn: String,
    /// Who answered it.
    pub n: i64,
    pub options: Vec<OptionResult>,
    /// Of a scale, with Student's 95 % interval.
    pub mean: Option<Interval>,
    /// Top of the scale.
    pub top: Option<u32>,
}

/// What one group said.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell<K> {
    pub group: K,
    /// `None` where the group is too small, or would give a small one away.
    pub shown: Option<(i64, Vec<QuestionResult>)>,
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The figures of every question over these replies.
pub fn tally<'a, K: 'a>(
    questions: &[Question],
    replies: impl Iterator<Item = &'a Reply<K>> + Clone,
) -> Vec<QuestionResult> {
    questions.iter().map(|q| of_question(q, replies.clone())).collect()
}

fn of_question<'a, K: 'a>(q: &Question, replies: impl Iterator<Item = &'a Reply<K>>) -> QuestionResult {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut n = 0_u64;
    for reply in replies {
        let given = reply.picks.get(&q.id).filter(|g| !g.is_empty());
        if given.is_some() || reply.texts.contains(&q.id) {
            n += 1;
        }
        for code in given.into_iter().flatten() {
            *counts.entry(code.as_str()).or_default() += 1;
        }
    }
    let count = |code: &str| counts.get(code).copied().unwrap_or(0);
    let options = q.form.values().into_iter().map(|(code, text)| {
        let k = count(&code);
        OptionResult { n: signed(k), share: stats::share(k, n), code, text }
    });
    let (mean, top) = match &q.form {
        AnswerForm::Scale { top, .. } => {
            let points: Vec<(u32, u64)> = (1..=*top).map(|v| (v, count(&v.to_string()))).collect();
            (stats::mean(&points, 1.0, f64::from(*top)), Some(*top))
        }
        _ => (None, None),
    };
    QuestionResult {
        id: q.id.clone(),
        text: q.text.clone(),
        form_cn: q.form.cn().to_owned(),
        n: signed(n),
        options: options.collect(),
        mean,
        top,
    }
}

/// Which groups of these sizes stay unsaid: those smaller than `least`, and the smallest others until what is unsaid
/// holds at least `least` people or nothing is left. Empty groups say nothing about anybody.
#[must_use]
pub fn unsaid(sizes: &[usize], least: usize) -> Vec<bool> {
    let mut out: Vec<bool> = sizes.iter().map(|n| *n > 0 && *n < least).collect();
    let hidden = |out: &[bool]| sizes.iter().zip(out).filter(|(_, h)| **h).map(|(n, _)| n).sum::<usize>();
    while (1..least).contains(&hidden(&out)) {
        let next = (0..sizes.len()).filter(|i| !out[*i] && sizes[*i] > 0).min_by_key(|i| (sizes[*i], *i));
        match next {
            Some(i) => out[i] = true,
            None => break,
        }
    }
    out
}

/// As [`unsaid`] for windows below departments: within each department by itself, since its sum is shown; and every window
/// of a department that stays unsaid. `parents` are places in `hidden`.
#[must_use]
pub fn unsaid_within(sizes: &[usize], parents: &[usize], hidden: &[bool], least: usize) -> Vec<bool> {
    let mut out = vec![false; sizes.len()];
    for (parent, gone) in hidden.iter().enumerate() {
        let own: Vec<usize> = (0..sizes.len()).filter(|i| parents[*i] == parent).collect();
        let inside = unsaid(&own.iter().map(|i| sizes[*i]).collect::<Vec<_>>(), least);
        for (i, unsaid) in own.into_iter().zip(inside) {
            out[i] = *gone || unsaid;
        }
    }
    out
}

/// How many answers each group has.
#[must_use]
pub fn sizes<K: PartialEq>(replies: &[Reply<K>], groups: &[K]) -> Vec<usize> {
    groups.iter().map(|g| replies.iter().filter(|r| r.group.as_ref() == Some(g)).count()).collect()
}

/// What each group said, in the order given, but for those hidden.
#[must_use]
pub fn cells<K: Copy + PartialEq>(
    questions: &[Question],
    replies: &[Reply<K>],
    groups: &[K],
    hidden: &[bool],
) -> Vec<Cell<K>> {
    let of = |group: K| replies.iter().filter(move |r| r.group == Some(group));
    let said = |group: K| (i64::try_from(of(group).count()).unwrap_or(i64::MAX), tally(questions, of(group)));
    groups.iter().zip(hidden).map(|(g, hidden)| Cell { group: *g, shown: (!hidden).then(|| said(*g)) }).collect()
}
