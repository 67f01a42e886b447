//! 监察牌: raised by a rule or by a monitor, explained by the unit, judged, appealed against once, judged again.

use kernel::{CardId, OrderId, OrgId, Refusal, TaskId, Ts, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    judge::{Fact, Finding},
    rule::{CardLevel, Metric, Rule},
};
use crate::{
    authority::{Actor, Permission, require},
    case::Case,
    clock::Term,
    env::{By, Env},
    order::Confidentiality,
};

coded! {
    /// Where a card stands.
    CardState {
        Open = "open", "待说明";
        Explained = "explained", "待审核";
        Upheld = "upheld", "成立";
        Appealed = "appealed", "申诉中";
        /// Upheld again, after the one appeal there is.
        Confirmed = "confirmed", "申诉后维持";
        Revoked = "revoked", "已撤销";
    }
}

/// What somebody said about a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plea {
    pub text: String,
    pub by: UserId,
    pub at: Ts,
}

/// A monitor's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    pub uphold: bool,
    pub opinion: String,
    pub by: UserId,
    pub at: Ts,
}

/// One card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub id: CardId,
    pub version: i64,
    pub rule: String,
    pub rule_name: String,
    /// `None`: a monitor's own notice.
    pub metric: Option<Metric>,
    pub basis: String,
    pub level: CardLevel,
    pub state: CardState,
    pub order_id: OrderId,
    pub task_id: Option<TaskId>,
    pub org: OrgId,
    /// With `rule` the key that is raised once.
    pub subject: Uuid,
    pub minutes: i64,
    pub facts: Vec<Fact>,
    pub raised_at: Ts,
    /// The monitor behind a notice.
    pub raised_by: Option<UserId>,
    pub explain_due: Ts,
    pub explanation: Option<Plea>,
    pub ruling: Option<Ruling>,
    pub appeal: Option<Plea>,
    pub final_ruling: Option<Ruling>,
}

/// The card of a finding.
#[must_use]
pub fn raise(rule: &Rule, case: &Case, finding: Finding, env: &Env) -> Card {
    let Finding { subject, task, org, minutes, facts } = finding;
    Card {
        id: env.id(),
        version: 0,
        rule: rule.code.clone(),
        rule_name: rule.name.clone(),
        metric: Some(rule.metric),
        basis: rule.basis.clone(),
        level: rule.level,
        state: CardState::Open,
        order_id: case.order.id,
        task_id: task,
        org,
        subject,
        minutes,
        facts,
        raised_at: env.now,
        raised_by: None,
        explain_due: Term::param("monitor.explain", env.now, env).due,
        explanation: None,
        ruling: None,
        appeal: None,
        final_ruling: None,
    }
}

/// 监察通知 as a monitor writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonitorNotice {
    pub order: OrderId,
    pub level: CardLevel,
    /// What was found, 5 to 1000 characters.
    pub text: String,
}

fn person(by: &By) -> Result<&Actor, Refusal> {
    match by {
        By::Person(actor) => Ok(actor),
        By::System => Err(Refusal::forbidden("须由工作人员办理")),
    }
}

fn said(field: &'static str, name: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let n = text.chars().count();
    if (5..=1000).contains(&n) {
        return Ok(text.to_owned());
    }
    Err(Refusal::invalid(field, format!("请填写{name}，5至1000字，现有{n}字")))
}

fn in_state(card: &Card, wanted: &[CardState], what: &str) -> Result<(), Refusal> {
    if wanted.contains(&card.state) {
        return Ok(());
    }
    Err(Refusal::state("card_state", format!("该监察牌当前为“{}”，不能{what}", card.state.cn())))
}

/// A monitor's own notice to the unit that holds the order.
///
/// # Errors
/// Whoever is no monitor; sealed matters; a text that says nothing.
pub fn issue(case: &Case, notice: &MonitorNotice, by: &By, env: &Env) -> Result<Card, Refusal> {
    require(by, Permission::MonitorNotice)?;
    let actor = person(by)?;
    if case.order.confidentiality == Confidentiality::Sealed {
        return Err(Refusal::not_found("工单"));
    }
    let text = said("text", "监察情况", &notice.text)?;
    let org = case.lead_task().map(|t| t.org).or(case.order.lead_org).or(env.directory.center().map(|c| c.id));
    let org = org.ok_or_else(|| Refusal::state("no_org", "该工单没有承办单位，不能发出监察通知"))?;
    let facts = vec![Fact { label: "监察情况".to_owned(), value: text }];
    let id: CardId = env.id();
    let rule = Rule {
        code: "notice".to_owned(),
        name: "监察通知".to_owned(),
        metric: Metric::Handle,
        level: notice.level,
        after: env.params.span("monitor.explain"),
        count: 0,
        basis: "电子监察员实时监察".to_owned(),
        active: true,
    };
    let task = case.lead_task().map(|t| t.id);
    let finding = Finding { subject: id.uuid(), task, org, minutes: 0, facts };
    Ok(Card { id, metric: None, raised_by: Some(actor.user), ..raise(&rule, case, finding, env) })
}

