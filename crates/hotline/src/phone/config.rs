//! Section `[switch]` of the configuration file, and what the command line puts in its place.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use switch::SwitchConfig;

#[derive(Args, Clone, Default)]
pub struct PhoneOptions {
    /// 不启用话务（呼叫中心）
    #[arg(long, env = "HOTLINE_NO_PHONE")]
    pub no_phone: bool,
    /// 配置文件（TOML），话务交换在 [switch] 段；缺省为数据目录下的 hotline.toml
    #[arg(long, env = "HOTLINE_CONFIG")]
    pub config: Option<PathBuf>,
    /// SIP UDP 监听地址，代替配置文件中的 sip.udp
    #[arg(long, env = "HOTLINE_SIP")]
    pub sip: Option<SocketAddr>,
    /// RTP 端口范围，例如 20000-29999，代替配置文件中的 media.rtp_ports
    #[arg(long, value_parser = range, value_name = "起-止")]
    pub rtp_ports: Option<(u16, u16)>,
    /// 浏览器语音的 UDP 地址，代替配置文件中的 media.web
    #[arg(long, env = "HOTLINE_WEB_MEDIA")]
    pub web_media: Option<SocketAddr>,
    /// 停机时最多等待通话结束的秒数
    #[arg(long, default_value_t = 60)]
    pub drain_s: u64,
}

fn range(text: &str) -> Result<(u16, u16), String> {
    let ends = text.split_once('-').and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)));
    ends.ok_or_else(|| "请写成 起-止，例如 20000-29999".to_owned())
}

/// The switch's configuration, relative paths taken as below the data folder `home`. `demo` without a file: a carrier on this machine.
pub fn read(options: &PhoneOptions, home: &Path, demo: bool) -> Result<SwitchConfig> {
    let given = options.config.is_some();
    let path = options.config.clone().unwrap_or_else(|| home.join("hotline.toml"));
    let mut config = if given || path.exists() {
        section(&path)?
    } else if demo {
        SwitchConfig::demo()
    } else {
        SwitchConfig::default()
    };
    config.prompts.get_or_insert_with(|| PathBuf::from("prompts"));
    config = config.below(home);
    if let Some(sip) = options.sip {
        config.sip.udp = Some(sip);
    }
    if let Some(ports) = options.rtp_ports {
        config.media.rtp_ports = ports;
    }
    if let Some(web) = options.web_media {
        config.media.web = Some(web);
    }
    config.check().with_context(|| format!("话务配置有误（{}）", path.display()))?;
    Ok(config)
}

fn section(path: &Path) -> Result<SwitchConfig> {
    let text = std::fs::read_to_string(path).with_context(|| format!("无法读取配置文件 {}", path.display()))?;
    let mut whole: toml::Table = text.parse().with_context(|| format!("配置文件 {} 格式有误", path.display()))?;
    let switch = whole.remove("switch");
    if let Some(unknown) = whole.keys().next() {
        bail!("配置文件 {} 中的 [{unknown}] 不是已知的段，目前只有 [switch]", path.display());
    }
    let text = toml::to_string(&switch.unwrap_or_else(|| toml::Value::Table(toml::Table::new())))?;
    SwitchConfig::parse(&text).with_context(|| format!("配置文件 {} 的 [switch] 段", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_with(text: Option<&str>, demo: bool) -> Result<SwitchConfig> {
        let home = tempfile::tempdir().expect("a folder");
        if let Some(text) = text {
            std::fs::write(home.path().join("hotline.toml"), text).expect("written");
        }
        let options = PhoneOptions { sip: Some(([127, 0, 0, 1], 5999).into()), ..PhoneOptions::default() };
        read(&options, home.path(), demo)
    }

    #[test]
    fn the_command_line_goes_before_the_file_and_the_file_before_the_demonstration() {
        let config = read_with(Some("[switch]\nsilence_s = 12\n[switch.sip]\nudp = \"127.0.0.1:5061\""), true).unwrap();
        assert_eq!((config.silence_s, config.sip.udp.map(|at| at.port())), (12, Some(5999)));
        assert!(config.trunks.is_empty(), "a file is the whole truth");
        assert!(config.prompts.is_some_and(|folder| folder.ends_with("prompts")));
        assert_eq!(read_with(None, true).unwrap().trunks.len(), 1, "the demonstration can be called");
        assert!(read_with(None, false).unwrap().trunks.is_empty());
    }

    #[test]
    fn mistakes_are_told_in_words() {
        let told = |text| format!("{:#}", read_with(Some(text), false).unwrap_err());
        assert!(told("[web]\na = 1").contains("[web] 不是已知的段"));
        assert!(told("[switch]\nsilence_s = 1").contains("silence_s 过小"));
        assert!(told("[switch").contains("格式有误"));
        assert_eq!(range("20000-20100"), Ok((20_000, 20_100)));
        assert!(range("20000").is_err());
    }
}
