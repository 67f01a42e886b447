//! Conditions composed at run time.
//!
//! Text parts are `&'static str`: what a user typed can only arrive as a bind.

use crate::sql::Sql;
use crate::value::{Bind, BoxBind};

/// `$start, $start+1, …`: `n` placeholders for an IN list or a VALUES row.
pub fn placeholders(start: usize, n: usize) -> String {
    let mut out = String::with_capacity(n * 5);
    for i in start..start + n {
        if i > start {
            out.push_str(", ");
        }
        out.push('$');
        out.push_str(&i.to_string());
    }
    out
}

/// Collects conditions joined by AND, numbering their placeholders.
#[derive(Default)]
pub struct Filter {
    conditions: Vec<String>,
    binds: Vec<BoxBind>,
}

impl Filter {
    /// No conditions.
    pub fn new() -> Self {
        Filter::default()
    }

    /// No conditions, after binds the head of the statement already uses as `$1..`.
    pub fn after(binds: Vec<BoxBind>) -> Self {
        Filter { conditions: Vec::new(), binds }
    }

    /// Adds a value and returns its placeholder number.
    pub fn bind(&mut self, value: BoxBind) -> usize {
        self.binds.push(value);
        self.binds.len()
    }

    /// Adds a condition with one value, which goes to every `{}` or, without any, to the end:
    /// `push("o.state = ", …)`, `push("(o.phone = {} OR o.contact = {})", …)`.
    pub fn push(&mut self, condition: &'static str, value: BoxBind) -> &mut Self {
        let n = self.bind(value);
        let mark = format!("${n}");
        let text = if condition.contains("{}") { condition.replace("{}", &mark) } else { format!("{condition}{mark}") };
        self.conditions.push(text);
        self
    }

    /// Adds a condition with one value per `{}`, in order: `push_all("(o.at, o.id) < ({}, {})", vec![…])`.
    ///
    /// # Panics
    /// When the number of `{}` differs from the number of values: a mistake in the calling code.
    pub fn push_all(&mut self, condition: &'static str, values: Vec<BoxBind>) -> &mut Self {
        let text = self.number(condition, values);
        self.conditions.push(text);
        self
    }

    /// Adds `column IN ($i, …)`; an empty list matches nothing.
    pub fn push_in(&mut self, column: &'static str, values: Vec<BoxBind>) -> &mut Self {
        if values.is_empty() {
            return self.push_raw("1 = 0");
        }
        let list = placeholders(self.binds.len() + 1, values.len());
        self.binds.extend(values);
        self.conditions.push(format!("{column} IN ({list})"));
        self
    }

    /// Adds a condition without values.
    pub fn push_raw(&mut self, condition: &'static str) -> &mut Self {
        self.conditions.push(condition.to_owned());
        self
    }

    /// `WHERE a AND b`, or nothing when there is no condition.
    pub fn render(&self) -> String {
        if self.conditions.is_empty() { String::new() } else { format!("WHERE {}", self.conditions.join(" AND ")) }
    }

    /// The values, for [`crate::Db::all`].
    pub fn args(&self) -> Vec<&dyn Bind> {
        self.binds.iter().map(|b| &**b as &dyn Bind).collect()
    }

    /// `head WHERE … tail`, the tail's `{}` taking further values: ORDER BY, LIMIT.
    ///
    /// # Panics
    /// As [`Filter::push_all`].
    pub fn finish(mut self, head: &str, tail: &str, values: Vec<BoxBind>) -> Built {
        let tail = self.number(tail, values);
        let text = format!("{head} {} {tail}", self.render());
        Built { sql: Sql::dynamic(text), binds: self.binds }
    }

    fn number(&mut self, text: &str, values: Vec<BoxBind>) -> String {
        let mut parts = text.split("{}");
        let mut out = parts.next().unwrap_or("").to_owned();
        let mut values = values.into_iter();
        for part in parts {
            let n = self.bind(values.next().expect("one value for each {}"));
            out.push_str(&format!("${n}{part}"));
        }
        assert!(values.next().is_none(), "one {{}} for each value in {text:?}");
        out
    }
}

/// A finished statement with its values: `db.all::<Row>(&built.sql, &built.args())`.
pub struct Built {
    /// The text.
    pub sql: Sql,
    binds: Vec<BoxBind>,
}

impl Built {
    /// The values in order.
    pub fn args(&self) -> Vec<&dyn Bind> {
        self.binds.iter().map(|b| &**b as &dyn Bind).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::value::boxed;

    #[test]
    fn conditions_are_numbered_in_the_order_they_came() {
        let mut f = Filter::after(vec![boxed(7i64)]);
        f.push("o.state = ", boxed("filed")).push_raw("o.deleted = FALSE");
        f.push_in("o.kind", vec![boxed("a"), boxed("b")]);
        f.push("(o.phone = {} OR o.contact = {})", boxed("139"));
        f.push_all("(o.at, o.id) < ({}, {})", vec![boxed(1i64), boxed(2i64)]);
        let built = f.finish("SELECT $1, o.* FROM o", "ORDER BY o.at LIMIT {}", vec![boxed(20i64)]);
        assert_eq!(
            built.sql.text(Dialect::Pg),
            "SELECT $1, o.* FROM o WHERE o.state = $2 AND o.deleted = FALSE AND o.kind IN ($3, $4) \
             AND (o.phone = $5 OR o.contact = $5) AND (o.at, o.id) < ($6, $7) ORDER BY o.at LIMIT $8"
        );
        assert_eq!(built.args().len(), 8);
    }

    #[test]
    fn an_empty_list_matches_nothing_and_no_condition_is_no_where() {
        assert_eq!(Filter::new().push_in("x", vec![]).render(), "WHERE 1 = 0");
        assert_eq!(Filter::new().render(), "");
        assert_eq!(placeholders(3, 3), "$3, $4, $5");
        assert_eq!(placeholders(1, 0), "");
    }
}
