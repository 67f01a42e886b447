//! Every check and every test, in the order that fails soonest.

use anyhow::Result;

use crate::{prepare, shell, shell::step, web};

pub fn all() -> Result<()> {
    step("packages", prepare::debian)?;
    step("format", || shell::run("cargo", &["fmt", "--all", "--check"]))?;
    step("tidy", || shell::run("cargo", &["test", "--quiet", "--package", "xtask"]))?;
    step("node packages", prepare::node)?;
    step("desk: types, tests, build", || {
        shell::run_in("web", "npm", &["run", "--silent", "lint"])?;
        shell::run_in("web", "npm", &["run", "--silent", "test"])?;
        shell::run_in("web", "npm", &["run", "--silent", "build"])
    })?;
    step("clippy", || {
        shell::run("cargo", &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])
    })?;
    step("tests on both engines", || {
        shell::run("cargo", &["test", "--no-fail-fast", "--workspace", "--exclude", "xtask"])
    })?;
    step("client is current", client_is_current)?;
    step("in the browser", e2e)
}

/// The committed types of the client are what the committed document gives.
fn client_is_current() -> Result<()> {
    shell::run_in("web", "npm", &["run", "types", "--", "--check"])
}

/// The built binary, driven through Chromium as its users would.
pub fn e2e() -> Result<()> {
    prepare::debian()?;
    web::build_if_stale()?;
    // Of the whole workspace, as the tests were built: another choice of packages would compile everything anew.
    shell::run("cargo", &["build", "--workspace", "--bin", "hotline"])?;
    let (calls, others): (Vec<String>, Vec<String>) =
        stories()?.into_iter().partition(|story| story.ends_with(".calls.test.mjs"));
    // Stories mostly wait for pages; those with calls want the switch's port and a machine that keeps time.
    in_chromium(&others, 2)?;
    in_chromium(&calls, 1)
}

fn in_chromium(stories: &[String], abreast: usize) -> Result<()> {
    let binary = format!("HOTLINE_BIN={}", shell::binary("debug"));
    let abreast = format!("--test-concurrency={abreast}");
    let mut args = vec![binary.as_str(), "HOTLINE_WAIT_MS=30000", "node", "--test", abreast.as_str()];
    args.extend(stories.iter().map(String::as_str));
    shell::run_in("web", "env", &args)
}

/// The browser's test files, in a stable order: Node's own search for them differs between versions.
fn stories() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(shell::root().join("web/e2e"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.mjs") {
            found.push(format!("e2e/{name}"));
        }
    }
    anyhow::ensure!(!found.is_empty(), "web/e2e holds no *.test.mjs");
    found.sort();
    Ok(found)
}
