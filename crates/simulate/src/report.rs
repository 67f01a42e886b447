//! The year in tables: what fired how often, what did not, what is broken, how fast it went.

use std::fmt;

use anyhow::Result;

use crate::check::{self, Balance};
use crate::expect::{self, Fired};
use crate::run::{Sim, Year};

/// Everything there is to say about a simulated year.
pub struct Report {
    fired: Vec<Fired>,
    balance: Vec<Balance>,
    /// Faults: invariants, mistakes that went through, stories that got stuck.
    faults: Vec<String>,
    turned_down: Vec<(String, u64)>,
    chains: String,
    year: Year,
}

pub(crate) async fn report(sim: &Sim, year: Year) -> Result<Report> {
    let now = sim.app.now();
    let mut faults = sim.tally.wrongs();
    for (what, n) in check::broken(sim).await? {
        faults.push(format!("{what}：{n}"));
    }
    let balance = check::balance(sim, year.registered, now).await?;
    let bad = balance.iter().filter(|b| !b.holds());
    faults.extend(bad.map(|b| format!("平衡校验“{}”：{} 与 {}", b.what, b.left, b.right)));
    let verified = app::verify::verify_all(&sim.app).await?;
    if let Some(bad) = &verified.first_bad {
        faults.push(format!("{} 第 {} 条：{}", bad.chain, bad.seq, bad.why));
    }
    let chains =
        verified.chains.iter().map(|c| format!("{} {} 条链 {} 条记录 {} 处异常", c.name, c.chains, c.entries, c.bad));
    Ok(Report {
        fired: expect::fired(sim, &year).await?,
        balance,
        faults,
        turned_down: sim.tally.group("turned_down").into_iter().collect(),
        chains: chains.collect::<Vec<_>>().join("；"),
        year,
    })
}

impl Report {
    /// What was to happen and did not.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let never = self.fired.iter().filter(|f| f.n == 0);
        never.map(|f| format!("{} {} {}", f.group, f.code, f.name)).collect()
    }

    /// What must not be and is.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    #[must_use]
    pub fn registered(&self) -> usize {
        self.year.registered
    }

    #[expect(clippy::cast_precision_loss, reason = "rates")]
    fn speed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let y = &self.year;
        let per = |n: f64| n / y.seconds.max(0.001);
        writeln!(f, "## 速度\n")?;
        writeln!(f, "| 指标 | 数值 |\n| --- | ---: |")?;
        writeln!(f, "| 工单 | {} |", y.registered)?;
        writeln!(f, "| 模拟天数 | {} |", y.days)?;
        writeln!(f, "| 用时（秒） | {:.1} |", y.seconds)?;
        writeln!(f, "| 工单/秒 | {:.1} |", per(y.registered as f64))?;
        writeln!(f, "| 模拟天/秒 | {:.2} |", per(y.days as f64))?;
        writeln!(f, "| 操作 | {} |", y.commands)?;
        writeln!(f, "| 操作/秒 | {:.1} |", per(y.commands as f64))?;
        writeln!(f, "| 被拒绝的操作 | {} |", y.refused)?;
        writeln!(f, "| 定时作业轮次 | {} |", y.rounds)?;
        writeln!(f, "| 期末仍有后续的工单 | {} |", y.unfinished)?;
        if let Some(mib) = peak_memory() {
            writeln!(f, "| 内存峰值（MiB） | {mib} |")?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.speed(f)?;
        let mut group = "";
        for fired in &self.fired {
            if fired.group != group {
                group = fired.group;
                writeln!(f, "\n## {group}\n\n| 编号 | 名称 | 次数 |\n| --- | --- | ---: |")?;
            }
            writeln!(f, "| {} | {} | {} |", fired.code, fired.name, fired.n)?;
        }
        writeln!(f, "\n## 意外被拒（他人在先、时机已过）\n\n| 操作与原因 | 次数 |\n| --- | ---: |")?;
        for (what, n) in &self.turned_down {
            writeln!(f, "| {what} | {n} |")?;
        }
        writeln!(f, "\n## 平衡校验\n\n| 规则 | 左 | 右 | 结果 |\n| --- | ---: | ---: | --- |")?;
        for b in &self.balance {
            let verdict = if b.holds() { "平" } else { "不平" };
            writeln!(f, "| {} | {} | {} | {verdict} |", b.what, b.left, b.right)?;
        }
        writeln!(f, "\n## 校验\n\n{}\n", self.chains)?;
        for fault in &self.faults {
            writeln!(f, "- 异常：{fault}")?;
        }
        for missing in self.missing() {
            writeln!(f, "- 未发生：{missing}")?;
        }
        if self.faults.is_empty() && self.missing().is_empty() {
            writeln!(f, "全部规则均已发生，全部不变量成立。")?;
        }
        Ok(())
    }
}

/// Largest resident size of this process so far, MiB; where the system tells it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
