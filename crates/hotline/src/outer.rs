//! 群众网站单独运行 (外网): no credential of the core's database, a small database of its own, and a pair of directories.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use exchange::{Folders, Inner, Keys, Outer, OuterDesk};
use kernel::{Clock, Mint, Provider, Secret, SoftwareProvider, SystemClock, SystemMint};
use portal::{Settings, Site};
use store::{Store, Vault};

use crate::cli::Listen;
use crate::{carrier, key, portal_site};

/// Between two rounds.
const EVERY: Duration = Duration::from_millis(1000);
/// Rounds between two clearings of what nobody needs any more: an hour.
const PURGE: u32 = 3600;

/// How the two ends reach one another, and the secret both hold.
#[derive(Args, Clone)]
pub struct Exchange {
    /// 网闸交换：对方文件送达的目录
    #[arg(long, env = "HOTLINE_EXCHANGE_IN", requires = "exchange_out")]
    pub exchange_in: Option<PathBuf>,
    /// 网闸交换：本方文件送出的目录
    #[arg(long, env = "HOTLINE_EXCHANGE_OUT", requires = "exchange_in")]
    pub exchange_out: Option<PathBuf>,
    /// 交换密钥文件，两端相同，用 hotline exchange-key 生成
    #[arg(long, env = "HOTLINE_EXCHANGE_KEY")]
    pub exchange_key: Option<PathBuf>,
}

impl Exchange {
    /// Folders and keys; `beside` holds the folders when none are named.
    fn parts(&self, beside: &Path) -> Result<(Folders, Keys)> {
        let Some(file) = &self.exchange_key else { bail!("请指定交换密钥文件 --exchange-key") };
        if !file.exists() {
            bail!("没有交换密钥 {}：请用 hotline exchange-key 生成，并复制到两端", file.display());
        }
        let folder = |given: &Option<PathBuf>, name: &str| given.clone().unwrap_or_else(|| beside.join(name));
        let folders = Folders { inbox: folder(&self.exchange_in, "in"), outbox: folder(&self.exchange_out, "out") };
        for folder in [&folders.inbox, &folders.outbox] {
            std::fs::create_dir_all(folder).with_context(|| format!("无法建立交换目录 {}", folder.display()))?;
        }
        let secret: Secret<[u8; 32]> = key::load_or_create(file)?;
        Ok((folders, Keys::of(&secret)))
    }
}

/// The core's end.
#[derive(Args, Clone)]
pub struct CoreExchange {
    #[command(flatten)]
    pub exchange: Exchange,
    /// 没有网闸时：外网群众网站的交换地址，例如 http://10.1.2.3:12347；由业务系统主动连接
    #[arg(long, env = "HOTLINE_EXCHANGE_URL", conflicts_with = "exchange_in", requires = "exchange_key")]
    pub exchange_url: Option<String>,
}

/// `hotline portal`.
#[derive(Args)]
pub struct PortalRole {
    /// 本机小数据库与其密钥的目录
    #[arg(long, env = "HOTLINE_SPOOL", default_value = "spool")]
    pub spool: PathBuf,
    /// 监听地址
    #[arg(long, env = "HOTLINE_PORTAL_LISTEN", default_value = "127.0.0.1:12346")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub exchange: Exchange,
    /// 没有网闸时：等业务系统来交换的监听地址，只应对业务系统开放
    #[arg(long, env = "HOTLINE_EXCHANGE_LISTEN", conflicts_with = "exchange_in")]
    pub exchange_listen: Option<SocketAddr>,
    /// 位于 TLS 反向代理之后
    #[arg(long, env = "HOTLINE_BEHIND_TLS")]
    pub behind_tls: bool,
}

/// Makes the key file both ends need, or shows the fingerprint of the one there is.
///
/// # Errors
/// When the file cannot be written or is no key.
pub fn make_key(file: &Path) -> Result<()> {
    let made = !file.exists();
    let keys = Keys::of(&key::load_or_create(file)?);
    if made {
        println!("已生成交换密钥：{}，请通过可靠途径复制到另一端", file.display());
    }
    println!("指纹：{}（两端应相同）", keys.fingerprint());
    Ok(())
}

