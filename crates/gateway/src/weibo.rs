//! 微博的接口 (`open.weibo.com/wiki`): posts and comments that mention the account, their pictures, comments as answers.

use std::time::Duration;

use domain::social::WeiboSettings;
use futures::future::BoxFuture;
use kernel::Ts;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Url, header};
use serde_json::Value;

use crate::http::percent;
use crate::{Gateway, LineState, Outcome, Outgoing, Shown, trust};

/// Who does not answer within this time is not there.
const PATIENCE: Duration = Duration::from_secs(10);
/// Mentions of a page, and pages looked through: Weibo shows no more than the latest 2000.
const PAGE: usize = 200;
const PAGES: usize = 10;
/// Largest picture, bytes.
const LARGEST: usize = 20 << 20;

/// Where mentions are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feed {
    Posts,
    Comments,
}

impl Feed {
    pub const ALL: [Self; 2] = [Self::Posts, Self::Comments];

    const fn path(self) -> &'static str {
        match self {
            Self::Posts => "/2/statuses/mentions.json",
            Self::Comments => "/2/comments/mentions.json",
        }
    }

    const fn list(self) -> &'static str {
        match self {
            Self::Posts => "statuses",
            Self::Comments => "comments",
        }
    }
}

/// Somebody mentions the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub id: i64,
    pub feed: Feed,
    /// The post it is, or stands beneath.
    pub post: i64,
    /// Whose post that is.
    pub poster: String,
    pub uid: String,
    pub name: String,
    pub text: String,
    /// Of the post that is passed on or commented.
    pub about: Option<String>,
    pub at: Option<Ts>,
    pub pictures: Vec<String>,
    /// The post as people open it.
    pub link: String,
}

/// Why an interface did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    Unreached(String),
    /// Too often asked: not again for a while.
    Limited(String),
    /// The interface's number, and its words for the log.
    Code(i64, String),
}

impl Trouble {
    /// In words for who runs the system.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Unreached(why) | Self::Limited(why) => why.clone(),
            Self::Code(code, words) => meaning(*code, words),
        }
    }
}

/// What a number means, as far as it can be done something about.
fn meaning(code: i64, words: &str) -> String {
    let known = match code {
        10001..=10003 | 10009 | 10011 => "微博系统繁忙",
        10004 | 20015 => "本机出口地址被微博限制",
        10005 | 10014 => "应用没有此接口的权限，请在微博开放平台申请",
        10006 | 10013 | 20003 => "微博账号不存在或已停用",
        20012 => "评论超过140字",
        20016 | 20022 | 20031 => "评论过于频繁，被微博限制",
        20018 | 20020 | 20021 => "评论内容被微博拒绝",
        20101 | 20104 => "原微博已删除",
        20201 | 20202 => "原评论已删除",
        20206..=20208 => "作者不允许评论",
        21314..=21317 | 21319 | 21332 => "访问令牌无效，请重新授权",
        21321 => "应用未通过审核，只能由测试账号使用",
        21327 => "访问令牌已过期，请重新授权",
        _ => return format!("微博接口返回 {code} {}", words.chars().take(60).collect::<String>()),
    };
    format!("{known}（{code}）")
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

/// Errors come with `error_code` in the body, whatever the status.
fn judged(answer: Value) -> Result<Value, Trouble> {
    let Some(code) = number(&answer["error_code"]) else { return Ok(answer) };
    let words = answer["error"].as_str().unwrap_or_default().to_owned();
    Err(match code {
        10022 => Trouble::Limited("本机出口地址的调用次数超过微博限制（10022）".to_owned()),
        10023 => Trouble::Limited("账号的调用次数超过微博限制（10023）".to_owned()),
        10024 => Trouble::Limited("接口的调用次数超过微博限制（10024）".to_owned()),
        _ => Trouble::Code(code, words),
    })
}

/// `Tue May 31 17:46:55 +0800 2011`.
fn moment(text: &str) -> Option<Ts> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [_, month, day, time, zone, year] = parts[..] else { return None };
    let month = MONTHS.iter().position(|m| *m == month)? + 1;
    let (hours, minutes) = zone.split_at_checked(3)?;
    Ts::parse_iso(&format!("{year}-{month:02}-{day:0>2}T{time}{hours}:{minutes}"))
}

