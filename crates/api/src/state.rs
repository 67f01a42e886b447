//! What every handler shares.

use std::sync::Arc;

use app::App;

/// The application and how it is reached.
#[derive(Clone)]
pub struct Desk {
    pub app: Arc<App>,
    /// Served over TLS: cookies are marked `Secure`, the client's address is taken from the proxy.
    pub behind_tls: bool,
}
