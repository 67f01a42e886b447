//! 附件 of orders: their facts. The bytes are in [`crate::blob`].

use db::{FromRow, Sql, Tx};
use domain::attachment::{FileClass, Purpose, Scan};
use kernel::{AttachmentId, OrderId, OrgId, Ts, UserId};

use crate::{
    Store,
    error::{Result, StoreError},
    row::At,
    search::Where,
    vault::Vault,
    via::Via,
};

const TABLE: &str = "attachment";

const INSERT: Sql = Sql::same(
    "INSERT INTO attachment (id, order_id, purpose, class, mime, size, digest, sha256, thumb, name_enc, scan, after_seq,
        by_user, by_org, at, withdrawn_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, NULL)",
);
const OF_ORDER: Sql = Sql::same(
    "SELECT id, order_id, purpose, class, mime, size, digest, sha256, thumb, name_enc, scan, after_seq, by_user, by_org, at
     FROM attachment WHERE order_id = $1 AND withdrawn_at IS NULL ORDER BY at, id",
);
const LOAD: Sql = Sql::same(
    "SELECT id, order_id, purpose, class, mime, size, digest, sha256, thumb, name_enc, scan, after_seq, by_user, by_org, at
     FROM attachment WHERE id = $1 AND order_id = $2 AND withdrawn_at IS NULL",
);
const WITHDRAW: Sql = Sql::same("UPDATE attachment SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL");
const HOLDS: Sql = Sql::same(
    "SELECT (SELECT COUNT(*) FROM attachment WHERE digest = $1 AND withdrawn_at IS NULL)
          + (SELECT COUNT(*) FROM attachment WHERE thumb = $1 AND withdrawn_at IS NULL)
          + (SELECT COUNT(*) FROM paper WHERE pdf = $1) + (SELECT COUNT(*) FROM paper WHERE docx = $1)
          + (SELECT COUNT(*) FROM paper_template WHERE digest = $1)
          + (SELECT COUNT(*) FROM inbox_file WHERE digest = $1) + (SELECT COUNT(*) FROM inbox_file WHERE thumb = $1)",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("attachment.insert", INSERT),
        ("attachment.of_order", OF_ORDER),
        ("attachment.load", LOAD),
        ("attachment.withdraw", WITHDRAW),
        ("attachment.holds", HOLDS),
    ]
}

/// How many attachments of a purpose stand on each of the orders.
pub async fn count_of_purpose(store: &Store, purpose: Purpose, orders: &[OrderId]) -> Result<Vec<(OrderId, i64)>> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let mut w = Where::default();
    w.on("purpose = {}", purpose.code());
    w.raw("withdrawn_at IS NULL");
    w.any_of("order_id", orders.iter().copied());
    let text = format!("SELECT order_id, COUNT(*) FROM attachment WHERE {} GROUP BY order_id", w.text());
    let built = w.finish(&text);
    Ok(store.db.all(&built.sql, &built.args()).await?)
}

/// One attachment without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub id: AttachmentId,
    pub order_id: OrderId,
    pub purpose: Purpose,
    pub class: FileClass,
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// SM3 of the bytes, hexadecimal: its name in the file store.
    pub digest: String,
    pub sha256: String,
    /// Name of the small picture in the file store.
    pub thumb: Option<String>,
    pub name: String,
    pub scan: Scan,
    /// The last flow entry of the order when it was added.
    pub after_seq: i64,
    pub by_user: UserId,
    pub by_org: OrgId,
    pub at: Ts,
}

#[derive(FromRow)]
struct AttachmentRow {
    id: AttachmentId,
    order_id: OrderId,
    purpose: String,
    class: String,
    mime: String,
    size: i64,
    digest: String,
    sha256: String,
    thumb: Option<String>,
    name_enc: Vec<u8>,
    scan: String,
    after_seq: i64,
    by_user: UserId,
    by_org: OrgId,
    at: Ts,
}

impl AttachmentRow {
    fn open(self, vault: &Vault) -> Result<Attachment, StoreError> {
        let at = At { table: TABLE, row: &self.id };
        Ok(Attachment {
            purpose: at.code("purpose", &self.purpose)?,
            class: at.code("class", &self.class)?,
            scan: at.code("scan", &self.scan)?,
            name: vault.open(TABLE, self.id, "name_enc", &self.name_enc)?,
            id: self.id,
            order_id: self.order_id,
            mime: self.mime,
            size: self.size,
            digest: self.digest,
            sha256: self.sha256,
            thumb: self.thumb,
            after_seq: self.after_seq,
            by_user: self.by_user,
            by_org: self.by_org,
            at: self.at,
        })
    }
}

pub async fn insert_attachment(tx: &mut Tx, vault: &Vault, a: &Attachment) -> Result<()> {
    let name = vault.seal(TABLE, a.id, "name_enc", &a.name);
    let (purpose, class, scan) = (a.purpose.code(), a.class.code(), a.scan.code());
    let binds: [&dyn db::Bind; 15] = [
        &a.id,
        &a.order_id,
        &purpose,
        &class,
        &a.mime,
        &a.size,
        &a.digest,
        &a.sha256,
        &a.thumb,
        &name,
        &scan,
        &a.after_seq,
        &a.by_user,
        &a.by_org,
        &a.at,
    ];
    tx.run(&INSERT, &binds).await?;
    Ok(())
}

/// Those not withdrawn, oldest first.
pub async fn attachments<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Vec<Attachment>> {
    let rows: Vec<AttachmentRow> = via.into().all(&OF_ORDER, &[&order]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// One of the order's, unless it was withdrawn.
pub async fn load_attachment<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    order: OrderId,
    id: AttachmentId,
) -> Result<Option<Attachment>> {
    let row: Option<AttachmentRow> = via.into().one(&LOAD, &[&id, &order]).await?;
    row.map(|r| r.open(vault)).transpose()
}

/// `false` when it was withdrawn already. The row stays, its bytes go with the next clearing.
pub async fn withdraw_attachment(tx: &mut Tx, id: AttachmentId, now: Ts) -> Result<bool> {
    Ok(tx.run(&WITHDRAW, &[&id, &now]).await? == 1)
}

/// Something still needs this file of the file store.
pub async fn holds_blob<'a>(via: impl Into<Via<'a>>, digest: &str) -> Result<bool> {
    let row: Option<(i64,)> = via.into().one(&HOLDS, &[&digest]).await?;
    Ok(row.is_some_and(|(n,)| n > 0))
}
