//! 微信公众号的接口: the access token, files that citizens sent, messages to citizens (客服消息).

use std::sync::Mutex;
use std::time::{Duration, Instant};

use domain::social::WechatSettings;
use futures::future::BoxFuture;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::http::percent;
use crate::{Gateway, LineState, Outcome, Outgoing, Shown, trust};

/// Who does not answer within this time has not got it.
const PATIENCE: Duration = Duration::from_secs(10);
/// A token is asked for anew so long before it runs out; both are good meanwhile.
const EARLY: Duration = Duration::from_secs(300);
/// WeChat renews a token by force no more often.
const FORCED: Duration = Duration::from_secs(30);
/// Messages at a time.
const WINDOW: usize = 4;
/// Longest words of a message, bytes.
const LONGEST: usize = 2048;
/// Largest file, bytes; WeChat itself takes pictures up to 10 MB.
const LARGEST: usize = 20 << 20;

/// A file that a citizen sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub bytes: Vec<u8>,
    /// As its name ends.
    pub ending: String,
}

/// Why an interface did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
enum No {
    /// Nobody was there.
    Unreached(String),
    /// The interface's number, and its words for the log.
    Code(i64, String),
}

#[derive(Debug)]
struct Token {
    text: String,
    good_until: Instant,
}

/// The interfaces of one account.
pub struct Api {
    settings: WechatSettings,
    client: Client,
    token: tokio::sync::Mutex<Option<Token>>,
    forced: Mutex<Option<Instant>>,
}

fn unreached(e: &reqwest::Error) -> No {
    No::Unreached(if e.is_timeout() { "微信接口超过10秒没有应答" } else { "无法连接微信接口" }.to_owned())
}

/// What a number means to who runs the system, as far as it can be done something about.
fn meaning(code: i64, words: &str) -> String {
    let known = match code {
        -1 => "微信系统繁忙",
        40001 | 40125 => "AppSecret 不正确",
        40013 => "AppID 不正确",
        40164 => "本机出口地址不在公众号的IP白名单中",
        40243 => "AppSecret 已被冻结，请在公众平台解冻",
        48001 => "公众号没有此接口的权限，请确认已认证",
        45009 => "当日接口调用次数已用完",
        45011 => "接口调用过于频繁",
        50007 => "公众号已被封禁",
        50002 => "公众号接口已被封禁或停用",
        _ => return format!("微信接口返回 {code} {}", words.chars().take(60).collect::<String>()),
    };
    format!("{known}（{code}）")
}

impl No {
    fn words(&self) -> String {
        match self {
            Self::Unreached(why) => why.clone(),
            Self::Code(code, words) => meaning(*code, words),
        }
    }
}

/// The token was not good; another may be.
const fn is_token(code: i64) -> bool {
    matches!(code, 40001 | 40014 | 42001)
}

fn judged(answer: &Value) -> Result<(), No> {
    match answer.get("errcode").and_then(Value::as_i64) {
        None | Some(0) => Ok(()),
        Some(code) => Err(No::Code(code, answer["errmsg"].as_str().unwrap_or_default().to_owned())),
    }
}

async fn whole(response: Response) -> Result<Value, No> {
    let status = response.status();
    if !status.is_success() {
        return Err(No::Unreached(format!("微信接口返回 HTTP {}", status.as_u16())));
    }
    response.json().await.map_err(|e| unreached(&e))
}

