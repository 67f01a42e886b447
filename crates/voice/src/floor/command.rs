//! What a page may ask for. [`Step::permit`] decides both whether a button is lit and whether the command is obeyed.

use kernel::{CallId, Refusal, UserId};
use serde_json::json;

use super::call::{Call, Stage};
use super::seat::{FORCED, MEDIA_LOST, REJECTED, Seat};
use super::step::Step;
use super::{Output, seat_leg};
use crate::protocol::{Colleague, ForceTo, RecordingState, SeatCallState, SeatCommand, SeatFrame, SeatState, Target};
use crate::switch::{Cause, Command};

/// Every command that has a button, in the order of the call bar.
const BUTTONS: [&str; 28] = [
    "offer",
    "sign_in",
    "sign_out",
    "ready",
    "busy",
    "wrap_up",
    "answer",
    "reject",
    "mute",
    "hold",
    "resume",
    "consult",
    "consult_end",
    "transfer",
    "conference",
    "drop",
    "dial",
    "joint",
    "hangup",
    "rate",
    "digits",
    "record_pause",
    "bind",
    "supervise",
    "supervise_end",
    "force",
    "say",
    "watch",
];

/// Longest message of a supervisor and longest note, characters.
const TEXT_MAX: usize = 500;
/// Longest row of digits at once.
const DIGITS_MAX: usize = 32;

type Permitted = Result<(), Refusal>;

fn refuse(code: &'static str, message: &str) -> Permitted {
    Err(Refusal::state(code, message))
}

/// Whether the seat can speak; `then` is what it cannot do otherwise.
fn has_voice(seat: &Seat, then: &str) -> Permitted {
    match &seat.person.phone {
        _ if seat.can_work() => Ok(()),
        Some(phone) => refuse("no_media", &format!("话机 {phone} 未注册，{then}，请检查话机是否通电联网")),
        None => refuse("no_media", &format!("语音通道未接通，{then}，请检查麦克风和网络")),
    }
}

fn when(condition: bool, code: &'static str, message: &str) -> Permitted {
    if condition { Ok(()) } else { refuse(code, message) }
}

