//! Files of other systems, imported by the program itself: every row is accounted for, none twice.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::client::Client;
use crate::server::Server;
use crate::{exe, run, said};

/// A platform whose reference data and demo city are in place.
struct Home {
    dir: tempfile::TempDir,
    password: String,
}

impl Home {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let args = ["--data", dir.path().to_str().unwrap(), "--demo", "--demo-orders", "0"];
        let server = Server::start(exe(), &args).unwrap();
        let password = server.password.clone().expect("the demo city was loaded");
        server.kill().unwrap();
        Self { dir, password }
    }

    fn data(&self) -> &str {
        self.dir.path().to_str().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn args<'a>(&'a self, file: &'a Path, map: &'a Path, result: &'a Path) -> Vec<&'a str> {
        let text = |p: &'a Path| p.to_str().unwrap();
        vec!["import", "--data", self.data(), "--map", text(map), "--result", text(result), text(file)]
    }

    /// How many orders a person who sees the whole city finds.
    async fn orders(&self) -> i64 {
        let server = Server::start(exe(), &["--data", self.data()]).unwrap();
        let dispatcher = Client::sign_in(&server.url, "dispatcher01", &self.password).await.unwrap();
        let count = dispatcher.get("/orders/count").await.unwrap();
        count["total"].as_i64().expect("a count has a total")
    }
}

/// Rows of a result file by what became of them, and the reasons of refusals with their numbers.
struct Results {
    by_status: BTreeMap<String, usize>,
    reasons: BTreeMap<String, usize>,
    lines: Vec<u64>,
}

impl Results {
    fn read(path: &Path) -> Self {
        let mut results = Self { by_status: BTreeMap::new(), reasons: BTreeMap::new(), lines: Vec::new() };
        for record in csv::Reader::from_path(path).unwrap().records() {
            let record = record.unwrap();
            results.lines.push(record[0].parse().unwrap());
            *results.by_status.entry(record[1].to_owned()).or_default() += 1;
            if !record[3].is_empty() {
                *results.reasons.entry(kind_of(&record[3])).or_default() += 1;
            }
        }
        results
    }

    fn of(&self, status: &str) -> usize {
        self.by_status.get(status).copied().unwrap_or_default()
    }
}

/// A reason without what the row itself said: only kinds of reasons are printed, never a citizen's words.
fn kind_of(reason: &str) -> String {
    let mut kind = String::new();
    let mut inside = false;
    for c in reason.chars() {
        inside = (inside || c == '“') && c != '”';
        if !inside && !c.is_ascii_digit() {
            kind.push(c);
        }
    }
    kind
}

const ROWS: usize = 3_000;

/// A file nobody wrote by hand: `ROWS` good rows and, every hundredth, one without content.
fn made_up(home: &Home) -> (PathBuf, PathBuf) {
    let (file, map) = (home.path("诉求.csv"), home.path("map.toml"));
    let mut text = "编号,标题,内容,电话,时间\n".to_owned();
    for n in 0..ROWS {
        let content = if n % 100 == 99 {
            String::new()
        } else {
            format!("\"人民路{n}号路灯不亮，\n希望尽快维修\"")
        };
        writeln!(text, "GD{n:06},人民路{n}号路灯不亮,{content},199{n:08},2025-03-0{} 10:{:02}:00", n % 9 + 1, n % 60)
            .unwrap();
    }
    std::fs::write(&file, text).unwrap();
    let mapping = "src_sys = \"老系统\"\n[columns]\nsrc_no = \"编号\"\ntitle = \"标题\"\ncontent = \"内容\"\nphone = \"电话\"\n\
                   received_at = \"时间\"\n[constants]\nchannel = \"01\"\ndemand_type = \"consult\"\nurgency = \"u3\"\n\
                   category = \"030901\"\nregion = \"990102001001\"\nname = \"某先生\"\n";
    std::fs::write(&map, mapping).unwrap();
    (file, map)
}

