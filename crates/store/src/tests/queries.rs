use std::collections::BTreeMap;

use db::Db;
use domain::{
    authority::{OrderFacts, Reach, ScopeFilter, Sealed},
    case::Case,
    clock::{ClockKind, ClockOutcome},
    light::Light,
    order::{Confidentiality, OrderState, Urgency},
    request::{Request, RequestKind, RequestState},
    task::{TaskRole, TaskState},
};
use kernel::{OrderId, Page, Ts};
use testkit::both_engines;

use super::{Maker, NOW, everything, insert, of_orgs, open, org, user};
use crate::{
    Store,
    duplicate::{self, Probe},
    search::{self, Claimed, FlowDirection, OrderFilter, Period, Queue, ReplyState, Sort, SortBy},
    stats,
    task::{self, TaskFilter, TaskTab},
};

async fn find_with(store: &Store, filter: &OrderFilter, scope: &ScopeFilter, sort: Sort, at: Ts) -> Vec<OrderId> {
    // Small pages, so that every list also proves its paging.
    let mut page = Page::first(2);
    let mut all = Vec::new();
    loop {
        let found = search::orders(store, filter, scope, sort, &page, at).await.unwrap();
        assert!(found.lines.len() <= 2);
        all.extend(found.lines.iter().map(|l| l.order.id));
        match found.next {
            Some(next) => page = Page::after(2, next),
            None => break,
        }
    }
    let count = search::count_orders(store, filter, scope, at).await.unwrap();
    if filter.phrases().is_empty() && sort.by == SortBy::RegisteredAt {
        assert_eq!(count, search::Count { n: all.len() as i64, exact: true }, "{filter:?} {scope:?}");
    }
    all
}

async fn find(store: &Store, filter: &OrderFilter) -> Vec<OrderId> {
    find_with(store, filter, &everything(), Sort::default(), NOW).await
}

fn dispatched(m: &mut Maker, lead: u128, change: impl FnOnce(&mut Case)) -> Case {
    let mut c = m.case_with(|o| {
        o.state = OrderState::Handling;
        o.lead_org = Some(org(lead));
        o.dispatched_at = Some(o.registered_at);
    });
    let mut t = m.task(&c.order, TaskRole::Lead, org(lead));
    t.state = TaskState::Working;
    c.tasks.push(t);
    change(&mut c);
    c
}

/// Orders that differ, by name.
async fn city(store: &Store) -> BTreeMap<&'static str, Case> {
    let mut m = Maker::new();
    let mut all = BTreeMap::new();
    let c = m.case();
    all.insert("plain", c);
    all.insert(
        "noise",
        m.case_with(|o| {
            (o.title, o.content) = ("工地噪声".to_owned(), "夜间噪音扰民，供暖不热".to_owned());
            (o.category, o.region) = ("020100".to_owned(), "990103000000".to_owned());
            o.requester.phone = Some("13900000000".to_owned());
            o.requester.name = Some("李四".to_owned());
            o.requester.id_no = None;
            o.wish = None;
            o.state = OrderState::PendingDispatch;
            o.urgency = Urgency::U1;
        }),
    );
    all.insert(
        "scattered",
        m.case_with(|o| {
            o.title = "供暖问题".to_owned();
            o.content = "暖气片不热，不暖不热，暖不".to_owned();
            o.wish = None;
            o.state = OrderState::DirectClosed;
            (o.closed_at, o.due_at, o.warn_at) = (Some(NOW), None, None);
        }),
    );
    all.insert(
        "led",
        dispatched(&mut m, 2, |c| {
            c.tasks[0].handler = Some(user(4));
            let mut co = m2_task(c, TaskRole::Co, 3);
            co.handler = Some(user(5));
            c.tasks.push(co);
            c.order.return_n = 2;
            c.order.claimed_by = Some(user(7));
            c.order.claimed_until = Some(NOW.plus_hours(1));
        }),
    );
    all.insert(
        "red",
        dispatched(&mut m, 2, |c| {
            (c.order.warn_at, c.order.due_at) = (Some(Ts(1)), Some(Ts(2)));
            c.tasks[0].due_at = c.order.due_at;
            c.order.urgency = Urgency::U4;
            c.requests.push(pending(c, RequestKind::Extension));
        }),
    );
    all.insert(
        "yellow",
        dispatched(&mut m, 3, |c| {
            c.order.warn_at = Some(Ts(1));
            c.order.state = OrderState::CenterAudit;
            (c.order.round, c.order.ext_n, c.order.urge_n) = (2, 1, 1);
            c.requests.push(pending(c, RequestKind::Return));
        }),
    );
    all.insert(
        "sealed",
        m.case_with(|o| {
            o.confidentiality = Confidentiality::Sealed;
            (o.registered_by, o.registered_org) = (Some(user(2)), org(6));
            o.reject_reason = Some(domain::order::RejectReason::N01);
            (o.state, o.anonymous) = (OrderState::Rejected, true);
            o.exempt = Some("E1".to_owned());
        }),
    );
    for case in all.values_mut() {
        *case = insert(store, case.clone()).await;
    }
    all
}

