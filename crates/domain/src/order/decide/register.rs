//! W02 登记: a form becomes an order.

use kernel::{OrgId, Refusal};

use super::{
    form::{draft_title, validate_form},
    gate::Scene,
    work::{Say, Work},
};
use crate::{
    authority::Role,
    case::Case,
    decision::{Decision, GrantKind},
    env::{By, Env},
    order::{Channel, Confidentiality, DemandType, Order, OrderState, Origin, RegisterForm, Urgency},
};

/// What only the caller can hand out: numbers that must not repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// 工单编号.
    pub case_no: String,
    /// Blind index of the 查询码; the code itself goes into the T01 message only.
    pub query_code_hash: String,
}

/// Registers a matter. Refuses who may not, and a form with [`validate_form`]'s complaints.
pub fn register(form: &RegisterForm, numbers: Numbers, by: &By, env: &Env) -> Result<Decision, Refusal> {
    crate::authority::require_action(by, "register")?;
    let errors = validate_form(form, env);
    if !errors.is_empty() {
        return Err(Refusal::fields(errors));
    }
    let order = order_of(form, numbers, by, env)?;
    let case = Case {
        order,
        tasks: Vec::new(),
        clocks: Vec::new(),
        requests: Vec::new(),
        contacts: Vec::new(),
        callbacks: Vec::new(),
        supervisions: Vec::new(),
        links: Vec::new(),
    };
    let role = registrar(&case, by, env)?;
    let mut w = Work::new(case, by, env, role);
    let o = &w.case.order;
    let fields = serde_json::json!({ "channel": o.channel, "demand_type": o.demand_type, "category": o.category });
    let org = o.registered_org;
    let title = public_title(o);
    w.create(Say::nothing().with(fields));
    w.grant(org, GrantKind::Registered);
    w.tell_citizen("T01", &[("title10", title)]);
    Ok(w.finish())
}

fn registrar(case: &Case, by: &By, env: &Env) -> Result<Option<Role>, Refusal> {
    let By::Person(_) = by else { return Ok(None) };
    let scene = Scene::new(case, by, env);
    let held = [Role::Agent, Role::TeamLeader].into_iter().find(|r| scene.may_as(*r));
    held.map(Some).ok_or_else(|| Refusal::forbidden("只有热线中心或其外包座席的人员可以登记工单"))
}

/// The first ten characters of the title, or a neutral word when nothing of the matter may be named.
pub(super) fn public_title(o: &Order) -> String {
    let silent = o.demand_type == DemandType::Report || o.confidentiality != Confidentiality::None;
    if silent { "有关事项".to_owned() } else { o.title.chars().take(10).collect() }
}

fn registering_org(by: &By, env: &Env) -> Result<OrgId, Refusal> {
    match by {
        By::Person(a) => Ok(a.org),
        By::System => env
            .directory
            .center()
            .map(|o| o.id)
            .ok_or_else(|| Refusal::state("no_center", "尚未设置热线中心机构，请系统管理员先在机构管理中设置")),
    }
}

fn text(value: Option<&str>) -> Option<String> {
    value.map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned)
}

/// Reports are confidential unless the form says otherwise.
fn confidentiality(form: &RegisterForm, kind: DemandType) -> Confidentiality {
    form.confidentiality.unwrap_or(if kind == DemandType::Report {
        Confidentiality::KeepSecret
    } else {
        Confidentiality::None
    })
}

/// The facts a form states, put into an order: at registration and when they are amended before dispatch.
pub(super) fn apply_form(o: &mut Order, form: &RegisterForm, env: &Env) {
    let kind = form.demand_type.unwrap_or(o.demand_type);
    o.channel = form.channel.unwrap_or(o.channel);
    o.demand_type = kind;
    form.category.trim().clone_into(&mut o.category);
    o.urgency = form.urgency.unwrap_or(o.urgency);
    form.content.trim().clone_into(&mut o.content);
    o.title = if form.title.trim().is_empty() { draft_title(&form.content) } else { form.title.trim().to_owned() };
    o.wish = text(form.wish.as_deref());
    o.tags.clone_from(&form.tags);
    form.region.trim().clone_into(&mut o.region);
    o.address = text(form.address.as_deref());
    o.lng = form.lng;
    o.lat = form.lat;
    o.occurred_at = form.occurred_at;
    o.requester.clone_from(&form.requester);
    o.anonymous = form.anonymous;
    o.confidentiality = confidentiality(form, kind);
    let secret = o.confidentiality != Confidentiality::None || kind == DemandType::Report;
    // 媒体曝光: what the press has told needs nobody's consent to be answered in public.
    let told = (o.channel == Channel::Media).then_some(true);
    o.publishable = if secret { Some(false) } else { form.publishable.or(told) };
    o.no_reply_wanted = form.no_reply_wanted;
    let ask = !matches!(kind, DemandType::Praise | DemandType::Other) && !o.anonymous && !o.no_reply_wanted;
    o.callback_wanted = ask && form.callback_wanted.unwrap_or(env.params.list("callback.types").contains(&kind.code()));
    o.callback_preferred_at = form.callback_preferred_at;
    o.respondent = text(form.respondent.as_deref());
    o.accused_org = form.accused_org;
    o.origin = Origin::of(form);
    o.mailbox = form.mailbox.or(o.mailbox);
    o.affected_count = form.affected_count.unwrap_or(1).max(o.origin.head_count.unwrap_or(1));
    o.flags = crate::order::Flags {
        leader_directed: o.flags.leader_directed,
        designated: o.flags.designated,
        repeat: form.flags.repeat || form.previous_order.is_some(),
        ..form.flags
    };
    o.call_id = text(form.call_id.as_deref());
    o.previous_order = form.previous_order;
    o.suggested_org = form.suggested_org;
}

