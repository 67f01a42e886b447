//! Control packets (RFC 3550 §6): sender and receiver reports, so that loss, jitter and round trip are known on both sides.

/// Longest packet we write: a sender report with one block, and the name.
pub const LONGEST: usize = 96;

/// One block of a report about the stream `ssrc`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Block {
    pub ssrc: u32,
    /// Of 256, since the last report.
    pub fraction: u8,
    /// In all; 24 bits.
    pub lost: u32,
    pub highest: u32,
    /// RTP ticks.
    pub jitter: u32,
    /// Middle 32 bits of the NTP time of the last sender report heard, and 1/65536 s since then; 0 for none.
    pub last_sr: u32,
    pub delay: u32,
}

/// What a sender tells about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    pub ntp: u64,
    pub timestamp: u32,
    pub packets: u32,
    pub octets: u32,
}

/// A report as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    pub ssrc: u32,
    pub sent: Option<Sent>,
    /// The block about `ours`, if there is one.
    pub block: Option<Block>,
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// Reads the first report of a compound packet; `ours` is the stream we send.
pub fn parse(mut bytes: &[u8], ours: u32) -> Option<Report> {
    loop {
        let (head, _) = bytes.split_first_chunk::<4>()?;
        let length = 4 + 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
        if head[0] >> 6 != 2 || length > bytes.len() {
            return None;
        }
        let (packet, rest) = bytes.split_at(length);
        if matches!(head[1], 200 | 201) {
            return report(packet, head[1] == 200, usize::from(head[0] & 0x1F), ours);
        }
        bytes = rest;
    }
}

fn report(packet: &[u8], sender: bool, blocks: usize, ours: u32) -> Option<Report> {
    let ssrc = word(packet, 4)?;
    let mut at = 8;
    let mut sent = None;
    if sender {
        sent = Some(Sent {
            ntp: (u64::from(word(packet, 8)?) << 32) | u64::from(word(packet, 12)?),
            timestamp: word(packet, 16)?,
            packets: word(packet, 20)?,
            octets: word(packet, 24)?,
        });
        at = 28;
    }
    let block = (0..blocks).find_map(|n| block(packet.get(at + 24 * n..)?, ours));
    Some(Report { ssrc, sent, block })
}

fn block(bytes: &[u8], ours: u32) -> Option<Block> {
    let loss = word(bytes, 4)?;
    let block = Block {
        ssrc: word(bytes, 0)?,
        fraction: (loss >> 24) as u8,
        lost: loss & 0x00FF_FFFF,
        highest: word(bytes, 8)?,
        jitter: word(bytes, 12)?,
        last_sr: word(bytes, 16)?,
        delay: word(bytes, 20)?,
    };
    (block.ssrc == ours).then_some(block)
}

/// Writes a compound packet: a report and the name that RFC 3550 §6.5.1 demands. Tells its length.
pub fn build(ssrc: u32, sent: Option<Sent>, block: Option<Block>, out: &mut [u8; LONGEST]) -> usize {
    let mut at = 0;
    let mut put = |bytes: &[u8]| {
        out[at..at + bytes.len()].copy_from_slice(bytes);
        at += bytes.len();
    };
    let words = 1 + if sent.is_some() { 5 } else { 0 } + if block.is_some() { 6 } else { 0 };
    put(&[0x80 | u8::from(block.is_some()), if sent.is_some() { 200 } else { 201 }, 0, words]);
    put(&ssrc.to_be_bytes());
    if let Some(sent) = sent {
        put(&sent.ntp.to_be_bytes());
        put(&sent.timestamp.to_be_bytes());
        put(&sent.packets.to_be_bytes());
        put(&sent.octets.to_be_bytes());
    }
    if let Some(block) = block {
        put(&block.ssrc.to_be_bytes());
        put(&((u32::from(block.fraction) << 24) | block.lost.min(0x007F_FFFF)).to_be_bytes());
        put(&block.highest.to_be_bytes());
        put(&block.jitter.to_be_bytes());
        put(&block.last_sr.to_be_bytes());
        put(&block.delay.to_be_bytes());
    }
    // SDES: one chunk, CNAME by the stream's number, closed by a zero and padded to a word.
    put(&[0x81, 202, 0, 4]);
    put(&ssrc.to_be_bytes());
    let mut name = [0u8; 12];
    name[0] = 1;
    name[1] = 8;
    for (n, place) in name[2..10].iter_mut().enumerate() {
        *place = b"0123456789abcdef"[(ssrc >> (28 - 4 * n)) as usize & 0x0F];
    }
    put(&name);
    at
}

/// Round trip, milliseconds, from a block about our stream that answers a sender report of ours. `now` as NTP time.
pub fn round_trip_ms(block: &Block, now: u64) -> Option<u16> {
    if block.last_sr == 0 {
        return None;
    }
    let trip = ((now >> 16) as u32).wrapping_sub(block.last_sr).wrapping_sub(block.delay);
    // A clock that runs backwards or a forged block reads as hours.
    (trip < 60 << 16).then(|| ((u64::from(trip) * 1000) >> 16) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), ours in any::<u32>()) {
            let _ = parse(&bytes, ours);
        }

        #[test]
        fn headers_with_wild_lengths_are_read_without_panic(count in 0u8..32, kind in 198u8..206, words in any::<u16>(), len in 0usize..120) {
            let mut bytes = vec![0x80 | count, kind, (words >> 8) as u8, words as u8];
            bytes.resize(4 + len, 0x11);
            let _ = parse(&bytes, 0x1111_1111);
        }

        #[test]
        fn written_is_read_again(ssrc in any::<u32>(), ours in any::<u32>(), fraction in any::<u8>(), lost in 0u32..0x7F_FFFF, ntp in any::<u64>(), numbers in any::<[u32; 7]>(), sends: bool, hears: bool) {
            let sent = sends.then_some(Sent { ntp, timestamp: numbers[0], packets: numbers[1], octets: numbers[2] });
            let block = hears.then_some(Block { ssrc: ours, fraction, lost, highest: numbers[3], jitter: numbers[4], last_sr: numbers[5], delay: numbers[6] });
            let mut out = [0; LONGEST];
            let n = build(ssrc, sent, block, &mut out);
            prop_assert_eq!(n % 4, 0);
            prop_assert_eq!(parse(&out[..n], ours), Some(Report { ssrc, sent, block }));
        }
    }

    #[test]
    fn the_round_trip_leaves_out_the_peers_delay() {
        let block = Block { last_sr: 0x0001_0000, delay: 0x0001_0000, ..Block::default() };
        // Sent at 1 s, held for 1 s by the peer, back at 2.25 s.
        assert_eq!(round_trip_ms(&block, (2 << 32) | (1 << 30)), Some(250));
        assert_eq!(round_trip_ms(&Block::default(), 1 << 32), None);
        assert_eq!(round_trip_ms(&block, 1 << 32), None);
    }
}
