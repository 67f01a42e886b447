//! An acknowledged registration is on disk, whatever happens to the process afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use testkit::TestDb;
use tokio::sync::mpsc;

use crate::client::Client;
use crate::load::form;
use crate::server::Server;
use crate::{exe, run, said};

/// Clients that register at the same time.
const CLIENTS: usize = 4;
/// Acknowledgements after which the process is killed.
const ENOUGH: usize = 40;

/// What a client was told before the process died.
struct Told {
    serial: u64,
    case_no: String,
}

#[test]
fn acknowledged_orders_survive_kill_nine_on_sqlite() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        story(&["--data", home.path().to_str().unwrap()]).await;
    });
}

#[test]
fn acknowledged_orders_survive_kill_nine_on_postgresql() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let db = TestDb::postgres().await;
        story(&["--data", home.path().to_str().unwrap(), "--database", db.url()]).await;
    });
}

async fn story(data: &[&str]) {
    let server = Server::start(exe(), &[data, &["--demo", "--demo-orders", "5"]].concat()).unwrap();
    let password = server.password.clone().expect("the demo city was loaded");
    let (told, unsure) = register_until_killed(server, &password).await;
    assert!(told.len() >= ENOUGH, "{} orders were acknowledged", told.len());

    let server = Server::start(exe(), data).unwrap();
    let dispatcher = Client::sign_in(&server.url, "dispatcher01", &password).await.unwrap();
    for told in &told {
        let list = dispatcher.get(&format!("/orders?case_no={}", told.case_no)).await.unwrap();
        let found = list["items"].as_array().unwrap();
        assert_eq!(found.len(), 1, "{} was acknowledged and is gone", told.case_no);
        let order = dispatcher.get(&format!("/orders/{}", found[0]["id"].as_str().unwrap())).await.unwrap();
        assert_eq!(order["title"], form(told.serial)["title"], "{} is another order now", told.case_no);
        let flow = dispatcher.get(&format!("/orders/{}/flow", order["id"].as_str().unwrap())).await.unwrap();
        assert!(!flow.as_array().unwrap().is_empty(), "{} has lost its history", told.case_no);
    }
    repeats_change_nothing(&server, &password, &dispatcher, &unsure).await;
    server.kill().unwrap();

    let verify = run(&[&["verify"], data].concat());
    assert!(verify.status.success(), "{}", said(&verify));
}

/// Serials whose answer never came: repeated under the same key they exist once, whether or not they had been written.
async fn repeats_change_nothing(server: &Server, password: &str, dispatcher: &Client, unsure: &[u64]) {
    let agent = Client::sign_in(&server.url, "agent01", password).await.unwrap();
    for serial in unsure {
        let (body, key) = (form(*serial), key(*serial));
        let first = agent.post_once("/orders", &key, &body).await.unwrap();
        let again = agent.post_once("/orders", &key, &body).await.unwrap();
        assert_eq!(first["case_no"], again["case_no"]);
        let phone = body["requester"]["phone"].as_str().unwrap();
        let list = dispatcher.get(&format!("/orders?phone={phone}")).await.unwrap();
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{phone} registered once");
    }
}

fn key(serial: u64) -> String {
    format!("durability-test-{serial:08}")
}

/// Serials that belong to agent01 stay with it, so that its keys can be repeated.
async fn register_until_killed(server: Server, password: &str) -> (Vec<Told>, Vec<u64>) {
    let serial = Arc::new(AtomicU64::new(1));
    let (send, mut acknowledged) = mpsc::unbounded_channel();
    let mut clients = Vec::new();
    for _ in 0..CLIENTS {
        let client = Client::sign_in(&server.url, "agent01", password).await.unwrap();
        let (serial, send) = (Arc::clone(&serial), send.clone());
        clients.push(tokio::spawn(async move {
            loop {
                let serial = serial.fetch_add(1, Ordering::Relaxed);
                match client.post_once("/orders", &key(serial), &form(serial)).await {
                    Ok(answer) => send.send(told(serial, &answer)).unwrap(),
                    Err(_) => return serial,
                }
            }
        }));
    }
    drop(send);
    let mut told = Vec::new();
    while told.len() < ENOUGH {
        told.push(acknowledged.recv().await.expect("the clients are still registering"));
    }
    server.kill().unwrap();
    while let Some(more) = acknowledged.recv().await {
        told.push(more);
    }
    let mut unsure = Vec::new();
    for client in clients {
        unsure.push(client.await.unwrap());
    }
    (told, unsure)
}

fn told(serial: u64, answer: &Value) -> Told {
    Told { serial, case_no: answer["case_no"].as_str().expect("an order has a number").to_owned() }
}
