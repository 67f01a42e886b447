//! The shipped list of parameters, read once from `data/params.csv`.

use std::sync::LazyLock;

use kernel::Unit;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Span;

const SHIPPED: &str = include_str!("../../data/params.csv");

coded! {
    /// 参数类型: how a value is typed, edited and checked.
    ParamKind {
        Span = "span", "时长";
        Int = "int", "整数";
        Number = "number", "数值";
        Flag = "flag", "开关";
        Choice = "choice", "选项";
        Text = "text", "文本";
        List = "list", "多选";
        /// `{"from":"08:00","to":"21:00"}`.
        Window = "window", "时段";
        /// `[["09:00","12:00"],…]`.
        Windows = "windows", "多个时段";
        /// The same shape as the default.
        Object = "object", "组合";
    }
}

/// One parameter as the administrator's page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParamDef {
    pub key: String,
    pub default: Value,
    pub kind: ParamKind,
    /// 单位 behind the number, may be empty.
    pub unit: String,
    /// Smallest allowed number, quantity of a span, length of a text or count of windows.
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// Allowed values of a choice, of a list, or of a whole number that has only a few.
    pub choices: Vec<String>,
    /// What the numbers of an object must add up to.
    pub sum: Option<f64>,
    pub group: String,
    pub name: String,
    pub description: String,
    /// Where the default comes from; marks of the rule book.
    pub source: String,
}

static TABLE: LazyLock<Vec<ParamDef>> =
    LazyLock::new(|| records(SHIPPED).skip(1).map(|r| read(&r).expect("data/params.csv is well formed")).collect());

/// Every parameter, in the order of the file, which is the order on the page.
#[must_use]
pub fn definitions() -> &'static [ParamDef] {
    &TABLE
}

/// One parameter; `None` for an unknown key.
#[must_use]
pub fn definition(key: &str) -> Option<&'static ParamDef> {
    TABLE.iter().find(|d| d.key == key)
}

fn read(cells: &[String]) -> Option<ParamDef> {
    let [key, value, kind, unit, bounds, group, name, description, source] = cells else { return None };
    let (mut min, mut max, mut choices, mut sum) = (None, None, Vec::new(), None);
    if let Some((low, high)) = bounds.split_once("..") {
        (min, max) = (Some(low.parse().ok()?), Some(high.parse().ok()?));
    } else if let Some(total) = bounds.strip_prefix("sum=") {
        sum = Some(total.parse().ok()?);
    } else if !bounds.is_empty() {
        choices = bounds.split('|').map(str::to_owned).collect();
    }
    Some(ParamDef {
        key: key.clone(),
        default: serde_json::from_str(value).ok()?,
        kind: kind.parse().ok()?,
        unit: unit.clone(),
        min,
        max,
        choices,
        sum,
        group: group.clone(),
        name: name.clone(),
        description: description.clone(),
        source: source.clone(),
    })
}

/// The records of a CSV text (RFC 4180) without line breaks inside quotes.
fn records(text: &str) -> impl Iterator<Item = Vec<String>> {
    text.lines().filter(|l| !l.is_empty()).map(cells)
}

fn cells(line: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut out, '"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            _ => push(&mut out, c),
        }
    }
    out
}

fn push(cells: &mut [String], c: char) {
    if let Some(last) = cells.last_mut() {
        last.push(c);
    }
}

/// `{"qty":5,"unit":"work_day"}` and nothing more.
pub(super) fn read_span(value: &Value) -> Option<Span> {
    let object = value.as_object().filter(|o| o.len() == 2)?;
    let unit: Unit = object.get("unit")?.as_str()?.parse().ok()?;
    Some(Span { qty: object.get("qty")?.as_i64()?, unit })
}

/// Both forms of times of day; each window must end after it starts, and start no earlier than the last one ended.
pub(super) fn read_windows(value: &Value) -> Option<Vec<(u16, u16)>> {
    let pairs: Vec<(&str, &str)> = match value {
        Value::Object(o) if o.len() == 2 => vec![(o.get("from")?.as_str()?, o.get("to")?.as_str()?)],
        Value::Array(items) => items.iter().map(pair).collect::<Option<_>>()?,
        _ => return None,
    };
    let mut last = 0;
    let mut out = Vec::new();
    for (from, to) in pairs {
        let window = (minute(from)?, minute(to)?);
        if window.0 < last || window.1 <= window.0 {
            return None;
        }
        last = window.1;
        out.push(window);
    }
    Some(out)
}

fn pair(value: &Value) -> Option<(&str, &str)> {
    let [from, to] = value.as_array()?.as_slice() else { return None };
    Some((from.as_str()?, to.as_str()?))
}

/// `08:30` as minutes after midnight; `24:00` is the end of the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':').filter(|(h, m)| h.len() == 2 && m.len() == 2)?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let total = hours * 60 + minutes;
    (minutes < 60 && total <= 24 * 60).then_some(total)
}
