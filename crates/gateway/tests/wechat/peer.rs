//! WeChat's end of the interfaces, speaking as developers.weixin.qq.com has them: `stable_token`, `media/get`,
//! `message/custom/send`, with their errors. What it does wrong on purpose is set by the test.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Json, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

pub const APP_ID: &str = "wxb11529c136998cb6";
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

#[derive(Default)]
pub struct Books {
    /// Tokens asked for, and how many of them by force.
    pub asked: usize,
    pub forced: usize,
    serial: usize,
    pub token: String,
    /// Tokens that are refused as 42001 although the platform gives them out.
    pub expired: HashSet<String>,
    /// Files by MediaId: content type and bytes.
    pub files: HashMap<String, (String, Vec<u8>)>,
    /// Errors that sending to a person meets.
    pub refuse: HashMap<String, i64>,
    /// Seconds a token is good for.
    pub expires_in: u64,
    /// The whole house is down.
    pub down: bool,
    /// Words taken, by person.
    pub sent: Vec<(String, String)>,
}

pub type Peer = Arc<Mutex<Books>>;

impl Books {
    /// Another program of the house renews the token by force.
    pub fn renew(&mut self) {
        self.serial += 1;
        self.token = format!("{}_{}", "T".repeat(500), self.serial);
    }

    fn error(&self, token: &str) -> Option<Value> {
        if token.is_empty() {
            return Some(json!({ "errcode": 41001, "errmsg": "access_token missing" }));
        }
        if self.expired.contains(token) {
            return Some(json!({ "errcode": 42001, "errmsg": "access_token expired rid: 5f1" }));
        }
        (token != self.token)
            .then(|| json!({ "errcode": 40001, "errmsg": "invalid credential, access_token is invalid or not latest" }))
    }
}

/// Starts the peer; its address is what is entered as the interface's.
pub async fn start() -> (Peer, String) {
    let peer: Peer = Arc::new(Mutex::new(Books { expires_in: 7200, ..Books::default() }));
    let router = Router::new()
        .route("/cgi-bin/stable_token", post(token))
        .route("/cgi-bin/media/get", get(media))
        .route("/cgi-bin/message/custom/send", post(send))
        .with_state(Arc::clone(&peer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (peer, url)
}

async fn token(State(peer): State<Peer>, Json(asked): Json<Value>) -> Response {
    let mut b = peer.lock().unwrap();
    b.asked += 1;
    if b.down {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    assert_eq!(asked["grant_type"], "client_credential");
    if asked["appid"] != APP_ID {
        return Json(json!({ "errcode": 40013, "errmsg": "invalid appid" })).into_response();
    }
    if asked["secret"] != SECRET {
        return Json(json!({ "errcode": 40125, "errmsg": "invalid appsecret" })).into_response();
    }
    let force = asked["force_refresh"] == true;
    b.forced += usize::from(force);
    if force || b.token.is_empty() {
        b.renew();
    }
    Json(json!({ "access_token": b.token, "expires_in": b.expires_in })).into_response()
}

async fn media(State(peer): State<Peer>, Query(asked): Query<HashMap<String, String>>) -> Response {
    let b = peer.lock().unwrap();
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    if b.down {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    // Errors of this interface come as text.
    let told = |error: Value| ([(header::CONTENT_TYPE, "text/plain")], error.to_string()).into_response();
    if let Some(error) = b.error(&of("access_token")) {
        return told(error);
    }
    let Some((kind, bytes)) = b.files.get(&of("media_id")) else {
        return told(json!({ "errcode": 40007, "errmsg": "invalid media_id" }));
    };
    let ending = kind.rsplit('/').next().unwrap_or_default();
    let name = format!("attachment; filename=\"{}.{ending}\"", of("media_id"));
    ([(header::CONTENT_TYPE, kind.clone()), (header::CONTENT_DISPOSITION, name)], bytes.clone()).into_response()
}

async fn send(
    State(peer): State<Peer>,
    Query(asked): Query<HashMap<String, String>>,
    Json(message): Json<Value>,
) -> Response {
    let mut b = peer.lock().unwrap();
    if b.down {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if let Some(error) = b.error(asked.get("access_token").map_or("", |t| t)) {
        return Json(error).into_response();
    }
    assert_eq!(message["msgtype"], "text");
    let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (to, words) = (of(&message["touser"]), of(&message["text"]["content"]));
    if let Some(code) = b.refuse.get(&to) {
        let why = match code {
            45015 => "response out of time limit or subscription is canceled",
            45047 => "out of response count limit",
            45009 => "reach max api daily quota limit",
            _ => "refused",
        };
        return Json(json!({ "errcode": code, "errmsg": why })).into_response();
    }
    b.sent.push((to, words));
    Json(json!({ "errcode": 0, "errmsg": "ok" })).into_response()
}
