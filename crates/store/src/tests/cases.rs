use db::Db;
use domain::{
    callback::{Callback, CallbackMode, CallbackOutcome, Contacted, RatedItem, Rating, Solved},
    clock::ClockKind,
    contact::{Contact, ContactResult, ContactWay},
    correction::{CorrectedField, Correction},
    decision::{Grant, GrantKind},
    link::Link,
    order::{LinkKind, OrderState, RejectReason},
    request::{Request, RequestKind, RequestState, StepDecision},
    task::{TaskRole, TaskState},
};
use kernel::Ts;
use testkit::both_engines;

use super::{Maker, NOW, everything, insert, load, open, org, save, user};
use crate::{case, clock, grant, order, text};

fn request(m: &Maker, c: &domain::case::Case) -> Request {
    Request {
        id: m.id(),
        order_id: c.order.id,
        task_id: c.tasks.first().map(|t| t.id),
        kind: RequestKind::Extension,
        state: RequestState::Pending,
        version: 1,
        reason_code: "X01".to_owned(),
        reason: "需要检测".to_owned(),
        basis: Some("条例第二十二条".to_owned()),
        suggested_org: Some(org(3)),
        days: Some(5),
        target: Some(m.id()),
        until: Some(NOW),
        applied_by: user(4),
        applied_org: org(2),
        applied_at: NOW,
        step: 2,
        awaiting: Some(domain::authority::Role::Supervisor),
        decisions: vec![StepDecision {
            step: 1,
            by: user(5),
            at: NOW,
            approve: true,
            opinion: Some("同意".to_owned()),
        }],
        decided_at: None,
        disputed: None,
        due_at: None,
        escalate_at: None,
        escalated_n: 0,
        callback: Some(m.id()),
        items: vec![RatedItem::Contacted, RatedItem::Solved],
        corrections: vec![Correction {
            field: CorrectedField::Address,
            was: Some("市府路3号".to_owned()),
            should: "市府路33号".to_owned(),
        }],
        call: Some(m.id()),
    }
}

/// A case with something in every list and every optional field of the order set.
fn full(m: &mut Maker) -> domain::case::Case {
    let mut c = m.case_with(|o| {
        o.state = OrderState::Handling;
        o.lead_org = Some(org(2));
        o.dispatched_at = Some(NOW);
        o.claimed_by = Some(user(2));
        o.claimed_until = Some(NOW.plus_hours(1));
        (o.tracking_until, o.closed_at, o.archived_at, o.reply_at) =
            (Some(Ts(1)), Some(Ts(2)), Some(Ts(3)), Some(Ts(4)));
        (o.reply, o.reply_channel) = (Some("已修复".to_owned()), Some("sms".to_owned()));
        o.result = Some(domain::order::HandleResult::Partial);
        o.reject_reason = Some(RejectReason::N10);
        o.redirect_target = Some("110".to_owned());
        (o.contacted, o.solved, o.rating) = (Some(Contacted::Yes), Some(Solved::Partial), Some(Rating::Basic));
        o.exempt = Some("E3".to_owned());
        (o.src_sys, o.src_no) = (Some("省平台".to_owned()), Some("GZ-1".to_owned()));
        (o.return_n, o.ext_n, o.urge_n, o.send_back_n, o.supervise_n) = (1, 2, 3, 4, 5);
    });
    (c.order.merged_into, c.order.parent, c.order.previous_order, c.order.event) =
        (Some(m.id()), Some(m.id()), Some(m.id()), Some(m.id()));
    let mut lead = m.task(&c.order, TaskRole::Lead, org(2));
    (lead.handler, lead.signed_at, lead.defect) = (Some(user(4)), Some(NOW), Some(domain::order::Defect::D3));
    lead.state = TaskState::Working;
    let mut co = m.task(&c.order, TaskRole::Co, org(3));
    co.parent = Some(lead.id);
    let mut clock = m.clock(&c.order, ClockKind::Order);
    clock.arithmetic =
        vec![kernel::Calendar::shipped().add(NOW, 5, kernel::Unit::WorkDay, kernel::Cutoff::default()).steps];
    clock.task_id = Some(lead.id);
    c.clocks.push(clock);
    c.tasks = vec![lead, co];
    c.requests = vec![request(m, &c)];
    c.contacts = vec![Contact {
        id: m.id(),
        order_id: c.order.id,
        task_id: c.tasks[0].id,
        at: NOW,
        way: ContactWay::Visit,
        result: ContactResult::Reached,
        note: Some("已上门".to_owned()),
        by: user(4),
        recorded_at: NOW,
    }];
    c.callbacks = vec![Callback {
        id: m.id(),
        order_id: c.order.id,
        round: 1,
        mode: CallbackMode::Phone,
        reached: true,
        unreached_reason: None,
        contacted: Some(Contacted::Unsure),
        solved: Some(Solved::Solved),
        process_rating: Some(Rating::Sat),
        rating: Some(Rating::VerySat),
        dissatisfy_reasons: vec!["慢".to_owned()],
        opinion: Some("可以".to_owned()),
        outcome: CallbackOutcome::Satisfied,
        by: user(6),
        at: NOW,
        corrects: Some(m.id()),
        corrected_at: Some(NOW.plus_hours(1)),
    }];
    c.links = vec![Link {
        id: m.id(),
        order_id: c.order.id,
        other: m.id(),
        kind: LinkKind::Repeat,
        reason: Some("同一路灯".to_owned()),
        by: Some(user(1)),
        at: NOW,
        ended_at: None,
    }];
    c
}

