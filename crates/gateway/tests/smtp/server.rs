//! The mail server of the tests as a process of its own, and a certificate for it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// aiosmtpd, from the system's packages.
const PYTHON: &str = "/usr/bin/python3";

pub struct MailServer {
    child: Child,
    told: Option<BufReader<ChildStdout>>,
    pub port: u16,
}

impl MailServer {
    pub fn start(args: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/smtp/server.py");
        let mut child = Command::new(PYTHON).arg(script).args(args).stdout(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("python3-aiosmtpd is installed");
        Self { child, told: Some(told), port }
    }

    /// The next mail it took.
    pub async fn next(&mut self) -> Value {
        let mut told = self.told.take().unwrap();
        let (told, line) = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            told.read_line(&mut line).unwrap();
            (told, line)
        })
        .await
        .unwrap();
        self.told = Some(told);
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A certificate that only who is given it trusts.
pub struct Certificate {
    dir: tempfile::TempDir,
    cert: String,
    key: String,
}

impl Certificate {
    pub fn of(host: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| -> String { PathBuf::from(dir.path()).join(name).to_str().unwrap().to_owned() };
        let (cert, key) = (path("cert.pem"), path("key.pem"));
        let subject = format!("/CN={host}");
        let names = format!("subjectAltName=DNS:{host}");
        #[rustfmt::skip]
        let args = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", &subject, "-addext", &names, "-addext", "basicConstraints=critical,CA:FALSE",
            "-keyout", &key, "-out", &cert,
        ];
        let done = Command::new("openssl").args(args).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Self { dir, cert, key }
    }

    pub fn cert(&self) -> &str {
        &self.cert
    }

    pub fn key(&self) -> &str {
        &self.key
    }

    pub fn pem(&self) -> String {
        assert!(self.dir.path().exists());
        std::fs::read_to_string(&self.cert).unwrap()
    }
}
