//! 微博 with two processes on one database: every mention becomes one piece with its picture, once, although each process is killed
//! in the middle of reading, and what is said in public is said once.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::TestDb;

use crate::client::Client;
use crate::exe;
use crate::server::Server;
use crate::weibo_peer::{TOKEN, UID, start, status};

const PATIENCE: Duration = Duration::from_secs(240);
const POSTS: i64 = 120;
const COMMENTS: i64 = 3;
const CITIZEN: i64 = 1_700_000_001;
const PNG: &[u8] = include_bytes!("../../../gateway/tests/wechat/lamp.png");
const ITEMS: &str = "SELECT COUNT(*) FROM inbox_item WHERE adapter = 'weibo'";
const PICTURES: &str = "SELECT COUNT(*) FROM inbox_file WHERE digest IS NOT NULL";

async fn count(url: &str, sql: &'static str) -> i64 {
    let db = db::Db::open(url, db::OpenOptions::default()).await.unwrap();
    let n: i64 = db.scalar(sql, &[]).await.unwrap();
    db.close().await;
    n
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[test]
fn every_mention_is_one_piece_whoever_is_killed() {
    testkit::block(async {
        let (home, db) = (tempfile::tempdir().unwrap(), TestDb::postgres().await);
        let url = db.url().to_owned();
        let data = ["--data", home.path().to_str().unwrap(), "--database", db.url(), "--portal-listen", "off"];
        let a = Server::start(exe(), &[&data[..], &["--demo", "--demo-orders", "3"]].concat()).unwrap();
        let (peer, api) = start().await;
        {
            let mut books = peer.lock().unwrap();
            books.picture = PNG.to_vec();
            let thumb = format!("{api}/thumbnail/lamp.png");
            books.posts = (1..=POSTS).map(|n| status(n, CITIZEN, "@云12345 桂巷路路灯坏了", Some(&thumb))).collect();
            let below = status(1, CITIZEN, "桂巷路路灯坏了", None);
            let user = json!({ "id": 5, "screen_name": "小新" });
            let one = |n: i64| json!({ "created_at": "Wed Jun 01 00:50:25 +0800 2011", "id": n, "text": "@云12345 管一管", "user": user, "status": below });
            books.comments = (1..=COMMENTS).map(one).collect();
        }
        let admin = Client::sign_in(&a.url, "sysadmin01", a.password.as_deref().unwrap()).await.unwrap();
        let settings = json!({ "on": true, "uid": UID.to_string(), "access_token": TOKEN, "since": "2011-01-01", "answers": true, "api": api });
        let form = json!({ "settings": settings, "reason": "接入微博" });
        let set = admin.http.put(admin.url("/admin/weibo")).header("x-csrf-token", &admin.csrf).json(&form);
        admin.answer(set).await.unwrap();
        let b = Server::start(exe(), &data).unwrap();

        // Killed in the middle; the other one goes on where it stopped, and is killed too.
        until("some are in", async || count(&url, ITEMS).await >= 10).await;
        a.kill().unwrap();
        let first = count(&url, ITEMS).await;
        assert!(first < POSTS, "killed in the middle of {POSTS}, not after it: {first}");
        until("the other process goes on", async || count(&url, ITEMS).await >= first + 10).await;
        b.kill().unwrap();
        let c = Server::start(exe(), &data).unwrap();
        until("everything is in", async || count(&url, ITEMS).await >= POSTS + COMMENTS).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert_eq!(count(&url, ITEMS).await, POSTS + COMMENTS);
        assert_eq!(count(&url, PICTURES).await, POSTS, "each with its picture");
        assert!(peer.lock().unwrap().said.is_empty(), "nothing is said before a person has registered it");
        c.kill().unwrap();
    });
}
