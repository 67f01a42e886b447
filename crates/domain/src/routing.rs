//! 派单建议: who should lead an order, and why (F8, F9). A suggestion only; a person decides.

use std::collections::BTreeSet;

use kernel::{OrgId, Ts};
use serde::{Deserialize, Serialize};

use crate::directory::{CatalogueRule, Directory, Org, OrgLevel, region_prefix};

/// One proposal for the dispatcher, the best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Suggestion {
    pub lead: OrgId,
    pub co: Vec<OrgId>,
    /// 依据: the catalogue's legal basis, or the rule of the place.
    pub basis: String,
    /// Why, in Chinese, for the evidence card.
    pub why: String,
    /// The catalogue rule behind it; `None` when the place alone decided.
    pub rule: Option<i64>,
}

/// Proposals from the dispatch catalogue, the most specific rule first; then the county government of the place, which
/// takes what has a known place and no known unit (§2 派单). Abolished organisations are replaced by their successors,
/// and a department's own duty is never put on a town.
#[must_use]
pub fn suggest(category: &str, region: &str, directory: &Directory, now: Ts) -> Vec<Suggestion> {
    let dept_only = dept_duty_only(category, directory);
    let mut seen = BTreeSet::new();
    let mut out: Vec<Suggestion> = directory
        .catalogue_for(category, region, now)
        .into_iter()
        .filter_map(|rule| by_rule(rule, directory, dept_only))
        .filter(|s| seen.insert(s.lead))
        .collect();
    if let Some(county) = directory.county_at(region).and_then(|o| directory.successor(o.id))
        && seen.insert(county.id)
    {
        out.push(by_place(county));
    }
    out
}

/// The category or one above it is a department's own duty.
fn dept_duty_only(category: &str, directory: &Directory) -> bool {
    let mut at = directory.category(category);
    for _ in 0..8 {
        match at {
            Some(c) if c.dept_duty_only => return true,
            Some(c) => at = c.parent.as_deref().and_then(|p| directory.category(p)),
            None => return false,
        }
    }
    false
}

fn by_rule(rule: &CatalogueRule, directory: &Directory, dept_only: bool) -> Option<Suggestion> {
    let lead = directory.successor(rule.lead)?;
    if dept_only && matches!(lead.level, OrgLevel::Town | OrgLevel::Village) {
        return None;
    }
    let mut co: Vec<OrgId> = Vec::new();
    for org in rule.co.iter().filter_map(|id| directory.successor(*id)) {
        if org.id != lead.id && !co.contains(&org.id) {
            co.push(org.id);
        }
    }
    let mut why = format!("派单目录：“{}”", directory.category_path(&rule.category));
    why.push_str(&match region_prefix(&rule.region) {
        "" => "（全市）".to_owned(),
        prefix => format!("（辖区{prefix}）"),
    });
    why.push_str(&format!("由{}主办", lead.name));
    if lead.id != rule.lead {
        why.push_str(&format!("（承接原{}的职责）", directory.org_name(rule.lead)));
    }
    Some(Suggestion { lead: lead.id, co, basis: rule.legal_basis.clone(), why, rule: Some(rule.id) })
}

fn by_place(county: &Org) -> Suggestion {
    Suggestion {
        lead: county.id,
        co: Vec::new(),
        basis: "属地管理".to_owned(),
        why: format!("派单目录没有更具体的规则时，由事发地所在的{}协调办理", county.name),
        rule: None,
    }
}
