//! Running other programs, with their time printed.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// The folder that holds the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lives in the workspace").to_path_buf()
}

/// Where cargo puts what it builds.
pub fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The platform's binary of one profile.
pub fn binary(profile: &str) -> String {
    target_dir().join(profile).join("hotline").to_string_lossy().into_owned()
}

/// Runs a program to its end; an error names it and its exit code.
pub fn run(program: &str, args: &[&str]) -> Result<()> {
    run_in(".", program, args)
}

pub fn run_in(dir: &str, program: &str, args: &[&str]) -> Result<()> {
    let status = Command::new(program)
        .args(args)
        .current_dir(root().join(dir))
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{program} {} ended with {status}", args.join(" "));
    }
    Ok(())
}

/// The program is on the PATH.
pub fn has(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

/// One named step, with its time printed when it ends.
pub fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("==> {name}");
    let start = Instant::now();
    let outcome = work();
    println!("<== {name}: {} in {:.1} s", if outcome.is_ok() { "ok" } else { "FAILED" }, start.elapsed().as_secs_f64());
    outcome.with_context(|| format!("step «{name}»"))
}
