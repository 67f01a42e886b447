//! Numbers as prompts say them.

use crate::switch::Sound;

pub(super) fn prompt(name: impl Into<String>) -> Sound {
    Sound::Prompt(name.into())
}

/// One digit after the other, as numbers of people and telephones are read out.
pub(super) fn digits(text: &str) -> Vec<Sound> {
    text.chars().filter(char::is_ascii_digit).map(|digit| prompt(format!("digit.{digit}"))).collect()
}

/// 0…999 in spoken Chinese: 23 is 二十三, 10 is 十, 105 is 一百零五. Larger numbers are said as 999.
pub(super) fn number(n: u32) -> Vec<Sound> {
    let n = n.min(999);
    let digit = |d: u32| prompt(format!("digit.{d}"));
    let (hundreds, tens, ones) = (n / 100, n / 10 % 10, n % 10);
    let mut said = Vec::new();
    if hundreds > 0 {
        said.extend([digit(hundreds), prompt("number.100")]);
    }
    match (hundreds, tens, ones) {
        (0, 0, _) => said.push(digit(ones)),
        (_, 0, 0) => {}
        (_, 0, _) => said.extend([digit(0), digit(ones)]),
        (0, 1, _) => said.push(prompt("number.10")),
        _ => said.extend([digit(tens), prompt("number.10")]),
    }
    if tens > 0 && ones > 0 {
        said.push(digit(ones));
    }
    said
}

/// 回铃音 of Chinese networks: 450 Hz, one second on, four off.
pub(super) fn ring_back() -> Vec<Sound> {
    vec![Sound::Tone { hz: 450, ms: 1000 }, Sound::Silence { ms: 4000 }]
}

/// The beep before a message.
pub(super) fn beep() -> Sound {
    Sound::Tone { hz: 1000, ms: 400 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_said_as_people_say_them() {
        let said = |n| {
            let names: Vec<String> = number(n)
                .into_iter()
                .map(|sound| match sound {
                    Sound::Prompt(name) => {
                        name.replace("digit.", "").replace("number.100", "百").replace("number.10", "十")
                    }
                    other => format!("{other:?}"),
                })
                .collect();
            names.concat()
        };
        for (n, want) in [(0, "0"), (7, "7"), (10, "十"), (15, "十5"), (20, "2十"), (23, "2十3"), (100, "1百")] {
            assert_eq!(said(n), want, "{n}");
        }
        for (n, want) in [(105, "1百05"), (110, "1百1十"), (123, "1百2十3"), (999, "9百9十9"), (5000, "9百9十9")]
        {
            assert_eq!(said(n), want, "{n}");
        }
    }
}
