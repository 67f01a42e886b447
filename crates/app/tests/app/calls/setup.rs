//! Skills, announcements, prompts, marked callers, and the settings the floor reads.

use std::sync::{Arc, Mutex};

use app::admin::org;
use app::call::{self, Studio, Told, admin, mark};
use app::reference;
use app::view::{
    AnnouncementForm, EndForm, MarkDecision, MarkForm, MarkQuery, OrgForm, ParamForm, SeatPhoneForm, SkillLevel,
    SkillsForm,
};
use db::Db;
use domain::directory::{OrgKind, OrgLevel};
use kernel::{Clock, UserId};
use serde_json::json;
use store::dictionary::DictionaryItem;
use tokio::sync::broadcast::Receiver;

use super::{CITIZEN, spoken};
use crate::town::Town;

/// The dictionary of skills, as the first start would leave it.
pub async fn with_skills(town: &Town) {
    let skill = |code: &str, label: &str, sort| DictionaryItem {
        dict: "skill".to_owned(),
        code: code.to_owned(),
        label: label.to_owned(),
        parent: None,
        sort,
        extra: json!({}),
        valid_from: kernel::Ts(0),
        valid_to: None,
    };
    let mut tx = town.app.store.db.begin().await.unwrap();
    let items = [skill("public", "公众咨询", 1), skill("enterprise", "企业专席", 2)];
    store::dictionary::put_items(&mut tx, &items).await.unwrap();
    tx.commit().await.unwrap();
    town.app.refresh().await.unwrap();
}

fn told(from: &mut Receiver<Told>) -> Vec<Told> {
    std::iter::from_fn(|| from.try_recv().ok()).collect()
}

async fn set_param(town: &Town, key: &str, value: serde_json::Value) {
    let form = ParamForm { value, reason: "测试所需".to_owned() };
    app::admin::param::param_set(&town.app, &town.ctx("sysadmin"), key, form).await.unwrap();
}

/// Keeps what it is given, and finds noise unfit.
#[derive(Default)]
struct Shelf(Mutex<Vec<String>>);

impl Studio for Shelf {
    fn accept(&self, name: &str, bytes: &[u8]) -> Result<i64, String> {
        if bytes == b"noise" {
            return Err("不是可用的语音文件".to_owned());
        }
        self.0.lock().unwrap().push(name.to_owned());
        Ok(1_500)
    }
}

