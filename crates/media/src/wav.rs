//! WAV files: the header of our stereo A-law recordings, reading of what others bring.

use crate::g711::Codec;
use crate::stats::RATE;

/// Length of the header that [`header`] writes.
pub const HEADER: usize = 58;
/// Bytes a second of a recording: two channels of A-law.
pub const BYTES_PER_S: u64 = 2 * RATE as u64;

/// Header of a stereo 8 kHz A-law file with `data` bytes of sound.
pub fn header(data: u32) -> [u8; HEADER] {
    let mut h = [0u8; HEADER];
    let mut put = |at: usize, bytes: &[u8]| h[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"RIFF");
    put(4, &data.saturating_add(50).to_le_bytes());
    put(8, b"WAVEfmt ");
    put(16, &18u32.to_le_bytes());
    put(20, &6u16.to_le_bytes()); // WAVE_FORMAT_ALAW
    put(22, &2u16.to_le_bytes());
    put(24, &RATE.to_le_bytes());
    put(28, &(2 * RATE).to_le_bytes());
    put(32, &2u16.to_le_bytes());
    put(34, &8u16.to_le_bytes());
    put(38, b"fact");
    put(42, &4u32.to_le_bytes());
    put(46, &(data / 2).to_le_bytes());
    put(50, b"data");
    put(54, &data.to_le_bytes());
    h
}

/// How samples are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Linear, 8 bits unsigned or 16 bits signed.
    Linear {
        bits: u16,
    },
    G711(Codec),
}

/// What a header tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Info {
    pub coding: Coding,
    pub channels: u16,
    pub rate: u32,
    /// Where the sound begins in the file, bytes.
    pub offset: u64,
    /// Bytes of sound as the header says; a file that is still being written says 0.
    pub data: u32,
}

impl Info {
    /// Bytes of one sample of all channels.
    pub fn frame(self) -> u64 {
        let bytes = match self.coding {
            Coding::Linear { bits } => u64::from(bits / 8),
            Coding::G711(_) => 1,
        };
        bytes * u64::from(self.channels)
    }

    /// Bytes of sound in a file of `length` bytes: the file is believed where the header says nothing or too much.
    pub fn sound(self, length: u64) -> u64 {
        let there = length.saturating_sub(self.offset);
        let told = u64::from(self.data);
        if told == 0 || told > there { there - there % self.frame() } else { told }
    }

    /// Duration of a file of `length` bytes.
    pub fn ms(self, length: u64) -> u64 {
        self.sound(length) / self.frame() * 1000 / u64::from(self.rate)
    }
}

/// Reads the header from the beginning of a file (its first kilobytes are enough). `None` when it is no WAV file of a
/// kind we know.
pub fn read_header(bytes: &[u8]) -> Option<Info> {
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut format = None;
    let mut at = 12usize;
    loop {
        let name = bytes.get(at..at + 4)?;
        let length = u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?);
        let body = at + 8;
        match name {
            b"fmt " => format = Some(read_format(bytes.get(body..body + 16)?, bytes.get(body + 16..))?),
            b"data" => {
                let (coding, channels, rate) = format?;
                return Some(Info { coding, channels, rate, offset: body as u64, data: length });
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        at = body.checked_add(length as usize)?.checked_add(length as usize & 1)?;
    }
}

fn read_format(format: &[u8], more: Option<&[u8]>) -> Option<(Coding, u16, u32)> {
    let half = |at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
    let (mut tag, channels, bits) = (half(0), half(2), half(14));
    let rate = u32::from_le_bytes([format[4], format[5], format[6], format[7]]);
    if tag == 0xFFFE {
        // WAVE_FORMAT_EXTENSIBLE: the tag stands at the beginning of the sub-format.
        let sub = more?.get(8..10)?;
        tag = u16::from_le_bytes([sub[0], sub[1]]);
    }
    let coding = match (tag, bits) {
        (1, 8 | 16) => Coding::Linear { bits },
        (6, 8) => Coding::G711(Codec::Pcma),
        (7, 8) => Coding::G711(Codec::Pcmu),
        _ => return None,
    };
    ((1..=2).contains(&channels) && (1000..=192_000).contains(&rate)).then_some((coding, channels, rate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn our_own_header_is_read_again() {
        let info = read_header(&header(32_000)).expect("a header");
        assert_eq!(info, Info { coding: Coding::G711(Codec::Pcma), channels: 2, rate: 8000, offset: 58, data: 32_000 });
        assert_eq!(info.ms(58 + 32_000), 2000);
        let open = read_header(&header(0)).expect("a header");
        assert_eq!(open.ms(58 + 16_001), 1000);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), wave: bool) {
            if wave && bytes.len() >= 60 {
                bytes[..58].copy_from_slice(&header(100));
                bytes[17] = bytes[59];
            }
            if let Some(info) = read_header(&bytes) {
                info.ms(bytes.len() as u64);
            }
        }
    }
}
