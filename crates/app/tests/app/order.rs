//! Commands, their refusals, masks and lists.

use app::intake::{caller_history, deadline_preview, dispatch_suggest, duplicate_check};
use app::order::{order_command, order_list, order_preview, order_register, order_reveal, order_view};
use app::queue::queue_list;
use app::task::{task_counts, task_list};
use app::view::{DeadlineForm, DuplicateForm, DuplicateVerdict, OrderQuery, RevealForm, SuggestForm, TaskQuery};
use app::{Error, Idempotency};
use db::Db;
use domain::evidence::EvidenceLine;
use domain::order::{Command, Confidentiality, DemandType, OrderState, SplitPart, Urgency};
use domain::request::RequestKind;
use kernel::RefusalKind;

use crate::town::{Town, complaint};
use crate::walk::{dispatch, give, submitted};

fn kind(e: &Error) -> RefusalKind {
    e.refusal().unwrap_or_else(|| panic!("{e}")).status_hint
}

fn reveal(fields: &[&str], reason: &str) -> RevealForm {
    RevealForm { fields: fields.iter().map(|f| (*f).to_owned()).collect(), reason: reason.to_owned() }
}

testkit::both_engines! {
    async fn of_two_commands_on_one_version_only_one_wins(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let version = order_view(&town.app, &town.ctx("leader"), id).await.unwrap().line.version;
        let ctx = town.ctx("dispatcher");
        let (a, b) = tokio::join!(
            order_command(&town.app, &ctx, id, version, dispatch(&town, "housing")),
            order_command(&town.app, &ctx, id, version, dispatch(&town, "water")),
        );
        let lost = match (a, b) {
            (Ok(_), Err(e)) | (Err(e), Ok(_)) => e,
            (a, b) => panic!("{} {}", a.is_ok(), b.is_ok()),
        };
        assert_eq!(kind(&lost), RefusalKind::Stale);
    }

    async fn a_repeated_request_registers_once(db: Db) {
        let town = Town::build(db).await;
        let key = |body: &str| Some(Idempotency { key: "k1".to_owned(), fingerprint: town.app.fingerprint("POST /orders", body.as_bytes()) });
        let ctx = app::Ctx { idempotency: key("a"), ..town.ctx("agent") };
        let first = order_register(&town.app, &ctx, complaint("13812345678")).await.unwrap();
        let again = order_register(&town.app, &ctx, complaint("13812345678")).await.unwrap();
        assert_eq!((first.id, &first.query_code), (again.id, &again.query_code));
        let other = app::Ctx { idempotency: key("b"), ..town.ctx("agent") };
        let refused = order_register(&town.app, &other, complaint("13812345678")).await.unwrap_err();
        assert_eq!(refused.refusal().unwrap().code, "idempotency_conflict");
    }

    async fn a_refused_form_names_every_fault_and_uses_no_number(db: Db) {
        let town = Town::build(db).await;
        let mut form = complaint("13812345678");
        form.content = "短".to_owned();
        form.category = "999999".to_owned();
        let refused = order_register(&town.app, &town.ctx("agent"), form).await.unwrap_err();
        let fields: Vec<_> = refused.refusal().unwrap().fields.iter().map(|f| f.field.clone()).collect();
        assert!(fields.contains(&"content".to_owned()) && fields.contains(&"category".to_owned()), "{fields:?}");
        let made = order_register(&town.app, &town.ctx("agent"), complaint("13812345678")).await.unwrap();
        assert_eq!(&made.case_no[16..22], "000001");
    }

    async fn personal_data_is_shown_only_with_a_reason_and_not_without_end(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let view = order_view(&town.app, &town.ctx("dispatcher"), id).await.unwrap();
        assert_eq!(view.requester.phone.as_deref(), Some("138****5678"));
        assert!(view.masks.revealable);
        let ctx = town.ctx("dispatcher");
        let refused = order_reveal(&town.app, &ctx, id, &reveal(&["pii.basic"], "")).await.unwrap_err();
        assert_eq!(refused.refusal().unwrap().fields[0].field, "reason");
        for _ in 0..20 {
            let plain = order_reveal(&town.app, &ctx, id, &reveal(&["pii.basic"], "核实诉求人联系方式")).await.unwrap();
            assert_eq!(plain.requester.phone.as_deref(), Some("13812345678"));
        }
        let refused = order_reveal(&town.app, &ctx, id, &reveal(&["pii.basic"], "核实诉求人联系方式")).await.unwrap_err();
        assert_eq!(kind(&refused), RefusalKind::TooMany);
        town.pass(2);
        assert!(order_reveal(&town.app, &town.ctx("dispatcher"), id, &reveal(&["pii.basic"], "核实诉求人联系方式")).await.is_ok());
        let filter = store::audit::AuditFilter { action: Some("order.reveal".to_owned()), ..Default::default() };
        let page = kernel::Page::first(50);
        let lines = store::audit::list_audit(&town.app.store.db, &filter, &page).await.unwrap();
        assert_eq!(lines.len(), 22, "the refused look is on record too");
    }

    async fn a_confidential_identity_is_kept_from_the_unit_and_its_reading_is_reported(db: Db) {
        let town = Town::build(db).await;
        let mut form = complaint("13812345678");
        form.confidentiality = Some(Confidentiality::KeepSecret);
        let id = order_register(&town.app, &town.ctx("agent"), form).await.unwrap().id;
        give(&town, "agent", id, Command::Submit { urgency: None, suggested_org: None }).await;
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let seen = order_view(&town.app, &town.ctx("housing_admin"), id).await.unwrap();
        assert_eq!((seen.requester.name.as_deref(), seen.requester.phone), (Some("（身份保密）"), None));
        let refused = order_reveal(&town.app, &town.ctx("housing_admin"), id, &reveal(&["identity"], "联系诉求人核实")).await.unwrap_err();
        assert_eq!(kind(&refused), RefusalKind::Forbidden);
        let plain = order_reveal(&town.app, &town.ctx("leader"), id, &reveal(&["identity"], "班长核实举报人身份")).await.unwrap();
        assert_eq!(plain.requester.name.as_deref(), Some("王晓明"));
        let told = app::notification::notification_list(&town.app, &town.ctx("discipline"), true, None, None).await.unwrap();
        assert_eq!(told.items.len(), 1);
    }

    async fn an_order_of_others_does_not_exist(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let hidden = order_view(&town.app, &town.ctx("housing_admin"), id).await.unwrap_err();
        assert_eq!(kind(&hidden), RefusalKind::NotFound);
        let hidden = order_view(&town.app, &town.ctx("sysadmin"), id).await.unwrap_err();
        assert_eq!(kind(&hidden), RefusalKind::NotFound);
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        assert!(order_view(&town.app, &town.ctx("housing_admin"), id).await.is_ok());
        assert!(order_view(&town.app, &town.ctx("water_admin"), id).await.is_err());
    }

    async fn a_preview_tells_what_would_happen_and_does_nothing(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let ctx = town.ctx("dispatcher");
        let seen = order_preview(&town.app, &ctx, id, dispatch(&town, "housing")).await.unwrap();
        assert!(seen.sentences.iter().any(|s| s.contains("启动工单办理时限")), "{:?}", seen.sentences);
        assert_eq!(seen.due_after.unwrap().format_cn(), "2026-12-15 23:59");
        let now = order_view(&town.app, &ctx, id).await.unwrap();
        assert_eq!(now.line.state, OrderState::PendingDispatch);
    }

    async fn lists_find_by_person_words_and_pool_within_the_scope(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        submitted(&town, "13900000001").await;
        let find = async |who: &str, query: OrderQuery| order_list(&town.app, &town.ctx(who), &query).await.unwrap();
        let phone = OrderQuery { phone: Some("13812345678".to_owned()), ..OrderQuery::default() };
        let found = find("dispatcher", phone.clone()).await;
        assert_eq!(found.items.iter().map(|o| o.id).collect::<Vec<_>>(), [id]);
        assert_eq!(found.items[0].phone_masked.as_deref(), Some("138****5678"), "rows are masked for everybody");
        assert_eq!(found.items[0].region_path, "澄湖区鼓角街道");
        assert_eq!(find("housing_admin", phone).await.items.len(), 0);
        let words = OrderQuery { q: Some("路灯".to_owned()), pool: Some("to_dispatch".to_owned()), ..OrderQuery::default() };
        assert_eq!(find("dispatcher", words).await.total, Some(2));
        let page = OrderQuery { limit: Some(1), ..OrderQuery::default() };
        let first = find("leader", page.clone()).await;
        let second = find("leader", OrderQuery { after: first.next.clone(), ..page }).await;
        assert_ne!(first.items[0].id, second.items[0].id);
        let wrong = OrderQuery { state: Some("nowhere".to_owned()), ..OrderQuery::default() };
        let refused = order_list(&town.app, &town.ctx("leader"), &wrong).await.unwrap_err();
        assert_eq!(refused.refusal().unwrap().fields[0].field, "state");
        let pools = queue_list(&town.app, &town.ctx("dispatcher")).await.unwrap();
        assert_eq!(pools.iter().find(|p| p.code == "to_dispatch").unwrap().count, 2);
        assert!(queue_list(&town.app, &town.ctx("sysadmin")).await.unwrap().is_empty());
    }

    async fn a_unit_sees_its_tasks_and_a_handler_the_own_ones(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let view = give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let tab = |name: &str| TaskQuery { tab: Some(name.to_owned()), ..TaskQuery::default() };
        let unit = town.ctx("housing_admin");
        assert_eq!(task_list(&town.app, &unit, &tab("unsigned")).await.unwrap().items.len(), 1);
        assert_eq!(task_counts(&town.app, &unit).await.unwrap()["unsigned"], 1);
        let own = task_list(&town.app, &town.ctx("housing_handler"), &tab("todo")).await.unwrap();
        assert!(own.items.is_empty());
        let task = view.tasks[0].id;
        give(&town, "housing_admin", id, Command::Sign { task }).await;
        let handler = Some(town.user("housing_handler"));
        give(&town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
        let own = task_list(&town.app, &town.ctx("housing_handler"), &tab("todo")).await.unwrap();
        assert_eq!(own.items[0].task.id, task);
        let handlers = app::reference::handler_list(&town.app, &unit, None).await.unwrap();
        let busy = handlers.iter().find(|h| h.name == "姓housing_handler").unwrap();
        assert_eq!(busy.open_tasks, 1);
    }

    async fn the_desk_sees_history_duplicates_deadlines_and_a_proposal(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let ctx = town.ctx("agent");
        let history = caller_history(&town.app, &ctx, "138 1234 5678").await.unwrap();
        assert_eq!((history.counts.open, history.orders[0].id), (1, id));
        let form = DuplicateForm {
            phone: Some("13812345678".to_owned()),
            category: Some("020300".to_owned()),
            region: Some("990101001000".to_owned()),
            address: Some("澄湖区鼓角街道泉水路12号".to_owned()),
            title: Some("路灯不亮".to_owned()),
            content: Some("鼓角街道泉水路路灯已经三天不亮，晚上出行不便".to_owned()),
            ..DuplicateForm::default()
        };
        let found = duplicate_check(&town.app, &ctx, &form).await.unwrap();
        assert_eq!((found[0].order.id, found[0].verdict), (id, DuplicateVerdict::Person));
        assert!(found[0].reasons.iter().any(|r| r.code == "phone"), "{:?}", found[0].reasons);
        let form = DeadlineForm { demand_type: DemandType::Consult, category: None, urgency: Urgency::U3, dispatched_at: None, limit_at: None };
        let preview = deadline_preview(&town.app, &ctx, &form).await.unwrap();
        assert_eq!(preview.handle.due_at.format_cn(), "2026-12-01 23:59");
        assert_eq!(preview.handle.skipped.len(), 2, "one weekend lies between");
        assert_eq!(preview.accept.basis_cn, "签收时限");
        let form = SuggestForm { category: "020300".to_owned(), region: "990101001000".to_owned(), content: None };
        let proposals = dispatch_suggest(&town.app, &ctx, &form).await.unwrap();
        assert_eq!(proposals[0].lead.id, town.org("housing"));
        assert_eq!(proposals[0].co[0].id, town.org("water"));
    }

    async fn the_parts_of_a_split_become_orders_of_their_own(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let part = |title: &str| SplitPart {
            title: title.to_owned(),
            content: format!("{title}，请尽快处理"),
            demand_type: DemandType::Complaint,
            category: "020300".to_owned(),
        };
        let cmd = Command::Split { parts: vec![part("路灯不亮"), part("井盖破损")], reason: "两项诉求".to_owned() };
        let view = give(&town, "dispatcher", id, cmd).await;
        assert_eq!(view.links.len(), 2);
        assert!(view.links.iter().all(|l| kernel::case_no_valid(&l.order.case_no)));
    }

    async fn a_merge_changes_both_orders_together(db: Db) {
        let town = Town::build(db).await;
        let first = submitted(&town, "13812345678").await;
        town.pass(1);
        let second = submitted(&town, "13812345678").await;
        let cmd = Command::Merge { into: first, reason: "同一人同一事项".to_owned() };
        let view = give(&town, "dispatcher", second, cmd).await;
        assert_eq!(view.line.state, OrderState::Merged);
        let into = order_view(&town.app, &town.ctx("leader"), first).await.unwrap();
        assert!(into.content.contains("并入"), "{}", into.content);
        assert_eq!(into.links[0].order.id, second);
        let view = give(&town, "leader", second, Command::Unmerge { reason: "并错了工单".to_owned() }).await;
        assert_eq!(view.line.state, OrderState::PendingDispatch);
    }

    async fn a_return_waits_for_the_dispatcher_with_its_effect_in_words(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let view = give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let cmd = Command::ReturnApply {
            task: view.tasks[0].id,
            reason_code: "01".to_owned(),
            reason: "该路段由供水单位管养".to_owned(),
            basis: Some("三定方案".to_owned()),
            suggested_org: Some(town.org("water")),
            disputed: Some(EvidenceLine::Rule),
        };
        give(&town, "housing_admin", id, cmd).await;
        let seen = order_view(&town.app, &town.ctx("dispatcher"), id).await.unwrap();
        assert_eq!(seen.line.pending, [RequestKind::Return]);
        let request = &seen.requests[0];
        assert!(request.effect_cn.contains("water单位"), "{}", request.effect_cn);
        assert!(seen.allowed.iter().any(|a| a.action == "decide" && a.enabled && a.request == Some(request.id)));
        let cmd = Command::Decide { request: request.id, approve: true, opinion: Some("同意".to_owned()), designate: false };
        let view = give(&town, "dispatcher", id, cmd).await;
        assert_eq!((view.line.state, view.line.return_n), (OrderState::PendingDispatch, 1));
    }
}
