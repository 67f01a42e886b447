use std::collections::BTreeSet;

use db::Db;
use kernel::{AuditId, ExportId, FilterId, ImportId, JobId, Mint, NoticeId, Page, SeqMint, Ts};
use serde_json::json;
use testkit::both_engines;
use uuid::Uuid;

use super::{Maker, NOW, insert, open, org, user};
use crate::{
    Store, counter,
    draft::{self, Draft},
    export_log::{self, Export, ExportState},
    idempotency::{self, Key, Seen},
    import::{self, ImportRow, ImportRun, RowState, RunState},
    job::{self, NewJob},
    lease,
    notification::{self, Notification},
    outbox::{self, Audience, Event},
    reveal_log::{self, Reveal},
    saved_filter::{self, SavedFilter},
    sms::{self, Sms, SmsState},
};

fn a_job(mint: &SeqMint, dedup: Option<&str>) -> NewJob {
    NewJob {
        id: JobId(mint.uuid(NOW)),
        kind: "sms".to_owned(),
        payload: json!({"n": 1}),
        run_at: NOW,
        dedup: dedup.map(str::to_owned),
        created_at: NOW,
    }
}

async fn claim_all(store: Store) -> Vec<JobId> {
    let mut mine = Vec::new();
    loop {
        let mut tx = store.db.begin().await.unwrap();
        let jobs = job::claim(&mut tx, NOW, NOW.plus_minutes(5), 7).await.unwrap();
        tx.commit().await.unwrap();
        if jobs.is_empty() {
            return mine;
        }
        mine.extend(jobs.iter().map(|j| j.id));
    }
}

fn key() -> Key {
    Key { user: user(1), key: "k".to_owned(), route: "POST /orders".to_owned(), request_hash: "h".to_owned() }
}

