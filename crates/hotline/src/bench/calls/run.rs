//! What is done with the call centre: calls at a rate, calls held, calls that take turns.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::sync::mpsc::UnboundedReceiver;

use super::lines::{Lines, Packets};
use super::seat::Told;
use super::trunk::Carrier;
use crate::bench::server::Server;

/// Nothing that is waited for takes longer, unless the platform failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often calls whose time has come are looked for.
const LOOK: Duration = Duration::from_millis(20);
/// Between the last call's answer and the beginning of the measurement.
const SETTLE: Duration = Duration::from_secs(3);

/// Carrier, telephones and seats.
pub struct Center {
    pub carrier: Carrier,
    pub lines: Lines,
    told: UnboundedReceiver<Told>,
    talking: HashSet<usize>,
    /// From the floor's choice of a seat to the frame at the seat.
    pub rings: Vec<Duration>,
}

/// What a number of calls cost while nothing changed.
pub struct Steady {
    /// Of the platform's process, per cent of one core.
    pub cpu_share: f64,
    pub memory_mib: f64,
    pub packets: Packets,
    /// Datagrams that the kernel dropped in front of any socket of the machine, because nobody read in time.
    pub dropped: u64,
    pub late_ms: u64,
}

impl Center {
    pub fn new(carrier: Carrier, lines: Lines, told: UnboundedReceiver<Told>) -> Self {
        Self { carrier, lines, told, talking: HashSet::new(), rings: Vec::new() }
    }

    /// Seats that speak with a citizen.
    pub fn talking(&self) -> usize {
        self.talking.len()
    }

    /// Takes in whatever happens until then.
    async fn heed(&mut self, until: Instant) -> Result<()> {
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(until.into()) => return Ok(()),
                now = look.tick() => self.carrier.hang_up_due(now.into_std()),
                () = self.carrier.heed() => {}
                told = self.told.recv() => match told.context("no seat is left")? {
                    Told::Rang { ms } => self.rings.push(Duration::from_millis(u64::try_from(ms).unwrap_or(0))),
                    Told::Talking { seat, on: true } => drop(self.talking.insert(seat)),
                    Told::Talking { seat, on: false } => drop(self.talking.remove(&seat)),
                    Told::Gone { seat, why } => bail!("座席 {seat} 中断：{why}"),
                    Told::Ready => {}
                },
            }
        }
    }

    async fn until(&mut self, what: &str, fits: impl Fn(&Self) -> bool) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while !fits(self) {
            if Instant::now() > end {
                bail!(
                    "等待{what}超时：未结束 {}，通话 {}，{:?}",
                    self.carrier.open(),
                    self.talking(),
                    self.carrier.outcome.failed
                );
            }
            self.heed(Instant::now() + LOOK).await?;
        }
        Ok(())
    }

    /// Begins so many calls a second for so long, each `hold` after its answer; returns when all are over.
    pub async fn pace(&mut self, rate: u32, span: Duration, hold: Duration) -> Result<()> {
        let begun = Instant::now();
        let all = u64::from(rate) * span.as_secs();
        for n in 0..all {
            self.heed(begun + Duration::from_secs(1) * u32::try_from(n).unwrap_or(u32::MAX) / rate).await?;
            self.carrier.call(Some(hold))?;
        }
        self.until("通话结束", |center| center.carrier.open() == 0 && center.talking.is_empty()).await
    }

    /// So many calls at once, measured while nothing begins and nothing ends.
    pub async fn steady(&mut self, server: &Server, calls: usize, rate: u32, span: Duration) -> Result<Steady> {
        for _ in 0..calls {
            self.carrier.call(None)?;
            self.heed(Instant::now() + Duration::from_secs(1) / rate).await?;
        }
        self.until("全部接通", |center| center.talking() == calls).await?;
        self.heed(Instant::now() + SETTLE).await?;
        self.lines.late_ms();
        let (begun, packets, used, dropped) = (Instant::now(), self.lines.packets(), server.cpu_seconds()?, dropped()?);
        self.heed(begun + span).await?;
        let steady = Steady {
            cpu_share: (server.cpu_seconds()? - used) / begun.elapsed().as_secs_f64() * 100.0,
            memory_mib: server.memory_mib("VmRSS")?,
            packets: self.lines.packets().since(packets),
            dropped: self::dropped()? - dropped,
            late_ms: self.lines.late_ms(),
        };
        self.carrier.hang_up_all();
        self.until("通话结束", |center| center.carrier.open() == 0 && center.talking.is_empty()).await?;
        // Recordings are closed by a thread of their own.
        self.heed(Instant::now() + SETTLE).await?;
        Ok(steady)
    }

    /// Keeps so many calls open for so long; each is hung up `hold` after its answer and another takes its place.
    pub async fn turn_over(&mut self, calls: usize, hold: Duration, span: Duration) -> Result<()> {
        let end = Instant::now() + span;
        while Instant::now() < end {
            // Not all at once at the beginning either: they would end at once, too.
            if self.carrier.open() < calls {
                self.carrier.call(Some(hold))?;
            }
            self.heed(end.min(Instant::now() + hold / u32::try_from(calls).unwrap_or(1).max(1) / 2)).await?;
        }
        Ok(())
    }

    pub async fn close(&self) {
        self.carrier.stop().await;
        self.lines.stop();
    }
}

/// `RcvbufErrors` of UDP in `/proc/net/snmp`: of the whole machine, both ends of every call among them.
fn dropped() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/net/snmp")?;
    let mut udp = text.lines().filter_map(|line| line.strip_prefix("Udp: ")).map(str::split_whitespace);
    let (names, values) = (udp.next().context("names")?, udp.next().context("values")?);
    let found = names.zip(values).find(|(name, _)| *name == "RcvbufErrors").context("a count of dropped datagrams")?;
    Ok(found.1.parse()?)
}
