//! Random people do random things to one order: whatever happens, the invariants hold.

use std::collections::BTreeSet;

use domain::{
    authority::Role,
    callback::{RatedItem, Rating, Solved},
    case::Case,
    clock::PauseReason,
    contact::{ContactResult, ContactWay},
    correction::{CorrectedField, CorrectedItem, CorrectionGround},
    decision::Decision,
    env::By,
    flow::FlowEntry,
    order::{
        Allowed, CallbackForm, Channel, Command, Defect, DemandType, EvaluateForm, LinkKind, OrderState, RejectReason,
        SplitPart, SuperviseForm, TransferTarget, Urgency, allowed, decide,
        decide::{escalate_overdue, supervise_ladder},
        register,
        table::ORDER_TRANSITIONS,
    },
    replay::replay,
    request::ContestGround,
    supervision::{SuperviseLevel, SuperviseTrigger, SuperviseVerdict, VerifyWay},
    task::{TaskRole, TaskState},
    task_table::TASK_TRANSITIONS,
};
use kernel::{OrgId, RequestId, SupervisionId, TaskId, Ts};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::world::{CATEGORY, World, co, dispatch_to, form, handling, missed, person, rated};

const ACTIONS: &[&str] = &[
    "amend",
    "direct_reply",
    "reject",
    "transfer_out",
    "submit",
    "claim",
    "release",
    "consult",
    "consult_conclude",
    "dispatch",
    "recall",
    "sign",
    "assign",
    "start",
    "contact",
    "add_co",
    "co_reply",
    "submit_unit",
    "unit_approve",
    "unit_send_back",
    "center_accept",
    "center_send_back",
    "unified_reply",
    "callback",
    "redo",
    "track",
    "track_due",
    "to_petition",
    "withdraw",
    "terminate",
    "merge",
    "unmerge",
    "split",
    "link",
    "join",
    "leave",
    "reopen",
    "archive",
    "exempt",
    "correct",
    "contest",
    "instruct",
    "report_up",
    "return_apply",
    "extension_apply",
    "decide",
    "reassign",
    "pause",
    "resume",
    "supervise_issue",
    "supervise_sign",
    "supervise_reply",
    "supervise_evaluate",
    "supervise_revoke",
];

/// Ends that leave nothing to explore are taken rarely.
const RARE: &[&str] = &[
    "withdraw",
    "to_petition",
    "terminate",
    "transfer_out",
    "reject",
    "archive",
    "merge",
    "recall",
    "join",
    "correct",
    "supervise_issue",
];

/// The main road: taken two times out of three, so that walks get somewhere.
const ONWARD: &[&str] = &[
    "submit",
    "dispatch",
    "consult_conclude",
    "sign",
    "start",
    "contact",
    "co_reply",
    "submit_unit",
    "unit_approve",
    "center_accept",
    "unified_reply",
    "callback",
    "decide",
    "resume",
];

fn people(w: &World) -> Vec<By> {
    let o = w.o;
    let mut all: Vec<By> = Role::ALL.iter().map(|r| person(o.center, &[*r])).collect();
    for org in [o.bureau, o.brigade, o.housing, o.power, o.county, o.town, o.village] {
        all.extend([Role::UnitAdmin, Role::Handler, Role::UnitLeader].map(|r| person(org, &[r])));
    }
    all.push(person(o.gov, &[Role::Leader]));
    all.push(person(o.petition, &[Role::PetRouter, Role::PetArchivist]));
    all.push(person(o.outsourced, &[Role::Agent, Role::Callback]));
    all.push(By::System);
    all
}

struct Target {
    task: TaskId,
    request: RequestId,
    supervision: SupervisionId,
    callback: kernel::CallbackId,
    other: kernel::OrderId,
}

