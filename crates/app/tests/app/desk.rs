//! Drafts, filters, home and live events.

use std::time::Duration;

use app::view::{EventView, FilterForm, ReadForm};
use app::{draft, events, filter, home, notification, reference};
use db::Db;
use domain::order::Command;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::json;

use crate::town::Town;
use crate::walk::{dispatch, give, submitted};

async fn next(stream: &mut BoxStream<'static, EventView>) -> Option<EventView> {
    tokio::time::timeout(Duration::from_secs(10), stream.next()).await.ok().flatten()
}

testkit::both_engines! {
    async fn a_draft_is_kept_replaced_and_forgotten(db: Db) {
        let town = Town::build(db).await;
        let ctx = town.ctx("agent");
        draft::draft_save(&town.app, &ctx, "intake", json!({ "content": "路灯" })).await.unwrap();
        draft::draft_save(&town.app, &ctx, "intake", json!({ "content": "路灯不亮" })).await.unwrap();
        let kept = draft::draft_load(&town.app, &ctx, "intake").await.unwrap();
        assert_eq!(kept.body["content"], "路灯不亮");
        assert!(draft::draft_load(&town.app, &town.ctx("leader"), "intake").await.is_err(), "a draft is one's own");
        draft::draft_delete(&town.app, &ctx, "intake").await.unwrap();
        assert!(draft::draft_load(&town.app, &ctx, "intake").await.is_err());
        assert!(draft::draft_save(&town.app, &ctx, "../x", json!({})).await.is_err());
    }

    async fn a_filter_is_saved_by_name_and_checked(db: Db) {
        let town = Town::build(db).await;
        let ctx = town.ctx("leader");
        let form = |query| FilterForm { name: "红灯".to_owned(), query };
        let first = filter::filter_save(&town.app, &ctx, form(json!({ "light": "red" }))).await.unwrap();
        let again = filter::filter_save(&town.app, &ctx, form(json!({ "light": "red", "returned": true }))).await.unwrap();
        assert_eq!(first.id, again.id);
        assert!(filter::filter_save(&town.app, &ctx, form(json!({ "returned": "maybe" }))).await.is_err());
        assert_eq!(filter::filter_list(&town.app, &ctx).await.unwrap().len(), 1);
        filter::filter_delete(&town.app, &ctx, first.id).await.unwrap();
        assert!(filter::filter_delete(&town.app, &ctx, first.id).await.is_err());
    }

    async fn home_shows_the_day_and_ones_own(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let seen = home::home_view(&town.app, &town.ctx("leader")).await.unwrap();
        assert_eq!((seen.today["registered"], seen.today["dispatched"], seen.lights.green), (1, 1, 1));
        let own = home::home_view(&town.app, &town.ctx("agent")).await.unwrap();
        assert_eq!(own.my[0].id, id);
        let none = home::home_view(&town.app, &town.ctx("sysadmin")).await.unwrap();
        assert!(none.my.is_empty() && none.queues.is_empty());
    }

    async fn notices_are_read_once(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let ctx = town.ctx("housing_admin");
        notification::notification_read(&town.app, &ctx, &ReadForm { ids: Vec::new(), all: true }).await.unwrap();
        let left = notification::notification_list(&town.app, &ctx, false, None, None).await.unwrap();
        assert_eq!((left.unread, left.items.len()), (0, 1));
        assert!(left.items[0].read_at.is_some());
    }

    async fn an_open_page_hears_what_it_may_see_and_nothing_else(db: Db) {
        let town = Town::build(db).await;
        let mut unit = events::event_stream(&town.app, &town.ctx("housing_admin"), None).await.unwrap();
        let mut other = events::event_stream(&town.app, &town.ctx("water_admin"), None).await.unwrap();
        let id = submitted(&town, "13812345678").await;
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let heard = loop {
            let event = next(&mut unit).await.expect("the unit hears of its order");
            if event.event == "notification" {
                break event;
            }
            assert_eq!(event.data["order_id"], json!(id));
        };
        assert_eq!(heard.data["kind"], "T05");
        // Away for a moment, the page resumes where it was.
        give(&town, "housing_admin", id, Command::Sign { task: first_task(&town, id).await }).await;
        let mut resumed = events::event_stream(&town.app, &town.ctx("housing_admin"), Some(heard.seq)).await.unwrap();
        let missed = next(&mut resumed).await.expect("what happened meanwhile");
        assert!(missed.seq > heard.seq);
        let silent = tokio::time::timeout(Duration::from_millis(1_500), other.next()).await;
        assert!(silent.is_err(), "{silent:?}");
        town.app.bus.close();
        while next(&mut unit).await.is_some() {}
    }

    async fn reference_data_is_tagged_by_its_snapshot(db: Db) {
        let town = Town::build(db).await;
        let before = reference::reference_view(&town.app, &town.ctx("agent")).await.unwrap();
        assert_eq!(before.view.categories[1].path, "城乡建设/路灯照明");
        assert!(before.view.params.contains_key("dup.prompt"));
        let mut tx = town.app.store.db.begin().await.unwrap();
        store::counter::next_in(&mut tx, app::snapshot::DIRECTORY).await.unwrap();
        tx.commit().await.unwrap();
        town.app.refresh_if_changed().await.unwrap();
        let after = reference::reference_view(&town.app, &town.ctx("agent")).await.unwrap();
        assert_ne!(before.etag, after.etag);
        let found = reference::category_search(&town.app, "路灯坏了", 5).await.unwrap();
        assert_eq!(found[0].code, "020300");
        assert_eq!(reference::region_path(&town.app, "990101001000").await.unwrap().len(), 3);
    }
}

async fn first_task(town: &Town, id: kernel::OrderId) -> kernel::TaskId {
    store::task::list_tasks(&town.app.store.db, id).await.unwrap()[0].id
}
