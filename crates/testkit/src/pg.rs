//! A PostgreSQL server for tests.
//!
//! `HOTLINE_TEST_PG` (an administrator's `postgres://` address) names an existing server. Without it a private cluster
//! is made once under `target/test-pg`, shared by all test processes and stopped some minutes after the last of them.
//! Without PostgreSQL on the machine tests fail and say what to install; they are never skipped.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

const HOW_TO: &str = "请安装 PostgreSQL：apt-get install -y postgresql；\
    或以环境变量 HOTLINE_TEST_PG=postgres://用户:口令@主机/postgres 指定一个可建库的服务器";

/// Minutes without any test process after which the private cluster stops.
const IDLE_SECONDS: u32 = 300;

/// A running server.
pub struct Server {
    admin: String,
    /// Shared lock that keeps the private cluster alive while this process lives.
    _users: Option<File>,
}

impl Server {
    /// Address of the maintenance database.
    pub fn admin_url(&self) -> &str {
        &self.admin
    }

    /// Address of another database of this server.
    pub fn url_of(&self, database: &str) -> String {
        let (base, query) = self.admin.split_once('?').unwrap_or((&self.admin, ""));
        let root = match base.splitn(4, '/').collect::<Vec<_>>()[..] {
            [scheme, _, host, ..] => format!("{scheme}//{host}"),
            _ => base.to_owned(),
        };
        let query = if query.is_empty() { String::new() } else { format!("?{query}") };
        format!("{root}/{database}{query}")
    }

    /// Runs one administrative statement.
    pub(crate) async fn admin(&self, sql: String) {
        let mut conn = PgConnection::connect(&self.admin)
            .await
            .unwrap_or_else(|e| panic!("cannot reach the test server {}: {e}\n{HOW_TO}", self.admin));
        conn.execute(sqlx::raw_sql(AssertSqlSafe(sql.clone()))).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        conn.close().await.ok();
    }
}

/// The server, started when needed.
///
/// # Panics
/// When PostgreSQL is missing or does not start, with the remedy.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| match std::env::var("HOTLINE_TEST_PG") {
        Ok(admin) if !admin.is_empty() => Server { admin, _users: None },
        _ => private(),
    })
}

/// Account the server runs as: PostgreSQL refuses root.
struct Account(Option<(u32, u32)>);

