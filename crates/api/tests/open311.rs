//! Open311 as another system meets it: what the specification asks, in XML and JSON, and nothing that is not public.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use app::open::key::{KeyForm, KeyMade, key_create, key_revoke};
use app::{App, Ctx, Settings};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use db::Db;
use domain::authority::{Actor, Role, Scope};
use domain::env::By;
use kernel::{AppointmentId, Clock, ManualClock, Mint, OrgId, SeqMint, SoftwareProvider, Ts, UserId};
use serde_json::Value;
use store::{Store, Vault};
use tower::ServiceExt as _;

const PHONE: &str = "13912345678";

struct Town {
    app: Arc<App>,
    clock: Arc<ManualClock>,
    router: axum::Router,
    /// Where the recordings of the demonstration are.
    _folder: tempfile::TempDir,
}

impl Town {
    async fn new(db: Db) -> Self {
        let provider = SoftwareProvider::from_master(&kernel::Secret::new([7; 32]));
        let store = Store::new(db, Vault::new(provider));
        store.migrate().await.expect("the schema applies");
        let clock = Arc::new(ManualClock::new(Ts::parse_iso("2026-11-24T09:30:00+08:00").expect("a time")));
        let shared = Arc::clone(&clock) as Arc<dyn Clock>;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let settings = Settings { recordings: folder.path().to_owned(), ..Settings::default() };
        let app = App::open(store, settings, shared, Arc::new(SeqMint::new())).await.expect("it opens");
        app::seed::first_start(&app).await.expect("the first start");
        app::demo::demo_load(&app, Some(60), &|_, _| {}).await.expect("the demo city").expect("an empty database");
        let router = api::router(api::Desk { app: Arc::clone(&app), behind_tls: false });
        Self { app, clock, router, _folder: folder }
    }

    fn secadmin(&self) -> Ctx {
        let id = || self.app.mint.uuid(self.app.now());
        let actor = Actor {
            user: UserId(id()),
            appointment: AppointmentId(id()),
            name: "安全管理员".to_owned(),
            org: OrgId(id()),
            roles: BTreeSet::from([Role::Secadmin]),
            scope: Scope::Own,
            on_behalf_of: None,
            recused_orgs: Vec::new(),
        };
        Ctx { by: By::Person(actor), ..self.app.system("test") }
    }

