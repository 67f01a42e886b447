//! 呼叫中心: everything between the floor and the screens. The floor tells what to write ([`write_facts`]) and asks who is
//! calling ([`caller_card`]); people look at calls, call back, listen, count and judge.

pub mod admin;
mod bind;
mod card;
mod duty;
mod journal;
mod list;
pub mod mark;
mod present;
pub mod quality;
mod recording;
pub mod report;
mod seat;
mod settings;
mod wave;
pub mod window;

pub use bind::{bind, bind_registered, call_remark};
pub use card::{caller_card, caller_view};
pub use duty::{duty_claim, duty_counts, duty_finish, duty_list, duty_release};
pub use journal::{Unfinished, dialled_today, today, unfinished, write_facts, write_facts_in};
pub use list::{call_list, call_view, order_calls};
pub use recording::{Audio, expire, recording_audio, recording_listen, recording_peaks, recording_verify};
pub use seat::{dial_number, may_monitor, person, person_of};
pub use settings::phone_settings;
#[cfg(test)]
pub(crate) use wave::peaks as peaks_of;

use std::sync::{Arc, OnceLock};

use kernel::{CallId, OrderId, UserId};
use tokio::sync::broadcast;

/// What the floor of this process must know at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// A call was bound to an order at a form.
    Bound { call: CallId, order: OrderId },
    /// Parameters, dictionaries or announcements changed.
    Settings,
    /// Somebody's skills or desk phone changed.
    Seat { user: UserId },
}

/// Turns uploaded sound into a prompt; the binary wires the media engine to it.
pub trait Studio: Send + Sync {
    /// Checks, converts and keeps a prompt under a name; its length in milliseconds, or what is wrong with it in
    /// Chinese.
    fn accept(&self, name: &str, bytes: &[u8]) -> Result<i64, String>;
}

/// The wire to the floor of this process. Whoever does not listen misses nothing that a restart would not bring.
pub struct Calls {
    told: broadcast::Sender<Told>,
    studio: OnceLock<Arc<dyn Studio>>,
}

impl Default for Calls {
    fn default() -> Self {
        Self { told: broadcast::Sender::new(256), studio: OnceLock::new() }
    }
}

impl Calls {
    pub fn subscribe(&self) -> broadcast::Receiver<Told> {
        self.told.subscribe()
    }

    pub(crate) fn tell(&self, what: Told) {
        // Nobody listens in a process without a floor.
        let _ = self.told.send(what);
    }

    /// Once, at start.
    pub fn set_studio(&self, studio: Arc<dyn Studio>) {
        if self.studio.set(studio).is_err() {
            tracing::warn!("the studio was set before");
        }
    }

    pub(crate) fn studio(&self) -> Option<&Arc<dyn Studio>> {
        self.studio.get()
    }
}
