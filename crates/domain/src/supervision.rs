//! 督办 (§5.8): rounds in which somebody asks the unit that holds an order to account for it.

use kernel::{ClockId, OrderId, OrgId, Refusal, SupervisionId, TaskId, Ts, UserId};
use serde::{Deserialize, Serialize};

coded! {
    /// 督办级别, the mildest first.
    SuperviseLevel {
        Urge = "urge", "催办";
        Normal = "normal", "一般督办";
        Listed = "listed", "挂牌督办";
        Interview = "interview", "约谈";
        Joint = "joint", "联合督查";
    }
}
coded! {
    /// 督办事由 S1–S12.
    SuperviseTrigger {
        S1 = "S1", "逾期未办结";
        S2 = "S2", "未按规定反馈";
        S3 = "S3", "未按程序办理";
        S4 = "S4", "推诿、敷衍、拖延";
        S5 = "S5", "不执行处理意见";
        S6 = "S6", "其他";
        S7 = "S7", "拒不接收";
        S8 = "S8", "集中或多次反映未解决";
        S9 = "S9", "造成负面影响";
        S10 = "S10", "知识库更新不及时";
        S11 = "S11", "领导批示或媒体曝光";
        S12 = "S12", "弄虚作假";
    }
}
coded! {
    /// Where a round stands.
    SuperviseState {
        Issued = "issued", "已下发";
        Signed = "signed", "已签收";
        Replied = "replied", "已反馈";
        /// Evaluated as not carried out: the next level is offered.
        Evaluated = "evaluated", "未落实";
        Closed = "closed", "已结束";
        Revoked = "revoked", "已撤销";
    }
}
coded! {
    /// 结果评价 by whoever issued the round.
    SuperviseVerdict {
        Done = "done", "落实";
        Mostly = "mostly", "基本落实";
        NotDone = "not_done", "未落实";
    }
}
coded! {
    /// 核实方式: how the evaluation was checked.
    VerifyWay {
        Phone = "phone", "电话核实";
        Onsite = "onsite", "现场核查";
        Network = "network", "网络核查";
        Document = "document", "材料审阅";
    }
}

impl SuperviseLevel {
    /// The next sharper one; `None` at the top.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::ALL.iter().copied().find(|l| *l > self)
    }

    /// Needs the consent of a second supervisor (§6.4) when a supervisor issues it.
    #[must_use]
    pub const fn needs_consent(self) -> bool {
        matches!(self, Self::Listed | Self::Interview | Self::Joint)
    }
}

impl SuperviseState {
    /// The unit still owes an answer.
    #[must_use]
    pub const fn is_unanswered(self) -> bool {
        matches!(self, Self::Issued | Self::Signed)
    }

    /// Somebody still has to act: the unit, or whoever evaluates.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Issued | Self::Signed | Self::Replied)
    }
}

/// One row of the round's own table.
#[derive(Clone, Copy, Debug)]
pub struct SuperviseStep {
    pub id: &'static str,
    pub action: &'static str,
    pub label: &'static str,
    pub from: &'static [SuperviseState],
    pub to: SuperviseState,
}

use SuperviseState::{Closed, Evaluated, Issued, Replied, Revoked, Signed};

const fn row(
    id: &'static str,
    action: &'static str,
    label: &'static str,
    from: &'static [SuperviseState],
    to: SuperviseState,
) -> SuperviseStep {
    SuperviseStep { id, action, label, from, to }
}

