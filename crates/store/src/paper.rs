//! 公文: their facts. The bytes are in [`crate::blob`].

use db::{FromRow, Sql, Tx};
use domain::authority::ScopeFilter;
use domain::paper::{PaperKind, PaperState};
use kernel::{Cursor, OrderId, OrgId, Page, PaperId, TemplateId, Ts, UserId, Uuid};

use crate::{
    Store,
    error::{Result, StoreError},
    row::At,
    search::{Where, check},
    via::Via,
};

const TABLE: &str = "paper";

const INSERT: Sql = Sql::same(
    "INSERT INTO paper (id, order_id, kind, subject, org, year, no, number, code, personal, template, state, issued_by,
        issued_at, pdf, pdf_sha256, pdf_size, docx, docx_sha256, docx_size, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'valid', $12, $13, $14, $15, $16, $17, $18, $19, $13)",
);
const OF_ORDER: Sql = Sql::same("SELECT * FROM paper WHERE order_id = $1 ORDER BY issued_at, id");
const LOAD: Sql = Sql::same("SELECT * FROM paper WHERE id = $1 AND order_id = $2");
const SPEAKING: Sql =
    Sql::same("SELECT * FROM paper WHERE order_id = $1 AND kind = $2 AND subject = $3 AND state = 'valid'");
const BY_CODE: Sql = Sql::same("SELECT * FROM paper WHERE code = $1");
const CHANGED: Sql = Sql::same("SELECT * FROM paper WHERE updated_at >= $1 ORDER BY updated_at, id LIMIT $2");
const WITHDRAW: Sql = Sql::same(
    "UPDATE paper SET state = 'withdrawn', withdrawn_at = $2, withdrawn_by = $3, withdrawn_reason = $4, updated_at = $2
     WHERE id = $1 AND state = 'valid'",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("paper.insert", INSERT),
        ("paper.of_order", OF_ORDER),
        ("paper.load", LOAD),
        ("paper.speaking", SPEAKING),
        ("paper.by_code", BY_CODE),
        ("paper.changed", CHANGED),
        ("paper.withdraw", WITHDRAW),
    ]
}

/// One of the two files of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperFile {
    /// SM3 of the bytes, hexadecimal: its name in the file store.
    pub digest: String,
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

/// 作废.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    pub at: Ts,
    pub by: UserId,
    pub reason: String,
}

/// An issued document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    pub id: PaperId,
    pub order_id: OrderId,
    pub kind: PaperKind,
    /// What it speaks about: a task, a round of supervision, an application or the order.
    pub subject: Uuid,
    pub org: OrgId,
    pub year: i64,
    pub no: i64,
    pub number: String,
    /// 验证码.
    pub code: String,
    /// Names the citizen in clear.
    pub personal: bool,
    /// `None`: the built-in template.
    pub template: Option<TemplateId>,
    pub issued_by: UserId,
    pub issued_at: Ts,
    pub pdf: PaperFile,
    pub docx: PaperFile,
    pub withdrawn: Option<Withdrawal>,
    pub updated_at: Ts,
}

impl Paper {
    #[must_use]
    pub const fn state(&self) -> PaperState {
        if self.withdrawn.is_some() { PaperState::Withdrawn } else { PaperState::Valid }
    }
}

#[derive(FromRow)]
struct PaperRow {
    id: PaperId,
    order_id: OrderId,
    kind: String,
    subject: Uuid,
    org: OrgId,
    year: i64,
    no: i64,
    number: String,
    code: String,
    personal: bool,
    template: Option<TemplateId>,
    issued_by: UserId,
    issued_at: Ts,
    pdf: String,
    pdf_sha256: String,
    pdf_size: i64,
    docx: String,
    docx_sha256: String,
    docx_size: i64,
    withdrawn_at: Option<Ts>,
    withdrawn_by: Option<UserId>,
    withdrawn_reason: Option<String>,
    updated_at: Ts,
}

impl TryFrom<PaperRow> for Paper {
    type Error = StoreError;

    fn try_from(r: PaperRow) -> Result<Self, StoreError> {
        let at = At { table: TABLE, row: &r.id };
        let withdrawn = r.withdrawn_at.zip(r.withdrawn_by).zip(r.withdrawn_reason);
        Ok(Self {
            kind: at.code("kind", &r.kind)?,
            withdrawn: withdrawn.map(|((at, by), reason)| Withdrawal { at, by, reason }),
            pdf: PaperFile { digest: r.pdf, sha256: r.pdf_sha256, size: r.pdf_size },
            docx: PaperFile { digest: r.docx, sha256: r.docx_sha256, size: r.docx_size },
            id: r.id,
            order_id: r.order_id,
            subject: r.subject,
            org: r.org,
            year: r.year,
            no: r.no,
            number: r.number,
            code: r.code,
            personal: r.personal,
            template: r.template,
            issued_by: r.issued_by,
            issued_at: r.issued_at,
            updated_at: r.updated_at,
        })
    }
}

fn all(rows: Vec<PaperRow>) -> Result<Vec<Paper>> {
    rows.into_iter().map(Paper::try_from).collect()
}

