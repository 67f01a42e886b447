//! 字段遮盖: which fields of a visible order a person sees in clear (§6.3, §7).

use kernel::{Refusal, mask_address, mask_company, mask_id, mask_mail, mask_name, mask_phone};

use super::{Actor, OrderFacts, Permission, Role, permits};
use crate::order::{Confidentiality, Origin, Representative, Requester};

/// The name shown in place of a person whose identity is kept secret.
pub const SECRET_NAME: &str = "（身份保密）";

/// What is hidden: `true` = masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masks {
    /// Name, phones, address.
    pub pii_basic: bool,
    /// Identity document number.
    pub pii_id: bool,
    /// Everything that tells who a confidential requester is; stronger than `pii_basic`.
    pub identity: bool,
    /// 内部意见: handling notes, opinions and instructions.
    pub internal_opinion: bool,
    /// The recording may not be played, not even with a reason.
    pub recording: bool,
}

impl Masks {
    /// Everything hidden.
    pub const ALL: Masks =
        Masks { pii_basic: true, pii_id: true, identity: true, internal_opinion: true, recording: true };
    /// Nothing hidden.
    pub const NONE: Masks =
        Masks { pii_basic: false, pii_id: false, identity: false, internal_opinion: false, recording: false };

    /// Lists are always masked, whoever looks; identity is hidden besides where secrecy asks for it.
    #[must_use]
    pub const fn for_list(confidentiality: Confidentiality) -> Masks {
        Masks { identity: !matches!(confidentiality, Confidentiality::None), ..Masks::ALL }
    }

    /// These masks once the person has been allowed to see the plain text ([`may_reveal`]).
    #[must_use]
    pub const fn revealed(self) -> Masks {
        Masks { pii_basic: false, pii_id: false, identity: false, ..self }
    }
}

/// Sees what units and leaders write to each other: those who handle, check or oversee it, and not the seats that talk
/// to citizens, nor statistics.
const INTERNAL: &[Role] = &[
    Role::TeamLeader,
    Role::Dispatcher,
    Role::Auditor,
    Role::ReplyAgent,
    Role::Supervisor,
    Role::UnitAdmin,
    Role::Handler,
    Role::UnitLeader,
    Role::Leader,
    Role::PetReg,
    Role::PetRouter,
    Role::PetChief,
    Role::PetArchivist,
    Role::ReviewOfficer,
    Role::ReviewChief,
    Role::ESupervisor,
    Role::Discipline,
];

/// Who may learn a confidential requester's identity, with a reason (§6.4).
const REVEAL_SECRET: &[Role] = &[Role::TeamLeader, Role::Supervisor, Role::Discipline];

/// The masks of a visible order for this person.
#[must_use]
pub fn masks(actor: &Actor, facts: &OrderFacts) -> Masks {
    let registrar =
        facts.registered_by == Some(actor.user) && actor.has_any(&[Role::Agent, Role::TeamLeader, Role::PetReg]);
    let secret = facts.confidentiality != Confidentiality::None;
    let plain = registrar || (!secret && (handles(actor, facts) || actor.has_any(&[Role::Callback, Role::ReplyAgent])));
    Masks {
        pii_basic: !plain,
        pii_id: !registrar,
        identity: secret && !registrar,
        internal_opinion: !actor.has_any(INTERNAL),
        recording: !(permits(&actor.roles, Permission::Recording) && (registrar || may_listen(actor, secret))),
    }
}

/// The person handles the order: an undivided task of the own organisation, or one assigned to the person.
fn handles(actor: &Actor, facts: &OrderFacts) -> bool {
    actor.has(Role::Handler)
        && facts.tasks.iter().any(|(org, handler)| match handler {
            Some(user) => *user == actor.user,
            None => *org == actor.org,
        })
}

/// A voice is an identity too: recordings of confidential calls are for those who may learn it.
fn may_listen(actor: &Actor, secret: bool) -> bool {
    if secret { actor.has_any(REVEAL_SECRET) } else { actor.has_any(&[Role::TeamLeader, Role::Supervisor, Role::Qc]) }
}

/// Refuses who may not see the plain text even with a reason. Asking for the reason, counting and auditing are the
/// caller's business.
pub fn may_reveal(actor: &Actor, facts: &OrderFacts) -> Result<(), Refusal> {
    super::require(&crate::env::By::Person(actor.clone()), Permission::Reveal)?;
    match facts.confidentiality {
        Confidentiality::None => Ok(()),
        Confidentiality::KeepSecret if actor.has_any(REVEAL_SECRET) => Ok(()),
        Confidentiality::KeepSecret => Err(Refusal::forbidden(
            "诉求人要求保密，仅班长、督办员、纪检专员可以查看身份。如需联系诉求人，请由12345转接",
        )),
        Confidentiality::Sealed if actor.has(Role::Discipline) => Ok(()),
        Confidentiality::Sealed => Err(Refusal::forbidden("该事项已密封，仅纪检专员可以查看诉求人身份")),
    }
}

/// The requester as this viewer may see it.
#[must_use]
pub fn mask_requester(requester: &Requester, masks: Masks) -> Requester {
    if masks.identity {
        return Requester { name: Some(SECRET_NAME.to_owned()), kind: requester.kind, ..Requester::default() };
    }
    let with = |hide: bool, value: &Option<String>, mask: fn(&str) -> String| {
        value.as_deref().map(|v| if hide { mask(v) } else { v.to_owned() })
    };
    Requester {
        name: with(masks.pii_basic, &requester.name, mask_name),
        phone: with(masks.pii_basic, &requester.phone, mask_phone),
        contact_phone: with(masks.pii_basic, &requester.contact_phone, mask_phone),
        email: with(masks.pii_basic, &requester.email, mask_mail),
        address: with(masks.pii_basic, &requester.address, mask_address),
        company_name: with(masks.pii_basic, &requester.company_name, mask_company),
        id_no: with(masks.pii_id, &requester.id_no, mask_id),
        id_type: requester.id_type.clone(),
        sex: requester.sex,
        kind: requester.kind,
    }
}

/// The origin as this viewer may see it: representatives are people too.
#[must_use]
pub fn mask_origin(origin: &Origin, masks: Masks) -> Origin {
    if masks.identity {
        // Number, place and day of a visit tell who came, and a report in the press whom it is about. Who gave the order
        // and until when is no secret of the citizen's, and stands in the sum of the deadline.
        let superior = origin.limit_at.and(origin.source.clone());
        return Origin {
            head_count: origin.head_count,
            source: superior,
            limit_at: origin.limit_at,
            ..Origin::default()
        };
    }
    if !masks.pii_basic {
        return origin.clone();
    }
    let hidden =
        |r: &Representative| Representative { name: mask_name(&r.name), phone: r.phone.as_deref().map(mask_phone) };
    Origin { representatives: origin.representatives.iter().map(hidden).collect(), ..origin.clone() }
}
