//! Users, appointments and roles.

use app::admin::{grant, org, user};
use app::view::{AppointmentForm, GrantForm, OrgForm, UserForm, UserQuery};
use db::Db;
use domain::authority::{Role, Scope};
use domain::directory::{OrgKind, OrgLevel};
use kernel::{AppointmentId, OrgId};

use crate::office::{Office, refused};

async fn organisation(office: &Office, code: &str, kind: OrgKind) -> OrgId {
    let form = OrgForm {
        code: Some(code.to_owned()),
        name: format!("{code}测试机构"),
        short: None,
        parent: None,
        superior: None,
        level: OrgLevel::City,
        kind,
        group: String::new(),
        region: "370100".to_owned(),
        phone: None,
        active: true,
    };
    org::org_create(&office.app, &office.ctx("admin").await, form).await.unwrap().id
}

async fn hired(office: &Office, login: &str, org: OrgId) -> AppointmentId {
    let ctx = office.ctx("admin").await;
    let found = user::user_list(&office.app, &ctx, &UserQuery { q: Some(login.to_owned()), ..UserQuery::default() })
        .await
        .unwrap();
    let id = match found.items.first() {
        Some(known) => known.id,
        None => {
            let form = UserForm {
                login: Some(login.to_owned()),
                name: "李小明".to_owned(),
                phone: Some("13812345678".to_owned()),
            };
            let made = user::user_create(&office.app, &ctx, form).await.unwrap();
            assert_eq!(made.user.phone_masked.as_deref(), Some("138****5678"));
            assert!(made.user.must_change_password && made.one_time_password.len() >= 12);
            made.user.id
        }
    };
    let form = AppointmentForm {
        org,
        position: "科员".to_owned(),
        scope: Scope::Own,
        is_duty: false,
        valid_from: None,
        valid_to: None,
    };
    user::appointment_create(&office.app, &ctx, id, form).await.unwrap().id
}

fn ask(appointment: AppointmentId, roles: &[Role]) -> GrantForm {
    GrantForm { appointment, roles: roles.to_vec() }
}

