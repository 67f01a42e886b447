//! 平台对接 (§9.1, §9.2): other platforms orders go to and come from, what is said between them, and what each word changes.

pub mod progress;
pub mod share;
pub mod wo;

use kernel::{Refusal, Ts};

pub use progress::{Progress, Told, answers};

use crate::order::{Channel, Confidentiality, Order, OrderState, TransferTarget};
use crate::param::Params;

coded! {
    /// 对接平台的类别.
    PartnerKind {
        Upper = "upper", "上级平台";
        Lower = "lower", "下级平台";
        Neighbour = "neighbour", "兄弟城市平台";
        Police = "police", "110";
        Fire = "fire", "119";
        Ambulance = "ambulance", "120";
        Traffic = "traffic", "122";
        Water = "water", "供水热线";
        Power = "power", "供电热线";
        Gas = "gas", "燃气热线";
        Heat = "heat", "供热热线";
    }
}

impl PartnerKind {
    /// 诉求来源 of what comes from there.
    #[must_use]
    pub const fn channel(self) -> Channel {
        match self {
            Self::Upper => Channel::Superior,
            Self::Police => Channel::Police110,
            _ => Channel::Other,
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
            Self::Fire => TransferTarget::Fire,
            Self::Ambulance => TransferTarget::Ambulance,
            Self::Traffic => TransferTarget::Traffic,
            Self::Water => TransferTarget::Water,
            Self::Power => TransferTarget::Power,
            Self::Gas => TransferTarget::Gas,
            Self::Heat => TransferTarget::Heat,
        }
    }

    /// 110 and its like: they speak of 警单.
    #[must_use]
    pub const fn is_emergency(self) -> bool {
        matches!(self, Self::Police | Self::Fire | Self::Ambulance | Self::Traffic)
    }

    /// 水电气热: hotlines of those who run the pipes and wires.
    #[must_use]
    pub const fn is_utility(self) -> bool {
        matches!(self, Self::Water | Self::Power | Self::Gas | Self::Heat)
    }

    /// Takes or refuses within minutes, and what it gives back stays with who received it first (§9.2).
    #[must_use]
    pub const fn answers_at_once(self) -> bool {
        self.is_emergency() || self.is_utility()
    }

    /// Until when an offer should be taken.
    #[must_use]
    pub fn take_by(self, now: Ts, params: &Params) -> Ts {
        match self {
            _ if self.is_emergency() => now.plus_minutes(params.int("partner.ack_110_min")),
            _ if self.is_utility() => now.plus_minutes(params.int("partner.ack_utility_min")),
            _ => now.plus_hours(params.int("partner.ack_hours")),
        }
    }

    /// The message that carries a matter there.
    #[must_use]
    pub const fn create(self) -> MessageType {
        if self.is_emergency() { MessageType::JqCreate } else { MessageType::WoCreate }
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
        WoMerge = "wo.merge", "并单";
        WoClose = "wo.close", "办结";
        WoAmend = "wo.amend", "补充";
        WoUrge = "wo.urge", "催办";
        WoSupervise = "wo.supervise", "督办";
        WoExtendApply = "wo.extend.apply", "申请延期";
        WoExtendDecide = "wo.extend.decide", "延期审批";
        WoFile = "wo.file", "附件";
        WoDispatch = "wo.dispatch", "派单";
        WoCallback = "wo.callback", "回访结果";
        DictSync = "dict.sync", "问题分类同步";
        KbSync = "kb.sync", "知识同步";
        OrgSync = "org.sync", "机构同步";
    }
}

impl MessageType {
    /// Evidence of handling goes with it.
    #[must_use]
    pub const fn brings_files(self) -> bool {
        matches!(self, Self::WoReply | Self::WoClose)
    }

