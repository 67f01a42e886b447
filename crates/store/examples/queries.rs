use db::{Db, OpenOptions};
use domain::{authority::*, case::Case, clock::*, light::Light, order::*, task::*};
use kernel::{Date, Mint, OrgId, Page, Secret, SoftwareProvider, SystemMint, Ts, UserId};
use std::time::Instant;
use store::{Store, Vault, search::*};
use uuid::Uuid;

fn case(mint: &dyn Mint, n: u32, serial: i64) -> Case {
    let now = Ts(1_795_485_600_000 + i64::from(n));
    let phone = format!("138{:08}", n % 100_000_000);
    let id = kernel::OrderId(mint.uuid(now));
    let order: Order = Order {
        id,
        case_no: kernel::case_no("990100", Date::constant(2026, 11, 24), "01", serial as u32),
        query_code_hash: format!("{n:032}"),
        state: OrderState::PendingDispatch,
        round: 1,
        version: 1,
        channel: Channel::Phone,
        demand_type: DemandType::Complaint,
        category: format!("{:02}0{}00", n % 20 + 1, n % 9 + 1),
        urgency: Urgency::U3,
        title: "城关区中华北路路灯不亮影响出行".into(),
        content: format!(
            "市民反映，城关区中华北路{}号门前路灯已经三天不亮，晚上行人和车辆出行很不安全，曾向社区反映但没有结果。希望有关部门尽快安排人员维修，并告知处理结果。来电人表示可以随时电话联系。",
            n
        ),
        wish: Some("尽快维修".into()),
        tags: vec![],
        region: "990102003000".into(),
        address: Some(format!("中华北路{n}号")),
        lng: None,
        lat: None,
        occurred_at: Some(now),
        requester: Requester {
            name: Some("张小明".into()),
            phone: Some(phone.clone()),
            contact_phone: Some(phone),
            address: Some("某小区".into()),
            ..Requester::default()
        },
        anonymous: false,
        confidentiality: Confidentiality::None,
        publishable: None,
        no_reply_wanted: false,
        callback_wanted: true,
        callback_preferred_at: None,
        respondent: None,
        accused_org: None,
        affected_count: 1,
        flags: Flags::default(),
        call_id: None,
        previous_order: None,
        src_sys: None,
        src_no: None,
        suggested_org: None,
        lead_org: None,
        registered_by: Some(kernel::UserId(uuid::Uuid::from_u128(5))),
        registered_org: kernel::OrgId(uuid::Uuid::from_u128(6)),
        claimed_by: None,
        claimed_until: None,
        registered_at: now,
        dispatched_at: None,
        due_at: Some(now.plus_hours(4)),
        warn_at: Some(now.plus_hours(2)),
        tracking_until: None,
        closed_at: None,
        archived_at: None,
        updated_at: now,
        reply: None,
        reply_at: None,
        reply_channel: None,
        result: None,
        reject_reason: None,
        redirect_target: None,
        contacted: None,
        solved: None,
        rating: None,
        exempt: None,
        merged_into: None,
        parent: None,
        event: None,
        return_n: 0,
        ext_n: 0,
        urge_n: 0,
        send_back_n: 0,
        supervise_n: 0,
        flow_seq: 0,
        flow_hash: String::new(),
    };
    let clock = Clock {
        id: kernel::ClockId(mint.uuid(now)),
        order_id: id,
        task_id: None,
        kind: ClockKind::Dispatch,
        round: 1,
        unit: kernel::Unit::WorkHour,
        qty: 4,
        start_at: now,
        due_at: now.plus_hours(4),
        warn_at: now.plus_hours(2),
        paused_at: None,
        pause_reason: None,
        paused_total: 0,
        stop_at: None,
        outcome: ClockOutcome::Open,
        basis: "sla.dispatch".into(),
        arithmetic: vec![],
        light: Light::Green,
        version: 1,
    };
    Case {
        order,
        tasks: vec![],
        clocks: vec![clock],
        requests: vec![],
        contacts: vec![],
        callbacks: vec![],
        links: vec![],
    }
}

const DAY: i64 = 86_400_000;
const NOW: i64 = 1_795_485_600_000;
fn org(n: u128) -> OrgId {
    OrgId(Uuid::from_u128(1000 + n))
}