/// A post's number as its address has it: groups of seven digits in base 62, four characters each.
fn short(id: i64) -> String {
    const DIGITS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let (mut rest, mut text) = (id.unsigned_abs(), Vec::new());
    while rest > 0 {
        let (mut group, more) = (rest % 10_000_000, rest >= 10_000_000);
        rest /= 10_000_000;
        let mut width = 0;
        while group > 0 || (more && width < 4) {
            text.push(DIGITS[usize::try_from(group % 62).unwrap_or_default()]);
            group /= 62;
            width += 1;
        }
    }
    text.iter().rev().map(|b| char::from(*b)).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The large picture of a small one.
fn large(thumbnail: &str) -> String {
    ["/thumbnail/", "/bmiddle/"].iter().fold(thumbnail.to_owned(), |url, size| url.replace(size, "/large/"))
}

fn pictures(post: &Value) -> Vec<String> {
    let all = post["pic_urls"].as_array().into_iter().flatten();
    let urls: Vec<String> = all.filter_map(|p| p["thumbnail_pic"].as_str()).map(large).collect();
    let one = post["original_pic"].as_str().filter(|_| urls.is_empty()).map(str::to_owned);
    urls.into_iter().chain(one).collect()
}

/// Words of a post, the long ones too.
fn words(post: &Value) -> String {
    let long = &post["longText"];
    let whole = [&long["content"], &long["longTextContent"]].into_iter().find(|v| v.is_string());
    text(whole.unwrap_or(&post["text"]))
}

/// `None` of what has been deleted: nobody wrote it any more.
fn mention(feed: Feed, entry: &Value) -> Option<Mention> {
    let id = number(&entry["id"])?;
    let uid = number(&entry["user"]["id"])?.to_string();
    let (post, other) = match feed {
        Feed::Posts => (entry, &entry["retweeted_status"]),
        Feed::Comments => (&entry["status"], &entry["status"]),
    };
    let post_id = number(&post["id"])?;
    let poster = number(&post["user"]["id"]).map(|n| n.to_string()).unwrap_or_default();
    let pictures = match feed {
        Feed::Posts => pictures(entry).into_iter().chain(pictures(other)).collect(),
        Feed::Comments => Vec::new(),
    };
    Some(Mention {
        id,
        feed,
        post: post_id,
        link: format!("https://weibo.com/{poster}/{}", short(post_id)),
        poster,
        uid,
        name: text(&entry["user"]["screen_name"]),
        text: words(entry),
        about: Some(words(other)).filter(|t| !t.is_empty()),
        at: moment(entry["created_at"].as_str().unwrap_or_default()),
        pictures,
    })
}

/// Whom a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub uid: String,
    /// Seconds until it runs out.
    pub good_s: i64,
}

/// The interfaces of one account.
pub struct Api {
    settings: WeiboSettings,
    client: Client,
}

