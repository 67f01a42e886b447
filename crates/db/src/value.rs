//! Values going in, rows coming out.

use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, Encode, FromRow, Postgres, Sqlite, Type};

use crate::error::{DbError, Result};

/// A value both engines accept as a parameter: integers, `bool`, `f64`, text, `Vec<u8>`, `Uuid`, [`crate::Json`],
/// `Option` of these, and every `#[derive(sqlx::Type)]` newtype or text enum.
pub trait Bind: Sync {
    /// Appends the value to a SQLite argument list.
    fn lite(&self, args: &mut SqliteArguments) -> std::result::Result<(), BoxDynError>;
    /// Appends the value to a PostgreSQL argument list.
    fn pg(&self, args: &mut PgArguments) -> std::result::Result<(), BoxDynError>;
}

impl<T> Bind for T
where
    T: Sync + for<'q> Encode<'q, Sqlite> + Type<Sqlite> + for<'q> Encode<'q, Postgres> + Type<Postgres>,
{
    fn lite(&self, args: &mut SqliteArguments) -> std::result::Result<(), BoxDynError> {
        args.add(self)
    }

    fn pg(&self, args: &mut PgArguments) -> std::result::Result<(), BoxDynError> {
        args.add(self)
    }
}

/// An owned parameter, for statements composed at run time.
pub type BoxBind = Box<dyn Bind + Send + Sync>;

/// Boxes a parameter for [`crate::Filter`].
pub fn boxed(value: impl Bind + Send + 'static) -> BoxBind {
    Box::new(value)
}

/// A row readable from either engine; `#[derive(sqlx::FromRow)]` gives both, tuples work too.
pub trait FromDb: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

impl<T> FromDb for T where T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}

pub(crate) fn lite_args(args: &[&dyn Bind]) -> Result<SqliteArguments> {
    let mut out = SqliteArguments::default();
    lite_args_after(&mut out, args)?;
    Ok(out)
}

/// Adds arguments to those of the statements before.
pub(crate) fn lite_args_after(out: &mut SqliteArguments, args: &[&dyn Bind]) -> Result<()> {
    for (i, arg) in args.iter().enumerate() {
        arg.lite(out).map_err(|source| DbError::Encode { position: i + 1, source })?;
    }
    Ok(())
}

pub(crate) fn pg_args(args: &[&dyn Bind]) -> Result<PgArguments> {
    let mut out = PgArguments::default();
    for (i, arg) in args.iter().enumerate() {
        arg.pg(&mut out).map_err(|source| DbError::Encode { position: i + 1, source })?;
    }
    Ok(out)
}

pub(crate) fn lite_row<T: FromDb>(row: &SqliteRow) -> Result<T> {
    T::from_row(row).map_err(DbError::decode::<T>)
}

pub(crate) fn pg_row<T: FromDb>(row: &PgRow) -> Result<T> {
    T::from_row(row).map_err(DbError::decode::<T>)
}
