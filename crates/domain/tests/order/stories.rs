//! Whole lives of orders, and the buttons along the way.

use std::collections::BTreeSet;

use domain::{
    authority::Role,
    callback::{Rating, Solved},
    clock::{ClockKind, ClockOutcome},
    env::By,
    order::{Command, DemandType, OrderState, RulingRule, allowed, decide::archive_due},
    task::TaskState,
};

use crate::world::{Story, World, dispatch_to, form, rated};

fn buttons(s: &Story, by: &By) -> BTreeSet<&'static str> {
    allowed(&s.case, by, &s.w.env()).into_iter().filter(|a| a.enabled).map(|a| a.action).collect()
}

#[test]
fn full_complaint_from_registration_to_archive() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).closed(o.bureau);
    s.w.days(8);
    let d = archive_due(&s.case, &s.w.env()).unwrap();
    s.take(d);
    let codes = [
        "W02", "W07", "W10", "K01", "K02", "W12", "K04", "W15", "K05", "K07", "W19", "K08", "W21a", "W23a", "W25",
        "W37",
    ];
    assert_eq!(s.codes(), codes);
    assert!(s.case.clocks.iter().all(|c| c.outcome == ClockOutcome::OnTime));
    assert_eq!(s.case.order.rating, Some(Rating::Sat));
    assert!(s.log.iter().all(|e| !e.actor_name.is_empty()));
    for template in ["T01", "T05", "T06", "T07", "T10", "T12"] {
        assert!(s.told(template), "{template}");
    }
    s.assert_at_rest();
}

#[test]
fn confidential_report_is_kept_from_the_accused_all_the_way() {
    let w = World::new();
    let o = w.o;
    let mut f = form(DemandType::Report);
    f.accused_org = Some(o.brigade);
    let mut s = Story::from(w, &f).submitted();
    s.as_center(Role::Dispatcher, dispatch_to(o.bureau));
    let task = s.lead().id;
    s.as_unit(o.bureau, Role::UnitAdmin, Command::Sign { task });
    let down = Command::Assign { task, handler: None, org: Some(o.brigade), advice: None };
    assert_eq!(s.no(&s.unit(o.bureau, Role::UnitAdmin), down), "org");
    s.as_unit(o.bureau, Role::Handler, Command::Start { task });
    let add = Command::AddCo { co: crate::world::co(o.brigade), due_at: None };
    assert_eq!(s.no(&s.center(Role::Dispatcher), add), "co.org");
    s.as_unit(o.bureau, Role::Handler, Command::SubmitUnit { task, form: crate::world::handling() });
    s.as_unit(o.bureau, Role::UnitLeader, Command::UnitApprove { task, opinion: None });
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    s.reply();
    assert_eq!(s.state(), OrderState::Closed);
    assert!(s.grants.iter().all(|g| g.org != o.brigade));
    assert!(s.notices.iter().all(|n| !n.vars.values().any(|v| v.contains("噪声"))));
}

#[test]
fn twice_returned_then_designated_and_handled_on_one_promise() {
    let o = World::new().o;
    let mut s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    let promise = s.case.order.due_at;
    for next in [o.housing, o.county_dept] {
        let org = s.lead().org;
        let cmd = Command::ReturnApply {
            task: s.lead().id,
            reason_code: "not_duty".to_owned(),
            reason: "不属于我单位职责范围".to_owned(),
            basis: Some("权责清单".to_owned()),
            suggested_org: None,
            disputed: Some(domain::evidence::EvidenceLine::Basis),
        };
        s.as_unit(org, Role::UnitAdmin, cmd);
        let request = s.pending();
        let yes = || Command::Decide { request, approve: true, opinion: None, designate: false };
        s.as_center(Role::Dispatcher, yes());
        if s.case.pending_requests().next().is_some() {
            s.as_center(Role::TeamLeader, yes());
        }
        if next == o.county_dept {
            assert_eq!(s.state(), OrderState::Consulting, "two returns are talked over, not tried a third time");
            let conclusion = "由区城管局主办".to_owned();
            let rule = Some(RulingRule {
                region: crate::world::REGION.to_owned(),
                legal_basis: "城市管理执法办法第八条".to_owned(),
            });
            let end = Command::ConsultConclude { lead: next, co: Vec::new(), conclusion, rule };
            s.as_center(Role::TeamLeader, end);
        }
        s.as_center(Role::Dispatcher, dispatch_to(next));
    }
    assert!(s.case.order.flags.designated);
    let lost = domain::bounce::legs(&s.case, s.w.now.get());
    assert_eq!(lost.iter().map(|l| l.org).collect::<Vec<_>>(), [o.bureau, o.housing]);
    assert!(lost.iter().all(|l| l.again_at.is_some()), "booked to the way, not to the unit that has it now");
    let task = s.lead().id;
    s.sign_and_start(task);
    s.hand_in();
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    assert_eq!((s.case.order.due_at, s.clocks(ClockKind::Order).len()), (promise, 1));
    assert_eq!(s.case.tasks.iter().filter(|t| t.state == TaskState::Returned).count(), 2);
}

#[test]
fn everyone_sees_the_buttons_of_the_moment() {
    let o = World::new().o;
    let s = Story::of(DemandType::Complaint);
    let agent = buttons(&s, &s.center(Role::Agent));
    for action in ["submit", "reject", "transfer_out", "amend", "withdraw", "merge", "link"] {
        assert!(agent.contains(action), "{action}");
    }
    assert!(!agent.contains("dispatch") && !agent.contains("direct_reply"));
    let s = s.submitted();
    assert!(buttons(&s, &s.center(Role::Dispatcher)).contains("dispatch"));
    let mut s = Story::of(DemandType::Complaint).dispatched(o.bureau);
    assert!(buttons(&s, &s.unit(o.bureau, Role::UnitAdmin)).is_superset(&["sign", "return_apply"].into()));
    assert!(buttons(&s, &s.unit(o.housing, Role::UnitAdmin)).is_empty());
    let task = s.lead().id;
    s.sign_and_start(task);
    let all = allowed(&s.case, &s.unit(o.bureau, Role::Handler), &s.w.env());
    let submit = all.iter().find(|a| a.action == "submit_unit").unwrap();
    assert!(!submit.enabled && submit.reason.as_deref().unwrap().contains("联系"));
    assert_eq!(submit.task, Some(task));
    s.hand_in();
    let auditor = buttons(&s, &s.center(Role::Auditor));
    assert!(auditor.is_superset(&["center_accept", "center_send_back", "track"].into()));
    s.as_center(Role::Auditor, Command::CenterAccept { opinion: None, reply: None });
    assert!(buttons(&s, &s.center(Role::ReplyAgent)).contains("unified_reply"));
    s.reply();
    assert!(buttons(&s, &s.center(Role::Callback)).contains("callback"));
    s.as_center(Role::Callback, Command::Callback(rated(Rating::Sat, Solved::Solved)));
    assert!(buttons(&s, &s.center(Role::TeamLeader)).is_superset(&["redo", "reopen"].into()));
}
