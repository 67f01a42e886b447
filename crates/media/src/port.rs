//! A pair of UDP ports for one SIP leg: sound on the even one, control on the next.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

/// A bound pair of ports; released when dropped.
#[derive(Debug)]
pub struct RtpPort {
    pub(crate) rtp: UdpSocket,
    pub(crate) rtcp: UdpSocket,
    port: u16,
}

impl RtpPort {
    /// Binds the first free pair from a port of the range drawn by chance, so that nobody can guess it.
    pub(crate) fn bind(ip: IpAddr, range: &RangeInclusive<u16>) -> io::Result<Self> {
        let first = u32::from(*range.start()).next_multiple_of(2);
        let pairs = (u32::from(*range.end()) + 1).saturating_sub(first) / 2;
        if pairs == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "媒体端口范围内没有可用的偶数端口"));
        }
        let start = random_u32()? % pairs;
        for n in 0..pairs {
            let port = (first + 2 * ((start + n) % pairs)) as u16;
            if let Ok(pair) = Self::bind_at(ip, port) {
                return Ok(pair);
            }
        }
        Err(io::Error::new(io::ErrorKind::AddrInUse, "媒体端口已全部占用"))
    }

    fn bind_at(ip: IpAddr, port: u16) -> io::Result<Self> {
        let rtp = UdpSocket::bind(SocketAddr::new(ip, port))?;
        let rtcp = UdpSocket::bind(SocketAddr::new(ip, port + 1))?;
        rtp.set_nonblocking(true)?;
        rtcp.set_nonblocking(true)?;
        Ok(Self { rtp, rtcp, port })
    }

    /// The even port, as the SDP names it.
    pub fn port(&self) -> u16 {
        self.port
    }
}

pub(crate) fn random_u32() -> io::Result<u32> {
    getrandom::u32().map_err(|e| io::Error::other(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn pairs_are_even_distinct_and_come_back() {
        let range = 41_001..=41_006; // 41002, 41004: 41006 has no partner inside
        let (a, b) = (RtpPort::bind(LOCAL, &range).expect("free"), RtpPort::bind(LOCAL, &range).expect("free"));
        let mut ports = [a.port(), b.port()];
        ports.sort_unstable();
        assert_eq!(ports, [41_002, 41_004]);
        assert_eq!(RtpPort::bind(LOCAL, &range).expect_err("full").kind(), io::ErrorKind::AddrInUse);
        drop(a);
        RtpPort::bind(LOCAL, &range).expect("released");
    }

    #[test]
    fn a_range_without_a_pair_is_refused() {
        let refused = RtpPort::bind(LOCAL, &(41_101..=41_102)).expect_err("no pair");
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    }
}
