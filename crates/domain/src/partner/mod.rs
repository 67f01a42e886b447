//! 平台对接 (§9.1, §9.2): other platforms orders go to and come from, what is said between them, and what each word changes.

pub mod wo;

use kernel::Refusal;

use crate::order::{Channel, Order, OrderState, TransferTarget};

coded! {
    /// 对接平台的类别.
    PartnerKind {
        Upper = "upper", "上级平台";
        Lower = "lower", "下级平台";
        Neighbour = "neighbour", "兄弟城市平台";
        Police = "police", "110";
    }
}

impl PartnerKind {
    /// 诉求来源 of what comes from there.
    #[must_use]
    pub const fn channel(self) -> Channel {
        match self {
            Self::Upper => Channel::Superior,
            Self::Police => Channel::Police110,
            Self::Lower | Self::Neighbour => Channel::Other,
        }
    }

    /// 转出去向 of what goes there.
    #[must_use]
    pub const fn target(self) -> TransferTarget {
        match self {
            Self::Upper => TransferTarget::Superior,
            Self::Lower => TransferTarget::Lower,
            Self::Neighbour => TransferTarget::OtherCity,
            Self::Police => TransferTarget::Police,
        }
    }

    /// The message that carries a matter there.
    #[must_use]
    pub const fn create(self) -> MessageType {
        match self {
            Self::Police => MessageType::JqCreate,
            _ => MessageType::WoCreate,
        }
    }
}

coded! {
    /// 消息类型 of §9.1 and §9.2.
    MessageType {
        WoCreate = "wo.create", "工单推送";
        JqCreate = "jq.create", "警单推送";
        WoSign = "wo.sign", "受理";
        WoReturn = "wo.return.apply", "退回";
        WoReply = "wo.reply", "答复";
        WoClose = "wo.close", "办结";
    }
}

coded! {
    /// 往来状态 of one matter between two platforms.
    LinkState {
        Waiting = "waiting", "待对方受理";
        Accepted = "accepted", "已受理";
        Returned = "returned", "已退回";
        Replied = "replied", "已答复";
        Closed = "closed", "已办结";
        Failed = "failed", "未送达";
    }
}

impl LinkState {
    /// The matter is still on its way: nobody else may decide about it here.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::Waiting)
    }

    /// Nothing more is expected.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Returned | Self::Closed | Self::Failed)
    }

    /// What an answer makes of it. A matter taken cannot be given back: it is handled and answered.
    ///
    /// # Errors
    /// Says in words why the answer does not fit (4004).
    pub fn answered(self, with: MessageType) -> Result<Self, Refusal> {
        use LinkState as L;
        use MessageType as M;
        let refuse = |text: &str| Err(Refusal::state("link_state", text.to_owned()));
        match (self, with) {
            (L::Returned, _) => refuse("该工单已退回，不能再反馈；需要办理的请由转出方重新推送"),
            (L::Closed, _) => refuse("该工单已办结，不能再反馈"),
            (_, M::WoCreate | M::JqCreate) => refuse("推送不是对工单的反馈"),
            (L::Waiting | L::Failed, M::WoSign) => Ok(L::Accepted),
            (L::Waiting | L::Failed, M::WoReturn) => Ok(L::Returned),
            (_, M::WoReturn) => refuse("该工单已受理，不能退回；请办理后答复"),
            (L::Accepted, M::WoSign) => Ok(L::Accepted),
            (L::Replied, M::WoSign) => Ok(L::Replied),
            (_, M::WoReply) => Ok(L::Replied),
            (_, M::WoClose) => Ok(L::Closed),
        }
    }
}

/// What is to be told about an order of ours that came from there; `None` while there is nothing to tell.
#[must_use]
pub fn answer_of(order: &Order) -> Option<(MessageType, LinkState)> {
    use OrderState as S;
    match order.state {
        S::Draft | S::Registered | S::PendingDispatch | S::Consulting => None,
        S::Rejected | S::TransferredOut => Some((MessageType::WoReturn, LinkState::Returned)),
        S::Closed | S::Archived | S::DirectClosed | S::Withdrawn | S::Terminated => {
            Some((MessageType::WoClose, LinkState::Closed))
        }
        S::Dispatched
        | S::Handling
        | S::CenterAudit
        | S::PendingReply
        | S::PendingCallback
        | S::Tracking
        | S::Merged => Some(match order.reply_at {
            Some(_) => (MessageType::WoReply, LinkState::Replied),
            None => (MessageType::WoSign, LinkState::Accepted),
        }),
    }
}

/// An earlier exchange of the same order, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    pub kind: PartnerKind,
    pub state: LinkState,
    /// We sent it; else it came from there.
    pub out: bool,
    /// With the platform asked about.
    pub same: bool,
}

/// An order may be sent to a platform.
///
/// # Errors
/// Says what is in the way and what to do.
pub fn may_send(order: &Order, kind: PartnerKind, before: &[Before]) -> Result<(), Refusal> {
    if !matches!(order.state, OrderState::Registered | OrderState::PendingDispatch) {
        return Err(Refusal::state("state", "只有已登记或待派单的工单可以转其他平台；已派单的请先撤回"));
    }
    if before.iter().any(|b| b.out && b.state.holds()) {
        return Err(Refusal::state("waiting", "该工单已转出，正在等待对方受理"));
    }
    if before.iter().any(|b| !b.out && b.same) {
        return Err(Refusal::state(
            "came_from",
            "该工单是对方转来的，不能转回；不属于本平台的请“不予受理”，系统自动退回对方",
        ));
    }
    if kind == PartnerKind::Police && before.iter().any(|b| b.out && b.kind == kind && b.state == LinkState::Returned) {
        let text = "110已退回该工单；职责仍不明确的，由首先接到的平台先行受理，请派单办理";
        return Err(Refusal::state("first_receiver", text));
    }
    Ok(())
}

/// Commands that would decide about a matter another platform is being asked to take.
#[must_use]
pub fn held_back(action: &str) -> bool {
    matches!(
        action,
        "direct_reply" | "reject" | "transfer_out" | "consult" | "dispatch" | "merge" | "split" | "to_petition"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matter_goes_forward_and_never_back() {
        use LinkState as L;
        use MessageType as M;
        let all = [M::WoSign, M::WoReturn, M::WoReply, M::WoClose];
        let after = |s: L| all.map(|m| s.answered(m).ok());
        assert_eq!(after(L::Waiting), [Some(L::Accepted), Some(L::Returned), Some(L::Replied), Some(L::Closed)]);
        assert_eq!(after(L::Failed), after(L::Waiting), "an answer shows that it did arrive");
        assert_eq!(after(L::Accepted), [Some(L::Accepted), None, Some(L::Replied), Some(L::Closed)]);
        assert_eq!(after(L::Replied), [Some(L::Replied), None, Some(L::Replied), Some(L::Closed)]);
        assert_eq!(after(L::Returned), [None; 4]);
        assert_eq!(after(L::Closed), [None; 4]);
        for s in L::ALL {
            assert!(s.answered(M::WoCreate).is_err() && s.answered(M::JqCreate).is_err());
        }
    }
}
