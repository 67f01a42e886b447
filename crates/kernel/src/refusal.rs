//! The answer "no", in words a user can act on. Every rule that can refuse returns a [`Refusal`]; the HTTP layer maps
//! its kind to a status and prints the rest as it is.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What is wrong with one input field and how to put it right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[error("{field}: {message}")]
pub struct FieldError {
    /// Path of the field as the caller sent it, e.g. `caller.phone`.
    pub field: String,
    /// What is wrong, in Chinese, naming the field.
    pub message: String,
    /// What to do about it, in Chinese.
    #[serde(default)]
    pub remedy: Option<String>,
}

impl FieldError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), remedy: None }
    }

    /// Adds what the user should do.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The same complaint about another field: value parsers do not know where their text stood in the form.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = field.into();
        self
    }
}

/// Why a command was refused; decides the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// The input is wrong (422).
    Invalid,
    /// The user may not do this (403).
    Forbidden,
    /// There is no such thing, or the user may not know of it (404).
    NotFound,
    /// The state of the thing does not allow it (409).
    Conflict,
    /// Someone changed the thing since it was read (412).
    Stale,
    /// It existed and was removed or has expired (410).
    Gone,
    /// Too many attempts (429).
    TooMany,
}

/// A refused command: stable English code for programs, Chinese message for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({code})")]
pub struct Refusal {
    pub code: Cow<'static, str>,
    pub message: String,
    pub fields: Vec<FieldError>,
    pub status_hint: RefusalKind,
}

impl Refusal {
    /// A refusal of any kind; prefer the named constructors.
    pub fn new(kind: RefusalKind, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), fields: Vec::new(), status_hint: kind }
    }

    /// One bad field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError::new(field, message)])
    }

    /// Several bad fields at once. The message repeats the first so that it stands alone in a log or a toast.
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let message = match fields.as_slice() {
            [] => "提交的内容有误，请检查后重新提交".to_owned(),
            [only] => only.message.clone(),
            [first, ..] => format!("有{}项内容需要修改：{}", fields.len(), first.message),
        };
        Self { fields, ..Self::new(RefusalKind::Invalid, "invalid", message) }
    }

    /// The thing is not in a state that allows the command.
    pub fn state(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, message)
    }

    /// The user lacks the authority.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Forbidden, "forbidden", message)
    }

    /// `what` is the Chinese noun, e.g. `工单`.
    pub fn not_found(what: impl AsRef<str>) -> Self {
        let message = format!("未找到该{}，可能已被删除，或您没有查看权限", what.as_ref());
        Self::new(RefusalKind::NotFound, "not_found", message)
    }

    /// The version sent is not the current one.
    pub fn stale() -> Self {
        Self::new(RefusalKind::Stale, "stale", "内容已被他人修改，请刷新后再操作")
    }

    /// The command contradicts something that exists.
    pub fn conflict(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, code, message)
    }

    /// It existed once.
    pub fn gone(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::Gone, "gone", message)
    }

    /// Too many attempts in a short time.
    pub fn too_many(message: impl Into<String>) -> Self {
        Self::new(RefusalKind::TooMany, "too_many", message)
    }
}

impl From<FieldError> for Refusal {
    fn from(error: FieldError) -> Self {
        Self::fields(vec![error])
    }
}

impl From<Vec<FieldError>> for Refusal {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::fields(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_field_speaks_for_itself() {
        let r = Refusal::from(FieldError::new("phone", "联系电话格式不正确").with_remedy("请填写11位手机号").at("a.b"));
        assert_eq!(r.message, "联系电话格式不正确");
        assert_eq!(r.fields[0].field, "a.b");
        assert_eq!(r.status_hint, RefusalKind::Invalid);
    }

    #[test]
    fn several_bad_fields_are_counted() {
        let r = Refusal::fields(vec![FieldError::new("a", "标题必填"), FieldError::new("b", "内容必填")]);
        assert_eq!(r.message, "有2项内容需要修改：标题必填");
        assert_eq!(r.fields.len(), 2);
    }

    #[test]
    fn kinds_follow_constructors() {
        assert_eq!(Refusal::stale().status_hint, RefusalKind::Stale);
        assert_eq!(Refusal::state("already_signed", "任务已签收").code, "already_signed");
        assert_eq!(Refusal::state("x", "y").status_hint, RefusalKind::Conflict);
        assert_eq!(Refusal::forbidden("无权操作").status_hint, RefusalKind::Forbidden);
        assert!(Refusal::not_found("工单").message.starts_with("未找到该工单"));
        assert_eq!(Refusal::gone("已过期").status_hint, RefusalKind::Gone);
        assert_eq!(Refusal::too_many("请稍后再试").status_hint, RefusalKind::TooMany);
    }
}