    /// A word about a matter in hand, which itself moves nothing.
    #[must_use]
    pub const fn is_word(self) -> bool {
        use MessageType as M;
        matches!(self, M::WoAmend | M::WoUrge | M::WoSupervise | M::WoExtendApply | M::WoExtendDecide)
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
        Cancelled = "cancelled", "已撤回";
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
        matches!(self, Self::Returned | Self::Closed | Self::Failed | Self::Cancelled)
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
            (_, M::WoCreate | M::JqCreate | M::WoFile | M::DictSync | M::KbSync | M::OrgSync) => {
                refuse("推送不是对工单的反馈")
            }
            (_, m) if m.is_word() => Ok(self),
            (L::Waiting | L::Failed | L::Cancelled, M::WoSign | M::WoDispatch | M::WoMerge) => Ok(L::Accepted),
            (L::Waiting | L::Failed | L::Cancelled, M::WoCallback) => refuse("该工单尚未受理，不能反馈回访结果"),
            (L::Waiting | L::Failed | L::Cancelled, M::WoReturn) => Ok(L::Returned),
            (_, M::WoReturn) => refuse("该工单已受理，不能退回；请办理后答复"),
            (L::Accepted | L::Replied, M::WoSign | M::WoDispatch | M::WoMerge | M::WoCallback) => Ok(self),
            (_, M::WoReply) => Ok(L::Replied),
            (_, _) => Ok(L::Closed),
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
        | S::Merged => Some(match (order.reply_at, order.state) {
            (Some(_), _) => (MessageType::WoReply, LinkState::Replied),
            (None, S::Merged) => (MessageType::WoMerge, LinkState::Accepted),
            (None, _) => (MessageType::WoSign, LinkState::Accepted),
        }),
    }
}

/// Why a button stands grey while an offer waits; the same words refuse the step.
pub const OFFERED: &str = "该工单已转其他平台，正在等待对方受理；需要由本平台办理的，请先在“平台协同”撤回";

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
    if kind.answers_at_once() && before.iter().any(|b| b.out && b.kind == kind && b.state == LinkState::Returned) {
        let text = format!("{}已退回该工单；职责仍不明确的，由首先接到的平台先行受理，请派单办理", kind.cn());
        return Err(Refusal::state("first_receiver", text));
    }
    Ok(())
}

/// 影响社会稳定线索 (§9.2): 110 is told of it at once, whatever becomes of the matter here.
#[must_use]
pub fn tells_police(order: &Order) -> bool {
    order.flags.threat && !matches!(order.state, OrderState::Draft) && order.confidentiality != Confidentiality::Sealed
}

coded! {
    /// What may be said about a matter two platforms have in hand.
    Word {
        Urge = "urge", "催办";
        Supervise = "supervise", "督办";
        Amend = "amend", "补充情况";
        ExtendApply = "extend_apply", "申请延期";
        ExtendGrant = "extend_grant", "同意延期";
        ExtendRefuse = "extend_refuse", "不同意延期";
    }
}

coded! {
    /// 延期 of a matter another platform handles.
    ExtState {
        Asked = "asked", "待审批";
        Granted = "granted", "已同意";
        Refused = "refused", "未同意";
    }
}

impl Word {
    #[must_use]
    pub const fn message(self) -> MessageType {
        match self {
            Self::Urge => MessageType::WoUrge,
            Self::Supervise => MessageType::WoSupervise,
            Self::Amend => MessageType::WoAmend,
            Self::ExtendApply => MessageType::WoExtendApply,
            Self::ExtendGrant | Self::ExtendRefuse => MessageType::WoExtendDecide,
        }
    }
}

/// A matter between two platforms, as far as words about it go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whoever speaks sent the matter; else it came from whom they speak to.
    pub sender: bool,
    pub state: LinkState,
    pub ext: Option<ExtState>,
    /// The speaker is the platform above.
    pub above: bool,
}

