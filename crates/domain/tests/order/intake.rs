//! W02–W07: registration and what can happen before dispatch.

use domain::{
    authority::{Masks, Role, mask_origin},
    clock::{ClockKind, ClockOutcome},
    env::By,
    order::{
        Channel, Command, Confidentiality, DemandType, Flags, OrderState, Origin, RejectReason, Representative,
        RequesterKind, TransferTarget, Urgency, decide::draft_title, register, validate_form,
    },
    request::RequestState,
};
use kernel::OrderId;
use uuid::Uuid;

use crate::world::{CATEGORY, Story, World, dispatch_to, form, person, ts, user_of};

fn complaints(change: impl FnOnce(&mut domain::order::RegisterForm)) -> Vec<String> {
    let w = World::new();
    let mut f = form(DemandType::Complaint);
    change(&mut f);
    validate_form(&f, &w.env()).into_iter().map(|e| e.field).collect()
}

#[test]
fn w02_a_complete_form_becomes_an_order_with_number_and_message() {
    let s = Story::of(DemandType::Complaint);
    let o = &s.case.order;
    assert_eq!(o.state, OrderState::Registered);
    assert_eq!((o.round, o.affected_count), (1, 1));
    assert_eq!(o.title, "小区门口工地夜间施工，噪声很大，影响休息");
    assert!(o.callback_wanted && s.told("T01") && !o.case_no.is_empty());
    assert_eq!(s.codes(), ["W02"]);
    assert_eq!(s.log[0].from, "-");
    assert!(s.case.clocks.is_empty());
}

#[test]
fn w02_every_missing_fact_is_named_at_once_with_a_remedy() {
    let w = World::new();
    let errors = validate_form(&domain::order::RegisterForm::default(), &w.env());
    let fields: Vec<_> = errors.iter().map(|e| e.field.as_str()).collect();
    for field in [
        "channel",
        "requester.name",
        "requester.phone",
        "demand_type",
        "category",
        "content",
        "duplicates_checked",
        "region",
    ] {
        assert!(fields.contains(&field), "{field} in {fields:?}");
    }
    assert!(errors.iter().all(|e| e.remedy.is_some()), "{errors:?}");
}

#[test]
fn w02_rules_of_single_fields() {
    assert!(complaints(|_| {}).is_empty());
    assert_eq!(complaints(|f| f.content = "太吵".to_owned()), ["content"]);
    assert_eq!(complaints(|f| f.content = "字".repeat(2001)), ["content"]);
    assert_eq!(complaints(|f| f.title = "字".repeat(51)), ["title"]);
    assert_eq!(complaints(|f| f.address = None), ["address"]);
    assert!(complaints(|f| (f.address, f.demand_type) = (None, Some(DemandType::Consult))).is_empty());
    assert_eq!(complaints(|f| f.category = "010000".to_owned()), ["category"]);
    assert_eq!(complaints(|f| f.category = "010200".to_owned()), ["category"]);
    assert_eq!(complaints(|f| f.category = "999999".to_owned()), ["category"]);
    assert_eq!(complaints(|f| f.requester.phone = Some("12".to_owned())), ["requester.phone"]);
    assert_eq!(complaints(|f| f.requester.id_no = Some("110105194912310021".to_owned())), ["requester.id_no"]);
    assert!(complaints(|f| f.requester.id_no = Some("11010519491231002X".to_owned())).is_empty());
    assert_eq!(complaints(|f| f.requester.kind = Some(RequesterKind::Company)), ["requester.company_name"]);
    assert_eq!(complaints(|f| f.occurred_at = Some(ts("2025-09-23T00:00"))), ["occurred_at"]);
    assert_eq!(complaints(|f| f.duplicates_checked = false), ["duplicates_checked"]);
    assert_eq!(complaints(|f| f.affected_count = Some(0)), ["affected_count"]);
    assert_eq!(complaints(|f| f.lng = Some(117.0)), ["lng"]);
    assert_eq!(complaints(|f| f.region = "37010".to_owned()), ["region"]);
    assert_eq!(complaints(|f| f.accused_org = Some(World::new().o.closed)), ["accused_org"]);
}

