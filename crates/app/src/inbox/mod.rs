//! 待登记: accept → keep → acknowledge, then a person takes a piece, makes an order of it, adds it to the order it is about, or sets
//! it aside with a reason. Adapters call [`accept`]; only what it answered `Ok` for may be acknowledged at the source.

mod accept;
mod desk;
mod health;

pub use accept::{Arrived, ArrivedFile, accept, hold, line, position, thread_of};
pub use desk::{
    AddForm, DiscardForm, FileLine, InboxQuery, ItemLine, ItemView, item_add, item_claim, item_discard, item_list,
    item_register, item_release, item_view,
};
pub use health::{ChannelHealth, channel_health};
