//! Spoken prompts by name. Those that ship with the project are in the binary; a folder may replace any of them.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rust_embed::Embed;

use crate::g711::Codec;
use crate::stats::RATE;
use crate::wav::{self, Coding};

/// Longest prompt, seconds.
const LONGEST_S: usize = 600;
/// Sampling rates that are converted, hertz.
const RATES: std::ops::RangeInclusive<u32> = 8000..=48_000;

#[derive(Embed)]
#[folder = "prompts/al"]
struct Shipped;

/// Prompts by name as 8 kHz mono A-law. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct PromptLibrary {
    prompts: Arc<HashMap<String, Arc<[u8]>>>,
}

/// A file that cannot be a prompt, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    pub file: String,
    pub reason: PromptError,
}

/// Why a file cannot be a prompt, as its uploader is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    #[error("不是可用的 WAV 文件：请另存为 WAV（PCM 8/16 位或 G.711 A 律、μ 律，单声道或立体声）后再上传")]
    Format,
    #[error("采样率 {0} Hz 不支持：请使用 8000 至 48000 Hz")]
    Rate(u32),
    #[error("文件里没有声音")]
    Empty,
    #[error("时长超过 {} 分钟", LONGEST_S / 60)]
    Long,
    #[error("文件无法读取：{0}")]
    Unreadable(String),
}

impl PromptLibrary {
    /// The prompts that ship with the project.
    pub fn shipped() -> Self {
        let prompts = Shipped::iter()
            .filter_map(|file| {
                let name = file.strip_suffix(".al")?.to_owned();
                Some((name, Arc::from(Shipped::get(&file)?.data.as_ref())))
            })
            .collect();
        Self { prompts: Arc::new(prompts) }
    }

    /// Replaces prompts by the files `NAME.wav` and `NAME.al` (headerless A-law) of a folder, and tells which of them are
    /// unusable; for those what was there stays.
    pub fn with_folder(self, folder: &Path) -> io::Result<(Self, Vec<Unusable>)> {
        let mut prompts = (*self.prompts).clone();
        let mut unusable = Vec::new();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((self, unusable)),
            Err(e) => return Err(e),
        };
        for entry in entries {
            let path = entry?.path();
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Some((name, kind)) = file.rsplit_once('.') else { continue };
            let read = || fs::read(&path).map_err(|e| PromptError::Unreadable(e.to_string()));
            let samples = match kind.to_ascii_lowercase().as_str() {
                "wav" => read().and_then(|bytes| convert(&bytes)),
                "al" => read().and_then(|codes| checked(codes.len(), RATE).map(|()| codes)),
                _ => continue,
            };
            match samples {
                Ok(samples) => {
                    prompts.insert(name.to_owned(), Arc::from(samples));
                }
                Err(reason) => unusable.push(Unusable { file, reason }),
            }
        }
        unusable.sort_by(|a, b| a.file.cmp(&b.file));
        Ok((Self { prompts: Arc::new(prompts) }, unusable))
    }

    /// With one more prompt, or another in its place.
    #[must_use]
    pub fn with(self, name: &str, samples: Vec<u8>) -> Self {
        let mut prompts = (*self.prompts).clone();
        prompts.insert(name.to_owned(), Arc::from(samples));
        Self { prompts: Arc::new(prompts) }
    }

    pub fn get(&self, name: &str) -> Option<Arc<[u8]>> {
        self.prompts.get(name).cloned()
    }

    /// Names in order, with durations in milliseconds.
    pub fn list(&self) -> Vec<(String, u64)> {
        let mut list: Vec<_> =
            self.prompts.iter().map(|(name, s)| (name.clone(), s.len() as u64 * 1000 / u64::from(RATE))).collect();
        list.sort();
        list
    }
}