fn m2_task(c: &Case, role: TaskRole, to: u128) -> domain::task::Task {
    let mut task = c.tasks[0].clone();
    (task.id, task.role, task.org) =
        (kernel::TaskId(uuid::Uuid::from_u128(c.order.id.uuid().as_u128() ^ to)), role, org(to));
    task
}

fn pending(c: &Case, kind: RequestKind) -> Request {
    Request {
        id: c.order.id.uuid().into(),
        order_id: c.order.id,
        task_id: Some(c.tasks[0].id),
        kind,
        state: RequestState::Pending,
        version: 1,
        reason_code: "X".to_owned(),
        reason: "理由".to_owned(),
        basis: None,
        suggested_org: None,
        days: Some(3),
        target: None,
        until: None,
        applied_by: user(4),
        applied_org: c.tasks[0].org,
        applied_at: NOW,
        step: 1,
        awaiting: Some(domain::authority::Role::Dispatcher),
        decisions: vec![],
        decided_at: None,
        disputed: None,
        due_at: None,
        escalate_at: None,
        escalated_n: 0,
        callback: None,
        contact: None,
        items: vec![],
        corrections: vec![],
        call: None,
    }
}

fn names(all: &BTreeMap<&'static str, Case>, ids: &[OrderId]) -> Vec<&'static str> {
    let mut found: Vec<&str> = ids.iter().map(|id| *all.iter().find(|(_, c)| c.order.id == *id).unwrap().0).collect();
    found.sort_unstable();
    found
}

fn keyword(words: &str) -> OrderFilter {
    OrderFilter { keyword: Some(words.to_owned()), ..OrderFilter::default() }
}

type Filter = OrderFilter;

/// Every condition with the orders it finds.
fn conditions(all: &BTreeMap<&'static str, Case>) -> Vec<(Filter, Vec<&'static str>)> {
    let d = OrderFilter::default;
    let text = |t: &str| Some(t.to_owned());
    let no = all["led"].order.case_no.clone();
    vec![
        (d(), vec!["led", "noise", "plain", "red", "scattered", "yellow"]),
        (Filter { case_no: Some(no.clone()), ..d() }, vec!["led"]),
        (
            Filter { case_no: Some(no[..14].to_owned()), ..d() },
            vec!["led", "noise", "plain", "red", "scattered", "yellow"],
        ),
        (Filter { phone: text("139 0000 0000"), ..d() }, vec!["noise"]),
        (Filter { phone: text("(0851)86543210"), states: vec![OrderState::Registered], ..d() }, vec!["plain"]),
        (Filter { name: text("李 四"), ..d() }, vec!["noise"]),
        (Filter { id_no: text("11010519491231002x"), states: vec![OrderState::Registered], ..d() }, vec!["plain"]),
        (Filter { address: text("中华北路12号"), states: vec![OrderState::Registered], ..d() }, vec!["plain"]),
        (Filter { states: vec![OrderState::Handling, OrderState::CenterAudit], ..d() }, vec!["led", "red", "yellow"]),
        (Filter { categories: vec!["02".to_owned()], ..d() }, vec!["noise"]),
        (Filter { regions: vec!["990103".to_owned(), "9909".to_owned()], ..d() }, vec!["noise"]),
        (Filter { urgencies: vec![Urgency::U1], ..d() }, vec!["noise"]),
        (Filter { lead_orgs: vec![org(2)], ..d() }, vec!["led", "red"]),
        (Filter { co_orgs: vec![org(3)], ..d() }, vec!["led"]),
        (Filter { lead_handler: Some(user(4)), ..d() }, vec!["led"]),
        (Filter { co_handler: Some(user(5)), ..d() }, vec!["led"]),
        (Filter { lights: vec![Light::Red], ..d() }, vec!["red"]),
        (Filter { lights: vec![Light::Yellow], ..d() }, vec!["yellow"]),
        (Filter { lights: vec![Light::Green, Light::Red], ..d() }, vec!["led", "noise", "plain", "red"]),
        (Filter { redone: Some(true), ..d() }, vec!["yellow"]),
        (Filter { extended: Some(true), urged: Some(true), ..d() }, vec!["yellow"]),
        (Filter { returned: Some(true), ..d() }, vec!["led"]),
        (Filter { flow: Some(FlowDirection::Direct), ..d() }, vec!["scattered"]),
        (Filter { flow: Some(FlowDirection::Dispatch), ..d() }, vec!["led", "red", "yellow"]),
        (Filter { reply: Some(ReplyState::Submitted), ..d() }, vec!["yellow"]),
        (Filter { reply: Some(ReplyState::Replied), ..d() }, vec![]),
        (Filter { pending: vec![RequestKind::Return], ..d() }, vec!["yellow"]),
        (Filter { queue: Some(Queue::Hard), ..d() }, vec!["led", "red"]),
        (Filter { queue: Some(Queue::ExtensionAudit), ..d() }, vec!["red"]),
        (Filter { claimed: Some(Claimed::Mine(user(7))), ..d() }, vec!["led"]),
        (Filter { claimed: Some(Claimed::Others(user(7))), ..d() }, vec![]),
        (Filter { claimed: Some(Claimed::Nobody), lead_orgs: vec![org(2)], ..d() }, vec!["red"]),
        (Filter { closed: Period { from: Some(NOW), until: None }, ..d() }, vec!["scattered"]),
        (Filter { registered: Period { from: None, until: Some(all["plain"].order.registered_at) }, ..d() }, vec![]),
        (Filter { registered_orgs: vec![org(6)], ..d() }, vec![]),
        (Filter { anonymous: Some(true), ..d() }, vec![]),
    ]
}

both_engines! {
    async fn every_condition_finds_its_orders_under_every_way_in(db: Db) {
        let store = open(db).await;
        let all = city(&store).await;
        // All orders are granted to organisation 1, so its scope must find the same as the whole view; a wide one too.
        let wide: Vec<u128> = (1..=150).filter(|n| *n != 6).collect();
        for (filter, expected) in conditions(&all) {
            for scope in [everything(), of_orgs(&[1]), of_orgs(&[1, 2, 3]), of_orgs(&wide)] {
                let found = find_with(&store, &filter, &scope, Sort::default(), NOW).await;
                assert_eq!(names(&all, &found), expected, "{filter:?} {scope:?}");
            }
        }
    }

    async fn words_of_two_characters_are_found_and_phrases_are_exact(db: Db) {
        let store = open(db).await;
        let all = city(&store).await;
        for (words, expected) in [
            ("噪声", vec!["noise"]),
            ("噪", vec!["noise"]),
            ("供暖", vec!["noise", "scattered"]),
            // The second order has every pair of these characters, but not in a row.
            ("供暖不热", vec!["noise"]),
            ("夜间 供暖", vec!["noise"]),
            ("路灯 ａ３", vec!["led", "plain", "red", "yellow"]),
            ("行人摔倒", vec!["led", "plain", "red", "yellow"]),
            ("没有", vec![]),
            ("\"' OR 1=1 --", vec![]),
            ("！？", vec![]),
        ] {
            assert_eq!(names(&all, &find(&store, &keyword(words)).await), expected, "{words}");
        }
    }

    async fn lists_are_sorted_and_paged_without_gaps(db: Db) {
        let store = open(db).await;
        let all = city(&store).await;
        let order = |id: &OrderId| all.values().find(|c| c.order.id == *id).unwrap().order.clone();
        for desc in [true, false] {
            use SortBy::{DispatchedAt, DueAt, RegisteredAt, StepDue, UpdatedAt, Urgency};
            for by in [RegisteredAt, DueAt, StepDue, DispatchedAt, UpdatedAt, Urgency] {
                for scope in [everything(), of_orgs(&[1])] {
                    let ids = find_with(&store, &OrderFilter::default(), &scope, Sort { by, desc }, NOW).await;
                    let expected = match by { DispatchedAt => 3, DueAt | StepDue | Urgency => 5, _ => 6 };
                    assert_eq!(ids.len(), expected, "{by:?}");
                    let mut sorted = ids.clone();
                    sorted.sort_by_key(|id| {
                        let o = order(id);
                        let clocks = &all.values().find(|c| c.order.id == *id).unwrap().clocks;
                        let runs = |c: &&domain::clock::Clock| c.outcome == ClockOutcome::Open && c.paused_at.is_none();
                        let of_step = |c: &&domain::clock::Clock| {
                            matches!(c.kind, ClockKind::Dispatch | ClockKind::UnifiedReply | ClockKind::Callback)
                        };
                        let step = clocks.iter().filter(runs).filter(of_step).map(|c| c.due_at).min().or(o.due_at);
                        match by {
                            SortBy::StepDue => (String::new(), step.map_or(i64::MAX, |t| t.0), o.id),
                            SortBy::RegisteredAt => (String::new(), o.registered_at.0, o.id),
                            SortBy::DueAt => (String::new(), o.due_at.unwrap().0, o.id),
                            SortBy::DispatchedAt => (String::new(), o.dispatched_at.unwrap().0, o.id),
                            SortBy::UpdatedAt => (String::new(), o.updated_at.0, o.id),
                            SortBy::Urgency => (o.urgency.code().to_owned(), o.registered_at.0, o.id),
                        }
                    });
                    if desc {
                        sorted.reverse();
                    }
                    assert_eq!(ids, sorted, "{by:?} {desc}");
                }
            }
        }
    }

    async fn the_query_shows_what_the_rule_of_scope_allows(db: Db) {
        let store = open(db).await;
        let all = city(&store).await;
        let mut scopes = Vec::new();
        for sealed in [Sealed::Hidden, Sealed::Only] {
            for u in [1, 2, 4, 5, 99] {
                for reach in [
                    Reach::Nothing, Reach::All, Reach::Own, Reach::Orgs(vec![org(2)]), Reach::Orgs(vec![org(3), org(6)]),
                    Reach::Region { prefix: "990103".to_owned(), orgs: vec![org(3)] },
                    Reach::Region { prefix: "99".to_owned(), orgs: vec![] },
                ] {
                    scopes.push(ScopeFilter { user: user(u), reach, sealed });
                }
            }
        }
        for scope in scopes {
            let mut expected = Vec::new();
            for (name, case) in &all {
                let granted = crate::grant::granted_orgs(&store.db, case.order.id).await.unwrap();
                if scope.matches(&OrderFacts::of(case, &granted)) {
                    expected.push(*name);
                }
            }
            for sort in [Sort::default(), Sort { by: SortBy::UpdatedAt, desc: false }] {
                let found = find_with(&store, &OrderFilter::default(), &scope, sort, NOW).await;
                assert_eq!(names(&all, &found), expected, "{scope:?}");
            }
            let open_filter = OrderFilter { states: crate::order::OPEN_STATES.to_vec(), ..Default::default() };
            let found = find_with(&store, &open_filter, &scope, Sort::default(), NOW).await;
            expected.retain(|n| crate::order::is_open(all[n].order.state));
            assert_eq!(names(&all, &found), expected, "{scope:?}");
            let total: i64 = stats::work(&store.db, &scope, NOW).await.unwrap().states.iter().map(|s| s.1).sum();
            assert_eq!(total, expected.len() as i64);
        }
    }

    async fn rows_carry_handler_pending_requests_and_repeats(db: Db) {
        let store = open(db).await;
        let all = city(&store).await;
        let ids = [all["red"].order.id, all["led"].order.id, all["plain"].order.id];
        let lines = search::order_lines(&store.db, &store.vault, &ids).await.unwrap();
        assert_eq!(lines.iter().map(|l| l.order.id).collect::<Vec<_>>(), ids);
        assert_eq!(lines[0].pending, [RequestKind::Extension]);
        assert_eq!((lines[1].handler, lines[2].handler), (Some(user(4)), None));
        assert_eq!(lines[1].order, all["led"].order);
    }

    async fn pools_count_what_their_lists_show(db: Db) {
        let store = open(db).await;
        city(&store).await;
        for scope in [everything(), of_orgs(&[2]), of_orgs(&[3])] {
            let counts = search::queues(&store.db, &scope, NOW).await.unwrap();
            assert_eq!(counts.len(), Queue::ALL.len());
            for count in counts {
                let filter = OrderFilter { queue: Some(count.queue), ..Default::default() };
                let list = find_with(&store, &filter, &scope, Sort::default(), NOW).await;
                assert_eq!(count.total, list.len() as i64, "{count:?}");
                let red = OrderFilter { lights: vec![Light::Red], ..filter };
                let list = find_with(&store, &red, &scope, Sort::default(), NOW).await;
                assert_eq!(count.red, list.len() as i64, "{count:?}");
            }
        }
    }

    async fn an_order_that_waits_at_the_centre_burns_by_the_clock_of_its_step(db: Db) {
        let store = open(db).await;
        let mut m = Maker::new();
        let mut waiting = |state: OrderState, kind: ClockKind, due: Ts| {
            let mut c = m.case_with(|o| {
                (o.state, o.lead_org, o.due_at, o.warn_at) = (state, Some(org(2)), None, None);
            });
            let mut clock = m.clock(&c.order, kind);
            (clock.warn_at, clock.due_at) = (due.plus_hours(-2), due);
            c.clocks = vec![clock];
            c
        };
        let late = waiting(OrderState::PendingReply, ClockKind::UnifiedReply, NOW.plus_hours(-1));
        let soon = waiting(OrderState::PendingDispatch, ClockKind::Dispatch, NOW.plus_hours(1));
        let calm = waiting(OrderState::PendingCallback, ClockKind::Callback, NOW.plus_hours(9));
        let mut answered = waiting(OrderState::PendingCallback, ClockKind::UnifiedReply, NOW.plus_hours(-1));
        answered.clocks[0].outcome = ClockOutcome::Late;
        for case in [&late, &soon, &calm, &answered] {
            insert(&store, case.clone()).await;
        }
        let ids = [late.order.id, calm.order.id, answered.order.id];
        let lines = search::order_lines(&store.db, &store.vault, &ids).await.unwrap();
        let stages: Vec<_> = lines.iter().map(|l| l.stage.map(|s| (s.kind, s.due_at))).collect();
        let expected = [(ClockKind::UnifiedReply, NOW.plus_hours(-1)), (ClockKind::Callback, NOW.plus_hours(9))];
        assert_eq!(stages, [Some(expected[0]), Some(expected[1]), None]);
        let by_step = Sort { by: SortBy::StepDue, desc: false };
        let nearest = find_with(&store, &OrderFilter::default(), &everything(), by_step, NOW).await;
        assert_eq!(nearest, [late.order.id, soon.order.id, calm.order.id, answered.order.id], "no clock, no hurry");
        let counts = search::queues(&store.db, &everything(), NOW).await.unwrap();
        let of = |queue| counts.iter().find(|c| c.queue == queue).map(|c| (c.total, c.red, c.yellow)).unwrap();
        assert_eq!([of(Queue::Reply), of(Queue::Dispatch), of(Queue::Callback)], [(1, 1, 0), (1, 0, 1), (2, 0, 0)]);
    }

    async fn home_counts_lights_and_the_day(db: Db) {
        let store = open(db).await;
        city(&store).await;
        let work = stats::work(&store.db, &everything(), NOW).await.unwrap();
        assert_eq!(work.lights, stats::LightCounts { green: 3, yellow: 1, red: 1 });
        let (from, until) = (Ts::start_of(NOW.date()), Ts::start_of(NOW.plus_days(1).date()));
        let day = stats::flow(&store.db, &everything(), from, until, NOW).await.unwrap();
        assert_eq!(day, stats::Flow { registered: 6, dispatched: 3, closed: 1, overdue: 0 });
        let long_ago = stats::flow(&store.db, &of_orgs(&[2]), Ts(0), from, NOW).await.unwrap();
        assert_eq!(long_ago.overdue, 1);
    }

    async fn the_console_has_each_task_in_its_tab(db: Db) {
        let store = open(db).await;
        let all = city(&store).await;
        let f = TaskFilter { orgs: vec![org(2)], ..Default::default() };
        let (first, next) = task::list(&store, &f, TaskTab::Todo, &Page::first(1)).await.unwrap();
        assert_eq!(first[0].order.order.id, all["red"].order.id, "the nearest due first");
        let (second, end) = task::list(&store, &f, TaskTab::Todo, &Page::after(1, next.unwrap())).await.unwrap();
        assert_eq!((second[0].task.clone(), end), (all["led"].tasks[0].clone(), None));
        let counts: BTreeMap<TaskTab, i64> = task::count(&store, &f).await.unwrap().into_iter().collect();
        assert_eq!((counts[&TaskTab::Todo], counts[&TaskTab::Extending], counts[&TaskTab::Co]), (2, 1, 0));
        let mine = TaskFilter { handler: Some(user(5)), ..Default::default() };
        assert_eq!(task::list(&store, &mine, TaskTab::Co, &Page::first(9)).await.unwrap().0.len(), 1);
        for (words, n) in [("路灯", 2), ("噪声", 0), (&all["led"].order.case_no, 1)] {
            let f = TaskFilter { keyword: Some(words.to_owned()), ..f.clone() };
            assert_eq!(task::list(&store, &f, TaskTab::All, &Page::first(9)).await.unwrap().0.len(), n, "{words}");
        }
        assert!(task::list(&store, &TaskFilter::default(), TaskTab::All, &Page::first(9)).await.unwrap().0.is_empty());
    }

    async fn candidates_share_person_place_or_words(db: Db) {
        let store = open(db).await;
        let all = city(&store).await;
        let ask = |p: Probe| { let s = store.clone(); async move {
            duplicate::candidates(&s, &p, Ts(0), 20).await.unwrap().iter().map(|o| o.id).collect::<Vec<_>>()
        }};
        let by_phone = ask(Probe { phones: vec!["13900000000".to_owned()], ..Probe::default() }).await;
        assert_eq!(names(&all, &by_phone), ["noise"]);
        let by_place = ask(Probe { category: Some("020100".to_owned()), region: "9901".to_owned(), ..Probe::default() }).await;
        assert_eq!(names(&all, &by_place), ["noise"]);
        // As rare ones, as words that thousands hold, and both at once: an engine may look for them differently.
        for shares in [[0.0, 0.0], [9_999.0, 9_999.0], [0.0, 9_999.0]] {
            let word = |(n, text): (usize, String)| duplicate::Word { text, weight: 1.0, share: shares[n % 2] };
            let words = kernel::query_tokens("工地噪声").into_iter().enumerate().map(word).collect();
            assert_eq!(names(&all, &ask(Probe { words, ..Probe::default() }).await), ["noise"], "{shares:?}");
        }
        let with = Probe { address: Some("中华北路12号".to_owned()), not: Some(all["plain"].order.id), ..Probe::default() };
        assert!(!ask(with).await.contains(&all["plain"].order.id));
        assert!(ask(Probe::default()).await.is_empty());
    }
}
