//! 平台对接: what two platforms tell each other of a matter while it is handled.

use app::attachment::{attachment_add, attachment_list};
use app::citizen::matter_view;
use app::order::{order_flow, order_view};
use app::partner::{Envelope, say, take};
use app::view::AttachmentForm;
use db::Db;
use domain::attachment::Purpose;
use domain::contact::{ContactResult, ContactWay};
use domain::order::{Channel, CoHandler, Command, OrderState, Origin, RegisterForm, TransferTarget};
use domain::partner::{ExtState, LinkState, PartnerKind, Word, held_back};
use kernel::crypto::sm2::Sm2Key;
use kernel::{Clock, OrderId, SeqMint, Ts};

use crate::partners::{FAR, NEAR, Two, code, ctx_there};
use crate::town::{complaint, ctx_of};
use crate::walk::{dispatch, give, handling, satisfied, submitted, submitted_as};

/// An order of ours that they have in hand.
async fn taken(two: &Two) -> (OrderId, OrderId) {
    let id = submitted(&two.near, "13812345678").await;
    two.offer(id).await.unwrap();
    assert_eq!(two.over().await, [0]);
    let there = two.there(id).await;
    give(&two.far, "dispatcher", there, dispatch(&two.far, "housing")).await;
    assert_eq!(two.back().await, [0, 0]);
    (id, there)
}

fn handed_down(limit: Ts) -> RegisterForm {
    let origin =
        Origin {
            source: Some("国家信访局".to_owned()), limit_at: Some(Ts::end_of(limit.date())), ..Origin::default()
        };
    RegisterForm { channel: Some(Channel::Superior), origin, ..complaint("13812345678") }
}

/// What was said of the matter, oldest first.
async fn kinds(two: &Two, id: OrderId) -> Vec<String> {
    let link = two.link(id).await.id;
    let all = store::partner::messages_of(&two.near.app.store.db, &two.near.app.store.vault, link).await.unwrap();
    all.into_iter().map(|m| m.kind).collect()
}

/// From dispatched to answered there, with papers of two purposes.
async fn answer_there(two: &Two, there: OrderId) {
    let far = &two.far;
    let tasks = order_view(&two.away, &ctx_there(two), there).await.unwrap().tasks;
    let task = tasks[0].id;
    for co in tasks.iter().skip(1).map(|t| t.id) {
        give(far, "water_admin", there, Command::Sign { task: co }).await;
        let handler = Some(far.user("water_admin"));
        give(far, "water_admin", there, Command::Assign { task: co, handler, org: None, advice: None }).await;
        give(far, "water_admin", there, Command::Start { task: co }).await;
        let reply =
            Command::CoReply { task: co, reply: "管线完好，无需处理。".to_owned(), unable_reason: None };
        give(far, "water_admin", there, reply).await;
    }
    give(far, "housing_admin", there, Command::Sign { task }).await;
    let handler = Some(far.user("housing_handler"));
    give(far, "housing_admin", there, Command::Assign { task, handler, org: None, advice: None }).await;
    give(far, "housing_handler", there, Command::Start { task }).await;
    let (way, result) = (ContactWay::Phone, ContactResult::Reached);
    let contact = Command::Contact { task, at: far.clock.now(), way, result, note: None };
    give(far, "housing_handler", there, contact).await;
    for (purpose, name) in [(Purpose::Reply, "修复现场.txt"), (Purpose::Handle, "内部派工单.txt")] {
        let form = AttachmentForm { purpose, name: name.to_owned() };
        let handler = ctx_of(&two.away, far.ctx("housing_handler").by);
        attachment_add(&two.away, &handler, there, &form, name.as_bytes().to_vec()).await.unwrap();
    }
    give(far, "housing_handler", there, Command::SubmitUnit { task, form: handling() }).await;
    give(far, "housing_boss", there, Command::UnitApprove { task, opinion: None }).await;
    give(far, "auditor", there, Command::CenterAccept { opinion: None, reply: None }).await;
    let reply =
        Command::UnifiedReply { channel: "phone".to_owned(), reply: "您好，泉水路路灯已修复。".to_owned() };
    give(far, "reply", there, reply).await;
}

