//! A recording over HTTP: the ticket for a reason, then the sound whole and in parts.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::{App, Settings};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use domain::authority::{Role, Scope};
use domain::directory::{Org, OrgKind, OrgLevel};
use kernel::{
    AppointmentId, CallId, ManualClock, Mint, OrgId, RecordingId, SeqMint, SessionId, SoftwareProvider, Ts, UserId,
};
use store::{Store, Vault, appointment::Appointment, session::Session, staff::Staff};
use testkit::TestDb;
use tower::ServiceExt as _;
use voice::journal::{CallRecord, Fact, Outcome, RecordingRecord, RecordingStatus};
use voice::protocol::Direction;

const NOW: Ts = Ts(1_795_485_600_000);
const TOKEN: &str = "a-token-of-the-test";

/// A desk with one signed-in team leader.
async fn desk(db: &TestDb, recordings: &std::path::Path) -> (Arc<App>, Router, UserId) {
    let provider = SoftwareProvider::from_master(&kernel::Secret::new([7; 32]));
    let store = Store::new(db.db().clone(), Vault::new(provider));
    store.migrate().await.unwrap();
    let mint = Arc::new(SeqMint::new());
    let user = UserId(mint.uuid(NOW));
    sign_in(&store, &*mint, user).await;
    let settings = Settings { recordings: recordings.to_owned(), ..Settings::default() };
    let app = App::open(store, settings, Arc::new(ManualClock::new(NOW)), mint).await.unwrap();
    let router = api::router(api::Desk { app: Arc::clone(&app), behind_tls: false });
    (app, router, user)
}

async fn sign_in(store: &Store, mint: &dyn Mint, user: UserId) {
    let org = Org {
        id: OrgId(mint.uuid(NOW)),
        code: "CENTER".to_owned(),
        name: "热线中心".to_owned(),
        short: "中心".to_owned(),
        parent: None,
        superior: None,
        level: OrgLevel::City,
        kind: OrgKind::Center,
        group: String::new(),
        region: "990100000000".to_owned(),
        phone: None,
        active: true,
        merged_into: None,
        version: 1,
    };
    let staff = Staff {
        id: user,
        login: "leader".to_owned(),
        name: "许明远".to_owned(),
        phone: None,
        password_hash: String::new(),
        must_change: false,
        password_changed_at: NOW,
        password_history: Vec::new(),
        disabled: false,
        failed_n: 0,
        locked_until: None,
        last_login_at: None,
        last_login_ip: None,
        created_at: NOW,
        version: 1,
    };
    let appointment = Appointment {
        id: AppointmentId(mint.uuid(NOW)),
        user,
        org: org.id,
        position: "值班长".to_owned(),
        roles: BTreeSet::from([Role::TeamLeader]),
        scope: Scope::All,
        valid_from: NOW,
        valid_to: None,
        is_duty: false,
        version: 1,
    };
    let session = Session {
        id: SessionId(mint.uuid(NOW)),
        token_hash: store.vault.digest_hex(TOKEN.as_bytes()),
        user_id: user,
        appointment: Some(appointment.id),
        csrf: "c".to_owned(),
        created_at: NOW,
        last_seen: NOW,
        expires_at: NOW.plus_hours(1),
        ip: "-".to_owned(),
        agent: "test".to_owned(),
        via: "password".to_owned(),
    };
    let mut tx = store.db.begin().await.unwrap();
    store::org::insert_orgs(&mut tx, &[org]).await.unwrap();
    store::staff::insert_staff(&mut tx, &store.vault, &[staff]).await.unwrap();
    store::appointment::insert_appointments(&mut tx, &[appointment]).await.unwrap();
    store::session::insert_session(&mut tx, &session).await.unwrap();
    tx.commit().await.unwrap();
}

/// An ended call with a recording of ten known bytes.
async fn recorded(app: &App, agent: UserId) -> RecordingId {
    let call = CallRecord {
        id: CallId(app.mint.uuid(NOW)),
        direction: Direction::In,
        outcome: Outcome::Answered,
        number: "13812345678".to_owned(),
        line: "12345".to_owned(),
        trunk: None,
        skill: None,
        priority: 0,
        started_at: NOW,
        queued_at: Some(NOW),
        offered_at: Some(NOW),
        answered_at: Some(NOW),
        talk_ended_at: Some(NOW),
        ended_at: Some(NOW),
        hold_ms: 0,
        agent: Some(agent),
        last_agent: Some(agent),
        cause: None,
        ended_by: None,
        rating: None,
        rating_asked: false,
        wrap_up: None,
        note: None,
        order: None,
        task: None,
        joint: None,
        transfers: 0,
        recorded: true,
    };
    let recording = RecordingRecord {
        id: RecordingId(app.mint.uuid(NOW)),
        call: call.id,
        file: "a.wav".to_owned(),
        status: RecordingStatus::Closed,
        message: false,
        started_at: NOW,
        ended_at: Some(NOW),
        bytes: Some(10),
        ms: Some(1),
        sha256: None,
        pauses: Vec::new(),
        reason: None,
    };
    std::fs::write(app.settings.recordings.join("a.wav"), b"0123456789").unwrap();
    let id = recording.id;
    app::call::write_facts(app, &[Fact::Call(Box::new(call)), Fact::Recording(recording)]).await.unwrap();
    id
}

async fn ask(router: &Router, request: axum::http::request::Builder, body: &str) -> Response<Body> {
    let cookie = format!("hotline_session={TOKEN}");
    let request = request.header(header::COOKIE, cookie).header("x-csrf-token", "c");
    let request = request.header(header::CONTENT_TYPE, "application/json");
    router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap()
}

async fn text(answer: Response<Body>) -> String {
    String::from_utf8(axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_recording_is_streamed_in_parts_to_who_has_a_ticket() {
    let (db, folder) = (TestDb::sqlite().await, tempfile::tempdir().unwrap());
    let (app, router, leader) = desk(&db, folder.path()).await;
    let id = recorded(&app, leader).await;
    let path = format!("/api/v1/recordings/{id}");
    let listen = Request::post(format!("{path}/listen"));
    let answer = ask(&router, listen, r#"{"reason":"核对诉求地址"}"#).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let ticket: serde_json::Value = serde_json::from_str(&text(answer).await).unwrap();
    let url = ticket["url"].as_str().unwrap();

    let whole = ask(&router, Request::get(url), "").await;
    assert_eq!(
        (whole.status(), &whole.headers()[header::CONTENT_TYPE]),
        (StatusCode::OK, &"audio/wav".parse().unwrap())
    );
    assert_eq!(text(whole).await, "0123456789");

    let part = ask(&router, Request::get(url).header(header::RANGE, "bytes=2-5"), "").await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()[header::CONTENT_RANGE], "bytes 2-5/10");
    assert_eq!(text(part).await, "2345");

    let beyond = ask(&router, Request::get(url).header(header::RANGE, "bytes=10-"), "").await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let forged = ask(&router, Request::get(format!("{path}/audio?ticket=9999999999999.00")), "").await;
    assert_eq!(forged.status(), StatusCode::FORBIDDEN);
}
