//! What a file is, by its bytes and not by its name.

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

/// A kind of file that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Jpeg,
    Png,
    Webp,
    Wav,
    Mp3,
    M4a,
    Ogg,
    Amr,
    Pdf,
    Docx,
    Xlsx,
    Text,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadContent {
    Empty,
    /// None of the kinds we take.
    Unknown,
    /// A picture format that browsers do not show (苹果 HEIC).
    Heic,
    /// The old binary formats of Office, or one behind a password.
    OldOffice,
    /// Office documents with programs inside.
    Macros,
    /// ZIP, RAR, 7z.
    Archive,
    /// Begins like a kind we know and is broken, or larger inside than any honest file.
    Damaged,
}

impl Content {
    #[must_use]
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Ogg => "audio/ogg",
            Self::Amr => "audio/amr",
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Text => "text/plain",
        }
    }

    /// The ending of its file names.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::M4a => "m4a",
            Self::Ogg => "ogg",
            Self::Amr => "amr",
            Self::Pdf => "pdf",
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Text => "txt",
        }
    }

    #[must_use]
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }

    #[must_use]
    pub const fn is_audio(self) -> bool {
        matches!(self, Self::Wav | Self::Mp3 | Self::M4a | Self::Ogg | Self::Amr)
    }
}

/// Files inside an Office document at most, and bytes they may unfold to.
const INNER_FILES: usize = 5000;
const INNER_BYTES: u64 = 500 << 20;

/// Recognises a file.
///
/// # Errors
/// [`BadContent`] says why it is not taken.
pub fn recognise(bytes: &[u8]) -> Result<Content, BadContent> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if bytes.is_empty() {
        return Err(BadContent::Empty);
    }
    if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
        return office(bytes);
    }
    if starts(b"Rar!") || starts(b"7z\xBC\xAF\x27\x1C") || starts(b"\x1F\x8B") {
        return Err(BadContent::Archive);
    }
    if starts(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Err(BadContent::OldOffice);
    }
    if starts(b"%PDF-") {
        let tail = bytes.len().saturating_sub(2048);
        return if bytes[tail..].windows(5).any(|w| w == b"%%EOF") {
            Ok(Content::Pdf)
        } else {
            Err(BadContent::Damaged)
        };
    }
    if let Some(found) = picture(bytes).or_else(|| sound(bytes)) {
        return found;
    }
    if is_text(bytes) { Ok(Content::Text) } else { Err(BadContent::Unknown) }
}

fn picture(bytes: &[u8]) -> Option<Result<Content, BadContent>> {
    if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Some(Ok(Content::Jpeg));
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Some(Ok(Content::Png));
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Ok(Content::Webp));
    }
    None
}

fn sound(bytes: &[u8]) -> Option<Result<Content, BadContent>> {
    if bytes.starts_with(b"RIFF") {
        return Some(if bytes.get(8..12) == Some(b"WAVE") { Ok(Content::Wav) } else { Err(BadContent::Unknown) });
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return Some(match bytes.get(8..12) {
            Some(b"M4A " | b"M4B ") => Ok(Content::M4a),
            Some(b"heic" | b"heix" | b"hevc" | b"mif1" | b"msf1") => Err(BadContent::Heic),
            _ => Err(BadContent::Unknown),
        });
    }
    if bytes.starts_with(b"OggS") {
        return Some(Ok(Content::Ogg));
    }
    if bytes.starts_with(b"#!AMR") {
        return Some(Ok(Content::Amr));
    }
    (bytes.starts_with(b"ID3") || is_mpeg_frame(bytes)).then_some(Ok(Content::Mp3))
}

/// Header of an MPEG layer III frame with a rate and a bit rate that exist.
fn is_mpeg_frame(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, b, c, ..] if b & 0xE0 == 0xE0 && b & 0x06 == 0x02 && b & 0x18 != 0x08
        && c >> 4 != 0x0F && c >> 4 != 0 && c & 0x0C != 0x0C)
}

