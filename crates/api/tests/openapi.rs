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

#[test]
fn the_document_is_openapi_3_1_and_describes_every_answer() {
    let document = serde_json::to_value(api::document()).expect("the document serialises");
    assert!(document["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")));
    for (path, item) in document["paths"].as_object().expect("there are paths") {
        for (method, operation) in item.as_object().expect("a path has methods") {
            assert!(operation["summary"].is_string(), "{method} {path} has no summary");
            assert!(operation["operationId"].is_string(), "{method} {path} has no operation id");
            assert!(operation["responses"].as_object().is_some_and(|r| !r.is_empty()), "{method} {path} answers nothing");
        }
    }
}
