//! Where the bytes of attachments and documents lie: a folder of the data directory, or a bucket of an object store.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, ensure};
use clap::Args;
use gateway::bucket::{BucketSettings, FileBucket};
use kernel::{Secret, Ts};
use store::blob::{Blobs, DiskBlobs};
use tokio::runtime::Handle;

/// What is said of the object store on the command line.
#[derive(Args, Clone, Debug)]
pub struct Files {
    /// 附件存放在 S3 兼容的对象存储：https://主机/存储桶，或 https://存储桶.主机；缺省为数据目录下的 files/
    #[arg(long, env = "HOTLINE_FILES_BUCKET", requires = "files_keys")]
    pub files_bucket: Option<String>,
    /// 对象存储的区域
    #[arg(long, env = "HOTLINE_FILES_REGION", default_value = "us-east-1")]
    pub files_region: String,
    /// 对象存储的密钥文件：第一行为访问密钥，第二行为私有密钥
    #[arg(long, env = "HOTLINE_FILES_KEYS", requires = "files_bucket")]
    pub files_keys: Option<PathBuf>,
}

impl Files {
    /// The data directory alone.
    #[must_use]
    pub fn on_disk() -> Self {
        Self { files_bucket: None, files_region: String::new(), files_keys: None }
    }

    /// The place, tried once: a platform that could not keep a file does not start.
    ///
    /// # Errors
    /// When the keys cannot be read, or the bucket cannot be used with them.
    pub async fn open(&self, data: &Path) -> Result<Arc<dyn Blobs>> {
        match &self.files_bucket {
            None => Ok(Arc::new(DiskBlobs::new(data.join("files")))),
            Some(url) => Ok(Arc::new(self.bucket(url).await?)),
        }
    }

    async fn bucket(&self, url: &str) -> Result<BucketBlobs> {
        let path = self.files_keys.as_deref().context("未指定对象存储的密钥文件")?;
        let (key, secret) = keys(path)?;
        let settings = BucketSettings { url: url.to_owned(), region: self.files_region.clone(), key, secret };
        let bucket = FileBucket::new(&settings).map_err(|e| anyhow!("对象存储{e}"))?;
        bucket.list(PROBE).await.with_context(|| format!("无法使用对象存储 {url}"))?;
        Ok(BucketBlobs { bucket, runtime: Handle::current() })
    }
}

/// No file's name begins so: asking for it costs the store nothing and shows that it knows us.
const PROBE: &str = "-";

fn keys(path: &Path) -> Result<(String, Secret<String>)> {
    let text = std::fs::read_to_string(path).with_context(|| format!("无法读取密钥文件 {}", path.display()))?;
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let (key, secret) = (lines.next(), lines.next());
    let both = key.zip(secret).filter(|_| lines.next().is_none());
    let (key, secret) = both.with_context(|| format!("密钥文件 {} 应为两行：访问密钥、私有密钥", path.display()))?;
    Ok((key.to_owned(), Secret::new(secret.to_owned())))
}

/// A bucket as a place of files. Its callers are off the runtime, as [`Blobs`] asks of them.
#[derive(Debug)]
struct BucketBlobs {
    bucket: FileBucket,
    runtime: Handle,
}

impl Blobs for BucketBlobs {
    /// The store's clock says when; a file that is there is sent again, which makes it young.
    fn put(&self, name: &str, sealed: &[u8], _now: Ts) -> io::Result<()> {
        self.runtime.block_on(self.bucket.put(name, sealed.to_vec()))
    }

    fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        self.runtime.block_on(self.bucket.get(name))
    }

    fn untouched(&self, since: Ts) -> io::Result<Vec<String>> {
        let all = self.runtime.block_on(self.bucket.list(""))?;
        Ok(all.into_iter().filter(|(_, at)| *at < since).map(|(name, _)| name).collect())
    }

    fn remove(&self, name: &str, since: Ts) -> io::Result<()> {
        self.runtime.block_on(async {
            let found = self.bucket.list(name).await?;
            match found.iter().find(|(n, _)| n == name) {
                Some((_, at)) if *at < since => self.bucket.remove(name).await,
                _ => Ok(()),
            }
        })
    }
}

/// Copies the files of the data directory into the bucket; those that are there already once more. Returns how many.
///
/// # Errors
/// When a file cannot be read or kept.
pub async fn copy_to_bucket(files: &Files, data: &Path) -> Result<usize> {
    ensure!(files.files_bucket.is_some(), "请用 --files-bucket 指定对象存储");
    let (from, to) = (DiskBlobs::new(data.join("files")), files.open(data).await?);
    tokio::task::spawn_blocking(move || {
        let names: Vec<_> = from.untouched(Ts(i64::MAX))?.into_iter().filter(|n| n.len() == 64).collect();
        for name in &names {
            let sealed = from.get(name)?;
            to.put(name, &sealed, Ts(0)).with_context(|| format!("文件 {name} 未能复制"))?;
        }
        Ok(names.len())
    })
    .await?
}
