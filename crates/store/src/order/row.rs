//! The columns of an order: facts, which registration and amendments write, and progress, which every step writes.

use std::sync::LazyLock;

use db::{BoxBind, Json, Sql};
use domain::order::{Flags, Order, OrderState, Requester};
use kernel::{EventId, OrderId, OrgId, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{At, boxes, insert, select, to_json, update},
    vault::Vault,
};

pub(super) const TABLE: &str = "orders";

/// States in which a further step is expected.
pub const OPEN_STATES: &[OrderState] = &[
    OrderState::Registered,
    OrderState::PendingDispatch,
    OrderState::Consulting,
    OrderState::Dispatched,
    OrderState::Handling,
    OrderState::CenterAudit,
    OrderState::PendingReply,
    OrderState::PendingCallback,
    OrderState::Tracking,
];

/// A further step is expected.
#[must_use]
pub fn is_open(state: OrderState) -> bool {
    OPEN_STATES.contains(&state)
}

#[rustfmt::skip]
const FACTS: &[&str] = &[
    "case_no", "query_code_hash", "channel", "demand_type", "category", "title", "content", "wish", "tags", "region",
    "address_enc", "address_idx", "lng", "lat", "occurred_at",
    "name_enc", "name_idx", "sex", "phone_enc", "phone_idx", "contact_phone_enc", "contact_phone_idx",
    "email_enc", "id_type", "id_no_enc", "id_idx", "home_address_enc", "requester_kind", "company_name",
    "anonymous", "confidentiality", "publishable", "no_reply_wanted", "callback_wanted", "callback_preferred_at",
    "respondent", "accused_org", "affected_count", "origin_enc", "call_id", "previous_order", "src_sys", "src_no", "mailbox",
    "registered_by", "registered_org", "registered_at",
];

#[rustfmt::skip]
const PROGRESS: &[&str] = &[
    "state", "is_open", "round", "urgency",
    "flag_threat", "flag_major", "flag_litigation", "flag_foreign", "flag_leader_directed", "flag_designated",
    "flag_unreasonable", "flag_simple", "flag_repeat",
    "suggested_org", "lead_org", "claimed_by", "claimed_until",
    "dispatched_at", "due_at", "warn_at", "tracking_until", "closed_at", "archived_at", "updated_at",
    "reply", "reply_at", "reply_channel", "result", "reject_reason", "redirect_target", "contacted", "solved",
    "rating", "exempt", "merged_into", "merged_limit_at", "parent", "event", "joint_lead",
    "return_n", "ext_n", "urge_n", "send_back_n", "supervise_n", "flow_seq", "flow_hash",
];

pub(super) fn all_columns() -> Vec<&'static str> {
    [&["id", "version"], FACTS, PROGRESS].concat()
}

pub(super) static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(&all_columns(), TABLE, "WHERE id = $1")));
pub(super) fn load_many(n: usize) -> Sql {
    Sql::dynamic(select(&all_columns(), TABLE, &format!("WHERE id IN ({})", db::placeholders(1, n))))
}
pub(super) static LOAD_FOR_CHANGE: LazyLock<Sql> = LazyLock::new(|| {
    let columns = all_columns();
    Sql::built(select(&columns, TABLE, "WHERE id = $1"), select(&columns, TABLE, "WHERE id = $1 FOR UPDATE"))
});
pub(super) static INSERT: LazyLock<Sql> = LazyLock::new(|| insert(TABLE, &all_columns(), 1, "RETURNING no"));
pub(super) static SAVE_PROGRESS: LazyLock<Sql> = LazyLock::new(|| {
    Sql::dynamic(update(TABLE, PROGRESS, 3, ", version = version + 1 WHERE id = $1 AND version = $2"))
});
pub(super) static SAVE_FACTS: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(update(TABLE, FACTS, 2, "WHERE id = $1 RETURNING no")));

