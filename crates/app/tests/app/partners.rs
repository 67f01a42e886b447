//! 平台对接: two towns exchange orders, the messages carried by hand.

use std::sync::Arc;

use app::attachment::{attachment_add, attachment_fetch, attachment_list};
use app::partner::admin::{PartnerForm, PartnerLine, PartnerTerms, partner_create, partner_list};
use app::partner::say::{self, PartnerSend, Went};
use app::partner::word::{PartnerWord, order_say};
use app::partner::{Envelope, answer, police, take};
use app::view::{AttachmentForm, AttachmentQuery};
use app::{App, Ctx, Error, Settings};
use db::Db;
use domain::attachment::Purpose;
use domain::authority::{Actor, Role, Scope};
use domain::env::By;
use domain::order::{Channel, Command, Confidentiality, OrderState, TransferTarget};
use domain::partner::{ExtState, LinkState, PartnerKind, Word};
use kernel::{Clock, OrderId, SeqMint, Ts};
use store::Store;
use store::partner::Link;
use testkit::TestDb;

use crate::town::{Town, ctx_of, vault};
use crate::walk::{dispatch, give, submitted};

pub const FAR: &str = "880100";
pub const NEAR: &str = "990100";

/// Two towns that know one another; the far one is always on SQLite.
pub struct Two {
    pub near: Town,
    pub far: Town,
    /// The far town under its own region.
    pub away: Arc<App>,
    _db: TestDb,
}

/// The system administrator with the security administrator's hat on.
pub fn secadmin(town: &Town, app: &App) -> Ctx {
    let By::Person(actor) = town.ctx("sysadmin").by else { panic!("a person") };
    ctx_of(app, By::Person(Actor { roles: [Role::Secadmin].into(), scope: Scope::Own, ..actor }))
}

async fn introduce(town: &Town, app: &App, code: &str, kind: PartnerKind, their_key: &str) -> PartnerLine {
    let rest = PartnerTerms {
        name: format!("{code}平台"),
        sends: true,
        receives: true,
        url: "http://127.0.0.1:1/open/v1/exchange".to_owned(),
        their_key: their_key.to_owned(),
    };
    let form = PartnerForm { code: code.to_owned(), kind, rest };
    partner_create(app, &secadmin(town, app), form).await.unwrap().partners.remove(0)
}

impl Two {
    pub async fn new(db: Db, kind: PartnerKind) -> Self {
        Self::between(db, kind, PartnerKind::Neighbour).await
    }

    /// As the near town knows the far one, and the other way round.
    pub async fn between(db: Db, kind: PartnerKind, back: PartnerKind) -> Self {
        let other = TestDb::sqlite().await;
        let (near, far) = (Town::build(db).await, Town::build(other.db()).await);
        let settings = Settings {
            region6: FAR.to_owned(),
            process: "away".to_owned(),
            files: std::sync::Arc::new(store::blob::DiskBlobs::new(far.folder.path().join("away"))),
            ..Settings::default()
        };
        let clock = Arc::clone(&far.clock) as Arc<dyn Clock>;
        let away = App::open(Store::new(other.db(), vault()), settings, clock, Arc::new(SeqMint::seeded(5)));
        let two = Self { away: away.await.unwrap(), near, far, _db: other };
        let known = introduce(&two.near, &two.near.app, FAR, kind, "").await;
        let there = introduce(&two.far, &two.away, NEAR, back, &known.our_key).await;
        let change = app::partner::admin::PartnerChange {
            version: known.version,
            terms: PartnerTerms {
                name: known.name,
                sends: true,
                receives: true,
                url: known.url,
                their_key: there.our_key,
            },
        };
        let ctx = secadmin(&two.near, &two.near.app);
        app::partner::admin::partner_update(&two.near.app, &ctx, known.id, change).await.unwrap();
        two
    }

    pub async fn offer(&self, id: OrderId) -> Result<(), Error> {
        let app = &self.near.app;
        let partner = partner_list(app, &secadmin(&self.near, app)).await.unwrap().partners[0].id;
        let form = PartnerSend { partner, reason: "诉求发生在贵市".to_owned(), suggest: None };
        say::order_send(app, &self.near.ctx("dispatcher"), id, &form).await.map(drop)
    }