#[test]
fn w02_anonymous_and_online_citizens_need_no_name_or_phone() {
    assert!(
        complaints(|f| {
            f.anonymous = true;
            f.requester = Default::default();
        })
        .is_empty()
    );
    assert!(complaints(|f| (f.requester.phone, f.call_id) = (None, Some("c1".to_owned()))).is_empty());
}

fn visited(head_count: i32, representatives: &[&str]) -> Origin {
    let named = |name: &&str| Representative { name: (*name).to_owned(), phone: None };
    Origin {
        at: Some(ts("2025-09-22T09:00")),
        place: Some("市信访接待中心".to_owned()),
        head_count: Some(head_count),
        representatives: representatives.iter().map(named).collect(),
        ..Origin::default()
    }
}

#[test]
fn w02_a_letter_says_when_it_came_and_a_visit_who_came_where() {
    let of = |channel, origin: Origin| complaints(|f| (f.channel, f.origin) = (Some(channel), origin));
    let day = Some(ts("2025-09-22T00:00"));
    assert_eq!(of(Channel::Letter, Origin::default()), ["origin.at"]);
    assert!(of(Channel::Letter, Origin { at: day, ..Origin::default() }).is_empty());
    assert_eq!(of(Channel::Letter, Origin { at: Some(ts("2025-09-23T00:00")), ..Origin::default() }), ["origin.at"]);
    let long = Origin { at: day, number: Some("号".repeat(101)), ..Origin::default() };
    assert_eq!(of(Channel::Letter, long), ["origin.number"]);
    assert_eq!(of(Channel::Visit, Origin::default()), ["origin.at", "origin.place", "origin.head_count"]);
    assert!(of(Channel::Visit, visited(1, &[])).is_empty());
    assert!(of(Channel::Phone, visited(0, &["甲"; 9])).is_empty(), "a call has no origin to be wrong");
}

#[test]
fn w02_a_superior_and_the_press_say_who_they_are() {
    let of = |channel, origin: Origin| complaints(|f| (f.channel, f.origin) = (Some(channel), origin));
    let named = |name: &str| Origin { source: Some(name.to_owned()), ..Origin::default() };
    for channel in [Channel::Superior, Channel::Media] {
        assert_eq!(of(channel, Origin::default()), ["origin.source"]);
        assert!(of(channel, named("省信访局")).is_empty());
    }
    let limited = |day: &str| Origin { limit_at: Some(ts(day)), ..named("省信访局") };
    assert_eq!(of(Channel::Superior, limited("2025-09-21T00:00")), ["origin.limit_at"], "yesterday");
    assert!(of(Channel::Superior, limited("2025-09-22T00:00")).is_empty(), "a day ends at 24:00");
    assert!(of(Channel::Media, limited("2025-09-21T00:00")).is_empty(), "the press sets no limit");
    let linked = |text: &str| Origin { link: Some(text.to_owned()), ..named("云溪晚报") };
    for bad in [
        "javascript:alert(1)",
        "www.example.com/1",
        "ftp://example.com",
        "https://a b.cn",
        "https://",
        "https:///path",
        "https://localhost/1",
        "https://gov.cn@evil.example/",
        "https://a..cn/1",
        "https://a.cn/\"onmouseover",
    ] {
        assert_eq!(of(Channel::Media, linked(bad)), ["origin.link"], "{bad}");
    }
    for good in ["https://news.example.com/a?b=c#d", "HTTP://新闻.中国/一", "http://10.0.0.1:8080/x"] {
        assert!(of(Channel::Media, linked(good)).is_empty(), "{good}");
    }
    let long = format!("https://a.cn/{}", "x".repeat(500));
    assert_eq!(of(Channel::Media, linked(&long)), ["origin.link"]);
}

