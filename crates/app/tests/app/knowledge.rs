//! 知识库 on both engines: written and confirmed by the department, audited by the centre, found as one types, quoted,
//! corrected, reviewed, retired.

use std::sync::Arc;

use app::appraisal::appraisal;
use app::citizen::CoreDesk;
use app::knowledge::{
    article_act, article_counts, article_create, article_list, article_use, article_view, citations, fix_answer,
    fix_list, fix_raise, health_view, propose, search, search_note,
};
use app::order::order_register;
use app::reconcile;
use app::view::{
    ActForm, AppraisalQuery, ArticleNew, ArticleQuery, ArticleView, FixAnswer, FixQuery, KnowledgeQuery, ProposeForm,
    SearchNote, UseForm,
};
use citizen::Desk;
use db::Db;
use domain::indicator::Rate;
use domain::knowledge::{ArticleAct, ArticleText, Change, FixForm, FixKind, FixState};
use domain::light::Light;
use domain::order::{Command, DemandType, RegisterForm};

use crate::town::{Town, complaint};
use crate::walk::{give, submitted};

fn text(town: &Town, title: &str, body: &str) -> ArticleText {
    ArticleText {
        title: title.to_owned(),
        body: body.to_owned(),
        inner: "群众情绪激动时先安抚。".to_owned(),
        category: "020300".to_owned(),
        area: String::new(),
        keywords: "照明 报修".to_owned(),
        basis: "城市照明管理规定第二十条".to_owned(),
        public: true,
        valid_from: town.app.now().plus_days(-1),
        valid_to: None,
    }
}

const BODY: &str = "路灯不亮可以报修，报修后48小时内修复。请提供灯杆编号。";

async fn written(town: &Town, who: &str, text: ArticleText) -> ArticleView {
    let owner = town.people[who].org;
    article_create(&town.app, &town.ctx(who), &ArticleNew { owner, text }).await.unwrap()
}

async fn acted(town: &Town, who: &str, a: &ArticleView, command: ArticleAct) -> app::Result<ArticleView> {
    article_act(&town.app, &town.ctx(who), a.id, &ActForm { version: a.version, command }).await
}

fn opinion() -> String {
    "核对无误".to_owned()
}

async fn published(town: &Town, text: ArticleText) -> ArticleView {
    let a = written(town, "housing_admin", text).await;
    released(town, a).await
}

async fn released(town: &Town, a: ArticleView) -> ArticleView {
    let a = acted(town, "housing_admin", &a, ArticleAct::Submit).await.unwrap();
    let a = acted(town, "housing_boss", &a, ArticleAct::Confirm { opinion: opinion() }).await.unwrap();
    acted(town, "kb_auditor", &a, ArticleAct::Publish { opinion: opinion() }).await.unwrap()
}

async fn titles(town: &Town, q: &str) -> Vec<String> {
    let query = KnowledgeQuery { q: Some(q.to_owned()), ..KnowledgeQuery::default() };
    let hits = search(&town.app, &town.ctx("agent"), &query).await.unwrap();
    hits.iter().map(|h| h.title.iter().map(|p| p.text.as_str()).collect()).collect()
}

fn refused(done: app::Result<ArticleView>) -> String {
    done.unwrap_err().refusal().expect("a refusal").message.clone()
}

/// A question, which may be answered straight away.
async fn asked(town: &Town, ctx: &app::Ctx) -> kernel::OrderId {
    let form = RegisterForm { demand_type: Some(DemandType::Consult), ..complaint("13812345678") };
    order_register(&town.app, ctx, form).await.unwrap().id
}

fn acts(a: &ArticleView) -> Vec<&str> {
    a.allowed.iter().map(|c| c.code.as_str()).collect()
}

