pub fn tokens(_text: &str) -> Vec<String> {
    unimplemented!()
}
pub fn query_tokens(_query: &str) -> Vec<String> {
    unimplemented!()
}
pub fn normalise(_text: &str) -> String {
    unimplemented!()
}
pub fn contains_folded(_hay: &str, _needle: &str) -> bool {
    unimplemented!()
}
