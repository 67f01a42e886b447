//! Finding articles: by words as one types, and the lists of those who keep them.

use db::Dialect;
use domain::knowledge::Revision;
use kernel::{ArticleId, Cursor, OrgId, Page, Ts};
use sqlx::FromRow;

use super::{RevisionRow, words};
use crate::{
    error::Result,
    search::{Where, code_range},
};

const MANY: i64 = 300;

/// What is looked for among the articles in force.
#[derive(Clone, Debug)]
pub struct Search {
    /// All of these words must occur.
    pub all: Vec<String>,
    /// At least one of these words must occur; the more telling first.
    pub any: Vec<String>,
    pub owners: Vec<OrgId>,
    /// Beginning of a category code.
    pub category: Option<String>,
    /// Region codes, from the place up to the city: articles for one of these or for everywhere.
    pub areas: Vec<String>,
    /// Valid at this moment.
    pub at: Ts,
    pub public_only: bool,
}

impl Search {
    /// Everything valid at a moment.
    #[must_use]
    pub const fn everything(at: Ts) -> Self {
        Self {
            all: Vec::new(),
            any: Vec::new(),
            owners: Vec::new(),
            category: None,
            areas: Vec::new(),
            at,
            public_only: false,
        }
    }
}

/// An article with the revision that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub id: ArticleId,
    pub no: i64,
    pub version: i64,
    pub owner: OrgId,
    pub review_due: Option<Ts>,
    pub retired: bool,
    pub published: Option<i32>,
    pub changed_at: Ts,
    pub revision: Revision,
}

#[derive(FromRow)]
struct FoundRow {
    id: ArticleId,
    article_no: i64,
    version: i64,
    owner: OrgId,
    review_due: Option<Ts>,
    is_retired: bool,
    current_no: Option<i32>,
    changed_at: Ts,
    #[sqlx(flatten)]
    revision: RevisionRow,
}

impl FoundRow {
    fn found(self) -> Result<Found> {
        Ok(Found {
            id: self.id,
            no: self.article_no,
            version: self.version,
            owner: self.owner,
            review_due: self.review_due,
            retired: self.is_retired,
            published: self.current_no,
            changed_at: self.changed_at,
            revision: self.revision.try_into()?,
        })
    }
}

const COLUMNS: &str = "a.id, a.no AS article_no, a.version, a.owner, a.review_due, a.retired IS NOT NULL AS is_retired,
    a.current_no, a.changed_at, r.*";

/// Condition on `kb_article a`, with one mark for the query text.
const fn listed(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Lite => "a.no IN (SELECT rowid FROM kb_text WHERE kb_text MATCH {})",
        Dialect::Pg => "a.no IN (SELECT rowid FROM kb_text WHERE words @@ CAST(CAST({} AS TEXT) AS TSQUERY))",
    }
}

/// Articles in force that match; the latest published first when there are very many. Ranking is the rule's.
pub async fn search(db: &db::Db, s: &Search) -> Result<Vec<Found>> {
    let mut w = Where::default();
    if let Some(query) = words::all_of(&s.all, db.dialect()) {
        w.on(listed(db.dialect()), query);
    }
    if let Some(query) = words::any_of(&s.any, db.dialect()) {
        w.on(listed(db.dialect()), query);
    }
    w.any_of("a.owner", s.owners.iter().copied());
    if let Some(category) = s.category.as_deref().filter(|c| !c.is_empty()) {
        let (from, to) = (w.bind(category.to_owned()), w.bind(format!("{category:9<6}")));
        w.raw(format!("r.category BETWEEN {from} AND {to}"));
    }
    if let Some((place, above)) = s.areas.split_first() {
        let (from, to) = code_range(domain::directory::region_prefix(place));
        let (from, to) = (w.bind(from), w.bind(to));
        let above = w.list(above.iter().cloned().chain([String::new()]));
        w.raw(format!("(r.area BETWEEN {from} AND {to} OR r.area IN ({above}))"));
    }
    w.on("r.valid_from <= {}", s.at);
    w.on("(r.valid_to IS NULL OR r.valid_to > {})", s.at);
    if s.public_only {
        w.raw("r.is_public");
    }
    let limit = w.bind(MANY);
    let text = format!(
        "SELECT {COLUMNS} FROM kb_article a JOIN kb_revision r ON r.article_id = a.id AND r.no = a.current_no
         WHERE {} ORDER BY r.published_at DESC, a.id DESC LIMIT {limit}",
        w.text()
    );
    let built = w.finish(&text);
    let rows: Vec<FoundRow> = db.all(&built.sql, &built.args()).await?;
    rows.into_iter().map(FoundRow::found).collect()
}

