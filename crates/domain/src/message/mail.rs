//! 邮件: by which medium somebody is written to, and how the mail server is reached. Kept sealed as a whole, for it holds a
//! password.

use kernel::{FieldError, MailAddress, Phone, PhoneKind};
use serde::{Deserialize, Serialize};

use super::fetch::FetchSettings;
use super::settings::fault;
use crate::order::{Channel, Requester};

coded! {
    /// By which medium a message goes.
    Medium {
        Sms = "sms", "短信";
        Mail = "mail", "邮件";
        Wechat = "wechat", "微信";
        Weibo = "weibo", "微博评论";
    }
}

coded! {
    /// 邮件提醒: what somebody of the staff wants to be told by mail besides the desk.
    MailChoice {
        Off = "off", "不发邮件";
        Urgent = "urgent", "仅紧急事项";
        All = "all", "全部消息";
    }
}

coded! {
    /// How the line to the mail server is protected.
    MailSecurity {
        Starttls = "starttls", "STARTTLS";
        Tls = "tls", "TLS";
        Plain = "plain", "不加密";
    }
}

/// A way to reach a citizen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    pub medium: Medium,
    /// Number or address, normalised.
    pub to: String,
}

/// How a citizen is told something: who wrote by mail is answered by mail, all others on their mobile telephone, and by mail
/// when they left nothing else. `None` when neither is possible; without a mail server (`mails`) mail is not.
#[must_use]
pub fn reach(channel: Channel, requester: &Requester, mails: bool) -> Option<Reach> {
    let mobile = |text: &Option<String>| {
        let phone = Phone::parse(text.as_deref()?).ok()?;
        (phone.kind() == PhoneKind::Mobile).then(|| phone.normalised().to_owned())
    };
    let sms = mobile(&requester.contact_phone).or_else(|| mobile(&requester.phone));
    let sms = sms.map(|to| Reach { medium: Medium::Sms, to });
    let email = requester.email.as_deref().filter(|_| mails);
    let mail = email.and_then(|text| MailAddress::parse(text).ok());
    let mail = mail.map(|m| Reach { medium: Medium::Mail, to: m.as_str().to_owned() });
    if channel == Channel::Mail { mail.or(sms) } else { sms.or(mail) }
}

/// How the mail server is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailSettings {
    pub on: bool,
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    /// Empty: the server asks for no account.
    pub user: String,
    pub password: String,
    /// 发件地址.
    pub from: String,
    /// 发件人名称.
    pub from_name: String,
    /// Certificates (PEM) trusted besides those of the operating system; for servers with a certificate of the house.
    pub authority: String,
    /// 收信.
    pub fetch: FetchSettings,
}

impl Default for MailSettings {
    fn default() -> Self {
        Self {
            on: false,
            host: String::new(),
            port: 587,
            security: MailSecurity::Starttls,
            user: String::new(),
            password: String::new(),
            from: String::new(),
            from_name: "12345政务服务便民热线".to_owned(),
            authority: String::new(),
            fetch: FetchSettings::default(),
        }
    }
}

impl MailSettings {
    /// Every fault; of settings that are off none matters.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        self.fetch.faults(&mut wrong);
        if !self.on && !self.fetch.on {
            return wrong;
        }
        self.certificate(&mut wrong);
        if !self.on {
            return wrong;
        }
        let host = self.host.trim();
        let bad = host.is_empty() || host.contains(['/', ' ', '@', ':']);
        fault(&mut wrong, bad, "host", "请填写邮件服务器地址", "IP 或主机名，不含端口");
        fault(&mut wrong, self.port == 0, "port", "请填写端口", "STARTTLS 一般为 587，TLS 一般为 465，不加密一般为 25");
        let from = MailAddress::parse(&self.from).is_err();
        fault(&mut wrong, from, "from", "发件地址不正确", "例如 12345@example.gov.cn");
        let name = self.from_name.chars().count() > 50 || self.from_name.chars().any(char::is_control);
        fault(&mut wrong, name, "from_name", "发件人名称最多50字", "不能换行");
        let half = self.user.trim().is_empty() != self.password.is_empty();
        fault(&mut wrong, half, "password", "账号和密码要么都填，要么都不填", "服务器不要求登录时都留空");
        let open = self.security == MailSecurity::Plain && !self.password.is_empty();
        fault(&mut wrong, open, "security", "密码不能不加密传送", "请改用 STARTTLS 或 TLS，或不填账号密码");
        wrong
    }

    fn certificate(&self, wrong: &mut Vec<FieldError>) {
        let pem = self.authority.trim();
        let whole = pem.starts_with("-----BEGIN CERTIFICATE-----") && pem.ends_with("-----END CERTIFICATE-----");
        let torn = !pem.is_empty() && !whole;
        fault(
            wrong,
            torn,
            "authority",
            "证书应为 PEM 格式",
            "以 -----BEGIN CERTIFICATE----- 开头；服务器证书由公认机构签发时留空",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requester(phone: &str, email: &str) -> Requester {
        let some = |t: &str| (!t.is_empty()).then(|| t.to_owned());
        Requester { phone: some(phone), email: some(email), ..Requester::default() }
    }

    #[test]
    fn who_wrote_by_mail_is_answered_by_mail() {
        let of = |channel, phone, email| reach(channel, &requester(phone, email), true).map(|r| (r.medium, r.to));
        let sms = |to: &str| Some((Medium::Sms, to.to_owned()));
        let mail = |to: &str| Some((Medium::Mail, to.to_owned()));
        assert_eq!(of(Channel::Mail, "13805310001", "Li@QQ.com"), mail("Li@qq.com"));
        assert_eq!(of(Channel::Mail, "13805310001", ""), sms("13805310001"));
        assert_eq!(of(Channel::Phone, "13805310001", "li@qq.com"), sms("13805310001"));
        assert_eq!(of(Channel::Phone, "053112345678", "li@qq.com"), mail("li@qq.com"));
        assert_eq!(of(Channel::Mail, "053112345678", "not an address"), None);
        let both = requester("13805310001", "li@qq.com");
        assert_eq!(reach(Channel::Mail, &both, false).map(|r| r.medium), Some(Medium::Sms), "no server, no mail");
    }

    #[test]
    fn every_fault_is_named_at_its_field() {
        let fields = |s: &MailSettings| s.faults().into_iter().map(|f| f.field).collect::<Vec<_>>();
        let mut s = MailSettings::default();
        assert!(fields(&s).is_empty(), "what is off cannot be wrong");
        s.on = true;
        assert_eq!(fields(&s), ["host", "from"]);
        s.host = "mail.example.gov.cn".to_owned();
        s.from = "12345@example.gov.cn".to_owned();
        assert!(fields(&s).is_empty());
        s.user = "12345".to_owned();
        assert_eq!(fields(&s), ["password"]);
        s.password = "s3cret".to_owned();
        s.security = MailSecurity::Plain;
        s.authority = "MIIB".to_owned();
        assert_eq!(fields(&s), ["authority", "security"]);
    }
}
