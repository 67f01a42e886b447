//! 状态报告: the text of a delivery receipt (SMPP 3.4, appendix B): `id:… sub:… dlvrd:… stat:DELIVRD err:000 text:…`.

/// Number, state and error of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub id: String,
    pub state: String,
    pub error: Option<String>,
}

impl Receipt {
    pub fn good(&self) -> bool {
        self.state == "DELIVRD"
    }

    /// Neither arrived nor given up: a further receipt will come.
    pub fn open(&self) -> bool {
        matches!(self.state.as_str(), "ENROUTE" | "ACCEPTD" | "UNKNOWN" | "")
    }

    /// For people.
    pub fn why(&self) -> Option<String> {
        let word = match self.state.as_str() {
            "DELIVRD" => return None,
            "EXPIRED" => "超时未送达",
            "DELETED" => "已被删除",
            "UNDELIV" => "无法送达",
            "REJECTD" => "被拒绝",
            _ => "未送达",
        };
        let error = self.error.as_deref().filter(|e| !e.trim_matches('0').is_empty()).map(|e| format!("，错误码{e}"));
        Some(format!("{word}（{}{}）", self.state, error.unwrap_or_default()))
    }
}

/// Reads one; the words come in any order and any case.
pub fn read(text: &str) -> Option<Receipt> {
    let field = |name: &str| {
        let at = text.to_ascii_lowercase().find(name)?;
        let value = text.get(at + name.len()..)?.split_whitespace().next()?;
        Some(value.to_owned())
    };
    let id = field("id:")?;
    Some(Receipt { id, state: field("stat:")?.to_ascii_uppercase(), error: field("err:") })
}

/// The state of `message_state` (§5.2.28).
pub fn state_of(code: u8) -> &'static str {
    match code {
        1 => "ENROUTE",
        2 => "DELIVRD",
        3 => "EXPIRED",
        4 => "DELETED",
        5 => "UNDELIV",
        6 => "ACCEPTD",
        8 => "REJECTD",
        _ => "UNKNOWN",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_are_read_in_any_writing() {
        let text = "id:0A1b sub:001 dlvrd:001 submit date:2611281200 done date:2611281201 stat:DELIVRD err:000 text:hi";
        let good = read(text).expect("a receipt");
        assert_eq!((good.id.as_str(), good.good(), good.why()), ("0A1b", true, None));
        let bad = read("ID:7 STAT:undeliv ERR:011").expect("a receipt");
        assert_eq!(bad.why().as_deref(), Some("无法送达（UNDELIV，错误码011）"));
        assert!(read("1").is_none());
        assert!(read("id:7 stat:ACCEPTD").expect("a receipt").open());
    }
}
