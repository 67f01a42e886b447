//! The call centre as part of the process: it never keeps the platform from starting, and one process has it.

use std::io::{BufRead as _, BufReader};
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use testkit::TestDb;

use crate::exe;
use crate::server::Server;

/// A lease that nobody prolongs runs out after 15 s; only a failure waits this long.
const PATIENCE: Duration = Duration::from_secs(90);

/// Kills the process when the test is over.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
pub fn free() -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.local_addr().unwrap().to_string()
}

async fn phone_is_here(server: &Server) -> bool {
    let url = format!("{}/api/health/phone", server.url);
    reqwest::get(url).await.unwrap().status().is_success()
}

pub async fn until_here(server: &Server) {
    let begun = Instant::now();
    while !phone_is_here(server).await {
        assert!(begun.elapsed() < PATIENCE, "the floor is not at this process");
    }
}

#[test]
fn a_taken_port_does_not_keep_the_platform_from_starting() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut child = Command::new(exe())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(home.path())
        .args(["--sip", &taken.local_addr().unwrap().to_string(), "--web-media", &free()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let _running = Running(child);
    let (mut started, mut told) = (false, false);
    for line in lines {
        started |= line.contains("平台已启动");
        told |= line.contains("话务未能启动") && line.contains("请检查是否被其他程序占用");
        if started && told {
            return;
        }
    }
    panic!("started: {started}, told: {told}");
}

#[test]
fn the_other_process_takes_the_floor_when_its_owner_dies() {
    testkit::block(async {
        let (home, db) = (tempfile::tempdir().unwrap(), TestDb::postgres().await);
        let start = || {
            let (sip, web) = (free(), free());
            let data = ["--data", home.path().to_str().unwrap(), "--database", db.url()];
            Server::start(exe(), &[&data[..], &["--sip", &sip, "--web-media", &web]].concat()).unwrap()
        };
        let first = start();
        until_here(&first).await;
        let second = start();
        assert!(!phone_is_here(&second).await, "one floor only");
        first.kill().unwrap();
        until_here(&second).await;
    });
}
