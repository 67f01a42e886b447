//! One round of supervision in words.

use domain::light::{Light, light_at};
use domain::supervision::Supervision;
use kernel::{Ts, UserId};

use super::line::remaining_cn;
use crate::view::{EvaluationView, SupervisionView, UserRef};
use crate::world::World;

/// The round; what was written only for those who may read internal texts.
pub fn supervision_view(s: &Supervision, internal: bool, world: &World, now: Ts) -> SupervisionView {
    let waiting = s.state.is_unanswered();
    let person = |id: Option<UserId>| id.map(|id| UserRef { id, name: world.user_name(id) });
    let lead = world.params.warn_span(world.params.span("sla.supervise_reply"));
    let warn = s.due_at.map(|due| world.calendar.subtract_warn(due, lead.qty, lead.unit).max(s.issued_at));
    let inner = |text: &str| if internal { text.to_owned() } else { String::new() };
    SupervisionView {
        id: s.id,
        round: s.round,
        level: s.level,
        level_cn: s.level.cn().to_owned(),
        next_level: s.level.next(),
        trigger: s.trigger,
        trigger_cn: s.trigger.cn().to_owned(),
        state: s.state,
        state_cn: s.state.cn().to_owned(),
        opinion: inner(&s.opinion),
        cc: s.cc.iter().map(|id| world.org(*id)).collect(),
        org: s.org.map(|id| world.org(id)),
        task_id: s.task_id,
        initiator_name: s.initiator.map_or_else(|| "系统".to_owned(), |id| world.user_name(id)),
        initiator_org: s.initiator_org.map(|id| world.org(id)),
        by_leader: s.by_leader,
        automatic: s.rung.is_some(),
        issued_at: s.issued_at,
        due_at: s.due_at,
        light: if waiting { light_at(s.due_at, warn, now) } else { Light::Off },
        remaining_cn: s
            .due_at
            .filter(|_| waiting)
            .map(|due| remaining_cn(&world.calendar, due, now))
            .unwrap_or_default(),
        signed_by: person(s.signed_by),
        signed_at: s.signed_at,
        reply: s.reply.clone().filter(|_| internal),
        replied_by: person(s.replied_by),
        replied_at: s.replied_at,
        late: s.replied_at.zip(s.due_at).is_some_and(|(at, due)| at > due),
        evaluation: s.evaluation.as_ref().map(|e| EvaluationView {
            verdict: e.verdict,
            verdict_cn: e.verdict.cn().to_owned(),
            score: e.score,
            comment: inner(&e.comment),
            way: e.way,
            way_cn: e.way.cn().to_owned(),
            by_name: world.user_name(e.by),
            at: e.at,
        }),
        end_reason: s.end_reason.clone().filter(|_| internal),
        ended_at: s.ended_at,
    }
}
