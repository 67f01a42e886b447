//! 组织机构与分类: a snapshot of who exists and who answers for what (§6.1).

use std::collections::HashMap;

use kernel::{OrgId, Ts};
use serde::{Deserialize, Serialize};


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

/// Everything a rule may ask about organisations, categories and the dispatch catalogue.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    orgs: HashMap<OrgId, Org>,
    categories: HashMap<String, Category>,
    catalogue: Vec<CatalogueRule>,
}

impl Directory {
    #[must_use]
    pub fn new(orgs: Vec<Org>, categories: Vec<Category>, catalogue: Vec<CatalogueRule>) -> Self {
        Self {
            orgs: orgs.into_iter().map(|o| (o.id, o)).collect(),
            categories: categories.into_iter().map(|c| (c.code.clone(), c)).collect(),
            catalogue,
        }
    }
    #[must_use]
    pub fn org(&self, id: OrgId) -> Option<&Org> {
        self.orgs.get(&id)
    }
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
    pub fn categories(&self) -> impl Iterator<Item = &Category> {
        self.categories.values()
    }
    /// `org` is `ancestor` or below it.
    #[must_use]
    pub fn is_within(&self, org: OrgId, ancestor: OrgId) -> bool {
        let mut at = Some(org);
        let mut steps = 0;
        while let Some(id) = at {
            if id == ancestor {
                return true;
            }
            steps += 1;
            if steps > 16 {
                return false;
            }
            at = self.orgs.get(&id).and_then(|o| o.parent);
        }
        false
    }
    /// `ancestor` and everything below it, inactive ones included: history stays visible.
    #[must_use]
    pub fn subtree(&self, ancestor: OrgId) -> Vec<OrgId> {
        let mut ids: Vec<OrgId> = self.orgs.keys().copied().filter(|id| self.is_within(*id, ancestor)).collect();
        ids.sort();
        ids
    }
    /// 区县政府 of the region an organisation stands in.
    #[must_use]
    pub fn county_of(&self, org: OrgId) -> Option<&Org> {
        let region = self.org(org)?.region.get(..6)?.to_owned();
        self.orgs().find(|o| o.level == OrgLevel::County && o.kind == OrgKind::Government && o.region.starts_with(&region))
    }
    /// The centre that runs the hotline.
    #[must_use]
    pub fn center(&self) -> Option<&Org> {
        self.orgs().find(|o| o.kind == OrgKind::Center && o.active)
    }
    /// Catalogue rules that fit, the most specific first: longer category and region prefixes win.
    #[must_use]
    pub fn catalogue_for(&self, category: &str, region: &str, now: Ts) -> Vec<&CatalogueRule> {
        let trimmed = |c: &str| c.trim_end_matches("00").to_owned();
        let mut hits: Vec<&CatalogueRule> = self
            .catalogue
            .iter()
            .filter(|r| r.valid_from <= now && r.valid_to.is_none_or(|t| now < t))
            .filter(|r| category.starts_with(&trimmed(&r.category)) && region.starts_with(r.region.trim_end_matches('0')))
            .collect();
        hits.sort_by_key(|r| std::cmp::Reverse((trimmed(&r.category).len(), r.region.trim_end_matches('0').len())));
        hits
    }
}
