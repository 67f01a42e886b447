//! Rules over single words and sentences.

use super::{Answer, GateField, GateRule, Hit, Severity, at};

/// `haystack`'s places of any of the words, in order.
pub(super) fn places<'w>(haystack: &str, words: &[&'w str]) -> Vec<(usize, &'w str)> {
    let mut found: Vec<(usize, &str)> =
        words.iter().flat_map(|w| haystack.match_indices(w).map(|(i, _)| (i, *w))).collect();
    found.sort_unstable();
    found
}

/// The sentence around a byte: from the last full stop before it to the next one.
pub(super) fn sentence(text: &str, byte: usize) -> &str {
    const ENDS: [char; 5] = ['。', '；', '！', '？', '\n'];
    let from = text[..byte].rfind(ENDS).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    let to = text[byte..].find(ENDS).map_or(text.len(), |i| byte + i);
    &text[from..to]
}

/// Runs of digits (a final X included) of at least `least` characters.
fn digit_runs(text: &str, least: usize) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let (mut runs, mut i) = (Vec::new(), 0);
    while i < bytes.len() {
        let from = i;
        while i < bytes.len() && bytes[i].is_ascii_digit() {
            i += 1;
        }
        if i > from && matches!(bytes.get(i), Some(b'X' | b'x')) && i - from == 17 {
            i += 1;
        }
        if i - from >= least {
            runs.push((from, i));
        }
        i = i.max(from + 1);
    }
    runs
}

/// Personal data in the text that the citizen, and perhaps the public, will read.
pub(super) fn personal(a: &Answer) -> Vec<Hit> {
    const REMEDY: &str = "请删去，公开答复不得出现个人信息；单位联系电话请用固定电话";
    const PERHAPS: &str = "与诉求人姓名相同；不是指诉求人的写明理由后可以保留，否则请删去";
    let text = a.form.public_reply.as_str();
    let found =
        |severity, from, to, remedy| at(GateRule::Personal, severity, GateField::PublicReply, text, from, to, remedy);
    let hit = |from, to| found(Severity::Grave, from, to, REMEDY);
    let perhaps = |from, to| found(Severity::Serious, from, to, PERHAPS);
    let mut hits: Vec<Hit> = digit_runs(text, 11)
        .into_iter()
        .filter(|(from, to)| {
            let run = &text[*from..*to];
            let mobile = run.len() == 11 && run.starts_with('1') && run.as_bytes()[1] >= b'3';
            mobile || run.len() == 18
        })
        .map(|(from, to)| hit(from, to))
        .collect();
    let r = &a.order.requester;
    let known = [r.name.as_deref(), r.address.as_deref(), r.id_no.as_deref()];
    for secret in known.into_iter().flatten().map(str::trim).filter(|s| s.chars().count() >= 2) {
        hits.extend(text.match_indices(secret).map(|(i, s)| {
            let end = i + s.len();
            if inside_words(secret, &text[..i], &text[end..]) { perhaps(i, end) } else { hit(i, end) }
        }));
    }
    hits
}

/// Two characters between others need not be a name: 关于丽景湾 is not about 于丽. Beside a word for a person they are.
fn inside_words(name: &str, before: &str, after: &str) -> bool {
    const PERSON_BEFORE: [&str; 8] = ["人", "民", "众", "户", "主", "位", "名", "姓名为"];
    const PERSON_AFTER: [&str; 8] = ["先生", "女士", "同志", "老师", "本人", "您", "反映", "等人"];
    let han = |c: Option<char>| c.is_some_and(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
    name.chars().count() == 2
        && han(before.chars().next_back())
        && han(after.chars().next())
        && !PERSON_BEFORE.iter().any(|w| before.ends_with(w))
        && !PERSON_AFTER.iter().any(|w| after.starts_with(w))
}

/// A sentence names a day, a length of time or that it is done.
fn has_date(sentence: &str) -> bool {
    const DAYS: [&str; 8] = ["今天", "今日", "明天", "明日", "当日", "当天", "本周", "月底"];
    const UNITS: [&str; 8] = ["月", "日", "天", "个工作日", "小时", "周", "号", "年"];
    if DAYS.iter().any(|d| sentence.contains(d)) {
        return true;
    }
    let digits = digit_runs(sentence, 1);
    digits.iter().any(|(_, to)| {
        let rest = sentence[*to..].trim_start();
        UNITS.iter().any(|u| rest.starts_with(u))
    })
}

/// 尽快, 有关部门… in a sentence without a date.
pub(super) fn vague(a: &Answer) -> Vec<Hit> {
    const WORDS: [&str; 12] = [
        "尽快",
        "近期",
        "适时",
        "择期",
        "相关部门",
        "有关部门",
        "下一步将",
        "积极协调",
        "逐步",
        "视情况",
        "待条件成熟",
        "进一步加强",
    ];
    let text = a.form.public_reply.as_str();
    let loose = places(text, &WORDS).into_iter().filter(|(i, _)| !has_date(sentence(text, *i)));
    let remedy = "请写明办理单位、具体措施和完成日期";
    loose
        .map(|(i, w)| at(GateRule::Vague, Severity::Serious, GateField::PublicReply, text, i, i + w.len(), remedy))
        .collect()
}

/// Set phrases that make up half of the answer or more.
pub(super) fn template(a: &Answer) -> Vec<Hit> {
    const PHRASES: [&str; 10] = [
        "您反映的问题已收悉",
        "您反映的问题我单位高度重视",
        "感谢您对我们工作的支持与理解",
        "感谢您对我单位工作的关心和支持",
        "感谢您的来电",
        "祝您生活愉快",
        "请您耐心等待",
        "我们将认真研究",
        "如有疑问请继续拨打12345",
        "欢迎您继续监督我们的工作",
    ];
    let text = a.form.public_reply.as_str();
    let found = places(text, &PHRASES);
    let set: usize = found.iter().map(|(_, w)| w.chars().count()).sum();
    if set * 2 < text.chars().filter(|c| !c.is_ascii_punctuation() && !"，。；！".contains(*c)).count() {
        return Vec::new();
    }
    let remedy = "答复以套话为主，请针对诉求逐项写明事实、结果和依据";
    found
        .into_iter()
        .map(|(i, w)| at(GateRule::Template, Severity::Serious, GateField::PublicReply, text, i, i + w.len(), remedy))
        .collect()
}

/// Words that offend.
pub(super) fn tone(a: &Answer) -> Vec<Hit> {
    const WORDS: [&str; 9] =
        ["没办法", "管不了", "不归我们", "不清楚", "你自己", "随便", "无语", "爱找谁找谁", "无理取闹"];
    let text = a.form.public_reply.as_str();
    let remedy = "请改用规范、礼貌的书面语";
    places(text, &WORDS)
        .into_iter()
        .map(|(i, w)| at(GateRule::Tone, Severity::Serious, GateField::PublicReply, text, i, i + w.len(), remedy))
        .collect()
}

/// Too little to answer anything.
pub(super) fn short(a: &Answer) -> Option<Hit> {
    const LEAST: usize = 20;
    let text = a.form.public_reply.trim();
    let n = text.chars().count();
    let remedy = "请说明核实情况、处理结果和依据";
    (n < LEAST).then(|| Hit {
        found: format!("{n}字"),
        ..at(GateRule::Short, Severity::Hint, GateField::PublicReply, text, 0, text.len(), remedy)
    })
}
