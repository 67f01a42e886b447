//! 邮件: the mail server, and who of the staff wants mail.

use db::{FromRow, Sql, Tx};
use domain::message::{MailChoice, MailSettings};
use kernel::{Ts, UserId, Uuid};

use crate::{
    error::Result,
    row::{At, to_json},
    vault::Vault,
    via::Via,
};

const SERVER: &str = "mail_server";
const INSERT: Sql =
    Sql::same("INSERT INTO mail_server (id, settings_enc, reason, at, by_id) VALUES ($1, $2, $3, $4, $5)");
const CURRENT: Sql =
    Sql::same("SELECT id, settings_enc, reason, at, by_id FROM mail_server ORDER BY at DESC, id DESC LIMIT $1");
const STAFF: &str = "staff_mail";
const PUT: Sql = Sql::same(
    "INSERT INTO staff_mail (user_id, email_enc, choice, at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id) DO UPDATE SET email_enc = excluded.email_enc, choice = excluded.choice, at = excluded.at",
);
const REMOVE: Sql = Sql::same("DELETE FROM staff_mail WHERE user_id = $1");
const ONE: Sql = Sql::same("SELECT user_id, email_enc, choice FROM staff_mail WHERE user_id = $1");
const WANTED: Sql = Sql::same(
    "SELECT m.user_id, m.email_enc, m.choice FROM staff_mail m JOIN staff s ON s.id = m.user_id
     WHERE m.choice <> 'off' AND NOT s.disabled",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("mail_server.insert", INSERT),
        ("mail_server.current", CURRENT),
        ("staff_mail.put", PUT),
        ("staff_mail.remove", REMOVE),
        ("staff_mail.one", ONE),
        ("staff_mail.wanted", WANTED),
    ]
}

/// The mail server as somebody set it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    pub id: Uuid,
    pub settings: MailSettings,
    pub reason: String,
    pub at: Ts,
    pub by: UserId,
}

#[derive(FromRow)]
struct ServerRow {
    id: Uuid,
    settings_enc: Vec<u8>,
    reason: String,
    at: Ts,
    by_id: UserId,
}

pub async fn insert_mail_server(tx: &mut Tx, vault: &Vault, m: &MailServer) -> Result<()> {
    let sealed = vault.seal(SERVER, m.id, "settings_enc", &to_json(&m.settings));
    tx.run(&INSERT, &[&m.id, &sealed, &m.reason, &m.at, &m.by]).await?;
    Ok(())
}

/// The latest settings, newest first; the first is in force.
pub async fn mail_servers<'a>(via: impl Into<Via<'a>>, vault: &Vault, limit: i64) -> Result<Vec<MailServer>> {
    let rows: Vec<ServerRow> = via.into().all(&CURRENT, &[&limit]).await?;
    let open = |r: ServerRow| {
        let text = vault.open(SERVER, r.id, "settings_enc", &r.settings_enc)?;
        let settings = At { table: SERVER, row: &r.id }.json("settings_enc", &text)?;
        Ok(MailServer { settings, id: r.id, reason: r.reason, at: r.at, by: r.by_id })
    };
    rows.into_iter().map(open).collect()
}

/// Where somebody wants to be told by mail, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMail {
    pub user: UserId,
    pub address: String,
    pub choice: MailChoice,
}

#[derive(FromRow)]
struct StaffRow {
    user_id: UserId,
    email_enc: Vec<u8>,
    choice: String,
}

impl StaffRow {
    fn open(self, vault: &Vault) -> Result<StaffMail> {
        Ok(StaffMail {
            user: self.user_id,
            address: vault.open(STAFF, self.user_id, "email_enc", &self.email_enc)?,
            choice: At { table: STAFF, row: &self.user_id }.code("choice", &self.choice)?,
        })
    }
}

pub async fn put_staff_mail(tx: &mut Tx, vault: &Vault, m: &StaffMail, now: Ts) -> Result<()> {
    let sealed = vault.seal(STAFF, m.user, "email_enc", &m.address);
    tx.run(&PUT, &[&m.user, &sealed, &m.choice.code(), &now]).await?;
    Ok(())
}

pub async fn remove_staff_mail(tx: &mut Tx, user: UserId) -> Result<()> {
    tx.run(&REMOVE, &[&user]).await?;
    Ok(())
}

pub async fn staff_mail<'a>(via: impl Into<Via<'a>>, vault: &Vault, user: UserId) -> Result<Option<StaffMail>> {
    via.into().one::<StaffRow>(&ONE, &[&user]).await?.map(|r| r.open(vault)).transpose()
}

/// Everybody who wants mail and may sign in.
pub async fn staff_mails<'a>(via: impl Into<Via<'a>>, vault: &Vault) -> Result<Vec<StaffMail>> {
    let rows: Vec<StaffRow> = via.into().all(&WANTED, &[]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}
