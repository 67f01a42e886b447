//! E-mail addresses as people write them.

use crate::refusal::FieldError;
use crate::text::narrow;

/// Longest address and longest part before the sign (RFC 5321 §4.5.3.1).
const LONGEST: usize = 254;
const LOCAL: usize = 64;

/// An address in its one normal form: no spaces, the domain in lower case. Only what mail servers take without ado: ASCII, no
/// quotes, no comments. Debug prints the masked form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailAddress(String);

impl MailAddress {
    /// Reads an address; full-width signs and spaces around it are fine. The error names the field `email`; see
    /// [`FieldError::at`].
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text: String = text.chars().map(narrow).collect();
        let text = text.trim();
        let wrong = || {
            FieldError::new("email", "邮箱地址不正确".to_owned()).with_remedy("例如 zhangsan@example.com".to_owned())
        };
        let (local, domain) = text.split_once('@').ok_or_else(wrong)?;
        if text.len() > LONGEST || !is_local(local) || !is_domain(domain) {
            return Err(wrong());
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `z****@example.com`.
    pub fn masked(&self) -> String {
        mask_mail(&self.0)
    }
}

impl std::fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MailAddress({})", self.masked())
    }
}

/// The first character and the domain; whatever is no address is hidden whole.
pub fn mask_mail(text: &str) -> String {
    let first = text.chars().next().filter(|c| *c != '@');
    match (first, text.rsplit_once('@')) {
        (Some(first), Some((_, domain))) => format!("{first}****@{domain}"),
        _ => "****".to_owned(),
    }
}

fn is_local(local: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    (1..=LOCAL).contains(&local.len()) && local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom))
}

fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        for (text, want) in [
            ("Li.Si@QQ.com", "Li.Si@qq.com"),
            (" ｌｉ＠ｑｑ．ｃｏｍ ", "li@qq.com"),
            ("a+b_c@mail.jinan.gov.cn", "a+b_c@mail.jinan.gov.cn"),
        ] {
            assert_eq!(MailAddress::parse(text).unwrap().as_str(), want);
        }
    }

    #[test]
    fn what_no_server_takes_is_refused() {
        let long = format!("{}@qq.com", "a".repeat(65));
        for text in [
            "",
            "li",
            "@qq.com",
            "li@",
            "li@qq",
            "li@@qq.com",
            "l i@qq.com",
            "li@qq.com\r\nBcc: x@y.cn",
            ".li@qq.com",
            "李@qq.com",
            "li@-qq.com",
            "\"li\"@qq.com",
            "<li@qq.com>",
            &long,
        ] {
            let e = MailAddress::parse(text).unwrap_err();
            assert_eq!(e.field, "email", "{text}");
        }
    }

    #[test]
    fn a_mask_keeps_the_first_sign_and_the_house() {
        assert_eq!(mask_mail("zhangsan@qq.com"), "z****@qq.com");
        assert_eq!(mask_mail("a@qq.com"), "a****@qq.com");
        assert_eq!(mask_mail("@qq.com"), "****");
        assert_eq!(mask_mail("nonsense"), "****");
        assert_eq!(format!("{:?}", MailAddress::parse("li@qq.com").unwrap()), "MailAddress(l****@qq.com)");
    }
}
