//! B6 更正: what the citizen contests is named field by field and proved; a team leader who did not write the record
//! decides. The record as it was stays in the request and, of an answer, as its own record.

use kernel::{CallId, CallbackId, Refusal};

use super::{
    callback::finish,
    check::Check,
    guard::another_round,
    request::{Apply, apply},
    work::{Say, Work},
};
use crate::{
    authority::Role,
    callback::{Callback, CallbackOutcome},
    correction::{CorrectedField, CorrectedItem, Correction, CorrectionGround, fits, put_right, restated},
    decision::Recipient,
    order::OrderState,
    request::{Request, RequestKind},
};

/// What is said to be wrong.
pub(super) struct Wrong<'a> {
    pub answer: Option<CallbackId>,
    pub items: &'a [CorrectedItem],
    pub ground: CorrectionGround,
    pub reason: &'a str,
    pub call: Option<CallId>,
}

pub(super) fn correct(w: &mut Work, wrong: &Wrong) -> Result<(), Refusal> {
    let about = match wrong.answer {
        Some(id) => {
            let answer = w.case.answers().find(|c| c.id == id && c.reached);
            Some(answer.cloned().ok_or_else(|| Refusal::not_found("回访记录"))?)
        }
        None => None,
    };
    let corrections = named(w, about.as_ref(), wrong.items);
    let mut check = Check::new()
        .when(corrections.is_empty(), "items", "请选择有误的记录项", "选择后填写更正后的内容")
        .text("reason", "更正说明", wrong.reason, 5, 1000);
    for (at, c) in corrections.iter().enumerate() {
        check = check.result(check_item(c, about.is_some(), corrections[..at].iter().any(|o| o.field == c.field)));
    }
    check.done()?;
    apply(
        w,
        Apply {
            code: "B6",
            reason_code: wrong.ground.code().to_owned(),
            reason: wrong.reason.trim().to_owned(),
            callback: about.map(|c| c.id),
            corrections,
            call: wrong.call,
            ..Apply::new(RequestKind::Correction)
        },
    )
    .map(drop)
}

/// The items beside what is recorded now.
fn named(w: &Work, about: Option<&Callback>, items: &[CorrectedItem]) -> Vec<Correction> {
    let item = |i: &CorrectedItem| Correction {
        field: i.field,
        was: recorded(w, about, i.field),
        should: i.should.trim().to_owned(),
    };
    items.iter().map(item).collect()
}

fn recorded(w: &Work, about: Option<&Callback>, field: CorrectedField) -> Option<String> {
    if field.is_answer() { about.and_then(|c| field.of_answer(c)) } else { field.of_order(&w.case.order) }
}

fn check_item(c: &Correction, of_answer: bool, twice: bool) -> Result<(), kernel::FieldError> {
    let no = |text: String, remedy: &str| Err(kernel::FieldError::new("items", text).with_remedy(remedy));
    let name = c.field.cn();
    if twice {
        return no(format!("“{name}”重复填写"), "每项只填写一次");
    }
    if c.field.is_answer() != of_answer {
        return no(format!("“{name}”不属于所选记录"), "登记内容和回访记录请分别申请更正");
    }
    if !fits(c.field, &c.should) {
        return no(format!("“{name}”没有“{}”这种取值", c.should), "请从列出的选项中选择");
    }
    if let Some((least, most)) = c.field.length() {
        let n = c.should.chars().count();
        if !(least..=most).contains(&n) {
            return no(format!("“{name}”须为{least}至{most}个字，现为{n}个字"), "请填写更正后的完整内容");
        }
    }
    if c.was.as_deref() == Some(c.should.as_str()) {
        return no(format!("“{name}”与原记录相同，无需更正"), "请填写更正后的内容，或取消选择该项");
    }
    Ok(())
}

