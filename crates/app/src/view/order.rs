//! 工单 as lists and pages show it.

use domain::{
    callback::{CallbackMode, CallbackOutcome, Contacted, RatedItem, Rating, Solved},
    clock::{ClockKind, ClockOutcome, PauseReason, Span},
    contact::{ContactResult, ContactWay},
    correction::CorrectedField,
    evidence::EvidenceLine,
    light::Light,
    order::{
        Channel, Confidentiality, DemandType, Flags, HandleResult, LinkKind, OrderState, Origin, RejectReason,
        Representative, Requester, Urgency,
    },
    request::{RequestKind, RequestState},
};
use kernel::{
    CallId, CallbackId, ClockId, ContactId, EventId, LinkId, OrderId, RequestId, SupervisionId, TaskId, Ts, Uuid,
};
use serde::{Deserialize, Deserializer, Serialize};

use super::{BounceView, ClaimView, Labelled, OrgRef, SupervisionView, TaskView};

/// A row of any list of orders. Personal data is always masked.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderLine {
    pub id: OrderId,
    pub case_no: String,
    pub version: i64,
    pub state: OrderState,
    pub state_cn: String,
    pub light: Light,
    pub light_cn: String,
    /// `剩2个工作日`, `逾期1天3小时`; empty when nothing runs.
    pub remaining_cn: String,
    pub due_at: Option<Ts>,
    pub warn_at: Option<Ts>,
    pub channel: Channel,
    /// Of a letter to a leader, the name of the box.
    pub channel_cn: String,
    /// 领导信箱 it was written to.
    pub mailbox: Option<kernel::Uuid>,
    pub demand_type: DemandType,
    pub demand_type_cn: String,
    pub category: String,
    pub category_path: String,
    pub title: String,
    pub region: String,
    pub region_path: String,
    pub urgency: Urgency,
    pub urgency_cn: String,
    pub requester_masked: Option<String>,
    pub phone_masked: Option<String>,
    pub lead_org: Option<OrgRef>,
    pub handler_name: Option<String>,
    pub registered_at: Ts,
    pub dispatched_at: Option<Ts>,
    pub return_n: i32,
    pub ext_n: i32,
    pub urge_n: i32,
    pub send_back_n: i32,
    pub supervise_n: i32,
    pub round: i32,
    /// Other orders linked to this one as the same matter.
    pub repeat_n: i64,
    pub claimed_by: Option<ClaimView>,
    pub confidentiality: Confidentiality,
    pub flags: Flags,
    /// Kinds of requests waiting for a decision.
    pub pending: Vec<RequestKind>,
    /// 并案主单, while the order follows it.
    pub joint_lead: Option<OrderId>,
    /// The step the order waits in at the centre, while no promise runs.
    pub stage: Option<StageView>,
}

/// 环节时限: the running clock of dispatch, reply or callback.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StageView {
    pub kind: ClockKind,
    pub kind_cn: String,
    pub light: Light,
    /// `剩2小时10分`, `逾期1天3小时`.
    pub remaining_cn: String,
    pub due_at: Ts,
    pub warn_at: Ts,
}

/// What is hidden, and whether it can be revealed with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MasksView {
    pub pii_basic: bool,
    pub pii_id: bool,
    pub identity: bool,
    pub internal_opinion: bool,
    pub recording: bool,
    pub revealable: bool,
}

