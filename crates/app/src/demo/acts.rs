//! A step of a story as commands of the people who take it.

use domain::authority::{Actor, Role};
use domain::callback::{CallbackMode, Contacted, Rating, Solved};
use domain::case::Case;
use domain::clock::PauseReason;
use domain::contact::{ContactResult, ContactWay};
use domain::directory::{OrgKind, OrgLevel};
use domain::env::By;
use domain::evidence::EvidenceLine;
use domain::order::{CallbackForm, CoHandler, Command, Defect, HandleResult, HandlingForm, LinkKind, RejectReason};
use domain::request::Request;
use domain::task::{Task, TaskRole, TaskState};
use kernel::{OrderId, OrgId, Ts};

use super::cast::Cast;
use super::rows::{OrderRow, code, dated, filled};
use super::script::Act;
use crate::world::World;
use crate::{Error, Result};

/// What a step is taken in.
pub struct Scene<'a> {
    pub row: &'a OrderRow,
    pub case: &'a Case,
    pub cast: &'a Cast,
    pub world: &'a World,
    pub now: Ts,
    /// The real present: promises of tracked orders lie after it.
    pub today: Ts,
    pub lead: Option<OrgId>,
    /// The order this one repeats, is merged into, or shares an event with.
    pub repeat: Option<OrderId>,
    pub into: Option<OrderId>,
    pub event: Option<OrderId>,
}

type Given = Vec<(By, Command)>;

