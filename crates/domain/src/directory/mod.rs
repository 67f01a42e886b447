//! 组织机构与分类: a snapshot of who exists and who answers for what (§6.1).

mod search;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use kernel::{OrgId, Ts};
use serde::{Deserialize, Serialize};

pub use search::CategoryHit;

coded! {
    /// 机构层级.
    OrgLevel { City = "city", "市级"; County = "county", "区县"; Town = "town", "乡镇街道"; Village = "village", "村社区"; }
}
coded! {
    /// 机构性质 (§6.1).
    OrgKind {
        Center = "center", "热线中心";
        PetitionOffice = "petition_office", "信访机构";
        Government = "government", "政府";
        Department = "department", "职能部门";
        Enterprise = "enterprise", "公共服务企业";
        Party = "party", "党群机关";
        Outsourced = "outsourced", "外包服务";
        Supervision = "supervision", "监察机构";
    }
}

/// 机构.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Org {
    pub id: OrgId,
    pub code: String,
    pub name: String,
    pub short: String,
    pub parent: Option<OrgId>,
    /// 业务上级, for review; may differ from the parent.
    pub superior: Option<OrgId>,
    pub level: OrgLevel,
    pub kind: OrgKind,
    /// 考核分组: 区县 / 市直 / 公共服务企业 / 乡镇街道.
    pub group: String,
    pub region: String,
    pub phone: Option<String>,
    pub active: bool,
    pub merged_into: Option<OrgId>,
    pub version: i64,
}

/// 问题分类, a node of the coded tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Category {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub level: i32,
    pub keywords: String,
    pub active: bool,
    /// A department's own duty: never dispatched to towns (F9).
    pub dept_duty_only: bool,
}

/// 派单目录 rule: category × area → lead and co-handlers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CatalogueRule {
    pub id: i64,
    pub category: String,
    /// Region prefix, empty = everywhere.
    pub region: String,
    pub lead: OrgId,
    pub co: Vec<OrgId>,
    pub legal_basis: String,
    pub valid_from: Ts,
    pub valid_to: Option<Ts>,
}

/// Everything a rule may ask about organisations, categories and the dispatch catalogue. Built once per change of the
/// tables and shared: trees are indexed on construction.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    orgs: BTreeMap<OrgId, Org>,
    categories: BTreeMap<String, Category>,
    catalogue: Vec<CatalogueRule>,
    children: HashMap<OrgId, Vec<OrgId>>,
    /// 区县政府 by the first six digits of its region.
    counties: HashMap<String, OrgId>,
    center: Option<OrgId>,
    index: OnceLock<search::Index>,
}

