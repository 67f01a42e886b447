//! What is played to one leg: sounds one after another, 20 ms at a time, as A-law.

use std::sync::Arc;

use voice::switch::{PlayNo, Sound};

use crate::g711::{ALAW_SILENCE, Codec};
use crate::prompts::PromptLibrary;
use crate::sender::FRAME;
use crate::stats::RATE;
use crate::tone;

/// 20 ms of A-law.
pub type Codes = [u8; FRAME];

#[derive(Clone, Debug)]
enum Item {
    Samples(Arc<[u8]>),
    Tone {
        hz: u16,
        length: u32,
    },
    Silence {
        length: u32,
    },
    /// A file that the disk thread is reading; the turn waits for it.
    Awaited,
}

#[derive(Debug)]
pub struct Player {
    pub no: PlayNo,
    items: Vec<Item>,
    repeat: bool,
    item: usize,
    position: u32,
}

/// Whether a player goes on after a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Goes,
    /// Nothing of the frame was filled: it was over before.
    Over,
}

impl Player {
    /// Also tells which files are to be read: place in the sequence and name.
    pub fn new(no: PlayNo, sounds: Vec<Sound>, repeat: bool, prompts: &PromptLibrary) -> (Self, Vec<(usize, String)>) {
        let mut files = Vec::new();
        let items = sounds
            .into_iter()
            .enumerate()
            .map(|(place, sound)| match sound {
                Sound::Prompt(name) => named(prompts, &name),
                Sound::Music => named(prompts, "music"),
                Sound::Tone { hz, ms } => Item::Tone { hz, length: samples(ms) },
                Sound::Silence { ms } => Item::Silence { length: samples(ms) },
                Sound::File(name) => {
                    files.push((place, name));
                    Item::Awaited
                }
            })
            .collect();
        (Self { no, items, repeat, item: 0, position: 0 }, files)
    }

    /// A file has been read; an empty one when it could not be.
    pub fn loaded(&mut self, place: usize, samples: Arc<[u8]>) {
        if let Some(item) = self.items.get_mut(place) {
            *item = Item::Samples(samples);
        }
    }

    pub fn frame(&mut self, out: &mut Codes) -> Turn {
        let mut filled = 0;
        let mut turned = false;
        while filled < FRAME {
            let Some(item) = self.items.get(self.item) else {
                // A sequence without a single sample must not turn for ever.
                if !self.repeat || (turned && filled == 0) {
                    break;
                }
                turned = true;
                self.item = 0;
                continue;
            };
            let Some(length) = item.length() else {
                out[filled..].fill(ALAW_SILENCE);
                return Turn::Goes;
            };
            let from = self.position;
            let n = (length - from).min((FRAME - filled) as u32);
            item.fill(from, &mut out[filled..filled + n as usize]);
            filled += n as usize;
            self.position += n;
            if self.position >= length {
                self.item += 1;
                self.position = 0;
            }
        }
        out[filled..].fill(ALAW_SILENCE);
        if filled > 0 || self.repeat { Turn::Goes } else { Turn::Over }
    }
}

impl Item {
    /// `None` while it is not known.
    fn length(&self) -> Option<u32> {
        match self {
            Self::Samples(samples) => Some(samples.len() as u32),
            Self::Tone { length, .. } | Self::Silence { length } => Some(*length),
            Self::Awaited => None,
        }
    }

    fn fill(&self, from: u32, out: &mut [u8]) {
        match self {
            Self::Samples(samples) => out.copy_from_slice(&samples[from as usize..from as usize + out.len()]),
            Self::Tone { hz, length } => {
                for (n, code) in out.iter_mut().enumerate() {
                    *code = Codec::Pcma.encode(tone::sample(*hz, from + n as u32, *length));
                }
            }
            Self::Silence { .. } | Self::Awaited => out.fill(ALAW_SILENCE),
        }
    }
}

fn named(prompts: &PromptLibrary, name: &str) -> Item {
    match prompts.get(name) {
        Some(samples) => Item::Samples(samples),
        None => {
            tracing::warn!(name, "no such prompt");
            Item::Silence { length: 0 }
        }
    }
}

fn samples(ms: u32) -> u32 {
    ms.saturating_mul(RATE / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(player: &mut Player) -> usize {
        let mut out = [0; FRAME];
        let mut frames = 0;
        while player.frame(&mut out) == Turn::Goes {
            frames += 1;
        }
        frames
    }

    #[test]
    fn sounds_follow_without_a_gap_and_the_last_frame_is_filled_up() {
        let prompts = PromptLibrary::default();
        let sounds = vec![Sound::Silence { ms: 30 }, Sound::Tone { hz: 700, ms: 25 }, Sound::Prompt("absent".into())];
        let (mut player, files) = Player::new(1, sounds, false, &prompts);
        assert!(files.is_empty());
        let mut heard = Vec::new();
        let mut out = [0; FRAME];
        while player.frame(&mut out) == Turn::Goes {
            heard.extend_from_slice(&out);
        }
        assert_eq!(heard.len(), 3 * FRAME);
        assert!(heard[..240].iter().all(|c| *c == ALAW_SILENCE));
        assert!(heard[440..].iter().all(|c| *c == ALAW_SILENCE));
        assert!(heard[242..438].iter().filter(|c| **c != ALAW_SILENCE).count() > 150);
    }

    #[test]
    fn a_repeated_sequence_goes_round_and_an_empty_one_is_silence() {
        let prompts = PromptLibrary::default();
        let (mut player, _) = Player::new(1, vec![Sound::Tone { hz: 400, ms: 10 }], true, &prompts);
        let mut out = [0; FRAME];
        for _ in 0..100 {
            assert_eq!(player.frame(&mut out), Turn::Goes);
            assert!(out.iter().filter(|c| **c != ALAW_SILENCE).count() > 100);
        }
        let (mut player, _) = Player::new(1, vec![], true, &prompts);
        assert_eq!(player.frame(&mut out), Turn::Goes);
        assert_eq!(out, [ALAW_SILENCE; FRAME]);
        let (mut player, _) = Player::new(1, vec![], false, &prompts);
        assert_eq!(player.frame(&mut out), Turn::Over);
    }

    #[test]
    fn a_file_is_waited_for() {
        let prompts = PromptLibrary::default();
        let (mut player, files) = Player::new(1, vec![Sound::File("a.wav".into())], false, &prompts);
        assert_eq!(files, [(0, "a.wav".to_owned())]);
        let mut out = [0; FRAME];
        for _ in 0..10 {
            assert_eq!(player.frame(&mut out), Turn::Goes);
        }
        player.loaded(0, Arc::from(vec![1u8; 320]));
        assert_eq!(drain(&mut player), 2);
    }
}