#[derive(FromRow)]
pub(super) struct OrderRow {
    id: OrderId,
    version: i64,
    case_no: String,
    query_code_hash: String,
    channel: String,
    demand_type: String,
    category: String,
    title: String,
    content: String,
    wish: Option<String>,
    tags: Json<Vec<String>>,
    region: String,
    address_enc: Option<Vec<u8>>,
    lng: Option<f64>,
    lat: Option<f64>,
    occurred_at: Option<Ts>,
    name_enc: Option<Vec<u8>>,
    sex: Option<String>,
    phone_enc: Option<Vec<u8>>,
    contact_phone_enc: Option<Vec<u8>>,
    email_enc: Option<Vec<u8>>,
    id_type: Option<String>,
    id_no_enc: Option<Vec<u8>>,
    home_address_enc: Option<Vec<u8>>,
    requester_kind: Option<String>,
    company_name: Option<String>,
    anonymous: bool,
    confidentiality: String,
    publishable: Option<bool>,
    no_reply_wanted: bool,
    callback_wanted: bool,
    callback_preferred_at: Option<Ts>,
    respondent: Option<String>,
    accused_org: Option<OrgId>,
    affected_count: i32,
    origin_enc: Option<Vec<u8>>,
    call_id: Option<String>,
    previous_order: Option<OrderId>,
    src_sys: Option<String>,
    src_no: Option<String>,
    mailbox: Option<kernel::Uuid>,
    registered_by: Option<UserId>,
    registered_org: OrgId,
    registered_at: Ts,
    state: String,
    round: i32,
    urgency: String,
    flag_threat: bool,
    flag_major: bool,
    flag_litigation: bool,
    flag_foreign: bool,
    flag_leader_directed: bool,
    flag_designated: bool,
    flag_unreasonable: bool,
    flag_simple: bool,
    flag_repeat: bool,
    suggested_org: Option<OrgId>,
    lead_org: Option<OrgId>,
    claimed_by: Option<UserId>,
    claimed_until: Option<Ts>,
    dispatched_at: Option<Ts>,
    due_at: Option<Ts>,
    warn_at: Option<Ts>,
    tracking_until: Option<Ts>,
    closed_at: Option<Ts>,
    archived_at: Option<Ts>,
    updated_at: Ts,
    reply: Option<String>,
    reply_at: Option<Ts>,
    reply_channel: Option<String>,
    result: Option<String>,
    reject_reason: Option<String>,
    redirect_target: Option<String>,
    contacted: Option<String>,
    solved: Option<String>,
    rating: Option<String>,
    exempt: Option<String>,
    merged_into: Option<OrderId>,
    merged_limit_at: Option<Ts>,
    parent: Option<OrderId>,
    event: Option<EventId>,
    joint_lead: Option<OrderId>,
    return_n: i32,
    ext_n: i32,
    urge_n: i32,
    send_back_n: i32,
    supervise_n: i32,
    flow_seq: i64,
    flow_hash: String,
}

impl OrderRow {
    fn requester(&self, vault: &Vault) -> Result<Requester> {
        let at = At { table: TABLE, row: &self.id };
        let open = |column, sealed: &Option<Vec<u8>>| vault.open_opt(TABLE, self.id, column, sealed.as_deref());
        Ok(Requester {
            name: open("name_enc", &self.name_enc)?,
            sex: at.code_opt("sex", self.sex.as_deref())?,
            phone: open("phone_enc", &self.phone_enc)?,
            contact_phone: open("contact_phone_enc", &self.contact_phone_enc)?,
            email: open("email_enc", &self.email_enc)?,
            id_type: self.id_type.clone(),
            id_no: open("id_no_enc", &self.id_no_enc)?,
            address: open("home_address_enc", &self.home_address_enc)?,
            kind: at.code_opt("requester_kind", self.requester_kind.as_deref())?,
            company_name: self.company_name.clone(),
        })
    }

    fn flags(&self) -> Flags {
        Flags {
            threat: self.flag_threat,
            major: self.flag_major,
            litigation: self.flag_litigation,
            foreign: self.flag_foreign,
            leader_directed: self.flag_leader_directed,
            designated: self.flag_designated,
            unreasonable: self.flag_unreasonable,
            simple: self.flag_simple,
            repeat: self.flag_repeat,
        }
    }

