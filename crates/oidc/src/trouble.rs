//! What may go wrong at a sign-in, in words that say what to do.

use openidconnect::{ClaimsVerificationError, DiscoveryError, UserInfoError};

use crate::http::Failure;

/// Why nobody is signed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error("认证平台地址不是正确的网址")]
    Issuer,
    #[error("本平台地址不是正确的网址")]
    Redirect,
    #[error("认证平台{0}，请稍后再试或改用其他方式")]
    Unreached(String),
    #[error("认证平台地址不正确：{0}")]
    NotOne(String),
    #[error("登录请求不是由本浏览器发起或已用过，请重新登录")]
    Foreign,
    #[error("登录用时过长，请重新登录")]
    Late,
    #[error("您在认证平台取消了登录")]
    Denied,
    #[error("授权码已失效，请重新登录")]
    Used,
    #[error("认证平台不认识本平台的客户端标识或密钥，请联系管理员")]
    Client,
    #[error("认证平台应答 {0}，请稍后再试或联系管理员")]
    Provider(String),
    #[error("身份令牌未通过校验（{0}），已拒绝登录，请联系管理员")]
    Token(String),
}

impl Trouble {
    /// For programs and the audit record.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Issuer | Self::Redirect => "settings",
            Self::Unreached(_) => "unreached",
            Self::NotOne(_) => "not_a_provider",
            Self::Foreign => "foreign",
            Self::Late => "late",
            Self::Denied => "denied",
            Self::Used => "code_used",
            Self::Client => "client",
            Self::Provider(_) => "provider",
            Self::Token(_) => "token",
        }
    }

    pub(crate) fn said(error: &str) -> Self {
        match error {
            "access_denied" => Self::Denied,
            "server_error" | "temporarily_unavailable" => Self::Unreached("暂时不可用".to_owned()),
            // Foreign words: only what a code may consist of is repeated.
            other => Self::Provider(other.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(40).collect()),
        }
    }

    pub(crate) fn discovery(e: DiscoveryError<Failure>) -> Self {
        match e {
            DiscoveryError::Request(e) => Self::Unreached(e.to_string()),
            DiscoveryError::Response(status, ..) => Self::NotOne(format!(
                "该地址下没有发现文档（HTTP {}），地址应不含 /.well-known/openid-configuration",
                status.as_u16()
            )),
            DiscoveryError::Parse(_) => Self::NotOne("该地址返回的不是发现文档".to_owned()),
            DiscoveryError::Validation(_) => {
                Self::NotOne("发现文档中的 issuer 与填写的地址不一致，请照发现文档填写".to_owned())
            }
            DiscoveryError::UrlParse(_) => Self::Issuer,
            _ => Self::NotOne("无法读取发现文档".to_owned()),
        }
    }

    pub(crate) fn token(e: &ClaimsVerificationError) -> Self {
        let why = match e {
            ClaimsVerificationError::Expired(_) => "已过期，请核对服务器时间",
            ClaimsVerificationError::InvalidAudience(_) => "不是发给本平台的",
            ClaimsVerificationError::InvalidIssuer(_) => "签发者不符",
            ClaimsVerificationError::InvalidNonce(_) => "不是本次登录的",
            ClaimsVerificationError::SignatureVerification(_) => "签名不正确",
            _ => "内容不合规范",
        };
        Self::Token(why.to_owned())
    }

    pub(crate) fn user_info(e: UserInfoError<Failure>) -> Self {
        match e {
            UserInfoError::Request(e) => Self::Unreached(e.to_string()),
            UserInfoError::ClaimsVerification(e) => Self::token(&e),
            _ => Self::Token("用户信息无法读取".to_owned()),
        }
    }
}
