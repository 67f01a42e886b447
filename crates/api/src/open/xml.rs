//! The XML form of what is also told as JSON: the mapping of the GeoReport specification, read backwards. A list is an element
//! of its name with one child for each entry.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::Value;

/// Name of the entries of a list.
fn entry_of(list: &str) -> &'static str {
    match list {
        "services" => "service",
        "service_requests" => "request",
        "attributes" => "attribute",
        "values" => "value",
        "endpoints" => "endpoint",
        "formats" => "format",
        "errors" => "error",
        "notes" => "note",
        "changes" => "change",
        _ => "item",
    }
}

/// Characters that XML cannot hold, whatever way they are written.
fn sound(text: &str) -> String {
    let bad = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    text.chars().filter(|c| !bad(*c)).collect()
}

/// A document with this root.
#[must_use]
pub fn document(root: &str, value: &Value) -> Vec<u8> {
    let mut out = Writer::new(Vec::new());
    let head = Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None));
    let done = out.write_event(head).and_then(|()| element(&mut out, root, value));
    done.expect("memory takes every byte");
    out.into_inner()
}

fn element(out: &mut Writer<Vec<u8>>, name: &str, value: &Value) -> std::io::Result<()> {
    let text = match value {
        Value::Null => return out.write_event(Event::Empty(BytesStart::new(name))),
        Value::String(text) if text.is_empty() => return out.write_event(Event::Empty(BytesStart::new(name))),
        Value::String(text) => sound(text),
        other => other.to_string(),
    };
    out.write_event(Event::Start(BytesStart::new(name)))?;
    match value {
        Value::Object(fields) => fields.iter().try_for_each(|(field, value)| element(out, field, value))?,
        Value::Array(list) => list.iter().try_for_each(|value| element(out, entry_of(name), value))?,
        _ => out.write_event(Event::Text(BytesText::new(&text)))?,
    }
    out.write_event(Event::End(BytesEnd::new(name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_fields_and_nothing_are_written_as_the_specification_shows() {
        let value = json!([{ "service_request_id": "1", "description": "a<b & \u{1}c", "lat": null, "ok": true }]);
        let text = String::from_utf8(document("service_requests", &value)).expect("UTF-8");
        let (head, body) = text.split_once("?>").expect("a declaration");
        assert_eq!(head, "<?xml version=\"1.0\" encoding=\"utf-8\"");
        assert_eq!(
            body,
            "<service_requests><request><description>a&lt;b &amp; c</description><lat/><ok>true</ok>\
             <service_request_id>1</service_request_id></request></service_requests>"
        );
    }
}
