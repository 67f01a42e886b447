//! Recordings as files: A-law or PCM in a WAV container, left the citizen, right the agents.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// What the header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub a_law: bool,
    pub channels: u16,
    pub rate: u32,
    /// Of one sample of one channel.
    pub bytes: u16,
    /// Where the samples begin, and how many bytes there are.
    pub start: u64,
    pub length: u64,
}

/// Reads the header; `None` when it is no WAV file of a kind that we write.
pub fn header(file: &mut File) -> Option<Format> {
    let size = file.metadata().ok()?.len();
    let mut riff = [0; 12];
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_exact(&mut riff).ok()?;
    if &riff[..4] != b"RIFF" || &riff[8..] != b"WAVE" {
        return None;
    }
    let mut format: Option<(u16, u16, u32, u16)> = None;
    let mut at = 12_u64;
    loop {
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(&mut head).ok()?;
        let length = u64::from(u32::from_le_bytes(head[4..].try_into().ok()?));
        match &head[..4] {
            b"fmt " => {
                let mut f = [0; 16];
                file.read_exact(&mut f).ok()?;
                let short = |i: usize| u16::from_le_bytes([f[i], f[i + 1]]);
                format = Some((short(0), short(2), u32::from_le_bytes(f[4..8].try_into().ok()?), short(14)));
            }
            b"data" => {
                let (tag, channels, rate, bits) = format?;
                let known = matches!((tag, bits), (6, 8) | (1, 16)) && (1..=2).contains(&channels) && rate > 0;
                let start = at + 8;
                // A header left open by a crash says nothing true of the length.
                let length = length.min(size.saturating_sub(start));
                return known.then_some(Format { a_law: tag == 6, channels, rate, bytes: bits / 8, start, length });
            }
            _ => {}
        }
        at = at.checked_add(8 + length + length % 2).filter(|next| *next < size)?;
    }
}

/// One A-law byte as linear sound (ITU-T G.711).
fn linear(byte: u8) -> i32 {
    let byte = byte ^ 0x55;
    let exponent = (byte >> 4) & 7;
    let mantissa = i32::from(byte & 0x0f);
    let magnitude = match exponent {
        0 => (mantissa << 4) + 8,
        e => ((mantissa << 4) + 0x108) << (e - 1),
    };
    if byte & 0x80 == 0 { -magnitude } else { magnitude }
}

/// Length in milliseconds; loudness of the left and the right side, 0 to 100.
pub type Sides = (i64, Vec<u8>, Vec<u8>);

/// Loudness of both sides in so many slices; `None` when the file is no recording of ours.
pub fn peaks(path: &Path, slices: usize) -> std::io::Result<Option<Sides>> {
    let mut file = File::open(path)?;
    let Some(format) = header(&mut file) else { return Ok(None) };
    let frame = u64::from(format.bytes) * u64::from(format.channels);
    let frames = format.length / frame;
    let mut loudest = [vec![0_i32; slices], vec![0_i32; slices]];
    file.seek(SeekFrom::Start(format.start))?;
    let mut block = vec![0; usize::try_from(frame).unwrap_or(4) * 8192];
    let (mut seen, mut left) = (0_u64, frames * frame);
    while left > 0 {
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(block.len());
        file.read_exact(&mut block[..take])?;
        for one in block[..take].chunks_exact(usize::try_from(frame).unwrap_or(4)) {
            let slice = usize::try_from(seen * slices as u64 / frames.max(1)).unwrap_or(0).min(slices - 1);
            for (channel, sample) in one.chunks_exact(usize::from(format.bytes)).enumerate().take(2) {
                let value = match (format.a_law, sample) {
                    (true, [byte, ..]) => linear(*byte),
                    (false, [low, high, ..]) => i32::from(i16::from_le_bytes([*low, *high])),
                    _ => 0,
                };
                loudest[channel][slice] = loudest[channel][slice].max(value.abs());
            }
            seen += 1;
        }
        left -= take as u64;
    }
    let ms = i64::try_from(frames * 1000 / u64::from(format.rate)).unwrap_or(0);
    let scaled = |values: &[i32]| values.iter().map(|v| loudness(*v)).collect();
    let right = if format.channels == 1 { loudest[0].clone() } else { loudest[1].clone() };
    Ok(Some((ms, scaled(&loudest[0]), scaled(&right))))
}

/// Speech is quiet in numbers: the root makes its shape visible.
fn loudness(value: i32) -> u8 {
    let share = f64::from(value.clamp(0, 32_768)) / 32_768.0;
    (share.sqrt() * 100.0).round() as u8
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// A stereo A-law file of a second: silence left, the given byte right.
    fn file(right: u8, data_length: u32) -> tempfile::NamedTempFile {
        let mut out = tempfile::NamedTempFile::new().unwrap();
        let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x12\0\0\0\x06\0\x02\0".to_vec();
        bytes.extend(8000_u32.to_le_bytes());
        bytes.extend(16_000_u32.to_le_bytes());
        bytes.extend([2, 0, 8, 0, 0, 0]);
        bytes.extend(b"fact\x04\0\0\0\0\0\0\0data");
        bytes.extend(data_length.to_le_bytes());
        bytes.extend([0xd5, right].repeat(8000));
        out.write_all(&bytes).unwrap();
        out
    }

    #[test]
    fn both_sides_are_told_apart() {
        let f = file(0xaa, 16_000);
        let (ms, left, right) = peaks(f.path(), 10).unwrap().unwrap();
        assert_eq!((ms, left.len(), right.len()), (1000, 10, 10));
        assert!(left.iter().all(|v| *v < 3) && right.iter().all(|v| *v > 90), "{left:?} {right:?}");
    }

    #[test]
    fn a_header_left_open_by_a_crash_is_read_by_the_size_of_the_file() {
        for claimed in [0xffff_ffff, 16_000] {
            assert_eq!(peaks(file(0xd5, claimed).path(), 4).unwrap().unwrap().0, 1000);
        }
    }

    #[test]
    fn something_else_is_no_recording() {
        let mut out = tempfile::NamedTempFile::new().unwrap();
        out.write_all(b"not a recording at all, but long enough").unwrap();
        assert_eq!(peaks(out.path(), 4).unwrap(), None);
    }

    #[test]
    fn a_law_is_symmetric_about_silence() {
        assert_eq!(linear(0xd5), 8);
        assert_eq!(linear(0x55), -8);
        assert_eq!(linear(0xaa), 32_256);
        assert_eq!(linear(0x2a), -32_256);
    }
}
