//! How well an article answers what somebody asks, and where the words stand in it.

use kernel::{normalise, query_tokens};
use serde::Serialize;

use super::ArticleText;

/// A stretch of text, marked or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Words with their weights.
    pub words: Vec<(String, f64)>,
    /// The matter's category: its own, its parent's and its head's articles come first.
    pub category: Option<String>,
}

/// The words of a typed query, all of one weight.
#[must_use]
pub fn words_of(query: &str) -> Vec<(String, f64)> {
    query_tokens(query).into_iter().map(|t| (t, 1.0)).collect()
}

const TITLE: f64 = 3.0;
const KEYWORD: f64 = 2.0;
/// A whole category in common weighs as much as this share of all words in the title.
const CATEGORY: f64 = 0.5;

/// Higher is better; 0 shares nothing.
#[must_use]
pub fn score(wanted: &Wanted, text: &ArticleText) -> f64 {
    let (title, keywords, body) = (normalise(&text.title), normalise(&text.keywords), normalise(&text.body));
    let worth = |(word, weight): &(String, f64)| {
        let of = |hay: &str, times: f64| if hay.contains(word.as_str()) { times } else { 0.0 };
        weight * of(&title, TITLE).max(of(&keywords, KEYWORD)).max(of(&body, 1.0))
    };
    let words: f64 = wanted.words.iter().map(worth).sum();
    let all: f64 = wanted.words.iter().map(|(_, w)| w * TITLE).sum();
    words + wanted.category.as_deref().map_or(0.0, |c| kin(c, &text.category)) * CATEGORY * all.max(1.0)
}

/// 1 for the same category, less for the same branch.
fn kin(a: &str, b: &str) -> f64 {
    let shared = |n: usize| a.get(..n).is_some_and(|head| b.get(..n) == Some(head));
    match () {
        () if shared(6) => 1.0,
        () if shared(4) => 0.6,
        () if shared(2) => 0.2,
        () => 0.0,
    }
}

/// The text cut where a word begins or ends.
#[must_use]
pub fn marks(text: &str, words: &[(String, f64)]) -> Vec<Piece> {
    let chars: Vec<char> = text.chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    let mut hit = vec![false; chars.len()];
    for (word, _) in words {
        let word: Vec<char> = word.chars().collect();
        for at in 0..(folded.len() + 1).saturating_sub(word.len().max(1)) {
            if folded[at..].starts_with(&word) {
                hit[at..at + word.len()].fill(true);
            }
        }
    }
    let mut out: Vec<Piece> = Vec::new();
    for (c, hit) in chars.into_iter().zip(hit) {
        match out.last_mut() {
            Some(last) if last.hit == hit => last.text.push(c),
            _ => out.push(Piece { text: c.to_string(), hit }),
        }
    }
    out
}

/// About `length` characters around the first word, marked.
#[must_use]
pub fn snippet(body: &str, words: &[(String, f64)], length: usize) -> Vec<Piece> {
    let flat: String = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let all = marks(&flat, words);
    let before: usize = all.iter().take_while(|p| !p.hit).map(|p| p.text.chars().count()).sum();
    let total = flat.chars().count();
    let from = if before >= total { 0 } else { before.saturating_sub(length / 4).min(total.saturating_sub(length)) };
    let cut: String = flat.chars().skip(from).take(length).collect();
    let mut out = marks(&cut, words);
    let dots = || Piece { text: "…".to_owned(), hit: false };
    if from > 0 {
        out.insert(0, dots());
    }
    if from + length < total {
        out.push(dots());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(title: &str, body: &str, category: &str) -> ArticleText {
        ArticleText {
            title: title.into(),
            body: body.into(),
            inner: String::new(),
            category: category.into(),
            area: String::new(),
            keywords: String::new(),
            basis: String::new(),
            public: true,
            valid_from: kernel::Ts(0),
            valid_to: None,
        }
    }

    #[test]
    fn the_title_counts_most_and_the_category_decides_between_equals() {
        let wanted = Wanted { words: words_of("公积金提取"), category: Some("030400".to_owned()) };
        let best = text("租房提取住房公积金需要什么材料", "提供租赁合同。", "030402");
        let mentioned = text("购房补贴", "补贴与公积金提取可同时申请。", "030402");
        let elsewhere = text("租房提取住房公积金需要什么材料", "提供租赁合同。", "050200");
        let nothing = text("犬只登记", "到派出所办理。", "080500");
        let of = |t: &ArticleText| score(&wanted, t);
        assert!(of(&best) > of(&mentioned) && of(&best) > of(&elsewhere), "{} {}", of(&mentioned), of(&elsewhere));
        assert!(of(&elsewhere) > 0.0 && of(&nothing) == 0.0);
    }

    #[test]
    fn words_are_marked_wherever_they_stand_and_neighbours_join() {
        let pieces = marks("提取公积金，WiFi", &words_of("公积金 wifi"));
        let hits: Vec<&str> = pieces.iter().filter(|p| p.hit).map(|p| p.text.as_str()).collect();
        assert_eq!(hits, ["公积金", "WiFi"]);
        let around = snippet(&format!("{}公积金{}", "甲".repeat(200), "乙".repeat(200)), &words_of("公积金"), 40);
        assert!(around.iter().any(|p| p.hit) && around[0].text == "…" && around.last().unwrap().text == "…");
        assert_eq!(marks("", &words_of("公积金")), []);
    }
}