pub async fn insert_paper(tx: &mut Tx, p: &Paper) -> Result<()> {
    let kind = p.kind.code();
    let binds: [&dyn db::Bind; 19] = [
        &p.id,
        &p.order_id,
        &kind,
        &p.subject,
        &p.org,
        &p.year,
        &p.no,
        &p.number,
        &p.code,
        &p.personal,
        &p.template,
        &p.issued_by,
        &p.issued_at,
        &p.pdf.digest,
        &p.pdf.sha256,
        &p.pdf.size,
        &p.docx.digest,
        &p.docx.sha256,
        &p.docx.size,
    ];
    tx.run(&INSERT, &binds).await?;
    Ok(())
}

/// All of an order, those withdrawn too, oldest first.
pub async fn papers<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Paper>> {
    all(via.into().all(&OF_ORDER, &[&order]).await?)
}

/// One of the order's.
pub async fn load_paper<'a>(via: impl Into<Via<'a>>, order: OrderId, id: PaperId) -> Result<Option<Paper>> {
    let row: Option<PaperRow> = via.into().one(&LOAD, &[&id, &order]).await?;
    row.map(Paper::try_from).transpose()
}

/// The valid document of a kind about a thing.
pub async fn speaking_paper<'a>(
    via: impl Into<Via<'a>>,
    order: OrderId,
    kind: PaperKind,
    subject: Uuid,
) -> Result<Option<Paper>> {
    let row: Option<PaperRow> = via.into().one(&SPEAKING, &[&order, &kind.code(), &subject]).await?;
    row.map(Paper::try_from).transpose()
}

/// The document with this 验证码, for whoever holds it.
pub async fn paper_by_code<'a>(via: impl Into<Via<'a>>, code: &str) -> Result<Option<Paper>> {
    let row: Option<PaperRow> = via.into().one(&BY_CODE, &[&code]).await?;
    row.map(Paper::try_from).transpose()
}

/// Documents issued or withdrawn since a moment, for the portal outside.
pub async fn changed_papers<'a>(via: impl Into<Via<'a>>, since: Ts, limit: i64) -> Result<Vec<Paper>> {
    all(via.into().all(&CHANGED, &[&since, &limit]).await?)
}

/// `false` when it was withdrawn already.
pub async fn withdraw_paper(tx: &mut Tx, id: PaperId, w: &Withdrawal) -> Result<bool> {
    Ok(tx.run(&WITHDRAW, &[&id, &w.at, &w.by, &w.reason]).await? == 1)
}

/// Which documents of the register; `None` does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaperFilter {
    pub kind: Option<PaperKind>,
    pub org: Option<OrgId>,
    pub state: Option<PaperState>,
    pub from: Option<Ts>,
    /// Exclusive.
    pub to: Option<Ts>,
    /// Beginning of the case number, or part of the document's own.
    pub text: Option<String>,
    /// Only these.
    pub ids: Vec<PaperId>,
}

/// A row of the register: the document and its order's number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperLine {
    pub paper: Paper,
    pub case_no: String,
}

#[derive(FromRow)]
struct RegisterRow {
    #[sqlx(flatten)]
    paper: PaperRow,
    case_no: String,
}

/// A page of the register, newest first, within a scope.
pub async fn register(
    store: &Store,
    f: &PaperFilter,
    scope: &ScopeFilter,
    page: &Page,
) -> Result<(Vec<PaperLine>, Option<Cursor>)> {
    let mut w = Where::default();
    w.any_of("p.kind", f.kind.iter().map(|k| k.code()));
    w.any_of("p.state", f.state.iter().map(|s| s.code()));
    w.any_of("p.org", f.org.iter().copied());
    w.any_of("p.id", f.ids.iter().copied());
    if let Some(from) = f.from {
        w.on("p.issued_at >= {}", from);
    }
    if let Some(to) = f.to {
        w.on("p.issued_at < {}", to);
    }
    if let Some(text) = f.text.as_deref().filter(|t| !t.is_empty()) {
        let literal = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let (within, from, to) =
            (w.bind(format!("%{literal}%")), w.bind(text.to_owned()), w.bind(format!("{text:9<30}")));
        w.raw(format!("(p.number LIKE {within} ESCAPE '\\' OR o.case_no BETWEEN {from} AND {to})"));
    }
    if !check(&mut w, scope) {
        return Ok((Vec::new(), None));
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(p.issued_at, p.id) < ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let more = w.bind(i64::from(page.limit) + 1);
    let text = format!(
        "SELECT p.*, o.case_no FROM paper p JOIN orders o ON o.id = p.order_id WHERE {}
         ORDER BY p.issued_at DESC, p.id DESC LIMIT {more}",
        w.text()
    );
    let built = w.finish(&text);
    let rows: Vec<RegisterRow> = store.db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    let line = |r: RegisterRow| Ok(PaperLine { case_no: r.case_no, paper: r.paper.try_into()? });
    let lines: Vec<PaperLine> = rows.into_iter().take(limit).map(line).collect::<Result<_>>()?;
    let next = lines.last().filter(|_| more).map(|l| Cursor::int(l.paper.issued_at.0, l.paper.id));
    Ok((lines, next))
}
