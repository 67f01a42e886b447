//! The shape of a table, the same for every format.

use kernel::Ts;

/// 文件格式 of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = kernel::FieldError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => {
                Err(kernel::FieldError::new("format", format!("不支持导出格式“{text}”")).with_remedy("请选择csv或xlsx"))
            }
        }
    }
}

/// A column with its Chinese heading.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub title: String,
    /// Width in characters, for formats that have widths.
    pub width: f64,
}

impl Column {
    pub fn new(title: impl Into<String>, width: f64) -> Self {
        Self { title: title.into(), width }
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Int(i64),
    Number(f64),
    /// Printed as Beijing time to the minute.
    Time(Ts),
}

impl Cell {
    /// Text, or nothing.
    pub fn text(value: Option<impl Into<String>>) -> Self {
        value.map_or(Self::Empty, |v| Self::Text(v.into()))
    }

    /// An instant, or nothing.
    pub fn time(value: Option<Ts>) -> Self {
        value.map_or(Self::Empty, Self::Time)
    }

    pub(crate) fn printed(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => harmless(text),
            Self::Int(n) => n.to_string(),
            Self::Number(n) => n.to_string(),
            Self::Time(at) => at.format_cn(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A text that a spreadsheet program would run as a formula is quoted (OWASP, CSV injection); control characters other
/// than line breaks are dropped.
fn harmless(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    match clean.chars().next() {
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') => format!("'{clean}"),
        _ => clean,
    }
}

/// 水印: who took the table out, when and what for. The first row of a CSV, a sheet of its own in XLSX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub lines: Vec<(String, String)>,
}

impl Stamp {
    pub(crate) fn one_line(&self) -> String {
        self.lines.iter().map(|(label, value)| format!("{label}：{value}")).collect::<Vec<_>>().join("；")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_defused_and_ordinary_text_is_left_alone() {
        assert_eq!(Cell::from("=HYPERLINK(\"x\")").printed(), "'=HYPERLINK(\"x\")");
        assert_eq!(Cell::from("＝1+1").printed(), "'＝1+1");
        assert_eq!(Cell::from("\t=1").printed(), "'=1");
        assert_eq!(Cell::from("路灯不亮\n三天了").printed(), "路灯不亮\n三天了");
        assert_eq!(Cell::Int(-3).printed(), "-3");
    }

    #[test]
    fn unknown_format_names_the_field_and_the_choice() {
        let error = "pdf".parse::<Format>().unwrap_err();
        assert_eq!(error.field, "format");
        assert!(error.remedy.unwrap().contains("xlsx"));
    }
}
