//! 模板: placeholders and the number of messages a text costs.

use std::collections::BTreeSet;

use kernel::FieldError;
use serde::Serialize;

/// Characters (UTF-16 units) of a message alone, and of one part of several: the rest is the header that joins them.
const ALONE: usize = 70;
const PART: usize = 67;
/// Longest text of a template, characters.
const MOST: usize = 300;

/// Length and price of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counted {
    /// UTF-16 units.
    pub chars: usize,
    /// Messages it is sent as.
    pub parts: usize,
}

/// Counts a text as carriers do: 70 characters alone, 67 in each part of a longer one.
#[must_use]
pub fn count(text: &str) -> Counted {
    let chars = text.encode_utf16().count();
    Counted { chars, parts: if chars <= ALONE { 1 } else { chars.div_ceil(PART) } }
}

/// The names in braces.
#[must_use]
pub fn placeholders(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

/// Whether a text may stand for a template whose shipped text is `shipped`: only its placeholders are ever filled.
///
/// # Errors
/// Names what is wrong with the field `text`.
pub fn check_text(text: &str, shipped: &str) -> Result<(), FieldError> {
    let wrong = |message: String, remedy: String| Err(FieldError::new("text", message).with_remedy(remedy));
    let text = text.trim();
    if text.chars().count() < 4 {
        return wrong("请填写模板内容".to_owned(), "至少4个字".to_owned());
    }
    if text.chars().count() > MOST {
        return wrong(format!("模板最多{MOST}字"), "超过70字的短信按多条计费，请尽量精简".to_owned());
    }
    let known = placeholders(shipped);
    let list = known.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join("、");
    let list = if list.is_empty() { "本模板没有变量".to_owned() } else { format!("可用变量：{list}") };
    if text.matches('{').count() != text.matches('}').count() || nested(text) {
        return wrong("花括号没有成对".to_owned(), list);
    }
    if let Some(name) = placeholders(text).into_iter().find(|name| !known.contains(name)) {
        return wrong(format!("本模板没有变量{{{name}}}"), list);
    }
    // T22 has brackets of its own.
    if text.contains(['【', '】']) && !shipped.contains('【') {
        return wrong("模板中不要写签名".to_owned(), "签名在参数“短信签名”中设置，发送时自动加在开头".to_owned());
    }
    Ok(())
}

/// A brace opened within a brace, or closed before it was opened.
fn nested(text: &str) -> bool {
    let mut open = false;
    for c in text.chars() {
        match c {
            '{' if open => return true,
            '}' if !open => return true,
            '{' => open = true,
            '}' => open = false,
            _ => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cost_by_seventy_and_sixty_seven() {
        let of = |n: usize| count(&"水".repeat(n)).parts;
        assert_eq!([0, 1, 70, 71, 134, 135, 201].map(of), [1, 1, 1, 2, 2, 3, 3]);
        assert_eq!(count("😀").chars, 2);
    }

    #[test]
    fn only_the_shipped_placeholders_in_whole_braces_pass() {
        let shipped = "您的诉求{no}已交{org}办理，预计{due}前答复。";
        assert!(check_text("诉求{no}由{org}办理。", shipped).is_ok());
        let why = |text: &str| check_text(text, shipped).unwrap_err().message;
        assert_eq!(why("您的{name}诉求已办理"), "本模板没有变量{name}");
        assert_eq!(why("您的诉求{no已办理"), "花括号没有成对");
        assert_eq!(why("您的诉求}no{已办理"), "花括号没有成对");
        assert_eq!(why("好"), "请填写模板内容");
        assert_eq!(why("【云12345】诉求{no}已办"), "模板中不要写签名");
        assert!(check_text("【督办】工单{no}请办理", "【督办】工单{no}：{opinion30}").is_ok());
        assert!(why(&"长".repeat(301)).contains("300"));
    }
}
