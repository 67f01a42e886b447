//! What the stack is told and what it tells.

use std::sync::Arc;

use kernel::LegId;

use crate::sdp::Remote;

/// Where events go; called from the stack's tasks, must not block.
pub type Sink = Arc<dyn Fn(Event) + Send + Sync>;

/// What the stack is to do. A command about a leg that is gone is without effect.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// 180.
    Ring {
        leg: LegId,
    },
    /// 200; our media are at this port of the advertised address.
    Answer {
        leg: LegId,
        rtp_port: u16,
    },
    /// A final answer other than 200.
    Reject {
        leg: LegId,
        code: u16,
        retry_after_s: Option<u32>,
    },
    Originate {
        leg: LegId,
        to: Target,
        caller: String,
        ring_s: u32,
        rtp_port: u16,
    },
    /// BYE, CANCEL or 603, as the state demands.
    Hangup {
        leg: LegId,
        cause: Cause,
    },
}

/// Whom to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Through the trunks that dial, the first that is up.
    Number(String),
    /// A registered desk phone.
    Phone(String),
}

/// Where a call came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Trunk(String),
    Phone(String),
}

/// How a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The other side's BYE.
    Remote,
    /// [`Command::Hangup`] or [`Command::Reject`].
    Local,
    /// CANCEL.
    Cancelled,
    Busy,
    Declined,
    NoAnswer,
    NoSuchNumber,
    /// No common codec.
    NoMedia,
    /// RTP stopped; told by the media engine.
    Silent,
    /// Longest call reached or session timer ran out.
    TooLong,
    /// Not reachable, 5xx, or no ACK.
    Network,
    /// No trunk may dial this, or the limit of calls is reached.
    Refused,
    /// We are stopping.
    Stopping,
}

impl Cause {
    /// Meaning of a final answer to our INVITE. `heard`: something provisional came before, so the network is there.
    #[must_use]
    pub const fn of_code(code: u16, heard: bool) -> Self {
        match code {
            486 | 600 => Self::Busy,
            403 | 603 | 607 => Self::Declined,
            480 | 487 => Self::NoAnswer,
            // The stack itself says 408 when nobody answers at all.
            408 if heard => Self::NoAnswer,
            404 | 410 | 484 | 604 => Self::NoSuchNumber,
            415 | 488 | 606 => Self::NoMedia,
            _ => Self::Network,
        }
    }
}

/// What the stack tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A call came in; nothing was answered but 100.
    Incoming {
        leg: LegId,
        source: Source,
        from: String,
        to: String,
    },
    /// 180 to our call.
    Ringing {
        leg: LegId,
    },
    /// The network plays something before the answer; [`Event::Media`] came just before.
    EarlyMedia {
        leg: LegId,
    },
    /// Where the other side's media are, new or changed.
    Media {
        leg: LegId,
        remote: Remote,
    },
    /// 200 to our call, or ACK of our 200.
    Answered {
        leg: LegId,
    },
    /// A digit by INFO, as some gateways send it.
    Digit {
        leg: LegId,
        digit: char,
    },
    /// Told exactly once for each leg.
    Ended {
        leg: LegId,
        cause: Cause,
        code: Option<u16>,
    },
    Phone {
        extension: String,
        registered: bool,
    },
    Trunk {
        trunk: String,
        up: bool,
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mean_causes() {
        assert_eq!(Cause::of_code(486, true), Cause::Busy);
        assert_eq!(Cause::of_code(408, false), Cause::Network);
        assert_eq!(Cause::of_code(408, true), Cause::NoAnswer);
        assert_eq!(Cause::of_code(404, false), Cause::NoSuchNumber);
        assert_eq!(Cause::of_code(488, true), Cause::NoMedia);
        assert_eq!(Cause::of_code(603, true), Cause::Declined);
        assert_eq!(Cause::of_code(503, true), Cause::Network);
        assert_eq!(Cause::of_code(302, true), Cause::Network);
    }
}
