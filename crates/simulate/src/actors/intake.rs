//! 登记台: what is answered at once, refused, handed over, put together, or submitted for dispatch.

use domain::authority::Role;
use domain::env::By;
use domain::order::{
    Command, Confidentiality, DemandType, LinkKind, RegisterForm, RejectReason, SplitPart, TransferTarget,
};

use crate::fate::{Kind, Twist};
use crate::live::{Scene, Turn};

pub fn turn(s: &mut Scene) -> Turn {
    if let Some(turn) = aside(s).or_else(|| away(s)) {
        return turn;
    }
    let o = &s.case.order;
    let desk = s.desk_by();
    if o.demand_type == DemandType::Other {
        let explanation = "来电无实质诉求，已作说明。".to_owned();
        let reason = RejectReason::N11;
        return Turn::Do(desk, Command::Reject { reason, explanation, redirect_target: None, linked_order: None });
    }
    let split = s.case.links.iter().any(|l| l.kind == LinkKind::ParentChild && l.ended_at.is_none());
    if split || (answerable(s) && s.live.fate.kind != Kind::HardConsult) {
        let reply = "您好，该事项可持身份证到就近政务服务中心窗口办理，也可在政务服务网申请，3个工作日内办结。";
        return Turn::Do(desk, Command::DirectReply { reply: reply.to_owned(), kb_id: None });
    }
    Turn::Do(desk, Command::Submit { urgency: None, suggested_org: None })
}

/// The shortest flow is open to it.
pub fn answerable(s: &Scene) -> bool {
    let o = &s.case.order;
    let kind = matches!(o.demand_type, DemandType::Consult | DemandType::Suggestion | DemandType::Praise);
    let plain = !o.flags.leader_directed && !o.flags.threat && !o.flags.repeat;
    kind && plain && o.confidentiality == Confidentiality::None && o.affected_count < 5
}

/// Steps that leave the order where it is.
fn aside(s: &mut Scene) -> Option<Turn> {
    if s.live.take(Twist::Amend) {
        let mut form = again(s);
        form.content = format!("{}另外，门口道路也有破损。", form.content);
        let cmd = Command::Amend {
            reason: "来电人更正内容".to_owned(),
            form: Some(Box::new(form)),
            supplement: None,
            limit_at: None,
        };
        return Some(Turn::Do(s.desk_by(), cmd));
    }
    if let Some(other) = s.live.peers.any.filter(|_| s.live.take(Twist::LinkEvent)) {
        let reason = Some("多名诉求人反映同一事件，并案办理".to_owned());
        return Some(s.does(Role::Dispatcher, Command::Link { other, kind: LinkKind::SameEvent, reason }));
    }
    if s.live.take(Twist::Split) {
        let o = &s.case.order;
        let part = |title: &str| SplitPart {
            title: title.to_owned(),
            content: format!("{}（其中：{title}）", o.title),
            demand_type: DemandType::Complaint,
            category: o.category.clone(),
        };
        let parts = vec![part("环境卫生问题"), part("收费问题")];
        return Some(s.does(Role::Dispatcher, Command::Split { parts, reason: "包含两项不同诉求".to_owned() }));
    }
    None
}

/// Steps that end it here.
fn away(s: &mut Scene) -> Option<Turn> {
    if let Some(turn) = rejection(s) {
        return Some(turn);
    }
    let desk = s.desk_by();
    if s.live.take(Twist::Transfer) {
        let target = s.live.dice.weighted(&[
            (5, TransferTarget::Police),
            (2, TransferTarget::Fire),
            (2, TransferTarget::Traffic),
            (1, TransferTarget::OtherCity),
        ]);
        let receipt = "三方通话移交，对方已接收".to_owned();
        return Some(Turn::Do(desk, Command::TransferOut { target, receipt, reason: None }));
    }
    if s.live.take(Twist::WithdrawEarly) {
        return Some(Turn::Do(desk, Command::Withdraw { reason: "诉求人来电表示问题已解决".to_owned() }));
    }
    if s.live.take(Twist::Petition) {
        let petition_no = format!("XF{}", s.live.dice.below(1_000_000));
        let reason = "诉求人同意转信访渠道办理".to_owned();
        return Some(s.does(Role::Dispatcher, Command::ToPetition { petition_no, reason }));
    }
    // The agent of both orders proposes; others do not see the earlier one.
    if let (true, Some(into)) = (s.live.agent.is_some() && s.live.take(Twist::MergeAsk), s.live.mate) {
        let reason = "同一诉求人就同一事项重复反映".to_owned();
        return Some(Turn::Do(desk, Command::Merge { into, reason }));
    }
    None
}

fn rejection(s: &mut Scene) -> Option<Turn> {
    let reason = s.live.twists.iter().find_map(|t| match t {
        Twist::Reject(reason) => Some(*reason),
        _ => None,
    })?;
    s.live.take(Twist::Reject(reason));
    let linked_order = s.live.peers.any.filter(|_| reason == RejectReason::N06);
    if reason == RejectReason::N06 && linked_order.is_none() {
        return None;
    }
    let redirect_target = (reason == RejectReason::N02).then(|| "人民法院".to_owned());
    let explanation = "您反映的事项不属热线受理范围，已告知办理途径。".to_owned();
    // Most of those who would refuse alone are team leaders; agents ask.
    Some(Turn::Do(s.desk_by(), Command::Reject { reason, explanation, redirect_target, linked_order }))
}

/// The form as it would be filled in for the order now.
pub fn again(s: &Scene) -> RegisterForm {
    let o = &s.case.order;
    RegisterForm {
        channel: Some(o.channel),
        demand_type: Some(o.demand_type),
        category: o.category.clone(),
        urgency: Some(o.urgency),
        title: o.title.clone(),
        content: o.content.clone(),
        wish: o.wish.clone(),
        region: o.region.clone(),
        address: o.address.clone(),
        requester: o.requester.clone(),
        anonymous: o.anonymous,
        confidentiality: Some(o.confidentiality),
        publishable: o.publishable,
        no_reply_wanted: o.no_reply_wanted,
        callback_wanted: Some(o.callback_wanted),
        flags: o.flags,
        duplicates_checked: true,
        origin: o.origin.clone(),
        ..RegisterForm::default()
    }
}

impl Scene<'_> {
    /// Whoever took the order in.
    fn desk_by(&mut self) -> By {
        By::Person(self.desk())
    }
}
