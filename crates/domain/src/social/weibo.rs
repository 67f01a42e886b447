//! 微博: how mentions of the account are read, and what may be said in public about an order that came by one.

use kernel::{Date, FieldError};
use serde::{Deserialize, Serialize};

use super::wechat::may_call;
use crate::message::fault;
use crate::order::{Confidentiality, DemandType, Order};

/// Where Weibo's own interfaces are.
const API: &str = "https://api.weibo.com";
/// Characters of a number that are said in public: enough to tell two answers apart, too few to ask for anything with.
const TAIL: usize = 7;

/// How the account is reached. Kept sealed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeiboSettings {
    pub on: bool,
    /// UID of the account; what it writes itself is no matter.
    pub uid: String,
    /// 访问令牌 (access_token).
    pub access_token: String,
    /// Mentions from this day on are taken in, `2026-11-28`.
    pub since: String,
    /// That a matter is taken up, and that there is an answer, is said beneath the post.
    pub answers: bool,
    /// Where the interfaces are called: Weibo itself, or a relay of the house.
    pub api: String,
}

impl Default for WeiboSettings {
    fn default() -> Self {
        Self {
            on: false,
            uid: String::new(),
            access_token: String::new(),
            since: String::new(),
            answers: true,
            api: API.to_owned(),
        }
    }
}

impl WeiboSettings {
    /// The day from which on mentions are taken in.
    #[must_use]
    pub fn since_day(&self) -> Option<Date> {
        self.since.trim().parse().ok()
    }

    /// Every fault; of settings that are off none matters.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        if !self.on {
            return wrong;
        }
        let uid = self.uid.trim();
        let bad = uid.is_empty() || uid.len() > 20 || !uid.bytes().all(|b| b.is_ascii_digit());
        fault(&mut wrong, bad, "uid", "UID 应为一串数字", "见微博个人主页网址 weibo.com/u/ 后面的数字");
        let token = self.access_token.trim();
        let bad = token.is_empty() || !token.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        fault(&mut wrong, bad, "access_token", "请填写访问令牌", "在微博开放平台用本账号授权后取得");
        let bad = self.since_day().is_none();
        fault(&mut wrong, bad, "since", "请填写起始日期", "此日期及以后提到本账号的微博进入渠道来信");
        let bad = !may_call(&self.api);
        fault(&mut wrong, bad, "api", "接口地址不正确", "一般为 https://api.weibo.com；本机或内网转发可用 http");
        wrong
    }
}

/// What is said in public beneath the post an order came by: that it is taken up, that there is an answer, and where the citizen
/// finds it. Never what it is about, never who asked, never the answer. `None`: nothing is said.
#[must_use]
pub fn public_words(template: &str, order: &Order) -> Option<String> {
    if order.confidentiality != Confidentiality::None || order.demand_type == DemandType::Report {
        return None;
    }
    let begin = order.case_no.chars().count().saturating_sub(TAIL);
    let tail: String = order.case_no.chars().skip(begin).collect();
    match template {
        "T01" => Some(format!(
            "您好，您反映的情况12345热线已受理（编号尾号{tail}）。编号、查询码和办理情况不在评论中公布，留了手机号码的请看短信，\
             其他请拨打12345。请勿在评论中留下电话、住址等个人信息。"
        )),
        "T02" | "T12" => Some(format!(
            "您好，您反映的情况（编号尾号{tail}）已有答复。答复不在评论中公布，请看短信，或拨打12345，也可在热线网站凭编号和查询码查看。"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_its_field() {
        let fields = |s: &WeiboSettings| s.faults().into_iter().map(|f| f.field).collect::<Vec<_>>();
        let mut s = WeiboSettings::default();
        assert!(fields(&s).is_empty(), "off");
        s.on = true;
        assert_eq!(fields(&s), ["uid", "access_token", "since"]);
        s.uid = "1404376560".to_owned();
        s.access_token = "2.00abc_XYZ".to_owned();
        s.since = "2026-11-28".to_owned();
        assert!(fields(&s).is_empty());
        s.api = "http://api.weibo.com".to_owned();
        assert_eq!(fields(&s), ["api"], "the token would be read on the way");
        s.uid = "u/1404376560".to_owned();
        assert_eq!(fields(&s), ["uid", "api"]);
    }
}
