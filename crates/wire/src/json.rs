//! Bodies and queries whose errors are problems in Chinese, not framework texts.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, request::Parts};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Problem;

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(body_problem(&rejection)),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn body_problem(rejection: &JsonRejection) -> Problem {
    let status = rejection.status();
    match rejection {
        JsonRejection::JsonDataError(e) => {
            let mut problem = Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad_body",
                "提交的内容与接口要求不符，请对照接口文档检查字段",
            );
            problem.fields.push(kernel::FieldError::new("body", e.body_text()));
            problem
        }
        JsonRejection::JsonSyntaxError(_) => {
            Problem::new(StatusCode::BAD_REQUEST, "bad_json", "提交的内容不是有效的JSON")
        }
        JsonRejection::MissingJsonContentType(_) => {
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad_content_type", "请以 application/json 提交")
        }
        _ if status == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(status, "too_large", "提交的内容过大，请精简后重试")
        }
        _ => Problem::new(status, "bad_body", "无法读取提交的内容"),
    }
}

/// Query parameters.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(e)) => {
                let mut problem = Problem::new(StatusCode::BAD_REQUEST, "bad_query", "查询条件有误，请检查条件的格式");
                problem.fields.push(kernel::FieldError::new("query", e.body_text()));
                Err(problem)
            }
            Err(_) => Err(Problem::new(StatusCode::BAD_REQUEST, "bad_query", "查询条件有误")),
        }
    }
}
