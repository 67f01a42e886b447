//! Without a gateway: what lies in the two outboxes goes over one HTTP request of the core's, as the body of the request and
//! of its answer. The portal never calls the core. A request is answered only when it brings a fresh sign of life under
//! the keys of the exchange; the files themselves are sealed and signed as everywhere.

use std::fs;

use kernel::{Mint, Ts};

use crate::batch::{Keys, Side};
use crate::files::{self, Folders, is_name};
use crate::{Error, Result};

/// A request is good for so long, milliseconds; it proves itself once.
const FRESH_MS: i64 = 300_000;
/// Files in one request or answer take no more bytes; more go with the next.
pub const MOST: usize = 112 << 20;

/// What waits in an outbox, as one body, and the names in it.
///
/// # Errors
/// When the folder cannot be read.
pub fn pack(folders: &Folders, side: Side) -> Result<(Vec<u8>, Vec<String>)> {
    let (mut body, mut names) = (Vec::new(), Vec::new());
    let mut waiting = files::incoming(&folders.outbox, side)?;
    // The sign of life first: it must always fit, for it opens the door.
    waiting.sort_by_key(|p| !p.ends_with(files::name(side, 0, 0)));
    for path in waiting {
        let Ok(Some(bytes)) = files::read(&path) else { continue };
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (Ok(name_len), Ok(len)) = (u16::try_from(name.len()), u32::try_from(bytes.len())) else { continue };
        if body.len() + bytes.len() + name.len() + 6 > MOST {
            break;
        }
        body.extend(name_len.to_be_bytes());
        body.extend(name.as_bytes());
        body.extend(len.to_be_bytes());
        body.extend(bytes);
        names.push(name);
    }
    Ok((body, names))
}

/// The files of a body; `None` when it is cut off or holds anything but files of that side.
#[must_use]
pub fn unpack(mut body: &[u8], from: Side) -> Option<Vec<(String, &[u8])>> {
    let mut files = Vec::new();
    while !body.is_empty() {
        let (len, rest) = body.split_first_chunk::<2>()?;
        let (name, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        let (len, rest) = rest.split_first_chunk::<4>()?;
        let (bytes, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)?;
        let name = std::str::from_utf8(name).ok().filter(|n| is_name(n, from))?;
        files.push((name.to_owned(), bytes));
        body = rest;
    }
    Some(files)
}

/// Puts what came into the inbox.
///
/// # Errors
/// When the folder cannot be written.
pub fn deliver(folders: &Folders, files: &[(String, &[u8])], mint: &dyn Mint) -> Result<()> {
    files.iter().try_for_each(|(name, bytes)| files::write(&folders.inbox.join(name), bytes, mint))
}

/// Removes what has been carried; what is not acknowledged is put out again by itself.
///
/// # Errors
/// When the folder cannot be written.
pub fn carried(folders: &Folders, names: &[String]) -> Result<()> {
    for name in names {
        let path = folders.outbox.join(name);
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Folder(path.display().to_string(), e));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether the request comes from who holds the keys, now, and not a second time: the time of its sign of life, later
/// than the last one's.
#[must_use]
pub fn proved(keys: &Keys, files: &[(String, &[u8])], last: Ts, now: Ts) -> Option<Ts> {
    let life = files::name(Side::Inner, 0, 0);
    let (_, bytes) = files.iter().find(|(name, _)| *name == life)?;
    let at = keys.read(bytes, Side::Outer).ok().filter(|b| b.seq == 0)?.at;
    (at > last && (now.0 - at.0).abs() <= FRESH_MS).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::Batch;
    use kernel::{Secret, SystemMint};

    fn life(at: i64) -> Batch {
        Batch { from: Side::Inner, seq: 0, epoch: 1, peer: 0, ack: 0, sent: 0, at: Ts(at), records: Vec::new() }
    }

    #[test]
    fn a_body_carries_whole_files_and_proves_who_sent_it() {
        let home = std::env::temp_dir().join(format!("hotline-carry-{}", std::process::id()));
        let folders = Folders { inbox: home.join("in"), outbox: home.join("out") };
        fs::create_dir_all(&folders.inbox).expect("a folder");
        fs::create_dir_all(&folders.outbox).expect("a folder");
        let keys = Keys::of(&Secret::new([1; 32]));
        let number = files::name(Side::Inner, 7, 1);
        fs::write(folders.outbox.join(&number), b"a batch").expect("written");
        fs::write(folders.outbox.join("inner-life.hxb"), keys.write(&life(1000))).expect("written");
        let (body, names) = pack(&folders, Side::Inner).expect("packed");
        assert_eq!(names, ["inner-life.hxb", number.as_str()], "what opens the door goes first");

        let files = unpack(&body, Side::Inner).expect("whole");
        assert_eq!(proved(&keys, &files, Ts(0), Ts(1500)), Some(Ts(1000)));
        assert_eq!(proved(&keys, &files, Ts(1000), Ts(1500)), None, "a second time");
        assert_eq!(proved(&keys, &files, Ts(0), Ts(1000 + FRESH_MS + 1)), None, "later");
        assert_eq!(proved(&Keys::of(&Secret::new([2; 32])), &files, Ts(0), Ts(1500)), None, "other keys");
        assert_eq!(proved(&keys, &files[1..], Ts(0), Ts(1500)), None, "no sign of life");

        deliver(&folders, &files, &SystemMint).expect("delivered");
        assert_eq!(fs::read(folders.inbox.join(&number)).expect("there"), b"a batch");
        carried(&folders, &names).expect("removed");
        assert!(pack(&folders, Side::Inner).expect("packed").0.is_empty());
        fs::remove_dir_all(&home).expect("removed");
    }

    #[test]
    fn nothing_else_is_taken_for_a_body() {
        let file = |name: &str| {
            let mut body = u16::try_from(name.len()).expect("short").to_be_bytes().to_vec();
            body.extend(name.as_bytes());
            body.extend(1_u32.to_be_bytes());
            body.push(b'x');
            body
        };
        assert!(unpack(&file("inner-life.hxb"), Side::Inner).is_some());
        for name in ["../inner-life.hxb", "outer-life.hxb", "inner-life.hxb/..", "/etc/passwd", ""] {
            assert!(unpack(&file(name), Side::Inner).is_none(), "{name}");
        }
        let whole = file("inner-life.hxb");
        for cut in 1..whole.len() {
            assert!(unpack(&whole[..cut], Side::Inner).is_none(), "cut at {cut}");
        }
    }
}