impl Directory {
    #[must_use]
    pub fn new(orgs: Vec<Org>, categories: Vec<Category>, catalogue: Vec<CatalogueRule>) -> Self {
        let orgs: BTreeMap<OrgId, Org> = orgs.into_iter().map(|o| (o.id, o)).collect();
        let mut children: HashMap<OrgId, Vec<OrgId>> = HashMap::new();
        let mut counties: HashMap<String, OrgId> = HashMap::new();
        for org in orgs.values() {
            if let Some(parent) = org.parent {
                children.entry(parent).or_default().push(org.id);
            }
            if org.level == OrgLevel::County
                && org.kind == OrgKind::Government
                && let Some(county) = org.region.get(..6)
            {
                // An active government takes the place of an abolished one, never the other way round.
                let held = counties.get(county).and_then(|id| orgs.get(id));
                if held.is_none_or(|h| !h.active && org.active) {
                    counties.insert(county.to_owned(), org.id);
                }
            }
        }
        let center = orgs.values().find(|o| o.kind == OrgKind::Center && o.active).map(|o| o.id);
        let categories = categories.into_iter().map(|c| (c.code.clone(), c)).collect();
        Self { orgs, categories, catalogue, children, counties, center, index: OnceLock::new() }
    }
    #[must_use]
    pub fn org(&self, id: OrgId) -> Option<&Org> {
        self.orgs.get(&id)
    }
    /// Every organisation, in order of key.
    pub fn orgs(&self) -> impl Iterator<Item = &Org> {
        self.orgs.values()
    }
    #[must_use]
    pub fn org_name(&self, id: OrgId) -> &str {
        self.orgs.get(&id).map_or("（未知机构）", |o| o.name.as_str())
    }
    #[must_use]
    pub fn category(&self, code: &str) -> Option<&Category> {
        self.categories.get(code)
    }
    /// Every category, in order of code.
    pub fn categories(&self) -> impl Iterator<Item = &Category> {
        self.categories.values()
    }
    /// Names from the root down: `城乡建设 > 供水 > 停水`. The code itself when unknown.
    #[must_use]
    pub fn category_path(&self, code: &str) -> String {
        let mut names = Vec::new();
        let mut at = self.categories.get(code);
        while let Some(category) = at {
            names.push(category.name.as_str());
            if names.len() >= MAX_DEPTH {
                break;
            }
            at = category.parent.as_deref().and_then(|p| self.categories.get(p));
        }
        if names.is_empty() {
            return code.to_owned();
        }
        names.reverse();
        names.join(" > ")
    }
    /// Categories that best fit what was typed: see [`search::category_search`].
    #[must_use]
    pub fn category_search(&self, query: &str, limit: usize) -> Vec<CategoryHit> {
        search::category_search(self, query, limit)
    }
    fn index(&self) -> &search::Index {
        self.index.get_or_init(|| search::Index::build(self))
    }
    /// Direct subordinates, in order of key.
    #[must_use]
    pub fn children(&self, org: OrgId) -> &[OrgId] {
        self.children.get(&org).map_or(&[], Vec::as_slice)
    }
    /// `org` is `ancestor` or below it.
    #[must_use]
    pub fn is_within(&self, org: OrgId, ancestor: OrgId) -> bool {
        let mut at = Some(org);
        for _ in 0..=MAX_DEPTH {
            match at {
                Some(id) if id == ancestor => return true,
                Some(id) => at = self.orgs.get(&id).and_then(|o| o.parent),
                None => return false,
            }
        }
        false
    }
    /// `ancestor` and everything below it, sorted, inactive ones included: history stays visible. Empty when unknown.
    #[must_use]
    pub fn subtree(&self, ancestor: OrgId) -> Vec<OrgId> {
        if !self.orgs.contains_key(&ancestor) {
            return Vec::new();
        }
        // A set, so that a tree with a cycle in the data still ends.
        let mut seen = BTreeSet::from([ancestor]);
        let mut open = vec![ancestor];
        while let Some(id) = open.pop() {
            open.extend(self.children(id).iter().copied().filter(|child| seen.insert(*child)));
        }
        seen.into_iter().collect()
    }
    /// 区县政府 of the region an organisation stands in.
    #[must_use]
    pub fn county_of(&self, org: OrgId) -> Option<&Org> {
        self.county_at(&self.org(org)?.region)
    }
    /// 区县政府 of a region code.
    #[must_use]
    pub fn county_at(&self, region: &str) -> Option<&Org> {
        self.counties.get(region.get(..6)?).and_then(|id| self.orgs.get(id))
    }
    /// The centre that runs the hotline.
    #[must_use]
    pub fn center(&self) -> Option<&Org> {
        self.center.and_then(|id| self.orgs.get(&id))
    }
    /// The organisation that carries on the duties: itself while active, else whatever it was merged into.
    #[must_use]
    pub fn successor(&self, org: OrgId) -> Option<&Org> {
        let mut at = self.orgs.get(&org)?;
        for _ in 0..MAX_DEPTH {
            if at.active {
                return Some(at);
            }
            at = self.orgs.get(&at.merged_into?)?;
        }
        None
    }
    /// 派单目录, ended and future rules included.
    #[must_use]
    pub fn catalogue(&self) -> &[CatalogueRule] {
        &self.catalogue
    }
    /// The same organisations and categories under another catalogue.
    #[must_use]
    pub fn with_catalogue(&self, catalogue: Vec<CatalogueRule>) -> Self {
        Self { catalogue, ..self.clone() }
    }
    /// Catalogue rules that fit, the most specific first: longer category, then longer region prefixes win, then the
    /// newer rule.
    #[must_use]
    pub fn catalogue_for(&self, category: &str, region: &str, now: Ts) -> Vec<&CatalogueRule> {
        let mut hits: Vec<&CatalogueRule> = self
            .catalogue
            .iter()
            .filter(|r| r.valid_from <= now && r.valid_to.is_none_or(|t| now < t))
            .filter(|r| {
                category.starts_with(category_prefix(&r.category)) && region.starts_with(region_prefix(&r.region))
            })
            .collect();
        let key = |r: &CatalogueRule| {
            (category_prefix(&r.category).len(), region_prefix(&r.region).len(), r.valid_from, r.id)
        };
        hits.sort_by_key(|r| std::cmp::Reverse(key(r)));
        hits
    }
}

/// No real tree is deeper; a cycle in the data must not hang a rule.
const MAX_DEPTH: usize = 16;

/// The part of a 12-digit region code that all codes below it share: province 2, city 4, county 6, town 9, village 12
/// digits. A shorter text is a prefix already. Cutting zeros alone would take 371000 (威海) for 371.
#[must_use]
pub fn region_prefix(code: &str) -> &str {
    cut(code, 12, &[2, 4, 6, 9])
}

/// The part of a category code `AABBCC` that all codes below it share.
#[must_use]
pub fn category_prefix(code: &str) -> &str {
    cut(code, 6, &[2, 4])
}

fn cut<'a>(code: &'a str, full: usize, levels: &[usize]) -> &'a str {
    if code.len() != full || !code.is_ascii() {
        return code;
    }
    let shared = levels.iter().find(|n| code[**n..].bytes().all(|b| b == b'0'));
    shared.map_or(code, |n| &code[..*n])
}