    /// A word about an order of ours, said by our dispatcher.
    pub async fn say(&self, id: OrderId, word: Word, text: &str) -> Result<(), Error> {
        let form = PartnerWord { word, text: text.to_owned(), until: None };
        let link = self.link(id).await.id;
        order_say(&self.near.app, &self.near.ctx("dispatcher"), id, link, &form).await.map(drop)
    }

    /// An application for more time, said by their dispatcher.
    pub async fn ask_for_time(&self, there: OrderId, until: Option<Ts>) -> Result<(), Error> {
        let form = PartnerWord { word: Word::ExtendApply, text: "需现场勘察".to_owned(), until };
        let link = self.link_there(there).await.id;
        order_say(&self.away, &ctx_there(self), there, link, &form).await.map(drop)
    }

    pub async fn link_there(&self, there: OrderId) -> Link {
        store::partner::links_of(&self.away.store.db, &self.away.store.vault, there).await.unwrap().pop().unwrap()
    }

    pub async fn order_there(&self, there: OrderId) -> domain::order::Order {
        store::order::load_order(&self.away.store.db, &self.away.store.vault, there).await.unwrap().unwrap()
    }

    pub async fn link(&self, id: OrderId) -> Link {
        store::partner::links_of(&self.near.app.store.db, &self.near.app.store.vault, id).await.unwrap().pop().unwrap()
    }

    pub async fn state(&self, id: OrderId) -> OrderState {
        let app = &self.near.app;
        store::order::load_order(&app.store.db, &app.store.vault, id).await.unwrap().unwrap().state
    }

    /// The order there that came from this one of ours.
    pub async fn there(&self, id: OrderId) -> OrderId {
        let app = &self.near.app;
        let no = store::order::load_order(&app.store.db, &app.store.vault, id).await.unwrap().unwrap().case_no;
        store::order::find_by_source(&self.away.store.db, NEAR, &no).await.unwrap().expect("it arrived")
    }

    /// Brings everything over that waits; what was said to each.
    pub async fn over(&self) -> Vec<i64> {
        carry(&self.near.app, &self.away).await
    }

    /// Everything they have to tell, one after the other.
    pub async fn back(&self) -> Vec<i64> {
        answer::tell_all(&self.away).await.unwrap();
        let mut codes = Vec::new();
        loop {
            let more = carry(&self.away, &self.near.app).await;
            if more.is_empty() {
                return codes;
            }
            codes.extend(more);
        }
    }
}

async fn carry(from: &App, to: &App) -> Vec<i64> {
    let mut codes = Vec::new();
    for post in say::due(from).await.unwrap() {
        let said = take::take(to, "10.0.0.2", "t", &post.body).await;
        if said.code != 0 {
            println!("{}: {}", said.code, said.msg);
        }
        codes.push(said.code);
        say::settle(from, &post, &Went::Said(said)).await.unwrap();
    }
    codes
}

pub fn ctx_there(two: &Two) -> Ctx {
    ctx_of(&two.away, two.far.ctx("dispatcher").by)
}

pub fn code(e: Error) -> String {
    match e {
        Error::Refused(r) => r.code.into_owned(),
        other => panic!("{other}"),
    }
}

