//! 评价申诉: the unit contests what a callback says of its work. The answer itself is never changed; an agreed contest
//! takes the contested items out of the figures.

use kernel::{CallbackId, Refusal};

use super::{
    check::Check,
    guard::{contest_until, contested},
    request::{Apply, apply},
    work::Work,
};
use crate::{
    callback::RatedItem,
    request::{ContestGround, RequestKind},
    task::TaskRole,
};

pub(super) fn contest(
    w: &mut Work,
    id: CallbackId,
    items: &[RatedItem],
    ground: ContestGround,
    reason: &str,
) -> Result<(), Refusal> {
    let about = w.case.answers().find(|c| c.id == id && c.reached).cloned();
    let about = about.ok_or_else(|| Refusal::not_found("回访记录"))?;
    let until = contest_until(&about, w.env);
    let silent = items.iter().find(|i| !about.tells(**i));
    let what = silent.map(|i| format!("诉求人没有对“{}”作出评价", i.cn())).unwrap_or_default();
    Check::new()
        .when(items.is_empty(), "items", "请选择申诉的评价项", "可多选：是否联系、过程满意、结果满意、是否解决")
        .when(silent.is_some(), "items", &what, "请只选择诉求人作出评价的项")
        .when(contested(&w.case, &about), "callback", "该评价已申诉过，每次评价只能申诉一次", "请选择其他评价")
        .when(w.now() > until, "callback", &format!("该评价的申诉期已于{}截止", until.format_cn()), "请选择其他评价")
        .text("reason", "申诉说明", reason, 10, 1000)
        .done()?;
    let task = w.case.tasks.iter().rev().find(|t| t.role == TaskRole::Lead && t.round == about.round).map(|t| t.id);
    let mut items = items.to_vec();
    items.sort();
    items.dedup();
    apply(
        w,
        Apply {
            code: "B7",
            task,
            reason_code: ground.code().to_owned(),
            reason: reason.trim().to_owned(),
            callback: Some(about.root()),
            items,
            ..Apply::new(RequestKind::Contest)
        },
    )
    .map(drop)
}
