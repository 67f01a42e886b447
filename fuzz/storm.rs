//! Damaged inputs for the ordinary tests: the same storm every time, so that it runs everywhere and a failure can be repeated.

/// xorshift64*.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n.max(1)
    }
}

/// What readers stumble over: ends of lines, separators, numbers that do not fit.
const PIECES: [&[u8]; 14] = [
    b"\r\n",
    b"\n\n",
    b":",
    b";",
    b"=",
    b" ",
    b"/",
    b"\0",
    b"\xff\xfe",
    b"-1",
    b"0",
    b"65536",
    b"4294967296",
    b"99999999999999999999999999",
];

fn damage(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    let at = chance.below(bytes.len() + 1);
    let to = (at + chance.below(40)).min(bytes.len());
    match chance.below(7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
        1 if at < bytes.len() => bytes[at] = [0, 0x7F, 0x80, 0xFF][chance.below(4)],
        2 => drop(bytes.drain(at..to)),
        3 => {
            let piece = bytes[at..to].to_vec();
            bytes.splice(at..at, piece);
        }
        4 => drop(bytes.splice(at..to, PIECES[chance.below(PIECES.len())].iter().copied())),
        5 => {
            let from = chance.below(other.len() + 1);
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        _ => bytes.truncate(at),
    }
}

/// Gives each sample as it is and `rounds` damaged ones to `each`.
pub fn storm(samples: &[&[u8]], rounds: usize, mut each: impl FnMut(&[u8])) {
    let mut chance = Chance(0x0001_2345_6789_ABCD);
    samples.iter().for_each(|sample| each(sample));
    for _ in 0..rounds {
        let mut bytes = samples[chance.below(samples.len())].to_vec();
        let other = samples[chance.below(samples.len())];
        for _ in 0..=chance.below(6) {
            damage(&mut bytes, other, &mut chance);
        }
        each(&bytes);
    }
}