testkit::both_engines! {
    async fn an_order_is_offered_taken_and_answered(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let id = submitted(&two.near, "13812345678").await;
        two.offer(id).await.unwrap();
        assert_eq!(code(two.offer(id).await.unwrap_err()), "waiting");
        let order = two.near.app.store.clone();
        let version = store::order::load_order(&order.db, &order.vault, id).await.unwrap().unwrap().version;
        let early = app::order::order_command(&two.near.app, &two.near.ctx("dispatcher"), id, version, dispatch(&two.near, "housing")).await;
        assert_eq!(code(early.unwrap_err()), "offered");
        let post = say::due(&two.near.app).await.unwrap().remove(0);
        assert!(!post.body.contains("王晓明") && !post.body.contains("13812345678") && !post.body.contains("泉水路12号"), "{}", post.body);
        assert_eq!(take::take(&two.away, "10.0.0.2", "t", &post.body).await.code, 0);
        assert_eq!(take::take(&two.away, "10.0.0.2", "t", &post.body).await.code, 4003, "the answer was lost, the message comes again");
        assert_eq!(two.over().await, [4003]);
        assert!(two.over().await.is_empty(), "had before is as good as taken");

        let there = two.there(id).await;
        let seen = store::order::load_order(&two.away.store.db, &two.away.store.vault, there).await.unwrap().unwrap();
        assert_eq!((seen.state, seen.channel), (OrderState::PendingDispatch, Channel::Other));
        assert_eq!(seen.requester.name.as_deref(), Some("王晓明"));
        assert!(seen.content.contains("泉水路路灯"));
        assert_eq!(two.state(id).await, OrderState::PendingDispatch, "ours until it is taken");

        give(&two.far, "dispatcher", there, dispatch(&two.far, "housing")).await;
        assert_eq!(two.back().await, [0, 0], "taken, and who has it");
        assert_eq!(two.state(id).await, OrderState::TransferredOut);
        let link = two.link(id).await;
        assert_eq!((link.state, link.their_no.as_deref()), (LinkState::Accepted, Some(seen.case_no.as_str())));
        assert!(two.back().await.is_empty(), "told once");
    }

    async fn what_110_gives_back_stays_with_who_received_it_first(db: Db) {
        let two = Two::new(db, PartnerKind::Police).await;
        let id = submitted(&two.near, "13812345678").await;
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let there = two.there(id).await;
        let away = Command::TransferOut { target: TransferTarget::OtherCity, receipt: "电话告知".to_owned(), reason: None };
        give(&two.far, "dispatcher", there, away).await;
        assert_eq!(two.back().await, [0]);
        let link = two.link(id).await;
        assert_eq!(link.state, LinkState::Returned);
        assert!(link.reason.unwrap().contains("已转其他平台办理"));
        assert_eq!(two.state(id).await, OrderState::PendingDispatch);
        assert_eq!(code(two.offer(id).await.unwrap_err()), "first_receiver");
    }

    async fn who_does_not_take_in_time_is_telephoned_once(db: Db) {
        let two = Two::new(db, PartnerKind::Police).await;
        let id = submitted(&two.near, "13812345678").await;
        two.offer(id).await.unwrap();
        say::warn_late(&two.near.app).await.unwrap();
        assert!(!two.link(id).await.warned, "ten minutes have not gone");
        two.near.clock.set(two.near.clock.now().plus_minutes(11));
        say::warn_late(&two.near.app).await.unwrap();
        assert!(two.link(id).await.warned);
    }

    async fn what_is_damaged_or_foreign_is_refused_with_what_to_do(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let id = submitted(&two.near, "13812345678").await;
        two.offer(id).await.unwrap();
        let post = say::due(&two.near.app).await.unwrap().remove(0);
        let sent: Envelope = serde_json::from_str(&post.body).unwrap();
        let said = async |e: &Envelope| take::take(&two.away, "10.0.0.2", "t", &serde_json::to_string(e).unwrap()).await;
        let changed = Envelope { body: sent.body.replace("u3", "u1"), ..sent.clone() };
        assert!(matches!(said(&changed).await, s if s.code == 4002 && s.msg.contains("sm3")));
        let forged = Envelope { msg_id: "another-message".to_owned(), ..sent.clone() };
        assert!(matches!(said(&forged).await, s if s.code == 4002 && s.msg.contains("sign_sm2")));
        let foreign = Envelope { from: "123456".to_owned(), ..sent.clone() };
        assert!(matches!(said(&foreign).await, s if s.code == 4005));
        assert_eq!(take::take(&two.away, "10.0.0.2", "t", "{").await.code, 4001);
        two.far.clock.set(two.far.clock.now().plus_minutes(6));
        assert!(matches!(said(&sent).await, s if s.code == 4002 && s.msg.contains("ts")));
        let found = store::order::find_by_source(&two.away.store.db, NEAR, "").await.unwrap();
        assert!(found.is_none());
    }

    async fn what_is_called_back_is_handled_by_who_sent_it(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let cancel = async |id: OrderId| {
            let link = two.link(id).await.id;
            say::order_send_cancel(&two.near.app, &two.near.ctx("dispatcher"), id, link).await.map(drop)
        };
        let early = submitted(&two.near, "13812345678").await;
        two.offer(early).await.unwrap();
        cancel(early).await.unwrap();
        assert!(two.over().await.is_empty(), "what never went out need not be called back");
        give(&two.near, "dispatcher", early, dispatch(&two.near, "housing")).await;

        let id = submitted(&two.near, "13812345679").await;
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let there = two.there(id).await;
        cancel(id).await.unwrap();
        assert_eq!(two.link(id).await.state, LinkState::Cancelled);
        assert_eq!(two.over().await, [0]);
        assert_eq!(two.order_there(there).await.state, OrderState::Withdrawn);
        assert_eq!(two.link_there(there).await.state, LinkState::Cancelled);
        assert!(two.back().await.is_empty(), "nothing is answered to what was called back");
        assert_eq!(two.state(id).await, OrderState::PendingDispatch);

        let late = submitted(&two.near, "13812345670").await;
        two.offer(late).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let there = two.there(late).await;
        give(&two.far, "dispatcher", there, dispatch(&two.far, "housing")).await;
        cancel(late).await.unwrap();
        assert_eq!(two.over().await, [4004], "they have taken it");
        assert_eq!(two.back().await, [0, 0]);
        assert_eq!((two.link(late).await.state, two.state(late).await), (LinkState::Accepted, OrderState::TransferredOut));
    }

    async fn words_reach_whoever_has_the_matter_in_hand(db: Db) {
        let two = Two::new(db, PartnerKind::Lower).await;
        let id = submitted(&two.near, "13812345678").await;
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let there = two.there(id).await;
        assert_eq!(code(two.say(id, Word::Supervise, "请尽快办理").await.unwrap_err()), "word");
        two.say(id, Word::Amend, "诉求人补充：共有三盏路灯不亮").await.unwrap();
        assert_eq!(two.over().await, [0]);
        assert!(two.order_there(there).await.content.contains("共有三盏路灯不亮"));
        give(&two.far, "dispatcher", there, dispatch(&two.far, "housing")).await;
        assert_eq!(two.back().await, [0, 0]);

        two.say(id, Word::Urge, "请尽快办理").await.unwrap();
        let post = say::due(&two.near.app).await.unwrap().remove(0);
        assert!(!post.body.contains("尽快"), "words are sealed: {}", post.body);
        assert_eq!(two.over().await, [0]);
        assert_eq!(two.order_there(there).await.urge_n, 1);
        assert_eq!(take::take(&two.away, "10.0.0.2", "t", &post.body).await.code, 4003, "said twice, done once");
        assert_eq!(two.order_there(there).await.urge_n, 1);
        // The far town knows the near one as a neighbour: it need not let itself be supervised.
        two.say(id, Word::Supervise, "请三日内反馈").await.unwrap();
        assert_eq!(two.over().await, [4004]);

        let until = two.far.clock.now().plus_days(10);
        assert_eq!(code(two.ask_for_time(there, None).await.unwrap_err()), "invalid");
        two.ask_for_time(there, Some(until)).await.unwrap();
        assert_eq!(code(two.ask_for_time(there, Some(until)).await.unwrap_err()), "word", "one application at a time");
        assert_eq!(code(two.say(id, Word::ExtendGrant, "同意").await.unwrap_err()), "word", "nothing has come yet");
        assert_eq!(two.back().await, [0]);
        let asked = two.link(id).await;
        assert_eq!((asked.ext, asked.ext_until), (Some(ExtState::Asked), Some(until)));
        two.say(id, Word::ExtendGrant, "同意延期").await.unwrap();
        assert_eq!(two.over().await, [0]);
        assert_eq!((two.link(id).await.ext, two.link_there(there).await.ext), (Some(ExtState::Granted), Some(ExtState::Granted)));
    }

    async fn a_threat_is_told_to_110_at_once_and_stays_ours(db: Db) {
        let two = Two::new(db, PartnerKind::Police).await;
        let mut form = crate::town::complaint("13812345678");
        form.flags.threat = true;
        let id = crate::walk::submitted_as(&two.near, form).await;
        let calm = submitted(&two.near, "13812345679").await;
        police::tell_threats(&two.near.app).await.unwrap();
        police::tell_threats(&two.near.app).await.unwrap();
        assert_eq!(two.over().await, [0], "once, and only that one");
        let there = two.there(id).await;
        assert!(two.link_there(there).await.inform && two.link(id).await.inform);
        give(&two.near, "dispatcher", id, dispatch(&two.near, "housing")).await;
        give(&two.far, "dispatcher", there, dispatch(&two.far, "housing")).await;
        assert_eq!(two.back().await, [0, 0]);
        assert_eq!(two.link(id).await.state, LinkState::Accepted);
        assert_eq!(two.state(id).await, OrderState::Dispatched, "our own work goes on");
        let none = store::partner::links_of(&two.near.app.store.db, &two.near.app.store.vault, calm).await.unwrap();
        assert!(none.is_empty());
    }

    async fn late_answers_and_answers_out_of_order_take_nothing_back(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let id = submitted(&two.near, "13812345678").await;
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let there = two.there(id).await;
        give(&two.far, "dispatcher", there, dispatch(&two.far, "housing")).await;
        answer::tell_all(&two.away).await.unwrap();
        let sign = say::due(&two.away).await.unwrap().remove(0);
        // Their order is closed before the first answer came over.
        let withdraw = Command::Withdraw { reason: "诉求人来电撤回".to_owned() };
        give(&two.far, "leader", there, withdraw).await;
        answer::tell_all(&two.away).await.unwrap();
        say::settle(&two.away, &sign, &Went::Not("无法连接".to_owned())).await.unwrap();
        assert!(say::due(&two.away).await.unwrap().is_empty(), "what waits holds up what came after it, so that they stay in order");
        two.far.clock.set(two.far.clock.now().plus_millis(6_000));
        two.near.clock.set(two.near.clock.now().plus_millis(6_000));
        assert_eq!(two.back().await, [0, 0, 0], "the first again, who had it, and the end");
        assert_eq!(two.link(id).await.state, LinkState::Closed);
        assert_eq!(take::take(&two.near.app, "10.0.0.2", "t", &sign.body).await.code, 4003);
        let fresh: Envelope = serde_json::from_str(&sign.body).unwrap();
        let partner = store::partner::partner_by_code(&two.away.store.db, &two.away.store.vault, NEAR).await.unwrap().unwrap();
        let key = kernel::crypto::sm2::Sm2Key::parse(&partner.our_secret).unwrap();
        let again = Envelope::seal(&key, "another-message", &fresh.kind, (FAR, NEAR), &fresh.body, &SeqMint::seeded(8), two.far.clock.now());
        let said = take::take(&two.near.app, "10.0.0.2", "t", &serde_json::to_string(&again).unwrap()).await;
        assert!(said.code == 4004 && said.msg.contains("ver"), "{said:?}");
        assert_eq!(two.link(id).await.state, LinkState::Closed, "an older word under a new number changes nothing");
    }

    async fn the_citizens_papers_go_with_the_matter(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let id = submitted(&two.near, "13812345678").await;
        let paper = "路灯位置说明：泉水路12号门前，杆号 23。".as_bytes().to_vec();
        let form = AttachmentForm { purpose: Purpose::Demand, name: "王晓明的说明.txt".to_owned() };
        attachment_add(&two.near.app, &two.near.ctx("agent"), id, &form, paper.clone()).await.unwrap();
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0], "the matter first");
        let there = two.there(id).await;
        let post = say::due(&two.near.app).await.unwrap().remove(0);
        assert!(!post.body.contains("王晓明") && !post.body.contains("杆号"), "name and content are sealed");
        let damaged = {
            let mut sent: Envelope = serde_json::from_str(&post.body).unwrap();
            let mut body: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
            body["file"]["sm3"] = "0".repeat(64).into();
            let us = store::partner::partner_by_code(&two.near.app.store.db, &two.near.app.store.vault, FAR).await.unwrap();
            let key = kernel::crypto::sm2::Sm2Key::parse(&us.unwrap().our_secret).unwrap();
            sent.body = body.to_string();
            let now = two.near.clock.now();
            Envelope::seal(&key, "damaged-file", &sent.kind, (NEAR, FAR), &sent.body, &SeqMint::seeded(8), now)
        };
        let said = take::take(&two.away, "10.0.0.2", "t", &serde_json::to_string(&damaged).unwrap()).await;
        assert!(said.code == 4001 && said.msg.contains("file.sm3"), "{said:?}");
        assert_eq!(two.over().await, [0]);
        assert!(two.over().await.is_empty());
        let list = attachment_list(&two.away, &ctx_there(&two), there).await.unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].name.as_str(), list[0].by_name.as_str()), ("王晓明的说明.txt", "990100平台"));
        let query = AttachmentQuery { form: Some("original".to_owned()) };
        let got = attachment_fetch(&two.away, &ctx_there(&two), there, list[0].id, &query).await.unwrap();
        assert_eq!(got.bytes, paper);

        let more = AttachmentForm { purpose: Purpose::Demand, name: "补充.txt".to_owned() };
        attachment_add(&two.near.app, &two.near.ctx("agent"), id, &more, b"second paper".to_vec()).await.unwrap();
        two.say(id, Word::Amend, "诉求人补充了材料").await.unwrap();
        assert_eq!((two.over().await, two.over().await, two.over().await), (vec![0], vec![0], vec![]), "only the new one");
        assert_eq!(attachment_list(&two.away, &ctx_there(&two), there).await.unwrap().len(), 2);

        let mut secret = crate::town::complaint("13812345670");
        secret.confidentiality = Some(Confidentiality::KeepSecret);
        let secret = crate::walk::submitted_as(&two.near, secret).await;
        attachment_add(&two.near.app, &two.near.ctx("agent"), secret, &form, b"who I am".to_vec()).await.unwrap();
        two.offer(secret).await.unwrap();
        assert_eq!((two.over().await, two.over().await), (vec![0], vec![]), "a secret citizen's papers stay here");
    }

    async fn nothing_is_lost_while_the_partner_is_down(db: Db) {
        let two = Two::new(db, PartnerKind::Neighbour).await;
        let ids = [submitted(&two.near, "13812345678").await, submitted(&two.near, "13812345679").await];
        for id in ids {
            two.offer(id).await.unwrap();
        }
        let mut waits = Vec::new();
        for _ in 0..12 {
            let posts = say::due(&two.near.app).await.unwrap();
            assert_eq!(posts.len(), 1, "in order, one at a time");
            say::settle(&two.near.app, &posts[0], &Went::Not("无法连接".to_owned())).await.unwrap();
            let mut waited = 0;
            while say::due(&two.near.app).await.unwrap().is_empty() {
                two.near.clock.set(two.near.clock.now().plus_millis(5_000));
                waited += 5;
            }
            waits.push(waited);
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900], "seconds");
        let list = partner_list(&two.near.app, &secadmin(&two.near, &two.near.app)).await.unwrap();
        assert_eq!((list.partners[0].lamp.as_str(), list.partners[0].waiting), ("bad", 2));
        assert!(list.partners[0].waiting_since.is_some());
        two.far.clock.set(two.near.clock.now());
        assert_eq!((two.over().await, two.over().await), (vec![0], vec![0]));
        for id in ids {
            two.there(id).await;
        }
        let list = partner_list(&two.near.app, &secadmin(&two.near, &two.near.app)).await.unwrap();
        assert_eq!((list.partners[0].lamp.as_str(), list.partners[0].waiting), ("good", 0));
    }
}
