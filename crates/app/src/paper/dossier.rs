//! 一案一档: everything of one order in one archive with a catalogue and digests; and many documents at once. Made when
//! asked for and never kept, so nothing lies about in clear.

use domain::attachment::Purpose;
use domain::authority::{Masks, OrderFacts, Permission, scope_filter};
use domain::case::Case;
use domain::paper::PaperKind;
use kernel::{OrderId, Page, PaperId, Refusal};
use press::About;
use render::archive::{Archive, Entry};
use render::{Cell, Column, CsvTable, Stamp};
use store::attachment::Attachment;
use store::paper::{Paper, PaperFilter, PaperLine, register};
use store::portal::Of;

use super::fields::{Subject, date_cn, fields as say, hidden, size_cn};
use super::make::{built_in, make, proof_page};
use super::stock::catalogue;
use super::{broken, file_name, may_open};
use crate::attachment::{Handed, fetch, may_open as may_open_file};
use crate::ctx::{App, Ctx};
use crate::export;
use crate::order::seen_case;
use crate::present::action_label;
use crate::view::{BatchForm, Listing, PaperRegisterLine, PaperRegisterQuery};
use crate::world::World;
use crate::{Error, Result, audit};

/// Documents of one download.
const BATCH: usize = 200;
/// Bytes of one download, before packing.
const LARGEST: i64 = 200 << 20;

/// A line of the catalogue.
struct Item {
    title: String,
    path: String,
    size: String,
    note: String,
}

struct Dossier {
    archive: Archive,
    items: Vec<Item>,
}

impl Dossier {
    fn add(&mut self, title: impl Into<String>, path: &str, bytes: &[u8], note: impl Into<String>) -> Result<()> {
        let Entry { path, size, .. } = self.archive.add(path, bytes)?;
        let size = size_cn(i64::try_from(size).unwrap_or(i64::MAX));
        self.items.push(Item { title: title.into(), path, size, note: note.into() });
        Ok(())
    }

    /// Something that belongs to the matter and is not in here.
    fn without(&mut self, title: impl Into<String>, why: impl Into<String>) {
        self.items.push(Item { title: title.into(), path: "—".to_owned(), size: "—".to_owned(), note: why.into() });
    }
}

/// 流转记录 as a table, each line with the hash that chains it to the one before.
async fn flow(app: &App, world: &World, case: &Case, hidden: Masks) -> Result<Vec<u8>> {
    let lines = store::flow_log::flow_of(&app.store.db, case.order.id).await?;
    let heads =
        [("序号", 8.0), ("时间", 18.0), ("单位", 20.0), ("人员", 12.0), ("事项", 16.0), ("意见", 40.0), ("哈希", 64.0)];
    let columns: Vec<Column> = heads.iter().map(|(h, w)| Column::new(*h, *w)).collect();
    let rows: Vec<Vec<Cell>> = lines
        .iter()
        .map(|l| {
            let e = &l.entry;
            let opinion = e.opinion.as_deref().filter(|_| !hidden.internal_opinion);
            vec![
                Cell::Int(l.seq),
                Cell::Time(e.at),
                Cell::from(e.actor_org.map_or("", |o| world.directory.org_name(o))),
                Cell::from(e.actor_name.as_str()),
                Cell::from(action_label(e).as_str()),
                Cell::text(opinion),
                Cell::from(l.hash.as_str()),
            ]
        })
        .collect();
    let stamp = Stamp { lines: vec![("工单编号".to_owned(), case.order.case_no.clone())] };
    let (table, mut bytes) = CsvTable::start(&columns, &stamp)?;
    bytes.extend(table.rows(&rows)?);
    Ok(bytes)
}

