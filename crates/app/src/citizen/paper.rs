//! 答复附件: what went with the answer, for the citizen whose matter it is.

use citizen::{MatterKey, Paper, PaperFile};
use domain::attachment::{FileClass, Purpose};
use domain::case::Case;
use kernel::{AttachmentId, OrderId, Refusal, Uuid, redact_text};
use store::attachment::Attachment;
use store::flow_log::FlowLine;

use super::view::{ANSWERS, matter_view};
use crate::attachment::{Handed, cleaned, fetch, used};
use crate::ctx::App;
use crate::{Error, Result};

/// Those a step had handed in when the latest answer went out, oldest first. What units write to each other stays inside.
pub(super) async fn papers(app: &App, case: &Case, flow: &[FlowLine]) -> Result<Vec<Paper>> {
    let Some(answer) = flow.iter().rev().find(|l| ANSWERS.contains(&l.entry.code.as_str())) else {
        return Ok(Vec::new());
    };
    let all = store::attachment::attachments(&app.store.db, &app.store.vault, case.order.id).await?;
    let went = |a: &Attachment| a.purpose == Purpose::Reply && used(a, flow).is_some_and(|l| l.seq <= answer.seq);
    let shown = |a: Attachment| Paper { id: a.id.0, name: redact_text(&a.name), size: a.size };
    Ok(all.into_iter().filter(went).map(shown).collect())
}

/// The file of one that the page of the matter names.
pub(super) async fn paper(app: &App, key: MatterKey, id: Uuid) -> Result<PaperFile> {
    let MatterKey::Own(order) = key else { return Err(none()) };
    let world = app.fresh_world().await?;
    let matter = matter_view(app, &world, OrderId(order), false).await?;
    let named = matter.and_then(|m| m.reply).is_some_and(|r| r.papers.iter().any(|p| p.id == id));
    if !named {
        return Err(none());
    }
    paper_file(app, OrderId(order), id).await.map_err(|e| match e.refusal().map(|r| r.code.as_ref()) {
        Some("gone") => {
            tracing::error!(%order, paper = %id, "a file that goes with an answer is lost");
            Refusal::gone("这个附件暂时无法提供，请拨打热线电话索取").into()
        }
        Some("file_store") => Refusal::state("file_store", "附件暂时打不开，请过几分钟再试").into(),
        _ => e,
    })
}

/// As it leaves the house: a picture without place and camera.
///
/// # Errors
/// `gone` when it cannot be found any more; other refusals when the file store is away.
pub async fn paper_file(app: &App, order: OrderId, id: Uuid) -> Result<PaperFile> {
    let found = store::attachment::load_attachment(&app.store.db, &app.store.vault, order, AttachmentId(id)).await?;
    let a = found.ok_or_else(none)?;
    let handed = Handed { bytes: fetch(app, &a.digest).await?, name: redact_text(&a.name), mime: a.mime };
    let Handed { name, mime, bytes } = if a.class == FileClass::Picture { cleaned(handed) } else { handed };
    Ok(PaperFile { name, mime, bytes })
}

/// What a letter carries, bytes: mail servers commonly take 10 MB, and in a mail a file is a third longer.
const LETTER: i64 = 7 << 20;

/// 答复附件 as they go with a letter.
#[derive(Debug, Default)]
pub struct Enclosed {
    pub files: Vec<PaperFile>,
    /// How many are too long for it or cannot be had now: the page of the matter has them.
    pub left: usize,
}

/// The papers of an order's answer, for a letter to the citizen.
pub async fn enclosed(app: &App, order: OrderId) -> Result<Enclosed> {
    let world = app.fresh_world().await?;
    let matter = matter_view(app, &world, order, false).await?;
    let papers = matter.and_then(|m| m.reply).map(|r| r.papers).unwrap_or_default();
    let (mut all, mut room) = (Enclosed::default(), LETTER);
    for paper in papers {
        let file = if paper.size <= room { paper_file(app, order, paper.id).await.ok() } else { None };
        match file {
            Some(file) => {
                room -= paper.size;
                all.files.push(file);
            }
            None => all.left += 1,
        }
    }
    Ok(all)
}

fn none() -> Error {
    Refusal::gone("没有这个附件，请返回查询页面重新打开").into()
}
