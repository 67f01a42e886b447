//! Signing in and out.

use app::Error;
use app::login::{self, LoginForm, PasswordForm};
use db::Db;
use kernel::{Refusal, Secret};

use crate::town::Town;

const PASSWORD: &str = "Qinghe-lu-88";

fn form(login: &str, password: &str) -> LoginForm {
    LoginForm { login: login.to_owned(), password: Secret::new(password.to_owned()) }
}

/// The town with a known password for the agent.
async fn town(db: Db) -> Town {
    let town = Town::build(db).await;
    let first = login::password_reset_by_operator(&town.app, "agent").await.unwrap();
    let opened = login::session_open(&town.app, &form("agent", &first), "10.0.0.9", "t").await.unwrap();
    assert!(opened.view.must_change_password);
    let signed = login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.unwrap();
    assert!(signed.ctx.require_ready().is_err(), "nothing else before the password is changed");
    let change = PasswordForm { current: Secret::new(first), next: Secret::new(PASSWORD.to_owned()) };
    login::password_change(&town.app, &signed.ctx, &change).await.unwrap();
    town
}

fn refusal(e: Error) -> Refusal {
    match e {
        Error::Unauthenticated(r) | Error::Locked(r) | Error::Refused(r) => r,
        Error::Internal(what) | Error::Away(what) => panic!("{what}"),
    }
}

async fn fails(town: &Town, login: &str, ip: &str) -> String {
    match login::session_open(&town.app, &form(login, "wrong-Password-1"), ip, "t").await {
        Ok(_) => panic!("signed in with a wrong password"),
        Err(e) => refusal(e).code.into_owned(),
    }
}

testkit::both_engines! {
    async fn a_session_knows_who_is_there(db: Db) {
        let town = town(db).await;
        let opened = login::session_open(&town.app, &form(" Agent ", PASSWORD), "10.0.0.9", "t").await.unwrap();
        assert_eq!(opened.view.user.login, "agent");
        assert!(opened.view.permissions.contains(&"order.register".to_owned()));
        assert_eq!(opened.view.idle_minutes, 60);
        let signed = login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.unwrap();
        assert_eq!(signed.csrf, opened.view.csrf);
        assert_eq!(signed.ctx.actor().unwrap().user, town.user("agent"));
        login::session_close(&town.app, &signed.ctx).await.unwrap();
        let gone = login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.err().unwrap();
        assert!(matches!(gone, Error::Unauthenticated(_)));
    }

    async fn five_wrong_passwords_lock_the_login_at_that_address(db: Db) {
        let town = town(db).await;
        for _ in 0..4 {
            assert_eq!(fails(&town, "agent", "10.0.0.7").await, "bad_credentials");
        }
        assert_eq!(fails(&town, "agent", "10.0.0.7").await, "locked");
        let right = login::session_open(&town.app, &form("agent", PASSWORD), "10.0.0.7", "t").await.err().unwrap();
        assert!(matches!(&right, Error::Locked(r) if r.message.contains("09:45")), "{right}");
        assert!(login::session_open(&town.app, &form("agent", PASSWORD), "10.0.0.8", "t").await.is_ok(), "elsewhere it is open");
        login::unlock_by_operator(&town.app, "agent").await.unwrap();
        assert!(login::session_open(&town.app, &form("agent", PASSWORD), "10.0.0.7", "t").await.is_ok());
    }

    async fn a_name_that_does_not_exist_looks_like_any_other(db: Db) {
        let town = town(db).await;
        for _ in 0..4 {
            assert_eq!(fails(&town, "nobody", "10.0.0.7").await, "bad_credentials");
        }
        assert_eq!(fails(&town, "nobody", "10.0.0.7").await, "locked");
    }

    async fn signing_in_again_ends_the_earlier_session(db: Db) {
        let town = town(db).await;
        let first = login::session_open(&town.app, &form("agent", PASSWORD), "10.0.0.9", "t").await.unwrap();
        login::session_open(&town.app, &form("agent", PASSWORD), "10.0.0.8", "t").await.unwrap();
        assert!(login::session_load(&town.app, first.token.expose(), "10.0.0.9", "t").await.is_err());
    }

    async fn a_session_ends_when_nothing_happens_and_at_the_latest_after_half_a_day(db: Db) {
        let town = town(db).await;
        let opened = login::session_open(&town.app, &form("agent", PASSWORD), "10.0.0.9", "t").await.unwrap();
        let load = async || login::session_load(&town.app, opened.token.expose(), "10.0.0.9", "t").await.is_ok();
        for _ in 0..13 {
            town.clock.advance(std::time::Duration::from_secs(55 * 60));
            assert!(load().await, "an agent may be silent for an hour");
        }
        town.clock.advance(std::time::Duration::from_secs(50 * 60));
        assert!(!load().await, "twelve hours are the limit");
    }

    async fn a_new_password_must_be_good_and_new(db: Db) {
        let town = town(db).await;
        let ctx = town.ctx("agent");
        let change = async |current: &str, next: &str| {
            let form = PasswordForm { current: Secret::new(current.to_owned()), next: Secret::new(next.to_owned()) };
            login::password_change(&town.app, &ctx, &form).await
        };
        assert_eq!(refusal(change("wrong", "Another-pass-9").await.unwrap_err()).fields[0].field, "current");
        assert_eq!(refusal(change(PASSWORD, "short").await.unwrap_err()).fields[0].field, "next");
        assert!(refusal(change(PASSWORD, PASSWORD).await.unwrap_err()).message.contains("最近"));
        change(PASSWORD, "Another-pass-9").await.unwrap();
        assert!(refusal(change("Another-pass-9", PASSWORD).await.unwrap_err()).message.contains("最近"));
        town.pass(24 * 91);
        let opened = login::session_open(&town.app, &form("agent", "Another-pass-9"), "10.0.0.9", "t").await.unwrap();
        assert!(opened.view.must_change_password, "ninety days are the limit");
    }
}
