//! 政策问答: the public part of the knowledge base.

use kernel::Ts;
use serde::{Deserialize, Serialize};

/// An article of the knowledge base that everybody may read. Texts come in pieces, those looked for marked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnowledgeItem {
    pub id: String,
    pub title: Vec<(String, bool)>,
    pub snippet: Vec<(String, bool)>,
    pub body: String,
    /// 政策依据.
    pub basis: String,
    /// The department that stands by it.
    pub by: String,
    /// Category path.
    pub about: String,
    pub area: String,
    pub at: Ts,
    /// 有效期止, exclusive.
    pub until: Option<Ts>,
}

impl KnowledgeItem {
    /// The title without marks.
    #[must_use]
    pub fn plain_title(&self) -> String {
        self.title.iter().map(|(text, _)| text.as_str()).collect()
    }
}

/// A page of them, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnowledgePage {
    pub items: Vec<KnowledgeItem>,
    pub total: usize,
    pub more: bool,
}