/// Imports and kills the process once its result file speaks of at least `after` rows.
fn killed_import(home: &Home, file: &Path, map: &Path, result: &Path, after: usize) {
    let mut command = Command::new(exe());
    command.args(home.args(file, map, result)).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let lines = || std::fs::read(result).map_or(0, |b| b.iter().filter(|b| **b == b'\n').count());
    while lines() < after {
        assert!(child.try_wait().unwrap().is_none(), "the import ended before it could be killed");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_import_killed_in_the_middle_and_run_again_has_every_row_once() {
    testkit::block(async {
        let home = Home::new();
        let (file, map) = made_up(&home);
        let result = home.path("first.csv");
        killed_import(&home, &file, &map, &result, ROWS / 3);

        let again = run(&home.args(&file, &map, &home.path("again.csv")));
        assert!(again.status.success(), "{}", said(&again));
        let results = Results::read(&home.path("again.csv"));
        let refused = ROWS / 100;
        assert_eq!(results.lines.len(), ROWS, "every row is accounted for");
        assert_eq!(results.of("未导入"), refused, "{:?}", results.reasons);
        assert_eq!(results.of("已导入") + results.of("已存在"), ROWS - refused);
        assert!(results.of("已存在") >= ROWS / 3 - refused, "the first attempt had written rows");
        assert_eq!(home.orders().await, i64::try_from(ROWS - refused).unwrap(), "no order twice");

        let verify = run(&["verify", "--data", home.data()]);
        assert!(verify.status.success(), "{}", said(&verify));
    });
}

#[test]
fn a_killed_import_goes_on_where_its_result_file_ends() {
    testkit::block(async {
        let home = Home::new();
        let (file, map) = made_up(&home);
        let result = home.path("result.csv");
        killed_import(&home, &file, &map, &result, ROWS / 3);

        let args = home.args(&file, &map, &result);
        let resumed = run(&[&args[..], &["--resume"]].concat());
        assert!(resumed.status.success(), "{}", said(&resumed));
        let mut lines = Results::read(&result).lines;
        assert_eq!(lines.len(), ROWS, "one line per row over both attempts");
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), ROWS, "no row twice in the result file");
        assert_eq!(home.orders().await, i64::try_from(ROWS - ROWS / 100).unwrap());
    });
}

#[test]
fn a_missing_column_is_named_and_nothing_is_written() {
    let home = Home::new();
    let (file, map) = made_up(&home);
    let text = std::fs::read_to_string(&map).unwrap().replace("\"电话\"", "\"手机\"");
    std::fs::write(&map, text).unwrap();
    let failed = run(&home.args(&file, &map, &home.path("r.csv")));
    assert!(!failed.status.success());
    let said = said(&failed);
    assert!(said.contains("手机") && said.contains("电话"), "the missing column and those there are: {said}");
}

/// Imports a file of the shared test data twice; `least` per cent must become orders.
fn real_file(name: &str, least: usize) {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if !shared.exists() {
        println!("NOT RUN: the shared test data is absent, {name} was not imported");
        return;
    }
    let stem = name.split('.').next().unwrap();
    let map = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/maps/{stem}.toml"));
    let home = Home::new();
    let rows = rows_of(&shared);
    let first = run(&home.args(&shared, &map, &home.path("first.csv")));
    assert!(first.status.success(), "{}", said(&first));
    let results = Results::read(&home.path("first.csv"));
    println!("{name}: {rows} rows, {:?}; refused because: {:?}", results.by_status, results.reasons);
    assert_eq!(results.lines.len(), rows, "every row is accounted for");
    let imported = results.of("已导入");
    assert!(imported * 100 >= rows * least, "{imported} of {rows} imported: {:?}", results.reasons);

    let second = run(&home.args(&shared, &map, &home.path("second.csv")));
    assert!(second.status.success(), "{}", said(&second));
    let again = Results::read(&home.path("second.csv"));
    assert_eq!(again.of("已导入"), 0, "nothing is imported twice");
    assert_eq!(again.of("已存在"), imported + results.of("已存在"));
    let verify = run(&["verify", "--data", home.data()]);
    assert!(verify.status.success(), "{}", said(&verify));
}

fn rows_of(file: &Path) -> usize {
    match file.extension().and_then(|e| e.to_str()) {
        Some("csv") => csv::ReaderBuilder::new().flexible(true).from_path(file).unwrap().records().count(),
        _ => std::fs::read_to_string(file).unwrap().lines().filter(|l| !l.trim().is_empty()).count(),
    }
}

#[test]
fn mailbox_messages_with_labels_are_imported() {
    real_file("teddy_messages_labelled.csv", 98);
}

#[test]
fn mailbox_messages_about_hot_events_are_imported() {
    real_file("teddy_hot.csv", 98);
}

#[test]
fn mailbox_messages_with_replies_are_imported() {
    real_file("teddy_replies.csv", 98);
}

#[test]
fn unlabelled_mailbox_messages_are_imported() {
    real_file("teddy_contest_test_unlabelled.csv", 97);
}

#[test]
fn hotline_cases_of_a_district_are_imported() {
    real_file("pingshan_requests.csv", 99);
}

#[test]
fn letters_as_json_lines_are_imported() {
    real_file("beijing_letters.jsonl", 99);
}
