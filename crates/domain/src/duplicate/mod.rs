//! 判重: how likely two matters are one, with the reasons in words (§3.3). Only ever a hint: merging is a person's
//! decision.

mod place;
#[cfg(test)]
mod tests;

use kernel::{OrgId, normalise};
use serde::{Deserialize, Serialize};

use crate::{order::Requester, param::Params};

pub use place::{distance_m, same_place};

/// What of a matter is compared. Identifiers may be plain or blind indexes, as long as both sides agree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub id_no: Option<String>,
    /// Caller's and contact number, normalised.
    pub phones: Vec<String>,
    pub name: Option<String>,
    /// 住址 of the requester.
    pub home: Option<String>,
    pub accused_org: Option<OrgId>,
    /// 被反映单位/人 in words.
    pub respondent: Option<String>,
    /// Category code `AABBCC`.
    pub category: String,
    /// 事发地址.
    pub address: Option<String>,
    /// Longitude and latitude in degrees.
    pub at: Option<(f64, f64)>,
    /// Title and content.
    pub text: String,
}

impl Facts {
    /// The person's part of the facts, in clear.
    #[must_use]
    pub fn of_requester(requester: &Requester) -> Self {
        let phones = [&requester.phone, &requester.contact_phone].into_iter().flatten().map(|p| digits(p)).collect();
        Self {
            id_no: requester.id_no.as_deref().map(|t| t.trim().to_uppercase()),
            phones,
            name: requester.name.clone(),
            home: requester.address.clone(),
            ..Self::default()
        }
    }
}

/// Digits only, without the country code, so that `+86 138…` and `138…` are one number.
fn digits(phone: &str) -> String {
    let all: String = phone.chars().filter(char::is_ascii_digit).collect();
    match all.strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => all,
    }
}

/// One thing the two matters have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// `id_no`, `phone`, `name_address`, `same_target`, `same_category`, `same_place`, `text`.
    pub code: String,
    /// In Chinese, free of personal data.
    pub cn: String,
    pub points: u32,
}

/// The sum of the reasons, at most 100.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scored {
    pub score: u32,
    /// The weightiest first.
    pub reasons: Vec<Reason>,
}

coded! {
    /// 判重结论 for the registration desk.
    Verdict {
        Clear = "clear", "未发现重复";
        /// Shown beside the form (`dup.prompt`).
        Prompt = "prompt", "疑似重复";
        /// Saving needs a choice first (`dup.block`).
        Block = "block", "高度重复";
    }
}

impl Scored {
    /// What the score means under the thresholds in force.
    #[must_use]
    pub fn verdict(&self, params: &Params) -> Verdict {
        let score = i64::from(self.score);
        if score >= params.int("dup.block") {
            Verdict::Block
        } else if score >= params.int("dup.prompt") {
            Verdict::Prompt
        } else {
            Verdict::Clear
        }
    }
}

/// Compares two matters with the weights in force (`dup.weights`).
#[must_use]
pub fn score(a: &Facts, b: &Facts, params: &Params) -> Scored {
    compare(a, &bigrams(&a.text), b, params)
}

/// Scores many candidates against one matter: those worth a prompt, best first, candidates of equal score in the order
/// given.
#[must_use]
pub fn rank<T>(new: &Facts, candidates: impl IntoIterator<Item = (T, Facts)>, params: &Params) -> Vec<(T, Scored)> {
    let pairs = bigrams(&new.text);
    let mut out: Vec<(T, Scored)> = candidates
        .into_iter()
        .map(|(key, facts)| (key, compare(new, &pairs, &facts, params)))
        .filter(|(_, scored)| scored.verdict(params) != Verdict::Clear)
        .collect();
    out.sort_by_key(|(_, scored)| std::cmp::Reverse(scored.score));
    out
}

fn compare(a: &Facts, a_pairs: &[Pair], b: &Facts, params: &Params) -> Scored {
    let mut reasons = Vec::new();
    let mut add = |weight: &str, code: &str, cn: String| {
        let points = params.weight("dup.weights", weight).round() as u32;
        if points > 0 {
            reasons.push(Reason { code: code.to_owned(), cn, points });
        }
    };
    if same_text(a.id_no.as_deref(), b.id_no.as_deref()) {
        add("id_no", "id_no", "证件号码相同".to_owned());
    }
    if a.phones.iter().any(|p| !p.is_empty() && b.phones.contains(p)) {
        add("phone", "phone", "联系电话相同".to_owned());
    }
    if same_text(a.name.as_deref(), b.name.as_deref()) && same_text(a.home.as_deref(), b.home.as_deref()) {
        add("name_address", "name_address", "姓名和住址相同".to_owned());
    }
    let same_org = a.accused_org.is_some() && a.accused_org == b.accused_org;
    if same_org || same_text(a.respondent.as_deref(), b.respondent.as_deref()) {
        add("same_target", "same_target", "被反映单位相同".to_owned());
    }
    if let (Some(x), Some(y)) = (a.category.get(..4), b.category.get(..4))
        && x == y
    {
        add("same_category", "same_category", "二级分类相同".to_owned());
    }
    if let Some(cn) = place::explain(a, b, params.int("dup.place_m")) {
        add("same_place", "same_place", cn);
    }
    let percent = jaccard_percent(a_pairs, &bigrams(&b.text));
    let alike = format!("诉求内容相似度{percent}%");
    match percent {
        60.. => add("text_060", "text", alike),
        40..=59 => add("text_040", "text", alike),
        _ => {}
    }
    reasons.sort_by_key(|r| std::cmp::Reverse(r.points));
    Scored { score: reasons.iter().map(|r| r.points).sum::<u32>().min(100), reasons }
}

/// Both present, not empty, and equal once normalised.
fn same_text(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => {
            let folded = plain(a);
            !folded.is_empty() && folded == plain(b)
        }
        _ => false,
    }
}

/// Normalised, without spaces and punctuation: how an address is written must not matter.
fn plain(text: &str) -> String {
    normalise(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

type Pair = (char, char);

/// The distinct pairs of neighbouring characters, sorted.
fn bigrams(text: &str) -> Vec<Pair> {
    let chars: Vec<char> = plain(text).chars().collect();
    let mut pairs: Vec<Pair> = chars.windows(2).map(|w| (w[0], w[1])).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// 文字相似度: Jaccard index of character pairs, in whole percent.
#[must_use]
pub fn similarity(a: &str, b: &str) -> u32 {
    jaccard_percent(&bigrams(a), &bigrams(b))
}

fn jaccard_percent(a: &[Pair], b: &[Pair]) -> u32 {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let all = a.len() + b.len() - common;
    u32::try_from((common * 100).checked_div(all).unwrap_or(0)).unwrap_or(100)
}
