//! 统一身份认证: whom an identity provider vouches for comes in to the account that is there, and to no other.

use app::login::{self, LoginForm};
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
    Identity { subject: "1".to_owned(), claims: claims.as_object().unwrap().clone() }
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
        let by_phone = SignInSettings { claim: "phone_number".to_owned(), match_by: MatchBy::Phone, ..settings() };
        let users = store::staff::list_staff(&town.app.store.db, &town.app.store.vault, None).await.unwrap();
        let mut agent = users.iter().find(|s| s.login == "agent").unwrap().clone();
        agent.phone = Some("13911112222".to_owned());
        save(&town, &agent).await;
        assert_eq!(code(&town, &by_phone, json!({ "phone_number": "+86 139-1111-2222" })).await, "agent");
        let doubtful = json!({ "phone_number": "13911112222", "phone_number_verified": false });
        assert_eq!(code(&town, &by_phone, doubtful).await, "phone_doubtful");
        let mut twin = users.iter().find(|s| s.login == "agent2").unwrap().clone();
        twin.phone = Some("13911112222".to_owned());
        save(&town, &twin).await;
        assert_eq!(code(&town, &by_phone, json!({ "phone_number": "13911112222" })).await, "no_account", "two share it");
        twin.disabled = true;
        twin.version += 1;
        save(&town, &twin).await;
        assert_eq!(code(&town, &by_phone, json!({ "phone_number": "13911112222" })).await, "agent");
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
