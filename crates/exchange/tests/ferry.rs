//! The ferry between two databases, with a clock that goes by hand: what is told arrives once and in order whatever
//! happens to files, to either database, and to records nobody can take.

#[cfg(test)]
mod ferry {
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

    use citizen::LampState;
    use db::{Db, OpenOptions, Tx};
    use exchange::{Apply, Ferry, Folders, Keys, Memory, Record, Round, Side, lamp};
    use futures::future::BoxFuture;
    use kernel::{Mint as _, Refusal, Secret, SoftwareProvider, SystemMint, Ts};
    use store::{Store, Vault};

    const BEGIN: i64 = 1_700_000_000_000;

    /// Writes what it applies under a running number; refuses what says so.
    #[derive(Default)]
    struct Log {
        alarms: AtomicUsize,
        forgotten: AtomicUsize,
    }

    async fn log(tx: &mut Tx, store: &Store, line: &str) -> exchange::Result<()> {
        let n = store::exchange::state(&mut *tx, "logged").await? + 1;
        store::exchange::set_state(tx, "logged", n).await?;
        Ok(store::exchange::put_view(tx, &store.vault, &format!("log/{n}"), line, Ts(0)).await?)
    }

    struct Writes<'a>(&'a Log, &'a Store);

    impl Apply for Writes<'_> {
        fn apply<'a>(
            &'a self,
            tx: &'a mut Tx,
            record: &'a Record,
            attempt: u32,
        ) -> BoxFuture<'a, exchange::Result<()>> {
            Box::pin(async move {
                let line = record.body.as_str().unwrap_or_default().to_owned();
                log(tx, self.1, &format!("{line}{}", if attempt > 0 { "!" } else { "" })).await?;
                match line.as_str() {
                    "never" => Err(exchange::Error::App(Refusal::forbidden("不行").into())),
                    "second" if attempt == 0 => Err(exchange::Error::App(Refusal::forbidden("不行").into())),
                    _ => Ok(()),
                }
            })
        }

        fn set_aside<'a>(&'a self, tx: &'a mut Tx, _: &'a Record, why: &'a str) -> BoxFuture<'a, exchange::Result<()>> {
            Box::pin(async move { log(tx, self.1, &format!("aside: {why}")).await })
        }

        fn gather(&self) -> BoxFuture<'_, exchange::Result<()>> {
            Box::pin(async { Ok(()) })
        }

        fn forgotten<'a>(&'a self, _: &'a mut Tx) -> BoxFuture<'a, exchange::Result<()>> {
            self.0.forgotten.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Ok(()) })
        }

        fn alarm(&self, _: i64) -> BoxFuture<'_, exchange::Result<()>> {
            self.0.alarms.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Ok(()) })
        }
    }

    struct End {
        side: Side,
        store: Store,
        folders: Folders,
        memory: Memory,
        log: Log,
    }

    impl End {
        async fn new(side: Side, home: &Path, db: Db) -> Self {
            let store = Store::new(db, Vault::new(SoftwareProvider::from_master(&Secret::new([9; 32]))));
            db::migrate(&store.db, store::OUTER).await.unwrap();
            let folder = |name: &str| home.join(format!("{}-{name}", side.code()));
            let folders = Folders { inbox: folder("in"), outbox: folder("out") };
            fs::create_dir_all(&folders.inbox).unwrap();
            fs::create_dir_all(&folders.outbox).unwrap();
            Self { side, store, folders, memory: Memory::default(), log: Log::default() }
        }

        async fn round(&self, now: i64) -> Round {
            let keys = Keys::of(&Secret::new([1; 32]));
            let apply = Writes(&self.log, &self.store);
            let ferry = Ferry {
                side: self.side,
                keys: &keys,
                folders: &self.folders,
                store: &self.store,
                mint: &SystemMint,
                apply: &apply,
                memory: &self.memory,
                now: Ts(now),
            };
            ferry.round().await.unwrap()
        }

        async fn tell(&self, line: &str) {
            let id = SystemMint.uuid(Ts(BEGIN));
            let body = serde_json::json!(line).to_string();
            db::with_retry!(self.store.db, async |tx| {
                store::exchange::push(tx, &self.store.vault, id, "line", &body, Ts(BEGIN)).await
            })
            .unwrap();
        }

        async fn heard(&self) -> Vec<String> {
            let mut lines = Vec::new();
            loop {
                let key = format!("log/{}", lines.len() + 1);
                match store::exchange::view(&self.store.db, &self.store.vault, &key).await.unwrap() {
                    Some(line) => lines.push(line),
                    None => return lines,
                }
            }
        }

        async fn lamp(&self, now: i64) -> LampState {
            lamp(&self.store, Ts(now)).await.unwrap().state
        }

        fn files(&self) -> Vec<PathBuf> {
            let mut files: Vec<_> = fs::read_dir(&self.folders.outbox).unwrap().flatten().map(|e| e.path()).collect();
            files.sort();
            files
        }

        /// Numbered files put out, without the sign of life.
        fn numbered(&self) -> Vec<PathBuf> {
            self.files().into_iter().filter(|p| !p.to_string_lossy().contains("life")).collect()
        }
    }

    fn carry(from: &End, to: &End) {
        for file in from.files() {
            fs::rename(&file, to.folders.inbox.join(file.file_name().unwrap())).unwrap();
        }
    }

    struct Pair {
        inner: End,
        outer: End,
        now: AtomicI64,
    }

    impl Pair {
        async fn new(home: &Path, inner: Db, outer: Db) -> Self {
            let (inner, outer) = (End::new(Side::Inner, home, inner).await, End::new(Side::Outer, home, outer).await);
            Self { inner, outer, now: AtomicI64::new(BEGIN) }
        }

        fn later(&self, ms: i64) -> i64 {
            self.now.fetch_add(ms, Ordering::SeqCst) + ms
        }

        /// Some rounds of both ends with everything carried; long enough apart that lost files are put out again.
        async fn settle(&self) {
            for _ in 0..8 {
                let now = self.later(16_000);
                self.outer.round(now).await;
                carry(&self.outer, &self.inner);
                self.inner.round(now).await;
                carry(&self.inner, &self.outer);
            }
        }
    }

    testkit::both_engines! {
        async fn lost_doubled_and_swapped_files_tell_everything_once_and_in_order(db: Db) {
            let home = tempfile::tempdir().unwrap();
            let other = testkit::TestDb::sqlite().await;
            let pair = Pair::new(home.path(), db, other.db()).await;
            let now = pair.later(1000);
            assert_eq!(pair.inner.lamp(now).await, LampState::Stale, "nothing heard yet");
            for n in 1..=3 {
                pair.outer.tell(&format!("line {n}")).await;
                pair.outer.round(pair.later(1000)).await;
            }
            // The second file comes first, the first not at all.
            let files = pair.outer.numbered();
            assert_eq!(files.len(), 3);
            fs::copy(&files[1], pair.inner.folders.inbox.join(files[1].file_name().unwrap())).unwrap();
            fs::remove_file(&files[0]).unwrap();
            let round = pair.inner.round(pair.later(1000)).await;
            assert!(round.gap && round.applied == 0, "{round:?}");
            assert_eq!(pair.inner.heard().await, [""; 0]);
            // Half a minute later that is an alarm, and only one.
            for _ in 0..3 {
                pair.inner.round(pair.later(31_000)).await;
            }
            assert_eq!(pair.inner.log.alarms.load(Ordering::SeqCst), 1);
            assert_eq!(pair.inner.lamp(pair.now.load(Ordering::SeqCst)).await, LampState::Gap);

            pair.settle().await;
            assert_eq!(pair.inner.heard().await, ["line 1", "line 2", "line 3"]);
            assert_eq!(pair.inner.lamp(pair.now.load(Ordering::SeqCst)).await, LampState::Fresh);
            assert_eq!(pair.outer.lamp(pair.now.load(Ordering::SeqCst)).await, LampState::Fresh);
            assert!(pair.outer.numbered().is_empty(), "what is acknowledged is cleared away");
        }

        async fn a_record_nobody_can_take_holds_nothing_up(db: Db) {
            let home = tempfile::tempdir().unwrap();
            let other = testkit::TestDb::sqlite().await;
            let pair = Pair::new(home.path(), db, other.db()).await;
            for line in ["first", "never", "second", "last"] {
                pair.outer.tell(line).await;
            }
            pair.settle().await;
            assert_eq!(pair.inner.heard().await, ["first", "aside: 不行", "second!", "last"]);
        }

        async fn replays_and_foreign_files_do_nothing(db: Db) {
            let home = tempfile::tempdir().unwrap();
            let other = testkit::TestDb::sqlite().await;
            let pair = Pair::new(home.path(), db, other.db()).await;
            pair.outer.tell("once").await;
            pair.outer.round(pair.later(1000)).await;
            let kept: Vec<(PathBuf, Vec<u8>)> =
                pair.outer.files().into_iter().map(|p| (p.clone(), fs::read(&p).unwrap())).collect();
            pair.settle().await;
            for (path, bytes) in &kept {
                fs::write(pair.inner.folders.inbox.join(path.file_name().unwrap()), bytes).unwrap();
                // Our own come back, and one somebody wrote.
                fs::write(pair.outer.folders.inbox.join(path.file_name().unwrap()), bytes).unwrap();
            }
            fs::write(pair.inner.folders.inbox.join("outer-000000000000001-000000000001.hxb"), b"HXB1 nonsense").unwrap();
            let now = pair.later(1000);
            let round = pair.inner.round(now).await;
            assert_eq!((round.applied, round.replayed, round.bad), (0, 1, 1));
            pair.outer.round(now).await;
            pair.settle().await;
            assert_eq!(pair.inner.heard().await, ["once"]);
        }
    }

    async fn open(file: &Path) -> Db {
        Db::open(&format!("sqlite://{}", file.display()), OpenOptions::default()).await.unwrap()
    }

    #[test]
    fn a_portal_that_lost_everything_is_told_again_and_heard_again() {
        testkit::block(async {
            let home = tempfile::tempdir().unwrap();
            let mut pair =
                Pair::new(home.path(), open(&home.path().join("a.db")).await, open(&home.path().join("b.db")).await)
                    .await;
            pair.inner.tell("view 1").await;
            pair.outer.tell("form 1").await;
            pair.settle().await;
            pair.inner.tell("view 2").await;
            pair.settle().await;
            assert_eq!(pair.outer.heard().await, ["view 1", "view 2"]);
            // The disk of the outer machine is gone, with it the numbers.
            pair.outer = End::new(Side::Outer, home.path(), open(&home.path().join("c.db")).await).await;
            pair.outer.tell("form 2").await;
            pair.settle().await;
            assert_eq!(pair.inner.heard().await, ["form 1", "form 2"], "new numbers are no replays");
            assert_eq!(pair.outer.heard().await, ["view 1", "view 2"], "what was kept is told again");
            assert_eq!(pair.inner.log.forgotten.load(Ordering::SeqCst), 1, "and everything older");
            pair.inner.tell("view 3").await;
            pair.settle().await;
            assert_eq!(pair.outer.heard().await.last().unwrap(), "view 3");
        });
    }

    #[test]
    fn a_core_restored_from_a_backup_gets_again_what_it_lost() {
        testkit::block(async {
            let home = tempfile::tempdir().unwrap();
            let file = home.path().join("a.db");
            let mut pair = Pair::new(home.path(), open(&file).await, open(&home.path().join("b.db")).await).await;
            pair.outer.tell("form 1").await;
            pair.inner.tell("view 1").await;
            pair.settle().await;
            // The backup.
            pair.inner.store.db.close().await;
            let backup = fs::read(&file).unwrap();
            pair.inner = End::new(Side::Inner, home.path(), open(&file).await).await;
            pair.outer.tell("form 2").await;
            pair.inner.tell("view 2").await;
            pair.settle().await;
            assert_eq!(pair.inner.heard().await, ["form 1", "form 2"]);
            // The restore.
            pair.inner.store.db.close().await;
            for tail in ["-wal", "-shm"] {
                let _ = fs::remove_file(home.path().join(format!("a.db{tail}")));
            }
            fs::write(&file, backup).unwrap();
            pair.inner = End::new(Side::Inner, home.path(), open(&file).await).await;
            assert_eq!(pair.inner.heard().await, ["form 1"], "as of the backup");
            pair.inner.tell("view 3").await;
            pair.settle().await;
            assert_eq!(pair.inner.heard().await, ["form 1", "form 2"], "acknowledged, lost, and here again");
            assert_eq!(pair.outer.heard().await.last().unwrap(), "view 3", "its numbers are no replays");
        });
    }
}