/// The whole order for one viewer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderView {
    #[serde(flatten)]
    pub line: OrderLine,
    pub content: String,
    pub wish: Option<String>,
    pub tags: Vec<String>,
    pub address: Option<String>,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
    pub occurred_at: Option<Ts>,
    pub requester: Requester,
    pub masks: MasksView,
    pub anonymous: bool,
    pub publishable: Option<bool>,
    pub no_reply_wanted: bool,
    pub callback_wanted: bool,
    pub callback_preferred_at: Option<Ts>,
    pub respondent: Option<String>,
    pub accused_org: Option<OrgRef>,
    pub affected_count: i32,
    pub origin: Origin,
    pub call_id: Option<String>,
    pub previous_order: Option<OrderId>,
    pub suggested_org: Option<OrgRef>,
    pub registered_by_name: Option<String>,
    pub registered_org: OrgRef,
    pub reply: Option<String>,
    pub reply_at: Option<Ts>,
    pub reply_channel: Option<String>,
    pub result: Option<HandleResult>,
    pub reject_reason: Option<RejectReason>,
    pub redirect_target: Option<String>,
    pub contacted: Option<Contacted>,
    pub solved: Option<Solved>,
    pub rating: Option<Rating>,
    pub exempt: Option<String>,
    pub merged_into: Option<OrderId>,
    pub parent: Option<OrderId>,
    pub event: Option<EventId>,
    /// 并案: orders that follow this one.
    pub joint_n: i64,
    /// The word a citizen sees (§5.9).
    pub public_status: String,
    /// 退回流转耗时; `null` when never returned.
    pub bounce: Option<BounceView>,
    pub closed_at: Option<Ts>,
    pub archived_at: Option<Ts>,
    pub updated_at: Ts,
    pub tasks: Vec<TaskView>,
    pub clocks: Vec<ClockView>,
    pub requests: Vec<RequestView>,
    pub contacts: Vec<ContactView>,
    pub callbacks: Vec<CallbackView>,
    pub links: Vec<LinkView>,
    /// 督办, oldest first.
    pub supervisions: Vec<SupervisionView>,
    pub steps: Vec<StepView>,
    pub allowed: Vec<AllowedView>,
    /// With which other platform the matter is.
    pub elsewhere: Option<ElsewhereView>,
}

/// 平台协同 in one line.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ElsewhereView {
    pub link: Uuid,
    pub partner: String,
    /// It went there; else it came from there.
    pub out: bool,
    /// Offered, and not taken yet: nobody here decides about it.
    pub waiting: bool,
    pub may_cancel: bool,
    /// Until when they should have taken it.
    pub answer_by: Option<Ts>,
    pub late: bool,
    pub state_cn: String,
    /// Who has it there and until when, in words.
    pub held: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClockView {
    pub id: ClockId,
    pub task_id: Option<TaskId>,
    pub kind: ClockKind,
    pub kind_cn: String,
    pub round: i32,
    pub start_at: Ts,
    pub due_at: Ts,
    pub warn_at: Ts,
    pub stop_at: Option<Ts>,
    pub outcome: ClockOutcome,
    pub outcome_cn: String,
    pub light: Light,
    pub basis: String,
    pub basis_cn: String,
    pub span: Span,
    /// The sum in words, day by day.
    pub sentences: Vec<String>,
    pub paused_at: Option<Ts>,
    pub pause_reason: Option<PauseReason>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestView {
    pub id: RequestId,
    pub task_id: Option<TaskId>,
    pub kind: RequestKind,
    pub kind_cn: String,
    pub state: RequestState,
    pub state_cn: String,
    pub reason_code: String,
    pub reason_cn: String,
    pub reason: String,
    pub basis: Option<String>,
    pub suggested_org: Option<OrgRef>,
    pub days: Option<i64>,
    /// 评价申诉: the answer contested, its items and their words.
    pub callback: Option<CallbackId>,
    /// 更正: the contact whose record is wrong.
    pub contact: Option<ContactId>,
    pub items: Vec<RatedItem>,
    pub items_cn: String,
    /// 更正: what is contested, as it was recorded and as it should be, and the conversation that proves it.
    pub corrections: Vec<CorrectionView>,
    pub call: Option<CallId>,
    pub target: Option<OrderId>,
    pub applied_by_name: String,
    pub applied_org: OrgRef,
    pub applied_at: Ts,
    pub step: i32,
    /// Role code that decides next.
    pub awaiting: Option<String>,
    pub awaiting_cn: Option<String>,
    pub decisions: Vec<DecisionView>,
    /// What agreeing would do.
    pub effect_cn: String,
    pub version: i64,
    /// Return: the line of the evidence card that is wrong.
    pub disputed: Option<EvidenceLine>,
    pub disputed_cn: Option<String>,
    /// 审批期限 of the step now waiting.
    pub due_at: Option<Ts>,
    pub light: Light,
    /// `剩3小时20分`, `逾期1天`; empty once decided.
    pub remaining_cn: String,
    /// How often it went to the next tier because nobody decided.
    pub escalated_n: i32,
}

/// One field of a record as it was and as it should be, in words.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CorrectionView {
    pub field: CorrectedField,
    pub field_cn: String,
    /// `null`: nothing was recorded.
    pub was: Option<String>,
    pub should: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionView {
    pub step: i32,
    pub by_name: String,
    pub at: Ts,
    pub approve: bool,
    pub opinion: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactView {
    pub id: ContactId,
    pub task_id: TaskId,
    pub at: Ts,
    pub way: ContactWay,
    pub way_cn: String,
    pub result: ContactResult,
    pub result_cn: String,
    pub note: Option<String>,
    pub by_name: String,
    pub recorded_at: Ts,
    /// 更正: the first record of the contact that this one puts right, and when.
    pub corrects: Option<ContactId>,
    pub corrected_at: Option<Ts>,
    /// No later record puts it right; others are history and count nowhere.
    pub in_force: bool,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallbackView {
    pub id: CallbackId,
    pub round: i32,
    pub mode: CallbackMode,
    pub mode_cn: String,
    pub reached: bool,
    pub unreached_reason: Option<String>,
    pub contacted: Option<Contacted>,
    pub solved: Option<Solved>,
    pub process_rating: Option<Rating>,
    pub rating: Option<Rating>,
    pub dissatisfy_reasons: Vec<String>,
    pub opinion: Option<String>,
    pub outcome: CallbackOutcome,
    pub outcome_cn: String,
    /// Items that do not count because a contest was agreed to.
    pub taken_out: Vec<RatedItem>,
    /// Where the unit's contest of this answer stands; `null` when it was not contested.
    pub contest: Option<RequestState>,
    /// 更正: the first record of the answer that this one puts right, and when.
    pub corrects: Option<CallbackId>,
    pub corrected_at: Option<Ts>,
    /// No later record puts it right; others are history and count nowhere.
    pub in_force: bool,
    pub by_name: String,
    pub at: Ts,
}

/// The other end of a link, as little as is needed to recognise it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkedOrder {
    pub id: OrderId,
    pub case_no: String,
    pub title: String,
    pub state: OrderState,
    pub state_cn: String,
    pub registered_at: Ts,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkView {
    pub id: LinkId,
    pub order: LinkedOrder,
    pub kind: LinkKind,
    pub kind_cn: String,
    pub reason: Option<String>,
    pub at: Ts,
}

/// One step of the eight from 登记 to 办结.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepView {
    pub name: String,
    pub at: Option<Ts>,
    pub by: Option<String>,
    pub state: StepState,
}

/// Where a step of the eight stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Done,
    Current,
    Todo,
    Skipped,
}

/// A command this viewer may give now, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllowedView {
    pub action: String,
    pub label: String,
    pub enabled: bool,
    pub reason: Option<String>,
    pub task: Option<TaskId>,
    pub request: Option<RequestId>,
    pub supervision: Option<SupervisionId>,
}

