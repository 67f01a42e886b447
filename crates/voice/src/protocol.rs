//! What the softphone (软电话) of a seat and the platform say to one another over one WebSocket, as JSON text frames.
//!
//! The seat never has to remember: after every change it gets its whole state. Frames of the platform are numbered; a
//! page that comes back gets the state at once.

use kernel::{CallId, CallTaskId, LegId, OrderId, Ts, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A frame from the page. `no` is the page's own number, returned in [`SeatFrame::Done`] or [`SeatFrame::Refused`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageFrame {
    pub no: u32,
    #[serde(flatten)]
    pub command: SeatCommand,
}

/// What a seat may ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SeatCommand {
    /// This tab owns the softphone from now on; another tab of the same person gets [`SeatFrame::Replaced`].
    Hello {
        tab: String,
    },
    /// SDP offer of the page's peer connection.
    Offer {
        sdp: String,
    },
    /// 签入. Skills to serve, a subset of those granted; `None` for all.
    SignIn {
        skills: Option<Vec<String>>,
    },
    /// 签出.
    SignOut,
    /// 示闲.
    Ready,
    /// 示忙, reason code of dictionary `busy_reason`.
    Busy {
        reason: String,
    },
    /// Ends 话后整理 and binds a wrap-up code of dictionary `wrap_up` to the last call.
    WrapUp {
        call: CallId,
        code: Option<String>,
        note: Option<String>,
        finish: bool,
    },
    Answer {
        call: CallId,
    },
    /// The call goes back to its place in the queue; the seat becomes busy.
    Reject {
        call: CallId,
    },
    Mute {
        on: bool,
    },
    /// 保持.
    Hold {
        call: CallId,
    },
    /// 接回.
    Resume {
        call: CallId,
    },
    /// 咨询: calls a third party while the citizen hears music.
    Consult {
        call: CallId,
        to: Target,
    },
    /// Leaves the consultation, back to the citizen.
    ConsultEnd {
        call: CallId,
    },
    /// 转接: to the consulted party when there is one, otherwise blind to `to`.
    Transfer {
        call: CallId,
        to: Option<Target>,
    },
    /// 三方: joins citizen, agent and the consulted party.
    Conference {
        call: CallId,
    },
    /// Takes one party out of a conference.
    Drop {
        call: CallId,
        leg: LegId,
    },
    /// 外呼; bound to an order (contact, callback) or a duty to call back when given.
    Dial {
        number: String,
        order: Option<OrderId>,
        task: Option<CallTaskId>,
    },
    /// 联动 110/119/120/122: consults and joins in one key, recorded as a joint call.
    Joint {
        call: CallId,
        service: String,
    },
    Hangup {
        call: CallId,
    },
    /// Hands the citizen to the rating by keys and frees the agent: 请评价.
    Rate {
        call: CallId,
    },
    Digits {
        call: CallId,
        digits: String,
    },
    RecordPause {
        call: CallId,
        on: bool,
    },
    /// Binds the call to an order.
    Bind {
        call: CallId,
        order: OrderId,
    },
    /// 监听/密语/强插 of another seat's call; needs the permission to monitor.
    Supervise {
        user: UserId,
        mode: Supervision,
    },
    SuperviseEnd,
    /// 强制签出 / 强制示闲 / 强制示忙 of another seat; needs the permission to monitor.
    Force {
        user: UserId,
        to: ForceTo,
    },
    /// Message to one seat or, without `user`, to all.
    Say {
        user: Option<UserId>,
        text: String,
    },
    /// Starts ([`SeatFrame::Floor`]) or stops the live view of the floor; needs the permission to monitor.
    Watch {
        on: bool,
    },
    /// Who is signed in, to consult or transfer to; answered with [`SeatFrame::Colleagues`].
    Colleagues,
    Ping,
}

impl SeatCommand {
    /// The command's `type` on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::Offer { .. } => "offer",
            Self::SignIn { .. } => "sign_in",
            Self::SignOut => "sign_out",
            Self::Ready => "ready",
            Self::Busy { .. } => "busy",
            Self::WrapUp { .. } => "wrap_up",
            Self::Answer { .. } => "answer",
            Self::Reject { .. } => "reject",
            Self::Mute { .. } => "mute",
            Self::Hold { .. } => "hold",
            Self::Resume { .. } => "resume",
            Self::Consult { .. } => "consult",
            Self::ConsultEnd { .. } => "consult_end",
            Self::Transfer { .. } => "transfer",
            Self::Conference { .. } => "conference",
            Self::Drop { .. } => "drop",
            Self::Dial { .. } => "dial",
            Self::Joint { .. } => "joint",
            Self::Hangup { .. } => "hangup",
            Self::Rate { .. } => "rate",
            Self::Digits { .. } => "digits",
            Self::RecordPause { .. } => "record_pause",
            Self::Bind { .. } => "bind",
            Self::Supervise { .. } => "supervise",
            Self::SuperviseEnd => "supervise_end",
            Self::Force { .. } => "force",
            Self::Say { .. } => "say",
            Self::Watch { .. } => "watch",
            Self::Colleagues => "colleagues",
            Self::Ping => "ping",
        }
    }
}

