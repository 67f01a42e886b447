use crate::refusal::FieldError;
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegionLevel {
    Province,
    City,
    County,
    Town,
    Village,
}
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionCode(String);
impl RegionCode {
    pub fn parse(_text: &str) -> Result<Self, FieldError> {
        unimplemented!()
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
    pub fn level(&self) -> RegionLevel {
        unimplemented!()
    }
    pub fn parent(&self) -> Option<RegionCode> {
        unimplemented!()
    }
    pub fn prefix(&self) -> &str {
        unimplemented!()
    }
    pub fn is_prefix_of(&self, _other: &RegionCode) -> bool {
        unimplemented!()
    }
}
