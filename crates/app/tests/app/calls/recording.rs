//! Listening: for a reason, on record, to whom it is due, and for a time.

use std::path::Path;

use app::call;
use app::view::ListenForm;
use db::Db;
use domain::order::{Confidentiality, RegisterForm};
use kernel::{Clock, Page, RecordingId};
use store::audit::{AuditFilter, Outcome};
use voice::journal::{CallRecord, Fact, RecordingRecord, RecordingStatus};

use super::{CITIZEN, answered, ended, fact, ringing, write};
use crate::town::{Town, complaint};

/// A recording of a call.
pub(super) fn record(town: &Town, c: &CallRecord, status: RecordingStatus) -> RecordingRecord {
    let id = RecordingId(town.app.mint.uuid(c.started_at));
    RecordingRecord {
        id,
        call: c.id,
        file: format!("2026/11/{id}.wav"),
        status,
        message: false,
        started_at: c.started_at,
        ended_at: c.ended_at,
        bytes: None,
        ms: Some(1_000),
        sha256: None,
        pauses: Vec::new(),
        reason: None,
    }
}

/// A second of stereo A-law on disk; its SHA-256 by an independent tool is [`SHA`].
fn sound(folder: &Path, file: &str) {
    let mut bytes = b"RIFF\xb2\x3e\0\0WAVEfmt \x12\0\0\0\x06\0\x02\0".to_vec();
    bytes.extend(8_000_u32.to_le_bytes());
    bytes.extend(16_000_u32.to_le_bytes());
    bytes.extend([2, 0, 8, 0, 0, 0]);
    bytes.extend(b"fact\x04\0\0\0\x40\x1f\0\0data");
    bytes.extend(16_000_u32.to_le_bytes());
    bytes.extend([0xd5, 0xaa].repeat(8_000));
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

const SHA: &str = "2292691c5d67ecf12391e3eedd583ab06f234b07c13d48c179e95fda43914604";

async fn recorded(town: &Town, who: &str, order: Option<kernel::OrderId>) -> RecordingRecord {
    let c = CallRecord { order, ..ended(answered(town, ringing(town, CITIZEN), who)) };
    let r = RecordingRecord { sha256: Some(SHA.to_owned()), ..record(town, &c, RecordingStatus::Closed) };
    sound(town.folder.path(), &r.file);
    write(town, &[fact(&c), Fact::Recording(r.clone())]).await;
    r
}

fn because(reason: &str) -> ListenForm {
    ListenForm { reason: reason.to_owned() }
}

testkit::both_engines! {
    async fn listening_needs_a_reason_and_is_on_record(db: Db) {
        let town = Town::build(db).await;
        let r = recorded(&town, "agent", None).await;
        let listen = async |who: &str, why: &str| call::recording_listen(&town.app, &town.ctx(who), r.id, &because(why)).await;
        assert!(listen("agent", "听").await.is_err());
        assert!(listen("agent2", "想听听看").await.is_err(), "somebody else's call");
        assert!(listen("dispatcher", "核对地址").await.is_err(), "no permission");
        for who in ["agent", "leader", "supervisor", "qc"] {
            let ticket = listen(who, "核对来电人所述地址").await.unwrap();
            let audio = call::recording_audio(&town.app, &town.ctx(who), r.id, &ticket.ticket).await.unwrap();
            assert_eq!(audio.length, 16_058, "{who}");
        }
        let mine = recorded(&town, "callback", None).await;
        assert!(listen("callback", "核对地址").await.is_err(), "an agent's call");
        let own = call::recording_listen(&town.app, &town.ctx("callback"), mine.id, &because("核对回访结果")).await;
        assert!(own.is_ok(), "whoever spoke may hear it: {own:?}");
        let ticket = listen("leader", "核对来电人所述地址").await.unwrap();
        let other = call::recording_audio(&town.app, &town.ctx("qc"), r.id, &ticket.ticket).await;
        assert!(other.is_err(), "a ticket is one's own");
        let peaks = call::recording_peaks(&town.app, &town.ctx("leader"), r.id, &ticket.ticket, Some(5)).await.unwrap();
        assert_eq!(peaks.ms, 1_000);
        assert!(peaks.left.iter().all(|v| *v < 3) && peaks.right.iter().all(|v| *v > 90), "{peaks:?}");
        town.pass(1);
        assert!(call::recording_audio(&town.app, &town.ctx("leader"), r.id, &ticket.ticket).await.is_err(), "it ran out");
        let filter = AuditFilter { object_id: Some(r.id.to_string()), outcome: Some(Outcome::Ok), ..AuditFilter::default() };
        let log = store::audit::list_audit(&town.app.store.db, &filter, &Page::first(20)).await.unwrap();
        assert_eq!(log.len(), 5);
        assert!(log.iter().all(|l| l.entry.action == "recording.listen" && l.entry.reason.as_deref() == Some("核对来电人所述地址")));
    }

    async fn the_voice_of_a_secret_caller_is_kept(db: Db) {
        let town = Town::build(db).await;
        let form = RegisterForm { confidentiality: Some(Confidentiality::KeepSecret), ..complaint(CITIZEN) };
        let order = app::order::order_register(&town.app, &town.ctx("agent"), form).await.unwrap().id;
        let r = recorded(&town, "agent", Some(order)).await;
        let listen = async |who: &str| call::recording_listen(&town.app, &town.ctx(who), r.id, &because("质量抽查")).await;
        assert!(listen("qc").await.is_err(), "quality inspectors do not learn who it was");
        assert!(listen("agent").await.is_ok() && listen("leader").await.is_ok());
        let filter = AuditFilter { object_id: Some(r.id.to_string()), outcome: Some(Outcome::Refused), ..AuditFilter::default() };
        assert_eq!(store::audit::list_audit(&town.app.store.db, &filter, &Page::first(9)).await.unwrap().len(), 1);
        let calls = call::order_calls(&town.app, &town.ctx("supervisor"), order).await.unwrap();
        assert_eq!(calls[0].number_masked, "（身份保密）");
        assert!(calls[0].recordings[0].playable);
    }

    async fn a_message_is_heard_by_whoever_may_call_back(db: Db) {
        let town = Town::build(db).await;
        let c = CallRecord { outcome: voice::journal::Outcome::Message, recorded: true, ..ended(ringing(&town, CITIZEN)) };
        let r = RecordingRecord { message: true, ..record(&town, &c, RecordingStatus::Closed) };
        sound(town.folder.path(), &r.file);
        let mut duty = crate::calls::duty(&town, &c);
        duty.kind = voice::journal::DutyKind::Message;
        duty.recording = Some(r.id);
        write(&town, &[fact(&c), Fact::Recording(r.clone()), Fact::Duty(duty)]).await;
        for who in ["agent", "callback"] {
            let lines = call::duty_list(&town.app, &town.ctx(who), &app::view::DutyQuery::default()).await.unwrap().items;
            assert!(lines[0].recording.as_ref().unwrap().playable, "{who}");
            let ticket = call::recording_listen(&town.app, &town.ctx(who), r.id, &because("回拨前听取留言")).await.unwrap();
            assert!(call::recording_audio(&town.app, &town.ctx(who), r.id, &ticket.ticket).await.is_ok(), "{who}");
            assert!(call::call_view(&town.app, &town.ctx(who), c.id).await.is_ok(), "{who}");
        }
        let other = call::recording_listen(&town.app, &town.ctx("housing_admin"), r.id, &because("回拨前听取留言")).await;
        assert!(other.is_err());
    }

    async fn a_changed_file_is_found_out(db: Db) {
        let town = Town::build(db).await;
        let r = recorded(&town, "agent", None).await;
        let check = async || call::recording_verify(&town.app, &town.ctx("qc"), r.id).await.unwrap();
        let good = check().await;
        assert!(good.intact, "{good:?}");
        std::fs::write(town.folder.path().join(&r.file), b"something else").unwrap();
        let bad = check().await;
        assert!(!bad.intact && bad.sha256.is_some_and(|s| s != SHA));
        std::fs::remove_file(town.folder.path().join(&r.file)).unwrap();
        assert_eq!(check().await.reason.as_deref(), Some("录音文件不在存储中"));
        assert!(call::recording_verify(&town.app, &town.ctx("agent"), r.id).await.is_err());
    }

    async fn a_file_goes_after_its_time_and_the_row_stays(db: Db) {
        let town = Town::build(db).await;
        let (old, path) = {
            let r = recorded(&town, "agent", None).await;
            let path = town.folder.path().join(&r.file);
            (r, path)
        };
        town.pass(24 * 730);
        let young = recorded(&town, "agent", None).await;
        assert_eq!(call::expire(&town.app).await.unwrap(), 0, "on the last day it is kept");
        town.pass(1);
        assert_eq!(call::expire(&town.app).await.unwrap(), 1);
        assert_eq!(call::expire(&town.app).await.unwrap(), 0);
        assert!(!path.exists() && town.folder.path().join(&young.file).exists());
        let seen = call::call_view(&town.app, &town.ctx("agent"), old.call).await.unwrap();
        assert_eq!((seen.line.recordings[0].status_cn.as_str(), seen.line.recordings[0].playable), ("已到期删除", false));
        let gone = call::recording_listen(&town.app, &town.ctx("agent"), old.id, &because("核对事实")).await.unwrap_err();
        assert_eq!(gone.refusal().unwrap().code, "gone");
        assert!(town.clock.now() > old.started_at);
    }
}
