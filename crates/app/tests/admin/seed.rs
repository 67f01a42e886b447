//! The first start.

use app::admin::{audit, grant, param, user};
use app::seed::first_start;
use app::view::{AuditQuery, GrantForm, ParamForm, UserForm};
use db::{Db, Sql};
use domain::authority::Role;

use crate::office::{Office, refused};

const REMOVE: Sql = Sql::same("DELETE FROM dictionary_item WHERE dict = 'reject_reason' AND code = 'N03'");
const RENAME: Sql =
    Sql::same("UPDATE dictionary_item SET label = '本地说法' WHERE dict = 'reject_reason' AND code = 'N01'");

testkit::both_engines! {
    async fn the_first_start_happens_once(db: Db) {
        let office = Office::open(db.clone()).await;
        let logins: Vec<&str> = office.first.accounts.iter().map(|(login, _)| login.as_str()).collect();
        assert_eq!(logins, ["admin", "secadmin", "auditadmin"]);
        let passwords: std::collections::BTreeSet<&String> = office.first.accounts.iter().map(|(_, p)| p).collect();
        assert_eq!(passwords.len(), 3);
        let world = office.app.world();
        assert_eq!(world.directory.center().unwrap().name, "云溪市12345政务服务便民热线中心");
        assert!(world.directory.categories().count() > 400);
        assert_eq!(world.regions.get("110101000000").unwrap().name, "东城区");
        assert_eq!(world.word("reject_reason", "N03"), "已进入信访渠道");
        assert!(!world.calendar.is_working("2026-10-01".parse().unwrap()));

        assert!(first_start(&office.app).await.unwrap().accounts.is_empty());
        let other = office.other(db).await;
        assert!(first_start(&other).await.unwrap().accounts.is_empty());
        let (db, vault) = (&office.app.store.db, &office.app.store.vault);
        let staff = store::staff::list_staff(db, vault, None).await.unwrap();
        assert_eq!(staff.len(), 3);
        assert!(staff.iter().all(|s| s.must_change));
    }

    async fn words_of_a_later_version_reach_an_older_installation(db: Db) {
        let office = Office::open(db.clone()).await;
        let db = &office.app.store.db;
        // One the older version did not have, one its people have renamed, one they have ended.
        db::with_retry!(db, async |tx| {
            tx.run(&REMOVE, &[]).await?;
            tx.run(&RENAME, &[]).await?;
            store::dictionary::end_item(tx, "reject_reason", "N07", office.app.now()).await
        })
        .unwrap();
        let before = store::dictionary::list_all(db).await.unwrap();
        first_start(&office.app).await.unwrap();
        let after = store::dictionary::list_all(db).await.unwrap();
        assert_eq!(after.len(), before.len() + 1);
        assert_eq!(office.app.world().word("reject_reason", "N03"), "已进入信访渠道");
        assert!(after.iter().any(|i| i.code == "N01" && i.label == "本地说法"));
        assert!(after.iter().filter(|i| i.dict == "reject_reason" && i.code == "N07").all(|i| i.valid_to.is_some()));
        first_start(&office.app).await.unwrap();
        assert_eq!(store::dictionary::list_all(db).await.unwrap().len(), after.len(), "once");
        let query = AuditQuery { action: Some("seed.supplement".to_owned()), ..AuditQuery::default() };
        let log = audit::audit_list(&office.app, &office.ctx("auditadmin").await, &query).await.unwrap();
        assert_eq!(log.items.len(), 1);
    }

    async fn the_first_password_opens_a_session_that_must_change_it(db: Db) {
        let office = Office::open(db).await;
        let (login, password) = office.first.accounts[0].clone();
        let form = app::login::LoginForm { login, password: kernel::Secret::new(password) };
        let opened = app::login::session_open(&office.app, &form, "10.0.0.1", "t").await.unwrap();
        assert!(opened.view.must_change_password);
        assert_eq!(opened.view.appointment.roles[0].code, "sysadmin");
    }

    async fn each_administrator_is_refused_what_belongs_to_the_others(db: Db) {
        let office = Office::open(db).await;
        let app = &office.app;
        let (sys, sec, aud) = (office.ctx("admin").await, office.ctx("secadmin").await, office.ctx("auditadmin").await);
        for (ctx, role) in [(&sys, Role::Sysadmin), (&sec, Role::Secadmin), (&aud, Role::Auditadmin)] {
            assert_eq!(ctx.actor().unwrap().roles.iter().copied().collect::<Vec<_>>(), [role]);
        }
        let person = || UserForm { login: Some("zhangsan".to_owned()), name: "张三".to_owned(), phone: None };
        let roles = || GrantForm { appointment: sys.actor().unwrap().appointment, roles: vec![Role::Secadmin] };
        let value = || ParamForm { value: serde_json::json!(3), reason: "测试权限".to_owned() };
        assert_eq!(refused(grant::grant_request(app, &sys, roles()).await).0, "forbidden");
        assert_eq!(refused(audit::audit_list(app, &sys, &AuditQuery::default()).await).0, "forbidden");
        assert_eq!(refused(user::user_create(app, &sec, person()).await).0, "forbidden");
        assert_eq!(refused(audit::audit_verify(app, &sec).await).0, "forbidden");
        assert_eq!(refused(user::user_create(app, &aud, person()).await).0, "forbidden");
        assert_eq!(refused(param::param_set(app, &aud, "redo.max", value()).await).0, "forbidden");
        assert_eq!(refused(app::order::order_list(app, &sys, &app::view::OrderQuery::default()).await).0, "forbidden");
        let log = audit::audit_list(app, &aud, &AuditQuery::default()).await.unwrap();
        assert_eq!(log.items[0].action, "seed.first_start");
        assert!(audit::audit_verify(app, &aud).await.unwrap().ok);
    }
}
