//! What a rule decides; only the writer in `app` carries it out.

use kernel::{OrgId, UserId};
use serde::{Deserialize, Serialize};

use crate::{authority::Role, case::Case, catalogue::Change, flow::FlowEntry};

/// The whole effect of one command, as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The case as it will be. The writer compares it with the case as it was and saves what differs.
    pub case: Case,
    pub flow: Vec<FlowEntry>,
    pub notices: Vec<Notice>,
    pub grants: Vec<Grant>,
    /// Other cases the command changes too: merge target, split children.
    pub others: Vec<Decision>,
    /// 会商 that settles whose duty a matter is writes it into the dispatch catalogue.
    pub rulings: Vec<Ruling>,
}

/// A change of the dispatch catalogue that follows from a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Ruling {
    pub change: Change,
    /// The conclusion, as the reason of the new version.
    pub reason: String,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "to")]
pub enum Recipient {
    /// Users on duty of an organisation (值班/收文).
    OrgDuty {
        org: OrgId,
    },
    /// Users holding a role in an organisation.
    OrgRole {
        org: OrgId,
        role: Role,
    },
    User {
        user: UserId,
    },
    /// Every user of a role at the centre.
    CenterRole {
        role: Role,
    },
    Citizen,
}

/// One message: in the app for staff, as SMS for citizens (templates of App. A).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// `T01`…`T34`.
    pub template: String,
    pub recipient: Recipient,
    /// Values for the template's placeholders, free of personal data.
    pub vars: std::collections::BTreeMap<String, String>,
}

coded! {
    /// Why an organisation may see an order (§6.3).
    GrantKind {
        Registered = "registered", "登记";
        Lead = "lead", "主办";
        Co = "co", "协办";
        Child = "child", "下派";
        Copy = "copy", "抄送";
        Consult = "consult", "会商";
        Supervise = "supervise", "督办";
    }
}

/// Visibility given to an organisation; never taken back, the log must stay readable to who acted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub org: OrgId,
    pub kind: GrantKind,
}
