//! A call while it goes on.

use kernel::{CallId, LegId, RecordingId, Ts, UserId};
use serde_json::Value;

use super::queue::Place;
use crate::journal::CallRecord;
use crate::protocol::{PartyKind, RecordingState, SeatCallState, Supervision};
use crate::switch::{Edge, PlayNo};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Rings at our side; the caller is being looked up.
    Arriving,
    Greeting,
    Menu {
        wrong: u8,
    },
    /// In a queue, or ringing at a seat out of it.
    Waiting,
    /// Cannot wait: may leave a message or book a callback.
    Choosing,
    /// 留言: `true` once it is recorded.
    Message {
        recording: bool,
    },
    /// Outgoing: the agent's desk phone or the called party rings.
    Dialling,
    Talk,
    /// 转接中: the citizen hears music until the new party answers.
    Moving,
    /// 满意度评价.
    Rating {
        wrong: u8,
    },
    /// Hears a last sentence.
    Leaving,
    Over,
}

/// Why a party is in the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Citizen,
    /// Speaks with the citizen, or will.
    Main,
    /// Called by the agent while the citizen hears music.
    Consult,
    /// Called while agent and citizen go on speaking; joins them.
    Join,
    Watch(Supervision),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sound {
    Nothing,
    Prompt(PlayNo),
    Music,
    RingBack,
}

/// One party of a call.
#[derive(Clone, Debug)]
pub(super) struct Party {
    /// Line of the switch; a browser's line outlives the call.
    pub leg: LegId,
    /// Key of the record, and what pages call the party.
    pub id: LegId,
    pub role: Role,
    pub kind: PartyKind,
    pub user: Option<UserId>,
    /// Whom a supervisor watches.
    pub watching: Option<UserId>,
    pub number: Option<String>,
    pub name: String,
    /// Answered.
    pub up: bool,
    /// The network plays something before the answer.
    pub early: bool,
    /// The browser's line: never hung up at the switch's far end.
    pub browser: bool,
    pub sound: Sound,
    pub started_at: Ts,
    pub answered_at: Option<Ts>,
}

impl Party {
    pub fn watches(&self) -> bool {
        matches!(self.role, Role::Watch(_))
    }

    /// Belongs on the right side of the recording once it is up.
    pub fn recorded(&self) -> bool {
        match self.role {
            Role::Citizen => false,
            Role::Watch(mode) => mode == Supervision::Barge,
            Role::Main | Role::Consult | Role::Join => true,
        }
    }

    /// Speaks in the conversation: everybody but silent supervisors.
    pub fn talks(&self) -> bool {
        !matches!(self.role, Role::Watch(Supervision::Listen | Supervision::Whisper))
    }
}

/// A recording that runs.
#[derive(Clone, Debug)]
pub(super) struct Running {
    pub recording: RecordingId,
    pub right: Vec<LegId>,
    pub state: RecordingState,
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub record: CallRecord,
    /// The record as it was last given to be written.
    pub written: Option<CallRecord>,
    pub seq: i32,
    pub stage: Stage,
    pub parties: Vec<Party>,
    /// The agent who has the citizen.
    pub owner: Option<UserId>,
    /// The incoming line was answered; the network has yet to confirm, or has.
    pub picked_up: bool,
    /// The citizen was put on hold by the agent.
    pub held: bool,
    /// Hears hold music within a conversation since.
    pub music_since: Option<Ts>,
    pub card: Option<Value>,
    /// Added by who the caller is.
    pub standing: i32,
    pub emergency: bool,
    /// Goes to the front: was already served and lost the agent.
    pub front: bool,
    /// Place in the queue of `record.skill`; none while it rings at a seat.
    pub place: Option<Place>,
    /// Waits since, this time.
    pub waiting_since: Option<Ts>,
    /// Seats of the overflow skills may take it.
    pub spread: bool,
    /// Keys for message and callback are open while waiting.
    pub choices: bool,
    pub running: Option<Running>,
    /// Edges as the switch knows them.
    pub edges: Vec<Edge>,
    /// Citizen and owner speak since.
    pub talk_since: Option<Ts>,
    /// A duty to call back was written for it.
    pub duty: bool,
    /// The citizen's sound that tells the agent's number: it goes on in the conversation.
    pub number_said: Option<Sound>,
}

impl Call {
    pub fn new(record: CallRecord, stage: Stage) -> Self {
        Self {
            record,
            written: None,
            seq: 0,
            stage,
            parties: Vec::new(),
            owner: None,
            picked_up: false,
            held: false,
            music_since: None,
            card: None,
            standing: 0,
            emergency: false,
            front: false,
            place: None,
            waiting_since: None,
            spread: false,
            choices: false,
            running: None,
            edges: Vec::new(),
            talk_since: None,
            duty: false,
            number_said: None,
        }
    }

    pub fn id(&self) -> CallId {
        self.record.id
    }

    pub fn citizen(&self) -> Option<&Party> {
        self.parties.iter().find(|party| party.role == Role::Citizen)
    }

    pub fn citizen_up(&self) -> bool {
        self.citizen().is_some_and(|party| party.up)
    }

    pub fn seat(&self, user: UserId) -> Option<&Party> {
        self.parties.iter().find(|party| party.user == Some(user))
    }

    pub fn by_leg(&mut self, leg: LegId) -> Option<&mut Party> {
        self.parties.iter_mut().find(|party| party.leg == leg)
    }

    pub fn by_id(&self, id: LegId) -> Option<&Party> {
        self.parties.iter().find(|party| party.id == id)
    }

    /// Departments, services and further agents: neither citizen nor owner nor silent supervisors.
    pub fn others(&self) -> impl Iterator<Item = &Party> {
        self.parties
            .iter()
            .filter(|p| p.role != Role::Citizen && !p.watches() && (p.user.is_none() || p.user != self.owner))
    }

    /// The one who rings and would take the citizen.
    pub fn ringing_main(&self) -> Option<&Party> {
        self.parties.iter().find(|p| p.role == Role::Main && !p.up)
    }

    /// Stage of a conversation as the agent sees it.
    pub fn talk_state(&self) -> SeatCallState {
        let consults = self.others().any(|p| p.up || p.role == Role::Consult);
        match (self.held, consults) {
            (true, true) => SeatCallState::Consulting,
            (true, false) => SeatCallState::Held,
            (false, true) => SeatCallState::Conference,
            (false, false) => SeatCallState::Talking,
        }
    }

    pub fn recording_state(&self) -> RecordingState {
        self.running.as_ref().map_or(RecordingState::Off, |running| running.state)
    }

    pub fn over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// In a queue's places or on the way there, before a conversation.
    pub fn before_agent(&self) -> bool {
        matches!(self.stage, Stage::Greeting | Stage::Menu { .. } | Stage::Waiting | Stage::Choosing)
    }
}