fn varied(mint: &dyn Mint, n: u32, of: u32) -> Case {
    let mut c = case(mint, n, i64::from(n));
    let at = Ts(NOW - 730 * DAY + 730 * DAY / i64::from(of) * i64::from(n));
    let o = &mut c.order;
    o.case_no = kernel::case_no("990100", at.date(), "01", n);
    o.registered_at = at;
    o.updated_at = at;
    o.region = format!("99010{}003000", n % 9);
    if n % 7 == 0 {
        o.title = "夜间施工噪声扰民".into();
    }
    let recent = of - n < of / 100;
    // skewed: department 1 has a third, department 300 nearly nothing
    let dept = {
        let r = (n.wrapping_mul(2654435761)) % 1000;
        if r < 330 {
            1
        } else if r == 999 && n % 50 == 0 {
            300
        } else {
            2 + r % 250
        }
    };
    if n % 10 != 0 {
        o.dispatched_at = Some(at.plus_hours(1));
        o.lead_org = Some(org(u128::from(dept)));
        o.state = if recent { OrderState::Handling } else { OrderState::Closed };
        o.due_at = Some(at.plus_days(5));
        o.warn_at = Some(at.plus_days(4));
    } else {
        o.state = if recent { OrderState::PendingDispatch } else { OrderState::DirectClosed };
    }
    if !recent {
        o.closed_at = Some(at.plus_days(3));
        o.updated_at = at.plus_days(3);
        o.due_at = None;
        o.warn_at = None;
    }
    o.urgency = if n % 50 == 0 { Urgency::U1 } else { Urgency::U3 };
    let (oid, due, warn, open) = (o.id, o.due_at, o.warn_at, recent);
    c.clocks[0].order_id = oid;
    if !open {
        c.clocks[0].outcome = ClockOutcome::OnTime;
    }
    if let Some(org) = o.lead_org {
        c.tasks.push(Task {
            id: kernel::TaskId(mint.uuid(at)),
            order_id: oid,
            org,
            role: TaskRole::Lead,
            round: 1,
            state: if open { TaskState::Working } else { TaskState::Accepted },
            version: 1,
            parent: None,
            handler: None,
            advice: None,
            dispatched_by: None,
            dispatched_at: at,
            signed_at: None,
            submitted_at: None,
            ended_at: None,
            due_at: due,
            warn_at: warn,
            claim_true: None,
            beyond_duty: None,
            result: None,
            unsolved_reason: None,
            handling_note: None,
            public_reply: None,
            legal_basis: None,
            unit_opinion: None,
            defect: None,
            send_back_n: 0,
        });
    }
    c
}

