//! Announcements (业务公告) and the prompts (语音) that were replaced by upload.

use db::{Sql, Tx};
use kernel::{PromptId, Ts, UserId};
use sqlx::FromRow;

use crate::{error::Result, via::Via};

const PUT: Sql = Sql::same(
    "INSERT INTO announcement (id, title, text, prompt, valid_from, valid_to, stopped_at, created_by, created_at, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (id) DO UPDATE SET title = excluded.title, text = excluded.text, prompt = excluded.prompt,
        valid_from = excluded.valid_from, valid_to = excluded.valid_to, stopped_at = excluded.stopped_at,
        version = announcement.version + 1",
);
const LOAD: Sql = Sql::same("SELECT * FROM announcement WHERE id = $1");
const LIST: Sql = Sql::same("SELECT * FROM announcement ORDER BY valid_from DESC, id DESC LIMIT 200");
const CURRENT: Sql = Sql::same(
    "SELECT * FROM announcement WHERE valid_to > $1 AND stopped_at IS NULL AND prompt IS NOT NULL
     ORDER BY valid_from, id",
);
const PUT_PROMPT: Sql = Sql::same(
    "INSERT INTO prompt (name, ms, sha256, uploaded_by, uploaded_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (name) DO UPDATE SET ms = excluded.ms, sha256 = excluded.sha256,
        uploaded_by = excluded.uploaded_by, uploaded_at = excluded.uploaded_at",
);
const PROMPTS: Sql = Sql::same("SELECT name, ms, sha256, uploaded_by, uploaded_at FROM prompt ORDER BY name");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("announcement.put", PUT),
        ("announcement.load", LOAD),
        ("announcement.list", LIST),
        ("announcement.current", CURRENT),
        ("prompt.put", PUT_PROMPT),
        ("prompt.list", PROMPTS),
    ]
}

/// Something citizens hear after the greeting, for a while.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Announcement {
    pub id: PromptId,
    pub title: String,
    /// What is said.
    pub text: String,
    /// Name of the prompt that says it; without one nothing is played.
    pub prompt: Option<String>,
    pub valid_from: Ts,
    /// Exclusive.
    pub valid_to: Ts,
    pub stopped_at: Option<Ts>,
    pub created_by: UserId,
    pub created_at: Ts,
    pub version: i64,
}

impl Announcement {
    /// Played at a moment.
    #[must_use]
    pub fn is_played(&self, at: Ts) -> bool {
        self.prompt.is_some() && self.stopped_at.is_none() && self.valid_from <= at && at < self.valid_to
    }
}

/// A prompt that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Prompt {
    pub name: String,
    pub ms: i64,
    pub sha256: String,
    pub uploaded_by: UserId,
    pub uploaded_at: Ts,
}

/// Adds an announcement or changes it.
pub async fn put_announcement(tx: &mut Tx, a: &Announcement) -> Result<()> {
    let binds: [&dyn db::Bind; 10] = [
        &a.id,
        &a.title,
        &a.text,
        &a.prompt,
        &a.valid_from,
        &a.valid_to,
        &a.stopped_at,
        &a.created_by,
        &a.created_at,
        &a.version,
    ];
    tx.run(&PUT, &binds).await?;
    Ok(())
}

/// One announcement.
pub async fn load_announcement<'a>(via: impl Into<Via<'a>>, id: PromptId) -> Result<Option<Announcement>> {
    Ok(via.into().one(&LOAD, &[&id]).await?)
}

/// The latest announcements, ended ones included.
pub async fn list_announcements<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Announcement>> {
    Ok(via.into().all(&LIST, &[]).await?)
}

/// Announcements that are played now or will be.
pub async fn current_announcements<'a>(via: impl Into<Via<'a>>, now: Ts) -> Result<Vec<Announcement>> {
    Ok(via.into().all(&CURRENT, &[&now]).await?)
}

/// A prompt was uploaded.
pub async fn put_prompt(tx: &mut Tx, p: &Prompt) -> Result<()> {
    tx.run(&PUT_PROMPT, &[&p.name, &p.ms, &p.sha256, &p.uploaded_by, &p.uploaded_at]).await?;
    Ok(())
}

/// The prompts that were uploaded.
pub async fn list_prompts<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Prompt>> {
    Ok(via.into().all(&PROMPTS, &[]).await?)
}
