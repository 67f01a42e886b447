//! Changes are pushed by the running program to a real server that fails at first: each arrives, signed, in order.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use app::open::hook::{HookForm, HookLine, hook_create, hook_list, signature};
use app::{App, Ctx, Settings};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use domain::authority::{Actor, Role, Scope};
use domain::env::By;
use kernel::{AppointmentId, Mint as _, OrgId, SoftwareProvider, SystemClock, SystemMint, UserId};
use serde_json::Value;
use store::{Store, Vault};

use crate::exe;
use crate::server::Server;

const PATIENCE: Duration = Duration::from_secs(60);

/// What the receiver was sent.
#[derive(Default)]
struct Heard {
    requests: usize,
    good: Vec<(String, String)>,
}

type Ear = Arc<Mutex<Heard>>;

/// Refuses twice, then listens.
async fn hear(State(ear): State<Ear>, headers: HeaderMap, body: String) -> StatusCode {
    let mut heard = ear.lock().unwrap();
    heard.requests += 1;
    if heard.requests <= 2 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    heard.good.push((headers["x-hotline-signature"].to_str().unwrap().to_owned(), body));
    StatusCode::NO_CONTENT
}

/// The running platform's data, opened by a second process as the tools on the server do.
pub async fn open(data: &Path) -> Arc<App> {
    open_on(data, &format!("sqlite://{}", data.join("hotline.db").display())).await
}

/// The same of a platform whose database is elsewhere.
pub async fn open_on(data: &Path, url: &str) -> Arc<App> {
    let key = std::fs::read_to_string(data.join("master.key")).unwrap();
    let key: [u8; 32] = kernel::hex_decode(key.trim()).unwrap().try_into().unwrap();
    let db = db::Db::open(url, db::OpenOptions::default()).await.unwrap();
    let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&kernel::Secret::new(key))));
    App::open(store, Settings::default(), Arc::new(SystemClock), Arc::new(SystemMint)).await.unwrap()
}

fn secadmin(app: &App) -> Ctx {
    ctx_of(app, Role::Secadmin)
}

/// Somebody with a role.
pub fn ctx_of(app: &App, role: Role) -> Ctx {
    let id = || SystemMint.uuid(app.now());
    let actor = Actor {
        user: UserId(id()),
        appointment: AppointmentId(id()),
        name: role.cn().to_owned(),
        org: OrgId(id()),
        roles: BTreeSet::from([role]),
        scope: Scope::Own,
        on_behalf_of: None,
        recused_orgs: Vec::new(),
    };
    Ctx { by: By::Person(actor), ..app.system("test") }
}

async fn delivered(app: &App) -> HookLine {
    let begun = Instant::now();
    loop {
        let line = hook_list(app, &secadmin(app)).await.unwrap().remove(0);
        if line.deliveries.iter().any(|d| d.status == Some(204)) {
            return line;
        }
        assert!(begun.elapsed() < PATIENCE, "nothing was delivered: {line:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[test]
fn a_receiver_that_fails_at_first_gets_every_change_signed() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let data = home.path().display().to_string();
        let _server =
            Server::start(exe(), &["--data", &data, "--portal-listen", "off", "--demo", "--demo-orders", "40"])
                .unwrap();
        let ear = Ear::default();
        let router = Router::new().route("/hotline", post(hear)).with_state(Arc::clone(&ear));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hotline", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });

        let app = open(home.path()).await;
        let form = |url: &str| HookForm { name: "门户网站".to_owned(), url: url.to_owned(), from_beginning: true };
        for bad in ["ftp://10.0.0.1/", "http://", "http://user@host/", "http://a b/"] {
            assert!(hook_create(&app, &secadmin(&app), form(bad)).await.is_err(), "{bad}");
        }
        let made = hook_create(&app, &secadmin(&app), form(&url)).await.unwrap();
        let line = delivered(&app).await;
        let statuses: Vec<_> = line.deliveries.iter().rev().map(|d| (d.attempt, d.status)).collect();
        assert_eq!(statuses[..3], [(1, Some(503)), (2, Some(503)), (3, Some(204))]);
        assert!(
            line.deliveries[0].at.0 - line.deliveries.last().unwrap().at.0 >= 6_000,
            "pauses of two and four seconds"
        );

        let until = kernel::Ts(app.now().0 - 5_000);
        let nil = kernel::OrderId(kernel::Uuid::nil());
        let all = store::open::changes(&app.store.db, (kernel::Ts(0), nil), until, "", 1000).await.unwrap();
        let heard = ear.lock().unwrap();
        let mut told = Vec::new();
        for (signed, body) in &heard.good {
            let seconds = signed.split(['=', ',']).nth(1).unwrap().parse().unwrap();
            assert_eq!(*signed, signature(&made.secret, seconds, body));
            let body: Value = serde_json::from_str(body).unwrap();
            told.extend(
                body["changes"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|c| c["service_request_id"].as_str().unwrap().to_owned()),
            );
        }
        let expected: Vec<_> = all.iter().map(|c| c.case_no.clone()).collect();
        assert!(expected.len() > 3, "{} public orders", expected.len());
        assert_eq!(told, expected, "each once and in order");
    });
}

#[test]
fn citizens_file_and_none_is_lost() {
    let home = tempfile::tempdir().unwrap();
    let mut bench = std::process::Command::new(exe());
    let out =
        bench.args(["bench", "portal", "--rate", "4", "--seconds", "2"]).current_dir(home.path()).output().unwrap();
    let said = crate::said(&out);
    assert!(out.status.success(), "{said}");
    assert!(said.lines().any(|l| l.starts_with("| 4 |") && l.contains("| 8 | 0 | 0 |")), "{said}");
}
