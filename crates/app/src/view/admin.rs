//! 系统管理: organisations, users, grants, dictionaries, calendar, parameters, audit, jobs.

use domain::{
    authority::Scope,
    directory::{OrgKind, OrgLevel},
    param::ParamKind,
};
use kernel::{AppointmentId, AuditId, DayKind, ImportId, JobId, OrgId, Ts, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{Coded, OrgRef, UserRef};

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgView {
    pub id: OrgId,
    pub code: String,
    pub name: String,
    pub short: String,
    pub parent: Option<OrgId>,
    pub superior: Option<OrgId>,
    pub level: OrgLevel,
    pub kind: OrgKind,
    pub group: String,
    pub region: String,
    pub phone: Option<String>,
    pub active: bool,
    pub merged_into: Option<OrgId>,
    pub version: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgForm {
    /// Immutable; needed when creating.
    #[serde(default)]
    pub code: Option<String>,
    pub name: String,
    #[serde(default)]
    pub short: Option<String>,
    #[serde(default)]
    pub parent: Option<OrgId>,
    #[serde(default)]
    pub superior: Option<OrgId>,
    pub level: OrgLevel,
    pub kind: OrgKind,
    #[serde(default)]
    pub group: String,
    pub region: String,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserView {
    pub id: UserId,
    pub login: String,
    pub name: String,
    pub phone_masked: Option<String>,
    pub disabled: bool,
    pub locked_until: Option<Ts>,
    pub last_login_at: Option<Ts>,
    pub must_change_password: bool,
    pub appointments: Vec<UserAppointment>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserAppointment {
    pub id: AppointmentId,
    pub org: OrgRef,
    pub position: String,
    pub scope: Scope,
    pub roles: Vec<Coded>,
    pub is_duty: bool,
    pub valid_from: Ts,
    pub valid_to: Option<Ts>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserForm {
    /// Immutable; needed when creating.
    #[serde(default)]
    pub login: Option<String>,
    pub name: String,
    #[serde(default)]
    pub phone: Option<String>,
}

/// Query string of `GET /admin/users`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct UserQuery {
    /// Part of login or name.
    pub q: Option<String>,
    pub org: Option<OrgId>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppointmentForm {
    pub org: OrgId,
    pub position: String,
    pub scope: Scope,
    #[serde(default)]
    pub is_duty: bool,
    #[serde(default)]
    pub valid_from: Option<Ts>,
    #[serde(default)]
    pub valid_to: Option<Ts>,
}

/// A password to be told to its owner once; it must be changed at the first login.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OneTimePassword {
    pub one_time_password: String,
}

/// A new user with the first password.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserCreated {
    pub user: UserView,
    pub one_time_password: String,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantForm {
    pub appointment: AppointmentId,
    pub roles: Vec<domain::authority::Role>,
}

/// 角色授权 waiting for or past its second approval.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantView {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
    pub id: Uuid,
    pub appointment: AppointmentId,
    pub user: UserRef,
    pub org: OrgRef,
    pub roles: Vec<Coded>,
    /// `pending`, `approved` or `refused`.
    pub state: String,
    pub requested_by: UserRef,
    pub requested_at: Ts,
    pub decided_by: Option<UserRef>,
    pub decided_at: Option<Ts>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoleView {
    pub code: String,
    pub cn: String,
    pub permissions: Vec<Coded>,
    /// Role codes that the same person must not hold.
    pub exclusive_with: Vec<String>,
    pub users: i64,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DictLine {
    pub code: String,
    pub items: i64,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DictItemView {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub sort: i64,
    pub valid_from: Option<Ts>,
    pub valid_to: Option<Ts>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DictItemForm {
    /// Immutable; needed when creating.
    #[serde(default)]
    pub code: Option<String>,
    pub name: String,
    #[serde(default)]
    pub parent: Option<String>,
    #[serde(default)]
    pub sort: i64,
    #[serde(default)]
    pub valid_to: Option<Ts>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryView {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub level: i32,
    pub keywords: String,
    pub active: bool,
    pub dept_duty_only: bool,
    pub path: String,
    /// 替代的旧编码.
    pub mapped_old: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryForm {
    /// Immutable; needed when creating.
    #[serde(default)]
    pub code: Option<String>,
    pub name: String,
    #[serde(default)]
    pub parent: Option<String>,
    #[serde(default)]
    pub keywords: String,
    #[serde(default = "yes")]
    pub active: bool,
    #[serde(default)]
    pub dept_duty_only: bool,
    /// 替代的旧编码: what is classed by them elsewhere is of this category. Left as it is when not given.
    #[serde(default)]
    pub mapped_old: Option<Vec<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayView {
    /// `2026-10-01`.
    pub date: String,
    /// `周四`.
    pub weekday: String,
    pub working: bool,
    pub kind: Option<DayKind>,
    pub note: Option<String>,
    /// The office made the day other than the announced schedule has it.
    pub overridden: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayForm {
    /// `off`, `work`, or `null` for the plain week.
    #[serde(default)]
    pub kind: Option<DayKind>,
    #[serde(default)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayChange {
    /// `2026-10-01`.
    pub date: String,
    #[serde(default)]
    pub kind: Option<DayKind>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarChanges {
    pub changes: Vec<DayChange>,
}

/// Open orders whose due time would move, or moved.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarEffect {
    /// The first two hundred.
    pub orders: Vec<MovedOrder>,
    pub count: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovedOrder {
    pub case_no: String,
    pub due_before: Ts,
    pub due_after: Ts,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReasonForm {
    pub reason: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamView {
    pub key: String,
    pub name: String,
    pub description: String,
    pub group: String,
    pub kind: ParamKind,
    pub unit: String,
    /// Smallest allowed number, quantity of a span, length of a text or count of windows.
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Allowed values of a choice, of a list, or of a whole number that has only a few.
    pub choices: Vec<String>,
    /// What the numbers of an object must add up to.
    pub sum: Option<f64>,
    pub value: Value,
    pub default: Value,
    pub effective_from: Option<Ts>,
    pub by_name: Option<String>,
    pub reason: Option<String>,
    pub source: String,
    pub version: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamForm {
    pub value: Value,
    pub reason: String,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamTrial {
    pub value: Value,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RollbackForm {
    pub version: i64,
    pub reason: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamVersion {
    pub version: i64,
    pub value: Value,
    pub effective_from: Ts,
    pub by_name: Option<String>,
    pub reason: String,
}

/// What a value would mean.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamEffect {
    pub sentences: Vec<String>,
    pub examples: Vec<ParamExample>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamExample {
    pub case: String,
    pub before: String,
    pub after: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditLine {
    pub id: AuditId,
    pub at: Ts,
    pub actor_name: String,
    pub org_name: Option<String>,
    pub action: String,
    pub object_kind: String,
    pub object_id: Option<String>,
    pub ok: bool,
    pub ip: Option<String>,
    pub trace_id: Option<String>,
    pub detail: Value,
    pub hash: String,
}

/// Query string of `GET /admin/audit`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct AuditQuery {
    pub actor: Option<UserId>,
    pub action: Option<String>,
    pub object: Option<String>,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// 校验 of every hash chain.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyReport {
    pub ok: bool,
    pub chains: Vec<ChainReport>,
    pub first_bad: Option<BadLink>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainReport {
    /// `flow` (one chain per order, taken together) or `audit:<chain>`.
    pub name: String,
    pub chains: i64,
    pub entries: i64,
    pub bad: i64,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BadLink {
    pub chain: String,
    pub seq: i64,
    pub why: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobLine {
    pub id: JobId,
    pub kind: String,
    pub state: String,
    pub attempt: i32,
    pub run_at: Ts,
    pub last_error: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportLine {
    pub id: ImportId,
    pub source: String,
    pub state: String,
    pub rows_ok: i64,
    pub rows_bad: i64,
    pub started_at: Ts,
    pub finished_at: Option<Ts>,
}
