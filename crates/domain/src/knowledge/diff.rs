//! 版本差异: what one version says that another does not, sentence by sentence.

use serde::Serialize;

use super::ArticleText;

/// Kept, put in or taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Same,
    Added,
    Removed,
}

/// A stretch of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Part {
    pub change: Change,
    pub text: String,
}

/// More cells than this are not compared character by character.
const CELLS: usize = 250_000;

fn sentences(text: &str) -> Vec<&str> {
    text.split_inclusive(['。', '；', '！', '？', '\n']).collect()
}

/// Longest common subsequence, as a script of changes.
fn script<T: PartialEq + Copy>(a: &[T], b: &[T]) -> Vec<(Change, T)> {
    let width = b.len() + 1;
    let mut most = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            most[i * width + j] = if a[i] == b[j] {
                most[(i + 1) * width + j + 1] + 1
            } else {
                most[(i + 1) * width + j].max(most[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            out.push((Change::Same, a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && most[(i + 1) * width + j] >= most[i * width + j + 1]) {
            out.push((Change::Removed, a[i]));
            i += 1;
        } else {
            out.push((Change::Added, b[j]));
            j += 1;
        }
    }
    out
}

fn join(out: &mut Vec<Part>, change: Change, text: &str) {
    match out.last_mut() {
        Some(last) if last.change == change => last.text.push_str(text),
        _ if text.is_empty() => {}
        _ => out.push(Part { change, text: text.to_owned() }),
    }
}

/// A rewritten passage, character by character when it is short enough to be read so.
fn passage(out: &mut Vec<Part>, old: &str, new: &str) {
    let (a, b) = (marks(old), marks(new));
    let steps = if a.len() * b.len() > CELLS { Vec::new() } else { script(&a, &b) };
    let kept = steps.iter().filter(|(c, _)| *c == Change::Same).count();
    // Passages that share little are easier to read one after the other.
    if kept * 2 < a.len().min(b.len()) || steps.is_empty() {
        join(out, Change::Removed, old);
        join(out, Change::Added, new);
        return;
    }
    for (change, mark) in steps {
        join(out, change, mark);
    }
}

/// Characters, but figures and Latin words whole: 48 does not become 24 by its 4.
fn marks(text: &str) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    let mut from = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        if c.is_ascii_alphanumeric() && chars.peek().is_some_and(|(_, next)| next.is_ascii_alphanumeric()) {
            continue;
        }
        out.push(&text[from..end]);
        from = end;
    }
    out
}

/// How `old` became `new`.
#[must_use]
pub fn differences(old: &str, new: &str) -> Vec<Part> {
    let (mut out, mut was, mut is) = (Vec::new(), String::new(), String::new());
    for (change, sentence) in script(&sentences(old), &sentences(new)) {
        match change {
            Change::Removed => was.push_str(sentence),
            Change::Added => is.push_str(sentence),
            Change::Same => {
                passage(&mut out, &std::mem::take(&mut was), &std::mem::take(&mut is));
                join(&mut out, Change::Same, sentence);
            }
        }
    }
    passage(&mut out, &was, &is);
    out
}

impl ArticleText {
    /// Field by field, those that differ: label and script.
    #[must_use]
    pub fn changes_from(&self, old: &ArticleText) -> Vec<(&'static str, Vec<Part>)> {
        let day = |t: Option<kernel::Ts>| t.map_or_else(|| "长期".to_owned(), |t| t.date().to_string());
        let shown = |p: bool| if p { "公开" } else { "不公开" };
        let fields = [
            ("标题", old.title.clone(), self.title.clone()),
            ("答复内容", old.body.clone(), self.body.clone()),
            ("话务口径", old.inner.clone(), self.inner.clone()),
            ("政策依据", old.basis.clone(), self.basis.clone()),
            ("关键词", old.keywords.clone(), self.keywords.clone()),
            ("分类", old.category.clone(), self.category.clone()),
            ("有效期起", day(Some(old.valid_from)), day(Some(self.valid_from))),
            ("有效期止", day(old.valid_to), day(self.valid_to)),
            ("公开范围", shown(old.public).to_owned(), shown(self.public).to_owned()),
        ];
        fields.into_iter().filter(|(_, a, b)| a != b).map(|(label, a, b)| (label, differences(&a, &b))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(parts: &[Part]) -> String {
        let sign = |p: &Part| match p.change {
            Change::Same => p.text.clone(),
            Change::Added => format!("[+{}]", p.text),
            Change::Removed => format!("[-{}]", p.text),
        };
        parts.iter().map(sign).collect()
    }

    #[test]
    fn a_changed_figure_is_shown_as_such_and_a_new_sentence_as_a_whole() {
        let old = "连续缴存6个月可以申请。需本人到场。";
        let new = "连续缴存12个月可以申请。可网上办理。需本人到场。";
        assert_eq!(told(&differences(old, new)), "连续缴存[-6][+12]个月可以申请。[+可网上办理。]需本人到场。");
    }

    #[test]
    fn either_text_can_be_read_off_the_script() {
        for (a, b) in [("", "甲。"), ("甲乙丙。丁", "丁。甲丙"), ("完全不同的一句话。", "abc"), ("同", "同")]
        {
            let parts = differences(a, b);
            let side =
                |not: Change| parts.iter().filter(|p| p.change != not).map(|p| p.text.as_str()).collect::<String>();
            assert_eq!((side(Change::Added), side(Change::Removed)), (a.to_owned(), b.to_owned()));
        }
    }
}
