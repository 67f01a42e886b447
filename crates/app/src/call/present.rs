//! Calls in words: codes of the journal, masks, lamps. Pure.

use std::collections::BTreeMap;

use domain::light::{Light, light_at};
use kernel::{OrderId, Phone, Ts, mask_phone};
use serde::Serialize;
use serde_json::Value;
use store::call_duty::{Duty, DutyState};
use store::caller_mark::{MarkKind, MarkState};
use voice::journal::{CallEvent, CallRecord, DutyKind, LegRecord, Outcome, RecordingRecord, RecordingStatus};
use voice::protocol::{Direction, PartyKind};
use voice::switch::Cause;

use crate::present::remaining_cn;
use crate::view::{CallEventView, CallLine, DutyLine, LegView, OrderRef, RecordingView, UserRef};
use crate::world::World;

/// The code a journal enumeration travels as.
pub(super) fn code(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(code)) => code,
        _ => String::new(),
    }
}

/// A code back to its value.
pub(super) fn from_code<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

/// Masked, or a word for a number that was withheld.
pub(super) fn number(number: &str) -> String {
    match number {
        "" => "匿名来电".to_owned(),
        text => Phone::parse(text).map_or_else(|_| mask_phone(text), |p| p.masked()),
    }
}

pub(super) const fn outcome_cn(o: Outcome) -> &'static str {
    match o {
        Outcome::Open => "进行中",
        Outcome::Answered => "已接通",
        Outcome::Abandoned => "放弃",
        Outcome::MenuOnly => "未进人工",
        Outcome::Message => "留言",
        Outcome::CallbackBooked => "预约回拨",
        Outcome::Blocked => "黑名单拦截",
        Outcome::Overflowed => "溢出",
        Outcome::NotReached => "未接通",
        Outcome::Failed => "异常中断",
    }
}

pub(super) const fn direction_cn(d: Direction) -> &'static str {
    match d {
        Direction::In => "呼入",
        Direction::Out => "呼出",
        Direction::Inner => "内部",
    }
}

pub(super) const fn duty_kind_cn(k: DutyKind) -> &'static str {
    match k {
        DutyKind::Missed => "漏接",
        DutyKind::Booked => "预约回拨",
        DutyKind::Message => "留言",
    }
}

pub(super) const fn duty_state_cn(s: DutyState) -> &'static str {
    match s {
        DutyState::Open => "待回拨",
        DutyState::Done => "已完成",
        DutyState::GivenUp => "已放弃",
    }
}

pub(super) const fn mark_kind_cn(k: MarkKind) -> &'static str {
    match k {
        MarkKind::Black => "黑名单",
        MarkKind::Care => "关爱名单",
    }
}

pub(super) const fn mark_state_cn(s: MarkState) -> &'static str {
    match s {
        MarkState::Pending => "待审批",
        MarkState::Active => "生效中",
        MarkState::Refused => "未同意",
        MarkState::Ended => "已解除",
    }
}

const fn status_cn(s: RecordingStatus) -> &'static str {
    match s {
        RecordingStatus::Open => "录音中",
        RecordingStatus::Closed => "正常",
        RecordingStatus::Repaired => "已修复",
        RecordingStatus::Failed => "录音失败",
        RecordingStatus::Expired => "已到期删除",
    }
}

const fn party_cn(k: PartyKind) -> &'static str {
    match k {
        PartyKind::Citizen => "群众",
        PartyKind::Agent => "话务员",
        PartyKind::Department => "第三方",
        PartyKind::Service => "紧急服务",
        PartyKind::Supervisor => "班长",
    }
}

const fn cause_cn(c: Cause) -> &'static str {
    match c {
        Cause::Remote => "对方挂机",
        Cause::Local => "本方挂机",
        Cause::Cancelled => "接听前放弃",
        Cause::Busy => "忙",
        Cause::Declined => "拒接",
        Cause::NoAnswer => "无人接听",
        Cause::NoSuchNumber => "空号",
        Cause::NoMedia => "媒体不通",
        Cause::Silent => "无声超时",
        Cause::TooLong => "超过最长通话",
        Cause::Network => "线路故障",
        Cause::Refused => "规则禁止",
        Cause::Restart => "系统重启",
    }
}