both_engines! {
    async fn a_case_comes_back_as_it_was_written(db: Db) {
        let store = open(db).await;
        let mut m = Maker::new();
        let bare = insert(&store, m.case()).await;
        let whole = full(&mut m);
        let whole = insert(&store, whole).await;
        assert_eq!(load(&store, bare.order.id).await, bare);
        assert_eq!(load(&store, whole.order.id).await, whole);
        assert!(case::load_case(&store.db, &store.vault, m.id()).await.unwrap().is_none());
        let found = order::find_by_case_no(&store.db, &whole.order.case_no).await.unwrap();
        assert_eq!(found, Some(whole.order.id));
        assert_eq!(order::find_by_source(&store.db, "省平台", "GZ-1").await.unwrap(), Some(whole.order.id));
        assert_eq!(order::find_by_query_code(&store.db, "q1").await.unwrap(), Some(bare.order.id));
        let several = order::load_orders(&store.db, &store.vault, &[whole.order.id, m.id(), bare.order.id]).await.unwrap();
        assert_eq!(several.iter().map(|o| o.id).collect::<Vec<_>>(), [whole.order.id, bare.order.id]);
        let ids = [whole.order.id, m.id(), bare.order.id, whole.order.id];
        assert_eq!(case::load_cases(&store.db, &store.vault, &ids).await.unwrap(), [whole, bare]);
        assert_eq!(case::load_cases(&store.db, &store.vault, &[]).await.unwrap(), []);
    }

    async fn personal_data_is_not_in_the_file_in_clear(db: Db) {
        let store = open(db).await;
        let c = insert(&store, Maker::new().case()).await;
        type Sealed = (Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>, Vec<u8>);
        let sealed: Vec<Sealed> = store.db
            .all("SELECT name_enc, phone_enc, contact_phone_enc, id_no_enc, home_address_enc, address_enc FROM orders", &[])
            .await.unwrap();
        let (a, b, c2, d, e, f) = &sealed[0];
        for bytes in [a, b, c2, d, e, f] {
            let text = String::from_utf8_lossy(bytes);
            for secret in ["张", "138", "0851", "1101", "云岩", "中华"] {
                assert!(!text.contains(secret));
            }
        }
        // Sealed bytes moved to another column do not open.
        let mut tx = store.db.begin().await.unwrap();
        tx.run("UPDATE orders SET name_enc = phone_enc", &[]).await.unwrap();
        tx.commit().await.unwrap();
        let e = order::load_order(&store.db, &store.vault, c.order.id).await.unwrap_err();
        assert!(matches!(e, crate::StoreError::Sealed { column: "name_enc", .. }), "{e}");
    }

    async fn saving_writes_the_difference_and_raises_versions(db: Db) {
        let store = open(db).await;
        let mut m = Maker::new();
        let before = insert(&store, m.case()).await;
        let mut after = full(&mut m);
        let kept = before.clocks[0].clone();
        after.order = domain::order::Order {
            id: before.order.id, case_no: before.order.case_no.clone(), flow_seq: 1,
            flow_hash: before.order.flow_hash.clone(), ..after.order
        };
        for task in &mut after.tasks {
            task.order_id = before.order.id;
        }
        after.clocks[0] = kept;
        after.clocks[0].due_at = after.clocks[0].due_at.plus_days(1);
        after.clocks[1].order_id = before.order.id;
        after.requests[0].order_id = before.order.id;
        after.contacts[0].order_id = before.order.id;
        after.callbacks[0].order_id = before.order.id;
        after.links[0].order_id = before.order.id;
        after.order.title = "井盖丢失".to_owned();
        save(&store, &before, &mut after).await.unwrap();
        assert_eq!((after.order.version, after.clocks[0].version, after.tasks[0].version), (2, 2, 1));
        assert_eq!(load(&store, before.order.id).await, after);
        let mut third = after.clone();
        third.tasks[0].state = TaskState::Submitted;
        third.links[0].ended_at = Some(NOW);
        third.requests[0].state = RequestState::Approved;
        save(&store, &after, &mut third).await.unwrap();
        assert_eq!((third.order.version, third.tasks[0].version, third.requests[0].version), (3, 2, 2));
        assert_eq!(load(&store, before.order.id).await, third);
        let mut same = third.clone();
        save(&store, &third, &mut same).await.unwrap();
        assert_eq!(same.order.version, 3, "nothing to write");
    }

    async fn the_slower_of_two_writers_is_told_so(db: Db) {
        let store = open(db).await;
        let before = insert(&store, Maker::new().case()).await;
        let (mut fast, mut slow) = (before.clone(), before.clone());
        fast.order.title = "快".to_owned();
        slow.order.title = "慢".to_owned();
        save(&store, &before, &mut fast).await.unwrap();
        assert!(save(&store, &before, &mut slow).await.unwrap_err().is_stale());
        assert_eq!(load(&store, before.order.id).await.order.title, "快");
    }

    async fn records_are_never_changed_or_dropped(db: Db) {
        let store = open(db).await;
        let mut m = Maker::new();
        let whole = full(&mut m);
        let before = insert(&store, whole).await;
        let mut altered = before.clone();
        altered.callbacks[0].rating = Some(Rating::VeryDissat);
        assert!(save(&store, &before, &mut altered).await.is_err());
        let mut shorter = before.clone();
        shorter.tasks.pop();
        assert!(save(&store, &before, &mut shorter).await.is_err());
        assert_eq!(load(&store, before.order.id).await, before);
    }

    async fn grants_follow_tasks_and_handlers(db: Db) {
        let store = open(db).await;
        let mut m = Maker::new();
        let before = insert(&store, m.case()).await;
        let id = before.order.id;
        assert_eq!(grant::granted_orgs(&store.db, id).await.unwrap(), [org(1)]);
        let mut after = before.clone();
        let mut task = m.task(&after.order, TaskRole::Lead, org(2));
        task.handler = Some(user(4));
        after.tasks.push(task);
        let mut tx = store.db.begin().await.unwrap();
        let copy = Grant { org: org(5), kind: GrantKind::Copy };
        case::save_case(&mut tx, &store.vault, &before, &mut after, std::slice::from_ref(&copy)).await.unwrap();
        grant::add(&mut tx, &after.order, &[copy]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(grant::granted_orgs(&store.db, id).await.unwrap(), [org(1), org(2), org(5)]);
        let mut other = after.clone();
        other.tasks[0].handler = Some(user(5));
        other.order.state = OrderState::Closed;
        save(&store, &after, &mut other).await.unwrap();
        let people: Vec<(kernel::UserId, bool)> = store.db
            .all("SELECT holder, is_open FROM order_grant WHERE kind = 'handler'", &[]).await.unwrap();
        assert_eq!(people, [(user(5), false)]);
    }

    async fn a_light_is_recorded_once_and_only_when_due(db: Db) {
        let store = open(db).await;
        let mut m = Maker::new();
        let c = insert(&store, m.case()).await;
        let (warn, due) = (c.clocks[0].warn_at, c.clocks[0].due_at);
        let look = |at| clock::due_for_light(&store.db, at, 10);
        assert!(look(warn.plus_millis(-1)).await.unwrap().is_empty());
        let found = look(warn).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].clock, &found[0].case_no), (c.clocks[0].id, &c.order.case_no));
        let mut tx = store.db.begin().await.unwrap();
        use domain::light::Light::{Red, Yellow};
        assert!(clock::record_light(&mut tx, &found[0], Yellow, warn).await.unwrap());
        assert!(!clock::record_light(&mut tx, &found[0], Yellow, warn).await.unwrap(), "only once");
        tx.commit().await.unwrap();
        assert!(look(due).await.unwrap().is_empty(), "still yellow at the due moment itself");
        let found = look(due.plus_millis(1)).await.unwrap();
        let mut tx = store.db.begin().await.unwrap();
        assert!(clock::record_light(&mut tx, &found[0], Red, due.plus_millis(1)).await.unwrap());
        tx.commit().await.unwrap();
        assert!(look(due.plus_days(99)).await.unwrap().is_empty(), "red stays red");
        let events = clock::list_light_events(&store.db, c.order.id).await.unwrap();
        assert_eq!(events.iter().map(|e| e.to).collect::<Vec<_>>(), [Yellow, Red]);
        // An extension moves the due moment: the clock is looked at again at once.
        let before = load(&store, c.order.id).await;
        let mut after = before.clone();
        after.clocks[0].due_at = due.plus_days(100);
        after.clocks[0].warn_at = due.plus_days(99);
        save(&store, &before, &mut after).await.unwrap();
        assert_eq!(look(due.plus_days(1)).await.unwrap().len(), 1);
    }

    async fn claiming_is_for_one_person_at_a_time(db: Db) {
        let store = open(db).await;
        let c = insert(&store, Maker::new().case()).await;
        let mut tx = store.db.begin().await.unwrap();
        let until = NOW.plus_minutes(10);
        let id = c.order.id;
        assert!(order::claim_order(&mut tx, id, user(1), until, NOW).await.unwrap());
        assert!(order::claim_order(&mut tx, id, user(1), until, NOW).await.unwrap());
        assert!(!order::claim_order(&mut tx, id, user(2), until, NOW).await.unwrap());
        assert!(order::claim_order(&mut tx, id, user(2), until.plus_hours(1), until.plus_millis(1)).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn the_text_index_can_be_built_anew(db: Db) {
        let store = open(db).await;
        let c = insert(&store, Maker::new().case()).await;
        let mut tx = store.db.begin().await.unwrap();
        text::index_text(&mut tx, &domain::order::Order { title: "噪声扰民".to_owned(), ..c.order.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        let f = |k: &str| crate::search::OrderFilter { keyword: Some(k.to_owned()), ..Default::default() };
        let count = |f| { let s = store.clone(); async move {
            crate::search::count_orders(&s, &f, &everything(), NOW).await.unwrap().n
        }};
        assert_eq!(count(f("噪声")).await, 1);
        assert_eq!(count(f("号路")).await, 0, "the old title is gone");
    }
}
