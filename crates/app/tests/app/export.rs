//! Exports: masked, stamped, on record.

use app::export::export_open;
use app::view::{ExportForm, OrderQuery};
use db::Db;
use futures::StreamExt;

use crate::town::Town;
use crate::walk::submitted;

fn form(format: &str, purpose: &str) -> ExportForm {
    ExportForm {
        filter: OrderQuery::default(),
        columns: Vec::new(),
        format: format.to_owned(),
        purpose: purpose.to_owned(),
    }
}

async fn bytes(town: &Town, form: ExportForm) -> Vec<u8> {
    let mut export = export_open(&town.app, &town.ctx("leader"), form).await.unwrap();
    let mut all = Vec::new();
    while let Some(chunk) = export.body.next().await {
        all.extend(chunk.unwrap());
    }
    all
}

testkit::both_engines! {
    async fn a_table_leaves_masked_and_stamped_and_its_purpose_stays_on_record(db: Db) {
        let town = Town::build(db).await;
        for n in 0..5 {
            submitted(&town, &format!("1381234567{n}")).await;
        }
        let text = String::from_utf8(bytes(&town, form("csv", "月度通报统计")).await).unwrap();
        assert!(text.contains("导出人：姓leader") && text.contains("月度通报统计"), "{text}");
        assert!(text.contains("138****5670") && !text.contains("13812345670"), "{text}");
        assert_eq!(text.lines().count(), 2 + 5);
        let records = store::export_log::list_exports(&town.app.store.db, None, &kernel::Page::first(10)).await.unwrap();
        assert_eq!((records[0].purpose.as_str(), records[0].rows), ("月度通报统计", 5));
        assert!(bytes(&town, form("xlsx", "月度通报统计")).await.starts_with(b"PK"));
    }

    async fn who_may_not_export_or_gives_no_purpose_gets_nothing(db: Db) {
        let town = Town::build(db).await;
        submitted(&town, "13812345678").await;
        let refused = export_open(&town.app, &town.ctx("agent"), form("csv", "月度通报统计")).await.err().unwrap();
        assert_eq!(refused.refusal().unwrap().code, "forbidden");
        let refused = export_open(&town.app, &town.ctx("leader"), form("csv", "")).await.err().unwrap();
        assert_eq!(refused.refusal().unwrap().fields[0].field, "purpose");
    }
}
