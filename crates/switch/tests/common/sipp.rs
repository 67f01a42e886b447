//! Real sipp, run as a child in a folder of its own.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use tokio::process::Child;

/// Nothing here takes longer than this; a test that waits for it has failed.
pub const LIMIT: Duration = Duration::from_secs(25);
pub const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Handed out already: between that and its use by sipp a port looks free to the test next door.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// Free for datagrams and for streams alike, and nobody else's.
pub fn free_port() -> u16 {
    loop {
        let port = UdpSocket::bind((HOME, 0)).unwrap().local_addr().unwrap().port();
        if std::net::TcpListener::bind((HOME, port)).is_ok() && GIVEN.lock().unwrap().insert(port) {
            return port;
        }
    }
}

/// Starts sipp with a scenario of `tests/sipp`, in a folder that `prepare` has filled.
fn sipp(scenario: &str, arguments: &[&str], prepare: fn(&Path)) -> Sipp {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sipp").join(scenario).with_extension("xml");
    let child = tokio::process::Command::new("sipp")
        .args(["-sf", file.to_str().unwrap(), "-i", "127.0.0.1", "-m", "1", "-nostdin"])
        .args([
            "-timeout",
            "25",
            "-timeout_error",
            "-trace_err",
            "-error_file",
            "errors",
            "-trace_msg",
            "-message_file",
        ])
        .arg("messages")
        .args(arguments)
        .current_dir(folder.path())
        .env("TERM", "dumb")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("sipp is installed (Debian package sip-tester)");
    Sipp { child, folder, scenario: scenario.into() }
}

/// sipp as a caller of the stack on `port`.
pub fn caller(scenario: &str, port: u16, more: &[&str]) -> Sipp {
    caller_with(scenario, port, more, |_| {})
}

/// The same with files in its folder.
pub fn caller_with(scenario: &str, port: u16, more: &[&str], prepare: fn(&Path)) -> Sipp {
    let (to, from, media) = (format!("127.0.0.1:{port}"), free_port().to_string(), free_port().to_string());
    let mut arguments = vec![to.as_str(), "-p", &from, "-mp", &media, "-d", "300"];
    arguments.extend(more);
    sipp(scenario, &arguments, prepare)
}

/// sipp as the carrier or the called party on `port`.
pub fn called(scenario: &str, port: u16) -> Sipp {
    called_with(scenario, port, &[])
}

pub fn called_with(scenario: &str, port: u16, more: &[&str]) -> Sipp {
    let (port, media) = (port.to_string(), free_port().to_string());
    let mut arguments = vec!["-p", &port, "-mp", &media];
    arguments.extend(more);
    sipp(scenario, &arguments, |_| {})
}

pub struct Sipp {
    child: Child,
    folder: tempfile::TempDir,
    scenario: String,
}

impl Sipp {
    /// Waits until sipp's log of messages has this text.
    pub async fn logged(&self, text: &str) {
        let file = self.folder.path().join("messages");
        let found = async {
            while !std::fs::read_to_string(&file).unwrap_or_default().contains(text) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        assert!(tokio::time::timeout(LIMIT, found).await.is_ok(), "{}: no {text}", self.scenario);
    }

    /// Waits for the end; the scenario must have passed.
    pub async fn passes(self) {
        let output = tokio::time::timeout(LIMIT + Duration::from_secs(5), self.child.wait_with_output())
            .await
            .expect("sipp ends")
            .unwrap();
        let read = |name: &str| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        assert!(
            output.status.success(),
            "{}: {}\n{}\n{}\n{}",
            self.scenario,
            output.status,
            String::from_utf8_lossy(&output.stderr),
            read("errors"),
            read("messages"),
        );
    }
}