testkit::both_engines! {
    async fn skills_are_set_by_the_leader_and_known_to_the_floor_at_once(db: Db) {
        let town = Town::build(db).await;
        with_skills(&town).await;
        let mut heard = town.app.calls.subscribe();
        let agent: UserId = town.user("agent");
        let form = |skills: &[(&str, i32)]| SkillsForm {
            skills: skills.iter().map(|(s, level)| SkillLevel { skill: (*s).to_owned(), level: *level }).collect(),
        };
        let set = async |who: &str, user: UserId, f: SkillsForm| admin::skill_set(&town.app, &town.ctx(who), user, &f).await;
        let made = set("leader", agent, form(&[("public", 2), ("enterprise", 1)])).await.unwrap();
        assert_eq!(made.skills.len(), 2);
        assert_eq!(told(&mut heard), [Told::Seat { user: agent }]);
        for bad in [form(&[("nothing", 1)]), form(&[("public", 0)]), form(&[("public", 1), ("public", 2)])] {
            assert!(set("leader", agent, bad).await.is_err());
        }
        assert!(set("leader", town.user("housing_admin"), form(&[("public", 1)])).await.is_err(), "has no telephone");
        assert!(set("agent", agent, form(&[("public", 1)])).await.is_err());
        assert!(set("sysadmin", agent, form(&[("public", 1)])).await.is_ok(), "who makes users");
        let person = call::person(&town.app, &town.ctx("agent"), "tab-1").await.unwrap();
        assert_eq!((person.skills, person.may_monitor, person.tab.as_str()), (vec![("public".to_owned(), 1)], false, "tab-1"));
        assert!(call::person(&town.app, &town.ctx("leader"), "t").await.unwrap().may_monitor);
        assert!(call::person(&town.app, &town.ctx("qc"), "t").await.is_err());
        assert_eq!(call::person_of(&town.app, agent).await.unwrap().unwrap().name, "姓agent");
        assert_eq!(call::person_of(&town.app, town.user("qc")).await.unwrap(), None);
    }

    async fn an_extension_is_one_persons_and_known_to_the_floor_at_once(db: Db) {
        let town = Town::build(db).await;
        let mut heard = town.app.calls.subscribe();
        let (agent, other): (UserId, UserId) = (town.user("agent"), town.user("agent2"));
        let set = async |who: &str, user: UserId, extension: &str| {
            let form = SeatPhoneForm { extension: Some(extension.to_owned()) };
            admin::phone_set(&town.app, &town.ctx(who), user, &form).await
        };
        let refused = async |who: &str, user: UserId, extension: &str| {
            set(who, user, extension).await.unwrap_err().refusal().unwrap().clone()
        };
        let made = set("leader", agent, " 8001 ").await.unwrap();
        assert_eq!((made.user, made.phone.as_deref()), (agent, Some("8001")));
        assert_eq!(told(&mut heard), [Told::Seat { user: agent }]);
        let taken = refused("sysadmin", other, "8001").await;
        assert!(taken.code == "phone_taken" && taken.message.contains("姓agent"), "{taken:?}");
        for wrong in ["8", "80a1", "12345", "110", "123456789"] {
            assert_eq!(refused("leader", other, wrong).await.fields[0].field, "extension", "{wrong}");
        }
        assert_eq!(refused("leader", town.user("housing_admin"), "8002").await.fields[0].field, "id");
        assert_eq!(refused("agent", agent, "8003").await.code, "forbidden");
        assert!(told(&mut heard).is_empty(), "nothing was changed");
        assert_eq!(call::person(&town.app, &town.ctx("agent"), "t").await.unwrap().phone.as_deref(), Some("8001"));
        assert_eq!(set("leader", agent, "").await.unwrap().phone, None);
        assert_eq!(set("leader", other, "8001").await.unwrap().phone.as_deref(), Some("8001"));
        assert_eq!(call::person_of(&town.app, agent).await.unwrap().unwrap().phone, None);
        let listed = admin::skill_list(&town.app, &town.ctx("leader")).await.unwrap();
        assert_eq!(listed.iter().filter(|s| s.phone.is_some()).map(|s| s.user).collect::<Vec<_>>(), [other]);
    }

    async fn a_changed_parameter_is_in_the_next_settings(db: Db) {
        let town = Town::build(db).await;
        with_skills(&town).await;
        let read = || call::phone_settings(&town.app.world(), town.clock.now());
        let shipped = read();
        assert_eq!((shipped.hotline.as_str(), shipped.ring_s, shipped.service_level_s), ("12345", 15, 15));
        assert_eq!((shipped.menu, shipped.emergency_key), (None, Some('9')), "no menu: the standard advises against it");
        assert_eq!(shipped.queues.keys().collect::<Vec<_>>(), ["enterprise", "public"]);
        assert_eq!(shipped.rating_keys[&'5'], 5);
        assert_eq!(shipped.greeting, ["greeting", "recording.notice"]);
        assert_eq!(shipped.joint["110"], "110");
        assert!(shipped.dialling.forbidden.contains(&"00".to_owned()) && shipped.dialling.allowed.is_empty());
        let mut heard = town.app.calls.subscribe();
        set_param(&town, "acd.ring_s", json!(25)).await;
        assert_eq!(told(&mut heard), [Told::Settings]);
        assert_eq!(read().ring_s, 25);
        set_param(&town, "call.menu", json!({
            "on": true, "prompts": ["menu"], "wait_s": 6, "tries": 1, "keys": [{ "key": "2", "skill": "enterprise" }],
        })).await;
        let menu = read().menu.unwrap();
        assert_eq!((menu.keys[&'2'].as_str(), menu.wait_s), ("enterprise", 6));
        set_param(&town, "acd.queues", json!([
            { "skill": "public", "priority": 0, "ageing_s": 30, "announce_s": 30, "overflow_after_s": 40, "overflow": ["enterprise"], "offer_after_s": 60, "full_at": 100 },
            { "skill": "enterprise", "priority": 3, "ageing_s": 10, "announce_s": 0, "overflow_after_s": 20, "overflow": [], "offer_after_s": 0, "full_at": 5 },
        ])).await;
        let queues = read().queues;
        assert_eq!((queues["public"].overflow.as_slice(), queues["enterprise"].priority), (&["enterprise".to_owned()][..], 3));
        assert_eq!(queues["enterprise"].name, "企业专席");
    }

    async fn a_department_is_known_by_its_telephone(db: Db) {
        let town = Town::build(db).await;
        let departments = || call::phone_settings(&town.app.world(), town.clock.now()).departments;
        let agent = town.ctx("agent");
        let phones = async || -> Vec<String> {
            let view = reference::reference_view(&town.app, &agent).await.unwrap().view;
            view.orgs.into_iter().filter_map(|org| org.phone).collect()
        };
        assert!(departments().is_empty() && phones().await.is_empty());
        let mut heard = town.app.calls.subscribe();
        let form = OrgForm {
            code: Some("GS-JT".to_owned()),
            name: "市供水集团".to_owned(),
            short: None,
            parent: None,
            superior: None,
            level: OrgLevel::City,
            kind: OrgKind::Enterprise,
            group: String::new(),
            region: "990100000000".to_owned(),
            phone: Some("0531-81234567".to_owned()),
            active: true,
        };
        org::org_create(&town.app, &town.ctx("sysadmin"), form).await.unwrap();
        assert_eq!(told(&mut heard), [Told::Settings]);
        assert_eq!(departments().into_iter().collect::<Vec<_>>(), [("053181234567".to_owned(), "市供水集团".to_owned())]);
        assert_eq!(phones().await.len(), 1);
    }

    async fn an_announcement_is_played_for_its_time(db: Db) {
        let town = Town::build(db).await;
        let shelf = Arc::new(Shelf::default());
        let upload = async |name: &str, bytes: &[u8]| admin::prompt_upload(&town.app, &town.ctx("leader"), name, bytes).await;
        assert_eq!(upload("notice.flood", b"sound").await.unwrap_err().refusal().unwrap().code, "no_studio");
        town.app.calls.set_studio(Arc::clone(&shelf) as Arc<dyn Studio>);
        assert_eq!(upload("notice.flood", b"sound").await.unwrap().ms, 1_500);
        assert!(upload("../etc", b"sound").await.is_err() && upload("notice.x", b"noise").await.is_err());
        assert_eq!(*shelf.0.lock().unwrap(), ["notice.flood"]);
        let now = town.clock.now();
        let form = AnnouncementForm {
            title: "暴雨提示".to_owned(),
            text: "今日暴雨，涉水地段请绕行，紧急情况请拨打110。".to_owned(),
            prompt: Some("notice.flood".to_owned()),
            valid_from: now.plus_hours(1),
            valid_to: now.plus_hours(5),
        };
        let missing = AnnouncementForm { prompt: Some("notice.none".to_owned()), ..form.clone() };
        assert!(admin::announcement_create(&town.app, &town.ctx("leader"), &missing).await.is_err());
        assert!(admin::announcement_create(&town.app, &town.ctx("agent"), &form).await.is_err());
        let made = admin::announcement_create(&town.app, &town.ctx("leader"), &form).await.unwrap();
        let played = || call::phone_settings(&town.app.world(), town.clock.now()).announcements;
        assert!(played().is_empty() && !made.in_force);
        town.pass(2);
        assert_eq!(played(), ["notice.flood"]);
        let stop = EndForm { reason: "雨势减弱".to_owned() };
        admin::announcement_stop(&town.app, &town.ctx("leader"), made.id, &stop).await.unwrap();
        assert!(played().is_empty());
        assert!(admin::announcement_update(&town.app, &town.ctx("leader"), made.id, &form).await.is_err(), "it is over");
        assert_eq!(admin::prompt_list(&town.app, &town.ctx("sysadmin")).await.unwrap().len(), 1);
    }

    async fn a_caller_is_blocked_by_two_people_for_a_time(db: Db) {
        let town = Town::build(db).await;
        let c = spoken(&town, CITIZEN, "agent").await;
        let now = town.clock.now();
        let form = MarkForm {
            kind: "black".to_owned(),
            number: None,
            call: Some(c.id),
            reason: "一天内辱骂话务员二十余次".to_owned(),
            valid_to: now.plus_days(30),
        };
        let propose = async |who: &str, f: &MarkForm| mark::mark_propose(&town.app, &town.ctx(who), f).await;
        assert!(propose("agent2", &form).await.is_err(), "not their call");
        assert!(propose("leader", &MarkForm { valid_to: now.plus_days(91), ..form.clone() }).await.is_err());
        assert!(propose("leader", &MarkForm { number: Some("110".to_owned()), ..form.clone() }).await.is_err());
        let made = propose("leader", &form).await.unwrap();
        assert_eq!((made.number_masked.as_str(), made.may_decide), ("138****5678", false));
        assert!(propose("agent", &form).await.is_err(), "it is proposed already");
        let blocked = async || call::caller_card(&town.app, CITIZEN, true).await.unwrap().blocked;
        assert!(!blocked().await);
        let yes = MarkDecision { approve: true, opinion: None };
        assert!(mark::mark_decide(&town.app, &town.ctx("leader"), made.id, &yes).await.is_err(), "the proposer");
        assert!(mark::mark_decide(&town.app, &town.ctx("agent"), made.id, &yes).await.is_err());
        let listed = mark::mark_list(&town.app, &town.ctx("leader2"), &MarkQuery::default()).await.unwrap();
        assert!(listed.items[0].may_decide);
        mark::mark_decide(&town.app, &town.ctx("leader2"), made.id, &yes).await.unwrap();
        assert!(blocked().await);
        assert!(!call::caller_card(&town.app, CITIZEN, false).await.unwrap().blocked, "we may still call them");
        town.pass(24 * 30);
        assert!(!blocked().await, "it ran out");
        assert_eq!(app::reconcile::run_once(&town.app).await.unwrap().unwrap().unmarked, 1);
        let care = MarkForm { kind: "care".to_owned(), number: Some(CITIZEN.to_owned()), valid_to: town.clock.now().plus_days(9), ..form };
        let made = propose("agent", &care).await.unwrap();
        mark::mark_decide(&town.app, &town.ctx("supervisor"), made.id, &yes).await.unwrap();
        let known = call::caller_card(&town.app, CITIZEN, true).await.unwrap();
        assert_eq!((known.priority, known.card["marks"][0]["kind_cn"].as_str()), (10, Some("关爱名单")));
        let end = EndForm { reason: "本人要求取消".to_owned() };
        mark::mark_end(&town.app, &town.ctx("supervisor"), made.id, &end).await.unwrap();
        assert_eq!(call::caller_card(&town.app, CITIZEN, true).await.unwrap().priority, 0);
    }
}
