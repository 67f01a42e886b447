//! What another platform decides or tells of a matter leaves its trace in the record of ours.

use kernel::Ts;
use serde_json::Value;

use super::request::{More, extend_all};
use super::work::{Say, Work};
use crate::{
    case::Case,
    clock::ClockKind,
    decision::Decision,
    env::{By, Env},
};

/// 延期 granted by the platform the matter came from. `None` where no promise runs any more, or it already runs as long.
#[must_use]
pub fn extend_for_partner(case: &Case, until: Ts, partner: &str, env: &Env) -> Option<Decision> {
    let due = case.open_clocks(ClockKind::Order).next()?.due_at;
    if until <= due {
        return None;
    }
    let mut work = Work::new(case.clone(), &By::System, env, None);
    let say = Say::nothing().with(serde_json::json!({ "partner": partner, "until": until }));
    extend_all(&mut work, More::Until(until, partner), None, say);
    Some(work.finish())
}

/// Writes down what the platform that handles a matter told of it; nothing of the matter itself changes.
#[must_use]
pub fn note_partner(case: &Case, action: &str, fields: Value, env: &Env) -> Decision {
    let mut work = Work::new(case.clone(), &By::System, env, None);
    work.note("W34", action, None, Say::nothing().with(fields));
    work.finish()
}
