//! The words of an article for its text index, and queries in the engines' own languages.

use std::collections::BTreeSet;

use db::Dialect;
use kernel::tokens;

/// Longer runs of letters are cut, in index and query alike; PostgreSQL refuses words over 2 KiB.
const LONGEST: usize = 40;

fn cut(token: &str) -> String {
    token.chars().take(LONGEST).collect()
}

/// Tokens as the index column of an engine takes them. They are letters and digits only, so quoting needs no escapes.
pub(super) fn indexed(text: &str, dialect: Dialect) -> String {
    let tokens: BTreeSet<String> = tokens(text).iter().map(|t| cut(t)).collect();
    let word = |token: &String| match dialect {
        Dialect::Lite => format!("{token} "),
        Dialect::Pg => format!("'{token}' "),
    };
    tokens.iter().map(word).collect()
}

/// All of the words; `None` without any.
pub(super) fn all_of(words: &[String], dialect: Dialect) -> Option<String> {
    joined(words, dialect, [" AND ", " & "])
}

/// At least one of the words; `None` without any.
pub(super) fn any_of(words: &[String], dialect: Dialect) -> Option<String> {
    joined(words, dialect, [" OR ", " | "])
}

fn joined(words: &[String], dialect: Dialect, [lite, pg]: [&str; 2]) -> Option<String> {
    let (quote, with) = match dialect {
        Dialect::Lite => ('"', lite),
        Dialect::Pg => ('\'', pg),
    };
    let safe = |w: &&String| !w.is_empty() && w.chars().all(char::is_alphanumeric);
    let words: Vec<String> = words.iter().filter(safe).map(|w| format!("{quote}{}{quote}", cut(w))).collect();
    (!words.is_empty()).then(|| words.join(with))
}
