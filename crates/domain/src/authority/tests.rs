use std::collections::BTreeSet;

use kernel::{AppointmentId, OrgId, RefusalKind, Ts, UserId};
use uuid::Uuid;

use super::grant::{ADMINS, OUTSOURCED};
use super::*;
use crate::{
    directory::{Directory, Org, OrgKind, OrgLevel},
    env::By,
    order::{Confidentiality, Requester},
};

fn org_id(n: u128) -> OrgId {
    OrgId(Uuid::from_u128(n))
}

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}

const CENTER: u128 = 1;
const BUREAU: u128 = 2;
const BUREAU_OFFICE: u128 = 3;
const COUNTY: u128 = 4;
const TOWN: u128 = 5;

fn org(n: u128, parent: Option<u128>, level: OrgLevel, kind: OrgKind, region: &str) -> Org {
    Org {
        id: org_id(n),
        code: format!("{n:04}"),
        name: format!("机构{n}"),
        short: String::new(),
        parent: parent.map(org_id),
        superior: None,
        level,
        kind,
        group: "市直".into(),
        region: region.into(),
        phone: None,
        active: true,
        merged_into: None,
        version: 1,
    }
}

fn directory() -> Directory {
    let orgs = vec![
        org(CENTER, None, OrgLevel::City, OrgKind::Center, "371000000000"),
        org(BUREAU, None, OrgLevel::City, OrgKind::Department, "371000000000"),
        org(BUREAU_OFFICE, Some(BUREAU), OrgLevel::County, OrgKind::Department, "371002000000"),
        org(COUNTY, None, OrgLevel::County, OrgKind::Government, "371002000000"),
        org(TOWN, Some(COUNTY), OrgLevel::Town, OrgKind::Government, "371002001000"),
    ];
    Directory::new(orgs, vec![], vec![])
}

fn set(roles: &[Role]) -> BTreeSet<Role> {
    roles.iter().copied().collect()
}

fn actor(roles: &[Role], org: u128, scope: Scope) -> Actor {
    Actor {
        user: user(100),
        appointment: AppointmentId(Uuid::from_u128(1)),
        name: "王小明".into(),
        org: org_id(org),
        roles: set(roles),
        scope,
        on_behalf_of: None,
        recused_orgs: vec![],
    }
}

/// An order in the town, registered by somebody else at the centre, handled by nobody yet.
fn facts() -> OrderFacts {
    OrderFacts {
        registered_by: Some(user(1)),
        registered_org: org_id(CENTER),
        granted_orgs: vec![],
        tasks: vec![],
        region: "371002001003".into(),
        confidentiality: Confidentiality::None,
    }
}

fn held_by(n: u128, handler: Option<UserId>) -> OrderFacts {
    OrderFacts { granted_orgs: vec![org_id(n)], tasks: vec![(org_id(n), handler)], ..facts() }
}

fn sees(actor: &Actor, facts: &OrderFacts) -> bool {
    visible(actor, facts, &directory())
}