/// Whom to consult or transfer to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Agent(UserId),
    Number(String),
    /// A skill's queue; for transfers only.
    Skill(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supervision {
    /// 监听: hears everybody, nobody hears.
    Listen,
    /// 密语: the agent alone hears.
    Whisper,
    /// 强插: everybody hears.
    Barge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForceTo {
    SignedOut,
    Ready,
    Busy,
}

/// What the platform tells a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SeatFrame {
    /// The whole state of the seat, after every change.
    Seat {
        seat: Box<SeatView>,
    },
    /// SDP answer.
    WebAnswer {
        sdp: String,
    },
    Done {
        no: u32,
    },
    /// Not possible; `message` is Chinese and says what to do.
    Refused {
        no: u32,
        code: String,
        message: String,
    },
    /// A message of the supervisor.
    Said {
        from: String,
        text: String,
        at: Ts,
    },
    /// Another tab took the softphone.
    Replaced,
    /// Who is signed in besides the seat itself.
    Colleagues {
        seats: Vec<Colleague>,
    },
    /// There is no call centre at this process now; the connection is closed after it. `message` is Chinese; `code` is `off`
    /// (not switched on here), `elsewhere` (another process has it), `starting` or `failed`.
    Unavailable {
        code: String,
        message: String,
    },
    /// The live view of the floor, at most twice a second.
    Floor {
        floor: Box<FloorView>,
    },
    Pong,
}

/// A signed-in seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    pub user: UserId,
    pub name: String,
    pub state: SeatState,
    pub skills: Vec<String>,
}

/// 座席状态.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatState {
    /// 未签入.
    SignedOut,
    /// 空闲.
    Ready,
    /// 示忙.
    Busy,
    /// 振铃.
    Ringing,
    /// 呼出中.
    Dialling,
    /// 通话.
    Talking,
    /// 话后整理.
    WrapUp,
    /// 监听中.
    Supervising,
}

/// A seat as its agent sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeatView {
    pub user: UserId,
    pub name: String,
    pub state: SeatState,
    /// Reason code while busy; `no_answer`, `media_lost` when the platform decided.
    pub reason: Option<String>,
    pub since: Ts,
    /// When 话后整理 ends by itself.
    pub until: Option<Ts>,
    pub skills: Vec<String>,
    /// Skills granted by the administrator.
    pub granted: Vec<String>,
    /// Extension of the desk phone used instead of the browser.
    pub phone: Option<String>,
    /// Media of this seat flow; with a desk phone: it is registered.
    pub media: bool,
    pub muted: bool,
    /// Loss in per mille, round trip in ms.
    pub quality: Option<LineQuality>,
    /// The calls at this seat: at most one talking, the ringing one, and the last one in wrap-up.
    pub calls: Vec<SeatCall>,
    /// Whom the seat supervises.
    pub supervising: Option<Supervised>,
    /// Calls waiting in the seat's queues.
    pub waiting: u32,
    /// What the seat may ask for now, by the command's type; a button not named is disabled.
    pub allowed: Vec<String>,
    /// The platform's now, for durations.
    pub now: Ts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineQuality {
    pub loss_permille: u16,
    pub jitter_ms: u16,
    pub rtt_ms: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervised {
    pub user: UserId,
    pub name: String,
    pub mode: Supervision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 呼入.
    In,
    /// 呼出.
    Out,
    /// 内部.
    Inner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatCallState {
    Ringing,
    Dialling,
    Talking,
    Held,
    /// The citizen hears music, the agent speaks with a third party.
    Consulting,
    Conference,
    WrapUp,
}

/// A call as the agent at it sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeatCall {
    pub call: CallId,
    pub direction: Direction,
    pub state: SeatCallState,
    /// The other side's number, as the agent may see it.
    pub number: String,
    /// What is known of the caller (screen-pop), as `app` made it; `None` until looked up.
    pub card: Option<Value>,
    /// 被叫: the number dialled.
    pub called: String,
    /// Skill it waited for.
    pub skill: Option<String>,
    pub waited_ms: i64,
    pub since: Ts,
    pub answered_at: Option<Ts>,
    pub order: Option<OrderId>,
    pub parties: Vec<PartyView>,
    pub recording: RecordingState,
    /// The duty this call fulfils.
    pub task: Option<CallTaskId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    Off,
    On,
    Paused,
    /// 未录音: the disk refused.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// 群众.
    Citizen,
    /// 话务员.
    Agent,
    /// 承办单位 or any third party.
    Department,
    /// 110/119/120/122.
    Service,
    /// 班长 in barge-in; a listening or whispering supervisor is not shown.
    Supervisor,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyView {
    pub leg: LegId,
    pub kind: PartyKind,
    pub name: String,
    /// Still ringing.
    pub ringing: bool,
    pub held: bool,
    pub since: Ts,
}

/// 话务大屏: the floor at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FloorView {
    pub now: Ts,
    pub queues: Vec<QueueView>,
    pub seats: Vec<SeatLine>,
    /// Calls in greeting, menu, message or rating.
    pub in_menu: u32,
    pub talking: u32,
    pub today: Today,
    pub trunks: Vec<TrunkView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueView {
    pub skill: String,
    pub waiting: u32,
    pub longest_ms: i64,
    /// Seats serving it by state.
    pub ready: u32,
    pub talking: u32,
    pub busy: u32,
}

/// One seat on the wallboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeatLine {
    pub user: UserId,
    pub name: String,
    pub state: SeatState,
    pub reason: Option<String>,
    pub since: Ts,
    pub skills: Vec<String>,
    pub media: bool,
    pub call: Option<CallId>,
    /// Masked.
    pub number: Option<String>,
    /// Answered today, talk time today.
    pub answered: u32,
    pub talk_ms: i64,
}

/// Counts of the day, for the rates of the wallboard (domain.md §1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    pub offered: u32,
    pub answered: u32,
    pub answered_in_15: u32,
    pub abandoned: u32,
    pub short_abandoned: u32,
    pub wait_ms: i64,
    pub talk_ms: i64,
    pub outbound: u32,
    pub missed_open: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkView {
    pub name: String,
    pub up: bool,
    pub reason: String,
}