fn order_of(form: &RegisterForm, numbers: Numbers, by: &By, env: &Env) -> Result<Order, Refusal> {
    let org = registering_org(by, env)?;
    let mut order = blank(env, numbers, org);
    apply_form(&mut order, form, env);
    order.registered_by = by.user();
    order.registered_at = form.received_at.unwrap_or(env.now);
    order.src_sys = text(form.src_sys.as_deref());
    order.src_no = text(form.src_no.as_deref());
    Ok(order)
}

/// A registered order without content.
#[rustfmt::skip]
fn blank(env: &Env, numbers: Numbers, org: OrgId) -> Order {
    Order {
        id: env.id(), case_no: numbers.case_no, query_code_hash: numbers.query_code_hash,
        state: OrderState::Registered, round: 1, version: 0, channel: Channel::Other,
        demand_type: DemandType::Other, category: String::new(), urgency: Urgency::U3, title: String::new(),
        content: String::new(), wish: None, tags: Vec::new(), region: String::new(), address: None, lng: None,
        lat: None, occurred_at: None, requester: crate::order::Requester::default(), anonymous: false,
        confidentiality: Confidentiality::None, publishable: None, no_reply_wanted: false, callback_wanted: true,
        callback_preferred_at: None, respondent: None, accused_org: None, affected_count: 1,
        origin: Origin::default(),
        flags: crate::order::Flags::default(), call_id: None, previous_order: None, src_sys: None, src_no: None, mailbox: None,
        suggested_org: None, lead_org: None, registered_by: None, registered_org: org, claimed_by: None,
        claimed_until: None, registered_at: env.now, dispatched_at: None, due_at: None, warn_at: None,
        tracking_until: None, closed_at: None, archived_at: None, updated_at: env.now, reply: None, reply_at: None,
        reply_channel: None, result: None, reject_reason: None, redirect_target: None, contacted: None,
        solved: None, rating: None, exempt: None, merged_into: None, merged_limit_at: None, parent: None, event: None, joint_lead: None, return_n: 0,
        ext_n: 0, urge_n: 0, send_back_n: 0, supervise_n: 0, flow_seq: 0, flow_hash: String::new(),
    }
}

/// A part of a split order: the same citizen and place, its own demand.
pub(super) fn part_of(parent: &Order, part: &crate::order::SplitPart, by: &By, env: &Env) -> Order {
    let none = Numbers { case_no: String::new(), query_code_hash: String::new() };
    Order {
        demand_type: part.demand_type,
        category: part.category.trim().to_owned(),
        title: if part.title.trim().is_empty() { draft_title(&part.content) } else { part.title.trim().to_owned() },
        content: part.content.trim().to_owned(),
        channel: parent.channel,
        urgency: parent.urgency,
        tags: parent.tags.clone(),
        region: parent.region.clone(),
        address: parent.address.clone(),
        lng: parent.lng,
        lat: parent.lat,
        occurred_at: parent.occurred_at,
        requester: parent.requester.clone(),
        anonymous: parent.anonymous,
        confidentiality: parent.confidentiality,
        publishable: parent.publishable,
        no_reply_wanted: parent.no_reply_wanted,
        callback_wanted: parent.callback_wanted,
        callback_preferred_at: parent.callback_preferred_at,
        respondent: parent.respondent.clone(),
        accused_org: parent.accused_org,
        affected_count: parent.affected_count,
        origin: parent.origin.clone(),
        flags: parent.flags,
        call_id: parent.call_id.clone(),
        parent: Some(parent.id),
        registered_by: by.user(),
        registered_at: parent.registered_at,
        ..blank(env, none, parent.registered_org)
    }
}
