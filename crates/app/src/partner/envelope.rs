//! 信封 of every message (§9.1): who says what to whom, signed with SM2 over the digest of the body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::partner::wo::Private;
use kernel::crypto::sm2::{Sm2Key, sm2_seal, sm2_verify};
use kernel::crypto::sm3::sm3;
use kernel::{Mint, Refusal, Ts, constant_time_eq, hex_encode};
use serde::{Deserialize, Serialize};
use store::partner::Partner;

use crate::Result;

/// Clocks of two platforms may differ by so much, milliseconds.
const SKEW_MS: i64 = 300_000;

/// A message as it travels. `body` is the JSON text of the object, so that both sides digest the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Envelope {
    pub msg_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub from: String,
    pub to: String,
    pub ts: String,
    pub nonce: String,
    pub body: String,
    pub sm3: String,
    pub sign_sm2: String,
}

/// What is said to a message: 0 taken, 4001 content, 4002 signature, 4003 had it already, 4004 does not fit the state, 4005 unknown
/// platform, 5000 try again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    pub code: i64,
    pub msg: String,
    pub msg_id: String,
}

impl Envelope {
    /// A signed message.
    pub fn seal(
        key: &Sm2Key,
        msg_id: &str,
        kind: &str,
        (from, to): (&str, &str),
        body: &str,
        mint: &dyn Mint,
        now: Ts,
    ) -> Self {
        let mut nonce = [0; 16];
        mint.bytes(&mut nonce);
        let mut envelope = Self {
            msg_id: msg_id.to_owned(),
            kind: kind.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            ts: now.iso(),
            nonce: hex_encode(&nonce),
            body: body.to_owned(),
            sm3: hex_encode(&sm3(body.as_bytes())),
            sign_sm2: String::new(),
        };
        envelope.sign_sm2 = key.sign(envelope.signed().as_bytes());
        envelope
    }

    /// What the signature is over.
    fn signed(&self) -> String {
        let Self { msg_id, kind, from, to, ts, nonce, sm3, .. } = self;
        [msg_id, kind, from, to, ts, nonce, sm3].map(String::as_str).join("\n")
    }

    /// Why it is not what its sender said, in words; nothing when it is.
    pub fn fault(&self, their_key: &str, now: Ts) -> Option<&'static str> {
        if !constant_time_eq(hex_encode(&sm3(self.body.as_bytes())).as_bytes(), self.sm3.to_lowercase().as_bytes()) {
            return Some("sm3 与 body 不符：应为 body 文本（UTF-8）的 SM3，十六进制");
        }
        if !sm2_verify(their_key, self.signed().as_bytes(), &self.sign_sm2) {
            return Some(
                "sign_sm2 验签未通过：请核对密钥，以及 msg_id、type、from、to、ts、nonce、sm3 以换行连接的签名原文",
            );
        }
        match Ts::parse_iso(&self.ts) {
            Some(at) if at.millis_since(now).abs() <= SKEW_MS => None,
            _ => Some("ts 与本平台时间相差超过5分钟：请校准时间，重发时重新签名"),
        }
    }
}

/// A block that only the partner opens.
pub(super) fn close(partner: &Partner, mint: &dyn Mint, private: &Private) -> Result<String> {
    let sealed = sm2_seal(&partner.their_key, mint, &serde_json::to_vec(private)?);
    let sealed = sealed.ok_or_else(|| Refusal::state("no_key", "对方公钥不正确，请联系安全管理员"))?;
    Ok(STANDARD.encode(sealed))
}

/// What a partner closed for us.
pub(super) fn open(partner: &Partner, sealed: &str) -> Option<Private> {
    let key = Sm2Key::parse(&partner.our_secret)?;
    let bytes = key.open(&STANDARD.decode(sealed).ok()?)?;
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SystemMint;

    #[test]
    fn whatever_is_changed_on_the_way_is_found() {
        let now = Ts(1_790_000_000_000);
        let key = Sm2Key::make(&SystemMint);
        let sealed = Envelope::seal(&key, "m1", "wo.create", ("520100", "990100"), "{\"a\":1}", &SystemMint, now);
        assert_eq!(sealed.fault(&key.public_hex(), now), None);
        let changes: [fn(&mut Envelope); 8] = [
            |e| e.msg_id.push('x'),
            |e| e.kind = "wo.close".to_owned(),
            |e| e.from = "110".to_owned(),
            |e| e.to = "110".to_owned(),
            |e| e.nonce.push('0'),
            |e| e.body.push(' '),
            |e| e.sm3 = "0".repeat(64),
            |e| e.ts = Ts(1_790_000_001_000).iso(),
        ];
        for (n, change) in changes.into_iter().enumerate() {
            let mut changed = sealed.clone();
            change(&mut changed);
            assert!(changed.fault(&key.public_hex(), now).is_some(), "change {n}");
        }
        assert!(sealed.fault(&Sm2Key::make(&SystemMint).public_hex(), now).is_some(), "somebody else's key");
        assert!(sealed.fault(&key.public_hex(), now.plus_minutes(6)).is_some(), "an old one, sent again");
    }

    #[test]
    fn the_worked_example_of_the_document_holds() {
        let secret = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
        let document = include_str!("../../../../docs/partners.md");
        let example = document.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
        let envelope: Envelope = serde_json::from_str(example).unwrap();
        let key = Sm2Key::parse(secret).unwrap();
        assert!(document.contains(secret) && document.contains(&key.public_hex()));
        assert_eq!(envelope.fault(&key.public_hex(), Ts::parse_iso(&envelope.ts).unwrap()), None);
        let spoken: domain::partner::wo::Spoken = serde_json::from_str(&envelope.body).unwrap();
        let opened = key.open(&STANDARD.decode(&spoken.private_enc).unwrap()).unwrap();
        assert_eq!(String::from_utf8(opened).unwrap(), r#"{"content":"请尽快办理"}"#);
    }
}
