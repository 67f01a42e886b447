//! 统一身份认证: whom an identity provider vouches for comes in to the account that is there, and to no other.

use app::login::{self, LoginForm};
use app::signin::binding::{UnbindForm, binding_end, binding_list};
use app::signin::leave::{SessionClosed, staff_leave};
use app::signin::staff::{admit, staff_finish};
use app::signin::{KEPT, SignInForm, sign_in_set, sign_in_view};
use app::{Ctx, Error};
use db::Db;
use domain::authority::{Actor, Role, Scope};
use domain::env::By;
use domain::signin::{Audience, MatchBy, PasswordFor, SignInSettings};
use kernel::{Refusal, Secret};
use oidc::{Identity, Returned};
use serde_json::json;
use store::audit::AuditFilter;

use crate::town::Town;

fn settings() -> SignInSettings {
    SignInSettings {
        enabled: true,
        issuer: "https://id.example.cn".to_owned(),
        client_id: "hotline".to_owned(),
        client_secret: "s3cret".to_owned(),
        base_url: "https://12345.example.cn".to_owned(),
        ..SignInSettings::default()
    }
}

fn identity(claims: &serde_json::Value) -> Identity {
    let text = |name: &str| claims[name].as_str().map(|t| t.trim().to_lowercase());
    let subject = text("sub").or_else(|| text("preferred_username")).unwrap_or_else(|| "1".to_owned());
    let claims = claims.as_object().unwrap().clone();
    Identity { subject, claims, id_token: Secret::new("head.body.signature".to_owned()) }
}

/// The system administrator with the security administrator's hat on.
fn secadmin(town: &Town) -> Ctx {
    let ctx = town.ctx("sysadmin");
    let By::Person(actor) = ctx.by.clone() else { panic!("a person") };
    Ctx { by: By::Person(Actor { roles: [Role::Secadmin].into(), scope: Scope::Own, ..actor }), ..ctx }
}

fn refusal(e: Error) -> Refusal {
    match e {
        Error::Unauthenticated(r) | Error::Locked(r) | Error::Refused(r) => r,
        Error::Internal(what) => panic!("{what}"),
    }
}

async fn code(town: &Town, settings: &SignInSettings, claims: serde_json::Value) -> String {
    let ctx = town.app.system("t");
    match admit(&town.app, &ctx, settings, &identity(&claims)).await {
        Ok(opened) => opened.view.user.login,
        Err(e) => refusal(e).code.into_owned(),
    }
}

async fn set(town: &Town, settings: SignInSettings) -> app::Result<app::signin::SignInView> {
    let form = SignInForm { settings, reason: "接入统一认证".to_owned() };
    sign_in_set(&town.app, &secadmin(town), Audience::Staff, form).await
}

async fn password(town: &Town, login: &str) -> String {
    let first = login::password_reset_by_operator(&town.app, login).await.unwrap();
    let form = LoginForm { login: login.to_owned(), password: Secret::new(first) };
    match login::session_open(&town.app, &form, "10.0.0.9", "t").await {
        Ok(_) => "in".to_owned(),
        Err(e) => refusal(e).code.into_owned(),
    }
}

