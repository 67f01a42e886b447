//! 群众回复: a rating, a wish to be left alone, or words.

use crate::callback::Rating;

/// What a citizen's message means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// With what else was written.
    Rate(Rating, Option<String>),
    Stop,
    Resume,
    Words(String),
}

const STOP: &[&str] = &["t", "td", "退订", "stop"];
const RESUME: &[&str] = &["hf", "恢复", "start"];
/// Longest first: 不满意 holds 满意.
const WORDS: &[(&str, Rating)] = &[
    ("非常不满意", Rating::VeryDissat),
    ("很不满意", Rating::VeryDissat),
    ("非常满意", Rating::VerySat),
    ("很满意", Rating::VerySat),
    ("基本满意", Rating::Basic),
    ("不满意", Rating::Dissat),
    ("满意", Rating::Sat),
];

/// Reads a message. `scale` gives each digit its rating (`sms.rating_scale`: `1=sat`), as the templates tell the citizen.
///
/// A digit counts only by itself: `3天了还没修` is no rating.
#[must_use]
pub fn read_reply(text: &str, scale: &[&str]) -> Reply {
    let text = text.trim();
    let narrow: String = text.chars().map(narrowed).collect();
    let bare = narrow.trim_matches(is_mark).to_lowercase();
    if STOP.contains(&bare.as_str()) {
        return Reply::Stop;
    }
    if RESUME.contains(&bare.as_str()) {
        return Reply::Resume;
    }
    let start = narrow.trim_start_matches(is_mark);
    rated(start, scale).unwrap_or_else(|| Reply::Words(text.to_owned()))
}

fn rated(text: &str, scale: &[&str]) -> Option<Reply> {
    let digit = scale.iter().filter_map(|line| {
        let (key, rating) = line.split_once('=')?;
        Some((key.trim(), rating.trim().parse::<Rating>().ok()?))
    });
    let all = digit.chain(WORDS.iter().map(|(word, rating)| (*word, *rating)));
    let (rest, rating) = all
        .filter_map(|(key, rating)| Some((text.strip_prefix(key)?, rating)))
        .find(|(rest, _)| rest.chars().next().is_none_or(is_mark))?;
    let rest = rest.trim_matches(is_mark);
    Some(Reply::Rate(rating, (!rest.is_empty()).then(|| rest.to_owned())))
}

/// Full-width digits, letters and signs to their narrow forms, circled digits to digits.
fn narrowed(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '①'..='⑨' => char::from_u32('1' as u32 + (c as u32 - '①' as u32)).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

fn is_mark(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_punctuation() || "。，、！？；：“”‘’（）【】《》".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: &[&str] = &["1=sat", "2=basic", "3=dissat"];

    #[test]
    fn digits_and_words_are_ratings_with_what_else_was_said() {
        let rate = |rating, words: &str| Reply::Rate(rating, (!words.is_empty()).then(|| words.to_owned()));
        for (text, want) in [
            ("1", rate(Rating::Sat, "")),
            (" ２。", rate(Rating::Basic, "")),
            ("③", rate(Rating::Dissat, "")),
            ("3，路灯还是不亮", rate(Rating::Dissat, "路灯还是不亮")),
            ("满意，谢谢", rate(Rating::Sat, "谢谢")),
            ("不满意", rate(Rating::Dissat, "")),
            ("非常不满意！没人来", rate(Rating::VeryDissat, "没人来")),
            ("“1”", rate(Rating::Sat, "")),
        ] {
            assert_eq!(read_reply(text, SCALE), want, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_rating_stays_words() {
        for text in ["3天了还没修好", "12", "4", "满意个什么", "1楼漏水", "", "13812345678"] {
            assert_eq!(read_reply(text, SCALE), Reply::Words(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn stop_words_are_whole_words() {
        assert_eq!(read_reply("ＴＤ", SCALE), Reply::Stop);
        assert_eq!(read_reply("退订。", SCALE), Reply::Stop);
        assert_eq!(read_reply("恢复", SCALE), Reply::Resume);
        assert_eq!(read_reply("退订费没退", SCALE), Reply::Words("退订费没退".to_owned()));
    }

    #[test]
    fn another_scale_gives_digits_another_meaning() {
        assert_eq!(read_reply("5", &["5=very_sat"]), Reply::Rate(Rating::VerySat, None));
        assert_eq!(read_reply("1", &["1=nonsense"]), Reply::Words("1".to_owned()));
    }
}
