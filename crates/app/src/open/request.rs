//! Requests of Open311: handed in through the same door as everything else, told in public words only.

use domain::order::OrderState::{self, *};
use domain::order::{Channel, DemandType, RegisterForm, Requester, RequesterKind};
use kernel::{FieldError, MailAddress, Phone, Refusal, RefusalKind, Ts};
use serde::Deserialize;
use serde_json::{Value, json};
use store::api_key::ApiKey;
use store::open::{PublicFilter, PublicOrder};

use super::key::source;
use super::service::{KINDS, known, service_of};
use crate::audit::{self, Entry};
use crate::citizen::{matter_view, send_on};
use crate::ctx::App;
use crate::order::register_coded;
use crate::world::World;
use crate::{Error, Result};

/// Told as closed; all others but drafts are open (§9.3).
pub(super) const CLOSED: [OrderState; 8] =
    [Closed, DirectClosed, Rejected, Merged, Withdrawn, Terminated, Archived, TransferredOut];
const OPEN: [OrderState; 9] = [
    Registered,
    PendingDispatch,
    Consulting,
    Dispatched,
    Handling,
    CenterAudit,
    PendingReply,
    PendingCallback,
    Tracking,
];
/// Without dates, and at most between two, days.
const SPAN_D: i64 = 90;
/// Requests of a page, unless told otherwise, and at most.
const PAGE: i64 = 50;
const MOST: i64 = 100;
/// Longest description, characters.
const DESCRIPTION: usize = 4000;

fn bad(field: &str, text: impl Into<String>) -> Error {
    Refusal::new(RefusalKind::Invalid, field.to_owned(), text.into()).into()
}

/// What GET requests may ask.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequestQuery {
    pub jurisdiction_id: String,
    pub service_request_id: String,
    pub service_code: String,
    pub start_date: String,
    pub end_date: String,
    pub status: String,
    pub page: String,
    pub page_size: String,
    pub extensions: String,
    pub api_key: String,
}

fn listed(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

fn moment(field: &str, text: &str) -> Result<Option<Ts>> {
    if text.is_empty() {
        return Ok(None);
    }
    let at = Ts::parse_iso(text).ok_or_else(|| bad(field, format!("{field} 应为带时区的 ISO 8601 时间")))?;
    Ok(Some(at))
}

fn number(field: &str, text: &str, unless: i64) -> Result<i64> {
    if text.is_empty() {
        return Ok(unless);
    }
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| bad(field, format!("{field} 应为正整数")))
}

/// The filter of a query: 90 days unless numbers are named.
fn filter(query: &RequestQuery, key: Option<&ApiKey>, now: Ts) -> Result<PublicFilter> {
    let mut states: Vec<&'static str> = Vec::new();
    for status in listed(&query.status) {
        let of: &[OrderState] = match status.as_str() {
            "open" => &OPEN,
            "closed" => &CLOSED,
            other => return Err(bad("status", format!("status“{other}”应为 open 或 closed"))),
        };
        states.extend(of.iter().map(|s| s.code()));
    }
    let (from, to) = (moment("start_date", &query.start_date)?, moment("end_date", &query.end_date)?);
    let to = to.unwrap_or_else(|| from.map_or(now, |f| Ts(f.plus_days(SPAN_D).0.min(now.0))));
    let from = from.unwrap_or_else(|| to.plus_days(-SPAN_D));
    if to < from || to.0 - from.0 > SPAN_D * 86_400_000 {
        return Err(bad("start_date", format!("起止时间应先后有序，相隔不超过{SPAN_D}天")));
    }
    let prefix = |code: String| code.chars().take(4).collect();
    Ok(PublicFilter {
        case_nos: listed(&query.service_request_id),
        categories: listed(&query.service_code).into_iter().map(prefix).collect(),
        states,
        from: Some(from),
        to: Some(to),
        source: key.map(source).unwrap_or_default(),
    })
}

/// Requests that fit, newest first.
pub async fn request_list(app: &App, key: Option<&ApiKey>, query: &RequestQuery) -> Result<Value> {
    let world = app.fresh_world().await?;
    let asked = filter(query, key, app.now())?;
    let size = number("page_size", &query.page_size, PAGE)?.min(MOST);
    let page = number("page", &query.page, 1)?.min(1_000_000);
    let rows = store::open::public_orders(&app.store.db, &asked, size, (page - 1) * size).await?;
    let mut all = Vec::new();
    for row in rows {
        all.extend(view(app, &world, &row, query.extensions == "true").await?);
    }
    Ok(Value::Array(all))
}

