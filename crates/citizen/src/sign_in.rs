//! 统一身份认证 of citizens: who proved who they are elsewhere need not prove their number by a code.

use kernel::{Phone, PhoneKind, Ts, normalise};
use serde::{Deserialize, Serialize};

use crate::form::Draft;

/// What the portal offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInOffer {
    /// On the button.
    pub name: String,
}

/// Somebody is on the way to the identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInBegun {
    /// The provider's page.
    pub url: String,
    /// To be kept sealed by the browser, and handed back with the answer.
    pub ticket: String,
}

/// What is left to do after a goodbye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInLeft {
    /// The provider, as on the button.
    pub name: String,
    /// Its page that signs out there too and sends back; none where there is none, or it cannot be reached.
    pub url: Option<String>,
}

/// What the provider sent somebody back with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SignInReturned {
    pub code: String,
    pub state: String,
    pub error: String,
    pub iss: Option<String>,
}

/// A person the provider vouches for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    /// A mobile number, normalised.
    pub phone: String,
    pub id_no: Option<String>,
}

impl Person {
    /// From claims as they came; `None` without a name or a mobile number.
    #[must_use]
    pub fn of_claims(name: &str, phone: &str, id_no: &str) -> Option<Self> {
        let name = normalise(name).trim().to_owned();
        let phone = Phone::parse(phone).ok().filter(|p| p.kind() == PhoneKind::Mobile)?;
        if name.is_empty() || name.chars().count() > 40 {
            return None;
        }
        let id_no = kernel::IdCard::parse(id_no).ok().map(|card| card.normalised().to_owned());
        Some(Self { name, phone: phone.normalised().to_owned(), id_no })
    }

    /// A number that is this person's own, normalised.
    #[must_use]
    pub fn has_phone(&self, phone: &str) -> bool {
        self.phone == phone
    }

    /// The form names this person and this number.
    fn is_in(&self, draft: &Draft) -> bool {
        let plain = |text: &str| normalise(text).chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let form = &draft.form;
        let phone = Phone::parse(&form.phone).is_ok_and(|p| p.normalised() == self.phone);
        !form.anonymous && phone && plain(&form.name) == plain(&self.name)
    }

    /// Fills in who asks, where nothing else was typed yet.
    pub fn fill(&self, draft: &mut Draft) {
        let form = &mut draft.form;
        if form.anonymous {
            return;
        }
        for (typed, known) in [(&mut form.name, &self.name), (&mut form.phone, &self.phone)] {
            if typed.trim().is_empty() {
                typed.clone_from(known);
            }
        }
        if let (true, Some(id_no)) = (form.id_no.trim().is_empty(), &self.id_no) {
            form.id_no.clone_from(id_no);
        }
    }

    /// The number of the form is proved, if it is this person's; until then it counts.
    pub fn prove(&self, draft: &mut Draft, until: Ts) {
        if self.is_in(draft) {
            draft.verified = Some((self.phone.clone(), until));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Person {
        Person::of_claims(" 张 明 ", "+86 138-1234-5678", "").expect("a person")
    }

    #[test]
    fn claims_must_name_a_person_with_a_mobile_number() {
        assert_eq!(person().phone, "13812345678");
        assert_eq!(Person::of_claims("", "13812345678", ""), None);
        assert_eq!(Person::of_claims("张明", "0851-12345678", ""), None);
        assert_eq!(Person::of_claims("张明", "", ""), None);
        assert_eq!(Person::of_claims("张明", "13812345678", "bad").and_then(|p| p.id_no), None);
    }

    #[test]
    fn a_proved_person_proves_their_own_number_only() {
        let until = Ts(1000);
        let mut draft = Draft::default();
        person().fill(&mut draft);
        person().prove(&mut draft, until);
        assert_eq!(draft.verified, Some(("13812345678".to_owned(), until)));
        for change in [
            (|d: &mut Draft| "13900000000".clone_into(&mut d.form.phone)) as fn(&mut Draft),
            |d| "李四".clone_into(&mut d.form.name),
            |d| d.form.anonymous = true,
        ] {
            let mut other = Draft { verified: None, ..draft.clone() };
            change(&mut other);
            person().prove(&mut other, until);
            assert_eq!(other.verified, None);
        }
        let mut typed = Draft::default();
        "李四".clone_into(&mut typed.form.name);
        person().fill(&mut typed);
        assert_eq!(typed.form.name, "李四", "what was typed stays");
    }
}
