//! 微信公众号 outside: a message is kept and answered alike however often it comes, goes in once, and waits while nothing goes across.

#[cfg(test)]
mod wechat {
    use std::sync::Arc;

    use citizen::{Desk as _, WechatDoor, WechatPiece, WechatWhat};
    use db::Db;
    use exchange::{Keys, OuterDesk};
    use kernel::{ManualClock, Secret, SoftwareProvider, SystemMint, Ts};
    use store::{Store, Vault};

    const NOW: Ts = Ts(1_790_000_000_000);

    fn text(id: &str, person: &str, at: Ts) -> WechatPiece {
        let what = WechatWhat::Text { text: "桂巷路182号门前路灯坏了".to_owned() };
        WechatPiece { id: id.to_owned(), person: person.to_owned(), at, what }
    }

    async fn told(store: &Store) -> Vec<String> {
        let mut tx = store.db.begin().await.unwrap();
        let rows = store::exchange::waiting(&mut tx, &store.vault, 100).await.unwrap();
        rows.into_iter().map(|r| format!("{} {}", r.kind, r.body)).collect()
    }

    fn desk(db: Db) -> (Store, OuterDesk) {
        let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&Secret::new([9; 32]))));
        let (keys, clock) = (Keys::of(&Secret::new([1; 32])), Arc::new(ManualClock::new(NOW)));
        (store.clone(), OuterDesk::new(store, keys, clock, Arc::new(SystemMint)))
    }

    /// WeChat delivers again after five seconds, to whichever process answers: two processes on one outer database.
    #[test]
    fn deliveries_at_once_are_one_record_and_one_answer() {
        testkit::block(async {
            for test in testkit::engines().await {
                let (store, one) = desk(test.db());
                let (_, other) = desk(test.reopen().await);
                db::migrate(&store.db, store::OUTER).await.unwrap();
                for n in 0..12 {
                    let (id, person) = (n.to_string(), format!("o{n}"));
                    let piece = text(&id, &person, NOW);
                    let all = futures::future::join_all((0..8).map(|i| {
                        let desk = if i % 2 == 0 { &one } else { &other };
                        desk.wechat_take(&piece)
                    }));
                    let answers: Vec<_> = all.await.into_iter().map(Result::unwrap).collect();
                    assert!(answers[0].as_ref().is_some_and(|w| !w.is_empty()), "{}: {answers:?}", test.engine());
                    assert!(answers.iter().all(|a| *a == answers[0]), "{}: {answers:?}", test.engine());
                    assert_eq!(told(&store).await.len(), n + 1, "{}: one record a message", test.engine());
                }
            }
        });
    }

    testkit::both_engines! {
        async fn a_message_goes_in_once_and_is_answered_alike(db: Db) {
            let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&Secret::new([9; 32]))));
            db::migrate(&store.db, store::OUTER).await.unwrap();
            let desk = OuterDesk::new(store.clone(), Keys::of(&Secret::new([1; 32])), Arc::new(ManualClock::new(NOW)), Arc::new(SystemMint));
            assert!(desk.wechat_door().await.unwrap().is_none(), "not told yet");
            let door = WechatDoor { app_id: "wx1".to_owned(), token: "t".to_owned(), aes_key: String::new(), safe: false, quiet_min: 3 };
            db::with_retry!(store.db, async |tx| {
                store::exchange::put_view(tx, &store.vault, "wechat", &serde_json::to_string(&Some(&door)).unwrap(), NOW).await
            })
            .unwrap();
            assert!(desk.wechat_door().await.unwrap().is_some_and(|d| d.token == "t"));

            let first = desk.wechat_take(&text("1", "oA1", NOW)).await.unwrap();
            assert!(first.as_ref().is_some_and(|w| w.contains("3分钟")));
            for _ in 0..3 {
                assert_eq!(desk.wechat_take(&text("1", "oA1", NOW)).await.unwrap(), first, "WeChat tries three times");
            }
            assert_eq!(desk.wechat_take(&text("2", "oA1", NOW.plus_minutes(2))).await.unwrap(), None, "the conversation goes on");
            assert!(desk.wechat_take(&text("3", "oB1", NOW)).await.unwrap().is_some(), "another person");
            assert!(desk.wechat_take(&text("4", "oA1", NOW.plus_minutes(9))).await.unwrap().is_some(), "another conversation");
            let followed = WechatPiece { what: WechatWhat::Followed, ..text("5", "oC1", NOW) };
            assert!(desk.wechat_take(&followed).await.unwrap().is_some_and(|w| w.contains("欢迎")));
            let rows = told(&store).await;
            assert_eq!(rows.len(), 4, "{rows:?}");
            assert!(rows.iter().all(|r| r.starts_with("wechat ")));
        }
    }
}
