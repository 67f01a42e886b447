//! A failed use case as a problem document.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::Refusal;
use wire::Problem;

/// What handlers return on failure.
#[derive(Debug)]
pub struct Fault(pub Problem);

/// What handlers return.
pub type Answer<T> = Result<T, Fault>;

impl From<Problem> for Fault {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

impl From<app::Error> for Fault {
    #[track_caller]
    fn from(error: app::Error) -> Self {
        let with = |status: StatusCode, r: Refusal| {
            Self(Problem { fields: r.fields.clone(), ..Problem::new(status, &r.code, r.message.clone()) })
        };
        match error {
            app::Error::Refused(r) => Self(r.into()),
            app::Error::Unauthenticated(r) => with(StatusCode::UNAUTHORIZED, r),
            app::Error::Locked(r) => with(StatusCode::LOCKED, r),
            app::Error::Away(cause) => Self(Problem::away(&cause)),
            app::Error::Internal(cause) => Self(Problem::fault(&cause)),
        }
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}
