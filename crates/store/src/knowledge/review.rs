//! 知识更新及时率: every date by which an article was to be reviewed, and what became of it.

use db::{Sql, Tx};
use domain::knowledge::Article;
use kernel::{OrgId, Ts};
use sqlx::FromRow;

use crate::{Store, error::Result, search::Where};

const BEGUN: Sql = Sql::same(
    "INSERT INTO kb_review (article_id, due_at, owner, ended_at, reviewed) VALUES ($1, $2, $3, NULL, FALSE)
     ON CONFLICT (article_id, due_at) DO UPDATE SET ended_at = NULL, reviewed = FALSE",
);
const ENDED: Sql = Sql::same("UPDATE kb_review SET ended_at = $3, reviewed = $4 WHERE article_id = $1 AND due_at = $2");

pub(super) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("knowledge.review_begun", BEGUN), ("knowledge.review_ended", ENDED)]
}

/// The article has another date now than before: what the old one asked for is done, or no longer asked for.
pub(super) async fn moved(tx: &mut Tx, a: &Article, old: Option<Ts>, now: Ts) -> Result<()> {
    if old == a.review_due {
        return Ok(());
    }
    if let Some(due) = old {
        tx.run(&ENDED, &[&a.id, &due, &now, &a.retired.is_none()]).await?;
    }
    if let Some(due) = a.review_due {
        tx.run(&BEGUN, &[&a.id, &due, &a.owner]).await?;
    }
    Ok(())
}

/// What one unit had to review within a period, and what of it was done in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Reviews {
    pub owner: OrgId,
    pub due: i64,
    pub ontime: i64,
}

/// Reviews by unit that came due from `from` to before `until`; what was retired before its date asks for nothing.
/// `owners`: of these units only; `None` = of all.
pub async fn reviews(store: &Store, owners: Option<&[OrgId]>, from: Ts, until: Ts) -> Result<Vec<Reviews>> {
    let mut w = Where::default();
    match owners {
        Some([]) => return Ok(Vec::new()),
        Some(own) => w.any_of("owner", own.iter().copied()),
        None => {}
    }
    w.on("due_at >= {}", from);
    w.on("due_at < {}", until);
    w.raw("(reviewed OR ended_at IS NULL OR ended_at > due_at)");
    let text = format!(
        "SELECT owner, COUNT(*) AS due, COUNT(*) FILTER (WHERE reviewed AND ended_at <= due_at) AS ontime
         FROM kb_review WHERE {} GROUP BY owner ORDER BY owner",
        w.text()
    );
    let built = w.finish(&text);
    Ok(store.db.all(&built.sql, &built.args()).await?)
}
