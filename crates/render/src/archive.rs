//! A ZIP of files with a list of their digests, so that whoever keeps it can tell later that nothing was changed.

use std::collections::BTreeSet;
use std::io::{Cursor, Write as _};

use kernel::hex_encode;
use sha2::{Digest as _, Sha256};
use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, DateTime};

use crate::RenderError;

type Result<T> = std::result::Result<T, RenderError>;

/// One file of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path inside, with `/`.
    pub path: String,
    /// Bytes.
    pub size: usize,
    /// Hexadecimal.
    pub sha256: String,
    pub sm3: String,
}

/// An archive being written, in memory.
pub struct Archive {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    names: BTreeSet<String>,
    entries: Vec<Entry>,
}

impl Default for Archive {
    fn default() -> Self {
        Self { zip: ZipWriter::new(Cursor::new(Vec::new())), names: BTreeSet::new(), entries: Vec::new() }
    }
}

impl Archive {
    /// A name that no file has yet: `照片.jpg`, `照片(2).jpg`…
    fn free(&self, path: &str) -> String {
        let (stem, ending) = path.rsplit_once('.').map_or((path, String::new()), |(s, e)| (s, format!(".{e}")));
        let other = (2..).map(|n| format!("{stem}({n}){ending}"));
        std::iter::once(path.to_owned()).chain(other).find(|p| !self.names.contains(p)).unwrap_or_default()
    }

    /// Adds a file and says under which name.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<Entry> {
        let path = self.free(path);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        self.zip.start_file(path.as_str(), options)?;
        self.zip.write_all(bytes)?;
        self.names.insert(path.clone());
        let sha256 = hex_encode(&Sha256::digest(bytes));
        let entry = Entry { path, size: bytes.len(), sha256, sm3: hex_encode(&kernel::crypto::sm3::sm3(bytes)) };
        self.entries.push(entry.clone());
        Ok(entry)
    }

    /// What is in it so far.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The archive, with the lists of digests as `sha256sum -c` and its like read them.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        let list = |of: fn(&Entry) -> &str| {
            self.entries.iter().map(|e| format!("{}  {}\n", of(e), e.path)).collect::<String>().into_bytes()
        };
        let (sha256, sm3) = (list(|e| &e.sha256), list(|e| &e.sm3));
        self.add("SHA256SUMS", &sha256)?;
        self.add("SM3SUMS", &sm3)?;
        Ok(self.zip.finish()?.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn files_keep_their_bytes_names_differ_and_digests_are_listed() {
        let mut archive = Archive::default();
        assert_eq!(archive.add("附件/照片.jpg", b"one").unwrap().path, "附件/照片.jpg");
        assert_eq!(archive.add("附件/照片.jpg", b"two").unwrap().path, "附件/照片(2).jpg");
        let bytes = archive.finish().unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut read = |name: &str| {
            let mut text = String::new();
            zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(read("附件/照片(2).jpg"), "two");
        let sums = read("SHA256SUMS");
        assert!(
            sums.starts_with("7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  附件/照片.jpg\n"),
            "{sums}"
        );
        assert_eq!(read("SM3SUMS").lines().count(), 2);
    }
}
