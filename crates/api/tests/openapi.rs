//! The document is committed: a changed interface is seen in review, and the desk's client is typed from it.

#[test]
fn the_committed_document_is_what_the_handlers_say() {
    let mut text = serde_json::to_string_pretty(&api::document()).expect("the document serialises");
    text.push('\n');
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    if std::env::var_os("HOTLINE_UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &text).expect("docs/openapi.json can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == text, "docs/openapi.json is stale: run `cargo xtask openapi` and commit both files");
}

/// The names under `required` of a schema, its parts included.
fn required(document: &serde_json::Value, name: &str) -> Vec<String> {
    let schema = &document["components"]["schemas"][name];
    let parts = schema["allOf"].as_array().map_or_else(|| vec![schema], |parts| parts.iter().collect());
    let names = parts.iter().filter_map(|p| p["required"].as_array()).flatten();
    names.filter_map(|n| n.as_str()).map(str::to_owned).collect()
}

#[test]
fn answers_promise_every_field_and_forms_ask_only_for_what_has_no_default() {
    let document = serde_json::to_value(api::document()).expect("the document serialises");
    for (schema, field) in [
        ("OrderLine", "due_at"),
        ("OrderView", "wish"),
        ("Problem", "fields"),
        ("FieldError", "remedy"),
        ("AuditLine", "ip"),
    ] {
        assert!(required(&document, schema).iter().any(|f| f == field), "{schema}.{field} may be missing");
    }
    assert_eq!(required(&document, "RegisterForm"), Vec::<String>::new());
    assert_eq!(required(&document, "OrgForm"), ["name", "level", "kind", "region"]);
}

#[test]
fn codes_in_the_document_are_the_codes_on_the_wire() {
    let document = serde_json::to_value(api::document()).expect("the document serialises");
    assert_eq!(document["components"]["schemas"]["Channel"]["enum"][0], "01");
    assert_eq!(document["components"]["schemas"]["OrderState"]["enum"][2], "pending_dispatch");
}

#[test]
fn the_document_is_openapi_3_1_and_describes_every_answer() {
    let document = serde_json::to_value(api::document()).expect("the document serialises");
    assert!(document["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")));
    for (path, item) in document["paths"].as_object().expect("there are paths") {
        for (method, operation) in item.as_object().expect("a path has methods") {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["operationId"].is_string(), "{method} {path} has no operation id");
            assert!(
                operation["responses"].as_object().is_some_and(|r| !r.is_empty()),
                "{method} {path} answers nothing"
            );
        }
    }
}
