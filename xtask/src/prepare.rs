//! What a fresh Debian machine lacks: PostgreSQL, Chromium, sipp, mail servers for both directions, a Chinese font, an office program and a
//! reader of PDF for the documents, the desk's packages.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Debian package → a file that shows it is there.
const PACKAGES: &[(&str, &[&str])] = &[
    (
        "postgresql",
        &[
            "/usr/lib/postgresql/15/bin/initdb",
            "/usr/lib/postgresql/16/bin/initdb",
            "/usr/lib/postgresql/17/bin/initdb",
        ],
    ),
    ("chromium", &["/usr/bin/chromium"]),
    ("sip-tester", &["/usr/bin/sipp"]),
    ("dovecot-imapd", &["/usr/lib/dovecot/imap"]),
    ("python3-aiosmtpd", &["/usr/lib/python3/dist-packages/aiosmtpd/__init__.py"]),
    ("openssl", &["/usr/bin/openssl"]),
    ("fonts-noto-cjk", &["/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"]),
    ("libreoffice-writer-nogui", &["/usr/bin/soffice"]),
    ("poppler-utils", &["/usr/bin/pdftotext"]),
];

pub fn debian() -> Result<()> {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .filter(|(_, files)| !files.iter().any(|f| Path::new(f).exists()))
        .map(|(name, _)| *name)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    apt(&["update", "-q"])?;
    let mut args = vec!["install", "-y", "-q", "--no-install-recommends"];
    args.extend(&missing);
    apt(&args)
}

fn apt(args: &[&str]) -> Result<()> {
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("apt-get");
        sudo
    };
    let status = command.args(args).env("DEBIAN_FRONTEND", "noninteractive").status()?;
    if !status.success() {
        bail!(
            "apt-get {} failed: install {:?} by hand",
            args.join(" "),
            PACKAGES.iter().map(|p| p.0).collect::<Vec<_>>()
        );
    }
    Ok(())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0")
}

/// Node packages exactly as locked; skipped when nothing changed since the last time.
pub fn node() -> Result<()> {
    if !shell::has("npm") {
        bail!("npm is missing: install Node.js 20 or newer");
    }
    let stamp = shell::root().join("web/node_modules/.package-lock.json");
    let lock = shell::root().join("web/package-lock.json");
    let fresh = |p: &Path| p.metadata().and_then(|m| m.modified()).ok();
    if fresh(&stamp).zip(fresh(&lock)).is_some_and(|(s, l)| s >= l) {
        return Ok(());
    }
    shell::run_in("web", "npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"])
}
