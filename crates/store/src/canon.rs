//! Canonical records of the two hash chains.
//!
//! A record is the JSON array `[kind, field, field, …]` without white space, fields in the order of the table's columns
//! from the first to `prev_hash`; keys as hyphenated lower-case text, instants as integers, absent values as `null`,
//! and free facts (`fields`, `detail`) as the text that is stored, so that no number is ever printed twice.
//! `hash = hex(SM3(prev_hash ‖ "\n" ‖ record))`; the first `prev_hash` of a chain is empty.

use serde_json::Value;

use crate::vault::Vault;

/// JSON text with sorted keys, whatever the map type behind [`Value`].
pub(crate) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            out.push('{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(&map[key], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Hash of a record given as the array's elements.
pub(crate) fn link(vault: &Vault, prev_hash: &str, record: Vec<Value>) -> String {
    vault.digest_hex(format!("{prev_hash}\n{}", canonical(&Value::Array(record))).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn the_order_of_keys_does_not_change_the_record() {
        let a: serde_json::Value = serde_json::from_str(r#"{"乙":[1,{"y":null,"x":"\n"}],"a":true}"#).unwrap();
        assert_eq!(canonical(&a), r#"{"a":true,"乙":[1,{"x":"\n","y":null}]}"#);
    }
}