/// A word fits how the matter stands: asked of the speaker's own record before it is said, and of the hearer's when it is heard.
///
/// # Errors
/// Says what is in the way (4004).
pub fn may_say(word: Word, at: Standing) -> Result<(), Refusal> {
    use LinkState as L;
    let refuse = |text: &str| Err(Refusal::state("word", text.to_owned()));
    if at.state.is_over() {
        return refuse("该工单的往来已经结束");
    }
    let sends = matches!(word, Word::Urge | Word::Supervise | Word::Amend | Word::ExtendGrant | Word::ExtendRefuse);
    if sends != at.sender {
        return refuse(if sends { "只有转出方可以这样做" } else { "只有承办方可以申请延期" });
    }
    match word {
        Word::Urge | Word::Amend => Ok(()),
        Word::Supervise if !at.above => refuse("只能督办下级平台承办的工单；其他平台请催办"),
        Word::Supervise if at.state == L::Waiting => refuse("对方尚未受理，请催办"),
        Word::ExtendApply if at.ext == Some(ExtState::Asked) => refuse("已申请延期，请等待对方审批"),
        Word::ExtendApply if at.state != L::Accepted => refuse("已受理、尚未答复的工单才能申请延期"),
        Word::ExtendGrant | Word::ExtendRefuse if at.ext != Some(ExtState::Asked) => refuse("没有待审批的延期申请"),
        _ => Ok(()),
    }
}

/// Everything that may be said now.
#[must_use]
pub fn words(at: Standing) -> Vec<Word> {
    Word::ALL.iter().copied().filter(|w| may_say(*w, at).is_ok()).collect()
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
        for s in L::ALL {
            assert_eq!(
                s.answered(M::WoDispatch).ok(),
                s.answered(M::WoSign).ok(),
                "whoever has it has taken it: {s:?}"
            );
            let called = matches!(s, L::Accepted | L::Replied);
            assert_eq!(s.answered(M::WoCallback).ok(), called.then_some(*s), "{s:?}");
        }
        let after = |s: L| all.map(|m| s.answered(m).ok());
        assert_eq!(after(L::Waiting), [Some(L::Accepted), Some(L::Returned), Some(L::Replied), Some(L::Closed)]);
        assert_eq!(after(L::Failed), after(L::Waiting), "an answer shows that it did arrive");
        assert_eq!(after(L::Cancelled), after(L::Waiting), "they took it before they heard that it was called back");
        assert_eq!(after(L::Accepted), [Some(L::Accepted), None, Some(L::Replied), Some(L::Closed)]);
        assert_eq!(after(L::Replied), [Some(L::Replied), None, Some(L::Replied), Some(L::Closed)]);
        assert_eq!(after(L::Returned), [None; 4]);
        assert_eq!(after(L::Closed), [None; 4]);
        for s in L::ALL {
            assert!([M::WoCreate, M::JqCreate, M::WoFile].iter().all(|m| s.answered(*m).is_err()));
        }
    }

    #[test]
    fn words_go_the_way_their_matter_went() {
        use LinkState as L;
        use Word as W;
        let at = |sender, state, ext, above| words(Standing { sender, state, ext, above });
        assert_eq!(at(true, L::Waiting, None, true), [W::Urge, W::Amend]);
        assert_eq!(at(true, L::Accepted, None, true), [W::Urge, W::Supervise, W::Amend]);
        assert_eq!(at(true, L::Replied, None, false), [W::Urge, W::Amend], "a neighbour supervises nobody");
        assert_eq!(at(false, L::Accepted, None, false), [W::ExtendApply]);
        assert_eq!(at(false, L::Accepted, Some(ExtState::Refused), false), [W::ExtendApply], "asked again");
        assert_eq!(at(false, L::Accepted, Some(ExtState::Asked), false), []);
        assert_eq!(at(false, L::Waiting, None, false), [], "taken first");
        let asked = at(true, L::Accepted, Some(ExtState::Asked), false);
        assert_eq!(asked, [W::Urge, W::Amend, W::ExtendGrant, W::ExtendRefuse]);
        for over in [L::Returned, L::Closed, L::Failed, L::Cancelled] {
            assert!(at(true, over, Some(ExtState::Asked), true).is_empty() && at(false, over, None, true).is_empty());
        }
    }

    #[test]
    fn what_110_and_its_like_give_back_is_not_sent_again() {
        for kind in PartnerKind::ALL {
            assert_eq!(kind.is_utility(), kind.cn().starts_with('供') || kind.cn().starts_with('燃'));
            assert!(!(kind.is_utility() && kind.is_emergency()));
            assert_eq!(kind.is_emergency(), kind.create() == MessageType::JqCreate);
            assert_eq!(kind.is_emergency(), kind.cn().starts_with("1"));
        }
    }
}
