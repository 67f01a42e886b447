//! The conditions of the combined query (组合查询).

use db::Dialect;
use domain::{
    callback::{Rating, Solved},
    light::Light,
    order::{Channel, Confidentiality, DemandType, OrderState, Urgency},
    request::RequestKind,
};
use kernel::{EventId, OrgId, Ts, UserId};
use serde::{Deserialize, Serialize};

use super::{
    build::{Where, code_range},
    queue::Queue,
};
use crate::{order::is_open, text, vault::Vault};

/// From (inclusive) to before (exclusive).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Period {
    pub from: Option<Ts>,
    pub until: Option<Ts>,
}

impl Period {
    fn is_set(self) -> bool {
        self.from.is_some() || self.until.is_some()
    }
}

/// 分流方向: what became of an order after registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlowDirection {
    /// 直接答复
    Direct,
    /// 派单
    Dispatch,
    /// 不予受理
    Reject,
    /// 转出
    Transfer,
    /// 并单
    Merge,
}

/// 回复状态.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyState {
    None,
    /// The unit has handed in, the centre has not answered the citizen.
    Submitted,
    Replied,
}

/// 占用: whose private pool, seen from one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claimed {
    Mine(UserId),
    /// 公共池
    Nobody,
    Others(UserId),
}

/// Conditions joined by AND; empty lists and `None` do not restrict. Times of the present (`light`, `claimed`) are
/// judged at the `now` of the query.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrderFilter {
    /// Whole number, or its beginning.
    pub case_no: Option<String>,
    /// Words in title, content and wish, all of them; of three characters and more as a phrase.
    pub keyword: Option<String>,
    pub registered: Period,
    pub dispatched: Period,
    pub due: Period,
    pub closed: Period,
    /// 转办机构: where it was registered and dispatched from.
    pub registered_orgs: Vec<OrgId>,
    pub flow: Option<FlowDirection>,
    pub reply: Option<ReplyState>,
    pub lead_orgs: Vec<OrgId>,
    pub lead_handler: Option<UserId>,
    pub co_orgs: Vec<OrgId>,
    pub co_handler: Option<UserId>,
    pub states: Vec<OrderState>,
    pub demand_types: Vec<DemandType>,
    /// Code prefixes, see [`domain::directory::category_prefix`].
    pub categories: Vec<String>,
    /// Code prefixes, see [`domain::directory::region_prefix`].
    pub regions: Vec<String>,
    pub channels: Vec<Channel>,
    pub urgencies: Vec<Urgency>,
    /// Of running orders: green, yellow, red.
    pub lights: Vec<Light>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub id_no: Option<String>,
    /// 事发地址, as it was written.
    pub address: Option<String>,
    /// Handled a second time or more often.
    pub redone: Option<bool>,
    pub returned: Option<bool>,
    pub extended: Option<bool>,
    pub urged: Option<bool>,
    pub exempt: Option<bool>,
    pub anonymous: Option<bool>,
    pub ratings: Vec<Rating>,
    pub solved: Vec<Solved>,
    pub confidentialities: Vec<Confidentiality>,
    pub claimed: Option<Claimed>,
    /// Has a request of one of these kinds waiting.
    pub pending: Vec<RequestKind>,
    pub queue: Option<Queue>,
    pub event: Option<EventId>,
    /// 领导信箱 they were written to.
    pub mailboxes: Vec<kernel::Uuid>,
}

impl OrderFilter {
    /// Finds its rows through an index of its own, so that the scope need only be checked.
    pub(crate) fn is_selective(&self, way: &text::Way) -> bool {
        self.names_few(way) || !self.lead_orgs.is_empty() || self.lead_handler.is_some()
    }

    /// A condition of it lists orders by another table or an index of its own.
    pub(super) fn lists_orders(&self, way: &text::Way) -> bool {
        self.is_selective(way) || !self.co_orgs.is_empty() || self.co_handler.is_some()
    }

    /// The phone asked for, blanks around it apart.
    pub(super) fn phone_asked(&self) -> Option<&str> {
        given(&self.phone)
    }

    /// Only orders rated as dissatisfied: they have an index of their own.
    pub(super) fn dissatisfied_only(&self) -> bool {
        !self.ratings.is_empty() && self.ratings.iter().all(|r| matches!(r, Rating::Dissat | Rating::VeryDissat))
    }

    /// Names a person, a place, a number or rare words.
    fn names_few(&self, way: &text::Way) -> bool {
        let some = |t: &Option<String>| given(t).is_some();
        [&self.case_no, &self.name, &self.phone, &self.id_no, &self.address].into_iter().any(some)
            || (some(&self.keyword) && *way == text::Way::Listed)
            || self.event.is_some()
            || !self.mailboxes.is_empty()
            || !self.pending.is_empty()
    }