testkit::both_engines! {
    async fn who_has_it_and_until_when_is_told_step_by_step(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let id = submitted(&two.near, "13812345678").await;
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let there = two.there(id).await;
        let lead = Command::Dispatch {
            lead: two.far.org("housing"),
            co: vec![CoHandler { org: two.far.org("water"), question: Some("请核实管线".to_owned()) }],
            advice: None,
            due_at: None,
            urgency: None,
        };
        give(&two.far, "dispatcher", there, lead).await;
        assert_eq!(two.back().await, [0, 0]);
        let (link, due) = (two.link(id).await, two.order_there(there).await.due_at);
        let housing = two.away.world().directory.org_name(two.far.org("housing")).to_owned();
        let water = two.away.world().directory.org_name(two.far.org("water")).to_owned();
        assert_eq!((link.progress.lead.as_deref(), link.progress.due), (Some(housing.as_str()), due));
        assert_eq!(link.progress.co, [water]);

        let app = &two.near.app;
        let flow = order_flow(app, &two.near.ctx("dispatcher"), id).await.unwrap();
        let told = flow.iter().find(|l| l.action == "partner_dispatch").expect("it stands in the record");
        assert!(told.action_cn == "对方平台派单" && told.fields_cn.iter().any(|f| f.value.contains(&housing)), "{told:?}");
        let page = matter_view(app, &app.world(), id, false).await.unwrap().unwrap();
        assert!(page.holder.unwrap().name.contains(&housing), "the citizen sees who has it");
        assert_eq!(page.due.map(|d| d.at), due);
        assert!(page.course.iter().any(|n| n.text.contains("已确定承办单位")));
        let head = order_view(app, &two.near.ctx("dispatcher"), id).await.unwrap().elsewhere.unwrap();
        assert!(head.held.unwrap().contains(&housing) && !head.waiting);

        answer_there(&two, there).await;
        two.back().await;
        give(&two.far, "callback", there, Command::Callback(satisfied())).await;
        two.back().await;
        let link = two.link(id).await;
        assert_eq!(link.state, LinkState::Closed);
        assert_eq!(link.progress.callback_cn().unwrap(), "已联系，已解决，满意");
        let kinds = kinds(&two, id).await;
        let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
        let all = ["wo.create", "wo.sign", "wo.dispatch", "wo.reply", "wo.file", "wo.callback", "wo.close"];
        assert_eq!(kinds, all, "each step by itself, in order");
        assert!(two.back().await.is_empty());
    }

    async fn an_older_step_takes_nothing_back(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let (id, there) = taken(&two).await;
        let partner = store::partner::partner_by_code(&two.away.store.db, &two.away.store.vault, NEAR).await.unwrap().unwrap();
        let key = Sm2Key::parse(&partner.our_secret).unwrap();
        let (seen, no) = (two.link(id).await.seen, two.order_there(there).await.src_no.unwrap());
        let said = async |msg: &str, kind: &str, ver: i64| {
            let body = serde_json::json!({ "src_no": no, "ver": ver, "lead_org": { "name": "别的单位" } }).to_string();
            let e = Envelope::seal(&key, msg, kind, (FAR, NEAR), &body, &SeqMint::seeded(8), two.near.clock.now());
            take::take(&two.near.app, "10.0.0.2", "t", &serde_json::to_string(&e).unwrap()).await
        };
        for kind in ["wo.dispatch", "wo.callback"] {
            let old = said(&format!("old-{kind}"), kind, seen).await;
            assert!(old.code == 4004 && old.msg.contains("ver"), "{old:?}");
        }
        assert_ne!(two.link(id).await.progress.lead.as_deref(), Some("别的单位"));
        assert_eq!(said("newer-step", "wo.dispatch", seen + 1).await.code, 0);
        assert_eq!(two.link(id).await.progress.lead.as_deref(), Some("别的单位"));
        // Before it is taken there is nobody to be called back.
        let waiting = submitted(&two.near, "13812345679").await;
        two.offer(waiting).await.unwrap();
        let no = two.near.app.store.clone();
        let no = store::order::load_order(&no.db, &no.vault, waiting).await.unwrap().unwrap().case_no;
        let body = serde_json::json!({ "src_no": no, "ver": 1, "callback": { "rating": "sat" } }).to_string();
        let e = Envelope::seal(&key, "early-callback", "wo.callback", (FAR, NEAR), &body, &SeqMint::seeded(8), two.near.clock.now());
        let early = take::take(&two.near.app, "10.0.0.2", "t", &serde_json::to_string(&e).unwrap()).await;
        assert!(early.code == 4004 && early.msg.contains("尚未受理"), "{early:?}");
    }

    async fn evidence_comes_back_with_the_answer_once(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let (id, there) = taken(&two).await;
        answer_there(&two, there).await;
        assert_eq!(two.back().await, [0, 0], "the answer and what belongs to it");
        let list = attachment_list(&two.near.app, &two.near.ctx("dispatcher"), id).await.unwrap();
        let seen: Vec<_> = list.iter().map(|a| (a.purpose, a.name.as_str(), a.by_name.as_str())).collect();
        assert_eq!(seen, [(Purpose::Reply, "修复现场.txt", "880100平台")], "papers among units stay with them");
        assert!(list[0].may_open && !list[0].may_withdraw);

        // The same content in another message is the one that is there.
        let form = AttachmentForm { purpose: Purpose::Reply, name: "又一份.txt".to_owned() };
        let same = "修复现场.txt".as_bytes().to_vec();
        let reply = ctx_of(&two.away, two.far.ctx("reply").by);
        attachment_add(&two.away, &reply, there, &form, same).await.unwrap();
        give(&two.far, "callback", there, Command::Callback(satisfied())).await;
        two.back().await;
        assert_eq!(attachment_list(&two.near.app, &two.near.ctx("dispatcher"), id).await.unwrap().len(), 1);
    }

    async fn a_granted_extension_moves_the_clock_of_whoever_handles_it(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let (id, there) = taken(&two).await;
        let before = two.order_there(there).await.due_at.unwrap();
        let later = before.plus_days(7);
        two.ask_for_time(there, Some(later)).await.unwrap();
        assert_eq!(two.back().await, [0]);
        two.say(id, Word::ExtendRefuse, "请按期办结").await.unwrap();
        assert_eq!(two.over().await, [0]);
        assert_eq!(two.order_there(there).await.due_at, Some(before), "refused leaves it");

        two.ask_for_time(there, Some(later)).await.unwrap();
        assert_eq!(two.back().await, [0]);
        two.say(id, Word::ExtendGrant, "同意延期").await.unwrap();
        assert_eq!(two.over().await, [0]);
        let view = order_view(&two.away, &ctx_there(&two), there).await.unwrap();
        let clock = view.clocks.iter().find(|c| c.kind_cn == "工单办理").unwrap();
        assert_eq!((clock.due_at, view.line.due_at), (later, Some(later)));
        let said = clock.sentences.last().unwrap();
        assert!(said.contains("990100平台同意延期") && said.contains(&before.format_cn()), "{said}");
        let own = view.clocks.iter().find(|c| c.kind_cn == "任务办理").unwrap();
        assert!(own.due_at > before && own.due_at <= later, "the unit gets as much: {}", own.due_at.format_cn());
        let flow = order_flow(&two.away, &ctx_there(&two), there).await.unwrap();
        let line = flow.iter().find(|l| l.action == "extension_approved").unwrap();
        assert_eq!((line.due_before, line.due_after), (Some(before), Some(later)));
        for link in [two.link(id).await, two.link_there(there).await] {
            assert_eq!((link.ext, link.progress.ext_from, link.ext_until), (Some(ExtState::Granted), Some(before), Some(later)));
        }
        assert_eq!(two.back().await, [0], "the new date is told");
        assert_eq!(two.link(id).await.progress.due, Some(later));
    }

    async fn an_extension_of_what_was_merged_frees_the_order_that_answers_for_it(db: Db) {
        let two = Two::between(db, PartnerKind::Lower, PartnerKind::Upper).await;
        let root = submitted(&two.far, "13812345678").await;
        give(&two.far, "dispatcher", root, dispatch(&two.far, "housing")).await;
        let own = two.order_there(root).await.due_at.unwrap();
        let (limit, later) = (own.plus_days(-8), own.plus_days(-5));
        let id = submitted_as(&two.near, handed_down(limit)).await;
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let there = two.there(id).await;
        let into = Command::Merge { into: root, reason: "同一人反映同一事项".to_owned() };
        give(&two.far, "dispatcher", there, into).await;
        let bound = two.order_there(root).await;
        assert_eq!((bound.due_at, bound.merged_limit_at), (Some(limit), Some(limit)), "the superior's date came along");

        // Above, the superior of the superior gave more time meanwhile.
        let form = Some(Box::new(handed_down(own)));
        let amend = Command::Amend { reason: "上级同意延期".to_owned(), form, supplement: None, limit_at: None };
        give(&two.near, "agent", id, amend).await;
        two.back().await;
        two.ask_for_time(there, Some(later)).await.unwrap();
        two.back().await;
        two.say(id, Word::ExtendGrant, "同意延期").await.unwrap();
        two.over().await;
        let freed = two.order_there(root).await;
        assert_eq!((freed.due_at, freed.merged_limit_at), (Some(later), Some(later)));
        let flow = order_flow(&two.away, &ctx_there(&two), root).await.unwrap();
        let line = flow.iter().find(|l| l.action == "extension_approved").unwrap();
        assert_eq!((line.due_before, line.due_after), (Some(limit), Some(later)));
    }

    async fn what_waits_for_an_answer_is_grey_with_the_reason(db: Db) {
        let two = Two::new(db, PartnerKind::Water).await;
        let id = submitted(&two.near, "13812345678").await;
        two.offer(id).await.unwrap();
        let due: Ts = two.link(id).await.due_at.unwrap();
        assert_eq!(due, two.near.clock.now().plus_minutes(30), "pipes and wires answer within half an hour");
        let view = order_view(&two.near.app, &two.near.ctx("dispatcher"), id).await.unwrap();
        let held: Vec<_> = view.allowed.iter().filter(|a| held_back(&a.action)).collect();
        assert!(held.iter().any(|a| a.action == "dispatch") && held.len() > 1, "{held:?}");
        for button in held {
            assert!(!button.enabled && button.reason.as_deref().unwrap().contains("等待对方受理"), "{button:?}");
        }
        assert!(view.elsewhere.is_some_and(|e| e.waiting && e.may_cancel));
        assert_eq!(two.over().await, [0]);
        assert_eq!(kinds(&two, id).await, ["wo.create"]);
        let there = two.there(id).await;
        let away = Command::TransferOut { target: TransferTarget::Power, receipt: "电话告知".to_owned(), reason: None };
        give(&two.far, "dispatcher", there, away).await;
        assert_eq!(two.back().await, [0]);
        assert_eq!(code(two.offer(id).await.unwrap_err()), "first_receiver");
        let view = order_view(&two.near.app, &two.near.ctx("dispatcher"), id).await.unwrap();
        assert!(view.allowed.iter().any(|a| a.action == "dispatch" && a.enabled));
        give(&two.near, "dispatcher", id, dispatch(&two.near, "housing")).await;
        assert_eq!(two.state(id).await, OrderState::Dispatched);
        // The rest of what it says is for them alone.
        assert!(say::due(&two.near.app).await.unwrap().is_empty());
    }
}
