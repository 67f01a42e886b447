//! What may be done with an article, and by whom (§6.2): who wrote a revision neither confirms nor audits it.

use kernel::{ArticleId, FieldError, OrgId, Refusal, Ts, UserId};
use serde::{Deserialize, Serialize};

use super::{Article, ArticleText, Mark, Revision, RevisionState as S};
use crate::{
    authority::{Actor, Permission, Role, Scope, require},
    env::{By, Env},
};

/// An act upon an article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum ArticleAct {
    /// 修改: the draft anew; of a published article the draft of its next version.
    Save { text: ArticleText, note: String },
    /// 提交部门确认.
    Submit,
    /// 放弃 the draft.
    Discard,
    /// 部门确认.
    Confirm { opinion: String },
    /// 退回修改 by department or centre.
    SendBack { opinion: String },
    /// 审核发布.
    Publish { opinion: String },
    /// 复审: still right as it stands.
    Review { opinion: String },
    /// 下架.
    Retire { opinion: String },
}

/// Every act by code and name, in the order of its buttons.
pub const ACTS: &[(&str, &str)] = &[
    ("confirm", "部门确认"),
    ("publish", "审核发布"),
    ("submit", "提交部门确认"),
    ("save", "修订"),
    ("send_back", "退回修改"),
    ("review", "复审无变化"),
    ("discard", "放弃草稿"),
    ("retire", "下架"),
];

impl ArticleAct {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Save { .. } => "save",
            Self::Submit => "submit",
            Self::Discard => "discard",
            Self::Confirm { .. } => "confirm",
            Self::SendBack { .. } => "send_back",
            Self::Publish { .. } => "publish",
            Self::Review { .. } => "review",
            Self::Retire { .. } => "retire",
        }
    }
}

fn person(by: &By) -> Result<&Actor, Refusal> {
    match by {
        By::Person(actor) => Ok(actor),
        By::System => Err(Refusal::forbidden("须由工作人员办理")),
    }
}

/// The article belongs to the person's unit, or to one below it.
fn holds(actor: &Actor, owner: OrgId, env: &Env) -> bool {
    actor.org == owner || (actor.scope != Scope::Own && env.directory.is_within(owner, actor.org))
}

fn own(actor: &Actor, owner: OrgId, env: &Env) -> Result<(), Refusal> {
    if holds(actor, owner, env) {
        return Ok(());
    }
    Err(Refusal::forbidden(format!("该知识由{}维护，请由该单位人员办理", env.directory.org_name(owner))))
}

/// The centre's editor writes for every department; the department still confirms.
fn may_write(by: &By, owner: OrgId, env: &Env) -> Result<(), Refusal> {
    require(by, Permission::KbEdit)?;
    let actor = person(by)?;
    let center = env.directory.center().is_some_and(|c| c.id == actor.org);
    if center && actor.has(Role::KbEditor) { Ok(()) } else { own(actor, owner, env) }
}

fn not_author(actor: &Actor, revision: &Revision, what: &str) -> Result<(), Refusal> {
    if revision.author == actor.user {
        return Err(Refusal::forbidden(format!("撰写人不能{what}自己撰写的内容，请由其他人员办理")));
    }
    Ok(())
}

fn may_audit(actor: &Actor, revision: &Revision) -> Result<(), Refusal> {
    not_author(actor, revision, "审核")?;
    if revision.confirmed.as_ref().is_some_and(|m| m.by == actor.user) {
        return Err(Refusal::forbidden("部门确认人不能再作中心审核，请由其他审核人员办理"));
    }
    Ok(())
}

fn state(what: &str, now: &str) -> Refusal {
    Refusal::state("article_state", format!("该知识当前为“{now}”，不能{what}"))
}

/// Whether an act is open to somebody: the one place that says so, for buttons and for the act itself.
fn may(article: &Article, act: &str, name: &str, by: &By, env: &Env) -> Result<(), Refusal> {
    let (working, current) = (article.working(), article.current());
    let now = working.or(current).map_or("已下架", |r| r.state.cn());
    let wrong = || Err(state(name, if article.retired.is_some() { "已下架" } else { now }));
    if article.retired.is_some() {
        return wrong();
    }
    match (act, working.map(|r| (r, r.state))) {
        ("save", None | Some((_, S::Draft))) | ("submit" | "discard", Some((_, S::Draft))) => {
            may_write(by, article.owner, env)
        }
        ("confirm", Some((r, S::DeptConfirm))) => {
            require(by, Permission::KbConfirm)?;
            own(person(by)?, article.owner, env)?;
            not_author(person(by)?, r, "确认")
        }
        ("send_back", Some((r, S::DeptConfirm))) => {
            require(by, Permission::KbConfirm)?;
            own(person(by)?, article.owner, env)?;
            not_author(person(by)?, r, "退回")
        }
        ("publish" | "send_back", Some((r, S::CenterAudit))) => {
            require(by, Permission::KbAudit)?;
            may_audit(person(by)?, r)
        }
        ("review", None) if current.is_some() => {
            require(by, Permission::KbConfirm)?;
            own(person(by)?, article.owner, env)
        }
        ("retire", None) if current.is_some() => match require(by, Permission::KbAudit) {
            Ok(()) => Ok(()),
            Err(_) => {
                require(by, Permission::KbConfirm)?;
                own(person(by)?, article.owner, env)
            }
        },
        _ => wrong(),
    }
}

