//! Tones made on the spot: the beep before a message, keypad tones for peers that know no events.

use crate::stats::RATE;

/// Peak of a tone, of 32767: −12 dBFS.
const PEAK: f32 = 8231.0;
/// Samples over which a tone swells and fades, so that it does not click: 5 ms.
const RAMP: u32 = 40;

/// Sample `n` of a tone of `length` samples.
pub fn sample(hz: u16, n: u32, length: u32) -> i16 {
    let edge = n.min(length.saturating_sub(n + 1)).min(RAMP) as f32 / RAMP as f32;
    // The phase is taken modulo one turn before it becomes a float, or long tones lose their pitch.
    let turn = (u64::from(n) * u64::from(hz)) % u64::from(RATE);
    let angle = turn as f32 / RATE as f32 * std::f32::consts::TAU;
    (angle.sin() * PEAK * edge) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_begins_and_ends_in_silence_and_keeps_its_level() {
        let tone: Vec<i16> = (0..8000).map(|n| sample(440, n, 8000)).collect();
        assert_eq!((tone[0], tone[7999]), (0, 0));
        let rms = (tone.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / 8000.0).sqrt();
        assert!((rms - 8231.0 / 2f64.sqrt()).abs() < 60.0, "{rms}");
    }
}
