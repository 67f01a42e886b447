//! RTP packets (RFC 3550 §5.1): reading what arrives without trusting a byte of it, writing what leaves.

/// Length of the header we write.
pub const HEADER: usize = 12;
/// Longest datagram read or written: an Ethernet frame's payload.
pub const MTU: usize = 1500;

/// A packet as read; `payload` without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    pub marker: bool,
    pub payload_type: u8,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: &'a [u8],
}

/// Reads a packet; `None` when it is not RTP version 2, is cut short, or is RTCP (RFC 5761 §4).
pub fn parse(bytes: &[u8]) -> Option<Packet<'_>> {
    let (head, rest) = bytes.split_first_chunk::<HEADER>()?;
    if head[0] >> 6 != 2 || (192..=223).contains(&head[1]) {
        return None;
    }
    let mut at = 4 * usize::from(head[0] & 0x0F);
    if head[0] & 0x10 != 0 {
        let words = rest.get(at + 2..at + 4)?;
        at += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    let mut payload = rest.get(at..)?;
    if head[0] & 0x20 != 0 {
        let padding = usize::from(*payload.last()?);
        if padding == 0 || padding > payload.len() {
            return None;
        }
        payload = &payload[..payload.len() - padding];
    }
    Some(Packet {
        marker: head[1] & 0x80 != 0,
        payload_type: head[1] & 0x7F,
        seq: u16::from_be_bytes([head[2], head[3]]),
        timestamp: u32::from_be_bytes([head[4], head[5], head[6], head[7]]),
        ssrc: u32::from_be_bytes([head[8], head[9], head[10], head[11]]),
        payload,
    })
}

/// Writes a packet into `out` and tells its length; `None` when it would not fit.
pub fn build(packet: &Packet<'_>, out: &mut [u8; MTU]) -> Option<usize> {
    let end = HEADER + packet.payload.len();
    out.get_mut(HEADER..end)?.copy_from_slice(packet.payload);
    out[0] = 0x80;
    out[1] = (packet.payload_type & 0x7F) | if packet.marker { 0x80 } else { 0 };
    out[2..4].copy_from_slice(&packet.seq.to_be_bytes());
    out[4..8].copy_from_slice(&packet.timestamp.to_be_bytes());
    out[8..12].copy_from_slice(&packet.ssrc.to_be_bytes());
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(packet) = parse(&bytes) {
                prop_assert!(packet.payload.len() + HEADER <= bytes.len());
            }
        }

        #[test]
        fn mutated_packets_are_read_without_panic(first in any::<u8>(), at in 0usize..40, byte in any::<u8>(), cut in 0usize..80) {
            let mut bytes = vec![0x55u8; 80];
            bytes[0] = 0x80 | (first & 0x3F);
            bytes[at] = byte;
            bytes.truncate(cut);
            if let Some(packet) = parse(&bytes) {
                prop_assert!(packet.payload.len() + HEADER <= cut);
            }
        }

        #[test]
        fn written_is_read_again(
            marker in any::<bool>(),
            payload_type in prop_oneof![0u8..64, 96u8..=127],
            seq in any::<u16>(),
            timestamp in any::<u32>(),
            ssrc in any::<u32>(),
            payload in proptest::collection::vec(any::<u8>(), 0..400),
        ) {
            let packet = Packet { marker, payload_type, seq, timestamp, ssrc, payload: &payload };
            let mut out = [0u8; MTU];
            let n = build(&packet, &mut out).expect("it fits");
            prop_assert_eq!(parse(&out[..n]), Some(packet));
        }
    }

    #[test]
    fn contributing_sources_extension_and_padding_are_passed_over() {
        let mut bytes = vec![0xB1, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        bytes.extend([9, 9, 9, 9]);
        bytes.extend([0xBE, 0xDE, 0, 1, 1, 1, 1, 1]);
        bytes.extend([7, 7, 7, 0, 2]);
        assert_eq!(parse(&bytes).map(|p| p.payload.to_vec()), Some(vec![7, 7, 7]));
    }

    #[test]
    fn control_packets_on_the_same_port_are_not_sound() {
        assert_eq!(parse(&[0x80, 200, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }
}
