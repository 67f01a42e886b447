//! The data scope (§6.3) as conditions on `orders o`. `order_grant` lists organisations and persons alike, so that no
//! scope but the regional one needs OR.

use domain::authority::{Reach, ScopeFilter, Sealed};
use uuid::Uuid;

use super::build::{Where, code_range};

/// Everybody whose grants count for this person; empty for scopes that do not go by grants.
pub(crate) fn holders(scope: &ScopeFilter) -> Vec<Uuid> {
    let orgs = match &scope.reach {
        Reach::Nothing | Reach::All => return Vec::new(),
        Reach::Own => &[][..],
        Reach::Orgs(orgs) | Reach::Region { orgs, .. } => orgs,
    };
    std::iter::once(scope.user.uuid()).chain(orgs.iter().map(|o| o.uuid())).collect()
}

/// Secrecy, for every scope.
pub(crate) fn secrecy(w: &mut Where, scope: &ScopeFilter) {
    match scope.sealed {
        Sealed::Hidden => w.on("(o.confidentiality <> 'sealed' OR o.registered_by = {})", scope.user),
        Sealed::Only => w.raw("o.confidentiality = 'sealed'"),
    }
}

/// The scope as a check of the orders, however the engine likes to do it. `false`: nothing at all can be seen.
pub(crate) fn check(w: &mut Where, scope: &ScopeFilter) -> bool {
    each(w, scope, "")
}

/// The scope as a check of each order met on the way through a list: the limit keeps PostgreSQL from reading all the
/// grants first. SQLite never does, and with the limit asks sooner than is wise.
pub(crate) fn probe(w: &mut Where, scope: &ScopeFilter) -> bool {
    each(w, scope, " LIMIT 1 OFFSET 0")
}

fn each(w: &mut Where, scope: &ScopeFilter, one: &str) -> bool {
    secrecy(w, scope);
    let probe = |w: &mut Where| {
        let holders = holders(scope);
        // Of many holders each would be looked up by itself; an order has but few grants, so read these instead.
        let quiet = if holders.len() > 4 { " IS TRUE" } else { "" };
        let list = w.list(holders);
        format!("EXISTS (SELECT 1 FROM order_grant g WHERE g.order_id = o.id AND (g.holder IN ({list})){quiet}{one})")
    };
    match &scope.reach {
        Reach::Nothing => return false,
        Reach::All => {}
        Reach::Own | Reach::Orgs(_) => {
            let probe = probe(w);
            w.raw(probe);
        }
        Reach::Region { prefix, .. } => {
            let probe = probe(w);
            let region = region(w, prefix);
            w.raw(format!("({region} OR {probe})"));
        }
    }
    true
}

/// The scope as the list of open orders it grants: short, whatever the organisation's past. The caller has restricted
/// the query to open orders.
pub(crate) fn open(w: &mut Where, scope: &ScopeFilter) -> bool {
    secrecy(w, scope);
    let granted = |w: &mut Where| {
        let list = w.list(holders(scope));
        format!("o.id IN (SELECT order_id FROM order_grant WHERE is_open AND holder IN ({list}))")
    };
    match &scope.reach {
        Reach::Nothing => return false,
        Reach::All => {}
        Reach::Own | Reach::Orgs(_) => {
            let granted = granted(w);
            w.raw(granted);
        }
        Reach::Region { prefix, .. } => {
            let granted = granted(w);
            let region = region(w, prefix);
            w.raw(format!("({region} OR {granted})"));
        }
    }
    true
}

/// The scope as the list of all orders it grants, for holders of few.
pub(crate) fn listed(w: &mut Where, scope: &ScopeFilter) {
    secrecy(w, scope);
    let list = w.list(holders(scope));
    w.raw(format!("o.id IN (SELECT order_id FROM order_grant WHERE holder IN ({list}))"));
}

fn region(w: &mut Where, prefix: &str) -> String {
    let (from, to) = code_range(prefix);
    format!("o.region BETWEEN {} AND {}", w.bind(from), w.bind(to))
}