/// A WAV file as 8 kHz mono A-law. Both channels of a stereo file are heard.
pub fn convert(bytes: &[u8]) -> Result<Vec<u8>, PromptError> {
    let info = wav::read_header(bytes).ok_or(PromptError::Format)?;
    if !RATES.contains(&info.rate) {
        return Err(PromptError::Rate(info.rate));
    }
    let from = usize::try_from(info.offset).unwrap_or(usize::MAX);
    let length = usize::try_from(info.sound(bytes.len() as u64)).unwrap_or(usize::MAX);
    let data = bytes.get(from..from.saturating_add(length)).ok_or(PromptError::Empty)?;
    let frame = info.frame() as usize;
    checked(data.len() / frame, info.rate)?;
    let mono: Vec<f32> = data.chunks_exact(frame).map(|f| level(f, info.coding)).collect();
    let resampled = if info.rate == RATE { mono } else { resample(&mono, info.rate) };
    Ok(resampled.iter().map(|s| Codec::Pcma.encode(s.round().clamp(-32_768.0, 32_767.0) as i16)).collect())
}

fn checked(samples: usize, rate: u32) -> Result<(), PromptError> {
    match samples / rate as usize {
        _ if samples == 0 => Err(PromptError::Empty),
        s if s > LONGEST_S => Err(PromptError::Long),
        _ => Ok(()),
    }
}

/// Mean of the channels' samples.
fn level(frame: &[u8], coding: Coding) -> f32 {
    let sample = |bytes: &[u8]| match coding {
        Coding::G711(codec) => f32::from(codec.decode(bytes[0])),
        Coding::Linear { bits: 8 } => (f32::from(bytes[0]) - 128.0) * 256.0,
        Coding::Linear { .. } => f32::from(i16::from_le_bytes([bytes[0], bytes[1]])),
    };
    let width = match coding {
        Coding::Linear { bits: 16 } => 2,
        _ => 1,
    };
    let channels = frame.chunks_exact(width);
    let n = channels.len() as f32;
    channels.map(sample).sum::<f32>() / n
}

