//! Damaged sound files: the check of the fuzz target `wav`, everywhere.

#[path = "../../../fuzz/checks/wav.rs"]
mod check;
#[path = "../../../fuzz/storm.rs"]
mod storm;

fn wav(format: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = u32::from(channels) * u32::from(bits / 8);
    let length = u32::try_from(data.len()).expect("a short sound");
    let mut out = b"RIFF".to_vec();
    out.extend((36 + length).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0");
    out.extend([format.to_le_bytes(), channels.to_le_bytes()].concat());
    out.extend([rate.to_le_bytes(), (rate * frame).to_le_bytes()].concat());
    out.extend([(frame as u16).to_le_bytes(), bits.to_le_bytes()].concat());
    out.extend(b"data");
    out.extend(length.to_le_bytes());
    out.extend(data);
    out
}

#[test]
fn a_damaged_sound_file_is_refused_or_converted() {
    let sound: Vec<u8> = (0..=255).cycle().take(1_600).collect();
    let (plain, stereo, alaw) =
        (wav(1, 1, 8_000, 16, &sound), wav(1, 2, 44_100, 16, &sound), wav(6, 1, 8_000, 8, &sound));
    storm::storm(&[&plain, &stereo, &alaw], 6_000, check::check);
}
