//! 附件 on both engines: who adds what, until when it can be taken back, who opens it, and what lies on the disk.

use app::Error;
use app::attachment::{attachment_add, attachment_fetch, attachment_list, attachment_withdraw, clear};
use app::order::order_register;
use app::view::{AttachmentForm, AttachmentQuery, AttachmentView};
use db::Db;
use domain::attachment::{Purpose, Scan};
use domain::contact::{ContactResult, ContactWay};
use domain::order::{Command, Confidentiality, RegisterForm};
use kernel::{Clock as _, OrderId, RefusalKind};
use store::audit::AuditFilter;
use store::param::ParamValue;

use crate::town::{Town, complaint};
use crate::walk::{dispatch, give, handling, submitted};

/// One red pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

/// A real JPEG that says where it was taken.
fn photo() -> Vec<u8> {
    let mut jpeg = render::picture::thumbnail(PNG).unwrap();
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0 GPS 30.1N 120.2E";
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    jpeg.splice(2..2, [&[0xFF, 0xE1], length.as_slice(), exif].concat());
    jpeg
}

fn form(purpose: Purpose, name: &str) -> AttachmentForm {
    AttachmentForm { purpose, name: name.to_owned() }
}

async fn add(town: &Town, who: &str, id: OrderId, purpose: Purpose, bytes: &[u8]) -> Result<AttachmentView, Error> {
    attachment_add(&town.app, &town.ctx(who), id, &form(purpose, "现场.JPG"), bytes.to_vec()).await
}

async fn bytes(town: &Town, who: &str, id: OrderId, a: &AttachmentView, form: &str) -> Result<Vec<u8>, Error> {
    let query = AttachmentQuery { form: Some(form.to_owned()) };
    Ok(attachment_fetch(&town.app, &town.ctx(who), id, a.id, &query).await?.bytes)
}

fn kind(e: &Error) -> RefusalKind {
    e.refusal().unwrap_or_else(|| panic!("{e}")).status_hint
}

