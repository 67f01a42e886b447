//! Organisations (机构).

use std::sync::LazyLock;

use db::{BoxBind, Sql, Tx};
use domain::directory::Org;
use kernel::OrgId;
use sqlx::FromRow;

use crate::{
    error::{Result, StoreError},
    row::{At, args, boxes, insert_new, select, update},
    via::Via,
};

const TABLE: &str = "org";
#[rustfmt::skip]
const CHANGING: &[&str] = &[
    "code", "name", "short", "parent", "superior", "level", "kind", "group_name", "region", "phone", "active",
    "merged_into",
];

static LIST: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(&columns(), TABLE, "ORDER BY id")));
static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(&columns(), TABLE, "WHERE id = $1")));
static SAVE: LazyLock<Sql> = LazyLock::new(|| {
    Sql::dynamic(update(TABLE, CHANGING, 3, ", version = version + 1 WHERE id = $1 AND version = $2"))
});
const FIND: Sql = Sql::same("SELECT id FROM org WHERE code = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("org.list", LIST.clone()), ("org.load", LOAD.clone()), ("org.save", SAVE.clone()), ("org.find", FIND)]
}

fn columns() -> Vec<&'static str> {
    [&["id", "version"], CHANGING].concat()
}

#[derive(FromRow)]
struct OrgRow {
    id: OrgId,
    version: i64,
    code: String,
    name: String,
    short: String,
    parent: Option<OrgId>,
    superior: Option<OrgId>,
    level: String,
    kind: String,
    group_name: String,
    region: String,
    phone: Option<String>,
    active: bool,
    merged_into: Option<OrgId>,
}

impl TryFrom<OrgRow> for Org {
    type Error = StoreError;
    fn try_from(r: OrgRow) -> Result<Self> {
        let at = At { table: TABLE, row: &r.id };
        Ok(Org {
            level: at.code("level", &r.level)?,
            kind: at.code("kind", &r.kind)?,
            id: r.id,
            code: r.code,
            name: r.name,
            short: r.short,
            parent: r.parent,
            superior: r.superior,
            group: r.group_name,
            region: r.region,
            phone: r.phone,
            active: r.active,
            merged_into: r.merged_into,
            version: r.version,
        })
    }
}

fn changing(o: &Org) -> Vec<BoxBind> {
    boxes![
        o.code.clone(),
        o.name.clone(),
        o.short.clone(),
        o.parent,
        o.superior,
        o.level.code(),
        o.kind.code(),
        o.group.clone(),
        o.region.clone(),
        o.phone.clone(),
        o.active,
        o.merged_into,
    ]
}

/// Every organisation, abolished ones included.
pub async fn list_orgs<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Org>> {
    via.into().all::<OrgRow>(&LIST, &[]).await?.into_iter().map(Org::try_from).collect()
}

/// One organisation.
pub async fn load_org<'a>(via: impl Into<Via<'a>>, id: OrgId) -> Result<Option<Org>> {
    via.into().one::<OrgRow>(&LOAD, &[&id]).await?.map(Org::try_from).transpose()
}

/// The organisation with this code.
pub async fn find_by_code<'a>(via: impl Into<Via<'a>>, code: &str) -> Result<Option<OrgId>> {
    Ok(via.into().one::<(OrgId,)>(&FIND, &[&code]).await?.map(|(id,)| id))
}

/// Adds organisations; a code that exists is a unique violation.
pub async fn insert_orgs(tx: &mut Tx, orgs: &[Org]) -> Result<()> {
    let rows = orgs.iter().map(|o| {
        let mut row = boxes![o.id, o.version];
        row.extend(changing(o));
        row
    });
    insert_new(tx, TABLE, &columns(), rows.collect(), "").await?;
    Ok(())
}

/// Writes the organisation if its version is still `org.version`, and makes it one more.
pub async fn save_org(tx: &mut Tx, org: &Org) -> Result<bool> {
    let mut binds = boxes![org.id, org.version];
    binds.extend(changing(org));
    Ok(tx.run(&*SAVE, &args(&binds)).await? == 1)
}
