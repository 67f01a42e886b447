//! 社交渠道. A message is kept when it comes (`wechat::keep_in`), messages of one person within a short time become one piece of
//! 待登记 (`talk`), and whoever wrote is answered at the account they wrote from.

pub(crate) mod reach;
pub mod talk;
pub mod wechat;
pub mod weibo;

use db::Tx;
use domain::message::Medium;
use domain::order::{Channel, Order};

use crate::Result;
use crate::ctx::App;
use crate::world::World;

/// The account that an answer about an order goes to, while its channel is connected; `new` is that of an order not on record yet.
pub(crate) async fn account(
    tx: &mut Tx,
    app: &App,
    world: &World,
    order: &Order,
    new: Option<&(Medium, String)>,
) -> Result<Option<(Medium, String)>> {
    if order.channel != Channel::Wechat || !world.wechat_on {
        return Ok(None);
    }
    match new {
        Some(new) => Ok(Some(new.clone())),
        None => Ok(store::social::account_of(tx, &app.store.vault, order.id).await?),
    }
}
