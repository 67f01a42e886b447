//! 派单目录, 派单依据卡 and 待我审批 on both engines.

use app::approval::{approval_counts, approval_list};
use app::catalogue::{catalogue_end, catalogue_history, catalogue_list, catalogue_preview, catalogue_put};
use app::intake::dispatch_suggest;
use app::order::{order_command, order_preview, order_view};
use app::view::{ApprovalQuery, CatalogueQuery, RuleChange, RuleEnd, RulePreview, RuleView, SuggestForm};
use app::{Error, reconcile};
use db::Db;
use domain::catalogue::RuleForm;
use domain::evidence::EvidenceLine;
use domain::order::{Command, OrderState, RulingRule};
use domain::request::RequestKind;
use kernel::{OrderId, OrgId, RequestId};

use crate::town::{Town, morning};
use crate::walk::{dispatch, give, submitted};

const TOWN: &str = "990101001000";

async fn rules(town: &Town, standing: &str) -> Vec<RuleView> {
    let query = CatalogueQuery { standing: Some(standing.to_owned()), ..CatalogueQuery::default() };
    catalogue_list(&town.app, &town.ctx("dispatcher"), &query).await.unwrap().items
}

fn rule(region: &str, lead: OrgId) -> RuleForm {
    RuleForm {
        category: "020300".to_owned(),
        region: region.to_owned(),
        lead,
        co: Vec::new(),
        legal_basis: "城市照明管理规定第五条".to_owned(),
        valid_from: None,
        valid_to: None,
    }
}

fn change(replaces: Option<i64>, rule: RuleForm) -> RuleChange {
    RuleChange { replaces, rule, reason: "职能调整，路灯移交供水集团".to_owned() }
}

async fn first_proposal(town: &Town) -> app::view::SuggestionView {
    let form = SuggestForm { category: "020300".to_owned(), region: TOWN.to_owned(), content: None };
    dispatch_suggest(&town.app, &town.ctx("dispatcher"), &form).await.unwrap().remove(0)
}

fn code(e: Error) -> String {
    e.refusal().unwrap_or_else(|| panic!("{e}")).code.to_string()
}

async fn give_back(town: &Town, who: &str, id: OrderId, to: &str, line: EvidenceLine) -> RequestId {
    let task = order_view(&town.app, &town.ctx("dispatcher"), id).await.unwrap();
    let task = task.tasks.iter().rev().find(|t| t.ended_at.is_none()).unwrap().id;
    let cmd = Command::ReturnApply {
        task,
        reason_code: "01".to_owned(),
        reason: "该路段路灯不由本单位管养".to_owned(),
        basis: Some("三定规定第三条".to_owned()),
        suggested_org: Some(town.org(to)),
        disputed: Some(line),
    };
    let view = give(town, who, id, cmd).await;
    view.requests.last().unwrap().id
}

fn yes(request: RequestId) -> Command {
    Command::Decide { request, approve: true, opinion: Some("情况属实".to_owned()), designate: false }
}

async fn waiting(town: &Town, who: &str) -> Vec<RequestKind> {
    let page = approval_list(&town.app, &town.ctx(who), &ApprovalQuery::default()).await.unwrap();
    page.items.iter().map(|l| l.request.kind).collect()
}

