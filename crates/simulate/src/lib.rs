//! 模拟城市: a year of the demo city, run through the use cases of `app` by people who do what people do, with the clock
//! in hand and chance from a seed. Reads what it wants to know, writes nothing but by commands.

mod actors;
mod arrivals;
mod arrive;
mod blunder;
mod check;
mod city;
mod expect;
mod fate;
mod gate;
mod live;
mod matter;
mod monitor;
mod report;
mod rhythm;
mod run;
mod tally;
mod turn;
pub mod words;

use std::sync::Arc;

use anyhow::Result;
use app::App;
use kernel::{ManualClock, Ts};

pub use report::Report;

/// What is to be simulated.
#[derive(Clone, Debug)]
pub struct Plan {
    pub orders: usize,
    pub months: u32,
    pub seed: u64,
    /// First moment of the year.
    pub from: Ts,
    /// Simulated minutes between two rounds of the platform's own jobs.
    pub tick_minutes: i64,
    /// Commands under way at once.
    pub abreast: usize,
}

impl Plan {
    /// The first of January 2025, whose holidays are announced.
    #[must_use]
    pub fn new(orders: usize, months: u32, seed: u64) -> Self {
        let from = Ts::parse_iso("2025-01-01T00:00:00+08:00").unwrap_or(Ts(0));
        Self { orders, months, seed, from, tick_minutes: 30, abreast: 8 }
    }

    /// Whole days from the first moment to the same day some months later.
    #[must_use]
    pub fn days(&self) -> i64 {
        let start = self.from.date();
        let mut end = start;
        for _ in 0..self.months {
            end = end.last_of_month().tomorrow().unwrap_or(end);
        }
        Ts::start_of(end).millis_since(self.from) / 86_400_000
    }
}

/// Loads the city into an empty database and lives the plan through. `progress` hears a line a month.
///
/// # Errors
/// When the database has orders already, or fails.
pub async fn run(
    app: &Arc<App>,
    clock: &Arc<ManualClock>,
    plan: Plan,
    progress: &(dyn Fn(&str) + Send + Sync),
) -> Result<Report> {
    clock.set(plan.from);
    let city = run::settle_city(app).await?;
    let sim = run::Sim::new(Arc::clone(app), Arc::clone(clock), city, plan);
    let year = run::Course::new(&sim).run(progress).await?;
    report::report(&sim, year).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_months_are_a_year() {
        assert_eq!(Plan::new(1, 12, 1).days(), 365);
        assert_eq!(Plan::new(1, 1, 1).days(), 31);
    }
}