impl Api {
    /// # Errors
    /// When no connection can be made on this machine at all.
    pub fn new(settings: &WechatSettings) -> Result<Self, String> {
        let builder = || Client::builder().timeout(PATIENCE).redirect(Policy::none());
        let client = trust::client(builder, &[]).map_err(|_| "无法建立网络连接")?;
        Ok(Self { settings: settings.clone(), client, token: tokio::sync::Mutex::default(), forced: Mutex::default() })
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> String {
        let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{}{path}{mark}{}", self.settings.api, pairs.join("&"))
    }

    /// The token in use. `old` is one that was just refused: it is asked for anew, by force when it is given out once more.
    async fn token(&self, old: Option<&str>) -> Result<String, No> {
        let mut held = self.token.lock().await;
        let now = Instant::now();
        if let Some(token) = held.as_ref().filter(|t| t.good_until > now && old != Some(&t.text)) {
            return Ok(token.text.clone());
        }
        let mut new = self.ask(false).await?;
        if old == Some(&new.text) && self.may_force(now) {
            new = self.ask(true).await?;
        }
        let text = new.text.clone();
        *held = Some(new);
        Ok(text)
    }

    fn may_force(&self, now: Instant) -> bool {
        let mut forced = self.forced.lock().expect("nobody panics holding it");
        let may = forced.is_none_or(|at| now.duration_since(at) > FORCED);
        if may {
            *forced = Some(now);
        }
        may
    }

    async fn ask(&self, force: bool) -> Result<Token, No> {
        let s = &self.settings;
        let body = json!({
            "grant_type": "client_credential", "appid": s.app_id, "secret": s.secret, "force_refresh": force,
        });
        let response = self.client.post(self.url("/cgi-bin/stable_token", &[])).json(&body).send().await;
        let answer = whole(response.map_err(|e| unreached(&e))?).await?;
        judged(&answer)?;
        let text = answer["access_token"].as_str().unwrap_or_default().to_owned();
        if text.is_empty() {
            return Err(No::Unreached("微信接口的应答无法识别".to_owned()));
        }
        let seconds = answer["expires_in"].as_u64().unwrap_or_default();
        let good = Duration::from_secs(seconds).saturating_sub(EARLY);
        Ok(Token { text, good_until: Instant::now() + good })
    }

    /// Whether the account can be used: AppID, AppSecret and the way there.
    ///
    /// # Errors
    /// In words for who runs the system.
    pub async fn check(&self) -> Result<(), String> {
        self.token(None).await.map(drop).map_err(|no| no.words())
    }

    /// A file a citizen sent: within three days; the inner error says why it is not to be had any more.
    ///
    /// # Errors
    /// In words for who runs the system, when it may be had later.
    pub async fn media(&self, id: &str) -> Result<Result<File, String>, String> {
        let mut token = self.token(None).await.map_err(|no| no.words())?;
        for last in [false, true] {
            match self.fetch(&token, id).await {
                Ok(file) => return Ok(Ok(file)),
                Err(No::Code(code, _)) if is_token(code) && !last => {
                    token = self.token(Some(&token)).await.map_err(|no| no.words())?;
                }
                Err(No::Code(40007, _)) => return Ok(Err("文件已过期或被撤回".to_owned())),
                Err(No::Code(0, why)) => return Ok(Err(why)),
                Err(no) => return Err(no.words()),
            }
        }
        Err("微信接口不接受访问令牌".to_owned())
    }

    async fn fetch(&self, token: &str, id: &str) -> Result<File, No> {
        let url = self.url("/cgi-bin/media/get", &[("access_token", token), ("media_id", id)]);
        let mut response = self.client.get(url).send().await.map_err(|e| unreached(&e))?;
        let header = |name: &str| {
            response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
        };
        let (kind, disposition) = (header("content-type"), header("content-disposition"));
        if kind.contains("json") || (kind.starts_with("text/plain") && disposition.is_empty()) {
            judged(&whole(response).await?)?;
            return Err(No::Code(0, "微信没有给出文件内容".to_owned()));
        }
        if !response.status().is_success() {
            return Err(No::Unreached(format!("微信接口返回 HTTP {}", response.status().as_u16())));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| unreached(&e))? {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(No::Code(0, format!("文件超过{}MB", LARGEST >> 20)));
            }
            bytes.extend_from_slice(&chunk);
        }
        let named = disposition.trim_end_matches('"').rsplit_once('.').map(|(_, e)| e.to_owned());
        let ending = named.filter(|e| !e.is_empty() && e.len() <= 5 && e.bytes().all(|b| b.is_ascii_alphanumeric()));
        Ok(File { bytes, ending: ending.unwrap_or_else(|| "bin".to_owned()) })
    }

