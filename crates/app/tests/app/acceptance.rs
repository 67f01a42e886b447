//! Acceptance tests of the domain rules by number, through the use cases, on both engines. 01 is the calendar's own
//! (kernel), 02 and 04 stand in `time` and `walk`, 19 in the store, 23 in `supervise`.

use app::Error;
use app::order::{order_command, order_register, order_view};
use db::Db;
use domain::authority::Role;
use domain::callback::{CallbackMode, Contacted, Rating, Solved};
use domain::directory::OrgKind;
use domain::evidence::EvidenceLine;
use domain::order::{CallbackForm, CoHandler, Command, Confidentiality, DemandType, OrderState};
use kernel::{OrderId, RequestId, TaskId};

use crate::town::{Town, complaint};
use crate::walk::{dispatch, give, handled, submitted};

async fn refused(town: &Town, who: &str, id: OrderId, cmd: Command) -> String {
    let now = store::order::load_order(&town.app.store.db, &town.app.store.vault, id).await.unwrap().unwrap();
    let e: Error = order_command(&town.app, &town.ctx(who), id, now.version, cmd).await.unwrap_err();
    let refusal = e.refusal().unwrap_or_else(|| panic!("{e}"));
    let field = refusal.fields.first().map(|f| f.field.clone());
    field.unwrap_or_else(|| refusal.code.to_string())
}

pub fn decide(request: RequestId, approve: bool, designate: bool) -> Command {
    Command::Decide { request, approve, opinion: Some("已审核".to_owned()), designate }
}

pub fn give_back(task: TaskId) -> Command {
    Command::ReturnApply {
        task,
        reason_code: "01".to_owned(),
        reason: "不属于本单位职责范围".to_owned(),
        basis: Some("三定规定第三条".to_owned()),
        suggested_org: None,
        disputed: Some(EvidenceLine::Basis),
    }
}

fn extend(task: TaskId) -> Command {
    Command::ExtensionApply {
        task,
        reason_code: "01".to_owned(),
        reason: "需要委托检测鉴定".to_owned(),
        basis: None,
        days: 3,
    }
}

pub fn rated(rating: Rating, solved: Solved) -> CallbackForm {
    CallbackForm {
        mode: CallbackMode::Phone,
        reached: true,
        unreached_reason: None,
        contacted: Some(Contacted::Yes),
        solved: Some(solved),
        process_rating: Some(rating),
        rating: Some(rating),
        dissatisfy_reasons: if rating == Rating::Dissat { vec!["02".to_owned()] } else { Vec::new() },
        opinion: Some("夜间仍然不亮".to_owned()),
        unreasonable: false,
        give_up: false,
    }
}

/// Sent to the water company and started there.
pub async fn at_water(town: &Town, phone: &str) -> (OrderId, TaskId) {
    let id = submitted(town, phone).await;
    let task = give(town, "dispatcher", id, dispatch(town, "water")).await.tasks[0].id;
    give(town, "water_admin", id, Command::Sign { task }).await;
    give(town, "water_admin", id, Command::Start { task }).await;
    (id, task)
}

