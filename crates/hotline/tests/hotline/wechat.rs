//! 微信公众号 with portal and core as two programs: what WeChat was told `success` for arrives, and once, although either side is
//! killed and WeChat delivers three times.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use kernel::{Clock as _, SystemClock};
use reqwest::{Client, StatusCode};
use serde_json::json;
use sha1::{Digest as _, Sha1};

use crate::client;
use crate::exe;
use crate::gateway::{count, free_port, started};
use crate::wechat_peer::{APP_ID, SECRET, start};

const TOKEN: &str = "hotline12345";
const PATIENCE: Duration = Duration::from_secs(120);
/// Before which the messages were written, so that their conversations have ended, seconds.
const AGO: i64 = 900;
const PNG: &[u8] = include_bytes!("../../../gateway/tests/wechat/lamp.png");

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(args: &[&str], word: &str) -> (Running, String) {
    let mut command = Command::new(exe());
    command.args(args).env("HOTLINE_LOG", "off").stdin(Stdio::null()).stdout(Stdio::piped());
    let (child, rest) = started(command.spawn().unwrap(), word);
    (Running(child), rest)
}

/// Seconds.
fn now() -> i64 {
    SystemClock.now().0 / 1000
}

/// Signed as WeChat signs.
fn address(portal: &str, token: &str, more: &str) -> String {
    let (stamp, nonce) = (now().to_string(), "1372623149");
    let mut parts = [token, &stamp, nonce];
    parts.sort_unstable();
    let signature: String = Sha1::digest(parts.concat()).iter().map(|b| format!("{b:02x}")).collect();
    format!("{portal}/wechat?signature={signature}&timestamp={stamp}&nonce={nonce}{more}")
}

async fn deliver(portal: &str, person: &str, id: i64, inside: &str) -> reqwest::Result<(StatusCode, String)> {
    let at = now() - AGO + id % 60;
    let body = format!(
        "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{person}]]></FromUserName>\
         <CreateTime>{at}</CreateTime>{inside}<MsgId>{id}</MsgId></xml>"
    );
    let answer = Client::new().post(address(portal, TOKEN, "")).body(body).send().await?;
    Ok((answer.status(), answer.text().await?))
}

fn text(words: &str) -> String {
    format!("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{words}]]></Content>")
}

fn picture(media: &str) -> String {
    format!(
        "<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[http://mmbiz.qpic.cn/1]]></PicUrl><MediaId><![CDATA[{media}]]></MediaId>"
    )
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn items(home: &Path) -> usize {
    count(&home.join("core/hotline.db"), "SELECT COUNT(*) FROM inbox_item WHERE adapter = 'wechat'").await
}

#[test]
fn what_wechat_was_told_is_kept_arrives_once_whoever_is_killed() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name).display().to_string();
        let (key, data, spool) = (at("exchange.key"), at("core"), at("spool"));
        assert!(crate::run(&["exchange-key", "--file", &key]).status.success());
        let (peer, api) = start().await;
        peer.lock().unwrap().files.insert("m1".to_owned(), ("image/png".to_owned(), PNG.to_vec()));

        let (door, address_of) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let outer =
            ["portal", "--spool", &spool, "--listen", &address_of, "--exchange-listen", &door, "--exchange-key", &key];
        let (mut portal, url) = program(&outer, "群众网站：");
        let exchange = format!("http://{door}");
        let own = ["--data", &data, "--portal-listen", "off", "--exchange-url", &exchange, "--exchange-key", &key];
        let inner = [&["serve", "--listen", "127.0.0.1:0", "--no-phone"], &own[..]].concat();
        let demo =
            crate::server::Server::start(exe(), &[&own[..], &["--demo", "--demo-orders", "3"]].concat()).unwrap();
        let admin = client::Client::sign_in(&demo.url, "sysadmin01", demo.password.as_deref().unwrap()).await.unwrap();
        let settings =
            json!({ "on": true, "app_id": APP_ID, "secret": SECRET, "token": TOKEN, "safe": false, "api": api });
        let form = json!({ "settings": settings, "reason": "接入公众号" });
        let set = admin.http.put(admin.url("/admin/wechat")).header("x-csrf-token", &admin.csrf).json(&form);
        admin.answer(set).await.unwrap();

        // The address is entered at WeChat's console: it is asked at once, and signed for.
        let greeting = address(&url, TOKEN, "&echostr=5838479218127813673");
        until("the portal was told", async || {
            let Ok(answer) = reqwest::get(&greeting).await else { return false };
            answer.text().await.is_ok_and(|t| t == "5838479218127813673")
        })
        .await;
        assert_eq!(reqwest::get(address(&url, "another", "&echostr=1")).await.unwrap().status(), StatusCode::FORBIDDEN);

        let (status, words) = deliver(&url, "oA1", 7001, &text("桂巷路182号门前路灯坏了")).await.unwrap();
        assert_eq!(status, StatusCode::OK);
        assert!(words.contains("已收到") && words.contains("<ToUserName><![CDATA[oA1]]>"), "{words}");

        // The core is gone; the citizens go on, WeChat tries three times, the portal dies in between.
        demo.kill().unwrap();
        for (n, person) in ["oB1", "oC1", "oD1"].into_iter().enumerate() {
            let id = 7010 + 10 * i64::try_from(n).unwrap();
            for _ in 0..3 {
                assert_eq!(deliver(&url, person, id, &text("小区停水两天")).await.unwrap().0, StatusCode::OK);
                assert_eq!(deliver(&url, person, id + 1, &picture("m1")).await.unwrap().1, "success");
            }
            drop(portal);
            portal = program(&outer, "群众网站：").0;
        }
        let foreign = Client::new().post(address(&url, "another", "")).body("<xml/>").send().await.unwrap();
        assert_eq!(foreign.status(), StatusCode::FORBIDDEN);

        for _ in 0..2 {
            let (core, _) = program(&inner, "平台已启动：");
            until("everything went in", async || items(home.path()).await >= 4).await;
            drop(core);
        }
        let (_core, _) = program(&inner, "平台已启动：");
        for n in 0..3 {
            deliver(&url, "oB1", 7010 + n % 2, &text("小区停水两天")).await.unwrap();
        }
        tokio::time::sleep(Duration::from_secs(8)).await;
        drop(portal);
        assert_eq!(items(home.path()).await, 4, "each person's messages are one piece, once");
        let pictures = "SELECT COUNT(*) FROM inbox_file WHERE digest IS NOT NULL";
        assert_eq!(count(&home.path().join("core/hotline.db"), pictures).await, 3, "each with its picture");
    });
}
