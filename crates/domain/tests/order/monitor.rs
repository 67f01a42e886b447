//! 电子监察: what the rules find, and the word of unit and monitor on each card.

use domain::{
    authority::{Permission, Role},
    env::By,
    monitor::{
        Card, CardLevel, CardState, Finding, Metric, MonitorNotice, Rule, appeal, explain, issue, judge, raise,
        rule_on, rules,
    },
    order::{Command, Confidentiality, Defect, DemandType, allowed},
};

use crate::world::{Story, World, person, ts, user_of};

fn rule(w: &World, code: &str) -> Rule {
    rules(&w.env()).into_iter().find(|r| r.code == code).unwrap()
}

fn found(s: &Story, code: &str) -> Vec<Finding> {
    judge(&rule(&s.w, code), &s.case, &s.w.env())
}

fn monitor(s: &Story) -> By {
    person(s.w.o.gov, &[Role::ESupervisor])
}

/// Two monitors are two people.
fn colleague(s: &Story) -> By {
    person(s.w.o.gov, &[Role::ESupervisor, Role::Qc])
}

fn red(s: &Story) -> Card {
    let rule = rule(&s.w, "handle_lost");
    let finding = judge(&rule, &s.case, &s.w.env()).remove(0);
    raise(&rule, &s.case, finding, &s.w.env())
}

/// An order of the bureau three working days beyond its time.
fn overdue() -> Story {
    let s = Story::of(DemandType::Help).working(World::new().o.bureau);
    s.w.set("2025-10-10T10:00");
    s
}

#[test]
fn every_shipped_rule_can_be_read_and_each_level_is_used() {
    let w = World::new();
    let all = rules(&w.env());
    assert_eq!(all.len(), 16);
    for level in CardLevel::ALL {
        assert!(all.iter().any(|r| r.level == *level), "{level}");
    }
    for metric in Metric::ALL {
        assert!(all.iter().any(|r| r.metric == *metric), "{metric}");
    }
}

#[test]
fn warning_yellow_and_red_come_one_after_the_other_with_their_minutes() {
    let o = World::new().o;
    let s = Story::of(DemandType::Help).working(o.bureau);
    let due = s.lead().due_at.unwrap();
    let hits = |s: &Story| ["due_soon", "handle_late", "handle_lost"].map(|code| found(s, code).len());
    assert_eq!(hits(&s), [0, 0, 0]);
    s.w.now.set(s.lead().warn_at.unwrap().plus_minutes(1));
    assert_eq!(hits(&s), [1, 0, 0]);
    s.w.now.set(due.plus_minutes(90));
    assert_eq!(hits(&s), [0, 1, 0], "what is late is no longer merely soon");
    let late = found(&s, "handle_late").remove(0);
    assert_eq!(
        (late.org, late.minutes, late.subject),
        (o.bureau, 90, s.clock(domain::clock::ClockKind::Task).id.uuid())
    );
    assert!(late.facts.iter().any(|f| f.value == "1小时30分钟"), "{:?}", late.facts);
    s.w.set("2025-10-10T10:00");
    assert_eq!(hits(&s), [0, 1, 1]);
}

#[test]
fn work_that_was_handed_in_is_not_the_units_delay() {
    let s = Story::of(DemandType::Help).in_audit(World::new().o.bureau);
    s.w.set("2025-10-20T10:00");
    assert!(found(&s, "handle_late").is_empty() && found(&s, "handle_lost").is_empty());
}

#[test]
fn what_waits_at_the_centre_is_the_centres() {
    let s = Story::of(DemandType::Help).submitted();
    s.w.set("2025-09-23T10:00");
    assert_eq!(found(&s, "dispatch_late")[0].org, s.w.o.center);
}

#[test]
fn counts_find_their_task_and_sealed_or_exempt_orders_are_left_alone() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).in_audit(o.bureau);
    let back = |s: &mut Story, defect| {
        s.as_center(Role::Auditor, Command::CenterSendBack { defect, opinion: "请补充依据".to_owned() });
        let task = s.lead().id;
        s.as_unit(o.bureau, Role::Handler, Command::Start { task });
    };
    back(&mut s, Defect::D2);
    assert!(found(&s, "sent_back").is_empty());
    s.hand_in();
    back(&mut s, Defect::D6);
    assert_eq!(found(&s, "sent_back")[0].task, Some(s.lead().id));
    assert_eq!(found(&s, "fraud").len(), 1);
    s.case.order.exempt = Some("E1".to_owned());
    assert!(found(&s, "fraud").is_empty());
    s.case.order.exempt = None;
    s.case.order.confidentiality = Confidentiality::Sealed;
    assert!(found(&s, "fraud").is_empty());
}

/// The two monitors of the city.
fn all(s: &Story) -> [kernel::UserId; 2] {
    [user_of(&monitor(s)), user_of(&colleague(s))]
}

