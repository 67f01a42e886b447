//! 话务设置: skills, announcements, prompts, marked callers.

use kernel::{CallId, PromptId, Ts, UserId, Uuid};
use serde::{Deserialize, Serialize};

/// A skill with its level; 1 is the best.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkillLevel {
    /// Code of dictionary `skill`.
    pub skill: String,
    pub level: i32,
}

/// The skills of one person at a telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkillsView {
    pub user: UserId,
    pub login: String,
    pub name: String,
    pub org_name: String,
    pub skills: Vec<SkillLevel>,
    /// Extension of the desk phone used instead of the browser.
    pub phone: Option<String>,
}

/// A desk phone for a person; none for the browser.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatPhoneForm {
    pub extension: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkillsForm {
    pub skills: Vec<SkillLevel>,
}

/// 业务公告.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnnouncementView {
    pub id: PromptId,
    pub title: String,
    pub text: String,
    /// Name of the prompt that is played; nothing is played without one.
    pub prompt: Option<String>,
    pub valid_from: Ts,
    pub valid_to: Ts,
    pub stopped_at: Option<Ts>,
    /// Played now.
    pub in_force: bool,
    pub created_by_name: String,
    pub created_at: Ts,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnnouncementForm {
    pub title: String,
    pub text: String,
    #[serde(default)]
    pub prompt: Option<String>,
    pub valid_from: Ts,
    pub valid_to: Ts,
}

/// A prompt that was replaced by upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromptView {
    pub name: String,
    pub ms: i64,
    pub uploaded_at: Ts,
    pub by_name: String,
}

/// Conditions on marked callers.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default)]
pub struct MarkQuery {
    /// `black` or `care`.
    pub kind: Option<String>,
    /// `pending`, `active`, `refused`, `ended`.
    pub state: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// 来电名单中的一个号码.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkLine {
    pub id: Uuid,
    pub kind: String,
    pub kind_cn: String,
    pub number_masked: String,
    pub reason: String,
    pub call_id: Option<CallId>,
    pub state: String,
    pub state_cn: String,
    pub valid_to: Ts,
    pub proposed_by_name: String,
    pub proposed_at: Ts,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<Ts>,
    pub opinion: Option<String>,
    pub ended_by_name: Option<String>,
    pub ended_at: Option<Ts>,
    pub end_reason: Option<String>,
    /// The viewer may decide it.
    pub may_decide: bool,
}

/// A number, or the call it is taken from.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkForm {
    /// `black` or `care`.
    pub kind: String,
    #[serde(default)]
    pub number: Option<String>,
    #[serde(default)]
    pub call: Option<CallId>,
    pub reason: String,
    pub valid_to: Ts,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkDecision {
    pub approve: bool,
    #[serde(default)]
    pub opinion: Option<String>,
}
