//! Conditions composed at run time. Their text comes from constants of this crate; what a user typed is a bind.

use db::{BoxBind, Built, Filter, boxed};

/// Conditions joined by AND over numbered parameters.
#[derive(Default)]
pub(crate) struct Where {
    conditions: Vec<String>,
    binds: Vec<BoxBind>,
}

impl Where {
    pub(crate) fn bind(&mut self, value: impl db::Bind + Send + 'static) -> String {
        self.binds.push(boxed(value));
        format!("${}", self.binds.len())
    }

    /// `$i, $j, …` for the values.
    pub(crate) fn list<T: db::Bind + Send + 'static>(&mut self, values: impl IntoIterator<Item = T>) -> String {
        let marks: Vec<String> = values.into_iter().map(|v| self.bind(v)).collect();
        marks.join(", ")
    }

    /// Adds a condition whose values are already bound.
    pub(crate) fn raw(&mut self, condition: impl Into<String>) {
        self.conditions.push(condition.into());
    }

    /// Adds a condition with one value, put at every `{}`.
    pub(crate) fn on(&mut self, condition: &str, value: impl db::Bind + Send + 'static) {
        let mark = self.bind(value);
        self.conditions.push(condition.replace("{}", &mark));
    }

    /// Adds `column IN (…)` unless there are no values.
    pub(crate) fn any_of<T: db::Bind + Send + 'static>(&mut self, column: &str, values: impl IntoIterator<Item = T>) {
        let list = self.list(values);
        if !list.is_empty() {
            self.conditions.push(format!("{column} IN ({list})"));
        }
    }

    /// The conditions, `TRUE` when there are none.
    pub(crate) fn text(&self) -> String {
        if self.conditions.is_empty() { "TRUE".to_owned() } else { self.conditions.join(" AND ") }
    }

    /// A statement that counts the rows of `from`, up to the cap of every count.
    pub(crate) fn finish_count(self, from: &str) -> Built {
        let cap = super::COUNT_CAP;
        let text = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {from} WHERE {} LIMIT {cap}) capped", self.text());
        self.finish(&text)
    }

    /// A finished statement. `text` holds the marks handed out.
    pub(crate) fn finish(self, text: &str) -> Built {
        Filter::after(self.binds).finish(text, "", Vec::new())
    }
}

/// The first and last code with a prefix: codes are digits of at most twelve places, and a range is what every index
/// and every collation understands.
pub(crate) fn code_range(prefix: &str) -> (String, String) {
    (prefix.to_owned(), format!("{prefix:9<12}"))
}
