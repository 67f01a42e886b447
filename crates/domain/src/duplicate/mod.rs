//! 判重: how likely two matters are one, with the reasons in words (§3.3). Only ever a hint: merging is a person's
//! decision.

mod lexicon;
mod place;
#[cfg(test)]
mod tests;

use kernel::{OrgId, normalise};
use serde::{Deserialize, Serialize};

use crate::{order::Requester, param::Params};

pub use lexicon::Lexicon;
pub use place::{distance_m, same_place};

use lexicon::{Prepared, likeness};

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
    /// Title, line break, content.
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
    /// 文字相似度, in hundredths of a percent, finer than the reason tells: it orders candidates of equal score.
    pub alike: u32,
    /// The texts are so alike that one event is likely behind both, whoever tells of it (`dup.alike`).
    pub same_event: bool,
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
        } else if score >= params.int("dup.prompt") || self.same_event {
            Verdict::Prompt
        } else {
            Verdict::Clear
        }
    }
}

/// Compares two matters with the weights in force (`dup.weights`), by their letters alone: nothing is known of what is
/// common.
#[must_use]
pub fn score(a: &Facts, b: &Facts, params: &Params) -> Scored {
    compare(a, &Text::of(&a.text, &Lexicon::default()), b, params, &Lexicon::default())
}

/// Scores many candidates against one matter: those worth a prompt, best first, candidates of equal score in the order
/// given.
#[must_use]
pub fn rank<T>(
    new: &Facts,
    candidates: impl IntoIterator<Item = (T, Facts)>,
    params: &Params,
    lexicon: &Lexicon,
) -> Vec<(T, Scored)> {
    let mut out = rank_all(new, candidates, params, lexicon);
    out.retain(|(_, scored)| scored.verdict(params) != Verdict::Clear);
    out
}

/// As [`rank`], with the unlikely ones.
#[must_use]
pub fn rank_all<T>(
    new: &Facts,
    candidates: impl IntoIterator<Item = (T, Facts)>,
    params: &Params,
    lexicon: &Lexicon,
) -> Vec<(T, Scored)> {
    let text = Text::of(&new.text, lexicon);
    let mut out: Vec<(T, Scored)> =
        candidates.into_iter().map(|(key, facts)| (key, compare(new, &text, &facts, params, lexicon))).collect();
    out.sort_by_key(|(_, scored)| std::cmp::Reverse((scored.score, scored.alike)));
    out
}

/// A text made ready once for many comparisons.
enum Text {
    /// Too few matters are known: every pair of characters counts the same.
    Plain(Vec<Pair>),
    Weighted(Prepared),
}

impl Text {
    fn of(text: &str, lexicon: &Lexicon) -> Self {
        if lexicon.is_telling() { Self::Weighted(lexicon.prepare(text)) } else { Self::Plain(bigrams(text)) }
    }

    /// Likeness in hundredths of a percent.
    fn alike(&self, other: &str, lexicon: &Lexicon) -> u32 {
        match self {
            Self::Plain(pairs) => jaccard_percent(pairs, &bigrams(other)) * 100,
            Self::Weighted(own) => (likeness(own, &lexicon.prepare(other)) * 10_000.0).round() as u32,
        }
    }

    /// Bounds of 相似 and 高度相似, in percent.
    fn bounds(&self, params: &Params) -> (u32, u32) {
        match self {
            Self::Plain(_) => (40, 60),
            Self::Weighted(_) => {
                let alike = u32::try_from(params.int("dup.alike")).unwrap_or(100);
                (alike, alike * 2)
            }
        }
    }
}

fn compare(a: &Facts, a_text: &Text, b: &Facts, params: &Params, lexicon: &Lexicon) -> Scored {
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
    let alike = a_text.alike(&b.text, lexicon);
    let percent = alike / 100;
    let (some, much) = a_text.bounds(params);
    let told = format!("诉求内容相似度{percent}%");
    if percent >= much {
        add("text_060", "text", told);
    } else if percent >= some {
        add("text_040", "text", told);
    }
    // Equal letters say little by themselves: where the common is not known from the rare, the place must agree too.
    let same_event = match a_text {
        Text::Weighted(_) => percent >= some,
        Text::Plain(_) => percent >= much && reasons.iter().any(|r| r.code == "same_place"),
    };
    reasons.sort_by_key(|r| std::cmp::Reverse(r.points));
    let score = reasons.iter().map(|r| r.points).sum::<u32>().min(100);
    Scored { score, alike, same_event, reasons }
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
