//! The open pages of this process.

use std::collections::HashMap;

use kernel::UserId;
use tokio::sync::mpsc;
use voice::protocol::SeatFrame;

use super::connection::Frame;

/// Frames a page may be behind before it is taken for dead.
pub(super) const BEHIND: usize = 512;

/// Pages by person and tab.
#[derive(Debug, Default)]
pub(super) struct Pages {
    open: HashMap<(UserId, String), Page>,
}

#[derive(Debug)]
struct Page {
    /// A page that comes back before its old connection is known to be dead has another number.
    no: u64,
    out: mpsc::Sender<Frame>,
}

impl Pages {
    pub fn open(&mut self, user: UserId, tab: &str, no: u64, out: mpsc::Sender<Frame>) {
        self.open.insert((user, tab.to_owned()), Page { no, out });
    }

    /// `false` when the page has another connection by now.
    pub fn close(&mut self, user: UserId, tab: &str, no: u64) -> bool {
        let key = (user, tab.to_owned());
        let gone = self.open.get(&key).is_none_or(|page| page.no == no);
        if gone {
            self.open.remove(&key);
        }
        gone
    }

    /// The person may not use a telephone any more.
    pub fn dismiss(&mut self, user: UserId) {
        self.open.retain(|(other, _), page| {
            let stays = *other != user;
            if !stays {
                let _ = page.out.try_send(Frame::Close(super::FORBIDDEN));
            }
            stays
        });
    }

    /// A page that does not take its frames is let go: it comes back and gets the whole state.
    pub fn tell(&mut self, user: UserId, tab: &str, frame: SeatFrame) {
        let key = (user, tab.to_owned());
        if let Some(page) = self.open.get(&key)
            && page.out.try_send(Frame::Say(Box::new(frame))).is_err()
        {
            self.open.remove(&key);
        }
    }

    pub fn users(&self) -> impl Iterator<Item = UserId> + '_ {
        self.open.keys().map(|(user, _)| *user)
    }

    /// Tells all pages why and ends their connections.
    pub fn close_all(&mut self, frame: &SeatFrame) {
        for (_, page) in self.open.drain() {
            // A page that is behind learns it from the end of its connection.
            let _ = page.out.try_send(Frame::Say(Box::new(frame.clone())));
            let _ = page.out.try_send(Frame::Close(super::UNAVAILABLE));
        }
    }
}