/// One entry of the flow log.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FlowLine {
    pub seq: i64,
    pub code: String,
    pub action: String,
    pub action_cn: String,
    pub from_cn: String,
    pub to_cn: String,
    pub task_id: Option<TaskId>,
    pub org_name: Option<String>,
    pub actor_name: String,
    pub role_cn: Option<String>,
    pub at: Ts,
    pub opinion: Option<String>,
    pub reason_cn: Option<String>,
    pub fields_cn: Vec<Labelled>,
    pub due_before: Option<Ts>,
    pub due_after: Option<Ts>,
    pub hash: String,
}

/// What a command would do, before it is given.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreviewView {
    pub sentences: Vec<String>,
    pub due_before: Option<Ts>,
    pub due_after: Option<Ts>,
    pub lights: Vec<LightChange>,
}

/// A clock the command touches.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LightChange {
    pub kind: ClockKind,
    pub kind_cn: String,
    pub before: Option<Light>,
    pub after: Light,
    pub after_cn: String,
    pub due_after: Ts,
}

/// 查看明文 request.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevealForm {
    /// `pii.basic`, `pii.id`, `identity`.
    pub fields: Vec<String>,
    pub reason: String,
}

/// 明文: what was asked for, in clear; the rest as masked as ever.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevealedView {
    #[serde(flatten)]
    pub requester: Requester,
    /// 来访代表, who speak for the requester.
    pub representatives: Vec<Representative>,
}

/// How many orders fit; `capped` when there are more than are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderCount {
    pub total: i64,
    pub capped: bool,
}