/// One request, as a list of one.
pub async fn request_view(app: &App, key: Option<&ApiKey>, case_no: &str, extensions: bool) -> Result<Value> {
    let extensions = if extensions { "true" } else { "" };
    let query = RequestQuery {
        service_request_id: case_no.to_owned(),
        extensions: extensions.to_owned(),
        ..RequestQuery::default()
    };
    let found = request_list(app, key, &query).await?;
    match found.as_array() {
        Some(list) if list.len() == 1 => Ok(found),
        _ => {
            let text = format!("service_request_id“{case_no}”不存在或未公开");
            Err(Refusal::new(RefusalKind::NotFound, "service_request_id", text).into())
        }
    }
}

/// Numbers are given at once, so that a token is the number itself.
pub async fn request_of_token(app: &App, key: Option<&ApiKey>, token: &str) -> Result<Value> {
    request_view(app, key, token, false).await.map_err(|e| match e.refusal() {
        Some(r) if r.status_hint == RefusalKind::NotFound => {
            Refusal::new(RefusalKind::NotFound, "token", format!("token“{token}”不存在")).into()
        }
        _ => e,
    })?;
    Ok(json!([{ "service_request_id": token, "token": token }]))
}

/// In public words: the way a follower sees it, with the texts a person has released.
async fn view(app: &App, world: &World, row: &PublicOrder, extensions: bool) -> Result<Option<Value>> {
    let Some(order) = store::order::load_order(&app.store.db, &app.store.vault, row.id).await? else { return Ok(None) };
    let Some(seen) = matter_view(app, world, row.id, true).await? else { return Ok(None) };
    let service = service_of(world, &order.category).unwrap_or_default();
    let released = row.question.is_some();
    let open = !CLOSED.contains(&order.state);
    let mut value = json!({
        "service_request_id": row.case_no,
        "status": if open { "open" } else { "closed" },
        "status_notes": row.body.clone().unwrap_or_else(|| seen.status.clone()),
        "service_name": service["service_name"],
        "service_code": service["service_code"],
        "description": row.question.as_deref().filter(|q| !q.is_empty()).or(row.title.as_deref()),
        "agency_responsible": seen.holder.as_ref().map(|h| h.name.as_str()),
        "service_notice": seen.explained,
        "requested_datetime": order.registered_at.iso(),
        "updated_datetime": order.updated_at.iso(),
        "expected_datetime": order.due_at.filter(|_| open).map(Ts::iso),
        "address": seen.area,
        "address_id": order.region,
        "zipcode": null,
        "lat": null,
        "long": null,
        "media_url": null,
    });
    if extensions {
        let notes: Vec<Value> =
            seen.course.iter().map(|n| json!({ "datetime": n.at.iso(), "description": n.text })).collect();
        value["extended_attributes"] = json!({
            "demand_type": order.demand_type.code(),
            "demand_type_name": order.demand_type.cn(),
            "public_status": seen.status,
            "round": order.round,
            "extensions": seen.extensions.len(),
            "version": order.version,
            "text_released": released,
        });
        value["notes"] = Value::Array(notes);
    }
    Ok(Some(value))
}

/// What POST requests hands in.
#[derive(Clone, Debug, Default)]
pub struct NewRequest {
    pub service_code: String,
    pub description: String,
    pub address_string: String,
    pub address_id: String,
    pub lat: String,
    pub long: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: String,
    pub email: String,
    pub demand_type: String,
    pub occurred_on: String,
    pub wish: String,
    /// The sender's own number of the request: handed in twice, it counts once.
    pub idempotency_key: String,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub service_request_id: String,
    /// For the citizen; empty for a repetition.
    pub query_code: String,
}

/// Registers it.
pub async fn request_create(app: &App, key: &ApiKey, trace: &str, new: &NewRequest) -> Result<Made> {
    let world = app.fresh_world().await?;
    let form = form(app, &world, key, new)?;
    let ctx = app.system(trace);
    let made = db::with_retry!(app.store.db, async |tx| {
        let made = register_coded(tx, app, &ctx, &world, &form, None).await?;
        if made.query_code.is_empty() {
            return Ok(made);
        }
        let detail = serde_json::json!({ "case_no": made.case_no, "key": key.hint, "name": key.name });
        let entry = Entry::new("open", "open311.create", "order", made.id).with(detail);
        audit::record(tx, app, &ctx, entry).await?;
        send_on(tx, app, &ctx, &world, &form, made).await
    })
    .map_err(|e: Error| named(e))?;
    app.bus.poke();
    Ok(Made { service_request_id: made.case_no, query_code: made.query_code })
}

