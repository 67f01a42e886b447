//! 待登记: accept → keep → acknowledge, then a person takes a piece, makes an order of it, adds it to the order it is about, or sets
//! it aside with a reason. Adapters call [`accept`]; only what it answered `Ok` for may be acknowledged at the source.

mod accept;
mod blank;
mod desk;
mod health;
mod probe;
mod shown;

pub use accept::{
    Arrived, ArrivedFile, Bounced, UNTAKEN, accept, bounced, hold, is_general, line, position, thread_of, untaken,
};
pub use blank::blank;
pub use desk::{
    AddForm, Added, DiscardForm, item_add, item_claim, item_discard, item_register, item_release, item_reopen,
};
pub use health::{ChannelHealth, channel_health};
pub use probe::{MailboxFound, MailboxProbe};
pub use shown::{
    AboutOrder, FileLine, InboxCounts, InboxQuery, ItemLine, ItemView, item_counts, item_file, item_list, item_view,
};
