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
