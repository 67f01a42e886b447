//! 平台同步: what one town publishes waits in the other until somebody there takes it.

use app::admin::category::{category_create, category_list, category_update};
use app::knowledge::{article_act, article_create, article_view};
use app::partner::admin::partner_list;
use app::partner::proposal::{ProposalWord, proposal_decide, proposal_list};
use app::partner::say::{self, PartnerSend, Went};
use app::partner::share::{PartnerShares, ShareUntaken, partner_share, partner_share_again, tell_shares};
use app::partner::show::order_partners;
use app::partner::{Envelope, Said, take};
use app::view::{ActForm, ArticleNew, ArticleView, CategoryForm, ProposalView};
use app::{App, Ctx};
use db::Db;
use domain::knowledge::{ArticleAct, ArticleText, Change};
use domain::partner::PartnerKind;
use domain::partner::share::{ChangeKind, ProposalState, Topic};
use kernel::crypto::sm2::Sm2Key;
use kernel::{Clock, SeqMint};

use crate::partners::{FAR, NEAR, Two, code, secadmin};
use crate::town::{Town, ctx_of};
use crate::walk::submitted;

/// Somebody of the far town.
fn there(two: &Two, who: &str) -> Ctx {
    ctx_of(&two.away, two.far.ctx(who).by)
}

async fn chosen(app: &App, ctx: &Ctx, topics: &[Topic]) -> Result<(), app::Error> {
    let partner = partner_list(app, ctx).await.unwrap().partners[0].id;
    let form = PartnerShares { topics: topics.iter().copied().collect() };
    partner_share(app, ctx, partner, &form).await.map(drop)
}

async fn near_publishes(two: &Two, topics: &[Topic]) {
    chosen(&two.near.app, &secadmin(&two.near, &two.near.app), topics).await.unwrap();
    two.told().await;
}

impl Two {
    /// Everything the near town has to publish, carried over.
    async fn told(&self) -> Vec<i64> {
        tell_shares(&self.near.app).await.unwrap();
        let mut all = Vec::new();
        loop {
            let more = self.over().await;
            if more.is_empty() {
                return all;
            }
            all.extend(more);
        }
    }

    /// Everything the near town has to publish, and nobody takes it.
    async fn refused(&self) -> usize {
        tell_shares(&self.near.app).await.unwrap();
        let mut n = 0;
        // One at a time: the next is due when the one before has its answer.
        while let Some(post) = say::due(&self.near.app).await.unwrap().pop() {
            let said = Said { code: 4005, msg: "from：未登记的平台".to_owned(), msg_id: String::new() };
            say::settle(&self.near.app, &post, &Went::Said(said)).await.unwrap();
            n += 1;
        }
        n
    }

    async fn untaken(&self, topic: Topic) -> Option<ShareUntaken> {
        let list = partner_list(&self.near.app, &secadmin(&self.near, &self.near.app)).await.unwrap();
        list.partners[0].shares.iter().find(|s| s.topic == topic).unwrap().untaken.clone()
    }

    async fn again(&self, topic: Topic) -> Result<(), app::Error> {
        let ctx = secadmin(&self.near, &self.near.app);
        let partner = partner_list(&self.near.app, &ctx).await.unwrap().partners[0].id;
        partner_share_again(&self.near.app, &ctx, partner, topic).await.map(drop)
    }

    async fn waiting(&self, who: &str, topic: Topic) -> Vec<ProposalView> {
        proposal_list(&self.away, &there(self, who), topic, true).await.unwrap()
    }
}

fn class(code: &str, name: &str, old: &[&str]) -> CategoryForm {
    CategoryForm {
        code: Some(code.to_owned()),
        name: name.to_owned(),
        parent: None,
        keywords: String::new(),
        active: true,
        dept_duty_only: false,
        mapped_old: Some(old.iter().map(|o| (*o).to_owned()).collect()),
    }
}

fn yes() -> ProposalWord {
    ProposalWord { take: true, opinion: String::new(), codes: None, category: None, owner: None }
}

