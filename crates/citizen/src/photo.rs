//! 照片: known by its bytes, not by its name; freed of everything beside the picture (place, camera, thumbnails) and of
//! whatever was hung behind it. The turn of the picture is kept, or phones' photos would lie on their side.

use crate::form::PhotoNew;

/// Why a file is no photo for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPhoto {
    /// Not JPEG, PNG or WebP, or damaged.
    Kind,
    TooLarge,
}

/// Checks and cleans an uploaded file.
///
/// # Errors
/// [`BadPhoto`] when it is not a picture of a known kind, or longer than `most` bytes.
pub fn clean(name: &str, bytes: &[u8], most: usize) -> Result<PhotoNew, BadPhoto> {
    if bytes.len() > most {
        return Err(BadPhoto::TooLarge);
    }
    let (mime, ending, clean) = if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        ("image/jpeg", "jpg", jpeg(bytes))
    } else if bytes.starts_with(PNG) {
        ("image/png", "png", png(bytes))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        ("image/webp", "webp", webp(bytes))
    } else {
        return Err(BadPhoto::Kind);
    };
    let bytes = clean.ok_or(BadPhoto::Kind)?;
    Ok(PhotoNew { name: shown_name(name, ending), mime: mime.to_owned(), bytes })
}

/// The file's name without path and odd characters, with the ending its bytes deserve.
fn shown_name(name: &str, ending: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let stem: String = stem.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ')).take(40).collect();
    let stem = if stem.trim().is_empty() { "照片" } else { stem.trim() };
    format!("{stem}.{ending}")
}

/// Segments of a JPEG up to its end, without application data but the two that decoders need.
fn jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0xFF, 0xD8];
    let (mut at, mut framed, mut scanned) = (2, false, false);
    let mut turn = None;
    loop {
        while bytes.get(at) == Some(&0xFF) && bytes.get(at + 1) == Some(&0xFF) {
            at += 1;
        }
        if bytes.get(at) != Some(&0xFF) {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        if marker == 0xD9 {
            out.extend([0xFF, 0xD9]);
            return (framed && scanned).then(|| turned(out, turn));
        }
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let segment = bytes.get(at..at + 2 + length)?;
        match marker {
            0xE1 => turn = turn.or_else(|| orientation(segment.get(4..)?)),
            // Everything else beside the picture goes; JFIF and Adobe's colour mark say how to read it.
            0xE2..=0xED | 0xEF | 0xFE => {}
            _ => out.extend(segment),
        }
        framed |= (0xC0..=0xCF).contains(&marker) && !matches!(marker, 0xC4 | 0xC8 | 0xCC);
        at += 2 + length;
        if marker == 0xDA {
            scanned = true;
            let end = scan_end(bytes, at)?;
            out.extend(bytes.get(at..end)?);
            at = end;
        }
    }
}

/// Where the compressed data that begins at `at` meets the next marker.
fn scan_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let next = bytes.get(at..)?.iter().position(|b| *b == 0xFF)? + at;
        match bytes.get(next + 1)? {
            0x00 | 0xD0..=0xD7 => at = next + 2,
            0xFF => at = next + 1,
            _ => return Some(next),
        }
    }
}

