//! Damaged datagrams: the check of the fuzz target `rtp`, everywhere.

#[path = "../../../fuzz/checks/rtp.rs"]
mod check;
#[path = "../../../fuzz/storm.rs"]
mod storm;

#[test]
fn damaged_datagrams_are_read_or_left_alone() {
    let speech = [&[0x80, 8, 0, 1, 0, 0, 0, 160, 0, 0, 0, 7][..], &[0xD5; 160]].concat();
    // With CSRC, extension and padding; a digit; a sender's report with a block about us, and a goodbye.
    let full = [
        &[0xB1, 0x88, 0, 2, 0, 0, 1, 64, 0, 0, 0, 7, 0, 0, 0, 9, 0xBE, 0xDE, 0, 1, 1, 2, 3, 4][..],
        &[0xD5; 16],
        &[0, 0, 0, 4],
    ]
    .concat();
    let digit = [0x80, 0xE5, 0, 3, 0, 0, 0, 160, 0, 0, 0, 7, 5, 0x8A, 3, 32];
    let mut report = [0; 28 + 24 + 8];
    report[..8].copy_from_slice(&[0x81, 200, 0, 12, 0, 0, 0, 7]);
    report[28..36].copy_from_slice(&[0, 0, 0, 1, 3, 0, 0, 2]);
    report[52..].copy_from_slice(&[0x81, 203, 0, 1, 0, 0, 0, 7]);
    storm::storm(&[&speech, &full, &digit, &report], 50_000, check::check);
}