/// Agreed: the order's words are put right, an answer is followed by the record that should have been made of it.
pub(super) fn corrected(w: &mut Work, r: &Request, opinion: Option<&str>) -> Result<(), Refusal> {
    let fields: Vec<_> = r.corrections.iter().map(|c| c.field).collect();
    let say = Say::maybe(opinion).reason(r.reason_code.clone());
    w.note("B6", "correction_approved", None, say.with(serde_json::json!({ "corrected": fields })));
    if let Some(id) = r.callback {
        return answer_corrected(w, r, id);
    }
    let now = unmoved(w, r)?;
    put_right(&mut w.case.order, &now);
    w.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", "登记内容已更正，请按更正后的内容办理".to_owned())]);
    Ok(())
}

/// The corrections, if the record still says what was contested. What was added to the words meanwhile stays.
fn unmoved(w: &Work, r: &Request) -> Result<Vec<Correction>, Refusal> {
    let mut all = r.corrections.clone();
    for c in &mut all {
        let now = c.field.of_order(&w.case.order);
        if now == c.was {
            continue;
        }
        let added = match (&now, &c.was) {
            (Some(now), Some(was)) if c.field == CorrectedField::Content => now.strip_prefix(was.as_str()),
            _ => None,
        };
        let moved = || {
            Refusal::conflict(
                "record_moved",
                format!("“{}”在申请后已有变动，请不同意本申请，按现有记录重新申请", c.field.cn()),
            )
        };
        c.should.push_str(added.ok_or_else(moved)?);
    }
    Ok(all)
}

fn answer_corrected(w: &mut Work, r: &Request, id: CallbackId) -> Result<(), Refusal> {
    let old = w.case.answers().find(|c| c.id == id).cloned();
    let old = old.ok_or_else(|| Refusal::conflict("record_moved", "该回访记录已另行更正，请不同意本申请，重新申请"))?;
    let new = restated(&old, w.env.id(), &r.corrections, w.now());
    w.case.callbacks.push(new.clone());
    let latest = w.case.answers().filter(|c| c.reached).max_by_key(|c| (c.round, c.at)).map(|c| c.id);
    if latest != Some(new.id) || new.round != w.case.order.round {
        // An earlier answer: the record is put right, what came after it stands.
        return Ok(());
    }
    let o = &mut w.case.order;
    (o.contacted, o.solved, o.rating) =
        (new.contacted.or(o.contacted), new.solved.or(o.solved), new.rating.or(o.rating));
    follow(w, r, old.outcome, new.outcome)
}

/// What the citizen really said decides what becomes of the order, as at the callback itself (B1, B2).
fn follow(w: &mut Work, r: &Request, old: CallbackOutcome, new: CallbackOutcome) -> Result<(), Refusal> {
    use CallbackOutcome::{RedoProposed, Satisfied};
    match (w.state(), new) {
        (OrderState::PendingCallback, Satisfied) => {
            w.cancel_requests(|kind, _| matches!(kind, RequestKind::Redo | RequestKind::Unreasonable));
            finish(w, Say::nothing().reason("B6"))
        }
        (OrderState::Closed, RedoProposed) if old == Satisfied => redo_or_supervision(w, r),
        _ => Ok(()),
    }
}

fn redo_or_supervision(w: &mut Work, r: &Request) -> Result<(), Refusal> {
    if another_round(&w.case, w.env).is_err() {
        let msg = [("biz", "工单".to_owned()), ("msg", "更正后诉求人不满意，不能再重办，请督办".to_owned())];
        w.tell("T20", Recipient::CenterRole { role: Role::Supervisor }, &msg);
        return Ok(());
    }
    if w.case.pending_requests().any(|p| p.kind == RequestKind::Redo) {
        return Ok(());
    }
    apply(
        w,
        Apply {
            code: "W26",
            reason_code: "B6".to_owned(),
            reason: r.reason.clone(),
            applicant: Some((r.applied_by, r.applied_org)),
            ..Apply::new(RequestKind::Redo)
        },
    )
    .map(drop)
}
