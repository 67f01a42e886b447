//! 派单目录 as it is kept: what a rule must satisfy, which one a new version takes the place of, and what a change would
//! have meant for orders already sent out (§2 派单, F8, F9). Rules are ended, never changed.

use std::collections::BTreeMap;

use kernel::{FieldError, OrderId, OrgId, Refusal, Ts};
use serde::{Deserialize, Serialize};

use crate::{
    directory::{CatalogueRule, Directory, OrgLevel, region_prefix},
    routing::{dept_duty_only, suggest},
};

/// A rule as it is written down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleForm {
    pub category: String,
    /// 12-digit region code; empty = the whole city.
    #[serde(default)]
    pub region: String,
    pub lead: OrgId,
    #[serde(default)]
    pub co: Vec<OrgId>,
    /// 法定依据: 三定规定、权责清单等的条款.
    pub legal_basis: String,
    /// From now on when absent.
    #[serde(default)]
    pub valid_from: Option<Ts>,
    #[serde(default)]
    pub valid_to: Option<Ts>,
}

/// What is done to the catalogue: a rule ends, one begins, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The version that ends when the new rule begins.
    pub ends: Option<i64>,
    pub at: Ts,
    /// The new rule; its `id` is not given yet.
    pub rule: Option<CatalogueRule>,
}

/// A new rule, or the next version of one. `area_known` tells whether the region code exists.
///
/// Refuses what contradicts the directory: unknown or ended categories and units, a department's own duty put on a town,
/// a second rule for the same matter in the same area at the same time, and a rule without a basis.
pub fn put(
    form: &RuleForm,
    replaces: Option<&CatalogueRule>,
    area_known: bool,
    directory: &Directory,
    now: Ts,
) -> Result<Change, Refusal> {
    let from = form.valid_from.unwrap_or(now).max(now);
    let mut wrong = Wrong::default();
    wrong.when(!area_known, "region", "适用区域不存在", "请从行政区划中选择，全市适用的留空");
    let basis = form.legal_basis.trim();
    wrong.when(basis.chars().count() < 4, "legal_basis", "请填写法定依据", "写明“三定”规定、权责清单等的具体条款");
    wrong.when(basis.chars().count() > 500, "legal_basis", "法定依据过长", "请不超过500字");
    wrong.when(form.valid_from.is_some_and(|t| t < now), "valid_from", "生效时间不能早于现在", "留空即时生效");
    wrong.when(form.valid_to.is_some_and(|t| t <= from), "valid_to", "失效时间须晚于生效时间", "长期有效的留空");
    category(&mut wrong, form, directory);
    units(&mut wrong, form, directory);
    clash(&mut wrong, form, from, replaces, directory);
    let ended = replaces.and_then(|r| r.valid_to).filter(|t| *t <= now);
    wrong.when(ended.is_some(), "rule", "该版本已经失效，不能在其上修订", "请刷新后在现行版本上修订，或新建规则");
    wrong.done()?;
    let rule = CatalogueRule {
        id: 0,
        category: form.category.clone(),
        region: form.region.clone(),
        lead: form.lead,
        co: form.co.clone(),
        legal_basis: basis.to_owned(),
        valid_from: from,
        valid_to: form.valid_to,
    };
    Ok(Change { ends: replaces.map(|r| r.id), at: from, rule: Some(rule) })
}

/// A rule ends without a successor.
pub fn end(rule: &CatalogueRule, at: Option<Ts>, now: Ts) -> Result<Change, Refusal> {
    let at = at.unwrap_or(now).max(now);
    if rule.valid_to.is_some_and(|t| t <= at) {
        return Err(Refusal::state("ended", "该规则已经失效，或将更早失效"));
    }
    Ok(Change { ends: Some(rule.id), at, rule: None })
}

#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn when(&mut self, bad: bool, field: &str, message: impl Into<String>, remedy: &str) {
        if bad {
            self.0.push(FieldError::new(field, message).with_remedy(remedy));
        }
    }

    fn done(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::fields(self.0)) }
    }
}

fn category(wrong: &mut Wrong, form: &RuleForm, directory: &Directory) {
    match directory.category(&form.category) {
        None => wrong.when(true, "category", "请选择问题分类", "从分类目录中选择"),
        Some(c) => wrong.when(!c.active, "category", format!("分类“{}”已停用", c.name), "请选择现行分类"),
    }
}