/// Refused fields under the names of the specification.
fn named(e: Error) -> Error {
    let Some(first) = e.refusal().and_then(|r| r.fields.first()) else { return e };
    let field = match first.field.as_str() {
        "content" | "title" => "description",
        "region" | "address" => "address_string",
        "category" => "service_code",
        other => other,
    };
    bad(field, format!("{}。{}", first.message, first.remedy.clone().unwrap_or_default()))
}

fn form(app: &App, world: &World, key: &ApiKey, new: &NewRequest) -> Result<RegisterForm> {
    if new.service_code.is_empty() {
        return Err(bad("service_code", "缺少 service_code"));
    }
    known(world, &new.service_code)?;
    let description = new.description.trim();
    if !(5..=DESCRIPTION).contains(&description.chars().count()) {
        return Err(bad("description", format!("description 应为5至{DESCRIPTION}字")));
    }
    let kind = if new.demand_type.is_empty() { Some(DemandType::Help) } else { new.demand_type.parse().ok() };
    let kind = kind
        .filter(|k| KINDS.contains(k))
        .ok_or_else(|| bad("attribute[demand_type]", "诉求类型不在服务定义所列范围；举报请拨打热线或在群众网站提交"))?;
    let place = place(new)?;
    if place.is_none() && new.address_string.trim().is_empty() && new.address_id.is_empty() {
        return Err(bad("address_string", "lat 与 long、address_string、address_id 至少提供一项"));
    }
    let region = region(app, world, new)?;
    let requester = requester(new)?;
    let src_no = match new.idempotency_key.trim() {
        "" => app.mint.uuid(app.now()).simple().to_string(),
        given => app.store.vault.blind_hex("open311", given),
    };
    let some = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
    Ok(RegisterForm {
        channel: Some(Channel::Other),
        demand_type: Some(kind),
        category: new.service_code.clone(),
        content: description.to_owned(),
        wish: some(&new.wish),
        region,
        address: some(&new.address_string),
        lng: place.map(|p| p.0),
        lat: place.map(|p| p.1),
        occurred_at: moment("attribute[occurred_on]", new.occurred_on.trim())?,
        anonymous: requester.phone.is_none() && requester.email.is_none(),
        requester,
        publishable: Some(false),
        duplicates_checked: true,
        src_sys: Some(source(key)),
        src_no: Some(src_no),
        ..RegisterForm::default()
    })
}

fn place(new: &NewRequest) -> Result<Option<(f64, f64)>> {
    if new.lat.is_empty() && new.long.is_empty() {
        return Ok(None);
    }
    let degree = |text: &str, most: f64| text.trim().parse::<f64>().ok().filter(|v| v.is_finite() && v.abs() <= most);
    match (degree(&new.long, 180.0), degree(&new.lat, 90.0)) {
        (Some(long), Some(lat)) => Ok(Some((long, lat))),
        _ => Err(bad("lat", "lat 与 long 应同时提供，为 WGS84 度数")),
    }
}

fn requester(new: &NewRequest) -> Result<Requester> {
    let name = format!("{}{}", new.last_name.trim(), new.first_name.trim());
    let phone = match new.phone.trim() {
        "" => None,
        typed => {
            let told = |e: FieldError| bad("phone", e.message);
            Some(Phone::parse(typed).map_err(|e| told(e.at("phone")))?.normalised().to_owned())
        }
    };
    let email = match new.email.trim() {
        "" => None,
        typed => Some(MailAddress::parse(typed).map_err(|e| bad("email", e.message))?.as_str().to_owned()),
    };
    // A name without a number or an address tells nobody how to answer: the matter is then anonymous.
    let name = ((phone.is_some() || email.is_some()) && !name.is_empty()).then_some(name);
    Ok(Requester { name, phone, email, kind: Some(RequesterKind::Person), ..Requester::default() })
}

/// The area: as its code says, else the one whose name stands in the address, else the whole city.
fn region(app: &App, world: &World, new: &NewRequest) -> Result<String> {
    if !new.address_id.is_empty() {
        return match world.regions.get(&new.address_id) {
            Some(region) => Ok(region.code.clone()),
            None => Err(bad("address_id", "address_id 应为12位行政区划代码")),
        };
    }
    let mut best: Option<(usize, String)> = None;
    for district in world.regions.list(None).into_iter().filter(|r| r.home) {
        let below = world.regions.list(Some(&district.code));
        for region in std::iter::once(district).chain(below) {
            let named = new.address_string.contains(&region.name);
            if named && best.as_ref().is_none_or(|(n, _)| region.name.len() >= *n) {
                best = Some((region.name.len(), region.code));
            }
        }
    }
    Ok(best.map_or_else(|| format!("{:0<12}", app.settings.region6), |(_, code)| code))
}
