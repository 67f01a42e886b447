//! Every check and every test, in the order that fails soonest.

use std::collections::BTreeSet;

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
    step("tests on both engines", tests)?;
    step("client is current", client_is_current)?;
    step("in the browser", in_the_browser)
}

/// Tests of whole processes wait for the lease of a dead one to run out more than they compute: more of them run abreast.
const PROCESSES: &str = "hotline";

fn tests() -> Result<()> {
    let suites = suites()?;
    let others = suites.iter().filter(|s| *s != PROCESSES).flat_map(|s| ["--test", s]);
    let done = cargo_test(None, ["--lib", "--bins"].into_iter().chain(others));
    cargo_test(Some("RUST_TEST_THREADS=6"), ["--test", PROCESSES].into_iter()).and(done)
}

/// As many tests abreast as there are cores, unless told otherwise.
fn cargo_test<'a>(threads: Option<&'a str>, which: impl Iterator<Item = &'a str>) -> Result<()> {
    let whole = ["cargo", "test", "--no-fail-fast", "--workspace", "--exclude", "xtask"];
    shell::run("env", &threads.into_iter().chain(whole).chain(which).collect::<Vec<_>>())
}

/// The test programs beside the crates' own unit tests, as cargo finds them.
fn suites() -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for package in std::fs::read_dir(shell::root().join("crates"))? {
        let Ok(tests) = std::fs::read_dir(package?.path().join("tests")) else { continue };
        for entry in tests {
            let path = entry?.path();
            let program = path.join("main.rs").is_file() || path.extension().is_some_and(|e| e == "rs");
            found.extend(path.file_stem().filter(|_| program).map(|name| name.to_string_lossy().into_owned()));
        }
    }
    anyhow::ensure!(found.contains(PROCESSES), "crates/*/tests holds no {PROCESSES}");
    Ok(found)
}

/// The committed types of the client are what the committed document gives.
fn client_is_current() -> Result<()> {
    shell::run_in("web", "npm", &["run", "types", "--", "--check"])
}

/// Only the browser's tests, on a machine that may have run nothing else.
pub fn e2e() -> Result<()> {
    prepare::debian()?;
    web::build_if_stale()?;
    shell::run("cargo", &["build", "--workspace", "--bin", "hotline"])?;
    in_the_browser()
}

/// The built binary, driven through Chromium as its users would. The tests before have built it: their features are wider
/// than a plain build's, so that asking for it again would compile half the tree anew.
fn in_the_browser() -> Result<()> {
    let (calls, others): (Vec<String>, Vec<String>) =
        stories()?.into_iter().partition(|story| story.ends_with(".calls.test.mjs"));
    // Stories mostly wait for pages; those with calls want the switch's port and a machine that keeps time.
    let done = in_chromium(&others, 2);
    in_chromium(&calls, 1).and(done)
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