/// A command with plausible fields; `n` chooses among them.
fn fill(action: &str, w: &World, t: &Target, n: u32) -> Command {
    let o = w.o;
    let orgs = [o.bureau, o.brigade, o.housing, o.power, o.county, o.town, o.village];
    let org = |k: u32| -> OrgId { orgs[((n + k) % 7) as usize] };
    let text = || "按规定处理，情况属实".to_owned();
    let later = |days: i64| w.now.get().plus_days(days);
    let (task, odd) = (t.task, n % 2 == 1);
    match action {
        "amend" => Command::Amend { reason: text(), form: None, supplement: Some(text()), limit_at: None },
        "direct_reply" => Command::DirectReply { reply: text(), kb_id: None },
        "reject" => {
            let reason = if odd { RejectReason::N09 } else { RejectReason::N08 };
            Command::Reject { reason, explanation: text(), redirect_target: None, linked_order: None }
        }
        "transfer_out" => Command::TransferOut { target: TransferTarget::Police, receipt: text(), reason: None },
        "submit" => Command::Submit { urgency: odd.then_some(Urgency::U2), suggested_org: Some(org(0)) },
        "claim" => Command::Claim,
        "release" => Command::Release,
        "consult" => Command::Consult { participants: vec![org(0)], question: text() },
        "consult_conclude" => Command::ConsultConclude { lead: org(0), co: Vec::new(), conclusion: text(), rule: None },
        "dispatch" if odd => Command::Dispatch {
            lead: org(0),
            co: vec![co(org(1))],
            advice: None,
            due_at: Some(later(4)),
            urgency: None,
        },
        "dispatch" => dispatch_to(org(0)),
        "recall" => Command::Recall { reason: text() },
        "sign" => Command::Sign { task },
        "assign" => {
            let person = kernel::UserId(uuid::Uuid::from_u128(n.into()));
            Command::Assign { task, handler: odd.then_some(person), org: (!odd).then(|| org(0)), advice: None }
        }
        "start" => Command::Start { task },
        "contact" => {
            let (way, result) = (ContactWay::Phone, ContactResult::Reached);
            Command::Contact { task, at: w.now.get(), way, result, note: None }
        }
        "add_co" => Command::AddCo { co: co(org(0)), due_at: None },
        "co_reply" => Command::CoReply { task, reply: text(), unable_reason: None },
        "submit_unit" => Command::SubmitUnit { task, form: handling() },
        "unit_approve" => Command::UnitApprove { task, opinion: None },
        "unit_send_back" => Command::UnitSendBack { task, opinion: text() },
        "center_accept" => Command::CenterAccept { opinion: None, reply: None },
        _ => fill_rest(action, w, t, n),
    }
}

