//! Transactions that are tried again.

use std::time::Duration;

use crate::error::{DbError, Result};
use crate::pool::Db;
use crate::tx::Tx;

/// Runs a body in a transaction and commits it: `db::with_retry!(db, async |tx| { … })`, where `tx` is a `&mut Tx` and
/// the body yields `Result<T, E>` with `E: From<DbError>`; so does the whole.
///
/// A serialisation failure, a deadlock or a busy file rolls it back and runs the body again, five times at most,
/// pausing 10, 20, 40 and 80 ms. The body must have no effect outside the transaction. Any other error rolls back and
/// is returned. `?` and `return` leave the body, not the function around it.
///
/// A macro because the future of an async closure that borrows its surroundings is not provably `Send`, and a web
/// handler's must be; inlined, it is.
#[macro_export]
macro_rules! with_retry {
    ($db:expr, async |$tx:ident| $body:block) => {{
        let mut attempts = $crate::Attempts::new(&$db);
        loop {
            let done = match attempts.begin().await {
                Ok(mut open) => {
                    let done = async {
                        let $tx: &mut $crate::Tx = &mut open;
                        $body
                    }
                    .await;
                    attempts.end(open, done).await
                }
                Err(e) => Some(Err(::core::convert::From::from(e))),
            };
            if let Some(done) = done {
                break done;
            }
        }
    }};
}

/// The bookkeeping of [`with_retry!`].
pub struct Attempts {
    db: Db,
    left: u32,
    pause: Duration,
}

impl Attempts {
    /// Five attempts.
    pub fn new(db: &Db) -> Self {
        Attempts { db: db.clone(), left: 5, pause: Duration::from_millis(10) }
    }

    /// Begins an attempt; a busy file counts as one.
    pub async fn begin(&mut self) -> Result<Tx> {
        loop {
            match self.db.begin().await {
                Err(e) if e.is_retryable() && self.another().await => {}
                other => return other,
            }
        }
    }

    /// Commits or rolls back; `None`: try again.
    pub async fn end<T, E: From<DbError>>(&mut self, tx: Tx, done: Result<T, E>) -> Option<Result<T, E>> {
        match done {
            Ok(value) => match tx.commit().await {
                Err(e) if e.is_retryable() && self.another().await => None,
                Err(e) => Some(Err(e.into())),
                Ok(()) => Some(Ok(value)),
            },
            Err(e) => {
                let retryable = tx.is_retryable();
                match tx.rollback().await {
                    _ if retryable && self.another().await => None,
                    Err(broken) => {
                        tracing::warn!(error = %broken, "rollback failed; the connection is discarded");
                        Some(Err(e))
                    }
                    Ok(()) => Some(Err(e)),
                }
            }
        }
    }

    async fn another(&mut self) -> bool {
        self.left -= 1;
        if self.left == 0 {
            return false;
        }
        tracing::debug!(pause_ms = self.pause.as_millis() as u64, "transaction will be tried again");
        tokio::time::sleep(self.pause).await;
        self.pause *= 2;
        true
    }
}
