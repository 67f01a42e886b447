//! 领导信箱 (市长信箱 and the like): citizens write to a leader by name of the office; the letter is handled like every matter, and the
//! leader sees what became of it.

use kernel::{FieldError, UserId, Uuid};
use serde::{Deserialize, Serialize};

/// Longest name of a box, and of what it is about, characters.
const NAME: std::ops::RangeInclusive<usize> = 2..=20;
const ABOUT: usize = 60;
/// Most boxes that are open to citizens at the same time: more nobody looks through.
pub const MOST_OPEN: usize = 30;

/// 信箱.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub id: Uuid,
    /// 市长信箱.
    pub name: String,
    /// Whose it is.
    pub leader: UserId,
    /// What the leader is in charge of, for citizens who look for the right one.
    pub about: String,
    /// Citizens may choose it.
    pub open: bool,
    /// Place in the list.
    pub ord: i64,
    pub version: i64,
}

/// A box as an administrator keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailboxForm {
    pub name: String,
    /// A person with the role 市领导.
    pub leader: Option<UserId>,
    pub about: String,
    pub open: bool,
    /// Place in the list, 1 to 999.
    pub ord: i64,
    /// The version a change starts from.
    pub version: i64,
}

impl MailboxForm {
    /// Every fault, beside the others of the house; `own` is the box that is changed, `leads` whether a person is a leader.
    #[must_use]
    pub fn faults(&self, own: Option<Uuid>, others: &[Mailbox], leads: bool) -> Vec<FieldError> {
        let mut wrong = Vec::new();
        let mut when = |bad: bool, field: &str, message: &str, remedy: &str| {
            if bad {
                wrong.push(FieldError::new(field, message).with_remedy(remedy));
            }
        };
        let name = self.name.trim();
        let mut rest = others.iter().filter(|m| Some(m.id) != own);
        when(!NAME.contains(&name.chars().count()), "name", "请填写信箱名称", "2至20字，例如“市长信箱”");
        when(rest.clone().any(|m| m.name == name), "name", "已有同名信箱", "请换一个名称，或修改原来的信箱");
        when(!leads, "leader", "请选择信箱所属的领导", "须是任职角色为“市领导”的在用账号");
        when(self.about.trim().chars().count() > ABOUT, "about", "说明过长", "请精简到60字以内");
        when(!(1..=999).contains(&self.ord), "ord", "排序应为1至999的整数", "数字小的排在前面");
        let open = rest.by_ref().filter(|m| m.open).count();
        when(self.open && open >= MOST_OPEN, "open", "开放的信箱最多30个", "请先关闭不用的信箱");
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn existing(n: u128, name: &str) -> Mailbox {
        Mailbox {
            id: Uuid::from_u128(n),
            name: name.to_owned(),
            leader: UserId(Uuid::from_u128(9)),
            about: String::new(),
            open: true,
            ord: 1,
            version: 1,
        }
    }

    #[test]
    fn every_fault_is_named_at_its_field() {
        let others = [existing(1, "市长信箱")];
        let form = MailboxForm {
            name: "副市长信箱".to_owned(),
            leader: None,
            about: String::new(),
            open: true,
            ord: 2,
            version: 0,
        };
        let fields = |f: &MailboxForm, own, leads| {
            f.faults(own, &others, leads).into_iter().map(|e| e.field).collect::<Vec<_>>()
        };
        assert!(fields(&form, None, true).is_empty());
        assert_eq!(fields(&form, None, false), ["leader"]);
        assert_eq!(fields(&MailboxForm::default(), None, false), ["name", "leader", "ord"]);
        let same = MailboxForm { name: " 市长信箱 ".to_owned(), ..form.clone() };
        assert_eq!(fields(&same, None, true), ["name"]);
        assert!(fields(&same, Some(Uuid::from_u128(1)), true).is_empty(), "its own name");
        let many: Vec<Mailbox> = (1..=30).map(|n| existing(n, &format!("{n}号信箱"))).collect();
        let wrong = form.faults(None, &many, true);
        assert_eq!(wrong.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), ["open"]);
        assert!(MailboxForm { open: false, ..form }.faults(None, &many, true).is_empty());
    }
}