/// The order as a sheet of today, without a number of its own.
async fn sheet(app: &App, ctx: &Ctx, world: &World, case: &Case) -> Result<Vec<u8>> {
    let actor = ctx.actor()?;
    let mut fields = say(app, world, PaperKind::Sheet, case, &Subject::Order).await?;
    let pairs = [
        ("文号", "（卷内材料，不编号）".to_owned()),
        ("验证码", "（以卷宗校验值为准）".to_owned()),
        ("核验网址", proof_page(app)),
        ("落款单位", world.directory.org_name(actor.org).to_owned()),
        ("成文日期", date_cn(ctx.now)),
        ("经办人", actor.name.clone()),
    ];
    fields.texts.extend(pairs.map(|(k, v)| (k.to_owned(), v)));
    let about = About { title: format!("工单 {}", case.order.case_no), author: actor.name.clone() };
    Ok(make(app, built_in(PaperKind::Sheet)?, fields, &super::make::site(app), about).await?.pdf)
}

async fn documents(app: &App, ctx: &Ctx, case: &Case, hidden: Masks, d: &mut Dossier) -> Result<()> {
    for p in store::paper::papers(&app.store.db, case.order.id).await? {
        let title = format!("{} {}", p.kind.cn(), p.number);
        if let Err(e) = may_open(ctx, p.kind, hidden) {
            d.without(title, e.refusal().map_or_else(String::new, |r| r.message.clone()));
            continue;
        }
        let note = p.withdrawn.as_ref().map_or_else(|| "有效".to_owned(), |w| format!("已作废：{}", w.reason));
        for (file, ending) in [(&p.pdf, "pdf"), (&p.docx, "docx")] {
            let bytes = fetch(app, &file.digest).await?;
            d.add(title.clone(), &format!("文书/{}", file_name(&p, ending)), &bytes, note.clone())?;
        }
    }
    Ok(())
}

async fn files(app: &App, ctx: &Ctx, case: &Case, facts: &OrderFacts, d: &mut Dossier) -> Result<()> {
    let (db, vault) = (&app.store.db, &app.store.vault);
    let id = case.order.id;
    let photos = store::portal::photos(db, vault, Of::Order(id)).await?;
    let open = may_open_file(ctx, Purpose::Demand, facts).is_ok();
    for line in photos {
        if !open {
            d.without("网上提交的照片", "不在打开人的查看范围内");
            continue;
        }
        if let Some((_, name, bytes)) = store::portal::photo(db, vault, Of::Order(id), line.id).await? {
            d.add(format!("网上提交的照片 {name}"), &format!("附件/诉求人提交/{name}"), &bytes, line.at.format_cn())?;
        }
    }
    let all: Vec<Attachment> = store::attachment::attachments(db, vault, id).await?;
    for a in all {
        if may_open_file(ctx, a.purpose, facts).is_err() {
            d.without(format!("附件（{}）", a.purpose.cn()), "不在打开人的查看范围内");
            continue;
        }
        let bytes = fetch(app, &a.digest).await?;
        d.add(format!("附件 {}", a.name), &format!("附件/{}/{}", a.purpose.cn(), a.name), &bytes, a.at.format_cn())?;
    }
    Ok(())
}

/// The catalogue as a document and as a table.
async fn list(app: &App, ctx: &Ctx, world: &World, case: &Case, d: &mut Dossier) -> Result<()> {
    let columns = ["序号", "材料", "文件", "大小", "说明"].map(|h| Column::new(h, 24.0));
    let rows: Vec<[String; 5]> = d
        .items
        .iter()
        .enumerate()
        .map(|(n, i)| [(n + 1).to_string(), i.title.clone(), i.path.clone(), i.size.clone(), i.note.clone()])
        .collect();
    let cells: Vec<Vec<Cell>> = rows.iter().map(|r| r.iter().map(|t| Cell::from(t.as_str())).collect()).collect();
    let actor = ctx.actor()?;
    let made = format!("{}（{}）　{}", actor.name, world.directory.org_name(actor.org), ctx.now.format_cn());
    let stamp = Stamp {
        lines: vec![("工单编号".to_owned(), case.order.case_no.clone()), ("整理人".to_owned(), made.clone())],
    };
    let (table, mut csv) = CsvTable::start(&columns, &stamp)?;
    csv.extend(table.rows(&cells)?);
    let heads = [
        ("工单编号", case.order.case_no.clone()),
        ("标题", case.order.title.clone()),
        ("状态", case.order.state.cn().to_owned()),
        ("整理", made),
    ];
    let docx = press::write(&catalogue(&app.settings.city, &heads, &rows)).map_err(broken)?;
    let fonts = std::sync::Arc::clone(&app.fonts);
    let about = About { title: format!("卷宗目录 {}", case.order.case_no), author: actor.name.clone() };
    let pdf = tokio::task::spawn_blocking(move || press::pdf(&docx, &fonts, &about));
    let pdf = pdf.await.map_err(Error::broken)?.map_err(broken)?;
    d.archive.add("卷宗目录.pdf", &pdf)?;
    d.archive.add("卷宗目录.csv", &csv)?;
    Ok(())
}

