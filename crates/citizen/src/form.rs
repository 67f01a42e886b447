//! 网上诉求表: what a citizen fills in, and what the form offers.

use kernel::Ts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One entry of a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub code: String,
    pub name: String,
    /// A sentence for whoever does not know the term.
    #[serde(default)]
    pub hint: String,
}

/// Entries under a heading: 区县 with its 街道, 一级分类 with its 二级分类.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub code: String,
    pub name: String,
    pub items: Vec<Item>,
}

/// Bounds the form keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    pub photos: usize,
    /// Longest photo, bytes.
    pub photo_bytes: usize,
    /// A code sent by message is good for so many minutes.
    pub code_minutes: i64,
}

/// Everything the portal must know of the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogue {
    /// 城市名称.
    pub city: String,
    /// The number to call.
    pub phone: String,
    /// 诉求类型.
    pub kinds: Vec<Item>,
    /// 问题分类, two levels.
    pub categories: Vec<Group>,
    /// 区县 and 街道.
    pub areas: Vec<Group>,
    /// 不满意原因.
    pub dissatisfied: Vec<Item>,
    pub limits: Limits,
    /// Version of the notice on personal data that is agreed to.
    pub consent: String,
    /// 领导信箱 that are open, in their order; the hint says whose each is and what for.
    #[serde(default)]
    pub mailboxes: Vec<Item>,
}

impl Catalogue {
    /// `澄湖区鼓角街道`; `None` when the code is not offered.
    #[must_use]
    pub fn area_name(&self, code: &str) -> Option<String> {
        self.areas.iter().find_map(|g| {
            if g.code == code {
                return Some(g.name.clone());
            }
            g.items.iter().find(|i| i.code == code).map(|i| format!("{}{}", g.name, i.name))
        })
    }

    /// Of a box that is open.
    #[must_use]
    pub fn mailbox_name(&self, code: &str) -> Option<&str> {
        self.mailboxes.iter().find(|i| i.code == code).map(|i| i.name.as_str())
    }

    #[must_use]
    pub fn kind_name(&self, code: &str) -> Option<&str> {
        self.kinds.iter().find(|i| i.code == code).map(|i| i.name.as_str())
    }

    #[must_use]
    pub fn category_name(&self, code: &str) -> Option<String> {
        self.categories
            .iter()
            .find_map(|g| g.items.iter().find(|i| i.code == code).map(|i| format!("{} / {}", g.name, i.name)))
    }
}

/// What has been filled in so far. Texts are as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// 领导信箱 it is written to; empty: to none.
    pub mailbox: String,
    pub kind: String,
    pub category: String,
    pub title: String,
    pub content: String,
    pub wish: String,
    pub area: String,
    pub address: String,
    /// `2026-11-27`, may be empty.
    pub occurred_on: String,
    pub respondent: String,
    pub anonymous: bool,
    pub name: String,
    pub phone: String,
    pub id_no: String,
    /// 要求保密.
    pub confidential: bool,
    /// 同意公开答复.
    pub publish: bool,
    pub no_reply: bool,
    /// 已阅读并同意个人信息处理告知.
    pub consent: bool,
    pub photos: Vec<PhotoLine>,
}

/// A part of the form that is shown, and checked, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Kind,
    What,
    Where,
    Photos,
    Who,
}

impl Section {
    pub const ALL: [Self; 5] = [Self::Kind, Self::What, Self::Where, Self::Photos, Self::Who];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::What => "what",
            Self::Where => "where",
            Self::Photos => "photos",
            Self::Who => "who",
        }
    }
}

/// A photo of the draft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoLine {
    /// Key as text.
    pub id: String,
    pub name: String,
    /// Bytes kept, after removing what the camera wrote beside the picture.
    pub size: usize,
}

/// A photo to keep: already checked by content and freed of its metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoNew {
    pub name: String,
    pub mime: String,
    #[serde(with = "base64_text")]
    pub bytes: Vec<u8>,
}

/// Bytes as text, a third longer than they are; as a list of numbers they would be four times as long.
pub(crate) mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}

/// A form on its way, kept by the desk so that no reload and no wrong entry loses a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub form: Form,
    /// Number whose code was entered rightly, and until when that counts.
    pub verified: Option<(String, Ts)>,
    /// The form was filed: a repetition shows this again.
    pub receipt: Option<Receipt>,
}

/// A matter that may be the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Names it in [`Choice::Follow`]; opaque, no number of the hotline's.
    pub handle: String,
    /// A title free of personal data.
    pub title: String,
    pub area: String,
    pub status: String,
    pub received_at: Ts,
    /// Why it is thought to be the same.
    pub why: Vec<String>,
    /// The citizen's own earlier matter: its number may be shown.
    pub own: Option<String>,
    pub followers: i64,
}

/// What the citizen decided after seeing [`Known`] matters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "choice", content = "handle")]
pub enum Choice {
    /// Not asked yet.
    #[default]
    Open,
    /// Mine is another matter.
    New,
    /// Follow that one instead.
    Follow(String),
}

/// 受理回执.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// 工单编号; `None` behind a gateway until the core has given one.
    pub case_no: Option<String>,
    /// 查询码.
    pub query_code: String,
    /// Number to which code and number are also sent, masked.
    pub sent_to: Option<String>,
    pub at: Ts,
    /// Another's matter is followed, nothing new was filed.
    pub following: bool,
}

impl Form {
    /// Values by name of the input, as the page shows them again.
    #[must_use]
    pub fn values(&self) -> BTreeMap<&'static str, &str> {
        BTreeMap::from([
            ("mailbox", self.mailbox.as_str()),
            ("kind", &self.kind),
            ("category", &self.category),
            ("title", &self.title),
            ("content", &self.content),
            ("wish", &self.wish),
            ("area", &self.area),
            ("address", &self.address),
            ("occurred_on", &self.occurred_on),
            ("respondent", &self.respondent),
            ("name", &self.name),
            ("phone", &self.phone),
            ("id_no", &self.id_no),
        ])
    }
}
