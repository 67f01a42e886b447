//! The disk thread: writes recordings, closes them with their digest, reads files that are to be played.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use kernel::{LegId, RecordingId};
use sha2::{Digest, Sha256};
use voice::switch::PlayNo;

use super::{BLOCK, Block};
use crate::api::{MediaEvent, MediaSink};
use crate::engine::Order;
use crate::g711::Codec;
use crate::{prompts, wav};

/// Blocks that may wait for a disk that hangs, over all recordings: 64 MB.
const BACKLOG: usize = 2000;
/// Folder of notes about recordings that are open: file name the recording's id, content the recording's file.
pub(super) const OPEN: &str = ".open";

/// What the disk thread is to do.
pub enum DiskOrder {
    Open {
        recording: RecordingId,
        file: String,
    },
    Block {
        recording: RecordingId,
        block: Box<Block>,
        samples: usize,
    },
    Close {
        recording: RecordingId,
    },
    /// Stops writing without closing; the next start repairs it.
    Abandon {
        recording: RecordingId,
    },
    /// Reads a file for a player.
    Load {
        leg: LegId,
        no: PlayNo,
        place: usize,
        file: String,
    },
    Stop,
}

/// The media thread's end of it.
pub struct Disk {
    orders: Sender<DiskOrder>,
    spares: Receiver<Box<Block>>,
    waiting: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Disk {
    /// `loaded` takes files that were read and recordings that failed back to the media thread.
    pub fn start(folder: PathBuf, sink: MediaSink, loaded: impl Fn(Order) + Send + 'static) -> io::Result<Self> {
        let (orders, inbox) = channel();
        let (give_back, spares) = channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let mut writer = Writer { folder, sink, open: HashMap::new(), give_back, waiting: waiting.clone() };
        let thread = std::thread::Builder::new().name("recorder".into()).spawn(move || {
            while let Ok(order) = inbox.recv() {
                if !writer.carry_out(order, &loaded) {
                    break;
                }
            }
        })?;
        Ok(Self { orders, spares, waiting, thread: Some(thread) })
    }

    /// False when the disk does not keep up and the block was not taken.
    pub fn send(&self, order: DiskOrder) -> bool {
        if matches!(order, DiskOrder::Block { .. }) && self.waiting.fetch_add(1, Ordering::Relaxed) >= BACKLOG {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return false;
        }
        self.orders.send(order).is_ok()
    }

    /// A silent block: one that was written before, or a new one.
    pub fn spare(&self) -> Box<Block> {
        self.spares.try_recv().unwrap_or_else(|_| Block::silent())
    }

    /// Waits until everything is written.
    pub fn stop(mut self) {
        self.send(DiskOrder::Stop);
        if self.thread.take().is_some_and(|t| t.join().is_err()) {
            tracing::error!("the recorder thread had panicked");
        }
    }
}

struct Writer {
    folder: PathBuf,
    sink: MediaSink,
    open: HashMap<RecordingId, OpenFile>,
    give_back: Sender<Box<Block>>,
    waiting: Arc<AtomicUsize>,
}

/// A recording being written.
struct OpenFile {
    file: File,
    path: PathBuf,
    /// Bytes of sound written.
    data: u32,
}

impl Writer {
    fn carry_out(&mut self, order: DiskOrder, back: &impl Fn(Order)) -> bool {
        match order {
            DiskOrder::Open { recording, file } => match open(&self.folder, recording, &file) {
                Ok(opened) => {
                    self.open.insert(recording, opened);
                }
                Err(error) => self.failed(recording, &error, back),
            },
            DiskOrder::Block { recording, mut block, samples } => {
                self.waiting.fetch_sub(1, Ordering::Relaxed);
                if let Some(open) = self.open.get_mut(&recording)
                    && let Err(error) = open.write(&block, samples)
                {
                    self.open.remove(&recording);
                    self.failed(recording, &error, back);
                }
                block.left.fill(0);
                block.right.fill(0);
                // The media thread is gone only at a stop.
                let _ = self.give_back.send(block);
            }
            DiskOrder::Close { recording } => {
                if let Some(open) = self.open.remove(&recording) {
                    match open.close(&self.folder, recording) {
                        Ok((bytes, ms, sha256)) => (self.sink)(MediaEvent::Recorded { recording, bytes, ms, sha256 }),
                        Err(error) => self.failed(recording, &error, back),
                    }
                }
            }
            DiskOrder::Abandon { recording } => {
                self.open.remove(&recording);
            }
            DiskOrder::Load { leg, no, place, file } => {
                let samples = load(&self.folder, &file).unwrap_or_else(|error| {
                    tracing::warn!(%error, "a file to be played cannot be read");
                    Arc::from([])
                });
                back(Order::Loaded { leg, no, place, samples });
            }
            DiskOrder::Stop => return false,
        }
        true
    }

