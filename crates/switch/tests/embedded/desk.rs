//! A running embedded switch with its events.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use kernel::{CallId, LegId, RecordingId, SystemClock, SystemMint, Uuid};
use switch::{Embedded, SwitchConfig, Transport};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use voice::switch::{Cause, Command, Event, Switch};

use crate::sipp::LIMIT;

pub struct Desk {
    pub switch: Embedded,
    events: UnboundedReceiver<Event>,
    pub folder: tempfile::TempDir,
    pub port: u16,
}

pub const CALL: CallId = CallId(Uuid::from_u128(0xCA11));
pub const RECORDING: RecordingId = RecordingId(Uuid::from_u128(0x4EC0));

impl Desk {
    /// Its carrier is on this machine's `carrier` port.
    pub async fn start(carrier: u16, change: impl FnOnce(&mut SwitchConfig)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = SwitchConfig::demo();
        config.sip.udp = Some("127.0.0.1:0".parse().unwrap());
        config.media.web = None;
        config.trunks[0].port = Some(carrier);
        config.recordings = folder.path().to_owned();
        change(&mut config);
        let (sender, events) = unbounded_channel();
        let sink = Arc::new(move |event| drop(sender.send(event)));
        let started = Embedded::start(&config, Arc::new(SystemClock), Arc::new(SystemMint), sink).await.unwrap();
        assert!(started.repaired.is_empty());
        let port = started.switch.listens(Transport::Udp).unwrap();
        let mut desk = Self { switch: started.switch, events, folder, port };
        assert!(matches!(desk.next().await, Event::Trunk { up: true, .. }));
        desk
    }

    pub fn send(&self, command: Command) {
        self.switch.send(command);
    }

    /// The next event that is not only a measurement.
    pub async fn next(&mut self) -> Event {
        loop {
            let event = tokio::time::timeout(LIMIT, self.events.recv()).await.expect("an event comes").unwrap();
            if !matches!(event, Event::Quality { .. }) {
                return event;
            }
        }
    }

    pub async fn take(&mut self) -> LegId {
        let Event::Incoming { leg, .. } = self.next().await else { panic!("no call") };
        self.send(Command::Ring { leg });
        self.send(Command::Answer { leg });
        assert_eq!(self.next().await, Event::Answered { leg });
        leg
    }

    pub async fn ended(&mut self, leg: LegId) -> Cause {
        match self.next().await {
            Event::Ended { leg: ended, cause, .. } if ended == leg => cause,
            other => panic!("{other:?} instead of the end"),
        }
    }

    /// Waits for the recording; its sides as 16-bit samples.
    pub async fn recorded(&mut self, file: &str) -> (Vec<i16>, Vec<i16>) {
        let (bytes, ms) = match self.next().await {
            Event::Recorded { recording: RECORDING, bytes, ms, sha256 } => {
                assert_eq!(sha256.len(), 64);
                (bytes, ms)
            }
            other => panic!("{other:?} instead of the recording"),
        };
        let wav = std::fs::read(self.folder.path().join(file)).unwrap();
        assert_eq!(wav.len() as u64, bytes);
        let data = &wav[wav.windows(4).position(|w| w == b"data").unwrap() + 8..];
        assert!((data.len() as u64 / 16).abs_diff(ms) <= 1, "{ms} ms of {} bytes", data.len());
        data.chunks_exact(2).map(|pair| (alaw(pair[0]), alaw(pair[1]))).unzip()
    }

    pub async fn comes_to_rest(self) {
        let empty = async {
            while self.switch.stats().dialogs > 0 || self.switch.stats().calls > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(LIMIT, empty).await.is_err() {
            panic!("left over: {:?}", self.switch.stats());
        }
        self.switch.stop().await;
    }
}

/// G.711 A-law (ITU-T G.711 table 1a) as 16-bit PCM.
fn alaw(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let mantissa = i16::from(byte & 0x0F) << 4;
    let exponent = (byte >> 4) & 7;
    let size = if exponent == 0 { mantissa + 8 } else { (mantissa + 0x108) << (exponent - 1) };
    if byte & 0x80 == 0 { -size } else { size }
}

/// Loudness of the loudest half second, full scale 1.
pub fn loudness(samples: &[i16]) -> f64 {
    let rms = |window: &[i16]| {
        let energy: f64 = window.iter().map(|s| (f64::from(*s) / 32_768.0).powi(2)).sum();
        (energy / window.len() as f64).sqrt()
    };
    samples.chunks_exact(4000).map(rms).fold(0.0, f64::max)
}

/// Three seconds of a 440 Hz square wave of constant A-law steps: RMS known exactly.
pub fn tone(folder: &Path) {
    let sound: Vec<u8> = (0..24_000).map(|n| if (n / 9) % 2 == 0 { 0xA5 } else { 0x25 }).collect();
    std::fs::write(folder.join("tone.al"), sound).unwrap();
}

/// RMS of [`tone`].
pub fn tone_level() -> f64 {
    f64::from(alaw(0xA5)).abs() / 32_768.0
}
