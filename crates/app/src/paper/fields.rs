//! What a document says: the order and its subject in words, masked as on every screen; the letter to the citizen alone
//! names them.

use std::collections::BTreeMap;

use domain::authority::{Masks, OrderFacts, masks};
use domain::case::Case;
use domain::clock::{ClockKind, Span};
use domain::env::By;
use domain::order::{Confidentiality, Order, Sex};
use domain::paper::{self, PaperKind};
use domain::request::{Request, RequestState};
use domain::supervision::Supervision;
use domain::task::{Task, TaskRole};
use kernel::{Refusal, Ts, Uuid, mask_address, mask_name, mask_phone};
use press::Fields;

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::present::{action_label, reason_cn, span_cn};
use crate::world::World;

type Words = BTreeMap<String, String>;

/// What a document is about.
pub enum Subject<'a> {
    Order,
    Task(&'a Task),
    Request(&'a Request),
    Supervision(&'a Supervision),
}

impl Subject<'_> {
    pub fn id(&self, case: &Case) -> Uuid {
        match self {
            Self::Order => case.order.id.uuid(),
            Self::Task(t) => t.id.uuid(),
            Self::Request(r) => r.id.uuid(),
            Self::Supervision(s) => s.id.uuid(),
        }
    }
}

/// Everything of a kind that a document could be about now, the newest first.
pub fn subjects(kind: PaperKind, case: &Case) -> Vec<Subject<'_>> {
    let newest = case.tasks.iter().rev();
    match kind {
        PaperKind::Transfer | PaperKind::Assign => {
            newest.filter(|t| t.role != TaskRole::Child && !t.state.is_terminal()).map(Subject::Task).collect()
        }
        PaperKind::Sheet => vec![Subject::Order],
        PaperKind::Reply => case.order.reply.iter().map(|_| Subject::Order).collect(),
        PaperKind::Supervise => {
            case.supervisions.iter().rev().filter(|s| s.org.is_some()).map(Subject::Supervision).collect()
        }
        PaperKind::Return | PaperKind::Extension | PaperKind::Redo => {
            let of_kind = case.requests.iter().rev().filter(|r| Some(r.kind) == kind.request());
            of_kind.filter(|r| r.state != RequestState::Cancelled).map(Subject::Request).collect()
        }
    }
}

/// Why a document of this kind cannot be about anything yet.
pub fn nothing_yet(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Transfer | PaperKind::Assign => "工单尚未派发，没有收文单位",
        PaperKind::Supervise => "该工单没有督办记录",
        PaperKind::Reply => "该工单尚未统一回复，没有可答复的内容",
        PaperKind::Return => "该工单没有退回申请",
        PaperKind::Extension => "该工单没有延期申请",
        PaperKind::Redo => "该工单没有重新办理申请",
        PaperKind::Sheet => "",
    }
}

/// How a subject is told from the others in a list.
pub fn subject_cn(world: &World, subject: &Subject<'_>) -> String {
    match subject {
        Subject::Order => "本工单".to_owned(),
        Subject::Task(t) => format!("{}（{}）", world.directory.org_name(t.org), t.role.cn()),
        Subject::Request(r) => {
            format!("{}　{}申请（{}）", r.applied_at.format_cn(), world.directory.org_name(r.applied_org), r.state.cn())
        }
        Subject::Supervision(s) => {
            let org = s.org.map_or("", |o| world.directory.org_name(o));
            format!("第{}轮{}　{org}", s.round, s.level.cn())
        }
    }
}

/// What is hidden from this person. Documents are not the way round it.
pub fn hidden(ctx: &Ctx, facts: &OrderFacts) -> Masks {
    match &ctx.by {
        By::System => Masks::NONE,
        By::Person(actor) => masks(actor, facts),
    }
}

