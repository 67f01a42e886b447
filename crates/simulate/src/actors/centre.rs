//! 中心审核, 统一回复, 跟踪.

use domain::authority::Role;
use domain::clock::ClockKind;
use domain::order::{Command, Confidentiality, Defect, DemandType, OrderState};
use domain::task::TaskRole;

use crate::fate::Twist;
use crate::live::{Scene, Turn};

pub fn turn(s: &mut Scene) -> Turn {
    match s.case.order.state {
        OrderState::CenterAudit => audit(s),
        OrderState::PendingReply => reply(s),
        _ => tracking(s),
    }
}

fn audit(s: &mut Scene) -> Turn {
    if s.live.take(Twist::Fraud) {
        let opinion = "现场核查与答复不符，照片系往年所拍。".to_owned();
        return s.does(Role::Auditor, Command::CenterSendBack { defect: Defect::D6, opinion });
    }
    if s.live.take(Twist::AuditBack) {
        let (defect, opinion) = *s.live.dice.pick(&[
            (Defect::D1, "答复未回应诉求人提出的具体时间要求，请补正。"),
            (Defect::D2, "答复缺少政策依据，请补充依据名称和条款。"),
            (Defect::D4, "答复内容不完整，未说明整改结果，请补充。"),
        ]);
        return s.does(Role::Auditor, Command::CenterSendBack { defect, opinion: opinion.to_owned() });
    }
    if s.live.take(Twist::Track) {
        // The first promises are too short: their day passes before anybody agrees to them.
        let until = if s.tally.rare("refusal", "until") {
            s.live.twists.push(Twist::Track);
            s.now.plus_minutes(10)
        } else {
            s.now.plus_days(12 + i64::try_from(s.live.dice.below(30)).unwrap_or(0))
        };
        let reason = "需待工程按计划实施后方能彻底解决".to_owned();
        let measures = "已列入实施计划，期间加强巡查维护，按月向诉求人通报进度。".to_owned();
        return s.does(Role::Auditor, Command::Track { reason, measures, until });
    }
    s.does(Role::Auditor, Command::CenterAccept { opinion: Some("答复要素齐全，同意。".to_owned()), reply: None })
}

fn reply(s: &mut Scene) -> Turn {
    if s.live.take(Twist::ReplyLate) {
        let due = s.case.open_clocks(ClockKind::UnifiedReply).next().map_or(s.now, |c| c.due_at);
        return Turn::Wait(due.plus_hours(13));
    }
    let o = &s.case.order;
    let secret = o.demand_type == DemandType::Report && o.confidentiality != Confidentiality::None;
    let channel = if secret { "phone" } else { *s.live.dice.pick(&["phone", "sms", "app"]) }.to_owned();
    let reply = o.reply.clone().unwrap_or_else(|| "已办理完毕，请您查看办理结果。".to_owned());
    s.does(Role::ReplyAgent, Command::UnifiedReply { channel, reply })
}

fn tracking(s: &mut Scene) -> Turn {
    let org = s.case.tasks.iter().rev().find(|t| t.role == TaskRole::Lead).map(|t| t.org);
    if let Some(org) = org.filter(|_| s.live.take(Twist::TrackEarly)) {
        return s.unit(Role::UnitAdmin, org, Command::TrackDue);
    }
    Turn::Wait(s.case.order.tracking_until.unwrap_or(s.now).max(s.now).plus_hours(7))
}
