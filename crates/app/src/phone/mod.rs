//! 话务现场 in a running platform: one process owns the floor and the switch; pages speak with it over connections.
//!
//! [`run`] is the owner's loop: what happened goes into the floor, what the floor wants written is committed, and only
//! then the switch acts and pages are told. A lease in the database says which process is the owner.

mod connection;
mod journal;
mod lease;
mod owner;
mod pages;
mod run;

pub use connection::{Connection, FORBIDDEN, Frame, OVER, UNAVAILABLE, connect};
pub use run::{Orders, Phase, Starter, Switchboard, run};

use tokio::sync::{mpsc, watch};
use voice::protocol::SeatFrame;

use owner::In;

/// The way to the floor from anywhere in this process.
#[derive(Debug)]
pub struct Phone {
    state: watch::Sender<State>,
}

/// Whether there is a floor here.
#[derive(Clone, Debug)]
enum State {
    /// `code` and Chinese `message` of [`SeatFrame::Unavailable`].
    Away {
        code: &'static str,
        message: String,
    },
    Here(Line),
}

/// Where inputs of the floor go.
#[derive(Clone, Debug)]
struct Line {
    inputs: mpsc::UnboundedSender<In>,
}

impl Line {
    /// What is sent to a floor that has gone is without effect; pages learn it from their connection.
    fn send(&self, input: In) -> bool {
        self.inputs.send(input).is_ok()
    }
}

impl Default for Phone {
    fn default() -> Self {
        Self { state: watch::Sender::new(State::away("off", "本平台未启用话务功能，请联系管理员")) }
    }
}

impl Phone {
    /// Whether the floor is at this process: what a load balancer asks to find the owner.
    pub fn is_here(&self) -> bool {
        matches!(*self.state.borrow(), State::Here(_))
    }

    fn set(&self, state: State) {
        self.state.send_replace(state);
    }

    fn line(&self) -> Result<Line, SeatFrame> {
        match &*self.state.borrow() {
            State::Here(line) => Ok(line.clone()),
            State::Away { code, message } => {
                Err(SeatFrame::Unavailable { code: (*code).to_owned(), message: message.clone() })
            }
        }
    }
}

impl State {
    fn away(code: &'static str, message: impl Into<String>) -> Self {
        Self::Away { code, message: message.into() }
    }
}
