//! W32–W35, M1–M6: merged, split and linked orders.

use domain::{
    authority::Role,
    case::Case,
    clock::{ClockKind, ClockOutcome},
    decision::Decision,
    env::By,
    order::{Command, Confidentiality, DemandType, LinkKind, OrderState, RegisterForm, SplitPart, register},
    task::TaskState,
};
use kernel::Refusal;

use crate::world::{CATEGORY, Story, World, form, person};

/// An earlier order of the same person, and a later one in the same world.
fn pair(change: impl FnOnce(&mut RegisterForm)) -> (Case, Story) {
    let w = World::new();
    let by = person(w.o.center, &[Role::Agent]);
    let first = register(&form(DemandType::Complaint), w.numbers(), &by, &w.env()).unwrap().case;
    w.hours(1);
    let mut f = form(DemandType::Complaint);
    change(&mut f);
    (first, Story::from(w, &f))
}

fn into(target: &Case) -> Command {
    Command::Merge { into: target.order.id, reason: "同一人反映同一事项".to_owned() }
}

fn merge(s: &Story, by: &By, target: &Case) -> Result<Decision, Refusal> {
    s.try_with(by, Some(target), &into(target))
}

#[test]
fn w32_m1_the_later_order_goes_into_the_earlier_one_with_its_words() {
    let (first, mut s) = pair(|_| {});
    let bureau = s.w.o.bureau;
    s = s.working(bureau);
    let by = s.center(Role::Dispatcher);
    let d = merge(&s, &by, &first).unwrap();
    let parent = d.others[0].case.clone();
    s.take(d);
    assert_eq!((s.state(), s.case.order.merged_into), (OrderState::Merged, Some(first.order.id)));
    s.assert_task(bureau, TaskState::Voided);
    assert!(s.case.clocks.iter().all(|c| c.outcome == ClockOutcome::Void || c.kind != ClockKind::Task));
    assert!(parent.order.content.contains(&format!("【并入 {}】", s.case.order.case_no)));
    assert_eq!(parent.links[0].kind, LinkKind::Merge);
    assert!(s.told("T18"));
    s.assert_at_rest();
}

#[test]
fn w32_an_agent_proposes_and_the_dispatcher_confirms() {
    let (first, mut s) = pair(|_| {});
    let d = merge(&s, &s.center(Role::Agent), &first).unwrap();
    s.take(d);
    assert_eq!(s.state(), OrderState::Registered);
    let request = s.pending();
    let yes = Command::Decide { request, approve: true, opinion: None, designate: false };
    assert_eq!(s.no(&s.center(Role::Dispatcher), yes.clone()), "not_found");
    let d = s.try_with(&s.center(Role::Dispatcher), Some(&first), &yes).unwrap();
    s.take(d);
    assert_eq!(s.state(), OrderState::Merged);
}

#[test]
fn m5_secrecy_reports_and_strangers_are_not_merged() {
    let code = |change: fn(&mut RegisterForm)| {
        let (first, s) = pair(change);
        merge(&s, &s.center(Role::Dispatcher), &first).unwrap_err().code.to_string()
    };
    assert_eq!(code(|f| f.confidentiality = Some(Confidentiality::KeepSecret)), "merge_confidential");
    assert_eq!(code(|f| f.demand_type = Some(DemandType::Report)), "merge_report");
    assert_eq!(code(|f| f.requester.phone = Some("13900139000".to_owned())), "merge_person");
}

#[test]
fn acceptance_09_merging_is_acyclic_and_one_deep() {
    let (first, s) = pair(|_| {});
    let by = s.center(Role::Dispatcher);
    assert_eq!(merge(&s, &by, &s.case).unwrap_err().code, "merge_self");
    let d = merge(&s, &by, &first).unwrap();
    let (child, parent) = (d.case.clone(), d.others[0].case.clone());
    // A third order cannot go into the merged one, nor can the parent go on into another.
    s.w.hours(1);
    let third = Story::from(s.w, &form(DemandType::Complaint));
    assert_eq!(merge(&third, &by, &child).unwrap_err().code, "merge_depth");
    let back = domain::order::decide(&parent, Some(&third.case), &into(&third.case), &by, &third.w.env());
    assert_eq!(back.unwrap_err().code, "merge_root");
    let late = domain::order::decide(&first, Some(&third.case), &into(&third.case), &by, &third.w.env());
    assert_eq!(late.unwrap_err().code, "merge_order");
}

