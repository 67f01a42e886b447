//! The XML of WeChat: one element with one level of children.

use std::collections::BTreeMap;

use citizen::{WechatPiece, WechatWhat};
use kernel::Ts;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::Event;

/// A message by the names of its fields.
#[derive(Debug, Default)]
pub struct Frame(BTreeMap<String, String>);

impl Frame {
    /// `None` when it is no XML of this kind. Document types are refused.
    pub fn read(text: &str) -> Option<Self> {
        let mut reader = Reader::from_str(text);
        let (mut fields, mut path) = (BTreeMap::<String, String>::new(), Vec::<String>::new());
        let say = |fields: &mut BTreeMap<String, String>, path: &[String], words: &str| {
            if let [_, name] = path {
                fields.entry(name.clone()).or_default().push_str(words);
            }
        };
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => path.push(start.name().as_ref().to_owned()),
                Event::End(_) => {
                    path.pop()?;
                }
                Event::Text(words) => say(&mut fields, &path, &words.xml_content(XmlVersion::Implicit1_0)),
                Event::CData(words) => say(&mut fields, &path, &words),
                Event::GeneralRef(name) => {
                    let c = match name.resolve_char_ref().ok()? {
                        Some(c) => c.to_string(),
                        None => quick_xml::escape::resolve_predefined_entity(&name)?.to_owned(),
                    };
                    say(&mut fields, &path, &c);
                }
                Event::DocType(_) => return None,
                Event::Eof => return path.is_empty().then_some(Self(fields)),
                _ => {}
            }
        }
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |t| t.trim())
    }

    /// The message, or `None` for what is no message of a person's: menus, receipts, goodbyes.
    pub fn piece(&self, now: Ts) -> Option<WechatPiece> {
        let text = |name: &str| self.get(name).to_owned();
        let (person, seconds) = (text("FromUserName"), self.get("CreateTime").parse::<i64>().ok());
        if person.is_empty() {
            return None;
        }
        let kind = self.get("MsgType");
        let what = match kind {
            "text" => WechatWhat::Text { text: text("Content") },
            "image" => WechatWhat::Picture { media: text("MediaId"), url: text("PicUrl") },
            "voice" => WechatWhat::Voice { media: text("MediaId"), heard: text("Recognition") },
            "video" | "shortvideo" => WechatWhat::Video,
            "location" => {
                WechatWhat::Place { latitude: text("Location_X"), longitude: text("Location_Y"), label: text("Label") }
            }
            "link" => WechatWhat::Link { title: text("Title"), text: text("Description"), url: text("Url") },
            "event" if self.get("Event") == "subscribe" => WechatWhat::Followed,
            "event" => return None,
            other => WechatWhat::Other { kind: other.to_owned() },
        };
        // Events have no number: WeChat says to tell them apart by sender and time.
        let id = match self.get("MsgId") {
            "" => format!("{person}-{}", self.get("CreateTime")),
            id => id.to_owned(),
        };
        let at = seconds.and_then(|s| s.checked_mul(1000)).map_or(now, |ms| Ts(ms.min(now.0)));
        Some(WechatPiece { id, person, at, what })
    }

    /// An answer in words, from the account that was written to.
    pub fn answer(&self, words: &str, now: Ts) -> String {
        format!(
            "<xml><ToUserName>{}</ToUserName><FromUserName>{}</FromUserName><CreateTime>{}</CreateTime>\
             <MsgType><![CDATA[text]]></MsgType><Content>{}</Content></xml>",
            cdata(self.get("FromUserName")),
            cdata(self.get("ToUserName")),
            now.0 / 1000,
            cdata(words)
        )
    }
}

/// An answer in safe mode.
pub fn sealed(encrypted: &str, signature: &str, timestamp: &str, nonce: &str) -> String {
    format!(
        "<xml><Encrypt>{}</Encrypt><MsgSignature>{}</MsgSignature><TimeStamp>{timestamp}</TimeStamp><Nonce>{}</Nonce></xml>",
        cdata(encrypted),
        cdata(signature),
        cdata(nonce)
    )
}

fn cdata(text: &str) -> String {
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Ts = Ts(1_795_485_600_000);

    fn read(inside: &str) -> Option<WechatPiece> {
        let head = "<ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oA1]]></FromUserName><CreateTime>1348831860</CreateTime>";
        Frame::read(&format!("<xml>{head}{inside}</xml>"))?.piece(NOW)
    }

    fn kind(name: &str, rest: &str) -> Option<WechatWhat> {
        read(&format!("<MsgType><![CDATA[{name}]]></MsgType>{rest}<MsgId>1</MsgId>")).map(|p| p.what)
    }

    #[test]
    fn messages_of_every_documented_kind_are_read() {
        let s = str::to_owned;
        let piece = read("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[<路灯> & 坏了]]></Content><MsgId>1234567890123456</MsgId>").unwrap();
        assert_eq!(
            (piece.id.as_str(), piece.person.as_str(), piece.at),
            ("1234567890123456", "oA1", Ts(1_348_831_860_000))
        );
        assert_eq!(piece.what, WechatWhat::Text { text: s("<路灯> & 坏了") });
        assert_eq!(
            kind("image", "<PicUrl><![CDATA[http://p]]></PicUrl><MediaId><![CDATA[m]]></MediaId>"),
            Some(WechatWhat::Picture { media: s("m"), url: s("http://p") })
        );
        assert_eq!(
            kind(
                "voice",
                "<MediaId><![CDATA[m]]></MediaId><Format><![CDATA[amr]]></Format><Recognition><![CDATA[你好]]></Recognition>"
            ),
            Some(WechatWhat::Voice { media: s("m"), heard: s("你好") })
        );
        assert_eq!(
            kind(
                "location",
                "<Location_X>23.134521</Location_X><Location_Y>113.358803</Location_Y><Scale>20</Scale><Label><![CDATA[桂巷路]]></Label>"
            ),
            Some(WechatWhat::Place { latitude: s("23.134521"), longitude: s("113.358803"), label: s("桂巷路") })
        );
        assert_eq!(kind("shortvideo", "<MediaId>m</MediaId>"), Some(WechatWhat::Video));
        assert_eq!(kind("card", ""), Some(WechatWhat::Other { kind: s("card") }), "what is new is not lost");
    }

    #[test]
    fn events_are_told_apart_by_sender_and_time() {
        let of = |event: &str| read(&format!("<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{event}]]></Event>"));
        let piece = of("subscribe").unwrap();
        assert_eq!((piece.id.as_str(), piece.what), ("oA1-1348831860", WechatWhat::Followed));
        assert_eq!(of("unsubscribe"), None);
        assert_eq!(of("CLICK"), None);
    }

    #[test]
    fn what_is_no_message_is_none() {
        for odd in ["", "<xml>", "<xml></xml>", "text", "<!DOCTYPE x><xml/>", "<xml><a>&nbsp;</a></xml>"] {
            assert!(Frame::read(odd).and_then(|f| f.piece(NOW)).is_none(), "{odd}");
        }
    }

    #[test]
    fn an_answer_cannot_be_broken_out_of() {
        let frame = Frame::read("<xml><ToUserName>gh_1</ToUserName><FromUserName>oA1</FromUserName></xml>").unwrap();
        let answer = frame.answer("a]]><Content>b", NOW);
        let again = Frame::read(&answer).unwrap();
        assert_eq!((again.get("ToUserName"), again.get("FromUserName")), ("oA1", "gh_1"));
        assert_eq!(again.get("Content"), "a]]><Content>b");
        assert_eq!(again.get("CreateTime"), "1795485600");
    }
}
