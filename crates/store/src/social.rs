//! 社交渠道: messages of conversations that go on, accounts that answers go to, how each channel is reached. Everything sealed.

use db::{FromRow, Sql, Tx};
use domain::inbox::Adapter;
use domain::message::Medium;
use kernel::{OrderId, Ts, UserId, Uuid};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{
    error::Result,
    row::{At, to_json},
    vault::Vault,
    via::Via,
};

const PIECE: &str = "social_piece";
const ACCOUNT: &str = "order_account";
const SETTING: &str = "channel_setting";

const INSERT: Sql = Sql::same(
    "INSERT INTO social_piece (id, adapter, external_id, person_idx, body_enc, at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (adapter, external_id) DO NOTHING",
);
const OPEN: Sql = Sql::same(
    "SELECT id, person_idx, body_enc, at, talk FROM social_piece WHERE adapter = $1 AND body_enc IS NOT NULL
     ORDER BY at, id LIMIT $2",
);
const BIND: Sql = Sql::same("UPDATE social_piece SET talk = $2 WHERE id = $1 AND talk IS NULL");
const FINISH: Sql = Sql::same("UPDATE social_piece SET body_enc = NULL WHERE talk = $1");
const BEFORE: Sql = Sql::same(
    "SELECT COUNT(*) FROM social_piece WHERE adapter = $1 AND person_idx = $2 AND external_id <> $3 AND at >= $4 AND at <= $5",
);
const PUT_ACCOUNT: Sql = Sql::same(
    "INSERT INTO order_account (order_id, medium, account_enc, account_idx, at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (order_id) DO NOTHING",
);
const ACCOUNT_OF: Sql = Sql::same("SELECT medium, account_enc FROM order_account WHERE order_id = $1");
const ORDER_OF: Sql = Sql::same(
    "SELECT order_id FROM order_account WHERE medium = $1 AND account_idx = $2 AND at >= $3
     ORDER BY at DESC, order_id DESC LIMIT 1",
);
const SET: Sql = Sql::same(
    "INSERT INTO channel_setting (id, adapter, settings_enc, reason, at, by_id) VALUES ($1, $2, $3, $4, $5, $6)",
);
const SETTINGS: Sql = Sql::same(
    "SELECT id, settings_enc, reason, at, by_id FROM channel_setting WHERE adapter = $1 ORDER BY at DESC, id DESC LIMIT $2",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("social_piece.insert", INSERT),
        ("social_piece.open", OPEN),
        ("social_piece.bind", BIND),
        ("social_piece.finish", FINISH),
        ("social_piece.before", BEFORE),
        ("order_account.put", PUT_ACCOUNT),
        ("order_account.of_order", ACCOUNT_OF),
        ("order_account.order_of", ORDER_OF),
        ("channel_setting.insert", SET),
        ("channel_setting.current", SETTINGS),
    ]
}

/// A message that is in no item yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub id: Uuid,
    /// Equal for the same person.
    pub person: Vec<u8>,
    /// JSON text, as the adapter wrote it.
    pub body: String,
    pub at: Ts,
    /// The conversation it was put into.
    pub talk: Option<Uuid>,
}

/// A message that came, by the source's number of it and the person's account there.
#[derive(Clone, Copy, Debug)]
pub struct Came<'a> {
    pub id: Uuid,
    pub adapter: Adapter,
    pub external_id: &'a str,
    pub person: &'a str,
    pub at: Ts,
}

fn person_idx(vault: &Vault, adapter: Adapter, person: &str) -> Vec<u8> {
    vault.blind_hex("social_person", &format!("{}/{person}", adapter.code())).into_bytes()
}

/// Keeps a message; `false` when it came before.
pub async fn insert_piece(tx: &mut Tx, vault: &Vault, came: &Came<'_>, body: &str) -> Result<bool> {
    let sealed = vault.seal(PIECE, came.id, "body_enc", body);
    let person = person_idx(vault, came.adapter, came.person);
    let args: [&dyn db::Bind; 6] = [&came.id, &came.adapter.code(), &came.external_id, &person, &sealed, &came.at];
    Ok(tx.run(&INSERT, &args).await? == 1)
}

/// Other messages of the person between a moment and this one.
pub async fn pieces_before<'a>(via: impl Into<Via<'a>>, vault: &Vault, came: &Came<'_>, since: Ts) -> Result<i64> {
    let person = person_idx(vault, came.adapter, came.person);
    let args: [&dyn db::Bind; 5] = [&came.adapter.code(), &person, &came.external_id, &since, &came.at];
    Ok(via.into().scalar(&BEFORE, &args).await?)
}

