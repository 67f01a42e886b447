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
#[must_use]
pub fn dept_duty_only(category: &str, directory: &Directory) -> bool {
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::directory::{Category, OrgKind};

    fn id(n: u128) -> OrgId {
        OrgId(Uuid::from_u128(n))
    }

    fn org(n: u128, name: &str, level: OrgLevel, kind: OrgKind, region: &str) -> Org {
        Org {
            id: id(n),
            code: format!("{n:04}"),
            name: name.into(),
            short: String::new(),
            parent: None,
            superior: None,
            level,
            kind,
            group: String::new(),
            region: region.into(),
            phone: None,
            active: true,
            merged_into: None,
            version: 1,
        }
    }

    fn category(code: &str, parent: Option<&str>, name: &str, dept_duty_only: bool) -> Category {
        Category {
            code: code.into(),
            name: name.into(),
            parent: parent.map(str::to_owned),
            level: 1,
            keywords: String::new(),
            active: true,
            dept_duty_only,
        }
    }

    fn rule(n: i64, category: &str, region: &str, lead: u128, co: &[u128]) -> CatalogueRule {
        CatalogueRule {
            id: n,
            category: category.into(),
            region: region.into(),
            lead: id(lead),
            co: co.iter().map(|c| id(*c)).collect(),
            legal_basis: format!("依据{n}"),
            valid_from: Ts(0),
            valid_to: None,
        }
    }

    fn directory(dept_duty_only: bool) -> Directory {
        let gone = Org {
            active: false,
            merged_into: Some(id(3)),
            ..org(2, "旧环保局", OrgLevel::City, OrgKind::Department, "")
        };
        let orgs = vec![
            org(1, "环翠区政府", OrgLevel::County, OrgKind::Government, "371002000000"),
            gone,
            org(3, "生态环境局", OrgLevel::City, OrgKind::Department, "371000000000"),
            org(4, "竹岛街道", OrgLevel::Town, OrgKind::Government, "371002001000"),
            org(5, "公安局", OrgLevel::City, OrgKind::Department, "371000000000"),
            Org { active: false, ..org(6, "撤销单位", OrgLevel::City, OrgKind::Department, "") },
        ];
        let categories = vec![
            category("050000", None, "环境保护", dept_duty_only),
            category("050300", Some("050000"), "噪声污染", false),
        ];
        let rules = vec![
            rule(1, "050000", "", 2, &[5, 3, 6, 5]),
            rule(2, "050300", "371002001000", 4, &[]),
            rule(3, "050300", "371002000000", 6, &[]),
            rule(4, "050300", "", 3, &[5]),
        ];
        Directory::new(orgs, categories, rules)
    }

    fn leads(found: &[Suggestion]) -> Vec<OrgId> {
        found.iter().map(|s| s.lead).collect()
    }

    #[test]
    fn the_most_specific_rule_leads_and_the_county_comes_last() {
        let found = suggest("050301", "371002001003", &directory(false), Ts(1));
        assert_eq!(
            leads(&found),
            [id(4), id(3), id(1)],
            "one proposal per unit; abolished units without heir left out"
        );
        assert_eq!((found[0].rule, found[1].rule, found[2].rule), (Some(2), Some(4), None));
        assert_eq!(found[0].basis, "依据2");
        assert!(found[0].why.contains("环境保护 > 噪声污染") && found[0].why.contains("竹岛街道"), "{}", found[0].why);
        assert_eq!(found[2].basis, "属地管理");
    }

    #[test]
    fn a_merged_unit_is_replaced_by_its_heir_with_the_reason_told() {
        let found = suggest("050900", "371002001003", &directory(false), Ts(1));
        assert_eq!(leads(&found), [id(3), id(1)]);
        assert!(found[0].why.contains("承接原旧环保局"), "{}", found[0].why);
        assert_eq!(found[0].co, [id(5)], "no doubles, not the lead itself, nobody abolished");
    }

    #[test]
    fn a_departments_own_duty_is_never_put_on_a_town() {
        let found = suggest("050300", "371002001003", &directory(true), Ts(1));
        assert_eq!(leads(&found), [id(3), id(1)]);
    }

    #[test]
    fn an_unknown_matter_goes_to_the_county_of_its_place_or_to_nobody() {
        assert_eq!(leads(&suggest("990000", "371002001003", &directory(false), Ts(1))), [id(1)]);
        assert!(suggest("990000", "110101000000", &directory(false), Ts(1)).is_empty());
    }
}
