//! Users (用户): people who sign in. Name and telephone are sealed.

use db::{Json, Sql, Tx};
use kernel::{OrgId, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{boxes, insert_new},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "staff";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "id", "login", "name_enc", "phone_enc", "phone_idx", "password_hash", "must_change", "password_changed_at",
    "password_history", "disabled", "failed_n", "locked_until", "last_login_at", "last_login_ip", "created_at",
    "version",
];
const SAVE: Sql = Sql::same(
    "UPDATE staff SET login = $3, name_enc = $4, phone_enc = $5, phone_idx = $6, password_hash = $7, must_change = $8,
        password_changed_at = $9, password_history = $10, disabled = $11, failed_n = $12, locked_until = $13,
        last_login_at = $14, last_login_ip = $15, version = version + 1 WHERE id = $1 AND version = $2",
);
const LOAD: Sql = Sql::same("SELECT * FROM staff WHERE id = $1");
const LOAD_FOR_CHANGE: Sql =
    Sql::split("SELECT * FROM staff WHERE id = $1", "SELECT * FROM staff WHERE id = $1 FOR UPDATE");
const FIND: Sql = Sql::same("SELECT * FROM staff WHERE login = $1");
const FIND_PHONE: Sql = Sql::same("SELECT * FROM staff WHERE phone_idx = $1 AND NOT disabled ORDER BY login LIMIT 2");
const LIST: Sql = Sql::same("SELECT * FROM staff ORDER BY login");
const LIST_OF_ORG: Sql =
    Sql::same("SELECT * FROM staff WHERE id IN (SELECT user_id FROM appointment WHERE org = $1) ORDER BY login");
const NAMES: Sql = Sql::same("SELECT id, name_enc FROM staff");
const LOGINS: Sql = Sql::same("SELECT id, login FROM staff ORDER BY login");
const FAILED: Sql =
    Sql::same("UPDATE staff SET failed_n = failed_n + 1, locked_until = $2 WHERE id = $1 RETURNING failed_n");
const LOGGED_IN: Sql = Sql::same(
    "UPDATE staff SET failed_n = 0, locked_until = NULL, last_login_at = $2, last_login_ip = $3 WHERE id = $1",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("staff.save", SAVE),
        ("staff.load", LOAD),
        ("staff.load_for_change", LOAD_FOR_CHANGE),
        ("staff.find", FIND),
        ("staff.find_phone", FIND_PHONE),
        ("staff.list", LIST),
        ("staff.list_of_org", LIST_OF_ORG),
        ("staff.names", NAMES),
        ("staff.logins", LOGINS),
        ("staff.failed", FAILED),
        ("staff.logged_in", LOGGED_IN),
    ]
}

/// A person who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    pub id: UserId,
    /// 登录名, unique, lower case.
    pub login: String,
    pub name: String,
    pub phone: Option<String>,
    /// Encoded hash of the password with its own salt and cost.
    pub password_hash: String,
    /// The password must be changed at the next login.
    pub must_change: bool,
    pub password_changed_at: Ts,
    /// Hashes of former passwords, newest first.
    pub password_history: Vec<String>,
    pub disabled: bool,
    /// Failed logins since the last good one.
    pub failed_n: i64,
    pub locked_until: Option<Ts>,
    pub last_login_at: Option<Ts>,
    pub last_login_ip: Option<String>,
    pub created_at: Ts,
    pub version: i64,
}

#[derive(FromRow)]
struct StaffRow {
    id: UserId,
    login: String,
    name_enc: Vec<u8>,
    phone_enc: Option<Vec<u8>>,
    password_hash: String,
    must_change: bool,
    password_changed_at: Ts,
    password_history: Json<Vec<String>>,
    disabled: bool,
    failed_n: i64,
    locked_until: Option<Ts>,
    last_login_at: Option<Ts>,
    last_login_ip: Option<String>,
    created_at: Ts,
    version: i64,
}

impl StaffRow {
    fn open(self, vault: &Vault) -> Result<Staff> {
        Ok(Staff {
            name: vault.open(TABLE, self.id, "name_enc", &self.name_enc)?,
            phone: vault.open_opt(TABLE, self.id, "phone_enc", self.phone_enc.as_deref())?,
            id: self.id,
            login: self.login,
            password_hash: self.password_hash,
            must_change: self.must_change,
            password_changed_at: self.password_changed_at,
            password_history: self.password_history.0,
            disabled: self.disabled,
            failed_n: self.failed_n,
            locked_until: self.locked_until,
            last_login_at: self.last_login_at,
            last_login_ip: self.last_login_ip,
            created_at: self.created_at,
            version: self.version,
        })
    }
}