testkit::both_engines! {
    async fn acceptance_03_a_consultation_closes_in_one_step_without_a_task(db: Db) {
        let town = Town::build(db).await;
        let mut form = complaint("13812345678");
        form.demand_type = Some(DemandType::Consult);
        let id = order_register(&town.app, &town.ctx("agent"), form).await.unwrap().id;
        let reply = || Command::DirectReply { reply: "请携带身份证到街道便民服务中心办理。".to_owned(), kb_id: None };
        let view = give(&town, "agent", id, reply()).await;
        assert_eq!((view.line.state, view.tasks.len()), (OrderState::DirectClosed, 0));
        assert!(view.clocks.iter().all(|c| c.stop_at.is_some()));
        let other = order_register(&town.app, &town.ctx("agent"), complaint("13812345679")).await.unwrap().id;
        assert_eq!(refused(&town, "agent", other, reply()).await, "not_simple", "a complaint is not answered at the desk");
    }

    async fn acceptance_05_a_return_renews_the_units_time_never_the_promise(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let view = give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let promise = view.line.due_at;
        let view = give(&town, "housing_admin", id, give_back(view.tasks[0].id)).await;
        town.pass(24);
        let view = give(&town, "dispatcher", id, decide(view.requests[0].id, true, false)).await;
        assert_eq!(view.tasks[0].state.code(), "returned", "left out of assessment");
        let view = give(&town, "dispatcher", id, dispatch(&town, "water")).await;
        assert_eq!(view.line.due_at, promise);
        assert!(view.tasks[1].due_at > promise, "a full fresh time of its own");
        let view = give(&town, "water_admin", id, give_back(view.tasks[1].id)).await;
        give(&town, "dispatcher", id, decide(view.requests[1].id, true, false)).await;
        give(&town, "leader", id, decide(view.requests[1].id, true, false)).await;
        let conclusion = "经会商由住建单位主办".to_owned();
        give(&town, "leader", id, Command::ConsultConclude { lead: town.org("housing"), co: Vec::new(), conclusion, rule: None }).await;
        let view = give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let third = view.tasks.last().unwrap().id;
        assert_eq!(refused(&town, "housing_admin", id, give_back(third)).await, "designated");
    }

    async fn acceptance_06_an_extension_is_asked_once_and_before_the_due_moment(db: Db) {
        let town = Town::build(db).await;
        let (id, task) = at_water(&town, "13812345678").await;
        let view = give(&town, "water_admin", id, extend(task)).await;
        give(&town, "water_boss", id, decide(view.requests[0].id, true, false)).await;
        let view = give(&town, "supervisor", id, decide(view.requests[0].id, true, false)).await;
        assert_eq!(view.line.ext_n, 1);
        assert_eq!(refused(&town, "water_admin", id, extend(task)).await, "ext_max");
        let (late, task) = at_water(&town, "13812345679").await;
        town.pass(24 * 30);
        assert_eq!(refused(&town, "water_admin", late, extend(task)).await, "overdue");
    }

    async fn acceptance_07_the_lead_waits_for_the_co_handler_or_its_due_moment(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let co = vec![CoHandler { org: town.org("housing"), question: Some("请确认管养单位".to_owned()) }];
        let plan = Command::Dispatch { lead: town.org("water"), co, advice: None, due_at: None, urgency: None };
        let view = give(&town, "dispatcher", id, plan).await;
        let lead = view.tasks.iter().find(|t| t.role.code() == "lead").unwrap().id;
        let helper = view.tasks.iter().find(|t| t.role.code() == "co").unwrap();
        assert!(helper.due_at < view.tasks[0].due_at, "its own clock, before the lead's");
        give(&town, "water_admin", id, Command::Sign { task: lead }).await;
        give(&town, "water_admin", id, Command::Start { task: lead }).await;
        let form = crate::walk::handling();
        assert_eq!(refused(&town, "water_admin", id, Command::SubmitUnit { task: lead, form: form.clone() }).await, "co_open");
        give(&town, "housing_admin", id, Command::Sign { task: helper.id }).await;
        let handler = Some(town.user("housing_handler"));
        give(&town, "housing_admin", id, Command::Assign { task: helper.id, handler, org: None, advice: None }).await;
        give(&town, "housing_handler", id, Command::Start { task: helper.id }).await;
        let reply = "该路段由供水单位管养。".to_owned();
        give(&town, "housing_handler", id, Command::CoReply { task: helper.id, reply, unable_reason: None }).await;
        assert_eq!(refused(&town, "water_admin", id, Command::SubmitUnit { task: lead, form }).await, "no_contact", "the gate is open");
    }

    async fn acceptance_08_a_second_round_satisfies_and_both_ratings_are_kept(db: Db) {
        let town = Town::build(db).await;
        let (id, task) = at_water(&town, "13812345678").await;
        handled(&town, id, task).await;
        let view = give(&town, "callback", id, Command::Callback(rated(Rating::Dissat, Solved::Unsolved))).await;
        let view = give(&town, "leader", id, decide(view.requests.last().unwrap().id, true, false)).await;
        assert_eq!((view.line.state, view.line.round), (OrderState::Handling, 2));
        let again = view.tasks.last().unwrap().id;
        give(&town, "water_admin", id, Command::Sign { task: again }).await;
        give(&town, "water_admin", id, Command::Start { task: again }).await;
        handled(&town, id, again).await;
        let view = give(&town, "callback", id, Command::Callback(rated(Rating::Sat, Solved::Solved))).await;
        let kept: Vec<_> = view.callbacks.iter().map(|c| (c.round, c.rating)).collect();
        assert_eq!(kept, [(1, Some(Rating::Dissat)), (2, Some(Rating::Sat))]);
        assert_eq!(view.line.state, OrderState::Closed);
    }

    async fn acceptance_09_merging_is_one_deep_without_circles_and_can_be_undone(db: Db) {
        let town = Town::build(db).await;
        let mut made = Vec::new();
        for _ in 0..3 {
            made.push(submitted(&town, "13812345678").await);
            town.pass(1);
        }
        let into = |target| Command::Merge { into: target, reason: "同一人同一事项".to_owned() };
        give(&town, "dispatcher", made[1], into(made[0])).await;
        assert_eq!(refused(&town, "dispatcher", made[2], into(made[1])).await, "merge_depth");
        assert_eq!(refused(&town, "dispatcher", made[0], into(made[2])).await, "merge_root");
        let view = give(&town, "leader", made[1], Command::Unmerge { reason: "并错了工单".to_owned() }).await;
        assert_eq!((view.line.state, view.merged_into), (OrderState::PendingDispatch, None));
        let root = order_view(&town.app, &town.ctx("leader"), made[0]).await.unwrap();
        assert!(root.links.is_empty(), "the link ended with it");
    }

    async fn acceptance_10_a_report_is_kept_from_the_accused_and_the_handler_sees_no_name(db: Db) {
        let town = Town::build(db).await;
        let mut form = complaint("13812345678");
        form.demand_type = Some(DemandType::Report);
        form.confidentiality = Some(Confidentiality::KeepSecret);
        form.accused_org = Some(town.org("housing"));
        let id = order_register(&town.app, &town.ctx("agent"), form).await.unwrap().id;
        give(&town, "agent", id, Command::Submit { urgency: None, suggested_org: None }).await;
        assert_eq!(refused(&town, "dispatcher", id, dispatch(&town, "housing")).await, "lead");
        let task = give(&town, "dispatcher", id, dispatch(&town, "water")).await.tasks[0].id;
        give(&town, "water_admin", id, Command::Sign { task }).await;
        let seen = order_view(&town.app, &town.ctx("water_admin"), id).await.unwrap();
        assert!(seen.masks.identity);
        assert_ne!(seen.requester.name.as_deref(), Some("王晓明"));
        assert_ne!(seen.requester.phone.as_deref(), Some("13812345678"));
        assert!(order_view(&town.app, &town.ctx("housing_admin"), id).await.is_err(), "the accused does not know of it");
    }

    async fn acceptance_18_an_administrator_sees_no_matter_and_business_no_administration(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        assert!(order_view(&town.app, &town.ctx("sysadmin"), id).await.is_err());
        assert!(app::admin::category::category_list(&town.app, &town.ctx("leader")).await.is_err());
        assert!(app::admin::category::category_list(&town.app, &town.ctx("sysadmin")).await.is_ok());
        let mut both = town.people["sysadmin"].clone();
        both.roles.insert(Role::Auditadmin);
        assert!(domain::authority::check_grant(&both.roles, OrgKind::Center).is_err(), "never both");
    }
}
