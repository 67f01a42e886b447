//! 统一身份认证: the identity at a provider an account is bound to, and the sessions opened by it.

use db::{FromRow, Sql, Tx};
use kernel::{Secret, SessionId, Ts, UserId, Uuid};

use crate::{error::Result, vault::Vault, via::Via};

const TABLE: &str = "sign_in_binding";
const SESSIONS: &str = "sign_in_session";

const INSERT: Sql = Sql::same(
    "INSERT INTO sign_in_binding (id, user_id, issuer, subject_enc, subject_idx, bound_at, used_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING",
);
const OF_SUBJECT: Sql =
    Sql::same("SELECT * FROM sign_in_binding WHERE issuer = $1 AND subject_idx = $2 AND ended_at IS NULL");
const OF_USER: Sql = Sql::same("SELECT * FROM sign_in_binding WHERE user_id = $1 ORDER BY bound_at DESC, id DESC");
const USED: Sql = Sql::same("UPDATE sign_in_binding SET used_at = $2 WHERE id = $1 AND ended_at IS NULL");
const END: Sql = Sql::same(
    "UPDATE sign_in_binding SET ended_at = $3, ended_by = $4, end_reason = $5
     WHERE id = $1 AND user_id = $2 AND ended_at IS NULL",
);
const INSERT_SESSION: Sql =
    Sql::same("INSERT INTO sign_in_session (session, binding, sid, id_token_enc) VALUES ($1, $2, $3, $4)");
const PROOF: Sql = Sql::same(
    "SELECT b.issuer, s.id_token_enc FROM sign_in_session s JOIN sign_in_binding b ON b.id = s.binding
     WHERE s.session = $1",
);
// A provider names one session of its own, or whoever it is with everything they opened.
const TOLD: Sql = Sql::same(
    "SELECT s.session, b.user_id FROM sign_in_session s JOIN sign_in_binding b ON b.id = s.binding
     WHERE b.issuer = $1 AND (s.sid = $2 OR $2 = '') AND (b.subject_idx = $3 OR $3 = '') ORDER BY s.session",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("binding.insert", INSERT),
        ("binding.of_subject", OF_SUBJECT),
        ("binding.of_user", OF_USER),
        ("binding.used", USED),
        ("binding.end", END),
        ("binding.insert_session", INSERT_SESSION),
        ("binding.proof", PROOF),
        ("binding.told", TOLD),
    ]
}

/// An account's identity at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    pub id: Uuid,
    pub user: UserId,
    pub issuer: String,
    /// The provider's own name for the person, which it never gives to anybody else.
    pub subject: String,
    pub bound_at: Ts,
    /// Last sign-in.
    pub used_at: Ts,
    pub ended: Option<Ended>,
}

/// Why an identity opens the account no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub at: Ts,
    pub by: UserId,
    pub reason: String,
}

/// A session opened by an identity, as its provider knows it.
#[derive(Clone, Debug)]
pub struct ProvedSession {
    pub session: SessionId,
    pub binding: Uuid,
    /// The provider's name for its session; none where it has no such names.
    pub sid: Option<String>,
    pub id_token: Secret<String>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    user_id: UserId,
    issuer: String,
    subject_enc: Vec<u8>,
    bound_at: Ts,
    used_at: Ts,
    ended_at: Option<Ts>,
    ended_by: Option<UserId>,
    end_reason: Option<String>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Binding> {
        let ended = match (self.ended_at, self.ended_by, self.end_reason) {
            (Some(at), Some(by), Some(reason)) => Some(Ended { at, by, reason }),
            _ => None,
        };
        Ok(Binding {
            subject: vault.open(TABLE, self.id, "subject_enc", &self.subject_enc)?,
            id: self.id,
            user: self.user_id,
            issuer: self.issuer,
            bound_at: self.bound_at,
            used_at: self.used_at,
            ended,
        })
    }
}

fn idx(vault: &Vault, issuer: &str, subject: &str) -> String {
    vault.blind_hex("sign_in_subject", &format!("{issuer}\n{subject}"))
}

/// Binds; `false` when the identity or the account is bound already.
pub async fn insert_binding(tx: &mut Tx, vault: &Vault, b: &Binding) -> Result<bool> {
    let sealed = vault.seal(TABLE, b.id, "subject_enc", &b.subject);
    let idx = idx(vault, &b.issuer, &b.subject);
    Ok(tx.run(&INSERT, &[&b.id, &b.user, &b.issuer, &sealed, &idx, &b.bound_at]).await? == 1)
}

/// The binding in force of an identity.
pub async fn binding_of<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    issuer: &str,
    subject: &str,
) -> Result<Option<Binding>> {
    let row: Option<Row> = via.into().one(&OF_SUBJECT, &[&issuer, &idx(vault, issuer, subject)]).await?;
    row.map(|r| r.open(vault)).transpose()
}

/// Every binding an account has or had, the latest first.
pub async fn bindings_of_user<'a>(via: impl Into<Via<'a>>, vault: &Vault, user: UserId) -> Result<Vec<Binding>> {
    let rows: Vec<Row> = via.into().all(&OF_USER, &[&user]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Notes a sign-in; `false` when the binding has ended.
pub async fn use_binding(tx: &mut Tx, id: Uuid, now: Ts) -> Result<bool> {
    Ok(tx.run(&USED, &[&id, &now]).await? == 1)
}

/// Ends a binding of an account; `false` when it is not in force.
pub async fn end_binding(tx: &mut Tx, id: Uuid, user: UserId, ended: &Ended) -> Result<bool> {
    Ok(tx.run(&END, &[&id, &user, &ended.at, &ended.by, &ended.reason]).await? == 1)
}

/// Notes by what a session was opened.
pub async fn insert_proved_session(tx: &mut Tx, vault: &Vault, s: &ProvedSession) -> Result<()> {
    let sealed = vault.seal(SESSIONS, s.session, "id_token_enc", s.id_token.expose());
    tx.run(&INSERT_SESSION, &[&s.session, &s.binding, &s.sid, &sealed]).await?;
    Ok(())
}

/// The provider that opened a session, with the identity token it gave.
pub async fn proof_of<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    session: SessionId,
) -> Result<Option<(String, Secret<String>)>> {
    let row: Option<(String, Vec<u8>)> = via.into().one(&PROOF, &[&session]).await?;
    row.map(|(issuer, sealed)| {
        let token = vault.open(SESSIONS, session, "id_token_enc", &sealed)?;
        Ok((issuer, Secret::new(token)))
    })
    .transpose()
}

/// The sessions a provider says are over: one of its own (`sid`), all of an identity's (`subject`), or both together. With
/// neither there are none.
pub async fn sessions_told(
    tx: &mut Tx,
    vault: &Vault,
    issuer: &str,
    sid: Option<&str>,
    subject: Option<&str>,
) -> Result<Vec<(SessionId, UserId)>> {
    if sid.is_none() && subject.is_none() {
        return Ok(Vec::new());
    }
    let idx = subject.map(|s| idx(vault, issuer, s)).unwrap_or_default();
    Ok(tx.all(&TOLD, &[&issuer, &sid.unwrap_or_default(), &idx]).await?)
}
