//! 公文: offered, previewed, issued under a number, handed out, withdrawn, verified by anybody.

mod dossier;
mod fields;
mod issue;
mod make;
mod proof;
mod stock;
pub mod template;

pub use domain::paper::read_code;
pub use dossier::{dossier, paper_batch, paper_register};
pub use issue::{paper_issue, paper_preview, paper_withdraw};
pub use make::proof_url;
pub use proof::{proof, proof_by_code, proof_key, same_number};

use domain::authority::{Masks, OrderFacts, Permission, Role};
use domain::case::Case;
use domain::env::By;
use domain::paper::{PaperKind, PaperState};
use kernel::{OrderId, PaperId, Refusal};
use store::paper::{Paper, PaperFile};

use crate::attachment::{Handed, fetch};
use crate::ctx::{App, Ctx};
use crate::order::seen_case;
use crate::view::{PaperList, PaperOffer, PaperQuery, PaperSubject, PaperView};
use crate::world::World;
use crate::{Error, Result, audit};
use fields::{hidden, nothing_yet, subject_cn, subjects};

/// Whether this person may read a document of a kind about this order.
fn may_open(ctx: &Ctx, kind: PaperKind, hidden: Masks) -> Result<()> {
    if kind.is_personal() {
        if hidden.identity {
            return Err(Refusal::forbidden("诉求人要求保密，写有姓名的文书只对获准查看身份的人员开放").into());
        }
        return ctx.require(Permission::Reveal);
    }
    if hidden.internal_opinion {
        return Err(Refusal::forbidden("内部文书只对承办、审核、督办人员开放").into());
    }
    Ok(())
}

/// Whoever may issue the kind withdraws what the own organisation issued; a team leader everything.
fn may_withdraw(ctx: &Ctx, p: &Paper) -> bool {
    let By::Person(actor) = &ctx.by else { return false };
    let own = actor.org == p.org && p.kind.may_issue(&actor.roles);
    p.state() == PaperState::Valid && ctx.require(Permission::Paper).is_ok() && (own || actor.has(Role::TeamLeader))
}

fn view(app: &App, ctx: &Ctx, world: &World, case: &Case, hidden: Masks, p: Paper) -> PaperView {
    let about = subjects(p.kind, case).into_iter().find(|s| s.id(case) == p.subject);
    let closed = may_open(ctx, p.kind, hidden).err();
    let withdrawn = p.withdrawn.as_ref();
    PaperView {
        id: p.id,
        kind: p.kind,
        kind_cn: p.kind.cn().to_owned(),
        number: p.number.clone(),
        code: p.code.clone(),
        url: proof_url(app, &p.code),
        about: about.map(|s| subject_cn(world, &s)),
        org: world.org(p.org),
        issued_by: world.user_name(p.issued_by),
        issued_at: p.issued_at,
        state: p.state(),
        state_cn: p.state().cn().to_owned(),
        personal: p.personal,
        digest: p.pdf.digest.clone(),
        pdf_size: p.pdf.size,
        docx_size: p.docx.size,
        withdrawn_at: withdrawn.map(|w| w.at),
        withdrawn_by: withdrawn.map(|w| world.user_name(w.by)),
        withdrawn_reason: withdrawn.map(|w| w.reason.clone()),
        may_open: closed.is_none(),
        closed_cn: closed.and_then(|e| e.refusal().map(|r| r.message.clone())),
        may_withdraw: may_withdraw(ctx, &p),
    }
}

