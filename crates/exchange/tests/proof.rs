//! 文书核验 outside: the outer desk knows of a document only what came out of the core.

#[cfg(test)]
mod proof {
    use std::sync::Arc;

    use citizen::{Desk as _, Proof};
    use db::Db;
    use exchange::{Keys, OuterDesk};
    use kernel::{ManualClock, Secret, SoftwareProvider, SystemMint, Ts};
    use store::{Store, Vault};

    const NOW: Ts = Ts(1_790_000_000_000);

    testkit::both_engines! {
        async fn a_document_is_verified_by_its_code_and_its_own_number(db: Db) {
            let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&Secret::new([9; 32]))));
            db::migrate(&store.db, store::OUTER).await.unwrap();
            let mut proof = Proof {
                kind: "答复函".to_owned(),
                number: "热线中心复字〔2026〕第3号".to_owned(),
                code: "A1B2-C3D4-E5F6-A7B8-C9D0".to_owned(),
                org: "热线中心".to_owned(),
                issued_at: NOW,
                pdf_sm3: "00".repeat(32),
                docx_sm3: "11".repeat(32),
                valid: true,
                withdrawn_at: None,
            };
            let desk = OuterDesk::new(store.clone(), Keys::of(&Secret::new([1; 32])), Arc::new(ManualClock::new(NOW)), Arc::new(SystemMint));
            let typed = "a1b2 c3d4 e5f6 a7b8 c9d0";
            assert_eq!(desk.proof("", typed).await.unwrap(), None, "not told yet");
            for valid in [true, false] {
                proof.valid = valid;
                let (key, body) = (app::paper::proof_key(&proof.code), serde_json::to_string(&proof).unwrap());
                db::with_retry!(store.db, async |tx| {
                    store::exchange::put_view(tx, &store.vault, &key, &body, NOW).await
                })
                .unwrap();
                assert_eq!(desk.proof("热线中心复字(2026)第3号", typed).await.unwrap().as_ref(), Some(&proof));
            }
            assert_eq!(desk.proof("热线中心复字〔2026〕第4号", typed).await.unwrap(), None);
            assert_eq!(desk.proof("", "A1B2").await.unwrap(), None);
        }
    }
}