/// 5…1 of 一次一评.
pub(super) const fn rating_cn(rating: u8) -> &'static str {
    match rating {
        5 => "非常满意",
        4 => "满意",
        3 => "基本满意",
        2 => "不满意",
        _ => "非常不满意",
    }
}

fn ended_by_cn(code: &str) -> &str {
    match code {
        "citizen" => "群众",
        "agent" => "话务员",
        "system" => "系统",
        other => other,
    }
}

/// Events of the floor in words; one without a word of its own is told plainly.
const EVENTS: &[(&str, &str)] = &[
    ("incoming", "来电"),
    ("outgoing", "呼出"),
    ("ringing", "振铃"),
    ("greeting", "播放欢迎语"),
    ("menu", "按键菜单"),
    ("queued", "进入排队"),
    ("announced", "播报排队情况"),
    ("overflowed", "溢出到其他技能组"),
    ("emergency", "按应急键"),
    ("offered", "振铃座席"),
    ("no_answer", "座席无应答"),
    ("rejected", "座席拒接"),
    ("answered", "接听"),
    ("held", "保持"),
    ("resumed", "接回"),
    ("muted", "静音"),
    ("consulted", "咨询"),
    ("transferred", "转接"),
    ("conference", "三方通话"),
    ("joined", "加入通话"),
    ("joint", "联动"),
    ("left", "离开通话"),
    ("supervised", "班长介入"),
    ("recording", "开始录音"),
    ("recording_paused", "暂停录音"),
    ("recording_resumed", "恢复录音"),
    ("rating", "请求评价"),
    ("rated", "来电人评价"),
    ("message_left", "留言"),
    ("callback_booked", "预约回拨"),
    ("blocked", "黑名单拦截"),
    ("bound", "关联工单"),
    ("media_lost", "话务员断线"),
    ("media_back", "话务员恢复"),
    ("restarted", "系统重启收尾"),
    ("ended", "结束"),
];

fn event_cn(kind: &str) -> &str {
    EVENTS.iter().find(|(code, _)| *code == kind).map_or("其他", |(_, cn)| cn)
}

/// What a row of calls shows beside the record.
#[derive(Clone, Debug, Default)]
pub(super) struct LineFacts {
    /// Numbers of the orders that may be named.
    pub orders: BTreeMap<OrderId, String>,
    pub recordings: Vec<RecordingView>,
}

/// How long the caller waited and how long they spoke, milliseconds.
pub(super) fn spans(c: &CallRecord) -> (Option<i64>, Option<i64>) {
    let wait = c.queued_at.and_then(|q| Some(c.answered_at.or(c.ended_at)?.millis_since(q).max(0)));
    let talk = c.answered_at.and_then(|a| Some(c.talk_ended_at.or(c.ended_at)?.millis_since(a).max(0)));
    (wait, talk)
}

pub(super) fn user(world: &World, id: Option<kernel::UserId>) -> Option<UserRef> {
    id.map(|id| UserRef { id, name: world.user_name(id) })
}

pub(super) fn skill_cn(world: &World, skill: Option<&str>) -> Option<String> {
    skill.map(|s| world.word("skill", s))
}

/// A row of calls.
pub(super) fn call_line(c: &CallRecord, facts: &LineFacts, world: &World) -> CallLine {
    let (wait_ms, talk_ms) = spans(c);
    CallLine {
        id: c.id,
        direction: code(&c.direction),
        direction_cn: direction_cn(c.direction).to_owned(),
        outcome: code(&c.outcome),
        outcome_cn: outcome_cn(c.outcome).to_owned(),
        number_masked: number(&c.number),
        line: c.line.clone(),
        skill: c.skill.clone(),
        skill_cn: skill_cn(world, c.skill.as_deref()),
        started_at: c.started_at,
        queued_at: c.queued_at,
        answered_at: c.answered_at,
        ended_at: c.ended_at,
        wait_ms,
        talk_ms,
        hold_ms: c.hold_ms,
        agent: user(world, c.agent),
        last_agent: user(world, c.last_agent),
        rating: c.rating,
        rating_cn: c.rating.map(|r| rating_cn(r).to_owned()),
        rating_asked: c.rating_asked,
        wrap_up: c.wrap_up.clone(),
        wrap_up_cn: c.wrap_up.as_deref().map(|w| world.word("wrap_up", w)),
        note: c.note.clone(),
        order: c.order.and_then(|id| Some(OrderRef { id, case_no: facts.orders.get(&id)?.clone() })),
        joint: c.joint.clone(),
        transfers: c.transfers,
        recorded: c.recorded,
        ended_by: c.ended_by.clone(),
        ended_by_cn: c.ended_by.as_deref().map(|e| ended_by_cn(e).to_owned()),
        cause: c.cause.map(|v| code(&v)),
        cause_cn: c.cause.map(|v| cause_cn(v).to_owned()),
        recordings: facts.recordings.clone(),
    }
}

