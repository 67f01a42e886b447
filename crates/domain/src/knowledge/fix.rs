//! 纠错工单: somebody who works with an article says what is wrong with it; its owner answers in time.

use kernel::{ArticleId, FixId, OrderId, OrgId, Refusal, Ts, UserId};
use serde::{Deserialize, Serialize};

use super::Article;
use crate::{
    authority::{Permission, require},
    clock::Term,
    env::{By, Env},
};

coded! {
    /// What is wrong.
    FixKind {
        Outdated = "outdated", "政策已变化";
        Wrong = "wrong", "内容有误";
        Missing = "missing", "内容不全";
        Unclear = "unclear", "表述不清";
        Other = "other", "其他";
    }
}

coded! {
    /// Where a ticket stands.
    FixState {
        Open = "open", "待处理";
        /// Accepted: settled when the next version is published.
        Revising = "revising", "修订中";
        Fixed = "fixed", "已更正";
        Declined = "declined", "不予更正";
    }
}

impl FixState {
    /// The owner still owes something.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Revising)
    }
}

/// What an agent hands in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FixForm {
    pub kind: FixKind,
    /// 5 to 1000 characters.
    pub text: String,
    /// The order in whose handling it came up.
    pub order: Option<OrderId>,
}

/// One ticket.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    pub id: FixId,
    pub version: i64,
    pub article: ArticleId,
    /// The version complained about.
    pub revision: i32,
    /// Who answers.
    pub owner: OrgId,
    pub kind: FixKind,
    pub state: FixState,
    pub text: String,
    pub order: Option<OrderId>,
    pub raised_by: UserId,
    pub raised_at: Ts,
    pub due_at: Ts,
    pub answer: String,
    pub answered_by: Option<UserId>,
    pub answered_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    /// The owner was told that it is overdue.
    pub told: bool,
}

fn said(text: &str, least: usize) -> Result<String, Refusal> {
    let n = text.trim().chars().count();
    if (least..=1000).contains(&n) {
        return Ok(text.trim().to_owned());
    }
    Err(Refusal::invalid("text", format!("请写明情况，{least}至1000字，现有{n}字")))
}

/// A new ticket about the version in force.
///
/// # Errors
/// Refuses who may not read, and articles nobody can rely on anyway.
pub fn raise(article: &Article, form: &FixForm, by: &By, env: &Env) -> Result<Fix, Refusal> {
    require(by, Permission::KbRead)?;
    let (Some(current), Some(user)) = (article.current(), by.user()) else {
        return Err(Refusal::state("article_state", "该知识未在用，无须纠错"));
    };
    Ok(Fix {
        id: FixId::mint(env.mint, env.now),
        version: 1,
        article: article.id,
        revision: current.no,
        owner: article.owner,
        kind: form.kind,
        state: FixState::Open,
        text: said(&form.text, 5)?,
        order: form.order,
        raised_by: user,
        raised_at: env.now,
        due_at: Term::param("kb.fix", env.now, env).due,
        answer: String::new(),
        answered_by: None,
        answered_at: None,
        ended_at: None,
        told: false,
    })
}

/// The owner's answer: accepted for the next version, or declined with a reason.
///
/// # Errors
/// Refuses other units and tickets already answered.
pub fn answer(fix: &Fix, accept: bool, text: &str, by: &By, env: &Env) -> Result<Fix, Refusal> {
    require(by, Permission::KbEdit)?;
    let By::Person(actor) = by else { return Err(Refusal::forbidden("须由工作人员办理")) };
    if actor.org != fix.owner && !env.directory.is_within(fix.owner, actor.org) {
        let owner = env.directory.org_name(fix.owner);
        return Err(Refusal::forbidden(format!("纠错工单由{owner}办理")));
    }
    if fix.state != FixState::Open {
        return Err(Refusal::state("fix_state", format!("该纠错工单{}，不能再答复", fix.state.cn())));
    }
    let state = if accept { FixState::Revising } else { FixState::Declined };
    Ok(Fix {
        state,
        answer: said(text, if accept { 0 } else { 5 })?,
        answered_by: Some(actor.user),
        answered_at: Some(env.now),
        ended_at: (!accept).then_some(env.now),
        ..fix.clone()
    })
}

/// A new version is in force: what was accepted is settled.
#[must_use]
pub fn fixed(fix: &Fix, now: Ts) -> Option<Fix> {
    (fix.state == FixState::Revising).then(|| Fix { state: FixState::Fixed, ended_at: Some(now), ..fix.clone() })
}
