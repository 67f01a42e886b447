//! 附件 of an order: what each is for, who may add it, and when it counts as used.

use std::collections::BTreeSet;

use crate::authority::Role;

coded! {
    /// 附件用途: the group an attachment stands in.
    Purpose {
        Demand = "demand", "诉求材料";
        Identity = "identity", "证件";
        Contact = "contact", "联系证据";
        Handle = "handle", "办理材料";
        /// Goes with the answer: to the citizen, and to the platform the matter came from.
        Reply = "reply", "答复附件";
        Return = "return", "退回依据";
        Extension = "extension", "延期依据";
        Supervise = "supervise", "督办反馈";
        /// For an application to be left out of assessment, and for contesting a citizen's word.
        Appraisal = "appraisal", "考核证据";
        /// Why a record is wrong.
        Correction = "correction", "更正证据";
        Other = "other", "其他";
    }
}
coded! {
    /// What a file is, known by its bytes.
    FileClass { Picture = "picture", "图片"; Audio = "audio", "音频"; Document = "document", "文档"; }
}
coded! {
    /// 查毒结果.
    Scan { Clean = "clean", "已查毒"; Unscanned = "unscanned", "未查毒"; }
}

/// Longest 答复附件, bytes: it must reach a telephone, and pass an isolation gateway.
pub const LONGEST_REPLY: i64 = 20 << 20;

const CENTER: &[Role] = &[
    Role::Agent,
    Role::ExpertSeat,
    Role::TeamLeader,
    Role::Dispatcher,
    Role::Auditor,
    Role::ReplyAgent,
    Role::Callback,
    Role::Supervisor,
];
const UNIT: &[Role] = &[Role::UnitAdmin, Role::Handler, Role::UnitLeader];

impl Purpose {
    /// The citizen's own material.
    #[must_use]
    pub const fn is_citizens(self) -> bool {
        matches!(self, Self::Demand | Self::Identity)
    }

    /// Comes from the citizen and may tell who that is.
    #[must_use]
    pub const fn tells_identity(self) -> bool {
        self.is_citizens() || matches!(self, Self::Correction)
    }

    /// Evidence that units and the centre write to each other about.
    #[must_use]
    pub const fn is_internal(self) -> bool {
        !self.tells_identity() && !matches!(self, Self::Reply)
    }

    /// One of the roles may add such a file. Evidence of handling is the unit's alone.
    #[must_use]
    pub fn may_add(self, roles: &BTreeSet<Role>) -> bool {
        let holds = |list: &[Role]| list.iter().any(|r| roles.contains(r));
        match self {
            Self::Contact | Self::Handle | Self::Return | Self::Extension | Self::Supervise | Self::Appraisal => {
                holds(UNIT)
            }
            Self::Reply => holds(UNIT) || holds(&[Role::Auditor, Role::ReplyAgent]),
            Self::Correction => holds(CENTER),
            Self::Demand | Self::Identity | Self::Other => holds(CENTER) || holds(UNIT),
        }
    }

    /// The step hands the file in: from then on it is part of the record and cannot be withdrawn. Material of the
    /// citizen and what belongs to no step counts as used with whatever is done next.
    #[must_use]
    pub fn is_used_by(self, action: &str) -> bool {
        match self {
            Self::Demand | Self::Identity | Self::Other => !matches!(action, "claim" | "release" | "amend"),
            Self::Contact => matches!(action, "contact" | "submit_unit" | "co_reply"),
            Self::Handle => matches!(action, "submit_unit" | "co_reply"),
            Self::Reply => {
                matches!(
                    action,
                    "submit_unit" | "center_accept" | "center_accept_direct" | "unified_reply" | "unified_reply_nocb"
                )
            }
            Self::Return => action == "return_apply",
            Self::Extension => action == "extension_apply",
            Self::Supervise => action == "supervise_reply",
            Self::Appraisal => matches!(action, "exempt_apply" | "contest_apply"),
            Self::Correction => action == "correction_apply",
        }
    }
}

/// A file's name without path and odd characters, with the ending its bytes deserve; at most 60 characters.
#[must_use]
pub fn file_name(given: &str, ending: &str) -> String {
    let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let kept = |c: &char| c.is_alphanumeric() || "-_ （）()《》〔〕【】、，。".contains(*c);
    let stem: String = stem.chars().filter(kept).take(60).collect();
    let stem = if stem.trim().is_empty() { "附件" } else { stem.trim() };
    format!("{stem}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_the_units_and_a_citizens_paper_anybodys() {
        let agent = BTreeSet::from([Role::Agent]);
        let handler = BTreeSet::from([Role::Handler]);
        let admin = BTreeSet::from([Role::Sysadmin]);
        assert!(Purpose::Demand.may_add(&agent) && Purpose::Demand.may_add(&handler));
        assert!(Purpose::Handle.may_add(&handler) && !Purpose::Handle.may_add(&agent));
        assert!(Purpose::Reply.may_add(&handler) && !Purpose::Reply.may_add(&agent));
        assert!(!Purpose::Reply.is_internal() && !Purpose::Reply.tells_identity());
        assert!(Purpose::ALL.iter().all(|p| !p.may_add(&admin)));
    }

    #[test]
    fn a_file_is_used_by_the_step_it_is_for() {
        assert!(Purpose::Return.is_used_by("return_apply") && !Purpose::Return.is_used_by("submit_unit"));
        assert!(Purpose::Handle.is_used_by("co_reply") && !Purpose::Handle.is_used_by("contact"));
        assert!(Purpose::Demand.is_used_by("submit") && !Purpose::Demand.is_used_by("claim"));
    }

    #[test]
    fn names_keep_their_words_and_take_the_ending_of_the_content() {
        assert_eq!(file_name("C:\\桌面\\现场 照片(2).exe", "jpg"), "现场 照片(2).jpg");
        assert_eq!(file_name("../../etc/passwd", "txt"), "passwd.txt");
        assert_eq!(file_name("<>.pdf", "pdf"), "附件.pdf");
    }
}
