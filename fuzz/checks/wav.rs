// Uploaded prompts and recordings of unknown origin.
pub fn check(bytes: &[u8]) {
    let _ = media::wav::read_header(bytes);
    let _ = media::prompts::convert(bytes);
}