    /// Only open orders can pass.
    pub(crate) fn open_only(&self) -> bool {
        !self.lights.is_empty()
            || self.queue.is_some()
            || (!self.states.is_empty() && self.states.iter().all(|s| is_open(*s)))
    }

    /// Says nothing that would make a closed order interesting.
    pub(crate) fn may_assume_open(&self) -> bool {
        self.states.is_empty()
            && !self.closed.is_set()
            && !self.dispatched.is_set()
            && !self.names_few(&text::Way::Listed)
    }

    /// Parts of the keyword that tokens alone do not prove: pairs can stand apart in a text.
    pub(crate) fn phrases(&self) -> Vec<&str> {
        let words = self.keyword.as_deref().unwrap_or("").split_whitespace();
        words.filter(|w| w.chars().count() > 2).collect()
    }
}

/// Adds every condition on `orders o`.
pub(crate) fn conditions(w: &mut Where, f: &OrderFilter, vault: &Vault, dialect: Dialect, way: &text::Way, now: Ts) {
    identity(w, f, vault);
    words(w, f, dialect, way);
    periods(w, f);
    facts(w, f);
    handling(w, f);
    present(w, f, now);
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|t| !t.is_empty())
}

/// Length of a whole number, see [`kernel::case_no`].
const CASE_NO_LEN: usize = 23;

fn identity(w: &mut Where, f: &OrderFilter, vault: &Vault) {
    if let Some(no) = given(&f.case_no) {
        if no.len() >= CASE_NO_LEN {
            w.on("o.case_no = {}", no.to_owned());
        } else {
            let (from, to) = (w.bind(no.to_owned()), w.bind(format!("{no:9<30}")));
            w.raw(format!("o.case_no BETWEEN {from} AND {to}"));
        }
    }
    if let Some(phone) = f.phone_asked() {
        let list = w.list(vault.phone_idx_all(phone));
        w.raw(format!(
            "o.id IN (SELECT id FROM orders WHERE phone_idx IN ({list})
              UNION ALL SELECT id FROM orders WHERE contact_phone_idx IN ({list}))"
        ));
    }
    for (column, index) in [
        ("o.id_idx", given(&f.id_no).map(|v| vault.id_idx_all(v))),
        ("o.name_idx", given(&f.name).map(|v| vault.name_idx_all(v))),
        ("o.address_idx", given(&f.address).map(|v| vault.address_idx_all(v))),
    ] {
        if let Some(index) = index {
            w.any_of(column, index);
        }
    }
    if let Some(event) = f.event {
        w.on("o.event = {}", event);
    }
}

fn words(w: &mut Where, f: &OrderFilter, dialect: Dialect, way: &text::Way) {
    let Some(words) = given(&f.keyword) else { return };
    match (way, text::match_text(words, dialect)) {
        (text::Way::Asked(phrases), _) => phrases.iter().for_each(|p| w.on(text::ASKED, format!("%{p}%"))),
        (text::Way::Listed, Some(query)) => w.on(text::listed(dialect), query),
        (text::Way::Listed, None) => w.raw("1 = 0"),
    }
}

fn periods(w: &mut Where, f: &OrderFilter) {
    for (column, period) in [
        ("o.registered_at", f.registered),
        ("o.dispatched_at", f.dispatched),
        ("o.due_at", f.due),
        ("o.closed_at", f.closed),
    ] {
        if let Some(from) = period.from {
            w.on(&format!("{column} >= {{}}"), from);
        }
        if let Some(until) = period.until {
            w.on(&format!("{column} < {{}}"), until);
        }
    }
}

pub(super) fn ranges(w: &mut Where, column: &str, prefixes: &[String]) {
    let parts: Vec<String> = prefixes
        .iter()
        .filter(|p| !p.is_empty())
        .map(|p| {
            let (from, to) = code_range(p);
            format!("{column} BETWEEN {} AND {}", w.bind(from), w.bind(to))
        })
        .collect();
    if !parts.is_empty() {
        w.raw(format!("({})", parts.join(" OR ")));
    }
}

