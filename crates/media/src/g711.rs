//! ITU-T G.711: A-law and µ-law against 16-bit linear sound, and against each other, by table.

/// Silence in A-law: the code of +0.
pub const ALAW_SILENCE: u8 = 0xD5;
/// Silence in µ-law.
pub const ULAW_SILENCE: u8 = 0xFF;

static ALAW_TO_LINEAR: [i16; 256] = decode_table(true);
static ULAW_TO_LINEAR: [i16; 256] = decode_table(false);
/// Indexed by the upper 13 bits of a sample.
static LINEAR_TO_ALAW: [u8; 8192] = alaw_table();
/// Indexed by the upper 14 bits of a sample.
static LINEAR_TO_ULAW: [u8; 16384] = ulaw_table();
static ALAW_TO_ULAW: [u8; 256] = transcode_table(true);
static ULAW_TO_ALAW: [u8; 256] = transcode_table(false);

/// A telephone codec, one byte a sample at 8 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// A-law: China and most of the world.
    Pcma,
    /// µ-law: North America, Japan.
    Pcmu,
}

impl Codec {
    /// Static payload type of RFC 3551.
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcma => 8,
            Self::Pcmu => 0,
        }
    }

    /// The codec of a static payload type.
    pub const fn of_payload_type(pt: u8) -> Option<Self> {
        match pt {
            8 => Some(Self::Pcma),
            0 => Some(Self::Pcmu),
            _ => None,
        }
    }

    pub const fn silence(self) -> u8 {
        match self {
            Self::Pcma => ALAW_SILENCE,
            Self::Pcmu => ULAW_SILENCE,
        }
    }

    #[inline]
    pub fn decode(self, code: u8) -> i16 {
        match self {
            Self::Pcma => ALAW_TO_LINEAR[code as usize],
            Self::Pcmu => ULAW_TO_LINEAR[code as usize],
        }
    }

    #[inline]
    pub fn encode(self, sample: i16) -> u8 {
        match self {
            Self::Pcma => LINEAR_TO_ALAW[(sample as u16 >> 3) as usize],
            Self::Pcmu => LINEAR_TO_ULAW[(sample as u16 >> 2) as usize],
        }
    }

    /// Rewrites `from`'s codes into this codec; `out` is as long as `codes`.
    pub fn transcode(self, from: Self, codes: &[u8], out: &mut [u8]) {
        let table = match (from, self) {
            (Self::Pcma, Self::Pcmu) => &ALAW_TO_ULAW,
            (Self::Pcmu, Self::Pcma) => &ULAW_TO_ALAW,
            _ => {
                out.copy_from_slice(codes);
                return;
            }
        };
        for (o, c) in out.iter_mut().zip(codes) {
            *o = table[*c as usize];
        }
    }
}

const fn alaw_decode(code: u8) -> i16 {
    let a = code ^ 0x55;
    let segment = (a & 0x70) >> 4;
    let mut t = ((a & 0x0F) as i32) << 4;
    match segment {
        0 => t += 8,
        1 => t += 0x108,
        _ => {
            t += 0x108;
            t <<= segment - 1;
        }
    }
    if a & 0x80 != 0 { t as i16 } else { -t as i16 }
}

const fn ulaw_decode(code: u8) -> i16 {
    let u = !code;
    let mut t = (((u & 0x0F) as i32) << 3) + 0x84;
    t <<= (u & 0x70) >> 4;
    if u & 0x80 != 0 { (0x84 - t) as i16 } else { (t - 0x84) as i16 }
}

const fn decode_table(alaw: bool) -> [i16; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = if alaw { alaw_decode(i as u8) } else { ulaw_decode(i as u8) };
        i += 1;
    }
    table
}

/// Segment of a magnitude whose upper bounds double from `first`; 8 beyond the last.
const fn segment(magnitude: i32, first: i32) -> u8 {
    let mut n = 0;
    while n < 8 {
        if magnitude < (first + 1) << n {
            return n;
        }
        n += 1;
    }
    8
}

