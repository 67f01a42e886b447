//! What was asked, and whether this very answer was written for it.

use std::collections::BTreeSet;

use super::{Answer, GateField, GateRule, Hit, Severity, at};

/// Characters that carry nothing of the matter.
const EMPTY: &str = "的了是在我们你您他她它这那有和与及或也都就还又很请求要希望尽快给予能否何时怎么什么为一不吗呢吧啊，。；：、！？“”（）《》 \n";

/// Marks of a demand inside a sentence.
const ASKS: [&str; 12] =
    ["请", "要求", "希望", "建议", "是否", "何时", "什么时候", "多久", "怎么", "如何", "能否", "？"];

/// Words in every letter: they say nothing of this matter.
const COMMON: [(char, char); 22] = [
    ('解', '决'),
    ('处', '理'),
    ('领', '导'),
    ('部', '门'),
    ('反', '映'),
    ('问', '题'),
    ('情', '况'),
    ('感', '谢'),
    ('谢', '谢'),
    ('麻', '烦'),
    ('有', '关'),
    ('相', '关'),
    ('政', '府'),
    ('帮', '助'),
    ('帮', '忙'),
    ('答', '复'),
    ('回', '复'),
    ('诉', '求'),
    ('来', '电'),
    ('尽', '快'),
    ('您', '好'),
    ('百', '姓'),
];

/// Pairs of neighbouring characters that carry something.
fn pairs(text: &str) -> BTreeSet<(char, char)> {
    let chars: Vec<char> = text.chars().collect();
    let carries = |(a, b): &(char, char)| !EMPTY.contains(*a) && !EMPTY.contains(*b) && !COMMON.contains(&(*a, *b));
    chars.windows(2).map(|w| (w[0], w[1])).filter(carries).collect()
}

/// Sentences with their byte places.
fn sentences(text: &str) -> Vec<(usize, &str)> {
    let mut from = 0;
    let mut all = Vec::new();
    for (i, c) in text.char_indices().filter(|(_, c)| "。；！？\n".contains(*c)) {
        let to = i + c.len_utf8();
        all.push((from, &text[from..to]));
        from = to;
    }
    if from < text.len() {
        all.push((from, &text[from..]));
    }
    all
}

/// Sentences that ask for something of which the answer says nothing: not one word of theirs comes back.
pub(super) fn unanswered(a: &Answer) -> Vec<Hit> {
    let said = pairs(&format!("{}{}", a.form.public_reply, a.form.handling_note));
    let wish = a.order.wish.as_deref().unwrap_or_default();
    let mut hits = Vec::new();
    for (text, field) in [(a.order.content.as_str(), GateField::Content), (wish, GateField::Wish)] {
        for (from, s) in sentences(text) {
            let asked = pairs(s);
            let asks = field == GateField::Wish || ASKS.iter().any(|w| s.contains(w));
            if !asks || asked.len() < 4 || !asked.is_disjoint(&said) {
                continue;
            }
            let remedy = "答复没有涉及这一项诉求，请逐项回应";
            hits.push(at(
                GateRule::Unanswered,
                Severity::Serious,
                field,
                text,
                from,
                from + s.trim_end().len(),
                remedy,
            ));
        }
    }
    hits
}

/// Runs of three characters.
fn triples(text: &str) -> BTreeSet<[char; 3]> {
    let chars: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && !c.is_ascii_digit()).collect();
    chars.windows(3).map(|w| [w[0], w[1], w[2]]).collect()
}

/// Four fifths of an earlier answer, word for word (Jaccard over runs of three characters).
pub(super) fn reused(a: &Answer) -> Option<Hit> {
    const ALIKE: f64 = 0.8;
    /// Short answers are alike by nature.
    const LEAST: usize = 30;
    let text = a.form.public_reply.as_str();
    let mine = triples(text);
    if mine.len() < LEAST {
        return None;
    }
    let alike = |other: &str| {
        let theirs = triples(other);
        let both = mine.intersection(&theirs).count();
        #[expect(clippy::cast_precision_loss, reason = "texts of a few thousand characters")]
        let share = both as f64 / (mine.len() + theirs.len() - both).max(1) as f64;
        share >= ALIKE
    };
    let source = a.earlier.iter().find(|e| alike(&e.text))?;
    let remedy = format!("与工单{}的答复基本相同，请针对本诉求核实后重写", source.case_no);
    Some(at(GateRule::Reused, Severity::Serious, GateField::PublicReply, text, 0, text.len(), &remedy))
}
