//! 收信: how the mailbox that citizens write to is read (IMAP).

use kernel::{Date, FieldError};
use serde::{Deserialize, Serialize};

use super::mail::MailSecurity;
use super::settings::fault;

/// How the mailbox is read. It holds a password and is kept sealed with the rest of the mail settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FetchSettings {
    pub on: bool,
    pub host: String,
    pub port: u16,
    pub security: MailSecurity,
    pub user: String,
    pub password: String,
    /// 文件夹.
    pub folder: String,
    /// Mail from this day on is taken in, `2026-11-28`; what is older was dealt with before the platform came.
    pub since: String,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            on: false,
            host: String::new(),
            port: 993,
            security: MailSecurity::Tls,
            user: String::new(),
            password: String::new(),
            folder: "INBOX".to_owned(),
            since: String::new(),
        }
    }
}

impl FetchSettings {
    /// The day from which on mail is taken in.
    #[must_use]
    pub fn since_day(&self) -> Option<Date> {
        self.since.trim().parse().ok()
    }

    /// Every fault; of settings that are off none matters.
    pub(super) fn faults(&self, wrong: &mut Vec<FieldError>) {
        if !self.on {
            return;
        }
        let host = self.host.trim();
        let bad = host.is_empty() || host.contains(['/', ' ', '@', ':']);
        fault(wrong, bad, "fetch.host", "请填写收信服务器地址", "IP 或主机名，不含端口");
        fault(wrong, self.port == 0, "fetch.port", "请填写端口", "TLS 一般为 993，STARTTLS 或不加密一般为 143");
        fault(wrong, self.user.trim().is_empty(), "fetch.user", "请填写账号", "一般为完整的邮箱地址");
        fault(wrong, self.password.is_empty(), "fetch.password", "请填写密码或授权码", "部分邮箱须在网页端生成授权码");
        let folder = self.folder.trim();
        let odd = folder.is_empty() || !folder.is_ascii() || folder.chars().any(char::is_control);
        fault(wrong, odd, "fetch.folder", "文件夹名称不正确", "收件箱为 INBOX；中文文件夹请用其编码后的名称");
        fault(wrong, self.since_day().is_none(), "fetch.since", "请填写起始日期", "此日期及以后的邮件进入待登记");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_its_field() {
        let fields = |s: &FetchSettings| {
            let mut wrong = Vec::new();
            s.faults(&mut wrong);
            wrong.into_iter().map(|f| f.field).collect::<Vec<_>>()
        };
        let mut s = FetchSettings::default();
        assert!(fields(&s).is_empty());
        s.on = true;
        assert_eq!(fields(&s), ["fetch.host", "fetch.user", "fetch.password", "fetch.since"]);
        s = FetchSettings {
            host: "imap.example.gov.cn".to_owned(),
            user: "12345".to_owned(),
            password: "s3cret".to_owned(),
            since: "2026-11-28".to_owned(),
            ..s
        };
        assert!(fields(&s).is_empty());
        s.folder = "收件箱".to_owned();
        s.since = "昨天".to_owned();
        assert_eq!(fields(&s), ["fetch.folder", "fetch.since"]);
    }
}