/// The kinds this person may issue, each with what it could be about and the document that already speaks of it.
fn offers(ctx: &Ctx, world: &World, case: &Case, hidden: Masks, there: &[Paper]) -> Vec<PaperOffer> {
    let By::Person(actor) = &ctx.by else { return Vec::new() };
    if ctx.require(Permission::Paper).is_err() {
        return Vec::new();
    }
    let mine = PaperKind::ALL.iter().copied().filter(|k| k.may_issue(&actor.roles));
    let offer = |kind: PaperKind| {
        let speaking = |id| there.iter().find(|p| p.kind == kind && p.subject == id && p.state() == PaperState::Valid);
        let subjects: Vec<PaperSubject> = subjects(kind, case)
            .iter()
            .map(|s| {
                let id = s.id(case);
                PaperSubject { id, name: subject_cn(world, s), number: speaking(id).map(|p| p.number.clone()) }
            })
            .collect();
        let closed = may_open(ctx, kind, hidden).err().and_then(|e| e.refusal().map(|r| r.message.clone()));
        let empty = subjects.is_empty().then(|| nothing_yet(kind).to_owned());
        PaperOffer {
            kind,
            kind_cn: kind.cn().to_owned(),
            letter: kind.is_letter(),
            personal: kind.is_personal(),
            subjects,
            closed_cn: closed.or(empty),
        }
    };
    mine.map(offer).collect()
}

/// The documents of an order the person may see, the newest first, and those that could be issued.
pub async fn paper_list(app: &App, ctx: &Ctx, id: OrderId) -> Result<PaperList> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    let hidden = hidden(ctx, &facts);
    let there = store::paper::papers(&app.store.db, id).await?;
    let offers = offers(ctx, &world, &case, hidden, &there);
    let items = there.into_iter().rev().map(|p| view(app, ctx, &world, &case, hidden, p)).collect();
    Ok(PaperList { items, offers })
}

/// The document, if the order is in sight and the person may read this kind.
async fn opened(app: &App, ctx: &Ctx, id: OrderId, item: PaperId) -> Result<(Case, Paper)> {
    let world = app.fresh_world().await?;
    let (case, facts): (Case, OrderFacts) = seen_case(app, ctx, &world, id).await?;
    let found = store::paper::load_paper(&app.store.db, id, item).await?;
    let paper = found.ok_or_else(|| Refusal::not_found("文书"))?;
    may_open(ctx, paper.kind, hidden(ctx, &facts))?;
    Ok((case, paper))
}

fn detail(case: &Case, p: &Paper) -> serde_json::Value {
    serde_json::json!({
        "case_no": case.order.case_no, "kind": p.kind, "number": p.number, "code": p.code, "personal": p.personal,
        "digest": p.pdf.digest,
    })
}

/// What a document's file is called.
fn file_name(p: &Paper, ending: &str) -> String {
    format!("{}_{}.{ending}", p.kind.cn(), p.number)
}

/// The bytes of a document, to look at or to keep; both are audited.
pub async fn paper_fetch(app: &App, ctx: &Ctx, id: OrderId, item: PaperId, query: &PaperQuery) -> Result<Handed> {
    ctx.require_ready()?;
    let (case, paper) = opened(app, ctx, id, item).await?;
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let (file, mime, ending): (&PaperFile, _, _) = match query.format.as_deref().unwrap_or("pdf") {
        "pdf" => (&paper.pdf, "application/pdf", "pdf"),
        "docx" => (&paper.docx, docx, "docx"),
        _ => return Err(Refusal::invalid("format", "请选择 PDF 或 DOCX").into()),
    };
    let bytes = fetch(app, &file.digest).await?;
    let action = if query.view { "paper.view" } else { "paper.download" };
    let mut detail = detail(&case, &paper);
    detail["format"] = ending.into();
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        audit::record(tx, app, ctx, audit::Entry::new("paper", action, "paper", paper.id).with(detail.clone())).await
    });
    done?;
    Ok(Handed { name: file_name(&paper, ending), mime: mime.to_owned(), bytes })
}

fn broken(e: press::Error) -> Error {
    match e {
        press::Error::Bad(message) => Refusal::invalid("file", message).into(),
        press::Error::Font(message) => Refusal::state("font", message).into(),
        press::Error::Pdf(cause) => Error::broken(cause),
    }
}
