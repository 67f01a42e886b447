//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::files::Files;

/// 12345 政务服务便民热线平台
#[derive(Parser)]
#[command(name = "hotline", version, about)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// 启动平台
    Serve(Box<Serve>),
    /// 单独启动群众网站（外网），经网闸目录与业务系统交换
    Portal(crate::outer::PortalRole),
    /// 生成网闸交换密钥文件并显示指纹；已有文件只显示指纹
    ExchangeKey {
        /// 密钥文件
        #[arg(long)]
        file: PathBuf,
    },
    /// 导入 CSV / XLSX / JSONL 诉求，可断点续传
    Import(Import),
    /// 校验流转记录与审计日志的哈希链
    Verify(Data),
    /// 服务器上的管理操作
    Admin(Admin),
    /// 性能测试
    Bench(crate::bench::Bench),
    /// 模拟城市：按演示机构过完若干个月，核对全部规则、不变量与平衡，输出速度
    Simulate(crate::simulate::Simulate),
    /// 输出 OpenAPI 3.1 接口文档
    Openapi {
        /// 写入文件；缺省输出到屏幕
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// Where the data is.
#[derive(Args, Clone)]
pub struct Data {
    /// 数据目录：数据库文件与主密钥
    #[arg(long, env = "HOTLINE_DATA", default_value = "data")]
    pub data: PathBuf,
    /// 数据库地址，sqlite:// 或 postgres://；缺省为数据目录下的 hotline.db
    #[arg(long, env = "HOTLINE_DATABASE")]
    pub database: Option<String>,
    /// 主密钥文件；缺省为数据目录下的 master.key
    #[arg(long, env = "HOTLINE_KEY_FILE")]
    pub key_file: Option<PathBuf>,
    #[command(flatten)]
    pub place: Place,
    #[command(flatten)]
    pub files: Files,
}

/// How the installation is called, see [`app::Settings`].
#[derive(Args, Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// 城市名称，用于短信、文书
    #[arg(long, env = "HOTLINE_CITY", default_value = "云溪市")]
    pub city: String,
    /// 城市行政区划代码前六位，工单编号以此开头；启用后不应改动
    #[arg(long, env = "HOTLINE_REGION", default_value = "990100", value_parser = six_digits)]
    pub region: String,
    /// 群众网站的公开地址，印在短信和文书二维码中
    #[arg(long, env = "HOTLINE_PUBLIC_URL", default_value = "12345.example.cn")]
    pub public_url: String,
}

impl Default for Place {
    fn default() -> Self {
        let app::Settings { city, region6, public_url, .. } = app::Settings::default();
        Self { city, region: region6, public_url }
    }
}

fn six_digits(text: &str) -> Result<String, String> {
    let fits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
    if fits { Ok(text.to_owned()) } else { Err("须为六位数字，如 520100".to_owned()) }
}

impl Data {
    /// A folder of the fictional city, for benchmarks and simulations.
    #[must_use]
    pub fn at(data: PathBuf, database: Option<String>) -> Self {
        Self { data, database, key_file: None, place: Place::default(), files: Files::on_disk() }
    }

    #[must_use]
    pub fn database_url(&self) -> String {
        self.database.clone().unwrap_or_else(|| format!("sqlite://{}", self.data.join("hotline.db").display()))
    }
    #[must_use]
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data.join("master.key"))
    }
}

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    pub data: Data,
    /// 监听地址
    #[arg(long, env = "HOTLINE_LISTEN", default_value = "127.0.0.1:12345")]
    pub listen: SocketAddr,
    /// 群众网站的监听地址，缺省为同一地址的下一个端口；off 表示不启动
    #[arg(long, env = "HOTLINE_PORTAL_LISTEN", value_parser = address_or_off)]
    pub portal_listen: Option<Listen>,
    #[command(flatten)]
    pub exchange: crate::outer::CoreExchange,
    /// 首次启动时载入虚构城市的演示数据
    #[arg(long)]
    pub demo: bool,
    /// 演示工单最多载入多少件；缺省全部
    #[arg(long, requires = "demo")]
    pub demo_orders: Option<usize>,
    /// 位于 TLS 反向代理之后：会话 Cookie 加 Secure，客户端地址取自 X-Forwarded-For
    #[arg(long, env = "HOTLINE_BEHIND_TLS")]
    pub behind_tls: bool,
    #[command(flatten)]
    pub partner: PartnerTls,
    #[command(flatten)]
    pub phone: crate::phone::PhoneOptions,
}

/// 平台对接 over mutual TLS: how we show ourselves and whom we trust.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerTls {
    /// 向对接平台出示的客户端证书和私钥（PEM，同一文件）
    #[arg(long, env = "HOTLINE_PARTNER_CERT")]
    pub partner_cert: Option<PathBuf>,
    /// 另外信任的对接平台证书颁发机构（PEM）
    #[arg(long, env = "HOTLINE_PARTNER_CA")]
    pub partner_ca: Option<PathBuf>,
}

impl Serve {
    /// Where the portal listens: beside the desk unless told otherwise. Port 0 stays 0, any free one.
    #[must_use]
    pub fn portal(&self) -> Listen {
        let port = match self.listen.port() {
            0 => 0,
            port => port.wrapping_add(1),
        };
        self.portal_listen.unwrap_or(Listen(Some(SocketAddr::new(self.listen.ip(), port))))
    }
}

/// An address to listen at, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen(pub Option<SocketAddr>);

fn address_or_off(text: &str) -> Result<Listen, String> {
    if text == "off" {
        return Ok(Listen(None));
    }
    text.parse().map(|a| Listen(Some(a))).map_err(|_| "请写成 地址:端口，或 off".to_owned())
}

#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    pub data: Data,
    /// 来源文件：.csv .xlsx .jsonl
    pub file: PathBuf,
    /// 列映射文件（TOML）
    #[arg(long)]
    pub map: Option<PathBuf>,
    /// 列映射，可多次：--set title=标题列
    #[arg(long = "set", value_name = "字段=列名")]
    pub set: Vec<String>,
    /// 来源系统名称，与来源编号一起防止重复导入；缺省取自列映射文件
    #[arg(long)]
    pub source: Option<String>,
    /// 结果文件；缺省为来源文件名加 .result.csv
    #[arg(long)]
    pub result: Option<PathBuf>,
    /// 接着上次中断的导入：结果文件中已有的行不再处理
    #[arg(long)]
    pub resume: bool,
}

#[derive(Args)]
pub struct Admin {
    #[command(flatten)]
    pub data: Data,
    #[command(subcommand)]
    pub action: AdminAction,
}

#[derive(Subcommand)]
pub enum AdminAction {
    /// 重置口令，打印一次性口令
    ResetPassword { login: String },
    /// 解除锁定
    Unlock { login: String },
    /// 列出待发短信，供未接短信网关时人工发送；查看留有审计记录
    Outbox,
    /// 列出网闸送来但未能办理的内容，供人工登记；查看留有审计记录
    Refused,
    /// 将数据目录 files/ 中的附件复制到 --files-bucket 指定的对象存储，可重复执行
    CopyFiles,
}
