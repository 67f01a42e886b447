//! The first steps of an order in the town.

use app::order::{order_command, order_register};
use domain::order::Command;
use kernel::OrderId;

use crate::town::{Town, complaint};

/// Registers a complaint and sends it to an organisation.
pub async fn dispatched(town: &Town, lead: &str) -> OrderId {
    let id = order_register(&town.app, &town.ctx("agent"), complaint("13812345678")).await.unwrap().id;
    give(town, "agent", id, Command::Submit { urgency: None, suggested_org: None }).await;
    let lead = town.org(lead);
    let advice = Some("请核实修复".to_owned());
    give(town, "dispatcher", id, Command::Dispatch { lead, co: Vec::new(), advice, due_at: None, urgency: None }).await;
    id
}

async fn give(town: &Town, who: &str, id: OrderId, cmd: Command) {
    let now = store::order::load_order(&town.app.store.db, &town.app.store.vault, id).await.unwrap().unwrap();
    order_command(&town.app, &town.ctx(who), id, now.version, cmd).await.unwrap();
}
