//! 列对应: which column of a foreign table becomes which field of the registration form.

use std::collections::BTreeMap;

use kernel::{FieldError, Refusal};
use serde::Deserialize;

/// Fields a mapping may name, with their Chinese words.
pub const FIELDS: &[(&str, &str)] = &[
    ("src_no", "来源编号"),
    ("title", "标题"),
    ("content", "诉求内容"),
    ("wish", "诉求目的"),
    ("tags", "标签"),
    ("channel", "诉求来源"),
    ("demand_type", "诉求类型"),
    ("category", "问题分类"),
    ("urgency", "紧急程度"),
    ("region", "地区"),
    ("address", "事发地址"),
    ("lng", "经度"),
    ("lat", "纬度"),
    ("occurred_at", "事发时间"),
    ("received_at", "受理时间"),
    ("name", "姓名"),
    ("sex", "性别"),
    ("phone", "来电号码"),
    ("contact_phone", "联系电话"),
    ("email", "邮箱"),
    ("id_no", "证件号码"),
    ("home_address", "住址"),
    ("company_name", "企业名称"),
    ("anonymous", "是否匿名"),
    ("confidentiality", "是否保密"),
    ("no_reply_wanted", "要求不回复"),
    ("respondent", "被反映单位"),
    ("affected_count", "涉及人数"),
    ("origin_at", "收信或来访时间"),
    ("origin_number", "来件编号"),
    ("origin_source", "交办单位或媒体名称"),
    ("origin_limit", "上级限办日期"),
    ("origin_title", "报道标题"),
    ("origin_link", "报道链接"),
    ("origin_place", "来访地点"),
    ("head_count", "来访人数"),
    ("representatives", "来访代表"),
];

/// The Chinese word of a field; the field itself when it is none of ours.
pub fn word(field: &str) -> &str {
    FIELDS.iter().find(|(known, _)| *known == field).map_or(field, |(_, cn)| cn)
}

/// One column, or several whose texts are joined.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Columns {
    One(String),
    Several(Vec<String>),
}

impl Columns {
    pub fn names(&self) -> &[String] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::Several(names) => names,
        }
    }
}

/// The whole plan of an import, as its TOML file states it:
///
/// ```toml
/// src_sys = "old12345"
/// [columns]
/// src_no = "编号"
/// content = ["标题", "详情"]
/// [constants]          # for every row
/// channel = "02"
/// [defaults]           # where the column is empty
/// category = "990000"
/// [values.demand_type] # foreign word → our code
/// "投诉举报" = "complaint"
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Name of the system the rows come from: with the source number the key that makes an import repeatable.
    pub src_sys: String,
    #[serde(default)]
    pub columns: BTreeMap<String, Columns>,
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    #[serde(default)]
    pub defaults: BTreeMap<String, String>,
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

impl Mapping {
    /// Reads the TOML text and checks that it names only known fields.
    pub fn from_toml(text: &str) -> Result<Self, Refusal> {
        let mapping: Self = toml::from_str(text).map_err(|e| {
            Refusal::from(
                FieldError::new("mapping", format!("导入对应表格式有误：{}", e.message()))
                    .with_remedy("请按示例修改后重试"),
            )
        })?;
        mapping.check()?;
        Ok(mapping)
    }

    /// Adds `field=column` given on the command line; it wins over the file.
    pub fn assign(&mut self, pair: &str) -> Result<(), Refusal> {
        let (field, column) = pair.split_once('=').ok_or_else(|| {
            FieldError::new("mapping", format!("“{pair}”不是“字段=列名”")).with_remedy("例如 content=诉求内容")
        })?;
        self.columns.insert(field.trim().to_owned(), Columns::One(column.trim().to_owned()));
        self.check()
    }

    fn check(&self) -> Result<(), Refusal> {
        if self.src_sys.trim().is_empty() {
            return Err(FieldError::new("src_sys", "导入对应表缺少来源系统名称").with_remedy("请填写src_sys").into());
        }
        let named =
            self.columns.keys().chain(self.constants.keys()).chain(self.defaults.keys()).chain(self.values.keys());
        match named.into_iter().find(|f| FIELDS.iter().all(|(known, _)| known != f)) {
            None => Ok(()),
            Some(field) => {
                let known: Vec<&str> = FIELDS.iter().map(|(f, _)| *f).collect();
                let remedy = format!("可用字段：{}", known.join("、"));
                Err(FieldError::new("mapping", format!("导入对应表中没有“{field}”这个字段")).with_remedy(remedy).into())
            }
        }
    }

    /// Columns the mapping needs that the table does not have.
    pub fn missing(&self, header: &[String]) -> Vec<String> {
        let needed = self.columns.values().flat_map(|c| c.names());
        needed.filter(|name| !header.contains(name)).cloned().collect()
    }

    /// What the row itself says of a field, untranslated; `None` when its cells are empty.
    pub fn read(&self, field: &str, row: &BTreeMap<String, String>) -> Option<String> {
        let columns = self.columns.get(field)?;
        let cells = columns.names().iter().filter_map(|c| row.get(c)).map(|t| t.trim());
        let parts: Vec<&str> = cells.filter(|t| !t.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("\n"))
    }

    /// The text of a field in a row, translated; `None` when there is none.
    pub fn value(&self, field: &str, row: &BTreeMap<String, String>) -> Option<String> {
        let filled = |text: &String| !text.trim().is_empty();
        let text = self
            .read(field, row)
            .or_else(|| self.constants.get(field).cloned())
            .or_else(|| self.defaults.get(field).cloned())
            .filter(filled)?;
        let translated = self.values.get(field).and_then(|words| words.get(text.trim()).or_else(|| words.get("*")));
        Some(translated.cloned().unwrap_or(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn values_are_joined_translated_and_defaulted() {
        let mapping = Mapping::from_toml(
            "src_sys = \"old\"\n[columns]\ncontent = [\"标题\", \"详情\"]\ndemand_type = \"类型\"\n\
             [defaults]\ncategory = \"990000\"\n[values.demand_type]\n\"投诉举报\" = \"complaint\"\n\"*\" = \"other\"\n",
        )
        .unwrap();
        let row = row(&[("标题", "路灯不亮"), ("详情", " 三天了 "), ("类型", "投诉举报")]);
        assert_eq!(mapping.value("content", &row).as_deref(), Some("路灯不亮\n三天了"));
        assert_eq!(mapping.value("demand_type", &row).as_deref(), Some("complaint"));
        assert_eq!(mapping.value("category", &row).as_deref(), Some("990000"));
        assert_eq!(mapping.value("phone", &row), None);
        assert_eq!(mapping.missing(&["标题".to_owned(), "类型".to_owned()]), ["详情"]);
    }

    #[test]
    fn unknown_field_is_refused_with_the_known_ones() {
        let refusal = Mapping::from_toml("src_sys = \"x\"\n[columns]\nphon = \"电话\"\n").unwrap_err();
        assert!(refusal.message.contains("phon"));
        assert!(refusal.fields[0].remedy.as_deref().unwrap().contains("phone"));
        let mut mapping = Mapping::from_toml("src_sys = \"x\"\n").unwrap();
        assert!(mapping.assign("content").is_err());
        mapping.assign("content=诉求").unwrap();
        assert_eq!(mapping.value("content", &row(&[("诉求", "噪音")])).as_deref(), Some("噪音"));
    }
}
