//! 出具: a number is taken in the transaction that keeps the document, so that none is lost and none is given twice. The
//! files are made before, with the number that comes next; when somebody else took it meanwhile they are made again.

use domain::authority::Permission;
use domain::case::Case;
use domain::env::By;
use domain::paper::{self, PaperKind};
use kernel::{OrderId, PaperId, Refusal};
use press::About;
use store::paper::{Paper, Withdrawal};

use super::fields::{self, Subject, date_cn, fields as say, hidden, nothing_yet, subjects};
use super::make::{keep, make, proof_page, template};
use super::{detail, may_open, may_withdraw, proof_url, view};
use crate::attachment::Handed;
use crate::ctx::{App, Ctx};
use crate::order::{seen_case, seen_case_for_change};
use crate::view::{PaperAsk, PaperForm, PaperView, WithdrawForm};
use crate::world::World;
use crate::{Error, Result, audit};

/// How often the number that comes next may be taken by others before we give up.
const TRIES: u32 = 8;
/// Code of the refusal that starts another try.
const TAKEN: &str = "paper_number_taken";

fn allowed(ctx: &Ctx, kind: PaperKind) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::Paper)?;
    if !kind.may_issue(&ctx.actor()?.roles) {
        return Err(Refusal::forbidden(format!("“{}”不由您的岗位出具", kind.cn())).into());
    }
    Ok(())
}

/// What the document is to be about.
fn asked(case: &Case, kind: PaperKind, subject: Option<kernel::Uuid>) -> Result<Subject<'_>> {
    let all = subjects(kind, case);
    if all.is_empty() {
        return Err(Refusal::state("paper_nothing", nothing_yet(kind)).into());
    }
    let found = match subject {
        Some(id) => all.into_iter().find(|s| s.id(case) == id),
        None => all.into_iter().next(),
    };
    found.ok_or_else(|| Refusal::invalid("subject", "文书针对的事项已变化，请刷新后重新选择").into())
}

/// Number, 验证码 and what stands with them.
struct Marks {
    number: String,
    code: String,
}

fn complete(app: &App, ctx: &Ctx, world: &World, fields: &mut press::Fields, marks: &Marks) -> Result<()> {
    let actor = ctx.actor()?;
    let pairs = [
        ("文号", marks.number.clone()),
        ("验证码", marks.code.clone()),
        ("核验网址", proof_page(app)),
        ("落款单位", world.directory.org_name(actor.org).to_owned()),
        ("成文日期", date_cn(ctx.now)),
        ("经办人", actor.name.clone()),
    ];
    fields.texts.extend(pairs.map(|(name, value)| (name.to_owned(), value)));
    Ok(())
}

fn about(world: &World, ctx: &Ctx, kind: PaperKind, number: &str) -> Result<About> {
    let author = world.directory.org_name(ctx.actor()?.org).to_owned();
    Ok(About { title: format!("{} {number}", kind.cn()), author })
}

/// The document as it would be, without a number: a look before it is issued.
pub async fn paper_preview(app: &App, ctx: &Ctx, id: OrderId, ask: &PaperAsk) -> Result<Handed> {
    allowed(ctx, ask.kind)?;
    let world = app.fresh_world().await?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    may_open(ctx, ask.kind, hidden(ctx, &facts))?;
    let subject = asked(&case, ask.kind, ask.subject)?;
    let marks = Marks { number: "（预览，未编号）".to_owned(), code: "（出具后生成）".to_owned() };
    let mut fields = say(app, &world, ask.kind, &case, &subject).await?;
    complete(app, ctx, &world, &mut fields, &marks)?;
    let (_, template) = template(app, ask.kind).await?;
    let made = make(app, template, fields, &proof_url(app, ""), about(&world, ctx, ask.kind, "预览")?).await?;
    let detail = serde_json::json!({ "case_no": case.order.case_no, "kind": ask.kind });
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        audit::record(tx, app, ctx, audit::Entry::new("paper", "paper.preview", "order", id).with(detail.clone())).await
    });
    done?;
    Ok(Handed { name: format!("{}_预览.pdf", ask.kind.cn()), mime: "application/pdf".to_owned(), bytes: made.pdf })
}

/// 出具文书.
pub async fn paper_issue(app: &App, ctx: &Ctx, id: OrderId, form: &PaperForm) -> Result<PaperView> {
    allowed(ctx, form.kind)?;
    for _ in 0..TRIES {
        match issue_once(app, ctx, id, form).await {
            Err(e) if e.refusal().is_some_and(|r| r.code == TAKEN) => {}
            other => return other,
        }
    }
    Err(Refusal::state("busy", "同时出具文书的人较多，请稍后重试；没有占用编号").into())
}

