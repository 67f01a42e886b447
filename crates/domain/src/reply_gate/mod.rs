//! 答复质量关: rules with names over the text of an answer before it leaves the unit. They need no model, point at the very
//! words, and can be overridden with a reason that the auditor reads — except where personal data would reach the public.

mod consistency;
mod demand;
#[cfg(test)]
mod tests;
mod words;

use kernel::{FieldError, Refusal, Ts};
use serde::{Deserialize, Serialize};

use crate::{
    contact::Contact,
    order::{HandleResult, HandlingForm, Order},
};

coded! {
    /// The rules.
    GateRule {
        Personal = "personal", "含个人信息";
        Unanswered = "unanswered", "未回应诉求";
        NoBasis = "no_basis", "不予支持未写依据";
        NoContact = "no_contact", "无联系记录";
        Contradiction = "contradiction", "前后矛盾";
        Vague = "vague", "措施空泛、无时限";
        Template = "template", "套话模板";
        Reused = "reused", "套用既往答复";
        Unsupported = "unsupported", "办结缺少事实支撑";
        Tone = "tone", "用语不当";
        Short = "short", "内容过短";
    }
}
coded! {
    /// What a hit asks for.
    Severity {
        /// Must be put right; no reason helps.
        Grave = "grave", "必须修改";
        /// Must be put right or given a reason.
        Serious = "serious", "修改或说明理由";
        /// Worth a look.
        Hint = "hint", "提示";
    }
}
coded! {
    /// Where the words stand.
    GateField {
        PublicReply = "public_reply", "公开答复";
        HandlingNote = "handling_note", "办理情况";
        Content = "content", "诉求内容";
        Wish = "wish", "诉求目的";
        Form = "form", "办理表单";
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Hit {
    pub rule: GateRule,
    pub severity: Severity,
    pub field: GateField,
    /// Place in the field, in UTF-16 units as browsers count; both 0 when no words are meant.
    pub start: u32,
    pub end: u32,
    /// The words themselves.
    pub found: String,
    pub remedy: String,
}

/// An earlier answer of the unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    pub case_no: String,
    pub text: String,
}

/// Everything a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    pub order: &'a Order,
    pub form: &'a HandlingForm,
    /// Contacts of this task and of those that work for it.
    pub contacts: &'a [&'a Contact],
    pub earlier: &'a [Earlier],
    pub now: Ts,
}

/// What was found when the answer left the unit, kept with the task for the auditor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRecord {
    pub hits: Vec<Hit>,
    /// Why the unit let it go all the same.
    pub reason: Option<String>,
    pub at: Ts,
}

/// The rules over the words alone, for a text that has no form around it: a direct answer, the centre's own wording.
#[must_use]
pub fn review_text(order: &Order, text: &str, now: Ts) -> Vec<Hit> {
    let form = HandlingForm {
        claim_true: None,
        beyond_duty: false,
        result: HandleResult::Partial,
        unsolved_reason: None,
        handling_note: String::new(),
        public_reply: text.to_owned(),
        legal_basis: None,
        override_reason: None,
    };
    let a = Answer { order, form: &form, contacts: &[], earlier: &[], now };
    let mut hits = words::personal(&a);
    hits.extend(demand::unanswered(&a));
    hits.extend(words::vague(&a));
    hits.extend(words::template(&a));
    hits.extend(words::tone(&a));
    hits.extend(words::short(&a));
    hits.sort_by_key(|h| h.severity);
    hits
}

/// Lets the answer go: with the record of what was found, or with the words what is to be done first.
///
/// # Errors
/// Grave hits always; serious ones without a reason.
pub fn admit(hits: Vec<Hit>, reason: Option<&str>, at: Ts) -> Result<GateRecord, Refusal> {
    /// Shorter than this is no reason.
    const LEAST: usize = 5;
    let names = |severity| {
        let mut names: Vec<&str> = hits.iter().filter(|h| h.severity == severity).map(|h| h.rule.cn()).collect();
        names.dedup();
        names.join("、")
    };
    let grave = names(Severity::Grave);
    if !grave.is_empty() {
        let e = FieldError::new("form.public_reply", format!("公开答复{grave}，不能提交"));
        return Err(Refusal::fields(vec![e.with_remedy("请按标出的位置删去后再提交")]));
    }
    let serious = names(Severity::Serious);
    let reason = reason.map(str::trim).filter(|r| !r.is_empty());
    if !serious.is_empty() && reason.is_none_or(|r| r.chars().count() < LEAST) {
        let e = FieldError::new("form.override_reason", format!("答复质量检查发现：{serious}"));
        return Err(Refusal::fields(vec![e.with_remedy("请修改答复，或写明保留的理由，审核员将看到该理由")]));
    }
    let reason = reason.filter(|_| !serious.is_empty()).map(str::to_owned);
    Ok(GateRecord { hits, reason, at })
}

/// A hit at the bytes `from..to` of `text`.
fn at(rule: GateRule, severity: Severity, field: GateField, text: &str, from: usize, to: usize, remedy: &str) -> Hit {
    let units = |s: &str| u32::try_from(s.encode_utf16().count()).unwrap_or(u32::MAX);
    Hit {
        rule,
        severity,
        field,
        start: units(&text[..from]),
        end: units(&text[..to]),
        found: text[from..to].to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// A hit that is about no words.
fn about(rule: GateRule, severity: Severity, found: impl Into<String>, remedy: &str) -> Hit {
    let field = GateField::Form;
    Hit { rule, severity, field, start: 0, end: 0, found: found.into(), remedy: remedy.to_owned() }
}

/// Every finding, the gravest first.
#[must_use]
pub fn review(a: &Answer) -> Vec<Hit> {
    let mut hits = words::personal(a);
    hits.extend(demand::unanswered(a));
    hits.extend(consistency::no_basis(a));
    hits.extend(consistency::contact(a));
    hits.extend(consistency::contradictions(a));
    hits.extend(words::vague(a));
    hits.extend(words::template(a));
    hits.extend(demand::reused(a));
    hits.extend(consistency::unsupported(a));
    hits.extend(words::tone(a));
    hits.extend(words::short(a));
    hits.sort_by_key(|h| h.severity);
    hits
}
