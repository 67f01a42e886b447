use crate::refusal::FieldError;
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneKind {
    Mobile,
    Landline,
    Short,
}
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);
impl Phone {
    pub fn parse(_text: &str) -> Result<Self, FieldError> {
        unimplemented!()
    }
    pub fn normalised(&self) -> &str {
        &self.0
    }
    pub fn masked(&self) -> String {
        unimplemented!()
    }
    pub fn kind(&self) -> PhoneKind {
        unimplemented!()
    }
}