testkit::both_engines! {
    async fn a_new_version_is_previewed_against_last_months_orders_and_then_leads(db: Db) {
        let town = Town::build(db).await;
        for n in 0..3 {
            let id = submitted(&town, &format!("1381234560{n}")).await;
            let lead = if n == 0 { "water" } else { "housing" };
            give(&town, "dispatcher", id, dispatch(&town, lead)).await;
        }
        town.pass(1);
        let old = rules(&town, "current").await.remove(0);
        assert_eq!((old.revision, old.region_cn.as_str(), old.made_by_name.as_deref()), (1, "全市", None));
        let proposal = first_proposal(&town).await;
        assert_eq!(proposal.rule.map(|r| r.id), Some(old.id), "the proposal says which rule it rests on");

        let form = rule("", town.org("water"));
        let ask = RulePreview { replaces: Some(old.id), rule: Some(form.clone()), days: None };
        let effect = catalogue_preview(&town.app, &town.ctx("dispatcher"), &ask).await.unwrap();
        assert_eq!((effect.looked_at, effect.moved, effect.days), (3, 3, 30));
        let shift = &effect.shifts[0];
        assert_eq!((shift.from.as_ref().unwrap().id, shift.to.as_ref().unwrap().id), (town.org("housing"), town.org("water")));
        assert_eq!((shift.n, shift.already, shift.orders.len()), (3, 1, 3));
        assert_eq!(rules(&town, "all").await.len(), 1, "a preview saves nothing");

        let new = catalogue_put(&town.app, &town.ctx("dispatcher"), &change(Some(old.id), form.clone())).await.unwrap();
        assert_eq!((new.revision, new.series, new.standing.as_str()), (2, old.id, "current"));
        assert_eq!(first_proposal(&town).await.lead.id, town.org("water"));
        let versions = catalogue_history(&town.app, &town.ctx("auditor"), new.id).await.unwrap();
        assert_eq!(versions.iter().map(|r| (r.revision, r.standing.as_str())).collect::<Vec<_>>(), [(2, "current"), (1, "ended")]);
        assert_eq!(versions[0].made_by_name.as_deref(), Some("姓dispatcher"));
        assert!(versions[0].reason.contains("职能调整"));
        // Whoever still has the old version on screen does not undo what came after it.
        let late = catalogue_put(&town.app, &town.ctx("leader"), &change(Some(old.id), form.clone())).await.unwrap_err();
        assert_eq!(code(late), "invalid");
        let bare = RuleEnd { at: None, reason: "试".to_owned() };
        assert_eq!(code(catalogue_end(&town.app, &town.ctx("leader"), new.id, &bare).await.unwrap_err()), "invalid");
        let over = RuleEnd { at: None, reason: "不再由目录规定".to_owned() };
        catalogue_end(&town.app, &town.ctx("leader"), new.id, &over).await.unwrap();
        assert_eq!(first_proposal(&town).await.lead.id, town.org("district"), "then the place decides");
        for who in ["housing_admin", "sysadmin"] {
            let refused = catalogue_put(&town.app, &town.ctx(who), &change(None, form.clone())).await.unwrap_err();
            assert_eq!(code(refused), "forbidden", "{who}");
        }
        let unknown = change(None, rule("990199000000", town.org("water")));
        assert_eq!(code(catalogue_put(&town.app, &town.ctx("leader"), &unknown).await.unwrap_err()), "invalid");
    }

    async fn the_second_return_is_talked_over_and_the_ruling_enters_the_catalogue(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let view = give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let promise = view.line.due_at;
        let card = view.tasks[0].evidence.as_ref().unwrap();
        assert!(card.follows && card.rule.is_some() && card.precedents.is_empty());
        let lines: Vec<_> = card.lines.iter().map(|l| l.code).collect();
        assert_eq!(lines, [EvidenceLine::Rule, EvidenceLine::Basis, EvidenceLine::Area, EvidenceLine::Matter]);
        town.pass(2);
        let first = give_back(&town, "housing_admin", id, "water", EvidenceLine::Rule).await;
        let seen = order_view(&town.app, &town.ctx("dispatcher"), id).await.unwrap();
        assert_eq!(seen.requests[0].disputed, Some(EvidenceLine::Rule));
        let preview = order_preview(&town.app, &town.ctx("dispatcher"), id, yes(first)).await.unwrap();
        assert!(preview.sentences.iter().any(|s| s.contains("不变")), "{:?}", preview.sentences);
        town.pass(1);
        give(&town, "dispatcher", id, yes(first)).await;
        town.pass(1);
        give(&town, "dispatcher", id, dispatch(&town, "water")).await;
        let second = give_back(&town, "water_admin", id, "housing", EvidenceLine::Basis).await;
        give(&town, "dispatcher", id, yes(second)).await;
        let view = give(&town, "leader", id, yes(second)).await;
        assert_eq!((view.line.state, view.line.return_n), (OrderState::Consulting, 2));
        let conclude = |region: &str| Command::ConsultConclude {
            lead: town.org("water"),
            co: Vec::new(),
            conclusion: "该路段移交供水集团管养，由其主办".to_owned(),
            rule: Some(RulingRule { region: region.to_owned(), legal_basis: "会商纪要第1号".to_owned() }),
        };
        let elsewhere = order_command(&town.app, &town.ctx("leader"), id, view.line.version, conclude("990199000000")).await;
        assert_eq!(code(elsewhere.unwrap_err()), "invalid");
        give(&town, "leader", id, conclude(TOWN)).await;
        let ruled = rules(&town, "current").await.into_iter().find(|r| r.region == TOWN).unwrap();
        assert_eq!((ruled.lead.id, ruled.ruling, ruled.revision), (town.org("water"), Some(id), 1));
        town.app.refresh().await.unwrap();
        assert_eq!(first_proposal(&town).await.lead.id, town.org("water"), "the next order of the kind goes there at once");
        let view = give(&town, "dispatcher", id, dispatch(&town, "water")).await;
        assert_eq!(view.line.due_at, promise, "the promise to the citizen never moved");
        let lost = view.bounce.unwrap();
        assert_eq!(lost.legs.iter().map(|l| (l.org.id, l.lost_ms / 3_600_000)).collect::<Vec<_>>(), [(town.org("housing"), 4), (town.org("water"), 0)]);
        assert_eq!(lost.total_cn, "4小时");
        let own = view.clocks.iter().rev().find(|c| c.kind.code() == "task").unwrap();
        assert_eq!(own.start_at, morning().plus_hours(4), "the unit's own clock starts with its own dispatch");
    }

    async fn requests_wait_for_whom_they_concern_and_climb_when_nobody_decides(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let request = give_back(&town, "housing_admin", id, "water", EvidenceLine::Area).await;
        assert_eq!(waiting(&town, "dispatcher").await, [RequestKind::Return]);
        for who in ["leader", "supervisor", "housing_boss", "water_boss"] {
            assert_eq!(waiting(&town, who).await, [], "{who}");
        }
        let mine = ApprovalQuery { applied: true, ..ApprovalQuery::default() };
        let own = approval_list(&town.app, &town.ctx("housing_admin"), &mine).await.unwrap().items;
        assert_eq!((own.len(), own[0].request.light.code()), (1, "green"));
        assert!(approval_list(&town.app, &town.ctx("agent"), &ApprovalQuery::default()).await.is_err());
        reconcile::run_once(&town.app).await.unwrap();
        assert_eq!(waiting(&town, "dispatcher").await, [RequestKind::Return]);
        town.pass(24 * 2);
        assert_eq!(reconcile::run_once(&town.app).await.unwrap().unwrap().escalated, 1);
        assert_eq!(reconcile::run_once(&town.app).await.unwrap().unwrap().escalated, 0);
        assert_eq!(waiting(&town, "dispatcher").await, []);
        let counts = approval_counts(&town.app, &town.ctx("leader"), &ApprovalQuery::default()).await.unwrap();
        assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("return".to_owned(), 1)]);
        let view = give(&town, "leader", id, yes(request)).await;
        assert_eq!((view.line.state, view.requests[0].escalated_n), (OrderState::PendingDispatch, 1));
        assert_eq!(waiting(&town, "leader").await, []);
    }
}
