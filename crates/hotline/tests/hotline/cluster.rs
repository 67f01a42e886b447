//! Two processes on one PostgreSQL: sessions, events and parameters know no process.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::TestDb;

use crate::client::Client;
use crate::exe;
use crate::load::form;
use crate::server::Server;

/// Far above the half second that a process may lag behind; only a failure waits this long.
const PATIENCE: Duration = Duration::from_secs(20);
const PASSWORD: &str = "Shen!Pi-2026-konG";

struct Pair {
    a: Server,
    b: Server,
    password: String,
    _home: tempfile::TempDir,
    _db: TestDb,
}

impl Pair {
    async fn start() -> Self {
        let (home, db) = (tempfile::tempdir().unwrap(), TestDb::postgres().await);
        let data = ["--data", home.path().to_str().unwrap(), "--database", db.url()];
        let a = Server::start(exe(), &[&data[..], &["--demo", "--demo-orders", "5"]].concat()).unwrap();
        let b = Server::start(exe(), &data).unwrap();
        let password = a.password.clone().expect("the demo city was loaded");
        Self { a, b, password, _home: home, _db: db }
    }
}

#[test]
fn a_session_opened_at_one_process_is_valid_at_the_other() {
    testkit::block(async {
        let pair = Pair::start().await;
        let at_a = Client::sign_in(&pair.a.url, "agent01", &pair.password).await.unwrap();
        let session = at_a.at(&pair.b.url).get("/session").await.unwrap();
        assert_eq!(session["user"]["login"], "agent01");
        let made = at_a.at(&pair.b.url).post("/orders", &form(1)).await.unwrap();
        let seen = at_a.get(&format!("/orders?case_no={}", made["case_no"].as_str().unwrap())).await.unwrap();
        assert_eq!(seen["items"].as_array().unwrap().len(), 1, "written at B, read at A");
    });
}

#[test]
fn an_order_registered_at_one_process_is_pushed_to_a_user_at_the_other() {
    testkit::block(async {
        let pair = Pair::start().await;
        let leader = Client::sign_in(&pair.b.url, "teamleader01", &pair.password).await.unwrap();
        let mut events = leader.open("/events").await.unwrap();
        let agent = Client::sign_in(&pair.a.url, "agent01", &pair.password).await.unwrap();
        let made = agent.post("/orders", &form(7)).await.unwrap();
        let case_no = made["case_no"].as_str().unwrap().to_owned();
        let mut heard = String::new();
        let listening = async {
            while !heard.contains(&case_no) {
                let chunk = events.chunk().await.unwrap().expect("the stream stays open");
                heard.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, listening).await;
        assert!(in_time.is_ok(), "no event of {case_no} at B; heard:\n{heard}");
        assert!(heard.contains("event: order"), "{heard}");
    });
}

#[test]
fn a_parameter_changed_at_one_process_is_in_force_at_the_other() {
    testkit::block(async {
        let pair = Pair::start().await;
        let admin = administrator(&pair.a).await;
        let agent = Client::sign_in(&pair.b.url, "agent01", &pair.password).await.unwrap();
        assert_eq!(handling_days(&agent).await, 15);
        let change = json!({ "value": { "qty": 9, "unit": "work_day" }, "reason": "按新规定缩短投诉办理时限" });
        admin.put("/admin/params/sla.handle.complaint", &change).await.unwrap();
        let begun = Instant::now();
        while handling_days(&agent).await != 9 {
            assert!(begun.elapsed() < PATIENCE, "B still promises 15 days");
        }
    });
}

async fn handling_days(client: &Client) -> i64 {
    let asked = json!({ "demand_type": "complaint", "category": "030901", "urgency": "u3" });
    let preview = client.post("/deadline/preview", &asked).await.unwrap();
    preview["handle"]["span"]["qty"].as_i64().expect("a span has a quantity")
}

/// The system administrator printed at first start, with the first password changed.
async fn administrator(server: &Server) -> Client {
    let (login, first) = server.accounts.iter().find(|(login, _)| login == "admin").expect("printed at first start");
    let entering = Client::sign_in(&server.url, login, first).await.unwrap();
    entering.post("/session/password", &json!({ "current": first, "next": PASSWORD })).await.unwrap();
    Client::sign_in(&server.url, login, PASSWORD).await.unwrap()
}