const fn alaw_encode(thirteen: i32) -> u8 {
    let (mask, x) = if thirteen >= 0 { (0xD5, thirteen) } else { (0x55, -thirteen - 1) };
    let seg = segment(x, 0x1F);
    if seg >= 8 {
        return 0x7F ^ mask;
    }
    let shift = if seg < 2 { 1 } else { seg };
    ((seg << 4) | ((x >> shift) & 0x0F) as u8) ^ mask
}

const fn ulaw_encode(fourteen: i32) -> u8 {
    const BIAS: i32 = 0x21;
    const CLIP: i32 = 8159;
    let (mask, magnitude) = if fourteen < 0 { (0x7F, -fourteen) } else { (0xFF, fourteen) };
    let x = (if magnitude > CLIP { CLIP } else { magnitude }) + BIAS;
    let seg = segment(x, 0x3F);
    if seg >= 8 {
        return 0x7F ^ mask;
    }
    ((seg << 4) | ((x >> (seg + 1)) & 0x0F) as u8) ^ mask
}

const fn alaw_table() -> [u8; 8192] {
    let mut table = [0; 8192];
    let mut i = 0;
    while i < 8192 {
        let signed = if i < 4096 { i as i32 } else { i as i32 - 8192 };
        table[i] = alaw_encode(signed);
        i += 1;
    }
    table
}

const fn ulaw_table() -> [u8; 16384] {
    let mut table = [0; 16384];
    let mut i = 0;
    while i < 16384 {
        let signed = if i < 8192 { i as i32 } else { i as i32 - 16384 };
        table[i] = ulaw_encode(signed);
        i += 1;
    }
    table
}

const fn transcode_table(from_alaw: bool) -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = if from_alaw {
            ulaw_encode(alaw_decode(i as u8) as i32 >> 2)
        } else {
            alaw_encode(ulaw_decode(i as u8) as i32 >> 3)
        };
        i += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reference values of the ITU's software tool library: codes of chosen samples.
    #[test]
    fn known_codes() {
        assert_eq!(Codec::Pcma.encode(0), 0xD5);
        assert_eq!(Codec::Pcma.encode(-1), 0x55);
        assert_eq!(Codec::Pcma.encode(32767), 0xAA);
        assert_eq!(Codec::Pcma.encode(-32768), 0x2A);
        assert_eq!(Codec::Pcmu.encode(0), 0xFF);
        assert_eq!(Codec::Pcmu.encode(32767), 0x80);
        assert_eq!(Codec::Pcmu.encode(-32768), 0x00);
        assert_eq!(Codec::Pcma.decode(0xD5), 8);
        assert_eq!(Codec::Pcma.decode(0xAA), 32256);
        assert_eq!(Codec::Pcmu.decode(0xFF), 0);
        assert_eq!(Codec::Pcmu.decode(0x80), 32124);
    }

    #[test]
    fn a_code_survives_decoding_and_encoding() {
        for codec in [Codec::Pcma, Codec::Pcmu] {
            for code in 0..=255u8 {
                let again = codec.encode(codec.decode(code));
                // µ-law has two zeros.
                assert!(
                    again == code || (codec == Codec::Pcmu && code == 0x7F && again == 0xFF),
                    "{codec:?} {code:#x}"
                );
            }
        }
    }

    #[test]
    fn error_stays_within_half_a_step() {
        for codec in [Codec::Pcma, Codec::Pcmu] {
            for sample in (i16::MIN..=i16::MAX).step_by(7) {
                let back = i32::from(codec.decode(codec.encode(sample)));
                let error = (back - i32::from(sample)).abs();
                assert!(error <= 16 + i32::from(sample).abs() / 28, "{codec:?} {sample} became {back}");
            }
        }
    }

    #[test]
    fn transcoding_equals_decoding_and_encoding() {
        for (from, to) in [(Codec::Pcma, Codec::Pcmu), (Codec::Pcmu, Codec::Pcma), (Codec::Pcma, Codec::Pcma)] {
            let codes: Vec<u8> = (0..=255).collect();
            let mut out = vec![0; 256];
            to.transcode(from, &codes, &mut out);
            for (code, got) in codes.iter().zip(out) {
                assert_eq!(got, to.encode(from.decode(*code)), "{from:?} {code:#x}");
            }
        }
    }
}
