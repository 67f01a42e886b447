//! The ZIP around the parts of a DOCX.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, Write as _};

use zip::write::{SimpleFileOptions, ZipWriter};
use zip::{CompressionMethod, ZipArchive};

use crate::xml::{Element, parse};
use crate::{Error, Result};

/// All parts together, unpacked, bytes.
const MOST: u64 = 40 << 20;
/// Parts.
const PARTS: usize = 500;

/// The parts of a DOCX by name.
#[derive(Clone, Debug, Default)]
pub struct Pack(pub BTreeMap<String, Vec<u8>>);

fn damaged() -> Error {
    Error::Bad("不是有效的 DOCX 文件，请用 Word 或 WPS 另存为 .docx 后重试".to_owned())
}

impl Pack {
    pub fn open(bytes: &[u8]) -> Result<Self> {
        let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
        if zip.len() > PARTS {
            return Err(damaged());
        }
        let (mut parts, mut room) = (BTreeMap::new(), MOST);
        for i in 0..zip.len() {
            let file = zip.by_index(i).map_err(|_| damaged())?;
            if file.is_dir() {
                continue;
            }
            let name = file.name().map_err(|_| damaged())?.to_string();
            let mut body = Vec::new();
            file.take(room + 1).read_to_end(&mut body).map_err(|_| damaged())?;
            room = room.checked_sub(body.len() as u64).ok_or_else(damaged)?;
            parts.insert(name, body);
        }
        let pack = Self(parts);
        pack.part("word/document.xml")?.ok_or_else(damaged)?;
        Ok(pack)
    }

    /// The same parts always give the same bytes.
    pub fn close(&self) -> Result<Vec<u8>> {
        let broken = |e: &dyn std::fmt::Display| Error::Pdf(e.to_string());
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        // Readers look for the list of types first.
        let first = "[Content_Types].xml";
        let ordered = self.0.get_key_value(first).into_iter().chain(self.0.iter().filter(|(n, _)| *n != first));
        for (name, body) in ordered {
            zip.start_file(name.as_str(), options).map_err(|e| broken(&e))?;
            zip.write_all(body).map_err(|e| broken(&e))?;
        }
        Ok(zip.finish().map_err(|e| broken(&e))?.into_inner())
    }

    pub fn part(&self, name: &str) -> Result<Option<Element>> {
        let Some(body) = self.0.get(name) else { return Ok(None) };
        let text = std::str::from_utf8(body).map_err(|_| damaged())?;
        parse(text).map(Some)
    }

    pub fn put(&mut self, name: &str, part: &Element) {
        self.0.insert(name.to_owned(), part.document().into_bytes());
    }

    /// Body, headers and footers: where text is.
    pub fn texts(&self) -> Vec<String> {
        let is_text = |n: &&String| {
            let name = n.strip_prefix("word/").unwrap_or_default();
            let frame = (name.starts_with("header") || name.starts_with("footer")) && name.ends_with(".xml");
            name == "document.xml" || frame
        };
        self.0.keys().filter(is_text).cloned().collect()
    }
}

/// The list of relations of a part.
pub fn rels_of(part: &str) -> String {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    format!("{folder}/_rels/{file}.rels")
}