/// The acts open to somebody, in the order of the buttons.
#[must_use]
pub fn allowed(article: &Article, by: &By, env: &Env) -> Vec<(&'static str, &'static str)> {
    ACTS.iter().copied().filter(|(code, name)| may(article, code, name, by, env).is_ok()).collect()
}

fn check(text: &ArticleText, env: &Env) -> Result<ArticleText, Refusal> {
    let mut errors = Vec::new();
    let mut wrong = |bad: bool, field: &str, message: &str, remedy: &str| {
        if bad {
            errors.push(FieldError::new(field, message).with_remedy(remedy));
        }
    };
    let n = |t: &str| t.trim().chars().count();
    wrong(!(4..=100).contains(&n(&text.title)), "title", "请填写标题", "4至100字，写群众会怎么问");
    wrong(!(10..=20_000).contains(&n(&text.body)), "body", "请填写答复内容", "10至20000字");
    wrong(n(&text.inner) > 5_000, "inner", "话务口径过长", "不超过5000字");
    wrong(n(&text.keywords) > 300, "keywords", "关键词过长", "不超过300字");
    wrong(n(&text.basis) > 1_000, "basis", "政策依据过长", "不超过1000字");
    wrong(env.directory.category(&text.category).is_none(), "category", "请选择分类", "从分类目录中选择");
    wrong(text.valid_to.is_some_and(|t| t <= text.valid_from), "valid_to", "有效期止须晚于有效期起", "重新选择日期");
    if !errors.is_empty() {
        return Err(Refusal::fields(errors));
    }
    let trimmed = |t: &str| t.trim().to_owned();
    Ok(ArticleText {
        title: trimmed(&text.title),
        body: trimmed(&text.body),
        inner: trimmed(&text.inner),
        keywords: trimmed(&text.keywords),
        basis: trimmed(&text.basis),
        ..text.clone()
    })
}

fn draft(no: i32, text: ArticleText, note: &str, by: &Actor, now: Ts) -> Revision {
    Revision {
        no,
        state: S::Draft,
        text,
        note: note.trim().chars().take(500).collect(),
        author: by.user,
        written_at: now,
        confirmed: None,
        audited: None,
        returned: None,
        published_at: None,
    }
}

/// A new article with its first draft. `no` is its running number.
///
/// # Errors
/// Refuses who may not write for the department, and incomplete texts.
pub fn create(owner: OrgId, no: i64, text: &ArticleText, by: &By, env: &Env) -> Result<Article, Refusal> {
    if env.directory.org(owner).is_none_or(|o| !o.active) {
        return Err(Refusal::invalid("owner", "请选择维护单位"));
    }
    may_write(by, owner, env)?;
    let first = draft(1, check(text, env)?, "", person(by)?, env.now);
    Ok(Article {
        id: ArticleId::mint(env.mint, env.now),
        no,
        version: 1,
        owner,
        revisions: vec![first],
        review_due: None,
        reviewed_at: None,
        retired: None,
        told: false,
    })
}

/// An article another platform published, taken over by an auditor: a new one, or the next version of the one it became before. The
/// platform that wrote it stands in the author's place.
///
/// # Errors
/// Refuses who may not audit, incomplete texts, and an article that is being worked on or was retired here.
pub fn adopt(
    old: Option<&Article>,
    owner: OrgId,
    no: i64,
    text: &ArticleText,
    author: UserId,
    by: &By,
    env: &Env,
) -> Result<Article, Refusal> {
    require(by, Permission::KbAudit)?;
    if env.directory.org(owner).is_none_or(|o| !o.active) {
        return Err(Refusal::invalid("owner", "请选择维护单位"));
    }
    let text = check(text, env)?;
    let mut next = match old {
        Some(a) if a.retired.is_some() => return Err(state("采纳新版本", "已下架")),
        Some(a) if a.working().is_some() => {
            return Err(Refusal::state("article_state", "该知识正在修订，请先发布或放弃草稿，再采纳新版本"));
        }
        Some(a) => a.clone(),
        None => Article {
            id: ArticleId::mint(env.mint, env.now),
            no,
            version: 1,
            owner,
            revisions: Vec::new(),
            review_due: None,
            reviewed_at: None,
            retired: None,
            told: false,
        },
    };
    for revision in next.revisions.iter_mut().filter(|r| r.state == S::Published) {
        revision.state = S::Ended;
    }
    let no = next.revisions.last().map_or(1, |r| r.no + 1);
    next.revisions.push(Revision {
        no,
        state: S::Published,
        text,
        note: "采纳其他平台发布的知识".to_owned(),
        author,
        written_at: env.now,
        confirmed: None,
        audited: Some(mark(by, "", 0, env.now)?),
        returned: None,
        published_at: Some(env.now),
    });
    (next.review_due, next.reviewed_at, next.told) = (Some(review_due(env)), Some(env.now), false);
    Ok(next)
}

