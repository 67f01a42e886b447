//! The pair of directories: names, whole writes, what is put aside.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use kernel::Mint;

use crate::batch::Side;
use crate::{Error, Result};

/// Where files come in and go out.
#[derive(Clone, Debug)]
pub struct Folders {
    pub inbox: PathBuf,
    pub outbox: PathBuf,
}

/// Ending of a whole file; whatever else lies about is somebody's half.
const ENDING: &str = ".hxb";
/// No batch is longer, bytes.
pub(crate) const MOST: u64 = 96 << 20;
/// Refused files kept to be looked at.
const ASIDE: usize = 50;

fn broken(path: &Path, e: std::io::Error) -> Error {
    Error::Folder(path.display().to_string(), e)
}

/// Number 0 is the sign of life, always under one name.
pub(crate) fn name(side: Side, epoch: i64, seq: i64) -> String {
    match seq {
        0 => format!("{}-life{ENDING}", side.code()),
        _ => format!("{}-{epoch:015}-{seq:012}{ENDING}", side.code()),
    }
}

/// Numbering and number in a name of that side; the sign of life comes behind all numbers.
fn place(name: &str, side: Side) -> Option<(i64, i64)> {
    let stem = name.strip_prefix(side.code())?.strip_prefix('-')?.strip_suffix(ENDING)?;
    if stem == "life" {
        return Some((i64::MAX, 0));
    }
    let (epoch, seq) = stem.split_once('-')?;
    Some((epoch.parse().ok()?, seq.parse().ok()?))
}

/// Whether a file of that side may bear this name.
#[must_use]
pub fn is_name(name: &str, side: Side) -> bool {
    place(name, side).is_some()
}

fn list(folder: &Path, side: Side) -> Result<Vec<((i64, i64), PathBuf)>> {
    let read = fs::read_dir(folder).map_err(|e| broken(folder, e))?;
    let named = read.flatten().filter_map(|e| Some((place(&e.file_name().to_string_lossy(), side)?, e.path())));
    Ok(named.collect())
}

/// Files of the other side in order; signs of life last.
pub(crate) fn incoming(inbox: &Path, from: Side) -> Result<Vec<PathBuf>> {
    let mut files = list(inbox, from)?;
    files.sort();
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

/// The bytes of a file; `None` when it is too long to be a batch.
pub(crate) fn read(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    if fs::metadata(path)?.len() > MOST {
        return Ok(None);
    }
    fs::read(path).map(Some)
}

/// A refused file stays to be looked at, out of the way; not more than fit.
pub(crate) fn set_aside(path: &Path) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let bad = |p: &Path| p.extension().is_some_and(|e| e == "bad");
    let kept = fs::read_dir(folder).map_err(|e| broken(folder, e))?.flatten().filter(|e| bad(&e.path())).count();
    if kept >= ASIDE {
        return remove(path);
    }
    fs::rename(path, path.with_extension("bad")).map_err(|e| broken(path, e))
}

pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(broken(path, e)),
        _ => Ok(()),
    }
}

/// Removes our own files that a gateway which copies has left: acknowledged ones, and those of an earlier numbering.
pub(crate) fn clear(outbox: &Path, side: Side, epoch: i64, acked: i64) -> Result<()> {
    for ((of, seq), path) in list(outbox, side)? {
        if seq > 0 && (of != epoch || seq <= acked) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Whole or not at all: under another name first, synced, then renamed.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(path: &Path, bytes: &[u8], mint: &dyn Mint) -> Result<()> {
    let mut tail = [0; 8];
    mint.bytes(&mut tail);
    let half = path.with_extension(format!("{}.part", kernel::hex_encode(&tail)));
    let done = (|| {
        let mut file = fs::File::create(&half)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&half, path)
    })();
    done.map_err(|e| broken(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_other_side_are_read_in_order() {
        let folder = std::env::temp_dir().join(format!("hotline-files-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let ours =
            ["outer-life.hxb", "outer-000000000000007-000000000002.hxb", "outer-000000000000005-000000000009.hxb"];
        let others = ["inner-life.hxb", "outer-x.hxb", "outer-000000000000007-000000000003.hxb.part", "注意.txt"];
        for name in ours.iter().chain(&others) {
            fs::write(folder.join(name), b"x").expect("written");
        }
        let found = incoming(&folder, Side::Outer).expect("read");
        let names: Vec<_> =
            found.iter().map(|p| p.file_name().expect("a name").to_string_lossy().into_owned()).collect();
        assert_eq!(names, [ours[2], ours[1], ours[0]]);
        clear(&folder, Side::Outer, 7, 1).expect("cleared");
        assert!(!folder.join(ours[2]).exists() && folder.join(ours[1]).exists() && folder.join(ours[0]).exists());
        assert!(!is_name("../outer-life.hxb", Side::Outer) && !is_name("outer-life.hxb/x", Side::Outer));
        fs::remove_dir_all(&folder).expect("removed");
    }
}
