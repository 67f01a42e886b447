//! Statement text.

use std::sync::Arc;

use sqlx::{AssertSqlSafe, SqlSafeStr, SqlStr};

use crate::dialect::Dialect;

#[derive(Debug, Clone)]
enum Text {
    Static(&'static str),
    Shared(Arc<str>),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Text::Static(text) => text,
            Text::Shared(text) => text,
        }
    }

    fn sql_str(&self) -> SqlStr {
        match self {
            Text::Static(text) => text.into_sql_str(),
            Text::Shared(text) => AssertSqlSafe(Arc::clone(text)).into_sql_str(),
        }
    }
}

/// SQL text with `$1..$n` placeholders: the same for both engines, or an explicit pair where they truly differ.
#[derive(Debug, Clone)]
pub struct Sql {
    lite: Text,
    pg: Text,
}

impl Sql {
    /// The same static text for both engines, usable in a `const`.
    pub const fn same(text: &'static str) -> Self {
        Sql { lite: Text::Static(text), pg: Text::Static(text) }
    }

    /// A pair for the few statements where the engines differ (row claims, date functions).
    pub const fn split(lite: &'static str, pg: &'static str) -> Self {
        Sql { lite: Text::Static(lite), pg: Text::Static(pg) }
    }

    /// Text composed at run time, same for both engines. The caller vouches that no user input is inside it:
    /// values belong in binds, identifiers in static lists.
    pub fn dynamic(text: String) -> Self {
        let text: Arc<str> = text.into();
        Sql { lite: Text::Shared(Arc::clone(&text)), pg: Text::Shared(text) }
    }

    /// A pair composed at run time, under the same promise as [`Sql::dynamic`].
    pub fn built(lite: String, pg: String) -> Self {
        Sql { lite: Text::Shared(lite.into()), pg: Text::Shared(pg.into()) }
    }

    /// The text one engine receives.
    pub fn text(&self, dialect: Dialect) -> &str {
        match dialect {
            Dialect::Lite => self.lite.as_str(),
            Dialect::Pg => self.pg.as_str(),
        }
    }

    /// Whether the engines receive different text.
    pub fn is_split(&self) -> bool {
        self.lite.as_str() != self.pg.as_str()
    }

    pub(crate) fn lite(&self) -> SqlStr {
        self.lite.sql_str()
    }

    pub(crate) fn pg(&self) -> SqlStr {
        self.pg.sql_str()
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Sql::same(text)
    }
}

impl From<&Sql> for Sql {
    fn from(sql: &Sql) -> Self {
        sql.clone()
    }
}
