//! 会话: who is signed in, as what, with which permissions.

use domain::authority::Scope;
use kernel::{AppointmentId, OrgId, Ts, UserId};
use serde::Serialize;

use super::Coded;

/// The signed-in person and the present appointment.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionView {
    pub user: SessionUser,
    pub appointment: AppointmentLine,
    /// All appointments the person may switch to, the present one included.
    pub appointments: Vec<AppointmentLine>,
    /// Permission codes of the present appointment.
    pub permissions: Vec<String>,
    /// Goes into the `X-CSRF-Token` header of unsafe requests.
    pub csrf: String,
    /// Seals what this person types at a workstation while the session lasts; always the same for the same person.
    pub draft_key: String,
    pub must_change_password: bool,
    /// Minutes without a request after which the session ends.
    pub idle_minutes: i64,
    pub now: Ts,
    pub city: CityView,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionUser {
    pub id: UserId,
    pub login: String,
    pub name: String,
}

/// 任职 with its organisation and roles.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppointmentLine {
    pub id: AppointmentId,
    pub org: SessionOrg,
    pub position: String,
    pub roles: Vec<Coded>,
    pub scope: Scope,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionOrg {
    pub id: OrgId,
    pub name: String,
    pub short: String,
    pub kind: String,
    pub level: String,
}

/// The installation: whose hotline this is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CityView {
    pub name: String,
    pub hotline: String,
}