fn facts(w: &mut Where, f: &OrderFilter) {
    w.any_of("o.state", f.states.iter().map(|v| v.code()));
    w.any_of("o.demand_type", f.demand_types.iter().map(|v| v.code()));
    w.any_of("o.channel", f.channels.iter().map(|v| v.code()));
    w.any_of("o.mailbox", f.mailboxes.iter().copied());
    w.any_of("o.urgency", f.urgencies.iter().map(|v| v.code()));
    if f.dissatisfied_only() {
        // As the index says it.
        w.raw("o.rating IN ('dissat', 'very_dissat')");
    }
    w.any_of("o.rating", f.ratings.iter().map(|v| v.code()));
    w.any_of("o.solved", f.solved.iter().map(|v| v.code()));
    w.any_of("o.confidentiality", f.confidentialities.iter().map(|v| v.code()));
    ranges(w, "o.category", &f.categories);
    ranges(w, "o.region", &f.regions);
    for (wanted, yes, no) in [
        (f.redone, "o.round >= 2", "o.round < 2"),
        (f.returned, "o.return_n > 0", "o.return_n = 0"),
        (f.extended, "o.ext_n > 0", "o.ext_n = 0"),
        (f.urged, "o.urge_n > 0", "o.urge_n = 0"),
        (f.exempt, "o.exempt IS NOT NULL", "o.exempt IS NULL"),
        (f.anonymous, "o.anonymous", "NOT o.anonymous"),
    ] {
        if let Some(wanted) = wanted {
            w.raw(if wanted { yes } else { no });
        }
    }
    if let Some(flow) = f.flow {
        w.raw(match flow {
            FlowDirection::Dispatch => "o.dispatched_at IS NOT NULL",
            FlowDirection::Reject => "o.reject_reason IS NOT NULL",
            FlowDirection::Transfer => "o.redirect_target IS NOT NULL AND o.reject_reason IS NULL",
            FlowDirection::Merge => "o.merged_into IS NOT NULL",
            FlowDirection::Direct => {
                "o.dispatched_at IS NULL AND o.reject_reason IS NULL AND o.redirect_target IS NULL
                 AND o.merged_into IS NULL AND o.state IN ('direct_closed', 'archived')"
            }
        });
    }
    if let Some(reply) = f.reply {
        w.raw(match reply {
            ReplyState::None => "o.reply_at IS NULL AND o.state NOT IN ('center_audit', 'pending_reply')",
            ReplyState::Submitted => "o.reply_at IS NULL AND o.state IN ('center_audit', 'pending_reply')",
            ReplyState::Replied => "o.reply_at IS NOT NULL",
        });
    }
}

fn handling(w: &mut Where, f: &OrderFilter) {
    w.any_of("o.registered_org", f.registered_orgs.iter().copied());
    w.any_of("o.lead_org", f.lead_orgs.iter().copied());
    if let Some(user) = f.lead_handler {
        w.on("o.id IN (SELECT order_id FROM task WHERE handler = {} AND role <> 'co')", user);
    }
    if let Some(user) = f.co_handler {
        w.on("o.id IN (SELECT order_id FROM task WHERE handler = {} AND role = 'co')", user);
    }
    if !f.co_orgs.is_empty() {
        let list = w.list(f.co_orgs.iter().copied());
        w.raw(format!("o.id IN (SELECT order_id FROM task WHERE org IN ({list}) AND role = 'co')"));
    }
    if !f.pending.is_empty() {
        let list = w.list(f.pending.iter().map(|k| k.code()));
        w.raw(format!("o.id IN (SELECT order_id FROM request WHERE state = 'pending' AND kind IN ({list}))"));
    }
}

/// The states in which a lamp burns: while the citizen waits for the handling, not for the reply or the callback.
pub(crate) const LAMP: &str = "o.is_open AND o.state NOT IN ('pending_reply', 'pending_callback')";

/// What depends on the moment.
fn present(w: &mut Where, f: &OrderFilter, now: Ts) {
    let lamps: Vec<&str> = f
        .lights
        .iter()
        .filter_map(|light| match light {
            Light::Red => Some("o.due_at < {}"),
            Light::Yellow => Some("(o.due_at >= {} AND o.warn_at <= {})"),
            Light::Green => Some("(o.due_at >= {} AND (o.warn_at > {} OR o.warn_at IS NULL))"),
            _ => None,
        })
        .collect();
    if !f.lights.is_empty() {
        w.raw(LAMP);
        match lamps.is_empty() {
            true => w.raw("1 = 0"),
            false => w.on(&format!("({})", lamps.join(" OR ")), now),
        }
    }
    if let Some(claimed) = f.claimed {
        let at = w.bind(now);
        let held = format!("o.claimed_by IS NOT NULL AND (o.claimed_until IS NULL OR o.claimed_until > {at})");
        match claimed {
            Claimed::Nobody => w.raw(format!("NOT ({held})")),
            Claimed::Mine(user) => w.on(&format!("{held} AND o.claimed_by = {{}}"), user),
            Claimed::Others(user) => w.on(&format!("{held} AND o.claimed_by <> {{}}"), user),
        }
    }
    if let Some(queue) = f.queue {
        w.raw(queue.condition());
    }
}
