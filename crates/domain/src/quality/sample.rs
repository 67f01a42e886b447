//! 风险抽样: which calls are looked at, each with the reasons that anybody can check.

use kernel::{CallId, Ts};
use serde::{Deserialize, Serialize};

use crate::order::DemandType;
use crate::param::Params;

/// What is known of a call when it is considered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleFacts {
    pub call: CallId,
    pub at: Ts,
    pub talk_ms: i64,
    pub hold_ms: i64,
    /// 5…1.
    pub rating: Option<u8>,
    /// Type of the order registered in the call.
    pub demand_type: Option<DemandType>,
    /// When the agent's account was set up.
    pub agent_since: Ts,
    pub transfers: i32,
}

/// The thresholds, from the parameters `quality.*`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleRules {
    pub low_rating: i64,
    pub long_hold_ms: i64,
    pub long_call_ms: i64,
    pub new_agent_d: i64,
    /// Calls of new agents in per cent.
    pub new_agent_percent: i64,
    /// Calls about complaints and reports in per cent.
    pub complaint_percent: i64,
    /// Of all calls, in per cent.
    pub random_percent: i64,
}

impl SampleRules {
    #[must_use]
    pub fn of(params: &Params) -> Self {
        Self {
            low_rating: params.int("quality.low_rating"),
            long_hold_ms: params.int("quality.long_hold_s") * 1000,
            long_call_ms: params.int("quality.long_call_s") * 1000,
            new_agent_d: params.int("quality.new_agent_d"),
            new_agent_percent: params.int("quality.new_agent_percent"),
            complaint_percent: params.int("quality.complaint_percent"),
            random_percent: params.int("quality.random_percent"),
        }
    }
}

/// Why a call is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// `low_rating`, `long_hold`, `long_call`, `complaint`, `new_agent`, `transferred`, `random`.
    pub code: String,
    pub cn: String,
    /// The fact and the threshold, in words.
    pub detail: String,
}

fn reason(code: &str, cn: &str, detail: String) -> Reason {
    Reason { code: code.to_owned(), cn: cn.to_owned(), detail }
}

/// The reasons to look at a call; none for a call that is left alone. Chance is the call's own key, so that the same
/// call is drawn whenever and wherever it is considered.
#[must_use]
pub fn reasons(f: &SampleFacts, r: &SampleRules) -> Vec<Reason> {
    let mut out = Vec::new();
    if let Some(rating) = f.rating.filter(|v| i64::from(*v) <= r.low_rating) {
        out.push(reason("low_rating", "评价偏低", format!("来电人评价{rating}分，不高于{}分", r.low_rating)));
    }
    if f.hold_ms > r.long_hold_ms {
        let detail = format!("保持{}秒，超过{}秒", f.hold_ms / 1000, r.long_hold_ms / 1000);
        out.push(reason("long_hold", "保持过久", detail));
    }
    if f.talk_ms > r.long_call_ms {
        let detail = format!("通话{}分钟，超过{}分钟", f.talk_ms / 60_000, r.long_call_ms / 60_000);
        out.push(reason("long_call", "通话过长", detail));
    }
    let lot = lot(f.call);
    if let Some(kind) = f.demand_type.filter(|k| matches!(k, DemandType::Complaint | DemandType::Report))
        && lot % 100 < r.complaint_percent
    {
        out.push(reason("complaint", "投诉举报", format!("{}类来电按{}%抽取", kind.cn(), r.complaint_percent)));
    }
    let days = f.at.millis_since(f.agent_since) / 86_400_000;
    if days < r.new_agent_d && (lot / 100) % 100 < r.new_agent_percent {
        let detail = format!("上岗第{}天，{}天内按{}%抽取", days + 1, r.new_agent_d, r.new_agent_percent);
        out.push(reason("new_agent", "新上岗话务员", detail));
    }
    if f.transfers > 1 {
        out.push(reason("transferred", "多次转接", format!("转接{}次", f.transfers)));
    }
    if out.is_empty() && (lot / 10_000) % 100 < r.random_percent {
        out.push(reason("random", "随机抽取", format!("按{}%随机抽取", r.random_percent)));
    }
    out
}

/// A number of six digits, evenly spread over keys.
fn lot(call: CallId) -> i64 {
    let mixed = call.uuid().as_u128().wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835) >> 100;
    i64::try_from(mixed % 1_000_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;

    use super::*;

    const RULES: SampleRules = SampleRules {
        low_rating: 2,
        long_hold_ms: 60_000,
        long_call_ms: 600_000,
        new_agent_d: 90,
        new_agent_percent: 10,
        complaint_percent: 10,
        random_percent: 5,
    };

    fn facts(n: u128) -> SampleFacts {
        SampleFacts {
            call: CallId(Uuid::from_u128(n)),
            at: Ts(200 * 86_400_000),
            talk_ms: 120_000,
            hold_ms: 0,
            rating: None,
            demand_type: None,
            agent_since: Ts(0),
            transfers: 0,
        }
    }

    fn codes(f: &SampleFacts) -> Vec<String> {
        reasons(f, &RULES).into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn each_risk_is_named_with_its_threshold() {
        let plain = (1u128..).map(facts).find(|f| codes(f).is_empty()).unwrap();
        assert_eq!(codes(&SampleFacts { rating: Some(2), ..plain }), ["low_rating"]);
        assert_eq!(codes(&SampleFacts { rating: Some(3), ..plain }), Vec::<String>::new());
        assert_eq!(codes(&SampleFacts { hold_ms: 60_001, talk_ms: 600_001, ..plain }), ["long_hold", "long_call"]);
        assert_eq!(codes(&SampleFacts { transfers: 2, ..plain }), ["transferred"]);
        let told = reasons(&SampleFacts { hold_ms: 75_000, ..plain }, &RULES);
        assert_eq!(told[0].detail, "保持75秒，超过60秒");
    }

    #[test]
    fn chance_draws_about_its_share_and_always_the_same() {
        let drawn = (0..20_000u128).map(|n| facts(n << 40 | n)).filter(|f| codes(f) == ["random"]).count();
        assert!((800..1200).contains(&drawn), "{drawn}");
        assert_eq!(codes(&facts(77)), codes(&facts(77)));
    }

    #[test]
    fn new_agents_and_complaints_are_drawn_by_their_own_shares() {
        let share = |of: &dyn Fn(SampleFacts) -> SampleFacts, code: &str| {
            (0..10_000u128).filter(|n| codes(&of(facts(n << 70 | n << 20))).iter().any(|c| c == code)).count()
        };
        let fresh = share(&|f| SampleFacts { agent_since: f.at.plus_days(-89), ..f }, "new_agent");
        let old = share(&|f| SampleFacts { agent_since: f.at.plus_days(-90), ..f }, "new_agent");
        let complaint = share(&|f| SampleFacts { demand_type: Some(DemandType::Complaint), ..f }, "complaint");
        let consult = share(&|f| SampleFacts { demand_type: Some(DemandType::Consult), ..f }, "complaint");
        assert!((800..1200).contains(&fresh) && (800..1200).contains(&complaint), "{fresh} {complaint}");
        assert_eq!((old, consult), (0, 0));
    }
}
