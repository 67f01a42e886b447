//! 上级限办日期: a superior's limit caps the promise, is not extended past, and moves by the superior's word alone.

use domain::{
    authority::Role,
    clock::{BY_SUPERIOR, ClockKind, PauseReason},
    light::{Light, light},
    order::{
        Channel, Command, DemandType, Origin, RegisterForm, Urgency, allowed,
        decide::{extend_for_partner, relieve_merged},
    },
    recalc::recalculate,
};
use kernel::{Calendar, DayKind, DayOverride, OrgId, Ts, Unit, WorkHours};
use proptest::prelude::*;

use crate::world::{Story, World, dispatch_to, form, ts};

fn end(day: &str) -> Ts {
    Ts::end_of(ts(&format!("{day}T12:00")).date())
}

fn handed_down(kind: DemandType, limit: Ts) -> RegisterForm {
    let origin = Origin {
        source: Some("省信访局".to_owned()),
        number: Some("省督〔2025〕3号".to_owned()),
        limit_at: Some(limit),
        ..Origin::default()
    };
    RegisterForm { channel: Some(Channel::Superior), origin, ..form(kind) }
}

fn limited(limit: Ts) -> Story {
    Story::from(World::new(), &handed_down(DemandType::Complaint, limit))
}

fn bureau() -> OrgId {
    World::new().o.bureau
}

fn words(s: &Story, kind: ClockKind) -> Vec<String> {
    s.clock(kind).arithmetic.iter().flat_map(|a| a.explain_cn()).collect()
}

#[test]
fn the_earlier_of_our_own_deadline_and_the_limit_is_promised_with_both_in_the_sum() {
    let s = limited(ts("2025-10-10T00:00")).dispatched(bureau());
    let promise = s.clock(ClockKind::Order);
    assert_eq!((promise.due_at, promise.basis.as_str()), (end("2025-10-10"), BY_SUPERIOR));
    assert_eq!((s.clock(ClockKind::Task).due_at, s.case.order.due_at), (promise.due_at, Some(promise.due_at)));
    // Our own would be 17 October; the week of the holiday lies between.
    let told = words(&s, ClockKind::Order);
    assert!(told.iter().any(|l| l.contains("15个工作日")) && told.iter().any(|l| l.contains("国庆")), "{told:?}");
    let last = "上级限办日期2025-10-10（周五） 24:00，早于本市时限2025-10-17（周五） 24:00，以上级为准。";
    assert_eq!(told.last().map(String::as_str), Some(last));
    assert_eq!((promise.unit, promise.warn_at > promise.start_at), (Unit::WorkDay, true));

    let later = limited(ts("2025-10-20T00:00")).dispatched(bureau());
    let own = later.clock(ClockKind::Order);
    assert_eq!((own.due_at, own.basis.as_str()), (end("2025-10-17"), "sla.handle.complaint"));
    assert!(!words(&later, ClockKind::Order).iter().any(|l| l.contains("上级")), "nothing to say of it");
}

#[test]
fn a_nearer_date_of_a_dispatcher_or_an_urgent_matter_comes_first() {
    let mut s = limited(ts("2025-10-10T00:00")).submitted();
    let due = Command::Dispatch {
        lead: bureau(),
        co: Vec::new(),
        advice: None,
        due_at: Some(ts("2025-09-25T18:00")),
        urgency: None,
    };
    s.as_center(Role::Dispatcher, due);
    assert_eq!(s.clock(ClockKind::Order).basis, "due.dispatcher");
    let mut s = limited(ts("2025-10-10T00:00"));
    s.as_center(Role::Agent, Command::Submit { urgency: Some(Urgency::U2), suggested_org: None });
    s.as_center(Role::Dispatcher, dispatch_to(bureau()));
    assert_eq!(s.clock(ClockKind::Order).due_at, ts("2025-09-23T09:30"));
}

#[test]
fn a_limit_missed_before_dispatch_is_red_while_the_unit_has_its_time_and_the_citizen_a_date_to_come() {
    let mut s = limited(ts("2025-09-23T00:00")).submitted();
    s.w.set("2025-09-24T10:00");
    s.as_center(Role::Dispatcher, dispatch_to(bureau()));
    assert_eq!(s.clock(ClockKind::Order).due_at, end("2025-09-23"));
    assert_eq!(light(s.clock(ClockKind::Order), s.w.now.get()), Light::Red);
    assert_eq!(s.clock(ClockKind::Task).basis, "sla.handle.complaint");
    let told = s.notices.iter().find(|n| n.template == "T06").unwrap();
    assert_eq!(told.vars["due"], s.lead().due_at.unwrap().format_cn());
}

