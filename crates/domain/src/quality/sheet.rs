//! 质检评分表: items with weights that make a hundred, and fatal items that make nothing of it.

use std::collections::BTreeSet;

use kernel::{FieldError, Refusal};
use serde::{Deserialize, Serialize};

/// One line of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetItem {
    pub code: String,
    pub name: String,
    /// Points at most; 0 for a fatal item.
    pub weight: i32,
    /// 一票否决: a hit makes the total 0.
    #[serde(default)]
    pub fatal: bool,
    /// What is looked at.
    #[serde(default)]
    pub hint: String,
}

/// What was given for one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Given {
    pub code: String,
    #[serde(default)]
    pub points: i32,
    /// A fatal item happened.
    #[serde(default)]
    pub hit: bool,
    #[serde(default)]
    pub note: Option<String>,
}

/// The outcome of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// 0 to 100.
    pub total: i32,
    pub fatal: bool,
}

/// Refuses a sheet that cannot be scored with.
pub fn check_sheet(name: &str, items: &[SheetItem]) -> Result<(), Refusal> {
    let mut wrong = Vec::new();
    let mut no = |field: &str, message: String, remedy: &str| {
        wrong.push(FieldError::new(field, message).with_remedy(remedy));
    };
    if !(2..=50).contains(&name.trim().chars().count()) {
        no("name", "请填写评分表名称".to_owned(), "2至50字");
    }
    let codes: BTreeSet<&str> = items.iter().map(|i| i.code.as_str()).collect();
    let blank = items.iter().any(|i| i.code.trim().is_empty() || i.name.trim().is_empty());
    if blank || codes.len() != items.len() || items.len() > 40 {
        no("items", "评分项的编码和名称不能为空，编码不能重复，最多40项".to_owned(), "请逐项核对");
    }
    if items.iter().any(|i| i.weight < 0 || (i.fatal && i.weight != 0)) {
        no("items", "分值不能为负，一票否决项不设分值".to_owned(), "请逐项核对");
    }
    let sum: i32 = items.iter().map(|i| i.weight).sum();
    if sum != 100 {
        no("items", format!("各项分值之和须为100，现为{sum}"), "请调整各项分值");
    }
    if wrong.is_empty() { Ok(()) } else { Err(Refusal::fields(wrong)) }
}

/// The total of what was given; every item must be answered, within its weight.
pub fn total(items: &[SheetItem], given: &[Given]) -> Result<Total, Refusal> {
    let mut wrong = Vec::new();
    let mut sum = 0;
    let mut fatal = false;
    for item in items {
        let Some(g) = given.iter().find(|g| g.code == item.code) else {
            wrong.push(FieldError::new(format!("marks.{}", item.code), format!("请给“{}”评分", item.name)));
            continue;
        };
        if item.fatal {
            fatal |= g.hit;
        } else if (0..=item.weight).contains(&g.points) {
            sum += g.points;
        } else {
            let message = format!("“{}”的得分应在0至{}之间", item.name, item.weight);
            wrong.push(FieldError::new(format!("marks.{}", item.code), message));
        }
    }
    for g in given.iter().filter(|g| items.iter().all(|i| i.code != g.code)) {
        wrong.push(FieldError::new(format!("marks.{}", g.code), "评分表中没有该项".to_owned()));
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong));
    }
    Ok(Total { total: if fatal { 0 } else { sum }, fatal })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(code: &str, weight: i32, fatal: bool) -> SheetItem {
        SheetItem { code: code.to_owned(), name: code.to_owned(), weight, fatal, hint: String::new() }
    }

    fn give(code: &str, points: i32, hit: bool) -> Given {
        Given { code: code.to_owned(), points, hit, note: None }
    }

    #[test]
    fn a_sheet_makes_a_hundred_with_distinct_items() {
        let good = [item("a", 60, false), item("b", 40, false), item("x", 0, true)];
        assert!(check_sheet("通用评分表", &good).is_ok());
        assert!(check_sheet("通用评分表", &good[..1]).is_err());
        assert!(check_sheet("通用评分表", &[item("a", 60, false), item("a", 40, false)]).is_err());
        assert!(check_sheet("通用评分表", &[item("a", 90, false), item("x", 10, true)]).is_err());
        assert!(check_sheet("", &good).is_err());
    }

    #[test]
    fn a_fatal_hit_makes_nothing_of_the_rest() {
        let items = [item("a", 60, false), item("b", 40, false), item("x", 0, true)];
        let marks = |hit| vec![give("a", 55, false), give("b", 40, false), give("x", 0, hit)];
        assert_eq!(total(&items, &marks(false)), Ok(Total { total: 95, fatal: false }));
        assert_eq!(total(&items, &marks(true)), Ok(Total { total: 0, fatal: true }));
    }

    #[test]
    fn unanswered_unknown_and_excessive_marks_are_refused_by_name() {
        let items = [item("a", 60, false), item("b", 40, false)];
        let refusal = total(&items, &[give("a", 61, false), give("z", 1, false)]).unwrap_err();
        let fields: Vec<&str> = refusal.fields.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["marks.a", "marks.b", "marks.z"]);
    }
}