    async fn key(&self, scopes: &[&str], per_minute: i64) -> KeyMade {
        let scopes = scopes.iter().map(|s| (*s).to_owned()).collect();
        let form = KeyForm { name: "门户网站".to_owned(), scopes, per_minute, expires_at: None };
        key_create(&self.app, &self.secadmin(), form).await.expect("a key")
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String, String) {
        let answer = self.router.clone().oneshot(request).await.expect("an answer");
        let kind = answer.headers()[header::CONTENT_TYPE].to_str().expect("text").to_owned();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), 10 << 20).await.expect("a body");
        (status, kind, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }

    async fn get(&self, path: &str) -> (StatusCode, String, String) {
        self.send(Request::get(path).header(header::HOST, "api.example").body(Body::empty()).expect("a request")).await
    }

    async fn json(&self, path: &str) -> Value {
        let (status, kind, body) = self.get(path).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/json; charset=utf-8"), "{path}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    async fn post(&self, path: &str, pairs: &[(&str, &str)], once: &str) -> (StatusCode, String, String) {
        let coded = |t: &str| t.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        let body: Vec<String> = pairs.iter().map(|(n, v)| format!("{}={}", coded(n), coded(v))).collect();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = if once.is_empty() { request } else { request.header("idempotency-key", once) };
        self.send(request.body(Body::from(body.join("&"))).expect("a request")).await
    }
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

/// Every field GET requests has in the specification.
const REQUEST: [&str; 17] = [
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
];
const SERVICE: [&str; 7] = ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"];

fn named(list: &[&str]) -> BTreeSet<String> {
    list.iter().map(|k| (*k).to_owned()).collect()
}

fn id_of(body: &str) -> String {
    let made: Value = serde_json::from_str(body).expect("JSON");
    made[0]["service_request_id"].as_str().expect("a number").to_owned()
}

testkit::both_engines! {
    async fn what_there_is_can_be_found_without_a_key(db: Db) {
        let town = Town::new(db).await;
        let found = town.json("/open311/discovery.json").await;
        assert_eq!(found["endpoints"][0]["url"], "http://api.example/open311/v2");
        let (_, kind, body) = town.get("/open311/discovery.xml").await;
        assert_eq!(kind, "text/xml; charset=utf-8");
        assert!(body.contains("<formats><format>text/xml</format><format>application/json</format></formats>"), "{body}");

        let services = town.json("/open311/v2/services.json?jurisdiction_id=").await;
        let services = services.as_array().expect("a list");
        assert!(services.len() > 20);
        assert!(services.iter().all(|s| keys(s) == named(&SERVICE)), "{}", services[0]);
        let (_, _, body) = town.get("/open311/v2/services.xml").await;
        assert_eq!(body.matches("<service>").count(), services.len());
        let (status, _, body) = town.get("/open311/v2/services.xml?jurisdiction_id=city.gov").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(body.contains("<errors><error><code>404</code>"), "{body}");

        let code = services[0]["service_code"].as_str().expect("a code");
        let told = town.json(&format!("/open311/v2/services/{code}.json")).await;
        assert_eq!(told["attributes"][0]["datatype"], "singlevaluelist");
        let (_, _, body) = town.get(&format!("/open311/v2/services/{code}.xml")).await;
        assert!(body.contains("<values><value><key>help</key>"), "{body}");
        assert_eq!(town.get("/open311/v2/services/999999.xml").await.0, StatusCode::NOT_FOUND);
        assert_eq!(town.get("/open311/v2/nothing.json").await.0, StatusCode::NOT_FOUND);
    }

    async fn nothing_personal_and_nothing_secret_leaves(db: Db) {
        let town = Town::new(db).await;
        let all = town.json("/open311/v2/requests.json?page_size=100&extensions=true").await;
        let all = all.as_array().expect("a list");
        assert!(all.len() > 3, "{} public requests in the demo city", all.len());
        let text = serde_json::to_string(all).expect("JSON");
        let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|d| d.len() == 11).collect();
        assert!(digits.is_empty(), "numbers of telephones: {digits:?}");
        for one in all {
            let mut shown = keys(one);
            assert!(shown.remove("extended_attributes") && shown.remove("notes"));
            assert_eq!(shown, named(&REQUEST));
            assert_ne!(one["extended_attributes"]["demand_type"], "report");
            let no = one["service_request_id"].as_str().expect("a number");
            let order = store::order::find_by_case_no(&town.app.store.db, no).await.expect("read").expect("there");
            let order = store::order::load_order(&town.app.store.db, &town.app.store.vault, order).await;
            let order = order.expect("read").expect("there");
            assert_eq!(order.publishable, Some(true), "{no}");
            if one["extended_attributes"]["text_released"] == false {
                assert!(one["description"].is_null(), "{one}");
                assert!(!text.contains(order.content.as_str()), "{no}");
            }
        }
        // Filters, pages, errors.
        let closed = town.json("/open311/v2/requests.json?status=closed").await;
        assert!(closed.as_array().expect("a list").iter().all(|r| r["status"] == "closed"));
        let code = all[0]["service_code"].as_str().expect("a code");
        let of = town.json(&format!("/open311/v2/requests.json?service_code={code}")).await;
        assert!(!of.as_array().expect("a list").is_empty());
        assert!(of.as_array().expect("a list").iter().all(|r| r["service_code"] == code));
        let second = town.json("/open311/v2/requests.json?page_size=1&page=2").await;
        assert_eq!(second[0]["service_request_id"], all[1]["service_request_id"]);
        let (first, last) = (&all[0]["service_request_id"], &all[all.len() - 1]["service_request_id"]);
        let two = format!("/open311/v2/requests.json?service_request_id={},{}", first.as_str().expect("text"), last.as_str().expect("text"));
        assert_eq!(town.json(&two).await.as_array().expect("a list").len(), 2);
        let now = town.json("/open311/v2/requests.json?start_date=2026-11-24T09:00:00%2B08:00").await;
        assert!(now.as_array().expect("a list").len() < all.len());
        for bad in ["status=lost", "start_date=yesterday", "page=0", "start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z"] {
            let (status, _, body) = town.get(&format!("/open311/v2/requests.xml?{bad}")).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}: {body}");
        }
    }

    async fn a_key_hands_requests_in_once_and_follows_its_own(db: Db) {
        let town = Town::new(db).await;
        let made = town.key(&["open311"], 600).await;
        let key = made.key.as_str();
        let service = town.json("/open311/v2/services.json").await[0]["service_code"].as_str().expect("text").to_owned();
        let good = [
            ("api_key", key),
            ("service_code", &service),
            ("description", "学院路路口井盖破损，车辆经过有异响。"),
            ("address_string", "学院路12号"),
            ("lat", "36.65"),
            ("long", "117.12"),
            ("last_name", "赵"),
            ("first_name", "小明"),
            ("phone", PHONE),
            ("attribute[demand_type]", "complaint"),
        ];
        let (status, kind, body) = town.post("/open311/v2/requests.json", &good, "ours-1").await;
        assert_eq!((status, kind.as_str()), (StatusCode::CREATED, "application/json; charset=utf-8"), "{body}");
        let id = id_of(&body);
        let (_, _, again) = town.post("/open311/v2/requests.json", &good, "ours-1").await;
        assert_eq!(id_of(&again), id, "handed in twice, counted once");
        let (_, _, other) = town.post("/open311/v2/requests.xml", &good, "").await;
        assert!(other.contains("<service_requests><request>") && !other.contains(&id), "{other}");

        // Its own can be followed by this key, and by nobody else, and tells nothing of the person or the words.
        let path = format!("/open311/v2/requests/{id}.json");
        let own = town.json(&format!("{path}?api_key={key}")).await;
        assert_eq!((own[0]["status"].as_str(), own[0]["service_code"].as_str()), (Some("open"), Some(service.as_str())));
        let text = own.to_string();
        assert!(!text.contains(PHONE) && !text.contains("小明") && !text.contains("井盖破损"), "{text}");
        assert_eq!(town.get(&path).await.0, StatusCode::NOT_FOUND);
        let token = town.json(&format!("/open311/v2/tokens/{id}.json?api_key={key}")).await;
        assert_eq!(token[0]["service_request_id"], id.as_str());

        let without = |name: &str| good.iter().copied().filter(|(n, _)| *n != name).collect::<Vec<_>>();
        let with = |name: &'static str, value: &'static str| {
            let mut pairs = without(name);
            pairs.push((name, value));
            pairs
        };
        for (pairs, expected) in [
            (without("api_key"), StatusCode::FORBIDDEN),
            (with("api_key", "hk_0000"), StatusCode::FORBIDDEN),
            (without("service_code"), StatusCode::BAD_REQUEST),
            (with("service_code", "999900"), StatusCode::NOT_FOUND),
            (with("description", "短"), StatusCode::BAD_REQUEST),
            (with("phone", "一二三"), StatusCode::BAD_REQUEST),
            (with("email", "nobody"), StatusCode::BAD_REQUEST),
            (with("lat", "north"), StatusCode::BAD_REQUEST),
            (with("attribute[demand_type]", "report"), StatusCode::BAD_REQUEST),
            (with("jurisdiction_id", "city.gov"), StatusCode::NOT_FOUND),
        ] {
            let (status, _, body) = town.post("/open311/v2/requests.json", &pairs, "").await;
            assert_eq!(status, expected, "{body}");
        }
        key_revoke(&town.app, &town.secadmin(), made.line.id).await.expect("revoked");
        assert_eq!(town.get(&format!("{path}?api_key={key}")).await.0, StatusCode::FORBIDDEN);
    }

    async fn keys_have_their_use_and_their_share(db: Db) {
        let town = Town::new(db).await;
        let feed = town.key(&["changes"], 3).await.key;
        let path = format!("/open311/v2/requests.json?api_key={feed}");
        assert_eq!(town.get(&path).await.0, StatusCode::FORBIDDEN, "not what it is for");
        let path = format!("/open/v1/changes?api_key={feed}");
        for _ in 0..3 {
            assert_eq!(town.get(&path).await.0, StatusCode::OK);
        }
        assert_eq!(town.get(&path).await.0, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(town.get("/open/v1/changes").await.0, StatusCode::FORBIDDEN);
    }

    async fn the_feed_tells_every_change_once_and_in_order(db: Db) {
        let town = Town::new(db).await;
        town.clock.set(town.app.now().plus_minutes(1));
        let key = town.key(&["open311", "changes"], 6000).await.key;
        let page = town.json(&format!("/open/v1/changes?api_key={key}")).await;
        let told = page["changes"].as_array().expect("a list").len();
        assert!(told > 3 && page["more"] == false);
        let next = page["next"].as_str().expect("a place").to_owned();
        let after = format!("/open/v1/changes?api_key={key}&after={next}");
        assert_eq!(town.json(&after).await["changes"].as_array().expect("a list").len(), 0);

        let service = town.json("/open311/v2/services.json").await[0]["service_code"].as_str().expect("text").to_owned();
        let pairs = [
            ("api_key", key.as_str()),
            ("service_code", &service),
            ("description", "人民路路灯不亮，请尽快维修。"),
            ("address_string", "人民路1号"),
        ];
        let (_, _, body) = town.post("/open311/v2/requests.json", &pairs, "").await;
        assert_eq!(town.json(&after).await["changes"].as_array().expect("a list").len(), 0, "not settled yet");
        town.clock.set(town.app.now().plus_minutes(1));
        let page = town.json(&after).await;
        assert_eq!(page["changes"][0]["service_request_id"], id_of(&body).as_str());
        assert_eq!(page["changes"][0]["status"], "open");
        assert_eq!(town.get(&format!("/open/v1/changes?api_key={key}&after=x")).await.0, StatusCode::BAD_REQUEST);
    }
}

/// Other cities' answers and the specification's own examples name no field that ours lacks.
#[test]
fn the_fields_are_those_of_other_cities() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/open311/open311_fixtures");
    let files = shared.join("open311status/spec/fixtures");
    let Ok(text) = std::fs::read_to_string(files.join("service_requests.json")) else {
        println!("skipped: the Open311 fixtures are not there");
        return;
    };
    let known = named(&REQUEST);
    for one in serde_json::from_str::<Vec<Value>>(&text).expect("a list") {
        assert!(keys(&one).is_subset(&known), "{one}");
    }
    let services = std::fs::read_to_string(files.join("service_list.json")).expect("beside it");
    for one in serde_json::from_str::<Vec<Value>>(&services).expect("a list") {
        assert!(keys(&one).is_subset(&named(&SERVICE)), "{one}");
    }
    let xml = std::fs::read_to_string(files.join("files/requests_many.xml")).expect("beside it");
    let elements: BTreeSet<String> = xml
        .split('<')
        .skip(2)
        .map(|part| part.trim_start_matches('/').chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .collect();
    let frame = named(&["service_requests", "request"]);
    assert!(elements.is_subset(&known.union(&frame).cloned().collect()), "{elements:?}");
}