testkit::both_engines! {
    async fn roles_need_a_second_person(db: Db) {
        let office = Office::open(db).await;
        let app = &office.app;
        let center = app.world().directory.center().unwrap().id;
        let held = hired(&office, "lixiaoming", center).await;
        let (sec, aud) = (office.ctx("secadmin").await, office.ctx("auditadmin").await);
        let asked = grant::grant_request(app, &sec, ask(held, &[Role::Dispatcher])).await.unwrap();
        assert_eq!((asked.state.as_str(), asked.user.name.as_str()), ("pending", "李小明"));
        assert_eq!(refused(grant::grant_request(app, &sec, ask(held, &[Role::Auditor])).await).0, "pending");
        let own = refused(grant::grant_decide(app, &sec, asked.id, true).await);
        assert!(own.0 == "forbidden" && own.1.contains("本人提出"), "{own:?}");
        let stranger = refused(grant::grant_decide(app, &office.ctx("admin").await, asked.id, true).await);
        assert_eq!(stranger.0, "forbidden");
        let roles = |held| async move { store::appointment::load_appointment(&app.store.db, held).await.unwrap().unwrap().roles };
        assert!(roles(held).await.is_empty(), "nothing before the second word");
        let done = grant::grant_decide(app, &aud, asked.id, true).await.unwrap();
        assert_eq!((done.state.as_str(), done.decided_by.unwrap().name.as_str()), ("approved", "审计管理员"));
        assert_eq!(roles(held).await.into_iter().collect::<Vec<_>>(), [Role::Dispatcher]);
        assert_eq!(refused(grant::grant_decide(app, &aud, asked.id, false).await).0, "decided");
        let dispatcher = grant::role_list(app, &sec).await.unwrap().into_iter().find(|r| r.code == "dispatcher").unwrap();
        assert_eq!((dispatcher.users, dispatcher.exclusive_with.len()), (1, 4), "three administrators and the monitor");
        let again = grant::grant_request(app, &sec, ask(held, &[Role::Auditor])).await.unwrap();
        grant::grant_decide(app, &aud, again.id, false).await.unwrap();
        assert_eq!(roles(held).await.into_iter().collect::<Vec<_>>(), [Role::Dispatcher], "a refusal changes nothing");
        assert_eq!(grant::grant_list(app, &aud).await.unwrap().len(), 2);
    }

    async fn administrators_stay_apart_and_contractors_do_no_handling(db: Db) {
        let office = Office::open(db).await;
        let app = &office.app;
        let center = app.world().directory.center().unwrap().id;
        let sec = office.ctx("secadmin").await;
        let held = hired(&office, "wangwu", center).await;
        for pair in [[Role::Sysadmin, Role::Secadmin], [Role::Auditadmin, Role::Agent], [Role::ESupervisor, Role::Handler]] {
            let (code, message) = refused(grant::grant_request(app, &sec, ask(held, &pair)).await);
            assert_eq!(code, "invalid", "{message}");
        }
        assert!(refused(grant::grant_request(app, &sec, ask(held, &[])).await).1.contains("角色不能为空"));
        let own = sec.actor().unwrap().appointment;
        assert!(refused(grant::grant_request(app, &sec, ask(own, &[Role::Secadmin])).await).1.contains("本人"));

        let company = organisation(&office, "CALLCO", OrgKind::Outsourced).await;
        let there = hired(&office, "zhaoliu", company).await;
        assert!(refused(grant::grant_request(app, &sec, ask(there, &[Role::Handler])).await).1.contains("外包"));
        let agent = grant::grant_request(app, &sec, ask(there, &[Role::Agent])).await.unwrap();
        grant::grant_decide(app, &office.ctx("auditadmin").await, agent.id, true).await.unwrap();
        let second = hired(&office, "zhaoliu", center).await;
        let (_, message) = refused(grant::grant_request(app, &sec, ask(second, &[Role::Sysadmin])).await);
        assert!(message.contains("不得兼任"), "holding by turns is holding together: {message}");
    }

    async fn accounts_are_reset_unlocked_and_disabled_by_whom_it_concerns(db: Db) {
        let office = Office::open(db).await;
        let app = &office.app;
        let (sys, sec) = (office.ctx("admin").await, office.ctx("secadmin").await);
        let center = app.world().directory.center().unwrap().id;
        hired(&office, "sunqi", center).await;
        let id = office.ctx("sunqi").await.actor().unwrap().user;
        let staff = || async { store::staff::load_staff(&app.store.db, &app.store.vault, id).await.unwrap().unwrap() };
        let before = staff().await.password_hash;
        let told = user::user_reset_password(app, &sys, id).await.unwrap().one_time_password;
        let after = staff().await;
        assert!(told.len() >= 12 && after.password_hash != before && after.password_history == [before]);
        user::user_disable(app, &sys, id).await.unwrap();
        assert!(staff().await.disabled);
        user::user_enable(app, &sys, id).await.unwrap();
        assert_eq!(refused(user::user_unlock(app, &sys, id).await).0, "forbidden");
        user::user_unlock(app, &sec, id).await.unwrap();
        let secadmin = sec.actor().unwrap().user;
        assert!(refused(user::user_reset_password(app, &sys, secadmin).await).1.contains("服务器"));
        assert_eq!(refused(user::user_disable(app, &sys, secadmin).await).0, "last_admin");
        let twice = UserForm { login: Some("SUNQI".to_owned()), name: "孙七".to_owned(), phone: None };
        assert!(refused(user::user_create(app, &sys, twice).await).1.contains("已存在"));
        let bad = UserForm { login: Some("有 空格".to_owned()), name: "孙".to_owned(), phone: Some("123456789012".to_owned()) };
        let error = user::user_create(app, &sys, bad).await.unwrap_err();
        let fields: Vec<&str> = error.refusal().unwrap().fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["login", "name", "phone"]);
        let renamed = UserForm { login: None, name: "孙七一".to_owned(), phone: Some("138****5678".to_owned()) };
        let seen = user::user_update(app, &sys, id, renamed).await.unwrap();
        assert_eq!((seen.name.as_str(), seen.phone_masked.as_deref()), ("孙七一", Some("138****5678")), "the number stays");
        assert_eq!(app.world().user_name(id), "孙七一");
    }

    async fn organisations_form_a_tree_without_circles(db: Db) {
        let office = Office::open(db).await;
        let (app, sys) = (&office.app, office.ctx("admin").await);
        let top = organisation(&office, "TOP", OrgKind::Government).await;
        let below = organisation(&office, "BELOW", OrgKind::Department).await;
        let form = |name: &str, parent, active| OrgForm {
            code: None,
            name: name.to_owned(),
            short: None,
            parent,
            superior: None,
            level: OrgLevel::City,
            kind: OrgKind::Government,
            group: "市直".to_owned(),
            region: "370100000000".to_owned(),
            phone: None,
            active,
        };
        let moved = org::org_update(app, &sys, below, form("下级单位", Some(top), true)).await.unwrap();
        assert_eq!((moved.parent, moved.version), (Some(top), 2));
        assert!(refused(org::org_update(app, &sys, top, form("上级单位", Some(below), true)).await).1.contains("下级机构"));
        assert!(refused(org::org_update(app, &sys, top, form("上级单位", None, false)).await).1.contains("下级"));
        let bad = OrgForm { code: Some("TOP".to_owned()), region: "999999".to_owned(), group: "乱填".to_owned(), ..form("第二个", None, true) };
        let error = org::org_create(app, &sys, bad).await.unwrap_err();
        let fields: Vec<&str> = error.refusal().unwrap().fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["code", "region", "group"]);
        let second = OrgForm { code: Some("C2".to_owned()), kind: OrgKind::Center, ..form("第二个中心", None, true) };
        assert!(refused(org::org_create(app, &sys, second).await).1.contains("只能有一个"));
        org::org_update(app, &sys, below, form("下级单位", Some(top), false)).await.unwrap();
        assert!(!app.world().directory.org(below).unwrap().active);
    }
}
