//! Finds telephone and document numbers in prose. No pattern language: one pass that collects groups of digits, then
//! asks the number parsers whether neighbouring groups make a number.

use crate::idcard::birth_of;
use crate::phone::{Phone, PhoneKind};
use crate::text::narrow;

const PHONE: &str = "【电话已隐去】";
const DOCUMENT: &str = "【证件号已隐去】";
const ACCOUNT: &str = "【账号已隐去】";

/// Words before a bare local number that make it a telephone number.
const PHONE_WORDS: [&str; 9] = ["电话", "手机", "座机", "联系", "致电", "拨打", "来电", "号码", "tel"];
/// How many characters back such a word counts.
const WORD_REACH: usize = 8;
/// A number is written in at most so many groups: `+86 138 1234 5678`.
const GROUPS_MAX: usize = 5;

/// A run of digits: where it stands (character positions) and what it reads.
struct Group {
    from: usize,
    to: usize,
    digits: String,
    /// An `x` follows, as it may at the end of an identity number.
    x: bool,
}

/// Replaces mobile and landline numbers, resident identity numbers (18 and 15 digits) and account numbers (16–19 digits)
/// in free text by a note. Full-width digits, and spaces or dashes between groups, hide nothing. Local numbers without
/// area code go only behind a word such as 电话; case numbers, dates, amounts and public short numbers stay.
pub fn redact_text(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| narrow(*c).to_ascii_lowercase()).collect();
    let groups = groups(&folded);
    let mut out = String::with_capacity(text.len());
    let (mut copied, mut at) = (0, 0);
    while at < groups.len() {
        match number_at(&folded, &groups[at..]) {
            Some(found) => {
                out.extend(&chars[copied..start_of(&folded, &groups[at], copied)]);
                out.push_str(found.note);
                copied = groups[at + found.groups - 1].to + usize::from(found.with_x);
                at += found.groups;
            }
            None => at += 1,
        }
    }
    out.extend(&chars[copied..]);
    out
}

/// Takes the `+` of `+86…` or an opening bracket of `(010)…` along.
fn start_of(folded: &[char], group: &Group, copied: usize) -> usize {
    let sign = group.from > copied && matches!(folded[group.from - 1], '+' | '(');
    if sign { group.from - 1 } else { group.from }
}

fn groups(folded: &[char]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        if !folded[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while folded.get(at).is_some_and(char::is_ascii_digit) {
            at += 1;
        }
        let x = folded.get(at) == Some(&'x') && !folded.get(at + 1).is_some_and(char::is_ascii_alphanumeric);
        groups.push(Group { from, to: at, digits: folded[from..at].iter().collect(), x });
    }
    groups
}

/// A number that begins with the group at hand.
struct Found {
    groups: usize,
    /// The `x` behind the last group belongs to it.
    with_x: bool,
    note: &'static str,
}

/// Numbers that cannot be anything else are tried over all lengths before the doubtful ones: `电话138 1234 5678` is one
/// mobile number, not a local number and a rest.
fn number_at(folded: &[char], groups: &[Group]) -> Option<Found> {
    let joined = joined(folded, groups);
    let certain = joined.iter().zip(groups).enumerate().find_map(|(n, (digits, last))| {
        let with_x = last.x && digits.len() == 17 && birth_of(digits).is_some();
        let note = if with_x { DOCUMENT } else { certain(digits)? };
        Some(Found { groups: n + 1, with_x, note })
    });
    let doubtful = || {
        let local = |digits: &String| matches!(digits.len(), 7 | 8) && !digits.starts_with('0');
        let count = joined.iter().take(2).position(local)? + 1;
        behind_phone_word(folded, groups[0].from).then_some(Found { groups: count, with_x: false, note: PHONE })
    };
    certain.or_else(doubtful)
}

/// The digits of the first group, of the first two, and so on, as far as single separators join them.
fn joined(folded: &[char], groups: &[Group]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut digits = String::new();
    for (n, group) in groups.iter().take(GROUPS_MAX).enumerate() {
        if n > 0 && !separates(&folded[groups[n - 1].to..group.from]) {
            break;
        }
        digits.push_str(&group.digits);
        out.push(digits.clone());
    }
    out
}

