//! 审计: every act leaves a record in the same transaction.

use db::Tx;
use domain::env::By;
use serde_json::Value;
use store::audit::{AuditEntry, Outcome};

use crate::Result;
use crate::ctx::{App, Ctx};

/// What was done to what; who, when and from where come from the context.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Class of act: `login`, `order`, `admin`, `export`…
    pub kind: &'static str,
    /// Use case: `order.dispatch`, `session.open`…
    pub action: String,
    pub outcome: Outcome,
    pub object_kind: &'static str,
    pub object_id: String,
    pub reason: Option<String>,
    /// Fields and codes, free of personal data and secrets.
    pub detail: Value,
}

impl Entry {
    /// A successful act on an object, to be filled in with `..`.
    pub fn new(kind: &'static str, action: &str, object_kind: &'static str, object_id: impl std::fmt::Display) -> Self {
        Self {
            kind,
            action: action.to_owned(),
            outcome: Outcome::Ok,
            object_kind,
            object_id: object_id.to_string(),
            reason: None,
            detail: Value::Null,
        }
    }

    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..self }
    }

    #[must_use]
    pub fn with(self, detail: Value) -> Self {
        Self { detail, ..self }
    }
}

/// Writes a record. Call it last in a transaction.
pub async fn record(tx: &mut Tx, app: &App, ctx: &Ctx, entry: Entry) -> Result<()> {
    let line = line(ctx, entry);
    Ok(store::audit::append(tx, &app.store.vault, &[line]).await?)
}

fn line(ctx: &Ctx, entry: Entry) -> AuditEntry {
    let actor = match &ctx.by {
        By::Person(actor) => Some(actor),
        By::System => None,
    };
    AuditEntry {
        at: ctx.now,
        kind: entry.kind.to_owned(),
        action: entry.action,
        outcome: entry.outcome,
        actor: actor.map(|a| a.user),
        actor_name: actor.map_or_else(|| "系统".to_owned(), |a| a.name.clone()),
        actor_org: actor.map(|a| a.org),
        session: ctx.session,
        ip: ctx.ip.clone(),
        agent: ctx.agent.chars().take(200).collect(),
        trace_id: ctx.trace_id.clone(),
        object_kind: entry.object_kind.to_owned(),
        object_id: entry.object_id,
        reason: entry.reason,
        detail: entry.detail,
    }
}
