//! No route without this test: whoever is not signed in gets 401, whoever comes from another site 403.

use std::sync::Arc;

use app::{App, Settings};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use kernel::{ManualClock, SeqMint, SoftwareProvider, Ts};
use store::{Store, Vault};
use testkit::TestDb;
use tower::ServiceExt as _;

/// Open on purpose: signing in, and by what; this list only ever shrinks.
const OPEN: &[(&str, &str)] = &[("post", "/api/v1/session"), ("get", "/api/v1/session/sign-in")];

async fn router(db: &TestDb) -> axum::Router {
    let provider = SoftwareProvider::from_master(&kernel::Secret::new([7; 32]));
    let store = Store::new(db.db().clone(), Vault::new(provider));
    store.migrate().await.expect("the schema applies");
    let clock = Arc::new(ManualClock::new(Ts(1_790_000_000_000)));
    let app =
        App::open(store, Settings::default(), clock, Arc::new(SeqMint::new())).await.expect("the application opens");
    api::router(api::Desk { app, behind_tls: false })
}

/// Every operation of the document, path parameters filled with something of the right form.
fn operations() -> Vec<(String, String)> {
    let document = serde_json::to_value(api::document()).expect("the document serialises");
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("there are paths") {
        for method in item.as_object().expect("a path has methods").keys() {
            all.push((method.clone(), path.clone()));
        }
    }
    assert!(all.len() > 60, "the document lists {} operations", all.len());
    all
}

fn concrete(path: &str) -> String {
    path.replace("{id}", "01900000-0000-7000-8000-000000000001")
        .replace("{key}", "sla.accept")
        .replace("{code}", "urgency")
        .replace("{item}", "u1")
        .replace("{audience}", "staff")
        .replace("{name}", "greeting")
        .replace("{date}", "2026-10-01")
}

#[tokio::test]
async fn nobody_gets_in_without_a_session() {
    let db = TestDb::sqlite().await;
    let router = router(&db).await;
    for (method, path) in operations() {
        if OPEN.contains(&(method.as_str(), path.as_str())) {
            continue;
        }
        for cookie in [None, Some("hotline_session=not-a-session")] {
            let mut request = Request::builder().method(method.to_uppercase().as_str()).uri(concrete(&path));
            if let Some(cookie) = cookie {
                request = request.header(header::COOKIE, cookie);
            }
            let request = request.header(header::CONTENT_TYPE, "application/json").header("if-match", "\"1\"");
            let answer =
                router.clone().oneshot(request.body(Body::from("{}")).expect("a request")).await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{method} {path} with {cookie:?}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_in() {
    let db = TestDb::sqlite().await;
    let request = Request::post("/api/v1/session")
        .header(header::HOST, "hotline.example")
        .header(header::ORIGIN, "https://evil.example")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(r#"{"login":"admin","password":"x"}"#))
        .expect("a request");
    let answer = router(&db).await.oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_unknown_route_of_the_api_is_a_problem_and_not_the_desk() {
    let db = TestDb::sqlite().await;
    let request = Request::get("/api/v1/nothing-here").body(Body::empty()).expect("a request");
    let answer = router(&db).await.oneshot(request).await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
}