#[test]
fn an_appeal_is_never_left_without_a_judge_and_never_with_its_own_while_there_is_another() {
    let s = overdue();
    let card = red(&s);
    s.w.now.set(card.explain_due.plus_millis(1));
    let env = s.w.env();
    let boss = s.unit(s.w.o.bureau, Role::UnitLeader);
    let (one, two) = (monitor(&s), colleague(&s));
    let (a, b) = (user_of(&one), user_of(&two));
    let judged = |card: &Card, by: &By, monitors: &[kernel::UserId]| {
        rule_on(card, false, "经复核撤销", monitors, by, &env).is_ok()
    };
    // Given by one, upheld by the other.
    let given = Card { raised_by: Some(a), ..card };
    let upheld = rule_on(&given, true, "逾期未作说明", &[a, b], &two, &env).unwrap();
    let card = appeal(&upheld, "系统故障未能登录", &boss, &env).unwrap();
    assert_eq!((judged(&card, &one, &[a, b]), judged(&card, &two, &[a, b])), (true, false));
    let third = kernel::UserId(kernel::Uuid::from_u128(3));
    assert!(!judged(&card, &one, &[a, b, third]), "somebody who has nothing to do with it comes first");
    assert!(judged(&card, &two, &[b]), "alone");
}

#[test]
fn a_card_is_explained_upheld_appealed_and_judged_by_another_monitor() {
    let s = overdue();
    let o = s.w.o;
    let env = s.w.env();
    let card = red(&s);
    assert_eq!((card.level, card.state, card.org), (CardLevel::Red, CardState::Open, o.bureau));
    let boss = s.unit(o.bureau, Role::UnitLeader);
    let text = "因需采购配件，已于昨日到货并修复。";
    assert_eq!(
        rule_on(&card, true, text, &all(&s), &monitor(&s), &env).unwrap_err().code,
        "explain_due",
        "the unit speaks first"
    );
    assert!(explain(&card, text, &s.unit(o.housing, Role::UnitLeader), &env).is_err(), "another unit");
    assert!(explain(&card, text, &monitor(&s), &env).is_err(), "a monitor does not explain");
    assert!(explain(&card, "无", &boss, &env).is_err());
    let card = explain(&card, text, &boss, &env).unwrap();
    assert!(rule_on(&card, true, text, &all(&s), &boss, &env).is_err(), "a unit does not judge");
    let card = rule_on(&card, true, "情况属实，应当提前报备", &all(&s), &monitor(&s), &env).unwrap();
    assert_eq!(card.state, CardState::Upheld);
    let card = appeal(&card, "已提前两日电话报备", &boss, &env).unwrap();
    assert_eq!(rule_on(&card, false, text, &all(&s), &monitor(&s), &env).unwrap_err().code, "forbidden", "own ruling");
    let card = rule_on(&card, false, "经查确有报备记录", &all(&s), &colleague(&s), &env).unwrap();
    assert_eq!(card.state, CardState::Revoked);
    assert!(card.ruling.is_some_and(|r| r.uphold) && card.final_ruling.is_some_and(|r| !r.uphold));
}

#[test]
fn a_silent_unit_is_judged_once_its_time_is_over_and_appeals_once() {
    let s = overdue();
    let card = red(&s);
    s.w.now.set(card.explain_due.plus_millis(1));
    let env = s.w.env();
    let boss = s.unit(s.w.o.bureau, Role::UnitLeader);
    let card = rule_on(&card, true, "逾期未作说明", &all(&s), &monitor(&s), &env).unwrap();
    let card = appeal(&card, "系统故障未能登录", &boss, &env).unwrap();
    let card = rule_on(&card, true, "无故障记录", &all(&s), &colleague(&s), &env).unwrap();
    assert_eq!(card.state, CardState::Confirmed);
    assert_eq!(appeal(&card, "请再次审核", &boss, &env).unwrap_err().code, "card_state");
}

#[test]
fn a_monitors_own_notice_goes_to_whoever_holds_the_order() {
    let s = Story::of(DemandType::Help).working(World::new().o.bureau);
    let env = s.w.env();
    let notice =
        MonitorNotice {
            order: s.case.order.id, level: CardLevel::Warning, text: "现场检查发现尚未开工".to_owned()
        };
    assert!(issue(&s.case, &notice, &s.center(Role::Supervisor), &env).is_err());
    let card = issue(&s.case, &notice, &monitor(&s), &env).unwrap();
    assert_eq!((card.org, card.metric, card.state), (s.w.o.bureau, None, CardState::Open));
    assert_eq!(card.raised_by, monitor(&s).user());
}

/// Nothing a monitor may do changes business data: no command on any order in any state is theirs.
#[test]
fn a_monitor_can_give_no_command_to_an_order() {
    let o = World::new().o;
    let stories = [
        Story::of(DemandType::Complaint),
        Story::of(DemandType::Complaint).submitted(),
        Story::of(DemandType::Complaint).working(o.bureau),
        Story::of(DemandType::Complaint).in_audit(o.bureau),
        Story::of(DemandType::Complaint).replied(o.bureau),
        Story::of(DemandType::Complaint).closed(o.bureau),
    ];
    for s in &stories {
        let by = person(s.w.o.center, &[Role::ESupervisor]);
        assert_eq!(allowed(&s.case, &by, &s.w.env()), [], "{}", s.state());
    }
    let business = ["order.", "task.", "supervise.", "petition.", "review.", "catalogue.edit", "import", "kb.edit"];
    for p in Permission::ALL.iter().filter(|p| p.roles().contains(&Role::ESupervisor)) {
        assert!(!business.iter().any(|b| p.code().starts_with(b)), "{p} changes business data");
    }
    assert_eq!(ts("2025-09-22T09:30"), stories[0].w.now.get(), "nothing has happened meanwhile");
}