macro_rules! tabs {
    ($($v:ident = $code:literal, $condition:literal;)+) => {
        /// A tab of the keepers' desk.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ArticleTab { $($v,)+ }
        impl ArticleTab {
            pub const ALL: &'static [ArticleTab] = &[$(ArticleTab::$v,)+];
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(ArticleTab::$v => $code,)+ } }
            const fn condition(self) -> &'static str { match self { $(ArticleTab::$v => $condition,)+ } }
        }
        impl std::str::FromStr for ArticleTab {
            type Err = String;
            fn from_str(s: &str) -> std::result::Result<Self, String> {
                match s { $($code => Ok(ArticleTab::$v),)+ _ => Err(format!("unknown ArticleTab: {s}")) }
            }
        }
    };
}

tabs! {
    Draft = "draft", "a.working = 'draft'";
    DeptConfirm = "dept_confirm", "a.working = 'dept_confirm'";
    CenterAudit = "center_audit", "a.working = 'center_audit'";
    Review = "review", "a.review_due < {}";
    Published = "published", "a.current_no IS NOT NULL";
    Retired = "retired", "a.retired IS NOT NULL";
}

/// Which articles; empty lists do not restrict.
#[derive(Clone, Debug, Default)]
pub struct ArticleFilter {
    pub owners: Vec<OrgId>,
    /// Words of the title.
    pub title: Option<String>,
    /// Reviews due before this are on the tab.
    pub review_before: Option<Ts>,
}

fn restrict(w: &mut Where, f: &ArticleFilter, tab: ArticleTab) {
    if tab.condition().contains("{}") {
        w.on(tab.condition(), f.review_before.unwrap_or(Ts(0)));
    } else {
        w.raw(tab.condition());
    }
    w.any_of("a.owner", f.owners.iter().copied());
    if let Some(title) = f.title.as_deref().filter(|t| !t.is_empty()) {
        let plain: String = title.chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
        w.on("r.title LIKE {}", format!("%{plain}%"));
    }
}

/// The revision a keeper looks at: the one on its way, else the one in force, else the last.
const FROM: &str =
    "kb_article a JOIN kb_revision r ON r.article_id = a.id AND r.no = COALESCE(a.working_no, a.current_no,
    (SELECT MAX(l.no) FROM kb_revision l WHERE l.article_id = a.id))";

/// A page of a tab, the last changed first.
pub async fn list(
    db: &db::Db,
    f: &ArticleFilter,
    tab: ArticleTab,
    page: &Page,
) -> Result<(Vec<Found>, Option<Cursor>)> {
    let mut w = Where::default();
    restrict(&mut w, f, tab);
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(a.changed_at, a.id) < ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let more = w.bind(i64::from(page.limit) + 1);
    let text =
        format!("SELECT {COLUMNS} FROM {FROM} WHERE {} ORDER BY a.changed_at DESC, a.id DESC LIMIT {more}", w.text());
    let built = w.finish(&text);
    let rows: Vec<FoundRow> = db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    let found: Vec<Found> = rows.into_iter().take(limit).map(FoundRow::found).collect::<Result<_>>()?;
    let next = found.last().filter(|_| more).map(|f| Cursor::int(f.changed_at.0, f.id));
    Ok((found, next))
}

/// The number of articles on every tab.
pub async fn counts(db: &db::Db, f: &ArticleFilter) -> Result<Vec<(ArticleTab, i64)>> {
    let mut out = Vec::new();
    for tab in ArticleTab::ALL {
        let mut w = Where::default();
        restrict(&mut w, f, *tab);
        let built = w.finish_count(FROM);
        out.push((*tab, db.scalar(&built.sql, &built.args()).await?));
    }
    Ok(out)
}