testkit::both_engines! {
    async fn an_article_passes_department_and_centre_before_anybody_finds_it(db: Db) {
        let town = Town::build(db).await;
        let a = written(&town, "housing_admin", text(&town, "路灯坏了怎么报修", BODY)).await;
        assert!(titles(&town, "路灯").await.is_empty(), "a draft is not found");
        assert!(article_view(&town.app, &town.ctx("agent"), a.id).await.is_err(), "nor read");
        let a = acted(&town, "housing_admin", &a, ArticleAct::Submit).await.unwrap();
        let own = acted(&town, "housing_admin", &a, ArticleAct::Confirm { opinion: opinion() }).await;
        assert!(refused(own).contains("不能确认自己撰写"));
        let other = acted(&town, "water_boss", &a, ArticleAct::Confirm { opinion: opinion() }).await;
        assert!(refused(other).contains("housing单位"));
        let a = acted(&town, "housing_boss", &a, ArticleAct::Confirm { opinion: opinion() }).await.unwrap();
        assert!(refused(acted(&town, "housing_boss", &a, ArticleAct::Publish { opinion: opinion() }).await).contains("审核知识"));
        let back = acted(&town, "kb_auditor", &a, ArticleAct::SendBack { opinion: "请写明报修电话".to_owned() }).await.unwrap();
        assert_eq!(back.revisions[0].returned.as_ref().unwrap().opinion, "请写明报修电话");
        let mut better = text(&town, "路灯坏了怎么报修", BODY);
        better.body.push_str("报修电话96069。");
        let a = acted(&town, "housing_admin", &back, ArticleAct::Save { text: better, note: String::new() }).await.unwrap();
        let a = released(&town, a).await;
        assert_eq!((a.current_no, a.state_cn.as_str(), a.review_light), (Some(1), "已发布", Light::Green));
        assert_eq!(titles(&town, "路灯 报修").await, ["路灯坏了怎么报修"]);
        let counts = article_counts(&town.app, &town.ctx("kb_auditor")).await.unwrap();
        assert_eq!((counts["published"], counts["draft"]), (1, 0));
        let stale = article_act(&town.app, &town.ctx("housing_admin"), a.id, &ActForm { version: 1, command: ArticleAct::Submit }).await;
        assert!(stale.is_err(), "an old version is refused");
        let elsewhere = article_list(&town.app, &town.ctx("water_admin"), &ArticleQuery::default()).await.unwrap();
        assert!(elsewhere.items.is_empty(), "another department keeps its own");
    }

    async fn words_category_place_and_date_find_it_and_mark_why(db: Db) {
        let town = Town::build(db).await;
        published(&town, text(&town, "路灯坏了怎么报修", BODY)).await;
        let mut here = text(&town, "鼓角街道临时停水公告查询", "停水信息在水务网站查询，也可拨打热线，路灯不受影响。");
        here.keywords = String::new();
        here.area = "990101001000".to_owned();
        here.valid_to = Some(town.app.now().plus_days(10));
        published(&town, here).await;
        assert_eq!(titles(&town, "路灯").await, ["路灯坏了怎么报修", "鼓角街道临时停水公告查询"], "the title counts more than the text");
        assert_eq!(titles(&town, "照明").await, ["路灯坏了怎么报修"], "keywords are found");
        assert!(titles(&town, "情绪激动").await.is_empty(), "话务口径 is not");
        let ctx = town.ctx("agent");
        let of = async |q: KnowledgeQuery| search(&town.app, &ctx, &q).await.unwrap().len();
        assert_eq!(of(KnowledgeQuery::default()).await, 2);
        assert_eq!(of(KnowledgeQuery { org: Some(town.org("water")), ..KnowledgeQuery::default() }).await, 0);
        assert_eq!(of(KnowledgeQuery { category: Some("02".to_owned()), ..KnowledgeQuery::default() }).await, 2);
        assert_eq!(of(KnowledgeQuery { category: Some("0301".to_owned()), ..KnowledgeQuery::default() }).await, 0);
        assert_eq!(of(KnowledgeQuery { area: Some("990101001000".to_owned()), ..KnowledgeQuery::default() }).await, 2);
        let later = Some(town.app.now().plus_days(20));
        assert_eq!(of(KnowledgeQuery { on: later, ..KnowledgeQuery::default() }).await, 1, "no longer valid then");
        let query = KnowledgeQuery { q: Some("报修".to_owned()), ..KnowledgeQuery::default() };
        let hits = search(&town.app, &ctx, &query).await.unwrap();
        assert!(hits[0].snippet.iter().any(|p| p.hit && p.text == "报修"), "{:?}", hits[0].snippet);
        let form = ProposeForm { content: "我家门口的路灯坏了好几天".to_owned(), category: Some("020300".to_owned()), region: None };
        let proposed = propose(&town.app, &ctx, &form).await.unwrap();
        assert_eq!(proposed[0].title[0].text.chars().next(), Some('路'), "{proposed:?}");
        let nothing = ProposeForm { content: "感谢工作人员".to_owned(), ..ProposeForm::default() };
        assert!(propose(&town.app, &ctx, &nothing).await.unwrap().is_empty());
        town.pass(24 * 11);
        let round = reconcile::run_once(&town.app).await.unwrap().unwrap();
        assert_eq!(round.knowledge, 1, "what is over is retired");
        assert_eq!(titles(&town, "停水").await, Vec::<String>::new());
    }

    async fn a_correction_leads_to_a_new_version_whose_difference_shows(db: Db) {
        let town = Town::build(db).await;
        let a = published(&town, text(&town, "路灯坏了怎么报修", BODY)).await;
        let form = FixForm { kind: FixKind::Outdated, text: "现在规定是24小时内修复".to_owned(), order: None };
        let fix = fix_raise(&town.app, &town.ctx("agent"), a.id, &form).await.unwrap();
        assert_eq!((fix.light, fix.state, fix.answerable), (Light::Green, FixState::Open, false));
        let open = fix_list(&town.app, &town.ctx("housing_admin"), &FixQuery::default()).await.unwrap().items;
        assert!(open[0].answerable && open[0].id == fix.id);
        assert!(fix_list(&town.app, &town.ctx("water_admin"), &FixQuery::default()).await.unwrap().items.is_empty());
        town.pass(24 * 8);
        let late = fix_list(&town.app, &town.ctx("agent"), &FixQuery::default()).await.unwrap().items;
        assert_eq!(late[0].light, Light::Red, "the raiser sees the lamp");
        assert_eq!(reconcile::run_once(&town.app).await.unwrap().unwrap().knowledge, 1, "the owner is told once");
        assert_eq!(reconcile::run_once(&town.app).await.unwrap().unwrap().knowledge, 0);
        let version = fix_list(&town.app, &town.ctx("housing_admin"), &FixQuery::default()).await.unwrap().items[0].version;
        let yes = FixAnswer { version, accept: true, text: String::new() };
        assert!(fix_answer(&town.app, &town.ctx("water_admin"), fix.id, &yes).await.is_err());
        let yes = fix_answer(&town.app, &town.ctx("housing_admin"), fix.id, &yes).await.unwrap();
        assert_eq!(yes.state, FixState::Revising);
        let a = article_view(&town.app, &town.ctx("housing_admin"), a.id).await.unwrap();
        let next = ArticleAct::Save { text: text(&town, "路灯坏了怎么报修", &BODY.replace("48", "24")), note: "按新规定".to_owned() };
        let a = acted(&town, "housing_admin", &a, next).await.unwrap();
        assert_eq!((a.current_no, a.revisions[0].no), (Some(1), 2), "the old version holds meanwhile");
        let a = released(&town, a).await;
        let changes = &a.revisions[0].changes;
        assert_eq!(changes[0].label, "答复内容");
        let of = |c: Change| changes[0].parts.iter().filter(|p| p.change == c).map(|p| p.text.as_str()).collect::<String>();
        assert_eq!((of(Change::Removed), of(Change::Added)), ("48".to_owned(), "24".to_owned()));
        assert_eq!(a.fixes[0].state, FixState::Fixed, "the new version settles it");
        let told = app::notification::notification_list(&town.app, &town.ctx("agent"), true, None, None).await.unwrap();
        assert!(told.items.iter().any(|n| n.body.contains("第2版已发布")), "{:?}", told.items);
    }

    async fn uses_searches_and_age_show_in_its_health(db: Db) {
        let town = Town::build(db).await;
        let a = published(&town, text(&town, "路灯坏了怎么报修", BODY)).await;
        let order = submitted(&town, "13812345678").await;
        let form = UseForm { order, revision: 1 };
        article_use(&town.app, &town.ctx("agent"), a.id, &form).await.unwrap();
        article_use(&town.app, &town.ctx("agent"), a.id, &form).await.unwrap();
        assert!(article_use(&town.app, &town.ctx("agent"), a.id, &UseForm { order, revision: 2 }).await.is_err());
        let told = citations(&town.app, &town.ctx("dispatcher"), order).await.unwrap();
        assert_eq!((told.len(), told[0].title.as_str(), told[0].current), (1, "路灯坏了怎么报修", Some(1)));
        assert!(citations(&town.app, &town.ctx("water_admin"), order).await.is_err(), "not this unit's matter");
        let mint = &*town.app.mint;
        let looked = |text: &str, hits, opened| SearchNote { id: mint.uuid(town.app.now()), text: text.to_owned(), hits, opened };
        for note in [looked("犬只登记 13812345678", 0, None), looked("犬只登记 13812345678", 0, None), looked("路灯", 1, Some(a.id))] {
            search_note(&town.app, &town.ctx("agent"), &note).await.unwrap();
        }
        let health = health_view(&town.app, &town.ctx("kb_auditor")).await.unwrap();
        assert_eq!((health.articles[0].uses, health.articles[0].reopened), (1, 0), "once per order");
        assert_eq!((health.gaps.len(), health.gaps[0].n, health.gaps[0].nothing), (1, 2, 2));
        assert!(!health.gaps[0].text.contains("13812345678"), "{}", health.gaps[0].text);
        town.pass(24 * 170);
        assert_eq!(reconcile::run_once(&town.app).await.unwrap().unwrap().knowledge, 1, "the review is announced");
        town.pass(24 * 15);
        let health = health_view(&town.app, &town.ctx("housing_boss")).await.unwrap();
        let flags: Vec<&str> = health.articles[0].flags.iter().map(|f| f.code.as_str()).collect();
        assert_eq!((flags, health.owners[0].overdue), (vec!["overdue", "unused"], 1));
        let a = article_view(&town.app, &town.ctx("housing_boss"), a.id).await.unwrap();
        assert_eq!(acts(&a), ["review", "retire"]);
        let a = acted(&town, "housing_boss", &a, ArticleAct::Review { opinion: String::new() }).await.unwrap();
        assert_eq!(a.review_light, Light::Green);
        let a = acted(&town, "housing_boss", &a, ArticleAct::Retire { opinion: "规定已废止".to_owned() }).await.unwrap();
        assert_eq!((a.state_cn.as_str(), acts(&a).len()), ("已下架", 0));
        assert!(titles(&town, "路灯").await.is_empty());
    }

    async fn reviews_in_time_late_and_undone_are_told_with_both_parts(db: Db) {
        let town = Town::build(db).await;
        let review = || ArticleAct::Review { opinion: String::new() };
        let mut all = Vec::new();
        for n in 0..4 {
            all.push(published(&town, text(&town, &format!("第{n}类路灯坏了怎么报修"), BODY)).await);
        }
        let fresh = async |who: &str| {
            let h = health_view(&town.app, &town.ctx(who)).await.unwrap();
            (h.fresh, h.owners.first().map(|o| o.fresh))
        };
        assert_eq!(fresh("kb_auditor").await.0, Rate::share(0, 0), "nothing was due");
        town.pass(24 * 175);
        acted(&town, "housing_boss", &all[0], review()).await.unwrap();
        acted(&town, "housing_boss", &all[3], ArticleAct::Retire { opinion: "规定已废止".to_owned() }).await.unwrap();
        town.pass(24 * 10);
        let told = fresh("kb_auditor").await;
        assert_eq!(told, (Rate::share(1, 3), Some(Rate::share(1, 3))), "one in time, two waiting, one retired before");
        let late = article_view(&town.app, &town.ctx("housing_boss"), all[1].id).await.unwrap();
        acted(&town, "housing_boss", &late, review()).await.unwrap();
        assert_eq!(fresh("kb_auditor").await, told, "done after its date is not in time");
        assert_eq!(fresh("water_boss").await, (Rate::share(0, 0), None), "another unit's");
        let query = AppraisalQuery::default();
        let seen = appraisal(&town.app, &town.ctx("supervisor"), &query).await.unwrap();
        let housing = seen.rows.iter().find(|r| r.org.id == town.org("housing")).unwrap();
        assert_eq!((housing.rates.kb_fresh, seen.total_rates.kb_fresh), (Rate::share(1, 3), Rate::share(1, 3)));
        let water = appraisal(&town.app, &town.ctx("water_boss"), &query).await.unwrap();
        assert_eq!(water.total_rates.kb_fresh, Rate::share(0, 0), "a unit sees its own");
        town.pass(24 * 60);
        let seen = appraisal(&town.app, &town.ctx("supervisor"), &query).await.unwrap();
        assert_eq!(seen.total.kb_due, 0, "they count where they came due");
    }

    async fn citizens_read_what_is_public_and_nothing_else(db: Db) {
        let town = Town::build(db).await;
        let desk = CoreDesk { app: Arc::clone(&town.app) };
        let open = published(&town, text(&town, "路灯坏了怎么报修", BODY)).await;
        let mut inner = text(&town, "路灯投诉内部处理口径", "内部：路灯投诉先查工程台账，再答复。");
        inner.public = false;
        let closed = published(&town, inner).await;
        let page = desk.knowledge("路灯", "", 0).await.unwrap();
        assert_eq!((page.total, page.items[0].plain_title().as_str()), (1, "路灯坏了怎么报修"));
        assert!(page.items[0].title.iter().any(|(t, hit)| *hit && t == "路灯"));
        let read = desk.article(&open.id.to_string()).await.unwrap().unwrap();
        assert!(read.body.contains("48小时") && read.by == "housing单位");
        assert!(desk.article(&closed.id.to_string()).await.unwrap().is_none());
        assert!(desk.article("../etc").await.unwrap().is_none());
        assert_eq!(desk.knowledge("不存在的事", "", 0).await.unwrap().total, 0);
        let health = health_view(&town.app, &town.ctx("kb_auditor")).await.unwrap();
        assert_eq!(health.gaps[0].text, "不存在的事", "what citizens miss is a gap too");
    }

    async fn an_answer_given_straight_away_names_its_article(db: Db) {
        let town = Town::build(db).await;
        let a = published(&town, text(&town, "路灯坏了怎么报修", BODY)).await;
        let ctx = town.ctx("agent");
        let order = asked(&town, &ctx).await;
        let reply = Command::DirectReply { reply: BODY.to_owned(), kb_id: Some(a.id.to_string()) };
        let view = give(&town, "agent", order, reply).await;
        assert_eq!(view.line.state.code(), "direct_closed");
        article_use(&town.app, &town.ctx("agent"), a.id, &UseForm { order, revision: 1 }).await.unwrap();
    }
}