/// A package of Office is known by its main part; every other ZIP is an archive.
fn office(bytes: &[u8]) -> Result<Content, BadContent> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BadContent::Damaged)?;
    if zip.len() > INNER_FILES {
        return Err(BadContent::Damaged);
    }
    let names: Result<Vec<String>, _> = zip.file_names().map(|n| n.map(|n| n.to_ascii_lowercase())).collect();
    let names = names.map_err(|_| BadContent::Damaged)?;
    let has = |name: &str| names.iter().any(|n| n == name);
    if !has("[content_types].xml") {
        return Err(BadContent::Archive);
    }
    let kind = match (has("word/document.xml"), has("xl/workbook.xml")) {
        (true, _) => Content::Docx,
        (_, true) => Content::Xlsx,
        _ => return Err(BadContent::Unknown),
    };
    if names.iter().any(|n| n.ends_with("vbaproject.bin") || n.contains("/activex/")) {
        return Err(BadContent::Macros);
    }
    let mut inside = 0;
    for i in 0..zip.len() {
        let file = zip.by_index(i).map_err(|_| BadContent::Damaged)?;
        inside += file.size();
        if inside > INNER_BYTES || file.enclosed_name().is_none() {
            return Err(BadContent::Damaged);
        }
    }
    // The list of types must really be there to be read.
    let mut types = String::new();
    let list = zip.by_name("[Content_Types].xml").map_err(|_| BadContent::Damaged)?;
    list.take(1 << 20).read_to_string(&mut types).map_err(|_| BadContent::Damaged)?;
    if types.contains("macroEnabled") { Err(BadContent::Macros) } else { Ok(kind) }
}

/// UTF-8, or pairs and fours of GB18030, without control characters.
fn is_text(bytes: &[u8]) -> bool {
    if bytes.iter().any(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r') || *b == 0x7F) {
        return false;
    }
    std::str::from_utf8(bytes).is_ok() || is_gb18030(bytes)
}

fn is_gb18030(mut bytes: &[u8]) -> bool {
    loop {
        bytes = match bytes {
            [] => return true,
            [0..=0x7F, rest @ ..] => rest,
            [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, rest @ ..] => rest,
            [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, rest @ ..] => rest,
            _ => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use zip::write::{SimpleFileOptions, ZipWriter};

    fn package(files: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, body) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(body.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn office_documents_are_known_by_what_is_inside() {
        let types = ("[Content_Types].xml", "<Types/>");
        assert_eq!(recognise(&package(&[types, ("word/document.xml", "")])), Ok(Content::Docx));
        assert_eq!(recognise(&package(&[types, ("xl/workbook.xml", "")])), Ok(Content::Xlsx));
        let macros = package(&[types, ("word/document.xml", ""), ("word/vbaProject.bin", "x")]);
        assert_eq!(recognise(&macros), Err(BadContent::Macros));
        let named = package(&[
            ("[Content_Types].xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
            ("xl/workbook.xml", ""),
        ]);
        assert_eq!(recognise(&named), Err(BadContent::Macros));
        assert_eq!(recognise(&package(&[("a.exe", "MZ")])), Err(BadContent::Archive));
        assert_eq!(recognise(&package(&[types, ("word/document.xml", ""), ("../../x", "")])), Err(BadContent::Damaged));
        assert_eq!(recognise(b"PK\x03\x04 broken"), Err(BadContent::Damaged));
    }

    #[test]
    fn the_beginning_tells_and_the_name_does_not() {
        for (bytes, is) in [
            (&b"%PDF-1.7\n...\n%%EOF\n"[..], Ok(Content::Pdf)),
            (b"%PDF-1.7 cut off", Err(BadContent::Damaged)),
            (b"\xFF\xD8\xFF\xE0..", Ok(Content::Jpeg)),
            (b"RIFF....WAVEfmt ", Ok(Content::Wav)),
            (b"RIFF....AVI ", Err(BadContent::Unknown)),
            (b"ID3\x03\0", Ok(Content::Mp3)),
            (b"\xFF\xFB\x90\x44", Ok(Content::Mp3)),
            (b"\0\0\0\x20ftypM4A ", Ok(Content::M4a)),
            (b"\0\0\0\x20ftypheic", Err(BadContent::Heic)),
            (b"\0\0\0\x20ftypqt  ", Err(BadContent::Unknown)),
            (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1..", Err(BadContent::OldOffice)),
            (b"Rar!\x1A\x07", Err(BadContent::Archive)),
            (b"MZ\x90\x00", Err(BadContent::Unknown)),
            (b"\x7FELF\x02", Err(BadContent::Unknown)),
            (b"", Err(BadContent::Empty)),
        ] {
            assert_eq!(recognise(bytes), is, "{:?}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn texts_of_both_chinese_encodings_are_texts() {
        assert_eq!(recognise("路灯不亮\r\n第二行\t".as_bytes()), Ok(Content::Text));
        // 路灯 in GBK.
        assert_eq!(recognise(&[0xC2, 0xB7, 0xB5, 0xC6, b'\n']), Ok(Content::Text));
        assert_eq!(recognise(&[0xC2, b'\n', 0xB5]), Err(BadContent::Unknown));
    }
}
