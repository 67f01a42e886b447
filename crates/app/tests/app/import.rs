//! Importing foreign tables.

use std::path::Path;

use app::import::{ImportPlan, Mapping, import_run};
use app::view::OrderQuery;
use db::Db;

use crate::town::Town;

const MAPPING: &str = "src_sys = \"old\"\n[columns]\nsrc_no = \"编号\"\ncontent = \"内容\"\nphone = \"电话\"\nname = \"姓名\"\n\
    received_at = \"时间\"\ndemand_type = \"类型\"\n[constants]\nchannel = \"02\"\ncategory = \"020300\"\n\
    region = \"990101001000\"\naddress = \"泉水路\"\n";

fn write_rows(path: &Path, rows: usize) {
    let mut text = "编号,内容,电话,姓名,时间,类型\n".to_owned();
    for n in 0..rows {
        text.push_str(&format!(
            "{n},泉水路第{n}盏路灯不亮请尽快维修,1381234{n:04},王{n},2026-10-{:02} 10:00:00,投诉\n",
            n % 28 + 1
        ));
    }
    text.push_str("坏行,短,,,2026-10-01,投诉\n");
    std::fs::write(path, text).unwrap();
}

fn plan(dir: &Path) -> ImportPlan {
    ImportPlan {
        file: dir.join("rows.csv"),
        mapping: Mapping::from_toml(MAPPING).unwrap(),
        result: dir.join("rows.result.csv"),
        resume: true,
    }
}

async fn total(town: &Town) -> i64 {
    let query = OrderQuery::default();
    app::order::order_count(&town.app, &town.ctx("leader"), &query).await.unwrap().total
}

