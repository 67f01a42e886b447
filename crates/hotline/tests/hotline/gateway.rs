//! Core and portal as two programs with only a pair of directories between them, while somebody cuts, corrupts, replays and
//! reorders what goes through and kills either side: every submission the citizen got a receipt for arrives, and once.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Response, header};

use crate::{exe, run, said};

/// Receipts given out while all this goes on.
const SUBMISSIONS: usize = 24;
/// Orders of the demonstration.
const DEMO: usize = 3;
const PATIENCE: Duration = Duration::from_secs(240);

struct Site {
    home: PathBuf,
    core: Option<Child>,
    portal: Option<Child>,
    url: String,
}

impl Drop for Site {
    fn drop(&mut self) {
        for child in [&mut self.core, &mut self.portal].into_iter().flatten() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn started(mut child: Child, word: &str) -> (Child, String) {
    let out = BufReader::new(child.stdout.take().unwrap());
    let mut lines = out.lines();
    let line = loop {
        let line = lines.next().expect("the program says that it listens").unwrap();
        if let Some((_, rest)) = line.split_once(word) {
            break rest.trim().to_owned();
        }
    };
    // Keeps the pipe open and empty.
    std::thread::spawn(move || lines.for_each(drop));
    (child, line)
}

impl Site {
    fn new(home: &Path) -> Self {
        for folder in ["core-in", "core-out", "portal-in", "portal-out"] {
            fs::create_dir_all(home.join(folder)).unwrap();
        }
        Self { home: home.to_owned(), core: None, portal: None, url: String::new() }
    }

    fn at(&self, name: &str) -> String {
        self.home.join(name).display().to_string()
    }

    /// The key both ends hold; asked for again, only its fingerprint is shown.
    fn make_key(&self) {
        let file = self.at("exchange.key");
        let (first, second) = (run(&["exchange-key", "--file", &file]), run(&["exchange-key", "--file", &file]));
        let print = |out: &Output| said(out).split("指纹：").nth(1).unwrap().to_owned();
        assert_eq!(print(&first), print(&second), "one key, however often it is asked for");
    }

    fn spawn(&self, args: &[&str], side: &str) -> Child {
        let (inbox, outbox) = (self.at(&format!("{side}-in")), self.at(&format!("{side}-out")));
        let key = self.at("exchange.key");
        let folders = ["--exchange-in", &inbox, "--exchange-out", &outbox, "--exchange-key", &key];
        let mut command = Command::new(exe());
        command.args(args).args(folders).env("HOTLINE_LOG", "off").stdin(Stdio::null()).stdout(Stdio::piped());
        command.spawn().unwrap()
    }

    fn start_core(&mut self, more: &[&str]) {
        let data = self.at("core");
        let base = ["serve", "--data", &data, "--listen", "127.0.0.1:0", "--portal-listen", "off"];
        let child = self.spawn(&[&base, more].concat(), "core");
        self.core = Some(started(child, "平台已启动：").0);
    }

    fn start_portal(&mut self) {
        let spool = self.at("spool");
        let child = self.spawn(&["portal", "--spool", &spool, "--listen", "127.0.0.1:0"], "portal");
        let (child, url) = started(child, "群众网站：");
        (self.portal, self.url) = (Some(child), url);
    }

    fn kill_core(&mut self) {
        let mut child = self.core.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn kill_portal(&mut self) {
        let mut child = self.portal.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Carries whole files across, last first; `spoil` may drop, double or change each.
    fn ferry(&self, mut spoil: impl FnMut(usize, &Path, &[u8]) -> Vec<(PathBuf, Vec<u8>)>) {
        for (from, to) in [("portal-out", "core-in"), ("core-out", "portal-in")] {
            let read = fs::read_dir(self.home.join(from)).unwrap().flatten();
            let mut files: Vec<PathBuf> =
                read.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "hxb")).collect();
            files.sort();
            for (n, file) in files.into_iter().rev().enumerate() {
                let Ok(bytes) = fs::read(&file) else { continue };
                let _ = fs::remove_file(&file);
                let name = self.home.join(to).join(file.file_name().unwrap());
                for (path, bytes) in spoil(n, &name, &bytes) {
                    let half = path.with_extension("carried");
                    fs::write(&half, bytes).unwrap();
                    fs::rename(&half, &path).unwrap();
                }
            }
        }
    }
}

fn honest(_: usize, to: &Path, bytes: &[u8]) -> Vec<(PathBuf, Vec<u8>)> {
    vec![(to.to_owned(), bytes.to_vec())]
}

/// 三加五等于几？
fn solve(html: &str) -> (String, String) {
    const WORDS: &str = "零一二三四五六七八九";
    let value = |c: char| WORDS.chars().position(|w| w == c).unwrap();
    let question = html.split("算一算：").nth(1).unwrap().split("等于几").next().unwrap();
    let mut chars = question.chars();
    let (a, sign, b) = (value(chars.next().unwrap()), chars.next().unwrap(), value(chars.next().unwrap()));
    let sum = if sign == '加' { a + b } else { a - b } + usize::from(question.contains("再加一"));
    let token = html.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    (sum.to_string(), token.to_owned())
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

async fn post(browser: &Client, url: String, pairs: &[(&str, &str)]) -> reqwest::Result<Response> {
    let body: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={}", encoded(v))).collect();
    let kind = "application/x-www-form-urlencoded";
    browser.post(url).header(header::CONTENT_TYPE, kind).body(body.join("&")).send().await
}

async fn post_parts(
    browser: &Client,
    url: String,
    pairs: &[(&str, &str)],
    photo: Option<&[u8]>,
) -> reqwest::Result<Response> {
    let part = |(n, v): &(&str, &str)| format!("--cut\r\nContent-Disposition: form-data; name=\"{n}\"\r\n\r\n{v}\r\n");
    let mut body: Vec<u8> = pairs.iter().flat_map(|p| part(p).into_bytes()).collect();
    if let Some(photo) = photo {
        let head =
            "--cut\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png";
        body.extend([head.as_bytes(), b"\r\n\r\n", photo, b"\r\n"].concat());
    }
    body.extend(b"--cut--\r\n");
    browser.post(url).header(header::CONTENT_TYPE, "multipart/form-data; boundary=cut").body(body).send().await
}

/// Files one anonymous matter; `None` when the portal died on the way.
async fn submit(url: &str, n: usize) -> Option<String> {
    submit_with(url, n, None).await
}

async fn submit_with(url: &str, n: usize, photo: Option<&[u8]>) -> Option<String> {
    let browser = Client::builder().cookie_store(true).build().unwrap();
    let page = browser.get(format!("{url}/report")).send().await.ok()?.text().await.ok()?;
    let area = page.split("name=\"area\"").nth(1)?.split("<option value=\"99").nth(1)?.split('"').next()?;
    let (content, address) = (format!("第{n}号诉求：桂巷路路灯连续多日不亮，请尽快维修。"), format!("桂巷路{n}号"));
    let area = format!("99{area}");
    let form = [
        ("kind", "help"),
        ("content", content.as_str()),
        ("area", area.as_str()),
        ("address", address.as_str()),
        ("anonymous", "1"),
        ("consent", "1"),
    ];
    let page = post_parts(&browser, format!("{url}/report"), &form, photo).await.ok()?.text().await.ok()?;
    let (answer, token) = solve(&page);
    let sent = [("captcha", answer.as_str()), ("token", token.as_str())];
    let done = post(&browser, format!("{url}/report/submit"), &sent).await.ok()?.text().await.ok()?;
    let code = done.split("id=\"query-code\">").nth(1)?.split('<').next()?;
    // A shaky line: the same once more.
    let _ = post(&browser, format!("{url}/report/submit"), &sent).await;
    Some(code.chars().filter(char::is_ascii_digit).collect())
}

#[test]
fn every_acknowledged_submission_arrives_once_through_a_hostile_gateway() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let mut site = Site::new(home.path());
        site.make_key();
        site.start_core(&["--demo", "--demo-orders", "3"]);
        site.start_portal();
        until(&site, "the catalogue came out", async || {
            let page = reqwest::get(format!("{}/report", site.url)).await.unwrap();
            page.status().is_success()
        })
        .await;

        let mut codes = BTreeSet::new();
        let mut kept: Vec<(PathBuf, Vec<u8>)> = Vec::new();
        for n in 0..SUBMISSIONS {
            if let Some(code) = submit(&site.url, n).await {
                assert!(codes.insert(code), "no code twice");
            }
            match n % 8 {
                1 => {} // Cut: nothing is carried.
                2 => site.ferry(|n, to, bytes| if n % 2 == 0 { Vec::new() } else { honest(n, to, bytes) }),
                3 => site.ferry(|_, to, bytes| {
                    let mut forged = bytes.to_vec();
                    let at = forged.len() / 2;
                    forged[at] ^= 1;
                    vec![(to.to_owned(), forged)]
                }),
                4 => site.kill_and_restart_core(),
                5 => site.kill_and_restart_portal(),
                6 => {
                    // What was carried before comes again, and our own is sent back to us.
                    for (path, bytes) in &kept {
                        fs::write(path, bytes).unwrap();
                    }
                    site.ferry(honest);
                }
                _ => site.ferry(|n, to, bytes| {
                    kept.push((to.to_owned(), bytes.to_vec()));
                    honest(n, to, bytes)
                }),
            }
        }
        assert!(codes.len() >= SUBMISSIONS - 4, "{} receipts", codes.len());

        until(&site, "everything went in", async || filed(home.path()).await >= codes.len()).await;
        until(&site, "every view came out", async || views(home.path()).await >= codes.len() + DEMO).await;
        for code in &codes {
            assert!(found(&site.url, code).await, "{code} cannot be followed");
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        site.ferry(honest);
        site.kill_portal();
        site.kill_core();
        assert_eq!(filed(home.path()).await, codes.len(), "each once, and none besides");
    });
}

impl Site {
    fn kill_and_restart_core(&mut self) {
        self.ferry(honest);
        self.kill_core();
        self.start_core(&[]);
    }

