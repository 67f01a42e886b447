//! How a use case fails: refused with a reason the user can act on, or broken inside.

use kernel::{CryptoError, FieldError, Refusal};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything but [`Error::Internal`] is meant for the user's eyes.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command was understood and refused (4xx by its kind).
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody is signed in, or the credentials are wrong (401).
    #[error("{0}")]
    Unauthenticated(Refusal),
    /// The account is locked for a while (423).
    #[error("{0}")]
    Locked(Refusal),
    /// The database is out of reach (503): the same request may succeed soon. For the log, never for the user.
    #[error("{0}")]
    Away(String),
    /// Our fault (500): for the log, never for the user.
    #[error("{0}")]
    Internal(String),
}

impl Error {
    /// Something that cannot be, unless data or code is broken.
    pub fn broken(what: impl std::fmt::Display) -> Self {
        Self::Internal(what.to_string())
    }

    /// The refusal behind it, when it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(r) | Self::Unauthenticated(r) | Self::Locked(r) => Some(r),
            Self::Away(_) | Self::Internal(_) => None,
        }
    }
}

impl From<FieldError> for Error {
    fn from(e: FieldError) -> Self {
        Self::Refused(e.into())
    }
}

impl From<db::DbError> for Error {
    fn from(e: db::DbError) -> Self {
        if e.is_away() { Self::Away(e.to_string()) } else { Self::Internal(e.to_string()) }
    }
}

impl From<store::StoreError> for Error {
    fn from(e: store::StoreError) -> Self {
        match e {
            store::StoreError::Stale { .. } => Self::Refused(Refusal::stale()),
            store::StoreError::Db(e) => e.into(),
            e => Self::Internal(e.to_string()),
        }
    }
}

impl From<CryptoError> for Error {
    fn from(e: CryptoError) -> Self {
        Self::Internal(format!("personal data could not be opened: {e}"))
    }
}

impl From<render::RenderError> for Error {
    fn from(e: render::RenderError) -> Self {
        Self::Internal(e.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(e: serde_json::Error) -> Self {
        Self::Internal(format!("stored JSON: {e}"))
    }
}