fn fill_rest(action: &str, w: &World, t: &Target, n: u32) -> Command {
    let text = || "按规定处理，情况属实".to_owned();
    let later = |days: i64| w.now.get().plus_days(days);
    let (task, odd) = (t.task, n % 2 == 1);
    match action {
        "center_send_back" => Command::CenterSendBack { defect: Defect::D2, opinion: text() },
        "unified_reply" => Command::UnifiedReply { channel: "phone".to_owned(), reply: text() },
        "callback" => Command::Callback(match n % 4 {
            0 => rated(Rating::Sat, Solved::Solved),
            1 => rated(Rating::Dissat, Solved::Unsolved),
            2 => CallbackForm { unreasonable: true, ..rated(Rating::Dissat, Solved::Unsolved) },
            _ => CallbackForm { give_up: true, ..missed() },
        }),
        "redo" => Command::Redo { reason: text(), lead: odd.then_some(w.o.housing) },
        "track" => Command::Track { reason: text(), measures: text(), until: later(20) },
        "track_due" => Command::TrackDue,
        "to_petition" => Command::ToPetition { petition_no: "XF1".to_owned(), reason: text() },
        "withdraw" => Command::Withdraw { reason: text() },
        "terminate" => Command::Terminate { ground: "拒不配合".to_owned(), explanation: text() },
        "merge" => Command::Merge { into: t.other, reason: text() },
        "unmerge" => Command::Unmerge { reason: text() },
        "split" => {
            let part = SplitPart {
                title: String::new(),
                content: text(),
                demand_type: DemandType::Help,
                category: CATEGORY.to_owned(),
            };
            Command::Split { parts: vec![part.clone(), part], reason: text() }
        }
        "link" => Command::Link { other: t.other, kind: LinkKind::SameEvent, reason: None },
        "join" => Command::Join { lead: t.other, reason: text() },
        "leave" => Command::Leave { reason: text() },
        "reopen" => Command::Reopen { reason: text(), redo: odd },
        "archive" => Command::Archive,
        "exempt" => Command::Exempt { code: "E1".to_owned(), reason: text() },
        "correct" if odd => Command::Correct {
            callback: Some(t.callback),
            contact: None,
            items: vec![CorrectedItem {
                field: CorrectedField::Result,
                should: if n % 4 == 1 { "dissat" } else { "sat" }.to_owned(),
            }],
            ground: CorrectionGround::Misheard,
            reason: text(),
            call: None,
        },
        "correct" => Command::Correct {
            callback: None,
            contact: None,
            items: vec![CorrectedItem { field: CorrectedField::Wish, should: text() }],
            ground: CorrectionGround::Omitted,
            reason: text(),
            call: None,
        },
        "contest" => Command::Contest {
            callback: t.callback,
            items: vec![RatedItem::Result],
            ground: ContestGround::C2,
            reason: text(),
        },
        "instruct" => Command::Instruct { text: text(), due_at: odd.then(|| later(1)), urgency: None },
        "report_up" => Command::ReportUp { text: text() },
        "return_apply" => Command::ReturnApply {
            task,
            reason_code: "not_duty".to_owned(),
            reason: text(),
            basis: Some(text()),
            suggested_org: None,
            disputed: Some(domain::evidence::EvidenceLine::Basis),
        },
        "extension_apply" => {
            Command::ExtensionApply { task, reason_code: "other".to_owned(), reason: text(), basis: None, days: 1 }
        }
        "decide" => Command::Decide {
            request: t.request,
            approve: !n.is_multiple_of(4),
            opinion: Some(text()),
            designate: n.is_multiple_of(8),
        },
        "reassign" => Command::Reassign { lead: if odd { w.o.housing } else { w.o.town }, reason: text() },
        "pause" => Command::Pause { reason: PauseReason::Hearing, note: text() },
        "resume" => Command::Resume { note: None },
        "supervise_issue" => Command::SuperviseIssue(SuperviseForm {
            level: SuperviseLevel::ALL[n as usize % SuperviseLevel::ALL.len()],
            trigger: SuperviseTrigger::S4,
            opinion: text(),
            due_at: odd.then(|| later(1)),
            cc: vec![w.o.county],
        }),
        "supervise_sign" => Command::SuperviseSign { supervision: t.supervision },
        "supervise_reply" => Command::SuperviseReply { supervision: t.supervision, reply: format!("{0}{0}", text()) },
        "supervise_evaluate" => {
            let (verdict, score) = if odd { (SuperviseVerdict::Done, 90) } else { (SuperviseVerdict::NotDone, 30) };
            let form = EvaluateForm { verdict, score, comment: text(), way: VerifyWay::Phone };
            Command::SuperviseEvaluate { supervision: t.supervision, form }
        }
        "supervise_revoke" => Command::SuperviseRevoke { supervision: t.supervision, reason: text() },
        other => panic!("no such action: {other}"),
    }
}

/// No button at all: a command that names whatever there is.
const NOTHING: Allowed =
    Allowed { action: "", label: "", enabled: true, reason: None, task: None, request: None, supervision: None };

struct Walk {
    w: World,
    case: Case,
    peer: Case,
    log: Vec<FlowEntry>,
    people: Vec<By>,
}

impl Walk {
    /// `limit`: a superior's matter, with so many days to its limit.
    fn new(kind: DemandType, anonymous: bool, limit: Option<i64>) -> Self {
        let w = World::new();
        let by = person(w.o.center, &[Role::Agent]);
        let peer = register(&form(DemandType::Complaint), w.numbers(), &by, &w.env()).unwrap().case;
        let mut f = form(kind);
        f.anonymous = anonymous;
        if let Some(days) = limit {
            f.channel = Some(Channel::Superior);
            f.origin.source = Some("省信访局".to_owned());
            f.origin.limit_at = Some(Ts::end_of(w.now.get().plus_days(days).date()));
        }
        let d = register(&f, w.numbers(), &by, &w.env()).unwrap();
        let people = people(&w);
        Self { case: d.case, peer, log: d.flow, people, w }
    }

