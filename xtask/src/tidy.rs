//! The project's own lints, as ordinary tests: each says what to do when it fails.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::root;

/// Which workspace crates a crate may name in `[dependencies]`; tests may use anything (`[dev-dependencies]`).
const EDGES: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("domain", &["kernel"]),
    ("db", &[]),
    ("store", &["kernel", "domain", "db", "voice"]),
    ("render", &["kernel"]),
    ("voice", &["kernel"]),
    ("media", &["kernel", "voice"]),
    ("sip", &["kernel"]),
    ("switch", &["kernel", "voice", "media", "sip"]),
    ("citizen", &["kernel"]),
    ("press", &[]),
    ("app", &["kernel", "domain", "db", "store", "render", "voice", "citizen", "press", "oidc"]),
    ("wire", &["kernel"]),
    ("portal", &["kernel", "wire", "citizen"]),
    ("exchange", &["kernel", "db", "store", "citizen", "app"]),
    ("gateway", &["kernel", "domain"]),
    ("oidc", &["kernel"]),
    ("api", &["kernel", "domain", "app", "wire", "voice", "oidc"]),
    ("simulate", &["kernel", "domain", "db", "store", "app", "citizen"]),
    ("testkit", &["kernel", "db"]),
    (
        "hotline",
        &[
            "kernel", "domain", "db", "store", "app", "wire", "api", "voice", "media", "sip", "switch", "citizen",
            "portal", "exchange", "gateway", "simulate",
        ],
    ),
    ("xtask", &[]),
];

/// Crates a pure room must not see.
const IMPURE: &[&str] = &["tokio", "sqlx", "axum", "reqwest", "tracing"];

/// Tables as data may be long; nothing else.
const LONG_FILES: &[&str] = &["web/src/api/schema.ts"];
const MAX_LINES: usize = 600;

fn tracked(suffixes: &[&str]) -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the project's files");
    String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter(|l| suffixes.iter().any(|s| l.ends_with(s)))
        .map(PathBuf::from)
        .filter(|p| root().join(p).is_file())
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// Code lines before the first test module, comments left out.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = read(path);
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .enumerate()
        .filter(|(_, l)| !l.trim_start().starts_with("//"))
        .map(|(n, l)| (n + 1, l.to_owned()))
        .collect()
}

fn is_test(path: &Path) -> bool {
    let p = path.to_string_lossy();
    p.contains("/tests/") || p.contains("/benches/") || p.contains("/examples/") || p.starts_with("crates/testkit")
}

fn complain(found: &[String], what_to_do: &str) {
    assert!(found.is_empty(), "{what_to_do}\n{}", found.join("\n"));
}

#[test]
fn files_stay_short() {
    let long: Vec<String> = tracked(&[".rs", ".ts", ".tsx", ".mjs", ".css"])
        .iter()
        .filter(|p| !LONG_FILES.contains(&p.to_string_lossy().as_ref()))
        .filter_map(|p| {
            let lines = read(p).lines().count();
            (lines > MAX_LINES).then(|| format!("{}: {lines}", p.display()))
        })
        .collect();
    complain(&long, &format!("files over {MAX_LINES} lines: find the second subject in them and give it a file"));
}

#[test]
fn crates_depend_in_one_direction() {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for manifest in tracked(&["Cargo.toml"]).iter().filter(|p| p.as_os_str() != "Cargo.toml" && !p.starts_with("fuzz"))
    {
        let parsed: toml::Table = read(manifest).parse().expect("a manifest is TOML");
        let name = parsed["package"]["name"].as_str().expect("a package has a name").to_owned();
        let may =
            allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} is not in EDGES: say what it may depend on"));
        let dependencies = parsed.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for (dependency, spec) in &dependencies {
            // Column types behind a feature are derives on plain values, not IO.
            let optional = spec.get("optional").and_then(toml::Value::as_bool).unwrap_or(false);
            let ours = allowed.contains_key(dependency.as_str());
            if ours && !may.contains(&dependency.as_str()) {
                wrong.push(format!("{name} → {dependency}"));
            }
            if !optional && ["kernel", "domain"].contains(&name.as_str()) && IMPURE.contains(&dependency.as_str()) {
                wrong.push(format!("{name} is pure and must not see {dependency}"));
            }
        }
    }
    complain(&wrong, "dependencies against the direction of ARCHITECTURE.md:");
}

