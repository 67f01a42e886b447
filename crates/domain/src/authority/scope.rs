//! 数据范围: which orders a person may see (§6.3).

use kernel::{OrgId, UserId};
use uuid::Uuid;

use super::{Actor, Permission, Role, Scope, grant::is_admin, permits};
use crate::{
    case::Case,
    directory::{Directory, region_prefix},
    order::Confidentiality,
};

/// The facts of an order on which visibility and masks depend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderFacts {
    pub registered_by: Option<UserId>,
    pub registered_org: OrgId,
    /// Organisations the order has been granted to ([`crate::decision::Grant`]), and the leader it was written to.
    pub granted_orgs: Vec<OrgId>,
    /// Organisation and handler of every task.
    pub tasks: Vec<(OrgId, Option<UserId>)>,
    /// 12-digit region code.
    pub region: String,
    pub confidentiality: Confidentiality,
}

impl OrderFacts {
    /// The facts of a loaded case; `granted` are the organisations of its grants. Task holders count as granted.
    #[must_use]
    pub fn of(case: &Case, granted: &[OrgId]) -> Self {
        let mut granted_orgs = granted.to_vec();
        granted_orgs.extend(case.tasks.iter().map(|t| t.org));
        granted_orgs.sort();
        granted_orgs.dedup();
        Self {
            registered_by: case.order.registered_by,
            registered_org: case.order.registered_org,
            granted_orgs,
            tasks: case.tasks.iter().map(|t| (t.org, t.handler)).collect(),
            region: case.order.region.clone(),
            confidentiality: case.order.confidentiality,
        }
    }
}

/// How far a person sees, before secrecy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    Nothing,
    /// Every order.
    All,
    /// Registered by the person, written to the person (领导信箱), or a task assigned to the person.
    Own,
    /// As `Own`, or registered in or granted to one of these organisations (sorted).
    Orgs(Vec<OrgId>),
    /// As `Orgs`, or lying in the region with this code prefix.
    Region {
        prefix: String,
        orgs: Vec<OrgId>,
    },
}

/// Sealed orders (密封) are seen by discipline officers alone, who see nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// All but the sealed, except what the person registered.
    Hidden,
    /// Only the sealed.
    Only,
}

/// The condition every query for orders carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeFilter {
    pub user: UserId,
    pub reach: Reach,
    pub sealed: Sealed,
}

impl ScopeFilter {
    /// Whose grants open an order to this person: the organisations in reach and the person. Not for [`Reach::All`],
    /// which needs no grant; a region opens orders without a grant besides.
    #[must_use]
    pub fn holders(&self) -> Vec<Uuid> {
        let orgs: &[OrgId] = match &self.reach {
            Reach::Nothing => return Vec::new(),
            Reach::All | Reach::Own => &[],
            Reach::Orgs(orgs) | Reach::Region { orgs, .. } => orgs,
        };
        std::iter::once(self.user.uuid()).chain(orgs.iter().map(|o| o.uuid())).collect()
    }

    /// The order passes the condition.
    #[must_use]
    pub fn matches(&self, facts: &OrderFacts) -> bool {
        let own = facts.registered_by == Some(self.user);
        let to_me = facts.granted_orgs.iter().any(|holder| holder.uuid() == self.user.uuid());
        let mine = own || to_me || facts.tasks.iter().any(|(_, handler)| *handler == Some(self.user));
        let is_sealed = facts.confidentiality == Confidentiality::Sealed;
        let open = match self.sealed {
            Sealed::Hidden => !is_sealed || own,
            Sealed::Only => is_sealed,
        };
        let held = |orgs: &[OrgId]| {
            orgs.binary_search(&facts.registered_org).is_ok()
                || facts.granted_orgs.iter().any(|o| orgs.binary_search(o).is_ok())
        };
        open && match &self.reach {
            Reach::Nothing => false,
            Reach::All => true,
            Reach::Own => mine,
            Reach::Orgs(orgs) => mine || held(orgs),
            Reach::Region { prefix, orgs } => mine || held(orgs) || facts.region.starts_with(prefix.as_str()),
        }
    }
}

/// What the person may see, as a condition for queries.
#[must_use]
pub fn scope_filter(actor: &Actor, directory: &Directory) -> ScopeFilter {
    let sealed = if actor.has(Role::Discipline) { Sealed::Only } else { Sealed::Hidden };
    ScopeFilter { user: actor.user, reach: reach(actor, directory), sealed }
}

fn reach(actor: &Actor, directory: &Directory) -> Reach {
    if is_admin(&actor.roles) || !permits(&actor.roles, Permission::Query) {
        return Reach::Nothing;
    }
    match actor.scope {
        Scope::Own => Reach::Own,
        Scope::Org => Reach::Orgs(vec![actor.org]),
        Scope::OrgSubtree => Reach::Orgs(own_subtree(actor, directory)),
        Scope::RegionSubtree => {
            let orgs = own_subtree(actor, directory);
            match directory.org(actor.org).map(|o| region_prefix(&o.region)) {
                Some(prefix) if !prefix.is_empty() => Reach::Region { prefix: prefix.to_owned(), orgs },
                _ => Reach::Orgs(orgs),
            }
        }
        Scope::All => Reach::All,
    }
}

fn own_subtree(actor: &Actor, directory: &Directory) -> Vec<OrgId> {
    let orgs = directory.subtree(actor.org);
    if orgs.is_empty() { vec![actor.org] } else { orgs }
}

/// The person may see this order.
#[must_use]
pub fn visible(actor: &Actor, facts: &OrderFacts, directory: &Directory) -> bool {
    scope_filter(actor, directory).matches(facts)
}
