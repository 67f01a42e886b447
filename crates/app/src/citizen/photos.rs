//! 网上诉求的照片 for the staff who may see the order.

use citizen::PhotoNew;
use kernel::{AttachmentId, OrderId, Refusal, Ts};
use serde::Serialize;
use store::portal::Of;

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order::seen_case;

/// A photo of the citizen's.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhotoView {
    pub id: AttachmentId,
    pub name: String,
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// SM3 of the bytes, hexadecimal.
    pub digest: String,
    pub at: Ts,
}

/// The photos of an order the person may see.
pub async fn order_photos(app: &App, ctx: &Ctx, id: OrderId) -> Result<Vec<PhotoView>> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    seen_case(app, ctx, &world, id).await?;
    let lines = store::portal::photos(&app.store.db, &app.store.vault, Of::Order(id)).await?;
    let view = |l: store::portal::PhotoLine| PhotoView {
        id: l.id,
        name: l.name,
        mime: l.mime,
        size: l.size,
        digest: l.digest,
        at: l.at,
    };
    Ok(lines.into_iter().map(view).collect())
}

/// One of them.
pub async fn order_photo(app: &App, ctx: &Ctx, id: OrderId, photo: AttachmentId) -> Result<PhotoNew> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    seen_case(app, ctx, &world, id).await?;
    let found = store::portal::photo(&app.store.db, &app.store.vault, Of::Order(id), photo).await?;
    let (mime, name, bytes) = found.ok_or_else(|| Refusal::not_found("照片"))?;
    Ok(PhotoNew { name, mime, bytes })
}
