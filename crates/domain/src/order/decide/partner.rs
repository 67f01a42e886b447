//! What another platform decides or tells of a matter leaves its trace in the record of ours.

use kernel::{Refusal, Ts};
use serde_json::Value;

use super::guard::superior_first;
use super::request::{More, extend_all};
use super::sla;
use super::work::{Say, Work};
use crate::{
    case::Case,
    clock::ClockKind,
    decision::Decision,
    env::{By, Env},
};

/// 延期 granted by the platform the matter came from: its limit moves, and the promise with it. `None` where neither limit nor
/// promise ends before.
#[must_use]
pub fn extend_for_partner(case: &Case, until: Ts, partner: &str, env: &Env) -> Option<Decision> {
    let mut work = Work::new(case.clone(), &By::System, env, None);
    let say = Say::nothing().with(serde_json::json!({ "partner": partner, "until": until }));
    granted(&mut work, until, partner, say).then(|| work.finish())
}

/// The same for the order that a matter was merged into: its deadlines come back as far as the nearest limit, `until`, of what
/// was merged into it, and not beyond its own. `None` where nothing moves.
#[must_use]
pub fn relieve_merged(root: &Case, until: Option<Ts>, partner: &str, env: &Env) -> Option<Decision> {
    let mut work = Work::new(root.clone(), &By::System, env, None);
    if work.case.order.merged_limit_at == until {
        return None;
    }
    let promise = |w: &Work| w.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at);
    let before = promise(&work);
    sla::relieve(&mut work, until);
    work.note(
        "X3",
        "extension_approved",
        None,
        Say::nothing().with(serde_json::json!({ "partner": partner, "until": until })),
    );
    if let Some(due) = promise(&work).filter(|due| Some(*due) > before) {
        work.tell_citizen("T21", &[("reason", "上级同意延期".to_owned()), ("date", due.format_cn())]);
    }
    Some(work.finish())
}

/// Whether the time asked for by the platform that handles a matter may be given: not past the limit the matter came with.
pub fn may_grant(case: &Case, until: Option<Ts>, env: &Env) -> Result<(), Refusal> {
    let limit = sla::limit(&case.order, env).filter(|limit| until.is_some_and(|until| until > *limit));
    limit.map_or(Ok(()), |limit| Err(Refusal::state("superior_limit", superior_first(&case.order, limit))))
}

/// What a superior grants, however it is heard. Tells whether anything moved.
pub(super) fn granted(w: &mut Work, until: Ts, by: &str, say: Say) -> bool {
    let nearer = |at: Option<Ts>| at.is_some_and(|at| at < until);
    let order = &mut w.case.order;
    let mut limited = false;
    for limit in [&mut order.origin.limit_at, &mut order.merged_limit_at] {
        if nearer(*limit) {
            *limit = Some(until);
            limited = true;
        }
    }
    let promised = nearer(w.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at));
    if promised {
        extend_all(w, More::Until(until, by), None, say);
    } else if limited {
        w.note("X3", "extension_approved", None, say);
    }
    limited || promised
}

/// Writes down what the platform that handles a matter told of it; nothing of the matter itself changes.
#[must_use]
pub fn note_partner(case: &Case, action: &str, fields: Value, env: &Env) -> Decision {
    let mut work = Work::new(case.clone(), &By::System, env, None);
    work.note("W34", action, None, Say::nothing().with(fields));
    work.finish()
}
