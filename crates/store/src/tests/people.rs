use std::collections::{BTreeMap, BTreeSet};

use db::Db;
use domain::{
    authority::{Role, Scope},
    catalogue::Change,
    directory::{CatalogueRule, Category, Org, OrgKind, OrgLevel},
};
use kernel::{AppointmentId, Date, DayKind, DayOverride, SessionId, Ts};
use testkit::both_engines;
use uuid::Uuid;

use super::{NOW, open, org, user};
use crate::{
    Store,
    appointment::{self, Appointment},
    calendar, catalogue, category, counter,
    dictionary::{self, DictionaryItem},
    directory, org as orgs,
    param::{self, ParamValue},
    region::{self, Region},
    session::{self, Session},
    snapshot,
    staff::{self, Staff},
};

fn an_org(n: u128, parent: Option<u128>) -> Org {
    Org {
        id: org(n),
        code: format!("O{n}"),
        name: format!("第{n}单位"),
        short: format!("{n}单位"),
        parent: parent.map(org),
        superior: None,
        level: OrgLevel::City,
        kind: if n == 1 { OrgKind::Center } else { OrgKind::Department },
        group: "市直".to_owned(),
        region: "990100000000".to_owned(),
        phone: Some("12345".to_owned()),
        active: true,
        merged_into: None,
        version: 1,
    }
}

fn person(n: u128) -> Staff {
    Staff {
        id: user(n),
        login: format!("u{n}"),
        name: format!("李{n}"),
        phone: n.is_multiple_of(2).then(|| "13900001111".to_owned()),
        password_hash: "argon2".to_owned(),
        must_change: true,
        password_changed_at: NOW,
        password_history: vec!["old".to_owned()],
        disabled: false,
        failed_n: 0,
        locked_until: None,
        last_login_at: None,
        last_login_ip: None,
        created_at: NOW,
        version: 1,
    }
}

fn post(n: u128, to: u128, roles: &[Role]) -> Appointment {
    Appointment {
        id: AppointmentId(Uuid::from_u128(0x0c00 + n)),
        user: user(n),
        org: org(to),
        position: "科员".to_owned(),
        roles: roles.iter().copied().collect(),
        scope: Scope::Org,
        valid_from: NOW,
        valid_to: None,
        is_duty: n == 2,
        version: 1,
    }
}

/// The house with two people in it.
async fn settle(store: &Store) {
    let mut tx = store.db.begin().await.unwrap();
    orgs::insert_orgs(&mut tx, &[an_org(1, None), an_org(2, Some(1))]).await.unwrap();
    staff::insert_staff(&mut tx, &store.vault, &[person(1), person(2)]).await.unwrap();
    let posts = [post(1, 1, &[Role::Agent, Role::TeamLeader]), post(2, 2, &[Role::Handler])];
    appointment::insert_appointments(&mut tx, &posts).await.unwrap();
    tx.commit().await.unwrap();
}