impl Account {
    fn find() -> Self {
        let root = fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
        if !root {
            return Account(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").expect("/etc/passwd is readable");
        let line = passwd.lines().find(|l| l.starts_with("postgres:")).unwrap_or_else(|| panic!("{HOW_TO}"));
        let id = |n: usize| line.split(':').nth(n).and_then(|v| v.parse().ok()).expect("numeric ids in passwd");
        Account(Some((id(2), id(3))))
    }

    fn own(&self, path: &Path) {
        if let Some((uid, gid)) = self.0 {
            chown(path, Some(uid), Some(gid)).expect("root may give files away");
        }
    }

    fn command(&self, program: impl AsRef<Path>, home: &Path) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(home).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.env("LC_ALL", "C").env("HOME", home);
        if let Some((uid, gid)) = self.0 {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn succeeds(&self, program: impl AsRef<Path>, home: &Path, args: &[&str]) -> bool {
        self.command(program, home).args(args).status().is_ok_and(|s| s.success())
    }
}

fn private() -> Server {
    let bin = binaries();
    let account = Account::find();
    let home = home(&account);
    let lock = |name: &str| {
        let path = home.join(name);
        let file = File::options().create(true).append(true).open(&path).expect("lock file opens");
        account.own(&path);
        file
    };
    // Shared first: it waits out a cluster that is just being stopped, and forbids stopping from here on.
    let users = lock("users");
    users.lock_shared().expect("shared lock");
    let starting = lock("starting");
    starting.lock().expect("exclusive lock");
    let port = running(&bin, &account, &home).unwrap_or_else(|| start(&bin, &account, &home));
    let password = fs::read_to_string(home.join("password")).expect("the cluster has a password");
    Server { admin: format!("postgres://postgres:{}@127.0.0.1:{port}/postgres", password.trim()), _users: Some(users) }
}

fn binaries() -> PathBuf {
    let mut found: Vec<PathBuf> = ["/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/postgresql"]
        .iter()
        .filter_map(|dir| fs::read_dir(dir).ok())
        .flat_map(|entries| entries.flatten().map(|e| e.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists() && bin.join("pg_ctl").exists())
        .collect();
    found.sort();
    if let Some(bin) = found.pop() {
        return bin;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).find(|dir| dir.join("initdb").exists()).unwrap_or_else(|| panic!("{HOW_TO}"))
}

/// `target/test-pg`, or a directory under the system's temporary one when the server's account cannot enter `target`.
fn home(account: &Account) -> PathBuf {
    let exe = std::env::current_exe().expect("the test has a path");
    let target = exe.ancestors().find(|dir| dir.join("CACHEDIR.TAG").exists()).map(Path::to_path_buf);
    let target = target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"));
    let near = target.join("test-pg");
    let far = std::env::temp_dir().join(format!("test-pg-{:x}", fs::metadata(&target).map_or(0, |m| m.ino())));
    for home in [near, far] {
        fs::create_dir_all(&home).expect("test directory");
        account.own(&home);
        // The server insists on a short socket path and on a directory it can write.
        let fits = home.as_os_str().len() < 80;
        if fits && account.succeeds("/bin/sh", Path::new("/"), &["-c", &format!("test -w '{}'", home.display())]) {
            return home;
        }
    }
    panic!("no directory for the test server is writable by its account");
}

fn data(home: &Path) -> String {
    home.join("data").display().to_string()
}

/// Port of the cluster when it already runs.
fn running(bin: &Path, account: &Account, home: &Path) -> Option<u16> {
    if !account.succeeds(bin.join("pg_ctl"), home, &["status", "-D", &data(home)]) {
        return None;
    }
    // Fourth line of postmaster.pid, PostgreSQL documentation "Database File Layout".
    let pid_file = fs::read_to_string(home.join("data/postmaster.pid")).ok()?;
    let port = pid_file.lines().nth(3)?.trim().parse().ok()?;
    TcpStream::connect(("127.0.0.1", port)).ok().map(|_| port)
}

fn start(bin: &Path, account: &Account, home: &Path) -> u16 {
    if home.join("data/PG_VERSION").exists()
        && let Ok(port) = try_start(bin, account, home)
    {
        return port;
    }
    // None yet, or one that a power cut has spoilt: it holds nothing worth keeping.
    create(bin, account, home);
    try_start(bin, account, home)
        .unwrap_or_else(|said| panic!("PostgreSQL does not start in {}:\n{said}\n{HOW_TO}", home.display()))
}

/// Starts the cluster, or returns what it said.
fn try_start(bin: &Path, account: &Account, home: &Path) -> Result<u16, String> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port();
    // Nothing here outlives a power cut, so nothing waits for the disk: killed processes lose no more than otherwise.
    let settings = format!(
        "-p {port} -k {} -c listen_addresses=127.0.0.1 -c max_connections=300 -c shared_buffers=64MB \
         -c fsync=off -c full_page_writes=off \
         -c max_wal_size=512MB -c log_min_messages=warning -c log_min_error_statement=panic",
        home.display()
    );
    let log = home.join("log");
    fs::remove_file(&log).ok();
    let log_name = log.display().to_string();
    let args = ["start", "-w", "-t", "60", "-D", &data(home), "-l", &log_name, "-o", &settings];
    if !account.succeeds(bin.join("pg_ctl"), home, &args) {
        return Err(fs::read_to_string(&log).unwrap_or_default());
    }
    watch(bin, account, home);
    Ok(port)
}

/// Creates the cluster beside its place and moves it there, so that an interrupted attempt leaves nothing behind.
fn create(bin: &Path, account: &Account, home: &Path) {
    let fresh = home.join("fresh");
    fs::remove_dir_all(&fresh).ok();
    fs::remove_dir_all(home.join("data")).ok();
    let password = home.join("password");
    fs::write(&password, random_name()).expect("password file");
    account.own(&password);
    fs::set_permissions(&password, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("private file");
    let args = [
        "-D",
        &fresh.display().to_string(),
        "-U",
        "postgres",
        "--encoding=UTF8",
        "--locale=C",
        "--auth-local=trust",
        "--auth-host=password",
        &format!("--pwfile={}", password.display()),
    ];
    assert!(account.succeeds(bin.join("initdb"), home, &args), "initdb failed in {}\n{HOW_TO}", home.display());
    fs::rename(&fresh, home.join("data")).expect("the new cluster moves into place");
}

/// A shell that stops the cluster once no test process has held the shared lock for a while.
fn watch(bin: &Path, account: &Account, home: &Path) {
    let script = format!(
        "while sleep {IDLE_SECONDS}; do flock -n -x users -c '{}/pg_ctl stop -m fast -D data; true' && exit; done",
        bin.display()
    );
    account.command("/bin/sh", home).args(["-c", &script]).process_group(0).spawn().ok();
}

/// A name nobody else has.
#[expect(clippy::disallowed_methods, reason = "names of throw-away databases, outside any product rule")]
pub(crate) fn random_name() -> String {
    format!("t_{}", uuid::Uuid::new_v4().simple())
}
