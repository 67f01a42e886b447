//! 附件 on an order's page.

use domain::attachment::{FileClass, Purpose, Scan};
use kernel::{AttachmentId, Ts};
use serde::{Deserialize, Serialize};

use super::OrgRef;

/// One attachment.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttachmentView {
    pub id: AttachmentId,
    pub purpose: Purpose,
    pub purpose_cn: String,
    pub class: FileClass,
    pub mime: String,
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// SM3 of the bytes, hexadecimal.
    pub digest: String,
    pub at: Ts,
    pub by_name: String,
    pub by_org: Option<OrgRef>,
    /// A photo sent through the portal.
    pub from_citizen: bool,
    pub scan: Scan,
    pub scan_cn: String,
    /// When a step took it into the record.
    pub used_at: Option<Ts>,
    pub used_cn: Option<String>,
    pub may_open: bool,
    pub may_withdraw: bool,
}

/// Query string of an upload; the body is the file itself.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct AttachmentForm {
    pub purpose: Purpose,
    /// The file's name where it came from.
    pub name: String,
}

/// Which form of an attachment is wanted.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct AttachmentQuery {
    /// `original` (as it came), `view` (a picture freed of place and camera), `thumb`.
    pub form: Option<String>,
}
