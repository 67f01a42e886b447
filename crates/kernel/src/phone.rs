//! Telephone numbers as citizens and switches write them.

use crate::refusal::FieldError;
use crate::text::narrow;

/// What a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhoneKind {
    /// 手机: 11 digits, 1[3-9]….
    Mobile,
    /// 固定电话: area code and 7–8 digits.
    Landline,
    /// 服务号码: 400/800 and seven digits.
    Service,
    /// 短号: 3–5 digits, such as 110, 12345, 95588.
    Short,
}

/// A telephone number in its one normal form, digits only: mobile 11 digits, landline with area code (`01012345678`).
/// Debug prints the masked form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(String);

impl Phone {
    /// Reads a number; full-width digits, spaces, dashes, brackets and the prefixes `+86`, `0086`, `86` are fine.
    /// The error names the field `phone`; see [`FieldError::at`].
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let digits = national(&strip(text)?);
        match kind_of(&digits) {
            Some(_) => Ok(Self(digits)),
            None => Err(complaint(&digits)),
        }
    }

    /// Digits only; the form to store, compare and index.
    pub fn normalised(&self) -> &str {
        &self.0
    }

    pub fn kind(&self) -> PhoneKind {
        kind_of(&self.0).expect("checked when parsed")
    }

    /// `138****5678`; landlines keep area code and last digits (`010****5678`); short and service numbers belong to
    /// nobody in particular and stay.
    pub fn masked(&self) -> String {
        let digits = &self.0;
        let (head, tail) = match self.kind() {
            PhoneKind::Short | PhoneKind::Service => return digits.clone(),
            PhoneKind::Mobile => (3, 4),
            PhoneKind::Landline => {
                let area = area_len(digits);
                (area, digits.len() - area - 4)
            }
        };
        format!("{}****{}", &digits[..head], &digits[digits.len() - tail..])
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

fn error(message: &str, remedy: &str) -> FieldError {
    FieldError::new("phone", message).with_remedy(remedy)
}

/// Digits with an optional leading `+`, punctuation gone.
fn strip(text: &str) -> Result<String, FieldError> {
    let mut out = String::new();
    for c in text.trim().chars().map(narrow) {
        match c {
            '0'..='9' => out.push(c),
            '+' if out.is_empty() => out.push(c),
            ' ' | '\t' | '-' | '(' | ')' | '.' | '—' | '–' | '‐' => {}
            '转' => return Err(error("联系电话不能带分机号", "请只填写总机号码，分机号写入诉求内容")),
            _ => return Err(error("联系电话含有数字以外的字符", "请只填写数字，例如13800000000或010-12345678")),
        }
    }
    Ok(out)
}

/// Without the country prefix, and with the trunk zero that landlines lose behind it.
fn national(stripped: &str) -> String {
    let (bare, foreign) = match stripped.strip_prefix("+86").or_else(|| stripped.strip_prefix("0086")) {
        Some(rest) => (rest, true),
        None => match stripped.strip_prefix("86") {
            Some(rest) if is_mobile(rest) => (rest, true),
            _ => (stripped, false),
        },
    };
    // Switches sometimes put a trunk zero before mobile numbers.
    if let Some(rest) = bare.strip_prefix('0').filter(|rest| is_mobile(rest)) {
        return rest.to_owned();
    }
    let with_zero = format!("0{bare}");
    let lost_zero = foreign && !bare.starts_with('0') && !is_mobile(bare) && is_landline(&with_zero);
    if lost_zero { with_zero } else { bare.to_owned() }
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && matches!(digits.as_bytes()[1], b'3'..=b'9')
}

/// 010 and 02x have three digits, every other area four.
fn area_len(digits: &str) -> usize {
    if matches!(digits.as_bytes().get(1), Some(b'1' | b'2')) { 3 } else { 4 }
}

fn is_landline(digits: &str) -> bool {
    let area = area_len(digits);
    let zero_one = digits.starts_with("01") && !digits.starts_with("010");
    let subscriber_ok = matches!(digits.as_bytes().get(area), Some(b'1'..=b'9'));
    digits.starts_with('0')
        && !digits.starts_with("00")
        && !zero_one
        && subscriber_ok
        && matches!(digits.len() - area, 7 | 8)
}

fn kind_of(digits: &str) -> Option<PhoneKind> {
    let numeric = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    if !numeric {
        None
    } else if is_mobile(digits) {
        Some(PhoneKind::Mobile)
    } else if is_landline(digits) {
        Some(PhoneKind::Landline)
    } else if digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")) {
        Some(PhoneKind::Service)
    } else if (3..=5).contains(&digits.len()) && !digits.starts_with('0') {
        Some(PhoneKind::Short)
    } else {
        None
    }
}

