//! After a crash: recordings that were open get a true header, and are told of.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::disk::{OPEN, below, finish};
use crate::api::Repaired;
use crate::wav;

/// Repairs every recording of which a note says that it was open.
pub fn repair(folder: &Path) -> io::Result<Vec<Repaired>> {
    let notes = match fs::read_dir(folder.join(OPEN)) {
        Ok(notes) => notes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(e),
    };
    let mut repaired = Vec::new();
    for note in notes {
        let note = note?.path();
        match one(folder, &note) {
            Ok(Some(done)) => repaired.push(done),
            Ok(None) => {}
            // One file that cannot be read must not keep the centre from starting; its note stays for the next time.
            Err(error) => tracing::error!(%error, note = %note.display(), "a recording cannot be repaired"),
        }
    }
    repaired.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(repaired)
}

fn one(folder: &Path, note: &Path) -> io::Result<Option<Repaired>> {
    let name = note.file_name().unwrap_or_default().to_string_lossy();
    let (Ok(recording), file) = (name.parse(), fs::read_to_string(note)?) else {
        return Ok(None);
    };
    let path = match below(folder, &file) {
        Ok(path) if path.is_file() => path,
        // The crash came before the file was made, or it has been taken away since.
        _ => {
            fs::remove_file(note)?;
            return Ok(None);
        }
    };
    let opened = File::options().read(true).write(true).open(&path)?;
    let sound = opened.metadata()?.len().saturating_sub(wav::HEADER as u64);
    // Whole samples of both sides; a header that was cut off is completed.
    let data = u32::try_from(sound - sound % 2).unwrap_or(u32::MAX - 1 - 58);
    opened.set_len(wav::HEADER as u64 + u64::from(data))?;
    let (bytes, ms, sha256) = finish(&opened, &path, data)?;
    fs::remove_file(note)?;
    Ok(Some(Repaired { recording, file, bytes, ms, sha256 }))
}