testkit::both_engines! {
    async fn a_known_person_comes_in_and_a_stranger_gets_no_account(db: Db) {
        let town = Town::build(db).await;
        let by_login = settings();
        assert_eq!(code(&town, &by_login, json!({ "preferred_username": " Agent " })).await, "agent");
        assert_eq!(code(&town, &by_login, json!({ "preferred_username": "newcomer" })).await, "no_account");
        assert_eq!(code(&town, &by_login, json!({ "name": "agent" })).await, "no_claim");
        let by_phone = SignInSettings {
            issuer: "https://phones.example.cn".to_owned(),
            claim: "phone_number".to_owned(),
            match_by: MatchBy::Phone,
            ..settings()
        };
        let users = store::staff::list_staff(&town.app.store.db, &town.app.store.vault, None).await.unwrap();
        let mut agent = users.iter().find(|s| s.login == "agent").unwrap().clone();
        agent.phone = Some("13911112222".to_owned());
        save(&town, &agent).await;
        let doubtful = json!({ "phone_number": "13911112222", "phone_number_verified": false });
        assert_eq!(code(&town, &by_phone, doubtful).await, "phone_doubtful");
        let mut twin = users.iter().find(|s| s.login == "agent2").unwrap().clone();
        twin.phone = Some("13911112222".to_owned());
        save(&town, &twin).await;
        assert_eq!(code(&town, &by_phone, json!({ "phone_number": "13911112222" })).await, "no_account", "two share it");
        twin.disabled = true;
        twin.version += 1;
        save(&town, &twin).await;
        assert_eq!(code(&town, &by_phone, json!({ "phone_number": "+86 139-1111-2222" })).await, "agent");
        assert_eq!(code(&town, &by_login, json!({ "preferred_username": "agent2" })).await, "disabled");
    }

    async fn who_came_by_a_provider_need_not_change_a_password_they_never_had(db: Db) {
        let town = Town::build(db).await;
        login::password_reset_by_operator(&town.app, "agent").await.unwrap();
        let claims = identity(&json!({ "preferred_username": "agent" }));
        let opened = admit(&town.app, &town.app.system("t"), &settings(), &claims).await.unwrap();
        assert!(!opened.view.must_change_password);
        let signed = login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.unwrap();
        signed.ctx.require_ready().unwrap();
        assert_eq!(password(&town, "agent").await, "in", "the first password still lets in, to be changed");
    }

    async fn passwords_may_be_closed_to_all_but_administrators(db: Db) {
        let town = Town::build(db).await;
        let only = SignInSettings { password_for: PasswordFor::Admins, ..settings() };
        set(&town, only.clone()).await.unwrap();
        assert_eq!(password(&town, "agent").await, "sign_in_only");
        assert_eq!(password(&town, "sysadmin").await, "in");
        let wrong = LoginForm { login: "agent".to_owned(), password: Secret::new("wrong-Password-1".to_owned()) };
        let e = login::session_open(&town.app, &wrong, "10.0.0.9", "t").await.err().unwrap();
        assert_eq!(refusal(e).code, "bad_credentials", "who does not know the password learns nothing");
        set(&town, SignInSettings { enabled: false, client_secret: KEPT.to_owned(), ..only }).await.unwrap();
        assert_eq!(password(&town, "agent").await, "in");
    }

    async fn settings_are_sealed_kept_in_versions_and_for_the_security_administrator_alone(db: Db) {
        let town = Town::build(db).await;
        let view = set(&town, settings()).await.unwrap();
        assert_eq!(view.settings.client_secret, KEPT);
        let changed = SignInSettings { name: "市政务认证".to_owned(), ..view.settings };
        set(&town, changed.clone()).await.unwrap();
        let kept = store::sign_in::sign_in(&town.app.store.db, &town.app.store.vault, Audience::Staff).await.unwrap();
        assert_eq!(kept.unwrap().client_secret, "s3cret", "left as shown, it stays");
        let moved = SignInSettings { issuer: "https://evil.example".to_owned(), ..changed };
        let e = refusal(set(&town, moved).await.unwrap_err());
        assert_eq!(e.fields[0].field, "client_secret");
        let view = sign_in_view(&town.app, &secadmin(&town), Audience::Staff).await.unwrap();
        assert_eq!(view.versions.len(), 2);
        assert!(sign_in_view(&town.app, &secadmin(&town), Audience::Citizen).await.unwrap().versions.is_empty());
        assert!(sign_in_view(&town.app, &town.ctx("sysadmin"), Audience::Staff).await.is_err());
        let form = SignInForm { settings: settings(), reason: "试试看看".to_owned() };
        assert!(sign_in_set(&town.app, &town.ctx("agent"), Audience::Staff, form).await.is_err());
    }

    async fn an_account_stays_with_the_identity_that_came_first(db: Db) {
        let town = Town::build(db).await;
        let settings = settings();
        let as_ = |sub: &str, login: &str| json!({ "sub": sub, "preferred_username": login });
        assert_eq!(code(&town, &settings, as_("s-1", "agent")).await, "agent");
        assert_eq!(code(&town, &settings, as_("s-2", "agent")).await, "taken", "the next holder of the login");
        assert_eq!(code(&town, &settings, as_("s-1", "agent2")).await, "agent", "a new login changes nothing");
        assert_eq!(code(&town, &settings, json!({ "sub": "s-1" })).await, "agent", "nor none at all");
        assert_eq!(code(&town, &settings, as_("s-2", "agent2")).await, "agent2");
        let elsewhere = SignInSettings { issuer: "https://new.example.cn".to_owned(), ..settings.clone() };
        assert_eq!(code(&town, &elsewhere, as_("s-2", "agent")).await, "agent", "another provider, another identity");
    }

    async fn two_who_come_first_at_once_do_not_share_an_account(db: Db) {
        let town = Town::build(db).await;
        let ctx = town.app.system("t");
        let settings = settings();
        let (one, other) = ("s-1", "s-2");
        let claims = |sub: &str| identity(&json!({ "sub": sub, "preferred_username": "agent" }));
        let (one, other) = (claims(one), claims(other));
        let (a, b) =
            tokio::join!(admit(&town.app, &ctx, &settings, &one), admit(&town.app, &ctx, &settings, &other));
        let in_ = [a.is_ok(), b.is_ok()];
        assert_eq!(in_.iter().filter(|ok| **ok).count(), 1, "{in_:?}");
        let refused = [a, b].into_iter().find_map(Result::err).unwrap();
        assert_eq!(refusal(refused).code, "taken");
        let same = identity(&json!({ "sub": "s-3", "preferred_username": "agent2" }));
        let (a, b) = tokio::join!(admit(&town.app, &ctx, &settings, &same), admit(&town.app, &ctx, &settings, &same));
        assert!(a.is_ok() && b.is_ok(), "two windows of one person");
    }

    async fn the_security_administrator_unties_with_a_reason_and_ends_the_sessions(db: Db) {
        let town = Town::build(db).await;
        set(&town, settings()).await.unwrap();
        let claims = identity(&json!({ "sub": "s-1", "preferred_username": "agent" }));
        let opened = admit(&town.app, &town.app.system("t"), &settings(), &claims).await.unwrap();
        let agent = town.user("agent");
        assert!(binding_list(&town.app, &town.ctx("sysadmin"), agent).await.is_err(), "not who sets accounts up");
        let bound = binding_list(&town.app, &secadmin(&town), agent).await.unwrap();
        assert_eq!((bound.len(), bound[0].subject.as_str(), bound[0].current), (1, "s-1", true));
        let id = bound[0].id;
        let form = |reason: &str| UnbindForm { reason: reason.to_owned() };
        let end = async |ctx: &Ctx, user, form| binding_end(&town.app, ctx, user, id, &form).await.map_err(refusal);
        assert_eq!(end(&secadmin(&town), agent, form("错")).await.unwrap_err().fields[0].field, "reason");
        assert!(end(&town.ctx("agent"), agent, form("换人了吧")).await.is_err());
        let wrong = end(&secadmin(&town), town.user("agent2"), form("换了账号")).await.unwrap_err();
        assert_eq!(wrong.code, "not_bound", "another account's binding");
        assert!(login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.is_ok());
        let own = end(&secadmin(&town), town.user("sysadmin"), form("换了账号")).await.unwrap_err();
        assert!(own.message.contains("本人"), "{}", own.message);
        let after = end(&secadmin(&town), agent, form("认证平台重建了账号")).await.unwrap();
        assert_eq!(after[0].end_reason.as_deref(), Some("认证平台重建了账号"));
        assert!(login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.is_err(), "out at once");
        assert_eq!(end(&secadmin(&town), agent, form("再解除一次")).await.unwrap_err().code, "not_bound");
        let filter = AuditFilter { action: Some("sign_in.unbind".to_owned()), ..Default::default() };
        let page = kernel::Page::first(10);
        let lines = store::audit::list_audit(&town.app.store.db, &filter, &page).await.unwrap();
        assert_eq!(lines[0].entry.reason.as_deref(), Some("认证平台重建了账号"));
        let next = json!({ "sub": "s-2", "preferred_username": "agent" });
        assert_eq!(code(&town, &settings(), next).await, "agent", "the next identity is bound");
        let first = json!({ "sub": "s-1", "preferred_username": "agent" });
        assert_eq!(code(&town, &settings(), first).await, "taken", "and the one before stays outside");
    }

    async fn what_a_provider_says_is_over_is_found_by_session_and_by_person(db: Db) {
        let town = Town::build(db).await;
        let come = async |sub: &str, login: &str, sid: &str| {
            let claims = identity(&json!({ "sub": sub, "preferred_username": login, "sid": sid }));
            admit(&town.app, &town.app.system("t"), &settings(), &claims).await.unwrap();
        };
        come("s-1", "agent", "sid-1").await;
        come("s-2", "agent2", "sid-2").await;
        let (db, vault) = (&town.app.store.db, &town.app.store.vault);
        let told = async |issuer: &str, sid: Option<&str>, subject: Option<&str>| {
            let mut tx = db.begin().await.unwrap();
            let found = store::binding::sessions_told(&mut tx, vault, issuer, sid, subject).await.unwrap();
            found.into_iter().map(|(_, user)| user).collect::<Vec<_>>()
        };
        let here = "https://id.example.cn";
        let agent = vec![town.user("agent")];
        assert_eq!(told(here, Some("sid-1"), Some("s-1")).await, agent);
        assert_eq!(told(here, Some("sid-1"), None).await, agent);
        assert_eq!(told(here, None, Some("s-1")).await, agent);
        assert!(told(here, Some("sid-1"), Some("s-2")).await.is_empty(), "a session of somebody else's");
        assert!(told("https://another.example", Some("sid-1"), None).await.is_empty());
        assert!(told(here, None, None).await.is_empty(), "nobody named, nobody out");
    }

    async fn who_came_by_password_has_nothing_to_say_to_a_provider(db: Db) {
        let town = Town::build(db).await;
        set(&town, settings()).await.unwrap();
        let first = login::password_reset_by_operator(&town.app, "agent").await.unwrap();
        let form = LoginForm { login: "agent".to_owned(), password: Secret::new(first) };
        let opened = login::session_open(&town.app, &form, "10.0.0.9", "t").await.unwrap();
        let signed = login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.unwrap();
        assert_eq!(staff_leave(&town.app, &signed.ctx).await.unwrap(), SessionClosed::default());
        let claims = identity(&json!({ "preferred_username": "agent" }));
        let away = SignInSettings { issuer: "http://127.0.0.1:9".to_owned(), ..settings() };
        let opened = admit(&town.app, &town.app.system("t"), &away, &claims).await.unwrap();
        let signed = login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.unwrap();
        set(&town, SignInSettings { client_secret: "anew".to_owned(), ..away }).await.unwrap();
        let closed = staff_leave(&town.app, &signed.ctx).await.unwrap();
        assert!(closed.go.is_none() && closed.notice.unwrap().contains("暂时无法连接"), "out here all the same");
        assert!(login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.is_err());
    }

    async fn an_answer_without_its_ticket_is_refused_and_written_down(db: Db) {
        let town = Town::build(db).await;
        set(&town, settings()).await.unwrap();
        let ctx = town.app.system("t");
        let returned = Returned { code: "c".to_owned(), state: "s".to_owned(), ..Returned::default() };
        for cookie in [None, Some("00ff"), Some("not hexadecimal")] {
            let e = staff_finish(&town.app, &ctx, cookie, &returned).await.err().unwrap();
            assert_eq!(refusal(e).code, "foreign");
        }
        let filter = AuditFilter { action: Some("session.sign_in".to_owned()), ..Default::default() };
        let page = kernel::Page::first(10);
        assert_eq!(store::audit::list_audit(&town.app.store.db, &filter, &page).await.unwrap().len(), 3);
    }
}

async fn save(town: &Town, staff: &store::staff::Staff) {
    db::with_retry!(town.app.store.db, async |tx| {
        assert!(store::staff::save_staff(tx, &town.app.store.vault, staff).await?);
        Ok::<(), Error>(())
    })
    .unwrap();
}