both_engines! {
    async fn organisations_and_rules_make_a_directory(db: Db) {
        let store = open(db).await;
        settle(&store).await;
        let mut tx = store.db.begin().await.unwrap();
        let mut water = Category {
            code: "010000".to_owned(), name: "供水".to_owned(), parent: None, level: 1, keywords: "停水".to_owned(),
            active: true, dept_duty_only: false,
        };
        category::put_categories(&mut tx, &[water.clone()]).await.unwrap();
        water.name = "供排水".to_owned();
        category::put_categories(&mut tx, &[water]).await.unwrap();
        let rule = CatalogueRule {
            id: 0, category: "010000".to_owned(), region: String::new(), lead: org(2), co: vec![org(1)],
            legal_basis: "条例".to_owned(), valid_from: NOW, valid_to: None,
        };
        let made = |reason| catalogue::Because { reason, by: Some(user(1)), at: NOW, ruling: None };
        let new = Change { ends: None, at: NOW, rule: Some(rule.clone()) };
        let id = catalogue::carry_out(&mut tx, &new, made("新建")).await.unwrap().unwrap();
        catalogue::insert_rules(&mut tx, &[CatalogueRule { lead: org(1), ..rule.clone() }]).await.unwrap();
        let gone = |days| Change { ends: Some(id), at: NOW.plus_days(days), rule: None };
        assert_eq!(catalogue::carry_out(&mut tx, &gone(1), made("终止")).await.unwrap(), Some(id));
        assert_eq!(catalogue::carry_out(&mut tx, &gone(2), made("终止")).await.unwrap(), None, "it ended before");
        tx.commit().await.unwrap();
        let d = directory::load_directory(&store.db).await.unwrap();
        assert_eq!(d.subtree(org(1)), [org(1), org(2)]);
        assert_eq!(d.center().map(|o| o.id), Some(org(1)));
        assert_eq!(d.category("010000").unwrap().name, "供排水");
        assert_eq!(d.catalogue_for("010101", "", NOW.plus_hours(1)).len(), 2);
        assert_eq!(d.catalogue_for("010101", "", NOW.plus_days(2))[0].lead, org(1));
    }

    async fn organisations_are_saved_by_version(db: Db) {
        let store = open(db).await;
        settle(&store).await;
        let mut tx = store.db.begin().await.unwrap();
        let changed = Org { name: "新名".to_owned(), active: false, merged_into: Some(org(1)), ..an_org(2, Some(1)) };
        assert!(orgs::save_org(&mut tx, &changed).await.unwrap());
        assert!(!orgs::save_org(&mut tx, &changed).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(orgs::load_org(&store.db, org(2)).await.unwrap().unwrap(), Org { version: 2, ..changed });
        assert_eq!(orgs::find_by_code(&store.db, "O2").await.unwrap(), Some(org(2)));
        let mut tx = store.db.begin().await.unwrap();
        let twin = Org { id: org(3), ..an_org(2, None) };
        let e = orgs::insert_orgs(&mut tx, &[twin]).await.unwrap_err();
        assert!(matches!(&e, crate::StoreError::Db(e) if e.constraint().as_deref() == Some("org_code_key")), "{e}");
    }

    async fn people_sign_in_and_are_locked(db: Db) {
        let store = open(db).await;
        settle(&store).await;
        let found = staff::find_by_login(&store.db, &store.vault, "u2").await.unwrap().unwrap();
        assert_eq!(found, person(2));
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(staff::record_failed_login(&mut tx, user(2), None).await.unwrap(), 1);
        let lock = Some(NOW.plus_minutes(15));
        assert_eq!(staff::record_failed_login(&mut tx, user(2), lock).await.unwrap(), 2);
        tx.commit().await.unwrap();
        let locked = staff::load_staff(&store.db, &store.vault, user(2)).await.unwrap().unwrap();
        assert_eq!((locked.failed_n, locked.locked_until), (2, lock));
        let mut tx = store.db.begin().await.unwrap();
        staff::record_login(&mut tx, user(2), NOW, "10.0.0.1").await.unwrap();
        let now = staff::load_staff_for_change(&mut tx, &store.vault, user(2)).await.unwrap().unwrap();
        assert_eq!((now.failed_n, now.locked_until, now.last_login_at), (0, None, Some(NOW)));
        let renamed = Staff { name: "王".to_owned(), phone: None, disabled: true, ..now };
        assert!(staff::save_staff(&mut tx, &store.vault, &renamed).await.unwrap());
        assert!(!staff::save_staff(&mut tx, &store.vault, &renamed).await.unwrap());
        tx.commit().await.unwrap();
        let all = staff::list_staff(&store.db, &store.vault, None).await.unwrap();
        assert_eq!(all, [person(1), Staff { version: 2, ..renamed }]);
        assert_eq!(staff::list_staff(&store.db, &store.vault, Some(org(2))).await.unwrap().len(), 1);
        assert_eq!(staff::list_names(&store.db, &store.vault).await.unwrap().len(), 2);
    }

    async fn appointments_carry_roles_and_duty(db: Db) {
        let store = open(db).await;
        settle(&store).await;
        let now = NOW.plus_hours(1);
        assert_eq!(appointment::list_of_user(&store.db, user(1)).await.unwrap(), [post(1, 1, &[Role::Agent, Role::TeamLeader])]);
        assert_eq!(appointment::users_of_role(&store.db, Role::Handler, None, now).await.unwrap(), [user(2)]);
        assert!(appointment::users_of_role(&store.db, Role::Handler, Some(org(1)), now).await.unwrap().is_empty());
        assert!(appointment::users_of_role(&store.db, Role::Handler, None, NOW.plus_millis(-1)).await.unwrap().is_empty());
        assert_eq!(appointment::users_on_duty(&store.db, org(2), now).await.unwrap(), [user(2)]);
        let mut tx = store.db.begin().await.unwrap();
        let moved = Appointment { valid_to: Some(now), roles: BTreeSet::from([Role::UnitAdmin]), ..post(2, 2, &[]) };
        assert!(appointment::save_appointment(&mut tx, &moved).await.unwrap());
        assert!(!appointment::save_appointment(&mut tx, &moved).await.unwrap());
        tx.commit().await.unwrap();
        let read = appointment::load_appointment(&store.db, moved.id).await.unwrap().unwrap();
        assert_eq!(read, Appointment { version: 2, ..moved });
        assert!(read.is_valid(NOW) && !read.is_valid(now));
        assert!(appointment::users_on_duty(&store.db, org(2), now).await.unwrap().is_empty());
        assert_eq!(appointment::list_all(&store.db).await.unwrap().len(), 2);
        assert_eq!(appointment::list_of_org(&store.db, org(1)).await.unwrap().len(), 1);
    }

    async fn sessions_live_until_they_expire_or_are_ended(db: Db) {
        let store = open(db).await;
        settle(&store).await;
        let s = Session {
            id: SessionId(Uuid::from_u128(1)), token_hash: "h".to_owned(), user_id: user(1), appointment: None,
            csrf: "c".to_owned(), created_at: NOW, last_seen: NOW, expires_at: NOW.plus_minutes(15),
            ip: "10.0.0.1".to_owned(), agent: "浏览器".to_owned(), via: "sign_in".to_owned(),
        };
        let mut tx = store.db.begin().await.unwrap();
        session::insert_session(&mut tx, &s).await.unwrap();
        tx.commit().await.unwrap();
        let find = |at| session::find_session(&store.db, "h", at);
        assert_eq!(find(NOW).await.unwrap(), Some(s.clone()));
        assert_eq!(find(NOW.plus_minutes(15)).await.unwrap(), None);
        let mut tx = store.db.begin().await.unwrap();
        assert!(session::touch_session(&mut tx, s.id, NOW.plus_minutes(5), NOW.plus_minutes(20)).await.unwrap());
        assert!(session::switch_appointment(&mut tx, s.id, post(1, 1, &[]).id).await.unwrap());
        assert_eq!(session::purge(&mut tx, NOW.plus_minutes(15)).await.unwrap(), 0);
        tx.commit().await.unwrap();
        let now = find(NOW.plus_minutes(15)).await.unwrap().unwrap();
        assert_eq!((now.last_seen, now.appointment), (NOW.plus_minutes(5), Some(post(1, 1, &[]).id)));
        assert_eq!(session::list_sessions(&store.db, Some(user(1)), NOW).await.unwrap().len(), 1);
        assert_eq!(session::list_sessions(&store.db, None, NOW).await.unwrap().len(), 1);
        let mut tx = store.db.begin().await.unwrap();
        assert_eq!(session::delete_sessions_of(&mut tx, user(1)).await.unwrap(), 1);
        assert!(!session::delete_session(&mut tx, s.id).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn parameters_take_effect_at_their_time(db: Db) {
        let store = open(db).await;
        let value = |v: i64, at: Ts| ParamValue {
            id: 0, key: "dup.block".to_owned(), value: v.into(), effective_from: at, by: Some(user(1)),
            reason: "试行".to_owned(), recorded_at: NOW,
        };
        let mut tx = store.db.begin().await.unwrap();
        for v in [value(80, NOW), value(70, NOW.plus_days(1)), value(75, NOW.plus_days(1))] {
            param::insert_param(&mut tx, &v).await.unwrap();
        }
        tx.commit().await.unwrap();
        let at = |t| param::load_params(&store.db, t);
        assert_eq!(at(NOW).await.unwrap().int("dup.block"), 80);
        assert_eq!(at(NOW.plus_days(1)).await.unwrap().int("dup.block"), 75);
        assert_ne!(at(NOW.plus_millis(-1)).await.unwrap().int("dup.block"), 80);
        assert_eq!(param::list_history(&store.db, "dup.block").await.unwrap().len(), 3);
        assert_eq!(param::next_change(&store.db, NOW).await.unwrap(), Some(NOW.plus_days(1)));
        assert_eq!(param::next_change(&store.db, NOW.plus_days(1)).await.unwrap(), None);
    }

    async fn reference_data_is_put_and_read(db: Db) {
        let store = open(db).await;
        let item = |label: &str, from: Ts| DictionaryItem {
            dict: "return_reason".to_owned(), code: "R1".to_owned(), label: label.to_owned(), parent: None, sort: 1,
            extra: serde_json::json!({"proof": true}), valid_from: from, valid_to: None,
        };
        let mut tx = store.db.begin().await.unwrap();
        dictionary::put_items(&mut tx, &[item("旧", Ts(0))]).await.unwrap();
        assert!(dictionary::end_item(&mut tx, "return_reason", "R1", NOW).await.unwrap());
        dictionary::put_items(&mut tx, &[item("新", NOW)]).await.unwrap();
        region::put_regions(&mut tx, &[
            Region { code: "990000000000".to_owned(), name: "某省".to_owned(), parent: None, level: "province".to_owned() },
            Region { code: "990100000000".to_owned(), name: "某市".to_owned(), parent: Some("990000000000".to_owned()), level: "city".to_owned() },
        ]).await.unwrap();
        let day = Date::constant(2026, 10, 1);
        let off = DayOverride { kind: DayKind::Off, note: "国庆节".to_owned() };
        calendar::put_days(&mut tx, &BTreeMap::from([(day, off.clone())])).await.unwrap();
        counter::next_in(&mut tx, "snapshot.calendar").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(dictionary::list_valid(&store.db, NOW).await.unwrap(), [item("新", NOW)]);
        assert_eq!(dictionary::list_items(&store.db, "return_reason", Ts(5)).await.unwrap()[0].label, "旧");
        assert_eq!(dictionary::list_all(&store.db).await.unwrap().len(), 2);
        assert_eq!(region::list_children(&store.db, "990000000000").await.unwrap()[0].name, "某市");
        assert_eq!(region::list_regions(&store.db).await.unwrap().len(), 2);
        assert_eq!(calendar::load_overrides(&store.db).await.unwrap(), BTreeMap::from([(day, off)]));
        assert_eq!(snapshot::versions(&store.db).await.unwrap(), [("snapshot.calendar".to_owned(), 1)]);
        let mut tx = store.db.begin().await.unwrap();
        assert!(calendar::delete_day(&mut tx, day).await.unwrap());
        tx.commit().await.unwrap();
    }
}
