//! 外呼规则: which numbers may be called at all. Against toll fraud: a stolen account that dials premium or foreign numbers
//! by night costs more than a year of calls. How often a seat or a number is called is counted by the floor.

use crate::settings::Dialling;

/// Why a number is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotDialled {
    /// Something else than digits, with at most a `+` before them.
    NotANumber,
    TooShort,
    TooLong,
    /// A prefix of the forbidden list.
    Forbidden,
    /// No prefix of the list of allowed ones.
    NotAllowed,
}

impl NotDialled {
    /// What the agent reads.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NotANumber => "号码只能包含数字，请检查后重新输入",
            Self::TooShort => "号码位数不足，请补全区号或号码后重拨",
            Self::TooLong => "号码位数过多，请检查后重新输入",
            Self::Forbidden => "外呼规则禁止拨打该号段，如确需拨打请联系班长",
            Self::NotAllowed => "该号段不在允许外呼的范围内，如确需拨打请联系班长",
        }
    }
}

impl Dialling {
    /// The number as it is dialled, or why it is not. `+86` is home, any other `+` is `00`, so that a rule on `00` holds for
    /// both ways of writing; spaces and hyphens are how people write.
    ///
    /// # Errors
    /// The first rule that forbids it. What is forbidden stays so even when also allowed.
    pub fn check(&self, number: &str) -> Result<String, NotDialled> {
        let bare: String = number.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = bare.strip_prefix('+').unwrap_or(&bare);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotDialled::NotANumber);
        }
        let dialled = match bare.strip_prefix('+') {
            Some(abroad) => abroad.strip_prefix("86").map_or_else(|| format!("00{abroad}"), str::to_owned),
            None => bare,
        };
        if dialled.len() < usize::from(self.min_digits) {
            return Err(NotDialled::TooShort);
        }
        if dialled.len() > usize::from(self.max_digits) {
            return Err(NotDialled::TooLong);
        }
        let begins = |list: &[String]| list.iter().any(|p| !p.is_empty() && dialled.starts_with(p.as_str()));
        if begins(&self.forbidden) {
            return Err(NotDialled::Forbidden);
        }
        if !self.allowed.is_empty() && !begins(&self.allowed) {
            return Err(NotDialled::NotAllowed);
        }
        Ok(dialled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allowed: &[&str], forbidden: &[&str]) -> Dialling {
        let list = |of: &[&str]| of.iter().map(|s| (*s).to_owned()).collect();
        Dialling {
            allowed: list(allowed),
            forbidden: list(forbidden),
            min_digits: 3,
            max_digits: 13,
            per_seat_hour: 60,
            per_number_day: 5,
        }
    }

    #[test]
    fn numbers_are_dialled_as_people_write_them() {
        let rules = rules(&[], &["00"]);
        assert_eq!(rules.check("138 0000-0000").as_deref(), Ok("13800000000"));
        assert_eq!(rules.check("+8613800000000").as_deref(), Ok("13800000000"));
        assert_eq!(rules.check("110").as_deref(), Ok("110"));
    }

    #[test]
    fn abroad_is_abroad_however_it_is_written() {
        let rules = rules(&[], &["00"]);
        assert_eq!(rules.check("0014155550100"), Err(NotDialled::Forbidden));
        assert_eq!(rules.check("+14155550100"), Err(NotDialled::Forbidden));
    }

    #[test]
    fn forbidden_goes_before_allowed_and_the_rest_is_not_allowed() {
        let rules = rules(&["1", "0371"], &["170"]);
        assert_eq!(rules.check("13800000000").as_deref(), Ok("13800000000"));
        assert_eq!(rules.check("17000000000"), Err(NotDialled::Forbidden));
        assert_eq!(rules.check("02112345678"), Err(NotDialled::NotAllowed));
        assert_eq!(rules.check("037112345678").as_deref(), Ok("037112345678"));
    }

    #[test]
    fn what_is_no_number_is_not_dialled() {
        let rules = rules(&[], &[]);
        for text in ["", "+", "12345x", "1;2", "sip:1@x", "１２３", "*72"] {
            assert_eq!(rules.check(text), Err(NotDialled::NotANumber), "{text}");
        }
        assert_eq!(rules.check("12"), Err(NotDialled::TooShort));
        assert_eq!(rules.check("12345678901234"), Err(NotDialled::TooLong));
    }

    #[test]
    fn an_empty_prefix_says_nothing() {
        assert_eq!(rules(&[], &[""]).check("12345").as_deref(), Ok("12345"));
        assert_eq!(rules(&[""], &[]).check("12345"), Err(NotDialled::NotAllowed));
    }
}