testkit::both_engines! {
    async fn a_run_that_stops_half_way_goes_on_without_doubles(db: Db) {
        let town = Town::build(db).await;
        let dir = tempfile::tempdir().unwrap();
        write_rows(&dir.path().join("rows.csv"), 650);
        let ctx = town.ctx("leader");
        let stopped = import_run(&town.app, &ctx, plan(dir.path()), &|_| false).await.unwrap();
        assert_eq!((stopped.imported, total(&town).await), (200, 200));
        // As a crash between commit and result file would leave it: the last lines are missing.
        let result = dir.path().join("rows.result.csv");
        let text = std::fs::read_to_string(&result).unwrap();
        let kept: Vec<&str> = text.lines().take(151).collect();
        std::fs::write(&result, format!("{}\r\n152,已", kept.join("\r\n"))).unwrap();
        let done = import_run(&town.app, &ctx, plan(dir.path()), &|_| true).await.unwrap();
        assert_eq!((done.imported, done.known, done.refused), (450, 50, 1));
        assert_eq!(total(&town).await, 650);
        let text = std::fs::read_to_string(&result).unwrap();
        assert_eq!(text.lines().count(), 652, "a heading and one line for every row");
        let bad = text.lines().last().unwrap();
        assert!(bad.contains("未导入") && bad.contains("诉求内容"), "{bad}");
        let again = ImportPlan { result: dir.path().join("again.csv"), ..plan(dir.path()) };
        let again = import_run(&town.app, &ctx, again, &|_| true).await.unwrap();
        assert_eq!((again.imported, again.known), (0, 650));
        println!("{} rows/s", done.rate());
    }

    async fn history_is_imported_without_writing_to_anybody(db: Db) {
        let town = Town::build(db).await;
        let dir = tempfile::tempdir().unwrap();
        write_rows(&dir.path().join("rows.csv"), 3);
        import_run(&town.app, &town.ctx("leader"), plan(dir.path()), &|_| true).await.unwrap();
        let queued = store::sms::list_queued(&town.app.store.db, &town.app.store.vault, 10).await.unwrap();
        assert!(queued.is_empty());
        let query = OrderQuery { phone: Some("13812340001".to_owned()), ..OrderQuery::default() };
        let found = app::order::order_list(&town.app, &town.ctx("leader"), &query).await.unwrap();
        assert_eq!(found.items[0].registered_at.format_cn(), "2026-10-02 10:00");
        assert_eq!(&found.items[0].case_no[6..14], "20261002");
    }

    async fn only_who_may_import_does(db: Db) {
        let town = Town::build(db).await;
        let dir = tempfile::tempdir().unwrap();
        write_rows(&dir.path().join("rows.csv"), 1);
        assert!(import_run(&town.app, &town.ctx("agent"), plan(dir.path()), &|_| true).await.is_err());
        assert!(!dir.path().join("rows.result.csv").exists());
    }

    async fn letters_and_visits_bring_what_they_came_with_and_faults_name_row_and_field(db: Db) {
        let town = Town::build(db).await;
        let dir = tempfile::tempdir().unwrap();
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/import");
        let mapping = std::fs::read_to_string(docs.join("来信来访.toml")).unwrap();
        let mut text = std::fs::read_to_string(docs.join("来信来访.csv")).unwrap();
        for row in [
            "1,来信,泉水路路灯不亮请尽快维修,2026-10-02 10:00,投诉,020300,990101001000,泉水路,王一,13812340001,2026-09-30,XA1,,,,,,,",
            "2,来访,泉水路路灯不亮请尽快维修,2026-10-03 10:00,投诉,020300,990101001000,泉水路,王二,13812340002,,,,,,,接待大厅,6,李大强 13900001111；王小丽",
            "3,来访,泉水路路灯不亮请尽快维修,2026-10-03 10:00,投诉,020300,990101001000,泉水路,王三,13812340003,,,,,,,接待大厅,一家,",
            "4,电话,泉水路路灯不亮请尽快维修,2026-10-03 10:00,投诉,020300,990101001000,泉水路,王四,13812340004,,XA2,,,,,,,",
            "5,上级,泉水路路灯不亮请尽快维修,2026-10-03 10:00,投诉,020300,990101001000,泉水路,王五,13812340005,2026-10-02,省督3号,省信访局,2026-10-09,,,,,",
            "6,媒体,泉水路路灯不亮请尽快维修,2026-10-03 10:00,投诉,020300,990101001000,泉水路,王六,13812340006,2026-10-02,,云溪晚报,,路灯何时亮,https://news.example.com/1,,,",
            "7,媒体,泉水路路灯不亮请尽快维修,2026-10-03 10:00,投诉,020300,990101001000,泉水路,王七,13812340007,2026-10-02,,云溪晚报,2026-10-09,,news,,,",
        ] {
            text.push_str(row);
            text.push('\n');
        }
        std::fs::write(dir.path().join("rows.csv"), text).unwrap();
        let plan = ImportPlan { mapping: Mapping::from_toml(&mapping).unwrap(), ..plan(dir.path()) };
        let done = import_run(&town.app, &town.ctx("leader"), plan, &|_| true).await.unwrap();
        let told = std::fs::read_to_string(dir.path().join("rows.result.csv")).unwrap();
        assert_eq!((done.imported, done.refused), (4, 3), "{told}");
        let lines: Vec<&str> = told.lines().collect();
        assert!(lines[3].contains("来访人数：“一家”不是数字"), "{}", lines[3]);
        assert!(lines[4].contains("诉求来源为“电话”的不填来件编号"), "{}", lines[4]);
        assert!(lines[7].contains("不填上级限办日期") && lines[7].contains("链接须以http://或https://开头"), "{}", lines[7]);
        let found = |phone: &str| OrderQuery { phone: Some(phone.to_owned()), ..OrderQuery::default() };
        let ctx = town.ctx("leader");
        let mut seen = Vec::new();
        for phone in ["13812340001", "13812340002", "13812340005", "13812340006"] {
            let listed = app::order::order_list(&town.app, &ctx, &found(phone)).await.unwrap();
            seen.push(app::order::order_view(&town.app, &ctx, listed.items[0].id).await.unwrap().origin);
        }
        assert_eq!((seen[0].number.as_deref(), seen[0].at.unwrap().format_cn().as_str()), (Some("XA1"), "2026-09-30 00:00"));
        assert_eq!((seen[1].head_count, seen[1].representatives.len()), (Some(6), 2));
        assert_eq!(seen[1].at.unwrap().format_cn(), "2026-10-03 10:00");
        assert_eq!((seen[2].source.as_deref(), seen[2].number.as_deref()), (Some("省信访局"), Some("省督3号")));
        assert_eq!(seen[2].limit_at, kernel::Ts::parse_iso("2026-10-09T23:59:59.999+08:00"), "the whole day");
        assert_eq!((seen[3].source.as_deref(), seen[3].link.as_deref()), (Some("云溪晚报"), Some("https://news.example.com/1")));
    }
}
