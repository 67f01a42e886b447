//! Weibo's end of the interfaces, as open.weibo.com has them: mentions by `since_id` and page, newest first, comments by form, errors
//! with `error_code` in the body. What it does wrong on purpose is set by the test.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

pub const TOKEN: &str = "2.00abcXYZ";
pub const UID: i64 = 1_404_376_560;

#[derive(Default)]
pub struct Books {
    pub posts: Vec<Value>,
    pub comments: Vec<Value>,
    /// Comments made: path, post, comment above it, words.
    pub said: Vec<(String, String, String, String)>,
    /// Every call is answered by this error.
    pub error: Option<(i64, &'static str)>,
    /// Calls for mentions: their `since_id` and page.
    pub asked: Vec<(String, String)>,
    pub picture: Vec<u8>,
}

pub type Peer = Arc<Mutex<Books>>;

/// Starts the peer; its address is what is entered as the interface's.
pub async fn start() -> (Peer, String) {
    let peer: Peer = Arc::default();
    let router = Router::new()
        .route("/oauth2/get_token_info", post(token))
        .route("/2/statuses/mentions.json", get(posts))
        .route("/2/comments/mentions.json", get(comments))
        .route("/2/comments/create.json", post(create))
        .route("/2/comments/reply.json", post(reply))
        .route("/large/lamp.png", get(picture))
        .with_state(Arc::clone(&peer));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (peer, url)
}

/// A post as Weibo gives it, of somebody with this number.
pub fn status(id: i64, uid: i64, text: &str, picture: Option<&str>) -> Value {
    let pictures: Vec<Value> = picture.into_iter().map(|url| json!({ "thumbnail_pic": url })).collect();
    json!({
        "created_at": "Tue May 31 17:46:55 +0800 2011", "id": id, "mid": id.to_string(), "idstr": id.to_string(), "text": text,
        "source": "<a href=\"http://weibo.com\" rel=\"nofollow\">微博</a>", "favorited": false, "truncated": false,
        "pic_urls": pictures, "reposts_count": 0, "comments_count": 0,
        "user": { "id": uid, "idstr": uid.to_string(), "screen_name": "澄湖小高", "province": "11" },
    })
}

type Asked = HashMap<String, String>;

fn refused(path: &str, code: i64, error: &str) -> Response {
    let status = if code == 21327 { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
    (status, Json(json!({ "request": path, "error_code": code, "error": error }))).into_response()
}

fn guard(books: &Books, path: &str, asked: &Asked) -> Option<Response> {
    if let Some((code, error)) = books.error {
        return Some(refused(path, code, error));
    }
    (asked.get("access_token").map(String::as_str) != Some(TOKEN)).then(|| refused(path, 21332, "invalid_access_token"))
}

fn page(peer: &Peer, path: &str, name: &str, asked: &Asked) -> Response {
    let mut books = peer.lock().unwrap();
    if let Some(no) = guard(&books, path, asked) {
        return no;
    }
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    books.asked.push((of("since_id"), of("page")));
    let since: i64 = of("since_id").parse().unwrap();
    let (count, page): (usize, usize) = (of("count").parse().unwrap(), of("page").parse().unwrap());
    let all = if name == "statuses" { &books.posts } else { &books.comments };
    let mut new: Vec<&Value> = all.iter().filter(|v| v["id"].as_i64().unwrap() > since).collect();
    new.sort_by_key(|v| std::cmp::Reverse(v["id"].as_i64()));
    let total = new.len();
    let shown: Vec<&Value> = new.into_iter().skip((page - 1) * count.min(200)).take(count.min(200)).collect();
    Json(json!({ name: shown, "hasvisible": false, "previous_cursor": 0, "next_cursor": 0, "total_number": total }))
        .into_response()
}

async fn token(State(peer): State<Peer>, Form(asked): Form<Asked>) -> Response {
    let no = guard(&peer.lock().unwrap(), "/oauth2/get_token_info", &asked);
    let answer = json!({ "uid": UID, "appkey": "1073880650", "scope": null, "create_at": "1352267591", "expire_in": "157679471" });
    no.unwrap_or_else(|| Json(answer).into_response())
}

async fn posts(State(peer): State<Peer>, Query(asked): Query<Asked>) -> Response {
    page(&peer, "/2/statuses/mentions.json", "statuses", &asked)
}

async fn comments(State(peer): State<Peer>, Query(asked): Query<Asked>) -> Response {
    page(&peer, "/2/comments/mentions.json", "comments", &asked)
}

fn say(peer: &Peer, path: &str, asked: &Asked) -> Response {
    let mut books = peer.lock().unwrap();
    if let Some(no) = guard(&books, path, asked) {
        return no;
    }
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    if of("id") == "404" {
        return refused(path, 20101, "target weibo does not exist!");
    }
    if of("comment").chars().count() > 140 {
        return refused(path, 20012, "Text too long, please input text less than 140 characters!");
    }
    if books.said.iter().any(|(.., words)| *words == of("comment")) {
        return refused(path, 20019, "repeat content!");
    }
    books.said.push((path.to_owned(), of("id"), of("cid"), of("comment")));
    let id = 9000 + i64::try_from(books.said.len()).unwrap();
    Json(json!({ "created_at": "Wed Jun 01 00:50:25 +0800 2011", "id": id, "text": of("comment") })).into_response()
}

async fn create(State(peer): State<Peer>, Form(asked): Form<Asked>) -> Response {
    say(&peer, "/2/comments/create.json", &asked)
}

async fn reply(State(peer): State<Peer>, Form(asked): Form<Asked>) -> Response {
    say(&peer, "/2/comments/reply.json", &asked)
}

async fn picture(State(peer): State<Peer>) -> Response {
    let bytes = peer.lock().unwrap().picture.clone();
    if bytes.is_empty() { StatusCode::BAD_GATEWAY.into_response() } else { bytes.into_response() }
}
