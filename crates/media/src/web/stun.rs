//! Just enough of STUN (RFC 8489) to tell which line a first packet is for.

const COOKIE: [u8; 4] = 0x2112_A442_u32.to_be_bytes();
const USERNAME: u16 = 0x0006;

/// Whether a datagram is STUN and not DTLS or RTP (RFC 7983).
pub fn is_stun(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|b| *b < 4) && bytes.get(4..8) == Some(&COOKIE)
}

/// The receiver's half of the user name: our own ICE user fragment.
pub fn ufrag(bytes: &[u8]) -> Option<&str> {
    let mut rest = bytes.get(20..)?;
    loop {
        let (head, after) = rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        if u16::from_be_bytes([head[0], head[1]]) == USERNAME {
            return std::str::from_utf8(after.get(..length)?).ok()?.split(':').next();
        }
        rest = after.get(length.next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(attributes: &[(u16, &[u8])]) -> Vec<u8> {
        let mut bytes = vec![0, 1, 0, 0];
        bytes.extend(COOKIE);
        bytes.extend([7; 12]);
        for (kind, value) in attributes {
            bytes.extend(kind.to_be_bytes());
            bytes.extend((value.len() as u16).to_be_bytes());
            bytes.extend_from_slice(value);
            bytes.resize(bytes.len().next_multiple_of(4), 0);
        }
        bytes
    }

    #[test]
    fn the_first_half_of_the_user_name_is_ours() {
        let bytes = request(&[(0x8022, b"agent"), (USERNAME, b"ours:theirs"), (8, &[0; 20])]);
        assert!(is_stun(&bytes));
        assert_eq!(ufrag(&bytes), Some("ours"));
        assert_eq!(ufrag(&request(&[(0x8022, b"agent")])), None);
        assert!(!is_stun(&[0x80; 40]));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..120), stun: bool) {
            if stun && bytes.len() >= 8 {
                bytes[0] = 0;
                bytes[4..8].copy_from_slice(&COOKIE);
            }
            is_stun(&bytes);
            ufrag(&bytes);
        }
    }
}
