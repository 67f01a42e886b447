//! 统一身份认证: the settings of each audience, every version.

use db::{FromRow, Sql, Tx};
use domain::signin::{Audience, SignInSettings};
use kernel::{Ts, UserId, Uuid};

use crate::{
    error::Result,
    row::{At, to_json},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "sign_in";
const INSERT: Sql = Sql::same(
    "INSERT INTO sign_in (id, audience, enabled, settings_enc, reason, at, by_id) VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
const LATEST: Sql = Sql::same(
    "SELECT id, enabled, settings_enc, reason, at, by_id FROM sign_in
     WHERE audience = $1 ORDER BY at DESC, id DESC LIMIT $2",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("sign_in.insert", INSERT), ("sign_in.latest", LATEST)]
}

/// Settings as somebody set them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    pub id: Uuid,
    pub settings: SignInSettings,
    pub reason: String,
    pub at: Ts,
    pub by: UserId,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    enabled: bool,
    settings_enc: Vec<u8>,
    reason: String,
    at: Ts,
    by_id: UserId,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<SignIn> {
        let at = At { table: TABLE, row: &self.id };
        let text = vault.open(TABLE, self.id, "settings_enc", &self.settings_enc)?;
        let settings: SignInSettings = at.json("settings_enc", &text)?;
        Ok(SignIn {
            settings: SignInSettings { enabled: self.enabled, ..settings },
            id: self.id,
            reason: self.reason,
            at: self.at,
            by: self.by_id,
        })
    }
}

pub async fn insert_sign_in(tx: &mut Tx, vault: &Vault, audience: Audience, s: &SignIn) -> Result<()> {
    let sealed = vault.seal(TABLE, s.id, "settings_enc", &to_json(&s.settings));
    tx.run(&INSERT, &[&s.id, &audience.code(), &s.settings.enabled, &sealed, &s.reason, &s.at, &s.by]).await?;
    Ok(())
}

/// The versions of an audience's settings, the one in force first.
pub async fn sign_ins<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    audience: Audience,
    limit: i64,
) -> Result<Vec<SignIn>> {
    let rows: Vec<Row> = via.into().all(&LATEST, &[&audience.code(), &limit]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// The settings in force.
pub async fn sign_in<'a>(via: impl Into<Via<'a>>, vault: &Vault, audience: Audience) -> Result<Option<SignInSettings>> {
    Ok(sign_ins(via, vault, audience, 1).await?.pop().map(|s| s.settings))
}
