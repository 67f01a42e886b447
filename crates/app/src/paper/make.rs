//! From a template and fields to the two files, off the runtime's threads.

use std::sync::Arc;

use domain::paper::PaperKind;
use kernel::{TemplateId, Ts};
use press::{About, Fields};
use sha2::{Digest as _, Sha256};
use store::paper::PaperFile;

use super::broken;
use super::stock::stock;
use crate::attachment::fetch;
use crate::ctx::App;
use crate::{Error, Result};

/// Both files of a document.
#[derive(Clone, Debug)]
pub struct Made {
    pub docx: Vec<u8>,
    pub pdf: Vec<u8>,
}

/// Address of the page that verifies a document: what the code on paper holds.
#[must_use]
pub fn proof_url(app: &App, code: &str) -> String {
    format!("{}/verify/{code}", site(app))
}

/// Address of the public site, with its scheme.
pub fn site(app: &App) -> String {
    let url = app.settings.public_url.trim_end_matches('/');
    if url.contains("://") { url.to_owned() } else { format!("https://{url}") }
}

/// As people type it.
pub fn proof_page(app: &App) -> String {
    let site = site(app);
    format!("{}/verify", site.split_once("://").map_or(site.as_str(), |(_, host)| host))
}

/// The template in force: an administrator's, else the built-in one.
pub async fn template(app: &App, kind: PaperKind) -> Result<(Option<TemplateId>, Vec<u8>)> {
    match store::paper_template::current_template(&app.store.db, kind).await? {
        Some(t) => Ok((Some(t.id), fetch(app, &t.digest).await?)),
        None => Ok((None, built_in(kind)?)),
    }
}

/// The template that ships with the platform.
pub fn built_in(kind: PaperKind) -> Result<Vec<u8>> {
    press::write(&stock(kind)).map_err(broken)
}

/// Fills the template and sets it.
pub async fn make(app: &App, template: Vec<u8>, mut fields: Fields, url: &str, about: About) -> Result<Made> {
    fields.qr = Some(press::qr_png(url).map_err(broken)?);
    let fonts = Arc::clone(&app.fonts);
    let made = tokio::task::spawn_blocking(move || {
        let docx = press::fill(&template, &fields)?;
        let pdf = press::pdf(&docx, &fonts, &about)?;
        Ok(Made { docx, pdf })
    });
    made.await.map_err(Error::broken)?.map_err(broken)
}

/// Seals both files into the file store.
pub async fn keep(app: &App, made: Made, now: Ts) -> Result<(PaperFile, PaperFile)> {
    let (blobs, vault) = (Arc::clone(&app.settings.files), app.store.vault.clone());
    let kept = tokio::task::spawn_blocking(move || {
        let one = |bytes: &[u8]| {
            let digest = store::blob::keep(&*blobs, &vault, bytes, now)?;
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            Ok::<PaperFile, std::io::Error>(PaperFile {
                digest,
                sha256: kernel::hex_encode(&Sha256::digest(bytes)),
                size,
            })
        };
        Ok::<_, std::io::Error>((one(&made.pdf)?, one(&made.docx)?))
    });
    kept.await.map_err(Error::broken)?.map_err(|e| Error::broken(format_args!("file store: {e}")))
}