fn separates(gap: &[char]) -> bool {
    match gap {
        [one] => matches!(one, ' ' | '-' | '—' | '–' | '.' | ')' | '*'),
        [one, two] => matches!((one, two), (' ', '-') | ('-', ' ') | (')', ' ') | (')', '-') | (' ', ' ') | ('-', '-')),
        _ => false,
    }
}

fn certain(digits: &str) -> Option<&'static str> {
    match digits.len() {
        18 if birth_of(digits).is_some() => Some(DOCUMENT),
        15 if old_document(digits) => Some(DOCUMENT),
        16..=19 => Some(ACCOUNT),
        _ => match Phone::parse(digits).ok()?.kind() {
            PhoneKind::Mobile | PhoneKind::Landline => Some(PHONE),
            PhoneKind::Service | PhoneKind::Short => None,
        },
    }
}

/// Fifteen digits, two-digit birth year in the middle.
fn old_document(digits: &str) -> bool {
    birth_of(&format!("{}19{}", &digits[..6], &digits[6..])).is_some()
}

fn behind_phone_word(folded: &[char], at: usize) -> bool {
    let before: String = folded[at.saturating_sub(WORD_REACH)..at].iter().collect();
    PHONE_WORDS.iter().any(|word| before.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_persons_go() {
        let cases = [
            ("请回电13812345678谢谢", "请回电【电话已隐去】谢谢"),
            ("手机138 1234 5678。", "手机【电话已隐去】。"),
            ("手机138-1234-5678", "手机【电话已隐去】"),
            ("+86 13812345678联系", "【电话已隐去】联系"),
            ("１３８１２３４５６７８", "【电话已隐去】"),
            ("座机010-12345678", "座机【电话已隐去】"),
            ("座机(0851)87654321转李", "座机【电话已隐去】转李"),
            ("身份证11010519491231002X，", "身份证【证件号已隐去】，"),
            ("身份证110105 19491231 002x号", "身份证【证件号已隐去】号"),
            ("13812345678x", "【电话已隐去】x"),
            ("身份证110105194912310021", "身份证【证件号已隐去】"),
            ("旧证110105491231002", "旧证【证件号已隐去】"),
            ("卡号6222021234567890123", "卡号【账号已隐去】"),
            ("电话87654321", "电话【电话已隐去】"),
            ("联系电话：8765-4321", "联系电话：【电话已隐去】"),
            ("13812345678 13987654321", "【电话已隐去】 【电话已隐去】"),
            ("13812345678、010-12345678", "【电话已隐去】、【电话已隐去】"),
            ("微信号wx13812345678", "微信号wx【电话已隐去】"),
        ];
        for (text, want) in cases {
            assert_eq!(redact_text(text), want, "{text}");
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "2019-12-05上午10:30停水",
            "工单52010020261124010000423已办结",
            "欠薪12345678元",
            "拨打12345和110",
            "客服400-123-4567",
            "3号楼2单元501室，A3区",
            "20190214",
            "",
            "没有数字的文字",
        ] {
            assert_eq!(redact_text(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_mobile_survives_in_any_surrounding(
            before in "[一-龥，。a-z]{0,8}", head in 3u8..10, tail in 0u32..1_000_000_000, after in "[一-龥，。a-z]{0,8}",
        ) {
            let mobile = format!("1{head}{tail:09}");
            let redacted = redact_text(&format!("{before}{mobile}{after}"));
            prop_assert!(!redacted.contains(&mobile));
            prop_assert!(redacted.starts_with(&before) && redacted.ends_with(&after));
        }

        #[test]
        fn any_text_survives_redaction_and_a_second_changes_nothing(text in "[0-9０-９xX ()+.电话-]{0,40}|.*") {
            let once = redact_text(&text);
            prop_assert_eq!(redact_text(&once), once);
        }
    }
}