impl Step<'_> {
    /// A page's command.
    pub fn page(&mut self, user: UserId, tab: String, no: u32, command: SeatCommand) {
        let Some(seat) = self.f.seats.get(&user) else {
            let message = "软电话尚未就绪，请刷新页面".to_owned();
            let frame = SeatFrame::Refused { no, code: "no_seat".to_owned(), message };
            return self.tells.push(Output::Tell { user, tab, frame });
        };
        let owns = seat.tab.as_deref() == Some(tab.as_str());
        let frame = match command {
            SeatCommand::Ping => SeatFrame::Pong,
            SeatCommand::Hello { .. } => {
                self.hello(user, &tab);
                SeatFrame::Done { no }
            }
            _ if !owns => SeatFrame::Refused {
                no,
                code: "not_owner".to_owned(),
                message: "软电话已在另一个窗口中使用，如需在本窗口使用请重新连接".to_owned(),
            },
            command => match self.permit(user, command.name()).and_then(|()| self.obey(user, no, command)) {
                Ok(()) => SeatFrame::Done { no },
                Err(refusal) => SeatFrame::Refused { no, code: refusal.code.into_owned(), message: refusal.message },
            },
        };
        self.tells.push(Output::Tell { user, tab, frame });
    }

    /// The buttons that are lit.
    pub fn allowed(&self, user: UserId) -> Vec<String> {
        BUTTONS.into_iter().filter(|name| self.permit(user, name).is_ok()).map(str::to_owned).collect()
    }

    /// Whether a command of this kind is possible for the seat now.
    pub fn permit(&self, user: UserId, name: &str) -> Permitted {
        let Some(seat) = self.f.seats.get(&user) else {
            return refuse("no_seat", "软电话尚未就绪，请刷新页面");
        };
        let call = seat.call.and_then(|id| self.f.calls.get(&id));
        match name {
            "offer" => when(seat.person.phone.is_none(), "desk_phone", "本座席使用话机，不需要网页语音"),
            "sign_in" => {
                when(seat.state == SeatState::SignedOut, "signed_in", "已经签入")?;
                when(!self.f.draining, "draining", "系统即将停机维护，请稍后再签入")?;
                self.phone_is_free(seat)
            }
            "sign_out" | "ready" | "busy" | "wrap_up" | "dial" => self.permit_state(seat, call, name),
            "answer" | "reject" => {
                when(seat.state == SeatState::Ringing, "not_ringing", "没有正在振铃的来电")?;
                let lift = name == "answer" && seat.person.phone.is_some();
                when(!lift, "desk_phone", "请摘机接听")
            }
            "mute" | "digits" | "hangup" => {
                let there = matches!(seat.state, SeatState::Talking | SeatState::Dialling);
                let there = there && (name != "digits" || seat.state == SeatState::Talking);
                when(there && call.is_some(), "no_call", "当前没有通话")
            }
            "bind" => {
                let mine = call.is_some() && seat.state != SeatState::Supervising;
                when(seat.wrap.is_some() || mine, "no_call", "当前没有可关联的通话")
            }
            "hold" | "resume" | "consult" | "consult_end" | "transfer" | "conference" | "drop" | "joint" | "rate"
            | "record_pause" => self.permit_talk(user, seat, call, name),
            "supervise" | "force" | "say" | "watch" => self.permit_monitor(seat, name),
            "colleagues" => Ok(()),
            "supervise_end" => when(seat.state == SeatState::Supervising, "not_supervising", "当前没有在监听"),
            _ => refuse("unknown", "不支持的操作"),
        }
    }

    /// One desk phone, one person at work.
    fn phone_is_free(&self, seat: &Seat) -> Permitted {
        let Some(phone) = &seat.person.phone else { return Ok(()) };
        let same = |other: &&Seat| other.person.phone.as_ref() == Some(phone) && other.person.user != seat.person.user;
        match self.f.seats.values().filter(|other| other.session.is_some()).find(same) {
            Some(other) => {
                refuse("phone_taken", &format!("话机 {phone} 仍由{}使用，请其签出后再签入", other.person.name))
            }
            None => Ok(()),
        }
    }

    fn permit_state(&self, seat: &Seat, call: Option<&Call>, name: &str) -> Permitted {
        let state = seat.state;
        let idle = matches!(state, SeatState::Ready | SeatState::Busy | SeatState::WrapUp);
        when(seat.session.is_some(), "signed_out", "请先签入")?;
        match name {
            "sign_out" => when(idle, "in_call", "通话中不能签出，请先结束通话"),
            "busy" => when(idle || state == SeatState::Talking, "in_call", "当前状态不能示忙"),
            "ready" => {
                let back = state == SeatState::Talking && seat.next.is_some();
                let pausing = matches!(state, SeatState::Busy | SeatState::WrapUp);
                when(back || pausing, "not_busy", "当前状态不能示闲")?;
                has_voice(seat, "不能示闲")
            }
            "wrap_up" => {
                let owns = call.is_some_and(|call| call.owner == Some(seat.person.user));
                when(seat.wrap.is_some() || owns, "no_call", "没有需要整理的通话")
            }
            _ => {
                when(idle, "in_call", "当前状态不能外呼")?;
                when(!self.f.draining, "draining", "系统即将停机维护，暂不能外呼")?;
                has_voice(seat, "不能外呼")
            }
        }
    }

    fn permit_talk(&self, user: UserId, seat: &Seat, call: Option<&Call>, name: &str) -> Permitted {
        let owns = |call: &&Call| call.owner == Some(user) && call.stage == Stage::Talk && call.citizen_up();
        let call = call.filter(owns).filter(|_| seat.state == SeatState::Talking);
        let Some(call) = call else { return refuse("no_call", "当前没有由您主接的通话") };
        let state = call.talk_state();
        let (others, up) = (call.others().next().is_some(), call.others().any(|party| party.up));
        let ringing = call.others().any(|party| !party.up);
        use SeatCallState::{Conference, Consulting, Held};
        match name {
            "hold" => when(!call.held, "held", "通话已在保持中"),
            "resume" => when(state == Held, "not_held", "通话未在保持中"),
            "consult" => when(!others, "has_third", "已有第三方在通话中，请先结束咨询"),
            "consult_end" => when(state == Consulting, "not_consulting", "当前没有咨询"),
            "transfer" => when(!others || (up && !ringing), "third_ringing", "对方尚未应答，请稍候再转接"),
            "conference" => when(state == Consulting && up, "not_consulting", "请先咨询，对方应答后再转三方"),
            "drop" => when(others, "no_third", "通话中没有第三方"),
            "joint" => {
                let possible = !self.f.settings.joint.is_empty() && state != Consulting && !ringing;
                when(possible, "not_now", "当前状态不能联动，请先结束咨询")
            }
            "rate" => when(self.may_rate(call), "no_rating", "本通话不能再邀请评价"),
            _ => {
                let recording = matches!(call.recording_state(), RecordingState::On | RecordingState::Paused);
                when(recording && (state != Conference || up), "not_recording", "当前没有录音")
            }
        }
    }

    fn permit_monitor(&self, seat: &Seat, name: &str) -> Permitted {
        if !seat.person.may_monitor {
            return Err(Refusal::forbidden("没有监控话务现场的权限"));
        }
        if name != "supervise" {
            return Ok(());
        }
        use SeatState::{Busy, Ready, SignedOut, Supervising, WrapUp};
        when(matches!(seat.state, SignedOut | Ready | Busy | WrapUp | Supervising), "in_call", "通话中不能监听他人")?;
        has_voice(seat, "不能监听")
    }

    /// The call a command names must be the one at the seat.
    fn at_seat(&self, user: UserId, call: CallId) -> Permitted {
        let at = self.f.seats.get(&user).and_then(|seat| seat.call);
        when(at == Some(call), "other_call", "该通话已不在本座席")
    }

    fn obey(&mut self, user: UserId, no: u32, command: SeatCommand) -> Permitted {
        match command {
            SeatCommand::Hello { .. } | SeatCommand::Ping => {}
            SeatCommand::Offer { sdp } => {
                if let Some(seat) = self.seat(user) {
                    seat.offer = no;
                }
                self.act(Command::WebOffer { leg: seat_leg(user), sdp });
            }
            SeatCommand::SignIn { skills } => self.sign_in(user, skills.as_deref()),
            SeatCommand::SignOut => self.sign_out(user),
            SeatCommand::Ready => self.ready(user),
            SeatCommand::Busy { reason } => self.busy(user, reason)?,
            SeatCommand::WrapUp { call, code, note, finish } => self.wrap_up(user, call, code, note, finish)?,
            SeatCommand::Bind { call, order } => self.bind(user, call, order)?,
            SeatCommand::Dial { number, order, task } => {
                let number = self.may_dial(user, &number)?;
                self.dial(user, &number, order, task);
            }
            SeatCommand::Mute { on } => self.mute(user, on),
            SeatCommand::Supervise { user: target, mode } => {
                self.may_supervise(user, target)?;
                self.supervise(user, target, mode);
            }
            SeatCommand::SuperviseEnd => self.supervise_end(user),
            SeatCommand::Force { user: target, to } => self.force(target, to)?,
            SeatCommand::Say { user: target, text } => self.say_to(user, target, &text)?,
            SeatCommand::Colleagues => self.colleagues(user),
            SeatCommand::Watch { on } => {
                if let Some(seat) = self.seat(user) {
                    seat.watching = on;
                }
                self.f.told_floor = None;
            }
            command => self.obey_in_call(user, command)?,
        }
        Ok(())
    }

    fn obey_in_call(&mut self, user: UserId, command: SeatCommand) -> Permitted {
        use SeatCommand::{
            Answer, Conference, Consult, ConsultEnd, Digits, Drop, Hangup, Hold, Joint, Rate, RecordPause, Reject,
            Resume, Transfer,
        };
        let (Answer { call }
        | Reject { call }
        | Hold { call }
        | Resume { call }
        | Consult { call, .. }
        | ConsultEnd { call }
        | Transfer { call, .. }
        | Conference { call }
        | Drop { call, .. }
        | Joint { call, .. }
        | Hangup { call }
        | Rate { call }
        | Digits { call, .. }
        | RecordPause { call, .. }) = command
        else {
            return Ok(());
        };
        self.at_seat(user, call)?;
        match command {
            Answer { .. } => self.answer(user, call),
            Reject { .. } => self.withdraw(user, Cause::Declined, REJECTED),
            Hold { .. } => self.hold(call, true, user),
            Resume { .. } => self.hold(call, false, user),
            Consult { to, .. } => {
                when(!matches!(to, Target::Skill(_)), "skill_consult", "不能咨询技能队列，请选择座席或号码")?;
                self.may_reach(user, &to)?;
                self.consult(user, call, &to);
            }
            ConsultEnd { .. } => self.consult_end(user, call),
            Transfer { to, .. } => self.transfer(user, call, to)?,
            Conference { .. } => self.conference(user, call),
            Drop { leg, .. } => {
                let third = self.f.calls.get(&call).is_some_and(|call| call.others().any(|party| party.id == leg));
                when(third, "no_third", "该方已不在通话中")?;
                self.drop_party(call, leg);
            }
            Joint { service, .. } => {
                let number = self.settings().joint.get(&service).cloned();
                let Some(number) = number else { return refuse("no_service", "未配置该联动单位的号码") };
                self.joint(user, call, &service, &number);
            }
            Hangup { .. } => self.hang_up(user, call),
            Rate { .. } => self.finish_talk(call, "agent", true),
            Digits { digits, .. } => {
                let keys = digits.chars().all(|c| matches!(c, '0'..='9' | '*' | '#' | 'A'..='D'));
                when(keys && (1..=DIGITS_MAX).contains(&digits.len()), "bad_digits", "只能发送数字、星号和井号")?;
                self.send_digits(user, call, &digits);
            }
            RecordPause { on, .. } => self.record_pause(user, call, on),
            _ => {}
        }
        Ok(())
    }

    /// Whether a target of consultation or transfer can be reached; a number counts against the limits.
    fn may_reach(&mut self, user: UserId, to: &Target) -> Permitted {
        match to {
            Target::Agent(other) => {
                let free = self.f.seats.get(other).is_some_and(|seat| seat.state == SeatState::Ready);
                when(free && *other != user, "agent_not_ready", "对方座席当前不空闲，请稍后再试或选择其他座席")
            }
            Target::Number(number) => {
                let number = self.may_dial(user, number)?;
                let now = self.now;
                self.f.dialled.note(user, &number, now);
                Ok(())
            }
            Target::Skill(skill) => {
                let known = self.f.settings.queues.contains_key(skill) || *skill == self.f.settings.default_skill;
                when(known, "no_skill", "没有该技能队列")
            }
        }
    }

    fn transfer(&mut self, user: UserId, id: CallId, to: Option<Target>) -> Permitted {
        let consulted = self.f.calls.get(&id).is_some_and(|call| call.others().any(|party| party.up));
        match to {
            _ if consulted => self.transfer_attended(user, id),
            Some(to) => {
                self.may_reach(user, &to)?;
                self.transfer_blind(user, id, &to);
            }
            None => return refuse("no_target", "请选择转接对象"),
        }
        Ok(())
    }

    fn ready(&mut self, user: UserId) {
        let Some(seat) = self.seat(user) else { return };
        seat.next = None;
        if seat.state != SeatState::Talking {
            self.rest(user);
        }
    }

    fn busy(&mut self, user: UserId, reason: String) -> Permitted {
        let fits = !reason.is_empty() && reason.len() <= 64 && reason != MEDIA_LOST;
        when(fits, "no_reason", "请选择示忙原因")?;
        let Some(seat) = self.seat(user) else { return Ok(()) };
        if seat.state == SeatState::Talking {
            seat.next = Some(reason);
        } else {
            self.set_state(user, SeatState::Busy, Some(reason));
        }
        Ok(())
    }

    fn wrap_up(
        &mut self,
        user: UserId,
        id: CallId,
        code: Option<String>,
        note: Option<String>,
        finish: bool,
    ) -> Permitted {
        let Some(seat) = self.f.seats.get(&user) else { return Ok(()) };
        let owns = self.f.calls.get(&id).is_some_and(|call| call.owner == Some(user));
        when(seat.wrap == Some(id) || owns, "other_call", "该通话已整理完毕")?;
        let long = note.as_ref().is_some_and(|note| note.chars().count() > TEXT_MAX);
        when(!long, "note_long", "备注不能超过500字")?;
        let ends = finish && seat.state == SeatState::WrapUp;
        if let Some(call) = self.call(id) {
            call.record.wrap_up = code.or(call.record.wrap_up.take());
            call.record.note = note.or(call.record.note.take());
        }
        self.event(id, "wrapped_up", Some(user), json!({}));
        if ends {
            self.rest(user);
        }
        Ok(())
    }

    fn bind(&mut self, user: UserId, id: CallId, order: kernel::OrderId) -> Permitted {
        if self.f.seats.get(&user).is_none_or(|seat| seat.wrap != Some(id)) {
            self.at_seat(user, id)?;
        }
        self.bound(id, order);
        Ok(())
    }

    pub fn bound(&mut self, id: CallId, order: kernel::OrderId) {
        if let Some(call) = self.call(id).filter(|call| call.record.order != Some(order)) {
            call.record.order = Some(order);
            self.event(id, "bound", None, json!({ "order": order }));
        }
    }

    fn may_supervise(&self, user: UserId, target: UserId) -> Permitted {
        when(user != target, "self", "不能监听自己的通话")?;
        let talk = self.f.seats.get(&target).filter(|seat| seat.state == SeatState::Talking).and_then(|seat| seat.call);
        let talk = talk.and_then(|id| self.f.calls.get(&id)).is_some_and(|call| call.stage == Stage::Talk);
        when(talk, "not_talking", "该座席当前没有通话")
    }

    /// 强制签出、示闲、示忙.
    fn force(&mut self, target: UserId, to: ForceTo) -> Permitted {
        let Some(seat) = self.f.seats.get(&target).filter(|seat| seat.session.is_some()) else {
            return refuse("signed_out", "该座席未签入");
        };
        let (state, works) = (seat.state, seat.can_work());
        match to {
            // A citizen is not cut off: whoever speaks is signed out afterwards.
            ForceTo::SignedOut if matches!(state, SeatState::Talking | SeatState::Dialling) => {
                if let Some(seat) = self.seat(target) {
                    seat.leaves = true;
                }
            }
            ForceTo::SignedOut => self.leave_work(target),
            ForceTo::Ready => {
                let pausing = matches!(state, SeatState::Busy | SeatState::WrapUp);
                when(pausing && works, "not_busy", "该座席当前不能强制示闲")?;
                self.ready(target);
            }
            ForceTo::Busy => {
                use SeatState::{Busy, Dialling, Ready, Talking, WrapUp};
                when(matches!(state, Ready | WrapUp | Busy | Talking | Dialling), "not_now", "该座席当前不能强制示忙")?;
                if matches!(state, Talking | Dialling) {
                    if let Some(seat) = self.seat(target) {
                        seat.next = Some(FORCED.to_owned());
                    }
                } else {
                    self.set_state(target, Busy, Some(FORCED.to_owned()));
                }
            }
        }
        Ok(())
    }

    /// Whom one may consult or transfer to.
    fn colleagues(&mut self, user: UserId) {
        let others = self.f.seats.values().filter(|seat| seat.session.is_some() && seat.person.user != user);
        let seats = others.map(|seat| Colleague {
            user: seat.person.user,
            name: seat.person.name.clone(),
            state: seat.state,
            skills: seat.serving.iter().map(|(skill, _)| skill.clone()).collect(),
        });
        let frame = SeatFrame::Colleagues { seats: seats.collect() };
        self.tell(user, frame);
    }

    fn say_to(&mut self, user: UserId, target: Option<UserId>, text: &str) -> Permitted {
        let text = text.trim();
        when(!text.is_empty() && text.chars().count() <= TEXT_MAX, "bad_text", "通知内容应为1至500字")?;
        let from = self.f.seats.get(&user).map(|seat| seat.person.name.clone()).unwrap_or_default();
        let said = SeatFrame::Said { from, text: text.to_owned(), at: self.now };
        let there = |target: &UserId| self.f.seats.get(target).is_some_and(|seat| seat.tab.is_some());
        let to: Vec<UserId> = match target {
            Some(target) => vec![target],
            None => self.f.seats.keys().copied().filter(|other| *other != user).collect(),
        };
        when(target.is_none_or(|target| there(&target)), "away", "该座席不在线，通知未送达")?;
        for other in to {
            self.tell(other, said.clone());
        }
        Ok(())
    }
}
