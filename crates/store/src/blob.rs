//! The file store: bytes known by their SM3, sealed before they reach the disk. Equal files are kept once.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use kernel::Ts;

use crate::{error::Result, vault::Vault};

/// Where sealed files lie. Blocking: call it off the runtime.
pub trait Blobs: Send + Sync + std::fmt::Debug {
    /// Keeps a file under a name; one that is there already only becomes young again.
    ///
    /// # Errors
    /// When the place cannot be written.
    fn put(&self, name: &str, sealed: &[u8], now: Ts) -> io::Result<()>;

    /// # Errors
    /// [`io::ErrorKind::NotFound`] when there is no such file.
    fn get(&self, name: &str) -> io::Result<Vec<u8>>;

    /// Names of the files not touched since a moment.
    ///
    /// # Errors
    /// When the place cannot be read.
    fn untouched(&self, since: Ts) -> io::Result<Vec<String>>;

    /// Removes a file unless it was touched since.
    ///
    /// # Errors
    /// When it is there and cannot be removed.
    fn remove(&self, name: &str, since: Ts) -> io::Result<()>;
}

/// A folder, two levels deep.
#[derive(Debug)]
pub struct DiskBlobs {
    root: PathBuf,
}

/// Distinguishes unfinished files of one process.
static UNFINISHED: AtomicU64 = AtomicU64::new(0);

impl DiskBlobs {
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let plain = name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit());
        if !plain {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("no name of a stored file: {name}")));
        }
        Ok(self.root.join(&name[..2]).join(&name[2..4]).join(name))
    }
}

fn touch(path: &Path, now: Ts) -> io::Result<()> {
    let millis = u64::try_from(now.0).unwrap_or_default();
    fs::File::options().write(true).open(path)?.set_modified(SystemTime::UNIX_EPOCH + Duration::from_millis(millis))
}

fn touched(meta: &fs::Metadata) -> io::Result<Ts> {
    let since = meta.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok(Ts(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

impl Blobs for DiskBlobs {
    fn put(&self, name: &str, sealed: &[u8], now: Ts) -> io::Result<()> {
        let path = self.path(name)?;
        if path.exists() {
            return touch(&path, now);
        }
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder)?;
        let n = UNFINISHED.fetch_add(1, Ordering::Relaxed);
        let half = folder.join(format!("{name}.{}-{n}", std::process::id()));
        let mut file = fs::File::create(&half)?;
        file.write_all(sealed)?;
        file.sync_all()?;
        drop(file);
        touch(&half, now)?;
        fs::rename(&half, &path)?;
        // The name must outlive a power cut as the bytes do.
        fs::File::open(folder)?.sync_all()
    }

    fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name)?)
    }

    fn untouched(&self, since: Ts) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for first in folders(&self.root)? {
            for second in folders(&first)? {
                for entry in fs::read_dir(second)? {
                    let entry = entry?;
                    if touched(&entry.metadata()?)? < since {
                        names.extend(entry.file_name().into_string());
                    }
                }
            }
        }
        Ok(names)
    }

    fn remove(&self, name: &str, since: Ts) -> io::Result<()> {
        let whole = name.get(..64).unwrap_or(name);
        let path = self.path(whole)?.with_file_name(name);
        match fs::metadata(&path) {
            Ok(meta) if touched(&meta)? < since => fs::remove_file(path),
            Ok(_) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(e) => Err(e),
        }
    }
}

fn folders(of: &Path) -> io::Result<Vec<PathBuf>> {
    if !of.exists() {
        return Ok(Vec::new());
    }
    let entries: io::Result<Vec<_>> = fs::read_dir(of)?.collect();
    Ok(entries?.into_iter().map(|e| e.path()).filter(|p| p.is_dir()).collect())
}

/// Seals and keeps bytes; returns their SM3, which is their name.
///
/// # Errors
/// When the place cannot be written.
pub fn keep(blobs: &dyn Blobs, vault: &Vault, bytes: &[u8], now: Ts) -> io::Result<String> {
    let name = vault.digest_hex(bytes);
    let sealed = vault.seal_bytes("blob", &name, "body", bytes);
    blobs.put(&name, &sealed, now)?;
    Ok(name)
}

/// Opens sealed bytes of the file store.
///
/// # Errors
/// When they were altered or sealed with another key.
pub fn open(vault: &Vault, name: &str, sealed: &[u8]) -> Result<Vec<u8>> {
    vault.open_bytes("blob", name, "body", sealed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Secret, SoftwareProvider};

    fn vault(seed: u8) -> Vault {
        Vault::new(SoftwareProvider::from_master(&Secret::new([seed; 32])))
    }

    #[test]
    fn equal_bytes_are_kept_once_sealed_and_only_their_key_opens_them() {
        let folder = tempfile::tempdir().unwrap();
        let disk = DiskBlobs::new(folder.path().to_owned());
        let now = Ts(1_790_000_000_000);
        let name = keep(&disk, &vault(1), b"Spring Road 12", now).unwrap();
        assert_eq!(keep(&disk, &vault(1), b"Spring Road 12", now).unwrap(), name);
        let sealed = disk.get(&name).unwrap();
        assert!(!sealed.windows(6).any(|w| w == b"Spring"), "no clear text on the disk");
        assert_eq!(open(&vault(1), &name, &sealed).unwrap(), b"Spring Road 12");
        assert!(open(&vault(2), &name, &sealed).is_err());
        let other = "0".repeat(64);
        assert!(open(&vault(1), &other, &sealed).is_err(), "a file put under another's name");
        assert_eq!(disk.get(&other).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(disk.get("../../etc/passwd").is_err());
    }

    #[test]
    fn only_what_nobody_touched_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let disk = DiskBlobs::new(folder.path().to_owned());
        let (old, now) = (Ts(1_780_000_000_000), Ts(1_790_000_000_000));
        let gone = keep(&disk, &vault(1), b"one", old).unwrap();
        let kept = keep(&disk, &vault(1), b"two", old).unwrap();
        let mut found = disk.untouched(now).unwrap();
        found.sort();
        let mut both = vec![gone.clone(), kept.clone()];
        both.sort();
        assert_eq!(found, both);
        // Somebody sends the same file again between the look and the deed.
        keep(&disk, &vault(1), b"two", now).unwrap();
        for name in found {
            disk.remove(&name, now).unwrap();
        }
        assert!(disk.get(&gone).is_err() && disk.get(&kept).is_ok());
    }
}