/// A recording; `may` tells that the viewer may hear this call.
pub(super) fn recording(r: &RecordingRecord, may: bool) -> RecordingView {
    let there = matches!(r.status, RecordingStatus::Closed | RecordingStatus::Repaired);
    RecordingView {
        id: r.id,
        message: r.message,
        started_at: r.started_at,
        ms: r.ms,
        status: code(&r.status),
        status_cn: status_cn(r.status).to_owned(),
        playable: may && there,
    }
}

/// One party's line.
pub(super) fn leg(l: &LegRecord, world: &World) -> LegView {
    LegView {
        id: l.id,
        kind: code(&l.kind),
        kind_cn: party_cn(l.kind).to_owned(),
        name: l.user.map(|id| world.user_name(id)),
        number_masked: l.number.as_deref().map(number),
        started_at: l.started_at,
        answered_at: l.answered_at,
        ended_at: l.ended_at,
        cause_cn: l.cause.map(|c| cause_cn(c).to_owned()),
        code: l.code,
    }
}

/// A moment of a call.
pub(super) fn event(e: &CallEvent, world: &World) -> CallEventView {
    CallEventView {
        seq: e.seq,
        at: e.at,
        kind: e.kind.clone(),
        kind_cn: event_cn(&e.kind).to_owned(),
        user_name: e.user.map(|id| world.user_name(id)),
        data: e.data.clone(),
    }
}

/// The lamp of a duty: yellow when a third of the time is left.
pub(super) fn duty_light(d: &Duty, now: Ts) -> Light {
    match d.state {
        DutyState::Open => light_at(d.duty.due_at, warn_at(d.duty.created_at, d.duty.due_at), now),
        DutyState::Done if d.done_at.is_some_and(|at| at > d.duty.due_at) => Light::DoneLate,
        DutyState::Done => Light::DoneOnTime,
        DutyState::GivenUp => Light::Off,
    }
}

fn warn_at(created: Ts, due: Ts) -> Ts {
    due.plus_millis(-due.millis_since(created).max(0) / 3)
}

/// A duty as its list shows it.
pub(super) fn duty_line(d: &Duty, recording: Option<RecordingView>, world: &World, now: Ts) -> DutyLine {
    let light = duty_light(d, now);
    let open = d.state == DutyState::Open;
    DutyLine {
        id: d.duty.id,
        kind: code(&d.duty.kind),
        kind_cn: duty_kind_cn(d.duty.kind).to_owned(),
        state: code(&d.state),
        state_cn: duty_state_cn(d.state).to_owned(),
        number_masked: number(&d.duty.number),
        skill: d.duty.skill.clone(),
        skill_cn: skill_cn(world, d.duty.skill.as_deref()),
        calls: d.calls,
        attempts: d.attempts,
        created_at: d.duty.created_at,
        due_at: d.duty.due_at,
        light,
        light_cn: light.cn().to_owned(),
        remaining_cn: if open { remaining_cn(&world.calendar, d.duty.due_at, now) } else { String::new() },
        claimed_by: user(world, d.claimed_by).filter(|_| open),
        claimed_at: d.claimed_at.filter(|_| open),
        last_try_at: d.last_try_at,
        done_at: d.done_at,
        done_by_name: d.done_by.map(|id| world.user_name(id)),
        done_call: d.done_call,
        reason: d.reason.clone(),
        call_id: d.duty.call,
        recording,
    }
}
