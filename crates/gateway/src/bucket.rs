//! 对象存储: a bucket of an S3-compatible object store (MinIO, Ceph, the store of a government cloud) in which files are
//! kept under their names. What lies there is sealed before it gets here.

use std::fmt;
use std::io::{self, ErrorKind};
use std::time::Duration;

use kernel::{Secret, Ts};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode, Url};
use rusty_s3::actions::{ListObjectsV2, S3Action};
use rusty_s3::{Bucket, Credentials, UrlStyle};

use crate::trust;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a connection may take to come about.
const REACH: Duration = Duration::from_secs(5);
/// How long a signed address is good for; clocks may differ by some minutes.
const GOOD_FOR: Duration = Duration::from_secs(600);
/// Pauses before a request is made again: each of them may be made twice without harm.
const AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];
/// Our files among those of others in the same bucket.
const PREFIX: &str = "files/";

/// Where the bucket is, and who we are there.
#[derive(Clone)]
pub struct BucketSettings {
    /// `https://host/bucket`, or `https://bucket.host` where the store wants the bucket in the name.
    pub url: String,
    pub region: String,
    pub key: String,
    pub secret: Secret<String>,
}

/// A bucket ready to be used.
pub struct FileBucket {
    client: Client,
    bucket: Bucket,
    credentials: Credentials,
}

impl fmt::Debug for FileBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBucket").field("bucket", &self.bucket.name()).finish_non_exhaustive()
    }
}

/// Endpoint, manner and name of the bucket that an address means.
fn place(url: &str) -> Result<(Url, UrlStyle, String), String> {
    let mut at = Url::parse(url).map_err(|_| "地址无效，请写成 https://主机/存储桶")?;
    let host = at.host_str().ok_or("地址中没有主机")?.to_owned();
    let path = at.path().trim_matches('/').to_owned();
    at.set_path("");
    if !path.is_empty() {
        return if path.contains('/') {
            Err("地址中只能有一段路径，即存储桶名称".to_owned())
        } else {
            Ok((at, UrlStyle::Path, path))
        };
    }
    let named =
        host.split_once('.').filter(|(name, rest)| !name.is_empty() && rest.contains('.') && at.domain().is_some());
    let (name, rest) = named.ok_or("地址中没有存储桶，请写成 https://主机/存储桶")?;
    let name = name.to_owned();
    at.set_host(Some(rest)).map_err(|_| "地址中的主机无效")?;
    Ok((at, UrlStyle::VirtualHost, name))
}

impl FileBucket {
    /// # Errors
    /// When the address names no bucket.
    pub fn new(settings: &BucketSettings) -> Result<Self, String> {
        let (endpoint, style, name) = place(&settings.url)?;
        let bucket =
            Bucket::new(endpoint, style, name, settings.region.clone()).map_err(|e| format!("地址无效：{e}"))?;
        let plain = || Client::builder().timeout(PATIENCE).connect_timeout(REACH).redirect(Policy::none());
        let client = trust::client(plain, &[]).map_err(|_| "无法建立网络连接")?;
        let credentials = Credentials::new(settings.key.clone(), settings.secret.expose().clone());
        Ok(Self { client, bucket, credentials })
    }

