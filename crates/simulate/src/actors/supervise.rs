//! 督办: rounds are issued, signed for, answered, judged — or left lying.

use domain::authority::{Actor, Role};
use domain::env::By;
use domain::order::{Command, EvaluateForm, SuperviseForm};
use domain::request::RequestKind;
use domain::supervision::{SuperviseLevel, SuperviseState, SuperviseTrigger, SuperviseVerdict, Supervision, VerifyWay};
use domain::task::TaskState;

use crate::fate::Twist;
use crate::live::{Scene, Turn};

pub fn turn(s: &mut Scene) -> Option<Turn> {
    let rounds = s.case.supervisions.clone();
    for round in &rounds {
        let turn = match round.state {
            SuperviseState::Issued | SuperviseState::Signed => owed(s, round),
            SuperviseState::Replied => judged(s, round),
            _ => None,
        };
        if turn.is_some() {
            return turn;
        }
    }
    issue(s)
}

/// Whoever issued it, or a supervisor for the ladder's and the leaders'.
fn initiator(s: &mut Scene, round: &Supervision) -> Actor {
    let own = round.initiator.and_then(|u| s.city.user(u));
    own.unwrap_or_else(|| s.any(Role::Supervisor))
}

/// The unit owes an answer.
fn owed(s: &mut Scene, round: &Supervision) -> Option<Turn> {
    let org = round.org?;
    let supervision = round.id;
    if s.live.take(Twist::Revoke) {
        let by = initiator(s, round);
        let reason = "经核实问题已解决，撤销督办。".to_owned();
        return Some(Turn::Do(By::Person(by), Command::SuperviseRevoke { supervision, reason }));
    }
    if s.live.has(Twist::Silent) {
        if round.due_at.is_none_or(|due| s.now < due.plus_hours(26)) {
            return None;
        }
        s.live.take(Twist::Silent);
    }
    let cmd = match round.state {
        SuperviseState::Issued => Command::SuperviseSign { supervision },
        _ => {
            let reply = "已约谈经办人，制定整改计划，每日跟踪进度，并向诉求人说明情况。".to_owned();
            Command::SuperviseReply { supervision, reply }
        }
    };
    Some(s.unit(Role::UnitAdmin, org, cmd))
}

/// The answer is judged by whoever asked for it.
fn judged(s: &mut Scene, round: &Supervision) -> Option<Turn> {
    if s.live.has(Twist::EvaluateLate) {
        let closed = s.case.order.closed_at?;
        let until = closed.plus_days(s.world.params.int("archive.quiet_d")).plus_hours(5);
        if s.now < until {
            return Some(Turn::Wait(until));
        }
        s.live.take(Twist::EvaluateLate);
    }
    let failed = s.live.take(Twist::NotDone);
    let (verdict, score) = match failed {
        true => (SuperviseVerdict::NotDone, 40),
        false if s.live.dice.chance(300) => (SuperviseVerdict::Mostly, 75),
        false => (SuperviseVerdict::Done, 92),
    };
    let comment = if failed { "现场核查发现整改未到位。" } else { "整改措施已落实。" }.to_owned();
    let form = EvaluateForm { verdict, score, comment, way: VerifyWay::Phone };
    let by = initiator(s, round);
    Some(Turn::Do(By::Person(by), Command::SuperviseEvaluate { supervision: round.id, form }))
}

/// 挂牌 most of the time; each of the sharp levels until it has been seen.
fn sharp(s: &mut Scene) -> SuperviseLevel {
    let so_far = |level: SuperviseLevel| s.tally.of("sharp", level.code());
    let order = [SuperviseLevel::Listed, SuperviseLevel::Interview, SuperviseLevel::Joint];
    let least = order.into_iter().min_by_key(|l| so_far(*l)).filter(|l| so_far(*l) < 3);
    let level = least.unwrap_or_else(|| {
        s.live.dice.weighted(&[(8, SuperviseLevel::Listed), (1, SuperviseLevel::Interview), (1, SuperviseLevel::Joint)])
    });
    s.tally.count("sharp", level.code());
    level
}

/// A new round, while the unit is at work and owes none.
fn issue(s: &mut Scene) -> Option<Turn> {
    let working = s.case.lead_task().is_some_and(|t| t.state == TaskState::Working);
    let busy = s.case.supervisions.iter().any(|r| r.state.is_open())
        || s.case.pending_requests().any(|r| r.kind == RequestKind::Supervise);
    if !working || busy {
        return None;
    }
    let (level, role, trigger) = if s.live.take(Twist::Urge) {
        let role = if s.live.dice.chance(500) { Role::TeamLeader } else { Role::Callback };
        (SuperviseLevel::Urge, role, SuperviseTrigger::S2)
    } else if s.live.take(Twist::Normal) {
        (SuperviseLevel::Normal, Role::Supervisor, SuperviseTrigger::S4)
    } else if s.live.take(Twist::Listed) {
        let level = sharp(s);
        // What a leader orders needs no second supervisor.
        let role = if level == SuperviseLevel::Listed { Role::Supervisor } else { Role::Leader };
        (level, role, SuperviseTrigger::S8)
    } else {
        return None;
    };
    let opinion = "群众反映办理进展缓慢，请说明原因并尽快整改到位。".to_owned();
    Some(s.does(role, Command::SuperviseIssue(SuperviseForm { level, trigger, opinion, due_at: None, cc: Vec::new() })))
}
