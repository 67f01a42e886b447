//! A read either on the pool or inside a transaction.

use db::{Bind, Db, FromDb, Result, Sql, Tx};

/// Where a read goes. Functions take `impl Into<Via>`, so callers just pass `&db` or `&mut tx`.
pub enum Via<'a> {
    Db(&'a Db),
    Tx(&'a mut Tx),
}

impl<'a> From<&'a Db> for Via<'a> {
    fn from(db: &'a Db) -> Self {
        Via::Db(db)
    }
}

impl<'a> From<&'a mut Tx> for Via<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        Via::Tx(tx)
    }
}

impl<'a, 'b: 'a> From<&'a mut Via<'b>> for Via<'a> {
    fn from(via: &'a mut Via<'b>) -> Self {
        match via {
            Via::Db(db) => Via::Db(db),
            Via::Tx(tx) => Via::Tx(tx),
        }
    }
}

impl Via<'_> {
    pub(crate) async fn all<T: FromDb>(&mut self, sql: &Sql, args: &[&dyn Bind]) -> Result<Vec<T>> {
        match self {
            Via::Db(db) => db.all(sql, args).await,
            Via::Tx(tx) => tx.all(sql, args).await,
        }
    }

    pub(crate) async fn one<T: FromDb>(&mut self, sql: &Sql, args: &[&dyn Bind]) -> Result<Option<T>> {
        match self {
            Via::Db(db) => db.one(sql, args).await,
            Via::Tx(tx) => tx.one(sql, args).await,
        }
    }

    pub(crate) async fn scalar<T>(&mut self, sql: &Sql, args: &[&dyn Bind]) -> Result<T>
    where
        (T,): FromDb,
    {
        match self {
            Via::Db(db) => db.scalar(sql, args).await,
            Via::Tx(tx) => tx.scalar(sql, args).await,
        }
    }
}
