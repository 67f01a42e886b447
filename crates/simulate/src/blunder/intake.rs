//! At the desk and at the dispatcher's.

use domain::authority::Role;
use domain::order::{CoHandler, Command, DemandType, LinkKind, OrderState, RejectReason, SplitPart};
use kernel::OrderId;

use super::{Blunder, blunder};
use crate::actors::form_again;
use crate::fate::Kind;
use crate::live::Scene;
use domain::authority::Actor;

type Tried = Option<(Actor, Command)>;

pub const BLUNDERS: &[Blunder] = &[
    blunder("not_simple", "复杂诉求直接答复", |s| {
        let simple =
            matches!(s.case.order.demand_type, DemandType::Consult | DemandType::Suggestion | DemandType::Praise);
        shortcut(s, !simple)
    }),
    blunder("leader_directed", "批示件直接答复", |s| {
        let o = &s.case.order;
        let hit = o.flags.leader_directed && o.demand_type == DemandType::Consult;
        shortcut(s, hit)
    }),
    blunder("confidential", "保密件直接答复", |s| shortcut(s, s.live.fate.kind == Kind::SecretConsult)),
    blunder("group", "群体诉求直接答复", |s| shortcut(s, s.live.fate.kind == Kind::GroupConsult)),
    blunder("threat", "扬言诉求直接答复", |s| shortcut(s, s.live.fate.kind == Kind::ThreatConsult)),
    blunder("repeat", "重复诉求直接答复", |s| shortcut(s, s.live.fate.kind == Kind::RepeatConsult)),
    blunder("field:redirect_target", "不予受理未写途径", |s| reject(s, RejectReason::N02)),
    blunder("field:linked_order", "已在办理未关联原单", |s| reject(s, RejectReason::N06)),
    blunder("no_lead", "未派单先撤回", |s| {
        registered(s)?;
        Some((s.any(Role::Dispatcher), Command::Recall { reason: "派错了".to_owned() }))
    }),
    blunder("state", "未提交先派单", |s| {
        registered(s)?;
        let lead = s.city.units[0];
        let cmd = Command::Dispatch { lead, co: Vec::new(), advice: None, due_at: None, urgency: None };
        Some((s.any(Role::Dispatcher), cmd))
    }),
    blunder("forbidden", "话务员派单", |s| {
        registered(s)?;
        let lead = s.city.units[0];
        let agent = s.live.agent.clone()?;
        Some((agent, Command::Dispatch { lead, co: Vec::new(), advice: None, due_at: None, urgency: None }))
    }),
    blunder("not_found", "打开他人登记的工单", |s| {
        registered(s)?;
        let own = s.live.agent.as_ref()?.user;
        let other = s.any_but(Role::Agent, &[own]);
        Some((other, Command::Submit { urgency: None, suggested_org: None }))
    }),
    blunder("field:other", "关联自身", |s| {
        registered(s)?;
        let other = s.case.order.id;
        Some((s.any(Role::Dispatcher), Command::Link { other, kind: LinkKind::SamePerson, reason: None }))
    }),
    blunder("field:kind", "手工建立并单关系", |s| {
        registered(s)?;
        let other = s.live.peers.any?;
        Some((s.any(Role::Dispatcher), Command::Link { other, kind: LinkKind::Merge, reason: None }))
    }),
    blunder("merge_self", "并入自身", |s| merge(s, Some(s.case.order.id))),
    blunder("merge_depth", "并入已并单工单", |s| merge(s, s.live.peers.merged)),
    blunder("merge_ended", "并入已办结工单", |s| merge(s, s.live.peers.ended)),
    blunder("merge_order", "并入更晚的工单", |s| merge(s, s.live.peers.later)),
    blunder("merge_report", "举报与投诉并单", |s| {
        let report = s.case.order.demand_type == DemandType::Report;
        merge(s, s.live.peers.report.filter(|_| !report))
    }),
    blunder("merge_confidential", "保密级别不同并单", |s| {
        let plain = !matches!(s.live.fate.kind, Kind::SecretConsult | Kind::SecretReport | Kind::Report);
        merge(s, s.live.peers.secret.filter(|_| plain))
    }),
    blunder("merge_person", "不同诉求人并单", |s| {
        let plain = matches!(s.live.fate.kind, Kind::Complaint | Kind::Help | Kind::Any);
        merge(s, s.live.peers.any.filter(|id| plain && Some(*id) != s.live.mate))
    }),
    blunder("report", "撤回举报", |s| {
        (s.case.order.demand_type == DemandType::Report).then_some(())?;
        registered(s)?;
        Some((s.desk(), Command::Withdraw { reason: "不想举报了".to_owned() }))
    }),
    blunder("field:parts", "拆单只有一项", |s| {
        registered(s)?;
        let o = &s.case.order;
        let part = SplitPart {
            title: o.title.clone(),
            content: o.title.clone(),
            demand_type: o.demand_type,
            category: o.category.clone(),
        };
        Some((s.any(Role::Dispatcher), Command::Split { parts: vec![part], reason: "拆单".to_owned() }))
    }),
    blunder("claimed", "派他人占用的工单", |s| {
        let holder = s.case.order.claimed_by.filter(|_| s.case.order.claimed_until.is_some_and(|t| s.now < t))?;
        dispatching(s)?;
        let lead = s.city.units[0];
        let other = s.any_but(Role::Dispatcher, &[holder]);
        Some((other, Command::Dispatch { lead, co: Vec::new(), advice: None, due_at: None, urgency: None }))
    }),
    blunder("not_claimed", "释放未占用的工单", |s| {
        dispatching(s)?;
        s.case.order.claimed_by.is_none().then_some(())?;
        Some((s.any(Role::Dispatcher), Command::Release))
    }),
    blunder("own_org", "派单员派反映本中心的工单", |s| {
        let own = s.live.fate.kind == Kind::AgainstCenter && s.case.order.state == OrderState::PendingDispatch;
        own.then_some(())?;
        let lead = s.city.units[0];
        let cmd = Command::Dispatch { lead, co: Vec::new(), advice: None, due_at: None, urgency: None };
        Some((s.any(Role::Dispatcher), cmd))
    }),
    blunder("field:lead", "派给无权办理的单位", |s| {
        dispatching(s)?;
        free(s)?;
        let o = &s.case.order;
        let barred = |org: &&kernel::OrgId| !s.city.fits(**org, &o.category, &s.world.directory);
        let secret = o.accused_org.filter(|_| s.live.fate.kind == Kind::SecretReport);
        let lead = secret.or_else(|| s.city.units.iter().find(barred).copied())?;
        let cmd = Command::Dispatch { lead, co: Vec::new(), advice: None, due_at: None, urgency: None };
        Some((s.any(Role::Dispatcher), cmd))
    }),
    blunder("field:co[0].org", "主办又作协办", |s| {
        dispatching(s)?;
        free(s)?;
        (s.live.fate.kind != Kind::SecretReport).then_some(())?;
        let lead = crate::actors::lead_of(s);
        let co = vec![CoHandler { org: lead, question: None }];
        Some((s.any(Role::Dispatcher), Command::Dispatch { lead, co, advice: None, due_at: None, urgency: None }))
    }),
    blunder("field:participants", "会商无单位", |s| {
        dispatching(s)?;
        free(s)?;
        let question = "该由谁办理？".to_owned();
        Some((s.any(Role::Dispatcher), Command::Consult { participants: Vec::new(), question }))
    }),
    blunder("field:form", "派单后修改登记", |s| {
        (s.case.order.state == OrderState::Dispatched).then_some(())?;
        let form = Some(Box::new(form_again(s)));
        Some((s.desk(), Command::Amend { reason: "更正".to_owned(), form, supplement: None, limit_at: None }))
    }),
];