    fn target(&self, b: &Allowed, n: u32) -> Target {
        let tasks: Vec<_> = self.case.active_tasks().map(|t| t.id).collect();
        let requests: Vec<_> = self.case.pending_requests().map(|r| r.id).collect();
        let rounds: Vec<_> = self.case.supervisions.iter().map(|s| s.id).collect();
        let nil = uuid::Uuid::nil();
        let pick = |len: usize| if len == 0 { 0 } else { n as usize % len };
        Target {
            task: b.task.or_else(|| tasks.get(pick(tasks.len())).copied()).unwrap_or(TaskId(nil)),
            request: b.request.or_else(|| requests.get(pick(requests.len())).copied()).unwrap_or(RequestId(nil)),
            supervision: b
                .supervision
                .or_else(|| rounds.get(pick(rounds.len())).copied())
                .unwrap_or(SupervisionId(nil)),
            callback: self.case.callbacks.last().map_or(kernel::CallbackId(nil), |c| c.id),
            other: self.peer.order.id,
        }
    }

    fn run(&self, by: &By, cmd: &Command) -> Option<Decision> {
        decide(&self.case, Some(&self.peer), cmd, by, &self.w.env()).ok()
    }

    /// Grey and absent buttons refuse, for this person, now.
    fn check_buttons(&self, by: &By, n: u32) {
        let buttons = allowed(&self.case, by, &self.w.env());
        for b in buttons.iter().filter(|b| !b.enabled) {
            let cmd = fill(b.action, &self.w, &self.target(b, n), n);
            assert!(self.run(by, &cmd).is_none(), "{} is grey but was done", b.action);
            assert!(b.reason.as_ref().is_some_and(|r| !r.is_empty()));
        }
        for k in 0..4 {
            let action = ACTIONS[(n as usize / 3 + k * 11) % ACTIONS.len()];
            let t = self.target(&NOTHING, n);
            let cmd = fill(action, &self.w, &t, n);
            let shown = buttons.iter().any(|b| {
                b.action == action
                    && b.enabled
                    && b.task.is_none_or(|id| id == t.task)
                    && b.request.is_none_or(|id| id == t.request)
                    && b.supervision.is_none_or(|id| id == t.supervision)
            });
            assert!(shown || self.run(by, &cmd).is_none(), "{action} was done without a button by {by:?}");
        }
    }

    fn step(&mut self, actor: u32, n: u32, advance: u32) {
        if advance.is_multiple_of(3) {
            self.w.hours(i64::from(advance % 60));
        }
        let by = self.people[actor as usize % self.people.len()].clone();
        self.check_buttons(&by, n);
        let tick = match n % 5 {
            0 => escalate_overdue(&self.case, &self.w.env()),
            1 => supervise_ladder(&self.case, &self.w.env()),
            _ => None,
        };
        if let Some(d) = tick {
            self.take(d, false);
            return;
        }
        // The first step is the only chance for some ends.
        let lively = n.is_multiple_of(8) || (self.case.order.state == OrderState::Registered && n.is_multiple_of(2));
        // A correction leads nowhere before anybody was asked, and takes that chance away.
        let answered = !self.case.callbacks.is_empty();
        let _ = (!n.is_multiple_of(3) && !lively && self.press(actor, n, |a| ONWARD.contains(&a)))
            || self.press(actor, n, |a| (lively || !RARE.contains(&a)) && (a != "correct" || answered));
    }

    /// The first person from `actor` on who has a fitting button presses one.
    fn press(&mut self, actor: u32, n: u32, fits: impl Fn(&str) -> bool) -> bool {
        let count = self.people.len();
        for k in 0..count {
            let by = self.people[(actor as usize + k) % count].clone();
            let buttons: Vec<_> =
                allowed(&self.case, &by, &self.w.env()).into_iter().filter(|b| b.enabled && fits(b.action)).collect();
            if buttons.is_empty() {
                continue;
            }
            let b = &buttons[n as usize / 7 % buttons.len()];
            let cmd = fill(b.action, &self.w, &self.target(b, n), n / 5);
            if let Some(d) = self.run(&by, &cmd) {
                self.take(d, matches!(cmd, Command::Instruct { .. }));
                return true;
            }
        }
        false
    }

    fn take(&mut self, d: Decision, instructed: bool) {
        for before in &self.case.clocks {
            let after = d.case.clock(before.id).expect("clocks are never dropped");
            assert!(instructed || after.due_at >= before.due_at, "{} moved back", before.kind);
            assert!(before.is_open() || before == after, "a finished clock was rewritten");
        }
        for old in &d.others {
            assert!(old.flow.iter().all(|e| e.order_id == old.case.order.id));
        }
        self.case = d.case;
        self.log.extend(d.flow);
        self.check();
    }