#[test]
fn acceptance_09_unmerging_waits_for_dispatch_with_new_clocks() {
    let (first, mut s) = pair(|_| {});
    let bureau = s.w.o.bureau;
    s = s.dispatched(bureau);
    let d = merge(&s, &s.center(Role::Dispatcher), &first).unwrap();
    let parent = d.others[0].case.clone();
    s.take(d);
    s.w.days(2);
    let cmd = Command::Unmerge { reason: "并非同一事项".to_owned() };
    assert_eq!(s.no(&s.center(Role::TeamLeader), cmd.clone()), "not_found");
    let d = s.try_with(&s.center(Role::TeamLeader), Some(&parent), &cmd).unwrap();
    assert!(d.others[0].case.links[0].ended_at.is_some());
    s.take(d);
    assert_eq!((s.state(), s.case.order.merged_into), (OrderState::PendingDispatch, None));
    assert!(s.clock(ClockKind::Dispatch).is_open());
    s.as_center(Role::Dispatcher, crate::world::dispatch_to(bureau));
    assert_eq!(s.clocks(ClockKind::Order).len(), 2);
    assert!(s.clock(ClockKind::Order).is_open());
}

fn part(kind: DemandType, content: &str) -> SplitPart {
    SplitPart { title: String::new(), content: content.to_owned(), demand_type: kind, category: CATEGORY.to_owned() }
}

#[test]
fn w33_the_parts_of_a_split_are_registered_for_the_same_citizen() {
    let mut s = Story::of(DemandType::Help).submitted();
    let by = s.center(Role::Dispatcher);
    let one = vec![part(DemandType::Help, "路灯不亮，请维修")];
    let reason = "含两项不同诉求".to_owned();
    assert_eq!(s.no(&by, Command::Split { parts: one.clone(), reason: reason.clone() }), "parts");
    let parts = [one, vec![part(DemandType::Consult, "如何办理居住证")]].concat();
    let d = s.try_with(&by, None, &Command::Split { parts, reason }).unwrap();
    assert_eq!(d.others.len(), 2);
    for child in &d.others {
        assert_eq!(child.case.order.parent, Some(s.case.order.id));
        assert_eq!(child.case.order.requester, s.case.order.requester);
        assert!(child.case.order.case_no.is_empty(), "numbers are the caller's to give");
        assert_eq!((child.case.order.state, child.flow[0].code.as_str()), (OrderState::Registered, "W02"));
    }
    s.take(d);
    assert_eq!(s.state(), OrderState::PendingDispatch);
    assert_eq!(s.case.links.iter().filter(|l| l.kind == LinkKind::ParentChild).count(), 2);
}

#[test]
fn w34_m3_orders_about_one_event_share_its_key() {
    let (first, mut s) = pair(|f| f.requester.phone = Some("13900139000".to_owned()));
    let link = |kind| Command::Link { other: first.order.id, kind, reason: None };
    let by = s.center(Role::Dispatcher);
    let code = s.try_with(&by, Some(&first), &link(LinkKind::Merge)).unwrap_err();
    assert_eq!(code.fields[0].field, "kind");
    let d = s.try_with(&by, Some(&first), &link(LinkKind::SameEvent)).unwrap();
    assert!(d.case.order.event.is_some());
    assert_eq!(d.case.order.event, d.others[0].case.order.event);
    s.take(d);
    assert_eq!(s.log.last().unwrap().code, "W34");
    let again = s.try_with(&by, Some(&first), &link(LinkKind::SameEvent)).unwrap_err();
    assert_eq!(again.fields[0].field, "other");
}