/// 一案一档. What the person may not open is named in the catalogue and not in the archive.
pub async fn dossier(app: &App, ctx: &Ctx, id: OrderId) -> Result<Handed> {
    ctx.require_ready()?;
    ctx.require(Permission::Paper)?;
    let world = app.fresh_world().await?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    let hidden = hidden(ctx, &facts);
    let mut d = Dossier { archive: Archive::default(), items: Vec::new() };
    d.add("工单", "工单.pdf", &sheet(app, ctx, &world, &case).await?, "生成卷宗时的工单全貌")?;
    d.add("流转记录", "流转记录.csv", &flow(app, &world, &case, hidden).await?, "逐条带哈希，前后相连")?;
    documents(app, ctx, &case, hidden, &mut d).await?;
    files(app, ctx, &case, &facts, &mut d).await?;
    list(app, ctx, &world, &case, &mut d).await?;
    let files = d.archive.entries().len();
    let bytes = d.archive.finish()?;
    let digest = app.store.vault.digest_hex(&bytes);
    let detail = serde_json::json!({ "case_no": case.order.case_no, "files": files, "digest": digest });
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        audit::record(tx, app, ctx, audit::Entry::new("paper", "dossier.download", "order", id).with(detail.clone()))
            .await
    });
    done?;
    Ok(Handed { name: format!("卷宗_{}.zip", case.order.case_no), mime: "application/zip".to_owned(), bytes })
}

fn filter(query: &PaperRegisterQuery) -> Result<PaperFilter> {
    let bad = |field: &'static str| Refusal::invalid(field, "筛选条件无效，请重新选择");
    let parse = |text: &Option<String>| text.clone().filter(|t| !t.is_empty());
    Ok(PaperFilter {
        kind: parse(&query.kind).map(|k| k.parse().map_err(|_| bad("kind"))).transpose()?,
        state: parse(&query.state).map(|s| s.parse().map_err(|_| bad("state"))).transpose()?,
        from: query.from,
        to: query.to,
        text: query.text.as_deref().map(|t| t.trim().to_owned()),
        ..PaperFilter::default()
    })
}

fn row(ctx: &Ctx, world: &World, line: PaperLine) -> PaperRegisterLine {
    let PaperLine { paper: p, case_no } = line;
    PaperRegisterLine {
        id: p.id,
        order_id: p.order_id,
        case_no,
        kind: p.kind,
        kind_cn: p.kind.cn().to_owned(),
        number: p.number.clone(),
        org: world.org(p.org),
        issued_by: world.user_name(p.issued_by),
        issued_at: p.issued_at,
        state: p.state(),
        state_cn: p.state().cn().to_owned(),
        withdrawn_reason: p.withdrawn.as_ref().map(|w| w.reason.clone()),
        pdf_size: p.pdf.size,
        may_open: !p.personal || ctx.require(Permission::Reveal).is_ok(),
    }
}