    async fn say(&self, token: &str, to: &str, words: &str) -> Result<(), No> {
        let body = json!({ "touser": to, "msgtype": "text", "text": { "content": words } });
        let url = self.url("/cgi-bin/message/custom/send", &[("access_token", token)]);
        let answer = whole(self.client.post(url).json(&body).send().await.map_err(|e| unreached(&e))?).await?;
        judged(&answer)
    }

    async fn deliver(&self, to: &str, words: &str) -> Result<(), No> {
        let token = self.token(None).await?;
        match self.say(&token, to, words).await {
            Err(No::Code(code, _)) if is_token(code) => {
                let token = self.token(Some(&token)).await?;
                self.say(&token, to, words).await
            }
            done => done,
        }
    }
}

/// Words cut to what a message holds.
fn cut(words: &str) -> &str {
    let mut end = words.len().min(LONGEST);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    &words[..end]
}

/// What became of a message.
fn outcome(done: Result<(), No>, id: &str) -> Outcome {
    let no = match done {
        Ok(()) => return Outcome::Taken(vec![id.to_owned()]),
        Err(no) => no,
    };
    match &no {
        No::Unreached(why) => Outcome::Unreached(why.clone()),
        No::Code(45015, _) => Outcome::Elsewhere("群众超过48小时未发消息，微信不再接受主动回复（45015）".to_owned()),
        No::Code(45047, _) => Outcome::Elsewhere("主动回复次数已达上限（45047）".to_owned()),
        No::Code(43004, _) => Outcome::Elsewhere("群众已取消关注（43004）".to_owned()),
        No::Code(40003, _) => Outcome::Elsewhere("群众的微信账号无效（40003）".to_owned()),
        No::Code(48001, _) => Outcome::Elsewhere(no.words()),
        No::Code(code, _)
            if is_token(*code)
                || matches!(code, -1 | 40013 | 40125 | 40164 | 40243 | 45009 | 45011 | 50002 | 50007) =>
        {
            Outcome::Unreached(no.words())
        }
        No::Code(..) => Outcome::Failed(no.words()),
    }
}

/// 客服消息 as a way to citizens.
pub struct Wechat {
    api: Api,
    state: Shown,
}

impl Wechat {
    /// # Errors
    /// When no connection can be made on this machine at all.
    pub fn new(settings: &WechatSettings) -> Result<Self, String> {
        Ok(Self { api: Api::new(settings)?, state: Shown::unknown() })
    }

    async fn post(&self, message: &Outgoing) -> Outcome {
        let done = outcome(self.api.deliver(&message.to, cut(&message.text)).await, &message.id);
        self.state.set(LineState::after(&done));
        done
    }
}

impl Gateway for Wechat {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_whether_it_is_the_citizen_the_account_or_the_moment() {
        let of = |code| outcome(Err(No::Code(code, "x".to_owned())), "7");
        assert_eq!(outcome(Ok(()), "7"), Outcome::Taken(vec!["7".to_owned()]));
        for code in [45015, 45047, 43004, 40003, 48001] {
            assert!(matches!(of(code), Outcome::Elsewhere(_)), "{code}");
        }
        for code in [-1, 40001, 42001, 40164, 45009, 45011] {
            assert!(matches!(of(code), Outcome::Unreached(_)), "{code}");
        }
        assert!(matches!(of(45002), Outcome::Failed(why) if why.contains("45002")));
    }

    #[test]
    fn words_are_cut_between_characters() {
        let long = "好".repeat(1000);
        assert_eq!(cut(&long).len(), 2046);
        assert_eq!(cut("好"), "好");
    }
}
