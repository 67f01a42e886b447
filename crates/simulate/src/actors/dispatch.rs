//! 派单台: claimed, talked over, sent to whom the catalogue names — or to the wrong one.

use domain::authority::Role;
use domain::env::By;
use domain::order::{CoHandler, Command, OrderState, RulingRule, TransferTarget};
use kernel::OrgId;

use crate::fate::{Kind, Twist};
use crate::live::{Scene, Turn};

pub fn turn(s: &mut Scene) -> Turn {
    if s.case.order.state == OrderState::Consulting {
        return conclude(s);
    }
    if s.live.fate.kind == Kind::AgainstCenter {
        // Nobody at the centre may dispatch a matter against the centre.
        let (target, receipt) = (TransferTarget::Superior, "省平台已接收".to_owned());
        let reason = Some("反映本中心".to_owned());
        return s.does(Role::TeamLeader, Command::TransferOut { target, receipt, reason });
    }
    if let (Some(into), true) = (s.live.mate, s.live.has(Twist::MergeNow)) {
        s.live.take(Twist::MergeNow);
        let reason = "同一诉求人就同一事项重复反映".to_owned();
        return s.does(Role::Dispatcher, Command::Merge { into, reason });
    }
    if s.live.take(Twist::DispatchLate) {
        return Turn::Wait(s.working_days(s.now, 1).plus_hours(10));
    }
    let lead = lead(s);
    if s.live.take(Twist::Consult) && !s.case.order.flags.designated {
        let mut participants = vec![lead, other(s, lead)];
        // The city's petition office knows whether the matter has come to it too.
        participants.push(s.any(Role::PetArchivist).org);
        let question = "该事项涉及多个部门职责，请会商明确主办单位".to_owned();
        return s.does(Role::Dispatcher, Command::Consult { participants, question });
    }
    let o = &s.case.order;
    let holder = o.claimed_by.filter(|_| o.claimed_until.is_some_and(|t| s.now < t)).and_then(|u| s.city.user(u));
    let Some(by) = holder else {
        if o.claimed_by.is_none() && !s.live.urgent {
            return s.does(Role::Dispatcher, Command::Claim);
        }
        let by = s.any(Role::Dispatcher);
        return dispatch(s, By::Person(by), lead);
    };
    dispatch(s, By::Person(by), lead)
}

fn dispatch(s: &mut Scene, by: By, lead: OrgId) -> Turn {
    let down = s.live.has(Twist::Child) || s.live.has(Twist::CoBelow);
    let above = s.city.above(&s.case.order.category, &s.world.directory).filter(|_| down);
    let lead = above.unwrap_or(lead);
    let lead = if s.live.take(Twist::WrongFirst) { other(s, lead) } else { lead };
    let mut co = Vec::new();
    if s.live.take(Twist::Co) {
        let question = Some("请就职责范围内的事项反馈处理意见".to_owned());
        co.push(CoHandler { org: other(s, lead), question });
    }
    let advice = Some("请按规定时限办理，主动联系诉求人并反馈结果。".to_owned());
    Turn::Do(by, Command::Dispatch { lead, co, advice, due_at: None, urgency: None })
}

/// Whose duty it is: what a ruling or a returning unit named, else the catalogue; never the unit complained of.
pub fn lead(s: &mut Scene) -> OrgId {
    let (o, directory) = (&s.case.order, &s.world.directory);
    let mut n = usize::try_from(o.registered_at.0 / 1000 % 977).unwrap_or(0);
    let named = o.suggested_org.filter(|org| s.city.fits(*org, &o.category, directory));
    let mut lead = named.unwrap_or_else(|| s.city.lead(&o.category, &o.region, s.now, directory, n));
    while o.accused_org.is_some_and(|a| directory.is_within(lead, a)) && n < 2000 {
        n += 1;
        lead = s.city.other(None, &o.category, directory, n);
    }
    lead
}

/// Some other unit that may work on it.
pub fn other(s: &mut Scene, not: OrgId) -> OrgId {
    let o = &s.case.order;
    let mut n = s.live.dice.below(1000);
    loop {
        let org = s.city.other(Some(not), &o.category, &s.world.directory, n);
        let barred = o.accused_org.is_some_and(|a| s.world.directory.is_within(org, a)) || s.case.has_task_of(org);
        if !barred || n > 1200 {
            return org;
        }
        n += 1;
    }
}

fn conclude(s: &mut Scene) -> Turn {
    let lead = lead(s);
    let rule = s.live.take(Twist::Ruling).then(|| RulingRule {
        region: s.case.order.region.clone(),
        legal_basis: "《云溪市部门职责争议协调办法》".to_owned(),
    });
    let conclusion = "经会商，由职责主管部门主办，其他单位按职责配合。".to_owned();
    s.does(Role::TeamLeader, Command::ConsultConclude { lead, co: Vec::new(), conclusion, rule })
}
