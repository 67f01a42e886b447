//! 短信网关: how the carrier is reached. Kept sealed as a whole, for it holds passwords.

use kernel::FieldError;
use serde::{Deserialize, Serialize};

coded! {
    /// By which way messages go.
    GatewayKind {
        Off = "off", "未接入";
        Http = "http", "HTTP接口";
        Smpp = "smpp", "SMPP 3.4";
    }
}

/// All that is needed to reach a carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewaySettings {
    pub kind: GatewayKind,
    pub http: HttpSettings,
    pub smpp: SmppSettings,
    /// Proves that a delivery report or a reply sent to us comes from the gateway.
    pub callback_secret: String,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            kind: GatewayKind::Off,
            http: HttpSettings::default(),
            smpp: SmppSettings::default(),
            callback_secret: String::new(),
        }
    }
}

/// 通用 HTTP 接口.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HttpSettings {
    /// May hold `{phone}`, `{text}`, `{id}`, written as the address needs it.
    pub url: String,
    /// `POST` or `GET`.
    pub method: String,
    /// `Name: value`, one a line; may hold a password.
    pub headers: String,
    /// `json`, `form`.
    pub format: String,
    /// May hold `{phone}`, `{text}`, `{id}`, written as the format needs it.
    pub body: String,
    /// Place in a JSON answer that tells success, `/code`; empty: any answer 2xx is success.
    pub success_at: String,
    /// What stands there.
    pub success_is: String,
    /// Place of the gateway's own number of the message; empty: ours is used in reports.
    pub id_at: String,
    /// Names of the fields of a report: number and state.
    pub report_id: String,
    pub report_state: String,
    /// States that mean delivered, separated by commas.
    pub report_good: String,
    /// Names of the fields of a reply: number and text.
    pub reply_phone: String,
    pub reply_text: String,
    /// Certificates that sign the gateway's own, PEM; empty: the machine's trust store knows it.
    pub authority: String,
}

impl Default for HttpSettings {
    fn default() -> Self {
        let text = |t: &str| t.to_owned();
        Self {
            url: String::new(),
            method: text("POST"),
            headers: String::new(),
            format: text("json"),
            body: text(r#"{"mobile":"{phone}","content":"{text}","msgid":"{id}"}"#),
            success_at: String::new(),
            success_is: String::new(),
            id_at: String::new(),
            report_id: text("msgid"),
            report_state: text("status"),
            report_good: text("DELIVRD,0"),
            reply_phone: text("mobile"),
            reply_text: text("content"),
            authority: String::new(),
        }
    }
}

/// SMPP 3.4 as a transceiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SmppSettings {
    pub host: String,
    pub port: u16,
    pub system_id: String,
    pub password: String,
    pub system_type: String,
    /// The number messages come from, 12345 or longer.
    pub source: String,
    /// Put before mobile numbers, e.g. `86`.
    pub prefix: String,
    /// Messages a second.
    pub per_second: u32,
    /// Unanswered messages at a time.
    pub window: u32,
    /// Seconds between two checks of the line.
    pub enquire_s: u32,
}

impl Default for SmppSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 2775,
            system_id: String::new(),
            password: String::new(),
            system_type: String::new(),
            source: "12345".to_owned(),
            prefix: String::new(),
            per_second: 20,
            window: 10,
            enquire_s: 30,
        }
    }
}

impl GatewaySettings {
    /// Every fault of the way chosen.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        match self.kind {
            GatewayKind::Off => Vec::new(),
            GatewayKind::Http => self.http.faults(),
            GatewayKind::Smpp => self.smpp.faults(),
        }
    }

    /// Names the way reports come back by; message numbers of two gateways may be equal.
    #[must_use]
    pub fn route(&self) -> String {
        match self.kind {
            GatewayKind::Off => "off".to_owned(),
            GatewayKind::Http => "http".to_owned(),
            GatewayKind::Smpp => format!("smpp:{}:{}", self.smpp.host, self.smpp.port),
        }
    }
}

pub(crate) fn fault(wrong: &mut Vec<FieldError>, is: bool, field: &str, message: &str, remedy: &str) {
    if is {
        wrong.push(FieldError::new(field, message.to_owned()).with_remedy(remedy.to_owned()));
    }
}

impl HttpSettings {
    /// Names and values of the headers, `None` at a line that is none.
    pub fn header_lines(&self) -> impl Iterator<Item = Option<(&str, &str)>> {
        let lines = self.headers.lines().map(str::trim).filter(|l| !l.is_empty());
        lines.map(|line| line.split_once(':').map(|(name, value)| (name.trim(), value.trim())))
    }