    fn check(&self) {
        let c = &self.case;
        let state = c.order.state;
        let replayed = replay(&self.log).unwrap();
        assert_eq!(replayed.order, state);
        assert_eq!(replayed.tasks.len(), c.tasks.len());
        for t in &c.tasks {
            assert_eq!(replayed.tasks[&t.id], t.state);
            let own = c.clocks.iter().find(|k| k.is_open() && k.kind.is_task_own() && k.task_id == Some(t.id));
            assert_eq!(!t.state.is_terminal(), own.is_some(), "{} {} in {state}", t.role, t.state);
            if let Some(own) = own {
                assert_eq!(t.due_at, Some(own.due_at));
            }
        }
        let leads = c.active_tasks().filter(|t| t.role == TaskRole::Lead).count();
        let promises = c.open_clocks(domain::clock::ClockKind::Order).count();
        let at_work = matches!(state, OrderState::Dispatched | OrderState::Handling | OrderState::CenterAudit);
        assert_eq!(leads, usize::from(at_work), "leads in {state}");
        assert!(promises == 1 || (promises == 0 && !at_work), "{promises} promises in {state}");
        if state.is_ended() {
            assert!(c.clocks.iter().all(|k| !k.is_open()), "open clock in {state}");
            assert_eq!(c.active_tasks().count(), 0, "active task in {state}");
        }
        assert!(c.pending_requests().all(|r| r.awaiting.is_some()));
        for s in c.supervisions.iter().filter(|s| s.state.is_unanswered()) {
            let running = c.clocks.iter().any(|k| Some(k.id) == s.clock_id && k.is_open());
            assert!(!state.is_ended(), "unanswered supervision in {state}");
            assert!(running || leads == 0, "an unanswered round without a clock in {state}");
        }
        assert_eq!(c.order.closed_at.is_some(), state.is_ended());
        self.check_limit();
    }

    /// Whatever happens in the first round, nothing is due after a superior's limit that began before it.
    fn check_limit(&self) {
        let Some(limit) = self.case.order.origin.limit_at.filter(|_| self.case.order.round == 1) else { return };
        for clock in self.case.clocks.iter().filter(|k| k.is_open() && k.kind.is_handling() && k.start_at < limit) {
            assert!(clock.due_at <= limit, "{} is due after the limit", clock.kind);
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<(u32, u32, u32)>> {
    prop::collection::vec((any::<u32>(), any::<u32>(), any::<u32>()), 40..70)
}

#[test]
fn random_walks_reach_every_state_and_nearly_every_step() {
    let mut runner = TestRunner::deterministic();
    let (mut orders, mut tasks, mut codes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for round in 0..170 {
        let kind = DemandType::ALL[round % DemandType::ALL.len()];
        let mut walk = Walk::new(kind, round % 9 == 8, (round % 4 == 3).then_some(9));
        let script = steps().new_tree(&mut runner).unwrap().current();
        for (actor, n, advance) in script {
            walk.step(actor, n, advance);
            orders.insert(walk.case.order.state);
            tasks.extend(walk.case.tasks.iter().map(|t| t.state));
        }
        codes.extend(walk.log.iter().map(|e| e.code.clone()));
    }
    let missed: Vec<_> = OrderState::ALL.iter().filter(|s| !orders.contains(s) && **s != OrderState::Draft).collect();
    assert!(missed.is_empty(), "order states never reached: {missed:?}");
    let missed: Vec<_> = TaskState::ALL.iter().filter(|s| !tasks.contains(s)).collect();
    assert!(missed.is_empty(), "task states never reached: {missed:?}");
    let all = ORDER_TRANSITIONS.iter().map(|t| t.id).chain(TASK_TRANSITIONS.iter().map(|t| t.id));
    let never: Vec<_> = all.filter(|id| !codes.contains(*id)).collect();
    assert!(never.len() <= 3, "steps never taken: {never:?}");
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(32)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_walks_keep_every_invariant(
        kind in prop::sample::select(DemandType::ALL),
        anonymous in prop::bool::weighted(0.15),
        limit in prop::option::weighted(0.4, 0i64..30),
        script in steps(),
    ) {
        let mut walk = Walk::new(kind, anonymous, limit);
        for (actor, n, advance) in script {
            walk.step(actor, n, advance);
        }
    }
}
