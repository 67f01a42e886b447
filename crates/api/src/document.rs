//! What the derived document does not know: an answer always carries all of its fields, `null` where nothing is known
//! (see `app::view`), while the derive takes every optional one for one that may be missing.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::{OpenApi, RefOr};

/// Requires every field of the shapes that are never sent. Those that are sent stay as they are, also where they are
/// answered: there, a field that has a default may be left out.
pub fn complete(mut document: OpenApi) -> OpenApi {
    let value = serde_json::to_value(&document).expect("the document serialises");
    let mut sent = BTreeSet::new();
    for operation in operations(&value) {
        reach(&value, &operation["requestBody"], &mut sent);
        reach(&value, &operation["parameters"], &mut sent);
    }
    let schemas = document.components.iter_mut().flat_map(|components| components.schemas.iter_mut());
    schemas.filter(|(name, _)| !sent.contains(*name)).for_each(|(_, schema)| require(schema));
    document
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let items = document["paths"].as_object().into_iter().flat_map(|paths| paths.values());
    items.filter_map(Value::as_object).flat_map(|item| item.values()).filter(|operation| operation.is_object())
}

/// Collects the names of all schemas that `part` refers to, directly or through others.
fn reach(document: &Value, part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            let target = fields.get("$ref").and_then(Value::as_str);
            if let Some(name) = target.and_then(|t| t.strip_prefix("#/components/schemas/"))
                && found.insert(name.to_owned())
            {
                reach(document, &document["components"]["schemas"][name], found);
            }
            fields.values().for_each(|field| reach(document, field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| reach(document, item, found)),
        _ => {}
    }
}

/// Lists all properties of every object inside the schema as required.
fn require(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            object.required = object.properties.keys().cloned().collect();
            object.properties.values_mut().for_each(require);
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(item) = &mut array.items {
                require(item);
            }
        }
        Schema::OneOf(parts) => parts.items.iter_mut().for_each(require),
        Schema::AllOf(parts) => parts.items.iter_mut().for_each(require),
        Schema::AnyOf(parts) => parts.items.iter_mut().for_each(require),
        _ => {}
    }
}