/// The orientation (1–8) of an EXIF segment.
fn orientation(exif: &[u8]) -> Option<u8> {
    let tiff = exif.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.get(..2)? {
        b"II" => true,
        b"MM" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let pair = [*tiff.get(at)?, *tiff.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let long = |at: usize| {
        let four: [u8; 4] = tiff.get(at..at + 4)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .find_map(|i| {
            let entry = directory + 2 + i * 12;
            (short(entry)? == 0x0112).then(|| short(entry + 8)).flatten()
        })
        .and_then(|turn| u8::try_from(turn).ok())
        .filter(|turn| (2..=8).contains(turn))
}

/// Puts an EXIF segment with nothing but the orientation behind the first bytes.
fn turned(mut jpeg: Vec<u8>, turn: Option<u8>) -> Vec<u8> {
    let Some(turn) = turn else { return jpeg };
    let mut segment = vec![0xFF, 0xE1, 0, 34];
    segment.extend(b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0");
    segment.extend([turn, 0, 0, 0, 0, 0, 0]);
    jpeg.splice(2..2, segment);
    jpeg
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Chunks that make the picture; texts, times and EXIF are not among them.
const PNG_KEPT: [&[u8]; 12] =
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs", b"hIST"];

fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = PNG.to_vec();
    let mut at = PNG.len();
    let mut pictured = false;
    loop {
        let length = usize::try_from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)).ok()?;
        let kind = bytes.get(at + 4..at + 8)?;
        let chunk = bytes.get(at..at.checked_add(length)?.checked_add(12)?)?;
        if at == PNG.len() && kind != b"IHDR" {
            return None;
        }
        if PNG_KEPT.contains(&kind) {
            out.extend(chunk);
        }
        pictured |= kind == b"IDAT";
        if kind == b"IEND" {
            return pictured.then_some(out);
        }
        at += chunk.len();
    }
}

fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?;
    let end = length.checked_add(8).filter(|end| *end <= bytes.len())?;
    let mut body = Vec::with_capacity(length);
    let (mut at, mut pictured) = (12, false);
    while at < end {
        let kind: &[u8] = bytes.get(at..at + 4)?;
        let size = usize::try_from(u32::from_le_bytes(bytes.get(at + 4..at + 8)?.try_into().ok()?)).ok()?;
        let padded = size.checked_add(size % 2)?;
        let mut chunk = bytes.get(at..at.checked_add(padded)?.checked_add(8)?)?.to_vec();
        match kind {
            b"EXIF" | b"XMP " => {}
            b"VP8X" => {
                // The flags that announce EXIF and XMP.
                *chunk.get_mut(8)? &= !0b0000_1100;
                body.extend(chunk);
            }
            b"VP8 " | b"VP8L" | b"ANMF" => {
                pictured = true;
                body.extend(chunk);
            }
            b"ALPH" | b"ANIM" | b"ICCP" => body.extend(chunk),
            _ => {}
        }
        at += padded + 8;
    }
    let mut out = b"RIFF".to_vec();
    out.extend(u32::try_from(body.len() + 4).ok()?.to_le_bytes());
    out.extend(b"WEBP");
    out.extend(body);
    pictured.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xFF, marker], length.as_slice(), body].concat()
    }

    fn photo(exif: &[u8]) -> Vec<u8> {
        [
            vec![0xFF, 0xD8],
            segment(0xE0, b"JFIF\0"),
            segment(0xE1, exif),
            segment(0xFE, b"comment: lives at 12 Spring Road"),
            segment(0xC0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
            segment(0xDA, &[1, 1, 0, 0, 63, 0]),
            vec![1, 2, 0xFF, 0x00, 3, 0xFF, 0xD0, 4],
            vec![0xFF, 0xD9],
        ]
        .concat()
    }

    const GPS: &[u8] = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x88\x25\0\x04\0\0\0\x01\0\0\0\x32\0\0\0\0GPS 25.1N";

    #[test]
    fn place_and_comment_leave_the_photo_and_its_turn_stays() {
        let clean = clean("C:\\我 的照片.php.JPG", &photo(GPS), 10_000).unwrap();
        let text = String::from_utf8_lossy(&clean.bytes);
        assert!(!text.contains("GPS") && !text.contains("Spring"), "{text}");
        assert_eq!((clean.name.as_str(), clean.mime.as_str()), ("我 的照片php.jpg", "image/jpeg"));
        assert_eq!(orientation(&clean.bytes[6..]), Some(6), "an upright picture");
        // Cleaning the clean changes nothing.
        assert_eq!(super::clean("x", &clean.bytes, 10_000).unwrap().bytes, clean.bytes);
    }

    #[test]
    fn what_hangs_behind_the_picture_is_cut_off() {
        let hidden = [photo(b"nothing"), b"<script>alert(1)</script>PK\x03\x04".to_vec()].concat();
        let clean = clean("a.jpg", &hidden, 10_000).unwrap();
        assert!(clean.bytes.ends_with(&[0xFF, 0xD9]));
        assert!(!String::from_utf8_lossy(&clean.bytes).contains("script"));
    }

    #[test]
    fn disguised_broken_and_oversized_files_are_refused() {
        for (bytes, why) in [
            (b"<svg onload=alert(1)>".to_vec(), "markup"),
            (b"MZ\x90\x00program".to_vec(), "program"),
            (b"\xFF\xD8\xFF\xE0 not a picture".to_vec(), "only the first bytes"),
            (photo(GPS)[..60].to_vec(), "cut off"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\x04tEXtabcd1234".to_vec(), "no header"),
            (b"GIF89a".to_vec(), "another kind"),
            (Vec::new(), "nothing"),
        ] {
            assert_eq!(clean("a.jpg", &bytes, 10_000), Err(BadPhoto::Kind), "{why}");
        }
        assert_eq!(clean("a.jpg", &photo(GPS), 50), Err(BadPhoto::TooLarge));
    }

    fn chunk(kind: &[u8], body: &[u8]) -> Vec<u8> {
        [u32::try_from(body.len()).unwrap().to_be_bytes().as_slice(), kind, body, &[0; 4]].concat()
    }

    #[test]
    fn texts_leave_png_and_webp() {
        let png = [
            PNG.to_vec(),
            chunk(b"IHDR", &[0; 13]),
            chunk(b"tEXt", b"Author\0Wang"),
            chunk(b"IDAT", b"..."),
            chunk(b"IEND", b""),
            b"tail".to_vec(),
        ]
        .concat();
        let clean_png = clean("a", &png, 1000).unwrap();
        assert_eq!(clean_png.name, "a.png");
        let text = String::from_utf8_lossy(&clean_png.bytes);
        assert!(!text.contains("Wang") && !text.contains("tail"));

        let part = |kind: &[u8], body: &[u8]| {
            [kind, u32::try_from(body.len()).unwrap().to_le_bytes().as_slice(), body].concat()
        };
        let body =
            [part(b"VP8X", &[0x0C, 0, 0, 0, 0, 0, 0, 0, 0, 0]), part(b"VP8 ", b"pict"), part(b"EXIF", b"secret")]
                .concat();
        let webp = [b"RIFF".as_slice(), &u32::try_from(body.len() + 4).unwrap().to_le_bytes(), b"WEBP", &body].concat();
        let clean_webp = clean("a.webp", &webp, 1000).unwrap();
        assert!(!String::from_utf8_lossy(&clean_webp.bytes).contains("secret"));
        assert_eq!(clean_webp.bytes[20], 0, "no flag announces what is gone");
    }
}