    /// Keeps a file; one of that name is replaced.
    ///
    /// # Errors
    /// When the store cannot be reached or does not take it.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> io::Result<()> {
        let key = format!("{PREFIX}{name}");
        let url = self.bucket.put_object(Some(&self.credentials), &key).sign(GOOD_FOR);
        self.ask(Method::PUT, url, bytes).await.map(drop)
    }

    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such file; else as [`Self::put`].
    pub async fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        let key = format!("{PREFIX}{name}");
        let url = self.bucket.get_object(Some(&self.credentials), &key).sign(GOOD_FOR);
        self.ask(Method::GET, url, Vec::new()).await
    }

    /// Names that begin so, each with the moment it was last kept, by the store's clock.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub async fn list(&self, begins: &str) -> io::Result<Vec<(String, Ts)>> {
        let (mut names, mut from) = (Vec::new(), None::<String>);
        loop {
            let mut action = ListObjectsV2::new(&self.bucket, Some(&self.credentials));
            action.with_prefix(format!("{PREFIX}{begins}"));
            if let Some(from) = from.take() {
                action.with_continuation_token(from);
            }
            let answer = self.ask(Method::GET, action.sign(GOOD_FOR), Vec::new()).await?;
            let text = String::from_utf8_lossy(&answer);
            let page = ListObjectsV2::parse_response(&text).map_err(|e| odd(format!("列表无法读懂：{e}")))?;
            for object in page.contents {
                let name = object.key.strip_prefix(PREFIX).unwrap_or(&object.key).to_owned();
                let at = object.last_modified.and_then(|t| t.parse::<jiff::Timestamp>().ok());
                let at = at.ok_or_else(|| odd(format!("文件{name}没有修改时间")))?;
                names.push((name, Ts(at.as_millisecond())));
            }
            match page.next_continuation_token {
                Some(next) => from = Some(next),
                None => return Ok(names),
            }
        }
    }

    /// Removes a file; one that is not there is removed already.
    ///
    /// # Errors
    /// As [`Self::put`].
    pub async fn remove(&self, name: &str) -> io::Result<()> {
        let key = format!("{PREFIX}{name}");
        let url = self.bucket.delete_object(Some(&self.credentials), &key).sign(GOOD_FOR);
        match self.ask(Method::DELETE, url, Vec::new()).await {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            done => done.map(drop),
        }
    }

    /// One request, made again where that may help.
    async fn ask(&self, method: Method, url: Url, body: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut pauses = AGAIN.iter();
        loop {
            let answer = self.client.request(method.clone(), url.clone()).body(body.clone()).send().await;
            let passing = match &answer {
                Ok(answer) => answer.status().is_server_error() || answer.status() == StatusCode::TOO_MANY_REQUESTS,
                Err(e) => e.is_connect() || e.is_timeout(),
            };
            if let Some(pause) = pauses.next().filter(|_| passing) {
                tokio::time::sleep(*pause).await;
                continue;
            }
            let answer = answer.map_err(|e| unreached(&e))?;
            let status = answer.status();
            let bytes = answer.bytes().await.map_err(|e| unreached(&e))?;
            return if status.is_success() { Ok(bytes.into()) } else { Err(refused(status, &bytes)) };
        }
    }
}

fn odd(what: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

fn unreached(e: &reqwest::Error) -> io::Error {
    let (kind, what) = match e.is_timeout() {
        true => (ErrorKind::TimedOut, "对象存储没有应答"),
        false => (ErrorKind::NotConnected, "无法连接对象存储"),
    };
    // The signed address is nobody's to read.
    io::Error::new(kind, what)
}

/// What the store says: `<Error><Code>…`.
fn refused(status: StatusCode, body: &[u8]) -> io::Error {
    let body = String::from_utf8_lossy(body);
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map_or("", |(code, _)| code);
    let kind = match (status, code) {
        (_, "NoSuchBucket") => ErrorKind::Other,
        (StatusCode::NOT_FOUND, _) => ErrorKind::NotFound,
        (StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED, _) => ErrorKind::PermissionDenied,
        _ => ErrorKind::Other,
    };
    let why = match code {
        "NoSuchBucket" => "存储桶不存在，请先建立",
        "InvalidAccessKeyId" | "NotSignedUp" => "访问密钥不被接受",
        "SignatureDoesNotMatch" => "签名不被接受，请核对密钥与区域",
        "RequestTimeTooSkewed" => "与对象存储的时钟相差太大，请校准时间",
        "AccessDenied" => "没有读写存储桶的权限",
        _ => "对象存储不接受请求",
    };
    io::Error::new(kind, format!("{why}（{status} {code}）", status = status.as_u16()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bucket_is_in_the_path_or_in_the_name() {
        let (at, style, name) = place("http://127.0.0.1:9000/hotline").unwrap();
        assert_eq!(
            (at.as_str(), style as i32, name.as_str()),
            ("http://127.0.0.1:9000/", UrlStyle::Path as i32, "hotline")
        );
        let (at, style, name) = place("https://hotline.oss.example.com").unwrap();
        assert_eq!(
            (at.as_str(), style as i32, name.as_str()),
            ("https://oss.example.com/", UrlStyle::VirtualHost as i32, "hotline")
        );
        for wrong in
            ["oss", "https://127.0.0.1:9000", "https://localhost", "https://a.example.com/b/c", "https://example.com"]
        {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_the_store_says_is_told_in_words() {
        let body = b"<Error><Code>SignatureDoesNotMatch</Code></Error>";
        let e = refused(StatusCode::FORBIDDEN, body);
        assert_eq!(e.kind(), ErrorKind::PermissionDenied);
        assert_eq!(e.to_string(), "签名不被接受，请核对密钥与区域（403 SignatureDoesNotMatch）");
        assert_eq!(refused(StatusCode::NOT_FOUND, b"").kind(), ErrorKind::NotFound);
        assert_ne!(refused(StatusCode::NOT_FOUND, b"<Code>NoSuchBucket</Code>").kind(), ErrorKind::NotFound);
    }
}
