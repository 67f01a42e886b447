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
    step("tests on both engines", || shell::run("cargo", &["test", "--workspace", "--exclude", "xtask"]))?;
    step("client is current", client_is_current)?;
    step("in the browser", e2e)
}

/// The committed types of the client are what the committed document gives.
fn client_is_current() -> Result<()> {
    shell::run_in("web", "npx", &["openapi-typescript", "../docs/openapi.json", "-o", "src/api/schema.ts", "--check"])
}

/// The built binary, driven through Chromium as its users would.
pub fn e2e() -> Result<()> {
    prepare::debian()?;
    web::build_if_stale()?;
    shell::run("cargo", &["build", "--package", "hotline"])?;
    let binary = format!("HOTLINE_BIN={}", shell::binary("debug"));
    shell::run_in("web", "env", &[&binary, "node", "--test", "--test-concurrency=1", "e2e/"])
}