/// To 8 kHz by a windowed sinc that keeps the telephone band and nothing above it.
fn resample(input: &[f32], rate: u32) -> Vec<f32> {
    /// Zero crossings of the sinc on either side.
    const WIDTH: f64 = 16.0;
    /// Of the new Nyquist frequency: room for the filter's slope.
    const CUTOFF: f64 = 0.92;
    let step = f64::from(rate) / f64::from(RATE);
    let reach = WIDTH * step;
    let n = (input.len() as f64 / step).floor() as usize;
    (0..n)
        .map(|out| {
            let centre = out as f64 * step;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as usize).min(input.len().saturating_sub(1));
            let (mut sum, mut weight) = (0.0, 0.0);
            for (at, sample) in input.iter().enumerate().take(last + 1).skip(first) {
                let x = at as f64 - centre;
                let phase = std::f64::consts::PI * x / step * CUTOFF;
                let sinc = if phase.abs() < 1e-9 { 1.0 } else { phase.sin() / phase };
                let window = 0.5 + 0.5 * (std::f64::consts::PI * x / reach).cos();
                sum += f64::from(*sample) * sinc * window;
                weight += sinc * window;
            }
            if weight.abs() < 1e-9 { 0.0 } else { (sum / weight) as f32 }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tone as a 16-bit WAV file.
    fn tone(hz: f64, rate: u32, channels: u16, ms: u32) -> Vec<u8> {
        let samples = rate * ms / 1000;
        let mut data = Vec::new();
        for n in 0..samples {
            let level = (f64::from(n) * hz / f64::from(rate) * std::f64::consts::TAU).sin() * 10_000.0;
            for _ in 0..channels {
                data.extend((level as i16).to_le_bytes());
            }
        }
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0".to_vec();
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend((rate * u32::from(channels) * 2).to_le_bytes());
        file.extend((channels * 2).to_le_bytes());
        file.extend(16u16.to_le_bytes());
        file.extend(b"LIST\x03\0\0\0abc\0data");
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(data);
        file
    }

    /// Level of one frequency in A-law sound.
    fn level(codes: &[u8], hz: f64) -> f64 {
        let (mut a, mut b) = (0.0, 0.0);
        for (n, code) in codes.iter().enumerate() {
            let angle = n as f64 * hz / 8000.0 * std::f64::consts::TAU;
            let sample = f64::from(Codec::Pcma.decode(*code));
            a += sample * angle.sin();
            b += sample * angle.cos();
        }
        2.0 * a.hypot(b) / codes.len() as f64
    }

    #[test]
    fn wav_files_of_usual_kinds_become_telephone_sound() {
        for (rate, channels) in [(8000, 1), (8000, 2), (16_000, 1), (44_100, 2), (48_000, 1), (22_050, 1)] {
            let codes = convert(&tone(1000.0, rate, channels, 500)).expect("usable");
            assert!(codes.len().abs_diff(4000) <= 1, "{rate}: {}", codes.len());
            let heard = level(&codes[400..3600], 1000.0);
            assert!((9700.0..10_300.0).contains(&heard), "{rate} Hz, {channels}: {heard}");
        }
    }

    #[test]
    fn what_the_telephone_cannot_carry_does_not_come_back_as_another_tone() {
        // 5 kHz would fold to 3 kHz.
        let codes = convert(&tone(5000.0, 16_000, 1, 500)).expect("usable");
        assert!(level(&codes[400..3600], 3000.0) < 100.0);
    }

    #[test]
    fn unusable_files_are_refused_with_the_reason() {
        assert_eq!(convert(b"ID3\x04mp3"), Err(PromptError::Format));
        assert_eq!(convert(&tone(500.0, 4000, 1, 100)), Err(PromptError::Rate(4000)));
        assert_eq!(convert(&tone(500.0, 8000, 1, 0)), Err(PromptError::Empty));
        let long = [&wav::header(0)[..], &vec![0xD5; 2 * 8000 * 602]].concat();
        assert_eq!(convert(&long), Err(PromptError::Long));
        assert!(PromptError::Format.to_string().contains("WAV"));
    }

    #[test]
    fn every_prompt_of_the_list_is_shipped_and_sounds() {
        let list = include_str!("../prompts/prompts.csv");
        let mut names: Vec<&str> = list.lines().skip(1).filter_map(|l| l.split(',').next()).collect();
        names.push("music");
        names.sort_unstable();
        let shipped = PromptLibrary::shipped();
        let there: Vec<String> = shipped.list().into_iter().map(|(name, _)| name).collect();
        assert_eq!(there, names);
        for name in names {
            let codes = shipped.get(name).expect("listed");
            assert!(codes.len() > 1600, "{name} is too short");
            let loudest = codes.iter().map(|c| Codec::Pcma.decode(*c).unsigned_abs()).max();
            assert!(loudest > Some(4000), "{name} is silent");
        }
    }

    #[test]
    fn a_folder_replaces_prompts_and_tells_what_it_cannot_use() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("written");
        write("greeting.wav", &tone(700.0, 16_000, 1, 300));
        write("digit.1.al", &[0xAA; 900]);
        write("closed.WAV", b"not a wave");
        write("empty.al", b"");
        write("notes.txt", b"of no matter");
        let (library, unusable) = PromptLibrary::shipped().with_folder(folder.path()).expect("read");
        assert_eq!(library.get("greeting").map(|g| g.len()), Some(2400));
        assert_eq!(library.get("digit.1").as_deref(), Some(&[0xAA; 900][..]));
        assert_eq!(library.get("closed"), PromptLibrary::shipped().get("closed"));
        let told: Vec<_> = unusable.iter().map(|u| (u.file.as_str(), &u.reason)).collect();
        assert_eq!(told, [("closed.WAV", &PromptError::Format), ("empty.al", &PromptError::Empty)]);
        let absent = PromptLibrary::default().with_folder(&folder.path().join("absent")).expect("nothing is no error");
        assert!(absent.0.list().is_empty());
    }
}