impl Api {
    /// # Errors
    /// When no connection can be made on this machine at all.
    pub fn new(settings: &WeiboSettings) -> Result<Self, String> {
        let builder = || Client::builder().timeout(PATIENCE).redirect(Policy::none());
        let client = trust::client(builder, &[]).map_err(|_| "无法建立网络连接")?;
        Ok(Self { settings: settings.clone(), client })
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Value, Trouble> {
        let answer = request.send().await.map_err(|e| {
            let words = if e.is_timeout() { "微博接口超过10秒没有应答" } else { "无法连接微博接口" };
            Trouble::Unreached(words.to_owned())
        })?;
        let status = answer.status();
        match answer.json::<Value>().await {
            Ok(body) => {
                let body = judged(body)?;
                let good = status.is_success();
                good.then_some(body).ok_or_else(|| Trouble::Unreached(format!("微博接口返回 HTTP {}", status.as_u16())))
            }
            Err(_) => Err(Trouble::Unreached(format!("微博接口返回 HTTP {}", status.as_u16()))),
        }
    }

    fn form(&self, path: &str, body: String) -> RequestBuilder {
        let kind = "application/x-www-form-urlencoded";
        self.client.post(format!("{}{path}", self.settings.api)).header(header::CONTENT_TYPE, kind).body(body)
    }

    /// Whom the token speaks for, and for how long.
    ///
    /// # Errors
    /// When it is not good, or nobody answers.
    pub async fn token(&self) -> Result<Token, Trouble> {
        let body = format!("access_token={}", percent(&self.settings.access_token));
        let answer = self.ask(self.form("/oauth2/get_token_info", body)).await?;
        let uid = number(&answer["uid"]).map(|n| n.to_string()).unwrap_or_default();
        Ok(Token { uid, good_s: number(&answer["expire_in"]).unwrap_or_default() })
    }

    /// What mentions the account, numbered after `since` and written since `begin`, oldest first; without what it wrote itself.
    ///
    /// # Errors
    /// When it cannot be had now.
    pub async fn mentions(&self, feed: Feed, since: i64, begin: Ts) -> Result<Vec<Mention>, Trouble> {
        let s = &self.settings;
        let mut all = Vec::new();
        for page in 1..=PAGES {
            let url = format!(
                "{}{}?access_token={}&since_id={since}&count={PAGE}&page={page}&isGetLongText=1",
                s.api,
                feed.path(),
                percent(&s.access_token)
            );
            let answer = self.ask(self.client.get(url)).await?;
            let entries = answer[feed.list()].as_array().cloned().unwrap_or_default();
            let whole = entries.len() < PAGE;
            let read: Vec<Mention> = entries.iter().filter_map(|e| mention(feed, e)).collect();
            let early = read.iter().any(|m| m.at.is_some_and(|at| at < begin));
            all.extend(
                read.into_iter().filter(|m| m.id > since && m.uid != s.uid && m.at.is_none_or(|at| at >= begin)),
            );
            if whole || early {
                break;
            }
        }
        // A mention that comes while pages are turned moves another one to the next page.
        all.sort_by_key(|m| m.id);
        all.dedup_by_key(|m| m.id);
        Ok(all)
    }

    /// Where a picture may be fetched: at Weibo's own store and at the interfaces' address, for the link came from outside.
    fn may_fetch(&self, url: &str) -> Option<Url> {
        let mut url = Url::parse(url).ok()?;
        let api = Url::parse(&self.settings.api).ok()?;
        if url.origin() == api.origin() {
            return Some(url);
        }
        let weibos = url.host_str().is_some_and(|h| h.ends_with(".sinaimg.cn"));
        let plain = matches!(url.scheme(), "http" | "https") && url.port().is_none();
        (weibos && plain && url.set_scheme("https").is_ok()).then_some(url)
    }

    /// A picture of a post; the inner error says why it is not to be had.
    ///
    /// # Errors
    /// When it may be had later.
    pub async fn picture(&self, url: &str) -> Result<Result<Vec<u8>, String>, Trouble> {
        let Some(url) = self.may_fetch(url) else { return Ok(Err("图片地址不是微博的".to_owned())) };
        let gone = |_| Trouble::Unreached("无法取得微博图片".to_owned());
        let mut answer = self.client.get(url).send().await.map_err(gone)?;
        let status = answer.status();
        if status.is_server_error() {
            return Err(Trouble::Unreached(format!("微博图片返回 HTTP {}", status.as_u16())));
        }
        if !status.is_success() {
            return Ok(Err("图片已删除".to_owned()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(gone)? {
            if bytes.len() + chunk.len() > LARGEST {
                return Ok(Err(format!("图片超过{}MB", LARGEST >> 20)));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Ok(bytes))
    }

    /// Comments a post, or answers a comment beneath it; the number of the new comment.
    async fn comment(&self, (post, below): (i64, Option<i64>), words: &str) -> Result<String, Trouble> {
        let (path, below) = match below {
            None => ("/2/comments/create.json", String::new()),
            Some(id) => ("/2/comments/reply.json", format!("&cid={id}")),
        };
        let token = percent(&self.settings.access_token);
        let body = format!("access_token={token}&id={post}{below}&comment={}", percent(words));
        Ok(number(&self.ask(self.form(path, body)).await?["id"]).unwrap_or_default().to_string())
    }
}

/// `post` or `post/comment`, as answers name where they belong.
fn place(to: &str) -> Option<(i64, Option<i64>)> {
    match to.split_once('/') {
        Some((post, comment)) => Some((post.parse().ok()?, Some(comment.parse().ok()?))),
        None => Some((to.parse().ok()?, None)),
    }
}

/// What became of a comment.
fn outcome(done: Result<String, Trouble>, id: &str) -> Outcome {
    let no = match done {
        Ok(number) => return Outcome::Taken(vec![number]),
        Err(no) => no,
    };
    match &no {
        // The same words stand there: a try before this one got through, and its answer did not.
        Trouble::Code(20017 | 20019 | 20111, _) => Outcome::Taken(vec![id.to_owned()]),
        Trouble::Code(20012 | 20018 | 20020 | 20021 | 20101 | 20104 | 20201 | 20202 | 20206..=20208, _) => {
            Outcome::Refused(no.words())
        }
        Trouble::Code(10001..=10014 | 20003 | 20015 | 20016 | 20022 | 20031 | 21314..=21332, _) => {
            Outcome::Unreached(no.words())
        }
        Trouble::Code(..) => Outcome::Failed(no.words()),
        Trouble::Unreached(_) | Trouble::Limited(_) => Outcome::Unreached(no.words()),
    }
}

/// Comments as a way to citizens.
pub struct Weibo {
    api: Api,
    state: Shown,
}

impl Weibo {
    /// # Errors
    /// When no connection can be made on this machine at all.
    pub fn new(settings: &WeiboSettings) -> Result<Self, String> {
        Ok(Self { api: Api::new(settings)?, state: Shown::unknown() })
    }

    async fn post(&self, message: &Outgoing) -> Outcome {
        let Some(place) = place(&message.to) else { return Outcome::Refused("没有对应的微博".to_owned()) };
        let done = outcome(self.api.comment(place, &message.text).await, &message.id);
        self.state.set(LineState::after(&done));
        done
    }
}

impl Gateway for Weibo {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Outcome> {
        Box::pin(self.post(message))
    }

    fn state(&self) -> LineState {
        self.state.get()
    }

    /// Weibo takes comments for spam when they come fast.
    fn window(&self) -> usize {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_numbers_and_pictures_are_read_as_weibo_writes_them() {
        assert_eq!(moment("Tue May 31 17:46:55 +0800 2011"), Ts::parse_iso("2011-05-31T17:46:55+08:00"));
        assert_eq!(moment("yesterday"), None);
        assert_eq!(large("http://ww1.sinaimg.cn/thumbnail/a.jpg"), "http://ww1.sinaimg.cn/large/a.jpg");
        assert_eq!((place("12"), place("12/34"), place("x")), (Some((12, None)), Some((12, Some(34))), None));
        assert_eq!(short(3_501_756_485_200_075), "z0JH2lOMb");
        assert_eq!((short(61), short(10_000_000)), ("Z".to_owned(), "10000".to_owned()));
    }

    #[test]
    fn a_number_says_whether_it_is_the_post_the_account_or_the_moment() {
        let of = |code| outcome(Err(Trouble::Code(code, "x".to_owned())), "7");
        assert_eq!(of(20019), Outcome::Taken(vec!["7".to_owned()]));
        for code in [20101, 20201, 20206, 20021] {
            assert!(matches!(of(code), Outcome::Refused(_)), "{code}");
        }
        for code in [10002, 10014, 20016, 21315, 21327, 21332] {
            assert!(matches!(of(code), Outcome::Unreached(_)), "{code}");
        }
        assert!(matches!(of(99999), Outcome::Failed(why) if why.contains("99999")));
    }
}