fn registered(s: &Scene) -> Option<()> {
    (s.case.order.state == OrderState::Registered && s.case.pending_requests().next().is_none()).then_some(())
}

fn dispatching(s: &Scene) -> Option<()> {
    let plain = s.live.fate.kind != Kind::AgainstCenter;
    (s.case.order.state == OrderState::PendingDispatch && plain).then_some(())
}

/// Nobody has claimed it.
fn free(s: &Scene) -> Option<()> {
    s.case.order.claimed_until.is_none_or(|t| s.now >= t).then_some(())
}

fn shortcut(s: &mut Scene, hit: bool) -> Tried {
    registered(s)?;
    let split = s.case.links.iter().any(|l| l.kind == LinkKind::ParentChild);
    (hit && !split).then_some(())?;
    Some((s.desk(), Command::DirectReply { reply: "请直接办理。".to_owned(), kb_id: None }))
}

fn reject(s: &mut Scene, reason: RejectReason) -> Tried {
    registered(s)?;
    let explanation = "不属受理范围".to_owned();
    Some((s.desk(), Command::Reject { reason, explanation, redirect_target: None, linked_order: None }))
}

fn merge(s: &mut Scene, into: Option<OrderId>) -> Tried {
    registered(s)?;
    let into = into?;
    Some((s.any(Role::Dispatcher), Command::Merge { into, reason: "重复".to_owned() }))
}
