//! The staff desk: built by Vite, typed from the OpenAPI document.

use std::path::Path;
use std::time::SystemTime;

use anyhow::Result;

use crate::{prepare, shell};

pub fn build() -> Result<()> {
    prepare::node()?;
    shell::run_in("web", "npm", &["run", "--silent", "build"])
}

/// Builds only when a source is newer than the built page.
pub fn build_if_stale() -> Result<()> {
    let built = shell::root().join("web/dist/index.html").metadata().and_then(|m| m.modified()).ok();
    let newest = ["web/src", "web/index.html", "web/package-lock.json", "web/vite.config.ts"]
        .iter()
        .filter_map(|p| newest(&shell::root().join(p)))
        .max();
    if built.zip(newest).is_some_and(|(b, n)| b >= n) {
        return Ok(());
    }
    build()
}

fn newest(path: &Path) -> Option<SystemTime> {
    let meta = path.metadata().ok()?;
    if meta.is_file() {
        return meta.modified().ok();
    }
    std::fs::read_dir(path).ok()?.filter_map(|e| newest(&e.ok()?.path())).max()
}

/// The document from the handlers, the client's types from the document.
pub fn openapi() -> Result<()> {
    shell::run("cargo", &["run", "--quiet", "--package", "hotline", "--", "openapi", "--out", "docs/openapi.json"])?;
    prepare::node()?;
    shell::run_in("web", "npm", &["run", "types"])
}
