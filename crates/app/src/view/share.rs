//! 平台同步 on the desk.

use domain::partner::share::{ChangeKind, ProposalState, Topic};
use kernel::{ArticleId, Ts, Uuid};
use serde::{Deserialize, Serialize};

use super::FieldChange;

/// Query string of `GET /proposals`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ProposalQuery {
    pub topic: Topic,
    /// Those that wait; else those decided lately.
    #[serde(default)]
    pub open: bool,
}

/// What another platform published, and how it differs from what there is here.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposalView {
    pub id: Uuid,
    pub partner: String,
    pub topic: Topic,
    pub topic_cn: String,
    /// Of an article its number there.
    pub subject: String,
    pub title: String,
    pub ver: i64,
    pub at: Ts,
    pub state: ProposalState,
    pub state_cn: String,
    /// Differences of a list; empty once decided.
    pub changes: Vec<ProposalChange>,
    /// All of them; at most a thousand are shown.
    pub total: i64,
    /// Differences of an article, against ours as it stands.
    pub texts: Vec<FieldChange>,
    /// We have no such article yet.
    pub fresh: bool,
    /// It is no longer published there.
    pub ends: bool,
    /// The category it would get here; `null` when theirs is unknown and one must be chosen.
    pub category: Option<String>,
    pub decided_at: Option<Ts>,
    pub decided_by_name: Option<String>,
    pub opinion: Option<String>,
    /// The article it became.
    pub article: Option<ArticleId>,
}

/// One difference of a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposalChange {
    pub code: String,
    pub kind: ChangeKind,
    pub kind_cn: String,
    pub was: Option<String>,
    pub now: String,
    /// Codes of ours it replaces.
    pub replaces: Vec<String>,
}

/// Where an article came from.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleOrigin {
    pub partner: String,
    /// Its number there.
    pub no: String,
    pub taken_at: Option<Ts>,
}
