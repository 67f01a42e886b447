//! From which address sound is taken. The first source that behaves like a telephone is kept; nobody can take its place
//! by sending packets, only the signalling can open the latch again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Packets in sequence from an address the signalling did not name before it is believed.
const PROOF: u8 = 3;
/// So many from the address that the signalling has just left: it often sends on for a moment after it was moved.
const LEFT_PROOF: u8 = 50;
/// A second stream from the known source (a carrier that swaps its media server) counts once the first was quiet so long.
const QUIET: Duration = Duration::from_millis(100);

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Hear it.
    Take,
    /// Hear it; it begins a stream of its own, sequence and time start afresh.
    Begin,
    Refuse,
}

#[derive(Debug)]
pub struct Latch {
    /// Where the signalling says the peer is.
    named: SocketAddr,
    locked: Option<Locked>,
    /// Who was heard before the signalling named another.
    left: Option<SocketAddr>,
    /// Somebody who has not proved itself yet.
    candidate: Option<Candidate>,
    /// Packets refused since the leg began.
    refused: u64,
}

#[derive(Clone, Copy, Debug)]
struct Locked {
    source: SocketAddr,
    ssrc: u32,
    heard: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    source: SocketAddr,
    ssrc: u32,
    next: u16,
    seen: u8,
}

impl Latch {
    pub fn new(named: SocketAddr) -> Self {
        Self { named, locked: None, left: None, candidate: None, refused: 0 }
    }

    /// The signalling named the peer's address; another one than before opens the latch.
    pub fn rename(&mut self, named: SocketAddr) {
        if named != self.named {
            *self = Self { refused: self.refused, left: Some(self.target()), ..Self::new(named) };
        }
    }

    /// Where to send: to the proven source, else where the signalling says.
    pub fn target(&self) -> SocketAddr {
        self.locked.map_or(self.named, |l| l.source)
    }

    /// The stream that is taken.
    pub fn ssrc(&self) -> Option<u32> {
        self.locked.map(|l| l.ssrc)
    }

    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Whether control packets from this address may belong to the peer.
    pub fn knows(&self, source: SocketAddr) -> bool {
        self.target().ip() == source.ip()
    }

    pub fn judge(&mut self, source: SocketAddr, ssrc: u32, seq: u16, now: Instant) -> Verdict {
        let verdict = match &mut self.locked {
            Some(locked) if locked.source == source && locked.ssrc == ssrc => {
                locked.heard = now;
                self.candidate = None;
                return Verdict::Take;
            }
            Some(locked) if locked.source == source => {
                let quiet = now.saturating_duration_since(locked.heard) >= QUIET;
                self.prove(source, ssrc, seq, quiet)
            }
            // The address of the signalling always wins against one that was only believed.
            Some(locked) if source == self.named && locked.source != self.named => true,
            Some(_) => false,
            None => source == self.named || self.prove(source, ssrc, seq, true),
        };
        if verdict {
            self.locked = Some(Locked { source, ssrc, heard: now });
            self.candidate = None;
            return Verdict::Begin;
        }
        self.refused += 1;
        Verdict::Refuse
    }

    fn prove(&mut self, source: SocketAddr, ssrc: u32, seq: u16, allowed: bool) -> bool {
        let seen = match self.candidate {
            Some(c) if c.source == source && c.ssrc == ssrc && c.next == seq => c.seen + 1,
            // Somebody else cannot break another's proof in progress unless that one has stalled out of sequence.
            Some(c) if c.source != source && c.seen > 1 && self.locked.is_none() => {
                self.candidate = Some(Candidate { seen: c.seen - 1, ..c });
                return false;
            }
            _ => 1,
        };
        let proof = if self.left == Some(source) { LEFT_PROOF } else { PROOF };
        self.candidate = Some(Candidate { source, ssrc, next: seq.wrapping_add(1), seen: seen.min(proof) });
        allowed && seen >= proof
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn thief() -> SocketAddr {
        SocketAddr::from(([203, 0, 113, 9], 4000))
    }

    #[test]
    fn the_named_source_is_taken_at_once_and_kept() {
        let now = Instant::now();
        let mut latch = Latch::new(at(4000));
        assert_eq!(latch.judge(at(4000), 7, 1, now), Verdict::Begin);
        assert_eq!(latch.judge(at(4000), 7, 2, now), Verdict::Take);
        for seq in 3..100 {
            assert_eq!(latch.judge(thief(), 7, seq, now), Verdict::Refuse);
        }
        assert_eq!(latch.target(), at(4000));
        assert_eq!(latch.refused(), 97);
    }

    #[test]
    fn another_address_must_prove_itself_and_the_named_one_wins_it_back() {
        let now = Instant::now();
        let mut latch = Latch::new(at(4000));
        assert_eq!(latch.judge(thief(), 1, 10, now), Verdict::Refuse);
        assert_eq!(latch.judge(thief(), 1, 50, now), Verdict::Refuse);
        assert_eq!(latch.judge(thief(), 1, 51, now), Verdict::Refuse);
        assert_eq!(latch.judge(thief(), 1, 52, now), Verdict::Begin);
        assert_eq!(latch.judge(at(4000), 2, 1, now), Verdict::Begin);
        assert_eq!(latch.judge(thief(), 1, 53, now), Verdict::Refuse);
        assert_eq!(latch.target(), at(4000));
    }

    #[test]
    fn a_new_stream_of_the_same_source_waits_until_the_old_one_is_quiet() {
        let mut now = Instant::now();
        let mut latch = Latch::new(at(4000));
        latch.judge(at(4000), 7, 1, now);
        for seq in 0..10 {
            latch.judge(at(4000), 7, 2 + seq, now);
            assert_eq!(latch.judge(at(4000), 8, seq, now), Verdict::Refuse, "an injected stream");
        }
        now += QUIET;
        let heard: Vec<Verdict> = (20..23).map(|seq| latch.judge(at(4000), 9, seq, now)).collect();
        assert_eq!(heard, [Verdict::Refuse, Verdict::Refuse, Verdict::Begin]);
    }

    #[test]
    fn only_the_signalling_opens_it_again() {
        let now = Instant::now();
        let mut latch = Latch::new(at(4000));
        latch.judge(at(4000), 7, 1, now);
        latch.rename(at(4000));
        assert_eq!(latch.judge(at(4002), 8, 1, now), Verdict::Refuse);
        latch.rename(at(4002));
        // The old address sends on for a moment; that does not make us send there.
        for seq in 2..20 {
            assert_eq!(latch.judge(at(4000), 7, seq, now), Verdict::Refuse);
        }
        assert_eq!(latch.target(), at(4002));
        assert_eq!(latch.judge(at(4002), 8, 1, now), Verdict::Begin);
        assert_eq!(latch.judge(at(4000), 7, 21, now), Verdict::Refuse);
    }
}
