//! 进度: one matter as the citizen may see it. Internal opinions, handlers' names and personal data stay inside.

use citizen::{Can, Due, Extension, Holder, Matter, MatterKey, Note, Reply, Step, StepState};
use domain::authority::Role;
use domain::case::Case;
use domain::clock::{Clock, ClockKind, Span};
use domain::env::By;
use domain::flow::FlowEntry;
use domain::order::{Confidentiality, DemandType, Order, OrderState, allowed};
use domain::partner::{LinkState, Progress};
use domain::request::{Request, RequestKind, RequestState};
use kernel::{OrderId, Refusal, Ts, redact_text};
use store::flow_log::FlowLine;

use super::find::mobile_of;
use crate::ctx::App;
use crate::present::{basis_cn, public_status, sentences, span_cn};
use crate::world::World;
use crate::{Error, Result};

/// Steps by which an answer goes out.
pub(super) const ANSWERS: [&str; 3] = ["W23a", "W23b", "W04"];

/// The matter of a key.
pub(super) async fn matter(app: &App, key: MatterKey) -> Result<Matter> {
    let order = match key {
        MatterKey::Own(id) => OrderId(id),
        MatterKey::Follow(id) => {
            store::follow::load_follow(&app.store.db, id).await?.map(|f| f.order_id).ok_or_else(none)?
        }
    };
    let world = app.fresh_world().await?;
    let view = matter_view(app, &world, order, matches!(key, MatterKey::Follow(_))).await?;
    view.ok_or_else(none)
}

fn none() -> Error {
    Refusal::not_found("诉求").into()
}

/// The view of an order, for its citizen or for a follower; `None` for an unknown order and a draft.
pub async fn matter_view(app: &App, world: &World, id: OrderId, follower: bool) -> Result<Option<Matter>> {
    let db = &app.store.db;
    let case = store::case::load_case(db, &app.store.vault, id).await?;
    let Some(case) = case.filter(|c| c.order.state != OrderState::Draft) else { return Ok(None) };
    let flow = store::flow_log::flow_of(db, id).await?;
    let photos = store::portal::photos(db, &app.store.vault, store::portal::Of::Order(id)).await?.len();
    let away = away(app, &case).await?;
    let now = app.now();
    let can = if follower { Can::default() } else { can(&case, &world.env(now, &*app.mint)) };
    let seen = Seen { case: &case, flow: &flow, world, silent: is_silent(&case.order), away };
    let records = if follower {
        Vec::new()
    } else {
        super::contest::records(&case, &world.env(now, &*app.mint), &|org| seen.unit(org))
    };
    let photos = i64::try_from(photos).unwrap_or(0);
    let mut page = seen.page(follower);
    if let Some(reply) = page.reply.as_mut().filter(|_| !follower && !seen.silent) {
        reply.papers = super::paper::papers(app, &case, &flow).await?;
    }
    Ok(Some(Matter { photos, can, records, as_of: now, ..page }))
}

/// Of reports and confidential matters the way they take is told to nobody.
fn is_silent(order: &Order) -> bool {
    order.demand_type == DemandType::Report || order.confidentiality != Confidentiality::None
}

/// The platform that took the matter over, and what it told of it.
struct Away {
    partner: String,
    progress: Progress,
    over: bool,
}

/// Where a matter is that was handed on and taken.
async fn away(app: &App, case: &Case) -> Result<Option<Away>> {
    if case.order.redirect_target.is_none() || case.order.reject_reason.is_some() {
        return Ok(None);
    }
    let (db, vault) = (&app.store.db, &app.store.vault);
    let links = store::partner::links_of(db, vault, case.order.id).await?;
    let taken = |l: &&store::partner::Link| {
        l.out && !l.inform && matches!(l.state, LinkState::Accepted | LinkState::Replied | LinkState::Closed)
    };
    let Some(link) = links.iter().rev().find(taken) else { return Ok(None) };
    let Some(partner) = store::partner::load_partner(db, vault, link.partner_id).await? else { return Ok(None) };
    let over = link.state != LinkState::Accepted;
    Ok(Some(Away { partner: partner.name, progress: link.progress.clone(), over }))
}

