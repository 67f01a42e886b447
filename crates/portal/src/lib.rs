//! 群众网站: file a matter, follow it, rate it, read what is public. Rendered on the server, whole without any script,
//! for old browsers and small telephones. It knows the hotline only through [`citizen::Desk`]: neither database nor use
//! cases are in sight, so that it can run alone on the far side of an isolation gateway.

mod captcha;
mod fields;
mod limit;
mod pages;
mod site;
mod wechat;

pub use citizen::Desk;
pub use site::{Settings, Site};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use pages::{act, contest, home, knowledge, mailbox, notice, proof, report, sign_in, survey, track};

/// Room for the form's texts beside its photos, bytes.
const TEXTS: usize = 1 << 20;
/// Photos sent at once, bytes; more go one after the other.
const UPLOAD: usize = 40 << 20;

/// Every page.
pub fn router(site: Site) -> Router {
    let upload = DefaultBodyLimit::max(UPLOAD + TEXTS);
    Router::new()
        .route("/", get(home::home))
        .route("/elder", post(home::elder))
        .route("/privacy", get(home::privacy))
        .route("/accessibility", get(home::accessibility))
        .route("/static/{file}", get(home::file))
        .route("/health", get(home::health))
        .route("/report", get(report::form).post(report::save).layer(upload))
        .route("/report/photo/{id}", get(report::photo))
        .route("/report/confirm", get(report::confirm))
        .route("/report/code", post(report::code))
        .route("/report/submit", post(report::submit))
        .route("/report/done", get(report::done))
        .route("/report/new", post(report::again))
        .route("/sign-in", get(sign_in::begin))
        .route("/sign-in/back", get(sign_in::back))
        .route("/sign-in/leave", post(sign_in::leave))
        .route("/sign-in/left", get(sign_in::left))
        .route("/track/mine", get(track::mine))
        .route("/track", get(track::ask).post(track::by_code))
        .route("/track/person", post(track::send_code))
        .route("/track/verify", get(track::verify_page).post(track::verify))
        .route("/track/list", get(track::list))
        .route("/track/m/{n}", get(track::matter))
        .route("/track/m/{n}/papers/{id}", get(track::paper))
        .route("/track/leave", post(track::leave))
        .route("/track/m/{n}/add", get(act::add_page).post(act::add).layer(upload))
        .route("/track/m/{n}/withdraw", get(act::withdraw_page).post(act::withdraw))
        .route("/track/m/{n}/withdraw/code", post(act::withdraw_code))
        .route("/track/m/{n}/rate", get(act::rate_page).post(act::rate))
        .route("/track/m/{n}/redo", get(act::redo_page).post(act::redo))
        .route("/track/m/{n}/contest/{i}", get(contest::form).post(contest::send))
        .route("/knowledge", get(knowledge::list))
        .route("/knowledge/{id}", get(knowledge::one))
        .route("/mailboxes", get(mailbox::list))
        .route("/surveys", get(survey::list))
        .route("/s/{code}", get(survey::open).post(survey::turn))
        .route("/verify", get(proof::ask))
        .route("/verify/{code}", get(proof::scanned))
        .route("/notices", get(notice::list))
        .route("/notices/{id}", get(notice::one))
        .fallback(home::nowhere)
        .layer(axum::middleware::from_fn_with_state(site.clone(), site::guard))
        .merge(callbacks())
        .with_state(site)
}

/// Called by machines, many from one address: signatures stand in for the bounds of [`site::guard`].
fn callbacks() -> Router<Site> {
    Router::new().route("/wechat", get(wechat::greet).post(wechat::take)).layer(DefaultBodyLimit::max(wechat::CALL))
}
