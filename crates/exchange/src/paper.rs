//! 答复附件 on their way to the outer desk: named by the view of their matter, brought behind it as records of their own, each once.

use citizen::{Matter, MatterKey, PaperFile};
use db::Tx;
use kernel::{OrderId, Refusal, Uuid};
use serde::{Deserialize, Serialize};

use crate::inner::Inner;
use crate::outer::OuterDesk;
use crate::{Error, Result};

/// Kind of the record that brings one.
pub(crate) const KIND: &str = "paper";
/// Still to be told, in the core.
const DUE: &str = "paper_due";
/// Of those told in the core, by their id.
pub(crate) const TOLD: &str = "paper_told";
/// Told in one round: they are large.
const AT_ONCE: usize = 20;

/// A file and the matter it belongs to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct PaperOut {
    order: OrderId,
    id: Uuid,
    file: PaperFile,
}

fn view_key(order: Uuid, id: Uuid) -> String {
    format!("{KIND}/{order}/{id}")
}

impl Inner {
    /// Notes the papers a view names and that were not told yet.
    pub(crate) async fn owe_papers(&self, tx: &mut Tx, order: OrderId, matter: &Matter) -> Result<()> {
        for paper in matter.reply.iter().flat_map(|r| &r.papers) {
            if store::exchange::by_index(&mut *tx, &format!("{TOLD}/{}", paper.id)).await?.is_empty() {
                let body = serde_json::to_string(&(order, paper.id))?;
                let key = format!("{DUE}/{}", paper.id);
                store::exchange::put_view(tx, &self.app.store.vault, &key, &body, self.app.now()).await?;
            }
        }
        Ok(())
    }

    /// Tells papers that are owed. A file store that is away holds up nothing else: they are owed until it is back.
    pub(crate) async fn tell_paper_files(&self) -> Result<()> {
        let store = &self.app.store;
        for (key, body) in store::exchange::views(&store.db, &store.vault, DUE).await?.into_iter().take(AT_ONCE) {
            let (order, id): (OrderId, Uuid) = serde_json::from_str(&body)?;
            let record = match app::citizen::paper_file(&self.app, order, id).await {
                Ok(file) => Some(serde_json::to_string(&PaperOut { order, id, file })?),
                Err(e) if e.refusal().is_some_and(|r| r.code == "gone") => {
                    tracing::error!(%order, paper = %id, "a file that goes with an answer is lost");
                    None
                }
                Err(e) => {
                    tracing::warn!(%order, error = %e, "files of answers wait for the file store");
                    return Ok(());
                }
            };
            let now = self.app.now();
            db::with_retry!(store.db, async |tx| {
                if let Some(record) = &record {
                    let own = self.app.mint.uuid(now);
                    store::exchange::push(tx, &store.vault, own, KIND, record, now).await?;
                }
                store::exchange::put_index(tx, &format!("{TOLD}/{id}"), &order.to_string()).await?;
                Ok::<(), Error>(store::exchange::drop_view(tx, &key).await?)
            })?;
        }
        Ok(())
    }
}

impl OuterDesk {
    pub(crate) async fn keep_paper(&self, tx: &mut Tx, came: PaperOut) -> Result<()> {
        let (key, body) = (view_key(came.order.0, came.id), serde_json::to_string(&came.file)?);
        Ok(store::exchange::put_view(tx, &self.store.vault, &key, &body, self.clock.now()).await?)
    }

    /// Only what the page of the matter names.
    pub(crate) async fn load_paper(&self, key: MatterKey, id: Uuid) -> Result<PaperFile> {
        let refused = |r: Refusal| Error::App(r.into());
        let none = || refused(Refusal::gone("没有这个附件，请返回查询页面重新打开"));
        let MatterKey::Own(order) = key else { return Err(none()) };
        let named = self.view(&format!("own/{order}")).await?.and_then(|m| m.reply);
        if !named.is_some_and(|r| r.papers.iter().any(|p| p.id == id)) {
            return Err(none());
        }
        let text = store::exchange::view(&self.store.db, &self.store.vault, &view_key(order, id)).await?;
        let text =
            text.ok_or_else(|| refused(Refusal::state("on_its_way", "附件正从业务系统传来，请过几分钟再打开")))?;
        Ok(serde_json::from_str(&text)?)
    }
}