    fn kill_and_restart_portal(&mut self) {
        self.kill_portal();
        self.start_portal();
        self.ferry(honest);
    }
}

/// Carries honestly until it holds.
async fn until(site: &Site, what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        site.ferry(honest);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// The matter's page can be opened by its code at the portal, and bears a number given by the core.
async fn found(url: &str, code: &str) -> bool {
    let browser = Client::builder().cookie_store(true).build().unwrap();
    let page = post(&browser, format!("{url}/track"), &[("code", code)]).await;
    let Ok(page) = page else { return false };
    page.text().await.is_ok_and(|t| t.contains("办理经过") && t.contains("工单编号"))
}

pub async fn count(file: &Path, sql: &'static str) -> usize {
    let db = db::Db::open(&format!("sqlite://{}", file.display()), db::OpenOptions::default()).await.unwrap();
    let n: i64 = db.scalar(sql, &[]).await.unwrap();
    db.close().await;
    usize::try_from(n).unwrap()
}

/// Orders in the core that came from the portal.
async fn filed(home: &Path) -> usize {
    count(&home.join("core/hotline.db"), "SELECT COUNT(*) FROM orders WHERE src_sys = 'portal'").await
}

/// Matters the portal can show.
async fn views(home: &Path) -> usize {
    count(&home.join("spool/spool.db"), "SELECT COUNT(*) FROM exchange_view WHERE key LIKE 'own/%'").await
}

/// A small picture with a text hung behind it.
fn picture() -> Vec<u8> {
    let chunk = |kind: &[u8], body: &[u8]| {
        [u32::try_from(body.len()).unwrap().to_be_bytes().as_slice(), kind, body, &[0; 4]].concat()
    };
    let parts = [chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", b"..."), chunk(b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat(), b"<script>".to_vec()].concat()
}

/// A port nobody has at the moment.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn without_a_gateway_the_core_fetches_and_brings_over_http() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let mut site = Site::new(home.path());
        site.make_key();
        let (key, data, spool) = (site.at("exchange.key"), site.at("core"), site.at("spool"));
        let door = format!("127.0.0.1:{}", free_port());
        let start = |args: &[&str], word: &str| {
            let mut command = Command::new(exe());
            command.args(args).args(["--exchange-key", &key]).env("HOTLINE_LOG", "off");
            started(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap(), word)
        };
        let outer = ["portal", "--spool", &spool, "--listen", "127.0.0.1:0", "--exchange-listen", &door];
        let (child, url) = start(&outer, "群众网站：");
        (site.portal, site.url) = (Some(child), url);
        let url = format!("http://{door}");
        let inner = ["serve", "--data", &data, "--listen", "127.0.0.1:0", "--portal-listen", "off", "--no-phone"];
        let inner = [&inner[..], &["--exchange-url", &url, "--demo", "--demo-orders", "3"]].concat();
        site.core = Some(start(&inner, "平台已启动：").0);
        until(&site, "the catalogue came out", async || {
            reqwest::get(format!("{}/report", site.url)).await.unwrap().status().is_success()
        })
        .await;

        // Nobody else is served at that door, nor does anything of theirs get in.
        let stranger = Client::new().post(format!("{url}/exchange"));
        let answer = stranger.body(vec![0, 14, b'i', b'n', b'n', b'e', b'r']).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let name = b"inner-life.hxb";
        let forged = [&[0, 14][..], name, &4_u32.to_be_bytes(), b"HXB1"].concat();
        let answer = Client::new().post(format!("{url}/exchange")).body(forged).send().await.unwrap();
        assert_eq!(answer.status(), 403);

        let mut codes = BTreeSet::new();
        for n in 0..4 {
            codes.insert(submit_with(&site.url, n, Some(&picture())).await.unwrap());
            if n == 1 {
                // A core that is away for a while finds everything afterwards.
                site.kill_core();
            }
        }
        site.core = Some(start(&inner, "平台已启动：").0);
        until(&site, "everything went in", async || filed(home.path()).await >= 4).await;
        until(&site, "every view came out", async || views(home.path()).await >= 4 + DEMO).await;
        for code in &codes {
            assert!(found(&site.url, code).await, "{code} cannot be followed");
        }
        site.kill_portal();
        site.kill_core();
        let photos = "SELECT COUNT(*) FROM portal_photo WHERE order_id IS NOT NULL";
        assert_eq!(count(&home.path().join("core/hotline.db"), photos).await, 4, "each photo once");
    });
}
