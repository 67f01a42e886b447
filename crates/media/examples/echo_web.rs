//! A page's counterpart for trying browser media: answers offers, plays a tone, records the microphone, tells events.
//! Driven by `web/e2e/media.calls.mjs`.
//!
//!     cargo run -p media --features webrtc --example echo_web

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use kernel::{CallId, LegId, RecordingId, Uuid};
use media::{Codec, Media, MediaCommand, MediaConfig, MediaEvent, PromptLibrary, WebConfig, wav};
use voice::switch::{Edge, Sound};

const LEG: LegId = LegId(Uuid::from_u128(1));
const CALL: CallId = CallId(Uuid::from_u128(2));
const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Told {
    events: Mutex<Vec<MediaEvent>>,
    news: Condvar,
}

impl Told {
    /// Waits for the first event from `from` on that the function picks.
    fn wait<T>(&self, from: usize, pick: impl Fn(&MediaEvent) -> Option<T>) -> Option<T> {
        let events = self.events.lock().ok()?;
        let found = |events: &[MediaEvent]| events.iter().skip(from).find_map(&pick);
        let (events, _) = self.news.wait_timeout_while(events, PATIENCE, |e| found(e).is_none()).ok()?;
        found(&events)
    }

    fn count(&self) -> usize {
        self.events.lock().map_or(0, |e| e.len())
    }
}

struct Server {
    media: Media,
    told: Arc<Told>,
    recordings: u128,
    folder: std::path::PathBuf,
}

fn main() -> std::io::Result<()> {
    let folder = std::env::temp_dir().join(format!("hotline-echo-web-{}", std::process::id()));
    let told = Arc::new(Told::default());
    let sink = told.clone();
    let config = MediaConfig {
        rtp_ports: 20_000..=20_999,
        rtp_ip: LOCAL,
        web: Some(WebConfig { bind: SocketAddr::new(LOCAL, 0), announce: vec![LOCAL] }),
        recordings: folder.clone(),
        prompts: PromptLibrary::shipped(),
        silence_s: 0,
    };
    let (media, _) = Media::start(
        config,
        Arc::new(move |event| {
            if let Ok(mut events) = sink.events.lock() {
                events.push(event);
                sink.news.notify_all();
            }
        }),
    )?;
    let listener = TcpListener::bind((LOCAL, 0))?;
    println!("listening on http://{}", listener.local_addr()?);
    let mut server = Server { media, told, recordings: 0, folder: folder.clone() };
    for stream in listener.incoming() {
        if server.serve(stream?)? {
            break;
        }
    }
    server.media.stop();
    std::fs::remove_dir_all(folder)
}

impl Server {
    /// Answers one request; true when it was the last.
    fn serve(&mut self, stream: TcpStream) -> std::io::Result<bool> {
        let mut reader = BufReader::new(stream);
        let (mut first, mut length) = (String::new(), 0);
        reader.read_line(&mut first)?;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = n.trim().parse().unwrap_or(0);
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let answer = self.answer(&path, &String::from_utf8_lossy(&body));
        let kind = if path == "/" { "text/html" } else { "text/plain; charset=utf-8" };
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n";
        write!(reader.get_mut(), "{head}Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{answer}", answer.len())?;
        Ok(path == "/end")
    }

    fn answer(&mut self, path: &str, body: &str) -> String {
        match path {
            "/" => "<!doctype html><title>media</title>".to_owned(),
            "/offer" => {
                let from = self.told.count();
                self.media.send(MediaCommand::WebOffer { leg: LEG, sdp: body.to_owned() });
                let answered = self.told.wait(from, |e| match e {
                    MediaEvent::WebAnswer { sdp, .. } => Some(sdp.clone()),
                    MediaEvent::WebFailed { reason, .. } => Some(reason.clone()),
                    _ => None,
                });
                answered.unwrap_or_default()
            }
            "/tone" => {
                let sounds = vec![Sound::Tone { hz: 440, ms: 60_000 }];
                self.media.send(MediaCommand::Play { leg: LEG, no: 1, sounds, repeat: true });
                String::new()
            }
            "/echo" => {
                self.media.send(MediaCommand::Quiet { leg: LEG });
                self.media.send(MediaCommand::Hear { call: CALL, edges: vec![Edge { from: LEG, to: LEG }] });
                String::new()
            }
            "/digits" => {
                self.media.send(MediaCommand::Digits { leg: LEG, digits: body.to_owned() });
                String::new()
            }
            "/record" => {
                self.recordings += 1;
                let file = format!("{}.wav", self.recordings);
                let recording = RecordingId(Uuid::from_u128(self.recordings));
                self.media.send(MediaCommand::Record { recording, call: CALL, file, left: LEG, right: vec![] });
                String::new()
            }
            "/stop" => self.stop_recording(),
            "/events" => format!("{:?}", self.told.events.lock().map(|e| e.clone()).unwrap_or_default()),
            _ => String::new(),
        }
    }

    /// Milliseconds and RMS of what the microphone said.
    fn stop_recording(&self) -> String {
        let from = self.told.count();
        self.media.send(MediaCommand::RecordStop { recording: RecordingId(Uuid::from_u128(self.recordings)) });
        let ms = self.told.wait(from, |e| match e {
            MediaEvent::Recorded { ms, .. } => Some(*ms),
            _ => None,
        });
        let rms = left_rms(&self.folder.join(format!("{}.wav", self.recordings))).unwrap_or_default();
        format!("{{\"ms\":{},\"rms\":{rms}}}", ms.unwrap_or_default())
    }
}

fn left_rms(path: &Path) -> std::io::Result<f64> {
    let bytes = std::fs::read(path)?;
    let sound = bytes.get(wav::HEADER..).unwrap_or_default();
    let squares = sound.iter().step_by(2).map(|c| (f64::from(Codec::Pcma.decode(*c)) / 32_768.0).powi(2));
    Ok((squares.sum::<f64>() / (sound.len() / 2).max(1) as f64).sqrt())
}
