//! Search tokens of Chinese text: every character and every pair of neighbours, so that a word is found wherever a
//! segmenter would have cut it wrongly. Latin letters and digits stay together.

/// Whether a character is a Chinese ideograph.
const fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}')
}

/// Full-width forms (U+FF01–FF5E) and the ideographic space as their ASCII twins.
pub(crate) const fn narrow(c: char) -> char {
    match c {
        '\u{3000}' | '\u{A0}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => match char::from_u32(c as u32 - 0xFEE0) {
            Some(ascii) => ascii,
            None => c,
        },
        _ => c,
    }
}

fn fold(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(narrow).flat_map(char::to_lowercase)
}

/// Width and case folded, runs of white space made one space, ends trimmed.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in fold(text) {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether `needle` occurs in `hay`, both normalised. The empty needle occurs everywhere.
pub fn contains_folded(hay: &str, needle: &str) -> bool {
    normalise(hay).contains(&normalise(needle))
}

/// A stretch of text that tokens do not cross.
enum Run {
    Chinese(Vec<char>),
    Word(String),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut broken = true;
    for c in fold(text) {
        let (cjk, word) = (is_cjk(c), c.is_alphanumeric());
        match runs.last_mut() {
            Some(Run::Chinese(run)) if cjk && !broken => run.push(c),
            Some(Run::Word(run)) if word && !cjk && !broken => run.push(c),
            _ if cjk => runs.push(Run::Chinese(vec![c])),
            _ if word => runs.push(Run::Word(c.to_string())),
            _ => {}
        }
        broken = !cjk && !word;
    }
    runs
}

/// Tokens to index, in reading order, repetitions kept: of Chinese every character and every two neighbours, of letters
/// and digits the whole run. `A3区路灯` gives `a3 区 区路 路 路灯 灯`.
pub fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for run in runs(text) {
        match run {
            Run::Word(word) => out.push(word),
            Run::Chinese(chars) => {
                for (at, c) in chars.iter().enumerate() {
                    out.push(c.to_string());
                    out.extend(chars.get(at + 1).map(|next| format!("{c}{next}")));
                }
            }
        }
    }
    out
}

/// Tokens to search for, all of which must occur: pairs of neighbours (a lone character by itself) and whole words,
/// without repetitions. Every text that contains a Chinese query has all of them; letters and digits match whole words
/// only. Check candidates with [`contains_folded`] when the exact phrase is wanted.
pub fn query_tokens(query: &str) -> Vec<String> {
    let mut out = Vec::new();
    for run in runs(query) {
        match run {
            Run::Word(word) => out.push(word),
            Run::Chinese(chars) if chars.len() == 1 => out.extend(chars.iter().map(char::to_string)),
            Run::Chinese(chars) => out.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>())),
        }
    }
    let mut seen = std::collections::HashSet::new();
    out.retain(|token| seen.insert(token.clone()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chinese_gives_characters_and_pairs() {
        assert_eq!(tokens("路灯不亮"), ["路", "路灯", "灯", "灯不", "不", "不亮", "亮"]);
        assert_eq!(tokens("A3区路灯"), ["a3", "区", "区路", "路", "路灯", "灯"]);
    }

    #[test]
    fn pairs_do_not_cross_punctuation_or_space() {
        assert_eq!(tokens("路灯，井盖"), ["路", "路灯", "灯", "井", "井盖", "盖"]);
        assert_eq!(tokens("WiFi 5G，v2"), ["wifi", "5g", "v2"]);
        assert!(tokens("，。！？ ").is_empty());
    }

    #[test]
    fn width_and_case_do_not_matter() {
        assert_eq!(tokens("Ｗｉ－Ｆｉ　１２３４５"), tokens("wi-fi 12345"));
        assert_eq!(normalise("  Ａ3区\n\t 路灯　"), "a3区 路灯");
        assert!(contains_folded("反映ＡＢＣ大厦停水", "abc大厦"));
        assert!(!contains_folded("反映停水", "停电"));
        assert!(contains_folded("任何", ""));
    }

    #[test]
    fn two_character_words_are_found_inside_any_neighbourhood() {
        // A segmenter that cuts 附近/路/灯不亮 loses this word.
        for (text, word) in [("附近路灯不亮", "路灯"), ("小区井盖丢失", "井盖"), ("夜间施工噪声大", "噪")]
        {
            let index = tokens(text);
            assert!(query_tokens(word).iter().all(|t| index.contains(t)), "{word} in {text}");
        }
    }

    #[test]
    fn query_repeats_nothing() {
        assert_eq!(query_tokens("供暖不热 供暖"), ["供暖", "暖不", "不热"]);
        assert_eq!(query_tokens("噪"), ["噪"]);
        assert!(query_tokens("").is_empty());
    }

    proptest! {
        #[test]
        fn a_chinese_phrase_is_always_found_in_a_text_that_holds_it(
            before in "[一-龥，。a-z0-9]{0,12}", phrase in "[一-龥]{1,6}", after in "[一-龥，。a-z0-9]{0,12}",
        ) {
            let index = tokens(&format!("{before}{phrase}{after}"));
            prop_assert!(query_tokens(&phrase).iter().all(|t| index.contains(t)));
        }

        #[test]
        fn normalising_twice_changes_nothing(text in ".*") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
