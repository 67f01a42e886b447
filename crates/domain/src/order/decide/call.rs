//! A telephone call about an order (关联通话): named by the order, and traced in its record.

use kernel::Ts;

use super::work::{Say, Work};
use crate::{
    authority::Permission,
    case::Case,
    decision::Decision,
    env::{By, Env},
};

/// What the record says of the call. The words stand for themselves; nobody's number is among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallAbout {
    /// Key of the call.
    pub call: String,
    pub direction_cn: &'static str,
    pub result_cn: &'static str,
    /// When it began.
    pub at: Ts,
}

/// Names the call as the order's own when it has none, and writes it down. Whoever may see the order and had the call
/// may do so in any state: it changes nothing of the matter.
#[must_use]
pub fn bind_call(case: &Case, about: &CallAbout, by: &By, env: &Env) -> Decision {
    let role = match by {
        By::Person(actor) => Permission::CallHandle.roles().iter().copied().find(|r| actor.has(*r)),
        By::System => None,
    };
    let mut work = Work::new(case.clone(), by, env, role);
    if work.case.order.call_id.is_none() {
        work.case.order.call_id = Some(about.call.clone());
        work.case.order.updated_at = env.now;
    }
    let fields = serde_json::json!({
        "call_direction": about.direction_cn, "call_result": about.result_cn, "at": about.at,
    });
    work.note("W34", "call_bind", None, Say::nothing().with(fields));
    work.finish()
}
