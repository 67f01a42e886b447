//! 网闸交换: core and portal as two programs that share nothing but a pair of directories. What one tells the other is
//! numbered, signed, encrypted, acknowledged and applied once; what is lost shows as a gap and is told again. Inwards go
//! forms, acts, answers of surveys, messages of WeChat and codes to be sent; outwards go what the forms offer, views of matters, publications,
//! public articles and published surveys, nothing else.

mod batch;
pub mod carry;
mod ferry;
mod files;
mod inner;
mod outer;
mod paper;
mod sign_in;
mod survey;
mod wechat;

pub use batch::{Bad, Batch, Keys, Record, Side};
pub use ferry::{Apply, Ferry, Memory, Round, lamp};
pub use files::Folders;
pub use inner::Inner;
pub use outer::{Outer, OuterDesk};

/// A failure that is not the citizen's: tried again at the next round.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    App(#[from] app::Error),
    #[error(transparent)]
    Store(#[from] store::StoreError),
    #[error(transparent)]
    Db(#[from] db::DbError),
    #[error("a record cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("{0}: {1}")]
    Folder(String, std::io::Error),
    #[error("{0}")]
    Broken(String),
}

impl Error {
    /// What a person may read of it.
    fn reason(&self) -> String {
        match self {
            Self::App(e) => e.refusal().map_or_else(|| "系统内部错误，详见日志".to_owned(), |r| r.message.clone()),
            Self::Json(_) => "内容格式无法识别".to_owned(),
            Self::Store(_) | Self::Db(_) | Self::Folder(..) | Self::Broken(_) => "系统内部错误，详见日志".to_owned(),
        }
    }

    /// It will be so however often it is tried: the rules refuse it, or it makes no sense.
    fn is_refusal(&self) -> bool {
        match self {
            Self::App(e) => e.refusal().is_some(),
            Self::Json(_) => true,
            Self::Store(_) | Self::Db(_) | Self::Folder(..) | Self::Broken(_) => false,
        }
    }
}
