//! Chores of the project as one program: `cargo xtask run`, `cargo xtask ci`.
//!
//! Kept to the standard library and two small crates, since it is compiled before anything else.

mod ci;
mod prepare;
mod shell;
#[cfg(test)]
mod tidy;
mod web;

use anyhow::{Result, bail};

const USAGE: &str = "usage: cargo xtask <command>
  run [--demo] [serve options]   build everything and run the platform with the embedded database
  ci                             install what the tests need, run every check and every test
  web                            build the staff desk into web/dist
  openapi                        write docs/openapi.json from the handlers and web/src/api/schema.ts from it
  e2e                            only the browser-driven tests
  bench [options]                the benchmarks of docs/performance.md";

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    std::env::set_current_dir(shell::root())?;
    match command.as_str() {
        "run" => run(&rest),
        "ci" => ci::all(),
        "web" => web::build(),
        "openapi" => web::openapi(),
        "e2e" => ci::e2e(),
        "bench" => bench(&rest),
        _ => bail!("{USAGE}"),
    }
}

fn run(rest: &[String]) -> Result<()> {
    web::build_if_stale()?;
    release("serve", rest)
}

fn bench(rest: &[String]) -> Result<()> {
    release("bench", rest)
}

/// Builds the optimised binary and hands it a command.
fn release(command: &str, rest: &[String]) -> Result<()> {
    shell::run("cargo", &["build", "--release", "--package", "hotline"])?;
    let args: Vec<&str> = std::iter::once(command).chain(rest.iter().map(String::as_str)).collect();
    shell::run(&shell::binary("release"), &args)
}
