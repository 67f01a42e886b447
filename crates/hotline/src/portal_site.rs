//! 群众网站 on its own listener: in the same process over the core, or alone over an outer desk.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use app::App;
use app::citizen::CoreDesk;
use axum::Router;
use kernel::Provider;
use portal::{Settings, Site};
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;

use crate::cli::Listen;

/// Opens the listener, if one is wanted.
///
/// # Errors
/// When the address is taken.
pub async fn listen(at: Listen) -> Result<Option<TcpListener>> {
    let Some(at) = at.0 else { return Ok(None) };
    let listener = TcpListener::bind(at).await.with_context(|| format!("群众网站无法监听 {at}，端口可能已被占用"))?;
    Ok(Some(listener))
}

/// The portal over the core of this process.
pub fn of_core(app: &Arc<App>, behind_tls: bool) -> Site {
    let desk = Arc::new(CoreDesk { app: Arc::clone(app) });
    let seal: Arc<dyn Provider> = Arc::clone(&app.store.vault.0);
    let settings = Settings { behind_tls, ..Settings::default() };
    Site::new(desk, Arc::clone(&app.clock), Arc::clone(&app.mint), seal, settings)
}

/// Serves until the task is ended.
pub async fn serve(listener: TcpListener, site: Site) {
    let service = router(site).into_make_service_with_connect_info::<SocketAddr>();
    if let Err(e) = axum::serve(listener, service).await {
        tracing::error!(error = %e, "the portal stopped");
    }
}

/// Every page with its trace id, compressed.
pub fn router(site: Site) -> Router {
    let trace = wire::trace::Source { clock: Arc::clone(&site.clock), mint: Arc::clone(&site.mint) };
    portal::router(site)
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(trace, wire::trace::layer))
}