#[tokio::main]
async fn main() {
    let url = std::env::args().nth(1).unwrap();
    let total: u32 = std::env::args().nth(2).unwrap().parse().unwrap();
    let explain = std::env::args().nth(3).is_some();
    let db = Db::open(&url, OpenOptions::default()).await.unwrap();
    let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&Secret::new([7; 32]))));
    store.migrate().await.unwrap();
    let t = Instant::now();
    let have = store::bulk::last_no(&store.db).await.unwrap();
    let mut n = have as u32;
    while n < total {
        let upto = (n + 2000).min(total);
        let cases: Vec<_> = (n..upto).map(|i| (varied(&SystemMint, i, total), vec![])).collect();
        let rows = store::bulk::rows(&store.vault, store.db.dialect(), i64::from(n) + 1, &cases);
        let mut tx = store.db.begin().await.unwrap();
        store::bulk::write(&mut tx, rows).await.unwrap();
        tx.commit().await.unwrap();
        n = upto;
    }
    if have < i64::from(total) {
        store::bulk::finish(&store.db).await.unwrap();
    }
    println!("{total} orders in {:.0?}", t.elapsed());
    let d = OrderFilter::default;
    let text = |t: &str| Some(t.to_owned());
    let by = |by, desc| Sort { by, desc };
    let newest = Sort::default();
    let qs: Vec<(&str, OrderFilter, Sort)> = vec![
        ("all newest", d(), newest),
        ("phone", OrderFilter { phone: text(&format!("138{:08}", total / 2)), ..d() }, newest),
        ("case_no", OrderFilter { case_no: text("99010020251124010"), ..d() }, newest),
        ("keyword 路灯", OrderFilter { keyword: text("路灯"), ..d() }, newest),
        ("keyword rare", OrderFilter { keyword: text("噪声扰民"), ..d() }, newest),
        ("handling by due", OrderFilter { states: vec![OrderState::Handling], ..d() }, by(SortBy::DueAt, false)),
        ("red by due", OrderFilter { lights: vec![Light::Red], ..d() }, by(SortBy::DueAt, false)),
        ("queue dispatch urgency", OrderFilter { queue: Some(Queue::Dispatch), ..d() }, by(SortBy::Urgency, false)),
        ("lead closed", OrderFilter { lead_orgs: vec![org(77)], states: vec![OrderState::Closed], ..d() }, newest),
        (
            "lead 1 closed month",
            OrderFilter {
                lead_orgs: vec![org(1)],
                states: vec![OrderState::Closed],
                closed: Period { from: Some(Ts(NOW - 400 * DAY)), until: Some(Ts(NOW - 370 * DAY)) },
                ..d()
            },
            newest,
        ),
        (
            "month",
            OrderFilter {
                registered: Period { from: Some(Ts(NOW - 60 * DAY)), until: Some(Ts(NOW - 30 * DAY)) },
                ..d()
            },
            newest,
        ),
        (
            "category+region",
            OrderFilter { categories: vec!["0301".into()], regions: vec!["990104".into()], ..d() },
            newest,
        ),
        ("state closed", OrderFilter { states: vec![OrderState::Closed], ..d() }, newest),
        ("updated", d(), by(SortBy::UpdatedAt, true)),
        ("urgent u1", OrderFilter { urgencies: vec![Urgency::U1], ..d() }, newest),
        (
            "rated dissat (none)",
            OrderFilter {
                ratings: vec![domain::callback::Rating::Dissat],
                registered: Period { from: Some(Ts(NOW - 60 * DAY)), until: None },
                ..d()
            },
            newest,
        ),
    ];
    let many: Vec<OrgId> = (2..62).map(org).collect();
    let scopes: Vec<(&str, ScopeFilter)> = [
        ("all", Reach::All),
        ("big", Reach::Orgs(vec![org(1)])),
        ("mid", Reach::Orgs(vec![org(77)])),
        ("tiny", Reach::Orgs(vec![org(300)])),
        ("60", Reach::Orgs(many.clone())),
        ("region", Reach::Region { prefix: "990104".into(), orgs: many }),
    ]
    .into_iter()
    .map(|(n, reach)| (n, ScopeFilter { user: UserId(Uuid::from_u128(9)), reach, sealed: Sealed::Hidden }))
    .collect();
    println!("{:28} {}", "", scopes.iter().map(|s| format!("{:>20}", s.0)).collect::<String>());
    for (name, f, sort) in &qs {
        let mut line = format!("{name:28}");
        for (sname, scope) in &scopes {
            let mut best = (f64::MAX, 0, f64::MAX, 0);
            for _ in 0..2 {
                let t = Instant::now();
                let p = orders(&store, f, scope, *sort, &Page::first(20), Ts(NOW)).await.unwrap();
                let a = t.elapsed().as_secs_f64() * 1e3;
                let t = Instant::now();
                let c = count_orders(&store, f, scope, Ts(NOW)).await.unwrap();
                let b = t.elapsed().as_secs_f64() * 1e3;
                if a + b < best.0 + best.2 {
                    best = (a, p.lines.len(), b, c.n);
                }
            }
            line += &format!("{:>20}", format!("{:.1}({}) {:.1}({})", best.0, best.1, best.2, best.3));
            if explain && best.0 > 40.0 {
                let built = explainable(&store, f, scope, *sort, Ts(NOW)).await.unwrap().unwrap();
                eprintln!(
                    "== {name} {sname}\n{}\n{}",
                    built.sql.text(store.db.dialect()),
                    store::bulk::plan(&store.db, &built).await.unwrap().join("\n")
                );
            }
        }
        println!("{line}");
    }
    for (sname, scope) in &scopes {
        let t = Instant::now();
        queues(&store.db, scope, Ts(NOW)).await.unwrap();
        let a = t.elapsed();
        let t = Instant::now();
        store::stats::work(&store.db, scope, Ts(NOW)).await.unwrap();
        let b = t.elapsed();
        let t = Instant::now();
        store::stats::flow(&store.db, scope, Ts(NOW - DAY), Ts(NOW), Ts(NOW)).await.unwrap();
        println!("{sname}: queues {a:.1?} work {b:.1?} flow {:.1?}", t.elapsed());
    }
    for org_n in [1u128, 77] {
        let f = store::task::TaskFilter { orgs: vec![org(org_n)], ..Default::default() };
        let t = Instant::now();
        store::task::list(&store, &f, store::task::TaskTab::Todo, &Page::first(20)).await.unwrap();
        let a = t.elapsed();
        let t = Instant::now();
        store::task::list(&store, &f, store::task::TaskTab::Done, &Page::first(20)).await.unwrap();
        let b = t.elapsed();
        let t = Instant::now();
        let c = store::task::count(&store, &f).await.unwrap();
        println!("task org {org_n}: todo {a:.1?} done {b:.1?} count {:.1?} {c:?}", t.elapsed());
    }
    let t = Instant::now();
    let p = store::duplicate::Probe {
        phones: vec!["13800100000".into()],
        category: Some("030100".into()),
        region: "990104".into(),
        tokens: kernel::query_tokens("路灯不亮影响"),
        address: text("中华北路100号"),
        ..Default::default()
    };
    let c = store::duplicate::candidates(&store, &p, Ts(NOW - 365 * DAY), 50).await.unwrap();
    println!("duplicates {} {:.1?}", c.len(), t.elapsed());
    let t = Instant::now();
    let c = store::clock::due_for_light(&store.db, Ts(NOW), 500).await.unwrap();
    println!("lights {} {:.1?}", c.len(), t.elapsed());
}
