//! What a rule may know of the world: handed in, never fetched.

use kernel::{Calendar, Mint, Ts, UserId};
use uuid::Uuid;

use crate::{authority::Actor, directory::Directory, evidence::Precedent, param::Params, reply_gate::Earlier};

/// The world at the moment of a decision.
pub struct Env<'a> {
    pub now: Ts,
    pub calendar: &'a Calendar,
    pub params: &'a Params,
    pub directory: &'a Directory,
    pub mint: &'a dyn Mint,
    /// Answers the unit gave lately, for the reply gate; empty where no answer is handed in.
    pub earlier: &'a [Earlier],
    /// Similar orders that were brought to an end, the latest first, for the card of a dispatch; empty elsewhere.
    pub precedents: &'a [Precedent],
}

impl Env<'_> {
    /// A fresh key of any typed id.
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        T::from(self.mint.uuid(self.now))
    }
}

/// Who acts: a person in an appointment, or the system itself.
#[derive(Clone, Debug)]
pub enum By {
    Person(Actor),
    System,
}

impl By {
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            By::Person(a) => Some(a.user),
            By::System => None,
        }
    }
}
