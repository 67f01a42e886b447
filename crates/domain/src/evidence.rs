//! 派单依据卡: why an organisation was given an order, kept with its task. A return says which line of it is wrong.

use kernel::{OrderId, OrgId, Ts};
use serde::{Deserialize, Serialize};

use crate::{directory::Directory, env::Env, order::Order, routing::suggest};

coded! {
    /// A line of the card.
    EvidenceLine {
        Rule = "rule", "目录规则";
        Basis = "basis", "法定依据";
        Area = "area", "属地";
        Precedent = "precedent", "办理先例";
        /// What the citizen said: place, time, demand.
        Matter = "matter", "诉求要素";
    }
}

/// A similar order that was brought to an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precedent {
    pub order: OrderId,
    pub case_no: String,
    pub org: OrgId,
    pub closed_at: Ts,
    /// The promise was kept.
    pub on_time: bool,
}

/// How many of the similar orders an organisation finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    pub org: OrgId,
    pub n: i64,
    pub on_time: i64,
}

/// The catalogue rule as it stood at the moment of the dispatch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleOnCard {
    pub id: i64,
    pub category: String,
    pub region: String,
    pub lead: OrgId,
    pub legal_basis: String,
    pub valid_from: Ts,
    pub valid_to: Option<Ts>,
}

/// The card of one lead task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub at: Ts,
    /// The rule that names the lead, else the one that names somebody else; `None` when the catalogue is silent.
    pub rule: Option<RuleOnCard>,
    /// The lead is whom rule or place name.
    pub follows: bool,
    /// 依据: of the rule, or of the place.
    pub basis: String,
    pub region: String,
    /// 区县政府 of the place.
    pub county: Option<OrgId>,
    /// Similar orders, the latest first.
    pub precedents: Vec<Precedent>,
    /// Who finished the similar orders, the most frequent first.
    pub finished: Vec<Finished>,
}

impl Evidence {
    /// The line is on the card, so that it can be wrong.
    #[must_use]
    pub fn has(&self, line: EvidenceLine) -> bool {
        match line {
            EvidenceLine::Rule => self.rule.is_some(),
            EvidenceLine::Precedent => !self.precedents.is_empty(),
            EvidenceLine::Basis | EvidenceLine::Area | EvidenceLine::Matter => true,
        }
    }

    /// Of the similar orders, how many this organisation finished, and how many there are.
    #[must_use]
    pub fn support(&self, org: OrgId) -> (i64, i64) {
        let by = self.finished.iter().find(|f| f.org == org).map_or(0, |f| f.n);
        (by, self.finished.iter().map(|f| f.n).sum())
    }
}

/// Similar orders named on a card.
const NAMED: usize = 5;

/// Who finished them, the most frequent first.
#[must_use]
pub fn tally(precedents: &[Precedent]) -> Vec<Finished> {
    let mut all: Vec<Finished> = Vec::new();
    for p in precedents {
        let place = all.iter().position(|f| f.org == p.org).unwrap_or_else(|| {
            all.push(Finished { org: p.org, n: 0, on_time: 0 });
            all.len() - 1
        });
        all[place].n += 1;
        all[place].on_time += i64::from(p.on_time);
    }
    all.sort_by_key(|f| std::cmp::Reverse((f.n, f.on_time)));
    all
}

/// The card for giving `order` to `lead` now. The similar orders come with the world.
#[must_use]
pub fn card(lead: OrgId, order: &Order, env: &Env) -> Evidence {
    let found = suggest(&order.category, &order.region, env.directory, env.now);
    let named = found.iter().find(|s| s.lead == lead);
    let shown = named.or(found.iter().find(|s| s.rule.is_some())).or(found.first());
    let rule = shown.and_then(|s| s.rule).and_then(|id| rule_on_card(id, env.directory));
    let basis = shown.map_or_else(|| "派单员研判".to_owned(), |s| s.basis.clone());
    Evidence {
        at: env.now,
        follows: named.is_some(),
        basis,
        rule,
        region: order.region.clone(),
        county: env.directory.county_at(&order.region).map(|o| o.id),
        precedents: env.precedents.iter().take(NAMED).cloned().collect(),
        finished: tally(env.precedents),
    }
}

fn rule_on_card(id: i64, directory: &Directory) -> Option<RuleOnCard> {
    let r = directory.catalogue().iter().find(|r| r.id == id)?;
    Some(RuleOnCard {
        id,
        category: r.category.clone(),
        region: r.region.clone(),
        lead: r.lead,
        legal_basis: r.legal_basis.clone(),
        valid_from: r.valid_from,
        valid_to: r.valid_to,
    })
}
