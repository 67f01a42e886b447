//! How outside services are spoken to. Carriers: messages go out as [`Outgoing`], reports and replies come in as [`Incoming`].
//! Object stores: [`bucket`]. Knows nothing of orders, rules or the database.

pub mod bucket;
pub mod http;
pub mod imap;
mod receipt;
pub mod smpp;
pub mod smtp;
pub mod trust;
mod udh;
pub mod wechat;
pub mod weibo;

use std::sync::{Arc, Mutex};

use domain::message::{GatewayKind, GatewaySettings};
use futures::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

/// A message to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// Our number of it, for carriers that keep it.
    pub id: String,
    /// Number or address.
    pub to: String,
    /// Of a mail.
    pub subject: Option<String>,
    pub text: String,
    /// Of a mail: Message-IDs of the citizen's mails that it answers, the latest last.
    pub thread: Vec<String>,
    /// Of a mail.
    pub files: Vec<File>,
}

/// What goes with a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    /// Media type, e.g. `application/pdf`.
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Taken, under these numbers, one for each part.
    Taken(Vec<String>),
    /// Will not be taken, now or later.
    Refused(String),
    /// Was not taken this time.
    Failed(String),
    /// This way it cannot go, now or later; by another it may.
    Elsewhere(String),
    /// Nobody was there, or nobody had time.
    Unreached(String),
}

/// What a carrier tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    Report { reference: String, good: bool, error: Option<String> },
    Reply { phone: String, text: String, reference: Option<String> },
}

/// Something told, and whom to tell that it is kept: what is not is told again.
#[derive(Debug)]
pub struct Arrival {
    pub what: Incoming,
    pub kept: oneshot::Sender<bool>,
}

/// How the line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineState {
    Unknown,
    Up,
    Down(String),
}

impl LineState {
    /// As one message found it.
    pub(crate) fn after(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Unreached(why) => Self::Down(why.clone()),
            _ => Self::Up,
        }
    }
}

/// How the line is, as whoever works on it showed it last; shared by its copies.
#[derive(Clone, Debug)]
pub(crate) struct Shown(Arc<Mutex<LineState>>);

impl Shown {
    pub(crate) fn unknown() -> Self {
        Self(Arc::new(Mutex::new(LineState::Unknown)))
    }

    pub(crate) fn get(&self) -> LineState {
        self.0.lock().expect("nobody panics holding the state").clone()
    }

    pub(crate) fn set(&self, state: LineState) {
        *self.0.lock().expect("nobody panics holding the state") = state;
    }
}

/// The port: a way to a carrier.
pub trait Gateway: Send + Sync {
    /// Hands a message over and waits for the carrier's word.
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Outcome>;
    fn state(&self) -> LineState;
    /// Whether there is any sense in handing something over now.
    fn ready(&self) -> bool {
        true
    }
    /// Messages that may be on their way at the same time.
    fn window(&self) -> usize;
}

/// The way the settings name; what comes in by itself goes to `arrivals`. None when there is none.
///
/// # Errors
/// When the settings cannot be used at all.
pub fn open(settings: &GatewaySettings, arrivals: mpsc::Sender<Arrival>) -> Result<Option<Box<dyn Gateway>>, String> {
    Ok(match settings.kind {
        GatewayKind::Off => None,
        GatewayKind::Http => Some(Box::new(http::Http::new(settings.http.clone())?)),
        GatewayKind::Smpp => Some(Box::new(smpp::Smpp::start(settings.smpp.clone(), arrivals))),
    })
}
