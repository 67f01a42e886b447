//! 微信公众号: what the account's console gives, as the administrator enters it. Kept sealed as a whole.

use kernel::FieldError;
use serde::{Deserialize, Serialize};

use crate::message::fault;

/// Where WeChat's own interfaces are.
const API: &str = "https://api.weixin.qq.com";

/// How the account is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatSettings {
    pub on: bool,
    /// 开发者ID (AppID).
    pub app_id: String,
    /// 开发者密码 (AppSecret).
    pub secret: String,
    /// 令牌 (Token).
    pub token: String,
    /// 安全模式: messages come encrypted, and nothing else is taken.
    pub safe: bool,
    /// 消息加解密密钥 (EncodingAESKey).
    pub aes_key: String,
    /// Where the interfaces are called: WeChat itself, or a relay of the house.
    pub api: String,
}

impl Default for WechatSettings {
    fn default() -> Self {
        Self {
            on: false,
            app_id: String::new(),
            secret: String::new(),
            token: String::new(),
            safe: true,
            aes_key: String::new(),
            api: API.to_owned(),
        }
    }
}

impl WechatSettings {
    /// Every fault; of settings that are off none matters.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        if !self.on {
            return wrong;
        }
        let plain = |t: &str| t.bytes().all(|b| b.is_ascii_alphanumeric());
        let id = self.app_id.trim();
        let bad = !id.starts_with("wx") || !plain(id) || id.len() < 10 || id.len() > 32;
        fault(
            &mut wrong,
            bad,
            "app_id",
            "AppID 不正确",
            "以 wx 开头的一串字母和数字，见公众平台“设置与开发—开发接口管理”",
        );
        let bad = self.secret.trim().is_empty() || self.secret.chars().any(char::is_whitespace);
        fault(&mut wrong, bad, "secret", "请填写 AppSecret", "在公众平台生成后只显示一次，遗失须重置");
        let bad = !(3..=32).contains(&self.token.len()) || !plain(&self.token);
        fault(&mut wrong, bad, "token", "令牌应为3至32位字母或数字", "自行拟定，与公众平台“服务器配置”中填写的一致");
        let bad = self.safe && (self.aes_key.trim().len() != 43 || !plain(self.aes_key.trim()));
        fault(&mut wrong, bad, "aes_key", "密钥应为43位字母和数字", "在公众平台“服务器配置”中随机生成后复制到这里");
        fault(
            &mut wrong,
            !may_call(&self.api),
            "api",
            "接口地址不正确",
            "一般为 https://api.weixin.qq.com；本机或内网转发可用 http",
        );
        wrong
    }
}

/// Over the open network only encrypted; a relay next door may be called in the clear.
pub(super) fn may_call(api: &str) -> bool {
    let api = api.trim();
    let host = |rest: &str| rest.split(['/', ':']).next().unwrap_or_default().to_owned();
    if api.ends_with('/') || api.contains(['?', '#', '@', ' ']) {
        return false;
    }
    if let Some(rest) = api.strip_prefix("https://") {
        return !host(rest).is_empty();
    }
    let near = |ip: std::net::Ipv4Addr| ip.is_loopback() || ip.is_private();
    api.strip_prefix("http://").is_some_and(|rest| host(rest).parse().is_ok_and(near))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_its_field() {
        let fields = |s: &WechatSettings| s.faults().into_iter().map(|f| f.field).collect::<Vec<_>>();
        let mut s = WechatSettings::default();
        assert!(fields(&s).is_empty());
        s.on = true;
        assert_eq!(fields(&s), ["app_id", "secret", "token", "aes_key"]);
        s.app_id = "wxb11529c136998cb6".to_owned();
        s.secret = "0123456789abcdef0123456789abcdef".to_owned();
        s.token = "hotline12345".to_owned();
        s.aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG".to_owned();
        assert!(fields(&s).is_empty());
        s.aes_key.clear();
        s.safe = false;
        assert!(fields(&s).is_empty(), "明文模式 has no key");
        s.token = "有空格".to_owned();
        assert_eq!(fields(&s), ["token"]);
    }

    #[test]
    fn a_secret_never_goes_over_the_open_network_in_the_clear() {
        for good in
            ["https://api.weixin.qq.com", "http://127.0.0.1:8080", "http://10.1.2.3/wx", "https://relay.gov.cn:8443/wx"]
        {
            assert!(may_call(good), "{good}");
        }
        for bad in [
            "",
            "api.weixin.qq.com",
            "http://api.weixin.qq.com",
            "http://8.8.8.8",
            "https://",
            "https://a/?x=1",
            "ftp://10.1.2.3",
        ] {
            assert!(!may_call(bad), "{bad}");
        }
    }
}