/// 文书台账: every document of the orders in sight, the withdrawn ones with their reason, so that no number is unexplained.
pub async fn paper_register(app: &App, ctx: &Ctx, query: &PaperRegisterQuery) -> Result<Listing<PaperRegisterLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::Paper)?;
    let world = app.fresh_world().await?;
    let scope = scope_filter(ctx.actor()?, &world.directory);
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (lines, next) = register(&app.store, &filter(query)?, &scope, &page).await?;
    let items = lines.into_iter().map(|l| row(ctx, &world, l)).collect();
    Ok(Listing::page(items, next.map(|c| c.encode())))
}

/// The documents asked for that are in sight and may be opened.
async fn allowed(app: &App, ctx: &Ctx, world: &World, ids: &[PaperId]) -> Result<Vec<(Paper, String)>> {
    let scope = scope_filter(ctx.actor()?, &world.directory);
    let filter = PaperFilter { ids: ids.to_vec(), ..PaperFilter::default() };
    let (lines, _) =
        register(&app.store, &filter, &scope, &Page::first(u16::try_from(BATCH).unwrap_or(u16::MAX))).await?;
    let mut out = Vec::new();
    for PaperLine { paper, case_no } in lines {
        let (_, facts) = seen_case(app, ctx, world, paper.order_id).await?;
        may_open(ctx, paper.kind, hidden(ctx, &facts))?;
        out.push((paper, case_no));
    }
    if out.len() != ids.len() {
        return Err(Refusal::forbidden("所选文书有的不在您的查看范围内，请刷新后重新选择").into());
    }
    Ok(out)
}

/// 批量下载: both files of each, with a list; its purpose is on record before anything leaves.
pub async fn paper_batch(app: &App, ctx: &Ctx, form: &BatchForm) -> Result<Handed> {
    ctx.require_ready()?;
    ctx.require(Permission::Export)?;
    let mut ids = form.ids.clone();
    ids.sort();
    ids.dedup();
    if ids.is_empty() || ids.len() > BATCH {
        return Err(Refusal::invalid("ids", format!("请选择1至{BATCH}份文书")).into());
    }
    let world = app.fresh_world().await?;
    let papers = allowed(app, ctx, &world, &ids).await?;
    if papers.iter().map(|(p, _)| p.pdf.size + p.docx.size).sum::<i64>() > LARGEST {
        return Err(Refusal::invalid("ids", "所选文书太大，请分批下载").into());
    }
    let record = export::begin_files(app, ctx, "papers", &form.purpose, papers.len()).await?;
    let mut archive = Archive::default();
    let columns = ["文书编号", "种类", "工单编号", "出具单位", "出具时间", "状态", "作废原因", "PDF 摘要（SM3）"]
        .map(|h| Column::new(h, 24.0));
    let mut rows = Vec::new();
    for (p, case_no) in &papers {
        for (file, ending) in [(&p.pdf, "pdf"), (&p.docx, "docx")] {
            archive.add(&format!("{}/{}", p.kind.cn(), file_name(p, ending)), &fetch(app, &file.digest).await?)?;
        }
        let reason = p.withdrawn.as_ref().map(|w| w.reason.as_str());
        rows.push(vec![
            Cell::from(p.number.as_str()),
            Cell::from(p.kind.cn()),
            Cell::from(case_no.as_str()),
            Cell::from(world.directory.org_name(p.org)),
            Cell::Time(p.issued_at),
            Cell::from(p.state().cn()),
            Cell::text(reason),
            Cell::from(p.pdf.digest.as_str()),
        ]);
    }
    let stamp = Stamp {
        lines: vec![("用途".to_owned(), form.purpose.trim().to_owned()), ("下载时间".to_owned(), ctx.now.format_cn())],
    };
    let (table, mut csv) = CsvTable::start(&columns, &stamp)?;
    csv.extend(table.rows(&rows)?);
    archive.add("文书清单.csv", &csv)?;
    export::done(app, &record, i64::try_from(papers.len()).unwrap_or(i64::MAX)).await?;
    let name = format!("文书_{}份_{}.zip", papers.len(), ctx.now.date());
    Ok(Handed { name, mime: "application/zip".to_owned(), bytes: archive.finish()? })
}