#[test]
fn sql_stays_in_store_and_db() {
    let mut wrong = Vec::new();
    for path in tracked(&[".rs"]) {
        let p = path.to_string_lossy().into_owned();
        if p.starts_with("crates/store/") || p.starts_with("crates/db/") || p.starts_with("xtask/") || is_test(&path) {
            continue;
        }
        for (n, line) in code(&path) {
            if ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM "].iter().any(|s| line.contains(s)) {
                wrong.push(format!("{p}:{n}: {}", line.trim()));
            }
        }
    }
    complain(&wrong, "SQL outside store and db: move the statement to the noun's file in store");
}

#[test]
fn lints_are_expected_not_allowed() {
    let mut wrong = Vec::new();
    for path in tracked(&[".rs"]).iter().filter(|p| !p.starts_with("xtask")) {
        for (n, line) in code(path) {
            if line.contains("#[allow(") || line.contains("#![allow(") {
                wrong.push(format!("{}:{n}", path.display()));
            }
        }
    }
    complain(&wrong, "use #[expect(lint, reason = \"…\")], which complains when it is no longer needed:");
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
    ];
    let mut wrong = Vec::new();
    for path in tracked(&[".rs", ".ts", ".tsx", ".mjs", ".html", ".css", ".sql"]) {
        for (n, line) in read(&path).lines().enumerate() {
            if marks.iter().any(|m| line.contains(m)) && !path.starts_with("xtask") {
                wrong.push(format!("{}:{}: {}", path.display(), n + 1, line.trim()));
            }
        }
    }
    complain(&wrong, "finish it or leave it out:");
}

#[test]
fn tests_are_never_skipped() {
    let rust = [concat!("#[ign", "ore")];
    let script = [concat!(".sk", "ip("), concat!("test.fix", "me"), concat!("x", "it(")];
    let mut wrong = Vec::new();
    for path in tracked(&[".rs", ".ts", ".tsx", ".mjs"]).iter().filter(|p| !p.starts_with("xtask")) {
        let marks: &[&str] = if path.extension().is_some_and(|e| e == "rs") { &rust } else { &script };
        for (n, line) in read(path).lines().enumerate() {
            if marks.iter().any(|m| line.contains(m)) && !line.contains("process.exit(") {
                wrong.push(format!("{}:{}: {}", path.display(), n + 1, line.trim()));
            }
        }
    }
    complain(&wrong, "a test that does not run proves nothing:");
}

#[test]
fn every_crate_is_on_the_map() {
    let map = read(Path::new("ARCHITECTURE.md"));
    let missing: Vec<String> =
        EDGES.iter().map(|(name, _)| *name).filter(|n| !map.contains(&format!("`{n}`"))).map(str::to_owned).collect();
    complain(&missing, "ARCHITECTURE.md does not tell what these crates are for:");
}

#[test]
fn most_statements_are_one_text_for_both_engines() {
    let (mut split, mut all) = (0, 0);
    for path in tracked(&[".rs"]).iter().filter(|p| p.starts_with("crates/store/src")) {
        for (_, line) in code(path) {
            split += line.matches("Sql::split(").count();
            all += ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH "]
                .iter()
                .filter(|verb| {
                    line.trim_start().trim_start_matches(['"', '\\']).starts_with(**verb)
                        || line.contains(&format!("\"{verb}"))
                })
                .count();
        }
    }
    println!("split statements: {split} of about {all}");
    assert!(split * 20 <= all, "{split} of {all} statements are split: the budget is 5 %");
}

/// An applied migration never changes: a new one is added instead. One line a file: name and FNV-1a of its text.
#[test]
fn migrations_are_immutable() {
    let folder = Path::new("crates/store/src/migrations");
    let known = read(&folder.join("CHECKSUMS"));
    let mut wrong = Vec::new();
    for path in tracked(&[".sql"]).iter().filter(|p| p.starts_with(folder)) {
        let hash =
            read(path).bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let line = format!("{name} {hash:016x}");
        if !known.lines().any(|l| l == line) {
            wrong.push(line);
        }
    }
    complain(
        &wrong,
        "new migrations: add these lines to CHECKSUMS; changed ones: take the change back and add a migration:",
    );
}
