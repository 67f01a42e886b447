//! 微博 of one process: posts and comments that mention the account become pieces of 待登记, each kept before the next is looked at.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::inbox::{self, Arrived, ArrivedFile};
use app::social::weibo::{self, WeiboFound, WeiboProbe};
use domain::inbox::{Adapter, Record, subject_of};
use domain::social::WeiboSettings;
use futures::future::BoxFuture;
use gateway::weibo::{Api, Feed, Mention, Trouble};
use kernel::Ts;

/// Between two looks at the clock and at the settings.
const SOON: Duration = Duration::from_secs(5);
/// Between two questions, milliseconds: Weibo counts calls by the hour.
const EVERY_MS: i64 = 60_000;
/// After a question that was not answered, milliseconds.
const AGAIN_MS: i64 = 15_000;
/// Not asked again for so long when the limit is reached, milliseconds.
const LIMITED_MS: i64 = 10 * 60_000;
/// How long the account is this process's without a sign of life, milliseconds. Over many pictures another may find itself at work on
/// it too; each mention is kept once all the same.
const LEASE_MS: i64 = 45_000;
/// The lamp is told anew so often, milliseconds.
const SHOWN_MS: i64 = 30_000;
/// Words wait so long for a picture that cannot be had, milliseconds.
const PICTURES_MS: i64 = 10 * 60_000;
/// Numbers grow by this in ten minutes. What Weibo's own examination held back for a while comes with a number before the last one read.
const BACK: i64 = 600 << 22;

struct Open {
    settings: WeiboSettings,
    api: Api,
    /// Not asked before.
    not_before: Ts,
    /// Read by this process, so that what is looked at again costs nothing.
    seen: BTreeSet<(Feed, i64)>,
    /// What came of the last question.
    last: Result<(), String>,
    /// When the lamp was told.
    shown: Ts,
}

pub async fn run_forever(app: Arc<App>) {
    let mut open = None;
    loop {
        if let Err(why) = round(&app, &mut open).await {
            tracing::error!(error = why, "mentions on Weibo could not be looked at");
        }
        tokio::time::sleep(SOON).await;
    }
}

fn broken(e: app::Error) -> String {
    tracing::error!(error = %e, "a mention could not be taken in");
    match e.refusal() {
        Some(why) => why.message.clone(),
        None => "平台暂时不能保存来件，稍后重新读取".to_owned(),
    }
}

async fn round(app: &App, open: &mut Option<Open>) -> Result<(), String> {
    let (settings, now) = (weibo::settings(app).await.map_err(broken)?, app.now());
    if !settings.on || !holds(app).await.map_err(broken)? {
        *open = None;
        return Ok(());
    }
    if open.as_ref().is_none_or(|o| o.settings != settings) {
        let api = Api::new(&settings)?;
        *open = Some(Open { settings, api, not_before: Ts(0), seen: BTreeSet::new(), last: Ok(()), shown: Ts(0) });
    }
    let Some(open) = open else { return Ok(()) };
    if now >= open.not_before {
        let (last, pause) = look(app, open).await;
        (open.last, open.not_before, open.shown) = (last, app.now().plus_millis(pause), Ts(0));
    }
    if now.0 - open.shown.0 >= SHOWN_MS {
        let error = open.last.as_ref().err().map(String::as_str);
        inbox::line(app, Adapter::Weibo, error.is_none(), error).await.map_err(broken)?;
        open.shown = now;
    }
    Ok(())
}

async fn holds(app: &App) -> app::Result<bool> {
    inbox::hold(app, Adapter::Weibo, app.now().plus_millis(LEASE_MS)).await
}

/// Takes in what is new of both feeds, and says when to look again, milliseconds.
async fn look(app: &App, open: &mut Open) -> (Result<(), String>, i64) {
    for feed in Feed::ALL {
        match read(app, open, feed).await {
            Ok(()) => {}
            Err(Stop::Ours(why)) => return (Err(why), AGAIN_MS),
            Err(Stop::Theirs(no)) => {
                let pause = if matches!(no, Trouble::Limited(_)) { LIMITED_MS } else { AGAIN_MS };
                return (Err(no.words()), pause);
            }
        }
    }
    (Ok(()), EVERY_MS)
}

/// Why no more was read.
enum Stop {
    Ours(String),
    Theirs(Trouble),
}

impl From<app::Error> for Stop {
    fn from(e: app::Error) -> Self {
        Self::Ours(broken(e))
    }
}

impl From<Trouble> for Stop {
    fn from(no: Trouble) -> Self {
        Self::Theirs(no)
    }
}