/// Action codes of every command, read from the source so that a new command cannot be forgotten.
fn command_actions() -> Vec<String> {
    let source = include_str!("../order/command.rs");
    let body = source.split("pub enum Command {").nth(1).unwrap();
    let variant = |line: &str| -> Option<String> {
        let rest = line.strip_prefix("    ").filter(|r| r.starts_with(|c: char| c.is_ascii_uppercase()))?;
        Some(rest.chars().take_while(char::is_ascii_alphanumeric).collect())
    };
    let snake = |name: String| {
        let mut out = String::new();
        for c in name.chars() {
            if c.is_ascii_uppercase() && !out.is_empty() {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        }
        out
    };
    body.lines().take_while(|l| *l != "}").filter_map(variant).map(snake).collect()
}

#[test]
fn every_command_has_a_permission_and_somebody_holds_it() {
    let actions = command_actions();
    assert!(actions.len() >= 40, "read {} commands", actions.len());
    assert!(actions.contains(&"center_send_back".to_owned()));
    for action in &actions {
        let permission = Permission::for_action(action).unwrap_or_else(|| panic!("no permission for {action}"));
        assert!(!permission.roles().is_empty(), "nobody may {action}");
    }
    let known: BTreeSet<&str> = actions.iter().map(String::as_str).chain(["register", "save_draft"]).collect();
    for p in Permission::ALL {
        if let Some(action) = p.code().strip_prefix("order.").or_else(|| p.code().strip_prefix("task.")) {
            assert!(known.contains(action), "{p} belongs to no command");
        }
    }
}

#[test]
fn every_role_may_do_something_and_no_row_repeats_a_role() {
    for role in Role::ALL {
        assert!(!permissions(&set(&[*role])).is_empty(), "{role} holds nothing");
    }
    for p in Permission::ALL {
        assert_eq!(p.roles().len(), set(p.roles()).len(), "{p} names a role twice");
        assert!(p.roles().is_sorted(), "{p} is out of the order of roles");
    }
}

#[test]
fn a_refusal_names_the_missing_role() {
    let by = By::Person(actor(&[Role::Handler], BUREAU, Scope::Own));
    let refusal = require_action(&by, "dispatch").unwrap_err();
    assert_eq!(refusal.status_hint, RefusalKind::Forbidden);
    assert!(refusal.message.contains("“派单”") && refusal.message.contains("派单员"), "{}", refusal.message);
    assert!(require_action(&by, "submit_unit").is_ok());
    assert_eq!(require_action(&by, "fly").unwrap_err().status_hint, RefusalKind::Invalid);
    assert!(!permits_action(&set(Role::ALL), "fly"));
    assert!(require(&By::System, Permission::OrderArchive).is_ok());
}

#[test]
fn acceptance_18_the_three_administrators_stay_apart_from_each_other_and_from_business() {
    for (i, a) in ADMINS.iter().enumerate() {
        assert!(check_grant(&set(&[*a]), OrgKind::Center).is_ok());
        for b in &ADMINS[i + 1..] {
            let refusal = check_grant(&set(&[*a, *b]), OrgKind::Center).unwrap_err();
            assert!(refusal.message.contains(a.cn()) && refusal.message.contains(b.cn()));
        }
        for business in Role::ALL.iter().filter(|r| !ADMINS.contains(r)) {
            assert!(check_grant(&set(&[*a, *business]), OrgKind::Center).is_err(), "{a} with {business}");
            assert!(check_together(&[set(&[*a]), set(&[*business])]).is_err(), "{a} and {business} by turns");
        }
    }
}

#[test]
fn administrators_hold_no_business_permission_and_see_no_order() {
    let business = |p: &Permission| {
        ["order.", "task.", "petition.", "review.", "supervise.", "call.", "dispute.", "report"]
            .iter()
            .any(|n| p.code().starts_with(n))
            || matches!(p, Permission::Query | Permission::Export | Permission::Reveal | Permission::Recording)
    };
    for admin in ADMINS {
        let held = permissions(&set(&[*admin]));
        assert_eq!(held.iter().find(|p| business(p)), None, "{admin}");
        let person = actor(&[*admin], CENTER, Scope::All);
        assert!(!sees(&person, &facts()));
        assert_eq!(scope_filter(&person, &directory()).reach, Reach::Nothing);
    }
    let holds = |role, p| permits(&set(&[role]), p);
    assert!(!holds(Role::Sysadmin, Permission::AdminRole), "who makes users must not grant roles");
    assert!(!holds(Role::Secadmin, Permission::AdminUser), "who grants roles must not make users");
    assert!(!holds(Role::Sysadmin, Permission::AuditRead) && !holds(Role::Secadmin, Permission::AuditRead));
    assert_eq!(
        permissions(&set(&[Role::Auditadmin])),
        [Permission::AuditRead, Permission::AuditVerify, Permission::AuditExport].into()
    );
}

#[test]
fn outsourced_staff_take_calls_but_never_handle_demands() {
    for role in Role::ALL {
        let granted = check_grant(&set(&[*role]), OrgKind::Outsourced);
        assert_eq!(granted.is_ok(), OUTSOURCED.contains(role), "{role}");
    }
    let refusal = check_grant(&set(&[Role::Agent, Role::Handler]), OrgKind::Outsourced).unwrap_err();
    assert!(refusal.message.contains("经办人") && refusal.message.contains("话务员"), "{}", refusal.message);
    for p in permissions(&set(OUTSOURCED)) {
        assert!(!p.code().starts_with("task.") && p != Permission::OrderDecide, "{p}");
    }
}

#[test]
fn the_monitor_does_no_business_and_nobody_is_granted_nothing() {
    assert!(check_grant(&set(&[Role::ESupervisor, Role::Discipline]), OrgKind::Supervision).is_ok());
    assert!(check_grant(&set(&[Role::ESupervisor, Role::Handler]), OrgKind::Supervision).is_err());
    assert!(check_grant(&set(&[]), OrgKind::Center).is_err());
    assert!(check_together(&[]).is_ok());
    let held = permissions(&set(&[Role::ESupervisor]));
    assert!(held.iter().all(|p| !p.code().starts_with("order.") && !p.code().starts_with("task.")));
}

#[test]
fn scopes_reach_as_far_as_they_say() {
    use Scope::{All, Org, OrgSubtree, Own, RegionSubtree};
    let town = held_by(TOWN, None);
    let office = held_by(BUREAU_OFFICE, None);
    for (scope, at, facts, expected) in [
        (Own, TOWN, &town, false),
        (Org, TOWN, &town, true),
        (Org, COUNTY, &town, false),
        (OrgSubtree, COUNTY, &town, true),
        (OrgSubtree, BUREAU, &office, true),
        (OrgSubtree, BUREAU, &town, false),
        (Org, BUREAU, &office, false),
        // The office holds no task of the town's, but the order lies in its county.
        (RegionSubtree, BUREAU_OFFICE, &town, true),
        (All, BUREAU, &town, true),
        (Org, CENTER, &town, true),
    ] {
        assert_eq!(sees(&actor(&[Role::UnitAdmin], at, scope), facts), expected, "{scope} at {at}");
    }
}

#[test]
fn a_region_is_not_read_from_its_digits_alone() {
    let person = actor(&[Role::Leader], CENTER, Scope::RegionSubtree);
    let Reach::Region { prefix, .. } = scope_filter(&person, &directory()).reach else { panic!("a region") };
    assert_eq!(prefix, "3710");
    let elsewhere = OrderFacts { region: "371102000000".into(), registered_org: org_id(99), ..facts() };
    assert!(!sees(&person, &elsewhere));
}

#[test]
fn own_registrations_and_own_tasks_are_always_in_sight() {
    let me = actor(&[Role::Agent], TOWN, Scope::Own);
    assert!(!sees(&me, &facts()));
    assert!(sees(&me, &OrderFacts { registered_by: Some(me.user), ..facts() }));
    let handler = actor(&[Role::Handler], TOWN, Scope::Own);
    assert!(sees(&handler, &held_by(TOWN, Some(handler.user))));
    assert!(!sees(&handler, &held_by(TOWN, Some(user(7)))));
}

#[test]
fn grants_are_held_by_the_person_and_the_organisations_in_reach() {
    let holders = |scope| scope_filter(&actor(&[Role::UnitAdmin], COUNTY, scope), &directory()).holders();
    let me = user(100).uuid();
    assert_eq!(holders(Scope::Own), [me]);
    assert_eq!(holders(Scope::OrgSubtree), [me, org_id(COUNTY).uuid(), org_id(TOWN).uuid()]);
    assert!(scope_filter(&actor(&[Role::Secadmin], COUNTY, Scope::Org), &directory()).holders().is_empty());
}

#[test]
fn sealed_orders_are_for_discipline_officers_who_see_nothing_else() {
    let sealed = OrderFacts { confidentiality: Confidentiality::Sealed, ..facts() };
    let secret = OrderFacts { confidentiality: Confidentiality::KeepSecret, ..facts() };
    for role in [Role::TeamLeader, Role::Leader, Role::ESupervisor, Role::PetChief] {
        let person = actor(&[role], CENTER, Scope::All);
        assert!(!sees(&person, &sealed) && sees(&person, &secret), "{role}");
    }
    let officer = actor(&[Role::Discipline], CENTER, Scope::All);
    assert!(sees(&officer, &sealed) && !sees(&officer, &secret) && !sees(&officer, &facts()));
}

#[test]
fn roles_without_query_see_nothing_even_with_all_data() {
    assert!(!sees(&actor(&[Role::KbEditor], CENTER, Scope::All), &facts()));
    assert!(!sees(&actor(&[], CENTER, Scope::All), &facts()));
}

#[test]
fn a_handler_sees_the_person_only_of_the_own_open_task() {
    let me = actor(&[Role::Handler], TOWN, Scope::Org);
    let plain = |facts: &OrderFacts| !masks(&me, facts).pii_basic;
    assert!(plain(&held_by(TOWN, None)));
    assert!(plain(&held_by(TOWN, Some(me.user))));
    assert!(!plain(&held_by(TOWN, Some(user(7)))), "another handler's task");
    assert!(!plain(&held_by(BUREAU, None)), "another organisation's task");
    let secret = OrderFacts { confidentiality: Confidentiality::KeepSecret, ..held_by(TOWN, Some(me.user)) };
    assert!(!plain(&secret) && masks(&me, &secret).identity);
    assert!(masks(&me, &held_by(TOWN, None)).pii_id, "the identity document is not needed to handle");
}

#[test]
fn leaders_and_statisticians_see_masked_persons_and_may_not_reveal_them() {
    for role in [Role::Leader, Role::Stat, Role::Qc, Role::ESupervisor] {
        let person = actor(&[role], CENTER, Scope::All);
        let hidden = masks(&person, &facts());
        assert!(hidden.pii_basic && hidden.pii_id, "{role}");
        assert!(may_reveal(&person, &facts()).is_err(), "{role}");
    }
    assert!(masks(&actor(&[Role::Stat], CENTER, Scope::All), &facts()).internal_opinion);
}

#[test]
fn an_agent_sees_own_registrations_in_clear_and_others_masked() {
    let me = actor(&[Role::Agent], CENTER, Scope::Org);
    let mine = OrderFacts { registered_by: Some(me.user), confidentiality: Confidentiality::KeepSecret, ..facts() };
    assert_eq!(masks(&me, &mine), Masks { internal_opinion: true, ..Masks::NONE });
    assert_eq!(masks(&me, &facts()), Masks { identity: false, ..Masks::ALL });
    let others = OrderFacts { confidentiality: Confidentiality::KeepSecret, ..facts() };
    assert!(masks(&me, &others).identity && may_reveal(&me, &others).is_err());
}

#[test]
fn secrecy_narrows_who_may_reveal() {
    let at = |confidentiality| OrderFacts { confidentiality, ..facts() };
    let may = |role, c| may_reveal(&actor(&[role], CENTER, Scope::All), &at(c)).is_ok();
    assert!(may(Role::Handler, Confidentiality::None) && !may(Role::Handler, Confidentiality::KeepSecret));
    assert!(may(Role::TeamLeader, Confidentiality::KeepSecret) && !may(Role::TeamLeader, Confidentiality::Sealed));
    assert!(may(Role::Discipline, Confidentiality::Sealed));
    let refusal = may_reveal(&actor(&[Role::Handler], TOWN, Scope::Org), &at(Confidentiality::KeepSecret)).unwrap_err();
    assert!(refusal.message.contains("保密"));
}

#[test]
fn recordings_of_secret_calls_are_kept_from_quality_inspectors() {
    let qc = actor(&[Role::Qc], CENTER, Scope::All);
    assert!(!masks(&qc, &facts()).recording);
    assert!(masks(&qc, &OrderFacts { confidentiality: Confidentiality::KeepSecret, ..facts() }).recording);
}

fn requester() -> Requester {
    Requester {
        name: Some("张晓明".into()),
        sex: Some(crate::order::Sex::Male),
        phone: Some("13812345678".into()),
        contact_phone: None,
        email: Some("zhangxiaoming@example.com".to_owned()),
        id_type: Some("居民身份证".into()),
        id_no: Some("110101199003071233".into()),
        address: Some("威海市环翠区某街道某小区3号楼".into()),
        kind: Some(crate::order::RequesterKind::Person),
        company_name: None,
    }
}

#[test]
fn masked_requesters_keep_their_shape_and_lose_their_digits() {
    let masked = mask_requester(&requester(), Masks::for_list(Confidentiality::None));
    assert_eq!(masked.phone.as_deref(), Some("138****5678"));
    assert!(!masked.name.unwrap().contains("晓"));
    assert!(!masked.id_no.unwrap().contains("19900307"));
    assert!(!masked.address.unwrap().contains("3号楼"));
    assert_eq!(masked.contact_phone, None);
    assert_eq!(masked.email.as_deref(), Some("z****@example.com"));
    assert_eq!(mask_requester(&requester(), Masks::NONE), requester());
}

#[test]
fn a_secret_requester_leaves_no_trace() {
    let masked = mask_requester(&requester(), Masks::for_list(Confidentiality::KeepSecret));
    let expected = Requester {
        name: Some(mask::SECRET_NAME.to_owned()),
        kind: Some(crate::order::RequesterKind::Person),
        ..Requester::default()
    };
    assert_eq!(masked, expected);
    assert_eq!(mask_requester(&requester(), Masks::ALL.revealed()), requester());
}

#[test]
fn facts_of_a_case_count_task_holders_as_granted() {
    let mut case = case();
    case.tasks.clear();
    let facts = OrderFacts::of(&case, &[org_id(BUREAU), org_id(TOWN), org_id(BUREAU)]);
    assert_eq!(facts.granted_orgs, vec![org_id(BUREAU), org_id(TOWN)]);
    assert_eq!(facts.confidentiality, Confidentiality::None);
}

/// The smallest case there can be, from the wire form of an order.
fn case() -> crate::case::Case {
    let now = Ts(1_795_485_900_000);
    let order = serde_json::json!({
        "id": Uuid::from_u128(1), "case_no": "1", "query_code_hash": "", "state": "registered", "round": 1,
        "version": 1, "channel": "01", "demand_type": "help", "category": "010101", "urgency": "u3", "title": "",
        "content": "", "tags": [], "region": "371002001003", "requester": {}, "anonymous": false,
        "confidentiality": "none", "no_reply_wanted": false, "callback_wanted": true, "affected_count": 1, "flags": {},
        "registered_org": org_id(CENTER), "registered_at": now, "updated_at": now, "return_n": 0, "ext_n": 0,
        "urge_n": 0, "send_back_n": 0, "supervise_n": 0, "flow_seq": 0, "flow_hash": ""
    });
    crate::case::Case {
        order: serde_json::from_value(order).unwrap(),
        tasks: vec![],
        clocks: vec![],
        requests: vec![],
        contacts: vec![],
        callbacks: vec![],
        supervisions: vec![],
        links: vec![],
    }
}
