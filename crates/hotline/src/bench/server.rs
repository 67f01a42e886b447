//! The platform as a process of its own, started and ended from outside.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Loading the whole demo city in a debug build on a busy machine takes a while.
const PATIENCE: Duration = Duration::from_secs(300);

/// A running `hotline serve`. Dropping it kills it.
pub struct Server {
    pub child: Child,
    /// `http://127.0.0.1:port`.
    pub url: String,
    /// 演示用户统一口令, when this start loaded the demo city.
    pub password: Option<String>,
    /// Accounts printed on first start: login and one-time password.
    pub accounts: Vec<(String, String)>,
    /// From the call to the printed address.
    pub took: Duration,
}

impl Server {
    /// Starts `exe serve args…` on a free port and waits until it says that it listens.
    ///
    /// # Errors
    /// When it ends or stays silent instead.
    pub fn start(exe: &Path, args: &[&str]) -> Result<Self> {
        let begun = Instant::now();
        let mut child = Command::new(exe)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(args)
            // Several of these run side by side, and the default ports of calls are there once.
            .args(args.iter().all(|arg| *arg != "--sip").then_some("--no-phone"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", exe.display()))?;
        let lines = follow(child.stdout.take().context("stdout is piped")?);
        let mut server = Self { child, url: String::new(), password: None, accounts: Vec::new(), took: Duration::ZERO };
        while server.url.is_empty() {
            match lines.recv_timeout(PATIENCE) {
                Ok(line) => server.hear(&line),
                Err(RecvTimeoutError::Timeout) => bail!("the server did not say within {PATIENCE:?} that it listens"),
                Err(RecvTimeoutError::Disconnected) => bail!("the server ended: {}", server.child.wait()?),
            }
        }
        server.took = begun.elapsed();
        Ok(server)
    }

    fn hear(&mut self, line: &str) {
        if let Some((_, url)) = line.split_once("平台已启动：") {
            url.trim().clone_into(&mut self.url);
        } else if let Some((_, password)) =
            line.split_once("演示用户统一口令").and_then(|(_, rest)| rest.split_once('：'))
        {
            self.password = Some(password.trim().to_owned());
        } else if let (true, Some((login, password))) = (line.starts_with("  "), line.trim().split_once("  ")) {
            self.accounts.push((login.to_owned(), password.trim().to_owned()));
        }
    }

    /// A line of `/proc/<pid>/status` in MiB: `VmRSS`, `VmHWM`.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn memory_mib(&self, key: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line =
            status.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix(':')).context("the process has that line")?;
        let kib: f64 = line.split_whitespace().next().unwrap_or_default().parse()?;
        Ok(kib / 1024.0)
    }
}

/// Ticks of `/proc/<pid>/stat` in a second: fixed in the Linux interface (proc(5), `USER_HZ`).
const TICKS: f64 = 100.0;

impl Server {
    /// Processor time used so far, user and system, in seconds.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The second field is the name in brackets and may hold anything.
        let (_, rest) = stat.rsplit_once(')').context("a stat line has a name")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let (user, system): (f64, f64) = match fields[..] {
            [_, _, _, _, _, _, _, _, _, _, _, user, system, ..] => (user.parse()?, system.parse()?),
            _ => bail!("the stat line is too short"),
        };
        Ok((user + system) / TICKS)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lines as they are printed; read to the end, so that the process never waits for its reader.
fn follow(out: ChildStdout) -> Receiver<String> {
    let (send, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            // Nobody listens after the address has come; the pipe must be emptied all the same.
            let _ = send.send(line);
        }
    });
    lines
}