both_engines! {
    async fn a_job_is_claimed_by_one_of_four_workers(db: Db) {
        let store = open(db).await;
        let mint = SeqMint::new();
        let mut tx = store.db.begin().await.unwrap();
        for _ in 0..100 {
            assert!(job::enqueue(&mut tx, &a_job(&mint, None)).await.unwrap());
        }
        tx.commit().await.unwrap();
        let workers: Vec<_> = (0..4).map(|_| tokio::spawn(claim_all(store.clone()))).collect();
        let mut all = Vec::new();
        for worker in workers {
            all.extend(worker.await.unwrap());
        }
        assert_eq!(all.len(), 100);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 100);
    }

    async fn a_failed_job_comes_back_and_dies_at_last(db: Db) {
        let store = open(db).await;
        let mint = SeqMint::new();
        let mut tx = store.db.begin().await.unwrap();
        let new = a_job(&mint, Some("order-1"));
        assert!(job::enqueue(&mut tx, &new).await.unwrap());
        assert!(!job::enqueue(&mut tx, &a_job(&mint, Some("order-1"))).await.unwrap(), "one of a key");
        let mut now = NOW;
        for attempt in 1..=job::MAX_ATTEMPTS {
            let jobs = job::claim(&mut tx, now, now.plus_minutes(5), 9).await.unwrap();
            assert_eq!(jobs.len(), 1, "attempt {attempt}");
            assert_eq!(jobs[0].attempt, attempt);
            assert!(job::claim(&mut tx, now, now.plus_minutes(5), 9).await.unwrap().is_empty(), "locked");
            assert!(job::fail(&mut tx, &jobs[0], "通道超时", now).await.unwrap());
            now = now.plus_minutes(1 << attempt);
        }
        assert!(job::claim(&mut tx, now, now.plus_minutes(5), 9).await.unwrap().is_empty());
        let dead = job::list_dead(&mut tx, 9).await.unwrap();
        assert_eq!(dead[0].last_error.as_deref(), Some("通道超时"));
        assert_eq!(job::count(&mut tx, now).await.unwrap(), job::JobCounts { ready: 0, planned: 0, dead: 1 });
        assert!(job::revive(&mut tx, new.id, now).await.unwrap());
        let again = job::claim(&mut tx, now, now.plus_minutes(5), 9).await.unwrap();
        assert_eq!((again[0].id, again[0].attempt), (new.id, 1));
        assert!(job::finish(&mut tx, &again[0]).await.unwrap());
        assert!(!job::finish(&mut tx, &again[0]).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn serial_numbers_have_no_gaps_and_no_doubles_under_concurrency(db: Db) {
        let store = open(db).await;
        let tasks: Vec<_> = (0..4).map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                for i in 0..25 {
                    let mut tx = store.db.begin().await.unwrap();
                    let value = counter::next_in(&mut tx, "case.20261124").await.unwrap();
                    // Every fifth transaction fails and gives its number back.
                    if (i + n) % 5 == 0 {
                        tx.rollback().await.unwrap();
                    } else {
                        tx.commit().await.unwrap();
                        mine.push(value);
                    }
                }
                mine
            })
        }).collect();
        let mut all = BTreeSet::new();
        for task in tasks {
            all.extend(task.await.unwrap());
        }
        assert_eq!(all, (1..=80).collect());
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(counter::next_block(&mut tx, "case.20261124", 10).await.unwrap(), 90);
        assert_eq!(counter::next_in(&mut tx, "other").await.unwrap(), 1);
    }

    async fn a_lease_has_one_holder(db: Db) {
        let store = open(db).await;
        let mut tx = store.db.begin().await.unwrap();
        let until = NOW.plus_minutes(1);
        assert!(lease::take(&mut tx, "lights", "a", until, NOW).await.unwrap());
        assert!(!lease::take(&mut tx, "lights", "b", until, NOW).await.unwrap());
        assert!(lease::take(&mut tx, "lights", "a", until, NOW).await.unwrap());
        assert!(lease::take(&mut tx, "lights", "b", until.plus_minutes(1), until).await.unwrap());
        lease::release(&mut tx, "lights", "a").await.unwrap();
        assert!(!lease::take(&mut tx, "lights", "a", until, until).await.unwrap());
        lease::release(&mut tx, "lights", "b").await.unwrap();
        assert!(lease::take(&mut tx, "lights", "a", until, NOW).await.unwrap());
    }

    async fn a_repeated_request_gets_the_first_answer(db: Db) {
        let store = open(db).await;
        let v = &store.vault;
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(idempotency::begin(&mut tx, v, &key(), NOW).await.unwrap(), Seen::New);
        assert_eq!(idempotency::begin(&mut tx, v, &key(), NOW).await.unwrap(), Seen::Unfinished);
        idempotency::finish(&mut tx, v, &key(), 201, r#"{"name":"张三"}"#).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = store.db.begin().await.unwrap();
        let answer = Seen::Answered { status: 201, body: r#"{"name":"张三"}"#.into() };
        assert_eq!(idempotency::begin(&mut tx, v, &key(), NOW).await.unwrap(), answer);
        let other = Key { request_hash: "x".to_owned(), ..key() };
        assert_eq!(idempotency::begin(&mut tx, v, &other, NOW).await.unwrap(), Seen::Misused);
        assert!(!idempotency::record(&mut tx, v, &key(), 200, "{}", NOW).await.unwrap());
        let next = Key { key: "k2".to_owned(), ..key() };
        assert!(idempotency::record(&mut tx, v, &next, 200, "{}", NOW).await.unwrap());
        assert!(matches!(idempotency::look_up(&mut tx, v, &next).await.unwrap(), Seen::Answered { status: 200, .. }));
        assert_eq!(idempotency::purge(&mut tx, NOW.plus_millis(1)).await.unwrap(), 2);
        assert_eq!(idempotency::look_up(&mut tx, v, &key()).await.unwrap(), Seen::New);
    }

    async fn the_outbox_is_read_in_order_with_a_tail(db: Db) {
        let store = open(db).await;
        let event = |n: i64, audience| Event { topic: format!("t{n}"), audience, payload: json!({"n": n}), at: NOW.plus_minutes(n) };
        let id = Maker::new().id();
        let events = [
            event(1, Audience::All), event(2, Audience::Org(org(1))), event(3, Audience::User(user(1))),
            event(4, Audience::Role(domain::authority::Role::Dispatcher)), event(5, Audience::Order(id)),
        ];
        let mut tx = store.db.begin().await.unwrap();
        outbox::push(&mut tx, &events).await.unwrap();
        tx.commit().await.unwrap();
        let all = outbox::since(&store.db, 0, None, 100).await.unwrap();
        assert_eq!(all.iter().map(|n| n.event.clone()).collect::<Vec<_>>(), events);
        assert!(all.windows(2).all(|w| w[0].seq < w[1].seq));
        let last = outbox::last_seq(&store.db).await.unwrap();
        assert_eq!(last, all[4].seq);
        let tail = outbox::since(&store.db, all[3].seq, Some(NOW.plus_minutes(4)), 100).await.unwrap();
        assert_eq!(tail.iter().map(|n| n.event.topic.as_str()).collect::<Vec<_>>(), ["t4", "t5"]);
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(outbox::purge(&mut tx, NOW.plus_minutes(3)).await.unwrap(), 2);
        tx.commit().await.unwrap();
    }

    async fn notices_are_read_by_their_owner(db: Db) {
        let store = open(db).await;
        let notice = |n: u128, to: u128| Notification {
            id: NoticeId(Uuid::from_u128(n)), user_id: user(to), kind: "T05".to_owned(), title: "新工单".to_owned(),
            body: "请签收".to_owned(), order_id: None, at: NOW, read_at: None,
        };
        let mut tx = store.db.begin().await.unwrap();
        notification::insert_notifications(&mut tx, &[notice(1, 1), notice(2, 1), notice(3, 2)]).await.unwrap();
        assert_eq!(notification::count_unread(&mut tx, user(1)).await.unwrap(), 2);
        assert!(!notification::mark_read(&mut tx, user(1), notice(3, 2).id, NOW).await.unwrap(), "not theirs");
        assert!(notification::mark_read(&mut tx, user(1), notice(1, 1).id, NOW).await.unwrap());
        let page = Page::first(1);
        let first = notification::list_notifications(&mut tx, user(1), false, &page).await.unwrap();
        assert_eq!(first, [notice(2, 1)]);
        let page = Page::after(1, kernel::Cursor::int(NOW.0, first[0].id));
        let second = notification::list_notifications(&mut tx, user(1), false, &page).await.unwrap();
        assert_eq!(second, [Notification { read_at: Some(NOW), ..notice(1, 1) }]);
        assert_eq!(notification::list_notifications(&mut tx, user(1), true, &Page::first(9)).await.unwrap().len(), 1);
        assert_eq!(notification::mark_all_read(&mut tx, user(1), NOW).await.unwrap(), 1);
        assert_eq!(notification::purge(&mut tx, NOW.plus_millis(1)).await.unwrap(), 3);
    }

    async fn messages_are_sealed_held_claimed_once_and_settled(db: Db) {
        let store = open(db).await;
        let v = &store.vault;
        let order = insert(&store, Maker::new().case()).await.order.id;
        let message = |n: u128, state| Sms {
            order: Some(order), state,
            ..Sms::new(NoticeId(Uuid::from_u128(n)), "T01", "13812345678", "您的诉求已受理".to_owned(), NOW)
        };
        let mut tx = store.db.begin().await.unwrap();
        let (one, two) = (message(1, SmsState::Queued), message(2, SmsState::Held));
        sms::insert_sms(&mut tx, v, &[one.clone(), two.clone()]).await.unwrap();
        assert_eq!(sms::list_queued(&mut tx, v, 9).await.unwrap(), std::slice::from_ref(&one));
        assert!(!sms::same_sent(&mut tx, v, &two, Ts(0)).await.unwrap());
        assert!(sms::claim(&mut tx, one.id, NOW.plus_minutes(2), NOW).await.unwrap());
        assert!(!sms::claim(&mut tx, one.id, NOW.plus_minutes(2), NOW).await.unwrap(), "it is somebody's");
        assert!(sms::same_sent(&mut tx, v, &two, Ts(0)).await.unwrap(), "the same is on its way");
        assert!(!sms::same_sent(&mut tx, v, &Sms { again: true, ..two.clone() }, Ts(0)).await.unwrap());
        let sent = Sms { state: SmsState::Sent, sent_at: Some(NOW), ..one.clone() };
        assert!(sms::settle(&mut tx, &sent).await.unwrap());
        assert!(!sms::settle(&mut tx, &sent).await.unwrap(), "settled once");
        assert_eq!(sms::release_held(&mut tx, NOW).await.unwrap(), 1);
        assert_eq!(sms::due(&mut tx, v, sms::Medium::Sms, NOW, 9).await.unwrap().iter().map(|m| m.id).collect::<Vec<_>>(), [two.id]);
        assert!(sms::reported(&mut tx, one.id, SmsState::Delivered, None, NOW).await.unwrap());
        assert!(!sms::reported(&mut tx, one.id, SmsState::Failed, None, NOW).await.unwrap(), "what has arrived has arrived");
        let all = sms::list_of_order(&mut tx, v, order).await.unwrap();
        assert_eq!(all.iter().map(|m| m.state).collect::<Vec<_>>(), [SmsState::Delivered, SmsState::Queued]);
        let raw: Vec<u8> = tx.scalar("SELECT phone_enc FROM sms LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("138"));
    }

    async fn drafts_and_filters_belong_to_a_person(db: Db) {
        let store = open(db).await;
        let v = &store.vault;
        let draft = |n: i64| Draft { key: "register".to_owned(), body: json!({"phone": "138", "n": n}), updated_at: Ts(n) };
        let mut tx = store.db.begin().await.unwrap();
        draft::save_draft(&mut tx, v, user(1), &draft(1)).await.unwrap();
        draft::save_draft(&mut tx, v, user(1), &draft(2)).await.unwrap();
        assert_eq!(draft::load_draft(&mut tx, v, user(1), "register").await.unwrap(), Some(draft(2)));
        assert_eq!(draft::load_draft(&mut tx, v, user(2), "register").await.unwrap(), None);
        assert_eq!(draft::list_drafts(&mut tx, v, user(1)).await.unwrap().len(), 1);
        assert!(draft::delete_draft(&mut tx, user(1), "register").await.unwrap());
        assert_eq!(draft::purge(&mut tx, NOW).await.unwrap(), 0);
        let filter = |n: u128| SavedFilter { id: FilterId(Uuid::from_u128(n)), name: "红灯".to_owned(), body: json!({"n": 1}), created_at: NOW };
        let id = saved_filter::save_filter(&mut tx, user(1), &filter(1)).await.unwrap();
        assert_eq!(saved_filter::save_filter(&mut tx, user(1), &filter(2)).await.unwrap(), id, "same name, same key");
        assert_eq!(saved_filter::list_filters(&mut tx, user(1)).await.unwrap(), [filter(1)]);
        assert!(!saved_filter::delete_filter(&mut tx, user(2), id).await.unwrap());
        assert!(saved_filter::delete_filter(&mut tx, user(1), id).await.unwrap());
    }

    async fn exports_and_reveals_are_written_down(db: Db) {
        let store = open(db).await;
        let export = Export {
            id: ExportId(Uuid::from_u128(1)), user: user(1), org: org(1), kind: "orders".to_owned(),
            purpose: "月报".to_owned(), masked: true, filter: json!({"states": ["closed"]}), rows: 0,
            state: ExportState::Waiting, approved_by: None, created_at: NOW, done_at: None,
        };
        let mut tx = store.db.begin().await.unwrap();
        export_log::insert_export(&mut tx, &export).await.unwrap();
        let done = Export { rows: 1200, state: ExportState::Approved, approved_by: Some(user(2)), ..export.clone() };
        assert!(export_log::save_export(&mut tx, ExportState::Waiting, &done).await.unwrap());
        assert!(!export_log::save_export(&mut tx, ExportState::Waiting, &done).await.unwrap(), "decided once");
        assert_eq!(export_log::load_export(&mut tx, export.id).await.unwrap(), Some(done));
        assert_eq!(export_log::list_exports(&mut tx, Some(user(1)), &Page::first(9)).await.unwrap().len(), 1);
        assert!(export_log::list_exports(&mut tx, Some(user(2)), &Page::first(9)).await.unwrap().is_empty());
        assert_eq!(export_log::list_exports(&mut tx, None, &Page::first(9)).await.unwrap().len(), 1);
        let look = Reveal {
            id: AuditId(Uuid::from_u128(1)), user_id: user(1), order_id: Maker::new().id(), fields: "pii.basic".to_owned(),
            reason: "联系诉求人".to_owned(), at: NOW,
        };
        reveal_log::insert_reveal(&mut tx, &look).await.unwrap();
        assert_eq!(reveal_log::count_reveals(&mut tx, user(1), NOW).await.unwrap(), 1);
        assert_eq!(reveal_log::count_reveals(&mut tx, user(1), NOW.plus_millis(1)).await.unwrap(), 0);
        assert_eq!(reveal_log::list_reveals(&mut tx, look.order_id).await.unwrap(), [look]);
    }

    async fn an_import_run_keeps_every_line(db: Db) {
        let store = open(db).await;
        let run = ImportRun {
            id: ImportId(Uuid::from_u128(1)), src_sys: "省平台".to_owned(), file_name: "a.csv".to_owned(),
            file_hash: "h".to_owned(), user: Some(user(1)), state: RunState::Running, started_at: NOW, finished_at: None,
        };
        let line = |n: i64| ImportRow {
            line: n, src_no: format!("S{n}"),
            state: [RowState::Ok, RowState::Duplicate, RowState::Rejected][(n % 3) as usize],
            reason: (n % 3 == 2).then(|| "“区划”无效，请填写12位代码".to_owned()), order: None,
        };
        let mut tx = store.db.begin().await.unwrap();
        import::insert_run(&mut tx, &run).await.unwrap();
        let lines: Vec<ImportRow> = (1..=9000).map(line).collect();
        assert_eq!(import::insert_rows_of(&mut tx, run.id, &lines).await.unwrap(), 9000);
        assert_eq!(import::insert_rows_of(&mut tx, run.id, &lines[..10]).await.unwrap(), 0, "resumed");
        assert!(import::finish_run(&mut tx, run.id, RunState::Done, NOW).await.unwrap());
        tx.commit().await.unwrap();
        let counts = import::count_rows(&store.db, run.id).await.unwrap();
        assert_eq!(counts, import::ImportCounts { ok: 3000, duplicate: 3000, rejected: 3000, last_line: 9000 });
        let rejected = import::list_rows(&store.db, run.id, RowState::Rejected, 2, 2).await.unwrap();
        assert_eq!(rejected, [line(5), line(8)]);
        let read = import::load_run(&store.db, run.id).await.unwrap().unwrap();
        assert_eq!(read, ImportRun { state: RunState::Done, finished_at: Some(NOW), ..run });
        assert_eq!(import::list_runs(&store.db, &Page::first(5)).await.unwrap().len(), 1);
    }
}
