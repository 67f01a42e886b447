//! What the office sets: the way to the carrier, and the texts.

use db::{FromRow, Sql, Tx};
use domain::message::{GatewayKind, GatewaySettings, Medium};
use kernel::{Ts, UserId, Uuid};

use crate::{
    error::Result,
    row::{At, to_json},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "sms_gateway";
const INSERT: Sql =
    Sql::same("INSERT INTO sms_gateway (id, kind, settings_enc, reason, at, by_id) VALUES ($1, $2, $3, $4, $5, $6)");
const CURRENT: Sql =
    Sql::same("SELECT id, kind, settings_enc, reason, at, by_id FROM sms_gateway ORDER BY at DESC, id DESC LIMIT $1");
const SET_LINE: Sql = Sql::same(
    "INSERT INTO sms_line (name, good, error, at, since) VALUES ($4, $1, $2, $3, $3)
     ON CONFLICT (name) DO UPDATE SET good = excluded.good, error = excluded.error, at = excluded.at,
        since = CASE WHEN sms_line.good = excluded.good THEN sms_line.since ELSE excluded.since END",
);
const LINE: Sql = Sql::same("SELECT good, error, at, since FROM sms_line WHERE name = $1");
const ADD_TEXT: Sql =
    Sql::same("INSERT INTO sms_template (template, text, at, by_id, reason) VALUES ($1, $2, $3, $4, $5)");
const TEXTS: Sql = Sql::same(
    "SELECT no, template, text, at, by_id, reason FROM sms_template
     WHERE no IN (SELECT MAX(no) FROM sms_template GROUP BY template) ORDER BY template",
);
const TEXTS_OF: Sql = Sql::same(
    "SELECT no, template, text, at, by_id, reason FROM sms_template WHERE template = $1 ORDER BY no DESC LIMIT 100",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("sms_gateway.insert", INSERT),
        ("sms_gateway.current", CURRENT),
        ("sms_line.set", SET_LINE),
        ("sms_line.get", LINE),
        ("sms_template.insert", ADD_TEXT),
        ("sms_template.current", TEXTS),
        ("sms_template.of", TEXTS_OF),
    ]
}

/// The way to the carrier as somebody set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    pub id: Uuid,
    pub settings: GatewaySettings,
    pub reason: String,
    pub at: Ts,
    pub by: UserId,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    kind: String,
    settings_enc: Vec<u8>,
    reason: String,
    at: Ts,
    by_id: UserId,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Gateway> {
        let at = At { table: TABLE, row: &self.id };
        let text = vault.open(TABLE, self.id, "settings_enc", &self.settings_enc)?;
        let settings: GatewaySettings = at.json("settings_enc", &text)?;
        let kind: GatewayKind = at.code("kind", &self.kind)?;
        Ok(Gateway {
            settings: GatewaySettings { kind, ..settings },
            id: self.id,
            reason: self.reason,
            at: self.at,
            by: self.by_id,
        })
    }
}

pub async fn insert_gateway(tx: &mut Tx, vault: &Vault, g: &Gateway) -> Result<()> {
    let sealed = vault.seal(TABLE, g.id, "settings_enc", &to_json(&g.settings));
    tx.run(&INSERT, &[&g.id, &g.settings.kind.code(), &sealed, &g.reason, &g.at, &g.by]).await?;
    Ok(())
}

/// The one in force.
pub async fn gateway<'a>(via: impl Into<Via<'a>>, vault: &Vault) -> Result<Option<Gateway>> {
    Ok(gateways(via, vault, 1).await?.pop())
}

/// The latest settings, newest first.
pub async fn gateways<'a>(via: impl Into<Via<'a>>, vault: &Vault, limit: i64) -> Result<Vec<Gateway>> {
    let rows: Vec<Row> = via.into().all(&CURRENT, &[&limit]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// How the line is.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Line {
    pub good: bool,
    pub error: Option<String>,
    /// When it was last seen.
    pub at: Ts,
    /// Since when it is so.
    pub since: Ts,
}

pub async fn set_line(tx: &mut Tx, medium: Medium, good: bool, error: Option<&str>, now: Ts) -> Result<()> {
    tx.run(&SET_LINE, &[&good, &error.map(str::to_owned), &now, &medium.code()]).await?;
    Ok(())
}

pub async fn line<'a>(via: impl Into<Via<'a>>, medium: Medium) -> Result<Option<Line>> {
    Ok(via.into().one(&LINE, &[&medium.code()]).await?)
}

/// A text somebody gave a template; `no` is its version.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct TemplateText {
    pub no: i64,
    pub template: String,
    pub text: String,
    pub at: Ts,
    pub by_id: UserId,
    pub reason: String,
}

pub async fn insert_text(tx: &mut Tx, template: &str, text: &str, at: Ts, by: UserId, reason: &str) -> Result<()> {
    tx.run(&ADD_TEXT, &[&template, &text, &at, &by, &reason]).await?;
    Ok(())
}

/// The texts in force of the templates that were given one.
pub async fn current_texts<'a>(via: impl Into<Via<'a>>) -> Result<Vec<TemplateText>> {
    Ok(via.into().all(&TEXTS, &[]).await?)
}

/// Every text of a template, newest first.
pub async fn texts_of<'a>(via: impl Into<Via<'a>>, template: &str) -> Result<Vec<TemplateText>> {
    Ok(via.into().all(&TEXTS_OF, &[&template]).await?)
}