/// Query string of `GET /orders`; also the filter of an export and of a saved filter. Several values are separated by
/// commas.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct OrderQuery {
    pub case_no: Option<String>,
    /// Words in title and content.
    pub q: Option<String>,
    #[serde(deserialize_with = "ts")]
    pub registered_from: Option<Ts>,
    #[serde(deserialize_with = "ts")]
    pub registered_to: Option<Ts>,
    #[serde(deserialize_with = "ts")]
    pub dispatched_from: Option<Ts>,
    #[serde(deserialize_with = "ts")]
    pub dispatched_to: Option<Ts>,
    #[serde(deserialize_with = "ts")]
    pub due_from: Option<Ts>,
    #[serde(deserialize_with = "ts")]
    pub due_to: Option<Ts>,
    #[serde(deserialize_with = "ts")]
    pub closed_from: Option<Ts>,
    #[serde(deserialize_with = "ts")]
    pub closed_to: Option<Ts>,
    pub registered_org: Option<String>,
    /// `direct|dispatch|reject|transfer|merge`.
    pub flow: Option<String>,
    /// `none|submitted|replied`.
    pub reply: Option<String>,
    pub lead_org: Option<String>,
    /// Also the organisations below `lead_org`.
    #[serde(deserialize_with = "flag")]
    pub lead_sub: Option<bool>,
    pub handler: Option<String>,
    pub co_org: Option<String>,
    pub co_handler: Option<String>,
    pub state: Option<String>,
    pub demand_type: Option<String>,
    pub category: Option<String>,
    pub region: Option<String>,
    pub channel: Option<String>,
    /// 领导信箱, keys.
    pub mailbox: Option<String>,
    pub urgency: Option<String>,
    pub light: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub id_no: Option<String>,
    pub rating: Option<String>,
    pub solved: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub round2: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub returned: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub extended: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub urged: Option<bool>,
    #[serde(deserialize_with = "flag")]
    pub exempt: Option<bool>,
    pub confidentiality: Option<String>,
    #[serde(deserialize_with = "flag")]
    pub anonymous: Option<bool>,
    /// `mine|none|others`.
    pub claimed: Option<String>,
    /// Kind of a request waiting for a decision.
    pub pending: Option<String>,
    /// Queue code.
    pub pool: Option<String>,
    /// `registered_at|due_at|dispatched_at|updated_at|urgency`.
    pub sort: Option<String>,
    /// `asc|desc`.
    pub dir: Option<String>,
    #[serde(deserialize_with = "number")]
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// Query strings carry everything as text, saved filters as JSON: both are read.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Flag(bool),
    Number(i64),
    Text(String),
}

fn loose<'de, D: Deserializer<'de>, T: std::str::FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = match Option::<Loose>::deserialize(deserializer)? {
        None => return Ok(None),
        Some(Loose::Flag(value)) => value.to_string(),
        Some(Loose::Number(value)) => value.to_string(),
        Some(Loose::Text(value)) if value.trim().is_empty() => return Ok(None),
        Some(Loose::Text(value)) => value,
    };
    text.trim().parse().map(Some).map_err(|_| serde::de::Error::custom(format!("“{text}”不是有效的取值")))
}

fn ts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Ts>, D::Error> {
    Ok(loose::<D, i64>(deserializer)?.map(Ts))
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    loose(deserializer)
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    match loose::<D, String>(deserializer)?.as_deref() {
        None => Ok(None),
        Some("true" | "1" | "yes") => Ok(Some(true)),
        Some("false" | "0" | "no") => Ok(Some(false)),
        Some(other) => Err(serde::de::Error::custom(format!("“{other}”不是有效的取值，请填写true或false"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_from_query_strings_and_from_saved_json_alike() {
        let text: OrderQuery =
            serde_json::from_str(r#"{"due_from":"1700000000000","returned":"true","lead_sub":"","limit":"50"}"#)
                .unwrap();
        let json: OrderQuery =
            serde_json::from_str(r#"{"due_from":1700000000000,"returned":true,"limit":50}"#).unwrap();
        assert_eq!(text.due_from, Some(Ts(1_700_000_000_000)));
        assert_eq!((text.due_from, text.returned, text.limit), (json.due_from, json.returned, json.limit));
        assert_eq!(text.lead_sub, None);
        assert!(serde_json::from_str::<OrderQuery>(r#"{"returned":"maybe"}"#).is_err());
    }
}