fn complaint(digits: &str) -> FieldError {
    match digits.len() {
        0 => error("联系电话不能为空", "请填写手机号，或带区号的固定电话"),
        7 | 8 if !digits.starts_with('0') => error("固定电话缺少区号", "请在号码前加区号，例如010-12345678"),
        11 if digits.starts_with('1') => error("手机号码不存在", "请核对手机号码前三位"),
        n if digits.starts_with('1') && (9..=13).contains(&n) => {
            error(&format!("手机号码应为11位，现为{n}位"), "请核对是否少写或多写了数字")
        }
        _ => error("联系电话格式不正确", "请填写11位手机号，或带区号的固定电话，例如010-12345678"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn norm(text: &str) -> String {
        Phone::parse(text).map_or_else(|e| e.message, |p| p.normalised().to_owned())
    }

    #[test]
    fn one_number_in_many_dresses_is_one_number() {
        for text in ["13812345678", "138 1234 5678", "138-1234-5678", "+86 13812345678", "008613812345678"] {
            assert_eq!(norm(text), "13812345678", "{text}");
        }
        for text in ["8613812345678", "１３８１２３４５６７８", "013812345678", "(+86)138.1234.5678"] {
            assert_eq!(norm(text), "13812345678", "{text}");
        }
        for text in ["010-12345678", "(010)12345678", "（010）1234 5678", "+86 10 12345678", "+8601012345678"] {
            assert_eq!(norm(text), "01012345678", "{text}");
        }
        assert_eq!(norm("0851-8765432"), "08518765432");
    }

    #[test]
    fn kinds_are_told_apart() {
        let kind = |text| Phone::parse(text).unwrap().kind();
        assert_eq!(kind("19912345678"), PhoneKind::Mobile);
        assert_eq!(kind("0755-12345678"), PhoneKind::Landline);
        assert_eq!(kind("021-12345678"), PhoneKind::Landline);
        assert_eq!(kind("400-123-4567"), PhoneKind::Service);
        for short in ["110", "12345", "9588"] {
            assert_eq!(kind(short), PhoneKind::Short);
        }
    }

    #[test]
    fn masks_keep_what_an_agent_may_read_aloud() {
        let mask = |text| Phone::parse(text).unwrap().masked();
        assert_eq!(mask("13812345678"), "138****5678");
        assert_eq!(mask("010-12345678"), "010****5678");
        assert_eq!(mask("0851-8765432"), "0851****432");
        assert_eq!(mask("12345"), "12345");
        assert_eq!(format!("{:?}", Phone::parse("13812345678").unwrap()), "Phone(138****5678)");
    }

    #[test]
    fn refusals_name_what_is_wrong_and_what_to_do() {
        let cases = [
            ("", "联系电话不能为空"),
            ("1381234567", "手机号码应为11位，现为10位"),
            ("11812345678", "手机号码不存在"),
            ("12345678", "固定电话缺少区号"),
            ("010-12345678转801", "联系电话不能带分机号"),
            ("微信同号", "联系电话含有数字以外的字符"),
            ("00", "联系电话格式不正确"),
            ("0", "联系电话格式不正确"),
            ("+", "联系电话格式不正确"),
            ("013", "联系电话格式不正确"),
        ];
        for (text, message) in cases {
            let error = Phone::parse(text).unwrap_err();
            assert_eq!(error.message, message, "{text}");
            assert_eq!(error.field, "phone");
            assert!(error.remedy.is_some());
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_the_normal_form_is_stable(text in "[+0-9０-９ ()转-]{0,20}|.*") {
            if let Ok(phone) = Phone::parse(&text) {
                let again = Phone::parse(phone.normalised());
                prop_assert_eq!(again.as_ref(), Ok(&phone));
                prop_assert!(!phone.masked().is_empty());
            }
        }
    }
}
