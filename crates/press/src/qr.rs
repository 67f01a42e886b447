//! The code that leads to the page of verification.

use image::{GrayImage, ImageFormat, Luma};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::{Error, Result};

/// Pixels of one module: sharp when printed at 25 mm.
const MODULE: u32 = 8;
/// Quiet zone, modules.
const QUIET: u32 = 2;

/// A PNG of the code.
///
/// # Errors
/// When the text is too long for a code.
pub fn qr_png(text: &str) -> Result<Vec<u8>> {
    let broken = |e: &dyn std::fmt::Display| Error::Pdf(e.to_string());
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|e| broken(&e))?;
    let side = u32::try_from(code.size()).map_err(|e| broken(&e))?;
    let whole = (side + 2 * QUIET) * MODULE;
    let dark = |at: u32| (at / MODULE).checked_sub(QUIET).and_then(|m| i32::try_from(m).ok());
    let picture = GrayImage::from_fn(whole, whole, |x, y| {
        let module = dark(x).zip(dark(y));
        Luma([if module.is_some_and(|(x, y)| code.get_module(x, y)) { 0 } else { 255 }])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(|e| broken(&e))?;
    Ok(bytes.into_inner())
}