    pub(super) fn into_order(self, vault: &Vault) -> Result<Order> {
        let at = At { table: TABLE, row: &self.id };
        let origin = vault.open_opt(TABLE, self.id, "origin_enc", self.origin_enc.as_deref())?;
        let origin = origin.map(|text| at.json("origin_enc", &text)).transpose()?.unwrap_or_default();
        Ok(Order {
            requester: self.requester(vault)?,
            flags: self.flags(),
            address: vault.open_opt(TABLE, self.id, "address_enc", self.address_enc.as_deref())?,
            state: at.code("state", &self.state)?,
            channel: at.code("channel", &self.channel)?,
            demand_type: at.code("demand_type", &self.demand_type)?,
            urgency: at.code("urgency", &self.urgency)?,
            confidentiality: at.code("confidentiality", &self.confidentiality)?,
            result: at.code_opt("result", self.result.as_deref())?,
            reject_reason: at.code_opt("reject_reason", self.reject_reason.as_deref())?,
            contacted: at.code_opt("contacted", self.contacted.as_deref())?,
            solved: at.code_opt("solved", self.solved.as_deref())?,
            rating: at.code_opt("rating", self.rating.as_deref())?,
            id: self.id,
            case_no: self.case_no,
            query_code_hash: self.query_code_hash,
            round: self.round,
            version: self.version,
            category: self.category,
            title: self.title,
            content: self.content,
            wish: self.wish,
            tags: self.tags.0,
            region: self.region,
            lng: self.lng,
            lat: self.lat,
            occurred_at: self.occurred_at,
            anonymous: self.anonymous,
            publishable: self.publishable,
            no_reply_wanted: self.no_reply_wanted,
            callback_wanted: self.callback_wanted,
            callback_preferred_at: self.callback_preferred_at,
            respondent: self.respondent,
            accused_org: self.accused_org,
            affected_count: self.affected_count,
            origin,
            call_id: self.call_id,
            previous_order: self.previous_order,
            src_sys: self.src_sys,
            src_no: self.src_no,
            mailbox: self.mailbox,
            suggested_org: self.suggested_org,
            lead_org: self.lead_org,
            registered_by: self.registered_by,
            registered_org: self.registered_org,
            claimed_by: self.claimed_by,
            claimed_until: self.claimed_until,
            registered_at: self.registered_at,
            dispatched_at: self.dispatched_at,
            due_at: self.due_at,
            warn_at: self.warn_at,
            tracking_until: self.tracking_until,
            closed_at: self.closed_at,
            archived_at: self.archived_at,
            updated_at: self.updated_at,
            reply: self.reply,
            reply_at: self.reply_at,
            reply_channel: self.reply_channel,
            redirect_target: self.redirect_target,
            exempt: self.exempt,
            merged_into: self.merged_into,
            merged_limit_at: self.merged_limit_at,
            parent: self.parent,
            event: self.event,
            joint_lead: self.joint_lead,
            return_n: self.return_n,
            ext_n: self.ext_n,
            urge_n: self.urge_n,
            send_back_n: self.send_back_n,
            supervise_n: self.supervise_n,
            flow_seq: self.flow_seq,
            flow_hash: self.flow_hash,
        })
    }
}

/// The columns of [`FACTS`], in that order.
pub(super) fn facts(o: &Order, vault: &Vault) -> Vec<BoxBind> {
    let r = &o.requester;
    let seal = |column, plain: &Option<String>| vault.seal_opt(TABLE, o.id, column, plain.as_deref());
    let origin = (!o.origin.is_empty()).then(|| to_json(&o.origin));
    let mut binds = boxes![
        o.case_no.clone(),
        o.query_code_hash.clone(),
        o.channel.code(),
        o.demand_type.code(),
        o.category.clone(),
        o.title.clone(),
        o.content.clone(),
        o.wish.clone(),
        Json(o.tags.clone()),
        o.region.clone(),
        seal("address_enc", &o.address),
        o.address.as_deref().map(|a| vault.address_idx(a)),
        o.lng,
        o.lat,
        o.occurred_at,
    ];
    binds.extend(boxes![
        seal("name_enc", &r.name),
        r.name.as_deref().map(|n| vault.name_idx(n)),
        r.sex.map(|s| s.code()),
        seal("phone_enc", &r.phone),
        r.phone.as_deref().map(|p| vault.phone_idx(p)),
        seal("contact_phone_enc", &r.contact_phone),
        r.contact_phone.as_deref().map(|p| vault.phone_idx(p)),
        seal("email_enc", &r.email),
        r.id_type.clone(),
        seal("id_no_enc", &r.id_no),
        r.id_no.as_deref().map(|i| vault.id_idx(i)),
        seal("home_address_enc", &r.address),
        r.kind.map(|k| k.code()),
        r.company_name.clone(),
    ]);
    binds.extend(boxes![
        o.anonymous,
        o.confidentiality.code(),
        o.publishable,
        o.no_reply_wanted,
        o.callback_wanted,
        o.callback_preferred_at,
        o.respondent.clone(),
        o.accused_org,
        o.affected_count,
        seal("origin_enc", &origin),
        o.call_id.clone(),
        o.previous_order,
        o.src_sys.clone(),
        o.src_no.clone(),
        o.mailbox,
        o.registered_by,
        o.registered_org,
        o.registered_at,
    ]);
    binds
}