impl Scene<'_> {
    /// The commands of a step; none where the order no longer calls for it.
    pub fn commands(&self, act: Act) -> Result<Given> {
        if self.case.order.state.is_ended() && act != Act::Archive {
            return Ok(Vec::new());
        }
        match act {
            Act::Register => Ok(Vec::new()),
            Act::LinkRepeat | Act::LinkEvent | Act::Supplement | Act::DirectReply | Act::Reject | Act::TransferOut => {
                self.desk(act)
            }
            Act::Submit | Act::Merge | Act::Withdraw => self.desk(act),
            Act::Claim | Act::Consult | Act::Conclude | Act::DispatchWrong | Act::Dispatch | Act::Reassign => {
                self.dispatching(act)
            }
            Act::Sign | Act::Assign | Act::AssignBelow | Act::Start | Act::Contact | Act::SubmitUnit => self.unit(act),
            Act::UnitApprove | Act::UnitSendBack | Act::Return | Act::Extend | Act::Terminate => self.unit(act),
            Act::CoSign | Act::CoStart | Act::CoReply => self.helpers(act),
            Act::CenterSendBack | Act::CenterAccept | Act::UnifiedReply | Act::Track | Act::Pause | Act::Instruct => {
                self.center(act)
            }
            Act::CallbackMissed | Act::CallbackGiveUp | Act::Callback | Act::CallbackUnhappy | Act::CallbackSecond => {
                self.callback(act)
            }
            Act::Approve => self.approve(),
            Act::Archive => Ok(vec![(By::System, Command::Archive)]),
        }
    }

    fn n(&self) -> u32 {
        self.row.seq.wrapping_mul(7).wrapping_add(self.row.seq / 5)
    }

    fn by(&self, role: Role) -> Result<By> {
        let found = self.cast.any(role, self.n()).cloned();
        found.map(By::Person).ok_or_else(|| Error::broken(format_args!("seed/demo: nobody is {role}")))
    }

    fn one(&self, role: Role, cmd: Command) -> Result<Given> {
        Ok(vec![(self.by(role)?, cmd)])
    }

    fn reason(&self, otherwise: &str) -> String {
        filled(&self.row.reason_text).unwrap_or_else(|| otherwise.to_owned())
    }

    fn reply(&self) -> String {
        let day = self.case.order.registered_at;
        let otherwise = "经核查，您反映的情况属实，我单位已安排人员处理并落实日常巡查，感谢您的监督。";
        let text = filled(&self.row.reply_text).map_or_else(|| otherwise.to_owned(), |t| dated(&t, day, self.now));
        if self.case.order.round > 1 { format!("经再次办理并当面沟通：{text}") } else { text }
    }

    // ---- the desk ----

    fn desk(&self, act: Act) -> Result<Given> {
        let registrar = self.case.order.registered_by.and_then(|u| self.cast.user(u)).cloned();
        let by = registrar.map_or_else(|| self.by(Role::Agent), |a| Ok(By::Person(a)))?;
        let cmd = match act {
            Act::LinkRepeat => match self.repeat {
                Some(other) => link(other, LinkKind::Repeat, "同一诉求人就同一事项再次反映"),
                None => return Ok(Vec::new()),
            },
            Act::LinkEvent => match self.event {
                Some(other) => link(other, LinkKind::SameEvent, "多名诉求人反映同一事件，并案办理"),
                None => return Ok(Vec::new()),
            },
            Act::Supplement => Command::Amend {
                reason: "诉求人再次来电补充".to_owned(),
                form: None,
                supplement: Some("诉求人补充：问题仍在持续，希望尽快到现场查看，并在办理前电话联系。".to_owned()),
                limit_at: None,
            },
            Act::DirectReply => Command::DirectReply { reply: self.reply(), kb_id: None },
            Act::Reject => self.rejection()?,
            Act::TransferOut => Command::TransferOut {
                target: code("transfer_target", &self.row.reason_code)?,
                receipt: self.reason("三方通话移交，对方已接收"),
                reason: filled(&self.row.reply_text),
            },
            Act::Merge => match self.into {
                Some(into) => {
                    let reason = "同一诉求人就同一事项重复反映，并入在办工单".to_owned();
                    Command::Merge { into, reason }
                }
                None => return Ok(Vec::new()),
            },
            Act::Withdraw => {
                Command::Withdraw { reason: self.reason("诉求人来电表示问题已解决，不再反映") }
            }
            _ => Command::Submit { urgency: None, suggested_org: self.lead },
        };
        Ok(vec![(by, cmd)])
    }

    fn rejection(&self) -> Result<Command> {
        let reason: RejectReason = code("reject_reason", &self.row.reason_code)?;
        let route = match self.row.redirect.as_str() {
            "" => None,
            "petition" => Some("信访部门".to_owned()),
            route => Some(self.world.word("legal_route", route)),
        };
        Ok(Command::Reject {
            reason,
            explanation: self.reply(),
            redirect_target: route,
            linked_order: self.repeat.filter(|_| reason == RejectReason::N06),
        })
    }

    // ---- dispatch ----

    fn lead(&self) -> Result<OrgId> {
        self.lead.ok_or_else(|| Error::broken(format_args!("seed/demo: order {} has no lead", self.row.seq)))
    }

    /// Another organisation with people of its own: a neighbour of the right one.
    fn wrong(&self) -> Result<OrgId> {
        let lead = self.lead()?;
        let directory = &self.world.directory;
        let fits = |org: &OrgId| {
            let plain = directory
                .org(*org)
                .is_some_and(|o| o.kind == OrgKind::Department && matches!(o.level, OrgLevel::City | OrgLevel::County));
            *org != lead && plain && self.cast.can_work(*org)
        };
        // The nearest organisation above that has another department somewhere below it.
        let mut above = directory.org(lead).and_then(|o| o.parent);
        for _ in 0..4 {
            let Some(parent) = above else { break };
            let others: Vec<OrgId> = directory.children(parent).iter().copied().filter(fits).collect();
            if let Some(org) = others.get(usize::try_from(self.n()).unwrap_or(0) % others.len().max(1)) {
                return Ok(*org);
            }
            above = directory.org(parent).and_then(|o| o.parent);
        }
        Err(Error::broken(format_args!("seed/demo: nobody stands beside {lead}")))
    }

    fn co(&self) -> Result<Vec<CoHandler>> {
        let (lead, order) = (self.lead()?, &self.case.order);
        let rules = self.world.directory.catalogue_for(&order.category, &order.region, self.now);
        let Some(rule) = rules.iter().find(|r| r.lead == lead) else { return Ok(Vec::new()) };
        let able = rule.co.iter().filter(|o| **o != lead && self.cast.can_work(**o)).take(1);
        let question = Some("请就职责范围内的事项反馈处理意见".to_owned());
        Ok(able.map(|org| CoHandler { org: *org, question: question.clone() }).collect())
    }

    fn dispatching(&self, act: Act) -> Result<Given> {
        let advice = Some("请按规定时限办理，主动联系诉求人并反馈结果。".to_owned());
        let cmd = match act {
            Act::Claim => Command::Claim,
            Act::Consult => Command::Consult {
                participants: vec![self.lead()?, self.wrong()?],
                question: self.reason("该事项涉及多个部门职责，请会商明确主办单位"),
            },
            Act::Conclude => {
                let conclusion = "经会商，由职责主管部门主办，其他单位按职责配合。".to_owned();
                return self.one(
                    Role::TeamLeader,
                    Command::ConsultConclude { lead: self.lead()?, co: Vec::new(), conclusion, rule: None },
                );
            }
            Act::DispatchWrong => {
                Command::Dispatch { lead: self.wrong()?, co: Vec::new(), advice, due_at: None, urgency: None }
            }
            Act::Reassign => Command::Reassign {
                lead: self.lead()?,
                reason: "原承办单位核查后认为不属其职责，改派主管单位".to_owned(),
            },
            _ => Command::Dispatch { lead: self.lead()?, co: self.co()?, advice, due_at: None, urgency: None },
        };
        self.one(Role::Dispatcher, cmd)
    }

    // ---- the unit ----

    fn of(&self, role: Role, org: OrgId) -> Result<By> {
        let found = self.cast.of_org(role, org, &self.world.directory, &[]).cloned();
        found.map(By::Person).ok_or_else(|| Error::broken(format_args!("seed/demo: {org} has no {role}")))
    }

    /// Whoever the task was given to, or one who might have been.
    fn handler(&self, task: &Task) -> Result<Actor> {
        let given = task.handler.and_then(|u| self.cast.user(u));
        let found = given.or_else(|| self.cast.handler(task.org, self.n())).cloned();
        found.ok_or_else(|| Error::broken(format_args!("seed/demo: {} has no handler", task.org)))
    }

    fn unit(&self, act: Act) -> Result<Given> {
        let Some(lead) = self.case.lead_task() else { return Ok(Vec::new()) };
        let task = lead.id;
        let handler = || Ok::<_, Error>(By::Person(self.handler(lead)?));
        let (by, cmd) = match act {
            Act::Sign => (self.of(Role::UnitAdmin, lead.org)?, Command::Sign { task }),
            Act::Assign => {
                let to = self.handler(lead)?.user;
                let advice = Some("请尽快核实办理".to_owned());
                (self.of(Role::UnitAdmin, lead.org)?, Command::Assign { task, handler: Some(to), org: None, advice })
            }
            Act::AssignBelow => return self.below(lead),
            Act::Start => (handler()?, Command::Start { task }),
            Act::Contact => (handler()?, self.contact(lead)),
            Act::SubmitUnit => (handler()?, Command::SubmitUnit { task, form: self.handling() }),
            Act::UnitApprove => {
                let opinion = Some("情况属实，同意上报。".to_owned());
                (self.of(Role::UnitLeader, lead.org)?, Command::UnitApprove { task, opinion })
            }
            Act::UnitSendBack => {
                let opinion = "答复未说明后续措施和时限，请补充后再报。".to_owned();
                (self.of(Role::UnitLeader, lead.org)?, Command::UnitSendBack { task, opinion })
            }
            Act::Return => (self.of(Role::UnitAdmin, lead.org)?, self.back(lead)),
            Act::Extend => (handler()?, extension(lead, self.n())),
            _ => (
                handler()?,
                Command::Terminate {
                    ground: "举报线索无法核实".to_owned(),
                    explanation: "现场两次核查均未发现举报所述情形，举报人未能补充时间、地点等线索，建议终止办理。"
                        .to_owned(),
                },
            ),
        };
        Ok(vec![(by, cmd)])
    }

    /// Down to an organisation below that can do it; nowhere when there is none.
    fn below(&self, lead: &Task) -> Result<Given> {
        let directory = &self.world.directory;
        let duty = directory.category(&self.case.order.category).is_some_and(|c| c.dept_duty_only);
        let fits = |org: &&OrgId| {
            let town = directory.org(**org).is_some_and(|o| matches!(o.level, OrgLevel::Town | OrgLevel::Village));
            self.cast.can_work(**org) && !(town && duty)
        };
        let Some(org) = directory.children(lead.org).iter().find(fits) else { return Ok(Vec::new()) };
        let advice = Some("请现场核实并于期限内反馈".to_owned());
        let cmd = Command::Assign { task: lead.id, handler: None, org: Some(*org), advice };
        Ok(vec![(self.of(Role::UnitAdmin, lead.org)?, cmd)])
    }

    fn contact(&self, task: &Task) -> Command {
        let (way, note) = match self.n() % 3 {
            0 => (ContactWay::Onsite, "到现场与诉求人见面，查看具体位置并说明办理安排"),
            1 => (ContactWay::Visit, "上门核实情况，听取诉求人意见"),
            _ => (ContactWay::Phone, "电话联系诉求人，核实细节并告知办理进度"),
        };
        Command::Contact {
            task: task.id,
            at: self.now,
            way,
            result: ContactResult::Reached,
            note: Some(note.to_owned()),
        }
    }

    fn handling(&self) -> HandlingForm {
        let result = match self.row.solved.as_str() {
            "partial" => HandleResult::Partial,
            "unsolved" if self.case.order.round == 1 => HandleResult::UnsolvedExplained,
            _ => HandleResult::Solved,
        };
        let unsolved = (result != HandleResult::Solved).then(|| "受客观条件限制，部分事项需按计划分步实施".to_owned());
        let reply = self.reply();
        HandlingForm {
            claim_true: Some(true),
            beyond_duty: false,
            result,
            unsolved_reason: unsolved.clone(),
            handling_note: format!("接单后到场核查并与诉求人沟通。{reply}").chars().take(1500).collect(),
            public_reply: reply,
            legal_basis: unsolved.map(|_| "按本单位“三定”规定和现行管理办法办理".to_owned()),
            override_reason: Some("历史答复原文，按当时要求办理".to_owned()),
        }
    }

    fn back(&self, lead: &Task) -> Command {
        let right = self.lead.filter(|org| *org != lead.org);
        Command::ReturnApply {
            task: lead.id,
            reason_code: if right.is_some() {
                "01".to_owned()
            } else {
                filled(&self.row.reason_code).unwrap_or("01".to_owned())
            },
            reason: match right {
                Some(_) => "该事项不属于本单位职责，应由行业主管部门办理。".to_owned(),
                None => self.reason("该事项不属于本单位职责范围"),
            },
            basis: Some("本单位“三定”规定及权责清单".to_owned()),
            suggested_org: right,
            disputed: Some(EvidenceLine::Basis),
        }
    }

    fn helpers(&self, act: Act) -> Result<Given> {
        let wanted: &[TaskState] = match act {
            Act::CoSign => &[TaskState::Unsigned],
            Act::CoStart => &[TaskState::Signed, TaskState::Assigned],
            _ => &[TaskState::Working],
        };
        let open = self.case.active_tasks().filter(|t| t.role == TaskRole::Co && wanted.contains(&t.state));
        open.map(|t| {
            Ok(match act {
                Act::CoSign => (self.of(Role::UnitAdmin, t.org)?, Command::Sign { task: t.id }),
                Act::CoStart => (By::Person(self.handler(t)?), Command::Start { task: t.id }),
                _ => {
                    let reply = "经核查，已按职责配合主办单位处理，并将加强后续巡查。".to_owned();
                    (By::Person(self.handler(t)?), Command::CoReply { task: t.id, reply, unable_reason: None })
                }
            })
        })
        .collect()
    }

    // ---- the centre ----

    fn center(&self, act: Act) -> Result<Given> {
        match act {
            Act::CenterSendBack => {
                let (defect, opinion) = match self.n() % 3 {
                    0 => (Defect::D1, "答复未回应诉求人提出的具体时间要求，请补正。"),
                    1 => (Defect::D2, "答复缺少政策依据，请补充依据名称和条款。"),
                    _ => (Defect::D4, "答复内容不完整，未说明整改结果，请补充。"),
                };
                self.one(Role::Auditor, Command::CenterSendBack { defect, opinion: opinion.to_owned() })
            }
            Act::CenterAccept => {
                let opinion = Some("答复要素齐全，同意。".to_owned());
                self.one(Role::Auditor, Command::CenterAccept { opinion, reply: None })
            }
            Act::UnifiedReply => {
                let reply = self.case.order.reply.clone().unwrap_or_else(|| self.reply());
                self.one(Role::ReplyAgent, Command::UnifiedReply { channel: "phone".to_owned(), reply })
            }
            Act::Track => self.one(
                Role::Auditor,
                Command::Track {
                    reason: self.reason("需待工程按计划实施后方能彻底解决"),
                    measures: "已列入实施计划，期间加强巡查维护，按月向诉求人通报进度。".to_owned(),
                    until: Ts::end_of(self.today.plus_days(12 + i64::from(self.n() % 45)).date()),
                },
            ),
            Act::Pause => self.one(
                Role::Supervisor,
                Command::Pause {
                    reason: if self.n().is_multiple_of(2) {
                        PauseReason::Appraisal
                    } else {
                        PauseReason::AwaitMaterial
                    },
                    note: "需等待检测鉴定结论或诉求人补充材料，期间暂停计时。".to_owned(),
                },
            ),
            _ => self.one(
                Role::Leader,
                Command::Instruct {
                    text: "请主办单位高度重视，查清原因，尽快解决并回复群众。".to_owned(),
                    due_at: None,
                    urgency: None,
                },
            ),
        }
    }

    fn callback(&self, act: Act) -> Result<Given> {
        let form = match act {
            Act::CallbackMissed | Act::CallbackGiveUp => CallbackForm {
                reached: false,
                unreached_reason: Some("无人接听".to_owned()),
                give_up: act == Act::CallbackGiveUp,
                ..answered(None, None)
            },
            Act::CallbackUnhappy => CallbackForm {
                dissatisfy_reasons: vec!["02".to_owned()],
                opinion: Some("诉求人表示问题只处理了一半，要求继续办理。".to_owned()),
                ..answered(Some(Solved::Unsolved), Some(Rating::Dissat))
            },
            Act::CallbackSecond => {
                let opinion = Some("诉求人认可再次办理的结果。".to_owned());
                CallbackForm { opinion, ..answered(Some(Solved::Solved), Some(Rating::Basic)) }
            }
            _ => self.as_said()?,
        };
        self.one(Role::Callback, Command::Callback(form))
    }

    fn as_said(&self) -> Result<CallbackForm> {
        let rating = match self.row.rating.as_str() {
            "" => Rating::Sat,
            text => code("rating", text)?,
        };
        let solved = match self.row.solved.as_str() {
            "" => Solved::Solved,
            text => code("solved", text)?,
        };
        let unhappy = matches!(rating, Rating::Dissat | Rating::VeryDissat);
        let mut reasons: Vec<String> = self.row.dissatisfy_reason.split(';').filter_map(filled).collect();
        if unhappy && reasons.is_empty() {
            reasons.push("06".to_owned());
        }
        // Some demands go beyond what anybody may grant; the team leader looks at them.
        let unreasonable = unhappy && solved != Solved::Solved && self.row.seq.is_multiple_of(3);
        let opinion = if unreasonable {
            Some("已核实办理结论合法合规，诉求人的补偿要求超出政策规定，已作解释。".to_owned())
        } else {
            unhappy.then(|| "诉求人对办理结果不认可，要求继续处理。".to_owned())
        };
        Ok(CallbackForm { dissatisfy_reasons: reasons, opinion, unreasonable, ..answered(Some(solved), Some(rating)) })
    }

    /// By whom the request waits for: not the applicant, and nobody twice.
    fn approve(&self) -> Result<Given> {
        let Some(request) = self.case.pending_requests().next() else { return Ok(Vec::new()) };
        let Some(role) = request.awaiting else { return Ok(Vec::new()) };
        let not = involved(request);
        let found = match role {
            Role::UnitLeader => self.cast.of_org(role, request.applied_org, &self.world.directory, &not),
            role => self.cast.any_but(role, self.n(), &not),
        };
        let actor =
            found.cloned().ok_or_else(|| Error::broken(format_args!("seed/demo: nobody may decide as {role}")))?;
        let opinion = Some("情况属实，同意。".to_owned());
        let cmd = Command::Decide { request: request.id, approve: true, opinion, designate: false };
        Ok(vec![(By::Person(actor), cmd)])
    }
}

