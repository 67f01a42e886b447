//! From domain values to views: Chinese words, masks, lamps. Pure.

mod case;
mod evidence;
mod flow;
mod line;
mod monitor;
mod steps;
mod supervision;

pub use case::{Seen, effect_cn, order_view, public_status, request_view};
pub use evidence::{bounce_view, evidence_view};
pub use flow::{action_label, flow_line, reason_cn};
pub use line::{LineFacts, hit_view, order_line, remaining_cn, task_view};
pub use monitor::{card_view, rule_line};
pub use steps::{Passed, steps};
pub use supervision::supervision_view;

use domain::clock::{BY_SUPERIOR, Clock, Span};
use domain::param::definition;
use kernel::{Arithmetic, Unit};

use crate::view::{AddedView, DeadlineView, SkippedView};

/// The Chinese name of what set a clock: a parameter, or the act of a person.
pub fn basis_cn(basis: &str) -> String {
    if let Some(def) = definition(basis) {
        return def.name.clone();
    }
    let word = match basis {
        "due.dispatcher" => "派单员限办",
        "due.leader" => "领导批示限办",
        BY_SUPERIOR => "上级限办日期",
        "due.tracking" => "阶段性办结承诺期限",
        "due.parent" => "不晚于上级任务期限",
        "co_reply" => "协办期限",
        "due.supervise" => "督办限期反馈",
        other => other,
    };
    word.to_owned()
}

/// `5个工作日`.
pub fn span_cn(span: Span) -> String {
    let unit = match span.unit {
        Unit::WorkDay => "个工作日",
        Unit::CalendarDay => "日",
        Unit::Hour => "小时",
        Unit::WorkHour => "个工作小时",
        Unit::Minute => "分钟",
    };
    format!("{}{unit}", span.qty)
}

/// Every sum of a clock in words, pauses and extensions after the first.
pub fn sentences(sums: &[Arithmetic]) -> Vec<String> {
    sums.iter().flat_map(Arithmetic::explain_cn).collect()
}

/// A clock as an explained deadline.
pub fn deadline(clock: &Clock) -> DeadlineView {
    let skipped = clock.arithmetic.iter().flat_map(|a| &a.skipped);
    let added = clock.arithmetic.iter().flat_map(|a| &a.added);
    DeadlineView {
        due_at: clock.due_at,
        warn_at: clock.warn_at,
        basis_key: clock.basis.clone(),
        basis_cn: basis_cn(&clock.basis),
        span: clock.span(),
        sentences: sentences(&clock.arithmetic),
        skipped: skipped.map(|d| SkippedView { date: d.date.to_string(), why: d.why.label_cn().to_owned() }).collect(),
        added: added.map(|d| AddedView { date: d.date.to_string(), note: d.note.clone() }).collect(),
    }
}
