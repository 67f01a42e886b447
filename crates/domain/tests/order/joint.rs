//! 并案, M3: one lead task for many citizens; each order follows through the table and keeps its own promise and reply.

use domain::{
    authority::Role,
    case::Case,
    clock::{ClockKind, ClockOutcome},
    decision::GrantKind,
    order::decide::joint::{follow, followers, leads},
    order::{Command, Confidentiality, DemandType, LinkKind, OrderState, RegisterForm, register},
    task::TaskState,
};
use kernel::{OrderId, Refusal};

use crate::world::{Story, World, form, person, rated};

/// The leading order's story, and another citizen's order in the same world.
fn pair(change: impl FnOnce(&mut RegisterForm)) -> (Story, Story) {
    let w = World::new();
    let by = person(w.o.center, &[Role::Agent]);
    let lead = Story::from(w, &form(DemandType::Complaint)).submitted();
    lead.w.hours(1);
    let mut f = form(DemandType::Help);
    f.requester.phone = Some("13900139000".to_owned());
    change(&mut f);
    let d = register(&f, lead.w.numbers(), &by, &lead.w.env()).unwrap();
    let other = World::new();
    other.now.set(lead.w.now.get());
    let mut follower = Story::from(other, &f);
    (follower.case, follower.log) = (d.case, d.flow);
    (lead, follower)
}

fn join(s: &Story, lead: &Case) -> Result<domain::decision::Decision, Refusal> {
    let cmd = Command::Join { lead: lead.order.id, reason: "同一路段路灯不亮".to_owned() };
    s.try_with(&s.center(Role::Dispatcher), Some(lead), &cmd)
}

/// Takes a join over on both sides.
fn joined(lead: &mut Story, s: &mut Story) {
    let d = join(s, &lead.case).unwrap();
    let other = d.others[0].clone();
    s.take(d);
    lead.take(other);
}

/// What the writer does after each step of the leading order.
fn follow_on(lead: &Story, s: &mut Story) {
    s.w.now.set(lead.w.now.get());
    if let Some(d) = follow(&s.case, &lead.case, &s.center(Role::Dispatcher), &s.w.env()).unwrap() {
        s.take(d);
    }
}

#[test]
fn m3_one_task_many_promises_and_every_citizen_is_answered() {
    let (mut lead, mut s) = pair(|_| {});
    s = s.submitted();
    joined(&mut lead, &mut s);
    assert!(leads(&lead.case) && s.case.order.event.is_some() && s.case.order.event == lead.case.order.event);
    assert_eq!((s.state(), s.case.links[0].kind), (OrderState::PendingDispatch, LinkKind::Joint));
    assert!(s.case.open_clocks(ClockKind::Dispatch).next().is_none(), "the leading order's clock runs for both");
    assert_eq!(s.no(&s.center(Role::Dispatcher), crate::world::dispatch_to(lead.w.o.bureau)), "joint");
    assert_eq!(lead.no(&lead.center(Role::Agent), Command::Withdraw { reason: "不再反映".to_owned() }), "joint_lead");

    let bureau = lead.w.o.bureau;
    lead.as_center(Role::Dispatcher, crate::world::dispatch_to(bureau));
    follow_on(&lead, &mut s);
    assert_eq!((s.state(), s.case.order.lead_org), (OrderState::Dispatched, Some(bureau)));
    assert!(s.case.tasks.is_empty() && s.grants.iter().any(|g| g.org == bureau && g.kind == GrantKind::Lead));
    let promise = s.clock(ClockKind::Order).due_at;
    assert!(promise < lead.clock(ClockKind::Order).due_at, "a plea for help is promised earlier than a complaint");
    assert!(s.told("T06"));
    follow_on(&lead, &mut s);
    let steps = s.log.len();
    follow_on(&lead, &mut s);
    assert_eq!(s.log.len(), steps, "nothing is written twice");

    let task = lead.lead().id;
    lead.sign_and_start(task);
    follow_on(&lead, &mut s);
    lead.hand_in();
    follow_on(&lead, &mut s);
    assert_eq!(s.state(), OrderState::CenterAudit);
    lead.as_center(
        Role::Auditor,
        Command::CenterSendBack { defect: domain::order::Defect::D1, opinion: "请补充".to_owned() },
    );
    follow_on(&lead, &mut s);
    assert_eq!(s.state(), OrderState::Handling);
    let task = lead.lead().id;
    let org = lead.lead().org;
    lead.as_unit(org, Role::Handler, Command::Start { task });
    lead.hand_in();
    lead.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    follow_on(&lead, &mut s);
    assert_eq!((s.state(), s.clock(ClockKind::Order).outcome), (OrderState::PendingReply, ClockOutcome::OnTime));
    assert_eq!(s.case.order.reply, lead.case.order.reply, "a draft of the own answer");
    let own = "您好，您反映的问题已一并处理。".to_owned();
    s.as_center(Role::ReplyAgent, Command::UnifiedReply { channel: "sms".to_owned(), reply: own.clone() });
    assert_eq!((s.case.order.reply.as_deref(), lead.state()), (Some(own.as_str()), OrderState::PendingReply));
    // Dissatisfied: this citizen's matter is taken up again by itself, with a task of its own.
    let unhappy = rated(domain::callback::Rating::Dissat, domain::callback::Solved::Unsolved);
    s.as_center(Role::Callback, Command::Callback(unhappy));
    let request = s.pending();
    s.as_center(
        Role::TeamLeader,
        Command::Decide { request, approve: true, opinion: Some("重办".to_owned()), designate: false },
    );
    assert_eq!((s.state(), s.case.order.joint_lead, s.lead().org), (OrderState::Handling, None, bureau));
    lead.reply();
    follow_on(&lead, &mut s);
    assert_eq!(s.state(), OrderState::Handling, "it no longer follows");
}

