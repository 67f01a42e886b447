//! What the floor wants written: the call detail record (话单) with every leg and event, seats' working times, recordings and
//! duties to call back. All facts of a batch belong in one transaction; the switch acts only after it is committed.

use kernel::{CallId, CallTaskId, LegId, OrderId, RecordingId, Ts, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::{Direction, PartyKind, SeatState};
use crate::switch::Cause;

/// One thing to write.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The record as it is now: insert or replace by key.
    Call(Box<CallRecord>),
    /// Insert or replace by key.
    Leg(LegRecord),
    /// Append.
    Event(CallEvent),
    /// Insert or replace by (`session`, `from`): the open period is written once, and again when it ends.
    Seat(SeatSpan),
    /// Insert or replace by key.
    Recording(RecordingRecord),
    /// Insert, unless an open duty for the same number exists: then only its `calls` count rises.
    Duty(CallDuty),
    /// A duty was fulfilled by a call that was answered, or one more attempt failed.
    DutyTried { task: CallTaskId, call: CallId, reached: bool, at: Ts },
}

/// How a call came out (话单结果).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Still going on.
    Open,
    /// An agent and the citizen spoke.
    Answered,
    /// 放弃: gave up in the queue or while ringing an agent.
    Abandoned,
    /// Gave up in greeting or menu, before asking for a person.
    MenuOnly,
    /// 留言.
    Message,
    /// 预约回拨.
    CallbackBooked,
    /// 黑名单拦截.
    Blocked,
    /// Refused for overload or because nobody works and nothing else was offered.
    Overflowed,
    /// Outgoing: not reached.
    NotReached,
    /// Ended by a restart or a failure of ours.
    Failed,
}

/// 话单: one call from the first ring to the last party's leaving.
#[derive(Clone, Debug, PartialEq)]
pub struct CallRecord {
    pub id: CallId,
    pub direction: Direction,
    pub outcome: Outcome,
    /// The citizen's number as normalised, sealed by the store; empty when withheld.
    pub number: String,
    /// The number dialled (incoming) or shown (outgoing).
    pub line: String,
    pub trunk: Option<String>,
    /// Queue it waited in last.
    pub skill: Option<String>,
    pub priority: i32,
    pub started_at: Ts,
    /// 人工请求: entered the queue for the first time.
    pub queued_at: Option<Ts>,
    /// First offered to a seat.
    pub offered_at: Option<Ts>,
    /// A seat answered (incoming), the citizen answered (outgoing).
    pub answered_at: Option<Ts>,
    /// The citizen and the last agent parted.
    pub talk_ended_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    /// Time the citizen heard hold music, ms.
    pub hold_ms: i64,
    /// The agent who answered first, and the last one.
    pub agent: Option<UserId>,
    pub last_agent: Option<UserId>,
    pub cause: Option<Cause>,
    /// Who ended it: `citizen`, `agent`, `system`.
    pub ended_by: Option<String>,
    /// 5 very satisfied … 1 very dissatisfied; `None` without a key.
    pub rating: Option<u8>,
    /// The rating was asked for.
    pub rating_asked: bool,
    pub wrap_up: Option<String>,
    pub note: Option<String>,
    pub order: Option<OrderId>,
    /// The duty this outgoing call fulfils.
    pub task: Option<CallTaskId>,
    /// 联动 service called in: `110`…
    pub joint: Option<String>,
    pub transfers: i32,
    pub recorded: bool,
}

/// One party's line.
#[derive(Clone, Debug, PartialEq)]
pub struct LegRecord {
    pub id: LegId,
    pub call: CallId,
    pub kind: PartyKind,
    pub user: Option<UserId>,
    /// Sealed by the store.
    pub number: Option<String>,
    pub started_at: Ts,
    pub answered_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    pub cause: Option<Cause>,
    /// SIP answer, if one.
    pub code: Option<u16>,
}

/// Something that happened in a call. `seq` counts from 1 within the call. `data` is free of personal data.
#[derive(Clone, Debug, PartialEq)]
pub struct CallEvent {
    pub call: CallId,
    pub seq: i32,
    pub at: Ts,
    /// `incoming`, `greeting`, `menu`, `queued`, `offered`, `no_answer`, `answered`, `held`, `resumed`, `consulted`, `transferred`,
    /// `joined`, `left`, `supervised`, `recording_paused`, `rated`, `message_left`, `callback_booked`, `ended`, …
    pub kind: String,
    pub user: Option<UserId>,
    pub data: Value,
}

/// A period a seat spent in one state.
#[derive(Clone, Debug, PartialEq)]
pub struct SeatSpan {
    /// Number of the sign-in this belongs to, minted at 签入.
    pub session: kernel::SessionId,
    pub user: UserId,
    pub state: SeatState,
    pub reason: Option<String>,
    pub from: Ts,
    pub to: Option<Ts>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingStatus {
    Open,
    Closed,
    /// Found open after a crash; the header was put right.
    Repaired,
    /// Not recorded, or the file was lost.
    Failed,
    /// Deleted after its retention.
    Expired,
}

/// 录音.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingRecord {
    pub id: RecordingId,
    pub call: CallId,
    /// Relative to the recordings' folder: `2026/11/24/{id}.wav`.
    pub file: String,
    pub status: RecordingStatus,
    /// 通话 or 留言.
    pub message: bool,
    pub started_at: Ts,
    pub ended_at: Option<Ts>,
    pub bytes: Option<i64>,
    pub ms: Option<i64>,
    /// Hex.
    pub sha256: Option<String>,
    /// 暂停录音 periods.
    pub pauses: Vec<(Ts, Option<Ts>)>,
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    /// 漏接.
    Missed,
    /// 预约回拨.
    Booked,
    /// 留言.
    Message,
}

/// 回拨任务: somebody must be called back.
#[derive(Clone, Debug, PartialEq)]
pub struct CallDuty {
    pub id: CallTaskId,
    pub kind: DutyKind,
    pub call: CallId,
    pub number: String,
    pub skill: Option<String>,
    pub created_at: Ts,
    pub due_at: Ts,
    /// The message left.
    pub recording: Option<RecordingId>,
}
