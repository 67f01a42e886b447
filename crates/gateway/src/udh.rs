//! Parts of long messages: UCS-2 texts cut into parts with a header that joins them (3GPP TS 23.040 §9.2.3.24.1), and read back.

use domain::message::count;

/// UTF-16 units of one part of several.
const PART: usize = 67;

/// The octets of each part; with `true` when they begin with a header.
pub fn cut(text: &str, reference: u8) -> (Vec<Vec<u8>>, bool) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let octets = |units: &[u16]| units.iter().flat_map(|u| u.to_be_bytes()).collect::<Vec<u8>>();
    if count(text).parts == 1 {
        return (vec![octets(&units)], false);
    }
    let mut cuts = Vec::new();
    let mut rest = units.as_slice();
    while !rest.is_empty() {
        let mut n = rest.len().min(PART);
        // A pair of surrogates stays together.
        if n < rest.len() && (0xD800..0xDC00).contains(&rest[n - 1]) {
            n -= 1;
        }
        cuts.push(&rest[..n]);
        rest = &rest[n..];
    }
    let all = u8::try_from(cuts.len()).unwrap_or(u8::MAX);
    let parts = (1_u8..=all).zip(cuts).map(|(no, units)| [vec![5, 0, 3, reference, all, no], octets(units)].concat());
    (parts.collect(), true)
}

/// What a header says of its part: reference, of how many, which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Joint {
    pub reference: u16,
    pub all: u8,
    pub no: u8,
}

/// Splits header from text. Headers without a joint are skipped; one longer than the text is none.
pub fn split(octets: &[u8]) -> (Option<Joint>, &[u8]) {
    let Some((length, rest)) = octets.split_first() else { return (None, octets) };
    let Some((mut header, text)) = rest.split_at_checked(usize::from(*length)) else { return (None, octets) };
    let mut joint = None;
    while let [kind, length, tail @ ..] = header {
        let Some((value, next)) = tail.split_at_checked(usize::from(*length)) else { break };
        joint = match (kind, value) {
            (0, [reference, all, no]) => Some(Joint { reference: u16::from(*reference), all: *all, no: *no }),
            (8, [high, low, all, no]) => {
                Some(Joint { reference: u16::from_be_bytes([*high, *low]), all: *all, no: *no })
            }
            _ => joint,
        };
        header = next;
    }
    (joint.filter(|j| j.no >= 1 && j.no <= j.all && j.all > 1), text)
}

/// Text of a data coding: UCS-2, else one octet a character, which is right for digits and letters.
pub fn text_of(coding: u8, octets: &[u8]) -> String {
    match coding {
        8 => {
            let units: Vec<u16> = octets.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]])).collect();
            String::from_utf16_lossy(&units)
        }
        _ => octets.iter().map(|b| char::from(*b)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_one_part_without_header() {
        let (parts, header) = cut("您好", 9);
        assert!(!header);
        assert_eq!(parts, [vec![0x60, 0xA8, 0x59, 0x7D]]);
    }

    #[test]
    fn a_long_text_comes_back_from_its_parts() {
        let text: String = (0..150).map(|n| char::from_u32(0x4E00 + n).expect("a sign")).collect();
        let (parts, header) = cut(&text, 0xAB);
        assert!(header);
        assert_eq!(parts.len(), 3);
        assert!(parts.iter().all(|p| p.len() <= 140));
        let mut back = String::new();
        for (no, part) in (1_u8..).zip(&parts) {
            let (joint, octets) = split(part);
            assert_eq!(joint, Some(Joint { reference: 0xAB, all: 3, no }));
            back.push_str(&text_of(8, octets));
        }
        assert_eq!(back, text);
    }

    #[test]
    fn no_sign_is_torn_apart() {
        let text = format!("{}😀{}", "水".repeat(66), "火".repeat(10));
        let (parts, _) = cut(&text, 1);
        let back: String = parts.iter().map(|p| text_of(8, split(p).1)).collect();
        assert_eq!(back, text);
    }

    #[test]
    fn broken_headers_are_text() {
        assert_eq!(split(&[]), (None, &[][..]));
        assert_eq!(split(&[9, 1]), (None, &[9, 1][..]));
        assert_eq!(split(&[5, 0, 3, 1, 2, 0, 7]).0, None, "there is no part nought");
        assert_eq!(split(&[6, 8, 4, 1, 2, 3, 2, 65]), (Some(Joint { reference: 258, all: 3, no: 2 }), &[65][..]));
    }
}