async fn issue_once(app: &App, ctx: &Ctx, id: OrderId, form: &PaperForm) -> Result<PaperView> {
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    may_open(ctx, form.kind, hidden(ctx, &facts))?;
    let about_what = asked(&case, form.kind, form.subject)?;
    let subject = about_what.id(&case);
    refuse_second(app, id, form, subject).await?;
    let year = ctx.now.date().year();
    let counter = form.kind.counter(actor.org, year);
    let no = store::counter::peek(&app.store.db, &counter).await? + 1;
    let short = world.directory.org(actor.org).map_or("", |o| o.short.as_str());
    let paper_id = PaperId::mint(&*app.mint, ctx.now);
    let number = paper::number(short, form.kind, year, no);
    let seal = format!("{paper_id}|{number}|{}|{}", actor.org, ctx.now.0);
    let code = paper::code(&app.store.vault.blind_hex("paper", &seal));
    let marks = Marks { number, code };
    let mut fields = say(app, &world, form.kind, &case, &about_what).await?;
    complete(app, ctx, &world, &mut fields, &marks)?;
    let (template_id, template) = template(app, form.kind).await?;
    let title = about(&world, ctx, form.kind, &marks.number)?;
    let made = make(app, template, fields, &proof_url(app, &marks.code), title).await?;
    let (pdf, docx) = keep(app, made, ctx.now).await?;
    let paper = Paper {
        id: paper_id,
        order_id: id,
        kind: form.kind,
        subject,
        org: actor.org,
        year: year.into(),
        no,
        number: marks.number,
        code: marks.code,
        personal: form.kind.is_personal(),
        template: template_id,
        issued_by: actor.user,
        issued_at: ctx.now,
        pdf,
        docx,
        withdrawn: None,
        updated_at: ctx.now,
    };
    save(app, ctx, &world, &case, form, &counter, &paper).await?;
    Ok(view(app, ctx, &world, &case, hidden(ctx, &facts), paper))
}

/// Two documents about one thing would contradict each other.
async fn refuse_second(app: &App, id: OrderId, form: &PaperForm, subject: kernel::Uuid) -> Result<()> {
    let earlier = store::paper::speaking_paper(&app.store.db, id, form.kind, subject).await?;
    match earlier {
        Some(p) if !form.replace => {
            let message = format!("已有有效的{}（{}），请选择“重新出具”，原文书将作废", form.kind.cn(), p.number);
            Err(Refusal::conflict("paper_speaks", message).into())
        }
        _ => Ok(()),
    }
}

async fn save(
    app: &App,
    ctx: &Ctx,
    world: &World,
    case: &Case,
    form: &PaperForm,
    counter: &str,
    paper: &Paper,
) -> Result<()> {
    db::with_retry!(app.store.db, async |tx| {
        let now = seen_case_for_change(tx, app, ctx, world, paper.order_id).await?;
        // What was written must still be so.
        if now.order.version != case.order.version || store::counter::next_in(tx, counter).await? != paper.no {
            return Err(Refusal::conflict(TAKEN, "编号已被占用").into());
        }
        let earlier = store::paper::speaking_paper(&mut *tx, paper.order_id, paper.kind, paper.subject).await?;
        if let Some(earlier) = earlier {
            if !form.replace {
                return Err(Refusal::conflict("paper_speaks", format!("已有有效的文书（{}）", earlier.number)).into());
            }
            let reason = format!("由{}替代", paper.number);
            let w = Withdrawal { at: ctx.now, by: paper.issued_by, reason: reason.clone() };
            store::paper::withdraw_paper(tx, earlier.id, &w).await?;
            let entry = audit::Entry::new("paper", "paper.withdraw", "paper", earlier.id).because(reason);
            audit::record(tx, app, ctx, entry.with(detail(case, &earlier))).await?;
        }
        store::paper::insert_paper(tx, paper).await?;
        let entry = audit::Entry::new("paper", "paper.issue", "paper", paper.id).with(detail(case, paper));
        audit::record(tx, app, ctx, entry).await
    })
}

/// 作废: the number stays used, its reason explains it.
pub async fn paper_withdraw(
    app: &App,
    ctx: &Ctx,
    id: OrderId,
    item: PaperId,
    form: &WithdrawForm,
) -> Result<PaperView> {
    ctx.require_ready()?;
    ctx.require(Permission::Paper)?;
    let reason = form.reason.trim();
    if !(4..=200).contains(&reason.chars().count()) {
        return Err(Refusal::invalid("reason", "请填写作废原因，4至200字").into());
    }
    let By::Person(actor) = &ctx.by else { return Err(Error::broken("a person is needed here")) };
    let world = app.fresh_world().await?;
    db::with_retry!(app.store.db, async |tx| {
        let case = seen_case_for_change(tx, app, ctx, &world, id).await?;
        let found = store::paper::load_paper(&mut *tx, id, item).await?;
        let paper = found.ok_or_else(|| Refusal::not_found("文书"))?;
        if paper.withdrawn.is_some() {
            return Err(Refusal::state("paper_withdrawn", "文书已作废").into());
        }
        if !may_withdraw(ctx, &paper) {
            return Err(Refusal::forbidden("只能作废本单位出具的文书").into());
        }
        let w = Withdrawal { at: ctx.now, by: actor.user, reason: reason.to_owned() };
        store::paper::withdraw_paper(tx, item, &w).await?;
        let entry = audit::Entry::new("paper", "paper.withdraw", "paper", item).because(reason);
        audit::record(tx, app, ctx, entry.with(detail(&case, &paper))).await
    })?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    let paper = store::paper::load_paper(&app.store.db, id, item).await?.ok_or_else(|| Refusal::not_found("文书"))?;
    Ok(view(app, ctx, &world, &case, fields::hidden(ctx, &facts), paper))
}