/// The unit's people answer for what is theirs or below them.
fn answers(card: &Card, actor: &Actor, env: &Env) -> Result<(), Refusal> {
    if env.directory.is_within(card.org, actor.org) {
        return Ok(());
    }
    Err(Refusal::forbidden("该监察牌不属于您的单位，不能代为说明或申诉"))
}

/// 说明 by the unit.
///
/// # Errors
/// Another unit; a card that was explained or judged.
pub fn explain(card: &Card, text: &str, by: &By, env: &Env) -> Result<Card, Refusal> {
    require(by, Permission::MonitorExplain)?;
    let actor = person(by)?;
    answers(card, actor, env)?;
    in_state(card, &[CardState::Open], "说明")?;
    let text = said("text", "情况说明", text)?;
    let explanation = Some(Plea { text, by: actor.user, at: env.now });
    Ok(Card { state: CardState::Explained, explanation, ..card.clone() })
}

/// 申诉, once, after the card was upheld.
///
/// # Errors
/// Another unit; a card that stands elsewhere.
pub fn appeal(card: &Card, text: &str, by: &By, env: &Env) -> Result<Card, Refusal> {
    require(by, Permission::MonitorExplain)?;
    let actor = person(by)?;
    answers(card, actor, env)?;
    in_state(card, &[CardState::Upheld], "申诉")?;
    let text = said("text", "申诉理由", text)?;
    Ok(Card { state: CardState::Appealed, appeal: Some(Plea { text, by: actor.user, at: env.now }), ..card.clone() })
}

/// Of the monitors there are, an appeal is judged by those least bound by the card: who neither gave nor upheld it; where
/// there is nobody such, who gave it; who upheld it only when alone. So no appeal is ever left without a judge.
fn may_judge_appeal(card: &Card, user: UserId, monitors: &[UserId]) -> bool {
    let bound = |u: UserId| {
        let upheld = card.ruling.as_ref().is_some_and(|r| r.by == u);
        if upheld { 2 } else { i32::from(card.raised_by == Some(u)) }
    };
    let least = monitors.iter().map(|u| bound(*u)).min().unwrap_or(2);
    bound(user) <= least
}

/// 审核 by a monitor: an explained card, one whose time for explaining is over, or an appeal. `monitors`: all there are
/// now.
///
/// # Errors
/// Whoever is no monitor, or judges their own word while somebody else could; a card that stands elsewhere.
pub fn rule_on(
    card: &Card,
    uphold: bool,
    opinion: &str,
    monitors: &[UserId],
    by: &By,
    env: &Env,
) -> Result<Card, Refusal> {
    require(by, Permission::MonitorDecide)?;
    let actor = person(by)?;
    in_state(card, &[CardState::Open, CardState::Explained, CardState::Appealed], "审核")?;
    if card.state == CardState::Open && env.now <= card.explain_due {
        let until = card.explain_due.format_cn();
        return Err(Refusal::state("explain_due", format!("承办单位可在{until}前说明，说明后或期满后再审核")));
    }
    let appealed = card.state == CardState::Appealed;
    if appealed && !may_judge_appeal(card, actor.user, monitors) {
        return Err(Refusal::forbidden("申诉须由另一名监察员审核"));
    }
    let opinion = said("opinion", "审核意见", opinion)?;
    let ruling = Some(Ruling { uphold, opinion, by: actor.user, at: env.now });
    let next = card.clone();
    Ok(match (uphold, appealed) {
        (false, true) => Card { state: CardState::Revoked, final_ruling: ruling, ..next },
        (true, true) => Card { state: CardState::Confirmed, final_ruling: ruling, ..next },
        (false, false) => Card { state: CardState::Revoked, ruling, ..next },
        (true, false) => Card { state: CardState::Upheld, ruling, ..next },
    })
}