async fn names(app: &App, ctx: &Ctx) -> Vec<(String, String, bool)> {
    let all = category_list(app, ctx).await.unwrap();
    all.into_iter().map(|c| (c.code, c.name, c.active)).collect()
}

fn text(town: &Town, body: &str) -> ArticleText {
    ArticleText {
        title: "路灯坏了怎么报修".to_owned(),
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

async fn acted(town: &Town, who: &str, a: &ArticleView, command: ArticleAct) -> ArticleView {
    article_act(&town.app, &town.ctx(who), a.id, &ActForm { version: a.version, command }).await.unwrap()
}

/// From the draft to the shelf; what is younger than the last look is a minute older.
async fn released(town: &Town, a: ArticleView) -> ArticleView {
    let word = || "核对无误".to_owned();
    let a = acted(town, "housing_admin", &a, ArticleAct::Submit).await;
    let a = acted(town, "housing_boss", &a, ArticleAct::Confirm { opinion: word() }).await;
    let a = acted(town, "kb_auditor", &a, ArticleAct::Publish { opinion: word() }).await;
    town.clock.set(town.clock.now().plus_millis(10));
    a
}

testkit::both_engines! {
    async fn a_table_of_categories_waits_until_an_administrator_takes_it(db: Db) {
        let two = Two::between(db, PartnerKind::Lower, PartnerKind::Upper).await;
        near_publishes(&two, &[Topic::Dict]).await;
        assert!(two.waiting("sysadmin", Topic::Dict).await.is_empty(), "equal tables ask nobody");
        let near_admin = two.near.ctx("sysadmin");
        let id = submitted(&two.near, "13812345678").await;
        let early = category_create(&two.near.app, &near_admin, class("020400", "道路照明设施", &["020300"])).await;
        assert_eq!(code(early.unwrap_err()), "invalid", "a code in use is not replaced");
        let ended = CategoryForm { active: false, mapped_old: None, ..class("020300", "路灯照明", &[]) };
        category_update(&two.near.app, &near_admin, "020300", ended).await.unwrap();
        category_create(&two.near.app, &near_admin, class("020400", "道路照明设施", &["020300"])).await.unwrap();
        category_update(&two.near.app, &near_admin, "020000", class("020000", "城乡建设管理", &[])).await.unwrap();
        two.near.clock.set(two.near.clock.now().plus_millis(5));
        let before = names(&two.away, &there(&two, "sysadmin")).await;
        assert_eq!(two.told().await, [0]);
        assert!(two.told().await.is_empty(), "told once");
        assert_eq!(names(&two.away, &there(&two, "sysadmin")).await, before, "nothing changes by itself");
        let open = two.waiting("sysadmin", Topic::Dict).await;
        assert_eq!(open.len(), 1, "the later version stands for both");
        let seen: Vec<_> = open[0].changes.iter().map(|c| (c.code.as_str(), c.kind, c.was.as_deref(), c.replaces.len())).collect();
        assert_eq!(seen, [
            ("020000", ChangeKind::Renamed, Some("城乡建设"), 0),
            ("020300", ChangeKind::Ended, Some("路灯照明"), 0),
            ("020400", ChangeKind::Added, None, 1),
        ]);

        assert!(proposal_list(&two.away, &there(&two, "agent"), Topic::Dict, true).await.is_err(), "not for everybody");
        let no = ProposalWord { take: false, ..yes() };
        assert_eq!(code(proposal_decide(&two.away, &there(&two, "sysadmin"), open[0].id, &no).await.unwrap_err()), "invalid");
        let one = ProposalWord { codes: Some(vec!["020400".to_owned()]), ..yes() };
        proposal_decide(&two.away, &there(&two, "sysadmin"), open[0].id, &one).await.unwrap();
        assert_eq!(code(proposal_decide(&two.away, &there(&two, "sysadmin"), open[0].id, &one).await.unwrap_err()), "decided");
        let after = names(&two.away, &there(&two, "sysadmin")).await;
        let line = |code: &str| after.iter().find(|(c, ..)| c == code).map(|(_, n, a)| (n.as_str(), *a)).unwrap();
        assert_eq!(line("020400"), ("道路照明设施", true));
        assert_eq!(line("020300"), ("路灯照明", false), "the replaced code ends");
        assert_eq!(line("020000"), ("城乡建设", true), "what was not chosen stays");

        // A matter that comes under the old code is of the new class.
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0]);
        assert_eq!(two.order_there(two.there(id).await).await.category, "020400");
    }

    async fn an_older_version_and_a_foreign_one_are_refused(db: Db) {
        let two = Two::between(db, PartnerKind::Lower, PartnerKind::Upper).await;
        let ctx = secadmin(&two.far, &two.away);
        assert_eq!(code(chosen(&two.away, &ctx, &[Topic::Dict]).await.unwrap_err()), "invalid", "nothing is dictated upwards");
        near_publishes(&two, &[Topic::Dict]).await;
        let us = store::partner::partner_by_code(&two.near.app.store.db, &two.near.app.store.vault, FAR).await.unwrap().unwrap();
        let key = Sm2Key::parse(&us.our_secret).unwrap();
        let said = async |msg: &str, kind: &str, body: &str| {
            let e = Envelope::seal(&key, msg, kind, (NEAR, FAR), body, &SeqMint::seeded(8), two.far.clock.now());
            take::take(&two.away, "10.0.0.2", "t", &serde_json::to_string(&e).unwrap()).await
        };
        let one = |ver: i64| format!(r#"{{"ver":{ver},"items":[{{"code":"090000","name":"新类","level":1,"active":true}}]}}"#);
        let old = said("older-version", "dict.sync", &one(1)).await;
        assert!(old.code == 4004 && old.msg.contains("ver"), "{old:?}");
        let bad = said("no-such-code", "dict.sync", r#"{"ver":9999999999999,"items":[{"code":"x","name":"","level":9}]}"#).await;
        assert!(bad.code == 4001 && bad.msg.contains("items"), "{bad:?}");
        assert_eq!(said("not-an-object", "kb.sync", "[]").await.code, 4001);
        let later = one(9_999_999_999_999);
        assert_eq!(said("later-version", "dict.sync", &later).await.code, 0);
        assert_eq!(said("later-again", "dict.sync", &later).await.code, 0, "the same version in another message");
        assert_eq!(two.waiting("sysadmin", Topic::Dict).await.len(), 1);
        // Who is not above publishes no table.
        let spare = testkit::TestDb::sqlite().await;
        let level = Two::between(spare.db(), PartnerKind::Neighbour, PartnerKind::Neighbour).await;
        let ctx = secadmin(&level.near, &level.near.app);
        assert_eq!(code(chosen(&level.near.app, &ctx, &[Topic::Kb]).await.unwrap_err()), "invalid");
    }

    async fn what_was_not_taken_is_told_with_its_reason_and_sent_anew(db: Db) {
        let two = Two::between(db, PartnerKind::Lower, PartnerKind::Upper).await;
        let owner = two.near.people["housing_admin"].org;
        let new = ArticleNew { owner, text: text(&two.near, "路灯不亮可以报修，报修后48小时内修复。请提供灯杆编号。") };
        let a = article_create(&two.near.app, &two.near.ctx("housing_admin"), &new).await.unwrap();
        released(&two.near, a).await;
        let one = class("020400", "道路照明设施", &[]);
        category_create(&two.near.app, &two.near.ctx("sysadmin"), one).await.unwrap();
        chosen(&two.near.app, &secadmin(&two.near, &two.near.app), &[Topic::Dict, Topic::Kb]).await.unwrap();
        assert_eq!(code(two.again(Topic::Dict).await.unwrap_err()), "nothing", "nothing was refused yet");

        assert_eq!(two.refused().await, 2);
        let left = two.untaken(Topic::Dict).await.unwrap();
        assert_eq!((left.count, left.reason.as_deref()), (1, Some("from：未登记的平台")));
        assert!(two.told().await.is_empty(), "not by itself");
        let partner = partner_list(&two.near.app, &secadmin(&two.near, &two.near.app)).await.unwrap().partners[0].id;
        let agent = two.near.ctx("agent");
        assert!(partner_share_again(&two.near.app, &agent, partner, Topic::Dict).await.is_err(), "not everybody's");
        two.again(Topic::Dict).await.unwrap();
        two.again(Topic::Kb).await.unwrap();
        assert_eq!((two.untaken(Topic::Dict).await.is_none(), two.untaken(Topic::Kb).await.is_none()), (true, true));
        two.near.clock.set(two.near.clock.now().plus_millis(5));

        // Refused once more, and taken at the third time.
        assert_eq!(two.refused().await, 2);
        two.again(Topic::Kb).await.unwrap();
        let other = class("020500", "景观照明", &[]);
        category_create(&two.near.app, &two.near.ctx("sysadmin"), other).await.unwrap();
        two.near.clock.set(two.near.clock.now().plus_millis(5));
        assert_eq!(two.told().await, [0, 0]);
        assert!(two.untaken(Topic::Dict).await.is_none(), "the later table stands for the one refused");
        assert_eq!(two.waiting("sysadmin", Topic::Dict).await[0].changes.len(), 2);
        assert_eq!(two.waiting("kb_auditor", Topic::Kb).await.len(), 1);
        assert!(two.told().await.is_empty(), "told once");
    }

    async fn a_public_article_is_taken_by_the_reviewer_and_keeps_its_origin(db: Db) {
        let two = Two::between(db, PartnerKind::Lower, PartnerKind::Upper).await;
        let owner = two.near.people["housing_admin"].org;
        let first = "路灯不亮可以报修，报修后48小时内修复。请提供灯杆编号。";
        let new = ArticleNew { owner, text: text(&two.near, first) };
        let a = article_create(&two.near.app, &two.near.ctx("housing_admin"), &new).await.unwrap();
        near_publishes(&two, &[Topic::Kb]).await;
        assert!(two.waiting("kb_auditor", Topic::Kb).await.is_empty(), "a draft is nobody's business");
        let a = released(&two.near, a).await;
        tell_shares(&two.near.app).await.unwrap();
        let post = say::due(&two.near.app).await.unwrap().remove(0);
        assert!(post.body.contains("灯杆编号") && !post.body.contains("先安抚"), "what staff are told stays here");
        assert_eq!(two.told().await, [0]);
        let open = two.waiting("kb_auditor", Topic::Kb).await;
        assert!(open.len() == 1 && open[0].fresh && open[0].category.as_deref() == Some("020300"), "{open:?}");
        assert!(proposal_list(&two.away, &there(&two, "sysadmin"), Topic::Kb, true).await.is_err(), "the reviewer's alone");
        proposal_decide(&two.away, &there(&two, "kb_auditor"), open[0].id, &yes()).await.unwrap();
        let done = proposal_list(&two.away, &there(&two, "kb_auditor"), Topic::Kb, false).await.unwrap();
        let id = done[0].article.unwrap();
        let taken = article_view(&two.away, &there(&two, "agent"), id).await.unwrap();
        let origin = taken.origin.as_ref().unwrap();
        assert_eq!((origin.partner.as_str(), origin.no.as_str()), ("990100平台", a.code.as_str()));
        assert_eq!((taken.revisions[0].text.body.as_str(), taken.revisions[0].author.name.as_str()), (first, "990100平台"));
        assert_eq!(taken.revisions[0].text.inner, "");

        // A version that says the same to everybody asks nobody, and the one after it is still of this article.
        let quiet = ArticleText { inner: "先问清灯杆编号。".to_owned(), ..text(&two.near, first) };
        let save = ArticleAct::Save { text: quiet, note: String::new() };
        let a = acted(&two.near, "housing_admin", &a, save).await;
        let a = released(&two.near, a).await;
        assert_eq!(two.told().await, [0]);
        assert!(two.waiting("kb_auditor", Topic::Kb).await.is_empty());

        // The next version shows what it says otherwise, and is not taken by itself.
        let second = "路灯不亮可以报修，报修后24小时内修复。请提供灯杆编号。";
        let save = ArticleAct::Save { text: text(&two.near, second), note: String::new() };
        let a = acted(&two.near, "housing_admin", &a, save).await;
        assert!(two.told().await.is_empty(), "a draft again");
        let a = released(&two.near, a).await;
        assert_eq!(two.told().await, [0]);
        let open = two.waiting("kb_auditor", Topic::Kb).await;
        assert!(!open[0].fresh);
        assert_eq!(open[0].texts.iter().map(|t| t.label.as_str()).collect::<Vec<_>>(), ["答复内容"]);
        assert!(open[0].texts[0].parts.iter().any(|p| p.change == Change::Added && p.text.contains("24")));
        assert_eq!(article_view(&two.away, &there(&two, "agent"), id).await.unwrap().revisions.len(), 1);
        let no = ProposalWord { take: false, opinion: "我市仍按48小时".to_owned(), ..yes() };
        proposal_decide(&two.away, &there(&two, "kb_auditor"), open[0].id, &no).await.unwrap();
        assert_eq!(article_view(&two.away, &there(&two, "agent"), id).await.unwrap().current_no, Some(1), "declined leaves it");

        acted(&two.near, "kb_auditor", &a, ArticleAct::Retire { opinion: "政策已废止".to_owned() }).await;
        two.near.clock.set(two.near.clock.now().plus_millis(10));
        assert_eq!(two.told().await, [0]);
        let open = two.waiting("kb_auditor", Topic::Kb).await;
        assert!(open[0].ends);
        proposal_decide(&two.away, &there(&two, "kb_auditor"), open[0].id, &yes()).await.unwrap();
        let gone = article_view(&two.away, &there(&two, "kb_auditor"), id).await.unwrap();
        assert!(gone.retired.is_some() && gone.origin.is_some());
        let done = proposal_list(&two.away, &there(&two, "kb_auditor"), Topic::Kb, false).await.unwrap();
        assert_eq!(done.len(), 4);
        assert!(done.iter().any(|p| p.state == ProposalState::Declined && p.opinion.as_deref() == Some("我市仍按48小时")));
    }

    async fn a_list_of_organisations_goes_up_and_says_whom_to_give_a_matter(db: Db) {
        let two = Two::between(db, PartnerKind::Lower, PartnerKind::Upper).await;
        chosen(&two.away, &secadmin(&two.far, &two.away), &[Topic::Org]).await.unwrap();
        tell_shares(&two.away).await.unwrap();
        assert_eq!(two.back().await, [0]);
        let app = &two.near.app;
        let admin = two.near.ctx("sysadmin");
        let open = proposal_list(app, &admin, Topic::Org, true).await.unwrap();
        assert!(open[0].changes.iter().all(|c| c.kind == ChangeKind::Added) && open[0].total > 3);
        let id = submitted(&two.near, "13812345678").await;
        let offers = order_partners(app, &two.near.ctx("dispatcher"), id).await.unwrap().offers;
        assert!(offers[0].orgs.is_empty(), "not taken yet");
        proposal_decide(app, &admin, open[0].id, &yes()).await.unwrap();
        let offers = order_partners(app, &two.near.ctx("dispatcher"), id).await.unwrap().offers;
        let housing = offers[0].orgs.iter().find(|o| o.name.starts_with("housing")).unwrap();
        let form = |suggest: &str| PartnerSend {
            partner: offers[0].id,
            reason: "诉求发生在贵市".to_owned(),
            suggest: Some(suggest.to_owned()),
        };
        let unknown = say::order_send(app, &two.near.ctx("dispatcher"), id, &form("NOBODY")).await;
        assert_eq!(code(unknown.unwrap_err()), "invalid");
        say::order_send(app, &two.near.ctx("dispatcher"), id, &form(&housing.code)).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let order = two.order_there(two.there(id).await).await;
        assert_eq!(order.suggested_org, Some(two.far.org("housing")));
    }
}
