//! Resident identity numbers (居民身份证号码), GB 11643-1999.

use crate::mask::mask_id;
use crate::refusal::FieldError;
use crate::text::narrow;
use jiff::civil::Date;

/// Sex as the number tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

/// A checked 18-character identity number, `X` in upper case. Debug prints the masked form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdCard(String);

/// Weights of the first 17 digits (ISO 7064 MOD 11-2).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// Province codes of GB/T 2260, and 83 for residence permits of Taiwan residents.
const PROVINCES: [u8; 35] = [
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82, 83,
];

fn error(message: &str, remedy: &str) -> FieldError {
    FieldError::new("id_no", message).with_remedy(remedy)
}

impl IdCard {
    /// Reads a number; full-width characters, spaces and a small `x` are fine. Refuses a wrong length, region, birth date
    /// or check digit. The error names the field `id_no`; see [`FieldError::at`].
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let number: String =
            text.chars().map(narrow).filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        match number.chars().count() {
            0 => return Err(error("身份证号不能为空", "请填写18位身份证号")),
            15 => return Err(error("不支持15位旧身份证号", "请填写现用的18位身份证号")),
            18 => {}
            n => return Err(error(&format!("身份证号应为18位，现为{n}位"), "请核对是否少写或多写了数字")),
        }
        let (body, check) = number.split_at_checked(17).ok_or_else(not_digits)?;
        let check_ok = matches!(check.as_bytes(), [b'0'..=b'9' | b'X']);
        if !check_ok || !body.bytes().all(|b| b.is_ascii_digit()) {
            return Err(not_digits());
        }
        if !body[..2].parse().is_ok_and(|code: u8| PROVINCES.contains(&code)) {
            return Err(error("身份证号的地区代码有误", "请核对身份证号前六位"));
        }
        if birth_of(body).is_none() {
            return Err(error("身份证号的出生日期有误", "请核对身份证号第7至14位"));
        }
        if check_digit(body) != Some(check.as_bytes()[0]) {
            return Err(error("身份证号校验位不符", "请逐位核对身份证号，可能有数字写错或颠倒"));
        }
        Ok(Self(number))
    }

    /// 18 characters; the form to store, compare and index.
    pub fn normalised(&self) -> &str {
        &self.0
    }

    /// `110101********1234`.
    pub fn masked(&self) -> String {
        mask_id(&self.0)
    }

    pub fn birth(&self) -> Date {
        birth_of(&self.0).expect("checked when parsed")
    }

    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// Six-digit code of the county where the number was issued.
    pub fn region6(&self) -> &str {
        &self.0[..6]
    }

    /// Full years of age on a date; 0 before birth.
    pub fn age_on(&self, date: Date) -> u16 {
        let birth = self.birth();
        let before_birthday = (date.month(), date.day()) < (birth.month(), birth.day());
        u16::try_from(date.year() - birth.year() - i16::from(before_birthday)).unwrap_or(0)
    }
}

impl std::fmt::Debug for IdCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IdCard({})", self.masked())
    }
}

fn not_digits() -> FieldError {
    error("身份证号含有无效字符", "前17位应为数字，最后一位为数字或X")
}

/// The birth date inside the first 14 digits; years 1850–2149 only.
pub(crate) fn birth_of(number: &str) -> Option<Date> {
    let year = number.get(6..10)?.parse().ok().filter(|y| (1850..2150).contains(y))?;
    Date::new(year, number.get(10..12)?.parse().ok()?, number.get(12..14)?.parse().ok()?).ok()
}

fn check_digit(body: &str) -> Option<u8> {
    let digits = body.chars().map(|c| c.to_digit(10));
    let sum = digits.zip(WEIGHTS).try_fold(0, |sum, (digit, weight)| Some(sum + digit? * weight))?;
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    /// The example of the standard's annex.
    const EXAMPLE: &str = "11010519491231002X";

    #[test]
    fn standard_example_is_read() {
        let id = IdCard::parse(" 110105 19491231 002x ").unwrap();
        assert_eq!(id.normalised(), EXAMPLE);
        assert_eq!((id.birth(), id.sex(), id.region6()), (date(1949, 12, 31), Sex::Female, "110105"));
        assert_eq!(id.masked(), "110105********002X");
        assert_eq!(format!("{id:?}"), "IdCard(110105********002X)");
        assert_eq!(IdCard::parse("440524188001010014").unwrap().sex(), Sex::Male);
    }

    #[test]
    fn age_counts_full_years() {
        let id = IdCard::parse(EXAMPLE).unwrap();
        assert_eq!(id.age_on(date(2025, 12, 30)), 75);
        assert_eq!(id.age_on(date(2025, 12, 31)), 76);
        assert_eq!(id.age_on(date(1900, 1, 1)), 0);
    }

    #[test]
    fn refusals_name_the_part_that_is_wrong() {
        let cases = [
            ("", "身份证号不能为空"),
            ("110105491231002", "不支持15位旧身份证号"),
            ("1101051949123100", "身份证号应为18位，现为16位"),
            ("10010519491231002X", "身份证号的地区代码有误"),
            ("11010519491331002X", "身份证号的出生日期有误"),
            ("110105194912310021", "身份证号校验位不符"),
            ("1101051949123100XX", "身份证号含有无效字符"),
            ("身份证号码共有十八位字写在这里了吗", "身份证号应为18位，现为17位"),
            ("身份证号码共有十八位字写在这里了吗吗", "身份证号含有无效字符"),
        ];
        for (text, message) in cases {
            let error = IdCard::parse(text).unwrap_err();
            assert_eq!(error.message, message, "{text}");
            assert_eq!(error.field, "id_no");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(at in 0usize..17, add in 1u8..10) {
            let mut number = EXAMPLE.as_bytes().to_vec();
            number[at] = b'0' + (number[at] - b'0' + add) % 10;
            prop_assert!(IdCard::parse(std::str::from_utf8(&number).unwrap()).is_err());
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(id) = IdCard::parse(&text) {
                prop_assert_eq!(id.normalised().len(), 18);
            }
        }
    }
}
