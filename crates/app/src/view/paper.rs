//! 公文.

use domain::paper::{PaperKind, PaperState};
use kernel::{OrderId, PaperId, TemplateId, Ts};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::OrgRef;

/// One document of an order.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaperView {
    pub id: PaperId,
    pub kind: PaperKind,
    pub kind_cn: String,
    pub number: String,
    /// 验证码.
    pub code: String,
    /// Address of the page that verifies it.
    pub url: String,
    /// The unit, round or application it is about.
    pub about: Option<String>,
    pub org: OrgRef,
    pub issued_by: String,
    pub issued_at: Ts,
    pub state: PaperState,
    pub state_cn: String,
    /// Names the citizen in clear.
    pub personal: bool,
    /// SM3 of the PDF, hexadecimal.
    pub digest: String,
    /// Bytes.
    pub pdf_size: i64,
    /// Bytes.
    pub docx_size: i64,
    pub withdrawn_at: Option<Ts>,
    pub withdrawn_by: Option<String>,
    pub withdrawn_reason: Option<String>,
    pub may_open: bool,
    /// Why it cannot be opened.
    pub closed_cn: Option<String>,
    pub may_withdraw: bool,
}

/// Something a document can be about.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaperSubject {
    pub id: Uuid,
    pub name: String,
    /// Number of the valid document about it.
    pub number: Option<String>,
}

/// A kind the person may issue.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaperOffer {
    pub kind: PaperKind,
    pub kind_cn: String,
    /// A letter; the others are forms.
    pub letter: bool,
    pub personal: bool,
    pub subjects: Vec<PaperSubject>,
    /// Why it cannot be issued now.
    pub closed_cn: Option<String>,
}

/// 文书 of an order.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaperList {
    pub items: Vec<PaperView>,
    pub offers: Vec<PaperOffer>,
}

/// 出具.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaperForm {
    pub kind: PaperKind,
    /// What it is about; the newest when absent.
    #[serde(default)]
    pub subject: Option<Uuid>,
    /// The valid document about the same is withdrawn.
    #[serde(default)]
    pub replace: bool,
}

/// Which document is to be looked at before it is issued.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct PaperAsk {
    pub kind: PaperKind,
    #[serde(default)]
    pub subject: Option<Uuid>,
}

/// Which file of a document.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct PaperQuery {
    /// `pdf` or `docx`.
    pub format: Option<String>,
    /// Shown in the browser instead of kept.
    pub view: bool,
}

/// 作废.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WithdrawForm {
    pub reason: String,
}

/// One version of a template.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateView {
    pub id: TemplateId,
    pub version: i64,
    pub file_name: String,
    pub note: String,
    pub size: i64,
    pub in_force: bool,
    pub by_name: String,
    pub at: Ts,
}

/// Something a template can name.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotView {
    pub name: String,
    pub means: String,
}

/// The templates of a kind.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateKind {
    pub kind: PaperKind,
    pub kind_cn: String,
    pub letter: bool,
    /// None is in force: the built-in template is used.
    pub built_in: bool,
    pub versions: Vec<TemplateView>,
    pub slots: Vec<SlotView>,
}

/// Query string of an upload; the body is the DOCX itself.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct TemplateForm {
    pub kind: PaperKind,
    pub name: String,
    /// 修改说明.
    pub note: String,
    /// Only checked: nothing is kept.
    #[serde(default)]
    pub check: bool,
}

/// What became of an upload.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateChecked {
    /// Version it was kept as; `null` after a mere check.
    pub version: Option<i64>,
    /// Placeholders it uses.
    pub used: Vec<String>,
    /// What the PDF will lack.
    pub left_out: Vec<String>,
}

/// Which template is to be looked at or kept.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct TemplateQuery {
    pub kind: PaperKind,
    /// A version; the built-in template when absent.
    #[serde(default)]
    pub id: Option<TemplateId>,
    /// `docx`: the template; `pdf`: filled with a made-up order.
    pub format: String,
}

/// Which template shall be in force.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TemplateChoice {
    pub kind: PaperKind,
    /// The built-in one when absent.
    #[serde(default)]
    pub id: Option<TemplateId>,
}

/// A row of 文书台账.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaperRegisterLine {
    pub id: PaperId,
    pub order_id: OrderId,
    pub case_no: String,
    pub kind: PaperKind,
    pub kind_cn: String,
    pub number: String,
    pub org: OrgRef,
    pub issued_by: String,
    pub issued_at: Ts,
    pub state: PaperState,
    pub state_cn: String,
    pub withdrawn_reason: Option<String>,
    /// Bytes.
    pub pdf_size: i64,
    pub may_open: bool,
}

/// Which documents of the register.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct PaperRegisterQuery {
    pub kind: Option<String>,
    /// `valid` or `withdrawn`.
    pub state: Option<String>,
    pub from: Option<Ts>,
    /// Exclusive.
    pub to: Option<Ts>,
    /// Beginning of the order's number, or part of the document's.
    pub text: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// 批量下载.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchForm {
    pub ids: Vec<PaperId>,
    /// 用途, on record.
    pub purpose: String,
}
