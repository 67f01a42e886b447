//! 话务质检 (W41): sheets, which calls to look at and why, scores, and appeals against them.

mod sample;
mod sheet;

pub use sample::{Reason, SampleFacts, SampleRules, reasons};
pub use sheet::{Given, SheetItem, Total, check_sheet, total};

use kernel::{Refusal, Ts, UserId};

use crate::env::Env;

coded! {
    /// 质检评分的状态.
    ScoreState {
        Final = "final", "已评分";
        Appealed = "appealed", "申诉中";
        Upheld = "upheld", "申诉未改";
        Revised = "revised", "申诉改分";
    }
}

/// Until when the agent may appeal against a score given now (`quality.appeal`).
#[must_use]
pub fn appeal_until(env: &Env) -> Ts {
    let span = env.params.span("quality.appeal");
    env.calendar.add(env.now, span.qty, span.unit, env.params.cutoff()).due
}

/// The agent objects to a score: once, in time, and only to one's own.
pub fn may_appeal(agent: UserId, state: ScoreState, until: Ts, by: UserId, now: Ts) -> Result<(), Refusal> {
    if agent != by {
        return Err(Refusal::forbidden("只能对本人的质检评分提出申诉"));
    }
    if state != ScoreState::Final {
        return Err(Refusal::state("appealed", "该评分已申诉过，不能再次申诉"));
    }
    if now > until {
        return Err(Refusal::state("appeal_over", format!("申诉期已于{}届满，不能再申诉", until.format_cn())));
    }
    Ok(())
}

/// Another person than the scorer and the agent decides an appeal.
pub fn may_decide(agent: UserId, scorer: UserId, state: ScoreState, by: UserId) -> Result<(), Refusal> {
    if state != ScoreState::Appealed {
        return Err(Refusal::state("not_appealed", "该评分没有待处理的申诉"));
    }
    if by == scorer || by == agent {
        return Err(Refusal::forbidden("申诉须由评分人和被评人以外的人员复核"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;

    use super::*;

    fn who(n: u128) -> UserId {
        UserId(Uuid::from_u128(n))
    }

    #[test]
    fn an_appeal_is_the_agents_own_in_time_and_once() {
        let until = Ts(1_000);
        assert!(may_appeal(who(1), ScoreState::Final, until, who(1), Ts(1_000)).is_ok());
        assert!(may_appeal(who(1), ScoreState::Final, until, who(2), Ts(1)).is_err());
        assert!(may_appeal(who(1), ScoreState::Final, until, who(1), Ts(1_001)).is_err());
        assert!(may_appeal(who(1), ScoreState::Upheld, until, who(1), Ts(1)).is_err());
    }

    #[test]
    fn a_third_person_decides() {
        assert!(may_decide(who(1), who(2), ScoreState::Appealed, who(3)).is_ok());
        for by in [who(1), who(2)] {
            assert!(may_decide(who(1), who(2), ScoreState::Appealed, by).is_err());
        }
        assert!(may_decide(who(1), who(2), ScoreState::Final, who(3)).is_err());
    }
}
