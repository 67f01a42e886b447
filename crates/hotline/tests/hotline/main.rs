//! The whole program as a process: what was acknowledged survives, what was imported is all there, processes agree.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops with the reason")]

mod calls;
mod cluster;
mod desk_phone;
mod durability;
mod files;
mod freeswitch;
mod gateway;
mod import;
mod mailbox;
mod page;
mod phone;
mod push;
mod telephone;
mod wechat;
mod weibo;

/// The measuring tools' client and server are the ones used here, so that both speak to the platform alike.
#[path = "../../src/bench/client.rs"]
mod client;
#[expect(dead_code, reason = "the measurements use more of it")]
#[path = "../../src/bench/load.rs"]
mod load;
#[expect(dead_code, reason = "the measurements use more of it")]
#[path = "../../src/bench/server.rs"]
mod server;

/// An object store, as the driver's own tests have it.
#[path = "../../../gateway/tests/bucket/peer.rs"]
mod peer;

/// FreeSWITCH's end of the event socket, as the driver's own tests have it.
#[expect(dead_code, reason = "the driver's tests use more of it")]
#[path = "../../../switch/tests/esl/session.rs"]
mod session;

/// The IMAP server of the mailbox's own tests.
#[expect(dead_code, reason = "those tests use more of it")]
#[path = "../../../gateway/tests/imap/dovecot.rs"]
mod dovecot;

/// WeChat's end of the interfaces.
#[path = "../../../gateway/tests/wechat/peer.rs"]
mod wechat_peer;

/// Weibo's end of the interfaces.
#[path = "../../../gateway/tests/weibo/peer.rs"]
mod weibo_peer;

use std::path::Path;
use std::process::{Command, Output};

/// The program under test.
pub fn exe() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_hotline"))
}

/// Runs the program to its end.
pub fn run(args: &[&str]) -> Output {
    Command::new(exe()).args(args).output().expect("the program starts")
}

/// What it printed, for messages of failed assertions.
pub fn said(output: &Output) -> String {
    format!(
        "{}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