#[derive(FromRow)]
struct PieceRow {
    id: Uuid,
    person_idx: Vec<u8>,
    body_enc: Vec<u8>,
    at: Ts,
    talk: Option<Uuid>,
}

/// Messages that are in no item yet, oldest first.
pub async fn open_pieces<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    adapter: Adapter,
    limit: i64,
) -> Result<Vec<Piece>> {
    let rows: Vec<PieceRow> = via.into().all(&OPEN, &[&adapter.code(), &limit]).await?;
    let open = |r: PieceRow| {
        let body = vault.open(PIECE, r.id, "body_enc", &r.body_enc)?;
        Ok(Piece { id: r.id, person: r.person_idx, body, at: r.at, talk: r.talk })
    };
    rows.into_iter().map(open).collect()
}

/// Puts a message into a conversation, unless it is in one.
pub async fn bind_piece(tx: &mut Tx, id: Uuid, talk: Uuid) -> Result<()> {
    tx.run(&BIND, &[&id, &talk]).await?;
    Ok(())
}

/// The conversation is an item now: its words stand there, and are forgotten here.
pub async fn finish_talk(tx: &mut Tx, talk: Uuid) -> Result<()> {
    tx.run(&FINISH, &[&talk]).await?;
    Ok(())
}

fn account_idx(vault: &Vault, medium: Medium, account: &str) -> Vec<u8> {
    vault.blind_hex("order_account", &format!("{}/{account}", medium.code())).into_bytes()
}

/// Answers about an order go to this account.
pub async fn put_account(
    tx: &mut Tx,
    vault: &Vault,
    order: OrderId,
    (medium, account): (Medium, &str),
    now: Ts,
) -> Result<()> {
    let sealed = vault.seal(ACCOUNT, order, "account_enc", account);
    tx.run(&PUT_ACCOUNT, &[&order, &medium.code(), &sealed, &account_idx(vault, medium, account), &now]).await?;
    Ok(())
}

/// The account that answers about an order go to.
pub async fn account_of<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    order: OrderId,
) -> Result<Option<(Medium, String)>> {
    let Some((medium, sealed)) = via.into().one::<(String, Vec<u8>)>(&ACCOUNT_OF, &[&order]).await? else {
        return Ok(None);
    };
    let medium = At { table: ACCOUNT, row: &order }.code("medium", &medium)?;
    Ok(Some((medium, vault.open(ACCOUNT, order, "account_enc", &sealed)?)))
}

/// The latest order of an account since a moment.
pub async fn order_of<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    (medium, account): (Medium, &str),
    since: Ts,
) -> Result<Option<OrderId>> {
    let args: [&dyn db::Bind; 3] = [&medium.code(), &account_idx(vault, medium, account), &since];
    Ok(via.into().one::<(OrderId,)>(&ORDER_OF, &args).await?.map(|(id,)| id))
}

/// How a channel is reached, as somebody set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelSetting<S> {
    pub id: Uuid,
    pub settings: S,
    pub reason: String,
    pub at: Ts,
    pub by: UserId,
}

#[derive(FromRow)]
struct SettingRow {
    id: Uuid,
    settings_enc: Vec<u8>,
    reason: String,
    at: Ts,
    by_id: UserId,
}

pub async fn insert_setting<S: Serialize + Sync>(
    tx: &mut Tx,
    vault: &Vault,
    adapter: Adapter,
    new: &ChannelSetting<S>,
) -> Result<()> {
    let sealed = vault.seal(SETTING, new.id, "settings_enc", &to_json(&new.settings));
    tx.run(&SET, &[&new.id, &adapter.code(), &sealed, &new.reason, &new.at, &new.by]).await?;
    Ok(())
}

/// The latest settings of a channel, newest first; the first is in force.
pub async fn settings<'a, S: DeserializeOwned>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    adapter: Adapter,
    limit: i64,
) -> Result<Vec<ChannelSetting<S>>> {
    let rows: Vec<SettingRow> = via.into().all(&SETTINGS, &[&adapter.code(), &limit]).await?;
    let open = |r: SettingRow| {
        let text = vault.open(SETTING, r.id, "settings_enc", &r.settings_enc)?;
        let settings = At { table: SETTING, row: &r.id }.json("settings_enc", &text)?;
        Ok(ChannelSetting { id: r.id, settings, reason: r.reason, at: r.at, by: r.by_id })
    };
    rows.into_iter().map(open).collect()
}