    /// The note stays, so that the next start makes the header true and tells of what was written until then.
    fn failed(&self, recording: RecordingId, error: &io::Error, back: &impl Fn(Order)) {
        tracing::error!(%error, "a recording failed");
        (self.sink)(MediaEvent::NotRecorded { recording, reason: reason(error) });
        back(Order::RecordingFailed { recording });
    }
}

/// What went wrong, for the wallboard and the call's record.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "磁盘空间不足，录音已中止".to_owned(),
        io::ErrorKind::PermissionDenied => "录音目录没有写入权限".to_owned(),
        io::ErrorKind::AlreadyExists => "录音文件已存在，未覆盖".to_owned(),
        io::ErrorKind::InvalidInput => "录音文件名不合法".to_owned(),
        _ => format!("录音写入失败：{error}"),
    }
}

/// A path below the folder; nothing that climbs out of it.
pub(super) fn below(folder: &Path, file: &str) -> io::Result<PathBuf> {
    let path = Path::new(file);
    let plain = path.components().all(|c| matches!(c, Component::Normal(_)));
    if !plain || path.file_name().is_none() || file.starts_with(OPEN) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(folder.join(path))
}

fn open(folder: &Path, recording: RecordingId, name: &str) -> io::Result<OpenFile> {
    let path = below(folder, name)?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    // The note comes first: a file without one would never be repaired.
    let notes = folder.join(OPEN);
    fs::create_dir_all(&notes)?;
    let note = notes.join(recording.to_string());
    fs::write(&note, name)?;
    let created = File::options().read(true).write(true).create_new(true).open(&path);
    let file = created.inspect_err(|_| {
        let _ = fs::remove_file(&note);
    })?;
    let mut opened = OpenFile { file, path, data: 0 };
    opened.file.write_all(&wav::header(0))?;
    Ok(opened)
}

impl OpenFile {
    fn write(&mut self, block: &Block, samples: usize) -> io::Result<()> {
        let mut bytes = [0u8; 2 * BLOCK];
        let samples = samples.min(BLOCK);
        for (n, pair) in bytes[..2 * samples].chunks_exact_mut(2).enumerate() {
            pair[0] = Codec::Pcma.encode(block.left[n]);
            pair[1] = Codec::Pcma.encode(block.right[n]);
        }
        self.file.write_all(&bytes[..2 * samples])?;
        self.data += 2 * samples as u32;
        Ok(())
    }

    /// Makes the header true, the file durable, and tells its bytes, milliseconds and digest.
    fn close(self, folder: &Path, recording: RecordingId) -> io::Result<(u64, u64, String)> {
        let told = finish(&self.file, &self.path, self.data)?;
        fs::remove_file(folder.join(OPEN).join(recording.to_string()))?;
        Ok(told)
    }
}

pub(super) fn finish(file: &File, path: &Path, data: u32) -> io::Result<(u64, u64, String)> {
    file.write_all_at(&wav::header(data), 0)?;
    file.sync_all()?;
    let bytes = wav::HEADER as u64 + u64::from(data);
    let ms = u64::from(data) * 1000 / wav::BYTES_PER_S;
    Ok((bytes, ms, digest(path)?))
}

fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0u8; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(kernel::hex_encode(&hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}

/// A file as 8 kHz mono A-law.
fn load(folder: &Path, file: &str) -> io::Result<Arc<[u8]>> {
    let bytes = fs::read(below(folder, file)?)?;
    prompts::convert(&bytes).map(Arc::from).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn a_path_cannot_leave_the_folder() {
        let folder = Path::new("/rec");
        assert_eq!(below(folder, "2026/11/a.wav").expect("plain"), Path::new("/rec/2026/11/a.wav"));
        for bad in ["", "../a.wav", "/etc/passwd", "a/../../b", ".", ".open/x", "a/./../b"] {
            assert!(below(folder, bad).is_err(), "{bad}");
        }
    }

    /// `/dev/full` refuses every write as a full disk does.
    #[test]
    fn a_full_disk_ends_the_recording_and_says_so() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let sink = {
            let told = told.clone();
            Arc::new(move |e| told.lock().expect("lock").push(e))
        };
        let (give_back, spares) = channel();
        let mut writer = Writer {
            folder: PathBuf::from("/nowhere"),
            sink,
            open: HashMap::new(),
            give_back,
            waiting: Arc::new(AtomicUsize::new(1)),
        };
        let recording = RecordingId(kernel::Uuid::from_u128(7));
        let file = File::options().write(true).open("/dev/full").expect("the system has it");
        writer.open.insert(recording, OpenFile { file, path: PathBuf::from("/dev/full"), data: 0 });
        let failed = Mutex::new(0);
        let back = |order: Order| {
            assert!(matches!(order, Order::RecordingFailed { recording: r } if r == recording));
            *failed.lock().expect("lock") += 1;
        };
        assert!(writer.carry_out(DiskOrder::Block { recording, block: Block::silent(), samples: BLOCK }, &back));
        assert!(writer.carry_out(DiskOrder::Close { recording }, &back));
        let reason = "磁盘空间不足，录音已中止".to_owned();
        assert_eq!(*told.lock().expect("lock"), [MediaEvent::NotRecorded { recording, reason }]);
        assert_eq!(*failed.lock().expect("lock"), 1);
        assert!(spares.try_recv().is_ok(), "the block comes back");
    }
}
