//! Services of Open311: the second level of the categories, and what else may be told with a request.

use domain::order::DemandType;
use kernel::{Refusal, RefusalKind};
use serde_json::{Value, json};

use crate::Result;
use crate::world::World;

/// What an outside system may hand in: reports of misconduct go by protected ways only.
pub(super) const KINDS: [DemandType; 5] =
    [DemandType::Help, DemandType::Complaint, DemandType::Consult, DemandType::Suggestion, DemandType::Praise];

fn service(world: &World, code: &str) -> Option<Value> {
    let category = world.directory.category(code).filter(|c| c.active && c.level == 2)?;
    let group = world.directory.category(category.parent.as_deref()?).filter(|c| c.active)?;
    let keywords: Vec<&str> = category.keywords.split([' ', ',', '，', '、']).filter(|k| !k.is_empty()).collect();
    Some(json!({
        "service_code": category.code,
        "service_name": category.name,
        "description": format!("{}：{}", group.name, category.name),
        "metadata": true,
        "type": "realtime",
        "keywords": keywords.join(", "),
        "group": group.name,
    }))
}

/// Every service, by code.
#[must_use]
pub fn services(world: &World) -> Value {
    let mut codes: Vec<&str> = world.directory.categories().map(|c| c.code.as_str()).collect();
    codes.sort_unstable();
    codes.into_iter().filter_map(|code| service(world, code)).collect()
}

/// The service of a code, or of the code of a category below it.
pub(super) fn service_of(world: &World, category: &str) -> Option<Value> {
    service(world, &format!("{}00", category.get(..4)?))
}

pub(super) fn known(world: &World, code: &str) -> Result<()> {
    if service(world, code).is_some() {
        return Ok(());
    }
    Err(Refusal::new(RefusalKind::NotFound, "service_code", format!("service_code“{code}”不存在")).into())
}

/// What may be told with a request of this service.
pub fn definition(world: &World, code: &str) -> Result<Value> {
    known(world, code)?;
    let kinds: Vec<Value> = KINDS.iter().map(|k| json!({ "key": k.code(), "name": k.cn() })).collect();
    let attribute = |order: i64, code: &str, datatype: &str, name: &str, hint: &str, values: Vec<Value>| {
        json!({
            "variable": true, "code": code, "datatype": datatype, "required": false,
            "datatype_description": hint, "order": order, "description": name, "values": values,
        })
    };
    Ok(json!({
        "service_code": code,
        "attributes": [
            attribute(1, "demand_type", "singlevaluelist", "诉求类型", "不填为求助", kinds),
            attribute(2, "occurred_on", "datetime", "发生时间", "ISO 8601，带时区", Vec::new()),
            attribute(3, "wish", "text", "希望如何处理", "不超过500字", Vec::new()),
        ],
    }))
}
