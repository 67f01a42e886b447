//! 短信与通知模板 (App. A): the words in which people are told.

use std::collections::BTreeMap;
use std::sync::LazyLock;

const TEMPLATES: &str = include_str!("../seed/reference/sms_templates.csv");

/// One template of App. A.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: String,
    /// Who gets it, codes separated by commas.
    pub to: String,
    pub title: String,
    pub text: String,
}

static BY_ID: LazyLock<BTreeMap<String, Template>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(TEMPLATES.as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.expect("the shipped template file is well formed");
        let template = Template {
            id: row[0].to_owned(),
            to: row[1].to_owned(),
            title: row[2].to_owned(),
            text: row[3].to_owned(),
        };
        (template.id.clone(), template)
    });
    rows.collect()
});

/// The template of an id such as `T05`.
pub fn template(id: &str) -> Option<&'static Template> {
    BY_ID.get(id)
}

/// All of them, in the order of their ids.
pub fn templates() -> impl Iterator<Item = &'static Template> {
    BY_ID.values()
}

/// Fills `{name}` placeholders; those without a value become empty, so that no brace ever reaches a reader.
pub fn fill(text: &str, vars: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            rest = after;
            break;
        };
        out.push_str(vars.get(name).map_or("", String::as_str));
        // A value that ends its own sentence needs no full stop after it.
        let ended = out.ends_with(['。', '！', '？']);
        rest = tail.strip_prefix('。').filter(|_| ended).unwrap_or(tail);
    }
    out.push_str(rest);
    out
}

/// Title and text of a notice; an unknown template still tells which it was.
pub fn compose(id: &str, vars: &BTreeMap<String, String>) -> (String, String) {
    match template(id) {
        Some(t) => (t.title.clone(), fill(&t.text, vars)),
        None => (format!("通知{id}"), vars.values().cloned().collect::<Vec<_>>().join("；")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_of_the_appendix_is_there() {
        for n in 1..=34 {
            assert!(template(&format!("T{n:02}")).is_some(), "T{n:02}");
        }
    }

    #[test]
    fn placeholders_are_filled_and_missing_ones_vanish() {
        let vars = BTreeMap::from([("no".to_owned(), "370100".to_owned())]);
        assert_eq!(compose("T17", &vars).1, "工单370100诉求人已撤回，停止办理。");
        assert_eq!(fill("期限{due}内", &vars), "期限内");
        for (reply, made) in
            [("已修复。", "结果：已修复。详情见"), ("已修复", "结果：已修复。详情见"), ("谢谢！", "结果：谢谢！详情见")]
        {
            let vars = BTreeMap::from([("reply60".to_owned(), reply.to_owned())]);
            assert_eq!(fill("结果：{reply60}。详情见", &vars), made);
        }
        assert_eq!(fill("未闭合{due", &vars), "未闭合due");
    }
}