fn involved(request: &Request) -> Vec<kernel::UserId> {
    request.decisions.iter().map(|d| d.by).chain([request.applied_by]).collect()
}

fn link(other: OrderId, kind: LinkKind, reason: &str) -> Command {
    Command::Link { other, kind, reason: Some(reason.to_owned()) }
}

fn extension(lead: &Task, n: u32) -> Command {
    let (code, reason) = match n % 3 {
        0 => ("02", "涉及多部门联合处置，需进一步协调方案，申请延长办理期限。"),
        1 => ("04", "受降温降雨影响，现场暂不具备施工条件，申请延长办理期限。"),
        _ => ("01", "需委托专业机构检测鉴定，结论出具前无法答复，申请延长办理期限。"),
    };
    Command::ExtensionApply {
        task: lead.id,
        reason_code: code.to_owned(),
        reason: reason.to_owned(),
        basis: Some("附现场勘查记录和施工计划".to_owned()),
        days: 2 + i64::from(n % 3),
    }
}

fn answered(solved: Option<Solved>, rating: Option<Rating>) -> CallbackForm {
    CallbackForm {
        mode: CallbackMode::Phone,
        reached: true,
        unreached_reason: None,
        contacted: solved.map(|_| Contacted::Yes),
        solved,
        process_rating: rating,
        rating,
        dissatisfy_reasons: Vec::new(),
        opinion: None,
        unreasonable: false,
        give_up: false,
    }
}