/// `2026年3月9日`.
pub fn date_cn(at: Ts) -> String {
    let date = at.date();
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

fn or_none(text: Option<&str>) -> String {
    text.map(str::trim).filter(|t| !t.is_empty()).unwrap_or("无").to_owned()
}

/// `2026年3月30日 17:30`.
fn moment_cn(at: Ts) -> String {
    let told = at.format_cn();
    format!("{} {}", date_cn(at), told.split_once(' ').map_or("", |(_, time)| time))
}

fn moment(at: Option<Ts>) -> String {
    at.map_or_else(|| "无".to_owned(), moment_cn)
}

/// `抄送：…`, or nothing at all.
fn headed(head: &str, text: Option<&str>) -> String {
    let text = text.map(str::trim).filter(|t| !t.is_empty());
    text.map(|t| format!("{head}：{t}")).unwrap_or_default()
}

/// Name and telephone as a document may show them.
fn requester(order: &Order, personal: bool) -> (String, String) {
    if order.confidentiality != Confidentiality::None && !personal {
        return ("（身份保密）".to_owned(), "（身份保密）".to_owned());
    }
    let who = &order.requester;
    let name = who.name.as_deref().or(who.company_name.as_deref()).filter(|n| !n.trim().is_empty());
    if order.anonymous && name.is_none() {
        return ("匿名".to_owned(), or_none(who.phone.as_deref().map(mask_phone).as_deref()));
    }
    let shown = name.map(|n| if personal { n.to_owned() } else { mask_name(n) });
    (or_none(shown.as_deref()), or_none(who.phone.as_deref().map(mask_phone).as_deref()))
}

fn title(order: &Order) -> &'static str {
    match order.requester.sex {
        Some(Sex::Male) => "先生",
        Some(Sex::Female) => "女士",
        _ => "",
    }
}

fn common(app: &App, world: &World, case: &Case, personal: bool) -> Words {
    let order = &case.order;
    let (name, phone) = requester(order, personal);
    let org_of = |task: &Task| world.directory.org_name(task.org).to_owned();
    let active = || case.tasks.iter().filter(|t| t.round == order.round);
    let lead = active().rev().find(|t| t.role == TaskRole::Lead);
    let lead = lead.map(org_of).or_else(|| order.lead_org.map(|o| world.directory.org_name(o).to_owned()));
    let co: Vec<String> = active().filter(|t| t.role == TaskRole::Co).map(org_of).collect();
    let address = order.address.as_deref().map(mask_address);
    let pairs = [
        ("城市", app.settings.city.clone()),
        ("工单编号", order.case_no.clone()),
        ("标题", order.title.clone()),
        ("诉求内容", order.content.clone()),
        ("诉求类型", order.demand_type.cn().to_owned()),
        ("事项分类", world.category_path(&order.category)),
        ("来源", order.channel.cn().to_owned()),
        ("登记时间", moment_cn(order.registered_at)),
        ("紧急程度", order.urgency.cn().to_owned()),
        ("所属区域", world.regions.path_cn(&order.region)),
        ("事发地址", or_none(address.as_deref())),
        ("诉求人", name),
        ("联系电话", phone),
        ("主办单位", or_none(lead.as_deref())),
        ("协办单位", or_none(Some(&co.join("、")))),
        ("办理期限", moment(order.due_at)),
        ("办理状态", order.state.cn().to_owned()),
    ];
    pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
}

/// The latest instruction of a leader, with who gave it and when.
async fn instruction(app: &App, case: &Case) -> Result<String> {
    let flow = store::flow_log::flow_of(&app.store.db, case.order.id).await?;
    let last = flow.iter().rev().map(|l| &l.entry).find(|e| e.action == "instruct");
    let told = last.and_then(|e| Some(format!("{}（{}，{}）", e.opinion.as_deref()?, e.actor_name, e.at.format_cn())));
    Ok(or_none(told.as_deref()))
}

fn put(words: &mut Words, name: &str, value: impl Into<String>) {
    words.insert(name.to_owned(), value.into());
}

