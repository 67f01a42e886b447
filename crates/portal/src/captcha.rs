//! 算术验证: a sum in words, readable aloud, before anything that costs a message. The answer travels sealed in the form
//! and counts once.

use std::collections::HashMap;
use std::sync::Mutex;

use kernel::{Mint, Provider, Ts};
use serde::{Deserialize, Serialize};

const PLACE: &[u8] = b"portal:captcha";
const VALID_MIN: i64 = 15;
/// Answers remembered as used; older ones are over anyway.
const USED: usize = 20_000;

/// A question with its sealed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captcha {
    pub question: String,
    pub token: String,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    answer: u8,
    until: Ts,
    once: u64,
}

/// Tokens already used in this process.
#[derive(Debug, Default)]
pub struct Used(Mutex<HashMap<u64, Ts>>);

const WORDS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

/// A new question.
pub fn ask(seal: &dyn Provider, mint: &dyn Mint, now: Ts) -> Captcha {
    let mut dice = [0_u8; 11];
    mint.bytes(&mut dice);
    let [a, b] = [dice[0] % 9 + 1, dice[1] % 9 + 1];
    let (high, low) = (a.max(b), a.min(b));
    let words = |n: u8| WORDS[usize::from(n)];
    let (question, answer) = match dice[2] % 3 {
        0 => (format!("{}加{}等于几？", words(a), words(b)), a + b),
        1 => (format!("{}减{}等于几？", words(high), words(low)), high - low),
        _ => (format!("{}加{}再加一等于几？", words(a), words(b)), a + b + 1),
    };
    let once = u64::from_le_bytes(dice[3..11].try_into().expect("eight bytes"));
    let sealed = Sealed { answer, until: now.plus_minutes(VALID_MIN), once };
    let text = serde_json::to_vec(&sealed).expect("numbers are JSON");
    Captcha { question, token: kernel::hex_encode(&seal.seal(PLACE, &text)) }
}

/// The answer is right, in time and given for the first time.
pub fn passes(seal: &dyn Provider, used: &Used, token: &str, answer: &str, now: Ts) -> bool {
    let opened = kernel::hex_decode(token).and_then(|bytes| seal.open(PLACE, &bytes).ok());
    let Some(sealed) = opened.and_then(|text| serde_json::from_slice::<Sealed>(&text).ok()) else { return false };
    let typed: String = kernel::normalise(answer).chars().filter(|c| !c.is_whitespace()).collect();
    if now >= sealed.until || typed.parse() != Ok(sealed.answer) {
        return false;
    }
    let mut used = used.0.lock().expect("no one panics holding it");
    if used.len() >= USED {
        used.retain(|_, until| now < *until);
    }
    used.insert(sealed.once, sealed.until).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Secret, SeqMint, SoftwareProvider};

    #[test]
    fn the_right_answer_counts_once_and_in_time() {
        let seal = SoftwareProvider::from_master(&Secret::new([3; 32]));
        let (mint, used, now) = (SeqMint::new(), Used::default(), Ts(1_000_000));
        for _ in 0..50 {
            let asked = ask(&seal, &mint, now);
            let right = (0..20).filter(|n: &u8| passes(&seal, &Used::default(), &asked.token, &n.to_string(), now));
            let right: Vec<u8> = right.collect();
            assert_eq!(right.len(), 1, "{}", asked.question);
            let answer = format!(" {} ", right[0]);
            assert!(!passes(&seal, &used, &asked.token, &answer, now.plus_minutes(15)), "too late");
            assert!(passes(&seal, &used, &asked.token, &answer, now));
            assert!(!passes(&seal, &used, &asked.token, &answer, now), "a second time");
        }
        assert!(!passes(&seal, &used, "", "1", now));
        assert!(!passes(&seal, &used, "zz", "1", now));
    }
}
