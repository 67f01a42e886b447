//! 结果文件: one line per row of the source, kept in step with what is committed.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub line: i64,
    pub status: Status,
    pub case_no: String,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Imported,
    /// An order with this source number was there already.
    Known,
    Refused,
}

impl Status {
    pub const fn cn(self) -> &'static str {
        match self {
            Self::Imported => "已导入",
            Self::Known => "已存在",
            Self::Refused => "未导入",
        }
    }
}

/// The file being written.
#[derive(Debug)]
pub struct ResultFile {
    path: PathBuf,
    file: File,
}

fn broken(path: &Path, e: impl std::fmt::Display) -> Error {
    Error::broken(format_args!("result file {}: {e}", path.display()))
}

impl ResultFile {
    /// Opens the file of an earlier attempt, or a new one, and tells the last row it vouches for. A line cut off by a
    /// crash is removed.
    pub fn open(path: &Path, resume: bool) -> Result<(Self, i64)> {
        let exists = resume && path.exists();
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(!exists)
            .open(path)
            .map_err(|e| broken(path, e))?;
        let last = if exists { settle(&mut file).map_err(|e| broken(path, e))? } else { 0 };
        let mut this = Self { path: path.to_owned(), file };
        if !exists {
            this.write_all("\u{feff}行号,结果,工单编号,原因\r\n".as_bytes())?;
        }
        Ok((this, last))
    }

    /// Adds lines; they are on disk when this returns.
    pub fn append(&mut self, lines: &[Line]) -> Result<()> {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        for l in lines {
            let record = [l.line.to_string(), l.status.cn().to_owned(), l.case_no.clone(), l.reason.clone()];
            writer.write_record(&record).map_err(|e| broken(&self.path, e))?;
        }
        let bytes = writer.into_inner().map_err(|e| broken(&self.path, e.into_error()))?;
        self.write_all(&bytes)?;
        self.file.sync_data().map_err(|e| broken(&self.path, e))
    }

    fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| broken(&self.path, e))
    }
}

/// Cuts an unfinished last line and goes to the end; returns the number of the last finished row.
fn settle(file: &mut File) -> std::io::Result<i64> {
    let (mut last, mut whole, mut text) = (0, 0u64, String::new());
    let mut reader = BufReader::new(&mut *file);
    loop {
        text.clear();
        let read = reader.read_line(&mut text)?;
        if read == 0 || !text.ends_with('\n') {
            break;
        }
        whole += u64::try_from(read).unwrap_or(0);
        last = text.split(',').next().and_then(|n| n.parse().ok()).map_or(last, |n: i64| last.max(n));
    }
    file.set_len(whole)?;
    file.seek(SeekFrom::End(0))?;
    Ok(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cut_off_by_a_crash_is_written_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("result.csv");
        let line = |n, reason: &str| Line {
            line: n,
            status: Status::Refused,
            case_no: String::new(),
            reason: reason.to_owned(),
        };
        let (mut file, last) = ResultFile::open(&path, true).unwrap();
        assert_eq!(last, 0);
        file.append(&[line(2, "标题过长"), line(3, "分类,无效")]).unwrap();
        file.write_all("4,未导".as_bytes()).unwrap();
        drop(file);
        let (mut file, last) = ResultFile::open(&path, true).unwrap();
        assert_eq!(last, 3);
        file.append(&[line(4, "x")]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.ends_with("3,未导入,,\"分类,无效\"\r\n4,未导入,,x\r\n"), "{text}");
    }
}