/// The order on the handler's desk, contact made.
async fn at_work(town: &Town, id: OrderId) -> kernel::TaskId {
    let task = give(town, "dispatcher", id, dispatch(town, "housing")).await.tasks[0].id;
    give(town, "housing_admin", id, Command::Sign { task }).await;
    let handler = Some(town.user("housing_handler"));
    give(town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
    give(town, "housing_handler", id, Command::Start { task }).await;
    task
}

pub async fn set(town: &Town, key: &str, value: serde_json::Value) {
    let now = town.clock.now();
    let param = ParamValue {
        id: 0,
        key: key.to_owned(),
        value,
        effective_from: now,
        by: None,
        reason: "test".to_owned(),
        recorded_at: now,
    };
    let mut tx = town.app.store.db.begin().await.unwrap();
    store::param::insert_param(&mut tx, &param).await.unwrap();
    tx.commit().await.unwrap();
    town.app.refresh().await.unwrap();
}

testkit::both_engines! {
    async fn evidence_goes_with_its_step_and_can_be_taken_back_only_before(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let seen = add(&town, "agent", id, Purpose::Demand, PNG).await.unwrap();
        assert_eq!((seen.name.as_str(), seen.scan, seen.may_withdraw), ("现场.png", Scan::Unscanned, true));
        assert_eq!(kind(&add(&town, "agent", id, Purpose::Handle, PNG).await.unwrap_err()), RefusalKind::Forbidden);
        assert_eq!(kind(&add(&town, "housing_handler", id, Purpose::Handle, PNG).await.unwrap_err()), RefusalKind::NotFound, "out of sight");
        let task = at_work(&town, id).await;
        let used = attachment_withdraw(&town.app, &town.ctx("agent"), id, seen.id).await.unwrap_err();
        assert!(used.to_string().contains("派单"), "{used}");

        let shot = add(&town, "housing_handler", id, Purpose::Handle, &photo()).await.unwrap();
        assert_eq!(add(&town, "housing_handler", id, Purpose::Handle, &photo()).await.unwrap().id, shot.id, "sent twice, kept once");
        let wrong = add(&town, "housing_handler", id, Purpose::Handle, b"by mistake").await.unwrap();
        assert_eq!(kind(&attachment_withdraw(&town.app, &town.ctx("housing_boss"), id, wrong.id).await.unwrap_err()), RefusalKind::Forbidden);
        attachment_withdraw(&town.app, &town.ctx("housing_handler"), id, wrong.id).await.unwrap();
        assert_eq!(kind(&bytes(&town, "housing_handler", id, &wrong, "original").await.unwrap_err()), RefusalKind::NotFound);
        let (way, result) = (ContactWay::Phone, ContactResult::Reached);
        give(&town, "housing_handler", id, Command::Contact { task, at: town.clock.now(), way, result, note: None }).await;
        assert!(attachment_list(&town.app, &town.ctx("housing_handler"), id).await.unwrap()[1].may_withdraw, "a contact does not use it");
        give(&town, "housing_handler", id, Command::SubmitUnit { task, form: handling() }).await;
        let list = attachment_list(&town.app, &town.ctx("housing_handler"), id).await.unwrap();
        assert_eq!(list.len(), 2);
        assert!(!list[1].may_withdraw && list[1].used_at.is_some());

        // The unit's evidence is internal: the agent knows that it is there and no more.
        let agents = attachment_list(&town.app, &town.ctx("agent"), id).await.unwrap();
        assert!(!agents[1].may_open && !agents[1].name.contains("现场"));
        assert_eq!(kind(&bytes(&town, "agent", id, &shot, "original").await.unwrap_err()), RefusalKind::Forbidden);
    }

    async fn the_original_stays_whole_and_what_is_looked_at_tells_no_place(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let a = add(&town, "agent", id, Purpose::Demand, &photo()).await.unwrap();
        let has_place = |b: &[u8]| b.windows(3).any(|w| w == b"GPS");
        assert!(has_place(&bytes(&town, "dispatcher", id, &a, "original").await.unwrap()));
        for form in ["view", "thumb"] {
            let picture = bytes(&town, "dispatcher", id, &a, form).await.unwrap();
            assert!(picture.starts_with(&[0xFF, 0xD8]) && !has_place(&picture), "{form}");
        }
        let filter = AuditFilter { object_id: Some(id.to_string()), kind: Some("attachment".to_owned()), ..AuditFilter::default() };
        let lines = store::audit::list_audit(&town.app.store.db, &filter, &kernel::Page::first(50)).await.unwrap();
        let mut acts: Vec<&str> = lines.iter().map(|l| l.entry.action.as_str()).collect();
        acts.sort_unstable();
        assert_eq!(acts, ["attachment.add", "attachment.download", "attachment.view"]);
        for sealed in town.app.settings.files.untouched(kernel::Ts(i64::MAX)).unwrap() {
            assert!(!has_place(&town.app.settings.files.get(&sealed).unwrap()), "nothing in clear on the disk");
        }
    }

    async fn a_secret_citizens_papers_are_kept_from_the_unit(db: Db) {
        let town = Town::build(db).await;
        let secret = RegisterForm { confidentiality: Some(Confidentiality::KeepSecret), ..complaint("13812345678") };
        let id = order_register(&town.app, &town.ctx("agent"), secret).await.unwrap().id;
        let a = add(&town, "agent", id, Purpose::Identity, PNG).await.unwrap();
        give(&town, "agent", id, Command::Submit { urgency: None, suggested_org: None }).await;
        at_work(&town, id).await;
        assert_eq!(kind(&bytes(&town, "housing_handler", id, &a, "view").await.unwrap_err()), RefusalKind::Forbidden);
        assert!(!attachment_list(&town.app, &town.ctx("housing_handler"), id).await.unwrap()[0].may_open);
        assert_eq!(bytes(&town, "agent", id, &a, "original").await.unwrap(), PNG);
    }

    async fn files_are_known_by_their_bytes_measured_and_counted(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        for (bad, word) in [(&b"MZ\x90\0"[..], "不接受"), (b"", "空"), (b"\xFF\xD8\xFF\xE0 no picture", "损坏"), (b"Rar!\x1a", "压缩包")] {
            let refused = add(&town, "agent", id, Purpose::Demand, bad).await.unwrap_err();
            let text = format!("{:?}", refused.refusal().unwrap());
            assert!(text.contains(word), "{text}");
        }
        set(&town, "attachment.document_mb", serde_json::json!(1)).await;
        let refused = add(&town, "agent", id, Purpose::Demand, &vec![b'a'; (1 << 20) + 1]).await.unwrap_err();
        assert!(format!("{:?}", refused.refusal().unwrap()).contains("1MB"));
        set(&town, "attachment.per_order", serde_json::json!(1)).await;
        add(&town, "agent", id, Purpose::Demand, b"one").await.unwrap();
        let refused = add(&town, "agent", id, Purpose::Demand, b"two").await.unwrap_err();
        assert!(format!("{:?}", refused.refusal().unwrap()).contains("最多1个"));
    }

    async fn where_a_scanner_is_set_up_nothing_passes_without_its_word(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        set(&town, "attachment.clamd", serde_json::json!("127.0.0.1:1")).await;
        let refused = add(&town, "agent", id, Purpose::Demand, PNG).await.unwrap_err();
        assert!(refused.to_string().contains("查毒服务"), "{refused}");
        assert!(attachment_list(&town.app, &town.ctx("agent"), id).await.unwrap().is_empty());
    }

    async fn what_nobody_needs_is_cleared_away_and_the_rest_stays(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let kept = add(&town, "agent", id, Purpose::Demand, PNG).await.unwrap();
        let gone = add(&town, "agent", id, Purpose::Demand, b"by mistake").await.unwrap();
        attachment_withdraw(&town.app, &town.ctx("agent"), id, gone.id).await.unwrap();
        assert_eq!(clear(&town.app).await.unwrap(), 0, "not on the same day");
        town.pass(24 * 3);
        assert_eq!(clear(&town.app).await.unwrap(), 1);
        assert!(town.app.settings.files.get(&gone.digest).is_err());
        assert_eq!(bytes(&town, "dispatcher", id, &kept, "original").await.unwrap(), PNG);
    }
}