fn extend(s: &Story, days: i64) -> Command {
    let (reason_code, reason) = ("appraisal".to_owned(), "需要委托检测鉴定".to_owned());
    Command::ExtensionApply { task: s.lead().id, reason_code, reason, basis: None, days }
}

#[test]
fn nobody_extends_past_the_limit_and_the_refusal_names_who_must_be_asked() {
    let mut s = limited(ts("2025-10-20T00:00")).working(bureau());
    let by = s.unit(bureau(), Role::Handler);
    // 17 October and two working days are 21 October; one is Monday the 20th.
    let refusal = s.try_with(&by, None, &extend(&s, 2)).unwrap_err();
    let field = &refusal.fields[0];
    assert_eq!(field.field, "days");
    assert!(field.message.contains("上级限办日期") && field.remedy.as_deref().unwrap().contains("省信访局同意延期"));
    let cmd = extend(&s, 1);
    s.ok(&by, cmd);
    let request = s.pending();
    let agree =
        |request| Command::Decide { request, approve: true, opinion: Some("同意".to_owned()), designate: false };
    s.as_unit(bureau(), Role::UnitLeader, agree(request));
    s.as_center(Role::Supervisor, agree(request));
    assert_eq!(s.clock(ClockKind::Order).due_at, end("2025-10-20"));

    let mut at_limit = limited(ts("2025-10-10T00:00")).working(bureau());
    assert_eq!(at_limit.no(&by, extend(&at_limit, 1)), "superior_limit");
    let buttons = allowed(&at_limit.case, &by, &at_limit.w.env());
    let button = buttons.iter().find(|b| b.action == "extension_apply").unwrap();
    assert!(!button.enabled);
    assert!(button.reason.as_deref().unwrap().contains("不能自行延过"));

    // The superior's word moves the limit, and with it the promise.
    let until = ts("2025-10-24T17:30");
    let granted = extend_for_partner(&at_limit.case, until, "省12345平台", &at_limit.w.env()).unwrap();
    at_limit.take(granted);
    assert_eq!((at_limit.case.order.origin.limit_at, at_limit.case.order.due_at), (Some(until), Some(until)));
    assert!(words(&at_limit, ClockKind::Order).last().unwrap().contains("省12345平台同意延期"));
    assert!(extend_for_partner(&at_limit.case, until, "省12345平台", &at_limit.w.env()).is_none(), "once");
}

#[test]
fn a_superiors_word_on_paper_is_written_down_after_dispatch() {
    let mut s = limited(ts("2025-10-10T00:00"));
    let amend = |until: &str| Command::Amend {
        reason: "上级同意延期".to_owned(),
        form: None,
        supplement: Some("省督〔2025〕8号同意延期".to_owned()),
        limit_at: Some(ts(until)),
    };
    let by = s.center(Role::Agent);
    assert_eq!(s.no(&by, amend("2025-10-15T00:00")), "limit_at", "before dispatch the form is put right");
    s = s.dispatched(bureau());
    assert_eq!(s.no(&by, amend("2025-10-09T00:00")), "limit_at", "not nearer");
    s.ok(&by, amend("2025-10-15T00:00"));
    assert_eq!((s.case.order.origin.limit_at, s.case.order.due_at), (Some(end("2025-10-15")), Some(end("2025-10-15"))));
    assert!(words(&s, ClockKind::Order).last().unwrap().contains("省信访局同意延期"));
    assert!(s.told("T21"), "the citizen hears the new date");
    let plain = Story::of(DemandType::Complaint).dispatched(bureau());
    assert_eq!(plain.no(&by, amend("2025-10-15T00:00")), "limit_at", "no superior, no limit");
}