/// Adds people; a login that exists is a unique violation (`staff_login_key`).
pub async fn insert_staff(tx: &mut Tx, vault: &Vault, people: &[Staff]) -> Result<()> {
    let rows = people.iter().map(|s| {
        boxes![
            s.id,
            s.login.clone(),
            vault.seal(TABLE, s.id, "name_enc", &s.name),
            vault.seal_opt(TABLE, s.id, "phone_enc", s.phone.as_deref()),
            s.phone.as_deref().map(|p| vault.phone_idx(p)),
            s.password_hash.clone(),
            s.must_change,
            s.password_changed_at,
            Json(s.password_history.clone()),
            s.disabled,
            s.failed_n,
            s.locked_until,
            s.last_login_at,
            s.last_login_ip.clone(),
            s.created_at,
            s.version
        ]
    });
    insert_new(tx, TABLE, COLUMNS, rows.collect(), "").await?;
    Ok(())
}

/// Writes a person if the version is still `s.version`, and makes it one more.
pub async fn save_staff(tx: &mut Tx, vault: &Vault, s: &Staff) -> Result<bool> {
    let name = vault.seal(TABLE, s.id, "name_enc", &s.name);
    let phone = vault.seal_opt(TABLE, s.id, "phone_enc", s.phone.as_deref());
    let phone_idx = s.phone.as_deref().map(|p| vault.phone_idx(p));
    let history = Json(s.password_history.clone());
    let binds: [&dyn db::Bind; 15] = [
        &s.id,
        &s.version,
        &s.login,
        &name,
        &phone,
        &phone_idx,
        &s.password_hash,
        &s.must_change,
        &s.password_changed_at,
        &history,
        &s.disabled,
        &s.failed_n,
        &s.locked_until,
        &s.last_login_at,
        &s.last_login_ip,
    ];
    Ok(tx.run(&SAVE, &binds).await? == 1)
}

/// One person.
pub async fn load_staff<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: UserId) -> Result<Option<Staff>> {
    via.into().one::<StaffRow>(&LOAD, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// One person, keeping other writers away until the transaction ends.
pub async fn load_staff_for_change(tx: &mut Tx, vault: &Vault, id: UserId) -> Result<Option<Staff>> {
    tx.one::<StaffRow>(&LOAD_FOR_CHANGE, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// The person with this login.
pub async fn find_by_login<'a>(via: impl Into<Via<'a>>, vault: &Vault, login: &str) -> Result<Option<Staff>> {
    via.into().one::<StaffRow>(&FIND, &[&login]).await?.map(|r| r.open(vault)).transpose()
}

/// The one person in service with this number; nobody when two share it.
pub async fn find_by_phone<'a>(via: impl Into<Via<'a>>, vault: &Vault, phone: &str) -> Result<Option<Staff>> {
    let mut rows: Vec<StaffRow> = via.into().all(&FIND_PHONE, &[&vault.phone_idx(phone)]).await?;
    if rows.len() > 1 {
        return Ok(None);
    }
    rows.pop().map(|r| r.open(vault)).transpose()
}

/// Everybody, or those who ever held an appointment in an organisation, by login.
pub async fn list_staff<'a>(via: impl Into<Via<'a>>, vault: &Vault, org: Option<OrgId>) -> Result<Vec<Staff>> {
    let rows: Vec<StaffRow> = match org {
        Some(org) => via.into().all(&LIST_OF_ORG, &[&org]).await?,
        None => via.into().all(&LIST, &[]).await?,
    };
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Everybody's name, the disabled ones included: logs must stay readable.
pub async fn list_names<'a>(via: impl Into<Via<'a>>, vault: &Vault) -> Result<Vec<(UserId, String)>> {
    let rows = via.into().all::<(UserId, Vec<u8>)>(&NAMES, &[]).await?;
    rows.into_iter().map(|(id, sealed)| Ok((id, vault.open(TABLE, id, "name_enc", &sealed)?))).collect()
}

/// Login of every user.
pub async fn list_logins<'a>(via: impl Into<Via<'a>>) -> Result<Vec<(UserId, String)>> {
    Ok(via.into().all(&LOGINS, &[]).await?)
}

/// Counts a failed login and sets the lock the rule decided; returns how many failures there are now.
pub async fn record_failed_login(tx: &mut Tx, id: UserId, locked_until: Option<Ts>) -> Result<i64> {
    Ok(tx.scalar_opt(&FAILED, &[&id, &locked_until]).await?.unwrap_or(0))
}

/// Records a good login.
pub async fn record_login(tx: &mut Tx, id: UserId, now: Ts, ip: &str) -> Result<()> {
    tx.run(&LOGGED_IN, &[&id, &now, &ip]).await?;
    Ok(())
}
