//! A real IMAP server (dovecot) as a process of the tests, with a mailbox on the disk that mail is delivered to.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PROGRAM: &str = "/usr/sbin/dovecot";
pub const ACCOUNT: &str = "12345@example.gov.cn";
pub const PASSWORD: &str = "s3cret";
/// Nobody: the mailbox is not root's, where the tests are.
const NOBODY: u32 = 65534;

/// How the server's line is protected.
pub enum Line<'a> {
    Clear,
    /// STARTTLS offered, with certificate and key.
    Starttls(&'a str, &'a str),
    /// TLS from the first byte.
    Tls(&'a str, &'a str),
}

pub struct Dovecot {
    dir: tempfile::TempDir,
    child: Option<Child>,
    pub port: u16,
    delivered: u32,
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.halt();
    }
}

impl Dovecot {
    pub fn start(line: &Line) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { dir, child: None, port, delivered: 0 };
        for folder in ["mail", "mail/new", "mail/cur", "mail/tmp"] {
            fs::create_dir(server.path(folder)).unwrap();
        }
        server.hand_over(&server.path("mail"));
        fs::write(server.path("dovecot.conf"), server.config(line)).unwrap();
        server.again();
        server
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// To the user whose mailbox it is.
    fn hand_over(&self, path: &Path) {
        if !is_root() {
            return;
        }
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|e| self.hand_over(&e.unwrap().path()));
        }
    }

    fn config(&self, line: &Line) -> String {
        let dir = self.dir.path().display();
        let (plain, secured) = if matches!(line, Line::Tls(..)) { (0, self.port) } else { (self.port, 0) };
        let ssl = match line {
            Line::Clear => "ssl = no".to_owned(),
            Line::Starttls(cert, key) | Line::Tls(cert, key) => {
                format!("ssl = required\nssl_cert = <{cert}\nssl_key = <{key}")
            }
        };
        let (uid, gid) = if is_root() { (NOBODY, NOBODY) } else { (id("-u"), id("-g")) };
        // Who may not change users runs all of it alone.
        let alone = if is_root() {
            String::new()
        } else {
            let (user, group) = (name("-un"), name("-gn"));
            format!("default_internal_user = {user}\ndefault_login_user = {user}\ndefault_internal_group = {group}")
        };
        format!(
            "base_dir = {dir}/run\nstate_dir = {dir}/state\nlog_path = /dev/stderr\nprotocols = imap\nlisten = 127.0.0.1\n\
             mail_location = maildir:{dir}/mail\nmail_fsync = never\nfirst_valid_uid = 1\nauth_mechanisms = plain login\n\
             auth_failure_delay = 0\n{ssl}\n{alone}\n\
             passdb {{\n driver = static\n args = password={PASSWORD}\n}}\n\
             userdb {{\n driver = static\n args = uid={uid} gid={gid} home={dir}/mail\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n port = {plain}\n }}\n \
             inet_listener imaps {{\n port = {secured}\n ssl = yes\n }}\n}}\n\
             service anvil {{\n chroot =\n}}\nservice stats {{\n chroot =\n}}\n"
        )
    }

    /// Ends it; the mail stays.
    pub fn halt(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        // The master takes its children along when it is asked; killed, it leaves them behind.
        let asked = Command::new("kill").arg(child.id().to_string()).status();
        assert!(asked.is_ok_and(|s| s.success()), "dovecot can be asked to end");
        child.wait().unwrap();
    }

    /// Runs again with the same mail and port.
    pub fn again(&mut self) {
        let mut command = Command::new(PROGRAM);
        command.arg("-F").arg("-c").arg(self.path("dovecot.conf")).stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("dovecot-imapd is installed");
        let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        self.child = Some(child);
        // It listens before it says so.
        let mut before = Vec::new();
        while !before.last().is_some_and(|l: &String| l.contains("starting up")) {
            before.push(said.next().unwrap_or_else(|| panic!("dovecot does not start: {before:?}")));
        }
        // Keeps the pipe open and empty.
        std::thread::spawn(move || said.for_each(drop));
    }

    /// A mail arrives that the server itself cannot read.
    pub fn deliver_broken(&mut self) {
        self.place(b"Subject: broken\r\n\r\nx\r\n", 0o000);
    }

    /// A mail arrives.
    pub fn deliver(&mut self, mail: &[u8]) {
        self.place(mail, 0o644);
    }

    fn place(&mut self, mail: &[u8], mode: u32) {
        self.delivered += 1;
        let name = format!("1795800000.M{:06}P1.test", self.delivered);
        let (half, whole) = (self.path("mail/tmp").join(&name), self.path("mail/new").join(&name));
        fs::write(&half, mail).unwrap();
        self.hand_over(&half);
        fs::set_permissions(&half, fs::Permissions::from_mode(mode)).unwrap();
        fs::rename(half, whole).unwrap();
    }

    /// The mailbox gets other numbers, as after a move to another server.
    pub fn renumber(&mut self) {
        self.halt();
        let list = self.path("mail/dovecot-uidlist");
        let text = fs::read_to_string(&list).unwrap();
        let mut head = text.lines().next().unwrap().split(' ');
        let validity: u32 = head.find_map(|w| w.strip_prefix('V')).unwrap().parse().unwrap();
        let guid = head.find(|w| w.starts_with('G')).unwrap();
        for entry in fs::read_dir(self.path("mail")).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("dovecot") {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        fs::write(&list, format!("3 V{} N1 {guid}\n", validity + 1)).unwrap();
        self.hand_over(&list);
        self.again();
    }

    /// How many mails are marked as read.
    pub fn seen(&self) -> usize {
        let names = fs::read_dir(self.path("mail/cur")).unwrap().flatten();
        names.filter(|e| e.file_name().to_string_lossy().rsplit(',').next().is_some_and(|f| f.contains('S'))).count()
    }
}

fn name(what: &str) -> String {
    let out = Command::new("id").arg(what).output().unwrap();
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

fn id(what: &str) -> u32 {
    name(what).parse().unwrap()
}

fn is_root() -> bool {
    id("-u") == 0
}
