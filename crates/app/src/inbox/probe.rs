//! 测试收信: the port through which a mailbox is looked into without changing anything there.

use domain::message::FetchSettings;
use futures::future::BoxFuture;
use serde::Serialize;

/// What lies in a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailboxFound {
    /// Mails in the folder.
    pub total: u32,
    /// Of them, since the first day that is taken in.
    pub since: u32,
}

/// A way into a mailbox.
pub trait MailboxProbe: Send + Sync {
    /// Signs in, opens the folder and counts; the fault is in words for the administrator.
    fn probe<'a>(
        &'a self,
        settings: &'a FetchSettings,
        authority: &'a str,
    ) -> BoxFuture<'a, std::result::Result<MailboxFound, String>>;
}