fn items<const N: usize>(rows: impl IntoIterator<Item = [(&'static str, String); N]>) -> Vec<Words> {
    let item = |row: [(&'static str, String); N]| row.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    rows.into_iter().map(item).collect()
}

/// Attachments by name, for those that go with a transfer.
async fn attached(app: &App, case: &Case) -> Result<Vec<Words>> {
    let all = store::attachment::attachments(&app.store.db, &app.store.vault, case.order.id).await?;
    let listed = all.iter().filter(|a| a.purpose.is_citizens()).enumerate();
    let rows: Vec<_> = listed
        .map(|(n, a)| [("序号", (n + 1).to_string()), ("名称", a.name.clone()), ("大小", size_cn(a.size))])
        .collect();
    Ok(items(if rows.is_empty() {
        vec![[("序号", "—".to_owned()), ("名称", "无".to_owned()), ("大小", "—".to_owned())]]
    } else {
        rows
    }))
}

/// A size people read.
pub fn size_cn(bytes: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "sizes of files, one place shown")]
    let of = |unit: i64| bytes as f64 / unit as f64;
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{:.1} KB", of(1_024)),
        _ => format!("{:.1} MB", of(1_048_576)),
    }
}

fn of_task(words: &mut Words, world: &World, case: &Case, task: &Task, instruction: String) {
    let clock = |kind: ClockKind| case.clocks.iter().rev().find(|c| c.kind == kind && c.task_id == Some(task.id));
    put(words, "收文单位", world.directory.org_name(task.org));
    put(words, "办理方式", task.role.cn());
    put(words, "领导批示", instruction);
    let advice = task.advice.as_deref().map(str::trim).filter(|a| !a.is_empty());
    let advice = advice.unwrap_or("请按职责核实办理，依法依规处置，并及时联系诉求人。");
    put(words, "转办意见", advice);
    put(words, "交办意见", advice);
    put(words, "签收期限", moment(clock(ClockKind::Accept).map(|c| c.due_at)));
    put(words, "反馈期限", moment(task.due_at.or(case.order.due_at)));
}

async fn of_sheet(fields: &mut Fields, app: &App, world: &World, case: &Case) -> Result<()> {
    let words = &mut fields.texts;
    let lead = case.tasks.iter().rev().find(|t| t.role == TaskRole::Lead);
    put(words, "诉求目的", or_none(case.order.wish.as_deref()));
    put(words, "办理情况", or_none(lead.and_then(|t| t.handling_note.as_deref())));
    put(words, "办理结果", or_none(lead.and_then(|t| t.result).map(|r| r.cn())));
    let answer = case.order.reply.as_deref().or(lead.and_then(|t| t.public_reply.as_deref()));
    put(words, "公开答复", or_none(answer));
    let flow = store::flow_log::flow_of(&app.store.db, case.order.id).await?;
    let rows = flow.iter().enumerate().map(|(n, line)| {
        let e = &line.entry;
        [
            ("序号", (n + 1).to_string()),
            ("时间", e.at.format_cn()),
            (
                "单位",
                e.actor_org
                    .map(|o| world.directory.org(o).map_or("", |o| o.short.as_str()).to_owned())
                    .unwrap_or_default(),
            ),
            ("人员", e.actor_name.clone()),
            ("事项", action_label(e)),
            ("意见", e.opinion.clone().unwrap_or_default()),
        ]
    });
    fields.lists.insert("流转".to_owned(), items(rows));
    Ok(())
}

fn of_request(fields: &mut Fields, world: &World, case: &Case, r: &Request) {
    let words = &mut fields.texts;
    let clock = case.clocks.iter().rev().find(|c| r.task_id.is_some() && c.task_id == r.task_id);
    let more = r.days.zip(clock).map(|(qty, c)| span_cn(Span { qty, unit: c.unit }));
    put(words, "申请单位", world.directory.org_name(r.applied_org));
    put(words, "申请人", world.user_name(r.applied_by));
    put(words, "申请时间", r.applied_at.format_cn());
    put(words, "申请事由", reason_cn(r.kind.code(), &r.reason_code, world));
    put(words, "申请理由", or_none(Some(&r.reason)));
    put(words, "申请依据", or_none(r.basis.as_deref()));
    put(words, "建议去向", or_none(r.suggested_org.map(|o| world.directory.org_name(o))));
    put(words, "延长期限", or_none(more.as_deref()));
    let task = r.task_id.and_then(|id| case.task(id));
    put(words, "原办理期限", moment(task.and_then(|t| t.due_at).or(case.order.due_at)));
    put(words, "审批结论", r.state.cn());
    let decided: Vec<_> = r
        .decisions
        .iter()
        .map(|d| {
            [
                ("环节", format!("第{}级", d.step)),
                ("审批人", world.user_name(d.by)),
                ("结论", if d.approve { "同意" } else { "不同意" }.to_owned()),
                ("意见", or_none(d.opinion.as_deref())),
                ("时间", d.at.format_cn()),
            ]
        })
        .collect();
    let waiting = [("环节", "—"), ("审批人", "—"), ("结论", "待审批"), ("意见", ""), ("时间", "")];
    let waiting = waiting.map(|(k, v)| (k, v.to_owned()));
    fields.lists.insert("审批".to_owned(), items(if decided.is_empty() { vec![waiting] } else { decided }));
}

fn of_supervision(words: &mut Words, world: &World, s: &Supervision) {
    put(words, "收文单位", or_none(s.org.map(|o| world.directory.org_name(o))));
    put(words, "督办轮次", s.round.to_string());
    put(words, "督办级别", s.level.cn());
    put(words, "督办事由", s.trigger.cn());
    put(words, "督办意见", s.opinion.clone());
    put(words, "反馈期限", moment(s.due_at));
    let cc: Vec<&str> = s.cc.iter().map(|o| world.directory.org_name(*o)).collect();
    put(words, "抄送单位", headed("抄送", Some(&cc.join("、"))));
}

fn of_reply(words: &mut Words, world: &World, case: &Case) {
    let lead = case.tasks.iter().rev().find(|t| t.role == TaskRole::Lead);
    put(words, "答复内容", or_none(case.order.reply.as_deref()));
    put(words, "答复依据", headed("答复依据", lead.and_then(|t| t.legal_basis.as_deref())));
    put(words, "答复日期", case.order.reply_at.map(date_cn).unwrap_or_default());
    put(words, "承办单位", lead.map_or("热线中心", |t| world.directory.org_name(t.org)));
    put(words, "称谓", title(&case.order));
}

/// Everything but number, code and who issues it.
pub async fn fields(app: &App, world: &World, kind: PaperKind, case: &Case, subject: &Subject<'_>) -> Result<Fields> {
    let texts = common(app, world, case, kind.is_personal());
    let mut fields = Fields { texts, ..Fields::default() };
    match (kind, subject) {
        (PaperKind::Transfer | PaperKind::Assign, Subject::Task(task)) => {
            of_task(&mut fields.texts, world, case, task, instruction(app, case).await?);
            fields.lists.insert("附件".to_owned(), attached(app, case).await?);
        }
        (PaperKind::Sheet, _) => of_sheet(&mut fields, app, world, case).await?,
        (PaperKind::Supervise, Subject::Supervision(s)) => of_supervision(&mut fields.texts, world, s),
        (PaperKind::Reply, _) => of_reply(&mut fields.texts, world, case),
        (_, Subject::Request(r)) => of_request(&mut fields, world, case, r),
        _ => return Err(Refusal::invalid("subject", "请选择文书针对的事项").into()),
    }
    Ok(fields)
}

/// A made-up order, for the preview of a template.
pub fn sample(kind: PaperKind) -> Fields {
    let mut fields = Fields::default();
    for slot in paper::slots(kind).filter(|s| s.name != paper::QR) {
        match slot.name.split_once('.') {
            None => put(&mut fields.texts, slot.name, slot.sample),
            Some((list, key)) => {
                let items = fields.lists.entry(list.to_owned()).or_insert_with(|| vec![Words::new(); 3]);
                items.iter_mut().for_each(|item| put(item, key, slot.sample));
            }
        }
    }
    if kind.is_personal() {
        put(&mut fields.texts, "诉求人", "王建平");
    }
    fields
}
