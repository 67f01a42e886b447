//! 平台对接: two towns exchange orders, the messages carried by hand.

use std::sync::Arc;

use app::partner::admin::{PartnerForm, PartnerLine, PartnerTerms, partner_create, partner_list};
use app::partner::say::{self, PartnerSend, Went};
use app::partner::{Envelope, answer, take};
use app::{App, Ctx, Error, Settings};
use db::Db;
use domain::authority::{Actor, Role, Scope};
use domain::env::By;
use domain::order::{Channel, Command, OrderState, TransferTarget};
use domain::partner::{LinkState, PartnerKind};
use kernel::{Clock, OrderId, SeqMint};
use store::Store;
use store::partner::Link;
use testkit::TestDb;

use crate::town::{Town, ctx_of, vault};
use crate::walk::{dispatch, give, submitted};

const FAR: &str = "880100";
const NEAR: &str = "990100";

/// Two towns that know one another; the far one is always on SQLite.
struct Two {
    near: Town,
    far: Town,
    /// The far town under its own region.
    away: Arc<App>,
    _db: TestDb,
}

/// The system administrator with the security administrator's hat on.
fn secadmin(town: &Town, app: &App) -> Ctx {
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
    async fn new(db: Db, kind: PartnerKind) -> Self {
        let other = TestDb::sqlite().await;
        let (near, far) = (Town::build(db).await, Town::build(other.db()).await);
        let settings = Settings { region6: FAR.to_owned(), process: "away".to_owned(), ..Settings::default() };
        let clock = Arc::clone(&far.clock) as Arc<dyn Clock>;
        let away = App::open(Store::new(other.db(), vault()), settings, clock, Arc::new(SeqMint::seeded(5)));
        let two = Self { away: away.await.unwrap(), near, far, _db: other };
        let known = introduce(&two.near, &two.near.app, FAR, kind, "").await;
        let there = introduce(&two.far, &two.away, NEAR, PartnerKind::Neighbour, &known.our_key).await;
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

    async fn offer(&self, id: OrderId) -> Result<(), Error> {
        let app = &self.near.app;
        let partner = partner_list(app, &secadmin(&self.near, app)).await.unwrap().partners[0].id;
        let form = PartnerSend { partner, reason: "诉求发生在贵市".to_owned() };
        say::order_send(app, &self.near.ctx("dispatcher"), id, &form).await.map(drop)
    }

    async fn link(&self, id: OrderId) -> Link {
        store::partner::links_of(&self.near.app.store.db, &self.near.app.store.vault, id).await.unwrap().pop().unwrap()
    }

    async fn state(&self, id: OrderId) -> OrderState {
        let app = &self.near.app;
        store::order::load_order(&app.store.db, &app.store.vault, id).await.unwrap().unwrap().state
    }

    /// The order there that came from this one of ours.
    async fn there(&self, id: OrderId) -> OrderId {
        let app = &self.near.app;
        let no = store::order::load_order(&app.store.db, &app.store.vault, id).await.unwrap().unwrap().case_no;
        store::order::find_by_source(&self.away.store.db, NEAR, &no).await.unwrap().expect("it arrived")
    }

    /// Brings everything over that waits; what was said to each.
    async fn over(&self) -> Vec<i64> {
        carry(&self.near.app, &self.away).await
    }

    async fn back(&self) -> Vec<i64> {
        answer::tell_all(&self.away).await.unwrap();
        carry(&self.away, &self.near.app).await
    }
}

async fn carry(from: &App, to: &App) -> Vec<i64> {
    let mut codes = Vec::new();
    for post in say::due(from).await.unwrap() {
        let said = take::take(to, "10.0.0.2", "t", &post.body).await;
        codes.push(said.code);
        say::settle(from, &post, &Went::Said(said)).await.unwrap();
    }
    codes
}

fn code(e: Error) -> String {
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
        assert_eq!(two.back().await, [0]);
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
}
