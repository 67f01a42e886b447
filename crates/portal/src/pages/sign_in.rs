//! 统一身份认证: to the identity provider and back. Two redirections, no script; who does not want it is sent a code as ever.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use citizen::{Draft, Fault, Person, SignInReturned};
use kernel::{Refusal, Ts};
use serde::{Deserialize, Serialize};

use crate::site::{Page, Site, Visitor, go, show, status_of, with_cookie};
use askama::Template;

/// Sealed: what is needed when the citizen comes back, and what they wanted.
const GOING: &str = "hotline_going";
/// As long as a sign-in may take.
const GOING_S: i64 = 600;
/// Sealed: who this browser's citizen is.
const PERSON: &str = "hotline_person";
/// An hour, as long as a proved number counts: a forgotten public computer is not open for long.
const PERSON_S: i64 = 3600;

#[derive(Debug, Serialize, Deserialize)]
struct Going {
    ticket: String,
    wanted: Wanted,
}

/// Somebody said goodbye at this browser: the next one may be somebody else.
const LEFT: &str = "hotline_left";
/// As long as a provider may remember the one before.
const LEFT_S: i64 = 86_400;

/// What somebody signs in for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    #[default]
    Report,
    Track,
}

impl To {
    const fn path(self) -> &'static str {
        match self {
            Self::Report => "/report",
            Self::Track => "/track",
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Proved {
    person: Person,
    until: Ts,
}

impl Site {
    /// The proved person at this browser, and until when that counts.
    pub(crate) fn person(&self, visitor: &Visitor) -> Option<(Person, Ts)> {
        let proved: Proved = self.open_json(PERSON, visitor.cookie(PERSON)?)?;
        (self.clock.now() < proved.until).then_some((proved.person, proved.until))
    }

    /// Proves the number of a draft, where it is the proved person's own.
    pub(crate) fn prove(&self, visitor: &Visitor, draft: &mut Draft) {
        if let Some((person, until)) = self.person(visitor) {
            person.prove(draft, until);
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wanted {
    to: To,
    /// 领导信箱 the citizen was about to write to.
    mailbox: String,
}

impl Wanted {
    /// As the address of [`begin`] says it.
    fn query(&self) -> String {
        match self.to {
            To::Report => report_query(&self.mailbox),
            To::Track => "track".to_owned(),
        }
    }
}

/// Where a citizen signs in who is filling in the form: the mailbox chosen is not forgotten on the way.
pub(super) fn report_query(mailbox: &str) -> String {
    let plain = mailbox.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if mailbox.is_empty() || !plain { "report".to_owned() } else { format!("report&mailbox={mailbox}") }
}

/// Off to the provider.
pub async fn begin(State(site): State<Site>, visitor: Visitor, Query(wanted): Query<Wanted>) -> Page {
    match site.desk.sign_in_begin(visitor.cookie(LEFT).is_some()).await {
        Ok(begun) => {
            let going = site.seal_json(GOING, &Going { ticket: begun.ticket, wanted });
            Ok(with_cookie(go(&begun.url), site.cookie(GOING, &going, GOING_S)))
        }
        Err(Fault::Refused(refusal)) => failed(&site, &visitor, wanted, refusal).await,
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Failed {
    f: crate::site::Frame,
    message: String,
    wanted: Wanted,
    /// There still is a provider to try again with.
    again: bool,
}

async fn failed(site: &Site, visitor: &Visitor, wanted: Wanted, refusal: Refusal) -> Page {
    let f = site.frame(visitor, "未能登录", wanted.to.path()).await?;
    let again = site.desk.sign_in().await?.is_some();
    let page = Failed { f, message: refusal.message.clone(), wanted, again };
    Ok(with_cookie(show(status_of(&refusal), &page), site.cookie(GOING, "", 0)))
}

/// Back from the provider.
pub async fn back(State(site): State<Site>, visitor: Visitor, Query(returned): Query<SignInReturned>) -> Page {
    let going: Option<Going> = visitor.cookie(GOING).and_then(|text| site.open_json(GOING, text));
    let Some(Going { ticket, wanted }) = going else {
        let refusal = Refusal::state("foreign", "登录请求不是由本浏览器发起或已用过，请重新登录");
        return failed(&site, &visitor, Wanted::default(), refusal).await;
    };
    let person = match site.desk.sign_in_finish(&ticket, returned, &visitor.caller).await {
        Ok(person) => person,
        Err(Fault::Refused(refusal)) => return failed(&site, &visitor, wanted, refusal).await,
        Err(e) => return Err(e.into()),
    };
    let until = site.clock.now().plus_millis(PERSON_S * 1000);
    let answer = match wanted.to {
        To::Report => super::report::signed_in(&site, &visitor, (&person, until), &wanted.mailbox).await?,
        To::Track => go("/track/mine"),
    };
    let proved = site.seal_json(PERSON, &Proved { person, until });
    let answer = with_cookie(answer, site.cookie(PERSON, &proved, PERSON_S));
    let answer = with_cookie(answer, site.cookie(LEFT, "", 0));
    Ok(with_cookie(answer, site.cookie(GOING, "", 0)))
}

#[derive(Template)]
#[template(path = "left.html")]
struct Left {
    f: crate::site::Frame,
    /// The provider, while there is something to be done there.
    name: Option<String>,
    /// The provider's page that signs out there too.
    url: Option<String>,
}

/// Forgets who was signed in at this browser, and sends on to the provider. The page that does so is of our own: a form may
/// lead to no other house.
pub async fn leave(State(site): State<Site>, visitor: Visitor) -> Page {
    let left = match visitor.cookie(PERSON) {
        Some(_) => site.desk.sign_in_leave().await?,
        None => None,
    };
    let (name, url) = left.map_or((None, None), |l| (Some(l.name), l.url));
    let f = site.frame(&visitor, "退出登录", "/").await?;
    let page = show(StatusCode::OK, &Left { f, name, url });
    Ok(with_cookie(with_cookie(page, site.cookie(PERSON, "", 0)), site.cookie(LEFT, "1", LEFT_S)))
}

/// Back from the provider after a goodbye.
pub async fn left(State(site): State<Site>, visitor: Visitor) -> Page {
    let f = site.frame(&visitor, "退出登录", "/").await?;
    Ok(show(StatusCode::OK, &Left { f, name: None, url: None }))
}
