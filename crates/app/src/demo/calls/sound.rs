//! A stand-in for speech: two voices that take turns, as the call centre keeps recordings.

use std::io::Write;
use std::path::Path;

use sha2::{Digest, Sha256};

/// Samples of a second.
const RATE: usize = 8000;
/// Seconds one side speaks before the other answers.
const TURN_S: usize = 3;

/// What was written: size and fingerprint.
pub struct Written {
    pub bytes: i64,
    pub sha256: String,
}

/// Writes so many milliseconds of stereo A-law: left the citizen, right the agent.
pub fn write(path: &Path, ms: i64) -> std::io::Result<Written> {
    let frames = usize::try_from(ms).unwrap_or(0) * RATE / 1000;
    let data = u32::try_from(frames * 2).unwrap_or(u32::MAX);
    let mut out = Vec::with_capacity(frames * 2 + 58);
    out.extend(b"RIFF");
    out.extend((data + 50).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(18_u32.to_le_bytes());
    for short in [6_u16, 2] {
        out.extend(short.to_le_bytes());
    }
    for long in [8000_u32, 16_000] {
        out.extend(long.to_le_bytes());
    }
    for short in [2_u16, 8, 0] {
        out.extend(short.to_le_bytes());
    }
    out.extend(b"fact");
    for long in [4, u32::try_from(frames).unwrap_or(u32::MAX)] {
        out.extend(long.to_le_bytes());
    }
    out.extend(b"data");
    out.extend(data.to_le_bytes());
    for frame in 0..frames {
        let agent = (frame / (RATE * TURN_S)).is_multiple_of(2);
        let voice = voice(frame, if agent { 210.0 } else { 140.0 });
        let (left, right) = if agent { (0, voice) } else { (voice, 0) };
        out.extend([a_law(left), a_law(right)]);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::File::create(path)?.write_all(&out)?;
    Ok(Written { bytes: i64::try_from(out.len()).unwrap_or(0), sha256: kernel::hex_encode(&Sha256::digest(&out)) })
}

/// A hum with two overtones that swells four times a second, like syllables.
fn voice(frame: usize, pitch: f64) -> i32 {
    let t = frame as f64 / RATE as f64;
    let wave = |times: f64| (std::f64::consts::TAU * pitch * times * t).sin();
    let swell = (std::f64::consts::TAU * 2.0 * t).sin().abs();
    ((wave(1.0) * 0.6 + wave(2.0) * 0.25 + wave(3.0) * 0.15) * swell * 6000.0) as i32
}

/// Linear sound to one byte (ITU-T G.711).
fn a_law(sample: i32) -> u8 {
    let sign = if sample >= 0 { 0x80 } else { 0 };
    let magnitude = (sample.abs() >> 4).min(0x7ff);
    let exponent = (magnitude | 1).ilog2().saturating_sub(3).min(7);
    let (exponent, mantissa) = if magnitude < 32 {
        (u32::from(magnitude >= 16), magnitude & 0x0f)
    } else {
        (exponent, (magnitude >> (exponent - 1)) & 0x0f)
    };
    (sign | u8::try_from((exponent << 4) | u32::try_from(mantissa).unwrap_or(0)).unwrap_or(0x7f)) ^ 0x55
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_recording_is_one_that_can_be_played() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026/a.wav");
        let written = write(&path, 7_000).unwrap();
        assert_eq!(written.bytes, 58 + 7 * 16_000);
        let (ms, left, right) = crate::call::peaks_of(&path, 7).unwrap().unwrap();
        assert_eq!(ms, 7_000);
        // Three seconds the agent, three the citizen, and the agent again.
        let speaks = |side: &[u8]| side.iter().map(|v| *v > 20).collect::<Vec<_>>();
        assert_eq!(speaks(&right), [true, true, true, false, false, false, true]);
        assert_eq!(speaks(&left), [false, false, false, true, true, true, false]);
    }

    #[test]
    fn silence_and_loudness_are_coded_as_the_standard_says() {
        assert_eq!((a_law(0), a_law(-1)), (0xd5, 0x55));
        assert_eq!(a_law(32_767), 0xaa);
        assert_eq!(a_law(-32_767), 0x2a);
    }
}
