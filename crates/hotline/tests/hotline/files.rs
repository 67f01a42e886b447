//! Attachments in an object store: moved there, kept there, found there by every process.

use std::path::Path;

use serde_json::Value;

use crate::client::Client;
use crate::peer::{KEY, Peer, SECRET};
use crate::server::Server;
use crate::{exe, run, said};

const PAPER: &str = "现场核实：路灯已修复，诉求人签字确认。";

async fn upload(client: &Client, order: &str, name: &str) -> anyhow::Result<Value> {
    let url = client.url(&format!("/orders/{order}/attachments?purpose=other&name={name}"));
    let request = client.http.post(url).header("x-csrf-token", &client.csrf).body(PAPER.to_owned() + name);
    client.answer(request).await
}

async fn download(client: &Client, order: &str, item: &Value) -> (u16, String) {
    let url = client.url(&format!("/orders/{order}/attachments/{}", item["id"].as_str().unwrap()));
    let answer = client.http.get(url).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// A team leader of the demo city and an order before them.
async fn at_work(server: &Server) -> (Client, String) {
    let client = Client::sign_in(&server.url, "teamleader01", server.password.as_deref().unwrap()).await.unwrap();
    let list = client.answer(client.http.get(client.url("/orders?limit=1"))).await.unwrap();
    let order = list["items"][0]["id"].as_str().unwrap().to_owned();
    (client, order)
}

fn stored(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[test]
fn attachments_move_to_an_object_store_and_are_kept_there() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().join("data").display().to_string();
        let args = ["--data", &data, "--portal-listen", "off"];
        let first = Server::start(exe(), &[&args[..], &["--demo", "--demo-orders", "40"]].concat()).unwrap();
        let password = first.password.clone();
        let (client, order) = at_work(&first).await;
        let old = upload(&client, &order, "one.txt").await.unwrap();
        drop(first);

        let store = home.path().join("store");
        let peer = Peer::start(&store).await;
        let keys = home.path().join("keys");
        std::fs::write(&keys, format!("{KEY}\n{SECRET}\n")).unwrap();
        let (url, keys) = (peer.url(), keys.display().to_string());
        let bucket = ["--files-bucket", &url, "--files-keys", &keys];
        let copied = run(&[&["admin", "--data", &data], &bucket[..], &["copy-files"]].concat());
        assert!(copied.status.success() && said(&copied).contains("已复制 1 个文件"), "{}", said(&copied));
        std::fs::remove_dir_all(Path::new(&data).join("files")).unwrap();

        let mut second = Server::start(exe(), &[&args[..], &bucket].concat()).unwrap();
        second.password = password;
        let (client, order) = at_work(&second).await;
        assert_eq!(download(&client, &order, &old).await, (200, format!("{PAPER}one.txt")));
        let new = upload(&client, &order, "two.txt").await.unwrap();
        assert_eq!(download(&client, &order, &new).await, (200, format!("{PAPER}two.txt")));
        assert_eq!(stored(&store.join("hotline/files")), 2);

        let down = peer.stop().await;
        let refused = upload(&client, &order, "three.txt").await.unwrap_err().to_string();
        assert!(refused.contains("409") && refused.contains("附件存储暂时不可用，文件未保存"), "{refused}");
        assert_eq!(download(&client, &order, &new).await.0, 409);
        let _peer = down.start().await;
        upload(&client, &order, "three.txt").await.unwrap();
        assert_eq!(stored(&store.join("hotline/files")), 3);
    });
}

#[test]
fn a_store_that_does_not_know_us_is_told_at_the_start() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let peer = Peer::start(&home.path().join("store")).await;
        let keys = home.path().join("keys");
        let (url, data) = (peer.url(), home.path().join("data").display().to_string());
        let at = keys.display().to_string();
        for (text, why) in [("hotline\nguess\n", "签名不被接受"), ("hotline\n", "应为两行")] {
            std::fs::write(&keys, text).unwrap();
            let args = ["admin", "--data", &data, "--files-bucket", &url, "--files-keys", &at, "copy-files"];
            let out = run(&args);
            assert!(!out.status.success() && said(&out).contains(why), "{}", said(&out));
        }
        let half = run(&["serve", "--data", &data, "--files-bucket", &url]);
        assert!(!half.status.success() && said(&half).contains("--files-keys"), "{}", said(&half));
    });
}
