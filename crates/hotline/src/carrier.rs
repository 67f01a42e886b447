//! Exchange over HTTP for sites without a gateway: the core calls the portal, hands over what lies in its outbox and takes
//! back what lies in the portal's. The files are the same as a gateway would carry.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use exchange::carry;
use exchange::{Folders, Keys, Side};
use kernel::{Clock as _, SystemClock, SystemMint, Ts};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// A call with photos over a slow line may take its time.
const PATIENCE: Duration = Duration::from_secs(120);

/// One exchange, from the core.
///
/// # Errors
/// When the portal cannot be reached or answers anything but files.
pub async fn call(url: &str, folders: &Folders) -> Result<()> {
    let (body, names) = carry::pack(folders, Side::Inner)?;
    if body.is_empty() {
        return Ok(());
    }
    let client = reqwest::Client::builder().timeout(PATIENCE).tls_certs_only([]).build()?;
    let answer = client.post(format!("{}/exchange", url.trim_end_matches('/'))).body(body).send().await?;
    if !answer.status().is_success() {
        bail!("the portal answered {}", answer.status());
    }
    let body = answer.bytes().await?;
    let files = carry::unpack(&body, Side::Outer).context("the portal answered something else than files")?;
    carry::deliver(folders, &files, &SystemMint)?;
    Ok(carry::carried(folders, &names)?)
}

/// The portal's door for the core.
///
/// # Errors
/// When the address is taken.
pub async fn listen(at: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(at).await.with_context(|| format!("无法监听 {at}，端口可能已被占用"))
}

#[derive(Clone)]
struct Door {
    keys: Keys,
    folders: Folders,
    /// Time of the last request's sign of life: one at a time, and none a second time.
    last: Arc<Mutex<Ts>>,
}

/// Serves until the task is ended.
pub async fn serve(listener: TcpListener, keys: Keys, folders: Folders) {
    // Requests made before this start may have been answered already.
    let door = Door { keys, folders, last: Arc::new(Mutex::new(SystemClock.now())) };
    let router = Router::new().route("/exchange", post(answer)).layer(DefaultBodyLimit::max(carry::MOST + 1024));
    if let Err(e) = axum::serve(listener, router.with_state(door)).await {
        tracing::error!(error = %e, "the door for the core closed");
    }
}

async fn answer(State(door): State<Door>, body: Bytes) -> Result<Vec<u8>, StatusCode> {
    let mut last = door.last.lock().await;
    let files = carry::unpack(&body, Side::Inner).ok_or(StatusCode::BAD_REQUEST)?;
    let proved = carry::proved(&door.keys, &files, *last, SystemClock.now());
    *last = proved.ok_or(StatusCode::FORBIDDEN)?;
    let done = carry::deliver(&door.folders, &files, &SystemMint).and_then(|()| {
        let (body, names) = carry::pack(&door.folders, Side::Outer)?;
        carry::carried(&door.folders, &names)?;
        Ok(body)
    });
    done.map_err(|e| {
        tracing::error!(error = %e, "a call of the core could not be answered");
        StatusCode::INTERNAL_SERVER_ERROR
    })
}