/// Every step of a round. `SV1` has no `from`: it brings the round into being.
pub const SUPERVISE_STEPS: &[SuperviseStep] = &[
    row("SV1", "supervise_issue", "下发督办", &[], Issued),
    row("SV2", "supervise_sign", "签收督办", &[Issued], Signed),
    row("SV3", "supervise_reply", "督办反馈", &[Issued, Signed], Replied),
    row("SV4a", "supervise_evaluate", "评价督办", &[Replied], Closed),
    row("SV4b", "supervise_evaluate", "评价督办", &[Replied], Evaluated),
    row("SV5", "supervise_revoke", "撤销督办", &[Issued, Signed, Replied], Revoked),
    // The order has a new lead: the round goes to it, unread.
    row("SV6", "supervise_follow", "督办转新主办", &[Issued, Signed], Issued),
    // A sharper round takes its place.
    row("SV7", "supervise_raised", "督办升级", &[Issued, Signed, Evaluated], Closed),
    // The order has come to its end.
    row("SV8", "supervise_ended", "督办随单结束", &[Issued, Signed], Closed),
];

/// Where the step leads.
///
/// # Errors
/// When the table has no such step from this state.
pub fn supervise_step(id: &str, from: SuperviseState) -> Result<&'static SuperviseStep, Refusal> {
    let row = SUPERVISE_STEPS.iter().find(|s| s.id == id && s.from.contains(&from));
    row.ok_or_else(|| Refusal::state("supervision_state", format!("该轮督办当前为“{}”，不能进行此操作", from.cn())))
}

/// Which rung of the automatic ladder issued a round, so that each is climbed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// The clock that burnt red.
    pub clock: ClockId,
    /// Place in `supervision.ladder`, from 0.
    pub step: i32,
}

/// 结果评价 with the check behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    pub verdict: SuperviseVerdict,
    /// 0 to 100.
    pub score: i32,
    pub comment: String,
    pub way: VerifyWay,
    pub by: UserId,
    pub at: Ts,
}

/// One round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Supervision {
    pub id: SupervisionId,
    pub order_id: OrderId,
    /// 轮次, from 1 within the order.
    pub round: i32,
    pub level: SuperviseLevel,
    pub trigger: SuperviseTrigger,
    pub state: SuperviseState,
    pub version: i64,
    /// 督办意见.
    pub opinion: String,
    /// 抄送.
    pub cc: Vec<OrgId>,
    /// The unit that answers: the current lead. `None` while the order has none.
    pub org: Option<OrgId>,
    pub task_id: Option<TaskId>,
    /// The running or finished answer clock.
    pub clock_id: Option<ClockId>,
    pub due_at: Option<Ts>,
    /// `None`: the ladder.
    pub initiator: Option<UserId>,
    pub initiator_org: Option<OrgId>,
    /// Issued by a leader's instruction (批示).
    pub by_leader: bool,
    pub issued_at: Ts,
    pub rung: Option<Rung>,
    pub signed_by: Option<UserId>,
    pub signed_at: Option<Ts>,
    pub reply: Option<String>,
    pub replied_by: Option<UserId>,
    pub replied_at: Option<Ts>,
    pub evaluation: Option<Evaluation>,
    /// Why it ended without an evaluation.
    pub end_reason: Option<String>,
    pub ended_at: Option<Ts>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_can_reach_an_end_and_ends_are_ends() {
        for state in SuperviseState::ALL {
            let onward: Vec<_> = SUPERVISE_STEPS.iter().filter(|s| s.from.contains(state)).collect();
            let end = matches!(state, Closed | Revoked);
            assert_eq!(onward.is_empty(), end, "{state}");
        }
    }

    #[test]
    fn the_next_level_is_the_next_sharper_one() {
        let climbed: Vec<_> = std::iter::successors(Some(SuperviseLevel::Urge), |l| l.next()).collect();
        assert_eq!(climbed, SuperviseLevel::ALL);
        assert!(!SuperviseLevel::Normal.needs_consent() && SuperviseLevel::Listed.needs_consent());
    }

    #[test]
    fn a_step_the_table_does_not_have_is_refused_with_the_present_state() {
        let refusal = supervise_step("SV3", Closed).unwrap_err();
        assert!(refusal.message.contains("已结束"), "{}", refusal.message);
        assert_eq!(supervise_step("SV4b", Replied).unwrap().to, Evaluated);
    }
}
