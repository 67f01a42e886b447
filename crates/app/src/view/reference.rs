//! 基础数据 the client keeps: organisations, categories, dictionaries, regions.

use std::collections::BTreeMap;

use domain::directory::{OrgKind, OrgLevel};
use kernel::{OrgId, UserId};
use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReferenceView {
    pub orgs: Vec<OrgLine>,
    pub categories: Vec<CategoryLine>,
    /// Dictionary code → items in their order.
    pub dictionaries: BTreeMap<String, Vec<DictItemLine>>,
    /// Parameters the client needs, by key.
    pub params: BTreeMap<String, serde_json::Value>,
    /// 领导信箱, closed ones too, in their order.
    pub mailboxes: Vec<MailboxLine>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailboxLine {
    pub id: kernel::Uuid,
    pub name: String,
    pub open: bool,
    /// The caller's own.
    pub mine: bool,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgLine {
    pub id: OrgId,
    pub code: String,
    pub name: String,
    pub short: String,
    pub parent: Option<OrgId>,
    pub level: OrgLevel,
    pub kind: OrgKind,
    pub group: String,
    pub region: String,
    /// Of the duty desk, for consultations and conferences.
    pub phone: Option<String>,
    pub active: bool,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryLine {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub level: i32,
    /// Names from the root down, joined by `/`.
    pub path: String,
    pub active: bool,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DictItemLine {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegionLine {
    pub code: String,
    pub name: String,
    pub level: String,
    /// Nothing below it.
    pub leaf: bool,
    /// Belongs to the hotline's own city.
    pub home: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegionStep {
    pub code: String,
    pub name: String,
}

/// A category proposed for what was typed.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryProposal {
    pub code: String,
    pub name: String,
    pub path: String,
    /// Which name or keyword matched.
    pub why: String,
}

/// Somebody a task can be assigned to, with the present load.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandlerLine {
    pub id: UserId,
    pub name: String,
    pub position: String,
    pub open_tasks: i64,
}

/// An answer with its entity tag.
#[derive(Clone, Debug)]
pub struct Tagged<T> {
    pub etag: String,
    pub view: T,
}
