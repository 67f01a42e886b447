//! 通用 HTTP 接口: one request a message, as the settings word it.

use std::time::Duration;

use domain::message::HttpSettings;
use futures::future::BoxFuture;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method};
use serde_json::Value;

use crate::{Gateway, LineState, Outcome, Outgoing, Shown, trust};

/// Who does not answer within this time has not got it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Requests at a time.
const WINDOW: usize = 8;
/// Of an answer, for the log.
const EXCERPT: usize = 80;

/// A gateway with an HTTP interface.
pub struct Http {
    settings: HttpSettings,
    client: Client,
    headers: HeaderMap,
    state: Shown,
}

impl Http {
    /// # Errors
    /// When a header cannot be sent, or the certificates cannot be read.
    pub fn new(settings: HttpSettings) -> Result<Self, String> {
        let client = client(&settings)?;
        let mut headers = HeaderMap::new();
        for (name, value) in settings.header_lines().flatten() {
            let name = HeaderName::try_from(name).map_err(|_| format!("请求头“{name}”无效"))?;
            let value = HeaderValue::from_str(value).map_err(|_| format!("请求头“{name}”的值无效"))?;
            headers.insert(name, value);
        }
        Ok(Self { settings, client, headers, state: Shown::unknown() })
    }

    async fn post(&self, message: &Outgoing) -> Outcome {
        let s = &self.settings;
        let method = if s.method == "GET" { Method::GET } else { Method::POST };
        let mut request =
            self.client.request(method.clone(), filled(&s.url, message, percent)).headers(self.headers.clone());
        if method == Method::POST {
            let json = s.format == "json";
            let kind = if json { "application/json; charset=utf-8" } else { "application/x-www-form-urlencoded" };
            let body = filled(&s.body, message, if json { escaped } else { percent });
            request = request.header("content-type", kind).body(body);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(e) => {
                let why = unreached(&e);
                self.state.set(LineState::Down(why.to_owned()));
                return Outcome::Unreached(why.to_owned());
            }
        };
        let status = answer.status().as_u16();
        let body = answer.text().await.unwrap_or_default();
        let outcome = judged(s, message, status, &body);
        self.state.set(match &outcome {
            Outcome::Unreached(why) => LineState::Down(why.clone()),
            Outcome::Failed(why) if status != 200 => LineState::Down(why.clone()),
            _ => LineState::Up,
        });
        outcome
    }
}

impl Gateway for Http {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Outcome> {
        Box::pin(self.post(message))
    }

    fn state(&self) -> LineState {
        self.state.get()
    }

    fn window(&self) -> usize {
        WINDOW
    }
}

/// Trusts those of the settings too, see [`trust::client`].
fn client(settings: &HttpSettings) -> Result<Client, String> {
    // A redirection could lead anywhere: only the address a person entered is called.
    let plain = || Client::builder().timeout(PATIENCE).redirect(Policy::none());
    if !settings.url.trim().starts_with("https://") {
        return plain().tls_certs_only([]).build().map_err(|_| "无法建立网络连接".to_owned());
    }
    let own = Certificate::from_pem_bundle(settings.authority.as_bytes()).map_err(|_| "信任的证书无法识别")?;
    trust::client(plain, &own).map_err(|_| "信任的证书无法使用".to_owned())
}

fn unreached(e: &reqwest::Error) -> &'static str {
    if e.is_timeout() {
        return "网关超过10秒没有应答";
    }
    if trust::blames(e, &["certificate"]) {
        return "网关的证书不受信任，请在设置中粘贴其签发证书";
    }
    "无法连接短信网关"
}

/// What an answer means. A busy or broken gateway says nothing about the message; a wrong password says nothing either, and
/// somebody must set it right.
fn judged(s: &HttpSettings, message: &Outgoing, status: u16, body: &str) -> Outcome {
    let excerpt: String = body.trim().chars().take(EXCERPT).collect();
    match status {
        200..=299 => {}
        429 | 502..=504 => return Outcome::Unreached(format!("网关繁忙（HTTP {status}）")),
        401 | 403 | 407 => return Outcome::Unreached(format!("网关不接受本系统的身份（HTTP {status}）")),
        _ => return Outcome::Failed(format!("网关返回 HTTP {status} {excerpt}").trim().to_owned()),
    }
    let json: Option<Value> = serde_json::from_str(body).ok();
    let at = |place: &str| json.as_ref().and_then(|j| j.pointer(place)).map(plain);
    if !s.success_at.is_empty() && at(&s.success_at).as_deref() != Some(s.success_is.trim()) {
        return Outcome::Failed(format!("网关未接受：{excerpt}"));
    }
    let own = message.id.clone();
    let reference = if s.id_at.is_empty() { own } else { at(&s.id_at).filter(|t| !t.is_empty()).unwrap_or(own) };
    Outcome::Taken(vec![reference])
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn filled(template: &str, m: &Outgoing, write: fn(&str) -> String) -> String {
    // In one pass: a citizen's words may hold a placeholder.
    let mut out = String::with_capacity(template.len() + m.text.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let found = [("{phone}", &m.to), ("{text}", &m.text), ("{id}", &m.id)];
        match found.into_iter().find(|(name, _)| from.starts_with(name)) {
            Some((name, value)) => {
                out.push_str(&write(value));
                rest = &from[name.len()..];
            }
            None => {
                out.push('{');
                rest = &from[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Inside a JSON string.
fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Inside an address or a form.
pub(crate) fn percent(text: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if keep(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Outgoing {
        Outgoing {
            thread: Vec::new(),
            files: Vec::new(),
            id: "7".to_owned(),
            to: "13800000000".to_owned(),
            subject: None,
            text: "“好” {id}&\"a\"\n1".to_owned(),
        }
    }

    #[test]
    fn placeholders_are_written_as_their_place_needs_it_and_never_twice() {
        let body = filled(r#"{"m":"{phone}","t":"{text}","x":{"id":"{id}"}}"#, &message(), escaped);
        let json: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(json["t"], message().text);
        assert_eq!(json["x"]["id"], "7");
        assert_eq!(
            filled("m={phone}&t={text}", &Outgoing { text: "a b&c=水".to_owned(), ..message() }, percent),
            "m=13800000000&t=a%20b%26c%3D%E6%B0%B4"
        );
    }

    #[test]
    fn an_answer_is_judged_by_status_and_by_what_it_says() {
        let mut s = HttpSettings {
            success_at: "/code".to_owned(),
            success_is: "0".to_owned(),
            id_at: "/data/id".to_owned(),
            ..HttpSettings::default()
        };
        let of = |s: &HttpSettings, status, body| judged(s, &message(), status, body);
        assert_eq!(of(&s, 200, r#"{"code":0,"data":{"id":"G1"}}"#), Outcome::Taken(vec!["G1".to_owned()]));
        assert_eq!(of(&s, 200, r#"{"code":"0"}"#), Outcome::Taken(vec!["7".to_owned()]));
        assert!(
            matches!(of(&s, 200, r#"{"code":5,"msg":"余额不足"}"#), Outcome::Failed(why) if why.contains("余额不足"))
        );
        assert!(matches!(of(&s, 200, "ok"), Outcome::Failed(_)), "not the JSON that was agreed");
        assert!(matches!(of(&s, 500, "x"), Outcome::Failed(_)));
        assert!(matches!(of(&s, 503, ""), Outcome::Unreached(_)));
        assert!(matches!(of(&s, 401, ""), Outcome::Unreached(_)));
        s.success_at.clear();
        assert!(matches!(of(&s, 204, ""), Outcome::Taken(_)));
    }
}