#[test]
fn a_limit_written_down_wrongly_is_put_right_before_dispatch() {
    let mut s = limited(ts("2025-10-10T00:00")).dispatched(bureau());
    s.as_center(Role::Dispatcher, Command::Recall { reason: "派错单位".to_owned() });
    let amend = |limit: &str| {
        let form = Some(Box::new(handed_down(DemandType::Complaint, ts(limit))));
        Command::Amend { reason: "核对来文".to_owned(), form, supplement: None, limit_at: None }
    };
    let mut due = |limit: &str| {
        s.as_center(Role::Agent, amend(limit));
        s.case.order.due_at.unwrap()
    };
    assert_eq!(due("2025-10-14T00:00"), end("2025-10-14"));
    assert_eq!(due("2025-12-01T00:00"), end("2025-10-17"), "our own again");
    assert_eq!(due("2025-09-28T00:00"), end("2025-09-28"));
    s.w.set("2025-09-30T10:00");
    let mut again = handed_down(DemandType::Complaint, ts("2025-09-28T00:00"));
    again.address = Some("解放路2号".to_owned());
    let cmd =
        Command::Amend {
            reason: "更正地址".to_owned(), form: Some(Box::new(again)), supplement: None, limit_at: None
        };
    s.as_center(Role::Agent, cmd);
    assert_eq!(
        s.case.order.address.as_deref(),
        Some("解放路2号"),
        "a limit that has passed meanwhile is in nobody's way"
    );
}

#[test]
fn a_pause_and_a_changed_calendar_do_not_move_a_limit() {
    let mut s = limited(ts("2025-10-20T00:00")).working(bureau());
    assert_eq!(s.case.order.due_at, Some(end("2025-10-17")));
    s.as_center(Role::Supervisor, Command::Pause { reason: PauseReason::Appraisal, note: "送检中".to_owned() });
    s.w.set("2025-10-13T10:00");
    s.as_center(Role::Supervisor, Command::Resume { note: None });
    assert_eq!(s.case.order.due_at, Some(end("2025-10-20")));
    assert!(words(&s, ClockKind::Order).last().unwrap().starts_with("上级限办日期2025-10-20"));

    let s = limited(ts("2025-10-10T00:00")).working(bureau());
    let off = DayOverride { kind: DayKind::Off, note: "停电".to_owned() };
    let mut w = World::new();
    w.calendar = Calendar::new([(ts("2025-09-24T12:00").date(), off)].into(), WorkHours::default());
    assert!(recalculate(&s.case, "调休", &s.center(Role::Sysadmin), &w.env()).is_none());
}

#[test]
fn work_taken_up_again_after_the_limit_has_its_own_time() {
    let mut s = limited(ts("2025-10-10T00:00")).replied(bureau());
    s.w.set("2025-10-13T10:00");
    let callback = crate::world::rated(domain::callback::Rating::Dissat, domain::callback::Solved::Unsolved);
    s.as_center(Role::Callback, Command::Callback(callback));
    if s.case.order.round == 1 {
        let request = s.pending();
        let agree = Command::Decide { request, approve: true, opinion: Some("重办".to_owned()), designate: false };
        s.as_center(Role::TeamLeader, agree);
    }
    assert_eq!(s.case.order.round, 2);
    let own = s.clock(ClockKind::Redo);
    assert!(own.due_at > end("2025-10-13") && own.basis != BY_SUPERIOR);
}

/// An order without a limit, and a later one of the same person that a superior handed down.
fn limited_child(root: Story) -> (domain::case::Case, Story) {
    let (case, w) = (root.case, root.w);
    w.hours(1);
    (case, Story::from(w, &handed_down(DemandType::Complaint, ts("2025-10-10T00:00"))))
}

fn merged(root: &domain::case::Case, child: &mut Story) -> domain::case::Case {
    let cmd = Command::Merge { into: root.order.id, reason: "同一人反映同一事项".to_owned() };
    let d = child.try_with(&child.center(Role::Dispatcher), Some(root), &cmd).unwrap();
    let root = d.others[0].case.clone();
    child.take(d);
    root
}

fn due(case: &domain::case::Case, kind: ClockKind) -> Ts {
    case.open_clocks(kind).next().unwrap().due_at
}

