//! What a gateway with an HTTP interface tells by calling us.

use super::HttpSettings;

/// A report or a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Report { reference: String, good: bool, error: Option<String> },
    Reply { phone: String, text: String, reference: Option<String> },
}

/// Reads the fields of a request; `None` when they are neither report nor reply.
#[must_use]
pub fn told(s: &HttpSettings, fields: &[(String, String)]) -> Option<Told> {
    let field = |name: &str| fields.iter().find(|(n, _)| !name.is_empty() && n == name).map(|(_, v)| v.trim());
    if let (Some(reference), Some(state)) = (field(&s.report_id), field(&s.report_state)) {
        let good = s.report_good.split(',').any(|g| g.trim().eq_ignore_ascii_case(state));
        let error = (!good).then(|| format!("运营商报告 {state}"));
        return Some(Told::Report { reference: reference.to_owned(), good, error });
    }
    let (phone, text) = (field(&s.reply_phone)?, field(&s.reply_text)?);
    let reference = field(&s.report_id).filter(|r| !r.is_empty()).map(str::to_owned);
    Some(Told::Reply { phone: phone.to_owned(), text: text.to_owned(), reference })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_a_report_or_a_reply() {
        let s = HttpSettings::default();
        let of = |list: &[(&str, &str)]| {
            let fields: Vec<_> = list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            told(&s, &fields)
        };
        let bad = of(&[("msgid", "7"), ("status", "UNDELIV")]);
        assert!(matches!(bad, Some(Told::Report { good: false, error: Some(why), .. }) if why.contains("UNDELIV")));
        assert!(matches!(
            of(&[("msgid", "7"), ("status", "delivrd")]),
            Some(Told::Report { good: true, error: None, .. })
        ));
        let reply = of(&[("mobile", "138"), ("content", " 1 ")]);
        assert_eq!(reply, Some(Told::Reply { phone: "138".to_owned(), text: "1".to_owned(), reference: None }));
        assert_eq!(of(&[("mobile", "138")]), None);
    }
}
