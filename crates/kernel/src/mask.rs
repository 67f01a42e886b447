//! Masks for personal data on screens and exports, and redaction of free text before publication.

mod redact;

pub use redact::redact_text;

use crate::phone::Phone;

const STARS: &str = "****";

/// `张三` → `张*`, `张小明` → `张*明`, `欧阳小明` → `欧**明`; one character becomes a star.
pub fn mask_name(name: &str) -> String {
    let chars: Vec<char> = name.trim().chars().collect();
    match chars.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

/// `138****5678`. A text that is no telephone number keeps at most its first three and last two characters.
pub fn mask_phone(phone: &str) -> String {
    Phone::parse(phone).map_or_else(|_| keep_ends(phone.trim(), 3, 2), |phone| phone.masked())
}

/// `110101********1234`. Shorter document numbers keep their first two and last two characters.
pub fn mask_id(id: &str) -> String {
    let id = id.trim();
    if id.chars().count() >= 15 { keep_ends(id, 6, 4) } else { keep_ends(id, 2, 2) }
}

/// Companies are not persons: the name stays.
pub fn mask_company(company: &str) -> String {
    company.to_owned()
}

/// Keeps an address down to the town or street office (`贵阳市云岩区中华北路街道****`), or as deep as it names a
/// division; an address that names none is masked whole.
pub fn mask_address(address: &str) -> String {
    let chars: Vec<char> = address.trim().chars().collect();
    if chars.is_empty() {
        return String::new();
    }
    let mut kept = 0;
    for suffixes in [PROVINCE, CITY, COUNTY, TOWN] {
        kept += division_end(&chars[kept..], suffixes).unwrap_or(0);
    }
    let head: String = chars[..kept].iter().collect();
    if kept == chars.len() { head } else { head + STARS }
}

/// Keeps `head` characters at the front and `tail` at the end; all is starred when less than half would be hidden.
fn keep_ends(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < 2 * (head + tail) && chars.len() < 15 {
        return "*".repeat(chars.len());
    }
    let hidden = chars.len() - head - tail;
    chars
        .iter()
        .take(head)
        .copied()
        .chain(std::iter::repeat_n('*', hidden))
        .chain(chars.iter().skip(head + hidden).copied())
        .collect()
}

/// Words that end the name of a division, and for each the characters before it that make it another word
/// (小区, 超市 …).
type Suffixes = &'static [(&'static str, &'static str)];

const PROVINCE: Suffixes = &[("特别行政区", ""), ("自治区", ""), ("省", "")];
const CITY: Suffixes = &[("自治州", ""), ("地区", ""), ("盟", "联同"), ("市", "超菜门夜城集上闹")];
const COUNTY: Suffixes = &[
    ("自治县", ""),
    ("自治旗", ""),
    ("县", ""),
    ("区", "小社园校厂景库院地片"),
    ("旗", "红"),
    ("市", "超菜门夜城集上闹"),
];
const TOWN: Suffixes = &[("街道", ""), ("苏木", ""), ("镇", "城"), ("乡", "老家城")];

/// Longest name of a division in characters, without its suffix.
const NAME_MAX: usize = 9;

/// Where the first division name of this level ends. A name has at least one character before its suffix.
fn division_end(chars: &[char], suffixes: Suffixes) -> Option<usize> {
    (1..chars.len().min(NAME_MAX + 1)).find_map(|at| {
        suffixes.iter().find_map(|(suffix, not_after)| {
            let end = at + suffix.chars().count();
            let here = chars.get(at..end).is_some_and(|cut| cut.iter().copied().eq(suffix.chars()));
            (here && !not_after.contains(chars[at - 1])).then_some(end)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_first_and_last() {
        let cases =
            [("张三", "张*"), ("张小明", "张*明"), ("欧阳小明", "欧**明"), ("张", "*"), ("", ""), (" 张三 ", "张*")];
        for (name, want) in cases {
            assert_eq!(mask_name(name), want, "{name}");
        }
    }

    #[test]
    fn numbers_keep_their_ends() {
        assert_eq!(mask_phone("138 1234 5678"), "138****5678");
        assert_eq!(mask_phone("010-12345678"), "010****5678");
        assert_eq!(mask_phone("12345678"), "********", "too short to keep anything");
        assert_eq!(mask_phone("abc1234567890"), "abc********90");
        assert_eq!(mask_id("110101199003071234"), "110101********1234");
        assert_eq!(mask_id("110101900307123"), "110101*****7123");
        assert_eq!(mask_id("E12345678"), "E1*****78");
        assert_eq!(mask_id("E123"), "****");
        assert_eq!(mask_company("某某物业有限公司"), "某某物业有限公司");
    }

    #[test]
    fn addresses_keep_the_town() {
        let cases = [
            ("贵州省贵阳市云岩区八鸽岩街道北京路12号", "贵州省贵阳市云岩区八鸽岩街道****"),
            ("贵阳市云岩区八鸽岩街道", "贵阳市云岩区八鸽岩街道"),
            ("清镇市红枫湖镇大冲村3组", "清镇市红枫湖镇****"),
            ("河南省新乡市红旗区东街街道人民路1号", "河南省新乡市红旗区东街街道****"),
            ("镇江市京口区正东路街道8号", "镇江市京口区正东路街道****"),
            ("内蒙古自治区锡林郭勒盟正蓝旗那日图苏木5号", "内蒙古自治区锡林郭勒盟正蓝旗那日图苏木****"),
            ("东莞市长安镇锦厦路2号", "东莞市长安镇****"),
            ("朝阳区望京西园四区401号楼", "朝阳区****"),
            ("阳光小区3号楼2单元501", "****"),
            ("家乐福超市旁平房", "****"),
            ("", ""),
        ];
        for (address, want) in cases {
            assert_eq!(mask_address(address), want, "{address}");
        }
    }
}