#[test]
fn what_is_merged_brings_its_limit_and_the_superior_lets_it_go_as_far_as_our_own() {
    let (root, mut child) = limited_child(Story::of(DemandType::Complaint).working(bureau()));
    let own = (due(&root, ClockKind::Order), due(&root, ClockKind::Task));
    let root = merged(&root, &mut child);
    let limit = end("2025-10-10");
    assert!(own.0 > limit && own.1 > limit);
    assert_eq!(
        (due(&root, ClockKind::Order), due(&root, ClockKind::Task), root.order.due_at),
        (limit, limit, Some(limit))
    );
    let said = root.open_clocks(ClockKind::Task).next().unwrap().arithmetic.last().unwrap().explain_cn().concat();
    assert!(said.contains("上级限办日期2025-10-10") && said.contains("以上级为准"), "{said}");
    let mut s = Story { case: root.clone(), ..child };
    let by = s.unit(bureau(), Role::Handler);
    assert_eq!(s.no(&by, extend(&s, 1)), "superior_limit", "nobody here gives more than the superior");

    let env = s.w.env();
    let to = |case: &domain::case::Case, until: Option<Ts>| relieve_merged(case, until, "省12345平台", &env);
    let more = to(&root, Some(end("2025-10-14"))).unwrap();
    assert_eq!(due(&more.case, ClockKind::Order), end("2025-10-14"));
    assert!(more.notices.iter().any(|n| n.template == "T21"), "the citizen hears the new date");
    assert!(to(&more.case, Some(end("2025-10-14"))).is_none(), "once");
    let free = to(&more.case, Some(end("2025-12-31"))).unwrap().case;
    assert_eq!((due(&free, ClockKind::Order), due(&free, ClockKind::Task)), own, "as far as our own, and no further");
    // Time frozen since is not lost with the limit, nor is the limit moved by it.
    let by = s.center(Role::Supervisor);
    let pause = Command::Pause { reason: PauseReason::Appraisal, note: "送检中".to_owned() };
    s.case = s.try_with(&by, None, &pause).unwrap().case;
    s.w.set("2025-09-25T10:00");
    s.case = s.try_with(&by, None, &Command::Resume { note: None }).unwrap().case;
    assert_eq!(due(&s.case, ClockKind::Order), limit);
}

#[test]
fn a_limit_that_came_before_dispatch_leaves_with_what_brought_it() {
    let (root, mut child) = limited_child(Story::of(DemandType::Complaint).submitted());
    let root = merged(&root, &mut child);
    let mut s = Story { case: root, ..Story::from(child.w, &form(DemandType::Complaint)) };
    s.case = domain::order::decide(&s.case, None, &dispatch_to(bureau()), &s.center(Role::Dispatcher), &s.w.env())
        .unwrap()
        .case;
    assert_eq!(due(&s.case, ClockKind::Order), end("2025-10-10"));
    let back = Command::Unmerge { reason: "并非同一事项".to_owned() };
    let by = s.center(Role::TeamLeader);
    let d = domain::order::decide(&child.case, Some(&s.case), &back, &by, &s.w.env()).unwrap();
    let root = &d.others[0].case;
    assert_eq!((due(root, ClockKind::Order), root.order.merged_limit_at), (end("2025-10-17"), None));
    assert_eq!(due(root, ClockKind::Task), end("2025-10-17"));
}

proptest! {
    #[test]
    fn the_promise_is_the_earlier_of_the_two_whatever_the_days(
        kind in prop::sample::select(vec![DemandType::Consult, DemandType::Help, DemandType::Complaint]),
        ahead in 0i64..50,
        wait in 0i64..12,
    ) {
        let day = World::new().now.get().plus_days(ahead).date();
        let run = |form: &RegisterForm| {
            let mut s = Story::from(World::new(), form).submitted();
            s.w.days(wait);
            s.as_center(Role::Dispatcher, dispatch_to(bureau()));
            s
        };
        let own = run(&form(kind)).case.order.due_at.unwrap();
        let s = run(&handed_down(kind, Ts::start_of(day)));
        let due = s.case.order.due_at.unwrap();
        prop_assert_eq!(due, own.min(Ts::end_of(day)));
        let said = words(&s, ClockKind::Order).iter().any(|l| l.contains("以上级为准"));
        prop_assert_eq!(said, Ts::end_of(day) < own);
        let task = s.lead().due_at.unwrap();
        prop_assert_eq!(task, if ahead < wait { own } else { due });
    }
}
