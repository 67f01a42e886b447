//! 派单目录: what a rule must satisfy, and what a change would have meant.

use domain::{
    authority::Role,
    catalogue::{Past, RuleForm, changed, effect, end, put},
    directory::{CatalogueRule, Directory},
    order::{Command, DemandType, RulingRule},
};
use kernel::{OrderId, OrgId, Ts};
use uuid::Uuid;

use crate::world::{CATEGORY, DUTY, REGION, Story, World, ts};

fn rule(id: i64, category: &str, region: &str, lead: OrgId) -> CatalogueRule {
    CatalogueRule {
        id,
        category: category.to_owned(),
        region: region.to_owned(),
        lead,
        co: Vec::new(),
        legal_basis: "环境噪声污染防治法".to_owned(),
        valid_from: ts("2025-01-01T00:00"),
        valid_to: None,
    }
}

fn form(category: &str, region: &str, lead: OrgId) -> RuleForm {
    RuleForm {
        category: category.to_owned(),
        region: region.to_owned(),
        lead,
        co: Vec::new(),
        legal_basis: "三定规定第三条".to_owned(),
        valid_from: None,
        valid_to: None,
    }
}

fn refused(form: &RuleForm, replaces: Option<&CatalogueRule>, d: &Directory, now: Ts) -> Vec<String> {
    put(form, replaces, true, d, now).unwrap_err().fields.into_iter().map(|f| f.field).collect()
}

#[test]
fn a_rule_that_contradicts_the_directory_is_refused_with_its_field() {
    let w = World::new();
    let (o, now) = (w.o, w.now.get());
    let d = w.directory.with_catalogue(vec![rule(1, CATEGORY, "", o.bureau)]);
    assert_eq!(refused(&form("999999", "", o.bureau), None, &d, now), ["category"]);
    assert_eq!(
        refused(&form(DUTY, "", o.town), None, &d, now),
        ["lead"],
        "a department's own duty never goes to a town"
    );
    let co = RuleForm { co: vec![o.village, o.housing, o.housing], ..form(DUTY, "", o.bureau) };
    assert_eq!(refused(&co, None, &d, now), ["co[0]", "co[2]"]);
    assert_eq!(refused(&form("010000", "", o.closed), None, &d, now), ["lead"]);
    let bare = RuleForm { legal_basis: "有".to_owned(), ..form("010000", "", o.bureau) };
    assert_eq!(refused(&bare, None, &d, now), ["legal_basis"]);
    let past = RuleForm { valid_from: Some(now.plus_days(-1)), valid_to: Some(now), ..form("010000", "", o.bureau) };
    assert_eq!(refused(&past, None, &d, now), ["valid_from", "valid_to"]);
    assert_eq!(refused(&form(CATEGORY, "", o.housing), None, &d, now), ["category"], "two rules for one matter");
    assert!(put(&form(CATEGORY, REGION, o.housing), None, true, &d, now).is_ok(), "another area is another matter");
    assert_eq!(put(&form(CATEGORY, REGION, o.housing), None, false, &d, now).unwrap_err().fields[0].field, "region");
}

#[test]
fn a_new_version_ends_the_old_one_the_moment_it_begins() {
    let w = World::new();
    let (o, now) = (w.o, w.now.get());
    let old = rule(1, CATEGORY, "", o.bureau);
    let d = w.directory.with_catalogue(vec![old.clone()]);
    let from = now.plus_days(7);
    let change = put(&RuleForm { valid_from: Some(from), ..form(CATEGORY, "", o.housing) }, Some(&old), true, &d, now);
    let rules = changed(d.catalogue(), &change.unwrap());
    let after = d.with_catalogue(rules.clone());
    let lead = |at| after.catalogue_for(CATEGORY, REGION, at).iter().map(|r| r.lead).collect::<Vec<_>>();
    assert_eq!((lead(from.plus_millis(-1)), lead(from)), (vec![o.bureau], vec![o.housing]));
    let gone = &rules[0];
    assert_eq!(put(&form(CATEGORY, "", o.power), Some(gone), true, &d, from).unwrap_err().fields[0].field, "rule");
    assert_eq!(end(gone, None, from).unwrap_err().code, "ended");
    assert_eq!(end(&old, None, now).unwrap().ends, Some(1));
}

#[test]
fn the_preview_says_how_many_orders_would_go_elsewhere_and_from_whom_to_whom() {
    let w = World::new();
    let (o, now) = (w.o, w.now.get());
    let old = rule(1, CATEGORY, "", o.bureau);
    let before = w.directory.with_catalogue(vec![old.clone(), rule(2, "020000", "", o.housing)]);
    let past = |n: u128, category: &str, region: &str, lead| Past {
        order: OrderId(Uuid::from_u128(n)),
        category: category.to_owned(),
        region: region.to_owned(),
        lead: Some(lead),
    };
    let orders = [
        past(1, CATEGORY, REGION, o.bureau),
        past(2, CATEGORY, REGION, o.housing),
        past(3, CATEGORY, "370103001000", o.bureau),
        past(4, "020000", REGION, o.housing),
    ];
    let change = put(&form(CATEGORY, "370102000000", o.housing), None, true, &before, now).unwrap();
    let after = before.with_catalogue(changed(before.catalogue(), &change));
    let found = effect(&orders, &before, &after, now);
    assert_eq!((found.looked_at, found.moved, found.shifts.len()), (4, 2, 1));
    let shift = &found.shifts[0];
    assert_eq!((shift.from, shift.to, shift.n, shift.already), (Some(o.bureau), Some(o.housing), 2, 1));
    assert_eq!(shift.orders, [orders[0].order, orders[1].order]);
    let gone = before.with_catalogue(changed(before.catalogue(), &end(&old, None, now).unwrap()));
    let found = effect(&orders, &before, &gone, now);
    assert_eq!(found.moved, 3);
    assert_eq!((found.shifts[0].to, found.shifts[0].n), (Some(o.county), 2), "without a rule the place decides");
}

#[test]
fn a_ruling_becomes_a_rule_for_its_area_and_a_bad_one_is_refused_with_its_field() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).submitted();
    s.w.directory = s.w.directory.with_catalogue(vec![rule(7, CATEGORY, "370102000000", o.bureau)]);
    let ask = Command::Consult { participants: vec![o.bureau, o.housing], question: "由谁主办？".to_owned() };
    s.as_center(Role::Dispatcher, ask);
    let conclude = |region: &str, basis: &str| Command::ConsultConclude {
        lead: o.housing,
        co: Vec::new(),
        conclusion: "由住建局主办".to_owned(),
        rule: Some(RulingRule { region: region.to_owned(), legal_basis: basis.to_owned() }),
    };
    let by = s.center(Role::TeamLeader);
    let field = |cmd| s.try_with(&by, None, &cmd).unwrap_err().fields[0].field.clone();
    assert_eq!(field(conclude("370103000000", "三定规定第三条")), "rule.region", "not the order's own area");
    assert_eq!(field(conclude("", "无")), "rule.legal_basis");
    let d = s.try_with(&by, None, &conclude("370102000000", "三定规定第三条")).unwrap();
    let ruling = &d.rulings[0];
    assert_eq!(ruling.change.ends, Some(7), "the rule that stood for the area gives way");
    let rule = ruling.change.rule.as_ref().unwrap();
    assert_eq!((rule.lead, rule.category.as_str(), rule.region.as_str()), (o.housing, CATEGORY, "370102000000"));
}
