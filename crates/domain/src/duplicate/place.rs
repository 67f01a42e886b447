//! Whether two matters happened at the same place: by coordinates, else by what the addresses name.

use super::{Facts, plain};

const EARTH_M: f64 = 6_371_008.8;

/// Great-circle distance in metres between two (longitude, latitude) points in degrees.
#[must_use]
pub fn distance_m(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.1.to_radians(), b.1.to_radians());
    let half = |d: f64| (d / 2.0).sin().powi(2);
    let h = half(lat_b - lat_a) + lat_a.cos() * lat_b.cos() * half((b.0 - a.0).to_radians());
    2.0 * EARTH_M * h.sqrt().min(1.0).asin()
}

/// The reason in Chinese when the places agree. Coordinates decide where both have them.
pub(super) fn explain(a: &Facts, b: &Facts, within_m: i64) -> Option<String> {
    if let (Some(p), Some(q)) = (a.at, b.at) {
        let metres = distance_m(p, q);
        let near = metres <= within_m as f64;
        return near.then(|| format!("事发地点相距{metres:.0}米"));
    }
    same_place(a.address.as_deref()?, b.address.as_deref()?).then(|| "事发地址相同".to_owned())
}

/// Names that point to one spot by themselves. 区 alone would take a district for an estate, hence 小区.
const SPOTS: &[&str] = &[
    "小区",
    "社区",
    "花园",
    "公寓",
    "大厦",
    "广场",
    "市场",
    "商场",
    "公园",
    "医院",
    "学校",
    "小学",
    "中学",
    "大学",
    "幼儿园",
    "家园",
    "工地",
    "车站",
    "酒店",
    "宾馆",
    "村",
    "苑",
    "桥",
];
/// Roads: the same only with the same house number.
const ROADS: &[&str] = &["路", "街", "巷", "道", "弄", "胡同"];
/// Administrative names end here and are left out: everybody in the district shares them.
const AREAS: &[char] = &['省', '县', '旗', '镇', '乡'];

/// The addresses are equal, or name the same estate, building or house number.
#[must_use]
pub fn same_place(a: &str, b: &str) -> bool {
    let (a, b) = (plain(a), plain(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    if a == b {
        return true;
    }
    let (x, y) = (tokens(&a), tokens(&b));
    x.iter().any(|t| y.contains(t))
}

/// The names in a normalised address that stand for one spot: `幸福小区`, `解放路12`.
fn tokens(address: &str) -> Vec<String> {
    let chars: Vec<char> = address.chars().collect();
    let mut out = Vec::new();
    let mut start = 0;
    let mut i = 0;
    while i < chars.len() {
        let word: String = chars[start..=i].iter().collect();
        if ends_with(&word, SPOTS) && i + 1 - start >= 3 {
            out.push(word);
            start = i + 1;
        } else if ends_with(&word, ROADS) && i > start {
            let number: String = chars[i + 1..].iter().take_while(|c| c.is_ascii_digit()).collect();
            let next = chars.get(i + 1 + number.len());
            if !number.is_empty() && next.is_none_or(|c| !matches!(c, '米' | '路')) {
                out.push(word + &number);
            }
            i += number.len();
            start = i + 1;
        } else if ends_area(&chars, i) {
            start = i + 1;
        }
        i += 1;
    }
    out
}

/// The character ends the name of a district, and is not part of 市场, 小区 and the like.
fn ends_area(chars: &[char], i: usize) -> bool {
    let before = i.checked_sub(1).and_then(|p| chars.get(p));
    match chars[i] {
        '市' => !matches!(chars.get(i + 1), Some('场' | '民')),
        '区' => !matches!(before, Some('小' | '社' | '园' | '校' | '景' | '厂')),
        c => AREAS.contains(&c),
    }
}

fn ends_with(word: &str, endings: &[&str]) -> bool {
    endings.iter().any(|s| word.ends_with(s))
}
