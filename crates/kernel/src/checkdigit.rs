//! Check digits (ISO 7064 MOD 11,10), case numbers and query codes.

use crate::ts::Mint;
use jiff::civil::Date;

const QUERY_CODE_LEN: usize = 10;
/// Without the serial, which has at least six digits.
const CASE_NO_FIXED: usize = 6 + 8 + 2 + 1;

/// The MOD 11,10 product that is left after all digits; `None` when a character is not an ASCII digit.
fn product(digits: &str) -> Option<u32> {
    digits.chars().try_fold(10, |product, c| {
        let sum = (c.to_digit(10)? + product) % 10;
        let sum = if sum == 0 { 10 } else { sum };
        Some(sum * 2 % 11)
    })
}

/// The ISO 7064 MOD 11,10 check digit: it finds every single wrong digit and nearly all swapped neighbours. `None` when
/// `digits` is empty or has anything but ASCII digits.
pub fn mod11_10(digits: &str) -> Option<char> {
    if digits.is_empty() {
        return None;
    }
    char::from_digit((11 - product(digits)?) % 10, 10)
}

/// Whether the last digit is the check digit of those before it.
pub fn mod11_10_valid(digits: &str) -> bool {
    match digits.char_indices().next_back() {
        Some((at, check)) => mod11_10(&digits[..at]) == Some(check),
        None => false,
    }
}

/// 工单编号: `{region6}{yyyymmdd}{channel2}{serial6}{check1}`, 23 digits; a serial above 999 999 makes it 24.
///
/// `region6` and `channel2` are configured codes: anything but digits is left out, and they are cut or filled with zeros
/// to their width.
pub fn case_no(region6: &str, date: Date, channel2: &str, serial: u32) -> String {
    let (y, m, d) = (date.year(), date.month(), date.day());
    let mut number = format!("{}{y:04}{m:02}{d:02}{}{serial:06}", fixed(region6, 6), fixed(channel2, 2));
    let check = mod11_10(&number).expect("the number is made of digits");
    number.push(check);
    number
}

/// Whether a text has the shape and the check digit of a case number.
pub fn case_no_valid(text: &str) -> bool {
    let shape = matches!(text.len() - CASE_NO_FIXED.min(text.len()), 6 | 7) && text.bytes().all(|b| b.is_ascii_digit());
    shape && text[6..14].parse::<Date>().is_ok() && mod11_10_valid(text)
}

fn fixed(code: &str, width: usize) -> String {
    let mut digits: String = code.chars().filter(char::is_ascii_digit).take(width).collect();
    while digits.len() < width {
        digits.push('0');
    }
    digits
}

/// 查询码: ten random digits, each equally likely. Store only its hash.
pub fn query_code(mint: &dyn Mint) -> String {
    let mut code = String::with_capacity(QUERY_CODE_LEN);
    let mut pool = [0; 16];
    while code.len() < QUERY_CODE_LEN {
        mint.bytes(&mut pool);
        // 250 is the largest multiple of ten in a byte: the six values above it would favour low digits.
        let fair = pool.iter().filter(|b| **b < 250).map(|b| char::from(b'0' + b % 10));
        code.extend(fair.take(QUERY_CODE_LEN - code.len()));
    }
    code
}

/// Whether a text has the shape of a query code.
pub fn query_code_valid(text: &str) -> bool {
    text.len() == QUERY_CODE_LEN && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::{SeqMint, SystemMint};
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn published_check_digits_hold() {
        // The standard's own example, a Croatian OIB and a German tax number all use MOD 11,10.
        for valid in ["07945", "33392005961", "36574261809"] {
            assert!(mod11_10_valid(valid), "{valid}");
        }
        assert_eq!(mod11_10("0794"), Some('5'));
        assert_eq!(mod11_10(""), None);
        assert_eq!(mod11_10("07a4"), None);
        assert!(!mod11_10_valid(""));
        assert!(!mod11_10_valid("１２"));
    }

    #[test]
    fn case_number_has_its_parts_in_order() {
        let no = case_no("520100", date(2026, 11, 24), "01", 42);
        assert_eq!(no.len(), 23);
        assert!(no.starts_with("5201002026112401000042"));
        assert!(case_no_valid(&no));
        assert_eq!(case_no("520100", date(2026, 11, 24), "01", 1_234_567).len(), 24);
        assert!(case_no_valid(&case_no("520100", date(2026, 11, 24), "01", 1_234_567)));
    }

    #[test]
    fn sloppy_codes_still_give_a_valid_number() {
        let no = case_no("M5201", date(2026, 1, 2), "3", 1);
        assert!(no.starts_with("520100202601023"), "{no}");
        assert!(case_no_valid(&no));
    }

    #[test]
    fn wrong_shapes_are_no_case_numbers() {
        for bad in ["", "1", "52010020261124010000", "520100202613240100004210", "工单编号工单编号工单编"] {
            assert!(!case_no_valid(bad), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(serial in 0u32..1_000_000, at in 0usize..23, add in 1u8..10) {
            let mut digits = case_no("440310", date(2026, 6, 1), "04", serial).into_bytes();
            digits[at] = b'0' + (digits[at] - b'0' + add) % 10;
            prop_assert!(!case_no_valid(std::str::from_utf8(&digits).unwrap()));
        }

        #[test]
        fn any_text_can_be_checked(text in ".*") {
            prop_assert_eq!(case_no_valid(&text) && text.len() < 23, false);
        }
    }

    #[test]
    fn query_codes_are_ten_fair_digits() {
        let mint = SeqMint::new();
        let mut seen = [0u32; 10];
        for _ in 0..1_000 {
            let code = query_code(&mint);
            assert!(query_code_valid(&code), "{code}");
            code.bytes().for_each(|b| seen[usize::from(b - b'0')] += 1);
        }
        // Expected 1000 each, standard deviation 30.
        assert!(seen.iter().all(|n| (850..1150).contains(n)), "{seen:?}");
        assert_ne!(query_code(&SystemMint), query_code(&SystemMint));
    }
}
