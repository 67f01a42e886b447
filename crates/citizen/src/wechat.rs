//! 微信公众号 as plain values: what the door needs to know, a message as it came, and the words it is answered with at once.

use kernel::Ts;
use serde::{Deserialize, Serialize};

/// What the callback needs to tell WeChat from a stranger. It holds no secret that could speak in the account's name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WechatDoor {
    pub app_id: String,
    pub token: String,
    /// EncodingAESKey, 43 characters; empty in plain mode.
    pub aes_key: String,
    /// 安全模式: messages in the clear are refused.
    pub safe: bool,
    /// A conversation ends when nothing came for so long, minutes.
    pub quiet_min: i64,
}

/// A message of a citizen's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WechatPiece {
    /// WeChat's number of it: the same however often it is delivered.
    pub id: String,
    /// OpenID: the person, for this account alone.
    pub person: String,
    pub at: Ts,
    pub what: WechatWhat,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum WechatWhat {
    Text {
        text: String,
    },
    Picture {
        media: String,
        url: String,
    },
    /// `heard` is what WeChat recognised, where the account has that switched on.
    Voice {
        media: String,
        heard: String,
    },
    Video,
    /// Degrees of latitude and longitude as WeChat writes them, and the name of the place.
    Place {
        latitude: String,
        longitude: String,
        label: String,
    },
    Link {
        title: String,
        text: String,
        url: String,
    },
    /// 关注.
    Followed,
    /// A kind nobody knows yet.
    Other {
        kind: String,
    },
}

impl WechatPiece {
    /// The file to be fetched, with the address WeChat shows it at.
    #[must_use]
    pub fn media(&self) -> Option<(&str, Option<&str>)> {
        match &self.what {
            WechatWhat::Picture { media, url } => {
                Some((media, Some(url).filter(|u| !u.is_empty()).map(String::as_str)))
            }
            WechatWhat::Voice { media, .. } => Some((media, None)),
            _ => None,
        }
    }
}

/// What is said at once. `first`: nothing came of the person within the time a conversation lasts.
#[must_use]
pub fn wechat_words(what: &WechatWhat, first: bool, quiet_min: i64) -> Option<String> {
    match what {
        WechatWhat::Followed => Some(
            "您好，欢迎关注12345政务服务便民热线。\n\n反映问题请直接发消息：写明时间、地点和经过，可以同时发送照片、语音和位置；\
             如需电话回访，请留下姓名和手机号码。\n\n遇有危及人身安全的紧急情况，请立即拨打110、119或120。"
                .to_owned(),
        ),
        WechatWhat::Video => Some("抱歉，暂时不能接收视频，请改发照片或文字。您此前发送的内容不受影响。".to_owned()),
        _ if first => Some(format!(
            "您的消息已收到。\n\n请继续补充时间、地点、经过、照片和联系电话；您停止发送{quiet_min}分钟后，所发内容将一并转交热线工作人员登记。\
             登记后会在这里把诉求编号告诉您，办理进展也在这里通知。\n\n遇有危及人身安全的紧急情况，请立即拨打110、119或120。"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_of_a_conversation_is_answered_at_once() {
        let text = WechatWhat::Text { text: "路灯坏了".to_owned() };
        assert!(wechat_words(&text, true, 3).is_some_and(|w| w.contains("3分钟")));
        assert_eq!(wechat_words(&text, false, 3), None);
        assert!(wechat_words(&WechatWhat::Followed, false, 3).is_some_and(|w| w.contains("110")));
    }

    /// WeChat takes at most 2048 bytes in an answer.
    #[test]
    fn words_fit() {
        for what in [WechatWhat::Followed, WechatWhat::Video, WechatWhat::Other { kind: String::new() }] {
            assert!(wechat_words(&what, true, 60).is_some_and(|w| w.len() < 2048));
        }
    }
}
