//! 词频: how common each pair of neighbouring characters is among recent matters. Pairs that few matters share (names of
//! estates, firms, roads) tell more of a matter than those that all share (希望, 领导, 小区).

use std::collections::HashMap;

use kernel::normalise;

use super::Pair;

/// Share of the title in the likeness of two matters; the rest is the whole text's.
const TITLE_SHARE: f64 = 0.3;
/// With fewer matters nothing can be said of what is common.
const LEAST: u32 = 200;
/// A title as long as it may be: what is compared of a matter that has none.
const TITLE: usize = 50;

/// In how many of `n` matters each pair occurs.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    n: u32,
    held: HashMap<Pair, u32>,
}

/// A text as weighted pairs, sorted by pair.
struct Bag {
    weights: Vec<(Pair, f64)>,
    norm: f64,
}

/// A matter ready to be compared with many.
pub(super) struct Prepared {
    all: Bag,
    title: Bag,
}

/// Pairs of neighbours within runs of letters and digits, repetitions kept.
fn pairs(text: &str) -> Vec<Pair> {
    let text = normalise(text);
    let mut out = Vec::with_capacity(text.len() / 3);
    for run in text.split(|c: char| !c.is_alphanumeric()) {
        let chars: Vec<char> = run.chars().collect();
        out.extend(chars.windows(2).map(|w| (w[0], w[1])));
    }
    out
}

fn counted(text: &str) -> Vec<(Pair, u32)> {
    let mut all = pairs(text);
    all.sort_unstable();
    let mut out: Vec<(Pair, u32)> = Vec::new();
    for pair in all {
        match out.last_mut() {
            Some((last, n)) if *last == pair => *n += 1,
            _ => out.push((pair, 1)),
        }
    }
    out
}

/// Title and content of a text as [`super::Facts`] holds it; the first sentence stands for a missing title.
fn split(text: &str) -> (&str, &str) {
    let (title, content) = text.split_once('\n').unwrap_or(("", text));
    if !title.trim().is_empty() {
        return (title, content);
    }
    let first = content.trim().split(['。', '！', '？', '；', '\n']).next().unwrap_or_default();
    let end = first.char_indices().nth(TITLE).map_or(first.len(), |(at, _)| at);
    (&first[..end], content)
}

impl Lexicon {
    /// Counts the pairs of matters, each `title\ncontent`.
    #[must_use]
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut lexicon = Self::default();
        for text in texts {
            lexicon.n += 1;
            for (pair, _) in counted(text) {
                *lexicon.held.entry(pair).or_insert(0) += 1;
            }
        }
        lexicon
    }

    /// Enough matters were counted to tell the common from the rare.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        self.n >= LEAST
    }

    /// Inverse document frequency, smoothed: 1 for what all share.
    fn weight(&self, pair: Pair) -> f64 {
        let held = self.held.get(&pair).copied().unwrap_or(0);
        (f64::from(self.n + 1) / f64::from(held + 1)).ln() + 1.0
    }

    /// Share of the counted matters that hold a word of two characters, 0 to 1; 0 while nothing is known.
    #[must_use]
    pub fn share(&self, word: &str) -> f64 {
        let mut chars = word.chars();
        let (Some(a), Some(b)) = (chars.next(), chars.next()) else { return 0.0 };
        let held = self.held.get(&(a, b)).copied().unwrap_or(0);
        if self.is_telling() { f64::from(held) / f64::from(self.n) } else { 0.0 }
    }

    fn bag(&self, text: &str) -> Bag {
        let counted = counted(text).into_iter();
        let weights: Vec<(Pair, f64)> =
            counted.map(|(pair, n)| (pair, (1.0 + f64::from(n).ln()) * self.weight(pair))).collect();
        let norm = weights.iter().map(|(_, w)| w * w).sum::<f64>().sqrt();
        Bag { weights, norm }
    }

    pub(super) fn prepare(&self, text: &str) -> Prepared {
        let (title, _) = split(text);
        Prepared { all: self.bag(text), title: self.bag(title) }
    }

    /// The `most` pairs by which a text is best found again, the most telling first, each with its weight. Pairs no
    /// other matter is known to hold find nothing and are left out, unless nothing is known at all.
    #[must_use]
    pub fn telling(&self, text: &str, most: usize) -> Vec<(String, f64)> {
        let known = |pair: &Pair| !self.is_telling() || self.held.contains_key(pair);
        let mut weighted: Vec<(Pair, f64)> = counted(text)
            .into_iter()
            .filter(|(pair, _)| known(pair) && is_word(*pair))
            .map(|(pair, n)| (pair, (1.0 + f64::from(n).ln()) * self.weight(pair)))
            .collect();
        weighted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        weighted.truncate(most);
        weighted.into_iter().map(|((a, b), w)| (format!("{a}{b}"), w)).collect()
    }
}

/// The text index knows pairs of Chinese characters; letters and digits it knows as whole words only.
fn is_word((a, b): Pair) -> bool {
    let chinese = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    chinese(a) && chinese(b)
}

fn cosine(a: &Bag, b: &Bag) -> f64 {
    let (mut i, mut j, mut dot) = (0, 0, 0.0);
    while let (Some((x, v)), Some((y, w))) = (a.weights.get(i), b.weights.get(j)) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                dot += v * w;
                i += 1;
                j += 1;
            }
        }
    }
    if a.norm > 0.0 && b.norm > 0.0 { dot / (a.norm * b.norm) } else { 0.0 }
}

/// How alike two matters are, 0 to 1.
pub(super) fn likeness(a: &Prepared, b: &Prepared) -> f64 {
    (1.0 - TITLE_SHARE) * cosine(&a.all, &b.all) + TITLE_SHARE * cosine(&a.title, &b.title)
}
