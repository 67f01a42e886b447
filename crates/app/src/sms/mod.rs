//! 短信收发: what waits is sent, tried again, told of; what citizens answer is a rating, a supplement or a matter for a person.
//!
//! Nothing here knows how a carrier is spoken to: `hotline` takes what [`send::claim`] gives, hands it to the gateway
//! and brings back what came of it.

pub mod desk;
pub mod hear;
pub mod letter;
pub mod log;
pub mod mail;
pub mod send;
pub mod template;

use db::Tx;
use domain::authority::Role;
use domain::decision::Recipient;
use kernel::OrderId;

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::write::{Letter, Mail, recipients};

/// Tells a desk of the centre something about an order, in words free of personal data.
async fn tell(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    role: Role,
    order: OrderId,
    (title, text): (&str, &str),
) -> Result<()> {
    let Some(found) = store::order::load_order(&mut *tx, &app.store.vault, order).await? else { return Ok(()) };
    let users = recipients(tx, ctx, world, &Recipient::CenterRole { role }).await?;
    let body = format!("工单{}：{text}", found.case_no);
    let letter = Letter { kind: "T20", title, body: &body, order: Some((order, found.case_no.as_str())) };
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, &users, letter);
    mail.send(tx, app).await
}