struct Seen<'a> {
    away: Option<Away>,
    case: &'a Case,
    flow: &'a [FlowLine],
    world: &'a World,
    silent: bool,
}

impl Seen<'_> {
    fn page(&self, follower: bool) -> Matter {
        let o = &self.case.order;
        let title = if follower && o.publishable != Some(true) {
            let path = self.world.category_path(&o.category);
            format!("关于“{}”的诉求", path.rsplit('/').next().unwrap_or_default())
        } else {
            redact_text(&o.title)
        };
        Matter {
            case_no: if follower { String::new() } else { o.case_no.clone() },
            kind: o.demand_type.cn().to_owned(),
            title,
            content: if follower { String::new() } else { redact_text(&o.content) },
            area: self.world.regions.path_cn(&o.region),
            received_at: o.registered_at,
            status: public_status(o.state).to_owned(),
            explained: explained(o).to_owned(),
            steps: self.steps(),
            holder: self.holder(),
            due: self.due(),
            returns: o.return_n,
            round: o.round,
            extensions: self.case.requests.iter().filter_map(|r| self.extension(r)).collect(),
            reply: self.reply(),
            rated: o.rating.filter(|_| !follower).map(|r| r.cn().to_owned()),
            course: self.course(follower),
            records: Vec::new(),
            photos: 0,
            can: Can::default(),
            follower,
            has_phone: !follower && mobile_of(o).is_some(),
            as_of: o.updated_at,
        }
    }

    fn when(&self, codes: &[&str]) -> Option<Ts> {
        self.flow.iter().rev().find(|l| codes.contains(&l.entry.code.as_str())).map(|l| l.entry.at)
    }

    fn unit(&self, org: Option<kernel::OrgId>) -> String {
        match org {
            Some(org) if !self.silent => self.world.directory.org_name(org).to_owned(),
            _ => "承办单位".to_owned(),
        }
    }

    fn steps(&self) -> Vec<Step> {
        const NAMES: [&str; 5] = ["登记", "受理", "办理", "答复", "评价"];
        const MARKS: [&[&str]; 5] =
            [&["W02"], &["W12", "K02"], &["W21a", "W21b", "W27"], &["W23a", "W23b", "W04", "W05", "W06"], &["W25"]];
        let now = stage(self.case.order.state);
        let over = self.case.order.state.is_ended();
        let step = |(i, name): (usize, &&str)| {
            let at = self.when(MARKS[i]);
            let state = match i {
                _ if i == now && !over => StepState::Current,
                _ if i > now && !over => StepState::Todo,
                _ if at.is_some() => StepState::Done,
                _ => StepState::Skipped,
            };
            Step { name: (*name).to_owned(), state, at: at.filter(|_| state == StepState::Done) }
        };
        NAMES.iter().enumerate().map(step).collect()
    }

    fn holder(&self) -> Option<Holder> {
        let o = &self.case.order;
        if let Some(away) = self.away.as_ref().filter(|a| !a.over) {
            let lead = away.progress.lead.as_deref().filter(|_| !self.silent);
            let name = lead.map_or_else(|| away.partner.clone(), |lead| format!("{}（{lead}）", away.partner));
            return Some(Holder { name, since: away.progress.since.unwrap_or(o.updated_at) });
        }
        if o.state.is_ended() {
            return None;
        }
        let centre = || {
            let name = self.world.directory.center().map_or("热线中心", |c| c.name.as_str()).to_owned();
            let since = self.flow.last().map_or(o.registered_at, |l| l.entry.at);
            Holder { name, since }
        };
        Some(match (o.state, self.case.lead_task()) {
            (OrderState::Dispatched | OrderState::Handling | OrderState::Tracking, Some(task)) => {
                Holder { name: self.unit(Some(task.org)), since: task.dispatched_at }
            }
            // It follows another order: whoever works on that one.
            (OrderState::Dispatched | OrderState::Handling | OrderState::Tracking, None) if o.joint_lead.is_some() => {
                Holder { name: self.unit(o.lead_org), since: o.dispatched_at.unwrap_or(o.registered_at) }
            }
            _ => centre(),
        })
    }

    fn due(&self) -> Option<Due> {
        if let Some(away) = self.away.as_ref().filter(|a| !a.over) {
            let sentences = vec![format!("由{}办理，期限由对方告知。", away.partner)];
            let what = "办结答复".to_owned();
            return away.progress.due.map(|at| Due { what, at, sentences, paused: false });
        }
        let open = |kind: ClockKind| self.case.open_clocks(kind).next();
        let order = [
            (ClockKind::Tracking, "承诺解决"),
            (ClockKind::Order, "办结答复"),
            (ClockKind::Redo, "重新办理"),
            (ClockKind::Task, "办理"),
            (ClockKind::UnifiedReply, "答复您"),
            (ClockKind::Callback, "回访您"),
            (ClockKind::Dispatch, "受理转办"),
        ];
        let (clock, what) = order.into_iter().find_map(|(kind, what)| Some((open(kind)?, what)))?;
        Some(due(clock, what))
    }

    fn extension(&self, r: &Request) -> Option<Extension> {
        if r.kind != RequestKind::Extension || r.state != RequestState::Approved {
            return None;
        }
        let unit = self.case.clocks.iter().find(|c| c.kind == ClockKind::Order).map(|c| c.unit);
        let by = r.days.zip(unit).map(|(qty, unit)| span_cn(Span { qty, unit })).unwrap_or_default();
        let reason = self.world.word("extension_reason", &r.reason_code);
        Some(Extension { decided_at: r.decided_at.unwrap_or(r.applied_at), reason, by })
    }

    fn reply(&self) -> Option<Reply> {
        let o = &self.case.order;
        // A draft answer before the centre has sent it is nobody's business.
        let sent = self.when(&ANSWERS).is_some() || o.state.is_ended();
        let text = o.reply.as_deref().filter(|_| sent)?;
        let answered_by_unit = o.lead_org.is_some();
        let by = if answered_by_unit {
            self.unit(o.lead_org)
        } else {
            self.world.directory.center().map_or("热线中心", |c| c.name.as_str()).to_owned()
        };
        Some(Reply {
            text: redact_text(text),
            at: o.reply_at,
            by,
            result: o.result.map(|r| r.cn().to_owned()),
            papers: Vec::new(),
        })
    }

    fn course(&self, follower: bool) -> Vec<Note> {
        let mut notes: Vec<Note> = self.flow.iter().filter_map(|l| self.note(l, follower)).collect();
        notes.dedup_by(|a, b| a.text == b.text && a.at.0.abs_diff(b.at.0) < 1000);
        notes
    }

    /// A step of the platform that has the matter.
    fn told(&self, e: &FlowEntry, what: &str) -> String {
        let text = |key: &str| e.fields.get(key).and_then(|v| v.as_str()).map(str::to_owned);
        let partner = text("partner").unwrap_or_else(|| "对方平台".to_owned());
        let held = text("held").filter(|_| !self.silent).map(|h| format!("（{h}）")).unwrap_or_default();
        format!("{partner}{what}{held}")
    }

    fn note(&self, line: &FlowLine, follower: bool) -> Option<Note> {
        let e = &line.entry;
        let org = || self.unit(e.actor_org);
        let text = match (e.code.as_str(), e.action.as_str()) {
            ("W02", _) => "诉求已登记".to_owned(),
            ("W03", "amend") if follower => return None,
            ("W03", "amend") => "补充了情况".to_owned(),
            ("W10", "dispatch") => {
                let lead = e.fields.get("lead").and_then(|v| serde_json::from_value(v.clone()).ok());
                format!("已交{}办理", self.unit(lead))
            }
            ("W12", _) => format!("{}已受理", org()),
            ("R2", "return_approved") => "承办单位退回，正在重新确定承办单位".to_owned(),
            ("W11", "recall") => "热线中心收回，正在重新确定承办单位".to_owned(),
            (_, "extension_approved") => match e.due_after {
                Some(due) => format!("办理期限延长至{}", due.format_cn()),
                None => "同意延长办理期限".to_owned(),
            },
            ("W19", _) => "承办单位已办理完毕，热线中心正在审核".to_owned(),
            ("W22", _) => "热线中心审核后要求补充办理".to_owned(),
            ("W23a" | "W23b" | "W04", _) => "已答复".to_owned(),
            ("W26" | "W36b", "redo") => "重新办理".to_owned(),
            ("W26", "redo_apply") => "申请重新办理，等待审核".to_owned(),
            (_, "reopen_apply") => "申请重新办理，等待审核".to_owned(),
            ("B6", "correction_apply") => "有记录被提出异议，等待核实".to_owned(),
            ("B6", "correction_approved") => "经核实，有记录已更正".to_owned(),
            ("W27", _) => "阶段性办结，将继续跟踪".to_owned(),
            ("W05", "reject") => "不予受理".to_owned(),
            ("W34", "partner_dispatch") => self.told(e, "已确定承办单位"),
            ("W34", "partner_reply" | "partner_close") => self.told(e, "已反馈办理结果"),
            ("W06", _) => "已转有关专线或部门".to_owned(),
            ("W30", _) => "诉求已撤回".to_owned(),
            ("W32", "merge") => "与您此前的诉求合并办理".to_owned(),
            ("W25", "callback_close") => "已办结".to_owned(),
            ("W24", _) => "已办结".to_owned(),
            _ => return None,
        };
        Some(Note { at: e.at, text })
    }
}

