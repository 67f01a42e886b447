//! 会话: a person's messages within a short time are one matter, not one each.

use kernel::Ts;

/// A conversation that never pauses is handed over after so long, milliseconds.
pub const LONGEST_MS: i64 = 30 * 60_000;
/// Messages of one conversation.
pub const MOST: usize = 100;

/// How many of a person's messages, oldest first, are a conversation that has ended; 0 while it goes on. It ends with a pause of
/// `quiet_ms` after its last message.
#[must_use]
pub fn ended(ats: &[Ts], quiet_ms: i64, now: Ts) -> usize {
    let Some(first) = ats.first() else { return 0 };
    for (n, at) in ats.iter().enumerate() {
        let next = ats.get(n + 1).copied();
        let count = n + 1;
        if next.unwrap_or(now).0 - at.0 >= quiet_ms || count == MOST {
            return count;
        }
        if next.is_some_and(|next| next.0 - first.0 > LONGEST_MS) {
            return count;
        }
    }
    if now.0 - first.0 > LONGEST_MS { ats.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn of(minutes: &[i64], now: i64) -> usize {
        let ats: Vec<Ts> = minutes.iter().map(|m| Ts(m * MINUTE)).collect();
        ended(&ats, 2 * MINUTE, Ts(now * MINUTE))
    }

    #[test]
    fn a_pause_ends_a_conversation() {
        assert_eq!(of(&[], 9), 0);
        assert_eq!(of(&[0], 1), 0, "more may come");
        assert_eq!(of(&[0], 2), 1);
        assert_eq!(of(&[0, 1, 2], 3), 0);
        assert_eq!(of(&[0, 1, 2], 4), 3);
        assert_eq!(of(&[0, 1, 5, 6], 6), 2, "what came later is another one");
        assert_eq!(of(&[5, 6], 8), 2);
    }

    #[test]
    fn one_without_pauses_is_handed_over_too() {
        let minutes: Vec<i64> = (0..45).collect();
        assert_eq!(of(&minutes, 45), 31);
        assert_eq!(of(&minutes[..31], 30), 0);
        assert_eq!(of(&minutes[..31], 31), 31);
        let now = Ts(500);
        let many: Vec<Ts> = (0..250).map(Ts).collect();
        assert_eq!(ended(&many, MINUTE, now), MOST);
    }
}