/// The columns of [`PROGRESS`], in that order.
pub(super) fn progress(o: &Order) -> Vec<BoxBind> {
    let f = o.flags;
    let mut binds = boxes![
        o.state.code(),
        is_open(o.state),
        o.round,
        o.urgency.code(),
        f.threat,
        f.major,
        f.litigation,
        f.foreign,
        f.leader_directed,
        f.designated,
        f.unreasonable,
        f.simple,
        f.repeat,
        o.suggested_org,
        o.lead_org,
        o.claimed_by,
        o.claimed_until,
        o.dispatched_at,
        o.due_at,
        o.warn_at,
        o.tracking_until,
        o.closed_at,
        o.archived_at,
        o.updated_at,
    ];
    binds.extend(boxes![
        o.reply.clone(),
        o.reply_at,
        o.reply_channel.clone(),
        o.result.map(|r| r.code()),
        o.reject_reason.map(|r| r.code()),
        o.redirect_target.clone(),
        o.contacted.map(|c| c.code()),
        o.solved.map(|s| s.code()),
        o.rating.map(|r| r.code()),
        o.exempt.clone(),
        o.merged_into,
        o.merged_limit_at,
        o.parent,
        o.event,
        o.joint_lead,
        o.return_n,
        o.ext_n,
        o.urge_n,
        o.send_back_n,
        o.supervise_n,
        o.flow_seq,
        o.flow_hash.clone(),
    ]);
    binds
}

/// Whether any column of [`FACTS`] differs. Exhaustive by construction: everything that is not progress is a fact.
pub(super) fn facts_differ(before: &Order, after: &Order) -> bool {
    let mut same_progress = before.clone();
    copy_progress(&mut same_progress, after);
    same_progress != *after
}

fn copy_progress(into: &mut Order, from: &Order) {
    let Order {
        state,
        round,
        version,
        urgency,
        flags,
        suggested_org,
        lead_org,
        claimed_by,
        claimed_until,
        dispatched_at,
        due_at,
        warn_at,
        tracking_until,
        closed_at,
        archived_at,
        updated_at,
        reply,
        reply_at,
        reply_channel,
        result,
        reject_reason,
        redirect_target,
        contacted,
        solved,
        rating,
        exempt,
        merged_into,
        merged_limit_at,
        parent,
        event,
        joint_lead,
        return_n,
        ext_n,
        urge_n,
        send_back_n,
        supervise_n,
        flow_seq,
        flow_hash,
        ..
    } = from.clone();
    *into = Order {
        state,
        round,
        version,
        urgency,
        flags,
        suggested_org,
        lead_org,
        claimed_by,
        claimed_until,
        dispatched_at,
        due_at,
        warn_at,
        tracking_until,
        closed_at,
        archived_at,
        updated_at,
        reply,
        reply_at,
        reply_channel,
        result,
        reject_reason,
        redirect_target,
        contacted,
        solved,
        rating,
        exempt,
        merged_into,
        merged_limit_at,
        parent,
        event,
        joint_lead,
        return_n,
        ext_n,
        urge_n,
        send_back_n,
        supervise_n,
        flow_seq,
        flow_hash,
        ..into.clone()
    };
}
