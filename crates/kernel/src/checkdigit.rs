use crate::ts::Mint;
use jiff::civil::Date;
pub fn mod11_10(_digits: &str) -> Option<char> {
    unimplemented!()
}
pub fn mod11_10_valid(_digits: &str) -> bool {
    unimplemented!()
}
pub fn case_no(_region6: &str, _date: Date, _channel2: &str, _serial: u32) -> String {
    unimplemented!()
}
pub fn case_no_valid(_text: &str) -> bool {
    unimplemented!()
}
pub fn query_code(_mint: &dyn Mint) -> String {
    unimplemented!()
}
pub fn query_code_valid(_text: &str) -> bool {
    unimplemented!()
}
