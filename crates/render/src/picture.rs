//! Small pictures of large ones.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, imageops::FilterType};

/// Longest side of a small picture, pixels.
const SIDE: u32 = 320;
/// Longest side that is decoded, and memory for it.
const MOST_SIDE: u32 = 16_000;
const MOST_BYTES: u64 = 512 << 20;

/// A JPEG of at most 320 pixels, the right way up; `None` for what cannot be decoded within reason.
#[must_use]
pub fn thumbnail(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let turn = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    if picture.width() > SIDE || picture.height() > SIDE {
        picture = picture.resize(SIDE, SIDE, FilterType::Triangle);
    }
    if let Some(turn) = turn {
        picture.apply_orientation(turn);
    }
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(on_white(&picture)).write_to(&mut out, image::ImageFormat::Jpeg).ok()?;
    Some(out.into_inner())
}

/// JPEG knows no transparency: drawings stand on white.
fn on_white(picture: &DynamicImage) -> image::RgbImage {
    let rgba = picture.to_rgba8();
    image::RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0;
        let over = |c: u8| {
            let mixed = (u32::from(c) * u32::from(a) + 255 * (255 - u32::from(a))) / 255;
            u8::try_from(mixed).unwrap_or(255)
        };
        image::Rgb([over(r), over(g), over(b)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_picture_becomes_a_small_one_of_the_same_shape() {
        let mut png = Cursor::new(Vec::new());
        DynamicImage::new_rgba8(1600, 800).write_to(&mut png, image::ImageFormat::Png).unwrap();
        let small = image::load_from_memory(&thumbnail(png.get_ref()).unwrap()).unwrap();
        assert_eq!((small.width(), small.height()), (320, 160));
        assert_eq!(small.to_rgb8().get_pixel(5, 5).0, [255, 255, 255], "transparent stands on white");
    }

    #[test]
    fn what_is_no_picture_has_no_small_one() {
        assert!(thumbnail(b"\xFF\xD8\xFF\xE0 not a picture").is_none());
        // A PNG that says it is 60000 pixels wide.
        let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        bomb.extend([0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 6, 0, 0, 0, 0, 0, 0, 0]);
        assert!(thumbnail(&bomb).is_none());
    }
}
