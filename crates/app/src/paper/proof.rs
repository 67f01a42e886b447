//! 核验: what anybody who holds a document may learn of it, and nothing of whom it is about.

use citizen::Proof;
use domain::paper::{PaperState, read_code};
use kernel::normalise;
use store::paper::Paper;

use crate::Result;
use crate::ctx::App;
use crate::world::World;

/// What the public page shows of a document.
#[must_use]
pub fn proof(world: &World, p: &Paper) -> Proof {
    Proof {
        kind: p.kind.cn().to_owned(),
        number: p.number.clone(),
        code: p.code.clone(),
        org: world.directory.org_name(p.org).to_owned(),
        issued_at: p.issued_at,
        pdf_sm3: p.pdf.digest.clone(),
        docx_sm3: p.docx.digest.clone(),
        valid: p.state() == PaperState::Valid,
        withdrawn_at: p.withdrawn.as_ref().map(|w| w.at),
    }
}

/// Where an outer desk keeps what may be shown of the document with a code.
#[must_use]
pub fn proof_key(code: &str) -> String {
    format!("paper/{code}")
}

/// The document with this 验证码; one whose number was given otherwise is not told of.
pub async fn proof_by_code(app: &App, number: &str, code: &str) -> Result<Option<Proof>> {
    let Some(code) = read_code(code) else { return Ok(None) };
    let world = app.fresh_world().await?;
    let found = store::paper::paper_by_code(&app.store.db, &code).await?;
    Ok(found.map(|p| proof(&world, &p)).filter(|p| same_number(number, &p.number)))
}

/// A number as typed is that of the document; empty when the code was scanned.
#[must_use]
pub fn same_number(typed: &str, number: &str) -> bool {
    let plain = |text: &str| {
        let kept = |c: &char| c.is_alphanumeric();
        normalise(text).chars().filter(kept).collect::<String>()
    };
    typed.trim().is_empty() || plain(typed) == plain(number)
}