async fn read(app: &App, open: &mut Open, feed: Feed) -> Result<(), Stop> {
    let begin = open.settings.since_day().map(Ts::start_of).ok_or_else(|| Stop::Ours("起始日期无效".to_owned()))?;
    let last = places(&inbox::position(app, Adapter::Weibo).await?.unwrap_or_default());
    let since = (last[feed as usize] - BACK).max(0);
    open.seen.retain(|(of, id)| *of != feed || *id > since);
    for mention in open.api.mentions(feed, since, begin).await? {
        if open.seen.contains(&(feed, mention.id)) {
            continue;
        }
        if !holds(app).await? {
            break;
        }
        let id = mention.id;
        let piece = arrived(app, &open.api, mention).await?;
        let mut next = places(&inbox::position(app, Adapter::Weibo).await?.unwrap_or_default());
        next[feed as usize] = next[feed as usize].max(id);
        inbox::accept(app, Adapter::Weibo, piece, &format!("{}/{}", next[0], next[1])).await?;
        open.seen.insert((feed, id));
    }
    Ok(())
}

/// Last numbers read of posts and of comments.
fn places(position: &str) -> [i64; 2] {
    let read = |text: &str| text.parse().unwrap_or(0);
    position.split_once('/').map_or([0, 0], |(posts, comments)| [read(posts), read(comments)])
}

async fn arrived(app: &App, api: &Api, m: Mention) -> Result<Arrived, Stop> {
    let (files, mut remarks) = pictures(app, api, &m).await?;
    remarks.insert(0, format!("原微博：{}", m.link));
    let (kind, reference, other) = match m.feed {
        Feed::Posts => ("微博", m.post.to_string(), "转发的微博"),
        Feed::Comments => ("评论", format!("{}/{}", m.post, m.id), "所评论的微博"),
    };
    // Beneath their own post it is the same matter, most likely.
    let about = match m.feed {
        Feed::Comments if m.uid == m.poster => weibo::order_below(app, m.post).await?,
        _ => None,
    };
    let whole = match &m.about {
        Some(words) => format!("{}\n\n（{other}）{words}", m.text),
        None => m.text.clone(),
    };
    let record = Record {
        sender: m.uid,
        name: m.name,
        subject: subject(&m.text),
        reference: Some(reference),
        remarks,
        ..Record::default()
    };
    Ok(Arrived {
        external_id: format!("{kind}{}", m.id),
        place: m.link,
        record: record.with_text(&whole),
        written_at: m.at,
        files,
        about,
        ..Arrived::default()
    })
}

/// What is said, without whom it is said to.
fn subject(text: &str) -> String {
    let said: Vec<&str> = text.split_whitespace().filter(|word| !word.starts_with('@')).collect();
    subject_of(&said.join(" "))
}

/// The pictures of a mention, with remarks about those that are not to be had.
async fn pictures(app: &App, api: &Api, m: &Mention) -> Result<(Vec<ArrivedFile>, Vec<String>), Trouble> {
    let late = m.at.is_some_and(|at| app.now().0 - at.0 > PICTURES_MS);
    let (mut files, mut remarks) = (Vec::new(), Vec::new());
    for (n, url) in (1..).zip(&m.pictures) {
        let why = match api.picture(url).await {
            Ok(Ok(bytes)) => {
                let name = url.rsplit('/').next().unwrap_or_default();
                let ending = name.rsplit_once('.').map_or("jpg", |(_, e)| e);
                files.push(ArrivedFile { name: format!("图片{n}.{ending}"), bytes });
                continue;
            }
            Ok(Err(why)) => why,
            Err(no) if late => no.words(),
            Err(no) => return Err(no),
        };
        remarks.push(format!("图片{n}未能取回：{why}，原图地址：{url}"));
    }
    Ok((files, remarks))
}

/// Asks Weibo about an account for the administrator.
pub struct Probe;

impl WeiboProbe for Probe {
    fn probe<'a>(&'a self, settings: &'a WeiboSettings) -> BoxFuture<'a, Result<WeiboFound, String>> {
        Box::pin(async move {
            let begin = settings.since_day().map(Ts::start_of).ok_or("起始日期无效")?;
            let api = Api::new(settings)?;
            let token = api.token().await.map_err(|no| no.words())?;
            if token.uid != settings.uid {
                return Err(format!("访问令牌属于另一账号（UID {}），请用本账号授权", token.uid));
            }
            let mut counts = [0, 0];
            for feed in Feed::ALL {
                let found = api.mentions(feed, 0, begin).await.map_err(|no| no.words())?;
                counts[feed as usize] = u32::try_from(found.len()).unwrap_or(u32::MAX);
            }
            Ok(WeiboFound { posts: counts[0], comments: counts[1], token_days: token.good_s / 86_400 })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_says_nothing_is_the_beginning() {
        assert_eq!(places("12/34"), [12, 34]);
        assert_eq!(places(""), [0, 0]);
        assert_eq!(places("x/7"), [0, 7]);
    }

    #[test]
    fn a_subject_names_the_matter_and_not_the_account() {
        assert_eq!(subject("@云12345 桂巷路路灯坏了 @澄湖发布"), "桂巷路路灯坏了");
        assert_eq!(subject("@云12345"), "");
    }
}
