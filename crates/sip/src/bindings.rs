//! Where registered desk phones are (RFC 3261 §10): a plain value, time given by the caller.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

/// Shortest and longest registration we grant, seconds. Bindings live in memory: after a restart every phone is back within
/// the longest one.
pub const MIN_EXPIRES_S: u32 = 60;
pub const MAX_EXPIRES_S: u32 = 120;
/// What a phone gets that asks for nothing.
pub const DEFAULT_EXPIRES_S: u32 = MAX_EXPIRES_S;
/// Devices that share an extension.
const MOST: usize = 4;

/// How a phone is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    Udp,
    Tcp,
    Tls,
}

/// One device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Its Contact URI as written.
    pub uri: String,
    /// Where its REGISTER came from: right even behind address translation.
    pub source: SocketAddr,
    pub transport: Transport,
    pub until: Duration,
}

/// What a REGISTER asks for one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub uri: String,
    /// Seconds; 0 removes.
    pub expires_s: u32,
}

/// All devices of all extensions.
#[derive(Debug, Default)]
pub struct Bindings {
    all: HashMap<String, Vec<Binding>>,
}

impl Bindings {
    /// Takes a REGISTER that was authenticated. Tells whether the extension is reachable before and after.
    pub fn register(
        &mut self,
        extension: &str,
        asked: &[Asked],
        source: SocketAddr,
        transport: Transport,
        now: Duration,
    ) -> (bool, bool) {
        let devices = self.all.entry(extension.to_owned()).or_default();
        let before = devices.iter().any(|b| b.until > now);
        devices.retain(|b| b.until > now);
        for one in asked {
            devices.retain(|b| b.uri != one.uri);
            if one.expires_s > 0 {
                let until = now + Duration::from_secs(u64::from(one.expires_s.min(MAX_EXPIRES_S)));
                devices.push(Binding { uri: one.uri.clone(), source, transport, until });
            }
        }
        let surplus = devices.len().saturating_sub(MOST);
        devices.drain(..surplus);
        let after = !devices.is_empty();
        if !after {
            self.all.remove(extension);
        }
        (before, after)
    }

    /// `Contact: *` with `Expires: 0`. Whether there was anything.
    pub fn clear(&mut self, extension: &str) -> bool {
        self.all.remove(extension).is_some()
    }

    /// The device that registered last.
    #[must_use]
    pub fn find(&self, extension: &str, now: Duration) -> Option<&Binding> {
        self.all.get(extension)?.iter().rev().find(|b| b.until > now)
    }

    #[must_use]
    pub fn list(&self, extension: &str, now: Duration) -> Vec<Binding> {
        self.all.get(extension).map(|all| all.iter().filter(|b| b.until > now).cloned().collect()).unwrap_or_default()
    }

    /// Whether a registered phone lives at this address; such sources are no strangers.
    #[must_use]
    pub fn knows(&self, source: SocketAddr, now: Duration) -> bool {
        self.all.values().flatten().any(|b| b.source == source && b.until > now)
    }

    /// Forgets what has run out; the extensions that are gone with it.
    pub fn expire(&mut self, now: Duration) -> Vec<String> {
        let mut gone = Vec::new();
        self.all.retain(|extension, devices| {
            devices.retain(|b| b.until > now);
            if devices.is_empty() {
                gone.push(extension.clone());
            }
            !devices.is_empty()
        });
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(u64) -> Duration = Duration::from_secs;

    fn source(port: u16) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, 1], port))
    }

    fn asked(uri: &str, expires_s: u32) -> Vec<Asked> {
        vec![Asked { uri: uri.into(), expires_s }]
    }

    #[test]
    fn comes_refreshes_and_goes() {
        let mut all = Bindings::default();
        let one = |all: &mut Bindings, s, now| all.register("8001", &asked("sip:a", s), source(1), Transport::Udp, now);
        assert_eq!(one(&mut all, 60, AT(0)), (false, true));
        assert_eq!(one(&mut all, 60, AT(30)), (true, true));
        assert_eq!(all.list("8001", AT(89)).len(), 1);
        assert!(all.find("8001", AT(90)).is_none());
        assert_eq!(all.expire(AT(89)), Vec::<String>::new());
        assert_eq!(all.expire(AT(90)), ["8001"]);
        assert_eq!(one(&mut all, 60, AT(100)), (false, true));
        assert_eq!(one(&mut all, 0, AT(101)), (true, false));
        assert!(!all.clear("8001"));
    }

    #[test]
    fn the_last_device_rings_and_their_number_is_bounded() {
        let mut all = Bindings::default();
        for n in 0..6_u16 {
            all.register("8001", &asked(&format!("sip:{n}"), 600), source(n), Transport::Udp, AT(0));
        }
        assert_eq!(all.list("8001", AT(1)).len(), 4);
        assert_eq!(all.find("8001", AT(1)).unwrap().source, source(5));
        assert!(all.knows(source(5), AT(1)) && !all.knows(source(0), AT(1)) && !all.knows(source(5), AT(120)));
        assert!(all.clear("8001"));
    }

    #[test]
    fn nobody_stays_longer_than_two_minutes() {
        let mut all = Bindings::default();
        all.register("8001", &asked("sip:a", u32::MAX), source(1), Transport::Tls, AT(0));
        assert_eq!(all.find("8001", AT(1)).unwrap().until, AT(120));
    }
}
