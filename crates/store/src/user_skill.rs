//! Who serves which queue (座席技能), and how well: level 1 is the best.

use db::{Sql, Tx};
use kernel::UserId;

use crate::{
    error::Result,
    row::{boxes, insert_rows},
    via::Via,
};

const OF_USER: Sql = Sql::same("SELECT skill, level FROM user_skill WHERE user_id = $1 ORDER BY level, skill");
const ALL: Sql = Sql::same("SELECT user_id, skill, level FROM user_skill ORDER BY user_id, level, skill");
const CLEAR: Sql = Sql::same("DELETE FROM user_skill WHERE user_id = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("user_skill.of_user", OF_USER), ("user_skill.all", ALL), ("user_skill.clear", CLEAR)]
}

/// A skill with its level.
pub type Skill = (String, i32);

/// The skills of a person, the best first.
pub async fn skills_of<'a>(via: impl Into<Via<'a>>, user: UserId) -> Result<Vec<Skill>> {
    Ok(via.into().all(&OF_USER, &[&user]).await?)
}

/// The skills of everybody who has any.
pub async fn list_skills<'a>(via: impl Into<Via<'a>>) -> Result<Vec<(UserId, String, i32)>> {
    Ok(via.into().all(&ALL, &[]).await?)
}

/// Replaces the skills of a person.
pub async fn put_skills(tx: &mut Tx, user: UserId, skills: &[Skill]) -> Result<()> {
    tx.run(&CLEAR, &[&user]).await?;
    let rows = skills.iter().map(|(skill, level)| boxes![user, skill.clone(), *level]);
    insert_rows(tx, "user_skill", &["user_id", "skill", "level"], rows.collect(), "").await?;
    Ok(())
}
