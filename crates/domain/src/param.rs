//! 参数配置: the numbers that rules read, effective at once (App. C).

use std::collections::BTreeMap;

/// The parameters in force at one moment: key → JSON value, defaults filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params {
    values: BTreeMap<String, serde_json::Value>,
}
