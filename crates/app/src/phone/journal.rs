//! Writes the floor's facts before anything is done about them, and keeps calls going when the database does not.

use std::time::Duration;

use tokio::time::Instant;
use voice::journal::Fact;

use crate::call;
use crate::ctx::App;

/// A database that is slower holds up no call: facts wait in memory and are written with the next ones.
const PATIENCE: Duration = Duration::from_secs(2);
/// After a failure the database is left alone so long.
const PAUSE: Duration = Duration::from_secs(1);
/// So many failures in a row with a database that answers: one of the facts is at fault.
const SUSPECT: u32 = 5;

/// Facts that are not written yet, oldest first.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    facts: Vec<Fact>,
    failures: u32,
    not_before: Option<Instant>,
}

impl Backlog {
    pub fn push(&mut self, facts: Vec<Fact>) {
        self.facts.extend(facts);
    }

    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// When what is left should be tried again.
    pub fn due(&self) -> Option<Instant> {
        self.not_before.filter(|_| !self.facts.is_empty())
    }

    /// Writes all there is, unless the database failed a moment ago.
    pub async fn write(&mut self, app: &App) {
        if self.facts.is_empty() || self.not_before.is_some_and(|at| at > Instant::now()) {
            return;
        }
        let failed = match tokio::time::timeout(PATIENCE, call::write_facts(app, &self.facts)).await {
            Ok(Ok(())) => None,
            Ok(Err(e)) => Some(e.to_string()),
            Err(_) => Some("the database did not answer in time".to_owned()),
        };
        let Some(why) = failed else {
            if self.failures > 0 {
                tracing::warn!(facts = self.facts.len(), "the journal of calls is written again");
            }
            *self = Self::default();
            return;
        };
        self.failures += 1;
        self.not_before = Some(Instant::now() + PAUSE);
        tracing::error!(error = %why, waiting = self.facts.len(), "the journal of calls could not be written; calls go on");
        if self.failures >= SUSPECT && app.health().await.is_ok() {
            self.one_by_one(app).await;
        }
    }

    /// Finds the fact the database refuses, says so and goes on without it.
    async fn one_by_one(&mut self, app: &App) {
        for fact in std::mem::take(&mut self.facts) {
            if let Err(e) = call::write_facts(app, std::slice::from_ref(&fact)).await {
                tracing::error!(error = %e, kind = kind(&fact), "a fact of the journal of calls was refused and is lost");
            }
        }
        *self = Self::default();
    }
}

const fn kind(fact: &Fact) -> &'static str {
    match fact {
        Fact::Call(_) => "call",
        Fact::Leg(_) => "leg",
        Fact::Event(_) => "event",
        Fact::Seat(_) => "seat",
        Fact::Recording(_) => "recording",
        Fact::Duty(_) => "duty",
        Fact::DutyTried { .. } => "duty_tried",
    }
}
