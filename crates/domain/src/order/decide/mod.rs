//! Decisions on orders (§5.3–5.7): authorise, check the state, the guards and the fields, then change a copy of the case
//! and say everything that follows. Pure: the writer carries it out.

mod allowed;
pub mod approval;
mod audit;
mod call;
mod callback;
mod check;
mod contest;
mod correct;
mod dispatch;
mod escalate;
mod form;
mod gate;
mod guard;
mod handle;
pub mod joint;
mod merge;
mod partner;
mod pause;
mod register;
mod reply;
mod request;
mod rules;
mod side;
mod sla;
mod supervise;
mod tick;
mod triage;
mod work;

use kernel::Refusal;

pub use allowed::{Allowed, allowed};
pub use call::{CallAbout, bind_call};
pub use callback::rates_at_once;
pub use escalate::escalate_overdue;
pub use form::{draft_title, validate_form};
pub use guard::{contest_of, is_held};
pub use handle::review_form;
pub use partner::{extend_for_partner, may_grant, note_partner, relieve_merged};
pub use register::{Numbers, register};
pub use supervise::supervise_ladder;
pub use tick::{archive_due, remind_sign, track_due};

use self::{
    gate::{Scene, Verdict},
    rules::{On, rule},
    work::Work,
};
use super::Command;
use crate::{
    case::Case,
    decision::Decision,
    env::{By, Env},
    task::Task,
};

/// Carries one command out on a copy of the case.
///
/// `peer` is the other order of a command that names one: the target of a merge (also when deciding a merge request) or
/// of a link, of an unmerge the order it was merged into, and of 并案 the order that leads. `others` of the decision then holds the peer as changed.
/// The parts of a split stand in `others` too, with an empty `case_no` and `query_code_hash` that the caller fills in.
///
/// Refuses whom the authority, the state, a guard or a field does not allow, in words for the user.
pub fn decide(case: &Case, peer: Option<&Case>, cmd: &Command, by: &By, env: &Env) -> Result<Decision, Refusal> {
    let rule = rule(cmd.action())?;
    let mut scene = Scene::new(case, by, env);
    match rule.on {
        On::Order => {}
        On::Lead => scene = scene.with_lead(),
        On::Task => scene.task = Some(named_task(case, cmd)?),
        On::Request => {
            let id = cmd.request().ok_or_else(|| Refusal::not_found("申请"))?;
            scene.request = Some(case.request(id).ok_or_else(|| Refusal::not_found("申请"))?);
        }
        On::Supervision => {
            let id = cmd.supervision().ok_or_else(|| Refusal::not_found("督办"))?;
            scene = scene.with_supervision(case.supervision(id).ok_or_else(|| Refusal::not_found("督办"))?);
        }
    }
    let role = match scene.verdict(rule) {
        Verdict::Hidden(refusal) | Verdict::Barred(refusal) => return Err(refusal),
        Verdict::Open(role) => role,
    };
    let mut work = Work::new(case.clone(), by, env, role);
    run(&mut work, peer, cmd)?;
    Ok(work.finish())
}

fn named_task<'a>(case: &'a Case, cmd: &Command) -> Result<&'a Task, Refusal> {
    let id = cmd.task().ok_or_else(|| Refusal::not_found("任务"))?;
    case.task(id).ok_or_else(|| Refusal::not_found("任务"))
}

fn run(w: &mut Work, peer: Option<&Case>, cmd: &Command) -> Result<(), Refusal> {
    use Command as C;
    match cmd {
        C::Amend { .. } | C::DirectReply { .. } | C::Reject { .. } | C::TransferOut { .. } | C::Submit { .. } => {
            triage::run(w, cmd)
        }
        C::Claim | C::Release => triage::run(w, cmd),
        C::Consult { .. } | C::ConsultConclude { .. } | C::Dispatch { .. } | C::Recall { .. } | C::Reassign { .. } => {
            dispatch::run(w, cmd)
        }
        C::Sign { .. } | C::Assign { .. } | C::Start { .. } | C::Contact { .. } | C::AddCo { .. } => {
            handle::run(w, cmd)
        }
        C::CoReply { .. } | C::SubmitUnit { .. } | C::UnitApprove { .. } | C::UnitSendBack { .. } => {
            handle::run(w, cmd)
        }
        C::CenterAccept { .. } | C::CenterSendBack { .. } | C::Track { .. } | C::TrackDue => audit::run(w, cmd),
        C::UnifiedReply { channel, reply } => reply::unified_reply(w, channel, reply),
        C::Callback(form) => callback::callback(w, form),
        C::Redo { reason, lead } => callback::redo_command(w, reason, *lead),
        C::Contest { callback, items, ground, reason } => contest::contest(w, *callback, items, *ground, reason),
        C::Correct { callback, contact, items, ground, reason, call } => {
            let about = (*callback, *contact);
            correct::correct(w, &correct::Wrong { about, items, ground: *ground, reason, call: *call })
        }
        C::Join { lead, reason } => joint::join(w, peer, *lead, reason),
        C::Leave { reason } => joint::leave(w, peer, reason),
        C::Merge { .. } | C::Unmerge { .. } | C::Split { .. } | C::Link { .. } => merge::run(w, peer, cmd),
        C::ReturnApply { .. } | C::ExtensionApply { .. } | C::Decide { .. } => request::run(w, peer, cmd),
        C::SuperviseIssue(_)
        | C::SuperviseSign { .. }
        | C::SuperviseReply { .. }
        | C::SuperviseEvaluate { .. }
        | C::SuperviseRevoke { .. } => supervise::run(w, cmd),
        C::Pause { reason, note } => pause::pause(w, *reason, note),
        C::Resume { note } => pause::resume(w, note.as_deref()),
        _ => side::run(w, cmd),
    }
}