fn mark(by: &By, opinion: &str, least: usize, now: Ts) -> Result<Mark, Refusal> {
    let opinion = opinion.trim();
    let n = opinion.chars().count();
    if n < least || n > 1_000 {
        return Err(Refusal::invalid("opinion", format!("请填写意见，{least}至1000字")));
    }
    Ok(Mark { by: person(by)?.user, at: now, opinion: opinion.to_owned() })
}

/// The article after an act.
///
/// # Errors
/// Refuses acts that its state, the person's roles or the separation of duties do not allow.
pub fn decide(article: &Article, act: &ArticleAct, by: &By, env: &Env) -> Result<Article, Refusal> {
    let code = act.code();
    let name = ACTS.iter().find(|(c, _)| *c == code).map_or("", |(_, n)| n);
    may(article, code, name, by, env)?;
    let mut next = article.clone();
    if let ArticleAct::Save { text, note } = act {
        save(&mut next, check(text, env)?, note, person(by)?, env.now);
        return Ok(next);
    }
    match act {
        ArticleAct::Review { opinion } => {
            mark(by, opinion, 0, env.now)?;
            (next.review_due, next.reviewed_at, next.told) = (Some(review_due(env)), Some(env.now), false);
        }
        ArticleAct::Retire { opinion } => retire(&mut next, mark(by, opinion, 2, env.now)?),
        _ => step(&mut next, act, by, env)?,
    }
    Ok(next)
}

fn save(next: &mut Article, text: ArticleText, note: &str, by: &Actor, now: Ts) {
    let no = next.revisions.last().map_or(1, |r| r.no + 1);
    if let Some(old) = next.revisions.iter_mut().find(|r| r.state == S::Draft) {
        let fresh = draft(old.no, text, note, by, now);
        *old = Revision { returned: old.returned.take(), ..fresh };
    } else {
        next.revisions.push(draft(no, text, note, by, now));
    }
}

/// One step of the revision on its way.
fn step(next: &mut Article, act: &ArticleAct, by: &By, env: &Env) -> Result<(), Refusal> {
    let due = review_due(env);
    let at = next.revisions.iter().position(|r| matches!(r.state, S::Draft | S::DeptConfirm | S::CenterAudit));
    let Some(at) = at else { return Err(state("办理", "已发布")) };
    let working = &mut next.revisions[at];
    match act {
        ArticleAct::Submit => working.state = S::DeptConfirm,
        ArticleAct::Discard => working.state = S::Ended,
        ArticleAct::Confirm { opinion } => {
            working.confirmed = Some(mark(by, opinion, 0, env.now)?);
            working.state = S::CenterAudit;
        }
        ArticleAct::SendBack { opinion } => {
            working.returned = Some(mark(by, opinion, 4, env.now)?);
            (working.state, working.confirmed) = (S::Draft, None);
        }
        ArticleAct::Publish { opinion } => {
            let mark = mark(by, opinion, 0, env.now)?;
            if let Some(old) = next.revisions.iter_mut().find(|r| r.state == S::Published) {
                old.state = S::Ended;
            }
            let working = &mut next.revisions[at];
            (working.audited, working.published_at) = (Some(mark), Some(env.now));
            working.state = S::Published;
            (next.review_due, next.reviewed_at, next.told) = (Some(due), Some(env.now), false);
        }
        ArticleAct::Save { .. } | ArticleAct::Review { .. } | ArticleAct::Retire { .. } => {}
    }
    Ok(())
}

fn review_due(env: &Env) -> Ts {
    env.now.plus_days(env.params.int("kb.review_d"))
}

fn retire(next: &mut Article, mark: Mark) {
    for revision in &mut next.revisions {
        revision.state = S::Ended;
    }
    (next.retired, next.review_due) = (Some(mark), None);
}

/// The article whose validity has run out, off the shelf; `None` while it holds or when its next version is on its way.
#[must_use]
pub fn expire(article: &Article, now: Ts) -> Option<Article> {
    let over = article.current()?.text.valid_to.is_some_and(|t| t <= now);
    if !over || article.working().is_some() {
        return None;
    }
    let mut next = article.clone();
    let by = article.current()?.author;
    retire(&mut next, Mark { by, at: now, opinion: "有效期届满，自动下架".to_owned() });
    Some(next)
}
