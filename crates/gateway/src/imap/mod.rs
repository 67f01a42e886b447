//! 收信: the office's mailbox by IMAP (RFC 3501). Reading changes nothing there; a mail is marked as read when it is kept, and
//! never removed.

mod bounce;
mod letter;
mod line;

use std::time::Duration;

use async_imap::Session;
use domain::message::FetchSettings;
use futures::TryStreamExt as _;
use kernel::Date;

pub use bounce::Bounce;
pub use letter::{Letter, Part, read};
use line::{Line, connect};

/// Larger mails are not fetched; their headers are, so that somebody learns of them.
pub const LARGEST: u32 = 40 << 20;

/// A server that has not answered a question within this time is not there; a large mail over a slow line takes its time.
const PATIENCE: Duration = Duration::from_secs(180);

/// Why the mailbox cannot be read, in words for the administrator. The server's own words may name people and stay out.
pub type Fault = String;

/// A mailbox that is open.
pub struct Mailbox {
    session: Session<Box<dyn Line>>,
    validity: u32,
    total: u32,
}

/// One mail as it lies there.
#[derive(Clone, Debug)]
pub struct Lying {
    /// As it came; of a mail that is too large only its headers.
    pub bytes: Vec<u8>,
    pub too_large: bool,
}

fn fault(what: &str, e: &async_imap::error::Error) -> Fault {
    tracing::warn!(error = %e, what, "the mailbox could not be spoken to");
    use async_imap::error::Error;
    match e {
        Error::No(_) | Error::Bad(_) => format!("收信服务器拒绝{what}"),
        Error::Io(_) | Error::ConnectionLost => "与收信服务器的连接中断".to_owned(),
        _ => format!("收信服务器对{what}的应答无法识别"),
    }
}

/// The server's answer, or that there is none.
async fn answered<T>(what: &str, asked: impl Future<Output = async_imap::error::Result<T>>) -> Result<T, Fault> {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|e| fault(what, &e)),
        Err(_) => Err("收信服务器没有应答".to_owned()),
    }
}

impl Mailbox {
    /// Signs in and opens the folder.
    ///
    /// # Errors
    /// When the server cannot be reached or does not let us in.
    pub async fn open(settings: &FetchSettings, authority: &str) -> Result<Self, Fault> {
        match tokio::time::timeout(PATIENCE, Self::signed_in(settings, authority)).await {
            Ok(open) => open,
            Err(_) => Err("收信服务器没有应答".to_owned()),
        }
    }

    async fn signed_in(settings: &FetchSettings, authority: &str) -> Result<Self, Fault> {
        let client = connect(settings, authority).await?;
        let (user, password) = (settings.user.trim(), settings.password.as_str());
        let mut session = client.login(user, password).await.map_err(|(e, _)| match e {
            async_imap::error::Error::No(_) => "收信服务器不接受账号或密码".to_owned(),
            e => fault("登录", &e),
        })?;
        // Some providers open no folder for a program that does not name itself (RFC 2971).
        let able = session.capabilities().await.map_err(|e| fault("查询功能", &e))?;
        if able.has_str("ID") {
            session.id([("name", Some("hotline"))]).await.map_err(|e| fault("通报名称", &e))?;
        }
        let folder = session.select(settings.folder.trim()).await.map_err(|e| fault("打开文件夹", &e))?;
        let validity = folder.uid_validity.ok_or("收信服务器不给邮件编号，无法保证不重不漏")?;
        Ok(Self { session, validity, total: folder.exists })
    }

    /// Mails in the folder when it was opened.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// Numbers hold as long as this does (UIDVALIDITY).
    #[must_use]
    pub const fn validity(&self) -> u32 {
        self.validity
    }

    /// Numbers above `after` of mails since a day, the oldest first.
    pub async fn news(&mut self, after: u32, since: Date) -> Result<Vec<u32>, Fault> {
        let query = format!("UID {}:* SINCE {}", after.saturating_add(1), since.strftime("%d-%b-%Y"));
        let found = answered("查找邮件", self.session.uid_search(query)).await?;
        // `n:*` always has the last one, even when it is older.
        let mut found: Vec<u32> = found.into_iter().filter(|uid| *uid > after).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// A mail, unless somebody has removed it meanwhile.
    pub async fn fetch(&mut self, uid: u32) -> Result<Option<Lying>, Fault> {
        let Some(size) = self.one(uid, "RFC822.SIZE").await?.and_then(|f| f.size) else { return Ok(None) };
        let too_large = size > LARGEST;
        let what = if too_large { "BODY.PEEK[HEADER]" } else { "BODY.PEEK[]" };
        let Some(found) = self.one(uid, what).await? else { return Ok(None) };
        let bytes = if too_large { found.header() } else { found.body() };
        Ok(bytes.map(|b| Lying { bytes: b.to_vec(), too_large }))
    }

    /// Whether a mail is there, whatever may be read of it.
    pub async fn lies(&mut self, uid: u32) -> Result<bool, Fault> {
        let found = answered("查找邮件", self.session.uid_search(format!("UID {uid}"))).await?;
        Ok(found.contains(&uid))
    }

    async fn one(&mut self, uid: u32, what: &str) -> Result<Option<async_imap::types::Fetch>, Fault> {
        let query = format!("(UID {what})");
        let asked = async { self.session.uid_fetch(uid.to_string(), query).await?.try_collect().await };
        let found: Vec<_> = answered("读取邮件", asked).await?;
        Ok(found.into_iter().find(|f| f.uid == Some(uid)))
    }

    /// Marks as read what is kept.
    pub async fn seen(&mut self, uid: u32) -> Result<(), Fault> {
        let asked = async {
            let done = self.session.uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)").await?;
            done.try_collect::<Vec<_>>().await
        };
        answered("标记已读", asked).await.map(drop)
    }

    /// Looks for news without opening anew.
    pub async fn refresh(&mut self) -> Result<(), Fault> {
        answered("保持连接", self.session.noop()).await
    }
}
