//! 交换批次: what goes through the isolation gateway. A batch is numbered, encrypted (SM4-GCM) and signed (HMAC-SM3) under
//! keys of its direction; whoever holds a copy learns and forges nothing, and a number passes once.

use kernel::crypto::sm3::hmac_sm3;
use kernel::{Provider, Secret, SoftwareProvider, Ts, Uuid, constant_time_eq};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 内网: the core.
    Inner,
    /// 外网: the portal.
    Outer,
}

impl Side {
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inner => "inner",
            Self::Outer => "outer",
        }
    }

    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Inner => Self::Outer,
            Self::Outer => Self::Inner,
        }
    }
}

/// One thing told across. The id names it for ever: told twice it counts once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub id: Uuid,
    pub kind: String,
    pub body: Value,
    /// When it was told.
    pub at: Ts,
}

/// What one file holds. Number 0 is a sign of life, with an acknowledgement and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    pub from: Side,
    pub seq: i64,
    /// The sender's numbering, named by the moment it began. A later one begins at 1 again: somebody started anew, or
    /// came back from a backup. An earlier one is a replay.
    pub epoch: i64,
    /// The receiver's numbering, as far as the sender knows; 0 for none. `ack` is of it.
    pub peer: i64,
    /// The last number of the other side that was applied without a gap.
    pub ack: i64,
    /// The last number this side has given out: with it a lost file shows as a gap.
    pub sent: i64,
    pub at: Ts,
    pub records: Vec<Record>,
}

/// Why a file is no batch for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// Not a batch, or cut off.
    Malformed,
    /// Altered on the way, or made by somebody else.
    Forged,
    /// One of our own, sent back.
    Reflected,
    /// Longer than any batch is.
    TooLong,
}

const MAGIC: &[u8] = b"HXB1";
const TAG: usize = 32;

/// The keys both ends share, from one secret.
#[derive(Clone)]
pub struct Keys {
    sign: [Secret<[u8; 32]>; 2],
    seal: [std::sync::Arc<SoftwareProvider>; 2],
    /// Blind indexes both ends can compute: query codes, numbers, persons.
    index: Secret<[u8; 32]>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

const fn at(side: Side) -> usize {
    match side {
        Side::Inner => 0,
        Side::Outer => 1,
    }
}

impl Keys {
    #[must_use]
    pub fn of(secret: &Secret<[u8; 32]>) -> Self {
        let derive = |label: &str| Secret::new(hmac_sm3(secret.expose(), &[b"hotline/exchange/", label.as_bytes()]));
        let seal = |label: &str| std::sync::Arc::new(SoftwareProvider::from_master(&derive(label)));
        Self {
            sign: [derive("sign/inner"), derive("sign/outer")],
            seal: [seal("seal/inner"), seal("seal/outer")],
            index: derive("index"),
        }
    }

    /// An index of a value that both ends can make and nobody else can undo.
    #[must_use]
    pub fn index(&self, domain: &str, value: &str) -> String {
        kernel::hex_encode(&hmac_sm3(self.index.expose(), &[domain.as_bytes(), &[0], value.as_bytes()])[..16])
    }

    /// Tells two keys apart without showing either: the operators of both ends compare it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let all = hmac_sm3(self.index.expose(), &[b"fingerprint"]);
        let groups: Vec<String> = all[..8].chunks(2).map(kernel::hex_encode).collect();
        groups.join("-")
    }

    fn place(from: Side, seq: i64) -> String {
        format!("exchange:{}:{seq}", from.code())
    }

    /// The file of a batch: `magic ‖ side ‖ number ‖ sealed body ‖ signature over all of it`.
    #[must_use]
    pub fn write(&self, batch: &Batch) -> Vec<u8> {
        let plain = serde_json::to_vec(batch).expect("records are JSON");
        let sealed = self.seal[at(batch.from)].seal(Self::place(batch.from, batch.seq).as_bytes(), &plain);
        let mut out = MAGIC.to_vec();
        out.push(u8::try_from(at(batch.from)).unwrap_or(0));
        out.extend(batch.seq.to_be_bytes());
        out.extend(sealed);
        let tag = hmac_sm3(self.sign[at(batch.from)].expose(), &[&out]);
        out.extend(tag);
        out
    }

    /// Reads a file that the other end wrote.
    ///
    /// # Errors
    /// [`Bad`] for anything else.
    pub fn read(&self, bytes: &[u8], reader: Side) -> Result<Batch, Bad> {
        let head = MAGIC.len() + 1 + 8;
        if bytes.len() < head + TAG || !bytes.starts_with(MAGIC) {
            return Err(Bad::Malformed);
        }
        let (signed, tag) = bytes.split_at(bytes.len() - TAG);
        let from = match bytes[MAGIC.len()] {
            0 => Side::Inner,
            1 => Side::Outer,
            _ => return Err(Bad::Malformed),
        };
        if from == reader {
            return Err(Bad::Reflected);
        }
        if !constant_time_eq(&hmac_sm3(self.sign[at(from)].expose(), &[signed]), tag) {
            return Err(Bad::Forged);
        }
        let number: [u8; 8] = bytes[MAGIC.len() + 1..head].try_into().map_err(|_| Bad::Malformed)?;
        let seq = i64::from_be_bytes(number);
        let plain = self.seal[at(from)].open(Self::place(from, seq).as_bytes(), &signed[head..]);
        let plain = plain.map_err(|_| Bad::Forged)?;
        let batch: Batch = serde_json::from_slice(&plain).map_err(|_| Bad::Malformed)?;
        if batch.from == from && batch.seq == seq { Ok(batch) } else { Err(Bad::Forged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(n: u8) -> Keys {
        Keys::of(&Secret::new([n; 32]))
    }

    fn batch(seq: i64) -> Batch {
        let record = Record {
            id: Uuid::nil(),
            kind: "file".to_owned(),
            body: serde_json::json!({ "姓名": "王晓明" }),
            at: Ts(1),
        };
        Batch { from: Side::Outer, seq, epoch: 5, peer: 4, ack: 3, sent: seq, at: Ts(1), records: vec![record] }
    }

    #[test]
    fn what_was_written_is_read_and_shows_nothing() {
        let file = keys(1).write(&batch(7));
        assert!(!String::from_utf8_lossy(&file).contains("王晓明"));
        assert_eq!(keys(1).read(&file, Side::Inner), Ok(batch(7)));
        assert_eq!(keys(2).read(&file, Side::Inner), Err(Bad::Forged), "another installation's");
        assert_eq!(keys(1).read(&file, Side::Outer), Err(Bad::Reflected), "our own come back");
    }

    #[test]
    fn no_byte_can_be_changed_cut_or_added() {
        let file = keys(1).write(&batch(7));
        for at in 0..file.len() {
            let mut forged = file.clone();
            forged[at] ^= 1;
            assert!(keys(1).read(&forged, Side::Inner).is_err(), "byte {at}");
        }
        assert!(keys(1).read(&file[..file.len() - 1], Side::Inner).is_err());
        assert!(keys(1).read(&[file.as_slice(), b"x"].concat(), Side::Inner).is_err());
        assert_eq!(keys(1).read(b"", Side::Inner), Err(Bad::Malformed));
    }
}