/// The core's end, in the background of `serve`; `None` when no exchange is set up.
///
/// # Errors
/// When a folder or the key cannot be used.
pub fn inner(app: &Arc<app::App>, options: &CoreExchange, data: &Path) -> Result<Option<tokio::task::JoinHandle<()>>> {
    if options.exchange.exchange_in.is_none() && options.exchange_url.is_none() {
        return Ok(None);
    }
    let (folders, keys) = options.exchange.parts(&data.join("exchange"))?;
    println!("网闸交换已启用，密钥指纹：{}", keys.fingerprint());
    let inner = Inner::new(Arc::clone(app), keys, folders.clone());
    let url = options.exchange_url.clone();
    Ok(Some(tokio::spawn(async move {
        for n in 0_u32.. {
            if let Some(url) = &url
                && let Err(e) = carrier::call(url, &folders).await
            {
                tracing::warn!(error = %format!("{e:#}"), "the portal was not reached");
            }
            logged(inner.round().await);
            if n.is_multiple_of(PURGE) {
                logged(inner.purge().await);
            }
            tokio::time::sleep(EVERY).await;
        }
    })))
}

fn logged<T>(done: exchange::Result<T>) {
    if let Err(e) = done {
        tracing::error!(error = %e, "a round of the exchange failed");
    }
}

/// Serves the portal alone.
///
/// # Errors
/// When the spool cannot be opened, the key is missing or an address is taken.
pub async fn portal(options: PortalRole) -> Result<()> {
    if options.exchange.exchange_in.is_none() && options.exchange_listen.is_none() {
        bail!("请指定网闸目录 --exchange-in、--exchange-out，或没有网闸时的 --exchange-listen");
    }
    let (folders, keys) = options.exchange.parts(&options.spool.join("exchange"))?;
    println!("密钥指纹：{}", keys.fingerprint());
    let desk = Arc::new(open(&options.spool, keys.clone()).await?);
    let mut background = Vec::new();
    if let Some(at) = options.exchange_listen {
        let listener = carrier::listen(at).await?;
        println!("等待业务系统交换：http://{}", listener.local_addr()?);
        background.push(tokio::spawn(carrier::serve(listener, keys, folders.clone())));
    }
    let listener = portal_site::listen(Listen(Some(options.listen))).await?.context("the portal has an address")?;
    println!("群众网站：http://{}", listener.local_addr()?);
    let outer = Outer::new(Arc::clone(&desk), folders);
    background.push(tokio::spawn(async move {
        for n in 0_u32.. {
            logged(outer.round().await);
            if n.is_multiple_of(PURGE) {
                logged(outer.purge().await);
            }
            tokio::time::sleep(EVERY).await;
        }
    }));
    let seal: Arc<dyn Provider> = Arc::clone(&desk.store.vault.0);
    let settings = Settings { behind_tls: options.behind_tls, ..Settings::default() };
    let site = Site::new(Arc::clone(&desk) as _, Arc::clone(&desk.clock), Arc::clone(&desk.mint), seal, settings);
    tokio::select! {
        () = portal_site::serve(listener, site) => {}
        () = crate::serve::told_to_stop() => {}
    }
    for task in background {
        task.abort();
    }
    Ok(())
}

async fn open(spool: &Path, keys: Keys) -> Result<OuterDesk> {
    std::fs::create_dir_all(spool).with_context(|| format!("无法建立目录 {}", spool.display()))?;
    let master = key::load_or_create(&spool.join("spool.key"))?;
    let url = format!("sqlite://{}", spool.join("spool.db").display());
    let db = db::Db::open(&url, db::OpenOptions::default()).await.context("无法打开本机小数据库")?;
    let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&master)));
    db::migrate(&store.db, store::OUTER).await.context("本机小数据库升级失败")?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mint: Arc<dyn Mint> = Arc::new(SystemMint);
    Ok(OuterDesk::new(store, keys, clock, mint))
}
