//! A driver with its events on one side, the peer on the other.

use std::sync::Arc;

use kernel::{LegId, Secret, Uuid};
use switch::SwitchConfig;
use switch::esl::{Esl, Patience};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use voice::switch::{Cause, Command, Event, Switch};

use crate::session::LIMIT;
pub use crate::session::{NO_PHONES, Session};

pub struct Peer {
    listener: TcpListener,
    pub switch: Esl,
    events: UnboundedReceiver<Event>,
    pub folder: tempfile::TempDir,
}

pub const fn leg(n: u128) -> LegId {
    LegId(Uuid::from_u128(n))
}

impl Peer {
    pub async fn start(patience: Patience) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut config = SwitchConfig { recordings: folder.path().to_owned(), ..SwitchConfig::default() };
        config.freeswitch.address = listener.local_addr().unwrap();
        config.freeswitch.password = Secret::new("secret".into());
        let (sender, events) = unbounded_channel();
        let sink = Arc::new(move |event| drop(sender.send(event)));
        let switch = Esl::start(&config, patience, sink).unwrap();
        Self { listener, switch, events, folder }
    }

    /// A peer with the first connection made.
    pub async fn connected() -> (Self, Session) {
        let mut peer = Self::start(Patience::default()).await;
        let session = peer.accept().await;
        assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
        (peer, session)
    }

    pub async fn accept(&mut self) -> Session {
        Session::accept(&self.listener, NO_PHONES).await
    }

    pub async fn accept_with(&mut self, registrations: &str) -> Session {
        Session::accept(&self.listener, registrations).await
    }

    /// A connection before the greeting.
    pub async fn raw(&mut self) -> Session {
        Session::raw(&self.listener).await
    }

    pub fn send(&self, command: Command) {
        self.switch.send(command);
    }

    pub async fn next(&mut self) -> Event {
        tokio::time::timeout(LIMIT, self.events.recv()).await.expect("an event comes").unwrap()
    }

    pub fn silent(&mut self) -> bool {
        self.events.try_recv().is_err()
    }

    pub async fn ended(&mut self, leg: LegId) -> (Cause, Option<u16>) {
        match self.next().await {
            Event::Ended { leg: ended, cause, code } if ended == leg => (cause, code),
            other => panic!("{other:?} instead of the end"),
        }
    }

    /// A call that has come in and was answered.
    pub async fn incoming(&mut self, session: &mut Session, leg: LegId) {
        session.park(leg).await;
        session.expects(&format!("uuid_setvar_multi {leg} park_after_bridge=true;hangup_after_bridge=false")).await;
        assert!(matches!(self.next().await, Event::Incoming { leg: new, .. } if new == leg));
        session.tells("CHANNEL_ANSWER", leg, &[]).await;
        session.expects(&format!("sched_hangup +14400 {leg} ALLOTTED_TIMEOUT")).await;
        assert_eq!(self.next().await, Event::Answered { leg });
    }
}
