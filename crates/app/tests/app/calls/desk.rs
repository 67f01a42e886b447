//! Lists, the screen-pop, duties, and the numbers that may be dialled.

use app::call;
use app::view::{CallQuery, DutyFinishForm, DutyQuery, RemarkForm};
use db::Db;
use domain::order::{Confidentiality, RegisterForm};
use kernel::{Clock, Page};
use store::audit::AuditFilter;
use voice::journal::{CallRecord, Fact};

use super::{CITIZEN, answered, dialled, ended, fact, missed, ringing, spoken, write};
use crate::town::{Town, complaint};
use crate::walk::submitted;

async fn listed(town: &Town, who: &str, query: CallQuery) -> Vec<kernel::CallId> {
    let found = call::call_list(&town.app, &town.ctx(who), &query).await.unwrap();
    found.items.iter().map(|l| l.id).collect()
}

testkit::both_engines! {
    async fn agents_see_their_own_calls_and_leaders_everybodys(db: Db) {
        let town = Town::build(db).await;
        let mine = spoken(&town, CITIZEN, "agent").await;
        let theirs = spoken(&town, "13900000001", "agent2").await;
        let (lost, _) = missed(&town, "13900000002").await;
        let all = [lost.id, theirs.id, mine.id];
        let any = CallQuery::default;
        assert_eq!(listed(&town, "agent", any()).await, [mine.id]);
        for who in ["leader", "supervisor", "qc"] {
            assert_eq!(listed(&town, who, any()).await, all, "{who}");
        }
        assert!(call::call_view(&town.app, &town.ctx("agent"), theirs.id).await.is_err());
        assert!(call::call_list(&town.app, &town.ctx("housing_admin"), &any()).await.is_err());
        assert!(call::call_list(&town.app, &town.ctx("sysadmin"), &any()).await.is_err());
        let by = |q: CallQuery| listed(&town, "leader", q);
        assert_eq!(by(CallQuery { number: Some("138-1234-5678".to_owned()), ..any() }).await, [mine.id]);
        assert_eq!(by(CallQuery { outcome: Some("abandoned,blocked".to_owned()), ..any() }).await, [lost.id]);
        assert_eq!(by(CallQuery { agent: Some(town.user("agent2").to_string()), ..any() }).await, [theirs.id]);
        assert_eq!(by(CallQuery { from: Some(lost.started_at), to: Some(lost.started_at), ..any() }).await, [lost.id]);
        let wrong = CallQuery { outcome: Some("gone".to_owned()), ..any() };
        assert!(call::call_list(&town.app, &town.ctx("leader"), &wrong).await.is_err());
        let page = call::call_list(&town.app, &town.ctx("leader"), &CallQuery { limit: Some(2), ..any() }).await.unwrap();
        assert_eq!(by(CallQuery { limit: Some(2), after: page.next, ..any() }).await, [mine.id]);
    }

    async fn the_card_tells_who_is_calling(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, CITIZEN).await;
        spoken(&town, CITIZEN, "agent").await;
        let (_, duty) = missed(&town, CITIZEN).await;
        let known = call::caller_card(&town.app, "+86 138 1234 5678", true).await.unwrap();
        assert_eq!((known.blocked, known.priority), (false, 2), "one missed call today");
        let card = &known.card;
        assert_eq!((&card["number_masked"], &card["name_masked"]), (&"138****5678".into(), &"王*明".into()));
        assert_eq!(card["calls"], serde_json::json!({ "total": 2, "answered": 1, "missed": 1, "today": 2 }));
        assert_eq!((&card["orders_open"], &card["open"][0]["id"]), (&1.into(), &id.to_string().into()));
        assert_eq!(card["last_call"]["outcome"], "abandoned");
        assert_eq!(card["duty"]["id"], duty.id.to_string());
        let outgoing = call::caller_card(&town.app, CITIZEN, false).await.unwrap();
        assert_eq!(outgoing.priority, 0);
        for odd in ["", "anonymous", "sip:x@y", "00441234567890"] {
            let stranger = call::caller_card(&town.app, odd, true).await.unwrap();
            assert!(!stranger.blocked && stranger.card["orders_total"] == 0, "{odd}");
        }
    }

    async fn a_secret_persons_name_is_not_on_the_card(db: Db) {
        let town = Town::build(db).await;
        let form = RegisterForm { confidentiality: Some(Confidentiality::KeepSecret), ..complaint(CITIZEN) };
        app::order::order_register(&town.app, &town.ctx("agent"), form).await.unwrap();
        let card = call::caller_view(&town.app, &town.ctx("agent2"), CITIZEN).await.unwrap();
        assert_eq!((card.orders_total, card.name_masked), (1, None));
        assert!(call::caller_view(&town.app, &town.ctx("qc"), CITIZEN).await.is_err());
    }

    async fn a_missed_caller_is_called_back_by_one_person(db: Db) {
        let town = Town::build(db).await;
        let (lost, duty) = missed(&town, CITIZEN).await;
        missed(&town, CITIZEN).await;
        let ctx = |who: &str| town.ctx(who);
        let open = call::duty_list(&town.app, &ctx("agent"), &DutyQuery::default()).await.unwrap().items;
        assert_eq!((open.len(), open[0].calls, open[0].light.code(), open[0].number_masked.as_str()), (1, 2, "green", "138****5678"));
        call::duty_claim(&town.app, &ctx("agent"), duty.id).await.unwrap();
        let taken = call::duty_claim(&town.app, &ctx("agent2"), duty.id).await.unwrap_err();
        assert_eq!(taken.refusal().unwrap().code, "claimed");
        assert!(call::dial_number(&town.app, &ctx("agent2"), "", None, Some(duty.id)).await.is_err());
        assert_eq!(call::dial_number(&town.app, &ctx("agent"), "", None, Some(duty.id)).await.unwrap(), CITIZEN);
        let c = dialled(&town, CITIZEN, "agent");
        let back = CallRecord { task: Some(duty.id), ..ended(answered(&town, c, "agent")) };
        town.clock.set(back.ended_at.unwrap());
        let tried = Fact::DutyTried { task: duty.id, call: back.id, reached: true, at: town.clock.now() };
        write(&town, &[fact(&back), tried]).await;
        let counts = call::duty_counts(&town.app, &ctx("agent")).await.unwrap();
        assert_eq!((counts.open, counts.mine), (0, 0));
        let seen = call::call_view(&town.app, &ctx("leader"), lost.id).await.unwrap().duty.unwrap();
        assert_eq!((seen.state.as_str(), seen.light.code(), seen.attempts), ("done", "done_on_time", 1));
        assert_eq!(call::call_view(&town.app, &ctx("agent"), back.id).await.unwrap().duty.unwrap().id, duty.id);
    }

    async fn a_duty_is_given_up_only_after_an_attempt_and_with_a_reason(db: Db) {
        let town = Town::build(db).await;
        let (_, duty) = missed(&town, CITIZEN).await;
        let form = |outcome: &str, reason: &str| DutyFinishForm { outcome: outcome.to_owned(), reason: reason.to_owned() };
        let finish = async |who: &str, f: DutyFinishForm| call::duty_finish(&town.app, &town.ctx(who), duty.id, &f).await;
        assert!(finish("agent", form("done", "已由社区代为答复")).await.is_err(), "not claimed");
        call::duty_claim(&town.app, &town.ctx("agent"), duty.id).await.unwrap();
        let early = finish("agent", form("given_up", "号码停机")).await.unwrap_err();
        assert_eq!(early.refusal().unwrap().code, "not_tried");
        assert!(finish("agent", form("done", "好")).await.is_err(), "a reason is asked for");
        call::duty_release(&town.app, &town.ctx("agent"), duty.id).await.unwrap();
        town.pass(1);
        let late = call::duty_list(&town.app, &town.ctx("agent"), &DutyQuery::default()).await.unwrap().items;
        assert_eq!(late[0].light.code(), "red");
        let line = finish("leader", form("given_up", "号码已停机，多方核实无法联系")).await.unwrap();
        assert_eq!((line.state.as_str(), line.light.code()), ("given_up", "off"));
        assert!(finish("leader", form("done", "再次处理完毕")).await.is_err(), "it is over");
        let filter = AuditFilter { object_id: Some(duty.id.to_string()), ..AuditFilter::default() };
        let log = store::audit::list_audit(&town.app.store.db, &filter, &Page::first(9)).await.unwrap();
        let acts: Vec<_> = log.iter().rev().map(|l| l.entry.action.as_str()).collect();
        assert_eq!(acts, ["call_duty.claim", "call_duty.release", "call_duty.finish"]);
    }

    async fn an_orders_number_is_dialled_without_being_shown(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, CITIZEN).await;
        assert_eq!(call::dial_number(&town.app, &town.ctx("callback"), "", Some(id), None).await.unwrap(), CITIZEN);
        assert!(call::dial_number(&town.app, &town.ctx("agent2"), "", Some(id), None).await.is_err(), "not in sight");
        assert!(call::dial_number(&town.app, &town.ctx("housing_admin"), "13900000001", None, None).await.is_err());
        assert_eq!(call::dial_number(&town.app, &town.ctx("agent"), "0851-8765 4321", None, None).await.unwrap(), "085187654321");
        let blind = call::dial_number(&town.app, &town.ctx("agent2"), "13900000001", Some(id), None).await;
        assert!(blind.is_err(), "nor with a number of one's own");
        let form = RegisterForm { confidentiality: Some(Confidentiality::KeepSecret), ..complaint("13900000009") };
        let secret = app::order::order_register(&town.app, &town.ctx("agent"), form).await.unwrap().id;
        assert!(call::dial_number(&town.app, &town.ctx("leader"), "", Some(secret), None).await.is_err());
        assert!(call::dial_number(&town.app, &town.ctx("agent"), "", Some(secret), None).await.is_ok(), "who registered it");
    }

    async fn praise_and_complaints_are_noted_by_the_leader(db: Db) {
        let town = Town::build(db).await;
        let c = spoken(&town, CITIZEN, "agent").await;
        let form = |kind: &str| RemarkForm { kind: kind.to_owned(), note: "来电人对话务员表示感谢".to_owned() };
        call::call_remark(&town.app, &town.ctx("leader"), c.id, &form("praise")).await.unwrap();
        assert!(call::call_remark(&town.app, &town.ctx("leader"), c.id, &form("gossip")).await.is_err());
        assert!(call::call_remark(&town.app, &town.ctx("agent"), c.id, &form("praise")).await.is_err());
        let seen = call::call_view(&town.app, &town.ctx("agent"), c.id).await.unwrap();
        assert_eq!((seen.remarks.len(), seen.remarks[0].kind_cn.as_str()), (1, "表扬"));
        let own = spoken(&town, CITIZEN, "leader").await;
        assert!(call::call_remark(&town.app, &town.ctx("leader"), own.id, &form("praise")).await.is_err());
        let nobody = ended(ringing(&town, CITIZEN));
        write(&town, &[fact(&nobody)]).await;
        assert!(call::call_remark(&town.app, &town.ctx("leader"), nobody.id, &form("complaint")).await.is_err());
    }
}