fn due(clock: &Clock, what: &str) -> Due {
    let mut words = vec![format!("依据：{}（{}）", basis_cn(&clock.basis), span_cn(clock.span()))];
    words.extend(sentences(&clock.arithmetic));
    Due { what: what.to_owned(), at: clock.due_at, sentences: words, paused: clock.paused_at.is_some() }
}

/// Which of the five steps a state is in.
const fn stage(state: OrderState) -> usize {
    match state {
        OrderState::Draft => 0,
        OrderState::Registered | OrderState::PendingDispatch | OrderState::Consulting | OrderState::Dispatched => 1,
        OrderState::Handling | OrderState::CenterAudit | OrderState::Tracking => 2,
        OrderState::PendingReply => 3,
        _ => 4,
    }
}

fn explained(order: &Order) -> &'static str {
    match order.state {
        OrderState::Draft | OrderState::Registered => "热线中心已收到，正在核对内容。",
        OrderState::PendingDispatch => "正在确定由哪个单位办理。",
        OrderState::Consulting => "涉及多个单位，正在协商由谁办理。",
        OrderState::Dispatched => "已交承办单位，等待其签收。",
        OrderState::Handling => "承办单位正在办理，可能会与您联系。",
        OrderState::CenterAudit => "承办单位已办理完毕，热线中心正在审核。",
        OrderState::PendingReply => "办理结果已审核，即将答复您。",
        OrderState::PendingCallback => "已答复，请您评价。",
        OrderState::Tracking => "受客观条件限制需要时间解决，热线中心将跟踪到承诺日期。",
        OrderState::Closed | OrderState::Archived | OrderState::DirectClosed => "已办结。",
        OrderState::Rejected | OrderState::Terminated => "不属于热线受理范围，请按短信告知的途径办理。",
        OrderState::Merged => "与您此前的诉求合并办理，结果一并答复。",
        OrderState::TransferredOut => "已转有关专线或部门办理。",
        OrderState::Withdrawn => "您已撤回该诉求。",
    }
}

/// What the citizen may do, by the same gate that decides it.
fn can(case: &Case, env: &domain::env::Env) -> Can {
    let open = allowed(case, &By::System, env);
    let may = |action: &str| open.iter().any(|a| a.action == action && a.enabled);
    let rated = case.callbacks.iter().any(|c| c.round == case.order.round && c.reached);
    let waiting = case.order.state == OrderState::PendingCallback;
    let asked = case
        .pending_requests()
        .any(|r| r.kind != RequestKind::Correction && matches!(r.awaiting, Some(Role::TeamLeader)));
    Can {
        add: may("amend"),
        withdraw: may("withdraw") && mobile_of(&case.order).is_some(),
        rate: may("callback") && !rated,
        redo: !waiting && !asked && (may("redo") || may("reopen")),
    }
}
