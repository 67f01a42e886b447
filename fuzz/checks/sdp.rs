// Any body is a description or an error, and an answer to it can itself be read.
use sip::sdp::{Description, Local};

pub fn check(body: &[u8]) {
    let local = Local { session: 1, version: 1, address: [192, 0, 2, 1].into(), port: 20_000 };
    if let Ok(description) = Description::parse(body)
        && let Ok((answer, _)) = description.answer(&local)
    {
        Description::parse(answer.as_bytes()).and_then(|a| a.agreed()).expect("our own answer is understood");
    }
}
