pub fn mask_name(_name: &str) -> String {
    unimplemented!()
}
pub fn mask_phone(_phone: &str) -> String {
    unimplemented!()
}
pub fn mask_id(_id: &str) -> String {
    unimplemented!()
}
pub fn mask_address(_address: &str) -> String {
    unimplemented!()
}
pub fn mask_company(_company: &str) -> String {
    unimplemented!()
}
pub fn redact_text(_text: &str) -> String {
    unimplemented!()
}
