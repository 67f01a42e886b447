//! Rules over what the form says in several places.

use super::{
    Answer, GateField, GateRule, Hit, Severity, about, at,
    words::{places, sentence},
};
use crate::{
    contact::ContactResult,
    order::{Confidentiality, HandleResult},
};

fn blank(text: Option<&str>) -> bool {
    text.is_none_or(|t| t.trim().is_empty())
}

/// A refusal whose text names no rule it rests on.
pub(super) fn no_basis(a: &Answer) -> Vec<Hit> {
    const REFUSALS: [&str; 7] =
        ["不予支持", "不属于我", "不在我单位职责", "无法支持", "不符合", "不予受理", "不能办理"];
    let text = a.form.public_reply.as_str();
    let named = text.contains('《') || (text.contains('第') && text.contains('条'));
    if named {
        return Vec::new();
    }
    let remedy = "请在公开答复中写明所依据的法规政策名称和条款";
    let words = places(text, &REFUSALS);
    if let Some((i, w)) = words.first() {
        return vec![at(GateRule::NoBasis, Severity::Serious, GateField::PublicReply, text, *i, i + w.len(), remedy)];
    }
    let refused = matches!(a.form.result, HandleResult::UnsolvedExplained | HandleResult::NotDuty);
    let missing = refused && blank(a.form.legal_basis.as_deref());
    missing.then(|| about(GateRule::NoBasis, Severity::Serious, a.form.result.cn(), remedy)).into_iter().collect()
}

/// Nobody was reached, or the text claims what the records do not have.
pub(super) fn contact(a: &Answer) -> Vec<Hit> {
    const CLAIMS: [&str; 8] = [
        "已与您联系",
        "已电话联系",
        "与您电话沟通",
        "已上门",
        "经与您沟通",
        "与诉求人联系",
        "已联系诉求人",
        "电话告知",
    ];
    let o = a.order;
    let exempt = o.anonymous || o.no_reply_wanted || o.confidentiality != Confidentiality::None;
    let reached = a.contacts.iter().any(|c| c.result == ContactResult::Reached);
    let mut hits = Vec::new();
    if a.contacts.is_empty() && !exempt {
        hits.push(about(GateRule::NoContact, Severity::Serious, "联系记录0次", "请先联系诉求人并登记联系情况"));
    }
    if !reached {
        for (text, field) in
            [(&a.form.public_reply, GateField::PublicReply), (&a.form.handling_note, GateField::HandlingNote)]
        {
            let remedy = "没有已联系上的记录，请补登联系情况或改正表述";
            let claims = places(text, &CLAIMS).into_iter();
            hits.extend(
                claims
                    .map(|(i, w)| at(GateRule::Contradiction, Severity::Serious, field, text, i, i + w.len(), remedy)),
            );
        }
    }
    hits
}

/// The result, the finding and the text must tell one story.
pub(super) fn contradictions(a: &Answer) -> Vec<Hit> {
    const OPEN: [&str; 8] =
        ["尚未解决", "尚未完成", "暂未", "无法解决", "暂时无法", "正在办理", "正在处理", "未能解决"];
    const DONE: [&str; 6] = ["已解决", "已修复", "已办结", "已处理完毕", "问题已处理", "已整改到位"];
    const TRUE: [&str; 3] = ["情况属实", "反映属实", "经查属实"];
    const FALSE: [&str; 4] = ["情况不属实", "反映不属实", "与事实不符", "经查不属实"];
    let text = a.form.public_reply.as_str();
    let hits = |words: &[&str], remedy: &str| -> Vec<Hit> {
        places(text, words)
            .into_iter()
            .map(|(i, w)| {
                at(GateRule::Contradiction, Severity::Serious, GateField::PublicReply, text, i, i + w.len(), remedy)
            })
            .collect()
    };
    let mut all = match a.form.result {
        HandleResult::Solved => hits(&OPEN, "办理结果为“已解决”，与此处表述不一致"),
        HandleResult::UnsolvedExplained => hits(&DONE, "办理结果为“未解决已解释”，与此处表述不一致"),
        HandleResult::Partial | HandleResult::NotDuty => Vec::new(),
    };
    all.extend(match a.form.claim_true {
        Some(true) => hits(&FALSE, "“诉求是否属实”选择了属实，与此处表述不一致"),
        Some(false) => hits(&TRUE, "“诉求是否属实”选择了不属实，与此处表述不一致"),
        None => Vec::new(),
    });
    all.extend(not_yet(a));
    all
}

/// 已于12月5日… when that day is still to come.
fn not_yet(a: &Answer) -> Vec<Hit> {
    let text = a.form.public_reply.as_str();
    let today = a.now.civil().date();
    let mut hits = Vec::new();
    for (i, mark) in text.match_indices("已于") {
        let rest = &text[i + mark.len()..];
        let Some((month, after)) = number(rest, "月") else { continue };
        let Some((day, tail)) = number(after, "日") else { continue };
        let Ok(date) = jiff_date(today.year(), month, day) else { continue };
        // Around the turn of the year a month far ahead is last year's.
        let ahead = date > today && month - i64::from(today.month()) < 6;
        if ahead {
            let to = text.len() - tail.len();
            let remedy = "该日期尚未到来，请核对完成时间";
            hits.push(at(GateRule::Contradiction, Severity::Serious, GateField::PublicReply, text, i, to, remedy));
        }
    }
    hits
}

fn jiff_date(year: i16, month: i64, day: i64) -> Result<kernel::Date, ()> {
    let (month, day) = (i8::try_from(month).map_err(drop)?, i8::try_from(day).map_err(drop)?);
    kernel::Date::new(year, month, day).map_err(drop)
}

/// A number before `unit` at the start of the text, and what follows.
fn number<'t>(text: &'t str, unit: &str) -> Option<(i64, &'t str)> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let n = text[..end].parse().ok()?;
    Some((n, text[end..].strip_prefix(unit)?))
}

/// Solved, but the note tells of nothing that was done.
pub(super) fn unsupported(a: &Answer) -> Option<Hit> {
    const DEEDS: [&str; 26] = [
        "现场", "核实", "核查", "维修", "修复", "更换", "处理", "整改", "退款", "退还", "清理", "约谈", "处罚", "责令",
        "检测", "调解", "安装", "疏通", "补发", "发放", "拆除", "查处", "办理", "联系", "告知", "到场",
    ];
    let note = a.form.handling_note.as_str();
    let told = places(note, &DEEDS).into_iter().any(|(i, _)| !sentence(note, i).contains('将'));
    let bare = a.form.result == HandleResult::Solved && !told;
    bare.then(|| {
        let remedy = "请写明何时由谁做了什么、结果如何";
        at(GateRule::Unsupported, Severity::Hint, GateField::HandlingNote, note, 0, note.len(), remedy)
    })
}