#[test]
fn m3_joining_stops_the_own_work_and_leaving_gives_it_back_to_the_dispatchers() {
    let (mut lead, mut s) = pair(|_| {});
    let bureau = lead.w.o.bureau;
    lead.as_center(Role::Dispatcher, crate::world::dispatch_to(bureau));
    s = s.dispatched(lead.w.o.housing);
    let promise = s.clock(ClockKind::Order).due_at;
    joined(&mut lead, &mut s);
    s.assert_task(lead.w.o.housing, TaskState::Recalled);
    assert_eq!((s.state(), s.case.order.lead_org), (OrderState::Dispatched, Some(bureau)));
    assert_eq!(s.case.open_clocks(ClockKind::Order).next().unwrap().due_at, promise, "no promise moves");
    let d = s
        .try_with(&s.center(Role::TeamLeader), Some(&lead.case), &Command::Leave { reason: "并非同一事件".to_owned() })
        .unwrap();
    let other = d.others[0].clone();
    s.take(d);
    lead.take(other);
    assert_eq!((s.state(), s.case.order.joint_lead, s.case.order.event), (OrderState::PendingDispatch, None, None));
    assert!(s.case.open_clocks(ClockKind::Dispatch).next().is_some());
    assert_eq!(s.case.open_clocks(ClockKind::Order).next().unwrap().due_at, promise);
    assert_eq!((followers(&lead.case), lead.case.order.event), (0, None));
    assert!(s.case.links.iter().chain(&lead.case.links).all(|l| l.ended_at.is_some()));
    s.as_center(Role::Dispatcher, crate::world::dispatch_to(lead.w.o.housing));
    assert_eq!(s.no(&s.center(Role::TeamLeader), Command::Leave { reason: "再次".to_owned() }), "not_joint");
}

#[test]
fn m5_secrets_and_reports_never_share_an_event_and_nobody_follows_a_follower() {
    let code = |r: Result<domain::decision::Decision, Refusal>| r.unwrap_err().code.to_string();
    let (lead, s) = pair(|f| f.confidentiality = Some(Confidentiality::KeepSecret));
    assert_eq!(code(join(&s, &lead.case)), "joint_confidential");
    let (lead, s) = pair(|f| f.demand_type = Some(DemandType::Report));
    assert_eq!(code(join(&s, &lead.case)), "joint_report");
    let (mut lead, mut s) = pair(|_| {});
    assert_eq!(code(join(&lead, &lead.case)), "joint_self");
    joined(&mut lead, &mut s);
    assert_eq!(s.state(), OrderState::PendingDispatch, "submitted by joining");
    let (_, mut third) = pair(|_| {});
    third.case.order.id = OrderId(uuid::Uuid::from_u128(3));
    assert_eq!(code(join(&third, &s.case)), "joint_depth");
    let done = Story::of(DemandType::Complaint).closed(lead.w.o.bureau);
    assert_eq!(code(join(&third, &done.case)), "joint_state");
}
