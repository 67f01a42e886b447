use crate::refusal::FieldError;
use jiff::civil::Date;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    Male,
    Female,
}
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdCard(String);
impl IdCard {
    pub fn parse(_text: &str) -> Result<Self, FieldError> {
        unimplemented!()
    }
    pub fn normalised(&self) -> &str {
        &self.0
    }
    pub fn masked(&self) -> String {
        unimplemented!()
    }
    pub fn birth(&self) -> Date {
        unimplemented!()
    }
    pub fn sex(&self) -> Sex {
        unimplemented!()
    }
}
