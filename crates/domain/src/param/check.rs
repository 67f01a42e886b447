//! Whether a value may be set: by kind, bounds and shape, with words an administrator can act on.

use kernel::{FieldError, Refusal};
use serde_json::Value;

use super::table::{ParamDef, ParamKind, definition, read_span, read_windows};

/// Refuses a value that the parameter must not take. The field is always `value`; the message names the parameter.
pub fn validate(key: &str, value: &Value) -> Result<(), Refusal> {
    let Some(def) = definition(key) else {
        return Err(Refusal::not_found(format!("参数“{key}”")));
    };
    check(def, value).map_err(|remedy| {
        Refusal::from(FieldError::new("value", format!("参数“{}”的值无效：{remedy}", def.name)).with_remedy(remedy))
    })
}

/// The remedy when the value is wrong.
fn check(def: &ParamDef, value: &Value) -> Result<(), String> {
    match def.kind {
        ParamKind::Span => check_span(def, value),
        ParamKind::Int => match value.as_i64() {
            Some(_) if !def.choices.is_empty() => one_of(def, &value.to_string()),
            Some(n) => within(def, n as f64, "整数"),
            None => Err(format!("请填写{}", range_cn(def, "整数"))),
        },
        ParamKind::Number => match value.as_f64() {
            Some(n) => within(def, n, "数值"),
            None => Err(format!("请填写{}", range_cn(def, "数值"))),
        },
        ParamKind::Flag if value.is_boolean() => Ok(()),
        ParamKind::Flag => Err("请选择开(true)或关(false)".to_owned()),
        ParamKind::Choice => one_of(def, value.as_str().unwrap_or_default()),
        ParamKind::Text => check_text(def, value),
        ParamKind::List => check_list(def, value),
        ParamKind::Window if value.is_object() && read_windows(value).is_some() => Ok(()),
        ParamKind::Window => Err("请填写开始和结束时刻，如08:00至21:00，结束须晚于开始".to_owned()),
        ParamKind::Windows => check_windows(def, value),
        ParamKind::Object => check_object(def, value),
    }
}

/// `1至10之间的整数(次)`.
fn range_cn(def: &ParamDef, what: &str) -> String {
    let unit = if def.unit.is_empty() { String::new() } else { format!("（{}）", def.unit) };
    match (def.min, def.max) {
        (Some(min), Some(max)) => format!("{min}至{max}之间的{what}{unit}"),
        _ => format!("{what}{unit}"),
    }
}

fn inside(def: &ParamDef, n: f64) -> bool {
    def.min.is_none_or(|min| n >= min) && def.max.is_none_or(|max| n <= max)
}

fn within(def: &ParamDef, n: f64, what: &str) -> Result<(), String> {
    if inside(def, n) { Ok(()) } else { Err(format!("请填写{}", range_cn(def, what))) }
}

fn one_of(def: &ParamDef, value: &str) -> Result<(), String> {
    if def.choices.iter().any(|c| c == value) {
        Ok(())
    } else {
        Err(format!("可选值为{}", def.choices.join("、")))
    }
}

fn check_span(def: &ParamDef, value: &Value) -> Result<(), String> {
    let Some(span) = read_span(value) else {
        return Err("请填写数量和单位，单位可选工作日、自然日、小时、工作小时、分钟".to_owned());
    };
    within(def, span.qty as f64, "数量")
}

fn check_text(def: &ParamDef, value: &Value) -> Result<(), String> {
    let Some(text) = value.as_str() else { return Err("请填写文字".to_owned()) };
    let length = text.trim().chars().count() as f64;
    match (def.min, def.max) {
        (Some(min), Some(max)) if length < min || length > max => Err(format!("请填写{min}至{max}个字")),
        _ => Ok(()),
    }
}

fn check_list(def: &ParamDef, value: &Value) -> Result<(), String> {
    let Some(items) = value.as_array() else { return Err("请填写列表".to_owned()) };
    let mut seen: Vec<&str> = Vec::new();
    for item in items {
        let Some(text) = item.as_str().filter(|t| !t.trim().is_empty()) else {
            return Err("列表各项须为非空文字".to_owned());
        };
        if seen.contains(&text) {
            return Err(format!("“{text}”重复，请去掉一个"));
        }
        if !def.choices.is_empty() {
            one_of(def, text)?;
        }
        seen.push(text);
    }
    Ok(())
}

fn check_windows(def: &ParamDef, value: &Value) -> Result<(), String> {
    let windows = read_windows(value).filter(|_| value.is_array());
    match windows {
        Some(w) if inside(def, w.len() as f64) => Ok(()),
        Some(_) => Err(range_cn(def, "个时段").replace("之间的", "")),
        None => Err("请按先后填写时段，如09:00至12:00，各段不得重叠".to_owned()),
    }
}

fn check_object(def: &ParamDef, value: &Value) -> Result<(), String> {
    same_shape(&def.default, value)?;
    let Some(sum) = def.sum else { return Ok(()) };
    let total: f64 = value.as_object().into_iter().flat_map(|o| o.values()).filter_map(Value::as_f64).sum();
    if (total - sum).abs() < 1e-9 { Ok(()) } else { Err(format!("各项之和须为{sum}，现为{total}")) }
}

/// Objects carry the same keys, lists hold items like the first of the default, numbers are not negative.
fn same_shape(model: &Value, value: &Value) -> Result<(), String> {
    if read_span(model).is_some() {
        return match read_span(value) {
            Some(span) if (0..=3650).contains(&span.qty) => Ok(()),
            _ => Err("时长须填写数量（0至3650）和单位".to_owned()),
        };
    }
    match (model, value) {
        (Value::Object(want), Value::Object(have)) => {
            if let Some(extra) = have.keys().find(|k| !want.contains_key(*k)) {
                return Err(format!("没有“{extra}”这一项"));
            }
            want.iter().try_for_each(|(k, m)| match have.get(k) {
                Some(v) => same_shape(m, v),
                None => Err(format!("缺少“{k}”这一项")),
            })
        }
        (Value::Array(want), Value::Array(have)) => match want.first() {
            Some(_) if have.is_empty() => Err("至少填写一项".to_owned()),
            Some(m) => have.iter().try_for_each(|v| same_shape(m, v)),
            None => Ok(()),
        },
        (Value::Number(_), Value::Number(n)) if n.as_f64().is_some_and(|n| n >= 0.0) => Ok(()),
        (Value::Number(_), _) => Err("各项须为不小于0的数".to_owned()),
        (Value::String(_), Value::String(s)) if !s.trim().is_empty() => Ok(()),
        (Value::String(_), _) => Err("各项须为非空文字".to_owned()),
        (Value::Bool(_), Value::Bool(_)) => Ok(()),
        _ => Err("内容的结构与默认值不一致，请参照默认值填写".to_owned()),
    }
}
