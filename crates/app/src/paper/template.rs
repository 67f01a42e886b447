//! 文书模板: put in place of the built-in ones by an administrator, checked, versioned, looked at with a made-up order.

use std::sync::Arc;

use domain::authority::Permission;
use domain::paper::{PaperKind, check_template, slots};
use kernel::{Refusal, TemplateId};
use press::About;
use render::content::{Content, recognise};
use store::paper_template::{self, Template};

use super::broken;
use super::fields::sample;
use super::make::{built_in, make, proof_url};
use crate::attachment::{Handed, fetch};
use crate::ctx::{App, Ctx};
use crate::view::{SlotView, TemplateChecked, TemplateChoice, TemplateForm, TemplateKind, TemplateQuery, TemplateView};
use crate::{Error, Result, audit};

/// Largest template, bytes.
const LARGEST: usize = 5 << 20;

/// Every kind with its versions and what a template of it may name.
pub async fn template_list(app: &App, ctx: &Ctx) -> Result<Vec<TemplateKind>> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminTemplate)?;
    let world = app.fresh_world().await?;
    let all = paper_template::templates(&app.store.db).await?;
    let kind = |kind: &PaperKind| {
        let of_kind = all.iter().filter(|t| t.kind == *kind);
        let versions: Vec<TemplateView> = of_kind
            .map(|t| TemplateView {
                id: t.id,
                version: t.version,
                file_name: t.file_name.clone(),
                note: t.note.clone(),
                size: t.size,
                in_force: t.in_force,
                by_name: world.user_name(t.by_user),
                at: t.at,
            })
            .collect();
        TemplateKind {
            kind: *kind,
            kind_cn: kind.cn().to_owned(),
            letter: kind.is_letter(),
            built_in: versions.iter().all(|v| !v.in_force),
            versions,
            slots: slots(*kind).map(|s| SlotView { name: s.name.to_owned(), means: s.means.to_owned() }).collect(),
        }
    };
    Ok(PaperKind::ALL.iter().map(kind).collect())
}

/// What is inside: the placeholders and what the PDF cannot show. The template is filled and set once, so that nobody
/// finds out only when a document is due.
async fn checked(app: &App, kind: PaperKind, bytes: &[u8]) -> Result<TemplateChecked> {
    if bytes.len() > LARGEST {
        return Err(Refusal::invalid("file", format!("模板不能超过{}MB", LARGEST >> 20)).into());
    }
    if recognise(bytes) != Ok(Content::Docx) {
        let message = "不是可用的 DOCX 文件：请用 Word 或 WPS 另存为不含宏、未加密的 .docx 后上传";
        return Err(Refusal::invalid("file", message).into());
    }
    let names = press::placeholders(bytes).map_err(broken)?;
    check_template(kind, names.iter().map(String::as_str))?;
    let left_out = press::read(bytes).map_err(broken)?.left_out;
    let url = proof_url(app, "A1B2-C3D4-E5F6-A7B8-C9D0");
    make(app, bytes.to_vec(), sample(kind), &url, About::default()).await?;
    Ok(TemplateChecked { version: None, used: names.into_iter().collect(), left_out })
}

/// 上传模板: a broken one is refused with the name nobody knows; a good one is in force at once.
pub async fn template_add(app: &App, ctx: &Ctx, form: &TemplateForm, bytes: Vec<u8>) -> Result<TemplateChecked> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminTemplate)?;
    let mut found = checked(app, form.kind, &bytes).await?;
    if form.check {
        return Ok(found);
    }
    let note = form.note.trim();
    if !(2..=200).contains(&note.chars().count()) {
        return Err(Refusal::invalid("note", "请填写修改说明，2至200字").into());
    }
    let size = i64::try_from(bytes.len()).map_err(Error::broken)?;
    let (blobs, vault, now) = (Arc::clone(&app.settings.files), app.store.vault.clone(), ctx.now);
    let kept = tokio::task::spawn_blocking(move || store::blob::keep(&*blobs, &vault, &bytes, now));
    let digest = kept.await.map_err(Error::broken)?.map_err(Error::broken)?;
    let template = Template {
        id: TemplateId::mint(&*app.mint, ctx.now),
        kind: form.kind,
        version: 0,
        file_name: domain::attachment::file_name(&form.name, "docx"),
        note: note.to_owned(),
        digest,
        size,
        in_force: true,
        by_user: ctx.actor()?.user,
        at: ctx.now,
    };
    let version: Result<i64> = db::with_retry!(app.store.db, async |tx| {
        let version = paper_template::add_template(tx, &template).await?;
        let detail = serde_json::json!({ "kind": template.kind, "version": version, "digest": template.digest });
        let entry = audit::Entry::new("admin", "paper_template.add", "paper_template", template.id);
        audit::record(tx, app, ctx, entry.because(note).with(detail)).await?;
        Ok(version)
    });
    found.version = Some(version?);
    Ok(found)
}

async fn of(app: &App, kind: PaperKind, id: TemplateId) -> Result<Template> {
    let found = paper_template::load_template(&app.store.db, id).await?.filter(|t| t.kind == kind);
    found.ok_or_else(|| Refusal::not_found("文书模板").into())
}

/// 启用: an earlier version or the built-in template is in force again.
pub async fn template_choose(app: &App, ctx: &Ctx, form: &TemplateChoice) -> Result<Vec<TemplateKind>> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminTemplate)?;
    let chosen = match form.id {
        Some(id) => Some(of(app, form.kind, id).await?),
        None => None,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        match &chosen {
            Some(t) => paper_template::enforce_template(tx, t).await?,
            None => paper_template::retire_templates(tx, form.kind).await?,
        }
        let detail = serde_json::json!({ "kind": form.kind, "version": chosen.as_ref().map(|t| t.version) });
        let id = form.id.map_or_else(|| form.kind.code().to_owned(), |id| id.to_string());
        let entry = audit::Entry::new("admin", "paper_template.choose", "paper_template", id);
        audit::record(tx, app, ctx, entry.with(detail)).await
    });
    done?;
    template_list(app, ctx).await
}

/// A template itself, or what it makes of a made-up order.
pub async fn template_fetch(app: &App, ctx: &Ctx, query: &TemplateQuery) -> Result<Handed> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminTemplate)?;
    let (name, bytes) = match query.id {
        Some(id) => {
            let t = of(app, query.kind, id).await?;
            (format!("{}模板_第{}版", query.kind.cn(), t.version), fetch(app, &t.digest).await?)
        }
        None => (format!("{}模板_内置", query.kind.cn()), built_in(query.kind)?),
    };
    let docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    match query.format.as_str() {
        "docx" => Ok(Handed { name: format!("{name}.docx"), mime: docx.to_owned(), bytes }),
        "pdf" => {
            let url = proof_url(app, "A1B2-C3D4-E5F6-A7B8-C9D0");
            let made = make(app, bytes, sample(query.kind), &url, About::default()).await?;
            Ok(Handed { name: format!("{name}_示例.pdf"), mime: "application/pdf".to_owned(), bytes: made.pdf })
        }
        _ => Err(Refusal::invalid("format", "请选择 PDF 或 DOCX").into()),
    }
}
