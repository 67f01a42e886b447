//! 分类联想: the category that a typed phrase means, found in names, keywords and paths.

use std::collections::BTreeSet;

use kernel::normalise;
use serde::{Deserialize, Serialize};

use super::{Directory, category_prefix};

/// One proposal, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryHit {
    pub code: String,
    pub name: String,
    /// Names from the root down, joined by ` > `.
    pub path: String,
    pub level: i32,
    pub score: u32,
    /// The name or keyword that matched, as it stands in the table.
    pub matched: String,
}

/// Normalised texts of every active category, built once per directory.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    code: String,
    level: i32,
    name: String,
    /// Normalised keyword and the keyword as written.
    keywords: Vec<(String, String)>,
    path: String,
    bigrams: BTreeSet<[char; 2]>,
}

impl Index {
    pub(super) fn build(directory: &Directory) -> Self {
        let entries = directory.categories().filter(|c| c.active).map(|c| {
            let name = normalise(&c.name);
            let keywords: Vec<(String, String)> = c
                .keywords
                .split([' ', '　', ',', '，', '、', ';', '；'])
                .filter(|k| !k.is_empty())
                .map(|k| (normalise(k), k.to_owned()))
                .collect();
            let mut bigrams = bigrams(&name);
            bigrams.extend(keywords.iter().flat_map(|(k, _)| self::bigrams(k)));
            Entry {
                code: c.code.clone(),
                level: c.level,
                path: normalise(&directory.category_path(&c.code)),
                name,
                keywords,
                bigrams,
            }
        });
        Self { entries: entries.collect() }
    }
}

fn bigrams(text: &str) -> BTreeSet<[char; 2]> {
    let chars: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
    chars.windows(2).map(|w| [w[0], w[1]]).collect()
}

/// Ranks every active category against `query` and returns the best `limit`. Order of trust: the code itself, the name,
/// a keyword typed, a keyword contained in a longer phrase, the path, and at last common character pairs. Several words
/// separated by spaces must each be found for a full mark. Empty query: the top level, for browsing.
pub(super) fn category_search(directory: &Directory, query: &str, limit: usize) -> Vec<CategoryHit> {
    let folded = normalise(query);
    let terms: Vec<&str> = folded.split_whitespace().collect();
    let mut hits: Vec<(u32, Option<&str>, &Entry)> = directory
        .index()
        .entries
        .iter()
        .filter_map(|e| match rank_all(e, &terms) {
            _ if terms.is_empty() => (e.level == 1).then_some((0, None, e)),
            (0, _) => None,
            (score, matched) => Some((score, matched, e)),
        })
        .collect();
    // Equal marks: the deeper category says more; then the order of the code.
    hits.sort_by(|a, b| b.0.cmp(&a.0).then(b.2.level.cmp(&a.2.level)).then_with(|| a.2.code.cmp(&b.2.code)));
    hits.truncate(limit);
    hits.into_iter().map(|(score, matched, e)| hit(directory, e, score, matched)).collect()
}

fn hit(directory: &Directory, entry: &Entry, score: u32, matched: Option<&str>) -> CategoryHit {
    let name = directory.category(&entry.code).map_or_else(|| entry.name.clone(), |c| c.name.clone());
    CategoryHit {
        code: entry.code.clone(),
        path: directory.category_path(&entry.code),
        level: entry.level,
        score,
        matched: matched.map_or_else(|| name.clone(), str::to_owned),
        name,
    }
}

/// The mean mark over all words typed; a word that is not found at all costs its share.
fn rank_all<'e>(entry: &'e Entry, terms: &[&str]) -> (u32, Option<&'e str>) {
    let mut total = 0;
    let mut best: (u32, Option<&str>) = (0, None);
    for term in terms {
        let (score, matched) = rank(entry, term);
        total += score;
        if score > best.0 {
            best = (score, matched);
        }
    }
    (total / u32::try_from(terms.len().max(1)).unwrap_or(u32::MAX), best.1)
}

fn rank<'e>(entry: &'e Entry, term: &str) -> (u32, Option<&'e str>) {
    if term.bytes().all(|b| b.is_ascii_digit()) {
        return match entry.code.starts_with(term) {
            true if category_prefix(&entry.code) == term || entry.code == term => (1000, None),
            true => (950, None),
            false => (0, None),
        };
    }
    let name = name_mark(&entry.name, term);
    let mut best = (name, None);
    for (keyword, written) in &entry.keywords {
        let mark = keyword_mark(keyword, term);
        if mark > best.0 {
            best = (mark, Some(written.as_str()));
        }
    }
    if best.0 == 0 && entry.path.contains(term) {
        return (200, None);
    }
    if best.0 == 0 {
        return (pairs_mark(entry, term), None);
    }
    // What else the phrase shares with the category decides between equal finds.
    (best.0 + pairs_mark(entry, term) / 5, best.1)
}

fn length(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// A long name that merely contains the word says less than a short one.
fn name_mark(name: &str, term: &str) -> u32 {
    let spare = length(name).saturating_sub(length(term)).min(50);
    if name == term {
        900
    } else if name.starts_with(term) {
        700 - spare
    } else if name.contains(term) {
        600 - spare
    } else if length(name) >= 2 && term.contains(name) {
        500 + length(name).min(20)
    } else {
        0
    }
}

fn keyword_mark(keyword: &str, term: &str) -> u32 {
    if keyword == term {
        800
    } else if keyword.starts_with(term) {
        550 - length(keyword).min(50)
    } else if keyword.contains(term) {
        450 - length(keyword).min(50)
    } else if length(keyword) >= 2 && term.contains(keyword) {
        // The longer the keyword found in the phrase, the surer.
        400 + 10 * length(keyword).min(9)
    } else {
        0
    }
}

/// At most 150: how many of the phrase's character pairs occur in the category's texts; a single chance pair is nothing.
fn pairs_mark(entry: &Entry, term: &str) -> u32 {
    let asked = bigrams(term);
    let common = asked.intersection(&entry.bigrams).count();
    if common == 0 || (common == 1 && asked.len() > 3) {
        return 0;
    }
    u32::try_from(150 * common / asked.len()).unwrap_or(0)
}
