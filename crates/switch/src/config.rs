//! Configuration of the switch (话务交换), one section of the platform's TOML file. Messages are for the person who edits that
//! file: they name the field and say what to do.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use kernel::Secret;
use serde::Deserialize;

/// What is wrong with the configuration; one sentence for each mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("话务交换配置有误：{}", .0.join("；"))]
pub struct ConfigError(pub Vec<String>);

/// Which engine carries the calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// Inside this program.
    #[default]
    Embedded,
    /// FreeSWITCH, through its event socket.
    Freeswitch,
}

/// The whole section.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SwitchConfig {
    pub engine: EngineKind,
    pub sip: SipSection,
    pub media: MediaSection,
    pub limits: LimitsSection,
    /// 中继.
    pub trunks: Vec<TrunkSection>,
    /// SIP desk phones.
    pub phones: Vec<PhoneSection>,
    /// Folder of recordings.
    pub recordings: PathBuf,
    /// Folder whose sounds replace the built-in ones.
    pub prompts: Option<PathBuf>,
    /// Seconds without RTP after which a call is ended; 0 never.
    pub silence_s: u32,
    /// Longest call, seconds.
    pub max_call_s: u32,
    /// Session timer (RFC 4028) that we ask for, seconds.
    pub session_s: u32,
    pub freeswitch: FreeswitchSection,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SipSection {
    pub udp: Option<SocketAddr>,
    pub tcp: Option<SocketAddr>,
    pub tls: Option<TlsSection>,
    /// Address that carriers and phones see; needed when listening on all addresses.
    pub advertise: Option<IpAddr>,
    /// PEM of the authorities that outgoing TLS is checked against.
    pub authorities: Option<PathBuf>,
    pub realm: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSection {
    pub bind: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaSection {
    /// Address bound for RTP.
    pub rtp_ip: IpAddr,
    /// First and last port of RTP.
    pub rtp_ports: (u16, u16),
    /// The one UDP socket of all browsers; none: desk phones only.
    pub web: Option<SocketAddr>,
    /// Addresses under which browsers reach it; the bound one when empty.
    pub announce: Vec<IpAddr>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsSection {
    pub calls_per_s: u32,
    pub calls: u32,
    /// Requests per second from an unknown address.
    pub strangers_per_s: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransportKind {
    #[default]
    Udp,
    Tcp,
    Tls,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrunkSection {
    pub name: String,
    #[serde(default)]
    pub transport: TransportKind,
    pub host: String,
    /// 5060, or 5061 for TLS.
    pub port: Option<u16>,
    /// Addresses and ranges whose calls are this trunk's.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Name and password that incoming calls must prove.
    pub inbound: Option<AccountSection>,
    /// Name and password for outgoing calls and registration.
    pub outbound: Option<AccountSection>,
    /// Register, asking for so many seconds.
    pub register_s: Option<u32>,
    #[serde(default = "yes")]
    pub dials: bool,
    /// Put before each called number.
    #[serde(default)]
    pub prefix: String,
    /// OPTIONS every so many seconds; 0 never.
    #[serde(default = "thirty")]
    pub probe_s: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSection {
    pub user: String,
    pub password: Secret<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneSection {
    pub extension: String,
    pub password: Secret<String>,
}

/// Where FreeSWITCH's event socket is and how it dials.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FreeswitchSection {
    pub address: SocketAddr,
    pub password: Secret<String>,
    /// Dial string of a number, `{number}` replaced: `sofia/gateway/carrier/{number}`.
    pub dial: String,
    /// Dial string of a desk phone, `{extension}` replaced.
    pub phone: String,
    /// Where FreeSWITCH writes recordings and reads sounds, as seen by FreeSWITCH.
    pub recordings: PathBuf,
    pub prompts: PathBuf,
}

const fn yes() -> bool {
    true
}

const fn thirty() -> u32 {
    30
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

impl Default for SwitchConfig {
    fn default() -> Self {
        Self {
            engine: EngineKind::Embedded,
            sip: SipSection::default(),
            media: MediaSection::default(),
            limits: LimitsSection::default(),
            trunks: Vec::new(),
            phones: Vec::new(),
            recordings: PathBuf::from("recordings"),
            prompts: None,
            silence_s: 30,
            max_call_s: 4 * 3600,
            session_s: 1800,
            freeswitch: FreeswitchSection::default(),
        }
    }
}

impl Default for SipSection {
    fn default() -> Self {
        Self {
            udp: Some(SocketAddr::new(HERE, 5060)),
            tcp: None,
            tls: None,
            advertise: None,
            authorities: None,
            realm: "hotline".into(),
        }
    }
}

impl Default for MediaSection {
    fn default() -> Self {
        Self { rtp_ip: HERE, rtp_ports: (20_000, 29_999), web: Some(SocketAddr::new(HERE, 3478)), announce: Vec::new() }
    }
}

impl Default for LimitsSection {
    fn default() -> Self {
        Self { calls_per_s: 50, calls: 2000, strangers_per_s: 5 }
    }
}

impl Default for FreeswitchSection {
    fn default() -> Self {
        Self {
            address: SocketAddr::new(HERE, 8021),
            password: Secret::new("ClueCon".into()),
            dial: "sofia/gateway/carrier/{number}".into(),
            phone: "user/{extension}".into(),
            recordings: PathBuf::from("/var/lib/freeswitch/recordings"),
            prompts: PathBuf::from("/var/lib/freeswitch/prompts"),
        }
    }
}

impl SwitchConfig {
    /// The defaults with a carrier on this machine, so that a demonstration can be called with any SIP program.
    #[must_use]
    pub fn demo() -> Self {
        let line = TrunkSection {
            name: "demo".into(),
            transport: TransportKind::Udp,
            host: "127.0.0.1".into(),
            port: Some(5080),
            allow: vec!["127.0.0.1".into()],
            inbound: None,
            outbound: None,
            register_s: None,
            dials: true,
            prefix: String::new(),
            probe_s: 0,
        };
        Self { trunks: vec![line], ..Self::default() }
    }

    /// Reads and checks a section.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text)
            .map_err(|e| ConfigError(vec![format!("无法读取（{}），请按说明文档改正字段名和取值", e.message())]))?;
        config.check()?;
        Ok(config)
    }

    /// Takes relative paths as below `folder`.
    #[must_use]
    pub fn below(mut self, folder: &Path) -> Self {
        self.recordings = folder.join(&self.recordings);
        self.prompts = self.prompts.map(|p| folder.join(p));
        self.sip.authorities = self.sip.authorities.map(|p| folder.join(p));
        if let Some(tls) = &mut self.sip.tls {
            tls.certificate = folder.join(&tls.certificate);
            tls.key = folder.join(&tls.key);
        }
        self
    }

    /// # Errors
    /// Everything that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        let mut wrong = Vec::new();
        self.check_sip(&mut wrong);
        self.check_media(&mut wrong);
        self.check_trunks(&mut wrong);
        self.check_phones(&mut wrong);
        self.check_numbers(&mut wrong);
        if wrong.is_empty() { Ok(()) } else { Err(ConfigError(wrong)) }
    }

    fn check_sip(&self, wrong: &mut Vec<String>) {
        let tls = self.sip.tls.as_ref().map(|t| t.bind);
        let binds: Vec<SocketAddr> = [self.sip.udp, self.sip.tcp, tls].into_iter().flatten().collect();
        if binds.is_empty() {
            wrong
                .push("sip.udp、sip.tcp、sip.tls 都未填写，请至少填写一个监听地址，例如 udp = \"0.0.0.0:5060\"".into());
        }
        if self.sip.advertise.is_none() && binds.iter().any(|b| b.ip().is_unspecified()) {
            wrong.push("sip.advertise 未填写：监听全部网卡时必须写明运营商看到的本机地址".into());
        }
        if self.sip.advertise.is_some_and(|a| a.is_unspecified()) {
            wrong.push("sip.advertise 不能是 0.0.0.0，请填写运营商看到的本机地址".into());
        }
        if self.sip.realm.is_empty() || self.sip.realm.contains(['"', '\\', '\r', '\n']) {
            wrong.push("sip.realm 不能为空，也不能含引号或换行，请改为单位域名之类的短名称".into());
        }
    }

    fn check_media(&self, wrong: &mut Vec<String>) {
        let (first, last) = self.media.rtp_ports;
        if first < 1024 || last < first.saturating_add(3) {
            wrong.push(
                "media.rtp_ports 请填写起止两个端口，起始不小于 1024 且至少包含 4 个端口，例如 [20000, 29999]".into(),
            );
        }
        if let Some(web) = self.media.web {
            if web.ip().is_unspecified() && self.media.announce.is_empty() {
                wrong.push("media.announce 未填写：media.web 监听全部网卡时必须写明坐席浏览器访问的地址".into());
            }
            if (first..=last).contains(&web.port()) {
                wrong.push("media.web 的端口落在 media.rtp_ports 范围内，请改用范围以外的端口".into());
            }
        }
        if self.media.rtp_ip.is_unspecified() && self.sip.advertise.is_none() {
            wrong.push("media.rtp_ip 为 0.0.0.0 时必须填写 sip.advertise，否则运营商不知道把语音发往何处".into());
        }
    }

    fn check_trunks(&self, wrong: &mut Vec<String>) {
        let mut names = HashSet::new();
        for (n, trunk) in self.trunks.iter().enumerate() {
            let at = format!("trunks[{n}]");
            if trunk.name.trim().is_empty() || !names.insert(trunk.name.as_str()) {
                wrong.push(format!("{at}.name 为空或重复，请为每条中继取不同的名称"));
            }
            if trunk.host.trim().is_empty() {
                wrong.push(format!("{at}.host 未填写，请填写运营商提供的地址"));
            }
            for range in &trunk.allow {
                if range.parse::<sip::Range>().is_err() {
                    wrong.push(format!("{at}.allow 中的“{range}”不是地址或网段，请写成 203.0.113.7 或 203.0.113.0/24"));
                }
            }
            if trunk.register_s.is_some() && trunk.outbound.is_none() {
                wrong.push(format!("{at}.outbound 未填写：需要注册的中继必须填写用户名和密码"));
            }
            if trunk.register_s.is_some_and(|s| s < 60) {
                wrong.push(format!("{at}.register_s 过小，请填写不小于 60 的秒数"));
            }
            if trunk.allow.is_empty() && trunk.inbound.is_none() && !trunk.dials {
                wrong.push(format!("{at} 既不能呼入也不能呼出，请填写 allow 或 inbound，或将 dials 设为 true"));
            }
            if !trunk.prefix.bytes().all(|b| b.is_ascii_digit()) {
                wrong.push(format!("{at}.prefix 只能是数字，请改正"));
            }
            if trunk.transport == TransportKind::Tls && self.sip.authorities.is_none() {
                wrong.push(format!("{at} 使用 TLS，请在 sip.authorities 填写运营商证书的颁发机构文件"));
            }
        }
    }

    fn check_phones(&self, wrong: &mut Vec<String>) {
        let mut extensions = HashSet::new();
        for (n, phone) in self.phones.iter().enumerate() {
            let digits = phone.extension.bytes().all(|b| b.is_ascii_digit());
            if phone.extension.is_empty() || !digits || !extensions.insert(phone.extension.as_str()) {
                wrong.push(format!("phones[{n}].extension 应为不重复的数字分机号，请改正"));
            }
            if phone.password.expose().len() < 8 {
                wrong.push(format!("phones[{n}].password 少于 8 位，弱密码会被盗打电话，请加长"));
            }
        }
    }

    fn check_numbers(&self, wrong: &mut Vec<String>) {
        if self.limits.calls_per_s == 0 || self.limits.calls == 0 || self.limits.strangers_per_s == 0 {
            wrong.push("limits 中的数值不能为 0，请填写允许的每秒呼叫数、并发数和陌生来源请求数".into());
        }
        if (1..5).contains(&self.silence_s) {
            wrong.push("silence_s 过小，正常停顿会被误断，请填写不小于 5 的秒数，0 表示不检测".into());
        }
        if self.max_call_s < 60 {
            wrong.push("max_call_s 过小，请填写不小于 60 的秒数".into());
        }
        if self.session_s < 90 {
            wrong.push("session_s 过小，标准要求不小于 90 秒，请改为 1800".into());
        }
        if self.engine == EngineKind::Freeswitch {
            for (field, text, hole) in
                [("dial", &self.freeswitch.dial, "{number}"), ("phone", &self.freeswitch.phone, "{extension}")]
            {
                if !text.contains(hole) {
                    wrong.push(format!("freeswitch.{field} 缺少 {hole}，请写明号码填在何处"));
                }
            }
        }
    }

    /// What the SIP stack is told; reads the certificates.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn stack(&self) -> Result<sip::SipConfig, ConfigError> {
        self.check()?;
        let tls = match &self.sip.tls {
            None => None,
            Some(tls) => Some(sip::TlsListen {
                bind: tls.bind,
                certificate: read(&tls.certificate, "sip.tls.certificate")?,
                key: Secret::new(read(&tls.key, "sip.tls.key")?),
            }),
        };
        let authorities = self.sip.authorities.as_deref().map(|p| read(p, "sip.authorities")).transpose()?;
        let phones =
            self.phones.iter().map(|p| sip::Phone { extension: p.extension.clone(), password: p.password.clone() });
        Ok(sip::SipConfig {
            udp: self.sip.udp,
            tcp: self.sip.tcp,
            tls,
            authorities,
            advertise: self.sip.advertise,
            realm: self.sip.realm.clone(),
            trunks: self.trunks.iter().map(trunk).collect(),
            phones: phones.collect(),
            limits: sip::Limits {
                calls_per_s: self.limits.calls_per_s,
                burst: self.limits.calls_per_s.saturating_mul(2),
                calls: usize::try_from(self.limits.calls).unwrap_or(usize::MAX),
                strangers_per_s: self.limits.strangers_per_s,
                ..sip::Limits::default()
            },
            session: sip::Wish { interval_s: self.session_s, ..sip::Wish::default() },
            timing: sip::Timing {
                longest_call: Duration::from_secs(u64::from(self.max_call_s)),
                ..sip::Timing::default()
            },
        })
    }
}

fn read(path: &Path, field: &str) -> Result<Vec<u8>, ConfigError> {
    std::fs::read(path).map_err(|e| {
        ConfigError(vec![format!("{field} 指向的文件 {} 无法读取（{e}），请检查路径和权限", path.display())])
    })
}

fn trunk(section: &TrunkSection) -> sip::Trunk {
    let transport = match section.transport {
        TransportKind::Udp => sip::Transport::Udp,
        TransportKind::Tcp => sip::Transport::Tcp,
        TransportKind::Tls => sip::Transport::Tls,
    };
    let standard = if section.transport == TransportKind::Tls { 5061 } else { 5060 };
    sip::Trunk {
        name: section.name.clone(),
        transport,
        host: section.host.clone(),
        port: section.port.unwrap_or(standard),
        allow: section.allow.iter().filter_map(|r| r.parse().ok()).collect(),
        inbound: section.inbound.as_ref().map(account),
        outbound: section.outbound.as_ref().map(account),
        register_s: section.register_s,
        dials: section.dials,
        prefix: section.prefix.clone(),
        probe_s: section.probe_s,
    }
}

fn account(section: &AccountSection) -> sip::Account {
    sip::Account { user: section.user.clone(), password: section.password.clone() }
}

#[cfg(test)]
#[path = "config_test.rs"]
mod tests;