    fn faults(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let rest = self.url.trim().strip_prefix("http://").or_else(|| self.url.trim().strip_prefix("https://"));
        let host = rest.and_then(|rest| rest.split(['/', '?']).next());
        let host = host.filter(|h| !h.is_empty() && !h.contains('@'));
        let example = "例如 https://sms.example.gov.cn/send";
        let blank = self.url.trim().chars().any(char::is_whitespace);
        fault(&mut wrong, host.is_none() || blank, "http.url", "接口地址应以 http:// 或 https:// 开头", example);
        let pem = self.authority.trim();
        let whole = pem.starts_with("-----BEGIN CERTIFICATE-----") && pem.ends_with("-----END CERTIFICATE-----");
        fault(
            &mut wrong,
            !pem.is_empty() && !whole,
            "http.authority",
            "信任的证书应为 PEM 文本",
            "以 -----BEGIN CERTIFICATE----- 开头，可以连续粘贴几个",
        );
        let method = matches!(self.method.as_str(), "GET" | "POST");
        fault(&mut wrong, !method, "http.method", "请求方式只能是 GET 或 POST", "请选择一项");
        let format = matches!(self.format.as_str(), "json" | "form");
        fault(&mut wrong, !format, "http.format", "内容格式只能是 JSON 或表单", "请选择一项");
        let all = format!("{}{}", self.url, if self.method == "GET" { "" } else { &self.body });
        let missing = ["{phone}", "{text}"].into_iter().find(|p| !all.contains(p));
        let message = format!("报文中没有{}", missing.unwrap_or_default());
        let remedy = "号码写 {phone}，内容写 {text}，本系统的短信编号写 {id}";
        fault(&mut wrong, missing.is_some(), "http.body", &message, remedy);
        let json = self.method == "GET"
            || self.format != "json"
            || serde_json::from_str::<serde_json::Value>(&self.body).is_ok();
        fault(&mut wrong, !json, "http.body", "报文不是正确的 JSON", "占位符写在引号里，例如 \"mobile\":\"{phone}\"");
        let bad = self.header_lines().any(|l| l.is_none_or(|(name, _)| name.is_empty() || name.contains(' ')));
        fault(&mut wrong, bad, "http.headers", "请求头每行一个，写成 名称: 值", "例如 Authorization: Bearer 密钥");
        let at = |place: &str| !place.is_empty() && !place.starts_with('/');
        fault(&mut wrong, at(&self.success_at), "http.success_at", "位置应以 / 开头", "例如 /code 或 /data/status");
        fault(&mut wrong, at(&self.id_at), "http.id_at", "位置应以 / 开头", "例如 /msgid");
        wrong
    }
}

impl SmppSettings {
    fn faults(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let host = self.host.trim();
        let bad = host.is_empty() || host.contains(['/', ' ', '@']);
        fault(&mut wrong, bad, "smpp.host", "请填写网关地址", "IP 或主机名，不含端口");
        fault(&mut wrong, self.port == 0, "smpp.port", "请填写端口", "一般为 2775");
        // Lengths of the protocol, one octet less for the closing zero.
        let ascii = |t: &str, most: usize| t.is_ascii() && t.len() <= most;
        let id = !ascii(&self.system_id, 15) || self.system_id.is_empty();
        fault(&mut wrong, id, "smpp.system_id", "账号为1至15个字母或数字", "由运营商分配");
        fault(&mut wrong, !ascii(&self.password, 8), "smpp.password", "SMPP 密码最多8个字符", "由运营商分配");
        fault(&mut wrong, !ascii(&self.system_type, 12), "smpp.system_type", "系统类型最多12个字符", "一般留空");
        let digits = |t: &str, most: usize| t.len() <= most && t.bytes().all(|b| b.is_ascii_digit());
        let source = self.source.is_empty() || !digits(&self.source, 20);
        fault(&mut wrong, source, "smpp.source", "请填写接入号", "最多20位数字");
        fault(&mut wrong, !digits(&self.prefix, 4), "smpp.prefix", "号码前缀最多4位数字", "例如 86，一般留空");
        fault(
            &mut wrong,
            !(1..=1000).contains(&self.per_second),
            "smpp.per_second",
            "每秒条数应为1至1000",
            "按运营商合同填写",
        );
        fault(&mut wrong, !(1..=100).contains(&self.window), "smpp.window", "窗口应为1至100", "一般为10");
        fault(
            &mut wrong,
            !(5..=300).contains(&self.enquire_s),
            "smpp.enquire_s",
            "链路检测间隔应为5至300秒",
            "一般为30秒",
        );
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(s: &GatewaySettings) -> Vec<String> {
        s.faults().into_iter().map(|f| f.field).collect()
    }

    #[test]
    fn every_fault_is_named_at_its_field() {
        let mut s = GatewaySettings { kind: GatewayKind::Http, ..GatewaySettings::default() };
        assert_eq!(fields(&s), ["http.url"]);
        s.http.url = "http://10.0.0.1/send".to_owned();
        assert!(fields(&s).is_empty());
        s.http.url = "https://sms.example.cn/send".to_owned();
        s.http.authority = "MIIB".to_owned();
        assert_eq!(fields(&s), ["http.authority"]);
        s.http.authority.clear();
        s.http.body = "{phone}{text}".to_owned();
        s.http.headers = "no colon".to_owned();
        s.http.id_at = "msgid".to_owned();
        assert_eq!(fields(&s), ["http.body", "http.headers", "http.id_at"]);
        s.http = HttpSettings {
            method: "GET".to_owned(),
            url: "http://a/s?m={phone}".to_owned(),
            ..HttpSettings::default()
        };
        assert_eq!(fields(&s), ["http.body"], "a GET has only its address");
        s.kind = GatewayKind::Smpp;
        assert_eq!(fields(&s), ["smpp.host", "smpp.system_id"]);
        s.smpp = SmppSettings {
            host: "10.0.0.1".to_owned(),
            system_id: "gov".to_owned(),
            password: "123456789".to_owned(),
            ..s.smpp
        };
        assert_eq!(fields(&s), ["smpp.password"]);
        s.kind = GatewayKind::Off;
        assert!(fields(&s).is_empty());
    }
}