#[test]
fn w02_origins_written_before_these_fields_are_read_as_ever() {
    let old: Origin = serde_json::from_str(r#"{"at":1758500000000,"number":"市电视台","place":null}"#).unwrap();
    assert_eq!((old.number.as_deref(), old.source, old.limit_at), (Some("市电视台"), None, None));
}

#[test]
fn w02_several_visitors_choose_at_most_five_representatives() {
    let of = |origin: Origin| complaints(|f| (f.channel, f.origin) = (Some(Channel::Visit), origin));
    assert_eq!(of(visited(8, &[])), ["origin.representatives"]);
    assert!(of(visited(8, &["甲", "乙", "丙", "丁", "戊"])).is_empty());
    assert_eq!(of(visited(8, &["甲", "乙", "丙", "丁", "戊", "己"])), ["origin.representatives"]);
    assert_eq!(of(visited(2, &["甲", "乙", "丙"])), ["origin.representatives"]);
    assert_eq!(of(visited(2, &["甲", " "])), ["origin.representatives.1.name"]);
    let mut wrong = visited(2, &["甲"]);
    wrong.representatives[0].phone = Some("12".to_owned());
    assert_eq!(of(wrong), ["origin.representatives.0.phone"]);
}

#[test]
fn w02_an_origin_keeps_what_its_channel_has() {
    let w = World::new();
    let mut f = form(DemandType::Complaint);
    (f.channel, f.origin) = (Some(Channel::Visit), Origin { number: Some("X1".to_owned()), ..visited(8, &["甲"]) });
    let order = register(&f, w.numbers(), &By::System, &w.env()).unwrap().case.order;
    assert_eq!((order.affected_count, order.origin.is_group()), (8, true), "whoever comes is concerned");
    assert_eq!((order.origin.number.as_deref(), order.origin.representatives.len()), (None, 1));
    f.channel = Some(Channel::Phone);
    let order = register(&f, w.numbers(), &By::System, &w.env()).unwrap().case.order;
    assert!(order.origin.is_empty() && order.affected_count == 1);
    let hidden = mask_origin(&visited(2, &["李大强"]), Masks::ALL);
    assert_eq!(hidden, Origin { head_count: Some(2), ..Origin::default() }, "a secret visit has no day and no place");
    let shown = mask_origin(&visited(2, &["李大强"]), Masks { identity: false, ..Masks::ALL });
    assert!(shown.place.is_some() && shown.representatives[0].name != "李大强");
}

#[test]
fn w02_reports_are_confidential_and_never_published() {
    let s = Story::of(DemandType::Report);
    assert_eq!(s.case.order.confidentiality, Confidentiality::KeepSecret);
    assert_eq!(s.case.order.publishable, Some(false));
    assert_eq!(s.notices[0].vars["title10"], "有关事项");
}

#[test]
fn w02_is_refused_to_units_and_open_to_web_intake() {
    let w = World::new();
    let by = person(w.o.bureau, &[Role::Agent]);
    assert!(register(&form(DemandType::Help), w.numbers(), &by, &w.env()).is_err());
    let by = person(w.o.center, &[Role::Auditor]);
    assert!(register(&form(DemandType::Help), w.numbers(), &by, &w.env()).is_err());
    let d = register(&form(DemandType::Help), w.numbers(), &By::System, &w.env()).unwrap();
    assert_eq!((d.case.order.registered_by, d.case.order.registered_org), (None, w.o.center));
}

#[test]
fn title_is_the_first_sentence_or_its_beginning() {
    assert_eq!(draft_title("路灯坏了。请修。"), "路灯坏了");
    assert_eq!(draft_title(&"很长".repeat(40)).chars().count(), 50);
    assert_eq!(draft_title(&format!("{}，{}", "一".repeat(20), "二".repeat(60))), "一".repeat(20));
}

fn amend(content: Option<&str>, supplement: Option<&str>) -> Command {
    let form =
        content.map(|c| Box::new(domain::order::RegisterForm { content: c.to_owned(), ..form(DemandType::Help) }));
    Command::Amend {
        reason: "诉求人来电更正".to_owned(),
        form,
        supplement: supplement.map(str::to_owned),
        limit_at: None,
    }
}

#[test]
fn w03_facts_are_put_right_before_dispatch_and_only_added_to_afterwards() {
    let mut s = Story::of(DemandType::Complaint);
    s.as_center(Role::Agent, amend(Some("工地夜间施工，已持续三天。"), None));
    assert_eq!(s.case.order.demand_type, DemandType::Help);
    let entry = s.log.last().unwrap();
    assert_eq!(entry.code, "W03");
    assert!(entry.fields["changed"].to_string().contains("content"));
    assert!(!entry.fields.to_string().contains("工地"), "the log names what changed, not the words");
    let mut s = s.dispatched(World::new().o.bureau);
    let agent = s.center(Role::Agent);
    assert_eq!(s.no(&agent, amend(Some("改成别的内容试一试"), None)), "form");
    s.ok(&agent, amend(None, Some("今晚又开工了")));
    assert!(s.case.order.content.contains("【补充 2025-09-22 09:30】今晚又开工了"));
    assert!(s.told("T20"));
}

#[test]
fn w03_agents_amend_only_their_own_orders() {
    let s = Story::of(DemandType::Complaint);
    let other = person(s.w.o.outsourced, &[Role::Agent]);
    assert_eq!(s.no(&other, amend(None, Some("补充说明"))), "not_own");
    assert!(s.try_with(&s.center(Role::TeamLeader), None, &amend(None, Some("补充说明"))).is_ok());
}

fn reply() -> Command {
    Command::DirectReply { reply: "请携带身份证到办事大厅办理。".to_owned(), kb_id: None }
}

#[test]
fn acceptance_03_w04_direct_reply_closes_a_consultation_in_one_step_without_a_task() {
    let mut s = Story::of(DemandType::Consult);
    s.as_center(Role::Agent, reply());
    assert_eq!(s.state(), OrderState::DirectClosed);
    assert_eq!(s.codes(), ["W02", "W04"]);
    assert!(s.case.tasks.is_empty() && s.told("T02") && s.case.order.closed_at.is_some());
    s.assert_at_rest();
}

#[test]
fn w04_is_barred_for_what_needs_handling() {
    let barred = |kind, change: fn(&mut domain::order::RegisterForm)| {
        let mut f = form(kind);
        change(&mut f);
        let s = Story::from(World::new(), &f);
        s.no(&s.center(Role::Agent), reply())
    };
    assert_eq!(barred(DemandType::Complaint, |_| {}), "not_simple");
    assert_eq!(barred(DemandType::Consult, |f| f.affected_count = Some(5)), "group");
    assert_eq!(barred(DemandType::Consult, |f| f.flags.threat = true), "threat");
    assert_eq!(barred(DemandType::Consult, |f| f.flags.repeat = true), "repeat");
    assert_eq!(barred(DemandType::Consult, |f| f.confidentiality = Some(Confidentiality::KeepSecret)), "confidential");
    let mut f = form(DemandType::Complaint);
    f.flags = Flags { simple: true, ..Flags::default() };
    let s = Story::from(World::new(), &f);
    assert!(s.try_with(&s.center(Role::Agent), None, &reply()).is_ok());
}

fn reject(reason: RejectReason, target: Option<&str>) -> Command {
    Command::Reject {
        reason,
        explanation: "应通过法定途径解决".to_owned(),
        redirect_target: target.map(str::to_owned),
        linked_order: None,
    }
}

#[test]
fn w05_plain_grounds_need_no_approval_and_others_wait_for_the_team_leader() {
    let mut s = Story::of(DemandType::Help);
    s.as_center(Role::Agent, reject(RejectReason::N09, None));
    assert_eq!(s.state(), OrderState::Rejected);
    s.assert_at_rest();

    let mut s = Story::of(DemandType::Help).submitted();
    let agent = s.center(Role::Agent);
    assert_eq!(s.no(&agent, reject(RejectReason::N02, None)), "redirect_target");
    assert_eq!(s.no(&agent, reject(RejectReason::N06, None)), "linked_order");
    s.ok(&agent, reject(RejectReason::N02, Some("劳动仲裁委员会")));
    assert_eq!(s.state(), OrderState::PendingDispatch);
    assert_eq!(s.no(&agent, reject(RejectReason::N02, Some("法院"))), "pending");
    let request = s.pending();
    let decide = |approve| Command::Decide { request, approve, opinion: Some("同意".to_owned()), designate: false };
    assert_eq!(s.no(&s.center(Role::Dispatcher), decide(true)), "forbidden");
    s.as_center(Role::TeamLeader, decide(true));
    assert_eq!(s.state(), OrderState::Rejected);
    assert_eq!(s.case.order.reject_reason, Some(RejectReason::N02));
    assert_eq!(s.case.order.redirect_target.as_deref(), Some("劳动仲裁委员会"));
    assert_eq!(s.clock(ClockKind::Dispatch).outcome, ClockOutcome::Void);
    assert!(s.told("T03"));
    s.assert_at_rest();
}

#[test]
fn w05_a_waiting_rejection_is_dropped_when_the_order_is_dispatched() {
    let mut s = Story::of(DemandType::Help).submitted();
    s.as_center(Role::Agent, reject(RejectReason::N08, None));
    let lead = s.w.o.bureau;
    s.as_center(Role::Dispatcher, dispatch_to(lead));
    assert_eq!(s.case.requests[0].state, RequestState::Cancelled);
}

#[test]
fn w06_transfer_needs_the_receipt_of_the_other_side() {
    let mut s = Story::of(DemandType::Help);
    let cmd = |receipt: &str| Command::TransferOut {
        target: TransferTarget::Police,
        receipt: receipt.to_owned(),
        reason: None,
    };
    assert_eq!(s.no(&s.center(Role::Agent), cmd(" ")), "receipt");
    s.as_center(Role::Agent, cmd("110-8812"));
    assert_eq!(s.state(), OrderState::TransferredOut);
    assert!(s.told("T04"));
    s.assert_at_rest();
}

#[test]
fn w07_submitting_starts_the_dispatch_clock_by_urgency() {
    let s = Story::of(DemandType::Help).submitted();
    assert_eq!(s.state(), OrderState::PendingDispatch);
    // Four working hours from 09:30, the noon hour left out.
    assert_eq!(s.clock(ClockKind::Dispatch).due_at, ts("2025-09-22T14:30"));
    let mut s = Story::of(DemandType::Help);
    s.as_center(Role::Agent, Command::Submit { urgency: Some(Urgency::U1), suggested_org: None });
    assert_eq!(s.clock(ClockKind::Dispatch).due_at, ts("2025-09-22T10:00"));
    assert_eq!(s.no(&s.center(Role::Agent), Command::Submit { urgency: None, suggested_org: None }), "state");
}

#[test]
fn claimed_orders_are_left_alone_until_released_or_run_out() {
    let mut s = Story::of(DemandType::Help).submitted();
    s.as_center(Role::Dispatcher, Command::Claim);
    let mine = s.center(Role::Dispatcher);
    assert_eq!(s.case.order.claimed_by, Some(user_of(&mine)));
    let other = person(s.w.o.center, &[Role::Dispatcher, Role::Qc]);
    let lead = s.w.o.bureau;
    assert_eq!(s.no(&other, dispatch_to(lead)), "claimed");
    assert_eq!(s.no(&other, Command::Release), "claimed");
    assert!(s.try_with(&s.center(Role::TeamLeader), None, &Command::Release).is_ok());
    assert!(s.try_with(&mine, None, &dispatch_to(lead)).is_ok());
    s.w.hours(1);
    s.ok(&other, dispatch_to(lead));
    assert_eq!(s.case.order.claimed_by, None);
}

#[test]
fn a_command_on_an_unknown_task_or_request_is_not_found() {
    let s = Story::of(DemandType::Help);
    let by = s.center(Role::TeamLeader);
    let request = kernel::RequestId(Uuid::from_u128(9));
    let decide = Command::Decide { request, approve: true, opinion: None, designate: false };
    assert_eq!(s.no(&by, decide), "not_found");
    assert_eq!(s.no(&by, Command::Sign { task: kernel::TaskId(Uuid::from_u128(9)) }), "not_found");
    assert_eq!(s.case.order.category, CATEGORY);
    assert_ne!(s.case.order.id, OrderId(Uuid::nil()));
}
