//! 诉求进度: what whoever holds the query code may see. No internal opinion, no handler's name, no personal data.

use std::collections::BTreeMap;

use kernel::{Ts, Uuid};
use serde::{Deserialize, Serialize};

/// Whose view of which matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "as", content = "id")]
pub enum MatterKey {
    /// The citizen who filed it.
    Own(Uuid),
    /// Somebody who follows another's matter; the key is that of the following.
    Follow(Uuid),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Done,
    Current,
    Todo,
    /// Not needed for this matter.
    Skipped,
}

/// One of the five steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub name: String,
    pub state: StepState,
    pub at: Option<Ts>,
}

/// Who has it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub name: String,
    pub since: Ts,
}

/// The next deadline, with the sum that led to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// 签收, 办理, 答复…
    pub what: String,
    pub at: Ts,
    pub sentences: Vec<String>,
    pub paused: bool,
}

/// 延期 that was granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    pub decided_at: Ts,
    pub reason: String,
    /// `10个工作日`.
    pub by: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub text: String,
    pub at: Option<Ts>,
    pub by: String,
    /// 办理结果 in words.
    pub result: Option<String>,
    /// Empty in views of before there was this.
    #[serde(default)]
    pub papers: Vec<Paper>,
}

/// 答复附件: a file that went with the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub id: Uuid,
    pub name: String,
    /// Bytes.
    pub size: i64,
}

impl Paper {
    /// `820 KB`, `1.4 MB`.
    #[must_use]
    pub fn size_text(&self) -> String {
        let kb = (self.size + 1023) >> 10;
        if kb < 1024 { format!("{kb} KB") } else { format!("{}.{} MB", kb >> 10, ((kb & 1023) * 10) >> 10) }
    }
}

/// The file itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaperFile {
    pub name: String,
    pub mime: String,
    #[serde(with = "crate::form::base64_text")]
    pub bytes: Vec<u8>,
}

/// An entry of the public course of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub at: Ts,
    pub text: String,
}

/// One thing a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Code of the field, and of what it says; empty where nothing was recorded.
    pub field: String,
    pub value: String,
    pub name: String,
    pub word: String,
}

/// What became of a citizen's objection to a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    pub at: Ts,
    /// 待核实, 已更正, 未更正.
    pub stand: String,
    /// Why the record stays as it is.
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// 联系记录.
    Contact,
    /// 回访记录.
    Answer,
}

/// 关于您的记录: what somebody wrote down of a conversation with the citizen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub id: Uuid,
    pub kind: RecordKind,
    pub at: Ts,
    /// Who, and how.
    pub title: String,
    pub said: Vec<Said>,
    /// It was put right; this is how it now stands.
    pub corrected: bool,
    /// The citizen may object to it.
    pub open: bool,
    pub objection: Option<Objection>,
}

/// What the citizen may do now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Can {
    pub add: bool,
    pub withdraw: bool,
    pub rate: bool,
    pub redo: bool,
}

impl Can {
    #[must_use]
    pub const fn anything(self) -> bool {
        self.add || self.withdraw || self.rate || self.redo
    }
}

/// The page of one matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matter {
    pub case_no: String,
    pub kind: String,
    pub title: String,
    /// The citizen's own words, numbers of persons hidden; empty for followers.
    pub content: String,
    pub area: String,
    pub received_at: Ts,
    /// 公开状态 (§5.9).
    pub status: String,
    /// What that means for the citizen.
    pub explained: String,
    pub steps: Vec<Step>,
    pub holder: Option<Holder>,
    pub due: Option<Due>,
    pub returns: i32,
    /// 办理轮次.
    pub round: i32,
    pub extensions: Vec<Extension>,
    pub reply: Option<Reply>,
    /// 满意度 given, in words.
    pub rated: Option<String>,
    pub course: Vec<Note>,
    /// Empty for followers, and in views of before there was this.
    #[serde(default)]
    pub records: Vec<Record>,
    pub photos: i64,
    pub can: Can,
    /// Somebody else's matter is followed.
    pub follower: bool,
    /// A code can be sent to the number on record: needed to withdraw.
    pub has_phone: bool,
    /// When this view was made; behind a gateway it lags.
    pub as_of: Ts,
}

/// What the citizen does with a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum Act {
    /// 补充情况.
    Add { text: String },
    /// 撤回, with the code sent to the number on record.
    Withdraw { reason: String, otp: String },
    /// 评价: codes of the callback's answers.
    Rate { contacted: String, solved: String, process: String, result: String, reasons: Vec<String>, opinion: String },
    /// 申请重新办理.
    Redo { reason: String },
    /// 记录有误: what a record should say, by the codes of its fields; each record once.
    Contest { record: Uuid, said: BTreeMap<String, String>, reason: String },
}