fn units(wrong: &mut Wrong, form: &RuleForm, directory: &Directory) {
    let guarded = dept_duty_only(&form.category, directory);
    let named = std::iter::once(("lead".to_owned(), form.lead))
        .chain(form.co.iter().enumerate().map(|(i, org)| (format!("co[{i}]"), *org)));
    for (field, id) in named {
        let Some(org) = directory.org(id) else {
            wrong.when(true, &field, "所选单位不存在", "请从单位列表中重新选择");
            continue;
        };
        wrong.when(!org.active, &field, format!("“{}”已停用，不能承办", org.name), "请改选承继其职责的单位");
        let town = matches!(org.level, OrgLevel::Town | OrgLevel::Village);
        wrong.when(
            guarded && town,
            &field,
            "该类事项属职能部门法定职责，不得派给乡镇街道、村社区",
            "请选择负有该项职责的职能部门；确需调整的，先在“问题分类”中取消该限制",
        );
    }
    for (i, org) in form.co.iter().enumerate() {
        let twice = *org == form.lead || form.co[..i].contains(org);
        wrong.when(twice, &format!("co[{i}]"), "同一单位不能重复承办", "请去掉重复的协办单位");
    }
}

/// Two rules for one matter in one area would leave the choice to chance.
fn clash(wrong: &mut Wrong, form: &RuleForm, from: Ts, replaces: Option<&CatalogueRule>, directory: &Directory) {
    let other = directory.catalogue().iter().find(|r| {
        let same = r.category == form.category && region_prefix(&r.region) == region_prefix(&form.region);
        let apart = r.valid_to.is_some_and(|t| t <= from) || form.valid_to.is_some_and(|t| t <= r.valid_from);
        same && !apart && replaces.is_none_or(|old| old.id != r.id)
    });
    if let Some(other) = other {
        let name = directory.org_name(other.lead);
        let message = format!("该分类在该区域已有规则（由{name}主办）");
        wrong.when(true, "category", message, "请修订现有规则，不要另建；或选择其他区域");
    }
}

/// The rules as they would be after a change.
#[must_use]
pub fn changed(rules: &[CatalogueRule], change: &Change) -> Vec<CatalogueRule> {
    let mut all: Vec<CatalogueRule> = rules.to_vec();
    for rule in all.iter_mut().filter(|r| Some(r.id) == change.ends) {
        rule.valid_to = Some(rule.valid_to.map_or(change.at, |t| t.min(change.at)));
    }
    all.extend(change.rule.clone());
    all
}

/// An order sent out before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    pub order: OrderId,
    pub category: String,
    pub region: String,
    /// Who had it in the end.
    pub lead: Option<OrgId>,
}

/// Orders for which the catalogue would name somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// `None`: the catalogue names nobody.
    pub from: Option<OrgId>,
    pub to: Option<OrgId>,
    pub n: i64,
    /// Of these, in fact handled by `to` already.
    pub already: i64,
    /// Some of them, in the order given.
    pub orders: Vec<OrderId>,
}

/// What a change would have meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    pub looked_at: i64,
    pub moved: i64,
    /// The most frequent first.
    pub shifts: Vec<Shift>,
}

/// At most so many orders are named of one shift.
const NAMED: usize = 20;

/// The same orders under both catalogues at one moment: how many would go elsewhere, from whom to whom.
#[must_use]
pub fn effect(past: &[Past], before: &Directory, after: &Directory, at: Ts) -> Effect {
    // Matters of one kind in one place are asked about once.
    let mut named = BTreeMap::new();
    let mut shifts: Vec<Shift> = Vec::new();
    let first = |d: &Directory, p: &Past| suggest(&p.category, &p.region, d, at).first().map(|s| s.lead);
    for p in past {
        let place = (p.category.as_str(), p.region.as_str());
        let (from, to) = *named.entry(place).or_insert_with(|| (first(before, p), first(after, p)));
        if from == to {
            continue;
        }
        let place = shifts.iter().position(|s| (s.from, s.to) == (from, to)).unwrap_or_else(|| {
            shifts.push(Shift { from, to, n: 0, already: 0, orders: Vec::new() });
            shifts.len() - 1
        });
        let shift = &mut shifts[place];
        shift.n += 1;
        shift.already += i64::from(p.lead.is_some() && p.lead == to);
        if shift.orders.len() < NAMED {
            shift.orders.push(p.order);
        }
    }
    shifts.sort_by_key(|s| std::cmp::Reverse(s.n));
    let looked_at = i64::try_from(past.len()).unwrap_or(i64::MAX);
    Effect { looked_at, moved: shifts.iter().map(|s| s.n).sum(), shifts }
}
