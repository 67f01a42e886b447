//! 校验: every hash chain from its first link on, and every order against what its log leads to.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use kernel::OrderId;
use store::flow_log::Verdict;

use crate::Result;
use crate::ctx::App;
use crate::view::{BadLink, ChainReport, VerifyReport};

/// Orders read at once, and how many of them are checked side by side.
const PAGE: u32 = 500;
const ABREAST: usize = 4;

/// Checks the flow log of every order and the chains of the audit log. Takes as long as there are records.
///
/// # Errors
/// When the database fails. A broken chain is a finding, not an error.
pub async fn verify_all(app: &App) -> Result<VerifyReport> {
    let mut chains = vec![flows(app).await?];
    for chain in 0..store::audit::CHAINS {
        let verdict = store::audit::verify_chain(&app.store.db, &app.store.vault, chain).await?;
        chains.push(Counted::of(format!("audit:{chain}"), verdict));
    }
    let first_bad = chains.iter_mut().find_map(|c| c.first_bad.take());
    Ok(VerifyReport { ok: first_bad.is_none(), chains: chains.into_iter().map(|c| c.report).collect(), first_bad })
}

struct Counted {
    report: ChainReport,
    first_bad: Option<BadLink>,
}

impl Counted {
    fn new(name: String) -> Self {
        Self { report: ChainReport { name, chains: 0, entries: 0, bad: 0 }, first_bad: None }
    }

    fn of(name: String, verdict: Verdict) -> Self {
        let mut counted = Self::new(name.clone());
        counted.add(name, verdict);
        counted
    }

    fn add(&mut self, chain: String, verdict: Verdict) {
        self.report.chains += 1;
        match verdict {
            Verdict::Intact { records } => self.report.entries += records,
            Verdict::Broken { seq, reason } => {
                self.report.bad += 1;
                self.first_bad.get_or_insert(BadLink { chain, seq, why: reason });
            }
        }
    }
}

async fn flows(app: &App) -> Result<Counted> {
    let mut counted = Counted::new("flow".to_owned());
    let mut after = None;
    loop {
        let ids = store::open_clock::every_order(&app.store.db, after, PAGE).await?;
        let Some(last) = ids.last() else { return Ok(counted) };
        after = Some(*last);
        let verdicts: Vec<(OrderId, Verdict)> = stream::iter(ids)
            .map(|id| async move {
                let verdict = match flow(app, id).await? {
                    // A step taken while we read looks like a break: only one seen twice is one.
                    Verdict::Broken { .. } => flow(app, id).await?,
                    intact => intact,
                };
                Ok::<_, crate::Error>((id, verdict))
            })
            .buffered(ABREAST)
            .try_collect()
            .await?;
        for (id, verdict) in verdicts {
            counted.add(format!("flow:{id}"), verdict);
        }
    }
}

/// The chain of one order, and whether the order stands where its log says.
async fn flow(app: &App, id: OrderId) -> Result<Verdict> {
    let (db, vault) = (&app.store.db, &app.store.vault);
    let verdict = store::flow_log::verify_flow(db, vault, id).await?;
    let Verdict::Intact { records } = verdict else { return Ok(verdict) };
    let Some(order) = store::order::load_order(db, vault, id).await? else { return Ok(verdict) };
    let log = store::flow_log::flow_of(db, id).await?;
    let entries: Vec<_> = log.into_iter().map(|l| l.entry).collect();
    let why = match domain::replay::replay(&entries) {
        Ok(replayed) if replayed.order == order.state => return Ok(verdict),
        Ok(replayed) => {
            format!("流转记录推得状态为“{}”，工单当前为“{}”", replayed.order.cn(), order.state.cn())
        }
        Err(e) => format!("流转记录前后不能衔接：{e}"),
    };
    Ok(Verdict::Broken { seq: records, reason: why })
}
