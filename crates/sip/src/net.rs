//! Address ranges of carriers: `203.0.113.0/24`, `2001:db8::/32`, or a single address.

use std::net::IpAddr;
use std::str::FromStr;

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    base: IpAddr,
    bits: u8,
}

impl Range {
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        // A v6 socket shows v4 peers as ::ffff:a.b.c.d.
        match (self.base, ip.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(ip)) => {
                let shift = 32 - u32::from(self.bits);
                (u64::from(u32::from(base)) >> shift) == (u64::from(u32::from(ip)) >> shift)
            }
            (IpAddr::V6(base), IpAddr::V6(ip)) => {
                let shift = 128 - u32::from(self.bits);
                u128::from(base).checked_shr(shift).unwrap_or(0) == u128::from(ip).checked_shr(shift).unwrap_or(0)
            }
            _ => false,
        }
    }
}

/// The text is no address or range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address or a range such as 203.0.113.0/24")]
pub struct NotARange;

impl FromStr for Range {
    type Err = NotARange;

    fn from_str(text: &str) -> Result<Self, NotARange> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| NotARange)?)),
            None => (text.trim(), None),
        };
        let base: IpAddr = address.parse().map_err(|_| NotARange)?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most {
            return Err(NotARange);
        }
        Ok(Self { base: base.to_canonical(), bits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(range: &str, ip: &str) -> bool {
        range.parse::<Range>().unwrap().contains(ip.parse().unwrap())
    }

    #[test]
    fn ranges_and_single_addresses() {
        assert!(contains("203.0.113.0/24", "203.0.113.255") && !contains("203.0.113.0/24", "203.0.114.0"));
        assert!(contains("203.0.113.7", "203.0.113.7") && !contains("203.0.113.7", "203.0.113.8"));
        assert!(contains("203.0.113.7", "::ffff:203.0.113.7"));
        assert!(contains("2001:db8::/32", "2001:db8:1::5") && !contains("2001:db8::/32", "2001:db9::5"));
        assert!(contains("0.0.0.0/0", "8.8.8.8") && !contains("0.0.0.0/0", "2001:db8::1") && contains("::/0", "::1"));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "203.0.113.0/33", "carrier.example.com", "203.0.113.0/", "/24", "::/129"] {
            assert_eq!(text.parse::<Range>(), Err(NotARange), "{text}");
        }
    }
}
